"""What is said of values in interfaces is what real Go does with them, by syntax alone and with the machine code."""

from __future__ import annotations

import pytest

from tests.conftest import Go
from tests.facts.boxes import CASES, DECLARATIONS
from tests.facts.counted import Program, counted

STATEMENTS = [tuple(line.split(" // ")) for line in CASES.strip().splitlines()]


@pytest.fixture(scope="module")
def program(every_go: Go, tmp_path_factory: pytest.TempPathFactory) -> Program:
    return counted(every_go, tmp_path_factory.mktemp("boxes"), DECLARATIONS, [code for code, _ in STATEMENTS])


def test_no_verdict_is_wrong_without_the_machine_code(program: Program) -> None:
    assert len(program.plain) > 150
    assert not program.wrong(program.plain)


def test_no_verdict_is_wrong_with_the_machine_code(program: Program) -> None:
    assert not program.wrong(program.weighed)


def test_what_is_said_is_as_certain_as_it_can_be(program: Program) -> None:
    if program.version < (1, 25):
        return
    said = {n: f"{found[0].allocation} {found[0].allocation_reason}".strip() for n, found in program.plain.items()}
    assert {STATEMENTS[n][0]: text for n, text in said.items() if text != STATEMENTS[n][1]} == {}
