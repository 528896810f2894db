"""What sets a variable, and the variable that an expression is first held by."""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.core.model import Span
from goescape_lsp.syntax.tree import ancestors, span_of


def assignment_at(leaf: Node | None) -> Node | None:
    """Return the nearest statement at or around a leaf that sets or sends something, None for no leaf."""
    kinds = {
        "assignment_statement",
        "short_var_declaration",
        "var_spec",
        "send_statement",
        "range_clause",
        "inc_statement",
    }
    if leaf is None:
        return None
    return next((n for n in (leaf, *ancestors(leaf)) if n.type in kinds), None)


def is_of_inlined_code(leaf: Node, statement: Node) -> bool:
    """Say whether an assignment at a leaf stands in a function that the statement calls, and that was inlined there."""
    left = statement.child_by_field_name("left")
    is_on_left = left is not None and left.start_byte <= leaf.start_byte < left.end_byte
    return leaf.parent != statement and not is_on_left


def left_sides(statement: Node) -> list[Node]:
    """Return what an assignment sets, or the names that a declaration declares."""
    left = statement.child_by_field_name("left")
    if left is None:
        return statement.children_by_field_name("name")
    return left.named_children if left.type == "expression_list" else [left]


def holder_of(node: Node) -> Span | None:
    """Return the span of the variable that an expression is directly stored in."""
    value, statement = node, node.parent
    while statement is not None and statement.type in {"parenthesized_expression", "unary_expression"}:
        value, statement = statement, statement.parent
    if statement is None or statement.type != "expression_list" or statement.parent is None:
        return None
    values = [n for n in statement.named_children if n.type != "comment"]
    index = values.index(value) if value in values else 0
    declared = statement.parent
    if declared.type == "var_spec":
        left = declared.children_by_field_name("name")
    elif declared.type in {"short_var_declaration", "assignment_statement"}:
        left = left_sides(declared)
        if declared.child_by_field_name("right") != statement:
            return None
    else:
        return None
    left = [n for n in left if n.type not in {"comment", ","}]
    return span_of(left[index]) if index < len(left) and len(values) == len(left) else None
