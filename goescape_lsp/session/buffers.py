"""The texts of open files, saved or not, and what is known of a file moved along to its text."""

from __future__ import annotations

from collections.abc import Mapping

from goescape_lsp.core.model import FileFacts
from goescape_lsp.core.ports import Files
from goescape_lsp.core.shift import Shifted, shifted
from goescape_lsp.session.snapshot import directory_of


class Buffers:
    """The buffers that an editor has open, by absolute path."""

    def __init__(self) -> None:
        self._texts: dict[str, bytes] = {}
        self._shifted: dict[str, Shifted] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def put(self, path: str, text: bytes) -> None:
        """Take the text of an open file."""
        self._texts[path] = text

    def drop(self, path: str) -> None:
        """Forget a file."""
        self._texts.pop(path, None)
        self._shifted.pop(path, None)

    def text(self, path: str) -> bytes | None:
        """Return the text of a file, None when it is not open."""
        return self._texts.get(path)

    def moved(self, facts: FileFacts) -> FileFacts:
        """Return the facts of a file at the places that its text has them; those of a closed file as they are."""
        text = self._texts.get(facts.path)
        if text is None or facts.content == text:
            return facts
        kept = self._shifted.get(facts.path)
        if kept is None or kept.origin is not facts or kept.facts.content != text:
            kept = self._shifted[facts.path] = shifted(facts, text, kept)
        return kept.facts

    def directories(self) -> set[str]:
        """Return the directories that have an open file."""
        return {directory_of(path) for path in self._texts}

    def of(self, directory: str) -> tuple[str, ...]:
        """Return the open files of a directory, sorted."""
        return tuple(path for path in sorted(self._texts) if directory_of(path) == directory)

    def unsaved(self, files: Files) -> Mapping[str, bytes]:
        """Return the texts that are other than those on the disk."""
        return {path: text for path, text in self._texts.items() if text != files.read(path)}
