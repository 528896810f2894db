"""Which lines of the files are not committed, for the view that shows only these."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from goescape_lsp.core.changed import Changed, Committed, changed_lines
from goescape_lsp.core.model import FileFacts, Problem
from goescape_lsp.core.ports import Commits


class Changes:
    """Keeps what was committed of the files that were asked for, and tells once what keeps that from being known."""

    def __init__(self, commits: Commits, tell: Callable[[Problem], None]) -> None:
        self._commits = commits
        self._tell = tell
        self._committed: dict[str, Committed] = {}
        self._found: dict[str, tuple[bytes | None, bytes, Changed]] = {}
        self._told: set[Problem] = set()

    async def learn(self, path: str) -> None:
        """Read what the newest commit holds of a file; the loop stays free meanwhile."""
        committed = (await asyncio.to_thread(self._commits.committed, (path,)))[path]
        self._committed[path] = committed
        problem = committed.problem
        if problem is not None and problem not in self._told:
            self._told.add(problem)
            self._tell(problem)

    def of(self, facts: FileFacts) -> Changed | None:
        """Return the uncommitted lines of a file; None where they are not known, so that all is shown."""
        committed = self._committed.get(facts.path)
        if committed is None or committed.problem is not None:
            return None
        known = self._found.get(facts.path)
        if known is None or known[:2] != (committed.content, facts.content):
            changed = changed_lines(committed.content, facts.content)
            known = self._found[facts.path] = (committed.content, facts.content, changed)
        return known[2]
