"""File names as a reader of the report knows them."""

from __future__ import annotations

import os


class Paths:
    """Shortens absolute paths for one working directory."""

    def __init__(self, directory: str) -> None:
        self._bases = tuple(dict.fromkeys((directory, os.path.realpath(directory))))

    def short(self, path: str) -> str:
        """Return a path relative to the working directory, with forward slashes; absolute on another drive."""
        if not path:
            return ""
        names = [self._relative(path, base) for base in self._bases]
        inside = (name for name in names if not name.startswith(".."))
        # File names are bytes; JSON and terminals take text only.
        name = next(inside, names[0]).replace(os.sep, "/")
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    @staticmethod
    def _relative(path: str, base: str) -> str:
        try:
            return os.path.relpath(path, base)
        except ValueError:
            return path
