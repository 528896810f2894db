"""The real compiler on real trees: every variant's text, and every failure as a problem with its place."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import uuid
from pathlib import Path

import pytest

from goescape_lsp.adapters.gocommand import GoCommand, from_root
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import Problem, ProblemKind
from tests.adapters.conftest import Tree, by_name, commands_with, job, listing, moved, problems, slow_module, wait_until

F = "func F() *int { x := 1; return &x }\n"
MODULE = "-- go.mod --\nmodule m.test/m\n\ngo 1.21\n"
WITH_TESTS = f"""{MODULE}
-- a/a.go --
package a

{F}
-- a/a_test.go --
package a

func G() *int {{ y := 1; return &y }}
-- a/x_test.go --
package a_test

func H() *int {{ z := 1; return &z }}
-- cmd/c/main.go --
package main

import "m.test/m/a"

var p *int

func main() {{ p = a.F() }}
"""


async def test_all_variants_of_all_packages(compiler: GoCommand, tree: Tree) -> None:
    root = tree(WITH_TESTS)
    run = await compiler.compile(job(root, "./..."))
    assert problems(run) == []
    found = by_name(run)
    assert sorted(found) == [
        "m.test/m/a",
        "m.test/m/a [m.test/m/a.test]",
        "m.test/m/a_test [m.test/m/a.test]",
        "m.test/m/cmd/c",
    ]
    assert moved(found["m.test/m/a"]) == ["a/a.go:3:17 x"]
    assert moved(found["m.test/m/a [m.test/m/a.test]"]) == ["a/a.go:3:17 x", "a/a_test.go:3:17 y"]
    assert moved(found["m.test/m/a_test [m.test/m/a.test]"]) == ["a/x_test.go:3:17 z"]
    package = found["m.test/m/a [m.test/m/a.test]"].package
    assert package.files == (str(root / "a" / "a.go"), str(root / "a" / "a_test.go"))
    assert (package.name, package.directory, package.module_directory) == ("a", str(root / "a"), str(root))
    assert package.go_version == "1.21"
    assert "m.test/m/a" in found["m.test/m/cmd/c"].package.imports


async def test_the_second_run_says_the_same_from_the_cache(compiler: GoCommand, tree: Tree) -> None:
    """Paths are those of the first run: it must have had the same working directory, wherever it was asked from."""
    root = tree(WITH_TESTS)
    one = await compiler.compile(job(root, "./..."))
    two = await compiler.compile(job(root, "./..."))
    three = await compiler.compile(job(root / "a"))
    assert one.compiled == two.compiled
    assert by_name(three)["m.test/m/a"].text == by_name(one)["m.test/m/a"].text


async def test_nothing_is_written_into_the_tree(compiler: GoCommand, tree: Tree) -> None:
    root = tree(WITH_TESTS)
    before = listing(root)
    await compiler.compile(job(root, "./..."))
    await compiler.compile(job(root / "cmd" / "c", overlay={str(root / "a" / "a.go"): b"package a\nfunc F() *int"}))
    assert listing(root) == before


async def test_without_tests(compiler: GoCommand, tree: Tree) -> None:
    run = await compiler.compile(job(tree(WITH_TESTS), "./...", tests=False))
    assert sorted(by_name(run)) == ["m.test/m/a", "m.test/m/cmd/c"]


async def test_an_overlay_stands_in_for_files_and_adds_new_ones(compiler: GoCommand, tree: Tree) -> None:
    root = tree(WITH_TESTS)
    overlay = {
        str(root / "a" / "a.go"): b"package a\n\nfunc  F() *int { q := 1; return &q }\n",
        str(root / "a" / "new.go"): b"package a\nfunc N() *int { r := 1; return &r }\n",
    }
    run = await compiler.compile(job(root / "a", overlay=overlay))
    assert problems(run) == []
    assert moved(by_name(run)["m.test/m/a"]) == ["a/a.go:3:18 q", "a/new.go:2:17 r"]


async def test_errors_in_an_overlay_name_the_users_file(compiler: GoCommand, tree: Tree) -> None:
    root = tree(WITH_TESTS)
    path = str(root / "a" / "a.go")
    for text in (b"package a\n\nfunc F() *int { nope() }\n", b"package a\n\nfunc F( {\n"):
        run = await compiler.compile(job(root / "a", overlay={path: text}))
        assert {problem.file for problem in problems(run)} == {path}
        assert {problem.line for problem in problems(run)} == {3}


BROKEN = [
    pytest.param(
        f"{MODULE}-- a/a.go --\npackage a\n\nfunc Z() {{ nope() }}\n",
        "a",
        [(ProblemKind.COMPILE_ERROR, "a/a.go", 3, 12, "undefined: nope")],
        id="type error",
    ),
    pytest.param(
        f"{MODULE}-- a/a.go --\npackage a\n\nfunc Z() {{\n\tx := \n}}\n",
        "a",
        [(ProblemKind.COMPILE_ERROR, "a/a.go", 5, 1, "syntax error: unexpected }")],
        id="syntax error",
    ),
    pytest.param(
        f"{MODULE}-- a/a.go --\npackage a\n\n{F}\nfunc G() (a, b, c [1 << 29]byte) {{ return }}\n",
        "a",
        [(ProblemKind.COMPILE_ERROR, "a/a.go", 5, 6, "stack frame too large")],
        id="an error after the remarks",
    ),
    pytest.param(
        f"{MODULE}-- a/a.go --\npackage a\n-- a/b.go --\npackage b\n",
        "a",
        [(ProblemKind.COMPILE_ERROR, "", 0, 0, "found packages a (a.go) and b (b.go)")],
        id="two packages in one directory",
    ),
    pytest.param(
        f"{MODULE}-- a/a.go --\npackage a\n-- a/b.go --\n// nothing\n",
        "a",
        [(ProblemKind.COMPILE_ERROR, "a/b.go", 1, 11, "expected 'package'")],
        id="no package clause",
    ),
    pytest.param(
        f'{MODULE}-- a/a.go --\npackage a\n\nimport "fmtt"\n',
        "a",
        [(ProblemKind.COMPILE_ERROR, "a/a.go", 3, 8, "package fmtt is not in")],
        id="import of nothing",
    ),
    pytest.param(
        f'{MODULE}-- a/a.go --\npackage a\n\nimport _ "m.test/m/b"\n-- b/b.go --\npackage b\n\nimport _ "m.test/m/a"\n',
        "a",
        [(ProblemKind.IMPORT_CYCLE, "", 0, 0, "m.test/m/a\n\timports m.test/m/b\n\timports m.test/m/a")],
        id="import cycle",
    ),
    pytest.param(
        f'{MODULE}-- a/a.go --\npackage a\n\nimport _ "m.test/m/b"\n-- b/b.go --\npackage b\n\nvar x = y\n',
        "a",
        [(ProblemKind.COMPILE_ERROR, "b/b.go", 3, 9, "undefined: y")],
        id="a dependency does not compile",
    ),
    pytest.param(
        f'{MODULE}-- a/a.go --\npackage a\n\nimport _ "example.org/no/such"\n',
        "a",
        [(ProblemKind.MISSING_MODULES, "a/a.go", 3, 8, "no required module provides package")],
        id="no module for an import",
    ),
    pytest.param(
        f'{MODULE}\nrequire example.org/x v1.0.0\n-- a/a.go --\npackage a\n\nimport _ "example.org/x"\n',
        "a",
        [(ProblemKind.MISSING_MODULES, "a/a.go", 3, 8, "missing go.sum entry")],
        id="no go.sum entry",
    ),
    pytest.param(
        f"{MODULE}\nrequir x\n-- a/a.go --\npackage a\n",
        "a",
        [(ProblemKind.BROKEN_MODULE, "go.mod", 5, 0, "unknown directive: requir")],
        id="broken go.mod",
    ),
    pytest.param(
        f"{MODULE}-- go.work --\ngo 1.21\nusee .\n-- a/a.go --\npackage a\n",
        "a",
        [(ProblemKind.BROKEN_MODULE, "go.work", 2, 0, "unknown directive: usee")],
        id="broken go.work",
    ),
    pytest.param(
        "-- go.mod --\nmodule m\n\ngo 1.99\n-- a.go --\npackage a\n",
        ".",
        [(ProblemKind.GO_TOO_OLD_FOR_MODULE, "", 0, 0, "go.mod requires go >= 1.99")],
        id="a module for a newer Go",
    ),
    pytest.param(
        "-- a.go --\npackage a\n", ".", [(ProblemKind.NO_MODULE, "", 0, 0, "go.mod file not found")], id="no module"
    ),
    pytest.param(
        f"{MODULE}-- a/a.go --\n//go:build never\n\npackage a\n",
        "a",
        [(ProblemKind.NOT_BUILT, "", 0, 0, "build constraints exclude all Go files")],
        id="all files excluded",
    ),
    pytest.param(
        f"{MODULE}-- a/a.txt --\n", "a", [(ProblemKind.NO_PACKAGES, "", 0, 0, "no Go files in")], id="no files"
    ),
    pytest.param(
        f"{MODULE}\nrequire example.org/y v1.0.0\n-- a/a.go --\npackage a\n"
        "-- vendor/modules.txt --\n# example.org/x v1.0.0\n## explicit\n",
        "a",
        [(ProblemKind.BROKEN_MODULE, "", 0, 0, "inconsistent vendoring")],
        id="vendor does not fit go.mod",
    ),
]


@pytest.mark.parametrize(("text", "directory", "expected"), BROKEN)
async def test_what_is_wrong_is_named_with_its_place(
    compiler: GoCommand, tree: Tree, text: str, directory: str, expected: list[tuple[ProblemKind, str, int, int, str]]
) -> None:
    root = tree(text)
    run = await compiler.compile(job(root / directory))
    told = problems(run)
    assert [problem.kind for problem in told] == [row[0] for row in expected]
    for problem, (_, file, line, column, message) in zip(told, expected, strict=True):
        assert problem.file == (str(root / file) if file else "")
        assert (problem.line, abs(problem.column - column) <= 1) == (line, True)
        assert message in problem.message
    assert not any(item.text for item in run.compiled)


async def test_more_than_ten_errors_are_all_told(compiler: GoCommand, tree: Tree) -> None:
    calls = "".join(f"\tnope{n}()\n" for n in range(25))
    run = await compiler.compile(job(tree(f"{MODULE}-- a.go --\npackage a\n\nfunc Z() {{\n{calls}}}\n")))
    assert len(problems(run)) == 25


async def test_broken_tests_do_not_blank_the_package(compiler: GoCommand, tree: Tree) -> None:
    root = tree(f"{MODULE}-- a/a.go --\npackage a\n\n{F}-- a/a_test.go --\npackage a\n\nfunc Z() {{ nope() }}\n")
    found = by_name(await compiler.compile(job(root / "a")))
    assert moved(found["m.test/m/a"]) == ["a/a.go:3:17 x"]
    assert found["m.test/m/a"].problems == ()
    assert [problem.line for problem in found["m.test/m/a [m.test/m/a.test]"].problems] == [3]


async def test_a_broken_package_does_not_blank_the_others(compiler: GoCommand, tree: Tree) -> None:
    root = tree(f"{MODULE}-- a/a.go --\npackage a\n\n{F}-- b/b.go --\npackage b\n\nvar x = y\n")
    found = by_name(await compiler.compile(job(root, "./...")))
    assert moved(found["m.test/m/a"]) == ["a/a.go:3:17 x"]
    assert found["m.test/m/b"].problems != ()


async def test_only_test_files(compiler: GoCommand, tree: Tree) -> None:
    run = await compiler.compile(job(tree(f"{MODULE}-- a_test.go --\npackage a\n\n{F}")))
    assert problems(run) == []
    assert moved(by_name(run)["m.test/m [m.test/m.test]"]) == ["./a_test.go:3:17 x"]


async def test_build_tags_and_targets(compiler: GoCommand, tree: Tree) -> None:
    root = tree(
        f"{MODULE}-- a.go --\npackage a\n-- t.go --\n//go:build special\n\npackage a\n\n{F}"
        "-- s_plan9.go --\npackage a\n"
    )
    plain = by_name(await compiler.compile(job(root)))["m.test/m"].package
    assert plain.files == (str(root / "a.go"),)
    assert sorted(plain.ignored_files) == [str(root / "s_plan9.go"), str(root / "t.go")]
    tagged = by_name(await compiler.compile(job(root, tags="special", env={"GOOS": "plan9"})))["m.test/m"]
    assert moved(tagged) == ["./t.go:5:17 x"]
    assert len(tagged.package.files) == 3


async def test_cgo_files_are_compiled_too(compiler: GoCommand, tree: Tree) -> None:
    root = tree(
        f'{MODULE}-- a/a.go --\npackage a\n\n// int one() {{ return 1; }}\nimport "C"\n\n{F}\nvar N = C.one()\n'
    )
    run = await compiler.compile(job(root / "a"))
    if problems(run):
        pytest.skip(f"no C compiler: {problems(run)[0].message}")
    found = by_name(run)["m.test/m/a"]
    assert moved(found) == ["a/a.go:6:17 x"]
    assert found.package.files == (str(root / "a" / "a.go"),)


async def test_one_file_outside_a_module(compiler: GoCommand, tree: Tree) -> None:
    root = tree(f"-- a.go --\npackage main\n\n{F}\nfunc main() {{}}\n-- b.go --\npackage main\n\nfunc main() {{}}\n")
    run = await compiler.compile(job(root, "./a.go"))
    assert problems(run) == []
    assert moved(by_name(run)["command-line-arguments"]) == ["./a.go:3:17 x"]
    absolute = await compiler.compile(job(root, str(root / "a.go")))
    assert moved(by_name(absolute)["command-line-arguments"]) == ["./a.go:3:17 x"]


WORKSPACE = f"""-- go.work --
go 1.21

use ./one
use ./two
-- one/go.mod --
module one.test

go 1.21
-- one/a.go --
package one

{F}
-- two/go.mod --
module two.test

go 1.21
-- two/b/b.go --
package b

import "one.test"

func G() *int {{ return one.F() }}
-- three/go.mod --
module three.test

go 1.21
-- three/a.go --
package three

{F}
"""


async def test_go_work(compiler: GoCommand, tree: Tree) -> None:
    root = tree(WORKSPACE)
    inner = await compiler.compile(job(root / "two" / "b"))
    assert problems(inner) == []
    assert moved(by_name(inner)["two.test/b"]) == ["b/b.go:5:29 one.x"]
    whole = await compiler.compile(job(root, "./..."))
    assert sorted(by_name(whole)) == ["one.test", "two.test/b"]
    assert problems(whole) == []


async def test_a_module_that_go_work_leaves_out_is_built_on_its_own(compiler: GoCommand, tree: Tree) -> None:
    run = await compiler.compile(job(tree(WORKSPACE) / "three"))
    assert problems(run) == []
    assert moved(by_name(run)["three.test"]) == ["./a.go:3:17 x"]


async def test_nested_modules_are_not_crossed(compiler: GoCommand, tree: Tree) -> None:
    root = tree(
        f"{MODULE}-- a.go --\npackage a\n-- sub/p/a.go --\npackage p\n\n{F}"
        "-- sub/go.mod --\nmodule sub.test\n\ngo 1.21\n"
    )
    assert sorted(by_name(await compiler.compile(job(root, "./...")))) == ["m.test/m"]
    assert moved(by_name(await compiler.compile(job(root / "sub" / "p")))["sub.test/p"]) == ["p/a.go:3:17 x"]


async def test_vendored_modules(compiler: GoCommand, tree: Tree) -> None:
    root = tree(
        f"{MODULE}\nrequire example.org/d v1.0.0\n"
        "-- vendor/modules.txt --\n# example.org/d v1.0.0\n## explicit; go 1.20\nexample.org/d\n"
        f"-- vendor/example.org/d/d.go --\npackage d\n\n{F}"
        '-- a.go --\npackage a\n\nimport "example.org/d"\n\nvar X = d.F()\n'
    )
    run = await compiler.compile(job(root))
    assert problems(run) == []
    assert moved(by_name(run)["m.test/m"]) == ["./a.go:5:12 d.x"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_linked_workspace_keeps_its_spelling(compiler: GoCommand, tree: Tree, tmp_path: Path) -> None:
    tree(WITH_TESTS)
    link = tmp_path / "a link 链接"
    link.symlink_to(tmp_path / "tree", target_is_directory=True)
    overlay = {str(link / "a" / "a.go"): b"package a\n\nfunc F() *int { linked := 1; return &linked }\n"}
    run = await compiler.compile(job(link / "a", overlay=overlay))
    found = by_name(run)["m.test/m/a"]
    assert found.package.files == (str(link / "a" / "a.go"),)
    assert moved(found) == ["a/a.go:3:17 linked"]


async def test_odd_names(compiler: GoCommand, tree: Tree) -> None:
    """Spaces, letters beyond ASCII, and what looks like a URL escape."""
    root = tree(f"-- a 目录 %20 #1/go.mod --\nmodule m\n\ngo 1.21\n-- a 目录 %20 #1/x+y/a.go --\npackage a\n\n{F}")
    run = await compiler.compile(job(root / "a 目录 %20 #1" / "x+y"))
    assert problems(run) == []
    assert moved(run.compiled[0]) == ["x+y/a.go:3:17 x"]


async def test_refused_flags_are_told_and_left_out(compiler: GoCommand, tree: Tree, tmp_path: Path) -> None:
    root = tree(f"{MODULE}-- a.go --\npackage a\n\n{F}")
    mark = tmp_path / "out"
    run = await compiler.compile(
        job(root, flags=(f"-toolexec=touch {mark}", "-race=false"), gcflags=(f"-cpuprofile={mark}", "-l"))
    )
    assert [(problem.kind, problem.message) for problem in run.problems] == [
        (ProblemKind.REFUSED_FLAG, f"-toolexec=touch {mark}"),
        (ProblemKind.REFUSED_FLAG, f"-cpuprofile={mark}"),
        (ProblemKind.CHANGED_VERDICTS, "-l"),
    ]
    assert moved(run.compiled[0]) == ["./a.go:3:17 x"]
    assert not mark.exists()


async def test_limits(found: Toolchain, processes: Processes, tree: Tree) -> None:
    root = tree(WITH_TESTS)
    hurried = await GoCommand(found, processes, timeout_s=0.001).compile(job(root, "./..."))
    assert [problem.kind for problem in hurried.problems] == [ProblemKind.TIMED_OUT]
    narrow = await GoCommand(found, processes, max_bytes=500).compile(job(root, "./..."))
    assert [problem.kind for problem in narrow.problems] == [ProblemKind.TOO_MUCH_OUTPUT]
    assert narrow.compiled == ()


async def test_a_directory_that_is_gone(compiler: GoCommand, tmp_path: Path) -> None:
    run = await compiler.compile(job(tmp_path / "gone"))
    assert run.problems == (
        Problem(ProblemKind.UNREADABLE, message=str(tmp_path / "gone"), file=str(tmp_path / "gone")),
    )


async def test_go_itself_is_gone(found: Toolchain, processes: Processes, tree: Tree) -> None:
    lost = Toolchain("/nonexistent/go", found.version, found.goroot, "setting")
    run = await GoCommand(lost, processes).compile(job(tree(WITH_TESTS)))
    assert [problem.kind for problem in run.problems] == [ProblemKind.COMPILER_DIED]


async def test_without_a_home_there_is_still_a_cache(found: Toolchain, processes: Processes, tree: Tree) -> None:
    homeless = Toolchain(found.go, found.version, found.goroot, found.source, cache="off")
    compiler = GoCommand(homeless, processes, environ={"PATH": os.environ["PATH"]})
    run = await compiler.compile(job(tree(f"{MODULE}-- a.go --\npackage a\n\n{F}")))
    compiler.close()
    assert problems(run) == []
    assert moved(run.compiled[0]) == ["./a.go:3:17 x"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see which processes live")
async def test_cancelling_a_long_compile_leaves_no_compiler(compiler: GoCommand, tmp_path: Path) -> None:
    name = f"slow{uuid.uuid4().hex}"
    slow_module(tmp_path / name, name)
    task = asyncio.create_task(compiler.compile(job(tmp_path / name)))
    while not any("compile" in line for line in commands_with(f"-p {name}")):
        assert not task.done()
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 1
    assert wait_until(lambda: not commands_with(name), 1)


@pytest.mark.parametrize(
    ("pattern", "directory", "expected"),
    [
        (".", "/m", "."),
        (".", "/m/a", "./a"),
        ("./...", "/m/a", "./a/..."),
        ("../b", "/m/a", "./b"),
        ("..", "/m/a", "."),
        ("a.go", "/m/a", "./a/a.go"),
        ("fmt", "/m/a", "fmt"),
        ("all", "/m/a", "all"),
        ("/m/b", "/m/a", "/m/b"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the table has POSIX paths")
def test_patterns_are_seen_from_the_module(pattern: str, directory: str, expected: str) -> None:
    assert from_root(pattern, directory, "/m") == expected
