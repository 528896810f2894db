"""The explanations of one compile, found by place and subject, and the containers that they mention."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from goescape_lsp.core.exits import Exits
from goescape_lsp.core.model import Cause, Place, Verdict
from goescape_lsp.core.naming import without_loops
from goescape_lsp.core.parse import Arrow, Block, Parsed, VerdictLine, parse_arrows
from goescape_lsp.core.shape import CAPTURES, Syntax
from goescape_lsp.core.tables.messages import LITERAL, VARIADIC

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
        self._parsed = parsed
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

    @cached_property
    def fillings(self) -> dict[str, bool | None]:
        """Tell of each subject whose storage something flows into whether it is the receiver of a method value.

        Source: cmd/compile/internal/escape, OMETHVALUE and OCONVIFACE: a receiver goes there through `{temp}`, what is
        boxed is `interface-converted`. It is None where a subject is told as both.
        """
        found: dict[str, bool | None] = {}
        leaks = (arrow for leak in self._parsed.leaks for arrow in parse_arrows(leak.lines))
        for arrow in (*(arrow for block in self._parsed.blocks for arrow in block.arrows), *leaks):
            subject = stored_subject(arrow)
            is_receiver = arrow.source == "{temp}" and not arrow.reasons
            is_boxed = any(one.why == "interface-converted" and one.expression == subject for one in arrow.reasons)
            if subject is not None and is_receiver != is_boxed:
                found[subject] = is_receiver if found.get(subject, is_receiver) is is_receiver else None
        return found

    @cached_property
    def addressed(self) -> frozenset[Place]:
        """Return the places where the address of something is taken."""
        reasons = (reason for block in self._parsed.blocks for arrow in block.arrows for reason in arrow.reasons)
        return frozenset(reason.place for reason in reasons if reason.why == "address-of")


NOTHING_SAID = Index(Parsed((), ()))
"""The index where no line stands."""

Indexed = Callable[[Place], Index]


class Blocks:
    """The blocks of one compile, asked for only when a place leads there."""

    def __init__(self, indexed: Indexed, syntax: Callable[[Place], Syntax | None]) -> None:
        """Take a way to the index and a way to the syntax around a place."""
        self._indexed = indexed
        self._syntax = syntax
        self._exits = Exits(syntax)

    def of(self, place: Place, subject: str) -> tuple[Block, ...]:
        """Return the explanations of a verdict, in the compiler's order, as far as its own function goes."""
        return tuple(self._exits.own_part(block) for block in self._whole(place, subject))

    def _whole(self, place: Place, subject: str) -> tuple[Block, ...]:
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

    def is_method_value(self, place: Place, subject: str, *, is_boxed: bool) -> bool | None:
        """Say whether a selector makes a function, False for a box, None where its explanation leaves it open.

        `is_boxed` says that an interface takes it: then what is spilled is the function or the box.
        """
        blocks = self.of(place, subject)
        if not blocks:
            return None
        if any(_is_function_boxed(block, place) for block in blocks):
            return True
        if is_boxed or any(self._is_printed(block) for block in blocks):
            return False
        index = self._indexed(place)
        return True if place in index.addressed else index.fillings.get(subject)

    def _is_printed(self, block: Block) -> bool:
        """Say whether a function of package fmt takes a value: all that these take but texts are interfaces.

        Shape: where code is inlined, the arguments of all its calls have one place: then all calls must be of fmt.
        """
        last = block.arrows[-1].reasons[-1:] if block.arrows else ()
        if last and stored_subject(block.arrows[-1]) == VARIADIC:
            inside = [other for other in self._at(last[0].place) if other.subject == VARIADIC]
            last = tuple(one for other in inside for arrow in other.arrows for one in arrow.reasons[-1:])
        called = [one.expression for one in last if one.why == "call parameter"]
        return bool(called) and all(text.startswith("fmt.") for text in called)

    def container(self, block: Block, last: Arrow, subject: str) -> Block | None:
        """Return the block of the allocation that holds the value, by the position rules of each reason."""
        holder = self._holder(block, last, subject)
        return None if holder is None else self._exits.own_part(holder)

    def _holder(self, block: Block, last: Arrow, subject: str) -> Block | None:
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


def telling(blocks: tuple[Block, ...]) -> Block | None:
    """Return the explanation to show of a verdict with several: the one that gives a size, else the first."""
    return next((block for block in blocks if size_reason(block) is not None), blocks[0] if blocks else None)


def stores_itself(block: Block) -> bool:
    """Say whether a block's last container is its own subject: a literal that is boxed is printed twice."""
    if not block.arrows or block.subject == LITERAL:
        return False
    return stored_subject(block.arrows[-1]) == block.subject


def _is_function_boxed(block: Block, place: Place) -> bool:
    """Say whether what is made at a place is put into an interface afterwards: a box that is made is in one."""
    made = [(one.why, one.place) for one in block.arrows[0].reasons[:2]] if block.arrows else []
    return made == [("spill", place), ("interface-converted", place)]


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
