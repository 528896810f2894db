"""What readers of findings of real modules found to be told wrongly or weakly: each case was, once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.core.model import Finding
from goescape_lsp.core.words.findings import message
from goescape_lsp.core.words.hover import steps
from tests.conftest import Go
from tests.core.test_real_code import findings

# `// SUBJECT: WORD, WORD …` is about the line that it stands on: each word is the rule, the allocation, its reason or
# the function that an inlined body is of.
SOURCE = """package p

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/mail"
	"os"
	"reflect"
)

var kept any

var text string

var keep func(int)

type store[K any] struct {
	keys []K
	on   func(K)
}

func (s *store[K]) add(k K) { s.keys = append(s.keys, k) }

func newStore[K any]() *store[K] {
	s := &store[K]{}
	s.on = s.add // append: (*store).add, stored-in-heap-object, may-allocate
	return s
}

func makeStore() *store[int] { return newStore[int]() }

// The step that decides stands behind the loop, the value inside it.
func behind(buf []rune, n int) string {
	for i := 0; i < n; i++ {
		if buf[i] == 'x' {
			buf = append([]rune{'y'}, buf[:i]...) // []rune{...}: outlives-loop-iteration, allocates
		}
	}
	selector := buf[1:n]
	return string(selector)
}

// All of it is one concatenation, and the sum has no memory of its own.
func joins(names []string) string {
	all := ""
	for _, name := range names {
		all += name + "=" // name + "=": joined-sum, allocates
	}
	return all
}

func boxesText(b []byte, m map[string]int) {
	kept = string(b)       // string(b): empty-string, allocates
	kept = "n" + string(b) // "n" + string(b): plain, allocates
}

// Not even the type says so here, but the machine code does.
func boxesRunes(b []byte) {
	kept = string(bytes.Runes(b)) // string(bytes.Runes(b)): plain, allocates
}

type setter interface{ Set(value any) }

// They call each other, and the compiler's explanation goes on from one to the other.
func unmarshal(depth int, value any, to setter) {
	defer func() { _ = recover() }()
	decode(depth, value, to)
}

func decode(depth int, value any, to setter) {
	defer func() { _ = recover() }()
	if depth > 0 {
		again(depth-1, to)
	}
	to.Set(value)
}

func again(depth int, to setter) {
	defer func() { _ = recover() }()
	var inner int // inner: interface-conversion, unmarshal
	unmarshal(depth, &inner, to)
}

type failure struct{ name string }

func (f *failure) Error() string { return f.name }

func failed(name string) error { return &failure{name} }

// A deferred closure shares the result; the value is returned, and nothing is deferred in a loop.
func flushed(names []string) (n int, err error) {
	defer func() {
		if err == nil {
			err = failed("late")
		}
	}()
	for _, name := range names {
		if name == "" {
			return n, failed(name) // &failure{...}: returned, failed
		}
	}
	return n, nil
}

//go:noinline
func run(f func()) { kept = f }

// The compiler tells the innermost capture, of a literal that stays.
func nested(n int) {
	for i := 0; i < n; i++ {
		sum := i // sum: captured-by-closure
		run(func() {
			func() {
				defer func() { sum++ }()
				println(sum)
			}()
		})
	}
}

type closer struct{ f func() error }

func (c *closer) set(r *os.File, f any) any {
	close := r.Close // r.Close: stored-in-heap-object, allocates
	c.f = close
	var sync func() error
	sync = r.Sync // r.Sync: stored-in-heap-object, allocates
	c.f = sync
	var name = r.Name // r.Name: stored-in-global, allocates
	keepName = name
	f = r.Fd // r.Fd: returned, allocates
	return f
}

var keepName func() string

type actions struct {
	close func() error
	any   any
}

//go:noinline
func runLater(f func() error, more ...any) { keptRuns, kept = append(keptRuns, f), more[0] }

var keptRuns []func() error

func (c *closer) take(r *os.File, e *os.PathError) *actions {
	runLater(r.Close) // r.Close: passed-to-leaking-parameter, allocates
	runLater(nil, e.Path) // e.Path: interface-conversion, may-allocate
	runLater(nil, r.Sync) // r.Sync: interface-conversion, allocates
	return &actions{
		close: r.Close, // r.Close: returned, allocates
		any:   e.Path, // e.Path: interface-conversion, may-allocate
	}
}

func closing(r *os.File) (func() error, any) { return r.Close, r.Sync } // r.Sync: returned, allocates

func path(e *os.PathError) (any, int) { return e.Path, 1 } // e.Path: interface-conversion, may-allocate

// A method expression that is called is a static call, however its text is that of a variable's method.
func called(v reflect.Value, more []reflect.Value, r io.Reader, b *bytes.Buffer) {
	known := make([]byte, 8) // make([]byte, 8): passed-to-leaking-parameter, reflect.Value.SetBytes
	reflect.Value.SetBytes(v, known)
	other := make([]byte, 9) // make([]byte, 9): passed-to-leaking-parameter, reflect.Value.SetBytes
	reflect.Value.SetBytes(more[0].Elem(), other)
	read := make([]byte, 10) // make([]byte, 10): passed-to-unknown-call, io.Reader.Read
	io.Reader.Read(r, read)
	written := make([]byte, 11) // make([]byte, 11): plain, does-not-allocate
	(*bytes.Buffer).Write(b, written)
	taken := reflect.Value.SetBytes
	taken(v, nil)
}

func fillRandom(n int) []byte {
	b := make([]byte, 8) // make([]byte, 8): passed-to-unknown-call, rand.Reader.Read
	if _, err := rand.Reader.Read(b); err != nil {
		return nil
	}
	return nil
}

func readRandom(n int) int {
	b := make([]byte, 8) // make([]byte, 8): passed-to-leaking-parameter, io.ReadFull
	n, _ = io.ReadFull(rand.Reader, b)
	return n
}

func keepRunes(r []rune) { text = string(r) } // string(r): stored-in-global, allocates, plain

func keepBytes(b []byte) { text = string(b) } // string(b): stored-in-global, allocates, few-bytes

func keepSum(s string) { text = "<" + s } // "<" + s: stored-in-global, allocates, empty-part

func keepFramed(s string) { text = "<" + s + ">" } // "<" + s + ">": stored-in-global, allocates, plain

func keepRune(r rune) { text = string(r) } // string(r): stored-in-global, allocates, plain

type named []byte

func keepNamed(b named) { text = string(b) } // string(b): stored-in-global, allocates, few-bytes

func readRunes(r []rune) (n int) {
	for i := 0; i < 2; i++ {
		s := string(r) // string(r): string-conversion, may-allocate, text-buffer
		for i := range s {
			n += i + len(s)
		}
	}
	return n
}

// The variable is of the function around the closure; that a loop is around the value as well is not what counts.
func listed(names []string) int {
	var all []string
	each(func() {
		all = make([]string, 0, 2) // make([]string, 0, 2): outlives-scope
		for _, name := range names {
			all = append(all, name) // append: outlives-scope, growth
		}
	})
	return len(all)
}

//go:noinline
func each(f func()) { f() }

func cut(src []byte, from, n int) map[string]string {
	made := map[string]string{}
	made["a"] = string(src[from : from+n]) // string(src[from:from + n]): stored-in-map, allocates, few-bytes
	return made
}

func shared(b []byte, from int) (n int) {
	s := string(b[from+1:]) // string(b[from + 1:]): string-conversion|, may-allocate, stack-buffer
	for i := range s {
		n += i + len(s)
	}
	return n
}

// What is indexed by a text is a map, whatever its type.
func foreign(header mail.Header, name string) {
	header["a"] = []string{name} // []string{...}: stored-in-map
}

type reader interface{ read(p []byte) int }

type wrapped struct{ inner reader }

func (w wrapped) readAll(p []byte) int { return w.inner.read(p) + 1 }

func through(w wrapped) int {
	p := make([]byte, 8) // make([]byte, 8): passed-to-unknown-call, w.inner.read
	return w.readAll(p)
}

func prepended(all []int, n int) []int {
	var parents []int
	for _, one := range all {
		parents = append([]int{one}, parents...) // append: returned|outlives-loop-iteration, growth-prepended
	}
	return parents
}

func emptied(all [][]int) (n int) {
	var some []int
	for _, list := range all {
		some = some[:0]
		for _, one := range list {
			if one > 0 {
				some = append(some, one) // append: growing-append, growth-reused
			}
		}
		n += len(some)
	}
	return n
}

func copied(all [][]int, n int) (kept [][]int) {
	for _, one := range all {
		kept = append(kept, append([]int(nil), one...)) // append: appended, growth-fresh
	}
	return kept
}

type list struct{ all, other []int }

// What a parameter leads to is used again where the function cuts it; what a pointer leads to is the caller's.
func (l *list) fill(into *[]int, more *[]int, n int) {
	*into = (*into)[:0]
	l.all = l.all[:0]
	l.other = nil
	for i := 0; i < n; i++ {
		*into = append(*into, i) // append: stored-in-heap-object, growth-reused
		l.all = append(l.all, i) // append: stored-in-heap-object, growth-reused
		*more = append(*more, i) // append: stored-in-heap-object, growth-given
		l.other = append(l.other, i) // append: stored-in-heap-object, growth
	}
}

func filtered(l *list) {
	kept := l.all[:0]
	for _, one := range l.all {
		if one > 0 {
			kept = append(kept, one) // append: stored-in-heap-object, growth-reused
		}
	}
	l.all = kept
}

type setting func(*int)

func zeroed() setting { return func(n *int) { *n = 0 } }

func setTo(to int) setting { return func(n *int) { *n = to } }

func bounded[T any](of T) setting { return func(n *int) { *n = len(any(of).(string)) } }

var settings []setting

type nothing struct{}

type something struct{ n int }

func newNothing() *nothing { return &nothing{} }

func alsoNothing() *nothing { return new(nothing) }

func newSomething() *something { return &something{} }

func objects(all []any) {
	all[0] = newNothing() // &nothing{}: newNothing, does-not-allocate, zero-size
	all[1] = alsoNothing() // new(nothing): alsoNothing, does-not-allocate, zero-size
	all[2] = newSomething() // &something{}: newSomething, allocates, plain
}

// A copy of a literal that captures nothing is as free as the literal; captured constants take memory.
func configure(to int) {
	settings[0] = zeroed() // func literal: zeroed, does-not-allocate, no-captures
	settings[1] = setTo(3) // func literal: setTo, allocates, plain
	settings[2] = bounded("") // func literal: bounded, allocates, plain
	local := func() setting { return func(n *int) { *n = to } }
	settings[3] = local() // func literal: configure.func1, allocates, plain
}
"""
MARK = re.compile(r"// (?P<subject>\S.*?): (?P<words>[^:]+)$")


def test_every_mark_holds(each_go: Go, tmp_path: Path) -> None:
    told: dict[int, list[Finding]] = {}
    for one in findings(SOURCE, each_go, tmp_path):
        told.setdefault(one.at.line, []).append(one)
    marks = [(n, m) for n, line in enumerate(SOURCE.split("\n"), start=1) if (m := MARK.search(line))]
    if each_go.version.startswith(("1.21", "1.24")):  # these do not speak of append
        marks = [(n, mark) for n, mark in marks if mark["subject"] != "append"]
    assert len(marks) >= 8
    wrong = [
        f"{number} {mark[0]}: {[(one.subject, sorted(said(one))) for one in told.get(number, [])]}"
        for number, mark in marks
        if not any(
            all(not said(one).isdisjoint(word.split("|")) for word in mark["words"].split(", "))
            for one in told.get(number, [])
            if one.subject == mark["subject"]
        )
    ]
    assert not wrong, "\n".join(wrong)


def said(finding: Finding) -> set[str]:
    return {
        str(finding.rule),
        finding.allocation,
        finding.allocation_reason or "plain",
        finding.inlined_from,
        finding.callee,
    }


LOOPS = """package p

var kept *int

func ranged(list []int) {
	for _, one := range list {
		kept = &one
	}
}

func counted(n int) {
	for i := 0; i < n; i++ {
		kept = &i
	}
}

func set(list []int) {
	var one int
	for _, one = range list {
		kept = &one
	}
}
"""


@pytest.mark.parametrize(("language", "temperature"), [("1.21", "normal"), ("1.22", "loop")])
def test_each_round_has_a_variable_of_its_own_from_go_1_22(
    each_go: Go, tmp_path: Path, language: str, temperature: str
) -> None:
    if each_go.version.startswith("1.21") and language != "1.21":
        return
    told = {one.function: one.temperature for one in findings(LOOPS, each_go, tmp_path, language) if one.is_heap}
    assert told == {"ranged": temperature, "counted": temperature, "set": "normal"}


RANGED = """package p

import "iter"

//go:noinline
func numbers() iter.Seq[int] { return nil }

//go:noinline
func kept(yield func(int) bool) { keep = yield }

var keep func(int) bool

func first(all []iter.Seq[int]) (sum int) {
	for one := range numbers() {
		sum += one
	}
	for one := range all[0] {
		if one == 3 {
			return one
		}
	}
	for one := range kept {
		sum += one
	}
	return sum
}
"""


def test_what_loops_over_functions_keep_is_told_in_words(each_go: Go, tmp_path: Path) -> None:
    if each_go.version.startswith("1.21"):
        return
    told = [one for one in findings(RANGED, each_go, tmp_path, "1.23") if one.is_heap and one.function == "first"]
    known = {message(one, "en") for one in told}
    loop = "used by the body of a loop over a function, a closure that may outlive the call"
    dynamic = "passed to the function that is ranged over, which the compiler cannot look into"
    leaking = "passed to the function that is ranged over, which lets it outlive the call"
    assert {
        f"body of the loop escapes: {dynamic}",
        f"body of the loop escapes: {leaking}",
        f"state of the loop moved to heap: {loop} ({dynamic})",
    } <= known
    assert not known.isdisjoint({f"sum moved to heap: {loop} ({how})" for how in (dynamic, leaking)})
    said = [*known, *(step for one in told for step in steps(one, "en", str))]
    assert not [text for text in said if "#" in text or ".autotmp" in text or "unknown" in text]
