"""What the compiler says of one unit, all build variants together: a function, or what is outside of all. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from goescape_lsp.core.contract import is_way
from goescape_lsp.core.model import Finding, Function, Kind, Parameter, Place, Span, Verdict
from goescape_lsp.core.naming import is_counted
from goescape_lsp.core.parts import OUTSIDE
from goescape_lsp.session.reader import Reader
from goescape_lsp.session.reuse import Classifiers, Draft, Seen, Sites, Stamp, Unit
from goescape_lsp.session.snapshot import directory_of
from goescape_lsp.syntax.constructors import kept_calls
from goescape_lsp.syntax.source import Source

Inlining = dict[tuple[str, Span], str]


@dataclass(frozen=True, slots=True)
class Drafts:
    """Drafts units; `paths` gives the files of a run that a unit's file stands for, `stamp` what it is drawn from."""

    classifiers: Classifiers
    go_version: str
    unit_of: Callable[[Place], Unit]
    stamp: Callable[[Unit], Stamp]

    def of(self, unit: Unit, paths: Iterable[str]) -> Draft:
        """Return what the compiler says of a unit."""
        sites: Sites = {}
        inlining: Inlining = {}
        unknown: list[str] = []
        # The compile of another package may have copies of a literal, and only its own tells the name.
        named = self._named(unit)
        sources = self.classifiers.sources
        seen = Seen(unit, self.unit_of)
        for index, output in enumerate(self.classifiers.outputs):
            parsed = output.parsed(unit)
            if output.is_good:
                unknown.extend(parsed.unknown)
            for place, sentence in parsed.inlining.items():
                source = sources.get(place.file)
                if source is not None and (name := source.function_at(place)) is not None:
                    inlining.setdefault((place.file, name), sentence.replace("go.shape.", ""))
            parsed = replace(parsed, names=named)
            Reader(output.package, parsed, sources, self.classifiers.of(index, seen), self.go_version).add_to(sites)
        findings = in_order(sites.values())
        functions: dict[str, tuple[Function, ...]] = {}
        calls: set[tuple[str, str]] = set()
        for path in paths:
            functions[path] = tuple(_functions(sources[path], unit, path, findings, inlining))
            if not path.endswith("_test.go"):
                kept = kept_calls(sources[path], unit[1] if unit[0] == path else None)
                calls.update((directory_of(path), name) for name in kept)
        has_append = any(finding.kind is Kind.APPEND for finding in findings)
        looked_into = tuple((other, self.stamp(other)) for other in seen.units)
        reach = self._reach((unit, *seen.units))
        return Draft(findings, functions, tuple(unknown), looked_into, reach, has_append, frozenset(calls), named)

    def _named(self, unit: Unit) -> dict[Place, tuple[str, ...]]:
        """Return how the compiler calls what has no name of its own in the source, by place, over all compiles."""
        named: dict[Place, tuple[str, ...]] = {}
        for output in self.classifiers.outputs:
            for place, names in output.parsed(unit).names.items():
                if any(map(is_counted, names)):
                    named[place] = tuple(dict.fromkeys((*named.get(place, ()), *names)))
        return named

    def _reach(self, units: Sequence[Unit]) -> frozenset[tuple[str, bytes]]:
        """Return the names of some units and of all that their lines lead to."""
        named = (output.part(unit).named for output in self.classifiers.outputs for unit in units)
        return frozenset(self._name(unit) for unit in units).union(*named)

    def _name(self, unit: Unit) -> tuple[str, bytes]:
        file, key = unit
        source = self.classifiers.sources.get(file)
        stretch = None if source is None else source.outline.stretches.get(key)
        return (file, OUTSIDE if stretch is None else stretch.name)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings of a file by their positions."""
    return tuple(sorted(findings, key=_position))


def _position(finding: Finding) -> tuple[int | str, ...]:
    # Numbers compare much faster than spans and places, and in the same order.
    span, at = finding.span, finding.at
    return (span.line, span.column, span.end_line, span.end_column, at.file, at.line, at.column, finding.subject)


def _functions(
    source: Source, unit: Unit, path: str, findings: Sequence[Finding], inlining: Mapping[tuple[str, Span], str]
) -> Iterable[Function]:
    stretches = source.outline.stretches
    parameters = [one for one in findings if one.kind is Kind.PARAMETER and one.file == path]
    is_all = unit[0] != path
    for function in source.outline.functions:
        stretch = None if is_all else stretches.of(function.span.line)
        if (OUTSIDE if stretch is None else stretch.key) == unit[1]:
            yield _described(function, source, parameters, inlining.get((path, function.name_span), ""))


def _described(function: Function, source: Source, found: Sequence[Finding], inlining: str) -> Function:
    """Add what the compiler said of a function: its inlining and what it does with its parameters."""
    parameters: dict[tuple[str, int, int], Parameter] = {}
    first = bisect_left(found, function.span.line, key=_line_of)
    last = bisect_right(found, function.span.end_line, key=_line_of)
    for finding in found[first:last]:
        key = (finding.subject, finding.span.line, finding.span.column)
        leaks = parameters[key].leaks if key in parameters else ()
        if finding.verdict is Verdict.LEAKS:
            leaks = (*leaks, *(line for line in finding.lines if is_way(line)))
        is_reference = bool(leaks) and source.takes_reference(finding.span)
        parameters[key] = Parameter(finding.subject, finding.span, leaks, is_reference)
    return replace(function, parameters=tuple(parameters.values()), inlining=inlining)


def _line_of(finding: Finding) -> int:
    return finding.span.line
