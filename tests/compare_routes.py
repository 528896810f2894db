"""Compares the direct route with the way through `go`, package by package: the same texts, variants and problems.

`python tests/compare_routes.py [--go PATH] DIRECTORY ...` compiles every package below each directory in both ways and
prints what differs; the exit status is 1 when something does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from goescape_lsp.adapters.direct import Direct
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Job, Package, Run
from goescape_lsp.core.settings import Settings


@dataclass
class Tally:
    """What was seen: packages by route, differences, seconds of both ways."""

    routes: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)
    lines: int = 0


class Asked(GoCommand):
    """The way through `go`, which notes that it was taken."""

    compiles = 0

    async def compile(self, job: Job) -> Run:
        self.compiles += 1
        return await super().compile(job)


def directories(root: Path) -> list[str]:
    """Return the directories below `root` that may hold a package of its module."""
    found: list[str] = []
    for folder, names, files in os.walk(root):
        nested = Path(folder, "go.mod").exists() and Path(folder) != root
        names[:] = [] if nested else sorted(n for n in names if n not in {"vendor", "testdata"} and n[0] not in "._")
        if not nested and any(name.endswith(".go") for name in files):
            found.append(folder)
    return found


async def compare(directory: str, direct: Direct, asked: Asked, tally: Tally) -> None:
    """Compile one directory in both ways, without and with its tests."""
    job = Job(directory, (".",))
    await direct.prepare(job)
    for tests in (False, True):
        job = Job(directory, (".",), tests=tests)
        began = time.monotonic()
        expected = await asked.compile(job)
        middle, before = time.monotonic(), asked.compiles
        found = await direct.compile(job)
        tally.seconds["go"] += middle - began
        tally.seconds["direct"] += time.monotonic() - middle
        record = direct.records.get(directory)
        route = "direct" if asked.compiles == before else f"go: {record.reason if record else 'no record'}"
        tally.routes[route] += not tests
        tally.lines += sum(item.text.count(b"\n") for item in found.compiled)
        if route == "direct":
            tally.differences += differences(directory, expected, found)


def differences(directory: str, expected: Run, found: Run) -> list[str]:
    """Return what differs between two runs of one job, a line each."""
    said: list[str] = []
    wanted = {(item.package.import_path, item.package.variant): item for item in expected.compiled}
    given = {(item.package.import_path, item.package.variant): item for item in found.compiled}
    if wanted.keys() != given.keys():
        said.append(f"{directory}: variants {sorted(wanted)} / {sorted(given)}")
    if expected.problems != found.problems:
        said.append(f"{directory}: problems {expected.problems} / {found.problems}")
    for name in wanted.keys() & given.keys():
        one, two = wanted[name], given[name]
        if one.package != two.package:
            said += [f"{directory}: {name}: {text}" for text in fields(one.package, two.package)]
        if one.problems != two.problems:
            said.append(f"{directory}: {name}: problems {one.problems} / {two.problems}")
        lines = zip(one.text.splitlines(), two.text.splitlines(), strict=False)
        first = next(((a, b) for a, b in lines if a != b), (len(one.text), len(two.text)))
        if one.text != two.text:
            said.append(f"{directory}: {name}: {first[0]!r} / {first[1]!r}")
    return said


def fields(one: Package, two: Package) -> list[str]:
    """Return the fields in which two packages differ, with what only one of them has."""
    said: list[str] = []
    for field_name in Package.__dataclass_fields__:
        a, b = getattr(one, field_name), getattr(two, field_name)
        if a != b:
            is_list = isinstance(a, tuple)
            said.append(f"{field_name}: {sorted(set(a) ^ set(b)) or 'order' if is_list else (a, b)}")
    return said


async def run(go: str, roots: list[Path]) -> Tally:
    """Compare every package below the roots."""
    processes, tally, files = Processes(), Tally(), DiskFiles()
    toolchain = await find_toolchain(Settings(go_path=go), processes)
    if not isinstance(toolchain, Toolchain):
        sys.exit(f"no Go: {toolchain}")
    asked = Asked(toolchain, processes)
    direct = Direct(toolchain, processes, files, asked)
    try:
        for root in roots:
            for directory in directories(root.resolve()):
                await compare(directory, direct, asked, tally)
    finally:
        direct.close()
        processes.kill_all()
    print(f"{toolchain.version}: {sum(tally.routes.values())} packages, {tally.lines} lines, {dict(tally.routes)}")
    print(", ".join(f"{way} {seconds:.1f} s" for way, seconds in tally.seconds.items()))
    for line in tally.differences:
        print(f"  {line}")
    print(f"{len(tally.differences)} differences")
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--go", default="", help="which go")
    parser.add_argument("roots", nargs="+", type=Path)
    given = parser.parse_args()
    sys.exit(bool(asyncio.run(run(given.go, given.roots)).differences))


if __name__ == "__main__":
    main()
