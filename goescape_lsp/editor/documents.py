"""Which files are open in the editor, under which spelling of their URI and in which version; not their texts."""

from __future__ import annotations

from dataclasses import dataclass

from goescape_lsp.editor.uris import uri_of


@dataclass(frozen=True, slots=True)
class Document:
    """An open file: `uri` is spelled as the client spells it, `version` is the client's."""

    path: str
    uri: str
    version: int


class Documents:
    """The open files by absolute path."""

    def __init__(self) -> None:
        self._open: dict[str, Document] = {}

    def put(self, document: Document) -> None:
        """Note a file that was opened or changed."""
        self._open[document.path] = document

    def drop(self, path: str) -> None:
        """Forget a file that was closed."""
        self._open.pop(path, None)

    def get(self, path: str) -> Document | None:
        """Return the open file, None when it is not open."""
        return self._open.get(path)

    def uri(self, path: str) -> str:
        """Return the URI of a path as the client spells it, when it told us one."""
        document = self._open.get(path)
        return document.uri if document else uri_of(path)

    def paths(self) -> tuple[str, ...]:
        """Return the paths of all open files."""
        return tuple(self._open)
