"""Every edit, proved by the real Go: gofmt has nothing to say, it compiles, it computes the same, it allocates less."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.edits import apply
from tests.syntax.advise.cases import Case, cases
from tests.syntax.advise.proof import GO_MOD, Results, run_pairs

if TYPE_CHECKING:
    from tests.conftest import Go

CASES = cases()
NAME = re.compile(r"(?<=[ ])\w+\(")
EDITED = [case for case in CASES if case.after]


@pytest.fixture(scope="module")
def results(go: Go, tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("proof")
    return run_pairs(go, folder, {case.name: (case.before, applied(case)) for case in EDITED})


def applied(case: Case) -> bytes:
    (advice,) = case.advice()
    return apply(case.before, advice.edits)


@pytest.mark.parametrize("case", EDITED, ids=lambda case: case.name)
def test_edit_computes_the_same(case: Case, results: Results) -> None:
    found = results[case.name]
    assert found["Before"] == found["After"]


@pytest.mark.parametrize("case", EDITED, ids=lambda case: case.name)
def test_edit_allocates_less(case: Case, results: Results) -> None:
    assert case.one("allocations") == "fewer"
    found = results[case.name]
    assert found["AfterAllocs"] < found["BeforeAllocs"], found


def test_edits_are_formatted(go: Go, tmp_path: Path) -> None:
    program = shutil.which("gofmt", path=str(Path(go.run("env", "GOROOT", cwd=tmp_path).stdout.strip()) / "bin"))
    if program is None:
        pytest.fail("gofmt stands beside go")
    for case in EDITED:
        (tmp_path / f"{case.name}.go").write_bytes(applied(case))
    done = subprocess.run([program, "-l", "."], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == ""


def test_cases_without_an_offer_compile(go: Go, tmp_path: Path) -> None:
    """A case that is no Go would prove nothing."""
    (tmp_path / "go.mod").write_text(GO_MOD)
    for case in CASES:
        (tmp_path / case.name).mkdir()
        (tmp_path / case.name / "x.go").write_bytes(case.before)
    go.run("build", "./...", cwd=tmp_path)


@pytest.mark.parametrize("case", [case for case in CASES if case.one("preview")], ids=lambda case: case.name)
def test_previews_are_signatures(case: Case, go: Go, tmp_path: Path) -> None:
    # The function itself stands in the same file: its changed signature gets a name of its own.
    named = enumerate(NAME.sub("preview(", preview, count=1) for preview in case.all("preview") if preview)
    bodies = "\n\n".join(
        f"{preview.replace('preview(', f'preview{number}(')} {{ panic(0) }}" for number, preview in named
    )
    (tmp_path / "go.mod").write_text(GO_MOD)
    (tmp_path / "x.go").write_text(f"{case.before.decode()}\n{bodies}\n", encoding="utf-8")
    go.run("build", ".", cwd=tmp_path)
