"""File names as a reader of the report knows them."""

from __future__ import annotations

import os


class Paths:
    """Shortens absolute paths for one working directory."""

    def __init__(self, directory: str) -> None:
        self._bases = tuple(dict.fromkeys((directory, os.path.realpath(directory))))
        self._known = {"": ""}

    def short(self, path: str) -> str:
        """Return a path relative to the working directory, with forward slashes; absolute on another drive."""
        # A report names the few files of a workspace in each of its many steps.
        if path not in self._known:
            self._known[path] = self._shortened(path)
        return self._known[path]

    def _shortened(self, path: str) -> str:
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
