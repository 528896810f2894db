"""Notices changes that were made outside the editor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable

from watchfiles import Change, DefaultFilter, awatch  # pyright: ignore[reportUnknownVariableType]

WATCHED_NAMES = frozenset({"go.mod", "go.sum", "go.work", "go.work.sum"})
"""Files beside `*.go` that decide what is built; `vendor/modules.txt` comes to them."""

_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "__pycache__"})
_STEP_MS = 20
_DEBOUNCE_MS = 200


async def watch(roots: Iterable[str], stop: asyncio.Event) -> AsyncIterator[tuple[str, ...]]:
    """Yield the absolute paths of Go files and module files that changed below `roots`, until `stop` is set.

    Shape: sorted, each path once; deleted ones too. Bursts come together (20 ms of quiet, 0.2 s at most).
    Roots that do not exist are left out; without any the iteration ends at once.
    """
    present = _present(roots)
    if not present:
        return
    changes = awatch(
        *present,
        watch_filter=_GoFilter(present),
        step=_STEP_MS,
        debounce=_DEBOUNCE_MS,
        stop_event=stop,
        ignore_permission_denied=True,
    )
    async for changed in changes:
        yield tuple(sorted({path for _, path in changed}))


def _present(roots: Iterable[str]) -> list[str]:
    return [root for root in roots if os.path.isdir(root)]  # noqa: PTH112 - paths are strings in the whole project


class _GoFilter(DefaultFilter):
    """Lets Go files and module files pass that are not in a skipped directory below their root."""

    def __init__(self, roots: Iterable[str]) -> None:
        super().__init__()
        self._roots = tuple(roots)

    def __call__(self, change: Change, path: str) -> bool:
        del change
        root = max((root for root in self._roots if path.startswith(root)), key=len, default="")
        *folders, name = path[len(root) :].replace(os.sep, "/").split("/")
        if _SKIPPED.intersection(folders):
            return False
        if "vendor" in folders:
            return name == "modules.txt"
        return name.endswith(".go") or name in WATCHED_NAMES
