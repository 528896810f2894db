"""Where the time of a save goes, as our server tells it at log level debug: looked at where a row falls short."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tests.benchmarks import contestants
from tests.benchmarks.subjects import Subject
from tests.benchmarks.toolchain import Go

_TOLD = re.compile(r"phases of (?P<phases>.*)$", re.MULTILINE)
_SAVES = 3


def phases(go: Go, subject: Subject, work: Path) -> Iterable[str]:
    """Yield a line for each of a few saves of a subject; one that says so when the server tells nothing."""
    log = work / f"{subject.name}.log"
    contestant = contestants.ours(go, _as_it_is(subject), log)
    try:
        for _ in range(_SAVES):
            contestant.save()
    finally:
        contestant.server.close()
    told = [found["phases"] for found in _TOLD.finditer(log.read_text(encoding="utf-8", errors="replace"))]
    yield from (f"- {subject.name}: {line}" for line in told or ["the server told no phases"])


def _as_it_is(subject: Subject) -> Subject:
    """Return the subject with its file back at the first edit, and without waiting for the test variants."""
    subject.write(0)
    return Subject(subject.name, subject.root, subject.folder, subject.file, subject.original)
