"""Function literals, and the `go` and `defer` statements that call them or wrap a call."""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.core.model import Place
from goescape_lsp.core.shape import Literal
from goescape_lsp.syntax import heat
from goescape_lsp.syntax.labels import is_behind_label
from goescape_lsp.syntax.started import started_by
from goescape_lsp.syntax.tree import span_of


def wrapper_of(statement: Node) -> Literal:
    """Return what holds the call of a `go` or `defer` statement."""
    span = span_of(statement)
    place = Place("", span.line, span.column)
    keyword = keyword_of(statement.type)
    return Literal(place, keyword, is_wrapper=True, is_in_loop=repeats(statement))


def literal_of(node: Node) -> Literal:
    """Return what is known of a function literal: with the `go` or `defer` that calls it."""
    span = span_of(node)
    place = Place("", span.line, span.column)
    statement = started_by(node)
    if statement is None:
        return Literal(place, "", is_wrapper=False, is_in_loop=False)
    return Literal(place, keyword_of(statement.type), is_wrapper=False, is_in_loop=repeats(statement))


def repeats(statement: Node) -> bool:
    """Say whether the compiler takes a statement for one of a loop."""
    return heat.repeats(statement) or is_behind_label(statement)


def keyword_of(node_type: str) -> str:
    """Return the keyword of a statement that starts a call, "" for all other types of nodes."""
    return {"go_statement": "go", "defer_statement": "defer"}.get(node_type, "")
