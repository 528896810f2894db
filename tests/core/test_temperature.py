"""Temperatures and default severities on real compiles.

Every line with `// heat: WORD [reason]` has a heap site of that temperature, every line with `// row: KEY` one that
this row of the default view decides on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.core.judge import decided, severity, strength
from goescape_lsp.core.model import Allocation, Compiled, Finding, Package, Rule, Run, Temperature
from goescape_lsp.core.quiet import KEYS, row_of
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.words import Locale
from goescape_lsp.core.words.quiet import loudness
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

HEATS = (Temperature.LOOP, Temperature.NORMAL, Temperature.COLD)
ROW = re.compile(r"// row: (?P<key>[\w-]+)$")
MARK = re.compile(r"// heat: (?P<heat>\w+)(?: (?P<reason>[\w-]+))?$")
SOURCES = {
    "a.go": """package p

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"sync"
)

var table = map[string]int{"a": 1} // heat: cold package-variable

var pool = sync.Pool{New: func() any { return new(node) }} // heat: cold pool

var once sync.Once

var sink any

type node struct{ next *node; n int }

func taken() *node {
	got, ok := pool.Get().(*node)
	if !ok {
		got = new(node) // heat: cold pool
	}
	return got
}

func asked() {
	if got, ok := pool.Get().(*node); ok {
		sink = got
	} else {
		sink = new(node) // heat: cold pool
	}
}

type cache struct{}

func (cache) Get() any { return sink }

func cached(kept cache) *node {
	got, ok := kept.Get().(*node)
	if !ok {
		got = new(node) // heat: normal
	}
	return got
}

type fault struct{ n int }

func (f *fault) Error() string { return fmt.Sprint(f.n) } // heat: cold error-method

func init() {
	sink = new(node) // heat: cold init
}

func setUp() {
	once.Do(func() {
		sink = new(node) // heat: cold once
	})
}

func NewNode(n int) *node {
	return &node{n: n} // heat: normal constructor
}

func keep() {
	sink = new(node) // heat: normal
}

func keepTwice() {
	keep() // heat: normal
}

func chain(n int) *node {
	var head *node
	for i := 0; i < n; i++ {
		head = &node{next: head, n: i} // heat: loop
	}
	return head
}

func again(n int) *node {
	var head *node
retry:
	head = &node{next: head} // heat: loop
	if n--; n > 0 {
		goto retry
	}
	return head
}

func onward(n int) *node {
start:
	if n--; n > 0 {
		goto starting
	}
	if n < -7 {
		goto start
	}
starting:
	return &node{n: n} // heat: normal
}

func next(x *node) bool { sink = x; return x.n > 0 }

func idle() {
	for next(&node{n: 8}) { // heat: loop
	}
	for i := 0; next(&node{n: i}); i++ { // heat: loop
		// Nothing is left to do.
	}
}

func first(xs []int) *node {
	for _, x := range xs {
		return &node{n: x} // heat: normal
	}
	return nil
}

func overOnce(n int) (sum int) {
	for _, x := range [](*node){{n: n}} { // heat: normal
		sink = x
	}
	return sum
}

func fails(n int, err error) error {
	if n < 0 {
		panic(fmt.Sprint(n)) // heat: cold panic
	}
	if err != nil {
		sink = new(node) // heat: cold error-path
	}
	for i := range make([]int, n) {
		sink = errors.New(fmt.Sprint(i)) // heat: cold error-construction
	}
	log.Println(n) // heat: cold logging
	return nil
}

func found(xs []int, n int) *node {
	for _, x := range xs {
		if x == n {
			return &node{n: x} // heat: normal
		}
		if x > n {
			sink = &node{n: x} // heat: normal
			break
		}
		switch x {
		case 1:
			sink = &node{n: x} // heat: loop
			break
		case 2:
			sink = &node{n: x} // heat: normal
			return nil
		}
		if x < n {
			if n++; n > 3 {
				continue
			}
			sink = &node{n: x} // heat: loop
		}
	}
	return nil
}

func nested(xs [][]int, n int) {
	for _, ys := range xs {
		for _, y := range ys {
			if y == n {
				sink = &node{n: y} // heat: loop
				break
			}
			for y < n {
				sink = &node{n: y} // heat: normal
				return
			}
		}
	}
}

func skips(xs []int) *node {
	for _, x := range xs {
		if x > 0 {
			p := &node{n: x} // heat: loop
			if p.n > 3 {
				continue
			}
			return p
		}
	}
	return nil
}

func passesOver(xs []int, n int) *node {
walk:
	for i := 0; ; i++ {
		if xs[i] < n {
			continue
		}
		switch n {
		case 1:
			sink = &node{n: n} // heat: loop
		case 2:
			continue
		}
		if n > 4 {
			sink = &node{n: n} // heat: normal
		} else if n > 2 {
			continue walk
		}
		return &node{n: i} // heat: normal
	}
}

func chooses(xs []int) *node {
	for _, x := range xs {
		switch x {
		case 1:
			sink = &node{n: x} // heat: normal
		case 2:
			continue
		}
		return nil
	}
	return nil
}

func comesRound(xs []int, n int) *node {
walk:
	for i := range xs {
		switch sink = new(node); n { // heat: loop
		case 1:
			sink = &node{n: n} // heat: loop
			fallthrough
		case 2:
			if i < 3 {
				continue
			}
		}
		for j := 0; j < n; j++ {
			sink = &node{n: j} // heat: loop
			if j == 2 {
				continue walk
			}
		}
		return &node{n: i} // heat: normal
	}
	return nil
}

func skipsWithin(s string, xs []int) []*node {
	for i := range s {
		switch s[i] {
		case ']':
			out := make([]*node, 0, 8) // heat: normal
			for _, x := range xs {
				if x == 0 {
					continue
				}
				out = append(out, &node{n: x}) // heat: loop
			}
			return out // continue reading
		}
	}
	return nil
}

func breaksOut(xs [][]int) {
	for _, ys := range xs {
		for _, y := range ys {
			if y > 0 {
				sink = &node{n: y} // heat: loop
				break
			}
			return
		}
	}
}

func tell(xs []int) {
	for _, x := range xs {
		fmt.Println(x)                 // heat: cold printing
		fmt.Fprintln(os.Stderr, x)     // heat: cold printing
		fmt.Fprintln(sink.(io.Writer), x) // heat: loop
	}
}

func debugNodes(xs []int) {
	for _, x := range xs {
		sink = &node{n: x} // heat: cold report
	}
}

func (n *node) lazily(m int) {
	if n.next == nil {
		n.next = &node{n: m} // heat: normal first-use
	}
	if n.next == nil {
		sink = &node{n: m} // heat: normal
	}
	if n.next != nil {
		n.next = &node{n: m} // heat: normal
	}
	for range make([]int, m) {
		if n.next == nil {
			n.next = &node{n: m} // heat: normal first-use
		}
	}
	for range make([]int, m) {
		if n.next == nil {
			n.next = &node{n: m} // heat: loop
		}
		n.next = nil
	}
	for n != nil {
		if n.next == nil {
			n.next = &node{n: m} // heat: loop
		}
		n = n.next
	}
}

func onDemand(all []*node, into **node) (made *node) {
	for i, one := range all {
		if made == nil {
			made = &node{n: i} // heat: normal
		}
		if *into == nil {
			*into = &node{n: i} // heat: normal first-use
		}
		if one.next == nil {
			one.next = &node{n: i} // heat: loop
		}
		if all[i] == nil {
			all[i] = &node{n: i} // heat: loop
		}
		var own *node
		if own == nil {
			own = &node{n: i} // heat: loop
			sink = own
		}
	}
	return made
}

type frame struct {
	once sync.Once
	data *node
}

var shared frame

func (f *frame) load() {
	f.once.Do(func() {
		f.data = new(node) // heat: normal once-each
	})
	shared.once.Do(func() {
		sink = new(node) // heat: cold once
	})
	var once sync.Once
	once.Do(func() {
		sink = new(node) // heat: normal
	})
}

func initNodes() {
	sink = new(node) // heat: normal lifecycle
}

func logs(lg, opt *errorLog, n *node) {
	lg.Errorf("%v", &node{n: n.n})  // heat: cold logging
	opt.Errorf("%v", &node{n: n.n}) // heat: cold logging
	opt.Reportf("%v", &node{n: n.n}) // heat: cold logging
	opt.errorf("%v", &node{n: n.n}) // heat: cold error-construction
}

type errorLog struct{ last any }

//go:noinline
func (l *errorLog) Errorf(format string, args ...any) error { l.last = args; return nil }

//go:noinline
func (l *errorLog) errorf(format string, args ...any) { l.last = args }

//go:noinline
func (l *errorLog) Reportf(format string, args ...any) { l.last = args }

type Error struct{ n int }

func (e *Error) Error() string { return "short" }

func checked(n int) (int, error) {
	if n < 3 {
		return 0, &Error{n: n} // heat: cold error-construction
	}
	return n, nil
}

func checksEach(ns []int) (sum int, err error) {
	for _, n := range ns {
		n, err = checked(n) // heat: cold error-construction
		sum += n
	}
	return sum, err
}

func cloneNode(n *node) {
	sink = &node{n: n.n} // heat: normal
}

func makeNode(n *node) {
	sink = &node{n: n.n} // heat: normal
}

func (n *node) makeNext() {
	n.next = &node{n: n.n} // heat: normal
}

func (n *node) newNext() {
	n.next = &node{n: n.n} // heat: normal constructor
}

func (n *node) WithNext() {
	n.next = &node{n: n.n} // heat: normal
}

func WithNode(n *node) {
	sink = &node{n: n.n} // heat: normal constructor
}

func (n *node) startLabel() {
	n.next = &node{n: n.n} // heat: normal
}

func (n *node) start() {
	n.next = &node{n: n.n} // heat: normal lifecycle
}

func (n *node) ListenAndServe() {
	n.next = &node{n: n.n} // heat: normal lifecycle
}

func startNodes(n *node) {
	sink = &node{n: n.n} // heat: normal lifecycle
}

func held(n *node) int { sink = n; return n.n }

func clauses(n int, each func(*node) []int, choose chan *node) {
	for i := held(&node{n: 1}); // heat: normal
		i < held(&node{n: 2}); // heat: loop
		i += held(&node{n: 3}) { // heat: loop
		sink = n
	}
	for range each(&node{n: n}) { // heat: normal
		sink = n
	}
	for kept := (&node{n: n}); kept != nil; kept = kept.next { // heat: normal
		sink = kept
	}
	for i := 0; i < n; i++ {
		if sink = (&node{n: i}); n > 4 { // heat: loop
			n--
		}
		switch sink = (&node{n: i}); n { // heat: loop
		case held(&node{n: i}): // heat: loop
			n--
		}
		select {
		case choose <- (&node{n: i}): // heat: loop
		default:
		}
	}
}

func inPlace(n int) {
	for i := 0; i < n; i++ {
		func() {
			recover() // so that it is not inlined
			sink = &node{n: i} // heat: loop
		}()
		go func() {
			sink = &node{n: i} // heat: loop
		}()
		defer (func() {
			sink = &node{n: i} // heat: loop
		})()
		sink = func() {
			sink = &node{n: i} // heat: normal
		}
		func() *node {
			recover()
			return &node{n: i} // heat: loop
		}().n++
	}
	func() {
		recover()
		sink = &node{n: n} // heat: normal
	}()
	for i := 0; i < n; i++ {
		func() {
			recover() // so that it is not inlined
			sink = &node{n: i} // heat: normal
		}()
		return
	}
	for i := func() int { recover(); sink = &node{n: n}; return 0 }(); i < n; i++ { // heat: normal
		sink = n
	}
}

func leavesEitherWay(n int) *node {
	for {
		sink = &node{n: n} // heat: normal
		if n > 3 {
			return &node{n: n} // heat: normal
		} else if n > 2 {
			break
		} else {
			panic("n")
		}
	}
	for {
		sink = &node{n: n} // heat: loop
		if n++; n > 3 {
			return &node{n: n} // heat: normal
		} else if n > 2 {
			break
		}
	}
	for {
		if n++; n > 3 {
			sink = &node{n: n} // heat: cold error-path
			panic("n")
		}
	}
}
""",
    "failures.go": """package p

import (
	"errors"
	"fmt"
	"net/http"
)

type fault2 struct{ at *node }

func (f *fault2) Error() string { return "short" }

type parseErr struct{ at *node }

func (p *parseErr) Error() string { return "short" }

var errOdd = errors.New("odd")

func byPosition(n int) (*node, error) {
	if n > 3 {
		return nil, &fault2{} // heat: cold error-construction
	}
	if n > 2 {
		err := &fault2{} // heat: cold error-construction
		sink = n > 4
		return nil, err
	}
	return &node{n: n}, nil // heat: normal
}

func byType(n int) (*node, *parseErr) {
	if n > 3 {
		return nil, &parseErr{at: &node{n: n}} // heat: cold error-construction
	}
	return &node{n: n}, nil // heat: normal
}

func plainResult(n int) *fault2 {
	return &fault2{} // heat: normal
}

func endsInError(n int, err error) (*node, error) {
	if n > 9 {
		sink = &node{n: n} // heat: cold error-path
		return nil, errOdd
	}
	if n > 8 {
		sink = &node{n: n} // heat: cold error-path
		panic("odd")
	}
	if n > 7 {
		sink = &node{n: n} // heat: normal
		for n > 6 {
			if n -= 2; n == 8 {
				return nil, nil
			}
		}
		return nil, errOdd
	}
	if err == nil {
		sink = &node{n: n} // heat: normal
	} else {
		sink = &node{n: n} // heat: cold error-path
	}
	if n > 2 && err != nil {
		sink = &node{n: n} // heat: cold error-path
	}
	if n > 2 || err != nil {
		sink = &node{n: n} // heat: normal
	}
	if errors.Is(err, errOdd) {
		sink = &node{n: n} // heat: cold error-path
	}
	switch {
	case next(&node{n: n}): // heat: normal
		sink = &node{n: n} // heat: normal
	case err != nil:
		sink = &node{n: n} // heat: cold error-path
	default:
		sink = &node{n: n} // heat: cold error-path
		return nil, fmt.Errorf("odd")
	}
	for i := range make([]int, n) {
		if i > 3 {
			sink = &node{n: n} // heat: cold error-path
			return nil, errOdd
		}
	}
	return &node{n: n}, errOdd // heat: normal
}

//go:noinline
func sendErrResponse(n *node) { sink = n }

//go:noinline
func checkErr(n *node) { sink = n }

func reports(w http.ResponseWriter, n int) {
	sendErrResponse(&node{n: n}) // heat: cold error-path
	checkErr(&node{n: n}) // heat: normal
	if n > 3 {
		sink = &node{n: n} // heat: cold error-path
		http.Error(w, "odd", 500)
		return
	}
	if n > 2 {
		sink = &node{n: n} // heat: normal
		checkErr(nil)
		return
	}
}

type client struct {
	trace, traced bool
	logger        *errorLog
}

func (l *errorLog) Enabled(n int) bool { return l.last == n }

func (c *client) debug() bool { return c.trace }

func (c *client) serves(n int) {
	c.logger.Noticef("%v", &node{n: n}) // heat: cold logging
	if c.trace {
		sink = &node{n: n} // heat: cold debugging
	} else {
		sink = &node{n: n} // heat: normal
	}
	if n > 2 && c.debug() {
		sink = &node{n: n} // heat: cold debugging
	}
	if c.logger.Enabled(n) {
		sink = &node{n: n} // heat: cold debugging
	}
	if c.traced {
		sink = &node{n: n} // heat: normal
	}
	if !c.trace {
		sink = &node{n: n} // heat: normal
	}
}

func (l *errorLog) Noticef(format string, args ...any) { l.last = args }
""",
    "a_test.go": """package p

import "testing"

func TestKeep(t *testing.T) {
	for range make([]int, 3) {
		sink = new(node) // heat: cold test
	}
}

func BenchmarkKeep(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink = new(node) // heat: loop
	}
}
""",
    "bench.go": """package p

import "testing"

// Measure prints what testing.B would.
func Measure() int {
	result := testing.Benchmark(func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			sink = new(node) // heat: loop
		}
	})
	sink = new(node) // heat: normal
	return result.N
}
""",
    "helper.go": """package p

import "testing"

func Check(t testing.TB) {
	sink = new(node) // heat: cold test
}
""",
    "rows.go": """package p

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"
)

func makesNode(n int) *node { return &node{n: n} } // row: normal

func MakesNode(n int) *node {
	return &node{n: n} // row: api
}

func (p *node) Next(n int) *node {
	return &node{next: p, n: n} // row: api
}

func keepsInlined(n int) {
	sink = makesNode(n) // row: inlined
}

func keepsEach(ns []int) {
	for _, n := range ns {
		sink = makesNode(n) // row: loop
	}
}

func grown(b *buffer, n byte) { b.bytes = append(b.bytes, n) } // row: possible

type buffer struct{ bytes []byte }

func growsEach(b *buffer, ns []byte) {
	for _, n := range ns {
		grown(b, n) // row: inlined-possible
	}
}

func room(dst []*node, ns []int) (_, _, _, _, _ []*node) {
	sized := make([]*node, 0, len(ns))
	unsized := []*node{}
	replaced := make([]*node, 0, len(ns))
	for _, n := range ns {
		dst = append(dst, nil)           // row: append-with-room
		sized = append(sized, nil)       // row: append-with-room
		unsized = append(unsized, nil)   // row: loop
		replaced = append(replaced, nil) // row: loop
		if n > 3 {
			replaced = unsized
		}
	}
	var buffer []*node
	for range ns {
		buffer = append(buffer[:0], dst...) // row: append-with-room
	}
	return dst, sized, unsized, replaced, buffer
}

type list struct {
	nodes []*node
	inner *list
	first *node
}

func (l *list) grows(ns []int, ms [][]*node, done func() bool) (a, b, c, d, e, f, g []*node) {
	for i, n := range ns {
		if n > 3 {
			a = append(a, nil) // row: append-open
			l.nodes = append(l.nodes, nil) // row: append-open
			e, f = append(e, nil), nil // row: loop
		}
		switch n {
		case 4:
			l.inner.nodes = append(l.inner.nodes, nil) // row: append-open
			f = append(f, nil) // row: loop
		}
		b = append(b, ms[i]...) // row: append-open
		var fresh []*node
		if n > 5 {
			fresh = append(fresh, nil) // row: loop
		}
		l.first = fresh[0]
		c = append(c, fresh...) // row: append-open
		e = fresh
		copied := append([]*node(nil), ms[i]...) // row: loop
		g = copied
		if n > 6 {
			g = append(g, nil) // row: loop
		}
	}
	for !done() {
		d = append(d, nil) // row: append-open
	}
	for _, n := range ns {
		if n > 3 {
			d = append(d, nil) // row: loop
		} else if n > 2 {
			d = append(d, l.first) // row: loop
		} else {
			sink = n
			d = append(d, ms[n][0]) // row: loop
		}
		if n > 1 {
			l.nodes = append(l.nodes, nil) // row: append-open
		} else if n > 0 {
			l.nodes = append(l.nodes, nil, nil) // row: append-open
		}
		if n > 7 {
			a = append(a, nil) // row: append-open
		} else {
			a = append(a, ms[n]...) // row: append-open
		}
	}
	if len(ns) > 3 {
		for range ns {
			c = append(c, nil) // row: loop
		}
	}
	for _, n := range ns {
		if n > 3 {
			continue
		}
		c = append(c, nil) // row: append-open
	}
	for _, inner := range []*list{l, l.inner} {
		l = inner
		if done() {
			inner.nodes = append(inner.nodes, nil) // row: loop
			l.nodes = append(l.nodes, nil) // row: loop
		}
	}
	return
}

func (l *list) lazy(n int) {
	if l.first == nil {
		l.first = &node{n: n} // row: first-use
	}
}

func sends(to chan *node, n int) {
	to <- &node{n: n} // row: send
}

func keeps(l map[string]any, s string, b []byte) func() string {
	l[s] = &node{n: len(b)} // row: normal
	l[s+"s"] = sink // row: kept
	return func() string { // row: kept
		return s + "s" // row: kept
	}
}

func makes(n int) (map[string]int, []string) {
	m := make(map[string]int) // row: normal
	s := make([]string, 8) // row: normal
	return m, s
}

func lists(s string) []string {
	return []string{s} // row: kept
}

func passes(to func(string), b []byte) {
	to(string(b)) // row: normal
}

type parseError struct{ at int }

func (e *parseError) Error() string { return "" }

func parse(n int) error {
	return &parseError{at: n} // row: cold
}

func boxed(s string) {
	sink = s // row: possible
}

func NewSink() {
	sink = new(node) // row: constructor
}

func closeSink() {
	sink = new(node) // row: lifecycle
}

func begin(n int) {
	go func() { // row: goroutine
		sink = makesNode(n)
	}()
}

type tasks struct{ last func(); count int }

//go:noinline
func (t *tasks) Go(f func()) { t.last = f }

func delays(t *tasks, n int) {
	time.AfterFunc(time.Second, func() { t.count += n }) // row: goroutine
	t.Go(func() { t.count += n }) // row: goroutine
}

func encodes(n *node) []byte {
	copied := *n // row: arguments
	text, _ := json.Marshal(&copied)
	return text
}

func builds(to func(a, b *node), ns []int) {
	for _, n := range ns {
		sink = &node{ // row: loop
			next: &node{n: n}, // row: same-statement
		}
	}
	to(
		&node{n: 1}, // row: normal
		&node{n: 2}, // row: same-statement
	)
}

func formats(f complex128, fs []float64) (s string) {
	s = fmt.Sprint(f) // row: arguments
	sort.Slice(fs, func(i, j int) bool { return fs[i] < fs[j] }) // row: possible
	for _, f := range fs {
		s = fmt.Sprint(f) // row: loop
	}
	return s
}
""",
}


@pytest.fixture(scope="module")
def found(go: Go, tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("heat")
    for name, source in {**SOURCES, "go.mod": "module m/p\n\ngo 1.21\n"}.items():
        (folder / name).write_text(source, "utf-8")
    result = go.run("test", "-c", "-o", str(folder / "p.test"), "-gcflags=-m=2", ".", cwd=folder)
    text = result.stderr.partition("# m/p.test")[0].encode()
    files = tuple(str(folder / name) for name in SOURCES)
    package = Package("m/p", "p", str(folder), files, variant="m/p.test", module_directory=str(folder))
    analysis = analyse(Run((Compiled(package, text),)), lambda path: Path(path).read_bytes())
    return [finding for facts in analysis.files.values() for finding in facts.findings if finding.is_heap]


def test_every_mark_holds(found: list[Finding]) -> None:
    wrong: list[str] = []
    for name, source in SOURCES.items():
        for number, line in enumerate(source.splitlines(), 1):
            mark = MARK.search(line)
            if mark is None:
                continue
            there = [f for f in found if Path(f.file).name == name and f.span.line == number]
            heats = {
                (str(f.temperature), f.temperature_reason if f.temperature is not Temperature.LOOP else "")
                for f in there
            }
            if heats != {(mark["heat"], mark["reason"] or "")}:
                wrong.append(f"{name}:{number} {line.strip()}: {heats}")
    assert not wrong, "\n".join(wrong)


def test_every_row_decides_where_it_says(found: list[Finding]) -> None:
    wrong: list[str] = []
    for number, line in enumerate(SOURCES["rows.go"].splitlines(), 1):
        mark = ROW.search(line)
        there = [f for f in found if f.file.endswith("rows.go") and f.span.line == number and _may_allocate(f)]
        if mark is not None and {row_of(f).key for f in there} != {mark["key"]}:
            wrong.append(f"{number} {line.strip()}: {[(row_of(f).key, f.subject, f.callee) for f in there]}")
    assert not wrong, "\n".join(wrong)


def test_the_marks_reach_every_row_of_the_table() -> None:
    marked = {mark["key"] for line in SOURCES["rows.go"].splitlines() if (mark := ROW.search(line))}
    # Decided by temperature, by main packages and by machine code; other tests have them.
    assert marked | {"cold", "main", "make-channel"} == set(KEYS)


@pytest.mark.parametrize(
    ("more", "key"), [({"rule": Rule.MAKE_CHANNEL}, "make-channel"), ({"temperature_reason": "main"}, "main")]
)
def test_rows_that_no_small_package_reaches(found: list[Finding], more: dict[str, Any], key: str) -> None:
    plain = next(f for f in found if row_of(f).key == "normal")
    assert decided(replace(plain, **more), Settings()) == ("hint", key)
    assert severity(replace(plain, **more), Settings(severity={key: "warning"})) == "warning"


def test_loops_are_louder_than_the_rest_unless_they_only_may_allocate(found: list[Finding]) -> None:
    for finding in found:
        level = severity(finding, Settings())
        if finding.temperature is Temperature.COLD:
            assert level == "hint", finding
        elif finding.temperature is Temperature.LOOP:
            is_possible = row_of(finding).key in {"inlined-possible", "append-with-room", "append-open"}
            assert not is_possible or finding.allocation is not Allocation.ALLOCATES
            is_quiet = is_possible or finding.is_beside
            assert level == ("hint" if is_quiet else "information"), finding


@pytest.mark.parametrize("key", KEYS)
def test_each_row_can_be_changed_by_its_key(found: list[Finding], key: str) -> None:
    loud = Settings(severity={key: "error"})
    for finding in found:
        is_of_row = key in {row_of(finding).key, str(finding.temperature), str(finding.rule)}
        assert (severity(finding, loud) == "error") == is_of_row, finding


def test_the_setting_decides_by_rule_then_temperature_then_row(found: list[Finding]) -> None:
    finding = next(f for f in found if f.temperature is Temperature.LOOP)
    assert severity(finding, Settings(severity={str(finding.rule): "error", "loop": "off"})) == "error"
    assert severity(finding, Settings(severity={"loop": "off"})) == "off"
    inlined = next(f for f in found if row_of(f).key == "inlined")
    assert severity(inlined, Settings(severity={"normal": "warning", "inlined": "off"})) == "warning"
    assert severity(inlined, Settings(severity={"possible": "off", "inlined": "information"})) == "information"


def test_what_is_loud_is_stronger_within_its_temperature(found: list[Finding]) -> None:
    ordered = sorted(found, key=strength)
    seen = [(f.temperature, row_of(f).severity) for f in ordered]
    assert [heat for heat, _ in seen] == sorted((heat for heat, _ in seen), key=list(HEATS).index)
    for heat in HEATS:
        levels = [level for one, level in seen if one is heat]
        assert levels == sorted(levels, reverse=True), "information before hint"


@pytest.mark.parametrize(
    ("path", "name", "key"),
    [("m/p", "p", "api"), ("m/internal/p", "p", "normal"), ("internal/p", "p", "normal"), ("m/p", "main", "normal")],
)
def test_a_program_and_an_internal_package_have_no_api(path: str, name: str, key: str) -> None:
    source = f"package {name}\n\nfunc F() *int {{ return new(int) }}\n".encode()
    package = Package(path, name, "/m", ("/m/a.go",), module_directory="/m")
    text = (
        b"./a.go:3:28: new(int) escapes to heap in F:\n"
        b"./a.go:3:28:   flow: ~r0 \xe2\x86\x90 &{storage for new(int)}:\n"
        b"./a.go:3:28:     from new(int) (spill) at ./a.go:3:28\n"
        b"./a.go:3:28:     from return new(int) (return) at ./a.go:3:18\n"
        b"./a.go:3:28: new(int) escapes to heap\n"
    )
    analysis = analyse(Run((Compiled(package, text),)), lambda _: source)
    (finding,) = analysis.files["/m/a.go"].findings
    assert (finding.rule, row_of(finding).key) == (Rule.RETURNED, key)


@pytest.mark.parametrize("locale", ["en", "zh-cn"])
def test_the_words_name_what_decided(found: list[Finding], locale: Locale) -> None:
    for finding in found:
        said = loudness(finding, Settings(), locale, str)
        if row_of(finding).severity == "information" or not _may_allocate(finding):
            assert not said
        else:
            assert row_of(finding).key in said
        rule = str(finding.rule)
        assert rule in loudness(finding, Settings(show="all", severity={rule: "warning"}), locale, str)


def _may_allocate(finding: Finding) -> bool:
    return finding.allocation is not Allocation.DOES_NOT_ALLOCATE
