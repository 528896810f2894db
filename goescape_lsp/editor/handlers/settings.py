"""Settings: pulled from the client, or pushed by it."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types as lsp

from goescape_lsp.editor.json_values import is_array
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.options import SECTION

log = logging.getLogger(__name__)

PATIENCE_S = 5.0


async def pull(ls: GoescapeServer) -> None:
    """Ask the client for our section, where it answers such questions, and put it in force."""
    if not ls.client.answers_configuration:
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            reply = await ls.request(lsp.WORKSPACE_CONFIGURATION, {"items": [{"section": SECTION}]})
    except TimeoutError:
        log.warning("the client does not answer workspace/configuration")
        return
    if is_array(reply) and reply:
        given = reply[0]
        ls.configure(ls.options.newer(None if given is None else {SECTION: given}))


def changed(ls: GoescapeServer, params: lsp.DidChangeConfigurationParams) -> None:
    """Take settings that are pushed; a push without any (as VS Code's pull model sends) is a hint to pull."""
    if params.settings is None:
        ls.tasks.start(pull(ls), "pull settings")
        return
    ls.configure(ls.options.newer(params.settings))
