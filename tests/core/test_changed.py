"""Lines that differ from a committed text, and the findings that they touch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goescape_lsp.core import changed as module
from goescape_lsp.core.changed import Changed, changed_lines, is_touched
from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Place, Rule, Span, Step, Temperature, Verdict

CASES: dict[str, tuple[bytes | None, bytes, tuple[tuple[int, int], ...]]] = {
    "the same": (b"a\nb\n", b"a\nb\n", ()),
    "a new file": (None, b"a\nb\n", ((1, 3),)),
    "an empty file was there": (b"", b"a\nb\n", ((1, 2),)),
    "one line differs": (b"a\nb\nc\n", b"a\nB\nc\n", ((2, 2),)),
    "lines are added": (b"a\nd\n", b"a\nb\nc\nd\n", ((2, 3),)),
    "at the end": (b"a\n", b"a\nb", ((2, 2),)),
    "at the start": (b"a\n", b"b\na\n", ((1, 1),)),
    "lines are taken away": (b"a\nb\nc\n", b"a\nc\n", ()),
    "one of two equal lines": (b"x\nx\n", b"x\nx\nx\n", ((3, 3),)),
    "two places": (b"a\nb\nc\nd\n", b"A\nb\nc\nD\n", ((1, 1), (4, 4))),
    "a line moves": (b"a\nb\nc\n", b"b\nc\na\n", ((3, 3),)),
    "only line ends differ": (b"a\nb\n", b"a\r\nb\r\n", ()),
    "a BOM comes": (b"a\nb\n", b"\xef\xbb\xbfa\nb\n", ()),
    "CRLF and one line": (b"a\nb\n", b"a\r\nB\r\n", ((2, 2),)),
    "the last line end goes": (b"a\nb\n", b"a\nb", ()),
    "blanks differ": (b"a\n", b" a\n", ((1, 1),)),
}


@pytest.mark.parametrize(("before", "now", "stretches"), CASES.values(), ids=CASES)
def test_changed_lines(before: bytes | None, now: bytes, stretches: tuple[tuple[int, int], ...]) -> None:
    assert changed_lines(before, now).stretches == stretches


TEXTS = st.lists(st.sampled_from([b"a", b"b", b"}", b""]), max_size=30).map(b"\n".join)


@given(TEXTS, TEXTS)
def test_what_is_not_changed_is_committed_in_this_order(before: bytes, now: bytes) -> None:
    changed = changed_lines(before, now)
    rest = iter(split_lines(before))
    for number, line in enumerate(split_lines(now), 1):
        if not changed.touches(number, number):
            assert line in rest, "the unchanged lines are a part of the old text, in its order"


@given(TEXTS)
def test_nothing_changed_changes_nothing(text: bytes) -> None:
    assert changed_lines(text, text) == Changed(())


def test_a_file_that_is_new_from_end_to_end_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SequenceMatcher", None)  # it must not be asked
    before = b"\n".join(b"}" if n % 2 else b"old %d" % n for n in range(30_000))
    now = b"\n".join(b"}" if n % 2 else b"new %d" % n for n in range(30_000))
    changed = changed_lines(before, now)
    assert changed.touches(1, 1)
    assert not changed.touches(2, 2)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(1, 1, False), (1, 2, True), (2, 2, True), (4, 4, True), (5, 6, False), (5, 7, True), (8, 9, False), (1, 9, True)],
)
def test_touches(first: int, last: int, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert Changed(((2, 4), (7, 7))).touches(first, last) is expected


FINDING = Finding(
    file="/m/a.go",
    span=Span(10, 2, 12, 3),
    at=Place("/m/a.go", 10, 2),
    verdict=Verdict.ESCAPES,
    subject="x",
    kind=Kind.NEW,
    cause=Cause.RETURN,
    rule=Rule.RETURNED,
    function="F",
    package="m",
    allocation=Allocation.ALLOCATES,
    temperature=Temperature.NORMAL,
    expression="x",
    holder=Span(9, 1, 9, 2),
    flow=(
        Step("return", "x", "x", "~r0", Place("/m/a.go", 20, 1)),
        Step("return", "x", "x", "~r0", Place("/m/b.go", 30, 1)),
    ),
    decided_at=Place("/m/a.go", 40, 1),
)
TOUCHED = {"before": (8, False), "its holder": (9, True), "its first line": (10, True), "its last line": (12, True)}
TOUCHED |= {"after": (13, False), "a step": (20, True), "a step elsewhere": (30, False), "the decision": (40, True)}


@pytest.mark.parametrize(("line", "expected"), TOUCHED.values(), ids=TOUCHED)
def test_is_touched(line: int, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_touched(FINDING, Changed(((line, line),))) is expected


def test_a_finding_without_a_flow() -> None:
    bare = replace(FINDING, holder=None, flow=(), decided_at=None)
    assert is_touched(bare, Changed(((11, 11),)))
    assert not is_touched(bare, Changed(((9, 9), (20, 20))))
