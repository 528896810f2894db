"""Columns agree with Python's codecs in every encoding, there and back."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goescape_lsp.core.columns import Encoding, byte_column_to_units, split_lines, units_to_byte_column

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def units(text: str, encoding: Encoding) -> int:
    codec, width = CODECS[encoding]
    return len(text.encode(codec)) // width


@pytest.mark.parametrize("encoding", get_args(Encoding))
@given(before=TEXT, after=TEXT)
def test_a_byte_column_becomes_the_units_that_the_codec_counts(before: str, after: str, encoding: Encoding) -> None:
    line = (before + after).encode()
    column = len(before.encode()) + 1
    assert byte_column_to_units(line, column, encoding) == units(before, encoding)
    assert units_to_byte_column(line, units(before, encoding), encoding) == column


@pytest.mark.parametrize("encoding", get_args(Encoding))
@given(text=TEXT, column=st.integers(-5, 200))
def test_no_column_leaves_the_line(text: str, column: int, encoding: Encoding) -> None:
    line = text.encode()
    assert 0 <= byte_column_to_units(line, column, encoding) <= units(text, encoding)
    assert 1 <= units_to_byte_column(line, column, encoding) <= len(line) + 1


def test_the_middle_of_a_character_is_its_start() -> None:
    line = "a🚀b".encode()
    assert byte_column_to_units(line, 4, "utf-16") == 1
    assert units_to_byte_column(line, 2, "utf-16") == 2


def test_lines_end_as_lsp_says_and_a_bom_is_no_text() -> None:
    assert split_lines(b"\xef\xbb\xbfa\r\nb\rc\n") == [b"a", b"b", b"c", b""]
