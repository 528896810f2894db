"""Which problems the user has heard of: each is told once, until it is gone and comes back."""

from __future__ import annotations

from collections.abc import Iterable

from goescape_lsp.core.model import Problem, ProblemKind

_NOT_OUR_MODULE = frozenset(
    {
        ProblemKind.MISSING_MODULES,
        ProblemKind.BROKEN_MODULE,
        ProblemKind.NO_MODULE,
        ProblemKind.GO_TOO_OLD_FOR_MODULE,
        ProblemKind.NO_PACKAGES,
    }
)
"""What is said of the user's own modules only: a look into the module cache must not end in advice about it."""


class Told:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._told: set[Problem] = set()

    def news(
        self, older: Iterable[Problem], newer: Iterable[Problem], every: Iterable[Problem], *, is_ours: bool
    ) -> tuple[Problem, ...]:
        """Return what is to be told after a run changed the problems of a directory from `older` to `newer`.

        Shape: `every` are all problems of the moment: what is not among them any more may be told again. Of many
        compile errors only the first is told, and none while the directory was broken before. `is_ours` says that
        the directory lies in the workspace.
        """
        newer = tuple(newer)
        self._told &= {*every}
        was_broken = any(problem.kind is ProblemKind.COMPILE_ERROR for problem in older)
        errors = [problem for problem in newer if problem.kind is ProblemKind.COMPILE_ERROR]
        # An error of a dependency was already told where it stands.
        is_known = was_broken or any(problem in self._told for problem in errors)
        others = [problem for problem in newer if problem.kind is not ProblemKind.COMPILE_ERROR]
        news = [problem for problem in others if is_ours or problem.kind not in _NOT_OUR_MODULE]
        news = [problem for problem in ([] if is_known else errors[:1]) + news if problem not in self._told]
        self._told.update(newer)
        return tuple(news)

    def forget(self) -> None:
        """Let everything be told again."""
        self._told.clear()
