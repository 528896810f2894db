"""Findings and functions after functions moved: what is known of one that nothing else happened to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from goescape_lsp.core.model import Finding, Function, Place, Span, Step

_FROM = "    from "


@dataclass(frozen=True, slots=True)
class Move:
    """How places moved: `rows` is how far down a place of a file went, `files` are the files by their printed names."""

    rows: Callable[[str, int], int]
    files: Mapping[str, str]

    def place(self, place: Place) -> Place:
        """Return where a place is now."""
        rows = self.rows(place.file, place.line)
        return Place(place.file, place.line + rows, place.column) if rows else place

    def words(self, line: str) -> str:
        """Return a step of an explanation, which ends with ` at file:line:column` or ` at file:line`."""
        words, at, place = line.rpartition(" at ")
        start, _, last = place.rpartition(":")
        file, _, number = start.rpartition(":")
        if not number.isdecimal():
            file, number, last = start, last, ""
        if not at or not number.isdecimal() or file not in self.files:
            return line
        rows = self.rows(self.files[file], int(number))
        return f"{words} at {file}:{int(number) + rows}{last and f':{last}'}" if rows else line


def finding_below(finding: Finding, rows: int, move: Move) -> Finding:
    """Return a finding as many lines further down, and whatever it leads to where that is now."""
    holder, decided = finding.holder, finding.decided_at
    return replace(
        finding,
        span=finding.span.below(rows),
        at=place_below(finding.at, rows),
        flow=tuple(
            Step(
                one.why,
                one.expression,
                one.source,
                one.target,
                move.place(one.place),
                one.capturer,
                one.written,
                one.inlined_from,
                one.is_given,
                one.is_deeper,
            )
            for one in finding.flow
        ),
        lines=tuple(move.words(line) if line.startswith(_FROM) else line for line in finding.lines),
        decided_at=None if decided is None else move.place(decided),
        also_at=tuple(place_below(place, rows) for place in finding.also_at),
        holder=_span(holder, rows),
        statement=_span(finding.statement, rows),
    )


def function_below(function: Function, rows: int) -> Function:
    """Return a function as many lines further down."""
    return replace(
        function,
        name_span=function.name_span.below(rows),
        span=function.span.below(rows),
        body=_span(function.body, rows),
        parameters=tuple(replace(one, span=one.span.below(rows)) for one in function.parameters),
    )


def _span(span: Span | None, rows: int) -> Span | None:
    return None if span is None else span.below(rows)


def place_below(place: Place, rows: int) -> Place:
    """Return a place as many lines further down."""
    return Place(place.file, place.line + rows, place.column)
