"""The parsed texts that were asked for last, so that a question about the same text, or the next one, parses little."""

from __future__ import annotations

from goescape_lsp.syntax.text import Text

_MOST = 4


class Texts:
    """Keeps the newest texts of a few files."""

    def __init__(self) -> None:
        self._texts: dict[str, Text] = {}

    def of(self, path: str, content: bytes) -> Text:
        """Return the text of a file, whose content is given."""
        known = self._texts.pop(path, None)
        text = known if known is not None and known.content == content else Text(content, known)
        self._texts[path] = text
        while len(self._texts) > _MOST:
            del self._texts[next(iter(self._texts))]
        return text

    def drop(self, path: str) -> None:
        """Forget a file that was closed."""
        self._texts.pop(path, None)
