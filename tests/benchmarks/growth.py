"""How time and memory grow with the size of a package and with the number of packages, on generated source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import packages
from tests.benchmarks.compiler import prepare
from tests.benchmarks.contestants import Contestant, start_ours
from tests.benchmarks.numbers import Bound, Sample, table
from tests.benchmarks.packages import Plan, Race
from tests.benchmarks.source import write_module, write_package
from tests.benchmarks.subjects import Subject, generated, marker
from tests.benchmarks.toolchain import Go

_LARGEST = 50_000
_PACKAGE_LINES = 300
_QUIET_S = 1.5
_MANY = 100


def sizes(go: Go, work: Path, lines: Sequence[int], plan: Plan) -> Iterable[Race]:
    """Yield a race, without gopls, for each size of package."""
    for count in lines:
        root = work / f"size{count}"
        write_module(root)
        name = f"p{count}"
        file = write_package(root / name, count)
        subject = generated(f"{count // 1000}k", root, root / name, file)
        yield packages.run(go, subject, prepare(go, subject.folder, work), plan)


def size_tables(races: Sequence[Race]) -> Iterable[str]:
    yield "Growth with the size of a package (generated source), min / median, ms and MB"
    head = ("lines", "save", "bare full", "front end", "save / bare", "compile MB", "bare MB", "server MB")
    yield table(
        head,
        (
            (
                str(one.lines),
                one.first.ms(),
                one.full.ms(),
                one.front.ms(),
                one.first.over(one.full).text(),
                f"{one.memory.compile_first:.0f}",
                f"{one.memory.bare:.0f}",
                f"{one.memory.server:.0f}",
            )
            for one in races
        ),
    )


def size_bounds(races: Sequence[Race]) -> Iterable[Bound]:
    for one in races:
        if one.lines >= _LARGEST:
            yield Bound("50k-line package: save / bare full compile", 0.5, one.first.over(one.full).middle)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace of so many packages, one file of it open: seconds until all are analysed, a save, the server's MB.

    `reopened` is the time from a new server's start to the first diagnostics of the open file.
    """

    packages: int
    analysed_s: float
    save: Sample
    server_mb: float
    reopened: Sample


def workspaces(go: Go, work: Path, counts: Sequence[int], plan: Plan) -> Iterable[Workspace]:
    """Yield what a server tells of a workspace of each size, in which a user opens one file.

    The packages stand in layers, each imports the one of half its number; the open one is imported by none.
    """
    for count in counts:
        root = work / f"workspace{count}"
        subjects = _write_workspace(root, count)
        server = start_ours(go, root)
        try:
            opened = Contestant(server, subjects[-1], _QUIET_S)
            server.open(subjects[-1].file)
            opened.begin()
            analysed = max(server.until_published(one.file, marker(0)).at for one in subjects)
            save = Sample(tuple(opened.save().first_s for _ in range(plan.rounds)))
            memory = opened.resident_mb
        finally:
            server.close()
        subjects[-1].write(0)
        reopened = Sample(tuple(_reopened_s(go, root, subjects[-1]) for _ in range(plan.rounds)))
        yield Workspace(count, analysed - server.started_at, save, memory, reopened)


def _reopened_s(go: Go, root: Path, subject: Subject) -> float:
    """Return the seconds from the start of a new server until the open file has its diagnostics."""
    server = start_ours(go, root)
    try:
        server.open(subject.file)
        return server.until_published(subject.file, marker(0)).at - server.started_at
    finally:
        server.close()


def _write_workspace(root: Path, count: int) -> list[Subject]:
    write_module(root)
    subjects: list[Subject] = []
    for number in range(count):
        folder = root / f"p{number}"
        file = write_package(folder, _PACKAGE_LINES, first=number * 10)
        if number:
            text = (folder / file).read_text(encoding="utf-8")
            half = number // 2
            text = text.replace("import (\n", f'import (\n\tbelow "example.org/generated/p{half}"\n', 1)
            text += "\n// Below returns what the package below reports.\nfunc Below() string {\n"
            text += f"\treturn below.Report{half * 10}(nil, 1)\n}}\n"
            (folder / file).write_text(text, encoding="utf-8")
        subjects.append(generated(f"p{number}", root, folder, file))
    return subjects


def workspace_tables(grown: Sequence[Workspace]) -> Iterable[str]:
    yield f"Growth with the number of packages (generated, {_PACKAGE_LINES} lines each), min / median"
    head = ("packages", "all analysed, s", "save, ms", "reopen to first diagnostics, ms", "server MB")
    yield table(
        head,
        (
            (str(one.packages), f"{one.analysed_s:.1f}", one.save.ms(), one.reopened.ms(), f"{one.server_mb:.0f}")
            for one in grown
        ),
    )


def workspace_bounds(grown: Sequence[Workspace]) -> Iterable[Bound]:
    for one in grown[-1:]:
        many = f" ({one.packages} packages)"
        yield Bound(f"reopen of an analysed workspace{many}: start to first diagnostics", 1.2, one.reopened.middle, "s")
        if one.packages >= _MANY:
            yield Bound("server memory with a 100-package workspace analysed", 150, one.server_mb, "MB")
