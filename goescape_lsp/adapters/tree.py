"""Walks a workspace for directories with Go files, by the rules of `go list ./...`; nested modules count too."""

from __future__ import annotations

import os
from collections import deque

_MAX_PACKAGES = 2_000
_MAX_DIRECTORIES = 50_000
_SKIPPED = frozenset(["vendor", "testdata", "node_modules"])


class DiskTree:
    """A `ports.Tree` of the disk."""

    def __init__(self, max_packages: int = _MAX_PACKAGES) -> None:
        self._max_packages = max_packages

    def packages(self, roots: tuple[str, ...]) -> tuple[str, ...]:
        """Return directories with Go files, those nearest to the roots first; links are not followed."""
        due = deque(dict.fromkeys(roots))
        seen: set[str] = set()
        found: list[str] = []
        while due and len(found) < self._max_packages and len(seen) < _MAX_DIRECTORIES:
            directory = due.popleft()
            if directory in seen:
                continue
            seen.add(directory)
            inside, has_go = _look(directory)
            due.extend(inside)
            if has_go:
                found.append(directory)
        return tuple(found)


def _look(directory: str) -> tuple[list[str], bool]:
    """Return the directories inside that may hold packages, and whether a Go file stands here."""
    inside: list[str] = []
    has_go = False
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.startswith((".", "_")):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    inside += [entry.path] if entry.name not in _SKIPPED else []
                elif entry.name.endswith(".go"):
                    has_go = True
    except OSError:
        return [], False
    return sorted(inside), has_go
