"""An answer is kept with all that it was built from, asked of the real `go`, and given back only for the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from goescape_lsp.adapters import shelf as module
from goescape_lsp.adapters.dependencies import ListedDependencies
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.inputs import Sources
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.shelf import DiskShelf
from goescape_lsp.adapters.store import DiskStore
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import FileFacts, Job
from goescape_lsp.core.stored import Stored

MODULE = """\
-- w/go.mod --
module m

go 1.21

require x v1.0.0

replace x => ../x
-- w/p/p.go --
package p

import _ "embed"
import _ "x"

//go:embed shown
var Shown string
-- w/p/shown --
words
-- w/p/p_test.go --
package p

import _ "m/q"
-- w/q/q.go --
package q

import _ "fmt"
-- w/unused/u.go --
package unused
-- x/go.mod --
module x
-- x/x.go --
package x
-- x/data/y.go --
package y
"""
Make = Callable[[Toolchain], DiskShelf]


@pytest.fixture
def root(tree: Callable[[str], Path]) -> Path:
    return tree(MODULE)


@pytest.fixture
def make(tmp_path: Path, processes: Processes) -> Make:
    def shelf(toolchain: Toolchain) -> DiskShelf:
        store = DiskStore(str(tmp_path / "cache"), version="1")
        return DiskShelf(store, toolchain, ListedDependencies(toolchain, processes), DiskFiles())

    return shelf


def job(root: Path) -> Job:
    return Job(str(root / "w/p"), (".",), assembly=True)


def answer(root: Path) -> Stored:
    paths = [str(root / "w/p" / name) for name in ("p.go", "p_test.go")]
    return Stored({path: FileFacts(path, Path(path).read_bytes(), ()) for path in paths})


async def keep(shelf: DiskShelf, root: Path) -> None:
    sighting = await shelf.look(job(root))
    assert sighting is not None
    await shelf.keep(job(root), sighting, answer(root))


async def test_go_tells_what_can_change(found: Toolchain, processes: Processes, root: Path) -> None:
    sources = await ListedDependencies(found, processes).sources(job(root))
    assert sources == Sources(str(root / "w/p"), (str(root / "x"), str(root / "w/q")), (str(root / "w/p/shown"),))
    without_tests = await ListedDependencies(found, processes).sources(replace(job(root), tests=False))
    assert without_tests is not None
    assert without_tests.dependencies == (str(root / "x"),)


async def test_what_is_kept_comes_back_in_another_process(found: Toolchain, make: Make, root: Path) -> None:
    assert await make(found).take(job(root)) is None
    await keep(make(found), root)
    assert await make(found).take(job(root)) == answer(root)


@pytest.mark.parametrize("name", ["w/p/p.go", "w/p/shown", "w/q/q.go", "x/x.go", "w/go.mod", "w/p/new.go", "go.work"])
async def test_it_does_not_come_back_after_a_change(found: Toolchain, make: Make, root: Path, name: str) -> None:
    await keep(make(found), root)
    (root / name).write_text("changed\n", "utf-8")
    assert await make(found).take(job(root)) is None


@pytest.mark.parametrize("name", ["w/unused/u.go", "x/data/y.go", "w/p/notes.md"])
async def test_it_comes_back_after_other_changes(found: Toolchain, make: Make, root: Path, name: str) -> None:
    await keep(make(found), root)
    (root / name).write_text("changed\n", "utf-8")
    assert await make(found).take(job(root)) == answer(root)


async def test_a_change_between_look_and_keep(found: Toolchain, make: Make, root: Path) -> None:
    shelf = make(found)
    sighting = await shelf.look(job(root))
    (root / "w/q/q.go").write_text("package q\n", "utf-8")
    await shelf.keep(job(root), sighting, answer(root))
    assert await shelf.take(job(root)) is None


async def test_an_answer_of_another_text(found: Toolchain, make: Make, root: Path) -> None:
    shelf = make(found)
    sighting = await shelf.look(job(root))
    files = {path: replace(facts, content=b"older") for path, facts in answer(root).files.items()}
    await shelf.keep(job(root), sighting, Stored(files))
    assert await shelf.take(job(root)) is None


async def test_nothing_is_kept_of_a_broken_module(found: Toolchain, make: Make, root: Path) -> None:
    (root / "w/q/q.go").write_text("broken\n", "utf-8")
    assert await make(found).look(job(root)) is None


@pytest.mark.parametrize(
    "change",
    [{"tests": False}, {"gcflags": ("-l",)}, {"flags": ("-race",)}, {"tags": "x"}, {"env": {"GOOS": "js"}}],
    ids=str,
)
async def test_another_job_has_answers_of_its_own(
    found: Toolchain, make: Make, root: Path, change: dict[str, object]
) -> None:
    await keep(make(found), root)
    assert await make(found).take(replace(job(root), **change)) is None


@pytest.mark.parametrize(
    "change", [{"version": "go1.99"}, {"target": "plan9/mips"}, {"goflags": ("-tags=x",)}], ids=str
)
async def test_another_toolchain_has_answers_of_its_own(
    found: Toolchain, make: Make, root: Path, change: dict[str, object]
) -> None:
    await keep(make(found), root)
    assert await make(replace(found, **change)).take(job(root)) is None


@pytest.mark.parametrize("name", ["GOAMD64", "GOEXPERIMENT", "CGO_ENABLED", "GOFLAGS", "CC"])
async def test_another_environment_has_answers_of_its_own(
    found: Toolchain, make: Make, root: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(make(found), root)
    monkeypatch.setenv(name, "other")
    assert await make(found).take(job(root)) is None


async def test_what_go_env_w_writes_counts(
    found: Toolchain, make: Make, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOENV", str(tmp_path / "env"))
    await keep(make(found), root)
    (tmp_path / "env").write_text("GOAMD64=v3\n", "utf-8")
    assert await make(found).take(job(root)) is None
    os.unlink(tmp_path / "env")
    assert await make(found).take(job(root)) == answer(root)


async def test_another_state_of_our_own_code(
    found: Toolchain, make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(make(found), root)
    monkeypatch.setattr(module, "code_stamp", lambda: [("other.py", 1, 1)])
    assert await make(found).take(job(root)) is None


async def test_a_toolchain_under_development_keeps_nothing(found: Toolchain, make: Make, root: Path) -> None:
    assert await make(replace(found, version="go1.28-devel_abc")).look(job(root)) is None
