"""The compiler's assembly (-S) as evidence: which lines have machine code, and which call the allocator there.

Source: `compile -S`, go1.21 to go1.27. It gives no columns, and the line is the innermost one: that of an inlined body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from goescape_lsp.core.judge import MADE_EMPTY, UNKNOWN_SIZE, is_never_empty, is_sum
from goescape_lsp.core.model import Allocation, Finding, Kind, Rule, Verdict
from goescape_lsp.core.tables.calls import RUNTIME_CALLS

_INSTRUCTION = re.compile(
    rb"^\t0x[0-9a-f]+ \d+ \((?P<file>[^\n]+?):(?P<line>\d+)\)\t(?:CALL\truntime\.(?P<call>[^\s(]+)\(SB\))?",
    re.MULTILINE,
)
# A line that takes the wrapper of a method value: `LEAQ sync.(*Mutex).Unlock-fm(SB), CX`.
_WRAPPER = re.compile(
    rb"\t0x[0-9a-f]+ \d+ \((?P<file>[^\n]+?):(?P<line>\d+)\)\t(?!TEXT)"
    rb"[^\n]*?(?P<pointer>\)?)\.(?P<name>[^\s.()*\[\]]+)$"
)
_WRAPPED = b"-fm(SB)"
_TEXT = re.compile(rb"^[^\t\n][^\n]*\n", re.MULTILINE)
_SYMBOL = re.compile(rb" S[A-Z]{3,}[A-Z ]*\b.*\bsize=\d+")


def _patterns(*, is_staying: bool) -> dict[Kind, re.Pattern[str]]:
    rows = [row for row in RUNTIME_CALLS if row.is_for_staying or not is_staying]
    kinds = {kind for row in rows for kind in row.kinds}
    return {kind: re.compile("|".join(row.name for row in rows if kind in row.kinds)) for kind in kinds}


_CALLS = _patterns(is_staying=False)
# What is made of a type that the file does not tell: any call may be its own, and one of 0 elements is no slice's.
_ANY_CALL = re.compile("|".join(row.name for row in RUNTIME_CALLS if Kind.OTHER not in row.kinds))
_OF_BYTES = frozenset(["slicebytetostring"])
_OF_RUNES = frozenset(["slicerunetostring", "intstring"])
_LOOP = "for "
_MAP_OR_CHANNEL = re.compile(r"makemap\w*|makechan\w*")
_MADE_SIZED = re.compile(r"^make\(.*, (?!\d+\)$)[^,]+\)$", re.DOTALL)
_CALLS_OF_STAYING = _patterns(is_staying=True)
_BOXES_ANYTHING = frozenset(["convT", "convTnoptr"])
_STARTS = frozenset(["newproc", "deferproc"])
_GROWTH_OF_MAP = re.compile(r"mapassign(?:_fast\w+)?")


@dataclass(frozen=True, slots=True)
class Assembly:
    """What one output says of its lines: the run-time calls at each, by absolute file and 1-based line.

    Among them are the wrappers of method values that a line takes, spelled as `wrapper` does.
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
        found = {*_INSTRUCTION.findall(text), *_wrappers(text)} - self._seen
        self._seen |= found
        kept.extend(b"\t0x0 0 (%b:%b)\t%b\n" % (f, n, b"CALL\truntime.%b(SB)" % c if c else b"") for f, n, c in found)
        return b"".join(kept)


def wrapper(method: str, *, is_of_pointer: bool) -> str:
    """Return what stands among the calls of a line for a method value that is made there of a method of this name."""
    return f"{'*' if is_of_pointer else ''}{method}-fm"


def _wrappers(text: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield file, line and spelling of the wrappers of method values; there are few, and only their lines are read."""
    end = text.find(_WRAPPED)
    while end >= 0:
        match = _WRAPPER.match(text, text.rfind(b"\n", 0, end) + 1, end)
        if match is not None:
            spelled = wrapper(match["name"].decode("utf-8", "replace"), is_of_pointer=bool(match["pointer"]))
            yield match["file"], match["line"], spelled.encode()
        end = text.find(_WRAPPED, end + 1)


def split_assembly(text: bytes) -> tuple[bytes, Assembly]:
    """Return an output's messages and its assembly; without assembly the second is empty."""
    if b"\t0x" not in text:
        return text, Assembly()
    calls: dict[tuple[str, int], set[str]] = {}
    for file, line, call in (*_INSTRUCTION.findall(text), *_wrappers(text)):
        known = calls.setdefault((file.decode("utf-8", "replace"), int(line)), set())
        if call:
            known.add(call.decode("utf-8", "replace"))
    messages = b"".join(line for line in _TEXT.findall(text) if not _SYMBOL.search(line))
    return messages, Assembly({place: frozenset(names) for place, names in calls.items()})


def is_called(assembly: Assembly, kind: Kind, file: str, line: int) -> bool:
    """Say whether the code of a line calls what allocates for a value of a kind, whether it escapes or not."""
    wanted = _CALLS_OF_STAYING.get(kind)
    return wanted is not None and any(wanted.fullmatch(call) for call in assembly.calls.get((file, line), ()))


def carries(assembly: Assembly, file: str, lines: Iterable[int]) -> bool:
    """Say whether the code of a `go` or `defer` statement makes an object for the call that it hands over."""
    nothing: frozenset[str] = frozenset()
    called = nothing.union(*(assembly.calls.get((file, line), nothing) for line in lines))
    return not called.isdisjoint(_STARTS) and any(_CALLS[Kind.CLOSURE].fullmatch(call) for call in called)


def grows_map(assembly: Assembly, file: str, line: int) -> bool:
    """Say whether the code of a line puts entries into a map."""
    return any(_GROWTH_OF_MAP.fullmatch(call) for call in assembly.calls.get((file, line), ()))


def weigh(finding: Finding, assembly: Assembly, *, is_alone: bool, is_only: bool = False) -> Finding:
    """Return the finding with what the assembly says of its allocation, unchanged where it says nothing.

    `is_alone` says that no other finding of its kind stands on the same line, `is_only` that none of any kind does:
    then a call there belongs to it.
    Shape: sites in inlined code are not weighed, their machine code carries the lines of the callee. Nor are those of
    a loop over a function, whose body may be inlined: what is made in it has the place of the `for`, but its own lines.
    """
    if finding.inlined_from or finding.verdict is Verdict.LEAKS or finding.expression.startswith(_LOOP):
        return finding
    is_of_any_kind = finding.is_heap and finding.kind is Kind.OTHER
    wanted = (_CALLS if finding.is_heap else _CALLS_OF_STAYING).get(finding.kind)
    if is_of_any_kind:
        wanted = _MAP_OR_CHANNEL if MADE_EMPTY.match(finding.subject) else _ANY_CALL
    span = finding.span
    numbers = {finding.at.line, *range(span.line, span.end_line + 1)}
    lines = [assembly.calls.get((finding.file, number)) for number in numbers]
    seen = [calls for calls in lines if calls is not None]
    if wanted is None or not seen:
        return finding
    called = frozenset(call for calls in seen for call in calls)
    is_there = any(wanted.fullmatch(call) for call in called)
    if is_of_any_kind and not any(_MAP_OR_CHANNEL.fullmatch(call) for call in called) and "makeslice" in called:
        finding = _sized(finding)
    is_unless_empty = finding.kind is Kind.STRING and finding.allocation_reason in {"few-bytes", "empty-string"}
    if is_unless_empty and called.isdisjoint(_OF_BYTES) and not called.isdisjoint(_OF_RUNES):
        # Of runes it asks for three bytes more than it needs, even of none (runtime/string.go, go1.21 to go1.27).
        finding = replace(finding, allocation_reason="")
    if finding.is_heap and is_only and _is_box_of_its_own(finding, called):
        return replace(finding, allocation=Allocation.ALLOCATES, allocation_reason="")
    if _is_moved(finding, assembly):
        return replace(finding, allocation_reason="moved-growth")
    if finding.is_heap:
        is_open = finding.allocation_reason == UNKNOWN_SIZE and not _is_generic(finding)
        if is_only and is_open and called.isdisjoint(_STARTS) and any(map(_CALLS[Kind.NEW].fullmatch, called)):
            return replace(finding, allocation=Allocation.ALLOCATES, allocation_reason="")
        return _weigh_heap(finding, is_called=is_there, is_alone=is_alone)
    if not is_there:
        return _weigh_silence(finding, called)
    return _weigh_staying(finding, called, is_alone=is_alone)


def _is_box_of_its_own(finding: Finding, called: frozenset[str]) -> bool:
    """Say whether a value of a type that is not known is boxed by a call that asks for memory whatever it holds.

    Source: runtime.convT and convTnoptr, go1.21 to go1.27; those for single words, strings and slices look first.
    """
    if finding.kind is not Kind.INTERFACE or finding.allocation is not Allocation.UNKNOWN or _is_generic(finding):
        return False
    boxes = {call for call in called if call.startswith("convT")}
    return bool(boxes) and boxes <= _BOXES_ANYTHING


def _is_generic(finding: Finding) -> bool:
    """Say whether one piece of machine code makes what a type argument tells: it may ask for nothing."""
    return bool(finding.instances) or any(mark in finding.subject for mark in ("DYNAMICTYPE", "go.shape."))


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


def _is_moved(finding: Finding, assembly: Assembly) -> bool:
    """Say whether a slice that `append` grows begins on the stack, so that its `return` moves it (go1.26 and later)."""
    at = finding.decided_at
    if finding.rule is not Rule.RETURNED or finding.allocation_reason != "growth" or at is None:
        return False
    return any(call.startswith("moveSlice") for call in assembly.calls.get((at.file, at.line), ()))


def _sized(finding: Finding) -> Finding:
    """Return the finding as that of a slice, which takes no memory where its size turns out to be 0."""
    if not _MADE_SIZED.match(finding.subject) or is_never_empty(finding.subject):
        return finding
    return replace(finding, allocation_reason="zero-length")


def _weigh_silence(finding: Finding, called: frozenset[str]) -> Finding:
    """Believe a missing call of a value that stays."""
    if finding.allocation not in {Allocation.UNKNOWN, Allocation.MAY_ALLOCATE}:
        return finding
    reason = "rune" if finding.kind is Kind.STRING and "intstring" in called else "no-call"
    return replace(finding, allocation=Allocation.DOES_NOT_ALLOCATE, allocation_reason=reason, rule=None)


def _weigh_staying(finding: Finding, called: frozenset[str], *, is_alone: bool) -> Finding:
    """Take a call as the allocation of a value that stays, where nothing better is known."""
    if finding.allocation is not Allocation.UNKNOWN:
        return finding
    if finding.kind is Kind.MAP:
        allocation = Allocation.ALLOCATES if is_alone else Allocation.MAY_ALLOCATE
        reason = "map-hint" if is_alone else "several-calls"
        return replace(finding, allocation=allocation, allocation_reason=reason, rule=Rule.MAP_STORAGE)
    if finding.kind not in {Kind.STRING, Kind.BYTES, Kind.SLICE}:
        return finding
    is_joined = finding.kind is Kind.STRING and is_sum(finding.subject)
    rule = Rule.STRING_CONCATENATION if is_joined else Rule.STRING_CONVERSION
    buffer = "rune-buffer" if finding.kind is Kind.SLICE else "stack-buffer"
    if finding.kind is Kind.STRING and not is_joined and "slicerunetostring" in called:
        buffer = "text-buffer"
    reason = buffer if is_alone else "several-calls"
    return replace(finding, allocation=Allocation.MAY_ALLOCATE, allocation_reason=reason, rule=rule)
