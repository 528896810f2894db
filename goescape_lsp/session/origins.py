"""What objects allocate of which only another place of the package tells: their origin, or one of their type. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from goescape_lsp.core.assembly import Assembly, weigh
from goescape_lsp.core.judge import UNKNOWN_SIZE
from goescape_lsp.core.model import Allocation, FileFacts, Finding, Kind, Verdict

_OBJECTS = frozenset([Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE, Kind.CLOSURE])
# What is said of boxes by their type, and so is true of every copy.
_BY_TYPE = frozenset(["", "empty-string", "small-integer", "small-value", "nil-slice", "one-byte", "pointer-shaped"])
_Key = tuple[str, str, str]
_TYPE = re.compile(
    r"^(?:&(?P<literal>[\w.]+)\{(?:\.\.\.)?\}|new\((?P<new>[\w.]+)\)|\[\](?P<element>[\w.]+)\{\.\.\.\})$"
)


def with_sizes(files: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
    """Return the facts with what other files tell of objects of which it is not known whether they have a size.

    That a type has one is certain for all of its package where one of its objects takes memory; that a variable of
    inlined code has one, where the variable itself does. Tests tell nothing of other files: what is said of these does
    not change while tests run.
    """
    open_in = {path for path, facts in files.items() if any(map(_is_open, facts.findings))}
    if not open_in:
        return {**files}
    telling = (facts for facts in files.values() if not facts.is_test)
    findings = [one for facts in telling for one in facts.findings if one.is_heap]
    costly = [one for one in findings if one.allocation is Allocation.ALLOCATES]
    # A slice takes memory for its header where it is boxed, whatever its elements are.
    types = {(one.package, name) for one in costly if one.kind is not Kind.SLICE and (name := _type_of(one))}
    every = (one for facts in files.values() for one in facts.findings)
    copied = {(one.package, one.inlined_from, one.subject) for one in every if _is_open(one) and one.inlined_from}
    named = Counter(key for one in findings if (key := _own_key(one)) in copied and not one.inlined_from)
    origins = {key: one for one in findings if not one.inlined_from and named[key := _own_key(one)] == 1}
    return {
        path: facts if path not in open_in else replace(facts, findings=tuple(_sized(facts.findings, types, origins)))
        for path, facts in files.items()
    }


def _sized(
    findings: Iterable[Finding], types: set[tuple[str, str]], origins: Mapping[_Key, Finding]
) -> Iterable[Finding]:
    for one in findings:
        origin = origins.get(_origin_key(one)) if _is_open(one) else None
        if origin is not None and origin.allocation is Allocation.DOES_NOT_ALLOCATE:
            yield replace(one, allocation=origin.allocation, allocation_reason=origin.allocation_reason)
        elif _is_open(one) and (_is_costly(origin) or (one.package, _type_of(one)) in types):
            yield replace(one, allocation=Allocation.ALLOCATES, allocation_reason="")
        else:
            yield one


def _is_costly(origin: Finding | None) -> bool:
    return origin is not None and origin.allocation is Allocation.ALLOCATES


def _is_open(finding: Finding) -> bool:
    return finding.allocation_reason == UNKNOWN_SIZE and not finding.instances


def _type_of(finding: Finding) -> str:
    found = _TYPE.match(finding.subject) if finding.kind in _OBJECTS | {Kind.SLICE} else None
    return next(filter(None, found.groups()), "") if found is not None else ""


def _own_key(finding: Finding) -> _Key:
    return finding.package, finding.function, finding.subject


def _origin_key(finding: Finding) -> _Key:
    return finding.package, finding.inlined_from, finding.subject


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
    is_open = finding.allocation in {Allocation.ALLOCATES, Allocation.MAY_ALLOCATE} and finding.kind in _OBJECTS
    return bool(finding.inlined_from) and finding.is_heap and (is_open or finding.allocation_reason == "unknown-type")


def _as_origin(copy: Finding, origins: Mapping[_Key, Finding | None], assembly: Assembly) -> Finding:
    origin = origins.get((copy.package, copy.inlined_from, copy.subject))
    if origin is None or origin.kind is not copy.kind:
        return copy
    if copy.allocation_reason == "unknown-type":
        is_by_type = origin.is_heap and origin.allocation_reason in _BY_TYPE
        told = (origin.allocation, origin.allocation_reason) if is_by_type else (copy.allocation, "unknown-type")
        return replace(copy, allocation=told[0], allocation_reason=told[1])
    # A value that stays in its own function calls nothing there, its copies may.
    as_heap = replace(origin, verdict=Verdict.ESCAPES, allocation=Allocation.ALLOCATES)
    held = origin if origin.is_heap else weigh(as_heap, assembly, is_alone=False)
    if held.allocation is Allocation.DOES_NOT_ALLOCATE:
        return replace(copy, allocation=held.allocation, allocation_reason=held.allocation_reason)
    is_known = held.is_heap and origin.is_heap and held.allocation is Allocation.ALLOCATES
    if copy.allocation_reason == UNKNOWN_SIZE and is_known:
        return replace(copy, allocation=Allocation.ALLOCATES, allocation_reason="")
    return copy
