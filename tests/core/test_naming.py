"""Names of functions that have none in the source: what the compiler calls them, in all files of a package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.model import Finding, Kind, Place, Span
from goescape_lsp.core.naming import function_of, is_counted, uncounted
from goescape_lsp.core.shape import Shape
from goescape_lsp.core.words.hover import steps
from goescape_lsp.session.flow import unqualified
from tests.conftest import Go

# `// SUBJECT: NAME` is about the line that it stands on; `|` parts what Go versions name otherwise: the first name is
# that of go1.21, the last that of go1.27.
FILES = {
    "a.go": """package p

var sink any

const debugging = false

var first = func(n int) *int { return &n } // n: glob..func1|init.func1

func init() {
	m := 3 // m: init.0
	sink = &m
	sink = func(n int) *int { return &n } // n: init.0.func1
}

func left() {
	if debugging {
		sink = func() {}
	}
	sink = func(n int) *int { return &n } // n: left.func2|left.func1
}

func start(f func(int), n int) {
	go f(n)
	sink = func(n int) *int { // func literal: start
		go f(n) // go f(n): start.func1
		return &n
	}
}

type list[K any] struct{ held []K }

func (l *list[K]) add(k K) { // k: (*list[K]).add
	sink = func() *K { return &k }
	sink = func() any { q := k; return &q } // q: (*list[K]).add.func2
}

func added() { (&list[int]{}).add(3) }
""",
    "b.go": """package p

var second = func(n int) *int { return &n } // n: glob..func2|init.func2

var third, fourth = func(n int) {}, func(n int) any {
	return func(m int) *int { return &m } // m: glob..func4.1|init.func4.1
}

func init() {
	sink = func(n int) any { // func literal: init.1
		return func(m int) *int { return &m } // m: init.1.func1.1
	}
}

func init() {
	sink = func(n int) *int { return &n } // n: init.2.func1
}
""",
    "b_test.go": """package p

var fifth = func(n int) *int { return &n } // n: glob..func5|init.func5
""",
}
# The test has a copy of the literal, and is the first to speak of it.
COPIED = {
    "a.go": """package p

func Option(n int) func(*int) {
	return func(e *int) { *e = n } // e: Option.func1
}
""",
    "a_test.go": """package p_test

import "p"

func Used() func(*int) { return p.Option(3) }
""",
}
RANGED = """package p

var sink any

//go:noinline
func numbers(yield func(int) bool) { yield(1) }

func ranged(n int) {
	sink = func(n int) *int { return &n } // n: ranged.func1
	for x := range numbers {
		v := x // v: ranged
		sink = &v
		sink = func(n int) *int { return &n } // n: ranged.func2|ranged-range1.1
		for range numbers {
			sink = func(n int) *int { return &n } // n: ranged.func3|ranged-range1-range1.1
		}
	}
	sink = func(n int) *int { return &n } // n: ranged.func4|ranged.func2
}
"""
MARK = re.compile(r"// (?P<subject>\S.*?): (?P<names>\S+)$")


def told(files: dict[str, str], go: Go, folder: Path, language: str) -> dict[str, tuple[Finding, ...]]:
    (folder / "go.mod").write_text(f"module p\n\ngo {language}\n", encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    answer = examine(Request(str(folder), (".",), go=go.path), "en")
    assert not answer.problems
    return {name: answer.analysis.files[str(folder / name)].findings for name in files}


@pytest.mark.parametrize(
    ("files", "language"),
    [(FILES, "1.21"), (COPIED, "1.21"), ({"a.go": RANGED}, "1.23")],
    ids=["plain", "copied", "ranged"],
)
def test_functions_have_the_compilers_names(every_go: Go, tmp_path: Path, files: dict[str, str], language: str) -> None:
    if language == "1.23" and every_go.version.startswith("1.21"):
        return
    found = told(files, every_go, tmp_path, language)
    is_new = not every_go.version.startswith("1.21") if language == "1.21" else every_go.version.startswith("1.27")
    wrong: list[str] = []
    marks = 0
    for name, text in files.items():
        for number, line in enumerate(text.split("\n"), start=1):
            if (mark := MARK.search(line)) is None:
                continue
            marks += 1
            wanted = mark["names"].split("|")[-1 if is_new else 0]
            names = {one.function for one in found[name] if one.at.line == number and one.subject == mark["subject"]}
            if names != {wanted}:
                wrong.append(f"{name}:{number} {mark[0]}: {names}")
    assert marks
    assert not wrong, "\n".join(wrong)


HERE = Place("", 4, 9)


@pytest.mark.parametrize(
    ("function", "told", "name"),
    [
        ("F.func", ("F.func2",), "F.func2"),
        ("F.func", ("p.F[go.shape.struct { p.x []int }].func2", "G.F.func7"), "F.func2"),
        ("F.func", ("G.F.func7", "F.func3"), "F.func3"),
        ("F.func", ("G.F.func7",), "F.func"),
        ("F.func", (), "F.func"),
        ("F.func", ("F",), "F.func"),
        ("p.func", ("p.func2",), "p.func2"),
        ("p.func", ("p.p.func2",), "p.func2"),
        ("F.func", ("F.func1#TvuX58xFILk=#",), "F.func1"),
        ("(*T[K]).M.func", ("(*T[go.shape.int]).M.func1-range2.1",), "(*T[K]).M.func1-range2.1"),
        ("T.func1.func", ("T.func1.func1",), "T.func1.func1"),
        ("init.func", ("init.func12",), "init.func12"),
        ("init.func", ("glob..func12.1",), "glob..func12.1"),
        ("init.func", ("F.init.func3",), "init.func"),
        ("init.func", ("init.1.func2",), "init.1.func2"),
        ("init", ("init.1",), "init.1"),
        ("init", (), "init"),
    ],
)
def test_names_are_told_by_the_compiler_or_have_no_number(function: str, told: tuple[str, ...], name: str) -> None:
    shape = Shape(Span(4, 9, 4, 12), "", Kind.OTHER, function, named_at=HERE)
    assert function_of(shape, "x.go", "p", {Place("x.go", 4, 9): told}) == name
    assert all(map(is_counted, told)) or told == ("F",)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("init.func12", "init.func"),
        ("glob..func12.1", "init.func.1"),
        ("init.2.func1", "init.func1"),
        ("init.0", "init"),
        ("F.func2", "F.func2"),
        ("init", "init"),
    ],
)
def test_a_literal_of_another_file_changes_no_identity(name: str, kept: str) -> None:
    assert uncounted(name) == kept


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("fmt.errorf(fmt.format, fmt.a...)", "fmt.errorf(format, a...)"),
        ("append(strings.b.buf, strings.s...)", "append(b.buf, s...)"),
        ("string(bytes.b.buf[bytes.b.off:])", "string(b.buf[b.off:])"),
        ("&errors.errorString{...}", "&errors.errorString{...}"),
        ("&fmt.wrapError{fmt.s, fmt.err}", "&fmt.wrapError{s, err}"),
        ("new(fmt.pp)", "new(fmt.pp)"),
        ("fmt.p := (*fmt.pp)(nil)", "p := (*fmt.pp)(nil)"),
        ("make([]fmt.pp, fmt.n)", "make([]fmt.pp, n)"),
        ("fmt.sort[go.shape.int](fmt.a)", "fmt.sort[go.shape.int](a)"),
        ("fmt.a[3]", "a[3]"),
        ('fmt.Println("fmt.a", fmt.a)', 'fmt.Println("fmt.a", a)'),
        ("x.fmt.a", "x.fmt.a"),
        ("fmt.w := strings.w", "fmt.w := strings.w"),
        ("fmt.a, fmt.b := fmt.a, nil", "fmt.a, fmt.b := fmt.a, nil"),
        ("fmt.a := a", "fmt.a := a"),
        ("bytes.b.buf = append(bytes.b.buf, bytes.c)", "b.buf = append(b.buf, c)"),
        ("os.a", "os.a"),
        ("fmt.Stringer(fmt.v)", "fmt.Stringer(v)"),
        ("bytes.buffer.read(bytes.b)", "bytes.buffer.read(b)"),
    ],
)
def test_variables_of_inlined_code_are_named_as_their_own_package_has_them(text: str, written: str) -> None:
    assert unqualified(text, frozenset({"fmt", "bytes", "strings", "errors"}))[0] == written


OTHER = """package q

var Kept *int

func Keep(given *int) { held := given; Kept = held }
"""
USER = """package p

import "p/q"

type box struct{ a *int }

func use(n int) {
	q.Keep(&n)
}

func own(q box, n int) {
	q.keep(&n)
}

func (b *box) keep(p *int) { q.Keep(p); q.Kept = b.a }
"""


def test_a_story_names_no_package_before_a_variable(each_go: Go, tmp_path: Path) -> None:
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "q.go").write_text(OTHER, encoding="utf-8")
    found = told({"a.go": USER}, each_go, tmp_path, "1.21")["a.go"]
    said = [step for one in found if one.is_heap for step in steps(one, "en", lambda place: str(place.line))]
    assert "in q.Keep, inlined here: assigned: held := given (8)" in said
    assert "in q.Keep, inlined here: assigned: q.Kept = held (8)" in said
    assert "in q.Keep, inlined here: assigned: q.given := p (12)" in said, (
        "where `q` is a variable, that may be its field"
    )
    assert not [step for step in said if ("q.held" in step or "q.given" in step) and not step.endswith("(12)")]
