"""The command `python -m tests.benchmarks`: measures, prints Markdown tables, and compares with what is promised."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import growth, packages, serving
from tests.benchmarks.client import ServerError
from tests.benchmarks.numbers import Bound, table
from tests.benchmarks.packages import Plan, Race
from tests.benchmarks.phases import phases
from tests.benchmarks.subjects import PUBLIC, Public, Subject
from tests.benchmarks.toolchain import GOPLS, Go, GoError, bring_gopls, describe_machine, find_go

ROWS = ("packages", "size", "workspace", "serving")
_QUICK_MODULES = ("uuid", "mvcc")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    plan: Plan
    sizes: tuple[int, ...]
    size_plan: Plan
    workspaces: tuple[int, ...]
    workspace_plan: Plan
    edits: int


FULL = Scale(Plan(5, 25), (1000, 5000, 10_000, 50_000), Plan(3, 10), (10, 50, 100), Plan(3, 10), 10_000)
QUICK = Scale(Plan(3, 5, 2), (1000, 2000), Plan(2, 5, 2), (10,), Plan(2, 5), 1000)


def main(arguments: Sequence[str]) -> int:
    """Measure what the arguments ask for; the exit status is 0 whatever the figures are."""
    options = _parser().parse_args(arguments)
    scale = QUICK if options.quick else FULL
    modules = options.modules.split(",") if options.modules else list(_QUICK_MODULES if options.quick else _names())
    if unknown := sorted({*modules} - {*_names()}):
        sys.stderr.write(f"no such module: {', '.join(unknown)}; there are {', '.join(_names())}\n")
        return 2
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="goescape-bench-") as folder:
        work = Path(folder).resolve()
        go = find_go()
        rows = options.rows.split(",")
        with_gopls = not options.no_gopls and "packages" in rows
        versions = describe_machine(go, work) + (f", gopls {GOPLS}" if with_gopls else "")
        _say(f"Measured on: {versions}")
        bench = Bench(go, work, scale, bring_gopls(go) if with_gopls else None)
        bounds = list(bench.run(rows, [one for one in PUBLIC if one.name in modules]))
        if bounds:
            _say(table(("promised", "bound", "measured", "verdict"), (bound.cells() for bound in bounds)))
        bench.explain(bounds)
    _say(f"Took {time.monotonic() - begun:.0f} s.")
    return 0


class Bench:
    """Runs the parts one after the other, prints each part's tables as soon as it has ended, and keeps its subjects."""

    def __init__(self, go: Go, work: Path, scale: Scale, gopls: Path | None) -> None:
        self._go = go
        self._work = work
        self._scale = scale
        self._gopls = gopls
        self._subjects: dict[str, Subject] = {}

    def run(self, rows: Sequence[str], modules: Sequence[Public]) -> Iterable[Bound]:
        """Yield the bounds of the parts that are wanted."""
        go, work, scale = self._go, self._work, self._scale
        if "packages" in rows:
            races = list(self._races(modules))
            _say(*packages.tables(races))
            yield from packages.bounds(races)
        if "size" in rows:
            _note("size")
            races = list(growth.sizes(go, work, scale.sizes, scale.size_plan))
            _say(*growth.size_tables(races))
            yield from growth.size_bounds(races)
        if "workspace" in rows:
            _note("workspace")
            grown = list(growth.workspaces(go, work, scale.workspaces, scale.workspace_plan))
            _say(*growth.workspace_tables(grown))
            yield from growth.workspace_bounds(grown)
        if "serving" in rows:
            _note("serving")
            figures = list(serving.figures(go, work, scale.edits, scale.plan.rounds))
            _say(*serving.figure_tables(figures))
            yield from serving.figure_bounds(figures)

    def explain(self, bounds: Iterable[Bound]) -> None:
        """Print the phases of a save for every package that falls short."""
        short = dict.fromkeys(bound.subject for bound in bounds if not bound.is_met and bound.subject in self._subjects)
        if short:
            _say("Phases of a save where it falls short")
        for name in short:
            _say("\n".join(phases(self._go, self._subjects[name], self._work)))

    def _races(self, modules: Sequence[Public]) -> Iterable[Race]:
        for public in modules:
            _note(public.name)
            folder = self._work / public.name
            folder.mkdir()
            try:
                race, self._subjects[public.name] = packages.race(
                    self._go, public, folder, self._gopls, self._scale.plan
                )
            except (GoError, ServerError) as error:
                _note(f"{public.name} gave up: {error}")
            else:
                yield race


def _names() -> tuple[str, ...]:
    return tuple(public.name for public in PUBLIC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, for a first look")
    parser.add_argument("--rows", metavar="R,R", default=",".join(ROWS), help=f"parts to measure: {', '.join(ROWS)}")
    parser.add_argument("--modules", metavar="M,M", help=f"public packages to measure on: {', '.join(_names())}")
    parser.add_argument("--no-gopls", action="store_true", help=f"do not build and measure gopls {GOPLS}")
    return parser


def _note(what: str) -> None:
    sys.stderr.write(f"measuring: {what}\n")
    sys.stderr.flush()


def _say(*texts: str) -> None:
    print("\n\n".join(texts), end="\n\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
