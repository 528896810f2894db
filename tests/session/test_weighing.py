"""The runs of a save on the real compiler: the package first, then its tests, then the machine code, quietly."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from goescape_lsp.adapters.direct import Direct
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Allocation, Finding, Job, Problem, ProblemKind, Run
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.session import Session
from tests.conftest import Go

SOURCE = """package p

import "time"

type level struct{ n int8 }

var sink any

func KeepLevel(l level) { sink = l }

func KeepSecond() { sink = time.Second }

func KeepMonth(m time.Month) { sink = m }
"""
TEST = """package p

import "testing"

func TestKeep(t *testing.T) { sink = new(level) }
"""

SEEN_FROM_OUTSIDE = {
    "go.mod": "module m/q\n\ngo 1.21\n",
    "q.go": """package q

type Size int

var kept *int

func Keep(p *int) int { defer func() { _ = recover() }(); kept = p; return 1 }

func Take(p *int) int { defer func() { _ = recover() }(); return *p }

func Make() *int { return new(int) }

func First[T any](a T) *T { return &a }

var first = First(1)
""",
    "own_test.go": "package q\n\nfunc takes() int { x := 1; return Take(&x) }\n",
    "q_test.go": """package q_test

import (
	"testing"

	"m/q"
)

func TestAll(t *testing.T) {
	x, y := 1, q.Size(2)
	t.Log(q.Take(&x), q.Keep(new(int)), q.Make(), q.First(y), y)
}
""",
}
TWICE, THRICE = ["package", "own tests"], ["package", "own tests", "everything"]
AT_ONCE = ["package", "everything"]
EDITS = {
    "a body that nobody inlines": ("kept = p; return 1", "kept = p; kept = new(int); return 1", TWICE),
    "how a parameter leaks": ("return *p }", "kept = p; return *p }", AT_ONCE),
    "a body that is inlined": ("return new(int)", "x := 2; return &x", AT_ONCE),
    "a generic body": ("{ return &a }", "{ b := a; return &b }", AT_ONCE),
    "a type": ("Size int", "Size int8", THRICE),
}


class Watched:
    """The real compiler; notes its jobs."""

    def __init__(self, inner: GoCommand | Direct) -> None:
        self.inner = inner
        self.jobs: list[Job] = []

    async def prepare(self, job: Job) -> None:
        if isinstance(self.inner, Direct):
            await self.inner.prepare(job)

    async def compile(self, job: Job) -> Run:
        self.jobs.append(job)
        return await self.inner.compile(job)


@dataclass
class Listener:
    """Notes the ends of runs, what was published when, and the problems."""

    finishes: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    published_names: list[set[str]] = field(default_factory=list)
    troubles: list[Problem] = field(default_factory=list)

    def published(self, paths: tuple[str, ...]) -> None:
        self.published_names.append({Path(path).name for path in paths})

    def started(self, directory: str) -> None: ...

    def finished(self, directory: str, seconds: float) -> None:
        del seconds
        self.finishes.put_nowait(directory)

    def troubled(self, problem: Problem) -> None:
        self.troubles.append(problem)

    def looked(self, done: int, total: int) -> None: ...


@dataclass
class Desk:
    session: Session
    compiler: Watched
    listener: Listener
    folder: Path

    def heap(self, name: str) -> list[Finding]:
        facts = self.session.facts(str(self.folder / name))
        return [finding for finding in facts.findings if finding.is_heap] if facts else []

    def verdicts(self) -> set[tuple[str, str, int, int, str, str]]:
        """Return what is told of every file without what only the machine code tells."""
        return {
            (
                path.name,
                finding.function,
                finding.span.line,
                finding.span.column,
                finding.verdict.name,
                finding.cause.name,
            )
            for path in self.folder.glob("*.go")
            if (facts := self.session.facts(str(path))) is not None
            for finding in facts.findings
        }


@contextlib.asynccontextmanager
async def at_desk(go: Go, folder: Path, files: Mapping[str, str], *, is_direct: bool = False) -> AsyncIterator[Desk]:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    processes = Processes()
    toolchain = await find_toolchain(Settings(go_path=go.path), processes)
    assert isinstance(toolchain, Toolchain)
    compiler = Watched(
        Direct(toolchain, processes, DiskFiles()) if is_direct else GoCommand(toolchain, processes),
    )
    listener = Listener()
    session = Session(compiler=compiler, files=DiskFiles(), listener=listener, weighs=True)
    session.folders((str(folder),))
    yield Desk(session, compiler, listener, folder)
    await session.close()
    compiler.inner.close()
    processes.kill_all()
    assert {problem.kind for problem in listener.troubles} <= {ProblemKind.REFUSED_FLAG}


@pytest.fixture
async def desk(go: Go, tmp_path: Path) -> AsyncIterator[Desk]:
    files = {"p.go": SOURCE, "p_test.go": TEST, "go.mod": "module m/p\n\ngo 1.21\n"}
    async with at_desk(go, tmp_path, files) as made:
        yield made


async def test_the_package_comes_first_then_tests_and_machine_code(desk: Desk) -> None:
    desk.session.opened(str(desk.folder / "p.go"), SOURCE.encode())
    await desk.listener.finishes.get()
    assert [(job.tests, job.assembly) for job in desk.compiler.jobs] == [(False, False), (True, False)]
    assert desk.listener.published_names == [{"p.go"}, {"p_test.go"}]
    assert len(desk.heap("p.go")) >= 2
    await desk.session.settled()
    assert [(job.tests, job.assembly) for job in desk.compiler.jobs] == [(False, False), (True, False), (True, True)]
    assert [finding.subject for finding in desk.heap("p_test.go")] == ["new(level)"]


async def test_what_was_weighed_stays_through_the_next_save(desk: Desk) -> None:
    path = desk.folder / "p.go"
    desk.session.opened(str(path), SOURCE.encode())
    await desk.session.settled()
    weighed = {f.expression: (f.allocation, f.allocation_reason) for f in desk.heap("p.go")}
    assert weighed["l"][0] is Allocation.DOES_NOT_ALLOCATE
    assert weighed["time.Second"] == (Allocation.DOES_NOT_ALLOCATE, "no-call")

    changed = SOURCE.replace("type level", "// A comment moves all lines.\ntype level")
    path.write_text(changed, "utf-8")
    while not desk.listener.finishes.empty():
        desk.listener.finishes.get_nowait()
    desk.session.saved(str(path), changed.encode())
    await desk.listener.finishes.get()
    assert [(job.tests, job.external, job.assembly) for job in desk.compiler.jobs[3:]] == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
    ]
    assert {f.expression: (f.allocation, f.allocation_reason) for f in desk.heap("p.go")} == weighed
    assert [finding.subject for finding in desk.heap("p_test.go")] == ["new(level)"]


async def test_an_open_test_file_is_compiled_at_once(desk: Desk) -> None:
    desk.session.opened(str(desk.folder / "p_test.go"), TEST.encode())
    await desk.listener.finishes.get()
    assert [(job.tests, job.assembly) for job in desk.compiler.jobs] == [(True, False)]
    assert [finding.subject for finding in desk.heap("p_test.go")] == ["new(level)"]


async def test_a_refused_flag_does_not_hold_back_tests_and_machine_code(desk: Desk) -> None:
    desk.session.configured(Settings(go_gcflags=("-o=/x",)))
    desk.session.opened(str(desk.folder / "p.go"), SOURCE.encode())
    await desk.session.settled()
    assert [problem.kind for problem in desk.listener.troubles] == [ProblemKind.REFUSED_FLAG]
    assert [finding.subject for finding in desk.heap("p_test.go")] == ["new(level)"]


@pytest.mark.parametrize(("old", "new", "reaches"), EDITS.values(), ids=EDITS.keys())
async def test_external_tests_run_again_when_they_can_see_a_difference(
    go: Go, tmp_path: Path, old: str, new: str, reaches: list[str]
) -> None:
    await assert_reaches(go, tmp_path, SEEN_FROM_OUTSIDE, (old, new), reaches)


async def test_external_tests_that_alone_use_generic_code_run_each_time(go: Go, tmp_path: Path) -> None:
    source = SEEN_FROM_OUTSIDE["q.go"]
    files = SEEN_FROM_OUTSIDE | {"q.go": source.replace("var first = First(1)", "")}
    old, new, _ = EDITS["a body that nobody inlines"]
    await assert_reaches(go, tmp_path, files, (old, new), AT_ONCE)


async def assert_reaches(
    go: Go, folder: Path, files: Mapping[str, str], edit: tuple[str, str], reaches: list[str]
) -> None:
    """Open, edit and save; what is told then has to be what another session tells that begins with the new text."""
    path = folder / "q.go"
    async with at_desk(go, folder, files, is_direct=True) as desk:
        desk.session.opened(str(path), path.read_bytes())
        await desk.session.settled()
        desk.compiler.jobs.clear()
        assert edit[0] in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(*edit), "utf-8")
        while not desk.listener.finishes.empty():
            desk.listener.finishes.get_nowait()
        desk.session.saved(str(path), path.read_bytes())
        await desk.listener.finishes.get()
        assert [_reach(job) for job in desk.compiler.jobs] == reaches
        found = desk.verdicts()
    async with at_desk(go, folder, {}) as fresh:
        fresh.session.opened(str(path), path.read_bytes())
        await fresh.session.settled()
        assert found == fresh.verdicts()


def _reach(job: Job) -> str:
    return ("everything" if job.external else "own tests") if job.tests else "package"
