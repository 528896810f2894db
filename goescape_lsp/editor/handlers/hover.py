"""Hover: a look-up in what is known of the file."""

from __future__ import annotations

from functools import partial
from typing import Any

from lsprotocol import types as lsp

from goescape_lsp.core.model import Finding
from goescape_lsp.core.story import Story
from goescape_lsp.editor import causes
from goescape_lsp.editor.from_lsp import place_in
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.to_lsp.beyond import Beyond
from goescape_lsp.editor.to_lsp.hover import hover
from goescape_lsp.editor.uris import path_of


def hovered(ls: GoescapeServer, params: lsp.HoverParams) -> dict[str, Any] | None:
    """Return the story of the place under the pointer, None when there is none."""
    path = path_of(params.text_document.uri)
    facts = ls.session.facts(path) if path else None
    if path is None or facts is None:
        return None
    view = ls.view()
    ruler = view.ruler(path)
    if ruler is None:
        return None
    line, column = place_in(ruler.lines, params.position, ls.client.encoding)
    package = ls.session.package_facts(path)
    beyond = Beyond(partial(_story, ls), package, partial(_explained, ls), partial(_is_asked, ls))
    is_stale, text = ls.session.snapshot.is_stale(path), ls.texts.of(path, facts.content)
    return hover(facts, line, column, is_stale=is_stale, view=view, text=text, beyond=beyond)


def _explained(ls: GoescapeServer, finding: Finding) -> Finding:
    """Return a finding with its cause as far as it is known; one that was not asked for is asked now."""
    if causes.is_wanted(ls.session, finding) and not causes.is_asked(ls.session, finding):
        ls.tasks.start(causes.ask(ls.session, finding))
    return ls.session.flows.explained(finding)


def _is_asked(ls: GoescapeServer, finding: Finding) -> bool:
    return causes.is_wanted(ls.session, finding) or causes.is_asked(ls.session, finding)


def _story(ls: GoescapeServer, finding: Finding) -> Story | None:
    """Return what is known of a story now; what it wants is looked into meanwhile, for the next time."""
    story = ls.session.story(finding)
    if story is not None and story.wanted and not ls.session.is_looking(story):
        ls.tasks.start(ls.session.whole_story(finding))
    return story
