"""Hints stand behind what they speak of and say what the compiler says, for any part of a file."""

from __future__ import annotations

from typing import Any

import pytest

from goescape_lsp.core.columns import Encoding
from goescape_lsp.core.model import FileFacts, Rule
from goescape_lsp.core.settings import HINT_KINDS, Settings
from goescape_lsp.core.words import Locale
from goescape_lsp.editor.client import Client
from goescape_lsp.editor.to_lsp.hints import Hints
from goescape_lsp.editor.to_lsp.view import View, everything
from tests.conftest import Go
from tests.core.test_versions import analysed
from tests.editor.text import offset

# Each line says which hints it gets: `before: hint`, where `before` is the text that the hint stands behind.
SOURCE = """package p

type T struct { q *T; buf []byte; n [3]int }

type wide struct { p *T; rest [127]int }

var g *T

var w *wide

var n *int

var keep func(*T) *T

type list []*T

var (
	all   list
	table map[int]*T
	run   func()
	kept  string
	box   any
	line  chan int
)

func both(p *T) *T { g = p.q; return p } // (p: content to heap, to result 0
func content(p *T) *T { return p.q } // (p: content to result 0
func deep(p *T) *T { return p.q.q } // (p: content to result 0
func away(p *T) { g = p } // (p: to heap
func away2(p **T) { g = *p } // (p: content to heap
func stays(p *T) int { return p.n[0] } // (p: stays
func named(p, q *T) (out *T, err error) { return p, nil } // (p: to result out | q: stays
func second(p *T) (int, *T) { return 1, p } // (p: to result 1
func many(p *T) (a, b *T) { return p, p.q } // (p: to result a, content to result b
func (t *T) self() *T { return t } // (t: to result 0
func number(i int, p *T) int { return i + p.n[0] } // int, p: stays
func (t *T) kept() { g = t } // (t: to heap
func text(s string, v any, c chan int) { kept = s; box = v; line = c } // (s: to heap | v: to heap | c: to heap
func lists(one list, more ...*T) { all = one; all = more } // one: to heap | more: to heap
func maps(m, _ map[int]*T, f func()) { table = m; run = f } // (m: to heap | f: to heap
func inner() { keep = func(p *T) *T { return p } } // func(p: to result 0

// The compiler gives no verdict on the parameters of generic functions.
//
//go:noinline
func generic[E any](p *E, q *E) *E { return p }

//go:noinline
func call(f func() int) int { return f() } // (f: stays

func heap(size int) {
	/* 统计词频 🚀 */ g = &T{} // &T{}: heap 64 B
	w = new(wide) // new(wide): heap 1152 B
	n = new(int) // new(int): heap 8 B
	/* 一 */ local := 4; n = &local // local: heap 8 B
	g.buf = make([]byte, 4096) // make([]byte, 4096): heap 4 KiB
	g.buf = make([]byte, size) // make([]byte, size): heap
	/* 🚀 */ small, fixed := &T{}, make([]int, 3) // &T{}: stack | make([]int, 3): stack
	_ = call(func() int { return size }) // func() int: stack
	_, _, _ = small.n, fixed, generic(n, n) == generic(&size, n)
}
"""


def view(encoding: Encoding = "utf-16", locale: Locale = "en", *, links: bool = True, **settings: Any) -> View:
    client = Client(encoding=encoding, takes_markdown=True, follows_links=links)
    return View(
        client, Settings(**settings), locale, lambda path: f"file://{path}", lambda _: None, page_of, everything
    )


def page_of(rule: Rule) -> str:
    return f"file:///pages/{rule}.md"


@pytest.fixture(scope="module")
def facts(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> FileFacts:
    return analysed(SOURCE, each_go, tmp_path_factory.mktemp("hints"))


def wanted() -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for number, line in enumerate(SOURCE.split("\n")):
        for one in line.partition("} // " if "} // " in line else " // ")[2].split(" | "):
            before, is_one, label = one.partition(": ")
            if is_one:
                found[number, before] = label
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_hints_stand_behind_what_they_speak_of(facts: FileFacts, encoding: Encoding, each_go: Go) -> None:
    shown = view(encoding, inlay_hint_kinds=HINT_KINDS, show="all")
    text = facts.content.decode()
    left = wanted()
    if each_go.version.startswith("1.21."):
        left[next(key for key, label in left.items() if label == "heap 1152 B")] = "heap 1 KiB"
    for hint in Hints(facts, shown).between(1, 1000, shown):
        index = offset(text, hint["position"], encoding)
        line = hint["position"]["line"]
        key = next((key for key in left if key[0] == line and text[:index].endswith(key[1])), None)
        assert key is not None, (line, hint)
        assert left.pop(key) == hint["label"], (line, hint)
    assert not left


@pytest.mark.parametrize(
    ("kinds", "labels"),
    [
        (("heap",), {"heap"}),
        (("stack",), {"stack"}),
        (("stays",), {"stays"}),
        (("leaks",), {"to", "content"}),
        (("references",), {"to", "content"}),
        ((), set[str]()),
    ],
)
def test_only_the_kinds_that_are_wanted(facts: FileFacts, kinds: tuple[str, ...], labels: set[str]) -> None:
    shown = view(inlay_hint_kinds=kinds, show="all")
    assert {one["label"].split(" ")[0] for one in Hints(facts, shown).between(1, 1000, shown)} == labels


def test_by_default_signatures_tell_only_what_callers_pay_for(facts: FileFacts) -> None:
    shown = view()
    lines = SOURCE.split("\n")
    told: dict[str, int] = {}
    for hint in Hints(facts, shown).between(1, 1000, shown):
        if not hint["label"].startswith("heap"):
            name = lines[hint["position"]["line"]].partition("(")[0]
            told[name] = told.get(name, 0) + 1
    names = ("both", "away", "named", "second", "many", "inner")
    assert told == {f"func {name}": 1 for name in names} | {"func lists": 2, "func maps": 2}


def test_tooltips_tell_why_and_lead_to_the_page(facts: FileFacts) -> None:
    shown = view()
    line = SOURCE[: SOURCE.index("new(wide)")].count("\n") + 1
    (hint,) = Hints(facts, shown).between(line, line, shown)
    assert hint["tooltip"]["kind"] == "markdown"
    assert "stored in a package variable" in hint["tooltip"]["value"]
    assert "(file:///pages/stored-in-global.md)" in hint["tooltip"]["value"]
    plain = view(links=False)
    (hint,) = Hints(facts, plain).between(line, line, plain)
    assert "stored in a package variable" in hint["tooltip"]
    assert "](" not in hint["tooltip"]


def test_parameters_are_explained(facts: FileFacts) -> None:
    chinese = view(locale="zh-cn")
    line = SOURCE[: SOURCE.index("func both")].count("\n") + 1
    (hint,) = Hints(facts, chinese).between(line, line, chinese)
    assert hint["label"] == "内容到堆、到返回值 0"
    assert "p 所指向的内容会流到堆上。\n\np 会经由返回值 0 交还给调用者。" in hint["tooltip"]["value"]
    assert "leaking-parameter.md" in hint["tooltip"]["value"]


def test_a_screenful_is_a_part_of_the_whole(facts: FileFacts) -> None:
    shown = view(inlay_hint_kinds=HINT_KINDS)
    whole = Hints(facts, shown).between(1, SOURCE.count("\n") + 1, shown)
    some = Hints(facts, shown).between(28, 35, shown)
    assert some
    assert some == [hint for hint in whole if 27 <= hint["position"]["line"] <= 34]
