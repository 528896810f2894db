"""`goescape check`: analyse packages, print what goes to the heap, and answer with an exit status."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from goescape_lsp.adapters.commits import GitCommits
from goescape_lsp.cli import COULD_NOT, as_json, as_text
from goescape_lsp.cli.choose import Choice, accepted, chosen, fails, only_changed
from goescape_lsp.cli.engine import Answer, Request, examine
from goescape_lsp.cli.paths import Paths
from goescape_lsp.cli.troubles import are_serious, tell, tell_remarks
from goescape_lsp.core.words import cli as words
from goescape_lsp.core.words import findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goescape_lsp.core.model import Analysis, FileFacts, Finding, Package
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
        part = as_json.Part(request.shard, _options(request, choice)) if request.shard else None
        sys.stdout.buffer.write(as_json.report(answer, (finding for _, finding in shown), paths, locale, part))
        sys.stdout.buffer.flush()
    elif shown or not are_serious(answer.problems):
        count = accepted(answer.analysis, choice)
        click.echo(as_text.report(_told(shown, locale), paths, as_text.has_colours(), locale, count))
    tell(answer.problems, paths, locale)
    tell_remarks(_own(answer.analysis, request), paths, locale)
    _tell_built(answer, locale)
    if answer.go is None or are_serious(answer.problems):
        return COULD_NOT
    return FOUND if any(fails(finding, level) for _, finding in shown for level in choice.fail_on) else 0


def _told(shown: Sequence[tuple[FileFacts, Finding]], locale: Locale) -> list[as_text.Shown]:
    return [
        as_text.Shown(finding, findings.message(finding, locale), facts.content)
        for facts, finding in shown
        if not finding.suppressed
    ]


def _options(request: Request, choice: Choice) -> str:
    """Return what makes the findings of two shards belong together, beside the packages and Go."""
    return repr((request.tests, request.tags, request.gcflags, choice.show, choice.is_all))


def _own(analysis: Analysis, request: Request) -> Analysis:
    """Leave out the files of other shards: whether a comment there is needed shows in their own shard."""
    if request.shard is None:
        return analysis
    holds = request.shard.holds
    own = {path for package in analysis.packages if holds(_tested(package)) for path in package.files}
    return replace(analysis, files={path: facts for path, facts in analysis.files.items() if path in own})


def _tested(package: Package) -> str:
    """Return the package that a build variant belongs to: P of `P_test [P.test]`."""
    return package.variant.removesuffix(".test") or package.import_path


def _tell_built(answer: Answer, locale: Locale) -> None:
    """Say on stderr what a cache that machines share was good for: nobody else would tell."""
    if answer.go is not None and answer.go.has_cache_program and answer.built is not None:
        sentence = words.built(answer.built, locale)
        program = words.text("built.program", locale, built=sentence, program=answer.go.cache_program)
        click.echo(words.text("trouble", locale, sentence=program), err=True)
