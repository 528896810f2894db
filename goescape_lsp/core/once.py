"""Which finding speaks for a statement that makes several things: the default view tells of the others more quietly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from goescape_lsp.core.judge import is_selected
from goescape_lsp.core.model import Allocation, FileFacts, Finding, Span, Temperature
from goescape_lsp.core.quiet import row_of


def told_once(facts: FileFacts) -> FileFacts:
    """Return the facts with `is_beside` filled in: of the findings of a statement that are information, all but one.

    Shape: the hottest speaks, then what surely allocates, then the outermost and first. What is accepted, or would not
    be shown, does not speak.
    """
    by_statement: dict[Span, list[int]] = {}
    for index, finding in enumerate(facts.findings):
        if finding.statement is not None:
            by_statement.setdefault(finding.statement, []).append(index)
    beside = {index for those in by_statement.values() if len(those) > 1 for index in _beside(those, facts.findings)}
    if all(one.is_beside == (index in beside) for index, one in enumerate(facts.findings)):
        return facts
    findings = (
        one if one.is_beside == (index in beside) else replace(one, is_beside=index in beside)
        for index, one in enumerate(facts.findings)
    )
    return replace(facts, findings=tuple(findings))


def _beside(those: Iterable[int], findings: tuple[Finding, ...]) -> list[int]:
    loud = [index for index in those if _is_loud(findings[index])]
    return sorted(loud, key=lambda index: _order(findings[index]))[1:]


def _is_loud(finding: Finding) -> bool:
    alone = replace(finding, is_beside=False) if finding.is_beside else finding
    is_open = is_selected(alone, "allocations") and not alone.suppressed
    return is_open and row_of(alone).severity == "information"


def _order(finding: Finding) -> tuple[bool | int, ...]:
    span = finding.span
    is_cooler = finding.temperature is not Temperature.LOOP
    is_open = finding.allocation is not Allocation.ALLOCATES
    return (is_cooler, is_open, span.line, span.column, -span.end_line, -span.end_column)
