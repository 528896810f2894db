"""A package that is compiled for its verdicts alone: the hover asks for the cause, and knows it the next time."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.editor.client import Client, running
from tests.editor.text import position

SOURCE = """package m

var sink *int

func Returned() *int { first := 1; return &first }

func Stored() { second := 1; sink = &second }
"""
# The server with another limit: the real one takes a package of the size of go/types.
_LIMITED = (
    "import runpy\nfrom goescape_lsp.adapters.bombs import Bombs\n"
    "Bombs.__init__.__defaults__ = (100,)\nrunpy.run_module('goescape_lsp', run_name='__main__')"
)
COMMAND = (sys.executable, "-P", "-c", _LIMITED)
NOT_ASKED = "The compiler's explanation was not asked for"
ASKING = "The compiler is being asked why …"


async def hovered(client: Client, uri: str, at: str) -> str:
    where = position(SOURCE, SOURCE.index(at), "utf-8")
    reply = await client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": where})
    return "" if reply is None else str(reply["contents"]["value"])


@pytest.mark.usefixtures("go")
async def test_a_hover_asks_for_the_cause(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/m\n\ngo 1.21\n", encoding="utf-8")
    path = tmp_path / "m.go"
    path.write_text(SOURCE, encoding="utf-8")
    async with running(command=COMMAND) as client:
        await client.initialize(tmp_path)
        uri = client.open(path)
        told = await client.next_diagnostics(uri)
        assert {one["code"] for one in told} == {"unexplained"}
        first = await hovered(client, uri, "first :=")
        assert NOT_ASKED in first
        assert ASKING in first
        async with asyncio.timeout(60):
            while ASKING in (later := await hovered(client, uri, "first :=")):
                await asyncio.sleep(0.05)
        assert "moved to heap: returned from function" in later
        assert NOT_ASKED not in later
        arguments: list[Any] = [uri, position(SOURCE, SOURCE.index("second :="), "utf-8")]
        why = {"command": "goescape.server.why", "arguments": arguments}
        answer = str(await client.request("workspace/executeCommand", why))
        assert "stored in a package variable" in answer
        assert await client.leave() == 0
