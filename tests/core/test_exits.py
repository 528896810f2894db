"""Where a value leaves its own function: the compiler's explanation goes on through all functions that call each other.

`// SUBJECT: RULE [CALLEE]; LAST STEP` is about the line that it stands on.
"""

from __future__ import annotations

import re
from pathlib import Path

from goescape_lsp.core.model import Verdict
from tests.conftest import Go
from tests.core.test_real_code import findings

SOURCE = """package p

var kept any

type parts struct {
	plain map[string]int
	mixed map[string]any
}

// The result holds it; that a caller puts it into a map does not matter any more.
//
//go:noinline
func build(n int, isMixed bool) (p parts) {
	if isMixed {
		p.mixed = make(map[string]any) // make(map[string]any): returned; p.mixed = make(map[string]any)
		p.mixed["x"] = value(n - 1)
	} else {
		p.plain = make(map[string]int) // make(map[string]int): returned; p.plain = make(map[string]int)
	}
	return
}

//go:noinline
func value(n int) any {
	if n == 0 {
		return nil
	}
	p := build(n, true)
	return p.mixed
}

func plainOf(n int) map[string]int { return build(n, false).plain }

type failure struct{ n int }

func (f *failure) Error() string { return "" }

type tree struct {
	n    int
	kids []tree
}

func check(all []tree) error {
	for i := range all {
		for n := range [2]int{} {
			if all[i].n == n {
				return &failure{n} // &failure{...}: returned; return &failure{...}
			}
		}
		if err := check(all[i].kids); err != nil {
			return err
		}
	}
	return nil
}

func checkNamed(all []tree) (err error) {
	for i := range all {
		if all[i].n > 3 {
			err = &failure{i} // &failure{...}: returned; err = &failure{...}
			return
		}
		if err = checkNamed(all[i].kids); err != nil {
			return err
		}
	}
	return
}

// What is kept before it is returned says so: here the compiler tells the store.
func (t *tree) find(all map[string]*tree, n int) *tree {
	found := &tree{n: n} // &tree{...}: stored-in-map; all["x"] = found
	all["x"] = found
	return found
}

type text struct {
	raw string
	n   int
}

var changes map[string]func(string) string

func change(raw, path string) (string, string, bool) {
	if f := changes[path]; f != nil {
		return path, f(raw), true
	}
	return path, get(raw, path).raw, false
}

func (t text) get(path string) text {
	got := get(t.raw, path)
	for i := 0; i < 10; i++ {
		got.n += i * len(path)
	}
	if got.n > 5 {
		got.n += len(t.raw) + len(path)*3
		got.n *= got.n + 4
	}
	return got
}

// It is the method that takes the value away; what is changed is another text.
func get(raw, path string) text {
	if path == "@" {
		_, s, _ := change(raw, path)
		return text{raw: s}
	}
	var b []byte
	b = append(b, '[')
	b = append(b, raw...)
	var all text
	all.raw = string(b) // string(b): passed-to-leaking-parameter all.get
	if len(path) > 0 {
		all = all.get(path[1:])
	}
	return all
}

// The slice that grows is not appended to a slice.
func (l lines) joined() int {
	var buf []byte
	l.each(func(i int) bool {
		buf = append(buf, byte(i)) // append: outlives-scope
		return true
	})
	return len(string(append(buf, ']')))
}

type lines []int

func (l lines) each(f func(int) bool) {
	for _, one := range l {
		if !f(one) {
			return
		}
	}
	l.again(f)
}

func (l lines) again(f func(int) bool) {
	if len(l) > 100 {
		l[1:].each(f)
	}
}

// Nothing keeps it: the parameter of a function that calls itself is one variable, outside the loop.
func collect(into *[]int, t *tree) {
	var all []int
	for i := range t.kids {
		var one []int // one: outlives-loop-iteration collect; collect(&one, &t.kids[i])
		collect(&one, &t.kids[i])
		all = append(all, one...)
	}
	*into = all
}

func collectBefore(into *[]int, t *tree) {
	var all, one []int
	for i := range t.kids {
		one = nil
		collectBefore(&one, &t.kids[i])
		all = append(all, one...)
	}
	*into = all
}

// The compiler takes the variable of a loop for one outside of it.
func filled(all []*tree) (n int) {
	for _, one := range all {
		if one == nil {
			one = &tree{n: n} // &tree{...}: outlives-loop-iteration; one = &tree{...}
		}
		n += len(one.kids)
	}
	return n
}

// The result of inlined code is none of the function.
func branch(s string, all []int) []int {
	for i := 0; i < len(s); i++ {
		if s[i] == ']' {
			out := make([]int, 0, 8) // make([]int, 0, 8): returned; return out
			for _, one := range all {
				out = append(out, one)
			}
			return out
		}
	}
	return nil
}

func count(s string, all []int) int {
	found := branch(s, all) // make([]int, 0, 8): outlives-loop-iteration; = out
	return len(found)
}
"""
# From go1.25 both variables are one object of 16 bytes.
TOGETHER = """package p

import "time"

var keep func()

//go:noinline
func walk(f func()) { keep = f; f() }

func two() bool {
	var length time.Duration
	var done bool
	walk(func() { length++; done = true })
	return done
}

func mixed(t time.Time) bool {
	count, when := 0, t
	walk(func() { count++; when = when.Add(1) })
	return count > 0 && when.IsZero()
}

func apart(n int) bool {
	var length time.Duration
	walk(func() { length++ })
	if n > 3 {
		var done bool
		walk(func() { done = true })
		return done
	}
	return false
}
"""
MARK = re.compile(r"// (?P<subject>\S.*?): (?P<rule>[\w|-]+)(?: (?P<callee>[^;]+))?(?:; (?P<step>.*))?$")


def test_every_mark_holds(each_go: Go, tmp_path: Path) -> None:
    told = findings(SOURCE, each_go, tmp_path)
    wrong: list[str] = []
    for number, line in enumerate(SOURCE.split("\n"), start=1):
        mark = MARK.search(line) if line.startswith("\t") else None
        if mark is None or (mark["subject"] == "append" and each_go.version.startswith(("1.21", "1.24"))):
            continue
        there = [one for one in told if one.at.line == number and one.subject == mark["subject"] and one.is_heap]
        said = [(str(one.rule), one.callee, one.flow[-1].expression if one.flow else "") for one in there]
        if not any(
            rule in mark["rule"].split("|")
            and (mark["callee"] is None or callee in mark["callee"].split("|"))
            and (mark["step"] is None or step.endswith(mark["step"]))
            for rule, callee, step in said
        ):
            wrong.append(f"{number} {line.strip()}: {said}")
    assert not wrong, "\n".join(wrong)


def test_small_variables_lie_in_one_block(each_go: Go, tmp_path: Path) -> None:
    moved = [one for one in findings(TOGETHER, each_go, tmp_path) if one.verdict is Verdict.MOVED]
    said = [(one.function, one.subject, one.allocation_reason) for one in moved]
    reason = "" if each_go.version.startswith(("1.21", "1.24")) else "shared-block"
    assert said == [
        *(("two", "length", ""), ("two", "done", reason)),
        *(("mixed", "count", ""), ("mixed", "when", "")),
        *(("apart", "length", ""), ("apart", "done", "")),
    ]
