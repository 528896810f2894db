"""The compiler's assembly (-S) as evidence: which lines have machine code, and which call the allocator there.

Source: `compile -S`, go1.21 to go1.27. It gives no columns, and the line is the innermost one: that of an inlined body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from goescape_lsp.core.model import Allocation, Finding, Kind, Rule, Verdict

_INSTRUCTION = re.compile(
    rb"^\t0x[0-9a-f]+ \d+ \((?P<file>[^\n]+?):(?P<line>\d+)\)\t(?:CALL\truntime\.(?P<call>[^\s(]+)\(SB\))?",
    re.MULTILINE,
)
_TEXT = re.compile(rb"^[^\t\n][^\n]*\n", re.MULTILINE)
_SYMBOL = re.compile(rb" S[A-Z]{3,}[A-Z ]*\b.*\bsize=\d+")

_NEW = r"newobject|mallocgc\w*"
# The run-time calls that allocate for a kind of site. `mallocgcSmall…` and `mallocgcTiny…` replace `newobject` for
# small fixed sizes from go1.27; `growsliceBuf` and `moveSlice…` came with go1.26.
_CALLS: dict[Kind, re.Pattern[str]] = {
    Kind.MAP: re.compile(r"makemap(?:64|_small)?|mapassign\w*|" + _NEW),
    Kind.SLICE: re.compile(r"makeslice\w*|slicerunetostring|stringtoslicerune|" + _NEW),
    Kind.NEW: re.compile(_NEW),
    Kind.COMPOSITE: re.compile(_NEW),
    Kind.VARIABLE: re.compile(_NEW),
    Kind.CLOSURE: re.compile(_NEW),
    Kind.METHOD_VALUE: re.compile(_NEW),
    Kind.VARIADIC: re.compile(_NEW),
    Kind.INTERFACE: re.compile(r"convT\w*|" + _NEW),
    Kind.STRING: re.compile(r"concatstring\w*|slicebytetostring|slicerunetostring|intstring|convT\w*|" + _NEW),
    Kind.BYTES: re.compile(r"stringtoslicebyte|concatbyte\w*|convT\w*|" + _NEW),
    Kind.APPEND: re.compile(r"growslice\w*|moveSlice\w*"),
    Kind.CHANNEL: re.compile(r"makechan(?:64)?"),
}


_CONVERSIONS = frozenset([Kind.STRING, Kind.BYTES])


@dataclass(frozen=True, slots=True)
class Assembly:
    """What one output says of its lines: the run-time calls at each, by absolute file and 1-based line.

    A line that is no key has no machine code of its own: nothing can be said of it.
    """

    calls: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict[tuple[str, int], frozenset[str]])

    def joined(self, other: Assembly) -> Assembly:
        """Return both together: a call that any build variant makes counts."""
        if not other.calls or not self.calls:
            return other if not self.calls else self
        nothing: frozenset[str] = frozenset()
        places = {*self.calls, *other.calls}
        return Assembly({p: self.calls.get(p, nothing) | other.calls.get(p, nothing) for p in places})


class Sieve:
    """Takes an -m=2 -S output in pieces and keeps the messages and, of the assembly, each line's calls once."""

    def __init__(self) -> None:
        self._rest = b""
        self._seen: set[tuple[bytes, bytes, bytes]] = set()

    def feed(self, piece: bytes) -> bytes:
        """Return what is worth keeping of the whole lines that this piece completes."""
        lines, end, self._rest = (self._rest + piece).rpartition(b"\n")
        return self._keep(lines + end)

    def close(self) -> bytes:
        """Return what is worth keeping of the last, unfinished line."""
        last, self._rest = self._rest, b""
        return self._keep(last + b"\n") if last else b""

    def _keep(self, text: bytes) -> bytes:
        kept = [line for line in _TEXT.findall(text) if not _SYMBOL.search(line)]
        found = set(_INSTRUCTION.findall(text)) - self._seen
        self._seen |= found
        kept.extend(b"\t0x0 0 (%b:%b)\t%b\n" % (f, n, b"CALL\truntime.%b(SB)" % c if c else b"") for f, n, c in found)
        return b"".join(kept)


def split_assembly(text: bytes) -> tuple[bytes, Assembly]:
    """Return an output's messages and its assembly; without assembly the second is empty."""
    if b"\t0x" not in text:
        return text, Assembly()
    calls: dict[tuple[str, int], set[str]] = {}
    for file, line, call in _INSTRUCTION.findall(text):
        known = calls.setdefault((file.decode("utf-8", "replace"), int(line)), set())
        if call:
            known.add(call.decode("utf-8", "replace"))
    messages = b"".join(line for line in _TEXT.findall(text) if not _SYMBOL.search(line))
    return messages, Assembly({place: frozenset(names) for place, names in calls.items()})


def weigh(finding: Finding, assembly: Assembly, *, is_alone: bool) -> Finding:
    """Return the finding with what the assembly says of its allocation, unchanged where it says nothing.

    `is_alone` says that no other finding of its kind stands on the same line: then a call there belongs to it.
    Shape: sites in inlined code are not weighed, their machine code carries the lines of the callee.
    """
    wanted = _CALLS.get(finding.kind)
    if wanted is None or finding.inlined_from or finding.verdict is Verdict.LEAKS:
        return finding
    span = finding.span
    numbers = {finding.at.line, *range(span.line, span.end_line + 1)}
    lines = [assembly.calls.get((finding.file, number)) for number in numbers]
    seen = [calls for calls in lines if calls is not None]
    if not seen:
        return finding
    is_called = any(wanted.fullmatch(call) for calls in seen for call in calls)
    if finding.is_heap:
        return _weigh_heap(finding, is_called=is_called, is_alone=is_alone)
    return _weigh_staying(finding, is_called=is_called)


def _weigh_heap(finding: Finding, *, is_called: bool, is_alone: bool) -> Finding:
    """Believe a missing call; believe a call only where nothing better is known."""
    is_moved_parameter = finding.kind is Kind.VARIABLE and not is_called  # its call stands on the line of `func`
    if finding.allocation is Allocation.DOES_NOT_ALLOCATE or is_moved_parameter:
        return finding
    if not is_called:
        return replace(finding, allocation=Allocation.DOES_NOT_ALLOCATE, allocation_reason="no-call")
    if finding.allocation is not Allocation.UNKNOWN:
        return finding
    if is_alone:
        return replace(finding, allocation=Allocation.MAY_ALLOCATE, allocation_reason="call")
    return replace(finding, allocation_reason="several-calls")


def _weigh_staying(finding: Finding, *, is_called: bool) -> Finding:
    """Believe a missing call; a call makes a conversion that stays a possible allocation."""
    is_open = finding.allocation in {Allocation.UNKNOWN, Allocation.MAY_ALLOCATE}
    if not is_called and is_open:
        return replace(finding, allocation=Allocation.DOES_NOT_ALLOCATE, allocation_reason="no-call", rule=None)
    if is_called and finding.allocation is Allocation.UNKNOWN and finding.kind in _CONVERSIONS:
        is_joined = finding.kind is Kind.STRING and " + " in finding.subject
        rule = Rule.STRING_CONCATENATION if is_joined else Rule.STRING_CONVERSION
        return replace(finding, allocation=Allocation.MAY_ALLOCATE, allocation_reason="call", rule=rule)
    return finding
