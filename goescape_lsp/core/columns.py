"""Byte columns of the compiler to positions of the editor and back; the only place where encodings are counted."""

from __future__ import annotations

from typing import Literal

Encoding = Literal["utf-8", "utf-16", "utf-32"]

BOM = b"\xef\xbb\xbf"


def split_lines(content: bytes) -> list[bytes]:
    r"""Return the lines of a file without their terminators and without a BOM.

    Shape: ends at `\n`, `\r\n` or a lone `\r`, as LSP 3.17 counts lines; the last line is there even when empty.
    """
    text = content.removeprefix(BOM)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.split(b"\n")


def byte_column_to_units(line: bytes, column: int, encoding: Encoding) -> int:
    """Return where the compiler's `column` of `line` lies for the editor.

    Units: `column` counts UTF-8 bytes from 1; the result counts `encoding` units from 0.
    Shape: `line` is one line without its terminator; the caller has removed a BOM.
    Errors: none; a column past the end gives the end, one inside a character its start.
    Source: byte columns as printed by cmd/compile (go1.26.8); LSP 3.17, Position.
    """
    before = line[: max(column - 1, 0)]
    if before.isascii():
        return len(before)
    if len(before) < len(line):  # step back from the middle of a character
        end = len(before)
        while end and line[end] & 0xC0 == 0x80:  # noqa: PLR2004 - UTF-8 continuation bytes are 10xxxxxx
            end -= 1
        before = line[:end]
    if encoding == "utf-8":
        return len(before)
    text = before.decode("utf-8", "replace")
    if encoding == "utf-32":
        return len(text)
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)  # noqa: PLR2004 - outside the BMP: two units


def units_to_byte_column(line: bytes, units: int, encoding: Encoding) -> int:
    """Return the 1-based byte column of an editor's position in `line`.

    Units: `units` counts `encoding` units from 0; the result counts UTF-8 bytes from 1.
    Errors: none; past the end gives the end, the middle of a character its start.
    """
    if line.isascii() or encoding == "utf-8":
        column = min(max(units, 0), len(line))
        while 0 < column < len(line) and line[column] & 0xC0 == 0x80:  # noqa: PLR2004 - as above
            column -= 1
        return column + 1
    bytes_seen = units_seen = 0
    for letter in line.decode("utf-8", "replace"):
        width = 2 if encoding == "utf-16" and ord(letter) > 0xFFFF else 1  # noqa: PLR2004 - as above
        if units_seen + width > units:
            break
        units_seen += width
        bytes_seen += len(letter.encode("utf-8", "surrogatepass"))
    return bytes_seen + 1
