"""What is said of values in interfaces is what real Go does with them, by syntax alone and with the machine code."""

from __future__ import annotations

import asyncio
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Allocation, Finding, Job
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go
from tests.facts.boxes import CASES, DECLARATIONS

STATEMENTS = [tuple(line.split(" // ")) for line in CASES.strip().splitlines()]
Said = dict[int, list[Finding]]


@dataclass
class Program:
    """What each statement allocated, and what is said of it without and with the machine code, by index."""

    version: tuple[int, ...]
    allocated: list[float]
    plain: Said
    weighed: Said


async def say(go: Go, folder: Path, file: Path, *, assembly: bool) -> list[Finding]:
    processes = Processes()
    toolchain = await find_toolchain(Settings(go_path=go.path), processes)
    assert isinstance(toolchain, Toolchain)
    compiler = GoCommand(toolchain, processes)
    run = await compiler.compile(Job(str(folder), (".",), tests=False, assembly=assembly))
    compiler.close()
    return [*analyse(run, DiskFiles().read, toolchain.version).files[str(file)].findings]


@pytest.fixture(scope="module")
def program(every_go: Go, tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("boxes")
    runs = "".join(f"//go:noinline\nfunc run{n}() {{\n{code}\n}}\n" for n, (code, _) in enumerate(STATEMENTS))
    calls = "".join(f"counts = append(counts, testing.AllocsPerRun(50, run{n}))\n" for n in range(len(STATEMENTS)))
    main = f"func main() {{\ncounts := []float64{{}}\n{calls}json.NewEncoder(os.Stdout).Encode(counts)\n}}\n"
    file = folder / "main.go"
    file.write_text(f"{DECLARATIONS}\n{runs}\n{main}", encoding="utf-8")
    (folder / "go.mod").write_text("module boxes\n\ngo 1.21\n", encoding="utf-8")
    every_go.run("build", "-o", "boxes.exe", ".", cwd=folder)
    output = subprocess.run([folder / "boxes.exe"], check=True, capture_output=True, text=True, timeout=120).stdout
    lines = file.read_text(encoding="utf-8").split("\n")
    index = {lines.index(f"func run{n}() {{") + 2: n for n in range(len(STATEMENTS))}
    said: list[Said] = []
    for assembly in (False, True):
        found: Said = {}
        for finding in asyncio.run(say(every_go, folder, file, assembly=assembly)):
            if finding.at.line in index and finding.is_heap:
                found.setdefault(index[finding.at.line], []).append(finding)
        said.append(found)
    version = tuple(map(int, every_go.version.split(".")[:2]))
    return Program(version, json.loads(output), said[0], said[1])


def wrong(program: Program, said: Said) -> list[str]:
    """Return the statements whose verdicts are not what was counted; what only may allocate is never wrong."""
    found: list[str] = []
    for index, findings in said.items():
        verdicts = {finding.allocation for finding in findings}
        if verdicts & {Allocation.MAY_ALLOCATE, Allocation.UNKNOWN}:
            continue
        if (Allocation.ALLOCATES in verdicts) != (program.allocated[index] > 0):
            found.append(f"{STATEMENTS[index][0]}: {verdicts}, counted {program.allocated[index]}")
    return found


def test_no_verdict_is_wrong_without_the_machine_code(program: Program) -> None:
    assert len(program.plain) > 150
    assert not wrong(program, program.plain)


def test_no_verdict_is_wrong_with_the_machine_code(program: Program) -> None:
    assert not wrong(program, program.weighed)


def test_what_is_said_is_as_certain_as_it_can_be(program: Program) -> None:
    if program.version < (1, 25):
        return
    said = {n: f"{found[0].allocation} {found[0].allocation_reason}".strip() for n, found in program.plain.items()}
    assert {STATEMENTS[n][0]: text for n, text in said.items() if text != STATEMENTS[n][1]} == {}
