"""Remarks on comments of the source to diagnostics."""

from __future__ import annotations

from typing import Any

from goescape_lsp.core.judge import is_looked_at
from goescape_lsp.core.model import FileFacts, RemarkKind
from goescape_lsp.core.words import remarks as words
from goescape_lsp.editor.to_lsp.diagnostics import SEVERITIES, SOURCE
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View


def remark_diagnostics(facts: FileFacts, view: View, *, is_stale: bool) -> list[dict[str, Any]]:
    """Return the diagnostics of comments that do nothing: a hint for one that is not needed, else information.

    Shape: with `is_stale` (the package does not compile now) none is called unneeded.
    """
    if not facts.remarks or not is_looked_at(facts, view.settings):
        return []
    ruler = Ruler(facts.content, view.client.encoding)
    return [
        {
            "range": ruler.range(remark.span),
            "severity": SEVERITIES["hint" if remark.kind is RemarkKind.UNUSED else "information"],
            "source": SOURCE,
            "code": str(remark.kind),
            "message": words.sentence(remark, view.locale),
        }
        for remark in facts.remarks
        if not (is_stale and remark.kind is RemarkKind.UNUSED)
    ]
