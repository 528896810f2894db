"""What an editor does with positions, written with Python's codecs only, to check the server's own counting."""

from __future__ import annotations

from typing import Any

UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
CODEC = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

Position = dict[str, int]


def offset(text: str, position: Position, encoding: str) -> int:
    """Return the index of a position in the text's characters; outside the text or inside a character fails."""
    lines = text.split("\n")
    line = lines[position["line"]]
    units = line.encode(CODEC[encoding])[: position["character"] * UNIT[encoding]]
    assert len(units) == position["character"] * UNIT[encoding], "the position is beyond the end of its line"
    return sum(len(one) + 1 for one in lines[: position["line"]]) + len(units.decode(CODEC[encoding]))


def position(text: str, index: int, encoding: str) -> Position:
    """Return the position of a character of the text."""
    before = text[:index].split("\n")
    return {"line": len(before) - 1, "character": len(before[-1].encode(CODEC[encoding])) // UNIT[encoding]}


def at(text: str, where: dict[str, Position], encoding: str) -> str:
    """Return the text of a range."""
    return text[offset(text, where["start"], encoding) : offset(text, where["end"], encoding)]


def apply(text: str, edits: list[dict[str, Any]], encoding: str) -> str:
    """Return the text after the edits of a workspace edit."""
    placed = [
        (offset(text, e["range"]["start"], encoding), offset(text, e["range"]["end"], encoding), e) for e in edits
    ]
    for start, end, edit in sorted(placed, key=lambda one: one[0], reverse=True):
        text = text[:start] + edit["newText"] + text[end:]
    return text


def edits_for(edit: dict[str, Any], uri: str) -> list[dict[str, Any]]:
    """Return the text edits of a workspace edit for one document, in either of its two forms."""
    if "changes" in edit:
        assert list(edit["changes"]) == [uri]
        return list(edit["changes"][uri])
    (document,) = edit["documentChanges"]
    assert document["textDocument"]["uri"] == uri
    return list(document["edits"])
