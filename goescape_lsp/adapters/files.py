"""Reads source files, each only once while it stays the same."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict

_MAX_FILE_BYTES = 32 * 2**20
_MAX_KEPT_BYTES = 64 * 2**20


class DiskFiles:
    """Files of the disk, kept by (path, time, size), the least used forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[tuple[int, int, int], bytes]] = OrderedDict()
        self._size = 0

    def read(self, path: str) -> bytes | None:
        """Return the bytes of an absolute path; None when it is no regular file, unreadable or over 32 MiB."""
        try:
            found = os.stat(path)  # noqa: PTH116 - asked for every file of every run
            if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_FILE_BYTES:
                return None
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            kept = self._kept.get(path)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(path)
                return kept[1]
            with open(path, "rb") as file:  # noqa: PTH123 - paths are strings in the whole project
                content = file.read(_MAX_FILE_BYTES)
        except (OSError, ValueError):
            self._forget(path)
            return None
        self._keep(path, stamp, content)
        return content

    def _keep(self, path: str, stamp: tuple[int, int, int], content: bytes) -> None:
        self._forget(path)
        self._kept[path] = (stamp, content)
        self._size += len(content)
        while self._size > _MAX_KEPT_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: str) -> None:
        if path in self._kept:
            self._size -= len(self._kept.pop(path)[1])
