"""Bytes on the disk that outlive the server: bounded, private, and never half of what was written."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import platformdirs

_MAGIC = b"goescape 1\n"
_DIGEST_BYTES = 16
_MAX_ENTRY_BYTES = 32 * 2**20
_MAX_BYTES = 256 * 2**20
_KEPT_SHARE = 0.8
_TEMPORARY = ".tmp"
_FORGOTTEN_AFTER_S = 3600.0
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


def default_folder() -> str:
    """Return the directory below the user's cache directory that is ours."""
    return platformdirs.user_cache_dir("goescape-lsp", appauthor=False)


class DiskStore:
    """A `ports.Store` in a directory: one file per key, the least recently used removed when they grow over a limit.

    Shape: entries of another `version` are never read, but count towards `max_bytes`. Several processes may use one
    directory: entries are replaced as a whole. Errors: none; what cannot be read is not there, what cannot be written
    is not kept.
    """

    def __init__(self, root: str | None = None, *, version: str, max_bytes: int = _MAX_BYTES) -> None:
        self._root = Path(root or default_folder())
        self._folder = self._root / f"v{hashlib.blake2b(version.encode(), digest_size=6).hexdigest()}"
        self._max_bytes = max_bytes
        self._written: int | None = None
        self._lock = threading.Lock()

    def load(self, key: str) -> bytes | None:
        """Return what was saved under a key; None when there is nothing whole."""
        path = self._path(key)
        try:
            if not _is_private(self._folder):
                return None
            content = _read(path)
        except (OSError, ValueError):
            return None
        payload = _checked(content)
        if payload is not None:
            with contextlib.suppress(OSError):
                os.utime(path)
        return payload

    def save(self, key: str, payload: bytes) -> None:
        """Keep bytes under a key, in place of older ones."""
        if len(payload) > min(_MAX_ENTRY_BYTES, self._max_bytes):
            return
        content = _MAGIC + _digest(payload) + payload
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            if not _is_private(self._folder):
                return
            _replace(self._path(key), content)
        except (OSError, ValueError):
            return
        self._bound(len(content))

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.blake2b(key.encode(), digest_size=20).hexdigest()

    def _bound(self, added: int) -> None:
        """Look at the whole directory at the first write, and each time a twentieth of the limit was written."""
        with self._lock:
            self._written = None if self._written is None else self._written + added
            if self._written is not None and self._written < self._max_bytes // 20:
                return
            self._written = 0
            _shrink(self._root, self._max_bytes)


def _digest(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()


def _checked(content: bytes) -> bytes | None:
    """Return the payload of a file that is whole."""
    start = len(_MAGIC) + _DIGEST_BYTES
    payload = content[start:]
    is_whole = len(content) >= start and content.startswith(_MAGIC)
    return payload if is_whole and content[len(_MAGIC) : start] == _digest(payload) else None


def _is_private(folder: Path) -> bool:
    """Say whether a directory is a real one that nobody but this user can write to."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _read(path: Path) -> bytes:
    # Not through a link, and without waiting for the other end of a pipe.
    handle = os.open(path, os.O_RDONLY | _FLAGS | _NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        is_ours = sys.platform == "win32" or found.st_uid == os.geteuid()
        if not stat.S_ISREG(found.st_mode) or found.st_size > 2 * _MAX_ENTRY_BYTES or not is_ours:
            return b""
        return file.read()


def _replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another as a whole; its mode is 0600."""
    handle, temporary = tempfile.mkstemp(suffix=_TEMPORARY, dir=path.parent)
    with contextlib.ExitStack() as stack:
        stack.callback(_remove, temporary)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)  # noqa: PTH105 - a name from mkstemp
        stack.pop_all()


def _remove(path: str) -> bool:
    try:
        os.unlink(path)  # noqa: PTH108 - from mkstemp or scandir
    except OSError:
        return False
    return True


def _shrink(root: Path, max_bytes: int) -> None:
    """Remove the least recently used entries of all versions until a share of the limit is left free."""
    entries = sorted(_entries(root))
    total = sum(size for _, size, _ in entries)
    goal = max_bytes * _KEPT_SHARE if total > max_bytes else max_bytes
    forgotten = time.time() - _FORGOTTEN_AFTER_S
    for used, size, path in entries:
        is_left_over = path.endswith(_TEMPORARY) and used < forgotten
        if not is_left_over and total <= goal:
            continue
        total -= size if _remove(path) else 0


def _entries(root: Path) -> Iterator[tuple[float, int, str]]:
    """Yield time of last use, size and path of every entry; links are neither followed nor listed."""
    with contextlib.suppress(OSError), os.scandir(root) as folders:
        for folder in folders:
            if not (folder.name.startswith("v") and folder.is_dir(follow_symlinks=False)):
                continue
            with contextlib.suppress(OSError), os.scandir(folder.path) as files:
                for file in files:
                    found = file.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode):
                        yield found.st_mtime, found.st_size, file.path
