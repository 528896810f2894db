"""Hover and `why` beyond the file: stories in other functions, instances of generic code, inlined copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.editor.client import Client, running
from tests.editor.text import position

SOURCE = """package m

import "sync"

var pool sync.Pool

var sink *int

func Pooled() { pooled := 1; pool.Put(&pooled) }

func made(keep bool) *int {
	value := new(int)
	if keep {
		sink = value
	}
	return value
}

func One() int { return *made(true) }

func Two() int { return *made(true) + *made(false) }

func fresh() *int { return new(int) }

func Stays() int { return *fresh() }

func Leaves() *int { return fresh() }

type Box[K any] struct{ key *K }

//go:noinline
func (b *Box[K]) Put(given K) { held := given; b.key = &held }

func Use() {
	new(Box[string]).Put("a")
	new(Box[int]).Put(1)
	new(Box[*sync.Mutex]).Put(nil)
}
"""
LOOKING = "Looking into `sync` …"
CHAPTER = "1. `sync.(*Pool).Put`, parameter `x`: assigned: "


async def ask(client: Client, uri: str, at: str) -> str:
    where = position(SOURCE, SOURCE.index(at), "utf-8")
    reply = await client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": where})
    return "" if reply is None else reply["contents"]["value"]


async def why(client: Client, uri: str, at: str) -> str:
    arguments: list[Any] = [uri, position(SOURCE, SOURCE.index(at), "utf-8")]
    params = {"command": "goescape.server.why", "arguments": arguments}
    return str(await client.request("workspace/executeCommand", params))


def module(root: Path) -> Path:
    (root / "go.mod").write_text("module example.com/m\n\ngo 1.21\n", encoding="utf-8")
    path = root / "m.go"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.mark.usefixtures("go")
async def test_a_hover_answers_at_once_and_why_tells_to_the_end(tmp_path: Path) -> None:
    path = module(tmp_path)
    async with running() as client:
        await client.initialize(tmp_path)
        uri = client.open(path)
        await client.next_diagnostics(uri)
        first = await ask(client, uri, "pooled :=")
        assert LOOKING in first
        told = await why(client, uri, "pooled :=")
        assert CHAPTER in told
        assert "/pool.go#L" in told, "a link to the line that keeps the value"
        assert "That is where it is kept." in told
        assert LOOKING not in told
        again = await ask(client, uri, "pooled :=")
        assert CHAPTER in again
        assert LOOKING not in again
        assert await client.leave() == 0


@pytest.mark.usefixtures("go")
async def test_instances_and_inlined_copies(tmp_path: Path) -> None:
    path = module(tmp_path)
    async with running() as client:
        await client.initialize(tmp_path)
        uri = client.open(path)
        await client.next_diagnostics(uri)
        held = await ask(client, uri, "held :=")
        assert "Seen for: `Box[string]`, `Box[int]`, `Box[pointer types]`." in held
        fresh = await ask(client, uri, "new(int) }")
        assert "Also on the heap at 1 call that inlines it. It does not escape at 1 call that inlines it." in fresh
        assert "Also on the heap at 3 calls that inline it." in await ask(client, uri, "new(int)\n")
        copy = await ask(client, uri, "fresh() }\n\ntype")
        line = SOURCE[: SOURCE.index("func fresh")].count("\n") + 1
        assert f"It is written in `fresh`: m.go:{line}." in copy
        assert await client.leave() == 0
