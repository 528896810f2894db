"""What the inner rooms need from outside, as protocols; the real ones live in `adapters`, recorded ones beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from goescape_lsp.core.changed import Committed
from goescape_lsp.core.model import Job, Problem, Run


class Compiler(Protocol):
    """Compiles packages with escape flags."""

    async def compile(self, job: Job) -> Run:
        """Return the output of every variant of the job's packages.

        Errors: none are raised for what a user can cause; they are problems of the run. Cancelling the task kills
        the compiler with its whole process group before the cancellation goes on.
        """
        ...


class Files(Protocol):
    """Reads source files."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes of an absolute path, None when it cannot be read."""
        ...


class Commits(Protocol):
    """Reads what was committed."""

    def committed(self, paths: Sequence[str]) -> Mapping[str, Committed]:
        """Return what the last commit holds of each absolute path; may take some milliseconds, in any thread."""
        ...


class Listener(Protocol):
    """Hears what the session found; called on the event loop, must not block."""

    def published(self, paths: tuple[str, ...]) -> None:
        """Hear that the facts of these absolute paths changed in the snapshot."""
        ...

    def started(self, directory: str) -> None:
        """Hear that a run for the package in `directory` began."""
        ...

    def finished(self, directory: str, seconds: float) -> None:
        """Hear that the run for `directory` ended and was not overtaken."""
        ...

    def troubled(self, problem: Problem) -> None:
        """Hear of a problem that was not told before; never twice of the same one in a row."""
        ...
