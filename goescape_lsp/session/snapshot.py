"""What is known at one moment, frozen: readers never see half of an update."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from goescape_lsp.core.model import Analysis, FileFacts, Package, Problem, ProblemKind, Run

NOTHING_HERE = frozenset({ProblemKind.NO_PACKAGES, ProblemKind.NOT_BUILT})
"""Problems that mean that there is nothing to judge, not that it could not be judged."""


@dataclass(frozen=True, slots=True)
class PackageState:
    """What is known of the packages of one directory.

    `files` are facts by absolute path; those in `stale` are of the last run that compiled them. `packages` are the
    build variants of the newest run.
    """

    directory: str
    files: Mapping[str, FileFacts]
    problems: tuple[Problem, ...] = ()
    generation: int = 0
    is_stale: bool = False
    stale: frozenset[str] = frozenset()
    packages: tuple[Package, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The states of all packages, by directory."""

    packages: Mapping[str, PackageState] = field(default_factory=dict[str, PackageState])

    def facts(self, path: str) -> FileFacts | None:
        """Return what is known of a file, None when nothing is; its spans belong to the `content` of the result."""
        state = self.packages.get(directory_of(path))
        return None if state is None else state.files.get(path)

    def is_stale(self, path: str) -> bool:
        """Say whether the newest run could not judge the file, and what is known is older."""
        state = self.packages.get(directory_of(path))
        return state is not None and path in state.stale

    def problems(self) -> tuple[Problem, ...]:
        """Return all problems, each once."""
        return tuple(dict.fromkeys(problem for state in self.packages.values() for problem in state.problems))

    def with_state(self, state: PackageState) -> Snapshot:
        """Return the snapshot with one state in place of the older one."""
        return Snapshot({**self.packages, state.directory: state})

    def without(self, directory: str) -> Snapshot:
        """Return the snapshot without what is known of a directory."""
        return Snapshot({key: state for key, state in self.packages.items() if key != directory})


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run of one directory and what it came to."""

    run: Run
    analysis: Analysis


def directory_of(path: str) -> str:
    """Return the directory of an absolute path, either kind of separator."""
    cut = max(path.rfind("/"), path.rfind("\\"))
    return path[: cut if cut > 0 else cut + 1]


def next_state(older: PackageState, outcome: Outcome, is_wanted: Callable[[str], bool]) -> PackageState:
    """Return the state after a run: new facts where it compiled, the older ones, marked stale, where it did not.

    Shape: `is_wanted` says which paths may be published. The facts of other directories (generic code of another
    package that was instantiated here) are not taken: they are only a part of what is known there.
    """
    here = [
        compiled
        for compiled in outcome.run.compiled
        if compiled.package.directory == older.directory or not compiled.package.directory
    ]
    good = {path for compiled in here if not compiled.problems for path in compiled.package.files}
    failed = {path for compiled in here if compiled.problems for path in compiled.package.files} - good
    problems = _problems(outcome)
    is_gone = any(problem.kind in NOTHING_HERE for problem in problems)
    if not good and not failed and not is_gone:
        # Nothing was even listed (a broken go.mod, a time limit): all that is known is old.
        failed = {path for path in older.files if problems}
    files = {path: facts for path, facts in outcome.analysis.files.items() if path in good and is_wanted(path)}
    stale = {path: older.files[path] for path in failed if path in older.files and is_wanted(path)}
    return replace(
        older,
        files={**files, **stale},
        problems=problems,
        is_stale=bool(failed),
        stale=frozenset(stale),
        packages=tuple(compiled.package for compiled in here),
    )


def is_test(path: str) -> bool:
    """Say whether a path names a test file of Go."""
    return path.endswith("_test.go")


def with_older_tests(state: PackageState, older: PackageState) -> PackageState:
    """Return the state after a run that left the tests out, with what was known of them before."""
    tests = {path: facts for path, facts in older.files.items() if is_test(path) and path not in state.files}
    variants = tuple(p for p in older.packages if p.variant and all(p != q for q in state.packages))
    problems = tuple(p for p in older.problems if is_test(p.file) and p not in state.problems)
    return replace(
        state,
        files={**state.files, **tests},
        packages=(*state.packages, *variants),
        problems=(*state.problems, *problems),
        stale=state.stale | (older.stale & tests.keys()),
    )


def changed_paths(older: PackageState, newer: PackageState) -> tuple[str, ...]:
    """Return the paths whose facts or staleness differ between two states of a directory, sorted."""
    # Facts that stay as they are, or come or go, need not be looked at: they may be packed.
    both = () if older.files is newer.files else older.files.keys() & newer.files.keys()
    differing = {path for path in both if older.files[path] != newer.files[path]}
    differing |= older.files.keys() ^ newer.files.keys()
    return tuple(sorted(differing | (older.stale ^ newer.stale)))


def dependants(snapshot: Snapshot, state: PackageState, among: AbstractSet[str]) -> set[str]:
    """Return the directories whose packages are built from one of the state's packages."""
    names = {package.import_path for package in state.packages}
    return {
        directory
        for directory in among - {state.directory}
        if (other := snapshot.packages.get(directory)) is not None
        for package in other.packages
        if any(imported.partition(" [")[0] in names for imported in package.imports)
    }


def same_module(snapshot: Snapshot, directory: str) -> set[str]:
    """Return the directories of known packages whose module holds `directory`."""
    return {
        state.directory
        for state in snapshot.packages.values()
        for package in state.packages
        if package.module_directory and f"{directory}/".startswith(f"{package.module_directory}/")
    }


def _problems(outcome: Outcome) -> tuple[Problem, ...]:
    every = [*outcome.run.problems, *outcome.analysis.problems]
    every += [problem for compiled in outcome.run.compiled for problem in compiled.problems]
    return tuple(dict.fromkeys(every))
