"""Packages whose explanations are too long to read: they are compiled for their verdicts alone."""

from __future__ import annotations

import re

from goescape_lsp.core.unexplained import MOST_MIB

_HEADER = re.compile(rb"^# (\S+)(?: \[[^\]\n]+\])?$", re.MULTILINE)

EXPLAINED, BRIEF = "-m=2", "-m"
"""What makes the compiler tell of escapes: with the reasons, and without."""


class Bombs:
    """Remembers such packages by their module's directory and import path.

    `most` is how many bytes one compile may print with its explanations.
    """

    def __init__(self, most: int = MOST_MIB * 2**20) -> None:
        self.most = most
        self._known: dict[str, set[str]] = {}

    def of(self, root: str) -> frozenset[str]:
        """Return the import paths that are known in a module."""
        return frozenset(self._known.get(root, ()))

    def add(self, root: str, import_path: str) -> None:
        """Remember a package."""
        self._known.setdefault(root, set()).add(import_path)

    def notice(self, root: str, text: bytes) -> bool:
        """Remember the packages that printed too much in what `go` printed; say whether any is new."""
        before = self.of(root)
        headers = list(_HEADER.finditer(text)) if len(text) > self.most else []
        ends = [*(header.start() for header in headers[1:]), len(text)]
        for header, end in zip(headers, ends, strict=False):
            if end - header.end() > self.most:
                self.add(root, header[1].decode("utf-8", "replace"))
        return self.of(root) != before
