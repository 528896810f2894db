"""What is certain where the compiler was asked for its verdicts alone, because its reasons are too long to read."""

from __future__ import annotations

import re

from goescape_lsp.core.model import Allocation, Kind

MOST_MIB = 32
"""How much one compile may print with its explanations.

Ordinary packages print a few MiB, go/types 59: it takes four times the time of a compile for its verdicts alone.
"""

_CONTENTS = frozenset([Kind.SLICE, Kind.APPEND, Kind.BYTES, Kind.STRING])
_WHEN_EMPTY = frozenset(["zero-length", "empty-copy", "empty-part"])
# `make([]T, n)` of a type that certainly has a size; the explanation says where the elements have none.
_MADE = re.compile(r"^make\(")
_MADE_WITH_SIZE = re.compile(
    r"^make\(\[\](?:\*|\[\]|map\[|chan |<-chan |func\(|(?:u?int(?:8|16|32|64|ptr)?|float(?:32|64)|complex(?:64|128)"
    r"|string|bool|byte|rune|error|any)\b)"
)


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
