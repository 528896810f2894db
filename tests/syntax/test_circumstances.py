"""What the source around a finding says of its use, held against code that a real compiler has judged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.model import Allocation, FileFacts, Finding, Kind, Rule, Temperature
from goescape_lsp.core.words import advice, circumstances
from goescape_lsp.syntax import circumstances as source
from goescape_lsp.syntax.text import Text
from tests.conftest import Go
from tests.editor.test_words import LOCALES, finding

FOLDER = Path(__file__).parents[1] / "data" / "circumstances"
MARK = re.compile(r"//= (?P<key>[\w.-]+)$")
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.suffix == ".go")


@pytest.fixture(scope="module")
def judged(go: Go, tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileFacts]:
    folder = tmp_path_factory.mktemp("circumstances")
    (folder / "go.mod").write_text("module p\n\ngo 1.24\n", encoding="utf-8")
    for name in NAMES:
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    answer = examine(Request(str(folder), (".",), go=go.path), "en")
    assert not answer.problems
    return {Path(path).name: facts for path, facts in answer.analysis.files.items()}


@pytest.mark.parametrize("name", NAMES)
def test_each_mark_is_what_is_found(name: str, judged: dict[str, FileFacts]) -> None:
    facts, package = judged[name], [one.content for one in judged.values()]
    marks = {n: m["key"] for n, line in enumerate(facts.content.decode().split("\n"), 1) if (m := MARK.search(line))}
    assert marks
    found: dict[int, set[str]] = {line: set() for line in marks}
    for one in facts.findings:
        if (one.is_heap or one.is_silent or one.kind is Kind.APPEND) and one.span.line in marks:
            found[one.span.line].add(source.circumstance(facts.content, one, package) or "none")
    assert found == {line: {key} for line, key in marks.items()}


def test_every_sentence_is_marked_somewhere() -> None:
    text = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in NAMES)
    marked = {m["key"] for line in text.split("\n") if (m := MARK.search(line))}
    assert circumstances.EN.keys() == circumstances.ZH.keys() == marked - {"none"}


def test_a_copy_in_one_branch_keeps_the_others_free(judged: dict[str, FileFacts]) -> None:
    """The advice of `branches-that-leave`, followed: only the copy is on the heap."""
    facts = judged["kept.go"]
    heap = {one.subject for one in facts.findings if one.is_heap and one.function == "copiedThere"}
    assert heap == {"c"}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({}, "reused"),
        ({"allocation": Allocation.DOES_NOT_ALLOCATE}, "free"),
        ({"temperature": Temperature.COLD, "temperature_reason": "error-path"}, "cold"),
        ({"temperature": Temperature.COLD, "temperature_reason": "test"}, "cold.test"),
        ({"rule": Rule.PANIC_ARGUMENT, "temperature": Temperature.COLD}, "panic-argument"),
        ({"kind": Kind.APPEND, "allocation_reason": "growth-sized"}, "room.sized"),
        ({"kind": Kind.APPEND, "allocation_reason": "growth-open"}, "reused"),
    ],
)
def test_what_comes_before_a_circumstance(more: dict[str, object], key: str, locale: str) -> None:
    tables = (advice.ZH, circumstances.ZH) if locale == "zh-cn" else (advice.EN, circumstances.EN)
    told: Finding = finding(**more)
    assert advice.advice(told, "zh-cn" if locale == "zh-cn" else "en", "reused") == (tables[0] | tables[1])[key]


@pytest.mark.parametrize("name", NAMES)
def test_texts_that_are_cut_raise_nothing(name: str, judged: dict[str, FileFacts]) -> None:
    facts = judged[name]
    for cut in range(0, len(facts.content), 211):
        text = Text(facts.content[:cut])
        assert {source.circumstance(text, one) for one in facts.findings} <= {"", *circumstances.EN}
