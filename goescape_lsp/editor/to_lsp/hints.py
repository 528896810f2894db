"""Facts of a file to inlay hints: one word after each expression that may allocate."""

from __future__ import annotations

from typing import Any

from goescape_lsp.core.model import Allocation, FileFacts, Temperature
from goescape_lsp.core.words import findings as words
from goescape_lsp.core.words import server as server_words
from goescape_lsp.editor.to_lsp.diagnostics import visible
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View

_LABELS = {Allocation.ALLOCATES: "hint.allocates", Allocation.MAY_ALLOCATE: "hint.may-allocate"}


def hints(facts: FileFacts, first_line: int, last_line: int, view: View) -> list[dict[str, Any]]:
    """Return the inlay hints of the 1-based lines from first to last, one per place, cold code left out.

    Source: LSP 3.17, InlayHint.
    """
    ruler = Ruler(facts.content, view.client.encoding)
    result: dict[tuple[int, int], dict[str, Any]] = {}
    for finding in visible(facts, view):
        label = _LABELS.get(finding.allocation)
        if label is None or finding.temperature is Temperature.COLD or not finding.is_heap:
            continue
        if first_line <= finding.span.end_line <= last_line:
            key = (finding.span.end_line, finding.span.end_column)
            result.setdefault(
                key,
                {
                    "position": ruler.range(finding.span)["end"],
                    "label": server_words.text(label, view.locale),
                    "paddingLeft": True,
                    "tooltip": words.message(finding, view.locale),
                },
            )
    return list(result.values())
