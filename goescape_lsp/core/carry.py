"""What the machine code said of a site stays with it through runs that do not ask for the machine code."""

from __future__ import annotations

from dataclasses import replace

from goescape_lsp.core.judge import UNKNOWN_SIZE, is_open
from goescape_lsp.core.model import Allocation, FileFacts, Finding, Kind, Rule
from goescape_lsp.core.naming import uncounted
from goescape_lsp.core.selectors import as_kind
from goescape_lsp.core.shift import shift

# The reasons that come from the assembly, some of them not from it alone.
_WEIGHED = frozenset(
    [
        *("no-call", "call", "several-calls", "joined", "joined-sum", "rune", "rune-buffer", "stack-buffer"),
        *("map-hint", "map-growth", "map-large", "shared-block", "moved-growth"),
    ]
)
# What the file leaves open of a type from elsewhere, and the machine code tells: that the value takes memory.
_OF_TYPE = frozenset([UNKNOWN_SIZE, "unknown-type"])
_Made = tuple[Kind, int | None, int | None]


def carry(older: FileFacts | None, newer: FileFacts) -> FileFacts:
    """Return facts that no assembly was weighed for, with what it said of the same sites before.

    A site is the same when its function, expression, kind and verdict are; several alike carry only what all agree on.
    Sites that the assembly alone tells of stay as long as their text does. Facts that were weighed must not come here.
    """
    if older is None or older is newer:
        return newer
    known: dict[tuple[object, ...], set[tuple[Allocation, str, Rule | None]]] = {}
    for finding in older.findings:
        known.setdefault(_identity(finding), set()).add((finding.allocation, finding.allocation_reason, finding.rule))
    kinds: dict[tuple[object, ...], set[_Made]] = {}
    for finding in older.findings:
        kinds.setdefault(_site(finding), set()).add((finding.kind, finding.size, finding.block))
    settled = (_settled(finding, kinds.get(_site(finding), set())) for finding in newer.findings)
    findings = [_carried(finding, known.get(_identity(finding), set())) for finding in settled]
    told = {(finding.span, finding.kind) for finding in findings}
    if any(finding.is_silent for finding in older.findings):
        moved = shift(older, newer.content).findings
        findings += [one for one in moved if one.is_silent and (one.span, one.kind) not in told]
        findings.sort(key=lambda finding: (finding.span, finding.at, finding.subject))
    return newer if tuple(findings) == newer.findings else replace(newer, findings=tuple(findings))


def _identity(finding: Finding) -> tuple[object, ...]:
    return (*_site(finding), finding.kind)


def _site(finding: Finding) -> tuple[object, ...]:
    functions = uncounted(finding.function), uncounted(finding.inlined_from)
    return (*functions, finding.expression, finding.subject, finding.verdict)


def _settled(finding: Finding, known: set[_Made]) -> Finding:
    """Return a finding that was left open as what all of the same selectors were before."""
    if not is_open(finding) or len(known) != 1:
        return finding
    kind, size, block = next(iter(known))
    if kind is Kind.METHOD_VALUE:
        return replace(as_kind(finding, kind), size=size, block=block)
    return as_kind(finding, kind) if kind is Kind.INTERFACE else finding


def _carried(finding: Finding, known: set[tuple[Allocation, str, Rule | None]]) -> Finding:
    if len(known) != 1:
        return finding
    allocation, reason, rule = next(iter(known))
    is_sized = finding.allocation_reason in _OF_TYPE and (allocation, reason) == (Allocation.ALLOCATES, "")
    if reason not in _WEIGHED and not is_sized:
        return finding
    rule = finding.rule if finding.is_heap else rule
    return replace(finding, allocation=allocation, allocation_reason=reason, rule=rule)
