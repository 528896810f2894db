"""Writes unsaved texts where `go -overlay` can read them, in a private directory that is removed again."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

_PREFIX = "goescape-overlay-"
_STALE_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """An overlay on the disk: `file` is for `-overlay`; `replaced` maps the private paths to those they stand for."""

    file: str
    replaced: Mapping[bytes, bytes]

    def restore(self, printed: bytes) -> bytes:
        """Return what `go` printed with the user's paths in place of the private ones."""
        for private, path in self.replaced.items():
            printed = printed.replace(private, path)
        return printed


class Overlays:
    """Overlays in one private directory, which goes away with this object; those of killed servers go by age."""

    def __init__(self, base: str | None = None) -> None:
        self._base = Path(base or tempfile.gettempdir()).resolve()
        self._root: Path | None = None
        self._finalizer: weakref.finalize[..., Overlays] | None = None

    @contextlib.contextmanager
    def write(self, texts: Mapping[str, bytes]) -> Generator[Overlay]:
        """Yield the overlay of `texts`, bytes by absolute path, for as long as the `with` block runs."""
        folder = Path(tempfile.mkdtemp(dir=self._private_directory()))
        try:
            replace: dict[str, str] = {}
            for number, (path, text) in enumerate(sorted(texts.items())):
                # The number keeps equal names apart; the name keeps `_test.go` and `_linux.go` meaningful.
                private = folder / f"{number}_{Path(path).name}"
                private.write_bytes(text)
                replace[path] = str(private)
            file = folder / "overlay.json"
            file.write_bytes(orjson.dumps({"Replace": replace}))
            yield Overlay(str(file), {os.fsencode(private): os.fsencode(path) for path, private in replace.items()})
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def directory(self, name: str) -> str:
        """Return a directory of that name inside the private one; it lives as long."""
        folder = self._private_directory() / name
        folder.mkdir(exist_ok=True)
        return str(folder)

    def close(self) -> None:
        """Remove the private directory; a later `write` makes a new one."""
        if self._finalizer is not None:
            self._finalizer()
        self._root = self._finalizer = None

    def _private_directory(self) -> Path:
        if self._root is None or not self._root.is_dir():
            _remove_stale(self._base)
            self._root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._base))
            self._finalizer = weakref.finalize(self, shutil.rmtree, str(self._root), ignore_errors=True)
        return self._root


def _remove_stale(base: Path) -> None:
    """Remove what servers that were killed left behind: own directories of our name, untouched for a day."""
    for left in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            found = left.lstat()
            is_own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
            if is_own and not left.is_symlink() and time.time() - found.st_mtime > _STALE_S:
                shutil.rmtree(left, ignore_errors=True)
