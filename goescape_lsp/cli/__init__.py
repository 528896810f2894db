"""The command line: the same engine as the server, without the editor's library."""

from __future__ import annotations

import os
import sys

import click

from goescape_lsp.core.words import Locale, resolve_locale
from goescape_lsp.core.words import cli as words

COULD_NOT = 2
STOPPED = 130
CLOSED_PIPE = 141


def main() -> None:
    """Run `goescape` and end the process with its exit status: 0 done, 1 findings of --fail-on, 2 could not do it."""
    locale = language()
    try:
        sys.exit(run(locale))
    except BrokenPipeError:
        # `goescape check | head`: nobody reads any more, and Python would complain once again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CLOSED_PIPE)
    except Exception as error:
        if os.environ.get("GOESCAPE_TRACEBACK"):
            raise
        click.echo(words.text("crash", locale, error=f"{type(error).__name__}: {error}"), err=True)
        click.echo(words.text("trouble.hint", locale, hint=words.text("crash.hint", locale)), err=True)
        sys.exit(COULD_NOT)


def run(locale: Locale) -> int:
    """Run the command of `sys.argv` and return its exit status."""
    # Imported late: a start that only asks for the version needs none of it.
    from goescape_lsp.cli.program import build  # noqa: PLC0415

    try:
        code: object = build(locale).main(prog_name="goescape", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return COULD_NOT
    except (click.Abort, KeyboardInterrupt):
        return STOPPED
    return code if isinstance(code, int) else 0


def language() -> Locale:
    """Return the language that the environment asks for."""
    wanted = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return resolve_locale("auto", next((value for value in wanted if value), None))
