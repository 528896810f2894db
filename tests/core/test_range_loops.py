"""Loops over functions (go1.23): which body keeps a variable, and how what the compiler makes of them is told."""

from __future__ import annotations

import re
from pathlib import Path

from goescape_lsp.core.model import Finding, Rule
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
