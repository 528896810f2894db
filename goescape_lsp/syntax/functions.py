"""The functions of a file: names as Go writes them, where they stand, their parameters."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node, Tree

from goescape_lsp.core.model import Function
from goescape_lsp.syntax.tree import ancestors, enclosing_function, span_of, text_of, walk

PACKAGE_INITIALISATION = "init"


def function_name(node: Node, known: dict[int, str]) -> str:
    """Return the name of the function around a node, as Go writes it.

    `known` keeps the names of one tree by the function's node id, as counting the literals of a long one takes time.
    Shape: `F`, `T.M`, `(*T).M`, `F.func1` for a literal, `F.func1.2` for one inside; `init` at package level.
    The function that a literal stands in is the one around it.
    """
    function = enclosing_function(node)
    if function is None:
        return PACKAGE_INITIALISATION
    if function.id not in known:
        known[function.id] = _name(function)
    return known[function.id]


def declared_functions(tree: Tree) -> Iterator[tuple[Node, str]]:
    """Yield the function and method declarations of a file with their names."""
    for node in tree.root_node.named_children:
        if node.type in {"function_declaration", "method_declaration"}:
            yield node, _name(node)


def list_functions(tree: Tree) -> tuple[Function, ...]:
    """Return the declared functions of a file, without what the compiler knows of them."""
    found: list[Function] = []
    for node, name in declared_functions(tree):
        written = node.child_by_field_name("name")
        if written is not None:
            body = node.child_by_field_name("body")
            found.append(Function(name, span_of(written), span_of(node), body=span_of(body) if body else None))
    return tuple(found)


def literals_of(function: Node) -> list[Node]:
    """Return the function literals directly inside a function, in source order, not those inside them."""
    return [
        node for node in walk(function) if node.type == "func_literal" and node != function and _owner(node) == function
    ]


def _owner(literal: Node) -> Node | None:
    return enclosing_function(literal)


def _name(function: Node) -> str:
    if function.type == "func_literal":
        return _literal_name(function)
    name = text_of(function.child_by_field_name("name"))
    receiver = function.child_by_field_name("receiver")
    if receiver is None:
        return name
    written = next((n.child_by_field_name("type") for n in receiver.named_children if n.type != "comment"), None)
    if written is not None and written.type == "parenthesized_type":
        written = written.named_children[0]
    owner = text_of(written)
    return f"({owner}).{name}" if owner.startswith("*") else f"{owner}.{name}"


def _literal_name(literal: Node) -> str:
    owner = _owner(literal)
    if owner is None:
        root = next((n for n in ancestors(literal) if n.parent is None), literal)
        siblings = [node for node in walk(root) if node.type == "func_literal" and _owner(node) is None]
        return f"{PACKAGE_INITIALISATION}.func{siblings.index(literal) + 1}"
    index = literals_of(owner).index(literal) + 1
    outer = _name(owner)
    return f"{outer}.{index}" if owner.type == "func_literal" else f"{outer}.func{index}"
