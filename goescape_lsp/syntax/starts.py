"""The `go` and `defer` statements that call a variable: `go check()`, of which the compiler's steps say nothing."""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.syntax.tree import ancestors, enclosing_function, text_of, walk

_STATEMENTS = frozenset({"go_statement", "defer_statement"})


def statement_that_calls(leaf: Node, name: str) -> Node | None:
    """Return the `go` or `defer` statement whose called function holds a leaf, or is the variable of a name.

    Shape: the variable is one of the function around the leaf; of several statements the first `go`, else the first.
    Source: cmd/compile/internal/escape, goDeferStmt: the called value flows to the heap without a reason.
    """
    around = _around(leaf)
    if around is not None:
        return around
    function = enclosing_function(leaf)
    if function is None:
        return None
    found = [node for node in walk(function) if node.type in _STATEMENTS and text_of(_called(node)) == name]
    return next((node for node in found if node.type == "go_statement"), found[0] if found else None)


def _around(leaf: Node) -> Node | None:
    """Return the statement around a leaf of its called function, or of the parentheses of its call."""
    statement = next((node for node in ancestors(leaf) if node.type in _STATEMENTS), None)
    called = _called(statement)
    if statement is None or called is None or enclosing_function(leaf) != enclosing_function(statement):
        return None
    return statement if called.start_byte <= leaf.start_byte <= called.end_byte else None


def _called(statement: Node | None) -> Node | None:
    """Return the function part of the call of a statement."""
    calls = statement.named_children if statement is not None else []
    return next((node.child_by_field_name("function") for node in calls if node.type == "call_expression"), None)
