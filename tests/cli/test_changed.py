"""`goescape check --changed`: only what uncommitted lines touch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_check import goescape, report, write_module
from tests.repository import Repository

SOURCE = """package m

type T struct{ n int }

func F() *T {
	t := T{n: 1}
	return &t
}

func G() int {
	t := T{n: 1}
	p := &t
	return p.n
}
"""


@pytest.fixture(autouse=True)
def _needs_go(go: object) -> None:
    """Fail or skip where there is no Go."""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    return write_module(tmp_path / "m", a=SOURCE)


def places(folder: Path, *more: str) -> list[tuple[str, int]]:
    return [(one["file"], one["line"]) for one in report("--changed", *more, cwd=folder)["findings"]]


def test_what_is_committed_is_not_shown(module: Path) -> None:
    Repository(module).commit()
    assert places(module) == []
    answer = goescape("check", "--changed", "--fail-on", "cold", cwd=module)
    assert (answer.returncode, answer.stderr) == (0, "")


CHANGES = {
    "the line itself": (SOURCE.replace("t := T{n: 1}\n\treturn", "t := T{n: 2}\n\treturn"), [("a.go", 6)]),
    "a line that sends it away": (
        SOURCE.replace("return p.n", "keep = p\n\treturn 0") + "\nvar keep *T\n",
        [("a.go", 11)],
    ),
    "another line": (SOURCE.replace("func G", "// G is quiet.\nfunc G"), []),
    "line ends": (SOURCE.replace("\n", "\r\n"), []),
}


@pytest.mark.parametrize("is_staged", [False, True], ids=["on the disk", "in the index"])
@pytest.mark.parametrize(("text", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_changed_lines_touch_is_shown(
    module: Path, text: str, expected: list[tuple[str, int]], *, is_staged: bool
) -> None:
    repository = Repository(module)
    repository.commit()
    repository.write("a", text)
    if is_staged:
        repository.git("add", "-A")
    assert places(module) == expected
    code = goescape("check", "--changed", "--fail-on", "cold", cwd=module).returncode
    assert code == (1 if expected else 0)


def test_of_a_new_file_everything(module: Path) -> None:
    Repository(module).commit()
    (module / "b.go").write_text("package m\n\nfunc H() *T { return &T{} }\n")
    assert places(module) == [("b.go", 3)]


@pytest.mark.parametrize("is_repository", [False, True])
def test_where_it_is_not_known_everything_and_one_word(module: Path, *, is_repository: bool) -> None:
    if is_repository:
        Repository(module)
    answer = goescape("check", "--changed", cwd=module)
    assert "a.go:6:2: t moved to heap" in answer.stdout
    assert answer.stderr.count("What changed is not known") == 1
    assert answer.returncode == 0
