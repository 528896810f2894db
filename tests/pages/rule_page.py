"""Reads a rule page: its front matter, headings, programs and the marks in the programs' comments.

A mark is what a comment at the end of a line claims, several of them divided by `; `: a verdict in the compiler's
words, `x stays on the stack`, `allocates`, `may allocate` or `prints N`, then for which Go it holds, then its rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import goescape_lsp

PAGES = Path(goescape_lsp.__file__).parent / "pages"
LOCALES = ("en", "zh-cn")

_FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)// (?P<marks>.+)$")
_LIMITS = re.compile(r"^(?P<what>.*?)(?: \(Go (?P<since>1\.\d+)\+\)| \(up to Go (?P<until>1\.\d+)\))?$")
_RULE = re.compile(r"^(?P<rest>.*?)(?: \[(?P<rule>[a-z-]+)\])?$")
_WHAT = re.compile(
    r"""^(?:(?P<moved>moved\ to\ heap:\ \S+)
       |(?P<escapes>.+\ escapes\ to\ heap)
       |(?P<stays>.+\ does\ not\ escape)
       |(?P<leaks>leaking\ param(?:\ content)?:\ \S+)
       |(?P<stack>\w+)\ stays\ on\ the\ stack
       |(?P<allocation>allocates|may\ allocate)
       |prints\ (?P<prints>\d+))$""",
    re.VERBOSE,
)
Version = tuple[int, int]


def version(text: str) -> Version:
    """Return the language part of a Go version: `1.26.8` and `1.26rc1` are (1, 26)."""
    found = re.match(r"(?:go)?(\d+)\.(\d+)", text)
    assert found, text
    return int(found[1]), int(found[2])


@dataclass(frozen=True)
class Mark:
    """One claim about one line: its kind is the name of the group of `_WHAT` that it matched."""

    line: int
    kind: str
    text: str
    since: Version = (1, 0)
    until: Version = (99, 0)
    rule: str = ""

    def holds(self, go: Version) -> bool:
        return self.since <= go <= self.until


@dataclass(frozen=True)
class Program:
    """A complete Go program and what its comments claim."""

    text: str

    @property
    def marks(self) -> tuple[Mark, ...]:
        numbered = enumerate(self.text.splitlines(), 1)
        comments = ((line, found["marks"]) for line, text in numbered if (found := _COMMENT.search(text)))
        return tuple(_mark(line, part) for line, marks in comments for part in marks.split("; "))


def _mark(line: int, text: str) -> Mark:
    outer = _RULE.match(text)
    assert outer
    limits = _LIMITS.match(outer["rest"])
    assert limits
    found = _WHAT.match(limits["what"])
    assert found, f"not a mark: {text!r}"
    kind = str(found.lastgroup)
    since, until = version(limits["since"] or "1.0"), version(limits["until"] or "99.0")
    return Mark(line, kind, found[kind], since, until, outer["rule"] or "")


@dataclass(frozen=True)
class Page:
    """The parts of one page."""

    front: dict[str, str]
    body: str

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(re.findall(r"^## (.+)$", _FENCE.sub("", self.body), re.MULTILINE))

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(re.findall(r"^# (.+)$", _FENCE.sub("", self.body), re.MULTILINE))

    @property
    def summary(self) -> str:
        return self.body.strip().split("\n\n")[1]

    @property
    def sections(self) -> tuple[str, ...]:
        parts = re.split(r"^## .+$", _FENCE.sub("```", self.body), flags=re.MULTILINE)
        return tuple(part.strip() for part in parts[1:])

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\]\(([^)]+)\)", self.body))

    def fences(self, language: str) -> tuple[str, ...]:
        return tuple(found["text"] for found in _FENCE.finditer(self.body) if found["language"] == language)

    @property
    def programs(self) -> tuple[Program, ...]:
        return tuple(Program(text) for text in self.fences("go"))

    @property
    def assembly(self) -> dict[str, str]:
        """The assembly files, by the name in their first line."""
        return {text.splitlines()[0].removeprefix("// "): text for text in self.fences("asm")}

    def applies(self, go: Version) -> bool:
        since, until = self.front["since"], self.front["until"] or "99.0"
        return version(since) <= go <= version(until)


def read(locale: str, name: str) -> Page:
    """Return a page by its locale and rule."""
    text = (PAGES / locale / f"{name}.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    pairs = (line.partition(":") for line in front.splitlines())
    return Page({key: value.strip() for key, _, value in pairs}, body)
