"""Lists the packages of a workspace without compiling them, and keeps those of one shard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from goescape_lsp.adapters.golist import read_package
from goescape_lsp.adapters.toolchain import build_flags
from goescape_lsp.core.model import Compiled, Job, Run
from goescape_lsp.core.shard import Shard

_FIELDS = "ImportPath,Name,Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Module"
_FILES_GIVEN = "command-line-arguments"
# Verdicts, and the machine code of bodies that come from elsewhere; the last two parts of the name are kept.
_NAMED = re.compile(rb"(?m)^(?:\t0x0 0 \()?((?:[^:\n\t]*?/)?)([^/:\n\t]+\.go):\d+")


def names_arguments(job: Job, patterns: Sequence[str]) -> list[str]:
    """Return the arguments of `go` that list the packages of the patterns and compile nothing."""
    return ["list", "-e", f"-json={_FIELDS}", *build_flags(job), "--", *patterns]


def own_patterns(entries: Iterable[Mapping[str, Any]], shard: Shard, given: Sequence[str]) -> list[str]:
    """Return the import paths of the shard's packages; files that were given by name stay as they were given."""
    own = [entry["ImportPath"] for entry in entries if shard.holds(entry["ImportPath"])]
    return list(given) if own == [_FILES_GIVEN] else own


def variants(entries: Sequence[Mapping[str, Any]], *, tests: bool) -> tuple[str, ...]:
    """Return what compiling all the packages yields, as `P` and `P [P.test]` in the order of `go list -test`."""
    return (*(entry["ImportPath"] for entry in entries), *(_tested(entries) if tests else ()))


def _tested(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for entry in entries:
        path = entry["ImportPath"]
        if entry.get("TestGoFiles"):
            yield f"{path} [{path}.test]"
        if entry.get("XTestGoFiles"):
            yield f"{path}_test [{path}.test]"


def bystanders(entries: Iterable[Mapping[str, Any]], shard: Shard, run: Run) -> Iterator[Compiled]:
    """Yield the packages of other shards whose files the shard's compiles speak of, without text.

    A generic function is compiled where it is used: what is said of it there may be said nowhere else.
    """
    named = {
        f"{folder.decode('utf-8', 'replace').rstrip('/').rpartition('/')[2]}/{file.decode('utf-8', 'replace')}"
        for compiled in run.compiled
        for folder, file in _NAMED.findall(compiled.text)
    }
    for entry in entries:
        if shard.holds(entry["ImportPath"]):
            continue
        files = [*(entry.get("GoFiles") or ()), *(entry.get("CgoFiles") or ())]
        # The module's root is printed without a folder; under -trimpath folders are import paths.
        folders = (
            "",
            entry.get("Dir", "").replace("\\", "/").rpartition("/")[2],
            entry["ImportPath"].rpartition("/")[2],
        )
        if any(f"{folder}/{file}" in named for folder in folders for file in files):
            whole = {**entry, "GoFiles": [*(entry.get("GoFiles") or ()), *(entry.get("TestGoFiles") or ())]}
            yield Compiled(read_package(whole), b"")
