"""The tables of Go versions: no gap, no overlap, and each row only where the recorded compilers print it."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path

import pytest

from goescape_lsp.core.tables.layouts import ALLOCATORS, LAYOUTS, block_of, header
from goescape_lsp.core.tables.limits import LIMITS, Subject, limit
from goescape_lsp.core.tables.messages import FORMS, REASONS
from goescape_lsp.core.tables.versions import Row, holds
from goescape_lsp.core.words import hover

CORPUS = Path(__file__).parents[1] / "data" / "messages"
RECORDED = json.loads((CORPUS / "index.json").read_text("utf-8"))["versions"]
VERSIONS = ["", "1.20", "go1.21.13", "1.22", "1.23rc1", "go1.24.13", "1.25", "1.26.8", "1.27.4", "1.30", "2.0"]
REASON = re.compile(r": {5}from .* \(([^()]+)\) at \S+$")


@pytest.mark.parametrize("version", VERSIONS)
def test_one_row_holds_for_each_version(version: str) -> None:
    tables: list[list[Row]] = [list(ALLOCATORS)]
    tables += [[row for row in LIMITS if row.subject is subject] for subject in Subject]
    tables += [[row for row in LAYOUTS if row.name == name] for name in {row.name for row in LAYOUTS}]
    for rows in tables:
        assert [holds(row, version) for row in rows].count(True) == 1, rows


@pytest.mark.parametrize(
    ("subject", "values"),
    [
        (Subject.VARIABLE, {"1.23.12": 10 << 20, "go1.24.0": 128 << 10, "": 128 << 10}),
        (Subject.MAKE_BUFFER, {"1.24": 0, "1.25": 32}),
        (Subject.RETURNED_APPEND_BUFFER, {"1.25": 0, "1.26": 32, "": 32}),
        (Subject.MAP_GROWN_ENTRIES, {"1.21": 12, "1.22": 13, "1.23": 13, "1.24": 14}),
    ],
)
def test_limits_of_versions(subject: Subject, values: dict[str, int]) -> None:
    assert {version: limit(subject, version) for version in values} == values


@pytest.mark.parametrize(
    ("size", "has_pointers", "version", "block"),
    [
        (0, False, "", 0),
        (1, False, "", 1),
        (8, True, "", 8),
        (33, False, "", 48),
        (512, True, "1.26", 512),
        (1024, True, "1.21", 1024),
        (1024, True, "1.22", 1152),
        (1024, False, "1.22", 1024),
        (32768, False, "", 32768),
        (32769, False, "", 40960),
    ],
)
def test_blocks(size: int, has_pointers: bool, version: str, block: int) -> None:  # noqa: FBT001
    assert block_of(size, has_pointers=has_pointers, go_version=version) == block


def test_headers_of_versions() -> None:
    assert [header("channel", version) for version in ("1.22", "1.24", "1.25")] == [96, 104, 112]


def recorded_lines(version: str) -> list[str]:
    files = chain(CORPUS.glob(f"*/out.{version}.m2.txt"), CORPUS.glob(f"*/out.{version}.test.m2.txt"))
    return [line for file in files for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("version", RECORDED)
def test_forms_are_printed_by_their_versions_only(version: str) -> None:
    texts = {line.partition(": ")[2] for line in recorded_lines(version)}
    early = [form for form in FORMS if not holds(form, version)]
    assert {form.name for form in early for text in texts if re.match(form.text, text)} == set()


@pytest.mark.parametrize("version", RECORDED)
def test_reasons_are_given_by_their_versions_only(version: str) -> None:
    given = {found[1] for line in recorded_lines(version) if (found := REASON.search(line))}
    assert len(given) > 20
    assert given <= {row.text for row in REASONS if holds(row, version)}


def test_every_reason_has_its_sentence() -> None:
    told = {key.removeprefix("step.") for key in hover.EN if key.startswith("step.")} - {"flow", "other", "variadic"}
    assert told == {row.text for row in REASONS}
