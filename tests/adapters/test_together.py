"""Session, real compiler, real files: a save in a real module becomes findings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import ProblemKind
from goescape_lsp.session.session import Session
from tests.adapters.conftest import Tree
from tests.session.fakes import Notes

TREE = """-- go.mod --
module m.test

go 1.21
-- a/a.go --
package a

func F() map[string]int { return make(map[string]int) }
-- a/a_test.go --
package a

func G() *int { y := 1; return &y }
-- b/b.go --
package b

import "m.test/a"

func H() map[string]int { return a.F() }
"""


@pytest.fixture
async def session(found: Toolchain, processes: Processes, tree: Tree) -> AsyncIterator[tuple[Session, Notes, Path]]:
    notes, compiler = Notes(), GoCommand(found, processes)
    made = Session(compiler=compiler, files=DiskFiles(), listener=notes, go_version=found.version)
    root = tree(TREE)
    made.folders((str(root),))
    yield made, notes, root
    await made.close()
    compiler.close()


def rules(session: Session, path: Path) -> list[str]:
    facts = session.snapshot.facts(str(path))
    return [] if facts is None else [f"{one.span.line} {one.rule}" for one in facts.findings if one.is_heap]


async def test_open_break_fix(session: tuple[Session, Notes, Path]) -> None:
    made, notes, root = session
    path = root / "a" / "a.go"
    good = path.read_bytes()
    made.opened(str(path), good)
    await made.settled()
    assert rules(made, path) == ["3 returned"]
    assert rules(made, root / "a" / "a_test.go") == ["3 returned"]
    path.write_bytes(good + b"\nfunc Z() { nope() }\n")
    made.saved(str(path))
    await made.settled()
    assert rules(made, path) == ["3 returned"]
    assert made.snapshot.is_stale(str(path))
    assert [(problem.kind, problem.line) for problem in notes.problems] == [(ProblemKind.COMPILE_ERROR, 5)]
    path.write_bytes(good.replace(b"func F", b"\n\nfunc F"))
    made.saved(str(path))
    await made.settled()
    assert rules(made, path) == ["5 returned"]
    assert not made.snapshot.is_stale(str(path))


async def test_a_change_in_a_package_reaches_the_open_ones_built_from_it(session: tuple[Session, Notes, Path]) -> None:
    made, _, root = session
    user, used = root / "b" / "b.go", root / "a" / "a.go"
    for path in (used, user):
        made.opened(str(path), path.read_bytes())
    await made.settled()
    assert rules(made, user) == ["5 returned"]
    used.write_text("package a\n\n//go:noinline\nfunc F() map[string]int { return nil }\n")
    made.saved(str(used))
    await made.settled()
    assert rules(made, user) == []


async def test_a_change_in_a_closed_package_reaches_the_open_ones(session: tuple[Session, Notes, Path]) -> None:
    made, _, root = session
    user, used = root / "b" / "b.go", root / "a" / "a.go"
    made.opened(str(user), user.read_bytes())
    await made.settled()
    used.write_text("package a\n\n//go:noinline\nfunc F() map[string]int { return nil }\n")
    made.changed_outside((str(used),))
    await made.settled()
    assert rules(made, user) == []


@pytest.mark.parametrize("text", ["package a\n", "package a\n\nfunc F() map[string]int { return nil }\n"])
async def test_findings_that_are_gone_go(session: tuple[Session, Notes, Path], text: str) -> None:
    made, notes, root = session
    path = root / "a" / "a.go"
    made.opened(str(path), path.read_bytes())
    await made.settled()
    path.write_text(text)
    made.saved(str(path))
    await made.settled()
    assert rules(made, path) == []
    assert str(path) in notes.published_paths[-1]


async def test_every_supported_go(each_go: object, processes: Processes, tree: Tree) -> None:
    """The oldest and the newest Go come to the same findings."""
    version, path = each_go.version, each_go.path  # type: ignore[attr-defined]
    compiler = GoCommand(Toolchain(path, f"go{version}", "", "setting"), processes)
    made = Session(compiler=compiler, files=DiskFiles(), listener=Notes(), go_version=f"go{version}")
    root = tree(TREE)
    made.folders((str(root),))
    made.opened(str(root / "a" / "a.go"), (root / "a" / "a.go").read_bytes())
    await made.settled()
    assert rules(made, root / "a" / "a.go") == ["3 returned"]
    assert rules(made, root / "a" / "a_test.go") == ["3 returned"]
    await made.close()
    compiler.close()
