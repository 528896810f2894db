"""Every number that a hover, a message or a page claims is what real Go does, per version."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from goescape_lsp.core.tables.limits import LIMITS, Subject
from goescape_lsp.core.unexplained import MOST_MIB
from goescape_lsp.core.words import findings, hover
from tests.conftest import Go
from tests.facts.claims import CLAIMS, DECLARATIONS, PATTERNS, Claim
from tests.facts.counted import BYTES_PER_RUN
from tests.pages.rule_page import PAGES

SOURCES = Path(__file__).parents[1] / "data" / "patterns"
MAIN = """package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"unsafe"

%s
)

var _ = unsafe.Sizeof(0)
%s
%s
func main() {
	results := map[string]int{}
	_, _ = fmt.Sprint, strconv.Itoa
%s
	json.NewEncoder(os.Stdout).Encode(results)
}
"""
_NUMBER_WITH_UNIT = re.compile(r"\b\d[\d,]* (?:bytes?|KiB|MiB|entries|allocations?)\b")


def measured(claim: Claim) -> str:
    match claim.measure:
        case "value":
            return f'\tresults["{claim.name}"] = {claim.code}'
        case "bytes":
            return f'\tresults["{claim.name}"] = bytesPerRun(run_{claim.name})'
        case _:
            return f'\tresults["{claim.name}"] = int(testing.AllocsPerRun(50, run_{claim.name}))'


@pytest.fixture(scope="module")
def results(every_go: Go, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Build one program of all claims and return what it measured."""
    folder = tmp_path_factory.mktemp("facts")
    for name in PATTERNS:
        shutil.copytree(SOURCES / name / "before", folder / name)
    imports = "\n".join(f'\t{name} "facts/{name}"' for name in PATTERNS)
    runs = [f"//go:noinline\nfunc run_{c.name}() {{\n\t{c.code}\n}}\n" for c in CLAIMS if c.measure != "value"]
    body = "\n".join(measured(claim) for claim in CLAIMS)
    (folder / "main.go").write_text(
        MAIN % (imports, "\n".join([DECLARATIONS, *runs]), BYTES_PER_RUN, body), encoding="utf-8"
    )
    (folder / "go.mod").write_text("module facts\n\ngo 1.21\n", encoding="utf-8")
    every_go.run("build", "-o", "facts.exe", ".", cwd=folder)
    output = subprocess.run([folder / "facts.exe"], check=True, capture_output=True, text=True, timeout=120).stdout
    found: dict[str, int] = json.loads(output)
    return found


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_claim_is_true(claim: Claim, results: dict[str, int], every_go: Go) -> None:
    version = tuple(map(int, every_go.version.split(".")[:2]))
    fits = (number for since, number in claim.expected.items() if version >= tuple(map(int, since.split("."))))
    expected = next(fits, None)
    assert expected is None or results[claim.name] == expected, claim.code


def said(place: str) -> str:
    table, _, key = place.partition(":")
    match table:
        case "hover":
            return hover.EN[key]
        case "findings":
            return findings.EN[key]
        case "limit":
            return " ".join(
                str(value) for value in dict.fromkeys(row.value for row in LIMITS if row.subject.name == key)
            )
        case _:
            return " ".join((PAGES / "en" / f"{key}.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("place", "words"), dict.fromkeys(pair for claim in CLAIMS for pair in claim.said), ids=lambda text: text[:40]
)
def test_claim_is_made_where_it_is_said_to_be(place: str, words: str) -> None:
    assert words in said(place)


def test_every_number_of_a_hover_or_message_is_a_claim() -> None:
    known = {place for claim in CLAIMS for place, _ in claim.said}
    tables = {"hover": hover.EN, "findings": findings.EN}
    numbers = {
        f"{name}:{key}" for name, table in tables.items() for key, text in table.items() if re.search(r"\d", text)
    }
    assert len(numbers) >= 6
    assert numbers <= known


def test_every_reason_for_an_allocation_is_a_claim() -> None:
    known = {place for claim in CLAIMS for place, _ in claim.said}
    # What these say is read off the machine code, or speaks of a record that may come from a pool.
    read = {
        "no-call",
        "call",
        "several-calls",
        "unreached",
        "deferred-record",
        "deferred-label",
        "map-store",
        "shared-block",
    }
    read |= {"unknown-type", "unknown-size", "type-argument", "unknown-captures"}
    read |= {
        "field-or-method",
        "growth",
        "growth-fresh",
        "growth-prepended",
        "growth-sized",
        "growth-given",
        "growth-reused",
        "growth-open",
    }
    reasons = {key.removeprefix("reason.") for key in hover.EN if key.startswith("reason.")}
    assert {reason for reason in reasons if f"hover:reason.{reason}" not in known} <= read


def test_every_limit_is_a_claim() -> None:
    known = {place for claim in CLAIMS for place, _ in claim.said}
    assert {f"limit:{subject.name}" for subject in Subject} <= known


def test_every_quantity_of_a_page_is_a_claim() -> None:
    claims = [(place.removeprefix("page:"), words) for c in CLAIMS for place, words in c.said if place[:5] == "page:"]
    claims.append(("unexplained", f"{MOST_MIB} MiB"))  # our own limit, not Go's
    open_ends: list[tuple[str, str]] = []
    for page in sorted((PAGES / "en").glob("*.md")):
        prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for line in prose.splitlines():
            for found in _NUMBER_WITH_UNIT.finditer(line):
                quantities = {found[0], found[0].replace("entries", "entry")}
                if not any(name == page.stem and any(q in words for q in quantities) for name, words in claims):
                    open_ends.append((page.stem, found[0]))
    assert not open_ends
