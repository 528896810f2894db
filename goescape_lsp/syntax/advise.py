"""Gathers what can be proposed for a finding from the source alone; pure, so that a proposal can be made again."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.advice import Advice, Versions
from goescape_lsp.core.model import Kind, Rule, Span
from goescape_lsp.syntax.advise_presize import presize
from goescape_lsp.syntax.advise_signatures import boxed, returned
from goescape_lsp.syntax.advise_strings import sprintf, write_string
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.text import Text
from goescape_lsp.syntax.tree import ancestors, node_at

_WRAPPERS = frozenset({"expression_list", "expression_statement", "statement_list", "literal_element", "block"})
_DECLARATIONS = frozenset({"function_declaration", "method_declaration", "var_declaration"})


def advise(text: Text | bytes, span: Span, rule: Rule | None, kind: Kind, versions: Versions) -> tuple[Advice, ...]:
    """Return what can be done about a site, the best first; nothing for generated and broken code.

    Shape: `text` is a file's content, or a `Text` where several things are asked of the same.
    Units: `span` is a finding's span in the text given: 1-based lines, 1-based byte columns.
    Advice with edits compiles when the text did; advice without is only explained.
    Errors: none; whatever is not certain is not proposed.
    """
    text = Text(text) if isinstance(text, bytes) else text
    if rule is Rule.LEAKING_PARAMETER or kind is Kind.PARAMETER or text.is_generated:
        return ()
    node = node_at(text.tree, span)
    node = None if node is None else _unwrapped(node)
    if node is None or _is_broken(node):
        return ()
    return tuple(_advice(node, rule, kind, versions, text.names))


def _advice(node: Node, rule: Rule | None, kind: Kind, versions: Versions, names: Names) -> Iterator[Advice]:
    edits = (presize(node, versions, names), sprintf(node, names), write_string(node, names))
    edited = [found for found in edits if found is not None]
    if edited:
        yield from edited  # what can be done at once is enough; the rest would be noise
    elif rule is Rule.RETURNED:
        yield from returned(node, kind, names)
    elif rule is Rule.INTERFACE_CONVERSION:
        yield from boxed(node, names)


def _unwrapped(node: Node) -> Node:
    """Return the expression inside nodes that only hold it."""
    while node.type in _WRAPPERS and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def _is_broken(node: Node) -> bool:
    return any(outer.has_error for outer in (node, *ancestors(node)) if outer.type in _DECLARATIONS)
