"""Which directories of a workspace are looked at."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from goescape_lsp.adapters.tree import DiskTree

FILES = (
    "main.go",
    "a/a.go",
    "a/deep/er/d.go",
    "only_test/x_test.go",
    "nested/go.mod",
    "nested/n.go",
    "text/readme.md",
    "vendor/v/v.go",
    "testdata/t.go",
    "a/testdata/t.go",
    "_hidden/h.go",
    ".git/g.go",
    "node_modules/n.go",
    "quiet/_x.go",
    "folder.go/inside.txt",
)


def tree(root: Path) -> None:
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("package p\n", "utf-8")


def looked_at(tmp_path: Path, *roots: str, most: int = 100) -> list[str]:
    found = DiskTree(most).packages(tuple(str(tmp_path / root) for root in roots))
    return [Path(one).relative_to(tmp_path).as_posix() for one in found]


def test_the_rules_of_go_list(tmp_path: Path) -> None:
    tree(tmp_path)
    assert looked_at(tmp_path, "") == [".", "a", "nested", "only_test", "a/deep/er"]


def test_roots_inside_each_other_and_roots_that_are_gone(tmp_path: Path) -> None:
    tree(tmp_path)
    assert looked_at(tmp_path, "a", "a/deep", "gone") == ["a", "a/deep/er"]


def test_the_number_is_bounded_and_the_nearest_come_first(tmp_path: Path) -> None:
    tree(tmp_path)
    assert looked_at(tmp_path, "", most=2) == [".", "a"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path / "real")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "a" / "loop").symlink_to(tmp_path / "real")
    assert looked_at(tmp_path, "w") == []
    assert looked_at(tmp_path, "real/a") == ["real/a", "real/a/deep/er"]
