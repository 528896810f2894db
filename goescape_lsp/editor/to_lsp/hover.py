"""What is known of a place to the text of a hover, as markdown or as plain text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from goescape_lsp.core.model import FileFacts, Finding, Function, Place, Span
from goescape_lsp.core.story import Story
from goescape_lsp.core.words import advice, quiet, remarks
from goescape_lsp.core.words import hover as story
from goescape_lsp.core.words import story as onward
from goescape_lsp.editor.to_lsp.beyond import Beyond
from goescape_lsp.editor.to_lsp.diagnostics import strength
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View
from goescape_lsp.syntax.circumstances import circumstance
from goescape_lsp.syntax.text import Text

MOST_IN_FULL = 3
_ESCAPES = str.maketrans({letter: f"\\{letter}" for letter in "\\`*_[]<>"})


def hover(  # noqa: PLR0913 - keywords, and each has one meaning
    facts: FileFacts, line: int, column: int, *, is_stale: bool, view: View, text: Text, beyond: Beyond | None = None
) -> dict[str, Any] | None:
    """Return the hover at a 1-based line and byte column, None when nothing is known of it.

    Shape: a site or the variable that holds it comes before the function whose name stands there; `text` is
    that of the facts, `beyond` knows what lies outside the file.
    Source: LSP 3.17, Hover.
    """
    found = findings_at(facts, line, column)
    ruler = Ruler(facts.content, view.client.encoding)
    if found:
        beyond = beyond or Beyond()
        found = [beyond.explained(one) for one in found]
        told = site_text(text, found, is_stale=is_stale, view=view, beyond=beyond)
        return _hover(told, _span_under(found[0], line, column), ruler, view)
    function = next((one for one in facts.functions if _covers(one.name_span, line, column)), None)
    if function is None or not _is_known(function, facts):
        return None
    return _hover(function_text(function, facts, is_stale=is_stale, view=view), function.name_span, ruler, view)


def findings_at(facts: FileFacts, line: int, column: int) -> list[Finding]:
    """Return the findings of the innermost site at a place, else of the variable there that holds one."""
    sites = [one for one in facts.findings if _is_told(one) and _covers(one.span, line, column)]
    if sites:
        inner = min((one.span for one in sites), key=_size)
        return sorted((one for one in sites if one.span == inner), key=strength)
    held = [one for one in facts.findings if one.is_heap and one.holder and _covers(one.holder, line, column)]
    return sorted(held, key=strength)


def site_text(text: Text, found: Sequence[Finding], *, is_stale: bool, view: View, beyond: Beyond) -> str:
    """Return the story of the findings of one place: verdict, steps, cost, what to do, the compiler's words."""
    told, rest = found[:MOST_IN_FULL], found[MOST_IN_FULL:]
    parts = [part for one in told for part in _site_parts(one, text, view, beyond)]
    if rest:
        parts.append(story.word("more", view.locale, count=len(rest)))
        parts.append("\n".join(f"- {story.why(one, view.locale)}" for one in rest))
    parts += _compiler_part(story.compiler_lines(found), view)
    return _joined(parts, is_stale=is_stale, view=view)


def function_text(function: Function, facts: FileFacts, *, is_stale: bool, view: View) -> str:
    """Return what is known of a function: its sites, which parameters leak where, whether it is inlined."""
    head, lines = story.function_story(function, facts, view.locale, _code(view))
    parts = [head]
    if lines:
        parts.append("\n".join(f"- {line}" for line in lines))
    return _joined(parts, is_stale=is_stale, view=view)


def _site_parts(finding: Finding, text: Text, view: View, beyond: Beyond) -> Iterator[str]:
    code, link = _code(view), partial(_link, view=view)
    head = story.why(finding, view.locale)
    yield f"**{escaped(head)}**" if view.client.takes_markdown else head
    if accepted := remarks.accepted(finding, view.locale):
        yield escaped(accepted) if view.client.takes_markdown else accepted
    origin = (
        *story.origin(finding, view.locale, code),
        *onward.remarks(finding, beyond.findings(), view.locale, link, code),
    )
    if origin:
        yield " ".join(origin)
    if beyond.is_asking(finding):
        yield onward.word("asking", view.locale)
    if steps := story.steps(finding, view.locale, link, code):
        yield _titled("steps", _numbered(steps), view)
    if (told := beyond.story(finding)) is not None:
        yield from _story_part(told, view, link)
    yield _titled("cost", story.cost(finding, view.locale), view)
    if said := quiet.loudness(finding, view.settings, view.locale, code):
        yield said
    if finding.rule is None:
        return
    what_to_do = advice.advice(finding, view.locale, circumstance(text, finding, beyond.texts()))
    if page := view.page(finding.rule):
        label = story.rule_page(finding.rule, view.locale)
        what_to_do += f"\n\n[{label}]({page})" if view.client.takes_markdown else f"\n{label}\n{page}"
    yield _titled("advice", what_to_do, view)


def _story_part(told: Story, view: View, link: story.Link) -> Iterator[str]:
    """Tell how the story goes on in the functions that are called."""
    code = _code(view)
    lines = _numbered(onward.chapters(told, view.locale, link, code))
    ending = onward.ending(told, view.locale, code)
    title = onward.word("title", view.locale)
    yield (f"#### {title}\n" if view.client.takes_markdown else f"{title}\n") + (lines or ending)
    if lines and ending:
        yield ending


def _numbered(sentences: Sequence[str]) -> str:
    return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1))


def _compiler_part(lines: tuple[str, ...], view: View) -> list[str]:
    if not lines:
        return []
    text = "\n".join(lines)
    return [_titled("compiler", f"```text\n{text}\n```" if view.client.takes_markdown else text, view)]


def _titled(title: str, text: str, view: View) -> str:
    words = story.word(f"title.{title}", view.locale)
    return f"#### {words}\n{text}" if view.client.takes_markdown else f"{words}\n{text}"


def _joined(parts: list[str], *, is_stale: bool, view: View) -> str:
    if is_stale:
        parts = [story.word("stale", view.locale), *parts]
    return "\n\n".join(parts)


def _code(view: View) -> story.Code:
    return _code_span if view.client.takes_markdown else story.plain


def _code_span(text: str) -> str:
    """Return markdown code that may hold backquotes itself."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def escaped(text: str) -> str:
    """Return plain text that markdown shows as it is."""
    return text.translate(_ESCAPES)


def _link(place: Place, view: View) -> str:
    name = f"{os.path.basename(place.file)}:{place.line}"  # noqa: PTH119 - text only, no file is touched
    return f"[{name}]({view.uri(place.file)}#L{place.line})" if view.client.follows_links else name


def _hover(text: str, span: Span, ruler: Ruler, view: View) -> dict[str, Any]:
    kind = "markdown" if view.client.takes_markdown else "plaintext"
    return {"contents": {"kind": kind, "value": text}, "range": ruler.range(span)}


def _covers(span: Span, line: int, column: int) -> bool:
    """Say whether a place lies in a span; its end counts, as a cursor stands between two characters."""
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)


def _span_under(finding: Finding, line: int, column: int) -> Span:
    if _covers(finding.span, line, column) or finding.holder is None:
        return finding.span
    return finding.holder


def _size(span: Span) -> tuple[int, int]:
    lines = span.end_line - span.line
    return lines, span.end_column - (0 if lines else span.column)


def _is_told(finding: Finding) -> bool:
    """Say whether a hover speaks of the finding: what stays on the stack needs no words."""
    return finding.is_heap or finding.rule is not None


def _is_known(function: Function, facts: FileFacts) -> bool:
    return bool(function.inlining or any(one.leaks for one in function.parameters) or facts.findings)
