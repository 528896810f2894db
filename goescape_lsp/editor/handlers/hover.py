"""Hover: a look-up in what is known of the file."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from goescape_lsp.editor.from_lsp import place_in
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.to_lsp.hover import hover
from goescape_lsp.editor.uris import path_of


def hovered(ls: GoescapeServer, params: lsp.HoverParams) -> dict[str, Any] | None:
    """Return the story of the place under the pointer, None when there is none."""
    path = path_of(params.text_document.uri)
    facts = ls.session.facts(path) if path else None
    if path is None or facts is None:
        return None
    view = ls.view()
    ruler = view.ruler(path)
    if ruler is None:
        return None
    line, column = place_in(ruler.lines, params.position, ls.client.encoding)
    return hover(facts, line, column, is_stale=ls.session.snapshot.is_stale(path), view=view)
