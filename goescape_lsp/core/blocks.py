"""The explanations of one compile, found by place and subject, and the containers that they mention."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from goescape_lsp.core.model import Cause, Place, Verdict
from goescape_lsp.core.naming import without_loops
from goescape_lsp.core.parse import Arrow, Block, Parsed, VerdictLine
from goescape_lsp.core.shape import CAPTURES, Syntax

_STORAGE = re.compile(r"^\{storage for (?P<subject>.*)\}$", re.DOTALL)
_CONSTANT = re.compile(r"^(?:[\w.]+\()?(?:-?\d|[\"'`])")
_SIZES = {
    "too large for stack": Cause.TOO_LARGE,
    "too aligned for stack": Cause.TOO_ALIGNED,
    "non-constant size": Cause.NON_CONSTANT_SIZE,
    "zero-sized element": Cause.ZERO_SIZE_ELEMENT,
}
_MOST_RIVALS = 8
SIZE_CAUSES = frozenset(_SIZES.values())


class Index:
    """The blocks and verdicts of the lines about one function, or outside of all, found by place and subject."""

    def __init__(self, parsed: Parsed) -> None:
        self.judged = {(line.place, line.subject) for line in parsed.verdicts}
        self.moved: dict[tuple[str, str], list[Place]] = {}
        self.method_values: dict[tuple[str, str], list[VerdictLine]] = {}
        for line in parsed.verdicts:
            if line.verdict is Verdict.MOVED:
                self.moved.setdefault((line.place.file, line.subject), []).append(line.place)
            receiver, dot, name = line.subject.rpartition(".")
            if dot and name.isidentifier() and line.verdict in {Verdict.ESCAPES, Verdict.STAYS}:
                self.method_values.setdefault((line.place.file, receiver), []).append(line)
        self.by_place: dict[Place, list[Block]] = {}
        self.by_subject: dict[tuple[str, str], list[Block]] = {}
        for block in parsed.blocks:
            self.by_place.setdefault(block.place, []).append(block)
            self.by_subject.setdefault((block.place.file, block.subject), []).append(block)
        boxed = [block for block in parsed.blocks if stores_itself(block)]
        self.boxes = {(p, block.subject) for block in boxed for p in (block.place, _last_place(block)) if p is not None}


NOTHING_SAID = Index(Parsed((), ()))
"""The index where no line stands."""

Indexed = Callable[[Place], Index]


class Blocks:
    """The blocks of one compile, asked for only when a place leads there."""

    def __init__(self, indexed: Indexed, syntax: Callable[[Place], Syntax | None]) -> None:
        """Take a way to the index and a way to the syntax around a place."""
        self._indexed = indexed
        self._syntax = syntax

    def of(self, place: Place, subject: str) -> tuple[Block, ...]:
        """Return the explanations of a verdict, in the compiler's order."""
        found = self._at(place)
        if subject == "append":
            return tuple(block for block in found if block.subject.startswith("append("))
        own = tuple(block for block in found if block.subject == subject)
        return own or self._before_folding(place, subject, found)

    def _before_folding(self, place: Place, subject: str, found: list[Block]) -> tuple[Block, ...]:
        """Return the explanation of a verdict whose subject was replaced by a constant after it was explained.

        Source: `text escapes to heap in F:` and then `"no credentials" escapes to heap`, go1.25 and later.
        """
        judged = self._indexed(place).judged if found else set[tuple[Place, str]]()
        orphans = tuple(block for block in found if (place, block.subject) not in judged)
        if not orphans and _CONSTANT.match(subject):  # folded in one inlined copy, and a variable in another
            orphans = tuple(found)
        return tuple(block for block in orphans if block.subject == orphans[0].subject)

    def has_box(self, place: Place, subject: str) -> bool:
        """Say whether a value is boxed where it is made: the compiler then explains the content and the box apart."""
        return (place, subject) in self._indexed(place).boxes

    def container(self, block: Block, last: Arrow, subject: str) -> Block | None:
        """Return the block of the allocation that holds the value, by the position rules of each reason."""
        if subject.startswith("append("):
            here = self._at(block.place)
            return next((other for other in here if other is not block and other.subject.startswith("append(")), None)
        reason = last.reasons[-1] if last.reasons else None
        # What a call of the same compile was given is held there, by another function.
        is_passed = any(one.why == "call parameter" for arrow in block.arrows[:-1] for one in arrow.reasons)
        if reason is not None:
            there = (other for other in self._at(reason.place) if other.subject == subject and other is not block)
            exact = next((other for other in there if is_passed or _may_hold(other, block)), None)
            if exact is not None:
                return exact
        same = self._indexed(block.place).by_subject.get((block.place.file, subject), ())
        candidates = [other for other in same if _may_hold(other, block)]
        if reason is None or not candidates:
            return candidates[0] if candidates else self._of_inlined(block, subject)
        if not reason.place.line:
            # The state of a loop over a function is shared with its body, a site at the same place.
            return next((other for other in candidates if other.place == block.place), candidates[0])
        # How far a line of another function is away says nothing.
        is_here = self._indexed(reason.place) is self._indexed(block.place)
        if reason.why in CAPTURES:
            # The compiler tells the innermost capture: of nested literals and loops, the one that is a site holds it.
            at, is_in_literal = self._bodies_around(reason.place)
            around = (other for place in at for other in candidates if other.place == place)
            held = next(around, None)
            if held is not None or is_in_literal:
                return held or self._of_inlined(block, subject)
        if not is_here:
            return candidates[0]
        before = [other for other in candidates if other.place.line == reason.place.line and other.place < reason.place]
        return max(before, key=lambda other: other.place, default=None) or _nearest(candidates, reason.place)

    def rivals(self, block: Block, container: Block, last: Arrow) -> tuple[Block, ...]:
        """Return other closures of a container's place that may hold a captured value just as well; a few of many."""
        at = last.reasons[-1].place if last.reasons else container.place
        if at.line and at != container.place:
            return ()  # the step tells where in the closure the value is used
        others = (other for other in self._at(container.place) if other.subject == container.subject)
        return tuple(other for other in others if other is not container and _may_hold(other, block))[:_MOST_RIVALS]

    def _at(self, place: Place) -> list[Block]:
        return self._indexed(place).by_place.get(place, [])

    def _of_inlined(self, block: Block, subject: str) -> Block | None:
        """Return the container where the call stands that inlined it; its own steps have the places of the callee."""
        places = [reason.place for arrow in reversed(block.arrows) for reason in reversed(arrow.reasons)]
        here = (other for place in places for other in self._at(place) if other.subject == subject)
        return next((other for other in here if other.place != block.place and _may_hold(other, block)), None)

    def _bodies_around(self, place: Place) -> tuple[tuple[Place, ...], bool]:
        """Return where the functions around a place begin that have no name, and whether a literal is among them."""
        syntax = self._syntax(place)
        if syntax is None:
            return (), False
        bodies = tuple(replace(body, file=place.file) for body in syntax.bodies_around(place))
        return bodies, bool(syntax.literals_around(place))


def stored_subject(arrow: Arrow) -> str | None:
    """Return the subject of the container that an arrow ends in, None when it ends elsewhere."""
    storage = _STORAGE.match(arrow.target)
    return storage["subject"] if storage is not None else None


def size_reason(block: Block) -> tuple[Cause, Place] | None:
    """Return the cause and place of a size or alignment that keeps a value off the stack, None when there is none."""
    for arrow in block.arrows:
        for reason in arrow.reasons:
            if reason.why in _SIZES:
                return _SIZES[reason.why], reason.place
    return None


def stores_itself(block: Block) -> bool:
    """Say whether a block's last container is its own subject: a literal that is boxed is printed twice."""
    if not block.arrows or block.subject == "func literal":
        return False
    return stored_subject(block.arrows[-1]) == block.subject


def _last_place(block: Block) -> Place | None:
    reasons = block.arrows[-1].reasons if block.arrows else ()
    return reasons[-1].place if reasons else None


def _may_hold(container: Block, block: Block) -> bool:
    if container is block:
        return False
    # A closure that captures by value may hold it too: its function is `F.func1` of `F`.
    holder, owner = without_loops(container.function), without_loops(block.function)
    return not holder or not owner or holder == owner or holder.startswith(f"{owner}.")


def _nearest(blocks: list[Block], place: Place) -> Block | None:
    return min(blocks, key=lambda block: abs(block.place.line - place.line), default=None)
