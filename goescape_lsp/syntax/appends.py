"""Where the slice that an `append` grows has its room from, and whether its need is known, as its function tells."""

from __future__ import annotations

from tree_sitter import Node, Tree

from goescape_lsp.core.model import Span
from goescape_lsp.syntax.advise_uses import root_of
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import Declaration, Role
from goescape_lsp.syntax.tree import (
    FUNCTIONS,
    ancestors,
    first_of,
    node_at,
    span_of,
    spelled_in,
    statements_of,
    text_of,
    walk,
)

_FUNCTIONS = frozenset({"function_declaration", "method_declaration"})
_CASES = frozenset({"expression_case", "type_case", "communication_case", "default_case"})
_COUNTED = frozenset({"range_clause", "for_clause"})
_VARIABLES = frozenset({"identifier", "selector_expression"})
_GIVEN = frozenset({Role.PARAMETER, Role.RECEIVER})
_HELD = frozenset({"unary_expression", "selector_expression"})  # `*p`, `p.list`
_STATEMENTS = frozenset({"assignment_statement", "short_var_declaration", "range_clause", "receive_statement"})
_MADE_WITH_CAPACITY = 3  # type, length, capacity


def room_of(tree: Tree, names: Names, span: Span) -> str:
    """Return where the slice has its room from that an `append` at a span grows, "" where the syntax does not tell.

    Shape: `fresh` is a slice that the call itself makes, of a literal or of nil; `prepended` where the older slice
    follows it, whose place the result takes. Of others, `reused` is what is cut first (`s[:0]`); `given` a slice that
    was passed in; `sized` one that was made with a capacity; `open` one that a loop grows by an amount that nothing
    tells before the loop. The last three hold only while the variable is never set to anything but what is made from
    itself.
    """
    call = _append_at(tree, span)
    if call is None:
        return ""
    return _room_before(call, names) or ("open" if _is_open(call, names) else "")


def _room_before(call: Node, names: Names) -> str:
    first = first_of(call.child_by_field_name("arguments"))
    if first is not None and _is_made(first):
        return _room_of_new(call)
    if first is not None and first.type == "slice_expression":
        return "reused" if text_of(first.child_by_field_name("end")) == "0" else ""
    if first is not None and first.type in _HELD:
        return _room_of_held(first, names)
    found = names.local(text_of(first), first) if first is not None and first.type == "identifier" else None
    if first is None or found is None:
        return ""
    room = "reused" if _is_emptied(found, first, names) else _room_of_declared(found)
    return room if room and _is_kept(found, first, names) else ""


def _room_of_held(first: Node, names: Names) -> str:
    """Return the room of a slice that a parameter leads to, `*p` or `p.list`: `reused` where the function cuts it.

    What a pointer to a slice leads to is the caller's.
    """
    is_pointer = first.type == "unary_expression"
    root = first.child_by_field_name("operand") if is_pointer else root_of(first)
    found = names.local(text_of(root), root) if root is not None and root.type == "identifier" else None
    if root is None or found is None or found.role not in _GIVEN or _settings(found, root, names):
        return ""
    held = text_of(first)
    settings = _settings_of(held, root)
    if not all(_is_from_itself(one, held) and _is_single(one) for one in settings):
        return ""
    cut = {f"{held}[:0]", f"({held})[:0]"}
    if any(text_of(first_of(one.child_by_field_name("right"))) in cut for one in settings):
        return "reused"
    return "given" if is_pointer and settings else ""


def _is_single(statement: Node) -> bool:
    left = statement.child_by_field_name("left")
    return left is not None and left.named_child_count == 1


def _settings_of(held: str, root: Node) -> list[Node]:
    """Return the assignments that set `*p` or `p.list`, in the declaration around a node that is `p`."""
    found: list[Node] = []
    for node in spelled_in(_declaration_around(root), text_of(root)):
        while node.parent is not None and node.parent.type in _HELD | {"parenthesized_expression"}:
            node = node.parent  # noqa: PLW2901 - the whole expression that the name begins
        statement = _assignment_to(node)
        if statement is not None and text_of(node) == held:
            found.append(statement)
    return found


def _is_emptied(found: Declaration, at: Node, names: Names) -> bool:
    """Say whether a variable is cut for use again: `s = s[:0]`."""
    emptied = f"{text_of(found.name)}[:0]"
    return any(text_of(first_of(one.child_by_field_name("right"))) == emptied for one in _settings(found, at, names))


def _is_made(node: Node) -> bool:
    """Say whether an expression is a slice without room: `[]T{x}`, `[]T(nil)`."""
    if node.type == "type_conversion_expression":
        return text_of(node.child_by_field_name("operand")) == "nil"
    return node.type == "composite_literal"


def _room_of_new(call: Node) -> str:
    """Return `prepended` for `s = append([]T{x}, s...)`, `fresh` for a copy, "" where a part of itself is kept."""
    statement, arguments = _statement_of(call), call.child_by_field_name("arguments")
    added = first_of(arguments.named_children[-1]) if arguments is not None else None
    left = statement.child_by_field_name("left") if statement is not None else None
    if left is None or added is None:
        return "fresh"
    if text_of(added) == text_of(left):
        return "prepended"
    return "" if added.type == "slice_expression" and text_of(first_of(added)) == text_of(left) else "fresh"


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
    if found.role is Role.LOCAL and value is not None and value.type == "slice_expression":
        return "reused" if text_of(value.child_by_field_name("end")) == "0" else ""
    if found.role is not Role.LOCAL or value is None or value.type != "call_expression":
        return ""
    arguments = value.child_by_field_name("arguments")
    is_sized = arguments is not None and arguments.named_child_count == _MADE_WITH_CAPACITY
    return "sized" if is_sized and text_of(value.child_by_field_name("function")) == "make" else ""


def _is_kept(found: Declaration, at: Node, names: Names) -> bool:
    """Say whether all that a variable is set to is made from itself: `s = append(s, x)`, `s = s[:n]`, `s = f(s)`."""
    return all(_is_from_itself(one, text_of(found.name)) for one in _settings(found, at, names))


def _settings(found: Declaration, at: Node, names: Names) -> list[Node]:
    """Return the assignments that set a variable, in the declaration around a node."""
    used = spelled_in(_declaration_around(at), text_of(found.name))
    meant = ((node, names.local(text_of(node), node)) for node in used)
    own = (_assignment_to(node) for node, one in meant if one is not None and one.name == found.name)
    return [statement for statement in own if statement is not None]


def _declaration_around(node: Node) -> Node:
    around = [*ancestors(node)]
    return next((one for one in around if one.type in _FUNCTIONS), around[-1])


def _assignment_to(node: Node) -> Node | None:
    """Return the assignment that sets what a node names; None where that is used otherwise."""
    left = node.parent
    statement = left.parent if left is not None and left.type == "expression_list" else None
    is_set = statement is not None and statement.type == "assignment_statement"
    return statement if statement is not None and is_set and statement.child_by_field_name("left") == left else None


def _is_from_itself(statement: Node, name: str) -> bool:
    right = first_of(statement.child_by_field_name("right"))
    while right is not None and right.type in {"slice_expression", "call_expression"}:
        inner = right.child_by_field_name("operand") if right.type == "slice_expression" else None
        arguments = right.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None else []
        if any(node.type in _VARIABLES and text_of(node) == name for node in given):
            return True
        right = _bare(inner or (given[0] if given else None))
    return right is not None and right.type in _VARIABLES | _HELD and text_of(right) == name


def _bare(node: Node | None) -> Node | None:
    """Return an expression without the brackets around it."""
    while node is not None and node.type == "parenthesized_expression":
        node = first_of(node)
    return node


def _is_open(call: Node, names: Names) -> bool:
    """Say whether a loop grows one slice for all its rounds, and how much room that needs is not known before.

    Where anything on the way to the slice is set to something else, each round may begin a slice of its own: then it
    may allocate in each of them.
    """
    first, statement = first_of(call.child_by_field_name("arguments")), _statement_of(call)
    if first is None or statement is None or text_of(statement.child_by_field_name("left")) != text_of(first):
        return False
    if first.type not in _VARIABLES or not _is_uncounted(call):
        return False
    root = root_of(first)
    found = names.local(text_of(root), root) if root is not None else None
    loops = [node for node in _within_function(call) if node.type == "for_statement"]
    is_older = found is None or not any(_holds(loop, found.name) for loop in loops)
    return is_older and bool(loops) and not _is_replaced(first, loops[-1])


def _statement_of(call: Node) -> Node | None:
    """Return the assignment whose only value a call is."""
    values = call.parent
    is_only = values is not None and values.type == "expression_list" and values.named_child_count == 1
    statement = values.parent if is_only and values is not None else None
    return statement if statement is not None and statement.type == "assignment_statement" else None


def _is_uncounted(call: Node) -> bool:
    """Say whether an `append` adds all of another slice, or not in every round of its loop, or the rounds are open."""
    arguments = call.child_by_field_name("arguments")
    if any(node.type in {"variadic_argument", "..."} for node in (arguments.children if arguments is not None else ())):
        return any(node.type == "for_statement" for node in _within_function(call))
    child = call
    for node in _within_function(call):
        is_choice = node.type == "if_statement" and child != node.child_by_field_name("initializer")
        if node.type in _CASES or (is_choice and not _is_in_each_branch(call, node)):
            return any(outer.type == "for_statement" for outer in _within_function(node))
        if node.type == "for_statement":
            return not any(part.type in _COUNTED for part in node.named_children)
        if node.type == "statement_list" and any(_may_skip(part) for part in node.named_children if part != child):
            return any(outer.type == "for_statement" for outer in _within_function(node))
        child = node
    return False


def _is_in_each_branch(call: Node, branch: Node | None) -> bool:
    """Say whether an `if` adds one element to the slice whichever way it goes, as the call in one of its ways does."""
    target = text_of(first_of(call.child_by_field_name("arguments")))
    if branch is None or _may_skip(branch):
        return False
    if branch.type == "if_statement":
        ways = (branch.child_by_field_name("consequence"), branch.child_by_field_name("alternative"))
        return all(_is_in_each_branch(call, way) for way in ways)
    return sum(_is_growth(one, target) for one in statements_of(branch)) == 1


def _is_growth(statement: Node, target: str) -> bool:
    """Say whether a statement appends one element to a slice and does nothing else to it."""
    value = first_of(statement.child_by_field_name("right"))
    if statement.type != "assignment_statement" or value is None or value.type != "call_expression":
        return False
    given = value.child_by_field_name("arguments")
    is_append = text_of(value.child_by_field_name("function")) == "append"
    is_one = given is not None and [node.type == "variadic_argument" for node in given.named_children] == [False] * 2
    return is_append and is_one and text_of(statement.child_by_field_name("left")) == text_of(first_of(given)) == target


def _may_skip(statement: Node) -> bool:
    """Say whether a statement can go on to the next round of the loop around it."""
    if statement.type == "continue_statement":
        return True
    is_other = statement.type in {"for_statement", "func_literal"}
    return not is_other and any(_may_skip(part) for part in statement.named_children)


def _is_replaced(target: Node, loop: Node) -> bool:
    """Say whether a loop sets a slice, or what it is a field of, to anything that is not made from itself."""
    paths = {text_of(node) for node in (target, *walk(target)) if node.type in _VARIABLES}
    return any(
        text_of(node) in paths and not (is_single and _is_from_itself(statement, text_of(node)))
        for statement in walk(loop)
        if statement.type in _STATEMENTS
        for is_single in [(statement.child_by_field_name("right") or statement).named_child_count == 1]
        for node in (statement.child_by_field_name("left") or statement).named_children
    )


def _within_function(node: Node) -> list[Node]:
    found: list[Node] = []
    for outer in ancestors(node):
        if outer.type in FUNCTIONS:
            break
        found.append(outer)
    return found


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte < outer.end_byte
