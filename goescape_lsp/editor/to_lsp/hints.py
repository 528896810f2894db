"""Facts of a file to inlay hints: after each expression that may allocate, and after each parameter that leaks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

from goescape_lsp.core.contract import lets_go
from goescape_lsp.core.judge import is_looked_at
from goescape_lsp.core.model import FileFacts, Finding, Parameter, Rule, Temperature
from goescape_lsp.core.words import findings as words
from goescape_lsp.core.words import hints as labels
from goescape_lsp.core.words import hover as story
from goescape_lsp.editor.to_lsp.diagnostics import visible
from goescape_lsp.editor.to_lsp.hover import escaped
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View

Tooltip = str | dict[str, str]
Told = dict[int, tuple[Finding | Parameter, Tooltip]]
"""Tooltips by the identity of what they are about, which is kept with them."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where a hint stands, as a 1-based line and byte column, and its label."""

    line: int
    column: int
    label: str


class Hints:
    """The hints of one state of a file, in order of position; each is spelled out once, when it is first shown.

    `older` are the hints of the state before: what an edit did not touch is not told anew.
    """

    def __init__(self, facts: FileFacts, view: View, older: Hints | None = None) -> None:
        self._facts = facts
        self.circumstances = _circumstances(facts, view)
        is_alike = older is not None and older.circumstances[:-1] == self.circumstances[:-1]
        self._told_before: Told = older.told if older is not None and is_alike else {}
        self.told: Told = {}
        found: dict[tuple[int, int], tuple[Mark, Finding | Parameter]] = {}
        for mark, about in (*_heap(facts, view), *_stack(facts, view), *_contracts(facts, view)):
            found.setdefault((mark.line, mark.column), (mark, about))
        self._marks = [found[place] for place in sorted(found)]
        self._lines = [mark.line for mark, _ in self._marks]
        self._ruler = Ruler(facts.content, view.client.encoding)
        self._spelled: list[dict[str, Any] | None] = [None] * len(self._marks)

    def are_of(self, facts: FileFacts, view: View) -> bool:
        """Say whether these are the hints of this very state, in these circumstances."""
        return self._facts is facts and self.circumstances == _circumstances(facts, view)

    def between(self, first_line: int, last_line: int, view: View) -> list[dict[str, Any]]:
        """Return the inlay hints of the 1-based lines from first to last.

        Source: LSP 3.17, InlayHint.
        """
        shown = range(bisect_left(self._lines, first_line), bisect_right(self._lines, last_line))
        return [self._spelled[index] or self._spell(index, view) for index in shown]

    def _spell(self, index: int, view: View) -> dict[str, Any]:
        mark, about = self._marks[index]
        spelled = self._spelled[index] = {
            "position": self._ruler.point(mark.line, mark.column),
            "label": mark.label,
            "paddingLeft": True,
            "tooltip": self._tooltip(about, view),
        }
        return spelled

    def _tooltip(self, about: Finding | Parameter, view: View) -> Tooltip:
        known = self._told_before.get(id(about))
        if known is None or known[0] is not about:
            known = (about, _tooltip(about, view))
        self.told[id(about)] = known
        return known[1]


def _heap(facts: FileFacts, view: View) -> list[tuple[Mark, Finding | Parameter]]:
    if "heap" not in view.settings.inlay_hint_kinds:
        return []
    warm = (one for one in visible(facts, view) if one.temperature is not Temperature.COLD)
    return [_after(one, label) for one in warm if (label := labels.heap_label(one, view.locale))]


def _stack(facts: FileFacts, view: View) -> list[tuple[Mark, Finding | Parameter]]:
    if "stack" not in view.settings.inlay_hint_kinds or not is_looked_at(facts, view.settings):
        return []
    return [_after(one, label) for one in facts.findings if (label := labels.stack_label(one, view.locale))]


def _circumstances(facts: FileFacts, view: View) -> tuple[object, ...]:
    return (view.settings, view.locale, view.client, view.changed(facts))


def _contracts(facts: FileFacts, view: View) -> list[tuple[Mark, Finding | Parameter]]:
    wanted = frozenset(view.settings.inlay_hint_kinds)
    if not is_looked_at(facts, view.settings):
        return []
    changed = view.changed(facts)
    parameters = (one for function in facts.functions for one in function.parameters)
    return [
        (Mark(one.span.end_line, one.span.end_column, labels.contract_label(one, view.locale)), one)
        for one in parameters
        if not wanted.isdisjoint(_kinds(one)) and (changed is None or changed.touches(one.span.line, one.span.end_line))
    ]


def _kinds(parameter: Parameter) -> tuple[str, ...]:
    if not parameter.leaks:
        return ("stays",)
    return ("leaks", "references") if parameter.is_reference and lets_go(parameter.leaks) else ("leaks",)


def _after(finding: Finding, label: str) -> tuple[Mark, Finding]:
    return Mark(finding.span.end_line, finding.span.end_column, label), finding


def _tooltip(about: Finding | Parameter, view: View) -> Tooltip:
    """Return why, what it costs and, where the editor can follow one, a link to the rule's page."""
    if isinstance(about, Parameter):
        rule, told = (Rule.LEAKING_PARAMETER if about.leaks else None), "\n".join(story.contract(about, view.locale))
    else:
        rule, told = about.rule, f"{words.message(about, view.locale)}\n{story.cost(about, view.locale)}"
    page = view.page(rule) if rule is not None and view.client.follows_links else ""
    if rule is None or not page:
        return told
    link = f"[{story.rule_page(rule, view.locale)}]({page})"
    return {"kind": "markdown", "value": escaped(told).replace("\n", "\n\n") + f"\n\n{link}"}
