"""The first look at a workspace, and what is there at once when it is opened again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import pytest

from goescape_lsp.adapters.folded import Folded, Folder
from goescape_lsp.core.model import FileFacts, Job
from goescape_lsp.core.settings import Settings
from goescape_lsp.session import session as module
from goescape_lsp.session.session import Fold, Session
from tests.session.fakes import GatedCompiler, MemoryFiles, MemoryShelf, MemoryTree, Notes, analyse

A, B, C, OUTSIDE = "/m/a/a.go", "/m/b/b.go", "/m/c/c.go", "/other/o.go"


def _as_it_is(files: Mapping[str, FileFacts]) -> Mapping[str, FileFacts]:
    return files


@dataclass
class Machine:
    """A disk that sessions come and go on."""

    files: MemoryFiles = field(default_factory=MemoryFiles)
    shelf: MemoryShelf = field(init=False)
    compiler: GatedCompiler = field(init=False)
    sessions: list[Session] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        self.shelf = MemoryShelf(self.files)
        self.compiler = GatedCompiler(self.files)

    def start(self, settings: Settings | None = None, *, gated: bool = False, fold: Fold = _as_it_is) -> Session:
        self.compiler, self.notes = GatedCompiler(self.files, gated=gated), Notes()
        session = Session(
            compiler=self.compiler,
            files=self.files,
            listener=self.notes,
            analyse=analyse,
            settings=settings,
            weighs=True,
            tree=MemoryTree(self.files),
            fold=fold,
        )
        self.sessions.append(session)
        session.folders(("/m",))
        return session

    def found_go(self, session: Session) -> None:
        session.toolchain_changed(self.compiler, "go1.26", self.shelf)

    async def analysed(self, settings: Settings | None = None) -> Session:
        session = self.start(settings)
        self.found_go(session)
        await session.settled()
        return session

    @property
    def compiled(self) -> list[str]:
        return [job.directory for job in self.compiler.jobs]


@pytest.fixture
async def machine(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Machine]:
    for name in ("_SAVE_WAIT_S", "_TYPE_WAIT_S", "_ASSEMBLY_WAIT_S"):
        monkeypatch.setattr(module, name, 0.0)
    machine = Machine()
    machine.files.contents.update({path: path.encode() for path in (A, B, C, OUTSIDE)})
    yield machine
    for session in machine.sessions:
        await session.close()


async def until_compiling(machine: Machine, directory: str) -> None:
    async with asyncio.timeout(5):
        while not machine.compiler.gates.get(directory):
            await asyncio.sleep(0)


def name(session: Session, path: str) -> str | None:
    facts = session.snapshot.facts(path)
    return facts.functions[0].name.removesuffix("go1.26") if facts else None


async def test_every_package_of_the_workspace_is_looked_at_once(machine: Machine) -> None:
    session = await machine.analysed()
    assert machine.compiled == ["/m/a", "/m/b", "/m/c"]
    assert machine.compiler.prepared == ["/m/a", "/m/b", "/m/c"]
    assert all(job.assembly and job.tests for job in machine.compiler.jobs)
    assert [name(session, path) for path in (A, B, C, OUTSIDE)] == [A, B, C, None]
    assert machine.notes.published_paths == [(A,), (B,), (C,)]
    assert machine.notes.events == ["looked 0/3", "looked 1/3", "looked 2/3", "looked 3/3"]


async def test_open_packages_come_first(machine: Machine) -> None:
    session = machine.start()
    session.opened(C, C.encode())
    machine.found_go(session)
    await session.settled()
    assert machine.compiled == ["/m/c", "/m/c", "/m/c", "/m/a", "/m/b"]


@pytest.mark.parametrize("settings", [Settings(workspace=False), Settings(run="manual")])
async def test_nothing_is_looked_at_where_nobody_wants_it(machine: Machine, settings: Settings) -> None:
    await machine.analysed(settings)
    assert machine.compiled == []


async def test_the_setting_can_be_turned_on_and_off(machine: Machine) -> None:
    session = await machine.analysed(Settings(workspace=False))
    session.configured(Settings())
    await session.settled()
    assert machine.compiled == ["/m/a", "/m/b", "/m/c"]
    session.configured(Settings(workspace=False))
    await session.settled()
    assert name(session, A) == A


async def test_a_save_goes_first_and_the_look_begins_again(machine: Machine) -> None:
    session = machine.start(gated=True)
    machine.found_go(session)
    await until_compiling(machine, "/m/a")
    session.opened(C, C.encode())
    await until_compiling(machine, "/m/c")
    assert machine.compiler.cancelled == ["/m/a"]
    machine.compiler.gated = False
    machine.compiler.open("/m/c")
    await session.settled()
    assert machine.compiled == ["/m/a", "/m/c", "/m/c", "/m/c", "/m/a", "/m/b"]
    assert [name(session, path) for path in (A, B, C)] == [A, B, C]


async def test_closing_ends_the_look(machine: Machine) -> None:
    session = machine.start(gated=True)
    machine.found_go(session)
    await until_compiling(machine, "/m/a")
    await session.close()
    assert machine.compiler.cancelled == ["/m/a"]
    assert machine.compiled == ["/m/a"]


async def test_a_file_that_changes_while_it_is_looked_at(machine: Machine) -> None:
    session = machine.start(gated=True)
    machine.found_go(session)
    await until_compiling(machine, "/m/a")
    machine.files.contents[A] = b"new"
    session.changed_outside((A,))
    machine.compiler.gated = False
    await session.settled()
    assert name(session, A) == "new"
    assert machine.compiler.cancelled == ["/m/a"]


async def test_closed_dependants_are_looked_at_again(machine: Machine) -> None:
    machine.files.contents[B] = b"imports /m/a"
    session = await machine.analysed()
    session.opened(A, A.encode())
    await session.settled()
    machine.compiler.jobs.clear()
    machine.files.contents[A] = b"new"
    session.saved(A)
    await session.settled()
    assert machine.compiled == ["/m/a"] * 4 + ["/m/b"]


@pytest.mark.parametrize("change", ["go.mod", "settings", "toolchain"])
async def test_what_was_built_from_something_else_goes(machine: Machine, change: str) -> None:
    session = await machine.analysed()
    machine.compiler.gated = True
    machine.shelf.kept.clear()
    if change == "go.mod":
        machine.files.contents["/m/go.mod"] = b"new"
        session.changed_outside(("/m/go.mod",))
    elif change == "settings":
        session.configured(Settings(go_gcflags=("-l",)))
    else:
        machine.found_go(session)
    assert [name(session, path) for path in (A, B, C)] == [None] * 3
    machine.compiler.gated = False
    await session.settled()
    assert [name(session, path) for path in (A, B, C)] == [A, B, C]


async def test_opening_again_shows_everything_and_compiles_nothing(machine: Machine) -> None:
    first = await machine.analysed()
    again = machine.start(gated=True)
    again.opened(A, A.encode())
    async with asyncio.timeout(5):
        while "started /m/a" not in machine.notes.events:
            await asyncio.sleep(0)
    machine.found_go(again)
    await again.settled()
    assert [job for job in machine.compiler.jobs if job.assembly] == []
    for path in (A, B, C):
        assert again.snapshot.facts(path) == first.snapshot.facts(path)
    assert machine.notes.published_paths[0] == (A,)
    assert "finished /m/a" in machine.notes.events


async def test_only_what_changed_meanwhile_is_compiled(machine: Machine) -> None:
    await machine.analysed()
    machine.files.contents[B] = b"new"
    again = await machine.analysed()
    assert machine.compiled == ["/m/b"]
    assert [name(again, path) for path in (A, B, C)] == [A, "new", C]


async def test_a_new_open_file_is_not_covered_by_what_was_kept(machine: Machine) -> None:
    await machine.analysed()
    machine.files.contents["/m/a/ignored.go"] = b"ignored"
    kept = machine.shelf.kept["/m/a"]
    again = machine.start()
    machine.shelf.kept["/m/a"] = (machine.shelf._inputs(JOB), kept[1])
    again.opened("/m/a/ignored.go", b"ignored")
    machine.found_go(again)
    await again.settled()
    assert "/m/a" in machine.compiled


JOB = Job("/m/a", (".",), assembly=True)


async def test_an_edited_buffer_gets_what_was_kept_moved_along(machine: Machine) -> None:
    await machine.analysed()
    again = machine.start()
    again.opened(A, b"unsaved")
    machine.found_go(again)
    await again.settled()
    assert machine.compiled == []
    assert again.snapshot.facts(A) is not None
    facts = again.facts(A)
    assert facts is not None
    assert facts.content == b"unsaved"


async def test_a_package_that_does_not_compile_is_not_kept(machine: Machine) -> None:
    machine.files.contents[A] = b"bad"
    await machine.analysed()
    assert sorted(machine.shelf.kept) == ["/m/b", "/m/c"]


async def test_after_a_save_what_was_kept_is_not_taken(machine: Machine) -> None:
    await machine.analysed()
    again = machine.start()
    machine.found_go(again)
    machine.files.contents[A] = b"new"
    again.opened(A, b"new")
    again.saved(A)
    await again.settled()
    assert name(again, A) == "new"
    assert machine.compiled == ["/m/a", "/m/a", "/m/a"]


async def test_facts_of_closed_files_are_folded(machine: Machine) -> None:
    folder = Folder()
    session = machine.start(fold=folder.fold)
    machine.found_go(session)
    await session.settled()
    assert all(isinstance(state.files, Folded) for state in session.snapshot.packages.values())
    session.opened(A, A.encode())
    assert session.facts(A) is session.facts(A)
    assert not isinstance(session.snapshot.packages["/m/a"].files, Folded)
    await session.settled()
    assert not isinstance(session.snapshot.packages["/m/a"].files, Folded)
    session.closed(A)
    assert isinstance(session.snapshot.packages["/m/a"].files, Folded)
    assert [name(session, path) for path in (A, B, C)] == [A, B, C]
