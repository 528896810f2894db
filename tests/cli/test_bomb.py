"""`goescape check` on a package whose explanations are too long: it ends, and says what was left out."""

# ruff: noqa: E501, RUF001 - sentences as they are printed, Chinese punctuation
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Answer, Request, examine
from goescape_lsp.core.unexplained import MOST_MIB
from tests.cli.test_check import write_module

# How long the chain of `bomb` is, and how many bytes a compile may explain and a job may print: it prints more, 2 MiB.
_LENGTH, _MOST, _MOST_OF_JOB = 200, 2**18, 2**20
_LIMITED = f"""
import sys
from goescape_lsp.adapters import bombs, gocommand
bombs.Bombs.__init__.__defaults__ = ({_MOST},)
gocommand.GoCommand.__init__.__kwdefaults__["max_bytes"] = {_MOST_OF_JOB}
from goescape_lsp.cli import main
main()
"""
SMALL = "package small\n\nfunc New(v int) *int { return &v }\n"


def bomb() -> str:
    """Return a package with one finding for each variable: the way of each to the heap leads through all after it."""
    steps = "".join(
        f"\ta{n} := n\n\tvar p{n} *int\n\tif n > {n} {{\n\t\tp{n} = &a{n}\n\t}}\n\tp{n} = p{max(n - 1, 0)}\n"
        for n in range(_LENGTH)
    )
    return f"package bomb\n\nvar sink *int\n\nfunc Use(n int) {{\n{steps}\tsink = p{_LENGTH - 1}\n}}\n"


def check(*arguments: str, cwd: Path, language: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _LIMITED, "check", *arguments]
    environment = {**os.environ, "LC_ALL": language, "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=cwd, env=environment, check=False, capture_output=True, encoding="utf-8", timeout=120
    )


@pytest.fixture
def module(tmp_path: Path, go: object) -> Path:
    assert go
    root = write_module(tmp_path / "m")
    for name, text in (("bomb", bomb()), ("small", SMALL)):
        (root / name).mkdir()
        (root / name / f"{name}.go").write_text(text, "utf-8")
    return root


def test_findings_are_not_spelled_out_for_nobody(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spelled: list[Answer] = []

    def spell(answer: Answer) -> str:
        spelled.append(answer)
        return ""

    monkeypatch.setattr(Answer, "__repr__", spell)
    assert examine(Request(str(module), ("./small",)), "en").analysis.files
    assert not spelled, "a text of all findings takes as long as to find them"


# What is said on standard error, and the words for a finding without and with its cause.
TOLD = {
    "en_US.UTF-8": (
        f"""goescape: The compiler's explanations of example.com/m/bomb are more than {MOST_MIB} MiB, so they were not asked for.
    The findings are the same; only their causes are not known.
""",
        "a0 moved to heap [unexplained]",
        "v moved to heap: returned from function [returned]",
    ),
    "zh_CN.UTF-8": (
        f"""goescape：编译器对 example.com/m/bomb 的解释超过 {MOST_MIB} MiB，因此没有询问。
    结果并不减少，只是不知道原因。
""",
        "a0 被移到堆上 [unexplained]",
        "v 被移到堆上：作为返回值离开函数 [returned]",
    ),
}


@pytest.mark.parametrize(("language", "told"), TOLD.items(), ids=TOLD.keys())
def test_the_report_says_what_was_not_asked(module: Path, language: str, told: tuple[str, str, str]) -> None:
    answer = check("./...", cwd=module, language=language)
    stderr, unexplained, explained = told
    assert (answer.returncode, answer.stderr) == (0, stderr)
    assert unexplained in answer.stdout
    assert explained in answer.stdout


@pytest.mark.parametrize(("level", "status"), [("none", 0), ("normal", 1), ("unexplained", 1), ("returned", 1)])
def test_the_exit_status_is_that_of_the_findings(module: Path, level: str, status: int) -> None:
    assert check("--fail-on", level, "./...", cwd=module).returncode == status


def test_the_findings_are_those_with_explanations(module: Path) -> None:
    answer = check("--format", "json", "./...", cwd=module)
    told = json.loads(answer.stdout)
    whole = subprocess.run(
        [sys.executable, "-m", "goescape_lsp.cli", "check", "--format", "json", "./..."],
        cwd=module, check=True, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    keys = ("file", "line", "column", "end_line", "end_column", "verdict", "subject", "kind", "allocation")
    found, expected = (
        [tuple(one[key] for key in keys) for one in report["findings"]] for report in (told, json.loads(whole.stdout))
    )
    assert found == expected
    assert len(found) == _LENGTH + 1
    rules = {(one["package"].rpartition("/")[2], one["rule"], one["cause"]) for one in told["findings"]}
    assert rules == {("bomb", "unexplained", "not-asked"), ("small", "returned", "return")}
    assert [one["message"].partition(" are ")[0] for one in told["problems"]] == [
        "The compiler's explanations of example.com/m/bomb"
    ]
