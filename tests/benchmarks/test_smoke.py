"""The benchmark runs and prints what it promises; no figure is judged here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.benchmarks import growth, serving, subjects, toolchain
from tests.benchmarks.__main__ import main
from tests.benchmarks.packages import Plan
from tests.benchmarks.toolchain import Go, GoError, bring_gopls, find_go
from tests.conftest import require

ONCE = Plan(1, 1, 1)


@pytest.fixture(scope="module")
def with_go() -> Go:
    try:
        return find_go()
    except GoError as error:
        require(None, str(error))
        raise


def has_numbers(row: str) -> bool:
    """Say whether every cell but the first of a table's row holds a number."""
    return all(re.search(r"\d", cell) for cell in row.strip("| ").split("|")[1:])


@pytest.mark.timeout(600)
def test_a_small_module_beside_gopls(with_go: Go, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        with_go.fetch("mod", "download", "github.com/google/uuid@v1.6.0", cwd=tmp_path)
        bring_gopls(with_go)
    except GoError as error:
        require(None, f"the Go module proxy ({error})")

    assert main(["--quick", "--modules", "uuid", "--rows", "packages"]) == 0

    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith("| uuid ")]
    assert len(rows) == 3, "ratios, milliseconds, memory"
    assert all(map(has_numbers, rows)), rows
    assert len(re.findall(r"\| +(?:met|SHORT) \|", printed)) == 5, "what is promised of a small package"


def test_an_unknown_module_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--modules", "uuid,nothing"]) == 2
    assert "no such module: nothing" in capsys.readouterr().err


def test_growth_and_the_server_itself(with_go: Go, tmp_path: Path) -> None:
    (race,) = growth.sizes(with_go, tmp_path, (1000,), ONCE)
    (grown,) = growth.workspaces(with_go, tmp_path, (2,), ONCE)
    figures = list(serving.figures(with_go, tmp_path, 20, 1))
    told = [*growth.size_tables([race]), *growth.workspace_tables([grown]), *serving.figure_tables(figures)]
    rows = [line for text in told for line in text.splitlines()[2:]]
    assert len(rows) == 2 + len(figures)
    assert all(race.first.over(race.full).values)
    assert {bound.what for bound in serving.figure_bounds(figures)} >= {"hover", "code actions"}


def test_only_the_new_text_holds_the_mark() -> None:
    subject = subjects.Subject("p", Path(), Path(), Path("p.go"), 'package p\n\nimport "fmt"\n\nvar x = fmt.Sprint()\n')
    first, second = subject.text(1), subject.text(2)
    assert subjects.marker(1) in first
    assert subjects.marker(1) not in second
    assert first.index("import") < first.index("GoescapeBench") < first.index("var x")
    assert first.count("\n") != second.count("\n"), "the lines below move"


def test_the_pinned_gopls_is_the_one_of_the_table(request: pytest.FixtureRequest) -> None:
    readme = (request.config.rootpath / "README.md").read_text(encoding="utf-8")
    assert f"gopls {toolchain.GOPLS}" in readme
