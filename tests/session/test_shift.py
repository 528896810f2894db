"""Facts move with edits: what stands where it stood moves, what is gone is dropped."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import (
    Allocation,
    Cause,
    FileFacts,
    Finding,
    Function,
    Kind,
    Parameter,
    Place,
    Rule,
    Span,
    Step,
    Temperature,
    Verdict,
)
from goescape_lsp.core.shift import shift, shifted

PATH = "/m/a.go"
SOURCE = b"""package a

func F(n int) *int {
\tx := make([]int, n)
\ty := new(int)
\treturn y
}
"""


def finding(span: Span, at: Place, *flow: Place) -> Finding:
    return Finding(
        file=PATH,
        span=span,
        at=at,
        verdict=Verdict.ESCAPES,
        subject="x",
        kind=Kind.SLICE,
        cause=Cause.RETURN,
        rule=Rule.RETURNED,
        function="F",
        package="m",
        allocation=Allocation.ALLOCATES,
        temperature=Temperature.NORMAL,
        expression="x",
        flow=tuple(Step("return", "x", "x", "~r0", place) for place in flow),
    )


MAKE, NEW = Span(4, 7, 4, 21), Span(5, 7, 5, 15)
FACTS = FileFacts(
    PATH,
    SOURCE,
    (finding(MAKE, Place(PATH, 4, 11), Place(PATH, 6, 2)), finding(NEW, Place(PATH, 5, 10), Place("/other.go", 5, 1))),
    (Function("F", Span(3, 6, 3, 7), Span(3, 1, 7, 2), (Parameter("n", Span(3, 8, 3, 9), ()),)),),
)


def texts(facts: FileFacts) -> list[str]:
    """Return the text under each finding's span."""
    lines = split_lines(facts.content)
    return [lines[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1].decode() for one in facts.findings]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"package a\n", b"package a\n\n// more\n\n", ["make([]int, n)", "new(int)"]),
        (b"\tx := make", b"\t// above\n\tx := make", ["make([]int, n)", "new(int)"]),
        (b"\tx := make([]int, n)\n", b"", ["new(int)"]),
        (b"\tx := make([]int, n)\n", b"\tlonger := make([]int, n)\n", ["make([]int, n)", "new(int)"]),
        (b"make([]int, n)\n", b"make([]int, n) // why\n", ["make([]int, n)", "new(int)"]),
        (b"make([]int, n)\n", b"make([]int, 0, n)\n", ["new(int)"]),
        (b"x := make([]int, n)\n", b"x, z := make([]int, n), make([]int, n)\n", ["make([]int, n)", "new(int)"]),
        (b"\n", b"\r\n", ["make([]int, n)", "new(int)"]),
        (b"package a", b"\xef\xbb\xbfpackage a", ["make([]int, n)", "new(int)"]),
        (b"\ty := new(int)\n", "\t/* 变量 😀 */ y := new(int)\n".encode(), ["make([]int, n)", "new(int)"]),
    ],
)
def test_findings_stay_at_their_expressions(old: bytes, new: bytes, expected: list[str]) -> None:
    assert texts(shift(FACTS, SOURCE.replace(old, new))) == expected


def test_everything_of_a_finding_moves() -> None:
    moved = shift(FACTS, b"// one\n// two\n" + SOURCE)
    first, second = moved.findings
    assert (first.at, first.flow[0].place) == (Place(PATH, 6, 11), Place(PATH, 8, 2))
    assert second.flow[0].place == Place("/other.go", 5, 1)
    function = moved.functions[0]
    assert (function.span, function.name_span) == (Span(5, 1, 9, 2), Span(5, 6, 5, 7))
    assert function.parameters[0].span == Span(5, 8, 5, 9)


def test_the_place_moves_with_an_edited_line() -> None:
    moved = shift(FACTS, SOURCE.replace(b"\tx :=", b"\tlonger :="))
    assert moved.findings[0].at == Place(PATH, 4, 16)


def test_the_same_text_is_the_same_facts() -> None:
    assert shift(FACTS, SOURCE) is FACTS


def test_a_big_rewritten_file_is_quick() -> None:
    lines = [b"line %d" % number for number in range(60_000)]
    facts = FileFacts(PATH, b"\n".join(lines), FACTS.findings)
    began = time.perf_counter()
    shift(facts, b"\n".join(lines[::-1]))
    assert time.perf_counter() - began < 2


@given(
    st.lists(st.sampled_from([*SOURCE.split(b"\n"), b"", b"x", b"new(int)", "变 := new(int)".encode()]), max_size=12)
)
def test_nothing_leaves_the_text(lines: list[bytes]) -> None:
    """Every span of the result holds the text that it held before, inside the lines that there are."""
    before = dict(zip([MAKE, NEW], texts(FACTS), strict=True))
    moved = shift(FACTS, b"\n".join(lines))
    assert moved.content == b"\n".join(lines)
    assert {*texts(moved)} <= {*before.values()}
    for place in (step.place for one in moved.findings for step in one.flow if step.place.file == PATH):
        assert 1 <= place.line <= max(1, len(lines))
    for function in moved.functions:
        assert 1 <= function.span.line <= function.span.end_line <= max(1, len(lines))


LONG = b"".join(b"func F%d() *int {\n\tx := new(int)\n\treturn x\n}\n\n" % number for number in range(12))
FLOWING = FileFacts(
    PATH,
    LONG,
    tuple(
        finding(Span(line + 1, 7, line + 1, 15), Place(PATH, line + 1, 10), Place(PATH, line + 2, 9))
        for line in range(1, 60, 5)
    ),
    tuple(Function(f"F{line}", Span(line, 6, line, 8), Span(line, 1, line + 3, 2)) for line in range(1, 60, 5)),
)
EDIT = st.tuples(
    st.integers(0, len(LONG)),
    st.integers(0, 20),
    st.sampled_from([b"", b"x", b"\n", b"// a\n", b"\tx := new(int)\n", "变".encode()]),
)


@given(st.lists(EDIT, min_size=2, max_size=8))
def test_moving_on_is_moving_from_the_start(edits: list[tuple[int, int, bytes]]) -> None:
    text, earlier = LONG, None
    for start, length, new in edits:
        text = text[:start] + new + text[start + length :]
        if text == LONG:
            continue
        earlier = shifted(FLOWING, text, earlier)
        assert earlier.facts == shift(FLOWING, text)


def test_what_an_edit_does_not_move_is_the_same_object() -> None:
    line = LONG.index(b"x := new(int)", len(LONG) // 2)
    first = shifted(FLOWING, LONG[:line] + b"a()\n\t" + LONG[line:])
    second = shifted(FLOWING, LONG[:line] + b"ab()\n\t" + LONG[line:], first)
    pairs = list(zip(first.facts.findings, second.facts.findings, strict=True))
    assert len(pairs) == len(FLOWING.findings)
    assert sum(one is other for one, other in pairs) >= len(pairs) - 1
    assert all(one is other for one, other in zip(first.facts.findings[:5], FLOWING.findings[:5], strict=True))
