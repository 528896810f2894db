"""Which findings a report holds, in what order, and which of them make it fail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from goescape_lsp.core import judge
from goescape_lsp.core.changed import changed_lines, is_touched
from goescape_lsp.core.model import Rule, Temperature
from goescape_lsp.core.settings import SEVERITIES, Settings

if TYPE_CHECKING:
    from goescape_lsp.core.changed import Committed
    from goescape_lsp.core.model import Analysis, FileFacts, Finding, Problem
    from goescape_lsp.core.ports import Commits

HEAT = (Temperature.COLD, Temperature.NORMAL, Temperature.LOOP)
WEIGHT = ("hint", "information", "warning", "error")
LEVELS = ("none", *map(str, HEAT), *WEIGHT)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user asked to see: `show` as the setting of that name, None for every heap verdict.

    `is_changed` asks only for what touches lines that are not committed.
    """

    show: str | None = None
    is_all: bool = False
    fail_on: tuple[str, ...] = ()
    is_changed: bool = False


def is_level(word: str) -> bool:
    """Say whether `--fail-on` takes the word."""
    return word in LEVELS or word in {str(rule) for rule in Rule}


def only_changed(analysis: Analysis, commits: Commits) -> tuple[Analysis, tuple[Problem, ...]]:
    """Return the analysis with those findings that uncommitted lines touch, and why that is not known of some files."""
    committed = commits.committed(tuple(analysis.files))
    files = {path: _touched(facts, committed[path]) for path, facts in analysis.files.items()}
    problems = dict.fromkeys(one.problem for one in committed.values() if one.problem is not None)
    return replace(analysis, files=files), tuple(problems)


def chosen(analysis: Analysis, choice: Choice) -> tuple[tuple[FileFacts, Finding], ...]:
    """Return the findings to print with their files, in order of file, line and column."""
    found = [
        (facts, finding)
        for facts in analysis.files.values()
        for finding in facts.findings
        if _is_wanted(finding, facts, choice)
    ]
    return tuple(sorted(found, key=lambda pair: _order(pair[1])))


def fails(finding: Finding, level: str, severity: str = "") -> bool:
    """Say whether a finding is at or above a level; only what goes to the heap counts, unless accepted.

    Shape: `level` is a word of LEVELS or a rule. Temperatures rise from cold to loop, severities from hint to error;
    severities are those of the default settings; `severity` is the finding's, where it was read and not made here.
    """
    if not finding.is_heap or finding.suppressed or level == "none":
        return False
    if level in WEIGHT:
        severity = severity or judge.severity(finding, Settings())
        return severity in SEVERITIES and severity != "off" and WEIGHT.index(severity) >= WEIGHT.index(level)
    if level in HEAT:
        return HEAT.index(finding.temperature) >= HEAT.index(Temperature(level))
    return finding.rule == level


def accepted(analysis: Analysis, choice: Choice) -> int:
    """Return how many values on the heap the report leaves out because the source accepts them."""
    return sum(
        finding.is_heap and bool(finding.suppressed) and _is_asked_for(replace(finding, suppressed=""), facts, choice)
        for facts in analysis.files.values()
        for finding in facts.findings
    )


def _touched(facts: FileFacts, committed: Committed) -> FileFacts:
    if committed.problem is not None:
        return facts
    changed = changed_lines(committed.content, facts.content)
    return replace(facts, findings=tuple(one for one in facts.findings if is_touched(one, changed)))


def _is_wanted(finding: Finding, facts: FileFacts, choice: Choice) -> bool:
    if finding.suppressed:
        return choice.is_all and _is_asked_for(replace(finding, suppressed=""), facts, choice)
    return _is_asked_for(finding, facts, choice)


def _is_asked_for(finding: Finding, facts: FileFacts, choice: Choice) -> bool:
    if not finding.is_heap:
        return choice.is_all
    if choice.show is None:
        return True
    # Test files were already left out by not compiling them, and generated files go to the heap like others.
    return judge.is_shown(finding, facts, Settings(show=choice.show, tests=True, generated=True))


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.file, finding.span, finding.at, finding.verdict, finding.subject, finding.package, finding.function
