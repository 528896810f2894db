"""All that a build of one directory reads and that can change: taken down with the facts, looked at again later.

A look costs one `stat` for each file: only where time, size or node differ is the content read. It runs nothing.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from goescape_lsp.adapters.gocommand import module_root

BUILT = (".go", ".s", ".S", ".sx", ".syso", ".c", ".cc", ".cpp", ".cxx", ".m", ".f", ".F", ".for", ".f90", ".h", ".hh")
BUILT_MORE = (".hpp", ".hxx", ".swig", ".swigcxx", ".pgo")
"""Ends of the names of files that `go build` looks at; those that begin with `.` or `_` it does not.

Source: go/build, matchFile and goodOSArchFile; cmd/go, default.pgo.
"""

_ABOVE = ("go.mod", "go.work", "go.work.sum")
_AT_ROOT = ("go.sum", "vendor/modules.txt")
_RACY_NS = 2_000_000_000
"""A file that changed so shortly before it was read can change again within one tick of the file system's clock."""
_MAX_FILE_BYTES = 64 * 2**20
_MAX_FILES = 20_000

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the inputs of a directory are: its own place, the changeable directories it imports, other files."""

    directory: str
    dependencies: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """One file: its stamp and the digest of its content; both empty for a file that must not be there."""

    stamp: Stamp | None
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The inputs of one directory: names of the files that are built, and each of them; paths are absolute.

    `taken_ns` is when they were read.
    """

    sources: Sources
    names: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, Input]
    taken_ns: int


Stamps = Mapping[str, Stamp | None]


def stamps_of(sources: Sources) -> tuple[Mapping[str, tuple[str, ...]], Stamps] | None:
    """Return the names in each directory and the stamp of each file, None when there are too many."""
    places = (sources.directory, *sources.dependencies)
    names = {place: _names(place) for place in places}
    paths = [f"{place}{os.sep}{name}" for place, inside in names.items() for name in inside]
    paths += [*sources.files, *_module_files(places)]
    if len(paths) > _MAX_FILES:
        return None
    return names, {path: stamp_of(path) for path in paths}


def take_down(sources: Sources, before: tuple[Mapping[str, tuple[str, ...]], Stamps]) -> Manifest | None:
    """Return the inputs as they are, None when they are not as `before` says, or change while they are read."""
    taken = time.time_ns()
    digests = {path: digest_of(path) for path, stamp in before[1].items() if stamp is not None}
    if b"" in digests.values() or stamps_of(sources) != before:
        return None
    return Manifest(
        sources, before[0], {path: Input(stamp, digests.get(path, b"")) for path, stamp in before[1].items()}, taken
    )


def holds(manifest: Manifest) -> bool:
    """Say whether a build would read what it read when the manifest was taken down."""
    now = stamps_of(manifest.sources)
    if now is None or now[0] != manifest.names or now[1].keys() != manifest.inputs.keys():
        return False
    return all(_is_same(path, stamp, manifest) for path, stamp in now[1].items())


def stamp_of(path: str) -> Stamp | None:
    """Return time of content, time of change, size and node of a regular file, None when it is not there.

    A file that cannot be looked at, or is no file, has a stamp that no file has.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - asked for every file of every look
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return (0, 0, -1, 0)
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_FILE_BYTES:
        return (0, 0, -1, 0)
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def digest_of(path: str) -> bytes:
    """Return the digest of a file's content, b"" when it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - paths are strings in the whole project
            return hash_of(file.read(_MAX_FILE_BYTES + 1))
    except (OSError, ValueError):
        return b""


def hash_of(content: bytes) -> bytes:
    """Return the digest of a content."""
    return hashlib.blake2b(content, digest_size=20).digest()


def _is_same(path: str, stamp: Stamp | None, manifest: Manifest) -> bool:
    taken = manifest.inputs[path]
    if stamp is None or taken.stamp is None:
        return stamp is taken.stamp
    is_settled = max(stamp[0], stamp[1]) + _RACY_NS < manifest.taken_ns
    return (stamp == taken.stamp and is_settled) or digest_of(path) == taken.digest


def _names(directory: str) -> tuple[str, ...]:
    try:
        found = os.listdir(directory)  # noqa: PTH208
    except OSError:
        return ("",)
    return tuple(sorted(name for name in found if name.endswith(BUILT + BUILT_MORE) and name[0] not in "._"))


def _module_files(places: Iterable[str]) -> list[str]:
    """Return the module files that count for directories, whether they are there or not: a new one counts too."""
    wanted: dict[str, None] = {}
    for place in places:
        root = module_root(place)
        if root is not None:
            wanted |= dict.fromkeys(os.path.join(root, *name.split("/")) for name in _AT_ROOT)  # noqa: PTH118
        above = place
        while f"{above.rstrip(os.sep)}{os.sep}{_ABOVE[0]}" not in wanted:
            wanted |= dict.fromkeys(f"{above.rstrip(os.sep)}{os.sep}{name}" for name in _ABOVE)
            above = os.path.dirname(above)  # noqa: PTH120
    return list(wanted)
