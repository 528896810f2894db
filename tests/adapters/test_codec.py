"""Facts survive the way to bytes and back, whatever is in them; anything else is nothing."""

from __future__ import annotations

import dataclasses
import zlib
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goescape_lsp.adapters.codec import decode, encode
from goescape_lsp.core import model
from goescape_lsp.core.stored import Stored

WORDS = st.text(max_size=8)
NUMBERS = st.integers(0, 2**40)
st.register_type_strategy(str, WORDS)
st.register_type_strategy(int, NUMBERS)
KINDS = (model.Finding, model.Function, model.Comment, model.Remark, model.Package, model.Problem)


@st.composite
def stored(draw: st.DrawFn) -> Stored:
    paths = draw(st.lists(WORDS, unique=True, max_size=2))
    some = {kind: st.lists(st.builds(kind), max_size=2).map(tuple) for kind in KINDS}
    files = {
        path: model.FileFacts(
            path,
            draw(st.binary(max_size=5)),
            draw(some[model.Finding]),
            draw(some[model.Function]),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(some[model.Comment]),
            draw(some[model.Remark]),
        )
        for path in paths
    }
    return Stored(files, draw(some[model.Package]), draw(some[model.Problem]))


@given(given_=stored())
@settings(max_examples=80, deadline=None)
def test_every_field_comes_back(given_: Stored) -> None:
    contents = {path: facts.content for path, facts in given_.files.items()}
    back = decode(encode(given_), contents.get)
    assert back == given_
    assert _types(back) == _types(given_)


def _types(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return (type(value), [_types(getattr(value, field.name)) for field in dataclasses.fields(value)])
    if isinstance(value, Enum):
        return type(value)
    if isinstance(value, tuple):
        return (tuple, [_types(item) for item in value])
    return [_types(item) for item in value.values()] if isinstance(value, dict) else type(value)


EMPTY = Stored({"/a.go": model.FileFacts("/a.go", b"x", ())})


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"nothing",
        zlib.compress(b""),
        zlib.compress(b"\xc0"),
        zlib.compress(b"\x81\xa5files\x81\xa1a\xa1b"),
        encode(EMPTY)[:-1],
        zlib.compress(zlib.decompress(encode(EMPTY)) + b"\x00"),
        zlib.compress(b"\x91" * 100_000),
    ],
    ids=["empty", "text", "zlib of nothing", "nil", "other types", "cut", "longer", "deep"],
)
def test_what_is_no_facts_is_nothing(payload: bytes) -> None:
    assert decode(payload, lambda _: b"x") is None


def test_facts_whose_file_is_gone_are_nothing() -> None:
    assert decode(encode(EMPTY), lambda _: b"x") == EMPTY
    assert decode(encode(EMPTY), lambda _: None) is None
