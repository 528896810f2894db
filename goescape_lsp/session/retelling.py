"""What the compiler's steps leave open: whose code a step is, where a value leaves, and whether it is the one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from sys import intern

from goescape_lsp.core.decision import Decision
from goescape_lsp.core.model import Place, Rule, Step
from goescape_lsp.core.naming import is_literal, without_types
from goescape_lsp.core.noise import ASSIGNED
from goescape_lsp.core.steps import called_name
from goescape_lsp.core.tables.messages import VARIADIC
from goescape_lsp.syntax.source import Source

_RESULT = re.compile(r"^(?:\w+\()?~[rR]\d+\)?$")
_QUALIFIER = re.compile(r"(?<![\w.)\]])(\w+)\.(?=[a-z_])")
_OVER_AT_ONCE = ASSIGNED | {"call parameter", "send", "appendee slice", "appended slice...", "key of map put"}
_KEPT = frozenset(
    {
        Rule.APPENDED,
        Rule.COPIED,
        Rule.SENT_ON_CHANNEL,
        Rule.STORED_IN_GLOBAL,
        Rule.STORED_IN_HEAP_OBJECT,
        Rule.STORED_IN_MAP,
        Rule.OUTLIVES_LOOP_ITERATION,
        Rule.OUTLIVES_SCOPE,
    }
)
"""Rules about a statement: it cannot have the place of a call, unless it stands in the body that was inlined there."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """Adds to the steps of one compile what its sources tell; `inlined` maps a call's place to its inlined callees.

    Source: cmd/compile/internal/inline: what was a function's body has the place of the `(` of the call.
    """

    sources: Mapping[str, Source]
    inlined: Mapping[Place, tuple[str, ...]]

    def flow(self, steps: tuple[Step, ...], made: Place, inlined_from: str) -> tuple[Step, ...]:
        """Return the steps of a value that is made at a place, in the source or in a body that was inlined there."""
        retold = list(self._inlined(steps, made if inlined_from else None))
        for index, step in enumerate(retold):
            if step.why == "return" or (step.why in ASSIGNED and _is_early(step, made)):
                start = next((i for i in range(index, 0, -1) if not _is_operand(retold[i - 1], step)), 0)
                retold[start : index + 1] = self._reached(retold[start : index + 1], made)
        return tuple(retold)

    def keeper(self, decision: Decision, made: Place, flow: tuple[Step, ...]) -> str:
        """Return the function in whose inlined body a value is kept, "" where that is in the source or a call.

        Shape: `flow` are its steps as `flow` tells them; of bodies in one another they name the inner one, where known.
        """
        is_captured = decision.rule is Rule.CAPTURED_BY_CLOSURE
        at = decision.captured_at if is_captured else decision.at
        source = self.sources.get(made.file)
        if at is None or source is None or not (is_captured or decision.rule in _KEPT):
            return ""
        is_here = at.file == made.file and source.is_one_function(made, at)
        told = (step.inlined_from for step in reversed(flow) if step.place == at and step.inlined_from)
        keeper = next(told, self._body_at(at)) if is_here else ""
        return "" if is_literal(keeper) else keeper  # whose body is in the source

    def is_of_other(self, flow: tuple[Step, ...], made: Place) -> bool:
        """Say whether the last step of a flow is over before the value gets where that step takes it from.

        Source: cmd/compile/internal/escape: all values that a variable holds in turn are one.
        """
        source = self.sources.get(made.file)
        told = [one for one in flow if one.place.line and one.place.file == made.file and one.why != "spill"]
        if source is None or not told or told[-1].why not in _OVER_AT_ONCE or told[-1].inlined_from:
            return False
        last = told[-1].place
        before = next((one.place for one in reversed(told) if one.place.line != last.line), made)  # else its operand
        name = told[-1].source.lstrip("&*")
        return (last.line, last.column) < (before.line, before.column) and not source.may_follow(before, last, name)

    def _inlined(self, steps: tuple[Step, ...], made_in: Place | None) -> Iterator[Step]:
        """Yield the steps with the inlined functions that they stand in; what comes before a value is given is not."""
        given = {step.place: index for index, step in reversed(tuple(enumerate(steps))) if _is_given(step)}
        for index, step in enumerate(steps):
            owner = self._body_at(step.place) if step.place in self.inlined else ""
            if not owner or _is_of_result(step):
                yield step
                continue
            first = None if step.place == made_in else given.get(step.place)
            is_before = first is not None and index < first
            if is_before or (first is None and step.place != made_in and self._is_of_call(step)):
                yield step
            else:
                owner, is_deeper = self._owner(step, owner)
                yield replace(step, inlined_from=owner, is_given=index == first, is_deeper=is_deeper)

    def _body_at(self, place: Place) -> str:
        """Return the function that was inlined at the `(` of a call, "" where none was."""
        names = self.inlined.get(place, ())
        source = self.sources.get(place.file)
        call = source.call_at(place) if names and source is not None else None
        if call is None or source is None or (place.line, place.column) < (call.span.line, call.span.column):
            return ""
        return intern(without_types(names[0]).removeprefix(source.package_name + "."))

    def _owner(self, step: Step, outermost: str) -> tuple[str, bool]:
        """Return the function that a step of inlined code stands in, and whether it may be one inlined into that.

        Shape: variables of other packages have the package's name in the compiler's text: `textproto.h[textproto.key]`.
        """
        others = self.inlined[step.place][1:]
        qualifiers = set(_QUALIFIER.findall(step.expression))
        found = {intern(without_types(name)) for name in others if name.partition(".")[0] in qualifiers and "." in name}
        if outermost.partition(".")[0] in qualifiers or len(found) != 1:
            return outermost, bool(others)
        return found.pop(), False

    def _is_of_call(self, step: Step) -> bool:
        """Say whether a step is about the call at its place: the slice of its arguments, or a copy not inlined."""
        if step.why != "call parameter":
            return step.expression == VARIADIC
        source = self.sources.get(step.place.file)
        call = source.call_at(step.place) if source is not None else None
        return call is not None and _last(called_name(step.expression)) == _last(call.function)

    def _reached(self, steps: list[Step], made: Place) -> list[Step]:
        """Return a step of a statement, after those of its operands, as that of the one that a value comes to.

        Shape: where none is known it has neither a place nor the expression, and its operands no step.
        """
        told = steps[-1]
        source = self.sources.get(made.file)
        if source is None or told.place.file != made.file:
            return steps
        found = source.comes_to(made, told.place, told.source.lstrip("&*"))
        if found is None:
            nowhere = Place(made.file, 0, 0)
            silent = [replace(step, why="", place=nowhere) for step in steps[:-1]]
            is_named = told.why != "return" and told.target.isidentifier()
            return [
                *silent,
                replace(told, expression=f"{told.target} = …" if is_named else "", written="", place=nowhere),
            ]
        place, text = found
        if place == told.place:
            return steps
        return [
            *(replace(step, place=place) for step in steps[:-1]),
            replace(told, place=place, expression=intern(text), written=""),
        ]


def where_now(place: Place | None, told: tuple[Step, ...], retold: tuple[Step, ...]) -> Place | None:
    """Return where a step is now that was told at a place, None where that is not known."""
    now = next((new.place for old, new in zip(told, retold, strict=True) if old.place == place != new.place), place)
    return now if now is not None and now.line else None


def _is_of_result(step: Step) -> bool:
    """Say whether a caller boxes the result of the call at a place, which is the place of what is boxed."""
    return step.why == "interface-converted" and _RESULT.match(step.expression) is not None


def _is_given(step: Step) -> bool:
    """Say whether a step may give a parameter its value: `p, q := x, y`."""
    return step.why == "assign-pair" and " := " in step.expression


def _is_early(step: Step, made: Place) -> bool:
    """Say whether an assignment in the source stands before the value that it is told of."""
    is_own = not step.inlined_from and not step.source.startswith("&")  # which is there before what it points to
    return is_own and step.place.file == made.file and 0 < step.place.line < made.line


def _is_operand(step: Step, told: Step) -> bool:
    """Say whether a step is about an operand of a statement: `dst[:0]` of `return dst[:0], nil`."""
    is_there = (step.place.file, step.place.line) == (told.place.file, told.place.line)
    return is_there and step.why not in {"return", *ASSIGNED}


def _last(name: str) -> str:
    return without_types(name).rpartition(".")[2]
