"""`goescape check --shard` on several machines, and `goescape merge` of what they found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import public_modules
from tests.cli.test_check import goescape

SHARDS = 3
ONLY_HINTS = """package m

type T struct{ name []int }

func NewT() *T { return &T{} }

func Names() []int { return []int{1, 2, 3} }
"""
GENERIC = {
    # Only `user` gives `Keep` a type and inlines `Made`: what is kept there is said in no other compile.
    "used/used.go": "package used\n\nvar kept any\n\nfunc Keep[T any](v T) *T { kept = &v; return &v }\n\n"
    "func Made() func() *int {\n\treturn func() *int { x := new(int); return x }\n}\n",
    "used/used_test.go": "package used\n\nfunc G() *int { y := 1; return &y }\n",
    "user/user.go": 'package user\n\nimport "example.com/m/used"\n\nvar (\n\tV = used.Keep(1)\n\tW = used.Keep("")\n\t'
    "F = used.Made()\n)\n",
    "user/user_test.go": 'package user_test\n\nimport "example.com/m/used"\n\nvar A = used.Keep(1.5)\n',
    "main.go": "package main\n\nvar p *int\n\nfunc main() { p = new(int) } //goescape:ok stored-in-global for good\n",
}


@pytest.fixture(autouse=True)
def _needs_go(go: object) -> None:
    """Fail or skip where there is no Go."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(tmp_path / "m", GENERIC)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in {"go.mod": "module example.com/m\n\ngo 1.21\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def shards(module: Path, folder: Path, *arguments: str, count: int = SHARDS) -> list[str]:
    """Return the files with the results of all shards."""
    folder.mkdir(exist_ok=True)
    files: list[str] = []
    for index in range(1, count + 1):
        answer = goescape("check", "--format", "json", f"--shard={index}/{count}", *arguments, cwd=module)
        files.append(str(folder / f"{index}.json"))
        Path(files[-1]).write_text(answer.stdout)
    return files


def changed(file: str, **values: Any) -> None:
    path = Path(file)
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("module", public_modules.DEFAULT[:2])
def test_all_shards_of_a_public_module_are_one_run(
    module: str, public_module: Callable[[str], Path], tmp_path: Path
) -> None:
    copy = public_module(module)
    whole = goescape("check", "--all", "--format", "json", cwd=copy).stdout
    merged = goescape("merge", "--format", "json", *shards(copy, tmp_path / "s", "--all"), cwd=copy).stdout
    assert len(json.loads(whole)["findings"]) > 1000
    assert merged == whole


@pytest.mark.parametrize("count", [2, 9])
def test_generic_code_is_told_of_wherever_it_is_compiled(workspace: Path, tmp_path: Path, count: int) -> None:
    files = shards(workspace, tmp_path / "s", "--all", count=count)
    whole = goescape("check", "--all", "--format", "json", cwd=workspace).stdout
    assert goescape("merge", "--format", "json", *files, cwd=workspace).stdout == whole
    found = {(one["file"], one["line"]) for one in json.loads(whole)["findings"] if one["verdict"] == "moved"}
    users = {("user/user.go", 6), ("user/user.go", 7), ("user/user_test.go", 5)}
    assert found == {("used/used.go", 5), ("used/used_test.go", 3), *users}
    held = [set(json.loads(Path(file).read_text())["shard"]["packages"]) for file in files]
    packages = {"example.com/m", "example.com/m/used", "example.com/m/user", "example.com/m/user_test"}
    assert sorted(path for one in held for path in one) == sorted(packages), "each package in one shard"
    assert all({f"{path}_test" for path in one if f"{path}_test" in packages} <= one for one in held), "with its tests"


def test_the_merged_text_is_that_of_one_run(workspace: Path, tmp_path: Path) -> None:
    files = shards(workspace, tmp_path / "s", "--all")
    assert goescape("merge", *files, cwd=workspace).stdout == goescape("check", "--all", cwd=workspace).stdout
    elsewhere = goescape("merge", "-C", str(workspace), *files, cwd=tmp_path).stdout
    assert elsewhere == goescape("check", "--all", cwd=workspace).stdout


@pytest.mark.parametrize(("level", "status"), [("none", 0), ("cold", 1), ("returned", 1), ("sent-on-channel", 0)])
def test_fail_on_counts_what_was_merged(workspace: Path, tmp_path: Path, level: str, status: int) -> None:
    files = shards(workspace, tmp_path / "s")
    for form in ("text", "json"):
        assert goescape("merge", "--format", form, "--fail-on", level, *files, cwd=workspace).returncode == status


def test_what_only_speaks_softly_does_not_fail_a_merged_build(tmp_path: Path) -> None:
    module = write(tmp_path / "m", {"go.mod": "module m\n\ngo 1.21\n", "lib.go": ONLY_HINTS})
    files = shards(module, tmp_path / "s")
    for level, status in (("information", 0), ("hint", 1)):
        assert goescape("check", "--fail-on", level, cwd=module).returncode == status
        assert goescape("merge", "--fail-on", level, *files, cwd=module).returncode == status


def test_accepted_findings_do_not_fail_a_merged_build(tmp_path: Path) -> None:
    module = write(tmp_path / "m", {"main.go": GENERIC["main.go"]})
    for arguments in ((), ("--all",)):
        files = shards(module, tmp_path / "s", *arguments)
        assert goescape("merge", "--fail-on", "cold", *files, cwd=module).returncode == 0


def test_a_shard_compiles_only_its_own_packages(workspace: Path) -> None:
    whole = json.loads(goescape("check", "--format", "json", cwd=workspace).stdout)["findings"]
    everything = {one["package"] for one in whole}
    for index in range(1, SHARDS + 1):
        part = json.loads(goescape("check", "--format=json", f"--shard={index}/{SHARDS}", cwd=workspace).stdout)
        own = {one["package"] for one in part["findings"]}
        assert own == everything & set(part["shard"]["packages"])


def test_an_empty_shard_is_no_failure(tmp_path: Path) -> None:
    module = write(tmp_path / "m", {"main.go": "package main\n\nfunc main() { println(*new(int)) }\n"})
    answers = [goescape("check", f"--shard={index}/9", cwd=module) for index in range(1, 10)]
    assert {(answer.returncode, answer.stdout, answer.stderr) for answer in answers} == {
        (0, "Nothing goes to the heap.\n", "")
    }


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "a/b"])
def test_what_is_no_shard_is_refused(workspace: Path, shard: str) -> None:
    answer = goescape("check", "--shard", shard, cwd=workspace)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert f"{shard} is not I/N with 1 <= I <= N" in answer.stderr


def test_a_package_that_does_not_compile_fails_its_shard_and_the_merged_result(sample: Path, tmp_path: Path) -> None:
    (sample / "broken").mkdir()
    (sample / "broken" / "broken.go").write_text('package broken\n\nfunc F() int { return "" }\n')
    whole, files = goescape("check", "--format", "json", cwd=sample), shards(sample, tmp_path / "s")
    merged = goescape("merge", "--format", "json", *files, cwd=sample)
    assert (merged.returncode, merged.stdout) == (2, whole.stdout)
    assert merged.stderr.startswith("broken/broken.go:3:23: cannot use")
    assert sorted(json.loads(Path(file).read_text())["shard"]["complete"] for file in files) == [False, True, True]


def test_what_is_given_by_name_stays_in_one_shard(workspace: Path, tmp_path: Path) -> None:
    for given in (("main.go",), ("./nowhere",), ("./used", "./user")):
        whole = goescape("check", "--format", "json", *given, cwd=workspace).stdout
        files = shards(workspace, tmp_path / "s", *given)
        assert goescape("merge", "--format", "json", *files, cwd=workspace).stdout == whole, given


def test_results_that_do_not_belong_together_are_refused(workspace: Path, tmp_path: Path) -> None:
    files = shards(workspace, tmp_path / "s")
    others = shards(workspace, tmp_path / "t", "--no-tests")
    older = shutil.copyfile(files[0], tmp_path / "older.json")
    changed(str(older), go="go1.21.13")
    cases = {
        (files[0], files[2]): "these shards are missing: 2/3",
        (files[0], others[1], files[2]): "the results are not shards of one job",
        (str(older), *files[1:]): "the results come from different Go versions (go1.21.13, ",
    }
    for given, said in cases.items():
        answer = goescape("merge", *given, cwd=workspace)
        assert (answer.returncode, answer.stdout) == (2, ""), said
        assert answer.stderr.startswith(f"goescape: {said}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "zero-length"),
        ("[]", 'no "schema"'),
        ('{"go": "go1.26.8"}', 'no "schema"'),
        ('{"schema": 2}', '"schema" 2, not 1'),
        ('{"schema": 1, "go": "go1.26.8", "findings": {}, "problems": 7}', "TypeError"),
        ('{"schema": 1, "go": "go1.26.8", "findings": [{"file": 7}], "problems": []}', '"file" 7'),
        ('{"schema": 1, "go": "go1.26.8", "findings": [7], "problems": []}', "TypeError"),
        (None, "No such file or directory"),
    ],
)
def test_what_is_no_result_is_said_in_one_line(tmp_path: Path, content: str | None, why: str) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    answer = goescape("merge", "a.json", cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (2, "", 1)
    assert answer.stderr.startswith("goescape: a.json is not a result of `goescape check --format json`: ")
    assert why in answer.stderr
    assert "不是" in goescape("merge", "a.json", cwd=tmp_path, LC_ALL="zh_CN.UTF-8").stderr


def test_whole_results_are_merged_too(workspace: Path, tmp_path: Path) -> None:
    whole = goescape("check", "--format", "json", cwd=workspace).stdout
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(whole)
    answer = goescape("merge", "--format", "json", str(tmp_path / "a.json"), str(tmp_path / "b.json"), cwd=workspace)
    assert (answer.returncode, answer.stdout) == (0, whole)
