"""Reads and writes the base protocol of LSP on two file descriptors without ever blocking the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson

log = logging.getLogger(__name__)

CHUNK = 1 << 16
LARGEST_BODY = 1 << 30
LONGEST_HEADER = 1 << 16
FLUSH_S = 2.0


class Frames:
    """Cuts a stream into bodies; whatever is not a header with a usable Content-Length is skipped to the next one."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._wanted: int | None = None

    def feed(self, more: bytes) -> Iterator[bytes]:
        """Yield the bodies that are complete now.

        Source: LSP 3.17, Base Protocol: header fields as in HTTP, ended by an empty line.
        """
        self._rest += more
        while True:
            if self._wanted is None:
                end = self._rest.find(b"\r\n\r\n")
                if end < 0:
                    del self._rest[:-LONGEST_HEADER]
                    return
                self._wanted = _content_length(bytes(self._rest[:end]))
                del self._rest[: end + 4]
                continue
            if len(self._rest) < self._wanted:
                return
            body = bytes(self._rest[: self._wanted])
            del self._rest[: self._wanted]
            self._wanted = None
            yield body


def _content_length(header: bytes) -> int | None:
    """Return the last usable length of a block of header lines, None (skip the block) when there is none."""
    for line in reversed(header.split(b"\r\n")):
        # A line may begin with what is left of a broken body: look for the name anywhere in it.
        _, name, value = line.lower().rpartition(b"content-length:")
        digits = value.strip()
        if name and digits.isdigit() and int(digits) <= LARGEST_BODY:
            return int(digits)
    log.warning("skipped a header without a usable Content-Length")
    return None


def decoded(body: bytes) -> object:
    """Return the JSON value of a body.

    Errors: ValueError when it is not JSON, RecursionError when it is nested too deep.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)  # takes lone surrogates, which editors send for files that are not UTF-8


class Prepared:
    """A part of a message that is JSON already."""

    __slots__ = ("body",)

    def __init__(self, body: bytes) -> None:
        self.body = body


def encoded(value: object, default: Callable[[Any], Any]) -> bytes:
    """Return the JSON body of a message, in UTF-8; `default` turns what is neither JSON nor `Prepared` into it."""

    def spliced(one: object) -> object:
        return orjson.Fragment(one.body) if isinstance(one, Prepared) else default(one)

    def read_again(one: object) -> object:
        return orjson.loads(one.body) if isinstance(one, Prepared) else default(one)

    try:
        return orjson.dumps(value, default=spliced)
    except TypeError:  # a lone surrogate, from a path that is not UTF-8
        return json.dumps(value, default=read_again).encode("ascii")


class Output:
    """Writes whole messages from a thread of its own, in order; a client that does not read blocks only that thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._drain, name="lsp-output", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue one message."""
        self._waiting.put(data)

    def close(self) -> None:
        """Send what is queued, for at most two seconds, and stop."""
        self._waiting.put(None)
        self._thread.join(FLUSH_S)

    def _drain(self) -> None:
        while (data := self._waiting.get()) is not None:
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:
                return  # the client is gone; its end of file ends the reader too


class Input:
    """Reads messages in a daemon thread, so that neither a signal nor `exit` has to wait for a silent client."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._bodies: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="lsp-input", daemon=True).start()

    async def message(self) -> object:
        """Return the next decoded body; a body that is not JSON is logged in one line and skipped.

        Errors: EOFError when the client closed its end.
        """
        while (body := await self._bodies.get()) is not None:
            try:
                return decoded(body)
            except (ValueError, RecursionError):
                log.warning("skipped a body that is not JSON (%d bytes)", len(body))
        raise EOFError

    def end(self) -> None:
        """Behave from now on as if the client had closed its end."""
        self._bodies.put_nowait(None)

    def _read(self) -> None:
        frames = Frames()
        try:
            while chunk := os.read(self._descriptor, CHUNK):
                for body in frames.feed(chunk):
                    self._hand_over(body)
        except OSError:
            log.warning("reading from the client failed")
        self._hand_over(None)

    def _hand_over(self, body: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server is on its way out
            self._loop.call_soon_threadsafe(self._bodies.put_nowait, body)
