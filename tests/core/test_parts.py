"""The digest of a function's lines stays the same when functions move, and only then."""

from __future__ import annotations

import pytest

from goescape_lsp.core.parts import Landmarks, Part, Stretch, Stretches, cut

_LINES = b"""a.go:%d:2: x escapes to heap in F:
a.go:%d:2:   flow: p = &x:
a.go:%d:2:     from g(p) (call parameter) at b.go:%d:4
"""


def _part(first: int, other: int, *, said: int | None = None, name: bytes = b"G") -> Part:
    """Return the lines of F, which begins at a line and leads to G (at another) or to the line that is said."""
    own = Stretches([Stretch(first, first + 5, b"key", b"F", 0, 0)])
    there = Stretch(other, other + 5, b"other key", name, 0, 0)

    def around(file: bytes, line: int) -> tuple[str, Stretch] | None:
        return ("/b.go", there) if file == b"b.go" and there.first <= line <= there.last else None

    text = _LINES % (first + 1, first + 1, first + 1, other + 2 if said is None else said)
    return cut([(b"a.go", text)], own, Landmarks(around))[b"key"]


@pytest.mark.parametrize(("first", "other"), [(20, 40), (10, 70), (33, 12)])
def test_functions_that_move_have_the_same_lines(first: int, other: int) -> None:
    assert _part(first, other).digest == _part(10, 40).digest
    assert _part(first, other).named == {("/b.go", b"G")}


@pytest.mark.parametrize(
    "part",
    [_part(10, 40, said=43), _part(10, 40, name=b"H"), _part(10, 41, said=42), _part(10, 40, said=90)],
    ids=["another row", "another function", "moved around it", "outside of all"],
)
def test_other_places_are_other_lines(part: Part) -> None:
    assert part.digest != _part(10, 40).digest
