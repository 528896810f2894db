"""What the machine code said is carried over from run to run; files that did not change need no second look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from goescape_lsp.core.carry import carry
from goescape_lsp.core.model import FileFacts
from goescape_lsp.core.once import told_once
from goescape_lsp.core.suppress import accept_again
from goescape_lsp.session.snapshot import Outcome, PackageState


@dataclass(frozen=True, slots=True)
class _Known:
    """What came of the facts of a file: those of a run, and those that were known before."""

    raw: FileFacts
    before: FileFacts | None
    result: FileFacts


class Carried:
    """Remembers for the directory that was saved last what came of the facts of each file."""

    def __init__(self) -> None:
        self._directory = ""
        self._known: dict[str, _Known] = {}

    async def over(self, older: PackageState | None, outcome: Outcome, directory: str, *, is_weighed: bool) -> Outcome:
        """Return an outcome with what the machine code said before, in `older`, unless this run asked for it.

        Shape: facts that are not other than in `older` are the same objects. The loop stays free: thousands of
        findings are compared.
        """
        before: Mapping[str, FileFacts] = {} if older is None else older.files
        files = outcome.analysis.files
        if is_weighed:
            files = await asyncio.to_thread(_same, before, files)
        else:
            files = await asyncio.to_thread(self._over, directory, before, files)
        return replace(outcome, analysis=replace(outcome.analysis, files=files))

    def _over(
        self, directory: str, older: Mapping[str, FileFacts], newer: Mapping[str, FileFacts]
    ) -> dict[str, FileFacts]:
        before = self._known if self._directory == directory else {}
        known = {path: _carried(before.get(path), facts, older.get(path)) for path, facts in newer.items()}
        self._directory, self._known = directory, known
        return {path: one.result for path, one in known.items()}


def _same(older: Mapping[str, FileFacts], newer: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
    known = ((path, facts, older.get(path)) for path, facts in newer.items())
    return {path: before if before is not None and before == facts else facts for path, facts, before in known}


def _carried(known: _Known | None, raw: FileFacts, before: FileFacts | None) -> _Known:
    # Carried over once more, the same would come of the same.
    if known is not None and known.raw is raw and (before is known.before or before is known.result):
        return known
    result = told_once(accept_again(carry(before, raw)))
    return _Known(raw, before, before if before is not None and result == before else result)
