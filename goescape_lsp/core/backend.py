"""Where the compiler's back end begins in its output: all that it says of escapes stands before. Pure.

Source: cmd/compile runs escape analysis of all functions before it compiles the first one, and with `-d=nil` the back
end tells of nil checks at once; read in source and compared with whole outputs, go1.21 to go1.27.
"""

from __future__ import annotations

import re

MARKER_FLAG = "-d=nil"
"""What makes the compiler print the marker."""

_MARKER = re.compile(rb"^[^\n]*:\d+:\d+: (?:generated|removed) nil check\r?$", re.MULTILINE)
# Generated code has no column.
_ANY_MARKER = re.compile(rb"^[^\n]*:\d+(?::\d+)?: (?:generated|removed) nil check\r?$", re.MULTILINE)
_WORDS = b"nil check"


def can_be_fooled(content: bytes) -> bool:
    """Say whether a source file holds the words of the marker: up to go1.21 constants are printed as they are."""
    return _WORDS in content


def before_back_end(text: bytes) -> bytes:
    """Return an output without the marker lines, and without the line in whose middle the compiler was ended."""
    at = text.find(_WORDS)
    while at >= 0:
        start = text.rfind(b"\n", 0, at) + 1
        if _ANY_MARKER.match(text, start):
            return text[:start] + _without_markers(text[start:])
        at = text.find(_WORDS, at + 1)
    return text


def _without_markers(text: bytes) -> bytes:
    whole = text[: text.rfind(b"\n") + 1]
    return b"".join(line for line in whole.splitlines(keepends=True) if not _ANY_MARKER.match(line))


class BackEndWatch:
    """Watches an output that comes in pieces for the first line of the back end."""

    def __init__(self) -> None:
        self._line = b""

    def feed(self, piece: bytes) -> bool:
        """Say whether the pieces so far hold a whole marker line."""
        text = self._line + piece
        end = text.rfind(b"\n") + 1
        self._line = text[end:]
        return _WORDS in text and _MARKER.search(text, 0, end) is not None
