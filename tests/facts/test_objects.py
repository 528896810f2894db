"""What is said of objects and closures is what real Go does, by the text of the compiler and with the machine code."""

from __future__ import annotations

import pytest

from goescape_lsp.core.model import Finding
from tests.conftest import Go
from tests.facts.counted import Program, counted
from tests.facts.objects import CASES, DECLARATIONS, LIBRARY

ROWS = [line.split(" // ") for line in CASES.strip().splitlines()]


@pytest.fixture(scope="module")
def program(every_go: Go, tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("objects")
    return counted(every_go, folder, DECLARATIONS, [row[0] for row in ROWS], {"lib/lib.go": LIBRARY})


def test_no_verdict_is_wrong_without_the_machine_code(program: Program) -> None:
    assert len(program.plain) > 100
    assert not program.wrong(program.plain)


def test_no_verdict_is_wrong_with_the_machine_code(program: Program) -> None:
    assert not program.wrong(program.weighed)


def told(findings: list[Finding]) -> str:
    return ", ".join(dict.fromkeys(f"{one.allocation} {one.allocation_reason}".strip() for one in findings))


def test_what_is_said_is_as_certain_as_it_can_be(program: Program) -> None:
    if program.version < (1, 25):
        return
    wanted = {row[0]: (row[1], row[-1]) for row in ROWS}
    said = {ROWS[n][0]: (told(program.plain[n]), told(program.weighed[n])) for n in program.plain}
    assert said == wanted
