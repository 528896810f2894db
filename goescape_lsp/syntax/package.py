"""The files of one package and what they declare together; a file is parsed when somebody asks for its tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Generic, TypeVar

from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.outline import Outline
from goescape_lsp.syntax.scope import Scopes
from goescape_lsp.syntax.source import Source

Name = TypeVar("Name")
Meaning = TypeVar("Meaning")


class _Found(Mapping[Name, Meaning], Generic[Name, Meaning]):
    """What the files of a package declare; a file is parsed when somebody asks for one of its names."""

    def __init__(self, paths: Mapping[Name, str], look: Callable[[str, Name], Meaning]) -> None:
        self._paths = paths
        self._look = look

    def __getitem__(self, name: Name) -> Meaning:
        return self._look(self._paths[name], name)

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[Name]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class PackageSyntax:
    """The sources of one package and what they declare together."""

    def __init__(
        self,
        contents: Mapping[str, bytes],
        parsed: Callable[[bytes], GoFile] = GoFile,
        outlined: Callable[[bytes], Outline] | None = None,
    ) -> None:
        """Take the files by path, and ways to parse one and to outline it (or to find that, done before)."""
        self._contents = contents
        self._parsed = parsed
        self._files: dict[str, GoFile] = {}
        self.outlines = {
            path: self._file(path).outline if outlined is None else outlined(content)
            for path, content in contents.items()
        }
        outlines = self.outlines.items()
        declared = _Found(
            {name: path for path, one in outlines for name in one.declared},
            lambda path, name: self._file(path).declared[name],
        )
        methods = _Found(
            {key: path for path, one in outlines for key in one.methods},
            lambda path, key: self._file(path).methods[key],
        )
        scopes = Scopes()
        names = {path: Names(declared, one.imports, methods, one.standard, scopes) for path, one in outlines}
        self._sources = {
            path: Source(contents[path], one, partial(self._file, path), names[path]) for path, one in outlines
        }

    def _file(self, path: str) -> GoFile:
        if path not in self._files:
            self._files[path] = self._parsed(self._contents[path])
        return self._files[path]

    def sources(self) -> Mapping[str, Source]:
        """Return all sources by path."""
        return self._sources

    def source(self, path: str) -> Source | None:
        """Return the source at an absolute path, None when the package has no such file."""
        return self._sources.get(path)
