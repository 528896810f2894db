"""Positions and edits of the editor to lines and byte columns."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types as lsp

from goescape_lsp.core.columns import BOM, Encoding, units_to_byte_column


def place_in(lines: list[bytes], position: lsp.Position, encoding: Encoding) -> tuple[int, int]:
    """Return the 1-based line and byte column of an editor's position; a position outside the text is drawn in."""
    if not 0 <= position.line < len(lines):
        line = min(max(position.line, 0), len(lines) - 1)
        return line + 1, (len(lines[line]) if position.line > line else 0) + 1
    return position.line + 1, units_to_byte_column(lines[position.line], position.character, encoding)


def changed(text: bytes, changes: Iterable[lsp.TextDocumentContentChangeEvent], encoding: Encoding) -> bytes:
    """Return the text after the editor's changes, each applied to the outcome of the one before.

    Source: LSP 3.17, DidChangeTextDocumentParams; a change without a range replaces the whole text.
    """
    for change in changes:
        new = to_bytes(change.text)
        if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
            text = new
            continue
        start = _offset(text, change.range.start, encoding)
        end = max(_offset(text, change.range.end, encoding), start)
        text = text[:start] + new + text[end:]
    return text


def to_bytes(text: str) -> bytes:
    """Return the bytes of a text of the client; a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace")


def _offset(text: bytes, position: lsp.Position, encoding: Encoding) -> int:
    if b"\r" in text:
        start, line = _line_with_returns(text, position.line)
    else:
        rest = text.split(b"\n", position.line)
        if len(rest) <= position.line:
            return len(text)
        start = len(text) - len(rest[-1])
        end = text.find(b"\n", start)
        line = text[start:] if end < 0 else text[start:end]
    if not start and line.startswith(BOM):
        start, line = len(BOM), line.removeprefix(BOM)
    return start + units_to_byte_column(line, position.character, encoding) - 1


def _line_with_returns(text: bytes, number: int) -> tuple[int, bytes]:
    """Return where a line starts and its bytes, in a text that may end lines with a carriage return."""
    start = 0
    for line in text.splitlines(keepends=True):
        if not number:
            return start, line.rstrip(b"\r\n")
        start += len(line)
        number -= 1
    return len(text), b""
