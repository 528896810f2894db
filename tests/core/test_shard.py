"""Dividing packages between machines."""

from __future__ import annotations

from collections import Counter

import pytest

from goescape_lsp.core.shard import Shard, read_shard

PACKAGES = [f"example.com/m/{team}/{name}" for team in ("api", "store", "web") for name in map(str, range(200))]


def owners(packages: list[str], count: int) -> dict[str, list[int]]:
    return {path: [i for i in range(1, count + 1) if Shard(i, count).holds(path)] for path in packages}


@pytest.mark.parametrize("count", [1, 2, 3, 7, 16])
def test_every_package_is_in_one_part_and_the_parts_are_alike(count: int) -> None:
    found = owners(PACKAGES, count)
    assert {len(indexes) for indexes in found.values()} == {1}
    sizes = Counter(index for indexes in found.values() for index in indexes)
    assert len(sizes) == count
    assert max(sizes.values()) < 1.5 * len(PACKAGES) / count


def test_what_is_added_moves_nothing() -> None:
    before, after = owners(PACKAGES, 5), owners([*PACKAGES, "example.com/m/new", "example.com/m/api/new"], 5)
    assert before.items() <= after.items()


def test_one_part_more_only_takes() -> None:
    before, after = owners(PACKAGES, 5), owners(PACKAGES, 6)
    moved = {path for path in PACKAGES if before[path] != after[path]}
    assert {after[path][0] for path in moved} == {6}
    assert 0 < len(moved) < 1.5 * len(PACKAGES) / 6


def test_the_parts_are_the_same_on_every_machine_and_in_every_version() -> None:
    assert [Shard(index, 3).holds("example.com/m") for index in (1, 2, 3)] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "shard"),
    [
        ("1/1", Shard(1, 1)),
        ("2/5", Shard(2, 5)),
        ("0/3", None),
        ("4/3", None),
        ("1", None),
        ("1/", None),
        ("-1/3", None),
        ("1/3/4", None),
        ("a/b", None),
        ("²/3", None),
        ("1/10001", None),
        ("", None),
    ],
)
def test_reading(text: str, shard: Shard | None) -> None:
    assert read_shard(text) == shard
