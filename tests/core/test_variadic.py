"""Which arguments the slice of a variadic call holds: by the compiler's words, and by the declaration."""

from __future__ import annotations

from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.model import Kind, Place
from goescape_lsp.core.parse import Arrow, Block, Reason
from goescape_lsp.core.variadic import VariadicCall, variadic_call
from tests.conftest import Go

AT = Place("x.go", 3, 4)
# What go1.27 prints of a text of more than 72 characters: it is cut, and its second quote with it.
CUT = '"' + "a, (" * 17 + "..."
CALLED = {
    "f(... argument...)": VariadicCall("f", ()),
    'lg.Errorf("both %v", ... argument...)': VariadicCall("lg.Errorf", ('"both %v"',)),
    "(*T).M(r, c, ... argument...)": VariadicCall("(*T).M", ("r", "c")),
    "(*P[go.shape.*uint8]).M(p, &.dict.P[*int], 1, ... argument...)": VariadicCall(
        "(*P[go.shape.*uint8]).M", ("p", "1")
    ),
    "f(\"a, (\\\" b\", ',', '\\'', ... argument...)": VariadicCall("f", ('"a, (\\" b"', "','", "'\\''")),
    f'f({CUT}, "b", ... argument...)': VariadicCall("f", (CUT, '"b"')),
    f"f({CUT}, ... argument...)": VariadicCall("f", (CUT,)),
    'f("' + "a, (" * 30 + '", b, ... argument...)': VariadicCall("f", ('"' + "a, (" * 30 + '"', "b")),
    "f(g(a, ... argument...), map[int]int{...}, ... argument...)": VariadicCall(
        "f", ("g(a, ... argument...)", "map[int]int{...}")
    ),
    "f(g(a, ... argument...))": None,
    "f(a, ... argument...": None,
    'f("' + "a" * 68 + '...", b, ... argument...)': VariadicCall("f", ('"' + "a" * 68 + '..."', "b")),
    'f("' + "a" * 68 + '..., ", b, ... argument...)': None,  # is the text cut there, or does it go on?
}
INLINED = {
    "_, xs := 0, ... argument": VariadicCall("", ("_",)),
    "xs := ... argument": VariadicCall("", ()),
    ".dict, format, xs := &.dict.G[*int], 0, ... argument": VariadicCall("", ("format",)),
    "x.y[a, b] = ... argument": None,
}
SOURCE = """package p

type logger interface{ log(format string, values ...*int) }

type tool struct {
	logger
	call func(string, ...*int)
	name string
}

type named []int

type box[T any] struct{ held []T }

type wrong struct{}

var kept []*int

var sink any

//go:noinline
func (t *tool) keep(s string, xs ...*int) { kept = xs }

//go:noinline
func (n named) keep(s string, xs ...*int) { kept = xs }

//go:noinline
func (w wrong) keep(xs ...*int) { kept = xs }

//go:noinline
func (b *box[T]) keep(n int, xs ...T) { b.held = xs }

func (t *tool) small(a, b string, xs ...*int) { kept = xs }

//go:noinline
func declared(a, b string, _ rune, xs ...*int) { kept = xs }

func inlined(string, string, ...*int) { kept = nil }

func generic[T any](s string, xs ...T) { sink = xs }

func F(l logger, t *tool, n named, b *box[*int], p, q *int, s string) {
	l.log("a, (%v", p, q) // p, q
	l.log("aaaaaaaaaaaaaaaaaaaaaaaaaaaa, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, aaaaaaaaaaaaaaa", p, q) // p, q
	t.log(s, p) // p
	t.call("x", q, p) // q, p
	t.keep(t.name, p, q) // p, q
	n.keep(s, p) // p
	b.keep(1, p, q) // p, q
	t.small(`raw ", "`, "b", q) // q
	declared("a", "b", ',', p, q) // p, q
	generic("x", p, q) // p, q
	generic[*int]("x", q) // q
	(*tool).keep(t, s, p, q) // p, q
	named.keep(n, s, p, q) // p, q
	go declared(s, s, 'x', p, q) // p, q
	defer t.keep(s, p) // p
	l.log(s, /* first */ p, q) // p, q
}

func G(p *int) {
	wrong := wrong{}
	wrong.keep(p, p) // p, p
}
"""


@pytest.mark.parametrize("text", CALLED)
def test_the_arguments_before_the_slice_are_read(text: str) -> None:
    assert variadic_call((_block("call parameter", text, AT),), AT) == CALLED[text]


@pytest.mark.parametrize("text", INLINED)
def test_the_parameters_before_that_of_an_inlined_call_are_read(text: str) -> None:
    assert variadic_call((_block("assign-pair", text, AT),), AT) == INLINED[text]


def test_a_call_elsewhere_says_nothing() -> None:
    assert variadic_call((_block("call parameter", "f(a, ... argument...)", Place("x.go", 9, 9)),), AT) is None


def test_only_what_is_put_into_the_slice_is_underlined(each_go: Go, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module p\n\ngo 1.21\n", "utf-8")
    (tmp_path / "x.go").write_text(SOURCE, "utf-8")
    answer = examine(Request(str(tmp_path), (".",), go=each_go.path), "en")
    lines = SOURCE.split("\n")
    told: dict[int, str] = {}
    for one in answer.analysis.files[str(tmp_path / "x.go")].findings:
        if one.kind is Kind.VARIADIC and one.is_heap:
            text = lines[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1]
            assert one.expression == text
            told[one.span.line] = text
    marked = {
        n: line.rpartition("// ")[2] for n, line in enumerate(lines, start=1) if line.startswith("\t") and "// " in line
    }
    assert len(marked) >= 17
    assert told == marked


def _block(why: str, text: str, at: Place) -> Block:
    reason = Reason(text, why, at)
    return Block(AT, "... argument", "F", (Arrow("{heap}", "&", "{storage for ... argument}", (reason,)),), ())
