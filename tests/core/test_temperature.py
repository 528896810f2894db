"""Temperatures on real compiles: every line with `// heat: WORD [reason]` has a heap site of that temperature."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.core.judge import severity
from goescape_lsp.core.model import Allocation, Compiled, Finding, Package, Run, Temperature
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

MARK = re.compile(r"// heat: (?P<heat>\w+)(?: (?P<reason>[\w-]+))?$")
SOURCES = {
    "a.go": """package p

import (
	"errors"
	"fmt"
	"log"
	"sync"
)

var table = map[string]int{"a": 1} // heat: cold package-variable

var pool = sync.Pool{New: func() any { return new(node) }} // heat: normal

var once sync.Once

var sink any

type node struct{ next *node; n int }

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


def test_cold_is_a_hint_and_the_rest_is_information(found: list[Finding]) -> None:
    for finding in found:
        is_cold = finding.temperature is Temperature.COLD
        assert severity(finding, Settings()) == ("hint" if is_cold else "information"), finding


def test_inlined_and_possible_can_be_turned_down_outside_loops(found: list[Finding]) -> None:
    quiet = Settings(severity={"inlined": "off", "possible": "hint", "constructor": "warning"})
    for finding in found:
        if finding.temperature is not Temperature.NORMAL:
            assert severity(finding, quiet) == severity(finding, Settings())
        elif finding.inlined_from:
            assert severity(finding, quiet) == "off"
        elif finding.allocation is not Allocation.ALLOCATES:
            assert severity(finding, quiet) == "hint"
        elif finding.temperature_reason == "constructor":
            assert severity(finding, quiet) == "warning"
        else:
            assert severity(finding, quiet) == "information"
    assert any(f.temperature is Temperature.NORMAL and f.inlined_from for f in found)


def test_the_setting_decides_by_rule_first(found: list[Finding]) -> None:
    finding = next(f for f in found if f.temperature is Temperature.LOOP)
    assert severity(finding, Settings(severity={str(finding.rule): "error", "loop": "off"})) == "error"
    assert severity(finding, Settings(severity={"loop": "off"})) == "off"
