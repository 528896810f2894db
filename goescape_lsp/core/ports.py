"""What the inner rooms need from outside, as protocols; the real ones live in `adapters`, recorded ones beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from goescape_lsp.core.changed import Committed
from goescape_lsp.core.model import Job, Problem, Run
from goescape_lsp.core.stored import Stored


class Compiler(Protocol):
    """Compiles packages with escape flags."""

    async def compile(self, job: Job) -> Run:
        """Return the output of every variant of the job's packages.

        Errors: none are raised for what a user can cause; they are problems of the run. Cancelling the task kills
        the compiler with its whole process group before the cancellation goes on.
        """
        ...

    async def prepare(self, job: Job) -> None:
        """Learn, while nobody waits, what makes the next `compile` of the job's directory quick.

        Errors: none; a cancellation kills what runs for it. The answers of `compile` do not depend on it.
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

    def looked(self, done: int, total: int) -> None:
        """Hear how many of the workspace's directories were looked at; `done` is `total` when it has ended."""
        ...


class Tree(Protocol):
    """Knows the directories of a workspace."""

    def packages(self, roots: tuple[str, ...]) -> tuple[str, ...]:
        """Return the directories below `roots` with Go files, a bounded number of them; takes its time."""
        ...


class Store(Protocol):
    """Keeps bytes for longer than a process lives."""

    def load(self, key: str) -> bytes | None:
        """Return what was saved under a key, None when that is gone or not whole."""
        ...

    def save(self, key: str, payload: bytes) -> None:
        """Keep bytes under a key. Errors: none; it may not be kept."""
        ...


class Shelf(Protocol):
    """Keeps finished analyses together with all that they were built from."""

    async def take(self, job: Job) -> Stored | None:
        """Return what was kept for a job, None unless every input of the build is the same as then.

        Errors: none. Nothing is started for it.
        """
        ...

    async def look(self, job: Job) -> object | None:
        """Return a sighting of the job's inputs, to be taken before it is compiled; None where nothing can be kept."""
        ...

    async def keep(self, job: Job, sighting: object | None, stored: Stored) -> None:
        """Keep what a job came to, unless its inputs have changed since the sighting. Errors: none."""
        ...
