"""What a client may get wrong: no answer is lost, no traceback is shown, the server lives on."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goescape_lsp.editor.stdio import Frames
from tests.editor.client import SERVER, RequestError, recorded_params, running


async def code_of(reply: Any) -> int:
    with pytest.raises(RequestError) as caught:
        await reply
    assert "Traceback" not in json.dumps(caught.value.error)
    return caught.value.code


async def test_junk_in_initialize(sample: Path) -> None:
    """A newer client's unknown enum values, fields and encodings do not keep the server from starting."""
    params = recorded_params("vscode-1.139.1", sample)
    able = params["capabilities"]
    able["textDocument"]["publishDiagnostics"]["tagSupport"] = {"valueSet": [1, 99]}
    able["workspace"]["symbol"]["symbolKind"] = {"valueSet": [1, 999]}
    able["general"]["positionEncodings"] = ["utf-7", "utf-32", "utf-8"]
    able["textDocument"]["codeAction"]["codeActionLiteralSupport"] = {"codeActionKind": {"valueSet": ["x.new"]}}
    able["textDocument"]["hover"]["contentFormat"] = ["asciidoc", "markdown"]
    able["fromTheFuture"] = {"deep": [1, {"jsonrpc": "2.0"}]}
    async with running() as client:
        reply = await client.request("initialize", params)
        assert reply["capabilities"]["positionEncoding"] == "utf-32"
        assert await client.leave() == 0


async def test_bare_client(sample: Path) -> None:
    async with running() as client:
        reply = await client.request("initialize", {"capabilities": {}, "processId": None, "rootUri": None})
        assert reply["capabilities"]["positionEncoding"] == "utf-16"
        client.notify("initialized", {})
        uri = client.open(sample / "main.go")
        found = await client.next_diagnostics(uri)
        assert not any("relatedInformation" in one or "data" in one for one in found)
        assert {message.get("method") for message in client.received if "id" in message} == {None}
        assert await client.leave() == 0


async def test_order_of_life(sample: Path) -> None:
    async with running() as client:
        assert await code_of(client.request("textDocument/hover", {})) == -32002
        client.notify("textDocument/didOpen", {})
        await client.initialize(sample)
        assert await code_of(client.request("initialize", recorded_params("helix-25.07.1", sample))) == -32600
        await client.request("shutdown")
        assert await code_of(client.request("textDocument/hover", {})) == -32600
        seen = len(client.received)
        client.notify("exit")
        client.send({"jsonrpc": "2.0", "id": 99, "method": "textDocument/hover", "params": {}})
        assert await client.process.wait() == 0
        assert len(client.received) == seen


async def test_exit_without_shutdown(sample: Path) -> None:
    async with running() as client:
        await client.initialize(sample)
        client.notify("exit")
        assert await client.process.wait() == 1


async def test_initialize_that_does_not_fit_can_be_repeated(sample: Path) -> None:
    async with running() as client:
        assert await code_of(client.request("initialize", {"capabilities": 5})) == -32602
        await client.initialize(sample)
        assert await client.leave() == 0


BODIES = (
    b"{not json",
    b"[]",
    b'[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]',
    b'"s"',
    b"null",
    b"12",
    b"{}",
    b'{"jsonrpc":"2.0"}',
    b'{"jsonrpc":"1.0","id":7,"method":"shutdown"}',
    b'{"jsonrpc":"2.0","id":{},"method":"shutdown"}',
    b'{"jsonrpc":"2.0","method":7}',
    b'{"jsonrpc":"2.0","id":"none","result":null}',
    b'{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":5}}',
    b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":null}',
    b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"unknown"}}',
    b'{"jsonrpc":"2.0","method":"made/up","params":{}}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
)


async def test_malformed_messages(sample: Path, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    async with running(command=(*SERVER, "--log-file", str(log))) as client:
        await client.initialize(sample)
        for body in BODIES:
            client.send_bytes(body)
        assert client.process.stdin is not None
        client.process.stdin.write(b"Content-Length: many\r\n\r\n{}garbage\r\nX: y\r\n\r\n")
        assert await code_of(client.request("textDocument/hover", {})) == -32602
        assert (
            await code_of(client.request("textDocument/hover", {"textDocument": {"uri": 5}, "position": []})) == -32602
        )
        assert await code_of(client.request("made/up", {})) == -32601
        assert await code_of(client.request("workspace/executeCommand", {"command": "made.up"})) == -32602
        for command in ("why", "openPage", "explain", "run"):
            for arguments in ([], [5], ["file:///nowhere.go", "x"], [None, {"line": -1, "character": "x"}]):
                asked = {"command": f"goescape.server.{command}", "arguments": arguments}
                await client.request("workspace/executeCommand", asked)
        uri = client.open(sample / "main.go")
        await client.next_diagnostics(uri)
        assert not client.messages("window/showMessage")
        assert await client.leave() == 0
    assert "Traceback" not in log.read_text(encoding="utf-8")


async def test_odd_uris(sample: Path) -> None:
    """Files that are on no disk, or not Go, are left alone; positions far outside are drawn in."""
    async with running() as client:
        await client.initialize(sample)
        for uri in (
            "untitled:Untitled-1",
            "git:/a/main.go?x",
            "file:///",
            "file:///a%00b.go",
            "nonsense",
            "file:///x.txt",
        ):
            client.notify(
                "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "go", "version": 1, "text": "x"}}
            )
            client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
            hovered = {"textDocument": {"uri": uri}, "position": {"line": 9, "character": 9}}
            assert await client.request("textDocument/hover", hovered) is None
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        uri = client.open(sample / "main.go")
        await client.next_diagnostics(uri)
        for line, character in ((10**6, 0), (0, 10**6), (29, 10**6)):
            hovered = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
            await client.request("textDocument/hover", hovered)
        assert await client.leave() == 0


async def test_modules_of_the_workspace_are_not_imported(sample: Path) -> None:
    """`python -m goescape_lsp` in a workspace with modules of our imports' names runs none of them."""
    for name in ("json", "pygls", "orjson", "lsprotocol", "asyncio", "argparse", "watchfiles", "tree_sitter"):
        (sample / f"{name}.py").write_text("raise SystemExit('a module of the workspace ran')\n", encoding="utf-8")
    async with running(cwd=sample, command=(sys.executable, "-m", "goescape_lsp"), PYTHONPATH="") as client:
        await client.initialize(sample)
        await client.next_diagnostics(client.open(sample / "main.go"))
        assert await client.leave() == 0


async def test_options_of_the_program() -> None:
    process = await asyncio.create_subprocess_exec(*SERVER, "--version", stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert printed.decode().startswith("goescape-lsp ")


@given(
    st.lists(st.binary(max_size=200), max_size=8),
    st.integers(1, 50),
    st.sampled_from(["Content-Length", "content-length"]),
)
def test_frames_do_not_depend_on_how_the_stream_is_cut(bodies: list[bytes], step: int, name: str) -> None:
    stream = b"".join(b"%s: %d\r\nX: y\r\n\r\n" % (name.encode(), len(body)) + body for body in bodies)
    frames = Frames()
    assert [body for i in range(0, len(stream), step) for body in frames.feed(stream[i : i + step])] == bodies


@given(st.binary(max_size=300))
def test_frames_find_the_stream_again(garbage: bytes) -> None:
    """Whatever stands before it, a message is found once garbage no longer claims its bytes."""
    if b"content-length" in garbage.lower():
        return
    frames = Frames()
    found = list(frames.feed(garbage + b"\r\n\r\nContent-Length: 2\r\n\r\n{}"))
    assert found[-1:] == [b"{}"]
