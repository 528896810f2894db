"""The report for people: a line for each finding, its source line, and a mark under the expression."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import click

from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import Temperature
from goescape_lsp.core.words import cli

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goescape_lsp.cli.paths import Paths
    from goescape_lsp.core.model import Finding, Span
    from goescape_lsp.core.words import Locale

TAB = "    "
COLOUR = {Temperature.LOOP: "red", Temperature.NORMAL: "yellow", Temperature.COLD: "cyan"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding to print: its message in the reader's language, and the bytes of its file, empty when not at hand."""

    finding: Finding
    message: str
    content: bytes


def has_colours() -> bool:
    """Say whether stdout takes colours: on a terminal, unless NO_COLOR is set; always with FORCE_COLOR."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def report(
    shown: Sequence[Shown],
    paths: Paths,
    is_coloured: bool,  # noqa: FBT001
    locale: Locale,
    accepted: int = 0,
) -> str:
    """Return the whole report: findings in the given order, then one line that counts them and those accepted."""
    sources: dict[str, list[bytes]] = {}
    parts: list[str] = []
    for (path, _), group in groupby(shown, key=lambda one: (one.finding.file, one.finding.span)):
        here = list(group)
        if path not in sources:
            sources[path] = split_lines(here[0].content)
        parts.append("\n".join(_at_one_place(here, sources[path], paths, locale)) + "\n")
    heap = [one.finding for one in shown if one.finding.is_heap]
    loops = sum(finding.temperature is Temperature.LOOP for finding in heap)
    parts.append(cli.count(len(heap), len({finding.file for finding in heap}), loops, locale, accepted))
    text = "\n".join(parts)
    return text if is_coloured else click.unstyle(text)


def _at_one_place(shown: Sequence[Shown], lines: Sequence[bytes], paths: Paths, locale: Locale) -> list[str]:
    """Return the findings of one expression as lines: each sentence once, and the source below all of them."""
    heads = Counter(entry(one.finding, one.message, (), paths)[0] for one in shown)
    told = [head if times == 1 else cli.text("times", locale, told=head, times=times) for head, times in heads.items()]
    hottest = min((one.finding for one in shown), key=lambda finding: list(COLOUR).index(finding.temperature))
    return [*told, *entry(hottest, "", lines, paths)[1:]]


def entry(finding: Finding, message: str, lines: Sequence[bytes], paths: Paths) -> list[str]:
    """Return a finding as lines, styled for a terminal: its place and message, its source line, the mark.

    Units: the printed column counts bytes from 1, as Go's own tools print it.
    """
    span = finding.span
    place = f"{paths.short(finding.file)}:{span.line}:{span.column}"
    rule = f" [{click.style(str(finding.rule), dim=True)}]" if finding.rule else ""
    head = f"{click.style(place, bold=True)}: {message}{rule}"
    if not 0 < span.line <= len(lines):
        return [head]
    line = lines[span.line - 1]
    before, inside = _cut(line, span)
    number = str(span.line)
    bar = click.style("|", dim=True)
    mark = click.style("^" * max(1, width(inside)), fg=COLOUR[finding.temperature], bold=True)
    return [
        head,
        f"  {number} {bar} {_shown(line)}",
        f"  {' ' * len(number)} {bar} {' ' * width(before)}{mark}",
    ]


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for wide characters, none for what joins another."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _cut(line: bytes, span: Span) -> tuple[str, str]:
    """Return what stands before the expression and the expression itself, as far as it stands on its first line."""
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    return _shown(line[: span.column - 1]), _shown(line[span.column - 1 : end])


def _shown(text: bytes) -> str:
    """Return source text as it is safe to print: tabs as blanks, control and bidirectional characters as a mark."""
    decoded = text.decode("utf-8", "replace").replace("\t", TAB)
    return "".join(character if _is_safe(character) else "\N{REPLACEMENT CHARACTER}" for character in decoded)


def _is_safe(character: str) -> bool:
    # Blanks other than U+0020 and the joiners inside emoji do not count as printable for Python.
    return character.isprintable() or character == "\N{ZERO WIDTH JOINER}" or unicodedata.category(character) == "Zs"
