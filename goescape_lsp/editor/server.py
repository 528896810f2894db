"""Puts the server together: what it needs from outside, and which function answers which message."""

from __future__ import annotations

import os

from lsprotocol import types as lsp

from goescape_lsp.adapters.commits import GitCommits
from goescape_lsp.adapters.direct import Direct
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.folded import Folder
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.shelf import DiskShelf, store_version
from goescape_lsp.adapters.store import DiskStore
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.adapters.tree import DiskTree
from goescape_lsp.core.model import Problem
from goescape_lsp.core.settings import Settings
from goescape_lsp.editor.handlers import actions, commands, hints, hover, lifecycle, settings, sync
from goescape_lsp.editor.language_server import GoescapeServer, Outside

CACHE_VARIABLE = "GOESCAPE_CACHE"
"""The environment variable that names another directory for what outlives the server; `off` keeps nothing."""

FEATURES = (
    (lsp.INITIALIZE, lifecycle.initialize),
    (lsp.INITIALIZED, lifecycle.initialized),
    (lsp.SHUTDOWN, lifecycle.shutdown),
    (lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, lifecycle.folders_changed),
    (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, lifecycle.watched_files_changed),
    (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, settings.changed),
    (lsp.TEXT_DOCUMENT_DID_OPEN, sync.opened),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, sync.edited),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, sync.closed),
    (lsp.TEXT_DOCUMENT_HOVER, hover.hovered),
    (lsp.TEXT_DOCUMENT_INLAY_HINT, hints.hinted),
    (lsp.TEXT_DOCUMENT_CODE_LENS, hints.lensed),
    (lsp.CODE_ACTION_RESOLVE, actions.resolved),
)

COMMANDS = (
    ("goescape.server.why", commands.why),
    ("goescape.server.run", commands.run),
    ("goescape.server.restart", commands.restart),
    ("goescape.server.doctor", commands.doctor),
    ("goescape.server.openPage", commands.open_page),
    ("goescape.server.explain", commands.explain),
)


def build_server(outside: Outside | None = None) -> GoescapeServer:
    """Return a server that is ready to serve; without `outside` it uses the real Go, disk and processes."""
    server = GoescapeServer(outside or real_outside())
    for method, function in FEATURES:
        server.feature(method)(function)
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE, lsp.SaveOptions(include_text=False))(sync.saved)
    kinds = [lsp.CodeActionKind.QuickFix]
    options = lsp.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)(actions.offered)
    for name, command in COMMANDS:
        server.command(name)(command)
    return server


def real_outside() -> Outside:
    """Return the real outside: files of the disk and the Go of this machine."""
    processes = Processes()

    async def find(settings: Settings, avoid: tuple[str, ...]) -> Toolchain | Problem:
        return await find_toolchain(settings, processes, avoid=avoid)

    files = DiskFiles()
    where = os.environ.get(CACHE_VARIABLE, "")
    store = None if where == "off" else DiskStore(where or None, version=store_version())
    compilers: dict[Toolchain, Direct] = {}

    def compiler(toolchain: Toolchain) -> Direct:
        if toolchain not in compilers:
            compilers[toolchain] = Direct(toolchain, processes, files, store=store)
        return compilers[toolchain]

    def close() -> None:
        processes.kill_all()
        for one in compilers.values():
            one.close()

    def shelf(toolchain: Toolchain) -> DiskShelf | None:
        return None if store is None else DiskShelf(store, toolchain, compiler(toolchain), files)

    return Outside(files, GitCommits(), find, compiler, close, shelf, DiskTree(), Folder().fold)
