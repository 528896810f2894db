"""The corpus of patterns, weighed against the machine code: what is shown agrees with what was counted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.judge import is_shown
from goescape_lsp.core.model import Allocation, FileFacts, Finding, Rule
from goescape_lsp.core.settings import Settings
from tests.conftest import Go

PATTERNS = Path(__file__).parents[1] / "data" / "patterns"
INDEX: list[dict[str, Any]] = json.loads((PATTERNS / "index.json").read_text(encoding="utf-8"))
COUNTED = [entry for entry in INDEX if "allocs" in entry]
# All of its allocations are made by code of another package, which gets no line of ours.
ELSEWHERE = frozenset(["split_vs_cut"])
# The compiler prints no heap line for these, in any version: the machine code alone tells.
UNTOLD = {
    "defer_loop": Rule.DEFERRED_IN_LOOP,
    "map_hint_9_vs_8": Rule.MAP_STORAGE,
    "map_hint_growth": Rule.MAP_STORAGE,
    "map_in_loop": Rule.MAP_STORAGE,
    "map_literal_to_switch": Rule.MAP_STORAGE,
    "map_oversized_hint": Rule.MAP_STORAGE,
    "map_value_over_128": Rule.MAP_STORAGE,
    "small_map_8_entries": Rule.MAP_STORAGE,
    "string_concat_loop": Rule.STRING_CONCATENATION,
    "string_to_bytes": Rule.STRING_CONVERSION,
}
Files = dict[str, tuple[Finding, ...]]


def counted(entry: dict[str, Any], version: str) -> int:
    """Return how often one call of the worse program allocates, by the nearest version that was counted."""
    known = {tuple(map(int, name.split("."))): pair[0] for name, pair in entry["allocs"].items()}
    wanted = tuple(map(int, version.split(".")))
    return known[max((name for name in known if name <= wanted), default=min(known))]


@pytest.fixture(scope="module")
def shown(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("patterns")
    for entry in INDEX:
        shutil.copytree(PATTERNS / entry["name"] / "before", folder / entry["name"])
    (folder / "go.mod").write_text("module patterns\n\ngo 1.21\n", encoding="utf-8")
    answer = examine(Request(str(folder), ("./...",), go=each_go.path), "en")
    assert not answer.problems
    assert not answer.analysis.unknown

    def published(facts: FileFacts) -> tuple[Finding, ...]:
        return tuple(finding for finding in facts.findings if is_shown(finding, facts, Settings()))

    return {entry["name"]: published(answer.analysis.files[str(folder / entry["name"] / "x.go")]) for entry in INDEX}


def test_what_costs_nothing_is_not_said_to_allocate(shown: Files, each_go: Go) -> None:
    free = [entry["name"] for entry in COUNTED if counted(entry, each_go.version) == 0]
    assert len(free) >= 5
    said = {name: [f.expression for f in shown[name] if f.allocation is Allocation.ALLOCATES] for name in free}
    assert not {name: found for name, found in said.items() if found}


def test_what_costs_something_is_shown(shown: Files, each_go: Go) -> None:
    dear = {entry["name"] for entry in COUNTED if counted(entry, each_go.version) > 0}
    assert len(dear) >= 40
    assert {name for name in dear if not shown[name]} == ELSEWHERE


@pytest.mark.parametrize(("name", "rule"), UNTOLD.items())
def test_allocation_without_a_heap_line_has_its_rule(name: str, rule: Rule, shown: Files) -> None:
    assert {finding.rule for finding in shown[name] if not finding.is_heap} == {rule}


def test_channels_are_found(shown: Files) -> None:
    made = ["chan_send_map", "chan_send_ptr", "goroutine_closure", "goroutine_map_ptr_param", "goroutine_mcopy"]
    for name in made:
        found = [finding for finding in shown[name] if finding.rule is Rule.MAKE_CHANNEL]
        assert [finding.allocation for finding in found] == [Allocation.ALLOCATES], name
        assert found[0].expression.startswith("make(chan ")
