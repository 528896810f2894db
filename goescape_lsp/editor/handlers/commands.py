"""Commands that editors call: why at a place, run, restart, doctor, pages and explanations."""

# ruff: noqa: ANN401 - the arguments of a command are any JSON values

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from lsprotocol import types as lsp

from goescape_lsp.adapters.pages import page_uri, read_page
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import Problem
from goescape_lsp.core.words import problems
from goescape_lsp.core.words import server as words
from goescape_lsp.editor import causes
from goescape_lsp.editor.from_lsp import place_in
from goescape_lsp.editor.handlers import actions
from goescape_lsp.editor.json_values import is_object
from goescape_lsp.editor.language_server import GoescapeServer
from goescape_lsp.editor.to_lsp.beyond import Beyond
from goescape_lsp.editor.to_lsp.hover import MOST_IN_FULL, findings_at, hover
from goescape_lsp.editor.uris import path_of, uri_of
from goescape_lsp.session.snapshot import directory_of

LARGEST = 2**31 - 1  # LSP 3.17, uinteger
STORY_S = 20.0


async def why(ls: GoescapeServer, *given: Any) -> str:
    """Return the story of a place as markdown, told to its end: arguments are a URI and an LSP position.

    Shape: a third argument, true, asks to show it as well: a click on a lens reads no answer.
    """
    text = await _why(ls, given[:2])
    if given[2:3] == (True,):
        await _show(ls, text)
    return text


async def _why(ls: GoescapeServer, given: tuple[Any, ...]) -> str:
    path = path_of(str(given[0])) if given else None
    facts = ls.session.facts(path) if path else None
    view = ls.view()
    ruler = view.ruler(path) if path else None
    if path is None or facts is None or ruler is None:
        return _why_not(ls, path or "")
    line, column = place_in(ruler.lines, _position(given[1:]), ls.client.encoding)
    is_stale = ls.session.snapshot.is_stale(path)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STORY_S):
            for finding in findings_at(facts, line, column)[:MOST_IN_FULL]:
                await causes.ask(ls.session, finding)
                await ls.session.whole_story(ls.session.flows.explained(finding))
    beyond = Beyond(ls.session.story, ls.session.package_facts(path), ls.session.flows.explained)
    text = ls.texts.of(path, facts.content)
    told = hover(facts, line, column, is_stale=is_stale, view=view.in_markdown(), text=text, beyond=beyond)
    return words.text("why.nothing", ls.locale) if told is None else str(told["contents"]["value"])


def run(ls: GoescapeServer, *given: Any) -> None:
    """Analyse the package of a URI now, whatever the setting `run` says; without a URI all open files'."""
    path = path_of(str(given[0])) if given else None
    for one in (path,) if path else ls.documents.paths():
        ls.session.run_now(one)


def restart(ls: GoescapeServer, *given: Any) -> None:
    """Look for Go again and analyse all open files anew."""
    del given
    ls.tasks.start(_restart(ls), "restart")


def doctor(ls: GoescapeServer, *given: Any) -> str:
    """Return as markdown which Go is in use, what is open, and what is wrong."""
    del given
    locale, states = ls.locale, ls.session.snapshot.packages.values()
    stale = sum(state.is_stale for state in states)
    lines = [
        "# " + words.text("doctor.title", locale, version=ls.version),
        "",
        "- " + _go(ls),
        "- " + words.text("doctor.encoding", locale, encoding=ls.client.encoding),
        "- " + words.text("doctor.watch", locale, how=_watching(ls)),
        "- " + words.text("doctor.folders", locale, folders=", ".join(ls.roots) or words.text("doctor.none", locale)),
        "- " + words.text("doctor.packages", locale, count=len(states), stale=stale),
    ]
    if found := _problems(ls):
        lines += ["", "## " + words.text("doctor.problems", locale), ""]
        lines += [f"- {words.problem_with_hint(one, locale)}" for one in found]
    return "\n".join(lines) + "\n"


async def open_page(ls: GoescapeServer, *given: Any) -> str:
    """Show a rule's page in the editor where it can show documents; return the page's text."""
    rule = str(given[0]) if given else ""
    uri, text = page_uri(rule, ls.locale), read_page(rule, ls.locale)
    if uri is None or text is None:
        return words.text("page.none", ls.locale, rule=rule)
    if ls.client.shows_documents:
        await ls.request(lsp.WINDOW_SHOW_DOCUMENT, {"uri": uri, "external": False, "takeFocus": True})
    return text


async def explain(ls: GoescapeServer, *given: Any) -> str:
    """Show the explanation of a suggestion, which the user asked for; return it as markdown."""
    text = actions.explanation(ls, given[0]) if given else ""
    await _show(ls, text)
    return text


async def _show(ls: GoescapeServer, text: str) -> None:
    """Show markdown as a document where the editor can, else as a message."""
    if text and ls.client.shows_documents:
        page = {"uri": uri_of(ls.papers.write(text)), "external": False, "takeFocus": True}
        await ls.request(lsp.WINDOW_SHOW_DOCUMENT, page)
    elif text:
        ls.reporter.show(text)


def _why_not(ls: GoescapeServer, path: str) -> str:
    """Return why nothing is known of a file: its own problem, else its package's, else that it was not analysed."""
    state = ls.session.snapshot.packages.get(directory_of(path))
    found = sorted(state.problems if state else (), key=lambda one: one.file != path)
    if isinstance(ls.toolchain, Problem):
        found.insert(0, ls.toolchain)
    if not found:
        return words.text("why.not-analysed", ls.locale)
    return words.problem_with_hint(found[0], ls.locale)


async def _restart(ls: GoescapeServer) -> None:
    await ls.find_go()
    for path in ls.documents.paths():
        ls.session.run_now(path)


def _position(given: tuple[Any, ...]) -> lsp.Position:
    """Return the position of a command's arguments: an object with line and character, or the two numbers."""
    first = given[0] if given else None
    if is_object(first):
        given = (first.get("line"), first.get("character"))
    numbers = [min(max(one, 0), LARGEST) if isinstance(one, int) else 0 for one in (*given, 0, 0)[:2]]
    return lsp.Position(*numbers)


def _go(ls: GoescapeServer) -> str:
    found = ls.toolchain
    if isinstance(found, Toolchain):
        fields = {"version": found.version, "path": found.go, "source": found.source}
        return words.text("doctor.go", ls.locale, **fields)
    reason = problems.sentence(found, ls.locale) if isinstance(found, Problem) else ""
    return words.text("doctor.no-go", ls.locale, reason=reason)


def _watching(ls: GoescapeServer) -> str:
    how = "client" if ls.client.watches_files else "own" if ls.roots else "none"
    return words.text(f"doctor.watch.{how}", ls.locale)


def _problems(ls: GoescapeServer) -> tuple[Problem, ...]:
    first = (ls.toolchain,) if isinstance(ls.toolchain, Problem) else ()
    return tuple(dict.fromkeys((*first, *ls.session.snapshot.problems())))
