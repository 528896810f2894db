"""Texts that the editor is asked to open as documents, in a private folder that goes away with the server."""

from __future__ import annotations

import tempfile
from pathlib import Path


class Papers:
    """Writes markdown files outside the workspace; the folder is made when it is first needed."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def write(self, text: str) -> str:
        """Return the absolute path of a file with this text; the one before is replaced."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="goescape-", ignore_cleanup_errors=True)
        path = Path(self._folder.name, "goescape.md")
        path.write_text(text, encoding="utf-8")
        return str(path)

    def close(self) -> None:
        """Remove the folder."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
