"""`goescape explain` and `goescape doctor` from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from goescape_lsp import __version__
from goescape_lsp.core.model import Rule


def goescape(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "goescape_lsp.cli", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **env}
    return subprocess.run(command, cwd=cwd, env=environment, check=False, capture_output=True, encoding="utf-8")


@pytest.mark.parametrize(("language", "heading"), [("C.UTF-8", "## What the compiler sees"), ("zh_CN.UTF-8", "## ")])
def test_a_rule_is_its_page(tmp_path: Path, language: str, heading: str) -> None:
    answer = goescape("explain", str(Rule.RETURNED), cwd=tmp_path, LC_ALL=language)
    assert answer.returncode == 0
    assert answer.stdout.startswith("# "), "the page without its front matter"
    assert heading in answer.stdout


@pytest.mark.usefixtures("go")
@pytest.mark.parametrize(
    ("place", "head"),
    [
        ("main.go:30", "main.go:30:36: map escapes: returned from function [returned]"),
        ("main.go:30:40", "main.go:30:36: map escapes: returned from function [returned]"),
        ("main.go:30:26", "main.go:30:36: map escapes: returned from function [returned]"),
        ("words/words.go:62", "words/words.go:62:3: note moved to heap:"),
    ],
)
def test_a_place_is_its_story(sample: Path, place: str, head: str) -> None:
    answer = goescape("explain", place, cwd=sample)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.startswith(head)
    assert "\n  1. " in answer.stdout, "the flow in numbered steps"
    assert " to heap" in answer.stdout.splitlines()[-1], "the compiler's own words at the end"


@pytest.mark.usefixtures("go")
def test_a_place_without_a_verdict_says_so_and_where_there_are_some(sample: Path) -> None:
    answer = goescape("explain", "main.go:2", cwd=sample)
    assert answer.returncode == 0
    assert answer.stdout.splitlines()[0] == "main.go:2: the compiler says nothing about this place."
    assert ": 30, " in answer.stdout


@pytest.mark.usefixtures("go")
def test_doctor_names_what_is_used(sample: Path) -> None:
    answer = goescape("doctor", cwd=sample)
    assert answer.returncode == 0, answer.stdout
    assert f"goescape-lsp {__version__}, Python 3." in answer.stdout
    assert str(sample / "go.mod") in answer.stdout
    assert "Packages analysed: 3;" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "All is well."


def test_doctor_says_what_to_do(sample: Path) -> None:
    answer = goescape("doctor", "--go", "nowhere/go", cwd=sample)
    assert answer.returncode == 2
    assert "✗ goescape: No Go toolchain was found." in answer.stdout
    assert "goescape.go.path" in answer.stdout


def test_version(tmp_path: Path) -> None:
    assert goescape("--version", cwd=tmp_path).stdout == f"goescape, version {__version__}\n"


@pytest.mark.usefixtures("go")
@pytest.mark.parametrize(
    ("driver", "is_told"), [("", False), ("off", False), ("tools/gopackagesdriver.sh", True), ("/nonexistent", True)]
)
def test_a_driver_of_packages_is_not_used_and_that_is_said(sample: Path, driver: str, *, is_told: bool) -> None:
    trap = sample.parent / "started"
    (sample / "tools").mkdir()
    (sample / "tools" / "gopackagesdriver.sh").write_text(f"#!/bin/sh\ntouch {trap}\n")
    (sample / "tools" / "gopackagesdriver.sh").chmod(0o755)
    plain = goescape("check", cwd=sample)
    answer = goescape("check", cwd=sample, GOPACKAGESDRIVER=driver)
    assert (answer.stdout, answer.returncode) == (plain.stdout, 0)
    said = f"goescape: GOPACKAGESDRIVER is not used: {driver}\n    goescape asks the go command only"
    assert answer.stderr.startswith(said) if is_told else answer.stderr == ""
    if is_told:
        assert f"· {said}" in goescape("doctor", cwd=sample, GOPACKAGESDRIVER=driver).stdout
    assert not trap.exists()


@pytest.mark.parametrize("language", ["C.UTF-8", "zh_CN.UTF-8"])
def test_the_list_of_commands_has_whole_sentences(tmp_path: Path, language: str) -> None:
    said = goescape("--help", cwd=tmp_path, LC_ALL=language).stdout
    commands = said.partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in commands] == ["check", "doctor", "explain", "merge"]
    assert all(line.endswith((".", "。")) and not line.endswith("...") for line in commands), said
