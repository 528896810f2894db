"""Which statements a value can come to: of those that do the same with a variable, the compiler names the first."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from tree_sitter import Node

from goescape_lsp.syntax.cuts import squeeze
from goescape_lsp.syntax.tree import (
    FUNCTIONS,
    ancestors,
    called_by,
    enclosing_function,
    first_of,
    is_within,
    spelled_in,
    text_of,
)

RETURNS = frozenset({"return_statement"})
ASSIGNMENTS = frozenset({"assignment_statement", "short_var_declaration"})
_CASES = frozenset({"expression_case", "type_case", "communication_case", "default_case"})
_LISTS = frozenset({"block", "statement_list"}) | _CASES
_JUMP = re.compile(rb"\b(?:goto|fallthrough)\b")
_LEAVING = frozenset({"break_statement", "continue_statement"})


def comes_to(made: Node, told: Node, name: str) -> Node | None:
    """Return the `return` or assignment that a value made at a node comes to: `told` if it can, else one like it.

    That is one that returns the same expression with a variable of this name, at the same position among the results,
    or one with the same two sides. None when no such statement can be reached. Source: cmd/compile/internal/escape,
    walkOne: of the edges between the same two variables it explains the first.
    """
    function = enclosing_function(told)
    body = function.child_by_field_name("body") if function is not None else None
    if function is None or body is None or not is_within(made, body) or _JUMP.search(body.text or b""):
        return told
    is_behind = told.start_byte > made.start_byte and told.parent is not None and is_within(made, told.parent)
    if is_behind or is_within(made, told) or not (wanted := _effects(told, name)):
        return told
    kinds = RETURNS if told.type in RETURNS else ASSIGNMENTS
    found = None
    for statement in _after(made, function, kinds):
        if statement == told:
            return told
        if found is None and wanted & _effects(statement, name):
            found = statement
    return found


def may_follow(first: Node, then: Node, declared: Node) -> bool:
    """Say whether code at a second node, which stands before a first one, can run after it for the same variable.

    Shape: `declared` is the variable's name where it is declared. True where a loop around both leads back, where
    something jumps, and for a variable that a literal shares with the function around it: it may be called again.
    """
    function = enclosing_function(first)
    body = function.child_by_field_name("body") if function is not None else None
    if function is None or body is None or _JUMP.search(body.text or b""):
        return True
    if enclosing_function(then) != function or enclosing_function(declared) != function:
        return True
    loops = (one for one in ancestors(then) if one.type == "for_statement" and is_within(one, function))
    return any(is_within(first, loop) for loop in loops)


def _effects(statement: Node, name: str) -> frozenset[tuple[int | str, str]]:
    """Return the results that a variable has a part in, with their positions; of an assignment its two sides."""
    if statement.type in ASSIGNMENTS:
        left, right = (squeeze(text_of(statement.child_by_field_name(side))) for side in ("left", "right"))
        return frozenset({(left, right)})
    given = first_of(statement)
    results = [] if given is None else [one for one in given.named_children if one.type != "comment"]
    return frozenset(
        (index, squeeze(text_of(one))) for index, one in enumerate(results) if any(True for _ in spelled_in(one, name))
    )


def _after(made: Node, function: Node, kinds: frozenset[str]) -> Iterator[Node]:
    """Yield the statements of some kinds in a function that can run after a node of it, or of a literal in it.

    Shape: conditions are not weighed; what a literal does counts where the literal stands.
    """
    around = [made, *ancestors(made)]
    around = around[: around.index(function)]
    outermost = next((index for index in range(len(around) - 1, -1, -1) if around[index].type in FUNCTIONS), 0)
    child = around[outermost]
    for parent in around[outermost + 1 :]:
        if parent.type in kinds:
            yield parent
        if parent.type in RETURNS:
            return
        if parent.type == "for_statement":  # each round may come to any of it
            yield from _of_kinds(parent, kinds)
        elif parent.type in _LISTS:
            if (yield from _in_list(child, kinds)):
                return
        elif child.type not in _LISTS and child != parent.child_by_field_name("alternative"):
            yield from _behind(child, kinds)  # from the header of an `if` or `switch` into its branches
        child = parent


def _in_list(child: Node, kinds: frozenset[str]) -> Generator[Node, None, bool]:
    """Yield what can follow a statement in its list; the value says whether the function always ends there."""
    following = child.next_named_sibling
    while following is not None:
        yield from _of_kinds(following, kinds)
        if following.type in RETURNS or called_by(following) == "panic":
            return True
        if following.type in _LEAVING:
            return False
        following = following.next_named_sibling
    return False


def _behind(child: Node, kinds: frozenset[str]) -> Iterator[Node]:
    following = child.next_named_sibling
    while following is not None:
        yield from _of_kinds(following, kinds)
        following = following.next_named_sibling


def _of_kinds(node: Node, kinds: frozenset[str]) -> Iterator[Node]:
    """Yield the statements of some kinds in a node, not those of literals."""
    if node.type in kinds:
        yield node
    elif node.type not in FUNCTIONS:
        for child in node.named_children:
            yield from _of_kinds(child, kinds)
