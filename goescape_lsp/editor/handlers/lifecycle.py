"""The server's life: what follows `initialize` and `initialized`, folders, watching, the client's process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from dataclasses import replace

from lsprotocol import types as lsp

from goescape_lsp.editor.client import client_of
from goescape_lsp.editor.handlers import settings
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.uris import path_of

log = logging.getLogger(__name__)

WATCHED = ("**/*.go", "**/go.mod", "**/go.sum", "**/go.work", "**/go.work.sum", "**/vendor/modules.txt")
LOOK_AT_CLIENT_S = 3.0


def initialize(ls: GoescapeServer, params: lsp.InitializeParams) -> None:
    """Note what the client can and which folders it shows; nothing is started before the answer is out."""
    ls.client = client_of(params)
    if ls.client.process_id is not None and not _is_alive(ls.client.process_id):
        # Not seen from the start: another namespace, as in a container. It is not followed.
        ls.client = replace(ls.client, process_id=None)
    ls.configure(ls.options.initial(params.initialization_options))
    ls.roots = _roots(params)
    ls.session.folders(ls.roots)


def initialized(ls: GoescapeServer, params: lsp.InitializedParams) -> None:
    """Start what the server does on its own."""
    del params
    ls.tasks.start(_begin(ls))
    if ls.client.process_id is not None:
        ls.tasks.start(_follow_client(ls, ls.client.process_id))


async def shutdown(ls: GoescapeServer, params: None) -> None:
    """Kill what runs before the answer goes out."""
    del params
    await ls.end()


def folders_changed(ls: GoescapeServer, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    """Take up added folders, let go of removed ones."""
    gone = {path_of(folder.uri) for folder in params.event.removed}
    added = [path for folder in params.event.added if (path := path_of(folder.uri))]
    ls.roots = tuple(dict.fromkeys([root for root in ls.roots if root not in gone] + added))
    ls.session.folders(ls.roots)
    if not ls.client.watches_files:
        ls.tasks.start(_watch(ls), "watch")


def watched_files_changed(ls: GoescapeServer, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Hear from the client what changed on the disk."""
    paths = tuple(path for event in params.changes if (path := path_of(event.uri)))
    ls.session.changed_outside(paths)


async def _begin(ls: GoescapeServer) -> None:
    await settings.pull(ls)
    await ls.find_go()
    registrations = _registrations(ls)
    if registrations:
        await ls.request("client/registerCapability", {"registrations": registrations})
    if not ls.client.watches_files:
        ls.tasks.start(_watch(ls), "watch")


def _registrations(ls: GoescapeServer) -> list[dict[str, object]]:
    result: list[dict[str, object]] = []
    if ls.client.watches_files:
        watchers = [{"globPattern": pattern} for pattern in WATCHED]
        method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
        result.append({"id": "goescape-files", "method": method, "registerOptions": {"watchers": watchers}})
    if ls.client.registers_configuration:
        options = {"section": "goescape"}
        method = lsp.WORKSPACE_DID_CHANGE_CONFIGURATION
        result.append({"id": "goescape-settings", "method": method, "registerOptions": options})
    return result


async def _watch(ls: GoescapeServer) -> None:
    """Watch the folders ourselves, for clients that do not (Neovim on Linux)."""
    from goescape_lsp.adapters.watch import watch  # noqa: PLC0415 - not part of the start where the client watches

    stop = asyncio.Event()
    try:
        async for paths in watch(ls.roots, stop):
            ls.session.changed_outside(paths)
    except (OSError, RuntimeError) as error:
        log.warning("cannot watch %s: %s", ", ".join(ls.roots), error)
    finally:
        stop.set()


async def _follow_client(ls: GoescapeServer, process_id: int) -> None:
    """End the server when the client's process is gone while its pipes stay open.

    Source: LSP 3.17, InitializeParams.processId.
    """
    while _is_alive(process_id):  # noqa: ASYNC110 - a process tells nobody that it ends
        await asyncio.sleep(LOOK_AT_CLIENT_S)
    ls.stop()


def _is_alive(process_id: int) -> bool:
    if process_id <= 0 or sys.platform == "win32":
        return False  # on Windows signal 0 would end it; there the pipes close with the client
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process_id, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True


def _roots(params: lsp.InitializeParams) -> tuple[str, ...]:
    uris = [folder.uri for folder in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    paths = [path for uri in uris if (path := path_of(uri))]
    if not paths and params.root_path:
        paths = [os.path.normpath(params.root_path)]
    return tuple(dict.fromkeys(paths))
