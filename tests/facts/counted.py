"""A program of single statements: what each allocates when it runs, and what is said of it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Allocation, Finding, Job
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

BYTES_PER_RUN = """
// The least of several rounds: what the runtime itself allocates meanwhile does not belong to f.
func bytesPerRun(f func()) int {
	least := 1 << 30
	for round := 0; round < 20; round++ {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := 0; i < 100; i++ {
			f()
		}
		runtime.ReadMemStats(&after)
		least = min(least, int(after.TotalAlloc-before.TotalAlloc)/100)
	}
	return least
}
"""
"""A Go function: how many bytes one run of another takes."""

Said = dict[int, list[Finding]]


@dataclass
class Program:
    """What each statement allocated, and what is said of it without and with the machine code, by index."""

    version: tuple[int, ...]
    statements: Sequence[str]
    allocated: list[float]
    plain: Said
    weighed: Said

    def wrong(self, said: Said) -> list[str]:
        """Return the statements whose verdicts are not what was counted; what only may allocate is never wrong."""
        found: list[str] = []
        for index, findings in said.items():
            verdicts = {finding.allocation for finding in findings}
            if verdicts & {Allocation.MAY_ALLOCATE, Allocation.UNKNOWN}:
                continue
            if (Allocation.ALLOCATES in verdicts) != (self.allocated[index] > 0):
                found.append(f"{self.statements[index]}: {verdicts}, counted {self.allocated[index]}")
        return found


async def say(go: Go, folder: Path, file: Path, *, assembly: bool) -> list[Finding]:
    processes = Processes()
    toolchain = await find_toolchain(Settings(go_path=go.path), processes)
    assert isinstance(toolchain, Toolchain)
    compiler = GoCommand(toolchain, processes)
    run = await compiler.compile(Job(str(folder), (".",), tests=False, assembly=assembly))
    compiler.close()
    return [*analyse(run, DiskFiles().read, toolchain.version).files[str(file)].findings]


def counted(
    go: Go, folder: Path, declarations: str, statements: Sequence[str], others: Mapping[str, str] | None = None
) -> Program:
    """Return what a program of these statements does; `others` are further files by path below the module's root."""
    runs = "".join(f"//go:noinline\nfunc run{n}() {{\n{code}\n}}\n" for n, code in enumerate(statements))
    calls = "".join(f"counts = append(counts, testing.AllocsPerRun(50, run{n}))\n" for n in range(len(statements)))
    main = f"func main() {{\ncounts := []float64{{}}\n{calls}json.NewEncoder(os.Stdout).Encode(counts)\n}}\n"
    file = folder / "main.go"
    file.write_text(f"{declarations}\n{runs}\n{main}", encoding="utf-8")
    for path, content in (others or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    (folder / "go.mod").write_text("module boxes\n\ngo 1.21\n", encoding="utf-8")
    go.run("build", "-o", "boxes.exe", ".", cwd=folder)
    output = subprocess.run([folder / "boxes.exe"], check=True, capture_output=True, text=True, timeout=120).stdout
    lines = file.read_text(encoding="utf-8").split("\n")
    index = {lines.index(f"func run{n}() {{") + 2: n for n in range(len(statements))}
    said: list[Said] = []
    for assembly in (False, True):
        found: Said = {}
        for finding in asyncio.run(say(go, folder, file, assembly=assembly)):
            if finding.at.line in index and finding.is_heap:
                found.setdefault(index[finding.at.line], []).append(finding)
        said.append(found)
    version = tuple(map(int, go.version.split(".")[:2]))
    return Program(version, statements, json.loads(output), said[0], said[1])
