"""Facts of a file to code lenses: what a function puts on the heap, and what its inlining would save."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from goescape_lsp.core.judge import is_looked_at
from goescape_lsp.core.model import FileFacts, Temperature
from goescape_lsp.core.words import hints as words
from goescape_lsp.editor.to_lsp.diagnostics import visible
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View


def lenses(facts: FileFacts, view: View) -> list[dict[str, Any]]:
    """Return one lens per function with something to tell, with the command that tells the whole story.

    Source: LSP 3.17, CodeLens.
    """
    if not is_looked_at(facts, view.settings):
        return []
    ruler = Ruler(facts.content, view.client.encoding)
    shown = [finding for finding in visible(facts, view) if finding.is_heap]
    places = [(one.span.line, one.span.column) for one in shown]
    result: list[dict[str, Any]] = []
    for function in facts.functions:
        span = function.span
        first, last = (
            bisect_left(places, (span.line, span.column)),
            bisect_left(places, (span.end_line, span.end_column)),
        )
        loops = sum(one.temperature is Temperature.LOOP for one in shown[first:last])
        if title := words.lens_title(function, last - first, loops, view.locale):
            where = ruler.range(function.name_span)
            arguments = [view.uri(facts.path), where["start"], True]
            command = {"title": title, "command": "goescape.server.why", "arguments": arguments}
            result.append({"range": where, "command": command})
    return result
