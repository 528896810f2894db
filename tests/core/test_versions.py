"""What depends on the Go version, from real compiles: the toolchain's own row of a table decides."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goescape_lsp.core.model import Allocation, Compiled, FileFacts, Package, Run
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go
from tests.versions import is_since

SOURCE = """package p

const N = 4

type pair struct{ a, b int }

type wide struct {
	name string
	at   pair
}

var kept any

func read(s []int) int { return len(s) }

func main() {
	n := read(nil)
	_ = read(make([]int, N)) // named
	_ = read(make([]int, n)) // variable
	kept = pair{1, N} // constants
	kept = wide{name: "x"} // text
	kept = pair{n, 1} // mixed
}
"""
ALLOCATES, FREE, MAYBE = Allocation.ALLOCATES, Allocation.DOES_NOT_ALLOCATE, Allocation.MAY_ALLOCATE
# By the mark of a line: what it came to up to a version, and from then on.
WANTED = {
    "named": ("1.21", FREE, FREE),
    "variable": ("1.25", ALLOCATES, MAYBE),
    "constants": ("1.25", ALLOCATES, FREE),
    "text": ("1.25", ALLOCATES, FREE),
    "mixed": ("1.25", ALLOCATES, ALLOCATES),
}


def analysed(source: str, go: Go, folder: Path) -> FileFacts:
    """Return what is known of a package of one file, as this toolchain compiles it."""
    (folder / "go.mod").write_text("module p\n\ngo 1.21\n")
    (folder / "x.go").write_text(source)
    text = go.run("build", "-gcflags=-m=2", ".", cwd=folder).stderr.encode()
    package = Package("p", "p", str(folder), (str(folder / "x.go"),))
    analysis = analyse(Run((Compiled(package, text),)), lambda path: Path(path).read_bytes(), go.version)
    return analysis.files[str(folder / "x.go")]


def marked(name: str) -> int:
    """Return the line of SOURCE with a mark."""
    return next(n for n, line in enumerate(SOURCE.split("\n"), 1) if line.endswith(f"// {name}"))


def test_the_toolchains_row_decides_what_allocates(every_go: Go, tmp_path: Path) -> None:
    found = analysed(SOURCE, every_go, tmp_path).findings
    for name, (since, before, after) in WANTED.items():
        wanted = after if is_since(every_go.version, since) else before
        got = {one.allocation for one in found if one.span.line == marked(name)}
        assert got == {wanted}, (name, got)


@pytest.fixture(scope="module")
def counted(every_go: Go, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Run each marked line and return how often it allocates."""
    folder = tmp_path_factory.mktemp("counted")
    lines = {name: SOURCE.split("\n")[marked(name) - 1] for name in WANTED}
    body = "\n".join(
        f'\tprintln("{name}", int(testing.AllocsPerRun(9, func() {{ {line}\n}})))' for name, line in lines.items()
    )
    head = SOURCE.partition("func main()")[0].replace("package p", 'package main\n\nimport "testing"')
    program = (
        head.replace("func read", "//go:noinline\nfunc read") + f"func main() {{\n\tn := 5 + read(nil)\n{body}\n}}\n"
    )
    (folder / "go.mod").write_text("module p\n\ngo 1.21\n")
    (folder / "main.go").write_text(program)
    every_go.run("build", "-o", "p.exe", ".", cwd=folder)
    told = subprocess.run([folder / "p.exe"], check=True, capture_output=True, text=True).stderr
    return {name: int(count) for name, count in (line.split() for line in told.splitlines())}


def test_that_is_what_really_happens(counted: dict[str, int], every_go: Go) -> None:
    for name, (since, before, after) in WANTED.items():
        wanted = after if is_since(every_go.version, since) else before
        assert counted[name] == (0 if wanted is FREE else 1), name
