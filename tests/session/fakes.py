"""A world for the session: files in memory, a compiler whose runs end when the test says so, a listener that notes."""

from __future__ import annotations

import asyncio
from collections import Counter

from goescape_lsp.core.model import (
    Analysis,
    Compiled,
    FileFacts,
    Function,
    Job,
    Package,
    Problem,
    ProblemKind,
    Run,
    Span,
)
from goescape_lsp.core.stored import Stored
from goescape_lsp.session.run import Read
from goescape_lsp.session.snapshot import directory_of

NOWHERE = Span(1, 1, 1, 2)


class MemoryFiles:
    """Files by path."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)


class GatedCompiler:
    """Reads the files when a run begins, and answers when its gate is opened; open from the start unless `gated`.

    A text with `bad` does not compile; one with `ignored` is excluded by its build tags; `import X` imports X.
    """

    def __init__(self, files: MemoryFiles, *, gated: bool = False) -> None:
        self.files = files
        self.gated = gated
        self.gates: dict[str, list[asyncio.Event]] = {}
        self.jobs: list[Job] = []
        self.cancelled: list[str] = []
        self.prepared: list[str] = []
        self.running: Counter[str] = Counter()
        self.most_at_once = 0
        self.without_module: set[str] = set()
        self.extra: tuple[Problem, ...] = ()

    async def compile(self, job: Job) -> Run:
        self.jobs.append(job)
        directory = job.directory
        self.running[directory] += 1
        assert self.running[directory] == 1, "two runs of one directory at once"
        self.most_at_once = max(self.most_at_once, sum(self.running.values()))
        texts = {
            path: text
            for path, text in {**self.files.contents, **job.overlay}.items()
            if directory_of(path) == directory and (job.patterns == (".",) or path in job.patterns)
        }
        gate = asyncio.Event()
        if self.gated:
            self.gates.setdefault(directory, []).append(gate)
        else:
            gate.set()
        try:
            await gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(directory)
            if gate in self.gates.get(directory, ()):
                self.gates[directory].remove(gate)
            await asyncio.sleep(0.002)  # a killed compiler takes a moment to be gone
            raise
        finally:
            self.running[directory] -= 1
            if gate in self.gates.get(directory, ()):
                self.gates[directory].remove(gate)
        return self._answer(job, texts)

    async def prepare(self, job: Job) -> None:
        self.prepared.append(job.directory)

    def open(self, directory: str) -> bool:
        """Let the running compile of a directory end."""
        gates = self.gates.get(directory)
        if gates:
            gates[0].set()
        return bool(gates)

    def _answer(self, job: Job, texts: dict[str, bytes]) -> Run:
        directory = job.directory
        if directory in self.without_module and job.patterns == (".",):
            return Run((), (Problem(ProblemKind.NO_MODULE, message="go.mod file not found"),))
        if not texts:
            return Run((), (Problem(ProblemKind.NO_PACKAGES, message=f"no Go files in {directory}"),))
        kept = tuple(sorted(path for path, text in texts.items() if b"ignored" not in text))
        ignored = tuple(sorted(path for path, text in texts.items() if b"ignored" in text))
        imports = tuple(word for text in texts.values() for word in text.decode().split() if word.startswith("/"))
        package = Package(
            directory, "p", directory, kept, ignored_files=ignored, imports=imports, module_directory="/m"
        )
        problems = tuple(
            Problem(ProblemKind.COMPILE_ERROR, directory, "bad", path, 1, 1)
            for path, text in sorted(texts.items())
            if b"bad" in text
        )
        return Run((Compiled(package, b"", problems),), self.extra, 0.1)


def analyse(run: Run, read: Read, go_version: str) -> Analysis:
    """Make one function per file whose name is the file's text."""
    files: dict[str, FileFacts] = {}
    for compiled in run.compiled:
        for path in compiled.package.files if not compiled.problems else ():
            content = read(path) or b""
            files[path] = FileFacts(path, content, (), (Function(f"{content.decode()}{go_version}", NOWHERE, NOWHERE),))
    return Analysis(files, tuple(compiled.package for compiled in run.compiled))


class Notes:
    """A listener that writes everything down."""

    def __init__(self) -> None:
        self.published_paths: list[tuple[str, ...]] = []
        self.events: list[str] = []
        self.problems: list[Problem] = []

    def published(self, paths: tuple[str, ...]) -> None:
        self.published_paths.append(paths)

    def started(self, directory: str) -> None:
        self.events.append(f"started {directory}")

    def finished(self, directory: str, seconds: float) -> None:
        assert seconds >= 0
        self.events.append(f"finished {directory}")

    def troubled(self, problem: Problem) -> None:
        self.problems.append(problem)

    def looked(self, done: int, total: int) -> None:
        self.events.append(f"looked {done}/{total}")


class MemoryTree:
    """The directories of the files in memory."""

    def __init__(self, files: MemoryFiles) -> None:
        self.files = files

    def packages(self, roots: tuple[str, ...]) -> tuple[str, ...]:
        directories = {directory_of(path) for path in self.files.contents}
        return tuple(sorted(one for one in directories if any(f"{one}/".startswith(f"{root}/") for root in roots)))


class MemoryShelf:
    """A shelf whose inputs are the Go files of the directory itself."""

    def __init__(self, files: MemoryFiles) -> None:
        self.files = files
        self.kept: dict[str, tuple[object, Stored]] = {}

    async def take(self, job: Job) -> Stored | None:
        sighting, stored = self.kept.get(job.directory, (None, None))
        await asyncio.sleep(0)
        return stored if sighting == self._inputs(job) else None

    async def look(self, job: Job) -> object | None:
        await asyncio.sleep(0)
        return self._inputs(job)

    async def keep(self, job: Job, sighting: object | None, stored: Stored) -> None:
        await asyncio.sleep(0)
        if sighting == self._inputs(job):
            self.kept[job.directory] = (sighting, stored)

    def _inputs(self, job: Job) -> object:
        texts = tuple(sorted(one for one in self.files.contents.items() if directory_of(one[0]) == job.directory))
        return (texts, job.tests, job.gcflags, job.assembly)
