"""The report for programs; its shape is fixed and versioned by `schema`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from goescape_lsp.cli.troubles import are_serious, message
from goescape_lsp.core.judge import severity
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.words import findings as words
from goescape_lsp.core.words import hover

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goescape_lsp.cli.engine import Answer
    from goescape_lsp.cli.paths import Paths
    from goescape_lsp.core.model import Finding, Problem, Step
    from goescape_lsp.core.shard import Shard
    from goescape_lsp.core.words import Locale

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Part:
    """Which shard a report is; `options` is all that the user asked for besides: equal in all shards of one job."""

    shard: Shard
    options: str


def report(answer: Answer, shown: Iterable[Finding], paths: Paths, locale: Locale, part: Part | None = None) -> bytes:
    """Return one JSON object with a line end; lines from 1, columns in bytes from 1, ends exclusive.

    Of a shard, `part` says which it is, so that `merge` can tell whether all are there and belong together; its
    findings have their severity with them, which only the run that made them can tell.
    """
    findings = [_finding(finding, paths, locale) | _of_shard(finding, part) for finding in shown]
    problems = [_problem(problem, paths, locale) for problem in answer.problems]
    return dumped(answer.go.version if answer.go else "", findings, problems, _shard(answer, part) if part else None)


def dumped(
    go: str,
    findings: Iterable[dict[str, Any]],
    problems: Iterable[dict[str, Any]],
    shard: dict[str, Any] | None = None,
) -> bytes:
    """Return the object of findings and problems in any order; the same ones give the same bytes."""
    whole = {
        "schema": SCHEMA,
        "go": go,
        "findings": sorted(findings, key=order),
        "problems": sorted(problems, key=_order_of_problem),
        **({"shard": shard} if shard else {}),
    }
    return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)


def _shard(answer: Answer, part: Part) -> dict[str, Any]:
    """Return what `merge` needs: the number, the job, whether it was done, the rank of each package in a whole run."""
    names = sorted(answer.split, key=lambda name: " [" not in name)
    ranks: dict[str, int] = {}
    for rank, name in enumerate(names):
        ranks.setdefault(name.partition(" [")[0], rank)
    go = answer.go
    about = [part.options, *((go.version, go.target, *go.goflags) if go else ()), *names]
    return {
        "index": part.shard.index,
        "count": part.shard.count,
        "job": hashlib.sha256("\n".join(about).encode("utf-8", "surrogateescape")).hexdigest()[:16],
        "complete": go is not None and not are_serious(answer.problems),
        "packages": {path: rank for path, rank in ranks.items() if part.shard.holds(path.removesuffix("_test"))},
    }


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


def _of_shard(finding: Finding, part: Part | None) -> dict[str, Any]:
    return {"severity": severity(finding, Settings())} if part else {}


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


def _order_of_problem(problem: dict[str, Any]) -> tuple[Any, ...]:
    return problem["file"], problem["line"], problem["column"], problem["package"], problem["message"]


def order(finding: dict[str, Any]) -> tuple[Any, ...]:
    """Return the key that findings are sorted by."""
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
