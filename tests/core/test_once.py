"""Of the findings of one statement that are information one speaks; on real compiles.

`// speaks` stands on the lines of those that do, `// beside` on those of the others.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from goescape_lsp.core.carry import carry
from goescape_lsp.core.model import Allocation, Compiled, FileFacts, Finding, Package, Rule, Run
from goescape_lsp.core.once import told_once
from goescape_lsp.core.shift import shift
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

SOURCE = """package p

type node struct {
	next *node
	n    int
}

var keep, other *node

var put func(a, b any)

func tree(ns []int) (all []*node) {
	for _, n := range ns {
		keep = &node{ // speaks
			next: &node{ // beside
				next: &node{n: n}, // beside
			},
		}
		all = append(
			all,
			&node{n: n}, // speaks
		)
	}
	return all
}

func calls(n int, s string) {
	put(
		&node{n: n}, // speaks
		&node{n: n}, // beside
	)
	put(
		&node{n: n}, //goescape:ok all the other one speaks
		&node{n: n}, // speaks
	)
	put(
		s,
		&node{n: n}, // speaks
	)
	keep, other = &node{n: 1}, // speaks
		&node{n: 2} // beside
}

func nested(n int) {
	put(
		&node{n: n}, // speaks
		func() *node {
			defer put(nil, nil)
			put(
				&node{n: 3}, // speaks
				&node{n: 4}, // beside
			)
			return nil
		}(),
	)
	if keep = (&node{n: n}); keep.n > 3 { // speaks
		keep = &node{n: 5} // speaks
	} else if other = (&node{n: n}); keep.n > 2 { // speaks
		keep = &node{n: 6} // speaks
	}
	switch keep = (&node{n: 7}); n { // speaks
	case 1:
		other = &node{n: 8} // speaks
	}
}

func signature(n node) func(m node) { // speaks
	keep = &n
	return func(m node) { other = &m } // speaks
}
"""
MARK = re.compile(r"// (?P<word>speaks|beside)$")


@pytest.fixture(scope="module")
def facts(go: Go, tmp_path_factory: pytest.TempPathFactory) -> FileFacts:
    folder = tmp_path_factory.mktemp("once")
    (folder / "a.go").write_text(SOURCE, "utf-8")
    (folder / "go.mod").write_text("module m/p\n\ngo 1.21\n", "utf-8")
    text = go.run("build", "-gcflags=-m=2", ".", cwd=folder).stderr.encode()
    path = str(folder / "a.go")
    package = Package("m/p", "p", str(folder), (path,), module_directory=str(folder))
    analysis = analyse(Run((Compiled(package, text),)), lambda path: Path(path).read_bytes())
    return analysis.files[path]


def words(facts: FileFacts) -> dict[int, set[str]]:
    """Return by line what the marks would say."""
    told: dict[int, set[str]] = {}
    for one in facts.findings:
        if one.is_heap and one.allocation is Allocation.ALLOCATES and not one.suppressed:
            told.setdefault(one.span.line, set()).add("beside" if one.is_beside else "speaks")
    return told


def at(facts: FileFacts, text: str) -> Finding:
    return next(one for one in facts.findings if one.is_heap and one.expression == text)


def test_each_statement_speaks_once(facts: FileFacts) -> None:
    told = words(facts)
    for number, line in enumerate(SOURCE.splitlines(), 1):
        mark = MARK.search(line)
        if mark is not None:
            assert told.pop(number) == {mark["word"]}, line
    assert not told


def test_another_speaks_when_the_first_allocates_nothing(facts: FileFacts) -> None:
    silent = at(facts, "&node{n: 1}")
    free = replace(silent, allocation=Allocation.DOES_NOT_ALLOCATE)
    weighed = told_once(replace(facts, findings=tuple(free if one is silent else one for one in facts.findings)))
    assert not at(weighed, "&node{n: 2}").is_beside
    assert told_once(weighed) is weighed
    again = told_once(replace(weighed, findings=tuple(silent if one is free else one for one in weighed.findings)))
    assert again.findings == facts.findings


def test_what_is_a_hint_anyway_leaves_the_word_to_the_rest(facts: FileFacts) -> None:
    silent = at(facts, "&node{n: 3}")
    channel = replace(silent, rule=Rule.MAKE_CHANNEL, inlined_from="q.F")
    changed = told_once(replace(facts, findings=tuple(channel if one is silent else one for one in facts.findings)))
    assert not at(changed, "&node{n: 4}").is_beside


def test_statements_move_with_edits(facts: FileFacts) -> None:
    moved = shift(facts, facts.content.replace(b"keep, other =", b"/* moved */ keep, other =", 1))
    assert at(moved, "&node{n: 1}").statement is not None
    assert told_once(moved).findings == moved.findings
    below = shift(facts, facts.content.replace(b"var put", b"\n\nvar put", 1))
    assert [one.is_beside for one in below.findings] == [one.is_beside for one in facts.findings]
    assert told_once(below) is below
    assert told_once(carry(below, below)) is below
