"""The direct route answers as `go` does, takes the way through `go` where something changed that only it knows."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from goescape_lsp.adapters.dependencies import ListedDependencies
from goescape_lsp.adapters.direct import Direct
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.records import have_changed
from goescape_lsp.adapters.store import DiskStore
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.assembly import Assembly, split_assembly
from goescape_lsp.core.model import Job, ProblemKind, Run
from goescape_lsp.core.settings import Settings
from tests.adapters.conftest import Tree, commands_with, job, problems, slow_module, wait_until
from tests.conftest import Go

MODULE = """
-- go.mod --
module m

go 1.21
-- a/a.go --
package a

import (
	"fmt"

	"m/dep"
)

type T struct{ p *int }

func New(v int) *T { return &T{&v} }

func Print(t *T) { fmt.Println(t.p, dep.Keep(t.p)) }

func Deref(t *T) int { defer func() { recover() }(); return *t.p }
-- a/export_test.go --
package a

func Hidden(v *int) *int { return v }
-- a/a_test.go --
package a_test

import (
	"testing"

	"m/a"
)

func TestNew(t *testing.T) { t.Log(a.New(1), a.Hidden(new(int))) }
-- dep/dep.go --
package dep

func Keep(p *int) int { return *p }
"""

SAME_WAY = {
    "nothing": ("a/a.go", "", ""),
    "a body": ("a/a.go", "return &T{&v}", "w := v + 1; return &T{&w}"),
    "a signature": ("a/a.go", "func Deref(t *T) int", "func Deref(t *T, _ ...string) int"),
    "a comment above the imports": ("a/a.go", "package a\n", "// Package a.\npackage a // is a\n"),
    "what external tests see": (
        "a/a.go",
        "return &T{&v}",
        "x := v; sink = &x; return nil }\n\nvar sink *int\n\nfunc _() {",
    ),
    "a helper of the tests": ("a/export_test.go", "return v", "kept = v; return nil }\n\nvar kept *int\n\nfunc _() {"),
    "words of the back end": ("a/a.go", "type T", "const Text = `x\na.go:1:1: generated nil check\n`\n\ntype T"),
    "an error of types": ("a/a.go", "return &T{&v}", "return v"),
    "an error of syntax": ("a/a.go", "return &T{&v}", "return &T{"),
    "an error in the tests only": ("a/a_test.go", "a.New(1)", "a.Old(1)"),
}
THROUGH_GO = {
    "an import": ("a/a.go", '"fmt"', '"fmt"\n\t_ "os"'),
    "an import that is not there": ("a/a.go", '"fmt"', '"fmt"\n\t_ "m/none"'),
    "a build tag": ("a/export_test.go", "package a", "//go:build !linux || linux\n\npackage a"),
    "a package it is built from": ("dep/dep.go", "return *p", "kept = p; return 0 }\n\nvar kept *int\n\nfunc _() {"),
    "a new file": ("a/b.go", "", "package a\n\nfunc B() *int { return new(int) }\n"),
    "an embedded file": ("a/a.go", "type T", "//go:embed a.go\nvar text string\n\ntype T"),
    "the module": ("go.mod", "go 1.21", "go 1.22"),
    "assembly": ("a/a.s", "", "// nothing\n"),
}


class Counted(GoCommand):
    """The way through `go`, counted."""

    compiles = 0

    async def compile(self, job: Job) -> Run:
        self.compiles += 1
        return await super().compile(job)


class Desk:
    """One tree, compiled in both ways."""

    def __init__(self, toolchain: Toolchain, processes: Processes, root: Path) -> None:
        self.root = root
        self.toolchain = toolchain
        self.processes = processes
        self.go = Counted(toolchain, processes)
        self.store = DiskStore(str(root.parent / "cache"), version="1")
        self.direct = self._start()

    def restart(self) -> None:
        """Forget all that is only in memory."""
        self.direct.close()
        self.direct = self._start()

    def _start(self) -> Direct:
        return Direct(self.toolchain, self.processes, DiskFiles(), self.go, self.store)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")

    async def both(self, wanted: Job) -> tuple[Run, Run, bool]:
        """Return what both say, and whether the direct one asked `go`."""
        expected = await self.go.compile(wanted)
        before = self.go.compiles
        return expected, await self.direct.compile(wanted), self.go.compiles > before


@pytest.fixture
async def desk(go: Go, tree: Tree, processes: Processes) -> AsyncIterator[Desk]:
    made = await at_desk(go, tree, processes)
    yield made
    made.direct.close()


async def at_desk(go: Go, tree: Tree, processes: Processes) -> Desk:
    toolchain = await find_toolchain(Settings(go_path=go.path), processes)
    assert isinstance(toolchain, Toolchain)
    return Desk(toolchain, processes, tree(MODULE))


def assert_equal(expected: Run, found: Run) -> None:
    assert {item.package: item.text for item in found.compiled} == {
        item.package: item.text for item in expected.compiled
    }
    assert sorted(map(str, problems(found))) == sorted(map(str, problems(expected)))


@pytest.mark.parametrize("edit", SAME_WAY.values(), ids=SAME_WAY.keys())
async def test_an_ordinary_save_asks_go_nothing(desk: Desk, edit: tuple[str, str, str]) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*edit)
    for tests in (False, True, True):
        expected, found, has_asked = await desk.both(job(desk.root / "a", tests=tests))
        assert not has_asked
        assert_equal(expected, found)


async def test_external_tests_alone_see_what_was_edited(desk: Desk) -> None:
    (desk.root / "a/export_test.go").unlink()
    desk.edit("a/a_test.go", ", a.Hidden(new(int))", "")
    wanted = job(str(desk.root / "a"))
    await desk.direct.prepare(wanted)
    desk.edit(*SAME_WAY["what external tests see"])
    expected, found, asked = await desk.both(wanted)
    assert_equal(expected, found)
    assert not asked


@pytest.mark.parametrize("edit", THROUGH_GO.values(), ids=THROUGH_GO.keys())
async def test_what_only_go_knows_is_asked(desk: Desk, edit: tuple[str, str, str]) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*edit)
    expected, found, has_asked = await desk.both(job(desk.root / "a"))
    assert has_asked
    assert_equal(expected, found)


async def test_the_machine_code_is_the_same(desk: Desk) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*SAME_WAY["a body"])
    expected, found, has_asked = await desk.both(job(desk.root / "a", assembly=True))
    assert not has_asked
    # `go` prints all variants in one stream, in which each line's calls are kept once.
    said, seen = ([split_assembly(item.text) for item in run.compiled] for run in (expected, found))
    assert [text for text, _ in seen] == [text for text, _ in said]
    # That of the main package which `go test` generates is nobody's source.
    joined = (functools.reduce(Assembly.joined, (assembly for _, assembly in one)) for one in (said, seen))
    root = str(desk.root)
    calls = [{at: names for at, names in one.calls.items() if at[0].startswith(root)} for one in joined]
    assert calls[0] == calls[1]
    assert any("newobject" in names for names in calls[0].values())


@pytest.mark.parametrize("edit", [*SAME_WAY.values(), *THROUGH_GO.values()], ids=[*SAME_WAY, *THROUGH_GO])
async def test_what_was_learned_outlives_the_server(desk: Desk, edit: tuple[str, str, str]) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*edit)
    desk.restart()
    expected, found, has_asked = await desk.both(job(desk.root / "a"))
    assert has_asked == (edit in THROUGH_GO.values())
    assert_equal(expected, found)


async def test_another_environment_was_not_learned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    for name, value in {"GOARCH": "arm64", "GOEXPERIMENT": "noswissmap"}.items():
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            desk.restart()
            await desk.direct.compile(job(desk.root / "a", tests=False))
    desk.restart()
    assert desk.go.compiles == 2
    *_, has_asked = await desk.both(job(desk.root / "a"))
    assert not has_asked


async def test_where_the_inputs_lie_is_not_asked_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = job(desk.root / "a", tests=True)
    expected = await desk.direct.sources(wanted)
    assert expected is not None
    assert expected.dependencies == (str(desk.root / "dep"),)
    await desk.direct.prepare(wanted)
    with monkeypatch.context() as changed:
        changed.setattr(ListedDependencies, "sources", None)
        assert await desk.direct.sources(wanted) == expected
    desk.edit(*THROUGH_GO["an import"])
    assert await desk.direct.sources(wanted) == expected


STAMP, MS = 1_000_000_000_000, 1_000_000
WRITTEN = {
    "long before": (STAMP - 1000 * MS, 0, False),
    "one tick before": (STAMP - 4 * MS, 0, True),
    "meanwhile": (STAMP + 50 * MS, 0, True),
    "meanwhile, with its time put back": (STAMP - 1000 * MS, STAMP + 50 * MS, True),
    "in the future": (STAMP + 10_000 * MS, 0, False),
}


@pytest.mark.parametrize(("content_ns", "change_ns", "expected"), WRITTEN.values(), ids=WRITTEN.keys())
def test_files_written_while_go_read_them(content_ns: int, change_ns: int, expected: bool) -> None:  # noqa: FBT001
    stamps = {"/d": {"a.go": (STAMP - 5000 * MS, 0, 1, 1), "b.go": (content_ns, change_ns, 1, 2)}}
    assert have_changed(stamps, STAMP, STAMP + 100 * MS) is expected


SUM = """
-- a/sum.go --
package a

func Sum(p, q *int) int

//go:noescape
func Quiet(p *int) int

func Total(n int) int { k := n + 1; return Sum(&n, &k) + Quiet(&k) }
-- a/sum.s --
#include "textflag.h" // of Go

TEXT ·Sum(SB), NOSPLIT, $0-24
	RET

TEXT ·Quiet(SB), NOSPLIT, $0-16
	RET
"""
WITH_ASSEMBLY = {
    "as it is": ("", ("a/sum.go", "", ""), True),
    "a body of Go": ("", ("a/sum.go", "n + 1", "n + 2"), True),
    "what calls into it": ("", ("a/sum.go", "Quiet(&k)", "Quiet(new(int))"), True),
    "its own text": ("", ("a/sum.s", "RET", "NOP\n\tRET"), False),
    "left out by a constraint": (
        "-- a/sum_s390x.s --\nTEXT ·Other(SB), 4, $0-0\n\tRET\n",
        ("a/sum.go", "n + 1", "n + 2"),
        True,
    ),
    "a header of the package": ("-- a/sum.h --\n", ("a/sum.go", "n + 1", "n + 2"), False),
    "a file elsewhere": ('-- a/b.s --\n#include "/dev/null"\n', ("a/sum.go", "n + 1", "n + 2"), False),
    "a file elsewhere, in disguise": (
        '-- a/b.s --\n/* */ #include "/dev/null"\n',
        ("a/sum.go", "n + 1", "n + 2"),
        False,
    ),
}


@pytest.mark.parametrize(("more", "edit", "is_direct"), WITH_ASSEMBLY.values(), ids=WITH_ASSEMBLY.keys())
async def test_packages_with_assembly(
    desk: Desk, tree: Tree, more: str, edit: tuple[str, str, str], *, is_direct: bool
) -> None:
    tree(SUM + more)
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*edit)
    for assembly in (False, True):
        expected, found, has_asked = await desk.both(job(desk.root / "a", tests=False, assembly=assembly))
        assert has_asked != is_direct
        if not assembly:
            assert_equal(expected, found)
            assert any(b"moved to heap: n" in item.text for item in found.compiled)


@pytest.mark.parametrize(("max_bytes", "are_too_many"), [(192 * 2**20, set()), (10, {False, True})])
async def test_an_output_over_the_limit_is_a_problem_and_not_asked_for_again(
    desk: Desk, max_bytes: int, are_too_many: set[bool]
) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*SAME_WAY["a body"])
    desk.direct.max_bytes = max_bytes
    found = await desk.direct.compile(job(desk.root / "a"))
    assert desk.go.compiles == 0
    told = {item.package.variant != "": [one.kind for one in item.problems] for item in found.compiled}
    assert {is_test for is_test, kinds in told.items() if kinds == [ProblemKind.TOO_MUCH_OUTPUT]} == are_too_many
    assert all(bool(item.text) != bool(item.problems) for item in found.compiled)


async def test_preparing_again_makes_it_direct_again(desk: Desk) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    desk.edit(*THROUGH_GO["an import"])
    desk.edit(*THROUGH_GO["a package it is built from"])
    await desk.direct.prepare(job(desk.root / "a"))
    expected, found, has_asked = await desk.both(job(desk.root / "a"))
    assert not has_asked
    assert_equal(expected, found)
    assert any(b"dep.kept" in item.text or b"leaking param: t" in item.text for item in found.compiled)


async def test_unsaved_text_stands_in_for_the_file(desk: Desk) -> None:
    await desk.direct.prepare(job(desk.root / "a"))
    path = desk.root / "a" / "a.go"
    overlay = {str(path): path.read_bytes().replace(b"&T{&v}", b"&T{new(int)}")}
    expected, found, has_asked = await desk.both(job(desk.root / "a", overlay=overlay))
    assert not has_asked
    assert_equal(expected, found)
    assert any(b"new(int) escapes to heap" in item.text for item in found.compiled)
    elsewhere = {str(desk.root / "dep" / "dep.go"): b"package dep\n\nfunc Keep(p *int) int { return 1 }\n"}
    *_, has_asked = await desk.both(job(desk.root / "a", overlay=elsewhere))
    assert has_asked


@pytest.mark.parametrize("more", [{"gcflags": ("-l",)}, {"flags": ("-race",)}, {"env": {"GOFLAGS": "-race"}}], ids=str)
async def test_unusual_jobs_go_through_go(desk: Desk, more: dict[str, object]) -> None:
    wanted = job(desk.root / "a", **more)
    await desk.direct.prepare(wanted)
    assert not desk.direct.records
    before = desk.go.compiles
    await desk.direct.compile(job(desk.root / "a", **more, tests=False))
    assert desk.go.compiles == before + 1


async def test_other_compilers_answer_the_same(each_go: Go, tree: Tree, processes: Processes) -> None:
    desk = await at_desk(each_go, tree, processes)
    tree(SUM)
    await desk.direct.prepare(job(desk.root / "a"))
    edits = (SAME_WAY["nothing"], SAME_WAY["what external tests see"], SAME_WAY["words of the back end"])
    for edit in (*edits, ("a/a.go", "dep.Keep(t.p)", "dep.Keep(t)")):
        desk.edit(*edit)
        expected, found, has_asked = await desk.both(job(desk.root / "a"))
        assert not has_asked
        assert_equal(expected, found)
    desk.direct.close()


async def test_a_cancelled_compile_leaves_no_process(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "slow-direct"
    slow_module(folder, "slowdirect")
    desk.edit("go.mod", "", "")
    await desk.direct.prepare(job(folder))
    assert desk.direct.records[str(folder)].variants
    before = desk.go.compiles
    running = asyncio.create_task(desk.direct.compile(job(folder)))
    assert await asyncio.to_thread(wait_until, lambda: bool(commands_with("-p slowdirect")), 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not commands_with("-p slowdirect")
    assert desk.go.compiles == before
