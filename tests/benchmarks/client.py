"""A language client over stdio that notes when each message arrived; it drives our server and gopls the same way."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from goescape_lsp.editor.reporter import STATUS
from tests.editor.client import recorded_params

Message = dict[str, Any]

LONGEST_WAIT_S = 300.0
EDITOR = "nvim-0.12.4"
_PUBLISH = b'"textDocument/publishDiagnostics"'
_HEAD = 200  # bytes; a method stands before the parameters


@dataclass(frozen=True, slots=True)
class Published:
    """A publishDiagnostics as it arrived: seconds of `time.perf_counter`, and the body, read only when asked for."""

    at: float
    body: bytes

    def message(self) -> Message:
        params: Message = json.loads(self.body)["params"]
        return params


class ServerError(Exception):
    """The server refused a request, ended, or did not say in time what we waited for."""


class Server:
    """A language server's process. Times are seconds of `time.perf_counter`, taken when a message is complete.

    `settings` are what the server gets at the start and when it asks for its configuration.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path, settings: Message) -> None:
        self.started_at = self.initialized_at = time.perf_counter()
        self._process = process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, env=environment
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout
        self._settings = settings
        self._replies: dict[int, tuple[float, Message]] = {}
        self._published: list[Published] = []
        self._idle: list[float] = []
        self._news = threading.Condition()
        self._writing = threading.Lock()
        self._next = 0
        self._has_ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def initialize(self, root: Path, options: Message) -> None:
        """Introduce ourselves as a recorded editor; `initialized_at` is when the reply was there."""
        params = recorded_params(EDITOR, root) | {"processId": None, "initializationOptions": options}
        self.initialized_at, _ = self.request("initialize", params)
        self.notify("initialized", {})

    def request(self, method: str, params: object) -> tuple[float, Any]:
        """Return when the reply arrived, and the result."""
        return self.reply(self.send_request(method, params))

    def send_request(self, method: str, params: object) -> int:
        """Send a request and return its number without waiting."""
        with self._news:
            self._next += 1
            number = self._next
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def reply(self, number: int) -> tuple[float, Any]:
        """Wait for a reply; return when it arrived, and the result."""
        self._wait(lambda: number in self._replies, f"reply {number}")
        at, message = self._replies.pop(number)
        if "error" in message:
            raise ServerError(message["error"]["message"])
        return at, message.get("result")

    def notify(self, method: str, params: object) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def open(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        document = {"uri": path.as_uri(), "languageId": "go", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def forget(self) -> None:
        """Drop what was published and told until now."""
        with self._news:
            self._published.clear()
            self._idle.clear()

    def published(self) -> list[Published]:
        """Return what was published since the last `forget`."""
        with self._news:
            return list(self._published)

    def until_published(self, path: Path, marker: str) -> Published:
        """Wait for the first publication of a file, since the last `forget`, that holds a text in a message."""
        found: list[Published] = []
        seen = 0

        def is_there() -> bool:
            nonlocal seen
            new, seen = self._published[seen:], len(self._published)
            found.extend(one for one in new if _holds(one, path.as_uri(), marker))
            return bool(found)

        self._wait(is_there, f"{marker} in the diagnostics of {path.name}")
        return found[0]

    def until_idle(self) -> float:
        """Wait until our server tells that all runs have ended, and return when it did, since the last `forget`."""
        self._wait(lambda: bool(self._idle), "the end of a run")
        return self._idle[0]

    def close(self) -> None:
        """Shut the server down, by force when it does not go."""
        with contextlib.suppress(ServerError, OSError):
            self.request("shutdown", None)
            self.notify("exit", None)
            self._process.wait(10)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                stream.close()

    def _wait(self, is_there: Callable[[], bool], what: str) -> None:
        with self._news:
            came = self._news.wait_for(lambda: is_there() or self._has_ended, LONGEST_WAIT_S)
            if not came or not is_there():
                raise ServerError(f"never came: {what}" + (" (the server ended)" if self._has_ended else ""))

    def _send(self, message: Message) -> None:
        body = json.dumps(message).encode()
        with self._writing:
            self._stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self._stdin.flush()

    def _read(self) -> None:
        while (body := _frame(self._stdout)) is not None:
            at = time.perf_counter()
            if _PUBLISH in body[:_HEAD]:
                with self._news:
                    self._published.append(Published(at, body))
                    self._news.notify_all()
            else:
                self._take(at, json.loads(body))
        with self._news:
            self._has_ended = True
            self._news.notify_all()

    def _take(self, at: float, message: Message) -> None:
        if "method" not in message:
            with self._news:
                self._replies[message["id"]] = (at, message)
                self._news.notify_all()
        elif "id" in message:
            result: Any = None
            if message["method"] == "workspace/configuration":
                result = [self._settings for _ in message["params"]["items"]]
            with contextlib.suppress(OSError):
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": result})
        elif message["method"] == STATUS and message["params"]["state"] == "idle":
            with self._news:
                self._idle.append(at)
                self._news.notify_all()


def _holds(one: Published, uri: str, marker: str) -> bool:
    """Say whether a publication is of that file and has the text in a message; the quick look at the bytes first."""
    if marker.encode() not in one.body or uri.encode() not in one.body:
        return False
    message = one.message()
    return message["uri"] == uri and any(marker in found["message"] for found in message["diagnostics"])


def _frame(stream: IO[bytes]) -> bytes | None:
    """Return the next body, None at the end."""
    length = 0
    while (line := stream.readline()) not in {b"", b"\r\n"}:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = stream.read(length) if length else b""
    return body if length and len(body) == length else None
