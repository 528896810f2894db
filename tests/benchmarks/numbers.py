"""Small statistics, and rows with a bound: what is wanted, what was measured, whether it is met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of one thing over the rounds; empty when it was not measured."""

    values: tuple[float, ...] = ()

    @property
    def least(self) -> float:
        return min(self.values, default=float("nan"))

    @property
    def middle(self) -> float:
        return median(self.values) if self.values else float("nan")

    @property
    def most(self) -> float:
        return max(self.values, default=float("nan"))

    def share(self, hundredths: int) -> float:
        """Return the value that so many hundredths of all do not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) * hundredths // 100, len(ordered) - 1)] if ordered else float("nan")

    def over(self, other: Sample) -> Sample:
        """Return the ratios of each round: both were measured right after one another."""
        return Sample(tuple(mine / theirs for mine, theirs in zip(self.values, other.values, strict=False)))

    def text(self, digits: int = 2, scale: float = 1.0) -> str:
        """Return `least / middle`."""
        return f"{self.least * scale:.{digits}f} / {self.middle * scale:.{digits}f}" if self.values else "-"

    def ms(self) -> str:
        return self.text(0, 1000)


@dataclass(frozen=True, slots=True)
class Bound:
    """A row of what is promised. `subject` names the package to look at when it falls short, "" when there is none."""

    what: str
    limit: float
    measured: float
    unit: str = ""
    subject: str = ""

    @property
    def is_met(self) -> bool:
        return self.measured <= self.limit

    def cells(self) -> tuple[str, ...]:
        unit = f" {self.unit}" if self.unit else ""
        verdict = "met" if self.is_met else "SHORT"
        of = f" ({self.subject})" if self.subject else ""
        return (self.what, f"≤ {self.limit:g}{unit}", f"{_short(self.measured)}{unit}{of}", verdict)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def worst(samples: Iterable[tuple[str, Sample]]) -> tuple[str, float]:
    """Return the name and median of the sample with the highest median; ("", nan) without samples."""
    found = [(sample.middle, name) for name, sample in samples if sample.values]
    value, name = max(found, default=(float("nan"), ""))
    return name, value


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, its columns aligned; all but the first are numbers and stand at the right."""
    every = [tuple(head), *map(tuple, rows)]
    widths = [max(3, *(len(row[at]) for row in every)) for at in range(len(head))]
    rule = [("-" * width) if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join(padded)} |"

    return "\n".join([line(every[0]), line(rule), *map(line, every[1:])])
