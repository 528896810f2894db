"""What a lens says of inlining is true: built with the function inlined, the caller makes so many allocations fewer."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goescape_lsp.core.model import FileFacts
from goescape_lsp.core.words.hints import lens_title
from tests.conftest import Go
from tests.core.test_versions import analysed

HEAD = """package main

import "testing"

type point struct {
	x, y int
	next *point
	row  [4]int
}

func (p *point) area() int { return p.x * p.y }

//go:noinline
func see(p *point) { last = p }

//go:noinline
func look(n int) int { return n }

var last *point
var err error
var heavy = 1

"""
FILLER = "\n".join(f"\theavy += heavy * {n} // filler" for n in range(3, 24))
# By name: a function that is not inlined, a caller, and what is said to be saved.
CASES: dict[str, tuple[str, str, int]] = {
    "literal": ("return &point{x: n}", "p := F(n); heavy = p.x + p.y", 1),
    "new_kept": ("p := new(point)\n\tp.x = n\n\treturn p", "p := F(n); p.y = 4; heavy = p.row[n&3]", 1),
    "moved": ("p := point{x: n}\n\tp.y = p.x\n\treturn &p", "p := F(n); heavy = p.x", 1),
    "declared": ("var p point\n\tp.x = n\n\treturn &p", "heavy = F(n).x", 1),
    "by_look": ("return &point{x: n}", "p := F(n); heavy = look(p.x)", 1),
    "never_called": ("return &point{x: n}", "_ = n", 0),
    "caller_keeps_it": ("return &point{x: n}", "p := F(n); last = p", 0),
    "caller_passes_it": ("return &point{x: n}", "p := F(n); see(p)", 0),
    "caller_takes_a_field": ("return &point{x: n}", "p := F(n); q := &p.x; *q = 1", 0),
    "caller_slices": ("return &point{x: n}", "p := F(n); heavy = len(p.row[:2])", 0),
    "caller_calls_a_method": ("return &point{x: n}", "p := F(n); heavy = p.area()", 0),
    "caller_keeps_a_method": ("return &point{x: n}", "p := F(n); f := p.area; heavy = f()", 0),
    "caller_captures": ("return &point{x: n}", "p := F(n); func() { heavy = p.x }()", 0),
    "kept_inside_too": ("p := &point{x: n}\n\tlast = p\n\treturn p", "p := F(n); heavy = p.x", 0),
    "linked": ("p := &point{x: n}\n\tlast.next = p\n\treturn p", "p := F(n); heavy = p.x", 0),
    "in_a_branch": ("if n > 3 {\n\t\treturn &point{x: n}\n\t}\n\treturn last", "p := F(n); heavy = p.x", 0),
    "in_a_loop": ("var p *point\n\tfor range n {\n\t\tp = &point{x: n}\n\t}\n\treturn p", "p := F(n); heavy = p.x", 0),
}
RESULT = "func F_%s(n int) *point {\n%s\n\t%s\n}\n"
CALLER = "//go:noinline\nfunc call_%s(n int) { %s }\n"


def program(*, is_inlined: bool) -> str:
    parts = [HEAD.replace("for range n", "for i := 0; i < n; i++")]
    for name, (made, call, _) in CASES.items():
        body = made.replace("for range n", "for i := 0; i < n; i++")
        parts.append(RESULT % (name, "" if is_inlined else FILLER, body))
        parts.append(CALLER % (name, call.replace("F(", f"F_{name}(")))
    parts.append("func main() {\n\tlast = &point{}")
    parts += [f'\tprintln("{name}", int(testing.AllocsPerRun(9, func() {{ call_{name}(5) }})))' for name in CASES]
    return "\n".join([*parts, "}\n"])


@pytest.fixture(scope="module")
def facts(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> FileFacts:
    return analysed(program(is_inlined=False), each_go, tmp_path_factory.mktemp("facts"))


def counted(source: str, go: Go, folder: Path) -> dict[str, int]:
    (folder / "go.mod").write_text("module p\n\ngo 1.21\n")
    (folder / "main.go").write_text(source)
    go.run("build", "-o", "p.exe", ".", cwd=folder)
    told = subprocess.run([folder / "p.exe"], check=True, capture_output=True, text=True).stderr
    return {name: int(count) for name, count in (line.split() for line in told.splitlines())}


def test_what_is_said_to_be_saved_is_saved(facts: FileFacts, each_go: Go, tmp_path: Path) -> None:
    saved = {one.name.removeprefix("F_"): one.saved for one in facts.functions if one.name.startswith("F_")}
    assert saved == {name: wanted for name, (*_, wanted) in CASES.items()}
    folders = [tmp_path / "before", tmp_path / "after"]
    for folder in folders:
        folder.mkdir()
    before, after = (counted(program(is_inlined=i > 0), each_go, folder) for i, folder in enumerate(folders))
    assert {name: before[name] - after[name] for name, count in saved.items() if count} == {
        name: count for name, count in saved.items() if count
    }


def test_the_lens_says_it_with_the_compilers_cost(facts: FileFacts) -> None:
    function = next(one for one in facts.functions if one.name == "F_literal")
    cost = function.inlining.partition("cost ")[2].split(" ")[0]
    assert int(cost) > 80
    assert lens_title(function, 1, 0, "en") == (
        f"1 to the heap, 0 in loops · not inlined: cost {cost} > 80, costs 1 allocation"
    )
    assert f"代价 {cost} > 80" in lens_title(function, 0, 0, "zh-cn")
    silent = next(one for one in facts.functions if one.name == "F_linked")
    assert lens_title(silent, 0, 0, "en") == ""
