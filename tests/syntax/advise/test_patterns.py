"""The corpus of patterns: nothing where nothing helps, and fewer allocations wherever an edit is offered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from goescape_lsp.core.model import Kind, Rule
from goescape_lsp.syntax.advise import advise
from goescape_lsp.syntax.tree import parse, span_of, walk
from tests.edits import apply
from tests.syntax.advise.cases import PATTERNS, VERSIONS, span_between
from tests.syntax.advise.proof import Results, run_pairs

if TYPE_CHECKING:
    from pathlib import Path

    from goescape_lsp.core.advice import Advice
    from tests.conftest import Go

INDEX: list[dict[str, Any]] = json.loads((PATTERNS / "index.json").read_text(encoding="utf-8"))
SOURCES = {entry["name"]: (PATTERNS / entry["name"] / "before" / "x.go").read_bytes() for entry in INDEX}
NEVER = [e["name"] for e in INDEX if e.get("never_offer") or e.get("boundary_only") or e.get("verdict") == "not_needed"]
RULES = (Rule.RETURNED, Rule.INTERFACE_CONVERSION, Rule.GROWING_APPEND)
KINDS = (Kind.MAP, Kind.SLICE, Kind.VARIABLE, Kind.INTERFACE)
# Allocations of one call of Work with Go 1.24 and later: what the pattern's own better version needs where a hint is
# all that it changes, and what a hint alone comes to where that version also moves the map out of the loop.
REACHED = {"map_hint_growth": 5, "slice_append_10k": 1, "map_in_loop": 30}
EXPLAINED = [
    ("iface_boxing", "i + 1000", Rule.INTERFACE_CONVERSION, Kind.INTERFACE, "concrete-parameter"),
    ("ptr_return_struct", "t", Rule.RETURNED, Kind.VARIABLE, "return-value fill-caller-value"),
    ("map_returned", "make(map[int]string, 8)", Rule.RETURNED, Kind.MAP, "fill-caller-value"),
    ("map_ptr_param", "make(map[string]int)", Rule.RETURNED, Kind.MAP, "fill-caller-value"),
    ("new_bytes_buffer", "new(bytes.Buffer)", Rule.RETURNED, Kind.NEW, "fill-caller-value"),
]


def everything(content: bytes) -> list[Advice]:
    """Return the advice on any node of a file, whatever rule and kind its site might have."""
    found: dict[str, Advice] = {}
    for span in {span_of(node) for node in walk(parse(content).root_node) if node.is_named}:
        for rule in RULES:
            for kind in KINDS:
                found |= {repr(advice): advice for advice in advise(content, span, rule, kind, VERSIONS)}
    return list(found.values())


EDITED = {name: edits for name, text in SOURCES.items() if (edits := [a for a in everything(text) if a.edits])}


@pytest.mark.parametrize("name", NEVER)
def test_nothing_is_offered_where_nothing_helps(name: str) -> None:
    assert everything(SOURCES[name]) == []


def test_edits_are_offered_for_these() -> None:
    assert {*EDITED} == {*REACHED, "map_delete_heavy"}
    assert all(len(edits) == 1 for edits in EDITED.values())


@pytest.mark.parametrize(("name", "site", "rule", "kind", "offered"), EXPLAINED)
def test_suggestions_are_offered_for_these(name: str, site: str, rule: Rule, kind: Kind, offered: str) -> None:
    content = SOURCES[name]
    start = content.index(b"t := T") if site == "t" else content.rindex(site.encode())
    found = advise(content, span_between(content, start, start + len(site)), rule, kind, VERSIONS)
    assert " ".join(advice.id for advice in found) == offered


@pytest.fixture(scope="module")
def results(go: Go, tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder: Path = tmp_path_factory.mktemp("patterns")
    # One pattern has no Work: its edit is compiled beside the others in its own test.
    pairs = {name: (SOURCES[name], apply(SOURCES[name], EDITED[name][0].edits)) for name in REACHED}
    return run_pairs(go, folder, pairs)


@pytest.mark.parametrize("name", REACHED)
def test_promised_count_is_reached(name: str, results: Results) -> None:
    found = results[name]
    assert found["Before"] == found["After"]
    assert found["AfterAllocs"] <= REACHED[name] < found["BeforeAllocs"]


def test_edit_of_a_package_variable_compiles(go: Go, tmp_path: Path) -> None:
    name = "map_delete_heavy"
    (tmp_path / "x.go").write_bytes(apply(SOURCES[name], EDITED[name][0].edits))
    (tmp_path / "go.mod").write_text("module proof\n\ngo 1.21\n")
    go.run("build", ".", cwd=tmp_path)
