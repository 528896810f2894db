"""Which findings are copies of which: code that was inlined, and the place in the source that it was copied from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goescape_lsp.core.model import Finding

_MOST_LEVELS = 8


@dataclass(frozen=True, slots=True)
class Copies:
    """What became of a site where its function was inlined: how many copies share its fate, and how many do not."""

    same: int = 0
    heap: int = 0
    stays: int = 0


def origin_of(finding: Finding, package: Iterable[Finding]) -> Finding | None:
    """Return the site whose inlined copy a finding is; None when it is no copy, or not certainly of one site.

    Shape: `package` are all findings of the package; functions of other packages are not in it.
    """
    return _origin(finding, _by_function(finding, package))


def copies_of(origin: Finding, package: Iterable[Finding]) -> Copies:
    """Return what became of a site at the calls that inline its function, each call counted once."""
    if origin.inlined_from:
        return Copies()
    functions = _by_function(origin, package)
    copies = [one for found in functions.values() for one in found if one.inlined_from]
    calls = {(one.file, one.span, one.is_heap) for one in copies if _origin(one, functions) is origin}
    heap = sum(is_heap for *_, is_heap in calls)
    stays = len(calls) - heap
    same = heap if origin.is_heap else stays
    return Copies(same, 0 if origin.is_heap else heap, stays if origin.is_heap else 0)


def _by_function(like: Finding, package: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of the same subject and package by the function that they stand in."""
    functions: dict[str, list[Finding]] = {}
    for one in package:
        if one.subject == like.subject and one.package == like.package:
            functions.setdefault(one.function, []).append(one)
    return functions


def _origin(finding: Finding, functions: dict[str, list[Finding]]) -> Finding | None:
    here = finding
    for _ in range(_MOST_LEVELS):
        if not here.inlined_from:
            return here if here is not finding else None
        found = functions.get(here.inlined_from, [])
        if len(found) != 1 or found[0] is here:
            return None
        here = found[0]
    return None
