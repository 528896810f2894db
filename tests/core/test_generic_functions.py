"""Functions that the compiler makes of methods and functions of generic code: explained, but without a verdict."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.core.model import Allocation
from goescape_lsp.core.words.findings import message
from tests.conftest import Go
from tests.core.test_real_code import findings

# `// WORDS` at the end of a line is the message of the one heap site there; a line without has none.
SOURCE = """package p

type gauge[K any] struct{ n int }

func (g *gauge[K]) read() int { return g.n }

//go:noinline
func (g gauge[K]) copied() int { return g.n }

type reader interface{ read() int }

var kept func() int

var held any

//go:noinline
func call(f func() int) int { return f() }

func pick[K any](k K) int { return 1 }

//go:noinline
func keep[K any](g *gauge[K]) {
	kept = g.read // method value g.read escapes: stored in a package variable
}

//go:noinline
func keepCopy[K any](g gauge[K]) func() int {
	return g.copied // method value g.copied escapes: returned from function
}

//go:noinline
func keepConstrained[T reader](t T) {
	kept = t.read // method value t.read escapes: stored in a package variable
}

//go:noinline
func keepExpression[K any]() func(*gauge[K]) int {
	return (*gauge[K]).read // method value (*gauge[K]).read escapes: returned from function
}

//go:noinline
func keepFunction[K any]() {
	held = pick[K] // function value pick[K] escapes: stored in a package variable
}

//go:noinline
func keepInferred[K any]() func(K) int {
	return pick // function value pick escapes: returned from function
}

//go:noinline
func started[K any](g *gauge[K]) {
	for i := 0; i < 3; i++ {
		go g.read()
		defer g.read()
	}
}

//go:noinline
func each[K any](all []*gauge[K]) {
	for _, g := range all {
		kept = g.read // method value g.read escapes: stored in a package variable
	}
}

//go:noinline
func stays[K any](g *gauge[K]) int {
	read := g.read
	return call(g.copied) + read()
}

//go:noinline
func plain(g *gauge[int]) {
	kept = g.read // method value g.read escapes: stored in a package variable
	held = pick[int]
	held = (*gauge[int]).read
}

func small[K any](g *gauge[K]) {
	kept = g.read // method value g.read escapes: stored in a package variable
}

func use(a *gauge[int], b *gauge[string]) {
	keep(a)
	keep(b)
	keepCopy(*a)
	keepConstrained(a)
	keepExpression[int]()
	keepFunction[string]()
	keepInferred[int]()
	started(a)
	each([]*gauge[int]{a})
	stays(b)
	small(b) // closure made in small escapes: stored in a package variable
}
"""
MARK = re.compile(r"// (?P<words>.+)$")
COUNTED = """package p

import "testing"

func TestAllocations(t *testing.T) {
	a, b := new(gauge[int]), new(gauge[string])
	for name, made := range map[string]struct {
		f     func()
		count float64
	}{
		"keep":            {func() { keep(a) }, 1},
		"keepCopy":        {func() { kept = keepCopy(*a) }, 1},
		"keepConstrained": {func() { keepConstrained(a) }, 1},
		"keepExpression":  {func() { held = keepExpression[int]() }, 1},
		"keepFunction":    {func() { keepFunction[string]() }, 1},
		"stays":           {func() { stays(b) }, 0},
		"plain":           {func() { plain(a) }, 1},
		"small":           {func() { small(b) }, 1},
	} {
		if n := testing.AllocsPerRun(100, made.f); n != made.count {
			t.Errorf("%s: %v", name, n)
		}
	}
}
"""


def test_each_function_that_is_made_is_a_site(every_go: Go, tmp_path: Path) -> None:
    found = findings(SOURCE, every_go, tmp_path)
    wrong: list[str] = []
    for number, line in enumerate(SOURCE.split("\n"), start=1):
        mark = MARK.search(line) if line.startswith("\t") else None
        sites = [one for one in found if one.is_heap and one.at.line == number]
        told = [message(one, "en") for one in sites]
        if told != ([mark["words"]] if mark else []):
            wrong.append(f"{number} {line.strip()}: {told}")
        if any(one.allocation is not Allocation.ALLOCATES for one in sites):
            wrong.append(f"{number} {line.strip()}: {[one.allocation for one in sites]}")
    assert not wrong, "\n".join(wrong)


def test_it_allocates_as_often_as_is_told(every_go: Go, tmp_path: Path) -> None:
    findings(SOURCE, every_go, tmp_path)
    (tmp_path / "x_test.go").write_text(COUNTED, encoding="utf-8")
    every_go.run("test", ".", cwd=tmp_path)


@pytest.mark.parametrize("line", ["	kept = g.read", "	return (*gauge[K]).read", "	held = pick[K]"])
def test_it_is_shown_at_the_whole_expression_in_the_compilers_words(each_go: Go, tmp_path: Path, line: str) -> None:
    number, text = next((n, t) for n, t in enumerate(SOURCE.split("\n"), start=1) if t.startswith(line))
    (site,) = [one for one in findings(SOURCE, each_go, tmp_path) if one.is_heap and one.at.line == number]
    shown = text.encode()[site.span.column - 1 : site.span.end_column - 1].decode()
    assert shown == line.rsplit(maxsplit=1)[-1] == site.expression
    assert any(one.startswith("func literal escapes to heap") for one in site.lines)
    assert "func literal escapes to heap" not in site.lines, "the compiler prints no verdict"
