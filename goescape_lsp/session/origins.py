"""What inlined copies allocate, by the machine code of the function of the package that they are copies of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from goescape_lsp.core.assembly import Assembly, weigh
from goescape_lsp.core.judge import UNKNOWN_SIZE
from goescape_lsp.core.model import Allocation, Finding, Kind, Verdict

_OBJECTS = frozenset([Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE, Kind.CLOSURE])
_Key = tuple[str, str, str]


def as_origins(findings: tuple[Finding, ...], assembly: Assembly) -> tuple[Finding, ...]:
    """Return the findings, those in inlined code as their origin has them where it stands in the same package.

    The machine code of a copy carries the lines of its origin: where no call stands there, none of the copies makes
    one. A call may be that of another copy, but whether a type has a size is the same for all.
    """
    copies = [one for one in findings if _is_copy(one)]
    if not copies:
        return findings
    wanted = {(one.package, one.inlined_from, one.subject) for one in copies}
    origins: dict[_Key, Finding | None] = {}
    for one in findings:
        key = (one.package, one.function, one.subject)
        if key in wanted and not one.inlined_from and one.verdict is not Verdict.LEAKS:
            origins[key] = None if key in origins else one  # of two nobody knows which one was copied
    return tuple(_as_origin(one, origins, assembly) if _is_copy(one) else one for one in findings)


def _is_copy(finding: Finding) -> bool:
    is_open = finding.allocation in {Allocation.ALLOCATES, Allocation.MAY_ALLOCATE}
    return bool(finding.inlined_from) and finding.is_heap and is_open and finding.kind in _OBJECTS


def _as_origin(copy: Finding, origins: Mapping[_Key, Finding | None], assembly: Assembly) -> Finding:
    origin = origins.get((copy.package, copy.inlined_from, copy.subject))
    if origin is None or origin.kind is not copy.kind:
        return copy
    # A value that stays in its own function calls nothing there, its copies may.
    as_heap = replace(origin, verdict=Verdict.ESCAPES, allocation=Allocation.ALLOCATES)
    held = origin if origin.is_heap else weigh(as_heap, assembly, is_alone=False)
    if held.allocation is Allocation.DOES_NOT_ALLOCATE:
        return replace(copy, allocation=held.allocation, allocation_reason=held.allocation_reason)
    is_known = held.is_heap and origin.is_heap and held.allocation is Allocation.ALLOCATES
    if copy.allocation_reason == UNKNOWN_SIZE and is_known:
        return replace(copy, allocation=Allocation.ALLOCATES, allocation_reason="")
    return copy
