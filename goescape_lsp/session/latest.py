"""Latest wins: one task per key, a newer one ends the older one first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

SETTLE_S = 0.05
"""How long what overtakes other work waits for what may overtake it."""

Work = Callable[[], Coroutine[None, None, None]]


class Latest:
    """Runs work by key: what is submitted anew cancels what still runs under the same key, and waits for its end.

    Shape: `at_once` pieces of work run at the same time, the others wait. `crashed` hears of an exception that
    nobody expected, with the key.
    """

    def __init__(self, at_once: int, crashed: Callable[[str, Exception], None]) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._crashed = crashed
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # The loop itself keeps only weak references to tasks; cancelled ones are kept until they have ended.
        self._ending: dict[str, set[asyncio.Task[None]]] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no work waits, runs or ends."""
        return not self._tasks and not any(self._ending.values())

    def submit(self, key: str, work: Work, wait_s: float) -> None:
        """Do `work` after `wait_s` seconds without a newer submission for `key`.

        Shape: what overtakes other work waits at least `SETTLE_S`, so that a burst comes to two runs: the first one,
        begun at once, and the last one.
        """
        older = self._tasks.pop(key, None)
        if older is not None:
            wait_s = max(wait_s, SETTLE_S)
            older.cancel()
            ending = self._ending.setdefault(key, set())
            ending.add(older)
            older.add_done_callback(ending.discard)
        task = asyncio.create_task(self._run(key, work, wait_s))
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def cancel(self, key: str) -> None:
        """End the work of `key`, if there is any."""
        if key in self._tasks:
            self._tasks[key].cancel()

    async def settled(self) -> None:
        """Return when no work waits or runs, also none that was submitted meanwhile."""
        while pending := {*self._tasks.values(), *(task for ending in self._ending.values() for task in ending)}:
            await asyncio.wait(pending)
            # Let the callbacks of what has just ended run: they may submit more.
            await asyncio.sleep(0)

    async def close(self) -> None:
        """End all work and return when it has ended."""
        for task in tuple(self._tasks.values()):
            task.cancel()
        await self.settled()

    async def _run(self, key: str, work: Work, wait_s: float) -> None:
        # All older ones, not only the last: that one may have ended while it still waited for its own predecessor.
        if ending := tuple(self._ending.get(key, ())):
            await asyncio.wait(ending)
        await asyncio.sleep(wait_s)
        async with self._room:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the task runner: a fault must not take the session with it
                self._crashed(key, error)

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is done:
            del self._tasks[key]
        with contextlib.suppress(asyncio.CancelledError):
            done.result()
