"""Findings and functions some lines further down: what is known of a function that only moved. Pure."""

from __future__ import annotations

from dataclasses import replace

from goescape_lsp.core.model import Finding, Function, Parameter, Place, Span, Step
from goescape_lsp.core.parts import GENERATED

_FROM = "    from "
_GENERATED = GENERATED.decode()


def finding_below(finding: Finding, rows: int) -> Finding:
    """Return a finding as many lines further down, all places of its file and of the compiler's words with it.

    Shape: every place of these words must be in what moved, or in code that the compiler makes.
    """
    holder, decided = finding.holder, finding.decided_at
    return replace(
        finding,
        span=finding.span.below(rows),
        at=_place(finding.at, rows),
        flow=tuple(
            Step(one.why, one.expression, one.source, one.target, _moved(one.place, finding.file, rows))
            for one in finding.flow
        ),
        lines=tuple(_words(line, rows) if line.startswith(_FROM) else line for line in finding.lines),
        decided_at=None if decided is None else _moved(decided, finding.file, rows),
        also_at=tuple(_place(place, rows) for place in finding.also_at),
        holder=None if holder is None else holder.below(rows),
    )


def function_below(function: Function, rows: int) -> Function:
    """Return a function as many lines further down."""
    return replace(
        function,
        name_span=function.name_span.below(rows),
        span=function.span.below(rows),
        body=_span(function.body, rows),
        parameters=tuple(Parameter(one.name, one.span.below(rows), one.leaks) for one in function.parameters),
    )


def _span(span: Span | None, rows: int) -> Span | None:
    return None if span is None else span.below(rows)


def _place(place: Place, rows: int) -> Place:
    return Place(place.file, place.line + rows, place.column)


def _moved(place: Place, file: str, rows: int) -> Place:
    return _place(place, rows) if place.file == file else place


def _words(line: str, rows: int) -> str:
    """Return a step of an explanation, which ends with ` at file:line:column` or ` at file:line`."""
    words, at, place = line.rpartition(" at ")
    start, _, last = place.rpartition(":")
    file, _, number = start.rpartition(":")
    if not at or not last.isdecimal() or place.startswith(_GENERATED):
        return line
    if file and number.isdecimal():
        return f"{words} at {file}:{int(number) + rows}:{last}"
    return f"{words} at {start}:{int(last) + rows}"
