"""The whole story of a finding for a terminal: verdict, flow, cost, advice, the compiler's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from goescape_lsp.cli.as_text import entry
from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.words import findings, hover, remarks
from goescape_lsp.core.words import story as onward
from goescape_lsp.core.words.advice import advice
from goescape_lsp.syntax.circumstances import circumstance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goescape_lsp.cli.paths import Paths
    from goescape_lsp.core.model import FileFacts, Finding, Place
    from goescape_lsp.core.story import Story
    from goescape_lsp.core.words import Locale


@dataclass(frozen=True, slots=True)
class Told:
    """A finding to tell of: with its file, what is known of its package, and how its story goes on elsewhere."""

    facts: FileFacts
    finding: Finding
    package: tuple[Finding, ...] = ()
    onward: Story | None = None
    texts: tuple[bytes, ...] = ()


def tell_story(found: Iterable[Told], paths: Paths, locale: Locale) -> str:
    """Return the stories of some findings, one after the other; click takes the colours out where nobody sees them."""
    return "\n\n".join("\n".join(_story(told, paths, locale)) for told in found)


def _story(told: Told, paths: Paths, locale: Locale) -> list[str]:
    facts, finding = told.facts, told.finding

    def link(place: Place) -> str:
        column = f":{place.column}" if place.column else ""
        short = paths.short(place.file)
        return f"{place.file if short.startswith('..') else short}:{place.line}{column}"

    lines = entry(finding, findings.message(finding, locale), split_lines(facts.content), paths)
    if accepted := remarks.accepted(finding, locale):
        lines.append(f"  {accepted}")
    steps = hover.steps(finding, locale, link)
    if steps:
        lines += ["", _title("title.steps", locale)]
        lines += [f"  {number}. {step}" for number, step in enumerate(steps, 1)]
    if told.onward is not None:
        lines += ["", click.style(onward.word("title", locale), bold=True), *_onward(told.onward, link, locale)]
    lines += [f"  {sentence}" for sentence in hover.origin(finding, locale)]
    lines += [f"  {sentence}" for sentence in onward.remarks(finding, told.package, locale, link)]
    if finding.is_heap:
        lines += ["", _title("title.cost", locale), f"  {hover.cost(finding, locale)}"]
    if finding.rule is not None and finding.is_heap:
        around = circumstance(facts.content, finding, told.texts)
        lines += ["", _title("title.advice", locale), f"  {advice(finding, locale, around)}"]
        lines += [f"  {hover.rule_page(finding.rule, locale)}: goescape explain {finding.rule}"]
    if finding.lines:
        lines += ["", _title("title.compiler", locale), *(click.style(f"  {line}", dim=True) for line in finding.lines)]
    return lines


def _onward(told: Story, link: hover.Link, locale: Locale) -> list[str]:
    lines = [f"  {number}. {one}" for number, one in enumerate(onward.chapters(told, locale, link), 1)]
    ending = onward.ending(told, locale)
    return [*lines, f"  {ending}"] if ending else lines


def _title(key: str, locale: Locale) -> str:
    return click.style(hover.word(key, locale), bold=True)
