"""The runs of a save on the real compiler: the package first, then its tests, then the machine code, quietly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

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


class Watched:
    """The real compiler; notes its jobs."""

    def __init__(self, inner: GoCommand) -> None:
        self.inner = inner
        self.jobs: list[Job] = []

    async def prepare(self, job: Job) -> None: ...

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


@pytest.fixture
async def desk(go: Go, tmp_path: Path) -> AsyncIterator[Desk]:
    for name, text in {"p.go": SOURCE, "p_test.go": TEST, "go.mod": "module m/p\n\ngo 1.21\n"}.items():
        (tmp_path / name).write_text(text, "utf-8")
    processes = Processes()
    toolchain = await find_toolchain(Settings(go_path=go.path), processes)
    assert isinstance(toolchain, Toolchain)
    compiler = Watched(GoCommand(toolchain, processes))
    listener = Listener()
    session = Session(compiler=compiler, files=DiskFiles(), listener=listener, weighs=True)
    session.folders((str(tmp_path),))
    yield Desk(session, compiler, listener, tmp_path)
    await session.close()
    compiler.inner.close()
    processes.kill_all()
    assert {problem.kind for problem in listener.troubles} <= {ProblemKind.REFUSED_FLAG}


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
    assert [(job.tests, job.assembly) for job in desk.compiler.jobs[3:]] == [(False, False), (True, False)]
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
