"""Memory that is used again already: made only where there is none, or where the old one has too little room."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.syntax.advise_uses import root_of
from goescape_lsp.syntax.scope import Declaration, Role
from goescape_lsp.syntax.sites import Site
from goescape_lsp.syntax.tree import ancestors, ends_by_returning, first_of, text_of, walk

_MEASURED = re.compile(r"\b(cap|len)\(([^()]+|\([^()]*\)[^()]*)\)")
_SHORT, _LONG = frozenset({"<", "<=", "!=", "=="}), frozenset({">", ">=", "=="})
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_WITH_CAPACITY = 3  # type, length, capacity
_SETTING = frozenset({"assignment_statement", "short_var_declaration"})
_KEPT_WITHOUT_LOOP = frozenset({"selector_expression", "index_expression", "unary_expression"})


def is_only_without_room(site: Site) -> bool:
    """Say whether memory is made only where an older one has too little room, as a comparison with `cap` tells.

    Shape: in a branch of `if cap(b) < n`, or behind `if cap(b) >= n { return … }`; with `len` where the branch sets
    what was measured.
    """
    if any(_is_short_of_room(branch, part) for branch, part in site.branches()):
        return True
    before = site.statement.prev_named_sibling
    while before is not None:
        if before.type == "if_statement" and _leaves_with_room(before):
            return True
        before = before.prev_named_sibling
    return False


def _leaves_with_room(branch: Node) -> bool:
    """Say whether an `if` returns what there is where that has enough room."""
    if not ends_by_returning(branch.child_by_field_name("consequence")):
        return False
    compared = _comparisons(branch.child_by_field_name("condition"))
    return any(measure == "cap" and operator in _LONG for measure, operator, _ in compared)


def is_made_with_room(site: Site) -> bool:
    """Say whether the slice that an `append` grows is made with a capacity somewhere in the function."""
    return any(
        text_of(left) == site.name
        for statement in walk(site.function)
        if statement.type == "assignment_statement"
        for left in (statement.child_by_field_name("left") or statement).named_children
        for made in [first_of(statement.child_by_field_name("right"))]
        if made is not None and text_of(made.child_by_field_name("function")) == "make"
        if (made.child_by_field_name("arguments") or made).named_child_count == _WITH_CAPACITY
    )


def is_stand_in(site: Site) -> bool:
    """Say whether something is made only where the caller has passed nil for a parameter."""
    found = site.names.local(site.name, site.target) if site.target is not None else None
    if found is None or found.role is not Role.PARAMETER:
        return False
    return any(
        part == branch.child_by_field_name("consequence")
        and site.name in _missing(branch, branch.child_by_field_name("condition"))
        for branch, part in site.branches()
    )


def is_made_when_short(site: Site) -> bool:
    """Say whether all that an inlined function of the file makes is made where an older one has too little room."""
    found = site.names.declared.get(site.finding.inlined_from)
    made = [
        [call, *ancestors(call)]
        for call in (walk(found.value) if found is not None and found.value is not None else ())
        if call.type == "call_expression" and text_of(call.child_by_field_name("function")) == "make"
    ]
    return bool(made) and all(any(_is_short_of_room(*pair) for pair in _branches(chain)) for chain in made)


def is_lazy(site: Site) -> bool:
    """Say whether something is made only while there is none, in a place that outlives the call or the round."""
    for branch, part in site.branches():
        if part != branch.child_by_field_name("consequence"):
            continue
        condition = branch.child_by_field_name("condition")
        if any(_stays(site, missing, part) for missing in _missing(branch, condition)):
            return True
    return False


def is_given_up(site: Site) -> bool:
    """Say whether the package sets a field of this name to nil again, or takes entries out of a map of this name."""
    conditions = [(branch, branch.child_by_field_name("condition")) for branch, _ in site.branches()]
    missing = [text for branch, condition in conditions for text in _missing(branch, condition)]
    return any(_gives_up(text).search(source.decode("utf-8", "replace")) for text in missing for source in site.package)


def _gives_up(missing: str) -> re.Pattern[str]:
    held, bracket, _ = missing.partition("[")
    name = re.escape(held.rpartition(".")[2])
    return re.compile(rf"\bdelete\((?:\w+\.)*{name}," if bracket else rf"\.{name} = nil\b")


def is_handed_over(site: Site) -> bool:
    """Say whether the older value of a variable was passed on just before a new one is made for it."""
    before = site.statement.prev_named_sibling
    if site.target is None or before is None or site.statement.type != "assignment_statement":
        return False
    if before.type in _SETTING and text_of(before.child_by_field_name("right")) == site.name:
        return True
    return before.type in {"expression_statement", "send_statement", "assignment_statement", "go_statement"} and any(
        text_of(node) == site.name
        and node.parent is not None
        and node.parent.type in {"argument_list", "send_statement"}
        for node in walk(before)
    )


def is_handed_out(site: Site) -> bool:
    """Say whether an `append` grows a slice that a call has given, which alone knows its room."""
    first = first_of(site.node.child_by_field_name("arguments"))
    if first is None or first.type != "identifier":
        return False
    found = site.names.local(text_of(first), first)
    value = found.value if found is not None else None
    called = text_of(value.child_by_field_name("function")) if value is not None else ""
    is_call = value is not None and value.type == "call_expression" and called not in {"make", "append", ""}
    return is_call and found is not None and found.role is Role.LOCAL and not _is_looped_in(site, found)


def _is_looped_in(site: Site, found: Declaration) -> bool:
    """Say whether a loop runs the `append` more often than the slice is handed out."""
    loop = site.loop
    return loop is not None and not loop.start_byte < found.name.start_byte < loop.end_byte


def _branches(chain: list[Node]) -> Iterator[tuple[Node, Node]]:
    for child, outer in itertools.pairwise(chain):
        if outer.type == "if_statement" and child.type in {"block", "if_statement"}:
            yield outer, child


def _is_short_of_room(branch: Node, part: Node) -> bool:
    """Say whether a part of an `if` is for too little room: of `cap(…)`, or of a `len(…)` whose operand it sets."""
    wanted = _SHORT if part == branch.child_by_field_name("consequence") else _LONG
    return any(
        measure == "cap" or _sets(part, operand)
        for measure, operator, operand in _comparisons(branch.child_by_field_name("condition"))
        if operator in wanted
    )


def _comparisons(condition: Node | None) -> Iterator[tuple[str, str, str]]:
    """Yield what a condition compares of a slice: `cap` or `len`, the operator as if it stood first, the slice."""
    for node in walk(condition) if condition is not None else ():
        operator = text_of(node.child_by_field_name("operator")) if node.type == "binary_expression" else ""
        sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        for side, read in zip(sides, (operator, _TURNED.get(operator, operator)), strict=True):
            for measure, operand in _MEASURED.findall(text_of(side)) if operator in _SHORT | _LONG else ():
                yield measure, read, operand


def _sets(part: Node, target: str) -> bool:
    return any(
        text_of(left) == target
        for statement in walk(part)
        if statement.type == "assignment_statement"
        for left in (statement.child_by_field_name("left") or statement).named_children
    )


def _missing(branch: Node, condition: Node | None) -> Iterator[str]:
    """Yield what a condition finds to be missing: `x == nil`, `len(x) == 0`, and the entry of `_, ok := m[k]; !ok`."""
    parts = [] if condition is None or "||" in text_of(condition) else list(walk(condition))
    for node in parts:
        if node.type == "binary_expression" and text_of(node.child_by_field_name("operator")) == "==":
            left, right = text_of(node.child_by_field_name("left")), text_of(node.child_by_field_name("right"))
            if right == "nil":
                yield left
                yield from _entry(branch, left)
            elif right == "0" and (measured := _MEASURED.fullmatch(left)):
                yield measured[2]
        elif node.type == "unary_expression" and text_of(node).startswith("!"):
            yield from _entry(branch, text_of(node)[1:])


def _entry(branch: Node, name: str) -> Iterator[str]:
    """Yield the `m[k]` that a variable comes from, as itself or as the word whether it is there."""
    initializer = branch.child_by_field_name("initializer")
    statement = initializer if initializer is not None else branch.prev_named_sibling
    if statement is None or statement.type not in _SETTING:
        return
    left, value = statement.child_by_field_name("left"), first_of(statement.child_by_field_name("right"))
    names = [text_of(node) for node in left.named_children] if left is not None else []
    if name in names and value is not None and value.type == "index_expression":
        yield text_of(value)


def _stays(site: Site, missing: str, part: Node) -> bool:
    """Say whether a branch sets what is missing, and that outlives the call, or the round of a loop."""
    targets = [
        left
        for statement in walk(part)
        if statement.type == "assignment_statement"
        for left in (statement.child_by_field_name("left") or statement).named_children
        if text_of(left) == missing
    ]
    if not targets:
        return False
    if targets[0].type in _KEPT_WITHOUT_LOOP:
        return True
    found = site.names.local(missing, targets[0])
    if found is None:
        return True  # a variable of the package
    loop = site.loop
    return (
        found.role is Role.LOCAL
        and loop is not None
        and found.name.end_byte < loop.start_byte
        and root_of(targets[0]) is not None
    )
