"""What shapes every answer: the client's abilities, the settings in force and the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from goescape_lsp.core.changed import Changed
from goescape_lsp.core.model import FileFacts, Rule
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.words import Locale
from goescape_lsp.editor.client import Client
from goescape_lsp.editor.to_lsp.positions import Ruler


def everything(facts: FileFacts) -> None:
    """Say of a file that all its findings may be shown: the `changed` of a view that does not look at commits."""
    del facts


@dataclass(frozen=True, slots=True)
class View:
    """The circumstances of one answer.

    `uri` gives the URI of an absolute path as the client spells it; `ruler` measures a file (its open text before its
    saved one), None when it cannot be read; `page` gives the URI of a rule's page, "" when there is none; `changed`
    gives the lines of a file that findings must touch to be shown, None for all.
    """

    client: Client
    settings: Settings
    locale: Locale
    uri: Callable[[str], str]
    ruler: Callable[[str], Ruler | None]
    page: Callable[[Rule], str]
    changed: Callable[[FileFacts], Changed | None]

    def in_markdown(self) -> View:
        """Return the same view for an answer that is shown as markdown whatever the hover takes."""
        return replace(self, client=replace(self.client, takes_markdown=True, follows_links=True))
