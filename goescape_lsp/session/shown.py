"""What packages show to others, and what those who see it were compiled against: they run again for a difference only.

External tests (`package p_test`) see a package as other packages do. They import it built together with its own
tests, which takes a whole compile, machine code included: they are worth sparing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from goescape_lsp.core.model import FileFacts
from goescape_lsp.session.run import Reach, Stage
from goescape_lsp.session.snapshot import Outcome
from goescape_lsp.session.surface import Surface, handed_on, surface


class Shown:
    """Remembers the surface of the packages of each directory, as it is and as others have seen it."""

    def __init__(self) -> None:
        self._now: dict[str, Surface] = {}
        self._tested: dict[str, Surface] = {}
        self._imported: dict[str, Surface] = {}
        self._due: set[str] = set()
        self._alone: dict[str, Mapping[str, FileFacts]] = {}

    def expect(self, directory: str) -> None:
        """Take note that more may have changed than the package's own files: its tests, or what it imports."""
        self._due.add(directory)

    async def take(self, stage: Stage, outcome: Outcome) -> None:
        """Take what the package of a stage shows, as it was compiled and analysed.

        Shape: where external tests tell something of the package's own files that it alone does not tell, as of
        generic code that only they use, they are not spared.
        """
        if stage.reach is Reach.OWN_TESTS:
            return
        directory, files = stage.order.job.directory, outcome.analysis.files
        shown = self._now[directory] = await asyncio.to_thread(surface, outcome.run, files)
        if stage.reach is Reach.PACKAGE:
            self._alone[directory] = files
            return
        self._due.discard(directory)
        self._tested.pop(directory, None)
        alone = self._alone.pop(directory, None)
        if alone is not None and await asyncio.to_thread(_holds, alone, files):
            self._tested[directory] = shown

    def is_news(self, directory: str) -> bool:
        """Say whether packages that import the directory's have yet to be compiled against it; once."""
        older, self._imported[directory] = self._imported.get(directory), self._now[directory]
        return older != self._imported[directory]

    async def following(self, stage: Stage) -> Reach | None:
        """Return how far the compile after this one has to reach; None where nothing is left to compile.

        Shape: after the package alone only its text is known, so what may be spared is tried first; after its own
        tests, what was taken of the package decides.
        """
        directory = stage.order.job.directory
        tested = self._tested.get(directory)
        if stage.reach is Reach.EVERYTHING:
            return None
        if stage.reach is Reach.OWN_TESTS:
            if self._now[directory] != tested:
                return Reach.EVERYTHING
            self._alone.pop(directory, None)
            return None
        if directory in self._due or tested is None:
            return Reach.EVERYTHING
        handed = await asyncio.to_thread(handed_on, stage.run)
        return Reach.OWN_TESTS if handed == tested.handed_on else Reach.EVERYTHING


def _holds(alone: Mapping[str, FileFacts], files: Mapping[str, FileFacts]) -> bool:
    return all(files.get(path) == facts for path, facts in alone.items())
