"""Cuts the lines about one file by the functions that they stand in, so that what only moved can be told. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

_HEAD = re.compile(rb"^((?:[A-Za-z]:)?[^:\n]*):(\d+)(.*)$", re.DOTALL)
_AT = b" at "
_FROM = b"     from "
_FROM_END = 24
"""Where the words of a line after its line number have begun at the latest, a column of any length before them."""

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
    """The lines of an output about one stretch, or about what is outside of all.

    `digest` stays the same when the function and all its lines move together. `is_fixed` says that they name a place
    outside of the stretch, so that they tell something else when it moves.
    """

    text: bytes = b""
    digest: bytes = b""
    is_fixed: bool = False


NO_LINES = Part()


@dataclass(slots=True)
class _Draft:
    lines: list[bytes] = field(default_factory=list[bytes])
    relative: list[bytes] = field(default_factory=list[bytes])
    is_fixed: bool = False


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


def cut(pieces: Sequence[bytes], stretches: Stretches) -> dict[bytes, Part]:
    """Return what is said about one file by the key of the stretch, in pieces of which all lines begin with its name.

    Shape: every line is in one part, in the order of the output; the lines of `OUTSIDE` are always fixed.
    """
    drafts: dict[bytes, _Draft] = {}
    known: dict[bytes, Stretch | None] = {}
    for line in b"".join(pieces).split(b"\n"):
        head = _HEAD.match(line)
        if head is None:
            if line:
                drafts.setdefault(OUTSIDE, _Draft()).lines.append(line)
            continue
        name, number, rest = head.groups()
        if number not in known:
            known[number] = stretches.of(int(number))
        stretch = known[number]
        draft = drafts.setdefault(OUTSIDE if stretch is None else stretch.key, _Draft())
        draft.lines.append(line)
        if stretch is None:
            continue
        draft.relative.append(b"%d" % (int(number) - stretch.first))
        if _FROM not in rest[:_FROM_END]:
            draft.relative.append(rest)
            continue
        words, at, place = rest.rpartition(_AT)
        row = _row(place, name) if at else 0
        if stretch.first <= row <= stretch.last:
            draft.relative.append(
                b"%b at %d%b" % (words, row - stretch.first, place[len(name) + 1 :].lstrip(b"0123456789"))
            )
        else:
            draft.relative.append(rest)
            draft.is_fixed = True
    return {key: _part(draft, is_outside=key == OUTSIDE) for key, draft in drafts.items()}


def _row(place: bytes, name: bytes) -> int:
    """Return the line of a printed place in the file of this name, 0 for another one."""
    if not place.startswith(name + b":"):
        return 0
    number = place[len(name) + 1 :].partition(b":")[0]
    return int(number) if number.isdigit() else 0


def _part(draft: _Draft, *, is_outside: bool) -> Part:
    text = b"\n".join(draft.lines) + b"\n"
    said = text if is_outside else b"\n".join(draft.relative)
    return Part(text, blake2b(said, digest_size=16).digest(), is_outside or draft.is_fixed)
