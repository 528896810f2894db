"""What the machine code said is carried over from run to run; files that did not change need no second look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goescape_lsp.core.carry import carry
from goescape_lsp.core.model import FileFacts
from goescape_lsp.core.suppress import accept_again


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

    def over(
        self, directory: str, older: Mapping[str, FileFacts], newer: Mapping[str, FileFacts]
    ) -> dict[str, FileFacts]:
        """Return facts that no machine code was asked for with what it said before, in `older`.

        Shape: facts that are not other than in `older` are the same objects.
        """
        known = self._known if self._directory == directory else {}
        self._directory = directory
        self._known = {path: _carried(known.get(path), facts, older.get(path)) for path, facts in newer.items()}
        return {path: one.result for path, one in self._known.items()}


def _carried(known: _Known | None, raw: FileFacts, before: FileFacts | None) -> _Known:
    # Carried over once more, the same would come of the same.
    if known is not None and known.raw is raw and (before is known.before or before is known.result):
        return known
    result = accept_again(carry(before, raw))
    return _Known(raw, before, before if before is not None and result == before else result)
