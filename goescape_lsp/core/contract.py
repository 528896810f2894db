"""What a function does with a parameter, from the compiler's `leaking param` lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goescape_lsp.core.tables.messages import pattern

_LEAK = "leaking param: "
_CONTENT = "leaking param content: "
_TO_RESULT = pattern("leak-to-result")


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """A way out of a function for a parameter's value.

    `result` is the result that it becomes a part of, by name or by number from 0, "" for the heap. `is_content` says
    that not the parameter itself goes there but what it points to, whatever the number of pointers between.
    """

    result: str
    is_content: bool


def is_way(line: str) -> bool:
    """Say whether a line of the compiler is a verdict on a parameter that leaks."""
    return line.startswith((_LEAK, _CONTENT))


def ways_of(lines: Iterable[str]) -> tuple[Way, ...]:
    """Return the ways that verdicts tell of, each once, the heap first.

    Shape: a value that goes somewhere takes what it points to with it, so that is not told again.
    Source: cmd/compile/internal/escape, `paramTag`, go1.21 to go1.27: level 0 is the value, 1 and more its content.
    """
    found = {_way(line) for line in lines if is_way(line)}
    return tuple(sorted(way for way in found if not (way.is_content and Way(way.result, is_content=False) in found)))


def lets_go(lines: Iterable[str]) -> bool:
    """Say whether the parameter's own value leaves the function, so that what callers pass outlives the call."""
    return any(not way.is_content for way in ways_of(lines))


def _way(line: str) -> Way:
    if (told := _TO_RESULT.match(line)) is not None:
        result = told["result"].removeprefix("~r").removeprefix("~R")
        return Way(result, is_content=int(told["level"]) > 0)
    return Way("", is_content=line.startswith(_CONTENT))
