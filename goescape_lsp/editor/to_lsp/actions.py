"""Advice on a place to code actions, and the way back from what a diagnostic carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from goescape_lsp.core.advice import Advice, Edit, Safety, Versions
from goescape_lsp.core.model import Finding, Kind, Rule, Span
from goescape_lsp.core.words import actions as words
from goescape_lsp.core.words import remarks as remark_words
from goescape_lsp.core.words import server as server_words
from goescape_lsp.editor.json_values import is_array, is_object
from goescape_lsp.editor.to_lsp.diagnostics import DATA_VERSION, digest
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View
from goescape_lsp.syntax.advise import advise
from goescape_lsp.syntax.comments import additions
from goescape_lsp.syntax.text import Text

QUICK_FIX = "quickfix"
EXPLAIN = "goescape.server.explain"
OPEN_PAGE = "goescape.server.openPage"


@dataclass(frozen=True, slots=True)
class Target:
    """What advice is asked on: enough of a finding to work without the server having it."""

    span: Span
    rule: Rule | None
    kind: Kind
    digest: str


@dataclass(frozen=True, slots=True)
class Source:
    """The file that actions are for: its path, its text of now, and its version when it is open."""

    path: str
    text: Text
    version: int | None
    versions: Versions


def target_of_finding(finding: Finding, ruler: Ruler) -> Target:
    """Return the target for a finding of the present text."""
    return Target(finding.span, finding.rule, finding.kind, digest(ruler.lines, finding.span))


def target_of_data(data: object) -> Target | None:
    """Return the target that a diagnostic's or an action's `data` names, None when it is not ours or of another age."""
    if not is_object(data) or data.get("v") != DATA_VERSION:
        return None
    numbers = data.get("span")
    if not is_array(numbers) or len(numbers) != 4 or not all(isinstance(one, int) for one in numbers):  # noqa: PLR2004
        return None
    try:
        rule = Rule(data["rule"]) if data.get("rule") else None
        return Target(Span(*numbers), rule, Kind(str(data.get("kind"))), str(data.get("digest")))
    except ValueError:
        return None


def data_of(target: Target) -> dict[str, Any]:
    """Return a target as the `data` of an action."""
    span = target.span
    return {
        "v": DATA_VERSION,
        "span": [span.line, span.column, span.end_line, span.end_column],
        "rule": str(target.rule or ""),
        "kind": str(target.kind),
        "digest": target.digest,
    }


def is_current(target: Target, ruler: Ruler) -> bool:
    """Say whether the text at the target is still the one that was judged."""
    return target.span.end_line <= len(ruler.lines) and digest(ruler.lines, target.span) == target.digest


def advice_on(target: Target, source: Source) -> tuple[Advice, ...]:
    """Return the advice on a target whose text is still the same, none otherwise."""
    return advise(source.text, target.span, target.rule, target.kind, source.versions)


def fix(numbered: tuple[int, Advice], target: Target, source: Source, view: View) -> dict[str, Any]:
    """Return a code action for one piece of advice; where the client resolves actions the edit is left for then.

    Shape: advice without edits becomes an action that explains.
    Source: LSP 3.17, CodeAction.
    """
    number, advice = numbered
    title = words.title(advice, view.locale)
    where: dict[str, Any] = {"uri": view.uri(source.path), "number": number, **data_of(target)}
    action: dict[str, Any] = {"title": title, "kind": QUICK_FIX}
    if not advice.edits:
        return action | {"command": {"title": title, "command": EXPLAIN, "arguments": [where]}}
    if advice.safety is Safety.SAME_BEHAVIOUR:
        action["isPreferred"] = True
    return action | ({"data": where} if view.client.resolves_actions else {"edit": edit(advice, source, view)})


def edit(advice: Advice, source: Source, view: View) -> dict[str, Any]:
    """Return the workspace edit of a piece of advice, bound to the document's version where the client knows them."""
    return _edit(advice.edits, source, view)


def _edit(changes: tuple[Edit, ...], source: Source, view: View) -> dict[str, Any]:
    ruler = Ruler(source.text.content, view.client.encoding)
    edits = [{"range": ruler.exact(one.span), "newText": one.new} for one in changes]
    uri = view.uri(source.path)
    if view.client.takes_document_changes:
        document = {"uri": uri, "version": source.version}
        return {"documentChanges": [{"textDocument": document, "edits": edits}]}
    return {"changes": {uri: edits}}


def accept(targets: Iterable[Target], source: Source, view: View) -> Iterator[tuple[Target, dict[str, Any]]]:
    """Yield for each target with a rule the action that begins a comment to accept it; its reason is the writer's."""
    ruled = tuple(target for target in targets if target.rule is not None)
    edits = additions(source.text, tuple((target.span, str(target.rule)) for target in ruled)) if ruled else ()
    for target, addition in zip(ruled, edits, strict=True):
        if addition is not None:
            title = remark_words.accept(str(target.rule), view.locale)
            yield target, {"title": title, "kind": QUICK_FIX, "edit": _edit((addition,), source, view)}


def page(rule: Rule, view: View) -> dict[str, Any]:
    """Return the action that opens a rule's page."""
    title = server_words.text("page", view.locale, rule=rule)
    return {
        "title": title,
        "kind": QUICK_FIX,
        "command": {"title": title, "command": OPEN_PAGE, "arguments": [str(rule)]},
    }
