"""`goescape check` from outside: what it prints and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLAIN = {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


def goescape(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "goescape_lsp.cli", *arguments]
    environment = {**os.environ, **PLAIN, **env}
    return subprocess.run(command, cwd=cwd, env=environment, check=False, capture_output=True, encoding="utf-8")


def report(*arguments: str, cwd: Path) -> dict[str, Any]:
    answer = goescape("check", "--format", "json", *arguments, cwd=cwd)
    parsed: dict[str, Any] = json.loads(answer.stdout)
    return parsed


def write_module(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text("module example.com/m\n\ngo 1.21\n")
    for name, content in files.items():
        (folder / f"{name}.go").write_text(content)
    return folder


@pytest.fixture(autouse=True)
def _needs_go(go: object) -> None:
    """Fail or skip where there is no Go."""


def test_text_shows_the_line_and_marks_the_expression(sample: Path) -> None:
    answer = goescape("check", ".", cwd=sample)
    lines = answer.stdout.splitlines()
    at = lines.index("main.go:30:36: map escapes: returned from function [returned]")
    assert lines[at + 1] == "  30 |     /* 统计词频 🚀 */ counts := make(map[string]int)"
    assert lines[at + 2] == "     | " + " " * len("    /* -------- -- */ counts := ") + "^" * len(
        "make(map[string]int)"
    )
    assert (answer.returncode, answer.stderr) == (0, "")


def test_json_has_the_whole_shape(sample: Path) -> None:
    whole = report(cwd=sample)
    assert list(whole) == ["schema", "go", "findings", "problems"]
    assert (whole["schema"], whole["problems"]) == (1, [])
    assert whole["go"].startswith("go1.")
    finding = next(one for one in whole["findings"] if one["line"] == 30)
    assert finding["flow"][-1] == {"text": finding["flow"][-1]["text"], "file": "main.go", "line": 34, "column": 2}
    assert {key: value for key, value in finding.items() if key != "flow"} == {
        "file": "main.go",
        "line": 30,
        "column": 36,
        "end_line": 30,
        "end_column": 56,
        "at": {"line": 30, "column": 40},
        "verdict": "escapes",
        "subject": "make(map[string]int)",
        "kind": "map",
        "cause": "return",
        "rule": "returned",
        "message": "map escapes: returned from function",
        "function": "Count",
        "package": "example.com/sample",
        "allocation": "allocates",
        "temperature": "normal",
    }


def test_json_is_ordered_and_the_same_each_time(sample: Path) -> None:
    first = goescape("check", "--format", "json", cwd=sample).stdout
    assert goescape("check", "--format", "json", cwd=sample).stdout == first
    places = [(one["file"], one["line"], one["column"]) for one in json.loads(first)["findings"]]
    assert places == sorted(places)
    assert {"main.go", "words/words.go", "words/words_test.go", "words/example_test.go"} == {
        file for file, *_ in places
    }


def test_default_is_every_heap_verdict_and_all_adds_the_rest(sample: Path) -> None:
    plain, everything = report(cwd=sample), report("--all", cwd=sample)
    assert {one["verdict"] for one in plain["findings"]} == {"escapes", "moved"}
    assert {one["verdict"] for one in everything["findings"]} == {"escapes", "moved", "leaks", "stays"}
    heap = [one for one in everything["findings"] if one["verdict"] in {"escapes", "moved"}]
    assert heap == plain["findings"]


def test_show_takes_the_words_of_the_setting(sample: Path) -> None:
    every = report(cwd=sample)["findings"]
    counts = {word: len(report("--show", word, cwd=sample)["findings"]) for word in ("all", "allocations", "hot")}
    assert counts["all"] == len(every)
    assert 0 < counts["hot"] < counts["allocations"] < counts["all"]


def test_tests_can_be_left_out(sample: Path) -> None:
    files = {one["file"] for one in report("--no-tests", cwd=sample)["findings"]}
    assert files == {"main.go", "words/words.go"}


def test_paths_are_seen_from_the_given_directory(sample: Path) -> None:
    outside = goescape("check", "--format", "json", "-C", str(sample / "words"), cwd=sample.parent).stdout
    inside = goescape("check", "--format", "json", cwd=sample / "words").stdout
    assert outside == inside
    assert {one["file"] for one in json.loads(inside)["findings"]} == {"words.go", "words_test.go", "example_test.go"}


def test_one_file_outside_a_module(tmp_path: Path) -> None:
    (tmp_path / "one.go").write_text("package main\n\nvar p *int\n\nfunc main() { p = new(int) }\n")
    found = report("one.go", cwd=tmp_path)
    assert [(one["file"], one["line"], one["column"], one["rule"]) for one in found["findings"]] == [
        ("one.go", 5, 19, "stored-in-global")
    ]


def test_tags_and_compiler_flags_reach_the_compiler(tmp_path: Path) -> None:
    tagged = "//go:build extra\n\npackage m\n\nfunc Extra() *int { return new(int) }\n"
    module = write_module(
        tmp_path / "m",
        plain="package m\n\nfunc Plain() int { return *get() }\n\nfunc get() *int { return new(int) }\n",
        tagged=tagged,
    )
    assert {one["file"] for one in report(cwd=module)["findings"]} == {"plain.go"}
    assert {one["file"] for one in report("--tags", "extra", cwd=module)["findings"]} == {"plain.go", "tagged.go"}
    assert report("--gcflags=-l", cwd=module)["findings"] == report(cwd=module)["findings"]


def test_flags_that_change_the_verdicts_are_told_and_fail_nothing(sample: Path) -> None:
    answer = goescape("check", "--gcflags=-l -N", ".", cwd=sample)
    assert answer.returncode == 0
    assert answer.stderr.startswith("goescape: These compiler flags change the verdicts: -l -N\n")
    assert "to the heap" in answer.stdout


@pytest.mark.parametrize(
    ("level", "status"),
    [
        ("none", 0),
        ("cold", 1),
        ("normal", 1),
        ("loop", 1),
        ("hint", 1),
        ("information", 1),
        ("warning", 0),
        ("error", 0),
        ("returned", 1),
        ("sent-on-channel", 1),
        ("passed-to-assembly", 0),
        ("passed-to-assembly,returned", 1),
    ],
)
def test_fail_on(sample: Path, level: str, status: int) -> None:
    assert goescape("check", "--fail-on", level, cwd=sample).returncode == status


def test_fail_on_knows_how_often_code_runs(tmp_path: Path) -> None:
    module = write_module(tmp_path / "m", a="package m\n\nfunc F() *int { return new(int) }\n")
    assert goescape("check", "--fail-on", "normal", cwd=module).returncode == 1
    assert goescape("check", "--fail-on", "loop", cwd=module).returncode == 0


def test_a_package_that_does_not_compile_is_named_and_the_others_are_shown(sample: Path) -> None:
    (sample / "broken").mkdir()
    (sample / "broken" / "broken.go").write_text('package broken\n\nfunc F() int { return "" }\n')
    answer = goescape("check", "--format", "json", cwd=sample)
    whole = json.loads(answer.stdout)
    assert answer.returncode == 2
    assert {"main.go", "words/words.go"} < {one["file"] for one in whole["findings"]}
    [problem] = whole["problems"]
    assert (problem["package"], problem["file"], problem["line"], problem["column"]) == (
        "example.com/sample/broken",
        "broken/broken.go",
        3,
        23,
    )
    assert "cannot use" in problem["message"]
    assert answer.stderr.startswith("broken/broken.go:3:23: example.com/sample/broken does not compile: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--fail-on", "often"), "often is neither a level nor a rule"),
        (("check", "-C", "nowhere"), "nowhere is not a directory"),
        (("check", "--go", "nowhere/go"), "No Go toolchain was found"),
        (("check", "./nowhere"), "nowhere"),
        (("check", "--format", "xml"), "xml"),
        (("explain", "retrned"), "Did you mean: returned"),
        (("explain", "nowhere.go:3"), "there is no file nowhere.go"),
        (("bake",), "bake"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_breath(sample: Path, arguments: tuple[str, ...], said: str) -> None:
    answer = goescape(*arguments, cwd=sample)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_no_go_leaves_valid_json(sample: Path) -> None:
    answer = goescape("check", "--format", "json", "--go", "nowhere/go", cwd=sample)
    whole = json.loads(answer.stdout)
    assert (answer.returncode, whole["go"], whole["findings"]) == (2, "", [])
    assert [problem["message"] for problem in whole["problems"]] == ["No Go toolchain was found."]


def test_no_module_says_what_to_do(tmp_path: Path) -> None:
    answer = goescape("check", cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "go mod init" in answer.stderr


def test_the_readers_language(sample: Path) -> None:
    answer = goescape("check", ".", cwd=sample, LC_ALL="zh_CN.UTF-8")
    assert "函数" in answer.stdout
    assert "Python 3" in goescape("doctor", cwd=sample, LC_ALL="zh_CN.UTF-8").stdout


def test_a_closed_pipe_is_no_error(sample: Path) -> None:
    command = f'"{sys.executable}" -m goescape_lsp.cli check | head -1'
    answer = subprocess.run(command, shell=True, cwd=sample, check=False, capture_output=True, text=True)  # noqa: S602
    assert (answer.stdout.count("\n"), answer.stderr) == (1, "")


def test_nothing_is_written_into_the_module(sample: Path) -> None:
    before = sorted(path.relative_to(sample) for path in sample.rglob("*"))
    goescape("check", cwd=sample)
    assert sorted(path.relative_to(sample) for path in sample.rglob("*")) == before
