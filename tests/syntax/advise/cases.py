"""Reads the cases of tests/data/actions and asks for advice on their sites."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from goescape_lsp.core.advice import Advice, Versions
from goescape_lsp.core.model import Kind, Rule, Span
from goescape_lsp.syntax.advise import advise

FOLDER = Path(__file__).parents[2] / "data" / "actions"
PATTERNS = Path(__file__).parents[2] / "data" / "patterns"
VERSIONS = Versions("1.26.8", "1.23")


@dataclass(frozen=True)
class Case:
    """One file: heads are `key: value` lines, several of one key are kept in order."""

    name: str
    heads: tuple[tuple[str, str], ...]
    before: bytes
    after: bytes

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.heads if name == key]

    def one(self, key: str, default: str = "") -> str:
        return next(iter(self.all(key)), default)

    @property
    def span(self) -> Span:
        """The first place of `site`, or the first one inside the first place of `site-in`."""
        site, around = self.one("site").encode(), self.one("site-in").encode()
        start = self.before.index(site, self.before.index(around) if around else 0)
        return span_between(self.before, start, start + len(site))

    def advice(self, versions: Versions = VERSIONS) -> tuple[Advice, ...]:
        return advise(self.before, self.span, Rule(self.one("rule")), Kind(self.one("kind")), versions)


def read(path: Path) -> Case:
    head, _, rest = path.read_text(encoding="utf-8").partition("-- before.go --\n")
    before, _, after = rest.partition("-- after.go --\n")
    heads = (line.partition(":") for line in head.splitlines() if line)
    return Case(path.stem, tuple((key, value.strip()) for key, _, value in heads), before.encode(), after.encode())


def cases() -> list[Case]:
    return [read(path) for path in sorted(FOLDER.glob("*.txtar"))]


def span_between(content: bytes, start: int, end: int) -> Span:
    def place(offset: int) -> tuple[int, int]:
        line_start = content.rfind(b"\n", 0, offset) + 1
        return content.count(b"\n", 0, offset) + 1, offset - line_start + 1

    return Span(*place(start), *place(end))
