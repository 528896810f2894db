"""What a function literal captures."""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.tree import text_of, walk


def captures(literal: Node, names: Names) -> bool:
    """Say whether a function literal uses a variable of the functions around it."""
    for node in walk(literal):
        if node.type != "identifier" or (found := names.local(text_of(node), node)) is None:
            continue
        is_inside = literal.start_byte <= found.name.start_byte < literal.end_byte
        is_constant = found.name.parent is not None and found.name.parent.type == "const_spec"
        if not is_inside and not is_constant:
            return True
    return False


def captures_inside(literal: Node, names: Names) -> bool | None:
    """Say whether the literals inside a function literal use variables around them.

    Shape: None where some do and some do not, or there is none.
    """
    told = {captures(inner, names) for inner in walk(literal) if inner.type == "func_literal" and inner != literal}
    return told.pop() if len(told) == 1 else None
