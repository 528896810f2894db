"""Serves one client on two file descriptors until it says `exit`, goes away, or a signal comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys

from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.server import build_server
from goescape_lsp.editor.stdio import Input, Output

log = logging.getLogger(__name__)


def serve_stdio() -> int:
    """Serve on standard input and output; return the exit status.

    Shape: 0 after `shutdown` and when the client closes the stream or a signal comes, 1 after `exit` alone.
    """
    # Whatever prints must not get into the protocol: from here on descriptor 1 is standard error.
    output = os.dup(1)
    os.dup2(2, 1)
    return asyncio.run(serve(build_server(), 0, output))


async def serve(server: GoescapeServer, source: int, target: int) -> int:
    """Serve on two file descriptors; return the exit status."""
    reader, writer = Input(source), Output(target)
    server.wire.set_writer(writer)
    server.stop = reader.end
    _on_signals(reader)
    try:
        await _take_all(server, reader)
    finally:
        await server.end()
        writer.close()
    return int(server.wire.is_exited and not server.wire.is_shut_down)


async def _take_all(server: GoescapeServer, reader: Input) -> None:
    while not server.wire.is_exited:
        try:
            message = await reader.message()
        except EOFError:
            return
        try:
            server.wire.take(message)
        except Exception as error:  # noqa: BLE001 - one message must never end the server
            server.report_server_error(error, None)
        await asyncio.sleep(0)  # a flood of messages leaves room for other work


def _on_signals(reader: Input) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(reader.end))
        else:
            with contextlib.suppress(RuntimeError):  # not the main thread: tests
                loop.add_signal_handler(number, reader.end)
