"""Cuts the lines about one file by the functions that they stand in, so that what only moved can be told. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

_AT = b" at "
_FROM = b"     from "  # a blank after the place, four before the step
_FROM_END = 24
"""Where the words of a line have begun, counted from the end of its line number: a column may stand before them."""

OUTSIDE = b""
"""The key of what stands in no function that has its lines for itself."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A declared function that has its lines for itself: its first and last line, and a digest of them.

    Units: lines count from 1; `start` and `end` are offsets of bytes in the file. No two of a file have the same `key`.
    """

    first: int
    last: int
    key: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of an output about one stretch, or about what is outside of all: their names and what follows those.

    `digest` stays the same when the function and all its lines move together. `is_fixed` says that they name a place
    outside of the stretch, so that they tell something else when it moves.
    """

    lines: tuple[tuple[bytes, bytes], ...] = ()
    digest: bytes = b""
    is_fixed: bool = False

    @property
    def text(self) -> bytes:
        """The lines as they were printed."""
        return b"".join(b"%b%b\n" % line for line in self.lines)


NO_LINES = Part()


@dataclass(slots=True)
class _Draft:
    stretch: Stretch | None
    lines: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    relative: list[bytes] = field(default_factory=list[bytes])
    is_fixed: bool = False

    def part(self) -> Part:
        """Return the finished part."""
        digest = blake2b(b"\n".join(self.relative), digest_size=16).digest()
        return Part(tuple(self.lines), digest, self.is_fixed)


class Stretches:
    """Finds the stretch of a line."""

    def __init__(self, stretches: Iterable[Stretch] = ()) -> None:
        """Take the stretches in the order of their lines."""
        self._all = tuple(stretches)
        self._firsts = [one.first for one in self._all]
        self._by_key = {one.key: one for one in self._all}

    def __iter__(self) -> Iterator[Stretch]:
        """Yield the stretches in the order of their lines."""
        return iter(self._all)

    def get(self, key: bytes) -> Stretch | None:
        """Return the stretch with a key."""
        return self._by_key.get(key)

    def of(self, line: int) -> Stretch | None:
        """Return the stretch around a 1-based line, None outside of all."""
        index = bisect_right(self._firsts, line) - 1
        return self._all[index] if index >= 0 and line <= self._all[index].last else None


def cut(pieces: Iterable[tuple[bytes, bytes]], stretches: Stretches) -> dict[bytes, Part]:
    """Return what is said about one file by the key of the stretch.

    Shape: the pieces come with the name that all their lines begin with, b"" for lines without a place. Every line is
    in one part, in the order of the output; the lines of `OUTSIDE` are always fixed.
    """
    drafts: dict[bytes, _Draft] = {}
    known: dict[bytes, tuple[_Draft, bytes]] = {}
    for name, piece in pieces:
        start = name + b":" if name else b""
        lines = piece.removesuffix(b"\n").removeprefix(start).split(b"\n" + start)
        for line in lines:
            number, _, rest = line.partition(b":") if name else (b"", b"", line)
            found = known.get(number)
            if found is None:
                found = known[number] = _draft_of(number, stretches, drafts)
            draft, row = found
            draft.lines.append((start, line))
            if draft.stretch is not None and _FROM in rest[:_FROM_END]:
                rest = _relative(rest, start, draft)
            draft.relative += (row, rest)
    return {key: draft.part() for key, draft in drafts.items()}


def _draft_of(number: bytes, stretches: Stretches, drafts: dict[bytes, _Draft]) -> tuple[_Draft, bytes]:
    """Return the draft for a line of the file, and how its line is called there."""
    stretch = stretches.of(int(number)) if number.isdigit() else None
    key = OUTSIDE if stretch is None else stretch.key
    if key not in drafts:
        drafts[key] = _Draft(stretch, is_fixed=stretch is None)
    return drafts[key], number if stretch is None else b"%d" % (int(number) - stretch.first)


def _relative(rest: bytes, start: bytes, draft: _Draft) -> bytes:
    """Return a step of an explanation with its place as seen from the stretch."""
    words, at, place = rest.rpartition(_AT)
    number, colon, column = place.removeprefix(start).partition(b":")
    stretch = draft.stretch
    is_inside = bool(at) and place.startswith(start) and number.isdigit() and stretch is not None
    if stretch is None or not is_inside or not stretch.first <= int(number) <= stretch.last:
        draft.is_fixed = True
        return rest
    return b"%b at %d%b%b" % (words, int(number) - stretch.first, colon, column)
