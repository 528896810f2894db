"""Which directories and files a build reads that can change: asked of `go list`, once for each analysed directory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from goescape_lsp.adapters.golist import read_entries
from goescape_lsp.adapters.inputs import Sources
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, go_environment, split_flags
from goescape_lsp.core.model import Job

_FIELDS = (
    "ImportPath,Dir,Standard,Module,Error,DepsErrors,Incomplete,CgoFiles,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"
)
_EMBEDDED = ("EmbedFiles", "TestEmbedFiles", "XTestEmbedFiles")
_TIMEOUT_S = 60.0
_MAX_BYTES = 64 * 2**20


class Dependencies(Protocol):
    """Knows what a build of a directory reads."""

    async def sources(self, job: Job) -> Sources | None:
        """Return where the inputs of a job's directory are; None where that cannot be told."""
        ...


class ListedDependencies:
    """Asks `go list -deps`, which compiles nothing."""

    def __init__(self, toolchain: Toolchain, processes: Processes) -> None:
        self._toolchain = toolchain
        self._processes = processes

    async def sources(self, job: Job) -> Sources | None:
        """Return where the inputs of a job's directory are; see `Dependencies`."""
        allowed, _ = split_flags(job.flags)
        tags = [f"-tags={job.tags}"] if job.tags else []
        tests = ["-test"] if job.tests else []
        finished = await self._processes.run(
            [self._toolchain.go, "list", "-deps", *tests, "-buildvcs=false", *allowed, *tags, f"-json={_FIELDS}", "."],
            cwd=job.directory,
            env=go_environment(os.environ, job.env, self._toolchain.goflags) | {"PWD": job.directory},
            timeout_s=_TIMEOUT_S,
            max_bytes=_MAX_BYTES,
        )
        if finished.code != 0 or finished.is_cut or finished.is_timeout:
            return None
        return read_sources(job.directory, read_entries(finished.stdout))


def read_sources(directory: str, entries: Iterable[Mapping[str, Any]]) -> Sources | None:
    """Return where the inputs of a directory are, from `go list -deps`; None where some of them cannot be told.

    Shape: nothing is told for the standard library's own packages, outside modules, and where cgo reads the headers
    of the system.
    """
    changeable = [entry for entry in entries if can_change(entry)]
    own = [entry for entry in changeable if entry.get("Dir") == directory]
    is_whole = not any(entry.get("Error") or entry.get("DepsErrors") or entry.get("Incomplete") for entry in changeable)
    # The generated main package of a test has no directory of its own to look at.
    if not own or not is_whole or any(entry.get("CgoFiles") or not entry.get("Module") for entry in own):
        return None
    if any(entry.get("CgoFiles") for entry in changeable):
        return None
    folders = {entry["Dir"]: None for entry in changeable if entry.get("Dir") and entry["Dir"] != directory}
    embedded = [os.path.join(entry["Dir"], name) for entry in changeable for name in _embedded(entry)]  # noqa: PTH118
    return Sources(directory, tuple(folders), tuple(dict.fromkeys(embedded)))


def _embedded(entry: Mapping[str, Any]) -> list[str]:
    return [name for field in _EMBEDDED for name in entry.get(field) or ()]


def can_change(entry: Mapping[str, Any]) -> bool:
    """Say whether a package of `go list` lies where its files can change.

    Shape: the standard library belongs to the toolchain, and the module cache is checked against go.sum; a vendored
    package has a version too, but lies in the tree of the user.
    """
    if entry.get("Standard"):
        return False
    module: Mapping[str, Any] = entry.get("Module") or {}
    stands_for: Mapping[str, Any] = module.get("Replace") or module
    is_cached = "@" in os.path.basename(module.get("Dir") or "")  # noqa: PTH119
    return not (stands_for.get("Version") and is_cached)
