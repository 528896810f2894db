"""pytest-lsp as the client: it checks every answer and notification against what the recorded client said it can do."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import converters, types
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from tests.conftest import SAMPLE

CLIENTS = Path(__file__).parents[1] / "data" / "clients"
NAMES = sorted(path.stem for path in CLIENTS.glob("*.json"))
COMMAND = [sys.executable, "-P", "-m", "goescape_lsp"]
# Requests that real clients answer and the one of pytest-lsp 1.0.1 does not know.
ANSWERED = (
    types.CLIENT_REGISTER_CAPABILITY,
    types.WORKSPACE_INLAY_HINT_REFRESH,
    types.WORKSPACE_CODE_LENS_REFRESH,
)


def made_client() -> LanguageClient:
    """Return pytest-lsp's client with an answer to each request of the server."""
    client = make_test_lsp_client()
    for method in ANSWERED:
        client.feature(method)(lambda *_: None)
    client.feature("goescape/status")(lambda *_: None)
    return client


def recorded(name: str, folder: Path) -> types.InitializeParams:
    """Return what a real client sent, for another folder; unknown keys of newer clients are left out."""
    text = (CLIENTS / f"{name}.json").read_text("utf-8").replace("file:///PROJECT", folder.as_uri())
    given = json.loads(text.replace("/PROJECT", folder.as_posix()))
    given["processId"] = None
    return converters.get_converter().structure(given, types.InitializeParams)


@pytest_lsp.fixture(params=NAMES, config=ClientServerConfig(server_command=COMMAND, client_factory=made_client))
async def client(lsp_client: LanguageClient, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[None]:
    shutil.copytree(SAMPLE, tmp_path / "sample")
    await lsp_client.initialize_session(recorded(request.param, tmp_path / "sample"))
    yield
    await lsp_client.shutdown_session()


async def test_the_main_job_keeps_to_the_specification(client: LanguageClient, tmp_path: Path) -> None:
    path = tmp_path / "sample" / "main.go"
    uri, text = path.as_uri(), path.read_text("utf-8")
    document = types.TextDocumentItem(uri=uri, language_id="go", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
    while not client.diagnostics.get(uri):
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    found = next(d for d in client.diagnostics[uri] if d.message == "map escapes: returned from function")
    assert (found.source, found.code) == ("goescape", "returned")

    identifier = types.TextDocumentIdentifier(uri=uri)
    hover = await client.text_document_hover_async(
        types.HoverParams(text_document=identifier, position=found.range.start)
    )
    assert hover is not None
    assert "returned" in str(hover.contents)
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=identifier, range=found.range, context=types.CodeActionContext(diagnostics=[found])
        )
    )
    assert any(action.title.startswith("Pre-size map") for action in actions or [])

    path.write_text(text.replace("return counts", "return map[string]int{}"), "utf-8")
    change = types.TextDocumentContentChangeWholeDocument(text=path.read_text("utf-8"))
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=2), content_changes=[change]
        )
    )
    client.text_document_did_save(types.DidSaveTextDocumentParams(text_document=identifier))
    while any(d.range.start == found.range.start for d in client.diagnostics[uri]):
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
