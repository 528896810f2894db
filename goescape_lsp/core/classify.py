"""From the compiler's explanation to one root cause and one rule: chases a value through what holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from goescape_lsp.core.blocks import SIZE_CAUSES, Blocks, Indexed, size_reason, stored_subject, stores_itself
from goescape_lsp.core.common import Common
from goescape_lsp.core.decision import RANGE, Decision, Trail, because
from goescape_lsp.core.model import Cause, Kind, Place, Rule
from goescape_lsp.core.parse import Arrow, Block, Reason
from goescape_lsp.core.shape import CAPTURES, Syntax
from goescape_lsp.core.steps import Steps
from goescape_lsp.core.tables.messages import VARIADIC

_CHASE_LIMIT = 64  # literals of generated code and of tests nest deep; only a circle of containers is longer
_BY_LABEL = {Cause.DEFER_LOOP: Cause.DEFER_LABEL, Cause.LOOP: Cause.LABEL}


class Classifier:
    """Decides the cause of each verdict of one compile, from its blocks and the package's sources."""

    def __init__(
        self,
        indexed: Indexed,
        common: Common,
        syntax: Callable[[Place], Syntax | None],
        *,
        is_brief: bool = False,
    ) -> None:
        """Take a way to what was said around a place, what the whole output says, and a way to the syntax there.

        `is_brief` says that the compiler was not asked for explanations.
        """
        self._syntax = syntax
        self._is_brief = is_brief
        self._blocks = Blocks(indexed, syntax)
        self._steps = Steps(indexed, common, syntax)

    def blocks_of(self, place: Place, subject: str) -> tuple[Block, ...]:
        """Return the explanations of a verdict, in the compiler's order."""
        return self._blocks.of(place, subject)

    def kind_of_selector(self, place: Place, subject: str, *, is_boxed: bool) -> Kind:
        """Return what a selector makes, `OTHER` where not even the explanation tells; see `Blocks.is_method_value`."""
        told = self._blocks.is_method_value(place, subject, is_boxed=is_boxed)
        return Kind.OTHER if told is None else Kind.METHOD_VALUE if told else Kind.INTERFACE

    def decide(self, place: Place, subject: str, kind: Kind, *, is_inlined: bool = False) -> Decision:
        """Return the one cause of a heap verdict; `UNKNOWN` when the compiler's reason is not in the table.

        It is `NOT_ASKED` for every verdict of an output without explanations.
        `is_inlined` says that the subject stands in an inlined body: the calls are those of that body then.
        """
        if self._is_brief:
            return because(Cause.NOT_ASKED)
        blocks = self._blocks.of(place, subject)
        for block in blocks:
            if (sized := size_reason(block)) is not None:
                return because(*sized)
        if not blocks:
            return because(Cause.UNKNOWN)
        is_boxed = kind is Kind.INTERFACE or self._blocks.has_box(place, subject)
        chosen = next((b for b in blocks if not stores_itself(b)), blocks[0])
        inlined_at = place if is_inlined else None
        decision, trail = self._chase(chosen, Trail(inlined_at=inlined_at), is_boxed, _CHASE_LIMIT)
        return self._by_label(_ruled(decision, trail, is_boxed), place)

    def _by_label(self, decision: Decision, place: Place) -> Decision:
        """Tell what only a label with a `goto` back to it makes a loop of from what runs again and again."""
        cause = _BY_LABEL.get(decision.cause)
        syntax = self._syntax(decision.at) if cause is not None and decision.at is not None else None
        if cause is None or syntax is None or decision.at is None or decision.at.file != place.file:
            return decision
        return replace(decision, cause=cause) if syntax.is_loop_by_label(decision.at, place) else decision

    def _chase(self, block: Block, trail: Trail, is_boxed: bool, left: int) -> tuple[Decision, Trail]:  # noqa: FBT001
        if not block.arrows or left == 0:
            return because(Cause.UNKNOWN), trail
        last, before = block.arrows[-1], trail
        trail = self._seen(block, trail)
        subject = stored_subject(last)
        if subject is None:
            return self._steps.decide(block, last, trail, is_boxed), trail
        container = self._blocks.container(block, last, subject)
        if container is None:
            return self._uncontained(block, last, trail)
        if (sized := size_reason(container)) is not None:
            return because(*sized), trail
        if trail.is_captured and not before.is_captured:
            return self._chase_capture(block, container, last, trail, is_boxed, left)
        return self._chase_on(block, container, trail, is_boxed, left)

    def _chase_capture(  # noqa: PLR0913, PLR0917 - what `_chase` has in hands
        self,
        block: Block,
        container: Block,
        last: Arrow,
        trail: Trail,
        is_boxed: bool,  # noqa: FBT001
        left: int,
    ) -> tuple[Decision, Trail]:
        """Chase a value into the closure that holds it; what keeps it is left out where that may be one of several.

        Source: all literals and loops of an inlined body have the place of the call, or of the loop, that it stands in.
        """
        found = self._chase_on(block, container, self._held_by(container, last, trail), is_boxed, left)
        for rival in self._blocks.rivals(block, container, last):
            other = self._chase_on(block, rival, self._held_by(rival, last, trail), is_boxed, left)
            if _ruled(*found, is_boxed) != _ruled(*other, is_boxed):
                decision, end = found
                callee = decision.callee if decision.callee == other[0].callee == RANGE else ""
                return because(Cause.HEAP_STORE, decision.at, callee), replace(end, is_doubtful=True)
        return found

    def _chase_on(
        self,
        block: Block,
        container: Block,
        trail: Trail,
        is_boxed: bool,  # noqa: FBT001
        left: int,
    ) -> tuple[Decision, Trail]:
        subject = stored_subject(block.arrows[-1])
        if subject != VARIADIC:  # from here on the container is passed on, not the box inside it
            trail, is_boxed = replace(trail, is_converted=False), subject == block.subject and is_boxed
        return self._chase(container, trail, is_boxed, left - 1)

    def _seen(self, block: Block, trail: Trail) -> Trail:
        """Add what a block's steps do to the value."""
        for arrow in block.arrows:
            for reason in arrow.reasons:
                trail = self._stepped(reason, trail)
            if stored_subject(arrow) not in {None, VARIADIC, block.subject}:
                trail = replace(trail, is_converted=False)  # from here on the container is passed on
        return trail

    def _stepped(self, reason: Reason, trail: Trail) -> Trail:
        match reason.why:
            case "captured by a closure":
                return self._captured(reason, trail)
            case "reference":
                return replace(trail, is_by_reference=trail.is_by_reference or trail.is_captured)
            case "interface-converted":
                return replace(trail, is_converted=True, converted_at=reason.place)
            case _:
                return trail

    def _captured(self, reason: Reason, trail: Trail) -> Trail:
        if trail.is_captured:
            return trail
        syntax = self._syntax(reason.place)
        literal = syntax.literal_around(reason.place) if syntax is not None else None
        keyword = literal.keyword if literal is not None else ""
        is_in_loop = literal is not None and literal.is_in_loop
        trail = replace(trail, is_captured=True, captured_at=reason.place)
        return replace(trail, capture_keyword=keyword, capture_in_loop=is_in_loop)

    def _held_by(self, container: Block, last: Arrow, trail: Trail) -> Trail:
        """Take for the capture the literal that holds the value: of nested ones, the compiler tells the innermost."""
        if not last.reasons or last.reasons[-1].why not in CAPTURES:
            return trail
        syntax = self._syntax(container.place)
        literal = syntax.literal_at(container.place) if syntax is not None else None
        if literal is None:
            return trail
        return replace(trail, capture_keyword=literal.keyword, capture_in_loop=literal.is_in_loop)

    def _uncontained(self, block: Block, last: Arrow, trail: Trail) -> tuple[Decision, Trail]:
        """Decide for a value in a container that has no explanation of its own: it stays, but the value may not."""
        at = last.reasons[-1].place if last.reasons else None
        if (returned := self._returned(block)) is not None:
            return because(Cause.RETURN, returned), replace(trail, is_captured=False, is_by_reference=False)
        if trail.is_captured and trail.capture_keyword == "go":
            return because(Cause.GOROUTINE, at), trail
        if trail.is_captured and trail.capture_keyword == "defer" and trail.capture_in_loop:
            return because(Cause.DEFER_LOOP, at), trail
        syntax = self._syntax(at) if at is not None else None
        if at is None or syntax is None:
            return because(Cause.OUTER_VAR, at), trail
        literals = syntax.literals_around(at) if trail.is_captured else ()
        held = replace(literals[-1].place, file=at.file) if literals else at
        if held.file == block.place.file and syntax.is_in_more_loops(block.place, held):
            return because(Cause.LOOP, at), replace(trail, is_captured=False, is_by_reference=False)
        return because(Cause.OUTER_VAR, at), trail

    def _returned(self, block: Block) -> Place | None:
        """Return where a value is put into a named result, which a closure shares."""
        for arrow in block.arrows[:-1]:
            reason = arrow.reasons[-1] if arrow.reasons else None
            syntax = self._syntax(reason.place) if reason is not None else None
            if reason is None or syntax is None or reason.why not in {"return", "assign", "assign-pair"}:
                continue
            # What a literal assigns to is the result of the function around it.
            is_own = reason.why == "return" or not syntax.literals_around(reason.place)
            if is_own and syntax.result_name(reason.place, arrow.target):
                return reason.place
        return None


def _ruled(decision: Decision, trail: Trail, is_boxed: bool) -> Decision:  # noqa: FBT001
    """Choose the rule: panic first, then boxing, then capture, then where the value goes."""
    held = replace(decision, is_captured=trail.is_captured, is_by_reference=trail.is_by_reference)
    held = replace(held, captured_at=trail.captured_at)
    if decision.cause is Cause.PANIC or decision.cause in SIZE_CAUSES or decision.cause is Cause.UNKNOWN:
        return held
    keeper = None if trail.is_doubtful else decision.rule
    if is_boxed:
        return replace(held, rule=Rule.INTERFACE_CONVERSION, keeper=keeper)
    if trail.is_captured and decision.cause is not Cause.OUTER_VAR:
        if trail.capture_keyword == "go":
            return replace(held, rule=Rule.GOROUTINE)
        if trail.capture_keyword == "defer":
            return replace(held, rule=Rule.DEFERRED_IN_LOOP)
        return replace(held, rule=Rule.CAPTURED_BY_CLOSURE, keeper=keeper)
    return held
