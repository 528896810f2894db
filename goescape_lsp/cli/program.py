"""The commands and their options, in the reader's language."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from goescape_lsp import __version__
from goescape_lsp.cli.choose import LEVELS, Choice, is_level
from goescape_lsp.cli.engine import Request
from goescape_lsp.core.settings import TABLE
from goescape_lsp.core.shard import Shard, read_shard
from goescape_lsp.core.words import cli as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from goescape_lsp.core.words import Locale

SHOW = next(row.choices for row in TABLE if row.name == "show")


def build(locale: Locale) -> click.Group:
    """Return the program with its help in one language; each command returns an exit status."""

    def say(key: str) -> str:
        return words.text(f"help.{key}", locale)

    @click.group(help=words.text("help", locale))
    @click.version_option(__version__, prog_name="goescape")
    def program() -> None:
        """Hold the commands."""

    program.add_command(_check(locale, say))
    program.add_command(_merge(locale, say))
    program.add_command(_explain(locale, say))
    program.add_command(_doctor(locale, say))
    return program


def _check(locale: Locale, say: Callable[[str], str]) -> click.Command:
    @click.command("check", help=say("check"), short_help=say("check.short"))
    @click.argument("packages", nargs=-1)
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=say("format"))
    @click.option("--all", "is_all", is_flag=True, help=say("all"))
    @click.option("--show", type=click.Choice(SHOW), help=say("show"))
    @click.option("--changed", "is_changed", is_flag=True, help=say("changed"))
    @click.option("--tests/--no-tests", default=True, help=say("tests"))
    @click.option("--tags", default="", metavar="TAGS", help=say("tags"))
    @click.option("--gcflags", multiple=True, metavar="FLAGS", help=say("gcflags"))
    @click.option("--go", "go", default="", metavar="PATH", help=say("go"))
    @click.option("--shard", default="", metavar="I/N", help=say("shard"))
    @click.option("--fail-on", multiple=True, metavar="LEVEL", help=say("fail-on"))
    @click.option("-C", "directory", default=".", metavar="DIR", help=say("directory"))
    def check(  # noqa: PLR0913 - one argument for each option
        *,
        packages: tuple[str, ...],
        form: str,
        is_all: bool,
        show: str | None,
        is_changed: bool,
        tests: bool,
        tags: str,
        gcflags: tuple[str, ...],
        go: str,
        shard: str,
        fail_on: tuple[str, ...],
        directory: str,
    ) -> int:
        from goescape_lsp.cli.check import check as run  # noqa: PLC0415 - the engine is slow to import

        request = Request(
            _directory(directory, locale),
            packages or ("./...",),
            tests,
            tags,
            gcflags,
            _program_path(go),
            _shard(shard, locale),
        )
        return run(request, Choice(show, is_all, _levels(fail_on, locale), is_changed), form, locale)

    return check


def _merge(locale: Locale, say: Callable[[str], str]) -> click.Command:
    @click.command("merge", help=say("merge"), short_help=say("merge.short"))
    @click.argument("files", nargs=-1, required=True, metavar="FILE...")
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=say("format"))
    @click.option("--fail-on", multiple=True, metavar="LEVEL", help=say("fail-on"))
    @click.option("-C", "directory", default=".", metavar="DIR", help=say("directory"))
    def merge(*, files: tuple[str, ...], form: str, fail_on: tuple[str, ...], directory: str) -> int:
        from goescape_lsp.cli.merge import merge as run  # noqa: PLC0415

        return run(files, _directory(directory, locale), form, _levels(fail_on, locale), locale)

    return merge


def _explain(locale: Locale, say: Callable[[str], str]) -> click.Command:
    @click.command("explain", help=say("explain"), short_help=say("explain.short"))
    @click.argument("what", metavar="RULE|FILE:LINE[:COLUMN]")
    @click.option("--tags", default="", metavar="TAGS", help=say("tags"))
    @click.option("--gcflags", multiple=True, metavar="FLAGS", help=say("gcflags"))
    @click.option("--go", "go", default="", metavar="PATH", help=say("go"))
    @click.option("-C", "directory", default=".", metavar="DIR", help=say("directory"))
    def explain(*, what: str, tags: str, gcflags: tuple[str, ...], go: str, directory: str) -> int:
        from goescape_lsp.cli.explain import explain as run  # noqa: PLC0415

        request = Request(_directory(directory, locale), (), tags=tags, gcflags=gcflags, go=_program_path(go))
        return run(what, request, locale)

    return explain


def _doctor(locale: Locale, say: Callable[[str], str]) -> click.Command:
    @click.command("doctor", help=say("doctor"), short_help=say("doctor.short"))
    @click.option("--go", "go", default="", metavar="PATH", help=say("go"))
    @click.option("-C", "directory", default=".", metavar="DIR", help=say("directory"))
    def doctor(*, go: str, directory: str) -> int:
        from goescape_lsp.cli.doctor import doctor as run  # noqa: PLC0415

        return run(Request(_directory(directory, locale), ("./...",), go=_program_path(go)), locale)

    return doctor


def _directory(given: str, locale: Locale) -> str:
    # Not resolved: a working directory reached through a link keeps the name that the user knows it by.
    path = os.path.abspath(given)  # noqa: PTH100
    if not Path(path).is_dir():
        raise click.BadParameter(words.text("no-directory", locale, given=given), param_hint="-C")
    return path


def _shard(given: str, locale: Locale) -> Shard | None:
    shard = read_shard(given)
    if given and shard is None:
        raise click.BadParameter(words.text("no-shard", locale, given=given), param_hint="--shard")
    return shard


def _program_path(given: str) -> str:
    """Return the absolute path of a program that was given by path or by name, "" for none."""
    if not given:
        return ""
    found = shutil.which(given) if Path(given).name == given else None
    return os.path.abspath(found or given)  # noqa: PTH100


def _levels(given: tuple[str, ...], locale: Locale) -> tuple[str, ...]:
    levels = tuple(word for text in given for word in text.split(",") if word)
    for level in levels:
        if not is_level(level):
            raise click.BadParameter(words.text("no-level", locale, given=level, names=", ".join(LEVELS)))
    return levels
