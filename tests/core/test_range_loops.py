"""Loops over functions (go1.23): which body keeps a variable, and how what the compiler makes of them is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.core.model import Allocation, Finding, Rule
from goescape_lsp.core.words.findings import message
from goescape_lsp.core.words.hover import steps
from tests.conftest import Go
from tests.core.test_real_code import findings

# `// NAME: KEEPER, …` is about the variables that are declared on the line.
KEEPERS = """package p

//go:noinline
func kept(yield func(int) bool) { keep = yield }

var keep func(int) bool

//go:noinline
func numbers(yield func(int) bool) { yield(1) }

var held func()

var all []func(yield func(int) bool)

func innerKept(n int) int { // n: leaking
	for x := range numbers {
		for y := range kept {
			n += x + y
		}
	}
	return n
}

func outerKept(n int) int { // n: leaking
	for x := range kept {
		for y := range numbers {
			n += x + y
		}
	}
	return n
}

func both(n int) int { // n: dynamic
	for x := range kept {
		for y := range all[0] {
			n += x + y
		}
	}
	return n
}

func bothOther(n int) int { // n: leaking
	for x := range all[0] {
		for y := range kept {
			n += x + y
		}
	}
	return n
}

func row(n, m int) int { // n: dynamic, m: leaking
	for x := range all[0] { n += x }; for y := range kept { m += y }
	return n + m
}

func nestedRow(n, m int) int { // n: dynamic, m: leaking
	for x := range all[0] { n += x; for y := range kept { m += y } }
	return n + m
}

func rowAfter(n, m int) int { // n: dynamic, m: leaking
	for x := range all[0] { for y := range kept { m += y }; n += x }
	return n + m
}

func literal(n int) int { // n: closure stored-in-global
	for x := range numbers {
		held = func() { n += x }
	}
	return n
}

func inLiteral(n int) func() { // n: leaking
	return func() {
		for x := range kept {
			n += x
		}
	}
}

func declaredInside() {
	for x := range numbers {
		inner := x // inner: dynamic
		for y := range kept {
			inner += y
			for z := range all[0] {
				inner += z
			}
		}
	}
}

func keptVariable(n int) (x int) { // n: leaking, x: leaking
	for x = range kept {
		n++
	}
	return x
}

func started(n int) {
	for x := range numbers {
		go func() { n += x }()
	}
	for x := range kept {
		defer func() { n += x }()
	}
}
"""
MARK = re.compile(r"// (?P<marks>\w+: .+)$")
RANGED = "range"
WORDS = {
    "leaking": (Rule.CAPTURED_BY_CLOSURE, Rule.PASSED_TO_LEAKING_PARAMETER, RANGED),
    "dynamic": (Rule.CAPTURED_BY_CLOSURE, Rule.PASSED_TO_UNKNOWN_CALL, RANGED),
    "closure stored-in-global": (Rule.CAPTURED_BY_CLOSURE, Rule.STORED_IN_GLOBAL, ""),
}


def heap_sites(source: str, go: Go, folder: Path) -> list[Finding]:
    return [one for one in findings(source, go, folder, "1.23") if one.is_heap]


def test_the_body_that_uses_a_variable_keeps_it(every_go: Go, tmp_path: Path) -> None:
    if every_go.version.startswith("1.21"):
        return
    found = heap_sites(KEEPERS, every_go, tmp_path)
    wrong: list[str] = []
    for number, line in enumerate(KEEPERS.split("\n"), start=1):
        for mark in (MARK.search(line) or {"marks": ""})["marks"].split(", "):
            name, _, word = mark.partition(": ")
            sites = [one for one in found if one.at.line == number and one.subject == name]
            told = [(one.rule, one.keeper, one.callee) for one in sites]
            if name and told != [WORDS[word]]:
                wrong.append(f"{number} {line.strip()}: {told}")
    assert not wrong, "\n".join(wrong)


# `// WORDS; WORDS …` at the end of a line begin the messages of the heap sites there, each once.
LEAVING = """package p

import "errors"

var keep func(int) bool

//go:noinline
func kept(yield func(int) bool) { keep = yield }

//go:noinline
func unknown() func(yield func(int) bool) { return kept }

var sequence func(yield func(int) bool)

func returns(n int) (int, *int) { // result 0 moved; result 1 moved
	for x := range kept { // body of the loop escapes; state of the loop moved
		if x == n {
			return x, nil
		}
	}
	return 0, nil
}

func named(n int) (sum int, err error) { // sum moved; err moved
	for x := range unknown() { // body of the loop escapes; state of the loop moved
		sum += x
		if x == n {
			return 3, nil
		}
	}
	return
}

func deferring(n int) {
	for x := range sequence { // body of the loop escapes; state of the loop moved
		defer println(x, n)
	}
}

func labels(n int) { // n moved
outer:
	for x := range kept { // body of the loop escapes; state of the loop moved
		for y := range kept { // body of the loop escapes; state of the loop moved
			if y == x {
				continue outer
			}
			if y == 3 {
				break outer
			}
			n++
		}
	}
}

func jumps(n int) error { // result 0 moved
	for x := range kept { // body of the loop escapes; state of the loop moved
		if x == n {
			goto done
		}
		if x > n {
			return nil
		}
	}
	return nil
done:
	return errNone
}

var errNone = errors.New("none")
"""
INLINED = """package p

var keep func(int) bool

//go:noinline
func kept(yield func(int) bool) { keep = yield }

func once(yield func(int) bool) { yield(1) }

var all []func(yield func(int) bool)

var held func()

func one(n int) int { // n moved
	for x := range once { // body of the loop escapes; state of the loop moved
		for y := range kept {
			n += x + y
		}
	}
	return n
}

func several(n, m int) int { // n moved; m moved
	for x := range once { // body of the loop escapes|closure escapes; state of the loop moved
		for y := range kept {
			n += x + y
		}
		for y := range all[0] {
			m += x + y
		}
		held = func() { m++ }
	}
	return n + m
}
"""


@pytest.mark.parametrize("source", [LEAVING, INLINED], ids=["leaving", "inlined"])
def test_what_a_loop_makes_is_told_once_and_in_words(every_go: Go, tmp_path: Path, source: str) -> None:
    if every_go.version.startswith("1.21"):
        return
    found = heap_sites(source, every_go, tmp_path)
    wrong: list[str] = []
    for number, line in enumerate(source.split("\n"), start=1):
        _, is_marked, marks = line.partition("// ")
        told = sorted(message(one, "en") for one in found if one.at.line == number)
        wanted = sorted(marks.split("; ")) if is_marked else []
        if len(told) != len(wanted) or not all(map(begins, told, wanted)):
            wrong.append(f"{number} {line.strip()}: {told}")
    assert not wrong, "\n".join(wrong)
    said = [
        text for one in found for words in ("en", "zh-cn") for text in (message(one, words), *steps(one, words, str))
    ]
    assert not [text for text in said if "#" in text or ".autotmp" in text]
    assert {one.allocation for one in found} == {Allocation.ALLOCATES}


def begins(told: str, wanted: str) -> bool:
    return told.startswith(tuple(wanted.split("|")))


def test_what_keeps_a_variable_is_left_out_where_several_may(every_go: Go, tmp_path: Path) -> None:
    if every_go.version.startswith("1.21"):
        return
    found = {(one.function, one.subject): one for one in heap_sites(INLINED, every_go, tmp_path)}
    assert found["one", "n"].keeper is Rule.PASSED_TO_LEAKING_PARAMETER
    assert found["several", "n"].rule is Rule.CAPTURED_BY_CLOSURE
    assert found["several", "n"].keeper is None


OPERANDS = """package p

type one struct{ n *int }

func (o *one) run(p *int) { kept = p }

type some[K any] struct{ n K }

func (s *some[K]) run() {}

var kept any

//go:noinline
func work(p *int, q any) { kept = p }

func started(n int) {
	go work(nil, n) // n: an operand of the call that the go statement starts
}

func later() {
	for i := 0; i < 3; i++ {
		defer work(nil, i) // i: an operand of the deferred call
	}
}

func method(o one, n int) { // o: an operand of the call that the go statement starts
	go o.run(nil)
}

func written(n int) { // n: used in a closure, which shares the variable and does not copy it: n
	go func() { n++ }()
}

func generic[K any](n K) {
	s := some[K]{n} // s: held by the function value
	kept = s.run
}

func use() { generic(3) }
"""


def test_what_carries_a_value_is_no_closure_of_the_user(each_go: Go, tmp_path: Path) -> None:
    found = [one for one in findings(OPERANDS, each_go, tmp_path) if one.is_heap]
    wrong: list[str] = []
    for number, line in enumerate(OPERANDS.split("\n"), start=1):
        _, is_marked, mark = line.partition("// ")
        name, _, wanted = mark.partition(": ")
        told = [steps(one, "en", str)[-1] for one in found if one.at.line == number and one.subject == name]
        if is_marked and [text.partition(" (")[0] for text in told] != [wanted]:
            wrong.append(f"{number} {line.strip()}: {told}")
    assert not wrong, "\n".join(wrong)
