"""What the output of one compile says that concerns every file of it, and the cut of the output by file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from goescape_lsp.core.model import Place
from goescape_lsp.core.parse import Parsed

# A run of lines that begin with the same name: the compiler prints whole functions, so there are few of them.
_RUN = re.compile(rb"^((?:[A-Za-z]:)?[^:\n]*:)\d.*\n?(?:\1\d.*\n?)*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Common:
    """What the lines of one file mean for the others.

    `bodiless` are functions without a Go body, `packages` names of packages that inlined code mentions, `uintptrs`
    the places where `//go:uintptrescapes` keeps an argument.
    """

    bodiless: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    uintptrs: frozenset[Place] = frozenset()


def common_of(parsed: Parsed) -> Common:
    """Return what some lines mean for the others of their compile."""
    called = (name for names in parsed.inlined.values() for name in names)
    packages = (name.partition(".")[0] for name in called if name[:1].islower() and "." in name)
    told = (block for block in parsed.blocks if any("//go:uintptrescapes" in line for line in block.lines))
    reasons = (reason for block in told for arrow in block.arrows for reason in arrow.reasons)
    uintptrs = (reason.place for reason in reasons if reason.why == "//go:uintptrescapes")
    return Common(parsed.bodiless, frozenset(packages), frozenset(uintptrs))


def joined(parts: Iterable[Common]) -> Common:
    """Return what all parts say together."""
    every = tuple(parts)
    return Common(
        frozenset[str]().union(*(part.bodiless for part in every)),
        frozenset[str]().union(*(part.packages for part in every)),
        frozenset[Place]().union(*(part.uintptrs for part in every)),
    )


def runs_of(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield an output in pieces: the name that all lines of a piece begin with, b"" for lines without a position."""
    end = 0
    for match in _RUN.finditer(text):
        if match.start() > end:
            yield b"", text[end : match.start()]
        end = match.end()
        yield match[1][:-1], match[0]
    if end < len(text):
        yield b"", text[end:]
