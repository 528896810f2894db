"""Reads what the last commit holds, by dulwich: no process, no hook, no filter, and no configuration is read."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from goescape_lsp.core.changed import Committed
from goescape_lsp.core.model import Problem, ProblemKind

if TYPE_CHECKING:
    from dulwich.object_store import DiskObjectStore
    from dulwich.objects import ObjectID

_GITFILE = b"gitdir: "
_MAX_GITFILE_BYTES = 4096


class GitCommits:
    """The commits that HEAD names, in the repositories that hold the files asked for.

    Objects and refs are read as files. That is why nothing can run: settings of the repository (monitors, filters,
    external diffs, what a partial clone fetches with) are not even looked at.
    """

    def __init__(self) -> None:
        self._heads: dict[str, bytes] = {}
        self._kept: dict[str, dict[str, Committed]] = {}

    def committed(self, paths: Sequence[str]) -> Mapping[str, Committed]:
        """Return what HEAD holds of each absolute path; takes some milliseconds, and may be called in any thread.

        Errors: none; no repository, no commit yet or a broken repository is the `problem` of its files.
        """
        groups: dict[str, list[str]] = {}
        for path in paths:
            groups.setdefault(_root_of(os.path.realpath(path)), []).append(path)
        return {path: one for root, group in groups.items() for path, one in self._of(root, group).items()}

    def _of(self, root: str, paths: Sequence[str]) -> dict[str, Committed]:
        if not root:
            return dict.fromkeys(paths, _unknown(ProblemKind.NO_REPOSITORY, os.path.dirname(paths[0])))  # noqa: PTH120
        try:
            return self._read(root, paths)
        except _damage() as error:
            return dict.fromkeys(paths, _damaged(root, error))

    def _read(self, root: str, paths: Sequence[str]) -> dict[str, Committed]:
        from dulwich.object_store import DiskObjectStore  # noqa: PLC0415 - as above
        from dulwich.refs import HEADREF, DiskRefsContainer  # noqa: PLC0415

        control, common = _control_directories(root)
        head = DiskRefsContainer(common, control).follow(HEADREF)[1]
        if head is None:
            return dict.fromkeys(paths, _unknown(ProblemKind.NO_COMMIT, root))
        if self._heads.get(root) != head:
            self._heads[root], self._kept[root] = head, {}
        known = self._kept[root]
        missing = [path for path in paths if path not in known]
        if missing:
            store = DiskObjectStore(os.path.join(common, "objects"))  # noqa: PTH118 - paths are strings here
            try:
                known.update((path, _one(store, head, root, path)) for path in missing)
            finally:
                store.close()
        return {path: known[path] for path in paths}


def _unknown(kind: ProblemKind, message: str) -> Committed:
    return Committed(problem=Problem(kind, message=message))


def _damaged(root: str, error: Exception) -> Committed:
    return _unknown(ProblemKind.NO_REPOSITORY, f"{root} ({type(error).__name__}: {error})")


def _damage() -> tuple[type[Exception], ...]:
    """Return what reading a damaged repository raises: dulwich's own errors, and what slips through it."""
    from dulwich import errors, refs  # noqa: PLC0415 - most users never ask

    own = (errors.ApplyDeltaError, errors.ChecksumMismatch, errors.FileFormatException, errors.PackedRefsException)
    slipped = (OSError, ValueError, LookupError, AssertionError, zlib.error, struct.error)
    return (*own, errors.WrongObjectException, refs.SymrefLoop, *slipped)


def _root_of(path: str) -> str:
    """Return the nearest folder above a path that holds `.git`, "" without one."""
    folder = os.path.dirname(path)  # noqa: PTH120
    while not os.path.exists(os.path.join(folder, ".git")):  # noqa: PTH110, PTH118
        folder, below = os.path.dirname(folder), folder  # noqa: PTH120
        if folder == below:
            return ""
    return folder


def _control_directories(root: str) -> tuple[str, str]:
    """Return where a work tree keeps its HEAD and where its objects: they differ in linked work trees.

    Source: gitrepository-layout(5).
    """
    control = os.path.join(root, ".git")  # noqa: PTH118
    if os.path.isfile(control):  # noqa: PTH113
        control = os.path.join(root, _first_line(control).removeprefix(_GITFILE).decode())  # noqa: PTH118
    shared = os.path.join(control, "commondir")  # noqa: PTH118
    common = os.path.join(control, _first_line(shared).decode()) if os.path.isfile(shared) else control  # noqa: PTH113, PTH118
    return control, common


def _first_line(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(_MAX_GITFILE_BYTES).split(b"\n")[0].rstrip(b"\r")


def _name(root: str, path: str) -> bytes:
    """Return the name of a path in its repository's trees."""
    return os.fsencode(os.path.relpath(os.path.realpath(path), root).replace(os.sep, "/"))


def _one(store: DiskObjectStore, head: ObjectID, root: str, path: str) -> Committed:
    try:
        return Committed(_blob(store, head, _name(root, path)))
    except _damage() as error:
        return _damaged(root, error)


def _blob(store: DiskObjectStore, head: ObjectID, name: bytes) -> bytes | None:
    """Return the bytes that a commit holds under a name, None when it holds no file there."""
    from dulwich.errors import NotCommitError  # noqa: PLC0415 - as above
    from dulwich.object_store import tree_lookup_path  # noqa: PLC0415
    from dulwich.objects import Blob, Commit  # noqa: PLC0415

    commit = store[head]
    if not isinstance(commit, Commit):
        raise NotCommitError(head)
    try:
        _, ident = tree_lookup_path(store.__getitem__, commit.tree, name)
    except KeyError:
        return None
    found = store[ident]
    return found.data if isinstance(found, Blob) else None
