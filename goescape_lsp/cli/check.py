"""`goescape check`: analyse packages, print what goes to the heap, and answer with an exit status."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from goescape_lsp.adapters.commits import GitCommits
from goescape_lsp.cli import COULD_NOT, as_json, as_text
from goescape_lsp.cli.choose import Choice, accepted, chosen, fails, only_changed
from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.cli.paths import Paths
from goescape_lsp.cli.troubles import are_serious, tell, tell_remarks

if TYPE_CHECKING:
    from goescape_lsp.core.words import Locale

FOUND = 1


def check(request: Request, choice: Choice, form: str, locale: Locale) -> int:
    """Print the report to stdout and problems to stderr; return 0, 1 or 2 as the interface says."""
    answer = examine(request, locale)
    if choice.is_changed:
        analysis, unknown = only_changed(answer.analysis, GitCommits())
        answer = replace(answer, analysis=analysis, problems=(*answer.problems, *unknown))
    shown = chosen(answer.analysis, choice)
    paths = Paths(request.directory)
    if form == "json":
        sys.stdout.buffer.write(as_json.report(answer, (finding for _, finding in shown), paths, locale))
        sys.stdout.buffer.flush()
    elif shown or not are_serious(answer.problems):
        told = [pair for pair in shown if not pair[1].suppressed]
        count = accepted(answer.analysis, choice)
        click.echo(as_text.report(told, paths, as_text.has_colours(), locale, count))
    tell(answer.problems, paths, locale)
    tell_remarks(answer.analysis, paths, locale)
    if answer.go is None or are_serious(answer.problems):
        return COULD_NOT
    return FOUND if any(fails(finding, level) for _, finding in shown for level in choice.fail_on) else 0
