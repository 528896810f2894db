"""Counts how loud the default view is on public modules: sites for each thousand lines, by level and by deciding rule.

`python tests/measure_quiet.py [--keep DIR] MODULE@VERSION ...`. "before" is the view without the table of
`core/quiet.py`: all that is not cold is information. Lines are those of the analysed files.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.judge import decided, is_shown
from goescape_lsp.core.model import FileFacts, Temperature
from goescape_lsp.core.settings import Settings
from tests import public_modules

MOST = 15.0  # findings at the level of information for each thousand lines, with tests and without


def measure(files: Iterable[FileFacts]) -> tuple[int, Counter[str]]:
    """Return the lines of the files and how often each of `heap`, `before`, a level and `level: rule` occurs."""
    counts: Counter[str] = Counter()
    lines = 0
    for facts in files:
        if facts.is_generated:  # the default view leaves them out
            continue
        lines += facts.content.count(b"\n")
        for finding in facts.findings:
            counts["heap"] += finding.is_heap
            if is_shown(finding, facts, Settings()):
                level, key = decided(finding, Settings())
                counts.update([level, f"{level}: {key}"])
                counts["before"] += finding.temperature is not Temperature.COLD
            elif finding.is_heap:
                counts["hidden"] += 1
    return lines, counts


def describe(name: str, what: str, lines: int, counts: Counter[str]) -> str:
    """Return one paragraph; all figures but the lines are for each thousand of them."""
    rate = {key: 1000 * count / lines for key, count in counts.items()}
    levels = ", ".join(f"{level} {rate.get(level, 0):.1f}" for level in ("information", "hint", "hidden"))
    head = f"{name}, {what}: {lines} lines, heap {rate['heap']:.0f}, {levels}; information before {rate['before']:.1f}"
    rules = (f"{key} {value:.1f}" for key, value in sorted(rate.items(), key=lambda one: -one[1]) if ":" in key)
    return f"{head}\n    {', '.join(rules)}"


def main() -> int:
    """Measure the modules of the command line; the exit status is 1 when one is too loud."""
    given = public_modules.parser(__doc__, public_modules.DEFAULT).parse_args()
    code = 0
    for module, copy in public_modules.copies(given.modules, given.go, given.keep):
        files = examine(Request(str(copy), ("./...",), go=given.go), "en").analysis.files.values()
        views = {"all files": files, "without tests": [facts for facts in files if not facts.is_test]}
        for what, seen in views.items():
            lines, counts = measure(seen)
            print(describe(module, what, lines, counts))
            code = code if 1000 * counts["information"] / lines <= MOST else 1
    return code


if __name__ == "__main__":
    sys.exit(main())
