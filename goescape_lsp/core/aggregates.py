"""Small variables on the heap that the compiler puts into one block: only the first of them takes memory.

Source: cmd/compile/internal/ssagen, flushPendingHeapAllocations, from go1.25: variables without pointers, together of
at most 16 bytes, that nothing but straight code stands between. The block is asked for with `mallocgc` (from go1.27
with one for its size), any other variable with `newobject`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from goescape_lsp.core.assembly import Assembly
from goescape_lsp.core.model import Allocation, Finding, Kind, Verdict

_MOST = 16  # bytes of all variables in a block
# Any call for memory, and those for a block without pointers.
_CALL = re.compile(r"newobject|mallocgc\w*")
_PLAIN = re.compile(r"mallocgc(?:(?:Tiny|SmallNoScan)\w*)?")


@dataclass(frozen=True, slots=True)
class _Block:
    owner: Finding
    size: int

    def takes(self, finding: Finding, calls: frozenset[str]) -> bool:
        """Say whether a later variable of the function lies in the block as well: its own line asks for no memory."""
        is_same_line = finding.at.line == self.owner.at.line  # whose call may be that of a larger one
        has_own = finding.size is None if is_same_line else any(map(_CALL.fullmatch, calls))
        is_same = (finding.file, finding.function) == (self.owner.file, self.owner.function)
        is_declared = finding.statement is not None  # the memory of a parameter is asked for on the line of `func`
        return is_same and is_declared and not has_own and self.size + (finding.size or 0) <= _MOST


def in_one_block(findings: tuple[Finding, ...], assembly: Assembly) -> tuple[Finding, ...]:
    """Return the findings, with variables that another one's block has room for as such that take no memory."""
    moved = sorted((one for one in findings if _is_moved(one)), key=lambda one: (one.file, one.at.line, one.at.column))
    shared = set(_shared(moved, assembly))
    reason = "shared-block"
    return tuple(
        replace(one, allocation=Allocation.DOES_NOT_ALLOCATE, allocation_reason=reason) if id(one) in shared else one
        for one in findings
    )


def _shared(moved: list[Finding], assembly: Assembly) -> Iterator[int]:
    nothing: frozenset[str] = frozenset()
    block: _Block | None = None
    for one in moved:
        calls = assembly.calls.get((one.file, one.at.line), nothing)
        if block is not None and block.takes(one, calls):
            block = replace(block, size=block.size + (one.size or 0))
            yield id(one)
        elif (one.size or 0) < _MOST and _asks_for_plain(calls):
            block = _Block(one, one.size or 0)
        else:
            block = None


def _asks_for_plain(calls: frozenset[str]) -> bool:
    """Say whether a line asks for memory, and for nothing but blocks without pointers."""
    asked = [call for call in calls if _CALL.fullmatch(call)]
    return bool(asked) and all(map(_PLAIN.fullmatch, asked))


def _is_moved(finding: Finding) -> bool:
    # Not what loops over functions share with their bodies: `#state1`.
    is_variable = finding.verdict is Verdict.MOVED and finding.kind is Kind.VARIABLE and finding.subject.isidentifier()
    return is_variable and not finding.inlined_from and finding.allocation is Allocation.ALLOCATES
