"""Comments that accept findings, seen through `goescape check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_check import goescape, report, write_module

SOURCE = """package m

var g *int

func F() *int { g = new(int); return new(int) } //goescape:ok returned the caller's

//goescape:ok stored-in-global kept for good
func G() { g = new(int) }

func H() int { return 1 } //goescape:ok all nothing

func I() *int { return new(int) } //goescape:ok retuned typing
"""
REMARKS = [
    "a.go:10:27: Nothing here has to be accepted: there is no finding of all. [unused-suppression]",
    "a.go:12:35: There is no rule retuned; did you mean returned? [unknown-rule]",
]


@pytest.fixture
def module(tmp_path: Path, go: object) -> Path:
    """Give a module with accepted findings, others, and comments that do nothing."""
    del go
    return write_module(tmp_path / "m", a=SOURCE)


def test_accepted_findings_are_counted_but_not_printed(module: Path) -> None:
    for arguments in ((), ("--all",)):
        answer = goescape("check", *arguments, cwd=module)
        heads = [line for line in answer.stdout.splitlines() if line.startswith("a.go:") and "escapes" in line]
        assert [line.split(": ")[0] for line in heads] == ["a.go:5:21", "a.go:12:24"]
        assert answer.stdout.splitlines()[-1] == "2 values to the heap in 1 file, 0 in loops; accepted in the source: 2"
        assert (answer.returncode, answer.stderr.splitlines()) == (0, REMARKS)


def test_json_has_them_with_all(module: Path) -> None:
    def accepted(*arguments: str) -> list[tuple[int, str]]:
        findings = report(*arguments, cwd=module)["findings"]
        return [(one["line"], one["suppressed"]) for one in findings if "suppressed" in one]

    assert accepted() == []
    assert accepted("--all") == [(5, "the caller's"), (8, "kept for good")]
    assert accepted("--all", "--show", "hot") == []
    assert len(report(cwd=module)["findings"]) == 2


def test_they_do_not_fail_a_build(tmp_path: Path) -> None:
    accepted = write_module(
        tmp_path / "m", a="package m\n\nfunc F() *int { return new(int) } //goescape:ok returned by design\n"
    )
    for form in ("text", "json"):
        answer = goescape("check", "--fail-on", "cold", "--format", form, "--all", cwd=accepted)
        assert (answer.returncode, answer.stderr) == (0, "")
    said = goescape("check", cwd=accepted, LC_ALL="zh_CN.UTF-8").stdout
    assert said.endswith("源码中已接受 1 个\n")
    assert "Accepted in the source: by design" in goescape("explain", "a.go:3", cwd=accepted).stdout
