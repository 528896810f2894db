"""What is certain where the compiler was asked for its verdicts alone, because its reasons are too long to read."""

from __future__ import annotations

import re

from goescape_lsp.core.model import Allocation, Kind, Lines

MOST_MIB = 32
"""How much one compile may print with its explanations.

Ordinary packages print a few MiB, go/types 59: it takes four times the time of a compile for its verdicts alone.
"""

_CONTENTS = frozenset([Kind.SLICE, Kind.APPEND, Kind.BYTES, Kind.STRING])
_WHEN_EMPTY = frozenset(["zero-length", "empty-copy", "few-bytes", "empty-part"])
# `make([]T, n)` of a type that certainly has a size; the explanation says where the elements have none.
_MADE = re.compile(r"^make\(")
_MADE_WITH_SIZE = re.compile(
    r"^make\(\[\](?:\*|\[\]|map\[|chan |<-chan |func\(|(?:u?int(?:8|16|32|64|ptr)?|float(?:32|64)|complex(?:64|128)"
    r"|string|bool|byte|rune|error|any)\b)"
)

_PLACE = rb"(?:[A-Za-z]:)?[^:\n]*"
# What is said for the whole package, and what others wait for: headers of packages, the back end's marker.
_SAID = rb"inlining call to [^\n]*|cannot inline [^\n]*: no function body|(?:generated|removed) nil check\r?"
_FOR_ALL = rb"# [^\n]*|" + _PLACE + rb":\d+(?::\d+)?: (?:" + _SAID + rb")"
_MOST_LINES = 5000


class LinesSieve:
    """Takes an output in pieces and keeps what it says of some lines of one file, and the few lines that all need."""

    def __init__(self, lines: Lines) -> None:
        """Take the lines; files are told by their names, which are different in one package."""
        name = re.escape(re.split(r"[/\\]", lines.file)[-1].encode())
        is_short = lines.last - lines.first < _MOST_LINES
        numbers = b"|".join(b"%d" % one for one in range(lines.first, lines.last + 1)) if is_short else rb"\d+"
        own = rb"(?:" + _PLACE + rb"[/\\])?" + name + rb":(?:" + numbers + rb"):[^\n]*"
        # One search for all lines of a piece: a package may print a million.
        self._kept = re.compile(rb"^(?:" + own + rb"|" + _FOR_ALL + rb")\n", re.MULTILINE)
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        """Return what is worth keeping of the whole lines that this piece completes."""
        lines, end, self._rest = (self._rest + piece).rpartition(b"\n")
        return b"".join(self._kept.findall(lines + end))

    def close(self) -> bytes:
        """Return what is worth keeping of the last, unfinished line."""
        last, self._rest = self._rest, b""
        return b"".join(self._kept.findall(last + b"\n")) if last else b""


def unexplained(kind: Kind, subject: str, allocation: Allocation, reason: str) -> tuple[Allocation, str]:
    """Return whether a heap verdict allocates, and why, as far as that is certain without the explanation.

    The explanation alone tells whether a slice or a string is put into an interface where it is made, which takes
    memory even for an empty one, and whether the elements of a slice have no size.
    """
    if kind not in _CONTENTS:
        return allocation, reason
    if allocation is Allocation.DOES_NOT_ALLOCATE:
        return Allocation.UNKNOWN, ""
    if allocation is Allocation.ALLOCATES and _MADE.match(subject) and not _MADE_WITH_SIZE.match(subject):
        return Allocation.MAY_ALLOCATE, ""
    return allocation, "" if reason in _WHEN_EMPTY else reason
