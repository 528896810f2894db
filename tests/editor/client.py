"""A small language client: speaks JSON-RPC with a server over pipes and waits for what it is told to wait for."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent.parent / "data" / "clients"
WAIT_S = 120
# Nothing of the machine's own cache, and none of it for the next test.
QUIET = {"GOESCAPE_CACHE": "off"}
SERVER = (sys.executable, "-P", "-m", "goescape_lsp")

Message = dict[str, Any]


class RequestError(Exception):
    """The server answered a request with an error."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.error = error


class Client:
    """One conversation; everything the server sent is kept in `received`, in order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.received: list[Message] = []
        self.settings: Any = None
        self.capabilities: Message = {}
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._news = asyncio.Condition()
        self._next = 0
        self._versions: dict[str, int] = {}
        self._reader = asyncio.create_task(self._read())

    async def initialize(self, root: Path, recorded: str = "nvim-0.12.4", **more: Any) -> Message:
        """Introduce ourselves as a recorded client with `root` as its folder."""
        params = recorded_params(recorded, root)
        params["processId"] = os.getpid()
        self.capabilities = params["capabilities"]
        reply = await self.request("initialize", params | more)
        self.notify("initialized", {})
        return reply

    async def request(self, method: str, params: Any = None) -> Any:
        """Return the server's reply; an error reply raises."""
        self._next += 1
        ident = self._next
        self._replies[ident] = asyncio.get_running_loop().create_future()
        self.send({"jsonrpc": "2.0", "id": ident, "method": method, "params": params})
        return await asyncio.wait_for(self._replies[ident], WAIT_S)

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def open(self, path: Path, text: str | None = None, uri: str | None = None) -> str:
        uri = uri or path.as_uri()
        self._versions[uri] = 1
        text = path.read_text(encoding="utf-8") if text is None else text
        document = {"uri": uri, "languageId": "go", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, *changes: Message) -> int:
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})
        return self._versions[uri]

    def save(self, uri: str, path: Path, text: str) -> None:
        """Replace the buffer's text, write it to the disk and say so."""
        self.change(uri, {"text": text})
        path.write_text(text, encoding="utf-8")
        self.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    def messages(self, method: str) -> list[Message]:
        return [message["params"] for message in self.received if message.get("method") == method]

    def diagnostics(self, uri: str) -> list[Message]:
        """Return what was last published for a file."""
        published = [one for one in self.messages("textDocument/publishDiagnostics") if one["uri"] == uri]
        return published[-1]["diagnostics"] if published else []

    async def until(self, is_true: Callable[[], object], what: str = "") -> None:
        """Wait until something holds; looked at anew after each message."""
        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(lambda: bool(is_true())), WAIT_S)
            except TimeoutError:
                raise AssertionError(f"never came: {what}; received: {self.received[-5:]}") from None

    async def next_diagnostics(self, uri: str, is_wanted: Callable[[list[Message]], object] = bool) -> list[Message]:
        """Return a file's diagnostics once they are as wanted."""
        await self.until(lambda: is_wanted(self.diagnostics(uri)), f"diagnostics of {uri}: {self.diagnostics(uri)}")
        return self.diagnostics(uri)

    async def leave(self) -> int:
        """Shut the server down in the proper way; return its exit status."""
        await self.request("shutdown")
        self.notify("exit")
        return await asyncio.wait_for(self.process.wait(), WAIT_S)

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reader

    async def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            header = b""
            while not header.endswith(b"\r\n\r\n"):
                piece = await stream.read(1)
                if not piece:
                    return
                header += piece
            length = int(header.split(b":")[1])
            message = json.loads(await stream.readexactly(length))
            async with self._news:
                self._take(message)
                self._news.notify_all()

    def _take(self, message: Message) -> None:
        if "method" not in message:
            reply = self._replies.pop(message["id"], None)
            if reply is not None and not reply.done():
                error = message.get("error")
                reply.set_exception(RequestError(error)) if error else reply.set_result(message["result"])
            self.received.append(message)
            return
        self.received.append(message)
        if "id" in message:
            result = [self.settings] if message["method"] == "workspace/configuration" else None
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})


def state_of(client: Client) -> str:
    """Return the newest state that the server told, "" before the first."""
    told = client.messages("goescape/status")
    return str(told[-1]["state"]) if told else ""


def recorded_params(name: str, root: Path) -> Message:
    """Return the `initialize` of a recorded client with its folder replaced."""
    text = (CLIENTS / f"{name}.json").read_text(encoding="utf-8")
    params: Message = json.loads(text.replace("file:///PROJECT", root.as_uri()).replace("/PROJECT", str(root)))
    return params


@asynccontextmanager
async def running(*, cwd: Path | None = None, command: tuple[str, ...] = SERVER, **env: str) -> AsyncIterator[Client]:
    """Start a server and give the client that talks to it."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **QUIET, **env},
    )
    client = Client(process)
    try:
        yield client
    finally:
        await client.close()
