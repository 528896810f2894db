"""`goescape doctor`: what is used, what works and what does not, and what to do about it."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from goescape_lsp import __version__
from goescape_lsp.adapters.trimmed import is_trimmed
from goescape_lsp.cli import COULD_NOT
from goescape_lsp.cli.engine import Answer, Request, examine
from goescape_lsp.cli.paths import Paths
from goescape_lsp.cli.troubles import are_serious, lines
from goescape_lsp.core.model import Rule
from goescape_lsp.core.words import cli as words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from goescape_lsp.core.words import Locale

_MOST_PROBLEMS = 10


class Mark(StrEnum):
    """What stands before a line."""

    GOOD = "✓"
    BAD = "✗"
    NOTE = "·"


_COLOUR = {Mark.GOOD: "green", Mark.BAD: "red", Mark.NOTE: "yellow"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report; `hint` says what to do, or is ""."""

    mark: Mark
    text: str
    hint: str = ""


def doctor(request: Request, locale: Locale) -> int:
    """Print the report; return 0 when everything works, 2 otherwise."""
    answer = examine(request, locale)
    entries = list(_entries(answer, request, locale))
    for entry in entries:
        click.echo(f"{click.style(entry.mark, fg=_COLOUR[entry.mark])} {entry.text}")
        if entry.hint:
            click.echo(f"    {entry.hint}")
    is_good = all(entry.mark is not Mark.BAD for entry in entries)
    click.echo(words.text("doctor.good" if is_good else "doctor.bad", locale))
    return 0 if is_good else COULD_NOT


def _entries(answer: Answer, request: Request, locale: Locale) -> Iterator[Entry]:
    yield Entry(Mark.GOOD, words.text("doctor.version", locale, version=__version__, python=platform.python_version()))
    yield _server(locale)
    yield from _go(answer, locale)
    yield from _module(request.directory, locale)
    yield from _problems(answer, Paths(request.directory), locale)
    if answer.go is not None:
        yield _packages(answer, locale)
        if answer.built is not None:
            yield Entry(Mark.GOOD, words.text("doctor.built", locale, built=words.built(answer.built, locale)))
        yield _messages(answer, locale)


def _server(locale: Locale) -> Entry:
    found = shutil.which("goescape-lsp")
    if found:
        return Entry(Mark.GOOD, words.text("doctor.server", locale, path=found))
    folder = str(Path(sys.executable).parent)
    hint = words.text("doctor.no-server.hint", locale, path=folder)
    return Entry(Mark.NOTE, words.text("doctor.no-server", locale), hint)


def _go(answer: Answer, locale: Locale) -> Iterator[Entry]:
    go = answer.go
    if go is None:
        return
    source = words.text(f"doctor.source.{go.source}", locale)
    version = go.version.removeprefix("go")
    yield Entry(
        Mark.GOOD, words.text("doctor.go", locale, version=version, target=go.target, path=go.go, source=source)
    )
    if go.dropped:
        yield Entry(Mark.NOTE, words.text("doctor.dropped", locale, flags=" ".join(go.dropped)))
    if go.has_cache_program:
        hint = "" if is_trimmed(go.goflags) else words.text("doctor.cache.hint", locale)
        yield Entry(Mark.GOOD, words.text("doctor.cache", locale, program=go.cache_program), hint)
    elif go.cache_program:
        yield Entry(Mark.NOTE, words.text("doctor.no-cache", locale, version=version))


def _module(directory: str, locale: Locale) -> Iterator[Entry]:
    places = (Path(directory), *Path(directory).parents)
    module = next((place / "go.mod" for place in places if (place / "go.mod").is_file()), None)
    workspace = next((place / "go.work" for place in places if (place / "go.work").is_file()), None)
    if module is not None:
        yield Entry(Mark.GOOD, words.text("doctor.module", locale, path=module))
    if workspace is not None:
        yield Entry(Mark.GOOD, words.text("doctor.workspace", locale, path=workspace))
    if module is None and workspace is None:
        hint = words.text("doctor.no-module.hint", locale)
        yield Entry(Mark.BAD, words.text("doctor.no-module", locale, path=directory), hint)


def _problems(answer: Answer, paths: Paths, locale: Locale) -> Iterator[Entry]:
    told: set[str] = set()
    for problem in answer.problems[:_MOST_PROBLEMS]:
        sentence, *hint = lines(problem, paths, locale, told)
        yield Entry(Mark.BAD if are_serious((problem,)) else Mark.NOTE, sentence, "".join(hint).strip())


def _packages(answer: Answer, locale: Locale) -> Entry:
    analysis = answer.analysis
    packages = {package.import_path for package in analysis.packages}
    if not packages:
        return Entry(Mark.NOTE, words.text("doctor.no-packages", locale))
    heap = sum(finding.is_heap for facts in analysis.files.values() for finding in facts.findings)
    sentence = words.text("doctor.packages", locale, packages=len(packages), findings=heap, seconds=answer.seconds)
    return Entry(Mark.GOOD, sentence)


def _messages(answer: Answer, locale: Locale) -> Entry:
    unknown = (*answer.analysis.unknown, *_unknown_reasons(answer))
    if not unknown:
        return Entry(Mark.GOOD, words.text("doctor.known", locale))
    sentence = words.text("doctor.unknown", locale, count=len(unknown), line=unknown[0])
    return Entry(Mark.BAD, sentence, words.text("doctor.unknown.hint", locale))


def _unknown_reasons(answer: Answer) -> Iterator[str]:
    """Yield the last line of each explanation that led to no known cause."""
    for facts in answer.analysis.files.values():
        for finding in facts.findings:
            if finding.rule is Rule.UNKNOWN_CAUSE:
                yield finding.lines[-1].strip() if finding.lines else finding.subject
