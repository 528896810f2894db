"""Moves facts along with edits, so that old findings stay at their expressions until a newer run replaces them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TypeVar

from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import FileFacts, Finding, Function, Place, Span, Step

_MAX_COMPARED_LINES = 4_000
"""Above it the changed middle of a file is taken as rewritten: comparing it would take seconds."""


def shift(facts: FileFacts, new: bytes) -> FileFacts:
    """Return the facts as they stand in the text `new`.

    Shape: what stands on lines that are the same moves with them; on a changed line it stays where the text of the
    expression is still found, and is dropped where it is not. `content` of the result is `new`; comments are not kept.
    """
    return facts if facts.content == new else shifted(facts, new).facts


@dataclass(frozen=True, slots=True)
class Shifted:
    """Facts as they stand in a newer text, and what helps to move them along to the next one.

    `findings` and `functions` are those of `origin`, moved, None where they are not there any more; `reaches` are the
    first and the last line in the file that each finding of `origin` speaks of.
    """

    origin: FileFacts
    facts: FileFacts
    moved: _Moved
    findings: tuple[Finding | None, ...]
    functions: tuple[Function | None, ...]
    reaches: tuple[tuple[int, int], ...]


def shifted(facts: FileFacts, new: bytes, earlier: Shifted | None = None) -> Shifted:
    """Return `shift` of facts with what helps to do it again; `earlier` are the same facts in the text before.

    Shape: what the edit between the two texts did not move is the same object as before.
    """
    earlier = None if earlier is None or earlier.origin is not facts else earlier
    reaches = _reaches(facts) if earlier is None else earlier.reaches
    moved = _Moved(split_lines(facts.content), split_lines(new))
    before = None if earlier is None else earlier.moved
    findings: list[Finding | None] = []
    for index, (finding, reach) in enumerate(zip(facts.findings, reaches, strict=True)):
        if moved.leaves(reach):
            findings.append(finding)
        elif earlier is not None and moved.moves_as(before, reach):
            findings.append(earlier.findings[index])
        else:
            findings.append(_finding(finding, facts.path, moved))
    functions = tuple(
        earlier.functions[index]
        if earlier is not None and moved.moves_as(before, (function.span.line, function.span.end_line))
        else _function(function, moved)
        for index, function in enumerate(facts.functions)
    )
    remarks = ((remark, moved.span(remark.span)) for remark in facts.remarks)
    result = replace(
        facts,
        content=new,
        findings=tuple(finding for finding in findings if finding is not None),
        functions=tuple(function for function in functions if function is not None),
        comments=(),
        remarks=tuple(replace(remark, span=span) for remark, span in remarks if span is not None),
    )
    return Shifted(facts, result, moved, tuple(findings), functions, reaches)


def _reaches(facts: FileFacts) -> tuple[tuple[int, int], ...]:
    """Return for each finding the first and the last line of the file that it speaks of."""
    found: list[tuple[int, int]] = []
    for finding in facts.findings:
        places = [finding.at, *(step.place for step in finding.flow)]
        places += [] if finding.decided_at is None else [finding.decided_at]
        spans = [finding.span, *(one for one in (finding.holder, finding.statement) if one is not None)]
        lines = [place.line for place in places if place.file == facts.path]
        lines += [line for span in spans for line in (span.line, span.end_line)]
        found.append((min(lines), max(lines)))
    return tuple(found)


class _Moved:
    """Where the lines of an old text are in a new one; line numbers count from 1.

    `head` and `tail` lines are the same at the start and at the end; those of the end are `below` lines further down.
    """

    def __init__(self, old: Sequence[bytes], new: Sequence[bytes]) -> None:
        self._old = old
        self._new = new
        self._same: dict[int, int] = {}
        self._edited: dict[int, int] = {}
        self.head = common_start(old, new)
        self.tail = common_start(old[self.head :][::-1], new[self.head :][::-1])
        self.below = len(new) - len(old)
        middle_old = old[self.head : len(old) - self.tail]
        middle_new = new[self.head : len(new) - self.tail]
        self._compare(middle_old, middle_new)

    def line(self, line: int) -> int | None:
        """Return where an unchanged line is now."""
        if line <= self.head:
            return line
        if line > len(self._old) - self.tail:
            return line + self.below
        return self._same.get(line)

    def leaves(self, reach: tuple[int, int]) -> bool:
        """Say whether lines from a first to a last one are where they were."""
        first, last = reach
        return last <= self.head or (not self.below and first > len(self._old) - self.tail)

    def moves_as(self, other: _Moved | None, reach: tuple[int, int]) -> bool:
        """Say whether another move of the same old text moves a reach in the same way, both as a whole."""
        if other is None:
            return False
        first, last = reach
        is_above = last <= min(self.head, other.head)
        is_below = first > len(self._old) - min(self.tail, other.tail)
        return is_above or (is_below and self.below == other.below)

    def span(self, span: Span) -> Span | None:
        """Return where a stretch of text is now, None when it is not there any more."""
        first, last = self.line(span.line), self.line(span.end_line)
        if first is not None and last is not None:
            return Span(first, span.column, last, span.end_column) if last >= first else None
        edited = self._edited.get(span.line)
        if edited is None or span.line != span.end_line:
            return None
        text = self._old[span.line - 1][span.column - 1 : span.end_column - 1]
        column = _find(self._new[edited - 1], text, span.column, self._old[span.line - 1])
        return None if column is None else Span(edited, column, edited, column + len(text))

    def place(self, place: Place, known: tuple[Span, Span]) -> Place:
        """Return where a place is now; one inside the old span of `known` goes with it to the new one."""
        old, new = known
        line = self.line(place.line)
        if line is not None:
            return place if line == place.line else Place(place.file, line, place.column)
        if old.line == old.end_line == place.line and old.column <= place.column <= old.end_column:
            return replace(place, line=new.line, column=place.column + new.column - old.column)
        return replace(place, line=self.near(place.line), column=0)

    def near(self, line: int) -> int:
        """Return the line that now stands where `line` stood, or the one before it."""
        candidates = (self.line(before) or self._edited.get(before) for before in range(line, 0, -1))
        return next((found for found in candidates if found is not None), 1)

    def _compare(self, old: Sequence[bytes], new: Sequence[bytes]) -> None:
        if max(len(old), len(new)) > _MAX_COMPARED_LINES:
            return
        for kind, a, a_end, b, b_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                self._same.update((self.head + a + n + 1, self.head + b + n + 1) for n in range(a_end - a))
            elif kind == "replace":
                pairs = min(a_end - a, b_end - b)
                self._edited.update((self.head + a + n + 1, self.head + b + n + 1) for n in range(pairs))


Items = TypeVar("Items", bytes, Sequence[bytes])


def common_start(one: Items, other: Items) -> int:
    """Return how many items are the same at the start of two sequences: bytes, or lines."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _find(line: bytes, text: bytes, column: int, old_line: bytes) -> int | None:
    """Return the 1-based column of `text` in an edited line; with several, the one that kept its distance to an end."""
    if not text.strip():
        return None
    start = column - 1
    if line[start : start + len(text)] == text and line[:start] == old_line[:start]:
        return column
    from_end = start + len(line) - len(old_line)
    if from_end >= 0 and line[from_end : from_end + len(text)] == text and line[from_end:] == old_line[start:]:
        return from_end + 1
    return line.find(text) + 1 if line.count(text) == 1 else None


def _finding(finding: Finding, path: str, moved: _Moved) -> Finding | None:
    span = moved.span(finding.span)
    if span is None:
        return None
    known = (finding.span, span)

    def place(old: Place) -> Place:
        return moved.place(old, known) if old.file == path else old

    return replace(
        finding,
        span=span,
        at=place(finding.at),
        flow=tuple(_step(step, place) for step in finding.flow),
        decided_at=None if finding.decided_at is None else place(finding.decided_at),
        holder=None if finding.holder is None else moved.span(finding.holder),
        statement=None if finding.statement is None else moved.span(finding.statement),
    )


def _step(step: Step, place: Callable[[Place], Place]) -> Step:
    now = place(step.place)
    # Not `replace`: it takes several times as long, and there are thousands.
    if now is step.place:
        return step
    more = (step.capturer, step.written, step.inlined_from, step.is_given, step.is_deeper)
    return Step(step.why, step.expression, step.source, step.target, now, *more)


def _function(function: Function, moved: _Moved) -> Function | None:
    name = moved.span(function.name_span)
    if name is None:
        return None
    old = function.span
    # The body may change as it likes: the function ends where its last line went.
    end = max(moved.near(old.end_line), name.line)
    column = old.end_column if moved.line(old.end_line) is not None else 1
    if end == name.line:
        column = max(column, name.end_column)
    parameters = ((parameter, moved.span(parameter.span)) for parameter in function.parameters)
    return replace(
        function,
        name_span=name,
        span=Span(min(moved.near(old.line), name.line), old.column, end, column),
        parameters=tuple(replace(parameter, span=span) for parameter, span in parameters if span is not None),
        body=None,
    )
