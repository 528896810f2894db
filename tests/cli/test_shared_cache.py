"""A build cache that machines share through GOCACHEPROG: what one compiled the others replay."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.test_check import goescape
from tests.conftest import SAMPLE, Go

PROGRAM = Path(__file__).parent / "cacheprog.py"
TESTED_PACKAGES = 1  # of the sample; go names the main package that it writes for their tests by a path of the cache
SINCE = (1, 24)


@pytest.fixture(autouse=True)
def _needs_a_go_with_cache_programs(go: Go, require_host: Callable[[object, str], None]) -> None:
    require_host(tuple(map(int, go.version.split(".")[:2])) >= SINCE, "Go 1.24 or newer")


@dataclass(frozen=True)
class Machine:
    """An empty home with empty caches, and a remote cache that others use as well."""

    home: Path
    remote: Path

    @property
    def program(self) -> str:
        return shlex.join(
            [sys.executable, str(PROGRAM), *map(str, (self.remote, self.home / "local", self.statistics))]
        )

    @property
    def statistics(self) -> Path:
        return self.home / "statistics"

    def goescape(self, *arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
        self.home.mkdir(exist_ok=True)
        own = {"HOME": str(self.home), "GOCACHE": str(self.home / "cache"), "GOCACHEPROG": self.program, "GOENV": "off"}
        return goescape(*arguments, cwd=cwd, **(own | env))

    def counts(self) -> dict[str, int]:
        """Return what the cache program counted in the last run of go."""
        counted: dict[str, int] = json.loads(self.statistics.read_text().splitlines()[-1])
        return counted


def compiled(answer: subprocess.CompletedProcess[str]) -> int:
    """Return how many packages were compiled by what `check` says on stderr."""
    [line] = answer.stderr.splitlines()
    said, _, _ = line.removeprefix("goescape: ").partition(" (GOCACHEPROG ")
    return 0 if said.startswith("nothing was compiled: ") else int(said.split()[0])


def test_a_second_machine_compiles_nothing(tmp_path: Path, sample: Path) -> None:
    machine = Machine(tmp_path / "home", tmp_path / "remote")
    first = machine.goescape("check", "--format", "json", cwd=sample)
    filled = machine.counts()
    # Another machine of the fleet: the same paths, an empty disk.
    shutil.rmtree(machine.home)
    second = machine.goescape("check", "--format", "json", cwd=sample)
    replayed = machine.counts()
    assert first.stdout == second.stdout == goescape("check", "--format", "json", cwd=sample).stdout
    assert compiled(first) > 50
    assert filled["hits"] == 0
    assert compiled(second) == 0
    assert f"{compiled(first)} packages came from the build cache" in second.stderr
    assert replayed["hits"] > compiled(first)
    assert (first.returncode, second.returncode) == (0, 0)
    said = machine.goescape("doctor", cwd=sample).stdout
    assert f"✓ Shared build cache (GOCACHEPROG): {machine.program}" in said
    assert "with -trimpath in GOFLAGS" in said


def test_checkouts_at_other_paths(tmp_path: Path) -> None:
    answers: list[subprocess.CompletedProcess[str]] = []
    for name in ("a", "b"):
        copy = Path(shutil.copytree(SAMPLE, tmp_path / f"checkout-{name}"))
        machine = Machine(tmp_path / name, tmp_path / "remote")
        answers.append(machine.goescape("check", "--format", "json", cwd=copy, GOFLAGS="-trimpath"))
    assert answers[0].stdout == answers[1].stdout == goescape("check", "--format", "json", cwd=copy, GOFLAGS="").stdout
    assert compiled(answers[0]) > 50
    assert compiled(answers[1]) == TESTED_PACKAGES
    said = machine.goescape("doctor", cwd=copy, GOFLAGS="-trimpath").stdout
    assert "with -trimpath in GOFLAGS" not in said
    assert "✓ Build, dependencies and tests included: nothing was compiled: " in said


@pytest.mark.parametrize("command", ["./tools/cache", "nowhere-to-be-found", "/nonexistent/cache"])
def test_a_cache_program_that_cannot_be_used_is_named(sample: Path, command: str) -> None:
    answer = goescape("check", cwd=sample, GOCACHEPROG=command)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("goescape: The cache program (GOCACHEPROG) cannot be used: ")
    assert command in answer.stderr.splitlines()[0]
    assert "unset GOCACHEPROG" in answer.stderr


def test_nothing_of_the_workspace_names_the_cache_program(sample: Path, tmp_path: Path) -> None:
    trap = tmp_path / "started"
    (sample / "trap.sh").write_text(f"#!/bin/sh\ntouch {trap}\n")
    (sample / "trap.sh").chmod(0o755)
    for name in (".env", "go.env", "env", ".config/go/env"):
        (sample / name).parent.mkdir(parents=True, exist_ok=True)
        (sample / name).write_text(f"GOCACHEPROG={sample / 'trap.sh'}\n")
    assert goescape("check", cwd=sample).returncode == 0
    assert not trap.exists()
