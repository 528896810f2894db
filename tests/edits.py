"""Applies the edits of an advice to bytes, as an editor does."""

from __future__ import annotations

from collections.abc import Iterable

from goescape_lsp.core.advice import Edit
from goescape_lsp.core.columns import BOM


def apply(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the content with all edits made at once, in whatever order they are given.

    Units: spans as in `Edit`; a BOM counts as no column and is kept.
    Errors: ValueError for edits that overlap or lie outside the content; insertions at one place keep their order.
    """
    text = content.removeprefix(BOM)
    starts = _line_starts(text)
    places = sorted(
        ((_offset(text, starts, edit.span.line, edit.span.column), index, edit) for index, edit in enumerate(edits)),
        key=lambda place: (place[0], place[1]),
    )
    pieces: list[bytes] = []
    done = 0
    for start, _, edit in places:
        end = _offset(text, starts, edit.span.end_line, edit.span.end_column)
        if start < done or end < start:
            raise ValueError(f"edits overlap at line {edit.span.line}, column {edit.span.column}")
        pieces += [text[done:start], edit.new.encode()]
        done = end
    pieces.append(text[done:])
    return content[: len(content) - len(text)] + b"".join(pieces)


def _line_starts(text: bytes) -> list[int]:
    r"""Return where lines begin; only `\n` ends one here, as the tree and the compiler count."""
    starts = [0]
    while (end := text.find(b"\n", starts[-1])) >= 0:
        starts.append(end + 1)
    return starts


def _offset(text: bytes, starts: list[int], line: int, column: int) -> int:
    if not 1 <= line <= len(starts):
        raise ValueError(f"line {line} is outside the content")
    end = starts[line] if line < len(starts) else len(text)
    offset = starts[line - 1] + column - 1
    if column < 1 or offset > end:
        raise ValueError(f"column {column} is outside line {line}")
    return offset
