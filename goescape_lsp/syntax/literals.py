"""Function literals, and the `go` and `defer` statements that call them or wrap a call."""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.core.model import Place
from goescape_lsp.core.shape import Literal
from goescape_lsp.syntax import heat
from goescape_lsp.syntax.tree import span_of


def wrapper_of(statement: Node) -> Literal:
    """Return what holds the call of a `go` or `defer` statement."""
    span = span_of(statement)
    place = Place("", span.line, span.column)
    keyword = keyword_of(statement.type)
    return Literal(place, keyword, is_wrapper=True, is_in_loop=heat.repeats(statement))


def literal_of(node: Node) -> Literal:
    """Return what is known of a function literal: with the `go` or `defer` that calls it."""
    span = span_of(node)
    place = Place("", span.line, span.column)
    statement = _started_by(node)
    if statement is None:
        return Literal(place, "", is_wrapper=False, is_in_loop=False)
    return Literal(place, keyword_of(statement.type), is_wrapper=False, is_in_loop=heat.repeats(statement))


def _started_by(literal: Node) -> Node | None:
    """Return the `go` or `defer` statement that calls this very literal."""
    call = literal.parent
    while call is not None and call.type == "parenthesized_expression":
        call = call.parent
    if call is None or call.type != "call_expression" or call.parent is None:
        return None
    is_called = _unwrapped(call.child_by_field_name("function")) == literal
    return call.parent if is_called and call.parent.type in {"go_statement", "defer_statement"} else None


def _unwrapped(node: Node | None) -> Node | None:
    while node is not None and node.type == "parenthesized_expression":
        node = node.named_children[0]
    return node


def keyword_of(node_type: str) -> str:
    """Return the keyword of a statement that starts a call, "" for all other types of nodes."""
    return {"go_statement": "go", "defer_statement": "defer"}.get(node_type, "")
