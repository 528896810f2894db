"""What HEAD holds, read from real repositories; and of a hostile one nothing runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.adapters.commits import GitCommits
from goescape_lsp.core.changed import Committed
from goescape_lsp.core.model import ProblemKind
from tests.adapters.conftest import listing
from tests.repository import Repository

OLD, NEW = "package old\n", "package new\n"


def content(path: Path, commits: GitCommits | None = None) -> bytes | None:
    found = (commits or GitCommits()).committed((str(path),))[str(path)]
    assert found.problem is None, found.problem
    return found.content


def kind(path: Path) -> ProblemKind:
    problem = GitCommits().committed((str(path),))[str(path)].problem
    assert problem is not None
    return problem.kind


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "r")


@pytest.mark.parametrize("name", ["a", "deep__er__a", "名 ü__a"])
@pytest.mark.parametrize("is_packed", [False, True], ids=["loose", "packed"])
def test_the_commit_is_read_not_the_disk_and_not_the_index(
    repository: Repository, name: str, *, is_packed: bool
) -> None:
    repository.commit(**{name: OLD})
    if is_packed:
        repository.git("gc", "-q", "--aggressive", "--prune=now")
    path = repository.write(name, NEW)
    assert content(path) == OLD.encode()
    repository.git("add", "-A")
    assert content(path) == OLD.encode()


def test_deltas_of_a_pack(repository: Repository) -> None:
    long = "package a\n" + "\n".join(f"// line {n}" for n in range(2000))
    repository.commit(a=long)
    repository.commit(a=long.replace("line 7", "line seven"))
    repository.commit(a=long.replace("line 9", "line nine"))
    repository.git("gc", "-q", "--aggressive", "--prune=now")
    assert content(repository.root / "a.go") == long.replace("line 9", "line nine").encode()


def test_files_that_are_not_committed(repository: Repository) -> None:
    repository.commit(a=OLD, d__b=OLD)
    assert content(repository.write("c", NEW)) is None
    assert content(repository.root / "d") is None, "a folder is no file"
    assert content(repository.write("e__f", NEW)) is None


def test_a_new_commit_is_seen(repository: Repository) -> None:
    commits = GitCommits()
    repository.commit(a=OLD)
    assert content(repository.root / "a.go", commits) == OLD.encode()
    repository.commit(a=NEW)
    assert content(repository.root / "a.go", commits) == NEW.encode()
    repository.git("checkout", "-q", "--detach", "HEAD~1")
    assert content(repository.root / "a.go", commits) == OLD.encode()
    repository.git("pack-refs", "--all")
    repository.git("checkout", "-q", "trunk")
    assert content(repository.root / "a.go", commits) == NEW.encode()


def test_linked_work_trees_and_submodules(repository: Repository, tmp_path: Path) -> None:
    repository.commit(a=OLD)
    repository.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = Repository(tmp_path / "side")
    side.commit(a=NEW)
    assert (content(repository.root / "a.go"), content(side.root / "a.go")) == (OLD.encode(), NEW.encode())
    outer = Repository(tmp_path / "outer")
    outer.commit(b=OLD)
    outer.git("submodule", "--quiet", "add", str(repository.root), "inner")
    outer.commit()
    assert content(outer.root / "inner" / "a.go") == OLD.encode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_folder_that_is_reached_through_a_link(repository: Repository, tmp_path: Path) -> None:
    repository.commit(d__a=OLD)
    (tmp_path / "link").symlink_to(repository.root / "d")
    assert content(tmp_path / "link" / "a.go") == OLD.encode()


def test_what_cannot_be_known_is_said(tmp_path: Path, repository: Repository) -> None:
    assert kind(repository.write("a", OLD)) is ProblemKind.NO_COMMIT
    outside = tmp_path / "a.go"
    assert kind(outside) is ProblemKind.NO_REPOSITORY
    (tmp_path / "odd").mkdir()
    for text in ("", "gitdir: ", "gitdir: /nowhere", "something else", "gitdir: \udcff"):
        (tmp_path / "odd" / ".git").write_bytes(text.encode("utf-8", "surrogateescape"))
        assert kind(tmp_path / "odd" / "a.go") in {ProblemKind.NO_COMMIT, ProblemKind.NO_REPOSITORY}, text


@pytest.mark.parametrize("damage", [b"", b"not an object", b"x\x9c\x00", os.urandom(400)])
def test_damaged_objects_are_said(repository: Repository, damage: bytes) -> None:
    repository.commit(a=OLD)
    for path in (repository.root / ".git" / "objects").glob("??/*"):
        path.chmod(0o644)
        path.write_bytes(damage)
    assert kind(repository.root / "a.go") is ProblemKind.NO_REPOSITORY


@pytest.mark.parametrize(
    "head", ["ref: refs/heads/trunk/../../x", "ref: HEAD", "ref: /etc/hostname", "f" * 40, "zz", ""]
)
def test_odd_heads_are_said(repository: Repository, head: str) -> None:
    repository.commit(a=OLD)
    (repository.root / ".git" / "HEAD").write_text(head)
    assert kind(repository.root / "a.go") in {ProblemKind.NO_COMMIT, ProblemKind.NO_REPOSITORY}


def test_several_repositories_at_once(tmp_path: Path) -> None:
    one, two = Repository(tmp_path / "one"), Repository(tmp_path / "two")
    one.commit(a=OLD)
    two.commit(a=NEW)
    paths = tuple(str(root / "a.go") for root in (one.root, two.root))
    found = GitCommits().committed(paths)
    assert [found[path] for path in paths] == [Committed(OLD.encode()), Committed(NEW.encode())]


HOSTILE = """
[core]
    repositoryformatversion = 1
    fsmonitor = {trap}
    hooksPath = {hooks}
    sshCommand = {trap}
    pager = {trap}
    editor = {trap}
    attributesFile = {attributes}
    alternateRefsCommand = {trap}
    gitProxy = {trap}
[diff]
    external = {trap}
[diff "evil"]
    command = {trap}
    textconv = {trap}
[filter "evil"]
    clean = {trap}
    smudge = {trap}
    process = {trap}
    required = true
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{trap}
    promisor = true
    uploadpack = {trap}
[protocol "ext"]
    allow = always
[credential]
    helper = {trap}
[gpg]
    program = {trap}
[include]
    path = {included}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")
def test_nothing_of_a_hostile_repository_runs(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, trap, hooks = tmp_path / "was-run", tmp_path / "trap", tmp_path / "hooks"
    repository.commit(a=OLD, b=NEW)
    trap.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    trap.chmod(0o755)
    inside = repository.root / ".git" / "hooks"
    for folder in (hooks, inside):
        folder.mkdir(exist_ok=True)
        for name in (
            "post-checkout",
            "post-index-change",
            "reference-transaction",
            "fsmonitor-watchman",
            "pre-auto-gc",
        ):
            shutil.copy(trap, folder / name)
    attributes = tmp_path / "attributes"
    attributes.write_text("* filter=evil diff=evil\n")
    (repository.root / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (tmp_path / "included").write_text(f"[core]\n\tfsmonitor = {trap}\n")
    fields = {"trap": trap, "hooks": hooks, "attributes": attributes, "included": tmp_path / "included"}
    (repository.root / ".git" / "config").write_text(HOSTILE.format(**fields))
    gone = repository.write("a", NEW)
    missing = repository.git("rev-parse", "HEAD:b.go").strip()
    (repository.root / ".git" / "objects" / missing[:2] / missing[2:]).unlink()
    mark.unlink(missing_ok=True)
    before = listing(repository.root)

    def refuse(*arguments: Any, **_: Any) -> None:
        pytest.fail(f"a process was started: {arguments}")

    with monkeypatch.context() as patched:
        for owner, name in ((subprocess, "Popen"), (os, "system"), (os, "posix_spawn"), (os, "execve"), (os, "fork")):
            patched.setattr(owner, name, refuse)
        assert content(gone) == OLD.encode()
        # Git itself would fetch this object from the promised remote, by the program that the repository names.
        assert kind(repository.root / "b.go") is ProblemKind.NO_REPOSITORY
    assert not mark.exists()
    assert listing(repository.root) == before, "nothing was written"
    # The trap works: git itself springs it.
    repository.git("status", "--porcelain", check=False)
    assert mark.exists()
