"""The report for programs; its shape is fixed and versioned by `schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from goescape_lsp.cli.troubles import message
from goescape_lsp.core.words import findings as words
from goescape_lsp.core.words import hover

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goescape_lsp.cli.engine import Answer
    from goescape_lsp.cli.paths import Paths
    from goescape_lsp.core.model import Finding, Problem, Step
    from goescape_lsp.core.words import Locale

SCHEMA = 1


def report(answer: Answer, shown: Iterable[Finding], paths: Paths, locale: Locale) -> bytes:
    """Return one JSON object with a line end; lines from 1, columns in bytes from 1, ends exclusive."""
    whole = {
        "schema": SCHEMA,
        "go": answer.go.version if answer.go else "",
        "findings": sorted((_finding(finding, paths, locale) for finding in shown), key=_order),
        "problems": [_problem(problem, paths, locale) for problem in answer.problems],
    }
    return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)


def _finding(finding: Finding, paths: Paths, locale: Locale) -> dict[str, Any]:
    span = finding.span
    return {
        "file": paths.short(finding.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "at": {"line": finding.at.line, "column": finding.at.column},
        "verdict": str(finding.verdict),
        "subject": finding.subject,
        "kind": str(finding.kind),
        "cause": str(finding.cause),
        "rule": None if finding.rule is None else str(finding.rule),
        "message": words.message(finding, locale),
        "function": finding.function,
        "package": finding.package,
        "allocation": str(finding.allocation),
        "temperature": str(finding.temperature),
        "flow": [_step(step, paths, locale) for step in finding.flow],
        **({"suppressed": finding.suppressed} if finding.suppressed else {}),
    }


def _step(step: Step, paths: Paths, locale: Locale) -> dict[str, Any]:
    place = step.place
    text = hover.step_text(step, locale)
    return {"text": text, "file": paths.short(place.file), "line": place.line, "column": place.column}


def _problem(problem: Problem, paths: Paths, locale: Locale) -> dict[str, Any]:
    return {
        "package": problem.package,
        "message": message(problem, locale),
        "file": paths.short(problem.file),
        "line": problem.line,
        "column": problem.column,
    }


def _order(finding: dict[str, Any]) -> tuple[Any, ...]:
    return (
        finding["file"],
        finding["line"],
        finding["column"],
        finding["end_line"],
        finding["end_column"],
        finding["verdict"],
        finding["subject"],
        finding["package"],
    )
