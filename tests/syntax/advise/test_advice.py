"""Advice, from a site to the text after it; what is never to be offered; the words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goescape_lsp.core.advice import Advice, Edit, Safety, Versions
from goescape_lsp.core.model import Kind, Rule, Span
from goescape_lsp.core.words import actions as words
from goescape_lsp.syntax.advise import advise
from tests.edits import apply
from tests.syntax.advise.cases import Case, cases, span_between
from tests.versions import is_since

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_advice_is_what_the_case_says(case: Case) -> None:
    found = case.advice()
    assert " ".join(advice.id for advice in found) == case.one("advice").replace("none", "")
    if case.all("preview"):
        assert [advice.preview for advice in found] == case.all("preview")
    if case.after:
        (advice,) = found
        assert apply(case.before, advice.edits).decode() == case.after.decode()
        assert advice.safety == case.one("safety")
        assert " ".join(advice.notes) == case.one("notes")
    if case.all("title"):
        assert words.title(found[0], "en") == case.one("title")


def test_there_are_cases_of_every_sort() -> None:
    offered = {name for case in CASES for name in case.one("advice").split()}
    titled = {key.removeprefix("title.") for key in words.EN if key.startswith("title.")}
    assert offered - {"none"} == titled


@pytest.mark.parametrize("case", [case for case in CASES if case.one("advice") != "none"], ids=lambda case: case.name)
def test_every_sentence_has_its_fields_in_both_languages(case: Case) -> None:
    for advice in case.advice():
        for locale in ("en", "zh-cn"):
            assert "{" not in words.title(advice, locale).replace("{}", "")
            assert words.explain(advice, locale)
            assert "\n" not in words.title(advice, locale)


def test_both_languages_have_the_same_keys() -> None:
    assert words.EN.keys() == words.ZH.keys()


def test_explanation_shows_the_signature_and_what_changes() -> None:
    advice = Advice("return-value", (), Safety.REVIEW, ("copies",), {"name": "load", "type": "T"}, "func load() T")
    text = words.explain(advice, "en")
    assert "```go\nfunc load() T\n```" in text
    assert "copy" in text


def test_a_byte_order_mark_and_windows_lines_are_kept() -> None:
    case = next(case for case in CASES if case.name == "map_make")
    content = b"\xef\xbb\xbf" + case.before.replace(b"\n", b"\r\n")
    (advice,) = advise(content, case.span, Rule.RETURNED, Kind.MAP, Versions())
    assert apply(content, advice.edits) == b"\xef\xbb\xbf" + case.after.replace(b"\n", b"\r\n")


def test_few_elements_gain_by_version() -> None:
    """Go 1.24 grows a returned slice of 5 ints four times, Go 1.26 copies it out once."""
    case = next(case for case in CASES if case.name == "never_few_elements")
    assert case.advice(Versions("1.26.8", "1.21")) == ()
    assert case.advice(Versions("", "")) == ()
    assert [advice.id for advice in case.advice(Versions("1.24.13", "1.21"))] == ["presize-slice"]


@pytest.mark.parametrize(
    ("version", "holds"),
    [("1.26.8", True), ("go1.26rc1", True), ("1.25.14", False), ("2.0", True), ("", True), ("devel", True)],
)
def test_versions_are_compared_by_release(version: str, *, holds: bool) -> None:
    assert is_since(version, "1.26") is holds


def test_edits_are_applied_in_order_of_place() -> None:
    edits = (Edit(Span(2, 1, 2, 2), "B"), Edit(Span(1, 1, 1, 1), "x"), Edit(Span(1, 1, 1, 1), "y"))
    assert apply(b"a\nb\n", edits) == b"xya\nB\n"


@pytest.mark.parametrize("span", [Span(3, 1, 3, 1), Span(1, 9, 1, 9), Span(0, 1, 1, 1), Span(1, 0, 1, 1)])
def test_edits_outside_the_content_are_refused(span: Span) -> None:
    with pytest.raises(ValueError, match="outside"):
        apply(b"a\n", (Edit(span, ""),))


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply(b"abc", (Edit(Span(1, 1, 1, 3), ""), Edit(Span(1, 2, 1, 3), "")))


@given(st.binary(max_size=40), st.data())
def test_replacing_a_stretch_by_itself_changes_nothing(content: bytes, data: st.DataObject) -> None:
    text = content.decode("latin-1").encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    middle = text[start:end].decode("utf-8", "ignore")
    if middle.encode() == text[start:end] and not text.startswith(b"\xef\xbb\xbf"):
        assert apply(text, (Edit(span_between(text, start, end), middle),)) == text


@given(st.sampled_from(CASES), st.integers(0, 400), st.sampled_from(list(Rule)), st.sampled_from(list(Kind)))
def test_broken_code_and_wrong_spans_raise_nothing(case: Case, cut: int, rule: Rule, kind: Kind) -> None:
    for advice in advise(case.before[:cut], case.span, rule, kind, Versions()):
        words.explain(advice, "zh-cn")
        apply(case.before[:cut], advice.edits)
