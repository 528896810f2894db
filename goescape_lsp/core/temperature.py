"""What use and names say about how often a site runs, after syntax has said what its place says."""

from __future__ import annotations

import re
from dataclasses import replace

from goescape_lsp.core.model import Finding, Rule, Temperature

_CONSTRUCTOR = re.compile(r"(?:^|\.)(?:[Nn]ew|[Mm]ake|[Oo]pen|[Dd]ial|With|Must|Default|Clone)(?:[A-Z_]\w*)?$")
_BENCHMARK = re.compile(r"^(?:\w+\.)?Benchmark")
_KEPT = frozenset([Rule.RETURNED, Rule.STORED_IN_HEAP_OBJECT])


def temper(finding: Finding, *, is_test: bool) -> Finding:
    """Return the finding with its temperature as use and names have it; a colder place stays as cold as it was.

    Cold by use is all that only tests run, benchmarks excepted. What a constructor makes in order to keep it (its name
    says so: `NewX`, `openX`, `WithX` …) stays as warm as it is, because some are called often; the reason is noted.
    """
    if finding.temperature is Temperature.COLD:
        return finding
    if is_test and not _BENCHMARK.match(finding.function):
        return replace(finding, temperature=Temperature.COLD, temperature_reason="test")
    if finding.temperature is Temperature.NORMAL and _is_constructed(finding):
        return replace(finding, temperature_reason="constructor")
    return finding


def _is_constructed(finding: Finding) -> bool:
    """Say whether a value is what its constructor returns, or a part of it."""
    if finding.rule not in _KEPT and finding.keeper not in _KEPT:
        return False
    return _CONSTRUCTOR.search(finding.function) is not None
