"""Problems on the terminal: what failed, where, and what to do, each kind of advice once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from goescape_lsp.core.model import ProblemKind
from goescape_lsp.core.words import cli as words
from goescape_lsp.core.words import problems, remarks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goescape_lsp.cli.paths import Paths
    from goescape_lsp.core.model import Analysis, Problem
    from goescape_lsp.core.words import Locale

# These leave the findings whole: a build tag or a flag does its work, a flag is left out, a message has no rule yet,
# causes were not asked for, go lists the packages without the driver.
HARMLESS = frozenset(
    {
        ProblemKind.NOT_BUILT,
        ProblemKind.REFUSED_FLAG,
        ProblemKind.CHANGED_VERDICTS,
        ProblemKind.UNKNOWN_MESSAGES,
        ProblemKind.UNEXPLAINED,
        ProblemKind.UNUSED_DRIVER,
        ProblemKind.NO_REPOSITORY,
        ProblemKind.NO_COMMIT,
    }
)
# Advice for an editor that keeps old findings; a single run has none.
_SILENT_HINTS = frozenset({ProblemKind.COMPILE_ERROR})


def are_serious(found: Iterable[Problem]) -> bool:
    """Say whether any of the problems kept a package from being judged."""
    return any(problem.kind not in HARMLESS for problem in found)


def message(problem: Problem, locale: Locale) -> str:
    """Return the problem on one line: the tool's own words where it points at a place, a sentence otherwise."""
    if problem.file and problem.line and problem.message:
        return " ".join(problem.message.split())
    return problems.sentence(problem, locale)


def tell(found: Iterable[Problem], paths: Paths, locale: Locale) -> None:
    """Print problems on stderr."""
    told: set[str] = set()
    for problem in found:
        for line in lines(problem, paths, locale, told):
            click.echo(line, err=True)


def tell_remarks(analysis: Analysis, paths: Paths, locale: Locale) -> None:
    """Print on stderr what is wrong with comments that were to accept findings, in order of file and line."""
    for path, facts in sorted(analysis.files.items()):
        for remark in facts.remarks:
            place = f"{paths.short(path)}:{remark.span.line}:{remark.span.column}"
            sentence = f"{remarks.sentence(remark, locale)} [{remark.kind}]"
            click.echo(words.text("trouble.at", locale, place=place, sentence=sentence), err=True)


def lines(problem: Problem, paths: Paths, locale: Locale, told: set[str]) -> list[str]:
    """Return a problem and its advice as lines; `told` remembers the advice that was given."""
    sentence = problems.sentence(problem, locale)
    if problem.file and problem.line:
        place = f"{paths.short(problem.file)}:{problem.line}" + (f":{problem.column}" if problem.column else "")
        result = [words.text("trouble.at", locale, place=place, sentence=sentence)]
    else:
        result = [words.text("trouble", locale, sentence=sentence)]
    hint = problems.hint(problem, locale)
    if hint not in told and problem.kind not in _SILENT_HINTS:
        told.add(hint)
        result.append(words.text("trouble.hint", locale, hint=hint))
    return result
