"""Spans and places, in bytes, to ranges in the units that the editor agreed on."""

from __future__ import annotations

import re
from typing import Any

from goescape_lsp.core.columns import Encoding, byte_column_to_units, split_lines
from goescape_lsp.core.model import Span

_WORD = re.compile(rb"[\w\x80-\xff]+|:=|<-|\.\.\.|.", re.DOTALL)


class Ruler:
    """Measures one content in one encoding; cuts the content into lines once."""

    def __init__(self, content: bytes, encoding: Encoding) -> None:
        self.lines = split_lines(content)
        self.encoding: Encoding = encoding

    def range(self, span: Span) -> dict[str, Any]:
        """Return the LSP range of a span, drawn in to the text; an empty one grows by a character where it can."""
        start, end = self._position(span.line, span.column), self._position(span.end_line, span.end_column)
        if (end["line"], end["character"]) <= (start["line"], start["character"]):
            return self.word(span.line, span.column)
        return {"start": start, "end": end}

    def point(self, line: int, column: int) -> dict[str, int]:
        """Return the LSP position of a 1-based line and byte column."""
        return self._position(line, column)

    def exact(self, span: Span) -> dict[str, Any]:
        """Return the LSP range of a span as it is, for edits: an empty one stays empty."""
        return {
            "start": self._position(span.line, span.column),
            "end": self._position(span.end_line, span.end_column),
        }

    def word(self, line: int, column: int) -> dict[str, Any]:
        """Return the LSP range of the name or sign that begins at a 1-based line and byte column.

        Shape: column 0 (the compiler printed none) gives the line without its indentation; an empty line is empty.
        """
        text = self._line(line)
        if column <= 0:
            first = len(text) - len(text.lstrip()) + 1
            last = len(text.rstrip()) + 1
        else:
            found = _WORD.match(text, column - 1)
            first, last = (column, found.end() + 1) if found else (min(column, len(text)), len(text) + 1)
        return {"start": self._position(line, first), "end": self._position(line, last)}

    def _line(self, line: int) -> bytes:
        return self.lines[min(max(line, 1), len(self.lines)) - 1]

    def _position(self, line: int, column: int) -> dict[str, int]:
        row = min(max(line, 1), len(self.lines))
        return {"line": row - 1, "character": byte_column_to_units(self.lines[row - 1], column, self.encoding)}
