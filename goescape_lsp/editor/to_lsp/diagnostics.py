"""Facts of a file to diagnostics."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from goescape_lsp.core import judge
from goescape_lsp.core.changed import is_touched
from goescape_lsp.core.judge import is_shown, severity
from goescape_lsp.core.model import FileFacts, Finding, Place, Span, Step
from goescape_lsp.core.words import findings as words
from goescape_lsp.core.words import hover as story
from goescape_lsp.core.words import server as server_words
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View

SOURCE = "goescape"
SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}
DATA_VERSION = 1
_LOOKED_AT_AT_ONCE = 500  # findings of which is asked whether they are shown, or how strong they are
_TOLD_AT_ONCE = 50
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a place that is not a finding: why the findings of a package are old or missing."""

    line: int
    column: int
    message: str
    code: str
    severity: str = "information"


def diagnostics(facts: FileFacts, view: View) -> Iterator[list[dict[str, Any]]]:
    """Yield the diagnostics of a file as plain dictionaries, in order of position, a few at a time.

    Shape: at most `maxPerFile` findings, the strongest (loops before the rest, cold code last; what allocates before
    what may), then one that counts the others. Each list, also an empty one, is about 2 ms of work, so that whoever
    takes them can do something else in between.
    Source: LSP 3.17, Diagnostic; shared names of the project (`source`, `code`, `data`).
    """
    shown: list[Finding] = []
    for some in _portions(facts.findings, _LOOKED_AT_AT_ONCE):
        shown += visible(replace(facts, findings=tuple(some)), view)
        yield []
    most, keys = view.settings.max_per_file, list[tuple[int, ...]]()
    for some in _portions(shown, _LOOKED_AT_AT_ONCE) if len(shown) > most else ():
        keys += map(judge.strength, some)
        yield []
    # Of equals those that stand first: the findings are in order of position.
    kept = sorted(sorted(range(len(keys)), key=keys.__getitem__)[:most]) if keys else range(len(shown))
    ruler = Ruler(facts.content, view.client.encoding)
    for some in _portions([shown[index] for index in kept], _TOLD_AT_ONCE):
        yield [_diagnostic(finding, ruler, view) for finding in some]
    if len(kept) < len(shown):
        yield [_count_of_the_rest(len(shown) - len(kept), len(kept), ruler, view)]


def _portions(every: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (every[first : first + size] for first in range(0, len(every), size))


def visible(facts: FileFacts, view: View) -> list[Finding]:
    """Return the findings that the settings want to see, in order of position."""
    changed = view.changed(facts)
    return [
        finding
        for finding in facts.findings
        if is_shown(finding, facts, view.settings) and (changed is None or is_touched(finding, changed))
    ]


def strength(finding: Finding) -> tuple[tuple[int, ...], Span]:
    """Return the key that sorts the strongest finding first, equals by position."""
    return judge.strength(finding), finding.span


def note_diagnostics(notes: Iterable[Note], ruler: Ruler) -> list[dict[str, Any]]:
    """Return the diagnostics of notes."""
    return [
        {
            "range": ruler.word(note.line, note.column),
            "severity": SEVERITIES[note.severity],
            "source": SOURCE,
            "code": note.code,
            "message": note.message,
        }
        for note in notes
    ]


def digest(lines: Sequence[bytes], span: Span) -> str:
    """Return a short fingerprint of the lines that a span touches, to see later whether they are still the same.

    Shape: `lines` are those of `columns.split_lines`.
    """
    return hashlib.blake2b(b"\n".join(lines[span.line - 1 : span.end_line]), digest_size=8).hexdigest()


def _diagnostic(finding: Finding, ruler: Ruler, view: View) -> dict[str, Any]:
    result: dict[str, Any] = {
        "range": ruler.range(finding.span),
        "severity": SEVERITIES[severity(finding, view.settings)],
        "source": SOURCE,
        "message": words.message(finding, view.locale),
    }
    if finding.rule is not None:
        result["code"] = str(finding.rule)
        if page := view.page(finding.rule):
            result["codeDescription"] = {"href": page}
    if view.client.takes_related and (related := _related(finding, view)):
        result["relatedInformation"] = related
    if view.client.takes_data:
        result["data"] = finding_data(finding, ruler.lines)
    return result


def finding_data(finding: Finding, lines: Sequence[bytes]) -> dict[str, Any]:
    """Return what a code action needs to know of a finding when the server has forgotten it."""
    span = finding.span
    return {
        "v": DATA_VERSION,
        "span": [span.line, span.column, span.end_line, span.end_column],
        "rule": str(finding.rule) if finding.rule else "",
        "kind": str(finding.kind),
        "verdict": str(finding.verdict),
        "subject": finding.subject,
        "digest": digest(lines, span),
    }


def _related(finding: Finding, view: View) -> list[dict[str, Any]]:
    """Return the steps of the flow that a reader can go to, each place once, the site itself left out."""
    result: list[dict[str, Any]] = []
    seen: set[Place] = set()
    for step in story.steps_that_matter(finding):
        if step.place in seen or (ruler := view.ruler(step.place.file)) is None:
            continue
        seen.add(step.place)
        result.append(_location(step, ruler, view))
    return result


def _location(step: Step, ruler: Ruler, view: View) -> dict[str, Any]:
    place = step.place
    return {
        "location": {"uri": view.uri(place.file), "range": ruler.word(place.line, place.column)},
        "message": story.step_text(step, view.locale),
    }


def _count_of_the_rest(rest: int, shown: int, ruler: Ruler, view: View) -> dict[str, Any]:
    return {
        "range": ruler.word(1, 0),
        "severity": SEVERITIES["information"],
        "source": SOURCE,
        "code": "more-findings",
        "message": server_words.more_findings(rest, shown, view.locale),
    }
