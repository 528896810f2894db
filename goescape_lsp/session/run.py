"""One run of one directory: what to compile, the compile, and the analysis of what it printed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from goescape_lsp.core.model import Analysis, Compiled, Job, Problem, ProblemKind, Run
from goescape_lsp.core.ports import Compiler
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.snapshot import Outcome, directory_of, is_test

_log = logging.getLogger(__name__)

Read = Callable[[str], bytes | None]
Analyse = Callable[[Run, Read, str], Analysis]


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Order:
    """What a run needs: the job, the open files of the directory, and how the texts that are compiled are read.

    `asked` is when somebody asked for it, on the monotonic clock; `ahead` does what need not wait for the compiler.
    """

    job: Job
    open_files: tuple[str, ...]
    read: Read
    go_version: str
    asked: float = field(default_factory=time.monotonic)
    ahead: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the time of a run went, in seconds.

    `plan` passed outside of processes until the compile had ended, `compile` in them, `analyse` in our own analysis.
    `ended` is when the analysis ended, on the monotonic clock.
    """

    plan: float
    compile: float
    analyse: float
    ended: float

    def __str__(self) -> str:
        """Return the phases in words for the log."""
        named = (("plan", self.plan), ("compile", self.compile), ("analyse", self.analyse))
        return ", ".join(f"{name} {seconds * 1000:.1f} ms" for name, seconds in named)


def job_for(directory: str, settings: Settings, overlay: Mapping[str, bytes]) -> Job:
    """Return the job that compiles all packages of one directory with the user's settings."""
    return Job(
        directory=directory,
        patterns=(".",),
        tests=settings.tests,
        gcflags=settings.go_gcflags,
        flags=settings.go_flags,
        env=settings.go_env,
        overlay=overlay,
    )


class Reach(Enum):
    """How much of a directory one compile takes: the package, its own tests as well, external tests as well."""

    PACKAGE = "package"
    OWN_TESTS = "own tests"
    EVERYTHING = "everything"

    def of(self, job: Job) -> Job:
        """Return the job that reaches so far, and no further than it does now."""
        return replace(job, tests=job.tests and self is not Reach.PACKAGE, external=self is Reach.EVERYTHING)


@dataclass(frozen=True, slots=True)
class Stage:
    """A compile of a directory that has ended: what was ordered, how far it reached, what it printed.

    `wait` is how many seconds until then passed outside of processes: to decide what to start, and to spell names in
    what they printed. `ended` is when it had ended, on the monotonic clock.
    """

    order: Order
    reach: Reach
    run: Run
    wait: float
    ended: float


Following = Callable[[Stage], Awaitable[Reach | None]]


def first_reach(order: Order, *, is_test_saved: bool, weighs: bool) -> Reach:
    """Return how far the first compile reaches.

    The package alone is the first answer, unless it is a test that somebody saved or only tests are looked at.
    """
    tests_open = [is_test(path) for path in order.open_files]
    tests_first = is_test_saved or (bool(tests_open) and all(tests_open))
    is_alone = weighs and not order.job.overlay and not tests_first
    return Reach.PACKAGE if is_alone else Reach.EVERYTHING


async def in_turn(order: Order, reach: Reach, compiler: Compiler, following: Following) -> AsyncGenerator[Stage]:
    """Compile one reach after the other, each while the caller works on what came of the one before.

    Shape: `following` names the next reach, None at the end; it is asked as soon as a compile has ended and the caller
    has come back from the one before that. Closing the generator kills the compile.
    """

    async def go_on(stage: Stage) -> Stage | None:
        further = await following(stage) if order.job.tests else None
        return None if further is None else await _compiled(replace(order, asked=stage.ended), further, compiler)

    compiling: asyncio.Task[Stage | None] = asyncio.create_task(_compiled(order, reach, compiler))
    try:
        while (stage := await compiling) is not None:
            compiling = asyncio.create_task(go_on(stage))
            yield stage
    finally:
        compiling.cancel()
        await asyncio.wait([compiling])


async def analysed(stage: Stage, analyse: Analyse) -> tuple[Outcome, Phases]:
    """Return what a compile came to, and what took its time."""
    order, run = stage.order, stage.run
    # Pure but long: the loop stays free to answer.
    began = time.monotonic()
    analysis = await asyncio.to_thread(analyse, run, order.read, order.go_version)
    ended = time.monotonic()
    phases = Phases(stage.wait, run.seconds, ended - began, ended)
    _log.debug("phases of %s (%s): %s", order.job.directory, stage.reach.value, phases)
    not_built = tuple(_not_built(run, analysis, order))
    if not_built:
        # The package's own "all files are excluded" says less than each file's.
        run = replace(run, compiled=tuple(map(_without_not_built, run.compiled)), problems=(*run.problems, *not_built))
    return Outcome(run, analysis), phases


async def carry_out(order: Order, compiler: Compiler, analyse: Analyse) -> Outcome:
    """Return what compiling and analysing everything came to; cancelling it kills the compile."""
    outcome, _ = await analysed(await _compiled(order, Reach.EVERYTHING, compiler), analyse)
    return outcome


async def _compiled(order: Order, reach: Reach, compiler: Compiler) -> Stage:
    order = replace(order, job=reach.of(order.job))
    # Texts are parsed while the compiler runs. Not with `gather`: a cancellation has to wait for the compiler's end.
    ahead = asyncio.get_running_loop().run_in_executor(None, order.ahead)
    run = await compiler.compile(order.job)
    await ahead
    ended = time.monotonic()
    wait = max(ended - order.asked - run.seconds, 0.0)
    if order.open_files and _has_no_module(run):
        # Outside a module each open file is a package of its own.
        jobs = (replace(order.job, patterns=(path,)) for path in order.open_files)
        run = _merged([await compiler.compile(job) for job in jobs])
    return Stage(order, reach, run, wait, ended)


def _has_no_module(run: Run) -> bool:
    problems = (*run.problems, *(problem for compiled in run.compiled for problem in compiled.problems))
    has_files = any(compiled.package.files for compiled in run.compiled)
    return not has_files and any(problem.kind is ProblemKind.NO_MODULE for problem in problems)


def _merged(runs: Iterable[Run]) -> Run:
    every = tuple(runs)
    return Run(
        tuple(compiled for run in every for compiled in run.compiled),
        tuple(dict.fromkeys(problem for run in every for problem in run.problems)),
        sum(run.seconds for run in every),
    )


def _without_not_built(compiled: Compiled) -> Compiled:
    kept = tuple(problem for problem in compiled.problems if problem.kind is not ProblemKind.NOT_BUILT)
    return replace(compiled, problems=kept)


def _not_built(run: Run, analysis: Analysis, order: Order) -> Iterable[Problem]:
    """Name the open files that belong to no package that was built; a broken package is another matter."""
    listed = [compiled.package for compiled in run.compiled if compiled.package.directory or compiled.package.files]
    if not listed or run.problems:
        return
    built = {path for package in listed for path in package.files}
    ignored = {path for package in listed for path in package.ignored_files}
    for path in order.open_files:
        is_left_out = is_test(path) and not (order.job.tests and order.job.external)
        if path in built or path in analysis.files or is_left_out or directory_of(path) != order.job.directory:
            continue
        if path in ignored or order.read(path) is not None:
            yield Problem(ProblemKind.NOT_BUILT, listed[0].import_path, file=path)
