"""What `go` and `defer` statements allocate: what is told of each must be as many objects as the program makes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.model import Allocation, Finding
from goescape_lsp.core.words.advice import EN as ADVICE
from goescape_lsp.core.words.advice import advice
from tests.conftest import Go

DECLARATIONS = """
type runner interface{ run(int) }

type job struct{ n int }

//go:noinline
func (j *job) run(n int) { done <- n }

func work(int) { done <- 1 }

func plain() { done <- 1 }

func result() int { done <- 1; return 1 }

func apply[T any](T) { done <- 1 }

func note(int) { n0++ }

//go:noinline
func again(l *job) bool { l.n++; return l.n%3 == 0 }

var (
	done = make(chan int, 100)
	n0   = 0
	n9   = 1000
	one  = &job{}
	any1 runner = one
	f0   = plain
	f1   = work
	g0   = result
)
"""
# The code of a function with the parameters `n int, ch chan int`, and the reason of each object that is told of.
CASES = {
    "a declared function": ("go plain()", ()),
    "its result": ("go result()", ()),
    "a constant": ("go work(3)", ()),
    "an argument": ("go work(n)", ("carried",)),
    "a method": ("go one.run(n)", ("carried",)),
    "a method of an interface": ("go any1.run(n)", ("carried",)),
    "a generic function": ("go apply(n)", ("carried",)),
    "a variable": ("go f0()", ()),
    "a variable with an argument": ("go f1(n)", ("carried",)),
    "a local variable": ("f := f0\n\tgo f()", ()),
    "a local variable with a result": ("f := g0\n\tgo f()", ("carried",)),
    "a literal": ("go func() { done <- 1 }()", ()),
    "a literal with an argument": ("go func(i int) { done <- i }(n)", ("carried",)),
    "a literal with a constant": ("go func(i int) { done <- i }(3)", ("carried",)),
    "a literal with a defer": ("go func(i int) { defer note(0); done <- i }(n)", ("carried",)),
    "a literal with no argument for its parameter": ("go func(i ...int) { done <- len(i) }()", ("carried",)),
    "a literal with a result": ("go func() int { done <- 1; return 1 }()", ("carried-result",)),
    "a literal in parentheses": ("go (func(i int) { done <- i })(n)", ("carried",)),
    "a literal over lines": ("go func(\n\t\ti int,\n\t) {\n\t\tch <- i\n\t}(\n\t\tn,\n\t)", ("", "carried-closure")),
    "a literal that captures": ("go func() { ch <- n }()", ("",)),
    "a literal that captures, and an argument": ("go func(i int) { ch <- i }(n)", ("", "carried-closure")),
    "a literal that captures, and a constant": ("go func(i int) { ch <- i }(3)", ("", "carried-closure")),
    "a literal that captures, and a result": ("go func() int { ch <- n; return 1 }()", ("", "carried-result")),
    "a literal that is held": ("f := func(i int) { ch <- i }\n\tgo f(n)", ("", "carried")),
    "a literal that is held and captures nothing": ("f := func(i int) { done <- i }\n\tgo f(n)", ("carried",)),
    "a literal that is deferred": ("defer func(i int) { ch <- i }(n)", ()),
    "one in a loop": ("for range [1]int{} { defer func() { ch <- n }() }", ("",)),
    "one in a loop with an argument": (
        "for i := range [1]int{} { defer func(i int) { ch <- i }(i) }",
        ("", "carried-closure"),
    ),
    "one in a loop that captures nothing": (
        "for i := range [1]int{} { defer func(i int) { done <- i }(i) }",
        ("carried",),
    ),
    "a deferred call in a loop": ("for i := range [1]int{} { defer work(i + n) }", ("carried",)),
}
TEST = """package p

import (
	"encoding/json"
	"os"
	"testing"
)

func TestAllocations(t *testing.T) {{
	counts := map[string]int{{}}
	for name, f := range map[string]func(int, chan int){{{all}}} {{
		counts[name] = int(testing.AllocsPerRun(100, func() {{
			f(n9, done)
			<-done
		}}))
	}}
	text, _ := json.Marshal(counts)
	os.Stdout.Write(append(text, '\\n'))
}}
"""


def test_every_object_is_told(every_go: Go, tmp_path: Path) -> None:
    names = {f"F{index}": case for index, case in enumerate(CASES)}
    bodies = (f"func {name}(n int, ch chan int) {{\n\t{CASES[case][0]}\n}}\n" for name, case in names.items())
    (tmp_path / "go.mod").write_text("module p\n\ngo 1.21\n", "utf-8")
    (tmp_path / "x.go").write_text("package p\n" + DECLARATIONS + "\n" + "\n".join(bodies), "utf-8")
    listed = ", ".join(f'"{name}": {name}' for name in names)
    (tmp_path / "x_test.go").write_text(TEST.format(all=listed), "utf-8")
    ran = every_go.run("test", "-count=1", "-run=TestAllocations", "-v", ".", cwd=tmp_path)
    found = re.search(r"^\{.*\}$", ran.stdout, re.MULTILINE)
    assert found is not None, ran.stdout + ran.stderr
    counted = json.loads(found[0])
    told = _told(every_go, tmp_path)
    reasons = {case: tuple(sorted(one.allocation_reason for one in told[name])) for name, case in names.items()}
    assert reasons == {case: tuple(sorted(expected)) for case, (_, expected) in CASES.items()}
    assert {case: len(told[name]) for name, case in names.items()} == {case: counted[n] for n, case in names.items()}


@pytest.mark.parametrize(
    ("code", "cost", "what"),
    [
        ("go func(i int) { done <- i }(n)", "wrapped", "goroutine.silent"),
        ("go func() int { done <- n9; return 1 }()", "wrapped-result", "goroutine.silent-result"),
        ("for i := range [1]int{} { defer func(i int) { done <- i }(i) }", "wrapped", "deferred-in-loop"),
        ("go func() { done <- 1 }()", "no-captures", "free"),
    ],
)
def test_a_literal_that_costs_nothing_does_not_speak_for_its_statement(
    code: str, cost: str, what: str, go: Go, tmp_path: Path
) -> None:
    (tmp_path / "go.mod").write_text("module p\n\ngo 1.21\n", "utf-8")
    (tmp_path / "x.go").write_text(f"package p\n{DECLARATIONS}\nfunc F0(n int) {{ {code} }}\n", "utf-8")
    answer = examine(Request(str(tmp_path), (".",), go=go.path), "en")
    found = answer.analysis.files[str(tmp_path / "x.go")].findings
    (literal,) = (one for one in found if one.subject == "func literal" and one.function == "F0")
    assert (literal.allocation, literal.allocation_reason) == (Allocation.DOES_NOT_ALLOCATE, cost)
    assert advice(literal, "en") == ADVICE[what]


def _told(go: Go, folder: Path) -> dict[str, list[Finding]]:
    answer = examine(Request(str(folder), (".",), go=go.path), "en")
    assert not answer.problems
    told: dict[str, list[Finding]] = {f"F{index}": [] for index in range(len(CASES))}
    for one in answer.analysis.files[str(folder / "x.go")].findings:
        if one.function in told and one.allocation is Allocation.ALLOCATES:
            told[one.function].append(one)
    return told
