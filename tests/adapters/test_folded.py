"""Packed facts are the same facts."""

from __future__ import annotations

import pytest

from goescape_lsp.adapters import folded as module
from goescape_lsp.adapters.folded import Folder
from goescape_lsp.core.model import FileFacts, Function, Span

WHERE = Span(1, 1, 1, 2)
FILES = {
    f"/p/{name}.go": FileFacts(f"/p/{name}.go", name.encode(), (), (Function(name, WHERE, WHERE),)) for name in "ab"
}


def test_they_are_the_same() -> None:
    folded = Folder().fold(FILES)
    assert dict(folded) == FILES
    assert list(folded) == list(FILES)
    assert folded.get("/p/c.go") is None
    with pytest.raises(KeyError):
        folded["/p/c.go"]


def test_names_are_known_without_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder()
    folded, again = folder.fold(FILES), folder.fold({})
    monkeypatch.setattr(module, "_decoder", None)
    assert len(folded) == 2
    assert "/p/a.go" in folded
    assert not again
    assert folder.fold(folded) is folded


def test_the_directory_asked_for_last_stays_unpacked() -> None:
    folder = Folder()
    first, second = folder.fold(FILES), folder.fold(FILES)
    assert first["/p/a.go"] is first["/p/a.go"]
    assert second["/p/a.go"] == first["/p/a.go"]
