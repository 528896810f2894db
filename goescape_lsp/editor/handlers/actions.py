"""Code actions: from the diagnostics that the client sends back, else from what is known of the range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lsprotocol import types as lsp

from goescape_lsp.core.advice import Advice
from goescape_lsp.core.words import actions as words
from goescape_lsp.editor.from_lsp import place_in
from goescape_lsp.editor.json_values import is_object, words_of
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.to_lsp import actions
from goescape_lsp.editor.to_lsp.diagnostics import SOURCE, visible
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View
from goescape_lsp.editor.uris import path_of

Found = tuple[actions.Target, lsp.Diagnostic | None]


def offered(ls: GoescapeServer, params: lsp.CodeActionParams) -> list[dict[str, Any]]:
    """Return the fixes, pages and comments that accept for what was asked, each once, fixes first."""
    path = path_of(params.text_document.uri)
    if path is None or not _is_wanted(params.context.only) or (source := _source(ls, path)) is None:
        return []
    view, ruler = ls.view(), Ruler(source.text.content, ls.client.encoding)
    found = list(_targets(ls, params, source, ruler, view))
    fixes: dict[str, dict[str, Any]] = {}
    for target, diagnostic in found:
        for numbered in enumerate(actions.advice_on(target, source)):
            action = actions.fix(numbered, target, source, view)
            fixes.setdefault(action["title"] + str(target.span), _with(action, diagnostic))
    rules = {target.rule: diagnostic for target, diagnostic in found if target.rule and view.page(target.rule)}
    pages = [_with(actions.page(rule, view), diagnostic) for rule, diagnostic in rules.items() if rule]
    diagnosed = dict(found)
    accepts = {
        (target.rule, str(action["edit"])): _with(action, diagnosed[target])
        for target, action in actions.accept(diagnosed, source, view)
    }
    result = [*fixes.values(), *pages, *accepts.values()]
    # Without literals a client takes commands only.
    return result if ls.client.takes_action_literals else [one["command"] for one in result if "command" in one]


def resolved(ls: GoescapeServer, params: lsp.CodeAction) -> lsp.CodeAction | dict[str, Any]:
    """Return an action with its edit, worked out anew from what the action carries; without one if the text changed."""
    found = _advice_of(ls, params.data)
    if found is None:
        return params
    advice, source = found
    plain: dict[str, Any] = {"title": params.title, "kind": actions.QUICK_FIX, "data": params.data}
    return plain | {"edit": actions.edit(advice, source, ls.view())}


def explanation(ls: GoescapeServer, data: object) -> str:
    """Return the markdown that explains a suggestion without an edit, "" when its text has changed."""
    found = _advice_of(ls, data)
    return words.explain(found[0], ls.locale) if found else ""


def _advice_of(ls: GoescapeServer, data: object) -> tuple[Advice, actions.Source] | None:
    target = actions.target_of_data(data)
    if target is None or not is_object(data):
        return None
    path, number = path_of(str(data.get("uri"))), data.get("number")
    source = _source(ls, path) if path else None
    if source is None or not isinstance(number, int):
        return None
    if not actions.is_current(target, Ruler(source.text.content, ls.client.encoding)):
        return None
    advice = actions.advice_on(target, source)
    return (advice[number], source) if 0 <= number < len(advice) else None


def _source(ls: GoescapeServer, path: str) -> actions.Source | None:
    content, document = ls.content(path), ls.documents.get(path)
    if content is None:
        return None
    return actions.Source(path, ls.texts.of(path, content), document.version if document else None, ls.versions(path))


def _targets(
    ls: GoescapeServer, params: lsp.CodeActionParams, source: actions.Source, ruler: Ruler, view: View
) -> Iterator[Found]:
    """Yield what the client's diagnostics carry; where they carry nothing of use, the findings of the range."""
    is_told = False
    for diagnostic in params.context.diagnostics:
        target = actions.target_of_data(diagnostic.data) if diagnostic.source == SOURCE else None
        if target is not None and actions.is_current(target, ruler):
            is_told = True
            yield target, diagnostic
    facts = None if is_told else ls.session.facts(source.path)
    if facts is None:
        return
    start = place_in(ruler.lines, params.range.start, ls.client.encoding)
    end = place_in(ruler.lines, params.range.end, ls.client.encoding)
    touched = (
        one
        for one in facts.findings
        if (one.span.line, one.span.column) <= end and start <= (one.span.end_line, one.span.end_column)
    )
    for finding in visible(replace(facts, findings=tuple(touched)), view):
        yield actions.target_of_finding(finding, ruler), None


def _is_wanted(only: object) -> bool:
    """Say whether the client wants quick fixes: no filter, `quickfix` or what is below it."""
    return not only or any(kind in {"", actions.QUICK_FIX} for kind in words_of(only))


def _with(action: dict[str, Any], diagnostic: lsp.Diagnostic | None) -> dict[str, Any]:
    return action if diagnostic is None else action | {"diagnostics": [diagnostic]}
