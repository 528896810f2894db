"""From a request to facts: find Go, compile, analyse; what the server does for a save, once for many packages."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand, module_root
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Analysis, Built, Job, Problem, ProblemKind, Run
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.words import cli as words
from goescape_lsp.session.analyse import analyse
from goescape_lsp.session.story import Stories

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Sequence

    from goescape_lsp.core.model import Finding
    from goescape_lsp.core.shard import Shard
    from goescape_lsp.core.story import Story
    from goescape_lsp.core.words import Locale

NOTHING = Analysis(files={})
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Request:
    """What to analyse: Go patterns seen from an absolute directory, or one shard of what they match.

    `go` is the program to use, "" to look for one.
    """

    directory: str
    patterns: tuple[str, ...]
    tests: bool = True
    tags: str = ""
    gcflags: tuple[str, ...] = ()
    go: str = ""
    shard: Shard | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: `go` is None when there is none to work with, and `problems` says why; the rest is the run's."""

    go: Toolchain | None
    analysis: Analysis
    problems: tuple[Problem, ...]
    seconds: float = 0.0
    built: Built | None = None
    split: tuple[str, ...] = ()


def examine(request: Request, locale: Locale) -> Answer:
    """Return the facts of the packages; a spinner on a terminal's stderr meanwhile."""
    with _spinner(locale):
        return _result(_examine(request))


def tell_on(request: Request, answer: Answer, findings: Sequence[Finding], locale: Locale) -> tuple[Story | None, ...]:
    """Return how the story of each finding goes on in the functions that it is passed to; compiles their packages."""
    with _spinner(locale):
        return _result(_tell_on(request, answer, findings))


def _result(work: Coroutine[Any, Any, Result]) -> Result:
    """Return what some work comes to.

    Not as the result of the task: `asyncio.run` looks for its own handler of signals among those that have a name, and
    for each look the whole task is spelled out, with all findings.
    """
    found: list[Result] = []

    async def keep() -> None:
        found.append(await work)

    asyncio.run(keep())
    return found[0]


async def _tell_on(request: Request, answer: Answer, findings: Sequence[Finding]) -> tuple[Story | None, ...]:
    if answer.go is None:
        return (None,) * len(findings)
    processes = Processes()
    job = Job(request.directory, request.patterns, tags=request.tags, gcflags=request.gcflags)
    known = answer.analysis
    try:
        with contextlib.closing(GoCommand(answer.go, processes)) as compiler:
            stories = Stories(lambda: compiler, DiskFiles())
            return tuple([await stories.told(one, known.files, known.packages, job) for one in findings])
    finally:
        processes.kill_all()


async def _examine(request: Request) -> Answer:
    processes = Processes()
    try:
        settings = Settings(go_path=request.go)
        root = module_root(request.directory)
        go = await find_toolchain(settings, processes, avoid=(root,) if root else ())
        if isinstance(go, Problem):
            return Answer(None, NOTHING, (go,))
        run = await _compile(GoCommand(go, processes), request)
    finally:
        processes.kill_all()
    analysis = analyse(run, DiskFiles().read, go.version)
    # Problems of the run are part of the analysis too; each is told once.
    problems = tuple(dict.fromkeys((*_unused_driver(), *run.problems, *analysis.problems)))
    return Answer(go, analysis, problems, run.seconds, run.built, run.split)


def _unused_driver() -> tuple[Problem, ...]:
    """Return what is to be said of a program that lists packages for other tools (golang.org/x/tools/go/packages)."""
    driver = os.environ.get("GOPACKAGESDRIVER", "")
    return (Problem(ProblemKind.UNUSED_DRIVER, message=driver),) if driver not in {"", "off"} else ()


async def _compile(compiler: GoCommand, request: Request) -> Run:
    job = Job(
        directory=request.directory,
        patterns=request.patterns,
        tests=request.tests,
        tags=request.tags,
        gcflags=request.gcflags,
        assembly=True,
        shard=request.shard,
        is_counted=True,
    )
    with contextlib.closing(compiler):
        return await compiler.compile(job)


@contextlib.contextmanager
def _spinner(locale: Locale) -> Generator[None]:
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody looks

    with Console(stderr=True).status(words.text("running", locale)):
        yield
