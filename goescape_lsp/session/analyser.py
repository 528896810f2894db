"""Analyses again and again: keeps what the last analyses of some packages leave, and the files that they parsed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from hashlib import blake2b
from typing import Generic, TypeVar

from goescape_lsp.core.model import Analysis, Run
from goescape_lsp.session.analyse import analyse_again
from goescape_lsp.session.reuse import NOTHING, Remembered
from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.outline import Outline

_MOST_FINDINGS = 20_000
_MOST_BYTES = 1 << 20  # of source; its trees take about twenty times as much
_MOST_NAMES = 30_000  # of outlines

_Key = tuple[tuple[tuple[str, str, str], ...], bool]

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")


class Shelf(Generic[Key, Item]):
    """Keeps the items that were used last, as many as have room together; threads may share it.

    Shape: `group` says which items belong together. Those of the group that was put last stay, however large.
    """

    def __init__(
        self, room: int, size: Callable[[Item], int], group: Callable[[Key], Hashable] = lambda key: key
    ) -> None:
        self._room = room
        self._size = size
        self._group = group
        self._items: dict[Key, Item] = {}
        self._total = 0
        self._lock = threading.Lock()

    def get(self, key: Key) -> Item | None:
        """Return the item of a key and take it for used."""
        with self._lock:
            item = self._items.pop(key, None)
            if item is not None:
                self._items[key] = item
            return item

    def put(self, key: Key, item: Item) -> None:
        """Keep an item; those of other groups that were not used for longest make room."""
        with self._lock:
            older = self._items.pop(key, None)
            self._items[key] = item
            self._total += self._size(item) - (0 if older is None else self._size(older))
            mine = self._group(key)
            for oldest in [one for one in self._items if self._group(one) != mine]:
                if self._total <= self._room:
                    break
                self._total -= self._size(self._items.pop(oldest))


def _directories(key: _Key) -> Hashable:
    variants, _ = key
    return frozenset(directory for directory, _, _ in variants)


class Analyser:
    """A `run.Analyse` with a memory: what an edit did not touch is not worked out again.

    Shape: the results are those of `analyse`; facts that did not change are the same objects as before.
    """

    def __init__(self, most_findings: int = _MOST_FINDINGS, most_bytes: int = _MOST_BYTES) -> None:
        # An edit of the largest package must not cost more than one of a small one: it is not weighed against itself.
        self._remembered = Shelf[_Key, Remembered](most_findings, lambda one: one.size, _directories)
        self._files = Shelf[bytes, GoFile](most_bytes, lambda file: len(file.content))
        self._outlines = Shelf[bytes, Outline](_MOST_NAMES, lambda outline: outline.size)

    def __call__(self, run: Run, read: Callable[[str], bytes | None], go_version: str = "") -> Analysis:
        """Return the facts of every file of the run's packages; see `analyse`."""
        # The runs with and without tests and machine code follow each other: each has a memory of its own.
        key = tuple((one.package.directory, one.package.import_path, one.package.variant) for one in run.compiled)
        is_weighed = any(b"\t0x" in one.text for one in run.compiled)
        before = self._remembered.get((key, is_weighed)) or NOTHING
        analysis, after = analyse_again(before, run, read, go_version, self._parsed, self._outlined)
        self._remembered.put((key, is_weighed), after)
        return analysis

    def ahead(self, texts: Iterable[bytes]) -> None:
        """Parse texts that are going to be analysed, as far as they are new."""
        for text in texts:
            self._outlined(text)

    def _parsed(self, content: bytes) -> GoFile:
        file = self._files.get(content)
        if file is None:
            file = GoFile(content)
            self._files.put(content, file)
        return file

    def _outlined(self, content: bytes) -> Outline:
        digest = blake2b(content, digest_size=16).digest()  # an outline is smaller than its file
        outline = self._outlines.get(digest)
        if outline is None:
            outline = self._parsed(content).outline
            self._outlines.put(digest, outline)
        return outline
