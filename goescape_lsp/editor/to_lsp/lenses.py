"""Facts of a file to code lenses: a count above each function that puts values on the heap."""

from __future__ import annotations

from typing import Any

from goescape_lsp.core.model import FileFacts, Temperature
from goescape_lsp.core.words import server as server_words
from goescape_lsp.editor.to_lsp.diagnostics import visible
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View


def lenses(facts: FileFacts, view: View) -> list[dict[str, Any]]:
    """Return one lens per function with sites, with the command that tells the whole story.

    Source: LSP 3.17, CodeLens.
    """
    ruler = Ruler(facts.content, view.client.encoding)
    shown = [finding for finding in visible(facts, view) if finding.is_heap]
    result: list[dict[str, Any]] = []
    for function in facts.functions:
        start, end = (function.span.line, function.span.column), (function.span.end_line, function.span.end_column)
        sites = [one for one in shown if start <= (one.span.line, one.span.column) < end]
        if sites:
            loops = sum(one.temperature is Temperature.LOOP for one in sites)
            where = ruler.range(function.name_span)
            title = server_words.text("lens", view.locale, count=len(sites), loops=loops)
            arguments = [view.uri(facts.path), where["start"]]
            command = {"title": title, "command": "goescape.server.why", "arguments": arguments}
            result.append({"range": where, "command": command})
    return result
