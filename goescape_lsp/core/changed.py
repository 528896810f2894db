"""Which lines of a file differ from its committed text, and which findings touch them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from difflib import SequenceMatcher

from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import Finding, Problem

# Above this many lines that differ at both ends, comparing each with each would take seconds.
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Committed:
    """What the last commit holds of a file: None when the file is new; `problem` when that cannot be known."""

    content: bytes | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The lines of a text that are new or differ, as stretches (first, last) in order.

    Units: lines count from 1, ends are inclusive.
    """

    stretches: tuple[tuple[int, int], ...]

    def touches(self, first: int, last: int) -> bool:
        """Say whether any line from `first` to `last` is among them."""
        index = bisect_right(self.stretches, last, key=lambda stretch: stretch[0])
        return index > 0 and self.stretches[index - 1][1] >= first


def changed_lines(before: bytes | None, now: bytes) -> Changed:
    """Return the lines of `now` that are not lines of `before`; all of them where there is nothing before.

    Shape: line ends and a BOM do not count as differences. Lines that were only taken away leave no trace.
    """
    new = split_lines(now)
    if before is None:
        return Changed(((1, len(new)),))
    old = split_lines(before)
    shared = min(len(old), len(new))
    head = next((index for index in range(shared) if old[index] != new[index]), shared)
    most = shared - head
    tail = next((index for index in range(most) if old[-1 - index] != new[-1 - index]), most)
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    return Changed(tuple((head + first, head + last) for first, last in _differing(middle_old, middle_new)))


def is_touched(finding: Finding, changed: Changed) -> bool:
    """Say whether changed lines bear on a finding: its expression, what holds it, or a step of its flow in its file."""
    spans = [finding.span, *([finding.holder] if finding.holder else [])]
    if any(changed.touches(span.line, span.end_line) for span in spans):
        return True
    places = [*(step.place for step in finding.flow), *([finding.decided_at] if finding.decided_at else [])]
    return any(place.file == finding.file and changed.touches(place.line, place.line) for place in places)


def _differing(old: list[bytes], new: list[bytes]) -> list[tuple[int, int]]:
    """Return the stretches of `new` that `old` lacks; lines count from 1."""
    if not new:
        return []
    if not old:
        return [(1, len(new))]
    if max(len(old), len(new)) > _MOST_COMPARED:
        known = set(old)
        return [(number, number) for number, line in enumerate(new, 1) if line not in known]
    blocks = SequenceMatcher(None, old, new).get_opcodes()
    return [(first + 1, last) for tag, _, _, first, last in blocks if tag in {"replace", "insert"}]
