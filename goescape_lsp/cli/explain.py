"""`goescape explain`: the page of a rule, or all that is known of a place in a file."""

from __future__ import annotations

import difflib
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from goescape_lsp.adapters.pages import read_page
from goescape_lsp.cli import COULD_NOT
from goescape_lsp.cli.choose import Choice, chosen
from goescape_lsp.cli.engine import Answer, Request, examine, tell_on
from goescape_lsp.cli.paths import Paths
from goescape_lsp.cli.story import Told, tell_story
from goescape_lsp.cli.troubles import are_serious, tell
from goescape_lsp.core.model import Rule
from goescape_lsp.core.words import cli as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goescape_lsp.core.model import FileFacts, Finding
    from goescape_lsp.core.words import Locale

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?:?")
_INNER_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def explain(what: str, request: Request, locale: Locale) -> int:
    """Print what is known of a rule or of a `FILE:LINE[:COLUMN]`; return the exit status."""
    place = _PLACE.fullmatch(what)
    if place is None:
        return _page(what, locale)
    column = int(place["column"]) if place["column"] else None
    return _place(place["file"], int(place["line"]), column, request, locale)


def _page(given: str, locale: Locale) -> int:
    names = [str(rule) for rule in Rule]
    if given not in names:
        near = difflib.get_close_matches(given, names, n=3, cutoff=0.4)
        key = "no-rule.near" if near else "no-rule.all"
        hint = words.text(key, locale, names=", ".join(near or names))
        click.echo(words.text("no-rule", locale, given=given, near=hint), err=True)
        return COULD_NOT
    page = read_page(given, locale)
    if page is None:
        click.echo(words.text("no-page", locale, given=given), err=True)
        return COULD_NOT
    _print_markdown(_FRONT_MATTER.sub("", page).lstrip())
    return 0


def _print_markdown(text: str) -> None:
    """Print a page: drawn on a terminal, as it is into a pipe."""
    if not sys.stdout.isatty():
        click.echo(text.rstrip())
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody looks
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console()
    # Links between pages lead nowhere from a terminal.
    console.print(Markdown(_INNER_LINK.sub(r"\1", text)), width=min(console.width, 100))


def _place(file: str, line: int, column: int | None, request: Request, locale: Locale) -> int:
    path = Path(request.directory, file)
    if not path.is_file():
        click.echo(words.text("no-file", locale, given=file), err=True)
        return COULD_NOT
    paths, directory = Paths(request.directory), str(path.parent)
    patterns = (path.name,) if _stands_alone(path.parent) else (".",)
    request = replace(request, directory=directory, patterns=patterns)
    answer = examine(request, locale)
    tell(answer.problems, paths, locale)
    here = [pair for pair in chosen(answer.analysis, Choice(is_all=True)) if _is_same(pair[1].file, path)]
    found = [pair for pair in here if _touches(pair[1], line, column)]
    if found:
        click.echo(tell_story(_told(_strongest(found), request, answer, locale), paths, locale))
    elif answer.go is not None:
        _say_nothing(f"{file}:{line}" + (f":{column}" if column else ""), file, [pair[1] for pair in here], locale)
    return COULD_NOT if answer.go is None or (not found and are_serious(answer.problems)) else 0


def _told(
    found: Sequence[tuple[FileFacts, Finding]], request: Request, answer: Answer, locale: Locale
) -> Sequence[Told]:
    files = answer.analysis.files.values()
    package, texts = tuple(one for facts in files for one in facts.findings), tuple(facts.content for facts in files)
    onward = tell_on(request, answer, [finding for _, finding in found], locale)
    return [Told(facts, finding, package, story, texts) for (facts, finding), story in zip(found, onward, strict=True)]


def _say_nothing(place: str, file: str, others: Sequence[Finding], locale: Locale) -> None:
    click.echo(words.text("no-story", locale, place=place))
    lines = sorted({finding.span.line for finding in others if finding.is_heap})
    if lines:
        click.echo(words.text("no-story.near", locale, file=file, lines=", ".join(map(str, lines))))


def _stands_alone(directory: Path) -> bool:
    """Say whether the directory belongs to no module, so that only the file itself can be compiled."""
    return not any((parent / "go.mod").is_file() for parent in (directory.resolve(), *directory.resolve().parents))


def _is_same(path: str, other: Path) -> bool:
    try:
        return Path(path).samefile(other)
    except OSError:
        return False


def _touches(finding: Finding, line: int, column: int | None) -> bool:
    """Say whether a place is in the finding's expression or on the name that holds it."""
    spans = [finding.span, *([finding.holder] if finding.holder else [])]
    for span in spans:
        if column is None and span.line <= line <= span.end_line:
            return True
        if column is not None and (span.line, span.column) <= (line, column) < (span.end_line, span.end_column):
            return True
    return False


def _strongest(found: list[tuple[FileFacts, Finding]]) -> list[tuple[FileFacts, Finding]]:
    """Return what goes to the heap; the rest only where nothing does."""
    heap = [pair for pair in found if pair[1].is_heap]
    return heap or found
