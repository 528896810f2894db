"""Every cause, rule and reason has its words, in both languages, and they hold together with markdown."""

from __future__ import annotations

from typing import Any

import pytest

from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Place, Rule, Span, Step, Temperature, Verdict
from goescape_lsp.core.tables.messages import REASONS as TABLE
from goescape_lsp.core.words import Locale, advice, hover
from goescape_lsp.editor.to_lsp.hover import _code_span, escaped

REASONS = [row.text for row in TABLE]
HERE = Place("/a.go", 1, 1)
LOCALES: tuple[Locale, ...] = ("en", "zh-cn")


def step(why: str = "", expression: str = "x", source: str = "x", target: str = "y", place: Place = HERE) -> Step:
    return Step(why, expression, source, target, place)


def finding(**more: Any) -> Finding:
    values: dict[str, Any] = {
        "file": "/a.go",
        "span": Span(1, 1, 1, 2),
        "at": HERE,
        "verdict": Verdict.ESCAPES,
        "subject": "x",
        "kind": Kind.NEW,
        "cause": Cause.RETURN,
        "rule": Rule.RETURNED,
        "function": "F",
        "package": "p",
        "allocation": Allocation.ALLOCATES,
        "temperature": Temperature.NORMAL,
        "expression": "x",
    }
    return Finding(**values | more)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_of_the_compiler(locale: Locale) -> None:
    said = [hover.step_text(step(why), locale) for why in REASONS]
    assert all(f"{why}: x" != words and words for why, words in zip(REASONS, said, strict=True))
    assert hover.step_text(step("made up"), locale).startswith("made up")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_has_advice(locale: Locale) -> None:
    assert all(advice.advice(finding(rule=rule), locale) for rule in Rule)
    assert advice.advice(finding(rule=None), locale) == ""


def test_ends_of_arrows() -> None:
    said = hover.step_text(step(source="&{storage for make([]int, n)}", target="{heap}"), "en")
    assert said == "the memory of make([]int, n) goes to the heap"
    assert hover.step_text(step(source="{temp}", target="~r0"), "en") == "a temporary value goes to a result"


def test_names_that_the_compiler_made_up_are_not_shown() -> None:
    assert hover.step_text(step("return", "return ~r0"), "en") == "returned"
    assert (
        hover.step_text(step("slice-literal-element", "... argument"), "en")
        == "put into the slice of the call's arguments"
    )


def test_steps() -> None:
    elsewhere = Place("/a.go", 9, 2)
    flow = (
        step("spill"),
        step(),
        step("assign", "y := x", place=elsewhere),
        step("return", "return y", place=elsewhere),
    )
    one = finding(flow=flow)
    assert hover.steps(one, "en", lambda place: f"L{place.line}") == (
        "assigned: y := x (L9)",
        "returned: return y (L9)",
    )
    assert [found.why for found in hover.steps_that_matter(one)] == ["assign", "return"]
    assert hover.steps(finding(), "en", str) == hover.steps_that_matter(finding()) == ()


def test_the_step_that_decides_is_told_without_the_names_that_the_compiler_made_up() -> None:
    made = step("assign-pair", "~r0 = iter")
    stored = step("assign", "g.iter = ~r0")
    assert hover.steps(finding(flow=(made, stored)), "en", lambda _: "L3") == ("assigned: g.iter = … (L3)",)
    assert hover.steps(finding(flow=(stored, step("return", "return g"))), "en", lambda _: "L3") == (
        "returned: return g (L3)",
    )


def test_cost() -> None:
    cold = finding(size=24, temperature=Temperature.COLD, temperature_reason="error-path")
    assert hover.cost(cold, "en") == (
        "It allocates each time this runs. Size: 24 bytes. It stands on an error path, which rarely runs."
    )
    free = finding(size=24, allocation=Allocation.DOES_NOT_ALLOCATE, allocation_reason="constant")
    said = hover.cost(free, "zh-cn")
    assert said.startswith("执行到这里时不会分配内存。")
    assert "24" not in said


def test_markdown() -> None:
    assert _code_span("a") == "`a`"
    assert _code_span("`raw`") == "`` `raw` ``"
    assert escaped("*T[x]_`") == "\\*T\\[x\\]\\_\\`"
