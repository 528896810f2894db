"""From events to a snapshot: what is run, what is kept, what is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from goescape_lsp.core.model import ProblemKind, Run
from goescape_lsp.core.settings import Settings
from goescape_lsp.session import session as module
from goescape_lsp.session.session import Session
from tests.session.fakes import GatedCompiler, MemoryFiles, Notes, analyse

A, A2, B = "/m/a/a.go", "/m/a/a2.go", "/m/b/b.go"


@dataclass
class World:
    files: MemoryFiles
    compiler: GatedCompiler
    notes: Notes
    session: Session

    def name(self, path: str) -> str | None:
        """Return what the session knows of a file: the text that was analysed."""
        facts = self.session.snapshot.facts(path)
        return facts.functions[0].name if facts else None

    async def open(self, path: str, text: str) -> None:
        self.files.contents[path] = text.encode()
        self.session.opened(path, text.encode())
        await self.session.settled()

    async def save(self, path: str, text: str) -> None:
        self.files.contents[path] = text.encode()
        self.session.saved(path, text.encode())
        await self.session.settled()


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(module, "_SAVE_WAIT_S", 0.0)
    monkeypatch.setattr(module, "_TYPE_WAIT_S", 0.0)
    files, notes = MemoryFiles(), Notes()
    compiler = GatedCompiler(files)
    session = Session(compiler=compiler, files=files, listener=notes, analyse=analyse, at_once=2)
    session.folders(("/m",))
    yield World(files, compiler, notes, session)
    await session.close()


async def until_running(world: World, directory: str) -> None:
    async with asyncio.timeout(5):
        while not world.compiler.gates.get(directory):
            await asyncio.sleep(0)


async def test_opening_analyses_only_the_package_of_the_file(world: World) -> None:
    world.files.contents[B] = b"closed"
    await world.open(A, "one")
    assert world.name(A) == "one"
    assert [job.directory for job in world.compiler.jobs] == ["/m/a"]
    assert world.notes.published_paths == [(A,)]
    assert world.notes.events == ["started /m/a", "finished /m/a"]


async def test_saving_again_without_a_change_publishes_nothing(world: World) -> None:
    await world.open(A, "one")
    await world.save(A, "one")
    assert len(world.compiler.jobs) == 2
    assert world.notes.published_paths == [(A,)]


async def test_a_newer_save_kills_the_older_run(world: World) -> None:
    await world.open(A, "one")
    world.compiler.gated = True
    for text in (b"two", b"three"):
        world.files.contents[A] = text
        world.session.saved(A)
        await until_running(world, "/m/a")
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        while not world.compiler.cancelled:
            await asyncio.sleep(0)
    await until_running(world, "/m/a")
    world.compiler.open("/m/a")
    await world.session.settled()
    assert world.compiler.cancelled == ["/m/a"]
    assert world.name(A) == "three"
    assert world.notes.published_paths == [(A,), (A,)]
    assert world.notes.events.count("finished /m/a") == 2


async def test_a_burst_of_saves_is_one_run(world: World) -> None:
    await world.open(A, "0")
    for number in range(1, 20):
        world.files.contents[A] = str(number).encode()
        world.session.saved(A)
    await world.session.settled()
    assert len(world.compiler.jobs) == 2
    assert world.name(A) == "19"


async def test_a_file_that_changes_while_it_is_compiled_is_compiled_again(world: World) -> None:
    """Positions belong to the text that was compiled: here nobody could say which one that was."""
    await world.open(A, "one")
    world.compiler.gated = True
    world.session.saved(A)
    await until_running(world, "/m/a")
    world.files.contents[A] = b"two"
    world.compiler.gated = False
    world.compiler.open("/m/a")
    await world.session.settled()
    assert world.name(A) == "two"
    assert world.notes.published_paths == [(A,), (A,)]


async def test_broken_code_keeps_the_last_facts_and_is_told_once(world: World) -> None:
    await world.open(A, "one")
    for text in ("bad 1", "bad 2", "bad 3"):
        await world.save(A, text)
        assert world.name(A) == "one"
        assert world.session.snapshot.is_stale(A)
    assert [problem.kind for problem in world.notes.problems] == [ProblemKind.COMPILE_ERROR]
    await world.save(A, "four")
    assert world.name(A) == "four"
    assert not world.session.snapshot.is_stale(A)
    assert world.session.snapshot.problems() == ()
    await world.save(A, "bad 5")
    assert len(world.notes.problems) == 2


async def test_staleness_alone_is_published_too(world: World) -> None:
    await world.open(A, "one")
    await world.save(A, "bad")
    assert world.notes.published_paths == [(A,), (A,)]


async def test_a_run_that_lists_nothing_keeps_everything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.open(A, "one")
    broken = Run((), (module.Problem(ProblemKind.BROKEN_MODULE, message="go.mod:5"),))

    async def compile_(_: object) -> Run:
        return broken

    monkeypatch.setattr(world.compiler, "compile", compile_)
    await world.save(A, "two")
    assert world.name(A) == "one"
    assert world.session.snapshot.is_stale(A)
    assert [problem.kind for problem in world.notes.problems] == [ProblemKind.BROKEN_MODULE]


async def test_dependants_that_are_open_are_run_after_a_save(world: World) -> None:
    await world.open(A, "one")
    await world.open(B, "uses /m/a")
    world.compiler.jobs.clear()
    await world.save(A, "two")
    assert [job.directory for job in world.compiler.jobs] == ["/m/a", "/m/b"]
    world.compiler.jobs.clear()
    await world.save(A, "bad")
    assert [job.directory for job in world.compiler.jobs] == ["/m/a"]
    world.session.closed(B)
    world.compiler.jobs.clear()
    await world.save(A, "three")
    assert [job.directory for job in world.compiler.jobs] == ["/m/a"]


async def test_an_overtaken_save_still_owes_its_dependants(world: World) -> None:
    await world.open(A, "one")
    await world.open(B, "uses /m/a")
    world.compiler.jobs.clear()
    world.files.contents[A] = b"two"
    world.session.saved(A)
    world.session.opened(A2, b"x")
    world.files.contents[A2] = b"x"
    await world.session.settled()
    assert [job.directory for job in world.compiler.jobs] == ["/m/a", "/m/b"]


async def test_changes_from_outside(world: World) -> None:
    await world.open(A, "one")
    world.files.contents[A] = b"checked out"
    world.session.changed_outside((A,))
    await world.session.settled()
    assert world.name(A) == "checked out"
    runs = len(world.compiler.jobs)
    world.session.changed_outside((A,))  # the watcher's echo
    await world.session.settled()
    assert len(world.compiler.jobs) == runs
    world.session.changed_outside(("/m/go.mod",))
    await world.session.settled()
    assert len(world.compiler.jobs) == runs + 1
    # A closed package of the same module: what is open may be built from it.
    world.files.contents["/m/closed/c.go"] = b"new"
    world.session.changed_outside(("/m/closed/c.go",))
    await world.session.settled()
    assert [job.directory for job in world.compiler.jobs[runs + 1 :]] == ["/m/a"]


async def test_the_echo_of_a_save_does_not_restart_its_run(world: World) -> None:
    await world.open(A, "one")
    world.compiler.gated = True
    world.files.contents[A] = b"two"
    world.session.saved(A)
    await until_running(world, "/m/a")
    world.session.changed_outside((A,))
    await asyncio.sleep(0.01)
    assert world.compiler.cancelled == []
    world.compiler.open("/m/a")
    await world.session.settled()
    assert world.name(A) == "two"


async def test_a_deleted_file_is_cleared_at_once(world: World) -> None:
    world.files.contents[A2] = b"two"
    await world.open(A, "one")
    del world.files.contents[A2]
    world.compiler.gated = True
    world.session.changed_outside((A2,))
    assert world.session.snapshot.facts(A2) is None
    assert world.notes.published_paths[-1] == (A2,)
    await until_running(world, "/m/a")
    world.compiler.open("/m/a")
    await world.session.settled()
    assert world.session.snapshot.facts(A2) is None
    assert world.name(A) == "one"


async def test_the_last_file_of_a_package(world: World) -> None:
    await world.open(A, "one")
    del world.files.contents[A]
    world.session.closed(A)
    world.session.changed_outside((A,))
    await world.session.settled()
    assert world.session.snapshot.packages == {}


async def test_a_file_that_is_not_built_is_told_once(world: World) -> None:
    await world.open(A, "one")
    await world.open(A2, "ignored")
    await world.save(A2, "ignored again")
    assert [(problem.kind, problem.file) for problem in world.notes.problems] == [(ProblemKind.NOT_BUILT, A2)]
    assert world.name(A) == "one"
    assert world.session.snapshot.facts(A2) is None


async def test_outside_a_module_each_open_file_is_a_package(world: World) -> None:
    world.compiler.without_module.add("/m/a")
    world.files.contents[A2] = b"other"
    await world.open(A, "one")
    assert world.name(A) == "one"
    assert world.session.snapshot.facts(A2) is None
    assert world.notes.problems == []
    assert [job.patterns for job in world.compiler.jobs] == [(".",), (A,)]


async def test_only_open_files_and_the_workspace_are_published(world: World) -> None:
    world.files.contents["/elsewhere/b.go"] = b"b"
    await world.open("/elsewhere/a.go", "a")
    assert world.name("/elsewhere/a.go") == "a"
    assert world.session.snapshot.facts("/elsewhere/b.go") is None
    world.session.closed("/elsewhere/a.go")
    assert world.session.snapshot.packages == {}
    assert world.notes.published_paths[-1] == ("/elsewhere/a.go",)


async def test_a_folder_that_is_removed_takes_its_facts_along(world: World) -> None:
    await world.open(A, "one")
    await world.open(B, "two")
    world.session.closed(B)
    assert world.name(B) == "two"
    world.session.folders(("/other",))
    assert world.name(A) == "one"
    assert world.session.snapshot.facts(B) is None


async def test_manual(world: World) -> None:
    world.session.configured(Settings(run="manual"))
    await world.open(A, "one")
    await world.save(A, "two")
    assert world.compiler.jobs == []
    world.session.run_now(A)
    await world.session.settled()
    assert world.name(A) == "two"


async def test_on_type_compiles_the_unsaved_text(world: World) -> None:
    world.session.configured(Settings(run="onType"))
    await world.open(A, "one")
    assert dict(world.compiler.jobs[-1].overlay) == {}
    world.session.edited(A, b"typed")
    await world.session.settled()
    assert dict(world.compiler.jobs[-1].overlay) == {A: b"typed"}
    assert world.name(A) == "typed"
    world.session.closed(A)
    await world.session.settled()
    assert world.name(A) == "one"


async def test_on_save_typing_runs_nothing_and_moves_what_is_known(world: World) -> None:
    await world.open(A, "one")
    world.session.edited(A, b"\none")
    await world.session.settled()
    assert len(world.compiler.jobs) == 1
    moved = world.session.facts(A)
    assert moved is not None
    assert moved.content == b"\none"
    assert moved.functions[0].name_span.line == 2
    assert world.session.facts(A) is moved
    assert world.session.text(A) == b"\none"


async def test_settings_run_again_only_what_they_change(world: World) -> None:
    await world.open(A, "one")
    world.session.configured(Settings(show="all"))
    await world.session.settled()
    assert len(world.compiler.jobs) == 1
    assert world.notes.published_paths == [(A,), (A,)]
    world.session.configured(Settings(show="all", go_gcflags=("-l",), go_env={"GOOS": "plan9"}, tests=False))
    await world.session.settled()
    job = world.compiler.jobs[-1]
    assert (len(world.compiler.jobs), job.gcflags, dict(job.env), job.tests) == (2, ("-l",), {"GOOS": "plan9"}, False)


async def test_another_toolchain(world: World) -> None:
    await world.open(A, "one")
    world.session.toolchain_changed(GatedCompiler(world.files), " go1.99")
    await world.session.settled()
    assert world.name(A) == "one go1.99"


async def test_a_fault_of_our_own_is_told_and_does_not_stop_the_session(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> object:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(world.session, "_analyse", fail)
    await world.open(A, "one")
    assert [problem.message for problem in world.notes.problems] == ["ZeroDivisionError: ours"]
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.setattr(world.session, "_analyse", analyse)
    await world.save(A, "two")
    assert world.name(A) == "two"


async def test_not_more_compiles_at_once_than_allowed(world: World) -> None:
    world.compiler.gated = True
    directories = [f"/m/p{number}" for number in range(6)]
    for directory in directories:
        world.files.contents[f"{directory}/a.go"] = b"one"
        world.session.opened(f"{directory}/a.go", b"one")
    for _ in range(50):
        await asyncio.sleep(0)
    world.compiler.gated = False
    for directory in directories:
        world.compiler.open(directory)
    await world.session.settled()
    assert world.compiler.most_at_once == 2
    assert len(world.session.snapshot.packages) == 6


async def test_close_kills_what_runs(world: World) -> None:
    world.compiler.gated = True
    world.files.contents[A] = b"one"
    world.session.opened(A, b"one")
    await until_running(world, "/m/a")
    await world.session.close()
    assert world.compiler.cancelled == ["/m/a"]
