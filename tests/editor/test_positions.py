"""Edits, positions and URIs agree with Python's own codecs and paths, for any text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from goescape_lsp.core.columns import Encoding, split_lines
from goescape_lsp.core.model import Span
from goescape_lsp.editor.from_lsp import changed, place_in
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.uris import path_of, uri_of
from tests.editor.text import CODEC, UNIT, at, position

TEXTS = st.text(alphabet="ab\n 中文🚀é\t", max_size=60)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


def lsp_position(text: str, index: int, encoding: str) -> lsp.Position:
    return lsp.Position(**position(text, index, encoding))


@given(TEXTS, TEXTS, ENCODINGS, st.data())
def test_changes(text: str, new: str, encoding: Encoding, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    within = lsp.Range(lsp_position(text, start, encoding), lsp_position(text, end, encoding))
    change = lsp.TextDocumentContentChangePartial(range=within, text=new)
    assert changed(text.encode(), [change], encoding) == (text[:start] + new + text[end:]).encode()


@given(TEXTS, TEXTS, ENCODINGS, st.data())
def test_changes_with_carriage_returns(text: str, new: str, encoding: Encoding, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    within = lsp.Range(lsp_position(text, start, encoding), lsp_position(text, end, encoding))
    change = lsp.TextDocumentContentChangePartial(range=within, text=new.replace("\n", "\r\n"))
    expected = (text[:start] + new + text[end:]).replace("\n", "\r\n")
    assert changed(text.replace("\n", "\r\n").encode(), [change], encoding) == expected.encode()


@given(TEXTS, st.integers(0, 10**6), st.integers(0, 10**6), ENCODINGS)
def test_positions_outside_are_drawn_in(text: str, line: int, character: int, encoding: Encoding) -> None:
    lines = split_lines(text.encode())
    row, column = place_in(lines, lsp.Position(line, character), encoding)
    assert 1 <= row <= len(lines)
    assert 1 <= column <= len(lines[row - 1]) + 1


@given(TEXTS, ENCODINGS, st.data())
def test_ranges(text: str, encoding: Encoding, data: st.DataObject) -> None:
    """A span on one line comes back as the same text; any other span stays inside the file."""
    ruler = Ruler(text.encode(), encoding)
    row = data.draw(st.integers(0, text.count("\n")))
    line = text.split("\n")[row]
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    columns = [len(line[:index].encode()) + 1 for index in (start, end)]
    span = Span(row + 1, columns[0], row + 1, columns[1])
    assert at(text, ruler.exact(span), encoding) == line[start:end]
    wild = Span(*(data.draw(st.integers(-5, 99)) for _ in range(4)))
    at(text, ruler.range(wild), encoding)
    if line and start < end:
        assert at(text, ruler.range(span), encoding) == line[start:end]
    if line.strip():
        assert at(text, ruler.word(row + 1, 0), encoding) == line.strip()
        assert at(text, ruler.word(row + 1, columns[0]), encoding)


def test_units_of_the_reference() -> None:
    assert {name: len("a中🚀".encode(CODEC[name])) // UNIT[name] for name in UNIT} == {
        "utf-8": 8,
        "utf-16": 4,
        "utf-32": 3,
    }


def test_uris() -> None:
    for path in ("/a/b.go", "/a b/ü/中 文.go", "/a/100%/c#d?e.go", "/a;b/x,y.go", "/a/'q'\"z\"/b.go", "/b/🚀/[x].go"):
        assert path_of(uri_of(path)) == path
        assert path_of(Path(path).as_uri()) == path
    assert path_of("file:///a%2Fb.go") == "/a/b.go"
    assert path_of("file:///a/../b.go") == "/b.go"
    for other in ("untitled:x", "git:/a.go", "", "x", "file:", "file:///a%00.go", "file://["):
        assert path_of(other) is None
