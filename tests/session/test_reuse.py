"""An analysis with a memory says what one without says: after every edit, for the same compiler output.

The sample packages are compiled for real after each edit of a list and of random ones; what was kept may only be used
where it is still true, so whole analyses are compared, field by field. Where an edit touches one file alone, the facts
of the others are also the same objects: reuse that never happens would prove nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Compiled, Job, Run
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.analyse import analyse, analyse_again
from goescape_lsp.session.analyser import Analyser, Shelf
from goescape_lsp.session.reuse import NOTHING
from tests.conftest import Go

FILES = {
    "go.mod": "module example.com/p\n\ngo 1.21\n",
    "a.go": """package p

import "fmt"

type Point struct{ X, Y int }

const limit = 7

var kept []any

func Keep(p Point) { kept = append(kept, p, limit) }

func New(x int) *Point { return &Point{X: x} }

func Loop(names []string) map[string]*Point {
	found := make(map[string]*Point, len(names))
	for i, name := range names {
		p := Point{X: i}
		found[name] = &p
		func() { fmt.Println(name, limit, grow(i)) }()
	}
	return found
}
""",
    "b.go": """package p

type Small uint8

type Box[T any] struct{ value T }

func (b *Box[T]) Get() *T { v := b.value; return &v }

func Boxes() (*int, *string) {
	one, two := Box[int]{1}, Box[string]{"two"}
	return one.Get(), two.Get()
}

func grow(n int) []byte { return append(make([]byte, 0, n), "text"...) }

func Put(s Small) any { return s }

func ping(n int, p *Point) *Point {
	if n > limit {
		return pong(n-1, p)
	}
	return p
}
""",
    "c.go": """package p

import "strconv"

// Wrap is long.
func Wrap(s Small, p Point) []any {
	text := strconv.Itoa(int(s)) + "/" + strconv.Itoa(p.X)
	return []any{s, p, text, func() string { return text }}
}

func pong(n int, p *Point) *Point {
	q := Point{Y: n}
	if n > limit {
		return ping(n, &q)
	}
	return p
}
""",
    "p_test.go": """package p

import "testing"

func TestKeep(t *testing.T) {
	Keep(Point{})
	t.Log(New(3), Boxes)
}
""",
    "x_test.go": """package p_test

import (
	"testing"

	"example.com/p"
)

func TestNew(t *testing.T) {
	b := p.Box[float64]{}
	t.Log(p.New(1), b.Get())
}
""",
}

# What changes: a file, and its text before and after; None before makes the file, "" after nothing deletes it.
EDITS: dict[str, tuple[str, str | None, str]] = {
    "a body": ("c.go", "text := ", "text := strconv.Quote(p.name()) + "),
    "a method for it": ("a.go", "const limit", 'func (p Point) name() string { return "p" }\n\nconst limit'),
    "a line above": ("a.go", "var kept []any", "\n\nvar kept []any"),
    "a value that escapes no more": ("a.go", "return &Point{X: x}", "p := &Point{X: x}; p.X++; return nil"),
    "a struct of another file": ("a.go", "type Point struct{ X, Y int }", "type Point struct{ X, Y, Z int }"),
    "a type that boxes for free": ("b.go", "type Small uint8", "type Small uint64"),
    "a constant that boxes otherwise": ("a.go", "const limit = 7", "var limit = 7000"),
    "a shadowed function": ("b.go", "func Put(s Small) any { return s }", "func Put(len Small) any { return &len }"),
    "a directive": ("c.go", "// Wrap is long.\nfunc Wrap", "//line z.y:100\nfunc Wrap"),
    "a comment that accepts": ("c.go", "q := Point{Y: n}", "q := Point{Y: n} //goescape:ok all it is a test"),
    "a generic body": ("b.go", "v := b.value; return &v", "v, w := b.value, b.value; _ = w; return &v"),
    "a new instance": ("a.go", 'import "fmt"', 'import "fmt"\n\nvar other = (&Box[bool]{}).Get()'),
    "a recursive callee": ("c.go", "return ping(n, &q)", "return ping(n-1, &Point{X: n})"),
    "a new file": ("d.go", None, "package p\n\nfunc Four() *Small { var s Small; return &s }\n"),
    "no assembly": (
        "b.go",
        "func grow",
        "func outside(p *Point)\n\nfunc useOutside() { outside(&Point{}) }\n\nfunc grow",
    ),
    "a broken body": ("c.go", "q := Point{Y: n}", "q := Point{Y: n"),
    "a bom": ("b.go", "package p", "\ufeffpackage p"),
    "windows lines": ("c.go", "\n", "\r\n"),
    "a longer line": ("c.go", "return []any{s,", "return []any{" + "s, " * 90),
    "no tests": ("x_test.go", "", ""),
}
# After these the facts of the files that are named are the very ones of before.
REUSED = {
    "a value that escapes no more": {"b.go", "c.go"},
    "a line above": {"b.go", "c.go"},
    "a comment that accepts": {"a.go"},
    "a struct of another file": set[str](),
}


@dataclass
class Desk:
    """A module on the disk and the compiler."""

    folder: Path
    compiler: GoCommand

    def write(self, name: str, text: str | None) -> None:
        if text is None:
            (self.folder / name).unlink(missing_ok=True)
        else:
            (self.folder / name).write_text(text, "utf-8", newline="")

    def run(self, *, tests: bool = True, assembly: bool = False) -> Run:
        job = Job(str(self.folder), (".",), tests=tests, assembly=assembly)
        return asyncio.run(self.compiler.compile(job))

    def edit(self, name: str) -> bool:
        """Make an edit of the list; False where its text is not there any more."""
        file, before, after = EDITS[name]
        path = self.folder / file
        text = path.read_bytes().decode() if path.exists() else None
        if before is None:
            self.write(file, after)
        elif text is None or before not in text:
            return False
        elif not before:
            self.write(file, None)
        else:
            self.write(file, text.replace(before, after))
        return True

    def restore(self) -> None:
        for path in self.folder.glob("*.go"):
            path.unlink()
        for name, text in FILES.items():
            self.write(name, text)


@pytest.fixture
def desk(tmp_path: Path, go: Go) -> Iterator[Desk]:
    processes = Processes()
    found = asyncio.run(find_toolchain(Settings(go_path=go.path), processes))
    assert isinstance(found, Toolchain)
    desk = Desk(tmp_path, GoCommand(found, processes))
    desk.restore()
    with contextlib.closing(desk.compiler):
        yield desk
    processes.kill_all()


read = DiskFiles().read


@pytest.mark.parametrize("assembly", [False, True], ids=["plain", "machine code"])
def test_every_edit_and_its_undoing_give_what_a_new_analysis_gives(desk: Desk, assembly: bool) -> None:  # noqa: FBT001
    first = desk.run(assembly=assembly)
    base, memory = analyse_again(NOTHING, first, read)
    assert sum(len(facts.findings) for facts in base.files.values()) > 30
    names = [name for name in EDITS if not assembly or "a " in name]
    for name in names[::2] if assembly else names:
        assert desk.edit(name), name
        run = desk.run(assembly=assembly)
        fresh = analyse(run, read)
        again, after = analyse_again(memory, run, read)
        assert again == fresh, name
        kept = {Path(path).name for path, facts in again.files.items() if facts is base.files.get(path)}
        assert kept >= REUSED.get(name, set()), name
        desk.restore()
        assert analyse_again(after, first, read)[0] == base, f"undo: {name}"


@pytest.mark.parametrize("seed", range(2))
def test_random_edits_one_after_the_other(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same edits in each run
    analyser = Analyser()
    for _ in range(8):
        if chance.random() < 0.2:
            desk.restore()
        for name in chance.sample([*EDITS], 2):
            desk.edit(name)
        run = desk.run(tests=chance.random() < 0.7)
        assert analyser(run, read) == analyse(run, read)


def test_what_other_files_show_is_told_from_what_they_hide(desk: Desk) -> None:
    first = desk.run(tests=False)
    base, memory = analyse_again(NOTHING, first, read)
    path = str(desk.folder / "b.go")
    boxes = {f.expression: f.allocation_reason for f in base.files[str(desk.folder / "c.go")].findings if f.is_heap}
    assert boxes["s"] == "one-byte"
    assert desk.edit("a type that boxes for free")
    # The lines of c.go say the same as before: only the declaration in b.go tells that the box is another.
    texts = tuple(Compiled(one.package, one.text, one.problems) for one in desk.run(tests=False).compiled)
    again, _ = analyse_again(memory, Run(texts), read)
    boxes = {f.expression: f.allocation_reason for f in again.files[str(desk.folder / "c.go")].findings if f.is_heap}
    assert boxes["s"] == "small-integer"
    assert again.files[path].content != base.files[path].content


def test_recorded_output_cut_anywhere(desk: Desk) -> None:
    """The compiler may be stopped at any line: what is cut off must not come out of the memory."""
    run = desk.run()
    memory = analyse_again(NOTHING, run, read)[1]
    lines = [one.text.splitlines(keepends=True) for one in run.compiled]
    for part in range(1, 12):
        cut = tuple(
            Compiled(one.package, b"".join(of_one[: len(of_one) * part // 12]), one.problems)
            for one, of_one in zip(run.compiled, lines, strict=True)
        )
        assert analyse_again(memory, Run(cut), read)[0] == analyse(Run(cut), read), part


def test_a_shelf_keeps_what_was_used_last() -> None:
    shelf = Shelf[str, str](10, len)
    for key, item in {"a": "aaaa", "b": "bbbb", "c": "cc"}.items():
        shelf.put(key, item)
    assert shelf.get("a") == "aaaa"
    shelf.put("d", "d")
    assert [shelf.get(key) for key in "abcd"] == ["aaaa", None, "cc", "d"]
    shelf.put("e", "e" * 11)
    assert [shelf.get(key) for key in "abcde"] == [None, None, None, None, "e" * 11]


def test_a_shelf_keeps_the_group_in_use_however_large_it_is() -> None:
    shelf = Shelf[str, str](10, len, lambda key: key[0])
    for key, item in {"b": "bb", "a1": "a" * 8, "a2": "a" * 8}.items():
        shelf.put(key, item)
    assert [shelf.get(key) for key in ("b", "a1", "a2")] == [None, "a" * 8, "a" * 8]
    shelf.put("b", "bb")
    assert [shelf.get(key) for key in ("b", "a1", "a2")] == ["bb", None, "a" * 8]
