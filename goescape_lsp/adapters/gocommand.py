"""Compiles through the `go` command: one `go list` that lists and compiles all variants of the packages asked for."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from goescape_lsp.adapters.actions import action_graph, read_built
from goescape_lsp.adapters.bombs import BRIEF, EXPLAINED, Bombs
from goescape_lsp.adapters.golist import FIELDS, read_compiled, read_entries, read_problems, split_text
from goescape_lsp.adapters.overlay import Overlay, Overlays
from goescape_lsp.adapters.process import Finished, Processes, Sieve
from goescape_lsp.adapters.shards import bystanders, names_arguments, own_patterns, variants
from goescape_lsp.adapters.toolchain import (
    Toolchain,
    build_flags,
    changes_verdicts,
    go_environment,
    split_flags,
    split_gcflags,
)
from goescape_lsp.adapters.trimmed import is_trimmed, restored
from goescape_lsp.core.assembly import Sieve as AssemblySieve
from goescape_lsp.core.model import Built, Compiled, Job, Problem, ProblemKind, Run
from goescape_lsp.core.unexplained import LinesSieve

_TIMEOUT_S = 600.0
MAX_BYTES = 192 * 2**20
"""What one job may print: the limit of both routes."""

_MORE_GCFLAGS = ("-e",)
"""`-e` lifts its limit of ten errors, and makes the build cache's key our own."""


class GoCommand:
    """A `ports.Compiler` on a toolchain.

    While it `is_patient` it reads all explanations that have room in one job; else none that are too long to wait for
    at each save. `bombs` are the packages that it asks for their verdicts alone.
    """

    def __init__(
        self,
        toolchain: Toolchain,
        processes: Processes,
        *,
        environ: Mapping[str, str] | None = None,
        timeout_s: float = _TIMEOUT_S,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._toolchain = toolchain
        self._processes = processes
        self._environ = dict(os.environ if environ is None else environ)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._overlays = Overlays()
        self.bombs = Bombs()
        self.is_patient = True

    async def compile(self, job: Job) -> Run:
        """Return the output of every variant of the job's packages; see `ports.Compiler`."""
        if not _is_directory(job.directory):
            return Run((), (Problem(ProblemKind.UNREADABLE, message=job.directory, file=job.directory),))
        run = await self._compile_each(job)
        return replace(run, problems=(*_flag_problems(job), *run.problems))

    async def prepare(self, job: Job) -> None:
        """Do nothing: `go` knows its own ways; see `ports.Compiler`."""

    async def ask(
        self, arguments: Sequence[str], cwd: str, extra: Mapping[str, str], sieve: Sieve | None = None
    ) -> Finished:
        """Return what `go` with these arguments printed in the directory `cwd`; `extra` is the setting `go.env`."""
        return await self._processes.run(
            [self._toolchain.go, *arguments],
            cwd=cwd,
            env=self.environment(cwd, extra),
            timeout_s=self._timeout_s,
            max_bytes=self._max_bytes,
            sieve=None if sieve is None else (2, sieve),
        )

    def environment(self, cwd: str, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the whole environment of a command in the directory `cwd`."""
        env = go_environment(self._environ, extra, self._toolchain.goflags)
        if self._toolchain.cache == "off" and "GOCACHE" not in env:
            # Without a home Go has no cache, and cannot build.
            env["GOCACHE"] = self._overlays.directory("cache")
        # Go believes PWD when it names the directory it runs in: the user's spelling of a link is kept.
        return env | {"PWD": cwd}

    def close(self) -> None:
        """Remove what is left on the disk."""
        self._overlays.close()

    async def _compile_each(self, job: Job) -> Run:
        """Compile in the module of the directory, or in each module below it that its go.work names."""
        root = module_root(job.directory)
        if root is None and any("..." in pattern for pattern in job.patterns):
            inside = await self._workspace_modules(job)
            if inside:
                runs = [await self._list(replace(job, directory=module), module, {}) for module in inside]
                return _merged(runs)
        run = await self._list(job, root or job.directory, {})
        if root is not None and any(_is_outside_workspace(problem) for problem in _all_problems(run)):
            # The module is not in the go.work above it: on its own it can still be built.
            return await self._list(job, root, {"GOWORK": "off"})
        return run

    async def _list(self, job: Job, cwd: str, extra: Mapping[str, str]) -> Run:
        patterns = [from_root(pattern, job.directory, cwd) for pattern in job.patterns]
        if job.shard is None:
            return await self._build(job, patterns, cwd, extra)
        finished = await self.ask(names_arguments(job, patterns), cwd, {**job.env, **extra})
        entries = read_entries(finished.stdout)
        if finished.code != 0 or not entries:
            return await asyncio.to_thread(_read_run, finished, cwd)
        own = own_patterns(entries, job.shard, patterns)
        run = await self._build(job, own, cwd, extra) if own else Run(())
        others = bystanders(entries, job.shard, run)
        return replace(run, compiled=(*run.compiled, *others), split=variants(entries, tests=job.tests))

    async def _build(self, job: Job, patterns: Sequence[str], cwd: str, extra: Mapping[str, str]) -> Run:
        """Return what a build says; packages that say too much are built once more, for their verdicts alone."""
        seconds = 0.0
        while True:
            brief = frozenset[str]() if job.explained else await self.bombs.of(cwd)
            run, finished = await self._build_once(job, patterns, cwd, extra, brief)
            seconds += run.seconds
            is_in_time = job.explained is not None or (self.is_patient and not finished.is_cut)
            if is_in_time or not await self.bombs.notice(cwd, finished.stderr):
                return replace(run, seconds=seconds, compiled=tuple(_marked(one, brief) for one in run.compiled))

    async def _build_once(
        self, job: Job, patterns: Sequence[str], cwd: str, extra: Mapping[str, str], brief: frozenset[str]
    ) -> tuple[Run, Finished]:
        texts = {path: text for path, text in job.overlay.items() if os.path.isabs(path)}  # noqa: PTH117
        with contextlib.ExitStack() as stack:
            overlay = stack.enter_context(self._overlays.write(texts)) if texts else None
            sieve = sieve_of(job)
            graph = stack.enter_context(action_graph()) if job.is_counted else None
            finished = await self.ask(
                _arguments(job, overlay, patterns, graph, brief), cwd, {**job.env, **extra}, sieve
            )
            built = read_built(graph) if graph is not None else None
        if overlay is not None:
            finished = replace(
                finished, stdout=overlay.restore(finished.stdout), stderr=overlay.restore(finished.stderr)
            )
        flags = [*shlex.split(self.environment(cwd, {**job.env, **extra})["GOFLAGS"]), *job.flags]
        run = await asyncio.to_thread(_read_run, finished, cwd, has_import_paths=is_trimmed(flags))
        return replace(run, built=built), finished

    async def _workspace_modules(self, job: Job) -> tuple[str, ...]:
        finished = await self.ask(["list", "-m", "-f", "{{.Dir}}"], job.directory, job.env)
        below = [line for line in finished.stdout.decode("utf-8", "replace").splitlines() if line]
        top = Path(job.directory)
        return tuple(sorted(line for line in below if finished.code == 0 and Path(line).is_relative_to(top)))


def _is_directory(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - paths are strings in the whole project


def module_root(directory: str) -> str | None:
    """Return the nearest directory at or above `directory` with a go.mod, None outside a module."""
    start = Path(directory)
    return next((str(place) for place in (start, *start.parents) if (place / "go.mod").is_file()), None)


def from_root(pattern: str, directory: str, root: str) -> str:
    """Return `pattern`, which is seen from `directory`, as it is seen from `root`.

    Shape: only `.`, `..`, what begins with `./` or `../`, and names of Go files are paths; others are import paths.
    """
    slashed = pattern.replace(os.sep, "/")
    is_path = slashed in {".", ".."} or slashed.startswith(("./", "../")) or slashed.endswith(".go")
    if not is_path or os.path.isabs(pattern):  # noqa: PTH117
        return pattern
    joined = os.path.normpath(os.path.join(os.path.relpath(directory, root), pattern)).replace(os.sep, "/")  # noqa: PTH118
    return joined if joined == "." or joined.startswith("../") else f"./{joined}"


def _arguments(
    job: Job, overlay: Overlay | None, patterns: Sequence[str], graph: Path | None, brief: frozenset[str]
) -> list[str]:
    gcflags, _ = split_gcflags(job.gcflags)
    arguments = ["list", "-e", "-export", f"-json={FIELDS}", *build_flags(job)]
    if job.tests:
        arguments.append("-test")
    if graph is not None:
        arguments.append(f"-debug-actiongraph={graph}")
    if overlay is not None:
        arguments.append(f"-overlay={overlay.file}")
    # `-m` of the user would take the place of ours: ours comes last.
    own = (*_MORE_GCFLAGS, "-S") if job.assembly else _MORE_GCFLAGS
    arguments.append(f"-gcflags={' '.join((*gcflags, EXPLAINED, *own))}")
    arguments += [f"-gcflags={path}={' '.join((*gcflags, BRIEF, *own))}" for path in sorted(brief)]
    return [*arguments, "--", *patterns]


def sieve_of(job: Job) -> Sieve | None:
    """Return what keeps of an output what a job asks for, None for all."""
    if job.explained is not None:
        return LinesSieve(job.explained)
    return AssemblySieve() if job.assembly else None


def _marked(compiled: Compiled, brief: frozenset[str]) -> Compiled:
    return replace(compiled, is_brief=True) if compiled.package.import_path in brief else compiled


def _flag_problems(job: Job) -> tuple[Problem, ...]:
    """Return what is to be said of the user's flags: those that are left out, and those that change the verdicts."""
    allowed, refused = split_gcflags(job.gcflags)
    told = [Problem(ProblemKind.REFUSED_FLAG, message=flag) for flag in (*split_flags(job.flags)[1], *refused)]
    if changing := changes_verdicts(allowed):
        told.append(Problem(ProblemKind.CHANGED_VERDICTS, message=" ".join(changing)))
    return tuple(told)


def _read_run(finished: Finished, cwd: str, *, has_import_paths: bool = False) -> Run:
    entries = read_entries(finished.stdout)
    if has_import_paths:
        stdout, stderr = (restored(printed, entries, cwd) for printed in (finished.stdout, finished.stderr))
        finished, entries = replace(finished, stdout=stdout, stderr=stderr), read_entries(stdout)
    said, texts = split_text(finished.stderr, (entry["ImportPath"] for entry in entries))
    compiled = read_compiled(entries, texts, cwd)
    problems: tuple[Problem, ...] = ()
    if finished.is_timeout:
        problems = (Problem(ProblemKind.TIMED_OUT, message=cwd),)
    elif finished.is_cut:
        problems = (Problem(ProblemKind.TOO_MUCH_OUTPUT, message=cwd),)
    elif finished.code != 0 or not entries:
        problems = read_problems(said.decode("utf-8", "replace"), cwd)
        if not problems and not compiled:
            kind = ProblemKind.NO_PACKAGES if finished.code == 0 else ProblemKind.COMPILER_DIED
            problems = (Problem(kind, message=f"exit status {finished.code}" if finished.code else cwd),)
    if finished.is_timeout or finished.is_cut:
        # What was cut off in the middle must not be taken for a whole answer.
        compiled = ()
    return Run(compiled, problems, finished.seconds)


def _merged(runs: Sequence[Run]) -> Run:
    return Run(
        tuple(compiled for run in runs for compiled in run.compiled),
        tuple(dict.fromkeys(problem for run in runs for problem in run.problems)),
        sum(run.seconds for run in runs),
        _sum([run.built for run in runs]),
        tuple(name for run in runs for name in run.split),
    )


def _sum(built: Sequence[Built | None]) -> Built | None:
    known = [one for one in built if one is not None]
    return Built(sum(one.compiled for one in known), sum(one.cached for one in known)) if known else None


def _all_problems(run: Run) -> tuple[Problem, ...]:
    return (*run.problems, *(problem for compiled in run.compiled for problem in compiled.problems))


def _is_outside_workspace(problem: Problem) -> bool:
    return problem.kind is ProblemKind.NO_MODULE and "go.work" in problem.message
