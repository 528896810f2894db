"""Open files: their texts go to the session, their URIs and versions to the documents."""

from __future__ import annotations

from lsprotocol import types as lsp

from goescape_lsp.editor.documents import Document
from goescape_lsp.editor.from_lsp import changed, to_bytes
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.uris import path_of


def opened(ls: GoescapeServer, params: lsp.DidOpenTextDocumentParams) -> None:
    """Take up a Go file; other languages and files that are on no disk are left alone."""
    document = params.text_document
    path = path_of(document.uri)
    if path is None or not path.endswith(".go"):
        return
    ls.documents.put(Document(path, document.uri, document.version))
    ls.find_missing_go()
    ls.session.opened(path, to_bytes(document.text))
    ls.publisher.opened(path)


def edited(ls: GoescapeServer, params: lsp.DidChangeTextDocumentParams) -> None:
    """Follow the text of an open file."""
    path = path_of(params.text_document.uri)
    if path is None or ls.documents.get(path) is None or (text := ls.session.text(path)) is None:
        return
    ls.documents.put(Document(path, params.text_document.uri, params.text_document.version))
    ls.session.edited(path, changed(text, params.content_changes, ls.client.encoding))


def saved(ls: GoescapeServer, params: lsp.DidSaveTextDocumentParams) -> None:
    """Analyse what was saved."""
    path = path_of(params.text_document.uri)
    if path is not None and ls.documents.get(path) is not None:
        ls.find_missing_go()
        ls.session.saved(path, None if params.text is None else to_bytes(params.text))


def closed(ls: GoescapeServer, params: lsp.DidCloseTextDocumentParams) -> None:
    """Let an open file go; its findings stay while its folder is open."""
    path = path_of(params.text_document.uri)
    if path is not None and ls.documents.get(path) is not None:
        ls.session.closed(path)
        ls.documents.drop(path)
        ls.hints.pop(path, None)
        ls.texts.drop(path)
        ls.publisher.changed((path,))
