"""What is said of fields and method values is what real Go makes of them, with the machine code and without it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from dataclasses import dataclass

import pytest

from goescape_lsp.core.model import Allocation, Finding, Kind, Rule
from tests.conftest import Go
from tests.facts.counted import BYTES_PER_RUN, say
from tests.facts.selectors import CASES, DECLARATIONS, OTHER

STATEMENTS = [tuple(line.split(" // ")) for line in CASES.strip().splitlines()]
MEASURE = f"""{BYTES_PER_RUN}
func measured(f func()) [2]int {{ return [2]int{{int(testing.AllocsPerRun(50, f)), bytesPerRun(f)}} }}
"""


@dataclass
class Program:
    """How many allocations each statement made, of how many bytes, and what is said of its line, by index."""

    measured: list[tuple[int, int]]
    plain: list[list[Finding]]
    weighed: list[list[Finding]]


@pytest.fixture(scope="module")
def program(every_go: Go, tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("selectors")
    runs = "".join(f"//go:noinline\nfunc run{n}() {{\n{case[0]}\n}}\n" for n, case in enumerate(STATEMENTS))
    calls = "".join(f"results = append(results, measured(run{n}))\n" for n in range(len(STATEMENTS)))
    main = f"func main() {{\nvar results [][2]int\n{calls}json.NewEncoder(os.Stdout).Encode(results)\n}}\n"
    file = folder / "main.go"
    file.write_text(f"{DECLARATIONS}\n{MEASURE}\n{runs}\n{main}", encoding="utf-8")
    (folder / "other").mkdir()
    (folder / "other" / "other.go").write_text(OTHER, encoding="utf-8")
    (folder / "go.mod").write_text("module facts\n\ngo 1.21\n", encoding="utf-8")
    every_go.run("build", "-o", "selectors.exe", ".", cwd=folder)
    output = subprocess.run([folder / "selectors.exe"], check=True, capture_output=True, text=True, timeout=120).stdout
    lines = file.read_text(encoding="utf-8").split("\n")
    places = [lines.index(f"func run{n}() {{") + 2 for n in range(len(STATEMENTS))]
    said = [asyncio.run(say(every_go, folder, file, assembly=assembly)) for assembly in (False, True)]
    plain, weighed = ([[f for f in of if f.at.line == line and f.is_heap] for line in places] for of in said)
    return Program(json.loads(output), plain, weighed)


def told(findings: list[Finding]) -> str:
    """Return what is said of the selector among the findings of a line, `-` when nothing is."""
    return "; ".join(spelled(f) for f in findings if f.subject.rpartition(".")[2].isidentifier()) or "-"


def spelled(finding: Finding) -> str:
    match finding.kind:
        case Kind.METHOD_VALUE if finding.allocation is Allocation.ALLOCATES:
            return f"method {finding.rule} {finding.size or '-'}"
        case Kind.INTERFACE if finding.rule is Rule.INTERFACE_CONVERSION:
            return f"box {finding.allocation} {finding.size or '-'}"
        case Kind.OTHER if finding.allocation is Allocation.UNKNOWN:
            return f"open {finding.rule}"
        case _:
            return repr(finding)


def test_each_selector_is_told_as_what_it_makes(program: Program) -> None:
    wrong = {
        code: told(program.weighed[index])
        for index, (code, after, _) in enumerate(STATEMENTS)
        if told(program.weighed[index]) != after
    }
    assert wrong == {}


def test_the_first_answer_says_only_what_its_text_tells(program: Program) -> None:
    wrong = {
        code: told(program.plain[index])
        for index, (code, after, before) in enumerate(STATEMENTS)
        if told(program.plain[index]) != (after if before == "=" else before)
    }
    assert wrong == {}


def test_no_claim_of_an_allocation_is_wrong(program: Program) -> None:
    for said in (program.plain, program.weighed):
        for index, findings in enumerate(said):
            sure = sum(f.allocation is Allocation.ALLOCATES for f in findings)
            possible = sum(f.allocation is not Allocation.DOES_NOT_ALLOCATE for f in findings)
            count, size = program.measured[index]
            # Calls of the standard library allocate by themselves, a map takes more than one block.
            is_plain = not STATEMENTS[index][0].startswith(("_ = fmt.", "time."))
            is_whole = is_plain and all(f.kind is not Kind.MAP for f in findings)
            assert sure <= count, STATEMENTS[index][0]
            assert not is_whole or count <= possible, STATEMENTS[index][0]
            blocks = [f.block for f in findings]
            if is_whole and sure == possible and None not in blocks:
                assert size == sum(block or 0 for block in blocks), STATEMENTS[index][0]
