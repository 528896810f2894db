"""Public modules: every heap verdict of the compiler, none twice, none elsewhere; and few that are loud."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from tests import compare_modules as compared
from tests import measure_quiet, public_modules
from tests import weigh_modules as weighed
from tests.conftest import Go

MODULES = tuple(os.environ.get("GOESCAPE_MODULES", " ".join(public_modules.DEFAULT)).split())


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("module", MODULES)
def test_the_compiler_and_goescape_agree(module: str, go: Go, public_module: Callable[[str], Path]) -> None:
    copy = public_module(module)
    found = compared.compare(go.path, module, copy)
    print(compared.describe(found).splitlines()[0])
    assert found.sites > 1000
    assert found.is_none, compared.describe(found)


BENCHED = """package m

var kept any

var held *int

//go:noinline
func Keep(n int) {
	held = &n
	kept = "constant"
}

//go:noinline
func Never(n int) { held = &n }

//go:noinline
func Room(n int) int {
	room := make([]byte, 0, n+len("x"))
	return cap(room)
}
"""
BENCHMARK = """package m

import "testing"

func BenchmarkAll(b *testing.B) {
	for i := range b.N {
		Keep(i)
		Room(100 + i)
	}
}
"""


def test_what_benchmarks_allocate_is_held_against_the_verdicts(go: Go, tmp_path: Path) -> None:
    module = tmp_path / "m"
    module.mkdir()
    for name, text in (("go.mod", "module m\n\ngo 1.22\n"), ("m.go", BENCHED), ("m_test.go", BENCHMARK)):
        (module / name).write_text(text, encoding="utf-8")
    seen = weighed.measure(go.path, module, "./...", ".", "100x")
    report = compared.our_report(go.path, module, "--all", "--no-tests")
    outcome = weighed.weigh(report["findings"], seen, module)
    counts = {key: (found[True], found.total()) for key, found in outcome.table.items()}
    assert counts == {"allocates": (1, 1), "does-not-allocate": (0, 1), "may-allocate (stays)": (1, 1)}


def test_each_line_of_the_patterns_allocates_as_is_said(go: Go, tmp_path: Path) -> None:
    module = weighed.bring_patterns(weighed.PATTERNS, tmp_path / "patterns")
    seen = weighed.measure(go.path, module, "./...", ".", "40x")
    outcome = weighed.weigh(compared.our_report(go.path, module, "--all", "--no-tests")["findings"], seen, module)
    told = {key: counts for key, counts in outcome.table.items() if "inlined" not in key}
    free = [key for key in told if key.startswith("does-not-allocate")]
    assert not {key: outcome.wrong[key] for key in free if told[key][True]}
    dear = [key for key in told if key.startswith("allocates")]
    assert sum(told[key][True] for key in dear) >= 40
    assert not {key: outcome.wrong[key] for key in dear if told[key][False]}
    # A goroutine that waits takes a record of the run time now and then.
    assert {line.split("|")[1].strip() for line in outcome.wrong["no finding"]} <= {"<-done"}


@pytest.mark.parametrize(
    ("extent", "subject", "fault"),
    [
        ((1, 3, 1, 9), "new(T)", ""),
        ((1, 3, 1, 3), "new(T)", "empty"),
        ((1, 3, 1, 4), "new(T)", "part of a word"),
        ((1, 6, 1, 7), "new(T)", "one character"),
        ((1, 7, 1, 8), "T", ""),
        ((1, 7, 1, 8), "1024", ""),
        ((1, 2, 1, 9), "new(T)", "blank"),
        ((1, 3, 1, 30), "new(T)", "outside"),
        ((3, 1, 3, 2), "new(T)", "outside"),
    ],
)
def test_a_wrong_range_is_noticed(extent: tuple[int, int, int, int], subject: str, fault: str) -> None:
    keys = ("line", "column", "end_line", "end_column")
    found = {**dict(zip(keys, extent, strict=True)), "at": {"line": 1, "column": 0}, "subject": subject, "kind": "new"}
    assert compared.range_fault(found, [b"= new(T)", b""]) == fault


@pytest.mark.parametrize(
    ("at", "end", "is_twice"),
    [
        ((2, 7), (2, 13), False),  # the next call of the chain
        ((1, 10), (1, 15), True),  # one place
        ((1, 12), (1, 20), True),  # one expression
    ],
)
def test_what_is_told_twice_is_noticed(at: tuple[int, int], end: tuple[int, int], *, is_twice: bool) -> None:
    def call(at: tuple[int, int], end: tuple[int, int]) -> dict[str, object]:
        place = {"line": at[0], "column": at[1]}
        begin = {"file": "a.go", "line": 1, "column": 7}
        return {
            **begin,
            "end_line": end[0],
            "end_column": end[1],
            "at": place,
            "verdict": "escapes",
            "subject": "append",
        }

    told = list(compared.told_twice([call((1, 10), (1, 20)), call(at, end)]))
    assert bool(told) is is_twice


def test_the_sample_agrees_on_each_go(each_go: Go, sample: Path) -> None:
    found = compared.compare(each_go.path, f"sample on go{each_go.version}", sample)
    assert found.sites > 40
    assert found.is_none, compared.describe(found)


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ("~r0", "f(x)", True),
        ("~r0", "x", False),
        ('~r0 + ":" + ~r0', 'f(x) + ":" + g(y)', True),
        ('~r0 + ":" + ~r0', 'f(x) + "," + g(y)', False),
        ("x", "x", False),
    ],
)
def test_results_of_inlined_calls_are_known(one: str, two: str, *, is_same: bool) -> None:
    assert compared.is_named_by_results(one, two) is is_same


def test_a_difference_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package m\n\nfunc F() *int { return new(int) }\n")
    site = compared.Site("a.go", 3, 27, "escapes", "new(int)")
    told = compared.Told({site.kin}, [(site, ((3, 24), (3, 32)))], tmp_path)
    assert told.holds(site)
    assert told.holds(compared.Site("a.go", 3, 24, "escapes", "new(int)")), "in the same expression"
    others = [("a.go", 3, 40, "escapes", "new(int)"), ("a.go", 3, 27, "moved", "x"), ("b.go", 3, 27, "escapes", "y")]
    (tmp_path / "b.go").write_text("package m\n\n\n")
    assert not any(told.holds(compared.Site(*other)) for other in others)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("module", MODULES)
def test_the_default_view_is_quiet(module: str, go: Go, public_module: Callable[[str], Path]) -> None:
    copy = public_module(module)
    files = examine(Request(str(copy), ("./...",), go=go.path), "en").analysis.files.values()
    for seen in (files, [facts for facts in files if not facts.is_test]):
        lines, counts = measure_quiet.measure(seen)
        assert lines > 5_000
        rate = 1000 * counts["information"] / lines
        assert 0 < rate <= measure_quiet.MOST, measure_quiet.describe(module, "", lines, counts)
        assert counts["information: loop"] > 0, "loops come first"
