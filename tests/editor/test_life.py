"""The server ends with its client, leaves no process behind, and does not grow."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.editor import program
from goescape_lsp.editor.server import build_server
from tests.conftest import Go
from tests.editor.client import SERVER, Client, running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups of POSIX")

EDITS = 5_000


def processes_of(mark: str) -> list[int]:
    """Return the processes that have `mark` in their environment, this one left out."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            if (
                entry.name.isdigit()
                and int(entry.name) != os.getpid()
                and mark.encode() in (entry / "environ").read_bytes()
            ):
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
        except OSError:
            continue
    return found


async def nobody_left(mark: str) -> bool:
    """Wait a moment for the kernel; say whether all processes of a test are gone."""
    for _ in range(100):
        if not processes_of(mark):
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.fixture
def slow_go(tmp_path: Path, go: Go) -> str:
    """Give a Go whose compiles take a minute: a script around the real one that starts a child of its own."""
    script = tmp_path / "slow" / "bin" / "go"
    script.parent.mkdir(parents=True)
    root = tmp_path / "slow"
    answer = f"""{{"GOVERSION": "go{go.version}", "GOROOT": "{root}", "GOFLAGS": "", "GOCACHE": "/tmp"}}"""
    script.write_text(
        f"#!/bin/sh\nif [ \"$1\" = env ]; then echo '{answer}'; exit 0; fi\nsleep 60 &\nsleep 60\n", encoding="utf-8"
    )
    script.chmod(0o755)
    return str(script)


async def while_compiling(client: Client, sample: Path, slow_go: str, mark: str) -> None:
    """Bring the server to where it compiles."""
    await client.initialize(sample, initializationOptions={"go.path": slow_go})
    client.open(sample / "main.go")
    await client.until(lambda: [one for one in client.messages("goescape/status") if one["go"]])
    for _ in range(400):
        if len(processes_of(mark)) >= 4:  # the server, the script and its two children
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the compile never started")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to find processes in")
@pytest.mark.parametrize("how", ["shutdown", "exit", "end of file", "SIGTERM", "SIGINT"])
async def test_no_orphans(how: str, sample: Path, slow_go: str) -> None:
    mark = f"GOESCAPE_TEST={how}-{os.getpid()}"
    async with running(GOESCAPE_TEST=mark.partition("=")[2]) as client:
        await while_compiling(client, sample, slow_go, mark)
        assert client.process.stdin is not None
        match how:
            case "shutdown":
                assert await client.leave() == 0
            case "exit":
                client.notify("exit")
            case "end of file":
                client.process.stdin.close()
            case _:
                client.process.send_signal(getattr(signal, how))
        code = await asyncio.wait_for(client.process.wait(), 10)
        assert code == (1 if how == "exit" else 0)
        assert await nobody_left(mark)


async def test_newer_save_kills_the_older_compile(sample: Path, slow_go: str) -> None:
    mark = f"GOESCAPE_TEST=save-{os.getpid()}"
    async with running(GOESCAPE_TEST=mark.partition("=")[2]) as client:
        await while_compiling(client, sample, slow_go, mark)
        before = set(processes_of(mark)) - {client.process.pid}
        client.notify("textDocument/didSave", {"textDocument": {"uri": (sample / "main.go").as_uri()}})
        for _ in range(200):
            now = set(processes_of(mark))
            if not before & now - {client.process.pid} or len(now - before) >= 2:
                break
            await asyncio.sleep(0.05)
        await asyncio.wait_for(client.leave(), 10)
        assert await nobody_left(mark)


async def test_ends_when_the_clients_process_is_gone(sample: Path) -> None:
    """The pipes stay open, but the process that `initialize` named dies."""
    other = await asyncio.create_subprocess_exec("sleep", "600")
    async with running() as client:
        params = {"capabilities": {}, "processId": other.pid, "rootUri": sample.as_uri()}
        await client.request("initialize", params)
        client.notify("initialized", {})
        other.kill()
        await other.wait()
        assert await asyncio.wait_for(client.process.wait(), 15) == 0


async def test_cancelled_requests_are_answered(sample: Path) -> None:
    async with running() as client:
        await client.initialize(sample)
        client.notify("$/cancelRequest", {"id": 12345})
        assert await client.request("textDocument/hover", hover(sample)) is None
        await client.leave()


def hover(sample: Path) -> dict[str, Any]:
    return {"textDocument": {"uri": (sample / "main.go").as_uri()}, "position": {"line": 0, "character": 0}}


class Silent:
    """A writer that keeps nothing."""

    def write(self, data: bytes) -> None:
        del data

    def close(self) -> None:
        return


async def test_does_not_grow(sample: Path) -> None:
    """Five thousand edits and five hundred saves leave nothing behind."""
    server = build_server()
    server.wire.set_writer(Silent())

    def notify(method: str, params: dict[str, Any]) -> None:
        server.wire.take({"jsonrpc": "2.0", "method": method, "params": params})

    def edit(version: int) -> None:
        start = {"line": 0, "character": 0}
        end = {"line": 0, "character": 1}
        change = {"range": {"start": start, "end": end}, "text": "/"}
        document = {"uri": uri, "version": version}
        notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    server.wire.take({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}})
    uri = (sample / "main.go").as_uri()
    text = (sample / "main.go").read_text(encoding="utf-8")
    notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "go", "version": 1, "text": text}})
    for version in range(2, 200):
        edit(version)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for version in range(200, 200 + EDITS):
        edit(version)
        if not version % 10:
            notify("textDocument/didSave", {"textDocument": {"uri": uri}})
            await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert server.session.text(str(sample / "main.go")) == text.encode()
    assert not server.wire._request_futures
    assert not server.wire._result_types
    assert after - before < 200_000
    await server.end()


async def test_logs_only_to_where_it_should(sample: Path, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    async with running(command=(*SERVER, "--stdio", "--log-file", str(log), "--log-level", "INFO")) as client:
        await client.initialize(sample)
        await client.next_diagnostics(client.open(sample / "main.go"))
        await client.leave()
    assert "INFO goescape_lsp.editor.language_server: go: " in log.read_text(encoding="utf-8")


def test_a_python_without_ctypes_serves_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    program.give_memory_back()
