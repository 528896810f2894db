"""What of a run is kept for the next start, and what is made of it then. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from goescape_lsp.core.model import ProblemKind
from goescape_lsp.core.stored import Stored
from goescape_lsp.session.snapshot import Outcome, PackageState, next_state

_HARMLESS = frozenset(
    {ProblemKind.NOT_BUILT, ProblemKind.NO_PACKAGES, ProblemKind.CHANGED_VERDICTS, ProblemKind.UNEXPLAINED}
)
"""Problems of a run that tell nothing against its findings."""


def stored_of(directory: str, outcome: Outcome) -> Stored | None:
    """Return what is worth keeping of a run with the machine code; None when something was wrong."""
    state = next_state(PackageState(directory, {}), outcome, lambda _: True)
    if state.is_stale or not state.files or any(problem.kind not in _HARMLESS for problem in state.problems):
        return None
    # Which files are left out is said of those that are open.
    told = tuple(problem for problem in state.problems if problem.kind is not ProblemKind.NOT_BUILT)
    return Stored(state.files, state.packages, told)


def state_of(
    directory: str, stored: Stored, open_files: Iterable[str], is_wanted: Callable[[str], bool]
) -> PackageState | None:
    """Return the state of a directory from what was kept; None when it says nothing of one of the open files."""
    if any(path not in stored.files for path in open_files):
        return None
    files = {path: facts for path, facts in stored.files.items() if is_wanted(path)}
    return PackageState(directory, files, stored.problems, packages=stored.packages)
