"""What use and names say about how often a site runs, after syntax has said what its place says."""

from __future__ import annotations

import re
from dataclasses import replace

from goescape_lsp.core.model import Finding, Temperature

# Methods and unexported functions that make or add something do ordinary work, and so does whatever copies.
_CONSTRUCTOR = re.compile(
    r"(?:^|\.)(?:[Nn]ew|[Oo]pen|[Dd]ial)(?:[A-Z_]\w*)?$|^(?:Make|With|Must|Default)(?:[A-Z_]\w*)?$"
)
# Methods named `startLabel` or `closeTag` are what parsers and printers do all the time: there the verb stands alone.
_LIFECYCLE = re.compile(
    r"(?:^|\.)(?:[Ii]nit(?:ialize)?|[Ss]et[Uu]p|[Bb]ootstrap|[Cc]onfigure|(?:[Uu]n|[Mm]ust)?[Rr]egister)(?:[A-Z_]\w*)?$"
    r"|(?:^|\.)(?:[Ss]tart|[Ss]top|[Ll]isten|[Cc]lose|[Ss]hut[Dd]own)(?:(?:All|And|Context|Server|TLS|With)(?:[A-Z]\w*)?)?$"
    r"|^(?:[Ss]tart|[Ss]top|[Ll]isten|[Cc]lose|[Ss]hut[Dd]own)[A-Z_]\w*$"
)
# With what its literals do (`.func1`): nothing below such a function runs more often than it.
_REPORT = re.compile(
    r"(?:^|\.)(?:(?:[Dd]ebug|[Dd]ump|[Pp]rint|[Dd]escribe)(?:[A-Z_]\w*)?|\w*ToString)(?:\.func\d*|\.\d+|-range\d+)*$"
)
_ERROR_VALUE = re.compile(r"^&(?:\w+\.)?(?:\w*Error|\w+Err|[eE]rr[A-Z]\w*)\{")
_BENCHMARK = re.compile(r"^(?:\w+\.)?Benchmark")


def temper(finding: Finding, *, is_test: bool = False) -> Finding:
    """Return the finding with its temperature as use and names have it; a colder place stays as cold as it was.

    `is_test` says that its file serves tests although its name does not say so.

    Cold by use is all that only tests run, benchmarks excepted; cold by name is what prints or describes
    (`debugPrint`, `dumpState`, `levelsToString`), and an error that code inlined from elsewhere makes. What stands in a
    constructor (`NewX`, `openX`, a function `WithX` …) or begins and ends something's life (`initX`, `Register`,
    `Close` …) stays as warm as it is, because some are called often; the reason is noted.
    """
    if finding.temperature is Temperature.COLD:
        return finding
    is_test = is_test or finding.file.endswith("_test.go")
    if is_test and not _BENCHMARK.match(finding.function):
        return replace(finding, temperature=Temperature.COLD, temperature_reason="test")
    if _REPORT.search(finding.function):
        return replace(finding, temperature=Temperature.COLD, temperature_reason="report")
    if finding.inlined_from and _ERROR_VALUE.match(finding.subject):
        return replace(finding, temperature=Temperature.COLD, temperature_reason="error-construction")
    if finding.temperature is Temperature.NORMAL and not finding.temperature_reason:
        return replace(finding, temperature_reason=_named(finding.function))
    return finding


def _named(function: str) -> str:
    if _CONSTRUCTOR.search(function):
        return "constructor"
    return "lifecycle" if _LIFECYCLE.search(function) else ""
