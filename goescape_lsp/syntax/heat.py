"""How often a place is likely to run: by the loops around it, unless `cold` says that it rarely runs at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.model import Temperature
from goescape_lsp.syntax.cold import cold_reason
from goescape_lsp.syntax.first_use import first_use_around
from goescape_lsp.syntax.tree import (
    FUNCTIONS,
    ancestors,
    called_by,
    enclosing_function,
    is_within,
    last_statement,
    statements_of,
    text_of,
)

_CASES = frozenset({"expression_case", "type_case", "communication_case", "default_case"})
_BLOCKS = frozenset({"block"}) | _CASES
_BREAKABLE = frozenset({"for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"})
_CONTINUE_OUTER = re.compile(rb"\bcontinue[ \t]+\w")
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]")
_AS_HOT_AS_OTHERS = frozenset({"main", "once-each"})
_LEAVING = frozenset({"return_statement", "break_statement", "goto_statement"})


def loops_around(node: Node) -> int:
    """Return how many loops of the same function run the node once per iteration."""
    return sum(1 for _ in _loops(node))


def repeats(node: Node) -> bool:
    """Say whether a loop of the same function runs the node again and again, a loop made of `goto` included."""
    return loops_around(node) > 0 or in_goto_loop(node)


def in_goto_loop(node: Node) -> bool:
    """Say whether a label before the node is jumped to from behind it, in the same function."""
    function = enclosing_function(node)
    body = function.child_by_field_name("body") if function is not None else None
    text = (body.text if body is not None else None) or b""
    if body is None or b"goto " not in text:
        return False
    labels = [
        text_of(n.child_by_field_name("label")).encode()
        for n in statements_of(body)
        if n.type == "labeled_statement" and n.start_byte <= node.start_byte
    ]
    return any(_is_jumped_to(label, text, node.start_byte - body.start_byte) for label in labels)


def _is_jumped_to(label: bytes, text: bytes, start: int) -> bool:
    """Say whether a text has a `goto` of a label from a place on; the last one is looked at first, and found fast."""
    jump, end = b"goto " + label, len(text)
    while (found := text.rfind(jump, start, end)) >= 0:
        if not _WORD.match(text, found + len(jump)) and not _WORD.match(text, found - 1):
            return True
        end = found
    return False


def heat_of(node: Node) -> tuple[Temperature, str]:
    """Return how hot a place is and the name of the rule that says so, "" for normal places."""
    reason = cold_reason(node)
    if reason is not None and reason not in _AS_HOT_AS_OTHERS:
        return Temperature.COLD, reason
    guard = first_use_around(node)
    if in_goto_loop(node) or any(guard is None or not guard.is_once_in(loop) for loop in _unless_left(node)):
        return Temperature.LOOP, "loop"
    if reason is not None:
        return Temperature.NORMAL, reason
    return Temperature.NORMAL, "first-use" if guard is not None and guard.is_kept else ""


def _loops(node: Node) -> Iterator[Node]:
    child = node
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            return
        if parent.type == "for_statement" and _runs_per_iteration(child, node) and _comes_round(parent):
            yield parent
        child = parent


def _unless_left(node: Node) -> Iterator[Node]:
    """Yield the loops that can run the node again: not those that are always left behind it, by `return` or `break`."""
    child, leaves, comes_again = node, "", False
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            if not _is_called_in_place(parent):
                return
            # What leaves the literal does not leave the loop around it.
            child, leaves, comes_again = parent, "", False
            continue
        comes_again = comes_again or _continues_behind(parent, child)
        if not leaves and not comes_again:
            leaves = _leaving(parent)
        if parent.type == "for_statement":
            if not leaves and _runs_per_iteration(child, node) and _comes_round(parent):
                yield parent
            leaves = "" if leaves == "break_statement" else leaves
            comes_again = _CONTINUE_OUTER.search(parent.text or b"") is not None
        child = parent


def _continues_behind(parent: Node, child: Node) -> bool:
    """Say whether a node can go on to another round after a part of it: not where only its other branches do."""
    if parent.type == "if_statement" and child != parent.child_by_field_name("initializer"):
        is_branch = child.type in {"block", "if_statement"}
    else:
        is_branch = child.type in _CASES
    if is_branch and b"fallthrough" not in (parent.text or b""):
        return False
    return _continues(parent, child.end_byte, child)


def _continues(node: Node, start: int, inner: Node) -> bool:
    """Say whether a `continue` in a node, from a byte on, goes on with a loop around `inner`, or with a labeled one."""
    text = node.text or b""
    for found in re.finditer(rb"\bcontinue\b", text[start - node.start_byte :]):
        word = node.descendant_for_byte_range(start + found.start(), start + found.end())
        statement = word.parent if word is not None and word.type == "continue" else None
        if statement is None:
            continue
        loop = next((n for n in ancestors(statement) if n.type == "for_statement" or n.type in FUNCTIONS), None)
        if statement.named_children or (loop is not None and is_within(inner, loop)):
            return True
    return False


def _is_called_in_place(function: Node) -> bool:
    """Say whether a function literal is called where it stands, by itself or by `go` or `defer`, so once each round."""
    called = function
    while called.parent is not None and called.parent.type == "parenthesized_expression":
        called = called.parent
    call = called.parent
    return call is not None and call.type == "call_expression" and call.child_by_field_name("function") == called


def _leaving(block: Node) -> str:
    """Return the kind of statement with which a block leaves the loop around it at its end, "" when it need not."""
    last = last_statement(block) if block.type in _BLOCKS else None
    return "" if last is None else _leaving_by(last)


def _leaving_by(last: Node) -> str:
    """Return the kind of statement with which a block leaves whose last statement this is, on all of its ways."""
    match last.type:
        case "return_statement":
            return last.type
        case "break_statement":
            around = next((n for n in ancestors(last) if n.type in _BREAKABLE), None)
            is_of_loop = around is not None and around.type == "for_statement" and not last.named_children
            return last.type if is_of_loop else ""
        case "expression_statement":
            return "return_statement" if called_by(last) == "panic" else ""
        case "if_statement":
            branches = [last.child_by_field_name(branch) for branch in ("consequence", "alternative")]
            ways = {_way_of(branch) for branch in branches}
            return "" if "" in ways else min(ways)
        case _:
            return ""


def _way_of(branch: Node | None) -> str:
    if branch is None:
        return ""
    return _leaving(branch) if branch.type == "block" else _leaving_by(branch)


def _runs_per_iteration(part: Node, node: Node) -> bool:
    """Say whether what stands in a direct part of a loop runs in each round: body, condition or post statement."""
    if part.type != "for_clause":
        return part.type != "range_clause"
    first = part.child_by_field_name("initializer")
    return first is None or not first.start_byte <= node.start_byte < first.end_byte


def _comes_round(loop: Node) -> bool:
    """Say whether a loop can have a second round: its body does not end by leaving, or continues somewhere."""
    body = loop.child_by_field_name("body")
    last = last_statement(body)
    if last is None or last.type not in _LEAVING:
        return True
    return body is not None and _continues(body, body.start_byte, body)
