"""What real modules taught: each line below was told wrongly once; every mark says what must be told of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.judge import judge_stays
from goescape_lsp.core.model import Allocation, Finding, Kind, Rule
from goescape_lsp.core.words import findings as words
from tests.conftest import Go

# `// SUBJECT: RULE, ALLOCATION` is about the line that it stands on; `|` parts what Go versions differ in.
SOURCE = """package p

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"text/template"
)

type level uint64

type names []string

type counter struct{ n int64 }

var kept any

var held *page

type doer interface{ stop() }

//go:noinline
func all(given []doer) { kept = given[0] }

var entry *record

type record struct{ key []byte }

type page struct {
	functions template.FuncMap
	header    http.Header
	query     url.Values
	close     func()
}

func keep(values ...any) { kept = values }

func must(ok bool) {
	if !ok {
		panic("wrong")
	}
}

func (c counter) count() int64 { return c.n }

func (c counter) names() names { return nil }

func (c *counter) stop() { kept = c }

//go:noinline
func wait(ctx context.Context) { kept = ctx }

//go:noinline
func after(f func()) { f() }

func inlinedPanic(n int) {
	must(n > 1) // "wrong": panic-argument, does-not-allocate
}

func constants() {
	keep(uint64(2)) // uint64(2): interface-conversion, does-not-allocate
	keep(level(3)) // level(3): interface-conversion, does-not-allocate
}

func results(c *counter) {
	keep(c.count()) // *: interface-conversion, may-allocate
	keep(c.names()) // *: interface-conversion, may-allocate
}

func sized(values []int, more map[int]int) int {
	// Before go1.25 it escapes.
	room := make([]int, 0, len(values)+len(more)) // *: variable-size-make|non-constant-size, may-allocate|allocates
	for _, value := range values {
		room = append(room, value)
	}
	return len(room)
}

func maps() {
	held = &page{ // &page{...}: stored-in-global, allocates
		functions: template.FuncMap{}, // template.FuncMap{}: stored-in-global, allocates
		header:    http.Header{"a": nil}, // http.Header{...}: stored-in-global, allocates
		query:     url.Values{}, // url.Values{}: stored-in-global, allocates
	}
}

func heldInClosure(names []string) {
	key := []byte("key") // ([]byte)("key"): stored-in-global, allocates
	after(func() {
		for range names {
			entry = &record{key: key}
		}
	})
}

func element() {
	all(
		[]doer{
			&counter{}, // &counter{}: passed-to-leaking-parameter, allocates
		},
	)
}

func background() {
	wait(context.Background()) // context.backgroundCtx{}: interface-conversion, does-not-allocate
}

func methodValue() {
	c := &counter{} // &counter{}: passed-to-leaking-parameter, allocates
	after(c.stop)
}

type box struct{ f func() }

func (b *box) put(f func()) int { b.f = f; return 1 }

var puts int

var numbered = map[string]int{}

// What an inlined function assigns is not what the statement around its call assigns.
func inlinedStore(b *box, n int) {
	puts = b.put(func() { println(n) }) // func literal: stored-in-heap-object, allocates
	numbered["a"] = b.put(func() { println(n + 1) }) // func literal: stored-in-heap-object, allocates
	_ = b.put(func() { println(n + 2) }) // func literal: stored-in-heap-object, allocates
}

var boxes = func(b *box) *box {
	for i := range make([]int, 3) {
		b.put(func() { println(i) }) // func literal: stored-in-heap-object, allocates
	}
	return b
}(new(box))

var initial = &page{
	functions: nil,
	query:     url.Values(newValues()), // map[string][]string{}: stored-in-global, allocates
}

func newValues() map[string][]string { return map[string][]string{} }

func started(n int) {
	check := func() { println(n) } // func literal: goroutine, allocates
	for i := 0; i < 2; i++ {
		go check()
	}
	held := box{f: func() { println(n + 1) }} // func literal: goroutine, allocates
	go held.f()
	go after(func() { println(n + 2) }) // func literal: goroutine, allocates
	var c counter // c: passed-to-leaking-parameter, allocates
	stop := c.stop // c.stop: goroutine, allocates
	go stop()
}

// A literal that is inlined writes to the variables around its call, a function does not although names are alike.
func inlinedNames(names []string) (grouped [][]string) {
	last := func() *[]string {
		grouped = make([][]string, 1)
		return &grouped[0]
	}
	for range names {
		*last() = nil // make([][]string, 1): returned|outlives-scope, allocates
	}
	var c *counter
	for range names {
		c = fresh() // &counter{...}: outlives-loop-iteration, allocates
	}
	same(c)
	return grouped
}

func fresh() *counter { return &counter{n: 1} }

func same(given *counter) { c := given; c.n++ }

// An inlined method puts its receiver into an interface, its caller does not.
func receiver(b *box, n int) {
	c := &counter{n: int64(n)} // &counter{...}: passed-to-leaking-parameter, allocates
	c.register()
}

func (c *counter) register() { one(c) }

//go:noinline
func one(given doer) { kept = given }

func buffers() net.Buffers {
	return net.Buffers{{1}, {2}} // net.Buffers{...}: returned, allocates
}

func grown(more func()) []func() {
	n := len(numbered)
	all := []func(){
		func() { println(n) }, // func literal: appended, allocates
	}
	return append(all, more)
}

func deferredValue(n int) {
	for i := 0; i < n; i++ {
		check := func() { println(n) } // func literal: deferred-in-loop, allocates
		defer check()
	}
}

type raw []byte

type text string

var keepOne = func(one any) { kept = one }

var keepBytes = func(one []byte) { kept = one }

func converted(r raw, s string, t text, b []byte) {
	keepOne([]byte(nil)) // *: interface-conversion, does-not-allocate
	keepOne([]string(nil)) // *: interface-conversion, does-not-allocate
	keepOne([]byte(r)) // *: interface-conversion, may-allocate
	keepOne([]byte(s)) // *: interface-conversion, allocates
	keepOne([]rune(s)) // *: interface-conversion, allocates
	keepOne(string(t)) // *: interface-conversion, may-allocate
	keepOne(string(b)) // *: interface-conversion, allocates
	keepOne(string(t.again())) // *: interface-conversion, may-allocate
	keepBytes([]byte(s)) // *: passed-to-unknown-call, allocates
}

type nest struct{ inner *nest }

func deep() *nest {
	return &nest{
		inner: &nest{
			inner: &nest{
				inner: &nest{
					inner: &nest{
						inner: &nest{
							inner: &nest{
								inner: &nest{
									inner: &nest{
										inner: &nest{
											inner: &nest{
												inner: &nest{
													inner: &nest{}, // &nest{}: returned, allocates
												},
											},
										},
									},
								},
							},
						},
					},
				},
			},
		},
	}
}

//go:noinline
func (t text) again() text { return t }
"""
MARK = re.compile(r"// (?P<subject>\S.*): (?P<rule>[a-z|-]+), (?P<allocation>[a-z|-]+)$")
RANGES = """package p

import "fmt"

type list []int

func (l list) each(yield func(int, string) bool) {
	for i := range l {
		if !yield(i, "") {
			return
		}
	}
}

func find(l list, low, high int) error {
	for i, s := range l.each {
		if i > low {
			return fmt.Errorf("%d %d %d %s", i, low, high, s)
		}
	}
	return nil
}
"""


def findings(source: str, go: Go, folder: Path, version: str = "1.21") -> tuple[Finding, ...]:
    (folder / "go.mod").write_text(f"module p\n\ngo {version}\n", encoding="utf-8")
    (folder / "x.go").write_text(source, encoding="utf-8")
    answer = examine(Request(str(folder), (".",), go=go.path), "en")
    assert not answer.problems
    assert not answer.analysis.unknown
    return answer.analysis.files[str(folder / "x.go")].findings


def test_every_mark_holds(each_go: Go, tmp_path: Path) -> None:
    told: dict[int, list[tuple[str, str, str]]] = {}
    for one in findings(SOURCE, each_go, tmp_path):
        told.setdefault(one.at.line, []).append((one.subject, str(one.rule), str(one.allocation)))
    marks = [(n, m) for n, line in enumerate(SOURCE.split("\n"), start=1) if (m := MARK.search(line))]
    assert len(marks) >= 10
    wrong: list[str] = []
    for number, mark in marks:
        there = [
            said
            for said in told.get(number, [])
            if mark["subject"] in {said[0], "*"} or said[0] in mark["subject"].split("|")
        ]
        rules, allocations = mark["rule"].split("|"), mark["allocation"].split("|")
        if not any(said[1] in rules and said[2] in allocations for said in there):
            wrong.append(f"{number} {mark[0]}: {told.get(number)}")
    assert not wrong, "\n".join(wrong)


def test_no_cause_is_unknown(each_go: Go, tmp_path: Path) -> None:
    assert not [one for one in findings(SOURCE, each_go, tmp_path) if one.rule is Rule.UNKNOWN_CAUSE]


def test_a_message_names_the_method_whose_receiver_is_kept(go: Go, tmp_path: Path) -> None:
    found = findings(SOURCE, go, tmp_path)
    (told,) = (one for one in found if one.subject == "&counter{}" and one.function == "methodValue")
    assert words.message(told, "en") == "&counter{} escapes: passed to c.stop, which lets it outlive the call"


def test_a_conversion_of_a_result_is_the_whole_conversion(go: Go, tmp_path: Path) -> None:
    source = 'package p\n\nimport "fmt"\n\nfunc F(i int) []byte { return []byte(fmt.Sprintf("%d", i)) }\n'
    assert {one.expression for one in findings(source, go, tmp_path) if one.is_heap} == {
        '[]byte(fmt.Sprintf("%d", i))',
        "i",
    }


def test_a_conversion_of_an_inlined_result_is_the_whole_conversion(each_go: Go, tmp_path: Path) -> None:
    source = """package p

import "strings"

var kept []rune

func F(text string) { kept = []rune(strings.TrimSuffix(text, ".")) }

type page struct{ uri []byte }

func (p *page) bytes() []byte { return p.uri }

func (p *page) text() string { return string(p.bytes()) }

//go:noinline
func keep(text string) { kept = []rune(text) }

func G(p *page) { keep(p.text()) }

func H(p *page) { keep(string(p.bytes())) }

var boxed any

func I(p *page) { boxed = string(p.bytes()) }
"""
    found = findings(source, each_go, tmp_path)
    told = {(one.expression, one.inlined_from) for one in found if one.subject != "p"}
    assert {('[]rune(strings.TrimSuffix(text, "."))', ""), ("p.text()", "(*page).text")} <= told
    assert {("string(p.bytes())", "")} == {one for one in told if one[0].startswith("string(")}
    assert len([one for one in found if one.function == "I" and one.is_heap]) == 1  # the box and its content


def test_new_of_a_negative_value_is_a_call(go: Go, tmp_path: Path) -> None:
    source = "package p\n\nfunc F(x int) (*float64, *int) { return new(-1.5), new(-x + 1) }\n"
    told = [words.message(one, "en") for one in findings(source, go, tmp_path, "1.26") if one.is_heap]
    assert told == [f"{text} escapes: returned from function" for text in ("new(-1.5)", "new(-x + 1)")]


def test_values_of_an_inlined_range_body_are_sites_of_their_own(go: Go, tmp_path: Path) -> None:
    found = findings(RANGES, go, tmp_path, "1.23")
    told = {one.subject: one for one in found if one.is_heap and one.function == "find"}
    assert {"i", "low", "high"} <= told.keys()
    line = "\tfor i, s := range l.each {"
    for one in (told["i"], told["low"], told["high"]):
        if one.at.column == line.index("for") + 1:
            assert (one.span.line, one.span.end_line, one.span.end_column) == (one.at.line, one.at.line, len(line) - 1)


def test_shapes_of_one_inlined_body_are_one_site(go: Go, tmp_path: Path) -> None:
    source = """package p

type ring[T any] struct{ held []T }

func (r *ring[T]) grow(n int) { r.held = make([]T, n) }

//go:noinline
func (r *ring[T]) push(n int) { r.grow(n) }

func F(a *ring[int], b *ring[string], n int) {
	a.push(n)
	b.push(n)
}
"""
    found = [one for one in findings(source, go, tmp_path) if one.is_heap and one.inlined_from and one.at.line == 8]
    assert len(found) == 1
    assert words.message(found[0], "en").startswith("slice made in (*ring).grow escapes")


GENERIC = """package p

type list[V any] struct {
	held []V
	next *list[V]
}

type names []string

var kept any

var copied names

//go:noinline
func (l *list[V]) fill() { l.held = make([]V, 0, 16) }

func of[V any]() *list[V] { return &list[V]{next: &list[V]{}} }

func copyOf[S ~[]E, E any](s S) S { return append(S([]E{}), s...) }

func use(given names) {
	empty, full := of[struct{}](), of[int]()
	empty.fill()
	full.fill()
	kept = []any{empty, full}
	copied = copyOf(given)
}
"""


def test_shapes_of_generic_code_are_one_site_that_costs_what_the_dearest_costs(each_go: Go, tmp_path: Path) -> None:
    found = [one for one in findings(GENERIC, each_go, tmp_path) if one.is_heap]
    (made,) = (one for one in found if one.function.endswith("fill"))
    assert (made.rule, made.allocation) == (Rule.STORED_IN_HEAP_OBJECT, Allocation.ALLOCATES)
    told = [words.message(one, "en") for one in found]
    assert not [text for text in told if "go.shape" in text]
    assert any(text.startswith("&list{…} made in of escapes") for text in told), told
    (copied,) = (one for one in found if one.inlined_from == "copyOf" and one.kind is Kind.SLICE)
    assert (copied.allocation, copied.allocation_reason) == (Allocation.DOES_NOT_ALLOCATE, "zero-size")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("&list[go.shape.struct { F [4]int },go.shape.[]int]{...}", "&list{...}"),
        ("(*list[go.shape.int]).fill", "(*list).fill"),
        ("go.shape.[]string{}", "[]string{}"),
        ("map[go.shape.string]int{}", "map[string]int{}"),
        ("make([]list[go.shape.int], 4)", "make([]list, 4)"),
        ("pair[int,string]{}", "pair[int,string]{}"),
        ("new(<node DYNAMICTYPE>)", "new(…)"),
        ("[]<node DYNAMICTYPE>{...}", "[]…{...}"),
    ],
)
def test_a_shape_is_told_as_it_is_written(text: str, written: str) -> None:
    assert words.written(text) == written


@pytest.mark.parametrize(
    ("made", "allocation"),
    [("[]struct {}", Allocation.DOES_NOT_ALLOCATE), ("[]struct { n int }", Allocation.MAY_ALLOCATE)],
)
def test_elements_without_a_size_need_no_room(made: str, allocation: Allocation) -> None:
    assert judge_stays(Kind.SLICE, f"make({made}, n)", is_zero_copy=False, go_version="1.26.8")[0] is allocation


def test_what_several_inlined_functions_may_hold_is_of_the_outermost(each_go: Go, tmp_path: Path) -> None:
    source = """package p

import "reflect"

var kept any

func F(v reflect.Value) bool { return v.IsNil() }
"""
    found = [one for one in findings(source, each_go, tmp_path) if one.subject == "&reflect.ValueError{...}"]
    assert {one.inlined_from for one in found} <= {"reflect.Value.IsNil"}
    assert found or each_go.version.startswith("1.21")


def test_a_variable_is_not_deferred_but_its_closure(each_go: Go, tmp_path: Path) -> None:
    source = """package p

func F(list []int) (sum int) {
	for _, n := range list {
		defer func() {
			list = append(list, n)
		}()
	}
	return len(list)
}
"""
    (moved,) = (one for one in findings(source, each_go, tmp_path) if one.subject == "list" and one.is_heap)
    assert words.message(moved, "en") == "list moved to heap: captured by reference by a closure deferred in a loop"
    assert words.message(moved, "zh-cn").endswith("被循环中 defer 的闭包按引用捕获")


def test_a_text_that_is_known_is_not_told_what_it_would_cost_empty(go: Go, tmp_path: Path) -> None:
    source = 'package p\n\nvar kept [][]byte\n\nfunc F(s string) { kept = [][]byte{[]byte("a\\"b"), []byte(s)} }\n'
    told = {one.expression: one.allocation_reason for one in findings(source, go, tmp_path) if one.kind is Kind.BYTES}
    assert told == {'[]byte("a\\"b")': "", "[]byte(s)": "empty-copy"}


LARGE = """package p

var kept any

func both() {
	var x [10500000]byte
	kept = &x
}
"""


def test_the_story_of_what_is_too_large_says_so(each_go: Go, tmp_path: Path) -> None:
    (moved,) = (one for one in findings(LARGE, each_go, tmp_path) if one.subject == "x")
    assert moved.rule is Rule.TOO_LARGE_FOR_STACK
    assert [step.why for step in moved.flow] == ["too large for stack"]
    assert any("too large for stack" in line for line in moved.lines)
