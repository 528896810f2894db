"""Comments that accept findings, seen through an editor: added by an action, gone from the list, told by the hover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.editor.client import Client, running
from tests.editor.text import apply, at, edits_for, position

START = """package main

var g []any

/* 统计 🚀 */ func Keep(n int) { g = append(g, n) }

func Two(n int) *int { g = append(g, n); return &n } // a comment

func Raw() { g = append(g, `one
two`) }

func main() { Keep(1); Two(2); Raw() }
"""


@pytest.fixture
def path(tmp_path: Path, go: object) -> Path:
    """Give a file of a module."""
    del go
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.21\n", encoding="utf-8")
    (tmp_path / "main.go").write_text(START, encoding="utf-8")
    return tmp_path / "main.go"


async def accepting(client: Client, uri: str, diagnostic: dict[str, Any]) -> list[dict[str, Any]]:
    asked = {"textDocument": {"uri": uri}, "range": diagnostic["range"], "context": {"diagnostics": [diagnostic]}}
    return [one for one in await client.request("textDocument/codeAction", asked) if "goescape:ok" in one["title"]]


def coded(diagnostics: list[dict[str, Any]], code: str) -> list[dict[str, Any]]:
    return [one for one in diagnostics if one["code"] == code]


async def test_from_the_action_to_the_hover(path: Path) -> None:
    async with running() as client:
        await client.initialize(path.parent, "vscode-1.139.1")
        uri = client.open(path)
        found = await client.next_diagnostics(uri)
        boxed = coded(found, "interface-conversion") or coded(found, "appended")
        first = next(one for one in boxed if one["range"]["start"]["line"] == 4)
        (action,) = await accepting(client, uri, first)
        begun = apply(START, edits_for(action["edit"], uri), "utf-16")
        assert begun.splitlines()[4].endswith(f"g = append(g, n) }} //goescape:ok {first['code']} ")

        client.save(uri, path, begun)
        await client.next_diagnostics(uri, lambda new: coded(new, "missing-reason"))
        accepted = begun.replace(f"ok {first['code']} \n", "ok all 计数 *kept*\n")
        client.save(uri, path, accepted)
        after = await client.next_diagnostics(uri, lambda new: new and not coded(new, "missing-reason"))
        assert [one for one in after if one["range"]["start"]["line"] == 4] == []
        where = position(accepted, accepted.index("n) }"), "utf-16")
        hover = await client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": where})
        assert "Accepted in the source: 计数 \\*kept\\*" in hover["contents"]["value"]
        await client.leave()


async def test_where_no_comment_can_stand_and_where_one_stands(path: Path) -> None:
    async with running() as client:
        await client.initialize(path.parent, "vscode-1.139.1")
        uri = client.open(path)
        found = await client.next_diagnostics(uri)
        (moved,) = coded(found, "returned")
        assert await accepting(client, uri, moved) == [], "a comment of another kind is left alone"
        text = START.replace("// a comment", "//goescape:ok appended why")
        client.save(uri, path, text)
        found = await client.next_diagnostics(uri, lambda new: new and new != found and coded(new, "returned"))
        (action,) = await accepting(client, uri, coded(found, "returned")[0])
        assert "//goescape:ok returned,appended why" in apply(text, edits_for(action["edit"], uri), "utf-16")
        await client.leave()


async def test_remarks_wait_while_the_package_is_broken(path: Path) -> None:
    text = "package main\n\nfunc main() {} //goescape:ok returned why 🚀\n"
    path.write_text(text, encoding="utf-8")
    async with running() as client:
        await client.initialize(path.parent)
        uri = client.open(path)
        (remark,) = await client.next_diagnostics(uri)
        assert (remark["code"], remark["severity"], remark["source"]) == ("unused-suppression", 4, "goescape")
        assert at(text, remark["range"], "utf-8") == "//goescape:ok returned why 🚀"
        client.save(uri, path, text + "func broken( {\n")
        await client.next_diagnostics(uri, lambda new: coded(new, "stale"))
        assert coded(client.diagnostics(uri), "unused-suppression") == []
        client.save(uri, path, text)
        await client.next_diagnostics(uri, lambda new: coded(new, "unused-suppression"))
        await client.leave()
