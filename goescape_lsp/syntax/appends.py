"""Where the slice that an `append` appends to has its room from, as far as its function tells."""

from __future__ import annotations

from tree_sitter import Node, Tree

from goescape_lsp.core.model import Span
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import Declaration, Role
from goescape_lsp.syntax.tree import ancestors, first_of, node_at, span_of, text_of, walk

_FUNCTIONS = frozenset({"function_declaration", "method_declaration"})
_MADE_WITH_CAPACITY = 3  # type, length, capacity


def room_of(tree: Tree, names: Names, span: Span) -> str:
    """Return `reused`, `given` or `sized` for an `append` at a span, "" where the syntax does not tell.

    Shape: reused is what is cut first (`s[:0]`); given a slice that was passed in; sized one that was made with a
    capacity. The last two hold only while the variable is never set to anything but what is made from itself.
    """
    call = _append_at(tree, span)
    if call is None:
        return ""
    first = first_of(call.child_by_field_name("arguments"))
    if first is not None and first.type == "slice_expression":
        return "reused" if text_of(first.child_by_field_name("end")) == "0" else ""
    found = names.local(text_of(first), first) if first is not None and first.type == "identifier" else None
    if first is None or found is None:
        return ""
    room = _room_of_declared(found)
    return room if room and _is_kept(found, first, names) else ""


def _append_at(tree: Tree, span: Span) -> Node | None:
    node = node_at(tree, span)
    while node is not None and node.type != "call_expression" and span_of(node) == span:
        node = first_of(node)
    is_append = node is not None and text_of(node.child_by_field_name("function")) == "append"
    return node if is_append else None


def _room_of_declared(found: Declaration) -> str:
    if found.role is Role.PARAMETER:
        return "given"
    value = found.value
    if found.role is not Role.LOCAL or value is None or value.type != "call_expression":
        return ""
    arguments = value.child_by_field_name("arguments")
    is_sized = arguments is not None and arguments.named_child_count == _MADE_WITH_CAPACITY
    return "sized" if is_sized and text_of(value.child_by_field_name("function")) == "make" else ""


def _is_kept(found: Declaration, at: Node, names: Names) -> bool:
    """Say whether all that a variable is set to is made from itself: `s = append(s, x)`, `s = s[:n]`, `s = f(s)`."""
    name = text_of(found.name)
    function = next((node for node in ancestors(at) if node.type in _FUNCTIONS), None)
    if function is None:
        return False
    return all(_is_from_itself(node, name) for node in walk(function) if _sets(node, name, found, names))


def _sets(statement: Node, name: str, found: Declaration, names: Names) -> bool:
    left = statement.child_by_field_name("left") if statement.type == "assignment_statement" else None
    for node in left.named_children if left is not None else ():
        if node.type == "identifier" and text_of(node) == name:
            meant = names.local(name, node)
            return meant is not None and meant.name == found.name
    return False


def _is_from_itself(statement: Node, name: str) -> bool:
    right = first_of(statement.child_by_field_name("right"))
    while right is not None and right.type in {"slice_expression", "call_expression"}:
        inner = right.child_by_field_name("operand") if right.type == "slice_expression" else None
        arguments = right.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None else []
        if any(node.type == "identifier" and text_of(node) == name for node in given):
            return True
        right = inner or (given[0] if given else None)
    return right is not None and right.type == "identifier" and text_of(right) == name
