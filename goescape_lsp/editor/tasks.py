"""Background work of the server: kept alive while it runs, its failures logged, ended with the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """The running tasks, by name for those of which only the newest counts."""

    def __init__(self) -> None:
        self._all: set[asyncio.Task[Any]] = set()
        self._named: dict[str, asyncio.Task[Any]] = {}

    def start(self, work: Coroutine[Any, Any, Any], name: str = "") -> asyncio.Task[Any]:
        """Run `work` and return its task; a task of the same non-empty name that still runs is cancelled."""
        task = asyncio.get_running_loop().create_task(work)
        self._all.add(task)
        task.add_done_callback(self._ended)
        if name:
            older = self._named.get(name)
            if older is not None:
                older.cancel()
            self._named[name] = task
        return task

    async def close(self) -> None:
        """Cancel everything and wait for it."""
        running = [task for task in self._all if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._all.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the server failed", exc_info=error)
