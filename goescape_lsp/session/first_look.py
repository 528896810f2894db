"""The first look at a workspace: directories that nobody has open, one at a time, while there is nothing else to do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from goescape_lsp.core.ports import Tree


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the first look needs of its session.

    `look` analyses one directory; it is cancelled when other work comes, and begun again later. `quiet` returns when
    no other work waits or runs. `is_due` says whether a directory of the workspace is to be looked at. `told` hears
    how many of how many are done, and an equal pair at the end; `crashed` of an exception that nobody expected.
    """

    look: Callable[[str], Awaitable[None]]
    quiet: Callable[[], Awaitable[None]]
    is_due: Callable[[str], bool]
    told: Callable[[int, int], None]
    crashed: Callable[[str, Exception], None]


class FirstLook:
    """A queue of directories that gives way to all other work; all methods are called on the event loop."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._due: dict[str, None] = {}
        self._walks: list[tuple[Tree, tuple[str, ...]]] = []
        self._done = 0
        self._task: asyncio.Task[None] | None = None
        self._current: asyncio.Future[None] | None = None

    def begin(self, tree: Tree, roots: tuple[str, ...]) -> None:
        """Look at all directories below the roots that are due."""
        self.clear()
        self._walks.append((tree, roots))
        self._start()

    def add(self, directories: Iterable[str]) -> None:
        """Look at these directories too, again if that has been done."""
        self._due |= dict.fromkeys(directories)
        self._start()

    def clear(self) -> None:
        """Look at nothing more."""
        self._walks.clear()
        self._due.clear()
        self.give_way()

    def give_way(self) -> None:
        """Let other work go first: what is being looked at is begun again when that has ended."""
        if self._current is not None:
            self._current.cancel()

    async def settled(self) -> None:
        """Return when nothing is left to look at."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """End it, and what is being looked at."""
        self.clear()
        await self.settled()

    def _start(self) -> None:
        if (self._due or self._walks) and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._due or self._walks:
                await self._hooks.quiet()
                await (self._walk() if self._walks else self._next())
        finally:
            self._hooks.told(self._done, self._done)
            self._done = 0

    async def _walk(self) -> None:
        tree, roots = walk = self._walks[-1]
        found = await asyncio.to_thread(tree.packages, roots)
        if walk in self._walks:
            self._walks.remove(walk)
            self._due |= dict.fromkeys(filter(self._hooks.is_due, found))

    async def _next(self) -> None:
        directory = next(iter(self._due), None)
        if directory is None:
            return
        self._hooks.told(self._done, self._done + len(self._due))
        current = self._current = asyncio.ensure_future(self._hooks.look(directory))
        try:
            await asyncio.wait([current])
        finally:
            current.cancel()
            self._current = None
        if current.cancelled():
            return
        if isinstance(error := current.exception(), Exception):
            self._hooks.crashed(directory, error)
        self._due.pop(directory, None)
        self._done += 1
