"""Facts in portions are the same facts, and no call packs or unpacks many at once."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from goescape_lsp.adapters.portions import joined, split
from goescape_lsp.core.model import FileFacts, Function, Span

FUNCTIONS = tuple(Function(f"f{line}", Span(line, 6, line, 8), Span(line, 1, line, 12)) for line in range(1, 452))


@pytest.mark.parametrize(("functions", "portions"), [(0, 0), (1, 1), (200, 1), (201, 2), (451, 3)])
def test_they_are_the_same_in_order(functions: int, portions: int) -> None:
    facts = FileFacts("/p/a.go", b"package p\n", (), FUNCTIONS[:functions])
    packed = split(facts)
    assert len(packed.functions) == portions
    assert joined(packed) == facts


def test_what_is_no_portion_is_refused() -> None:
    packed = replace(split(FileFacts("/p/a.go", b"", ())), findings=(b"\x81\xa1a\x01",))
    with pytest.raises(msgspec.MsgspecError):
        joined(packed)
