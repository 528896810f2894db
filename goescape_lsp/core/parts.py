"""Cuts the lines about one file by the functions that they stand in, so that what only moved can be told. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
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

    Units: lines count from 1; `start` and `end` are offsets of bytes in the file. No two of a file have the same `key`,
    and no two the same `name`, which an edit of the body leaves as it is: where functions share theirs, it is the key.
    """

    first: int
    last: int
    key: bytes
    name: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """The lines of an output about one stretch, or about what is outside of all: their names and what follows those.

    `digest` stays the same when functions move, this one and those that its lines lead to, with all places in them;
    outside of all it does not. `named` are the stretches that its lines lead to: their files and names.
    """

    lines: tuple[tuple[bytes, bytes], ...] = ()
    digest: bytes = b""
    named: frozenset[tuple[str, bytes]] = frozenset()

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
    named: set[tuple[str, bytes]] = field(default_factory=set[tuple[str, bytes]])

    def part(self) -> Part:
        """Return the finished part."""
        digest = blake2b(b"\n".join(self.relative), digest_size=16).digest()
        return Part(tuple(self.lines), digest, frozenset(self.named))


class Stretches:
    """Finds the stretch of a line."""

    def __init__(self, stretches: Iterable[Stretch] = ()) -> None:
        """Take the stretches in the order of their lines."""
        self._all = tuple(stretches)
        self._firsts = [one.first for one in self._all]
        self._by_key = {one.key: one for one in self._all}
        self._by_name = {one.name: one for one in self._all}

    def __iter__(self) -> Iterator[Stretch]:
        """Yield the stretches in the order of their lines."""
        return iter(self._all)

    def get(self, key: bytes) -> Stretch | None:
        """Return the stretch with a key."""
        return self._by_key.get(key)

    def named(self, name: bytes) -> Stretch | None:
        """Return the stretch with a name."""
        return self._by_name.get(name)

    def of(self, line: int) -> Stretch | None:
        """Return the stretch around a 1-based line, None outside of all."""
        index = bisect_right(self._firsts, line) - 1
        return self._all[index] if index >= 0 and line <= self._all[index].last else None


class Landmarks(dict[bytes, tuple[bytes, tuple[str, bytes] | None]]):
    """Printed places as seen from the stretch that they are in: what to call them, and its file and name.

    Shape: a place that is in no stretch has None, and its own name.
    """

    def __init__(self, around: Callable[[bytes, int], tuple[str, Stretch] | None]) -> None:
        """Take a way from a printed file and a line to the file and the stretch there."""
        super().__init__()
        self._around = around

    def __missing__(self, place: bytes) -> tuple[bytes, tuple[str, bytes] | None]:
        """Return what is known of a place that is asked for the first time."""
        self[place] = found = self._look(place)
        return found

    def _look(self, place: bytes) -> tuple[bytes, tuple[str, bytes] | None]:
        start, _, last = place.rpartition(b":")
        file, _, number = start.rpartition(b":")
        if not number.isdigit():
            file, number, last = start, last, b""
        around = self._around(file, int(number)) if number.isdigit() else None
        if around is None:
            return place, None
        name, stretch = around
        # No name and no source has a NUL.
        return b"%b\0%b\0%d:%b" % (file, stretch.name, int(number) - stretch.first, last), (name, stretch.name)


def cut(pieces: Iterable[tuple[bytes, bytes]], stretches: Stretches, landmarks: Landmarks) -> dict[bytes, Part]:
    """Return what is said about one file by the key of the stretch.

    Shape: the pieces come with the name that all their lines begin with, b"" for lines without a place. Every line is
    in one part, in the order of the output.
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
            if _FROM in rest[:_FROM_END]:
                words, _, place = rest.rpartition(_AT)
                called, unit = landmarks[place]
                if unit is not None:
                    draft.named.add(unit)
                    if draft.stretch is not None:
                        rest = b"%b\0%b" % (words, called)
            draft.relative += (row, rest)
    return {key: draft.part() for key, draft in drafts.items()}


def _draft_of(number: bytes, stretches: Stretches, drafts: dict[bytes, _Draft]) -> tuple[_Draft, bytes]:
    """Return the draft for a line of the file, and how its line is called there."""
    stretch = stretches.of(int(number)) if number.isdigit() else None
    key = OUTSIDE if stretch is None else stretch.key
    if key not in drafts:
        drafts[key] = _Draft(stretch)
    return drafts[key], number if stretch is None else b"%d" % (int(number) - stretch.first)
