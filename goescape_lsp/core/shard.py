"""Which packages of a workspace one machine of several looks at. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts of a workspace; `index` counts from 1.

    A package belongs to the part that draws the highest number from its import path and the part's own number
    (rendezvous hashing): other packages have no say in it, and with one part more only those move that go there.
    """

    index: int
    count: int

    def holds(self, import_path: str) -> bool:
        """Say whether a package belongs to this part; every one belongs to exactly one of the `count` parts."""
        return self.index == max(range(1, self.count + 1), key=lambda index: _draw(import_path, index))


def read_shard(text: str) -> Shard | None:
    """Return the shard that `2/5` means; None for anything else."""
    index, slash, count = text.partition("/")
    if not (slash and all(part.isascii() and part.isdigit() for part in (index, count))):
        return None
    shard = Shard(int(index), int(count))
    return shard if 1 <= shard.index <= shard.count <= _MOST else None


_MOST = 10_000
"""More parts than packages help nobody, and each package draws a number for every part."""


def _draw(import_path: str, index: int) -> bytes:
    return hashlib.sha256(f"{index} {import_path}".encode("utf-8", "surrogateescape")).digest()
