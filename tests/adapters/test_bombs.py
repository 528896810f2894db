"""Packages whose explanations are too long: compiled for their verdicts alone, and nothing is said that is not sure."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.adapters.bombs import Bombs
from goescape_lsp.adapters.direct import Direct
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Finished, Processes
from goescape_lsp.adapters.store import DiskStore
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Allocation, Analysis, Cause, Finding, Lines, ProblemKind, Rule, Run
from goescape_lsp.core.ports import Store
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.unexplained import LinesSieve
from goescape_lsp.core.words import findings as words
from goescape_lsp.session.analyse import analyse
from goescape_lsp.session.flows import Flows
from goescape_lsp.session.surface import surface
from tests.adapters.conftest import Tree, job, problems
from tests.conftest import Go

# What a verdict alone can leave open: boxes of slices and strings, elements without a size, inlined and generic code.
MODULE = """
-- go.mod --
module m

go 1.21
-- a/a.go --
package a

import "fmt"

type empty struct{}

var sink []any

func Box(b []byte, n int) {
	sink = append(sink, []int{}, string(b), make([]int, n), make([]empty, n), make([]struct{}, n), 1000, "text", n)
}

func New(v int) *int { return &v }

func Twice() (*int, *int) { return New(1), New(2) }

func Of[T any](v T) *T { return &v }

func Both() { fmt.Println(*Of(1), *Of("x")) }

func Closed() func() int { n := 0; return func() int { n++; return n } }

func Free() func() int { return func() int { return 1 } }
-- a/a_test.go --
package a

import "testing"

func TestNew(t *testing.T) { t.Log(New(1)) }
-- b/b.go --
package b

func Small(v int) *int { return &v }
"""
# How many bytes one compile may explain, and the packages that are over it.
CAPS: Mapping[str, tuple[int, set[str]]] = {
    "all have room": (2**20, set()),
    "one has none": (1500, {"m/a"}),
    "none has room": (0, {"m/a", "m/b"}),
}


class Watched(Processes):
    """Starts processes and notes their commands."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[list[str]] = []

    async def run(self, *command: Any, **limits: Any) -> Finished:
        self.commands.append([*command[0]])
        return await super().run(*command, **limits)

    def asked(self) -> list[str]:
        """Return what the compilers that were started without `go` were asked, and forget it."""
        flags = [flag for one in self.commands for flag in one if flag in {"-m", "-m=2"}]
        self.commands.clear()
        return flags


@pytest.fixture
def watched() -> Iterator[Watched]:
    starter = Watched()
    yield starter
    starter.kill_all()


@pytest.fixture
async def each_toolchain(go: Go, watched: Watched) -> Toolchain:
    toolchain = await find_toolchain(Settings(go_path=go.path), watched)
    assert isinstance(toolchain, Toolchain)
    return toolchain


def brief(run: Run) -> set[str]:
    return {item.package.import_path for item in run.compiled if item.is_brief}


def sites(analysis: Analysis) -> dict[tuple[object, ...], Finding]:
    return {
        (one.file, one.span, one.verdict, one.subject, one.inlined_from): one
        for facts in analysis.files.values()
        for one in facts.findings
    }


@pytest.mark.parametrize(("most", "expected"), CAPS.values(), ids=CAPS.keys())
async def test_go_is_asked_again_for_what_explains_too_much(
    each_toolchain: Toolchain, watched: Watched, tree: Tree, most: int, expected: set[str]
) -> None:
    root = tree(MODULE)
    go = GoCommand(each_toolchain, watched)
    go.bombs, go.is_patient = Bombs(most), False
    for _ in range(2):
        watched.commands.clear()
        run = await go.compile(job(root, "./..."))
        assert brief(run) == expected
        assert not run.problems
        assert {b"moved to heap: v" in item.text for item in run.compiled} == {True}
        for item in run.compiled:
            assert (b"  flow: " in item.text) != item.is_brief
    assert len(watched.commands) == 1, "the second time it is known"
    go.close()


async def test_a_patient_one_reads_all_that_has_room(each_toolchain: Toolchain, watched: Watched, tree: Tree) -> None:
    root = tree(MODULE)
    for max_bytes, expected in ((2**24, set[str]()), (20_000, {"m/a"})):
        go = GoCommand(each_toolchain, watched, max_bytes=max_bytes)
        go.bombs = Bombs(1500)
        assert brief(await go.compile(job(root, "./..."))) == expected
        go.close()


async def test_the_compiler_is_ended_and_asked_for_less(
    each_toolchain: Toolchain, watched: Watched, tree: Tree
) -> None:
    root = tree(MODULE)
    go = GoCommand(each_toolchain, watched)
    go.bombs = Bombs(1500)
    direct = Direct(each_toolchain, watched, DiskFiles(), go)
    await direct.prepare(job(root / "a"))
    for expected in (["-m=2", "-m", "-m"], ["-m", "-m"]):
        watched.asked()
        source = root / "a" / "a.go"
        source.write_text(
            f"{source.read_text('utf-8')}\nfunc More() *int {{ return new(int) }}\n".replace(
                "More", f"F{len(expected)}"
            )
        )
        run = await direct.compile(job(root / "a"))
        assert watched.asked() == expected, "the package, once more, and its tests"
        assert all(item.is_brief and not item.problems for item in run.compiled)
        said = await go.compile(job(root / "a"))
        assert [(one.package, sorted(one.text.split(b"\n")), one.is_brief) for one in run.compiled] == [
            (one.package, sorted(one.text.split(b"\n")), one.is_brief) for one in said.compiled
        ]
    direct.close()


def remembering(toolchain: Toolchain, store: Store, most: int = 1500) -> Bombs:
    return Bombs(most, about=toolchain, store=store)


async def first_asked(toolchain: Toolchain, watched: Watched, root: Path, store: Store, most: int = 1500) -> list[str]:
    """Return what a server that has just been started asks the compiler about package m/a."""
    go = GoCommand(toolchain, watched)
    go.bombs = remembering(toolchain, store, most)
    direct = Direct(toolchain, watched, DiskFiles(), go, store)
    with contextlib.closing(direct):
        await direct.prepare(job(root / "a"))
        watched.asked()
        run = await direct.compile(job(root / "a", tests=False))
        assert not problems(run)
        return watched.asked()


async def test_the_next_server_knows_them(each_toolchain: Toolchain, watched: Watched, tree: Tree) -> None:
    root = tree(MODULE)
    store = DiskStore(str(root.parent / "cache"), version="1")
    assert await first_asked(each_toolchain, watched, root, store) == ["-m=2", "-m"]
    assert await first_asked(each_toolchain, watched, root, store) == ["-m"]
    assert await first_asked(each_toolchain, watched, root, store, most=1501) == ["-m=2", "-m"], "another limit"


async def test_go_is_told_of_them_after_a_restart(found: Toolchain, watched: Watched, tree: Tree) -> None:
    root = tree(MODULE)
    store = DiskStore(str(root.parent / "cache"), version="1")
    for builds in (2, 1):
        go = GoCommand(found, watched)
        go.bombs, go.is_patient = remembering(found, store), False
        watched.commands.clear()
        assert brief(await go.compile(job(root, "./..."))) == {"m/a"}
        assert len(watched.commands) == builds
        go.close()


# What another server finds: who asks, after how many days, and whether it is known.
REMEMBERED: Mapping[str, tuple[Mapping[str, str], str, float, bool]] = {
    "the same": ({}, "/m", 0, True),
    "six days later": ({}, "/m", 6, True),
    "so much later that it may have got smaller": ({}, "/m", 8, False),
    "a clock that was set back": ({}, "/m", -8, False),
    "another Go": ({"version": "go1.0"}, "/m", 0, False),
    "another target": ({"target": "plan9/arm"}, "/m", 0, False),
    "another module": ({}, "/n", 0, False),
}


@pytest.mark.parametrize(("other", "root", "days", "is_known"), REMEMBERED.values(), ids=REMEMBERED.keys())
async def test_how_long_and_for_whom_they_are_known(
    tmp_path: Path,
    found: Toolchain,
    other: Mapping[str, str],
    root: str,
    days: float,
    is_known: bool,  # noqa: FBT001
) -> None:
    store = DiskStore(str(tmp_path), version="1")
    await remembering(found, store).add("/m", "m/a")
    now = time.time() + days * 86400
    later = Bombs(1500, about=replace(found, **other), store=store, clock=lambda: now)
    assert await later.of(root) == (frozenset({"m/a"}) if is_known else frozenset())
    # One that is still too long is known again for as long.
    await later.add(root, "m/a")
    assert await later.of(root) == {"m/a"}


async def test_what_other_servers_note_meanwhile_stays(tmp_path: Path, found: Toolchain) -> None:
    store = DiskStore(str(tmp_path), version="1")
    one, other = remembering(found, store), remembering(found, store)
    for each in (one, other):
        assert await each.of("/m") == frozenset()
    await one.add("/m", "m/a")
    await other.add("/m", "m/b")
    assert await other.of("/m") == {"m/a", "m/b"}
    assert await remembering(found, store).of("/m") == {"m/a", "m/b"}


def _note(folder: str, about: Toolchain, own: int) -> None:
    async def note() -> None:
        for turn in range(60):
            bombs = remembering(about, DiskStore(folder, version="1"))
            assert {name.partition("/")[0] for name in await bombs.of("/m")} <= {"m"}
            await bombs.add("/m", f"m/{own}/{turn % 5}")

    asyncio.run(note())


async def test_several_servers_at_once(tmp_path: Path, found: Toolchain) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_note, args=(str(tmp_path), found, own)) for own in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    # One that was lost is noted again when it prints too much again; none is made up.
    known = await remembering(found, DiskStore(str(tmp_path), version="1")).of("/m")
    assert any(f"m/{own}/4" in known for own in range(3)), "the last note of the last server"
    assert known <= {f"m/{own}/{turn}" for own in range(3) for turn in range(5)}


@pytest.mark.parametrize("content", [b"", b"\x81\xa1", b"\xff" * 40, b"\x81\xa3m/a\xa3now", b"\x91" * 2000])
async def test_a_foreign_note_is_no_note(tmp_path: Path, found: Toolchain, content: bytes) -> None:
    class Foreign(DiskStore):
        def load(self, key: str) -> bytes | None:
            return content if super().load(key) is None else super().load(key)

    bombs = remembering(found, Foreign(str(tmp_path), version="1"))
    assert await bombs.of("/m") == frozenset()
    await bombs.add("/m", "m/a")
    assert await remembering(found, DiskStore(str(tmp_path), version="1")).of("/m") == {"m/a"}


async def test_verdicts_are_the_same_and_no_more_is_said_of_allocation_than_is_sure(
    each_toolchain: Toolchain, watched: Watched, tree: Tree
) -> None:
    root = tree(MODULE)
    told = []
    for most in (2**20, 0):
        go = GoCommand(each_toolchain, watched)
        go.bombs, go.is_patient = Bombs(most), False
        analysis = analyse(await go.compile(job(root, "./...")), DiskFiles().read, each_toolchain.version)
        assert analysis.unknown == ()
        assert {one.kind for one in analysis.problems} == ({ProblemKind.UNEXPLAINED} if most == 0 else set())
        told.append(sites(analysis))
        go.close()
    full, alone = told
    assert full.keys() == alone.keys()
    for key, one in alone.items():
        assert {one.allocation, full[key].allocation} != {Allocation.ALLOCATES, Allocation.DOES_NOT_ALLOCATE}, one
        if one.is_heap:
            assert (one.cause, one.rule, one.flow) == (Cause.NOT_ASKED, Rule.UNEXPLAINED, ())
            assert words.message(one, "en").endswith((" escapes to the heap", " moved to heap"))
            assert words.message(one, "zh-cn").endswith(("逃逸到堆上", "被移到堆上"))
    assert any(full[key].allocation is not one.allocation for key, one in alone.items()), "nothing was left open"


async def test_those_that_import_it_see_every_change(found: Toolchain, watched: Watched, tree: Tree) -> None:
    root = tree(MODULE)
    go = GoCommand(found, watched)
    go.bombs, go.is_patient = Bombs(0), False
    seen = []
    for body in ("return &v", "w := v; return &w"):
        path = root / "b" / "b.go"
        path.write_text(f"package b\n\nfunc Small(v int) *int {{ {body} }}\n", "utf-8")
        run = await go.compile(job(root / "b"))
        seen.append(surface(run, analyse(run, DiskFiles().read, found.version).files))
    assert seen[0] != seen[1]
    go.close()


@pytest.mark.parametrize("is_direct", [False, True])
async def test_the_cause_of_each_finding_can_be_asked_for(
    each_toolchain: Toolchain, watched: Watched, tree: Tree, *, is_direct: bool
) -> None:
    root = tree(MODULE)
    go = GoCommand(each_toolchain, watched)
    read, version = DiskFiles().read, each_toolchain.version
    full = sites(analyse(await go.compile(job(root / "a")), read, version))
    go.bombs, go.is_patient = Bombs(0), False
    compiler = Direct(each_toolchain, watched, DiskFiles(), go) if is_direct else go
    await compiler.prepare(job(root / "a"))
    analysis = analyse(await compiler.compile(job(root / "a")), read, version)
    flows = Flows(lambda: compiler, lambda: version, DiskFiles())
    watched.commands.clear()
    asked = {key: one for key, one in sites(analysis).items() if one.is_heap}
    for key, one in asked.items():
        facts = analysis.files[one.file]
        await flows.ask(one, facts, job(root / "a"))
        assert not flows.is_due(one, facts)
        assert not flows.is_asking(one, facts)
        told = flows.explained(one)
        assert _reasons(told) == _reasons(full[key])
        assert told.allocation is one.allocation
    functions = {one.function for one in asked.values()}
    started = [command for command in watched.commands if "list" in command or "-p" in command]
    assert len(started) <= len(functions) * (2 if is_direct else 1), "a function is asked about once"
    flows.forget(str(root / "a"))
    assert all(flows.explained(one) == one for one in asked.values())
    compiler.close()


def _reasons(finding: Finding) -> tuple[object, ...]:
    return (finding.cause, finding.rule, finding.flow, finding.lines, finding.callee, finding.keeper)


LINES = [
    (b"a.go:3:1: x escapes to heap:\n", True),
    (b"./a.go:4:1:   flow: x\n", True),
    (b"/m/a.go:4:1:     from x (return) at /m/a.go:9:1\n", True),
    (b"/m/a.go:9:1:     from x (return) at /m/a.go:4:1\n", False),
    (b"/m/a.go:5: x\n", True),
    (b"a.go:2:1: before\n", False),
    (b"a.go:6:1: after\n", False),
    (b"aa.go:4:1: another file\n", False),
    (b"b.go:4:1: names a.go:4:1: too\n", False),
    (b"b.go:9:6: cannot inline f: no function body\n", True),
    (b"b.go:9:6: inlining call to f\n", True),
    (b"b.go:9:6: generated nil check\n", True),
    (b"# m/a\n", True),
]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_only_some_lines_are_kept(size: int) -> None:
    text = b"".join(line for line, _ in LINES)
    sieve = LinesSieve(Lines("/m/a.go", 3, 5))
    kept = b"".join(sieve.feed(text[start : start + size]) for start in range(0, len(text), size)) + sieve.close()
    assert kept == b"".join(line for line, is_kept in LINES if is_kept)
