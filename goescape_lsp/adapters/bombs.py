"""Packages whose explanations are too long to read: they are compiled for their verdicts alone."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterable

import msgspec

from goescape_lsp.adapters.codec import packed
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.ports import Store
from goescape_lsp.core.unexplained import MOST_MIB

_HEADER = re.compile(rb"^# (\S+)(?: \[[^\]\n]+\])?$", re.MULTILINE)

_KNOWN_FOR_S = 7 * 24 * 3600.0
"""How long a package is taken for one, at most: it may have got smaller, and to look costs one compile that is ended.

Not as long as its text is the same: it is compiled because somebody changed it.
"""

EXPLAINED, BRIEF = "-m=2", "-m"
"""What makes the compiler tell of escapes: with the reasons, and without."""

_Notes = dict[str, float]
_decoder = msgspec.msgpack.Decoder(_Notes)


class Bombs:
    """Remembers such packages by their module's directory and import path, each with the time it was noted.

    Shape: `most` is how many bytes one compile may print with its explanations. With a `store` they are known to the
    next server, too, as far as it uses the toolchain that it is `about`. Where servers note at once, one note may be
    lost; then that package is noted again. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        most: int = MOST_MIB * 2**20,
        *,
        about: Toolchain | None = None,
        store: Store | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.most = most
        self._about = None if about is None else (about.version, about.target)
        self._store = store
        self._clock = clock
        self._known: dict[str, _Notes] = {}
        self._lock = threading.Lock()

    async def of(self, root: str) -> frozenset[str]:
        """Return the import paths that are known in a module."""
        if root not in self._known:
            await asyncio.to_thread(self._look, root)
        return frozenset(path for path, noted in self._known[root].items() if self._holds(noted))

    async def add(self, root: str, *import_paths: str) -> None:
        """Remember packages."""
        await asyncio.to_thread(self._note, root, import_paths)

    async def notice(self, root: str, text: bytes) -> bool:
        """Remember the packages that printed too much in what `go` printed; say whether any is new."""
        headers = list(_HEADER.finditer(text)) if len(text) > self.most else []
        ends = [*(header.start() for header in headers[1:]), len(text)]
        found = {
            header[1].decode("utf-8", "replace")
            for header, end in zip(headers, ends, strict=False)
            if end - header.end() > self.most
        }
        if found <= await self.of(root):
            return False
        await self.add(root, *found)
        return True

    def _holds(self, noted: float) -> bool:
        # A clock that was set back is no reason to wait for longer.
        return abs(self._clock() - noted) < _KNOWN_FOR_S

    def _look(self, root: str) -> None:
        with self._lock:
            self._known[root] = self._loaded(root) | self._known.get(root, {})

    def _note(self, root: str, import_paths: Iterable[str]) -> None:
        """Add to what other servers noted meanwhile; what does not hold any more goes."""
        with self._lock:
            told = self._loaded(root) | self._known.get(root, {}) | dict.fromkeys(import_paths, self._clock())
            self._known[root] = {path: noted for path, noted in told.items() if self._holds(noted)}
            if self._store is not None:
                self._store.save(self._key(root), packed(self._known[root]))

    def _loaded(self, root: str) -> _Notes:
        payload = None if self._store is None else self._store.load(self._key(root))
        try:
            return {} if payload is None else _decoder.decode(payload)
        except (msgspec.MsgspecError, RecursionError):
            return {}

    def _key(self, root: str) -> str:
        return packed(("bombs", self._about, self.most, root)).hex()
