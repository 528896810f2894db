"""Inlay hints and code lenses: look-ups in what is known of the file, where the settings want them."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.to_lsp.hints import Hints
from goescape_lsp.editor.to_lsp.lenses import lenses
from goescape_lsp.editor.uris import path_of


def hinted(ls: GoescapeServer, params: lsp.InlayHintParams) -> list[dict[str, Any]]:
    """Return the hints of the lines that the editor shows."""
    path = path_of(params.text_document.uri)
    facts = ls.session.facts(path) if path and ls.session.settings.inlay_hints else None
    if facts is None:
        return []
    view, known = ls.view(), ls.hints.get(facts.path)
    if known is None or not known.are_of(facts, view):
        known = ls.hints[facts.path] = Hints(facts, view, known)
    return known.between(params.range.start.line + 1, params.range.end.line + 1, view)


def lensed(ls: GoescapeServer, params: lsp.CodeLensParams) -> list[dict[str, Any]]:
    """Return the lenses of a file."""
    path = path_of(params.text_document.uri)
    facts = ls.session.facts(path) if path and ls.session.settings.code_lens else None
    return [] if facts is None else lenses(facts, ls.view())
