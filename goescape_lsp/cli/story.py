"""The whole story of a finding for a terminal: verdict, flow, cost, advice, the compiler's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from goescape_lsp.cli.as_text import entry
from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.words import hover
from goescape_lsp.core.words.advice import advice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goescape_lsp.cli.paths import Paths
    from goescape_lsp.core.model import FileFacts, Finding, Place
    from goescape_lsp.core.words import Locale


def tell_story(found: Iterable[tuple[FileFacts, Finding]], paths: Paths, locale: Locale) -> str:
    """Return the stories of some findings, one after the other; click takes the colours out where nobody sees them."""
    stories = (_story(facts, finding, paths, locale) for facts, finding in found)
    return "\n\n".join("\n".join(lines) for lines in stories)


def _story(facts: FileFacts, finding: Finding, paths: Paths, locale: Locale) -> list[str]:
    def link(place: Place) -> str:
        column = f":{place.column}" if place.column else ""
        return f"{paths.short(place.file)}:{place.line}{column}"

    lines = entry(finding, split_lines(facts.content), paths, locale)
    steps = hover.steps(finding, locale, link)
    if steps:
        lines += ["", _title("title.steps", locale)]
        lines += [f"  {number}. {step}" for number, step in enumerate(steps, 1)]
    lines += [f"  {sentence}" for sentence in hover.origin(finding, locale)]
    if finding.is_heap:
        lines += ["", _title("title.cost", locale), f"  {hover.cost(finding, locale)}"]
    if finding.rule is not None and finding.is_heap:
        lines += ["", _title("title.advice", locale), f"  {advice(finding.rule, locale)}"]
        lines += [f"  {hover.rule_page(finding.rule, locale)}: goescape explain {finding.rule}"]
    if finding.lines:
        lines += ["", _title("title.compiler", locale), *(click.style(f"  {line}", dim=True) for line in finding.lines)]
    return lines


def _title(key: str, locale: Locale) -> str:
    return click.style(hover.word(key, locale), bold=True)
