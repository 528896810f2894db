"""Facts of a file to diagnostics."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a place that is not a finding: why the findings of a package are old or missing."""

    line: int
    column: int
    message: str
    code: str
    severity: str = "information"


def diagnostics(facts: FileFacts, view: View) -> Iterator[dict[str, Any]]:
    """Yield the diagnostics of a file as plain dictionaries, in order of position.

    Shape: at most `maxPerFile` findings, the strongest (loops before the rest, cold code last; what allocates before
    what may), then one that counts the others.
    Source: LSP 3.17, Diagnostic; shared names of the project (`source`, `code`, `data`).
    """
    shown = visible(facts, view)
    strongest = sorted(shown, key=strength)[: view.settings.max_per_file]
    kept = {id(finding) for finding in strongest}
    ruler = Ruler(facts.content, view.client.encoding)
    yield from (_diagnostic(finding, ruler, view) for finding in shown if id(finding) in kept)
    rest = len(shown) - len(strongest)
    if rest:
        yield _count_of_the_rest(rest, len(strongest), ruler, view)


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
