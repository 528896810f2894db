"""`goescape merge`: the results of several machines as if one had done it all."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.cli import COULD_NOT, as_json, as_text
from goescape_lsp.cli.check import FOUND
from goescape_lsp.cli.choose import fails
from goescape_lsp.cli.paths import Paths
from goescape_lsp.cli.results import Entry, NotAResult, Result, read_result
from goescape_lsp.core.naming import UNCOUNTED
from goescape_lsp.core.words import cli as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from goescape_lsp.core.model import Finding
    from goescape_lsp.core.words import Locale

_INSIDE = re.compile(r"[({\[]")
_QUALIFIER = re.compile(r"[\w/.]+\.(?=\w)")


def merge(files: Sequence[str], directory: str, form: str, fail_on: Sequence[str], locale: Locale) -> int:
    """Print the merged report to stdout; return 0, 1 or 2 as `check` does, 2 also for files that do not fit."""
    results: list[Result] = []
    for file in files:
        try:
            results.append(read_result(Path(directory, file).read_bytes()))
        except (OSError, NotAResult) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            return _refuse(words.text("merge.no-result", locale, file=file, why=why), locale)
    if complaint := _complaint(results, locale):
        return _refuse(complaint, locale)
    entries = joined(results)
    problems = [dict(pairs) for pairs in dict.fromkeys(tuple(one.items()) for each in results for one in each.problems)]
    if form == "json":
        go = next((result.go for result in results if result.go), "")
        sys.stdout.buffer.write(as_json.dumped(go, (entry.raw for entry in entries), problems))
        sys.stdout.buffer.flush()
    else:
        _print(entries, directory, locale)
    _tell(problems, locale)
    if not all(result.is_complete for result in results):
        return COULD_NOT
    return FOUND if any(fails(entry.finding, level, entry.severity) for entry in entries for level in fail_on) else 0


def joined(results: Iterable[Result]) -> list[Entry]:
    """Return the findings of all results, each site once, in order of file, line and column.

    Several may hold a generic function's site, each with what it compiled. The one that goes to the heap counts, then
    the one that a whole run meets first.
    """
    sites: dict[tuple[object, ...], list[tuple[tuple[bool, float, int], list[Entry]]]] = {}
    for number, result in enumerate(results):
        here: dict[tuple[object, ...], list[Entry]] = {}
        for entry in result.entries:
            here.setdefault(_site(entry.finding), []).append(entry)
        for site, entries in here.items():
            rank = min(result.ranks.get(entry.finding.package, float("inf")) for entry in entries)
            is_heap = any(entry.finding.is_heap for entry in entries)
            sites.setdefault(site, []).append(((not is_heap, rank, number), entries))
    kept = [entry for found in sites.values() for entry in _named(min(found, key=lambda pair: pair[0])[1], found)]
    return sorted(kept, key=lambda entry: as_json.order(entry.raw))


def _named(entries: list[Entry], found: Sequence[tuple[object, list[Entry]]]) -> Iterator[Entry]:
    """Yield entries of a site with the name of their function: only some of the compiles may tell that of a literal."""
    functions = (entry.finding.function for _, others in found for entry in others)
    name = next((function for function in functions if not function.endswith(UNCOUNTED)), "")
    for entry in entries:
        if name and entry.finding.function.endswith(UNCOUNTED):
            finding = replace(entry.finding, function=name)
            yield replace(entry, raw={**entry.raw, "function": name}, finding=finding)
        else:
            yield entry


def _site(finding: Finding) -> tuple[object, ...]:
    """Return what is the same for a value in every package that compiles it.

    The compiler writes its subject with the package's name (`&Buffer{...}`, `&buffer.Buffer{...}`) and the type
    arguments of the generic function as they are there.
    """
    name = _QUALIFIER.sub("", _INSIDE.split(finding.subject, maxsplit=1)[0]) or finding.subject
    return finding.file, finding.span, finding.kind, name


def _complaint(results: Sequence[Result], locale: Locale) -> str:
    """Return why the results do not belong together, or ""."""
    versions = sorted({result.go for result in results if result.go})
    if len(versions) > 1:
        return words.text("merge.versions", locale, versions=", ".join(versions))
    shards = [result for result in results if result.count]
    counts = {result.count for result in shards}
    if len(counts) > 1 or len({result.job for result in shards if result.go}) > 1:
        return words.text("merge.jobs", locale)
    missing = sorted(set(range(1, max(counts, default=0) + 1)) - {result.index for result in shards})
    if missing:
        names = ", ".join(f"{index}/{max(counts)}" for index in missing)
        return words.text("merge.missing", locale, shards=names)
    return ""


def _print(entries: Sequence[Entry], directory: str, locale: Locale) -> None:
    files = DiskFiles()
    told = [entry for entry in entries if not entry.finding.suppressed]
    shown = [
        as_text.Shown(replace(entry.finding, file=path), entry.raw["message"], files.read(path) or b"")
        for entry in told
        for path in (str(Path(directory, entry.finding.file)),)
    ]
    accepted = sum(entry.finding.is_heap and bool(entry.finding.suppressed) for entry in entries)
    click.echo(as_text.report(shown, Paths(directory), as_text.has_colours(), locale, accepted))


def _tell(problems: Iterable[Mapping[str, object]], locale: Locale) -> None:
    for problem in problems:
        sentence = str(problem["message"])
        if problem["line"]:
            column = f":{problem['column']}" if problem["column"] else ""
            place = f"{problem['file']}:{problem['line']}{column}"
            click.echo(words.text("trouble.at", locale, place=place, sentence=sentence), err=True)
        else:
            click.echo(words.text("trouble", locale, sentence=sentence), err=True)


def _refuse(sentence: str, locale: Locale) -> int:
    click.echo(words.text("trouble", locale, sentence=sentence), err=True)
    return COULD_NOT
