"""What the editor at the other end can do, read once from its `initialize`."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types as lsp
from pygls.capabilities import get_capability

from goescape_lsp.core.columns import Encoding
from goescape_lsp.editor.json_values import words_of

ENCODINGS: dict[str, Encoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}


@dataclass(frozen=True, slots=True)
class Client:
    """The abilities that change what is sent; the defaults are those of an editor that announces nothing.

    `locale` is the editor's own, None when it told none. `process_id` is the process to live as long as.
    `follows_links` says whether links are of use in a hover.
    """

    encoding: Encoding = "utf-16"
    name: str = ""
    locale: str | None = None
    process_id: int | None = None
    takes_markdown: bool = False
    follows_links: bool = False
    takes_related: bool = False
    takes_code_description: bool = False
    takes_data: bool = False
    answers_configuration: bool = False
    registers_configuration: bool = False
    watches_files: bool = False
    shows_progress: bool = False
    shows_documents: bool = False
    resolves_actions: bool = False
    takes_action_literals: bool = False
    takes_document_changes: bool = False
    refreshes_hints: bool = False
    refreshes_lenses: bool = False


def client_of(params: lsp.InitializeParams) -> Client:
    """Return what `initialize` tells, with the encoding that was agreed on.

    Source: LSP 3.17, ClientCapabilities; the first encoding of the client's list that we know, utf-16 when it has none.
    """
    able = params.capabilities

    def flag(name: str) -> bool:
        return get_capability(able, name, default=False) is True

    formats = words_of(get_capability(able, "text_document.hover.content_format", default=()))
    resolved = words_of(get_capability(able, "text_document.code_action.resolve_support.properties", default=()))
    literals: object = get_capability(able, "text_document.code_action.code_action_literal_support", default=None)
    info = params.client_info
    return Client(
        encoding=_agreed(words_of(get_capability(able, "general.position_encodings", default=()))),
        name=info.name if info else "",
        locale=params.locale,
        process_id=params.process_id if isinstance(params.process_id, int) else None,
        takes_markdown="markdown" in formats,
        # Neovim hides the address of a link but wraps the line as if it were seen, and cannot go there from a hover.
        follows_links="markdown" in formats and (info is None or info.name != "Neovim"),
        takes_related=flag("text_document.publish_diagnostics.related_information"),
        takes_code_description=flag("text_document.publish_diagnostics.code_description_support"),
        takes_data=flag("text_document.publish_diagnostics.data_support"),
        answers_configuration=flag("workspace.configuration"),
        registers_configuration=flag("workspace.did_change_configuration.dynamic_registration"),
        watches_files=flag("workspace.did_change_watched_files.dynamic_registration"),
        shows_progress=flag("window.work_done_progress"),
        shows_documents=flag("window.show_document.support"),
        resolves_actions="edit" in resolved and flag("text_document.code_action.data_support"),
        takes_action_literals=literals is not None,
        takes_document_changes=flag("workspace.workspace_edit.document_changes"),
        refreshes_hints=flag("workspace.inlay_hint.refresh_support"),
        refreshes_lenses=flag("workspace.code_lens.refresh_support"),
    )


def _agreed(offered: tuple[str, ...]) -> Encoding:
    for word in offered:
        if word in ENCODINGS:
            return ENCODINGS[word]
    return "utf-16"
