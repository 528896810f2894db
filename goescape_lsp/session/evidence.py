"""Holds what was judged about allocation against the machine code, and adds what only the machine code tells. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from goescape_lsp.core.aggregates import in_one_block
from goescape_lsp.core.assembly import Assembly, carries, grows_map, is_called, weigh
from goescape_lsp.core.judge import is_sum, judge_silent
from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Package, Rule, Span, Verdict
from goescape_lsp.core.naming import Told, function_of
from goescape_lsp.core.selectors import settled
from goescape_lsp.core.temperature import temper
from goescape_lsp.session.origins import as_origins
from goescape_lsp.session.reader import growth_reason
from goescape_lsp.syntax.silent import Silent, growth, silent_sites
from goescape_lsp.syntax.source import Source

_OPEN = frozenset([Allocation.UNKNOWN, Allocation.DOES_NOT_ALLOCATE])


def weighed(  # noqa: PLR0913 - the findings, and all that a file's machine code is held against
    findings: tuple[Finding, ...],
    assembly: Assembly,
    sources: Mapping[str, Source],
    packages: Iterable[Package],
    named: Told,
    *,
    has_append: bool,
) -> tuple[Finding, ...]:
    """Return the findings as the machine code has them, and the allocations that the compiler prints no line for.

    Shape: unchanged without machine code. A site that the compiler is silent about has the verdict `stays` and no
    lines; it is one only where its line calls the run-time function for its kind. `has_append` says that the compiler
    speaks of an `append` anywhere: from go1.25 it speaks of each. `named` is how the compiler calls functions.
    """
    if not assembly.calls:
        return findings
    findings = tuple(settled(finding, assembly) for finding in findings)
    called = {file for (file, _), names in assembly.calls.items() if names} & sources.keys()
    sites = {file: _sites(file, sources[file], named) for file in called if not sources[file].has_line_directives}
    owners = {path: package.import_path for package in packages for path in package.files}
    silent = _added(findings, assembly, sites, owners, has_append=has_append)
    added = tuple(temper(finding, is_test=sources[finding.file].helps_tests) for finding in silent)
    # What is stored into a map takes none of the calls that make one.
    makers = (f for f in (*findings, *added) if not (f.is_silent and f.kind is Kind.MAP))
    mates = Counter((f.file, f.span.line, f.kind) for f in makers if f.verdict is not Verdict.LEAKS)
    rivals = (one for one in findings if one.is_heap and _costs(one) and not one.inlined_from)
    crowds = Counter((one.file, line) for one in rivals for line in _lines(one.span))
    held = tuple(
        weigh(
            finding,
            assembly,
            is_alone=mates[finding.file, finding.span.line, finding.kind] == 1,
            is_only=all(crowds[finding.file, line] == 1 for line in _lines(finding.span)),
        )
        for finding in findings
    )
    held = as_origins(in_one_block(held, assembly), assembly)
    told = tuple(_joined(_grown(finding, assembly, sources), sites.get(finding.file, ())) for finding in held)
    made = {(f.file, line) for f in told if f.is_heap and _costs(f) for line in _lines(f.span)}
    alone = ((f, mates[f.file, f.span.line, f.kind] == 1) for f in added)
    judged = (_judged(f, sources[f.file], assembly, made, is_alone=is_alone) for f, is_alone in alone)
    return (*told, *judged)


def _sites(file: str, source: Source, named: Told) -> tuple[Silent, ...]:
    """Return the expressions that the compiler may be silent about, with its own names of their functions."""
    package = source.package_name
    return tuple(
        replace(one, shape=replace(one.shape, function=function_of(one.shape, file, package, named)))
        if one.shape.named_at is not None
        else one
        for one in silent_sites(source)
    )


def _added(
    findings: tuple[Finding, ...],
    assembly: Assembly,
    sites: Mapping[str, tuple[Silent, ...]],
    owners: Mapping[str, str],
    *,
    has_append: bool,
) -> Iterator[Finding]:
    """Yield the silent sites whose lines call the allocator, without those that the compiler did speak of."""
    told = {(f.file, f.span.line, f.span.column, f.kind) for f in findings}
    rivals: dict[tuple[str, int], list[Span]] = {}
    for finding in findings:
        if finding.kind is Kind.STRING and is_sum(finding.subject):
            rivals.setdefault((finding.file, finding.at.line), []).append(finding.span)
    deferred = {(f.file, f.span.line) for f in findings if f.is_heap and f.rule is Rule.DEFERRED_IN_LOOP}
    for file, found in sites.items():
        for site in found:
            kind, span = site.shape.kind, site.shape.span
            if (file, span.line, span.column, kind) in told or (has_append and kind is Kind.APPEND):
                continue
            if kind is Kind.OTHER and (file, span.line) in deferred and not site.reason:
                continue
            if _is_made(site, assembly, file) and not _is_taken(site, rivals.get((file, span.line), [])):
                yield _finding(site, file, owners.get(file, ""))


def _is_made(site: Silent, assembly: Assembly, file: str) -> bool:
    if site.shape.kind is Kind.CLOSURE or site.reason:
        return carries(assembly, file, _lines(site.shape.span))
    if site.shape.kind is Kind.MAP:
        return any(grows_map(assembly, file, line) for line in _lines(site.shape.span))
    return is_called(assembly, site.shape.kind, file, site.at.line)


def _lines(span: Span) -> range:
    return range(span.line, span.end_line + 1)


def _costs(finding: Finding) -> bool:
    return finding.allocation is not Allocation.DOES_NOT_ALLOCATE


def _is_taken(site: Silent, rivals: list[Span]) -> bool:
    """Say whether the concatenation that a line calls may well be another one: `s += a + b` is one call for both."""
    if site.shape.kind is not Kind.STRING:
        return False
    return any(_ends_with(site.shape.span, rival) for rival in rivals) or (bool(rivals) and not site.is_certain)


def _is_inside(inner: Span, outer: Span) -> bool:
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _finding(site: Silent, file: str, package: str) -> Finding:
    shape = site.shape
    return Finding(
        file=file,
        span=shape.span,
        at=replace(site.at, file=file),
        verdict=Verdict.STAYS,
        subject=shape.expression,
        kind=shape.kind,
        cause=Cause.DEFER_LABEL if site.is_behind_label else Cause.NONE,
        rule=None,
        function=shape.function,
        package=package,
        allocation=Allocation.UNKNOWN,
        temperature=shape.temperature,
        expression=shape.expression,
        temperature_reason=shape.temperature_reason,
        allocation_reason=site.reason,
        statement=shape.statement,
    )


def _judged(
    finding: Finding, source: Source, assembly: Assembly, made: set[tuple[str, int]], *, is_alone: bool
) -> Finding:
    """Judge a silent site; `made` are the lines where something else is allocated that may explain an object there.

    Where the closure around a call is sure to be an object, `allocation_reason` says so: nothing else explains it.
    """
    carried = finding.allocation_reason
    if carried:
        is_alone = True
    elif finding.kind in {Kind.CLOSURE, Kind.OTHER}:
        is_alone &= not any((finding.file, line) in made for line in _lines(finding.span))
        carried = "carried" if is_alone and carries(assembly, finding.file, _lines(finding.span)) else ""
    allocation, reason, rule = judge_silent(finding.kind, is_alone=is_alone, carried=carried)
    if reason == "growth":
        reason = growth_reason(source, finding.span)
    if reason == "deferred-record" and finding.cause is Cause.DEFER_LABEL:
        reason = "deferred-label"
    return replace(finding, allocation=allocation, allocation_reason=reason, rule=rule)


def _joined(finding: Finding, sites: Iterable[Silent]) -> Finding:
    """Say of `a + b` in `s += a + b` that no memory is its own: both are one concatenation."""
    is_open = finding.rule is Rule.STRING_CONCATENATION or finding.allocation_reason == "empty-part"
    if not is_open or finding.inlined_from:
        return finding
    sums = (site.shape.span for site in sites if site.shape.kind is Kind.STRING)
    is_part = any(span.end_line == finding.span.end_line and _ends_with(span, finding.span) for span in sums)
    return replace(finding, allocation_reason="joined-sum") if is_part else finding


def _ends_with(whole: Span, part: Span) -> bool:
    """Say whether a part is all of the right side: `a + b` in `s += a + b`, not in `s += f(a + b)`."""
    return _is_inside(part, whole) and (part.end_line, part.end_column) == (whole.end_line, whole.end_column)


def _grown(finding: Finding, assembly: Assembly, sources: Mapping[str, Source]) -> Finding:
    """Say of a map that stays and costs nothing when it is made that filling it may cost."""
    if finding.kind is not Kind.MAP or finding.verdict is not Verdict.STAYS or finding.inlined_from:
        return finding
    if finding.holder is None or finding.allocation not in _OPEN:
        return finding
    found = growth(sources[finding.file], finding.holder)
    if not any(grows_map(assembly, finding.file, line) for line in found.lines):
        return finding
    reason = "map-large" if found.is_large else "map-growth"
    return replace(finding, allocation=Allocation.MAY_ALLOCATE, allocation_reason=reason, rule=Rule.MAP_STORAGE)
