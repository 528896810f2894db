"""The call around the slice of its variadic arguments, as the compiler's explanations write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from goescape_lsp.core.model import Place
from goescape_lsp.core.parse import Block
from goescape_lsp.core.tables.messages import VARIADIC

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_RUNE = re.compile(r"'(?:[^'\\]|\\[^'][^']*|\\')'")
_LONGEST_TEXT = 72
"""Characters of a text that are printed at most, its quotes included (go/constant, stringVal.String).

A longer one ends in dots, without its second quote: with go1.24, not yet with go1.21.
"""
_BEHIND = re.compile(r"[,)\]} ]")
_DICTIONARY = re.compile(r"^&?\.dict\b")


@dataclass(frozen=True, slots=True)
class VariadicCall:
    """A call as the compiler writes it: its function, and its arguments before the slice, a method's receiver first.

    Shape: of a call whose function was inlined, `function` is "" and the arguments are the names of its parameters.
    """

    function: str
    before: tuple[str, ...]


def variadic_call(blocks: tuple[Block, ...], place: Place) -> VariadicCall | None:
    """Return the call that the slice at a place is made for; None where the explanations do not show it whole."""
    reasons = (reason for block in blocks for arrow in block.arrows for reason in arrow.reasons)
    for reason in reasons:
        if reason.place != place or VARIADIC not in reason.expression:
            continue
        if reason.why == "call parameter":
            return _called(reason.expression)
        if reason.why in {"assign", "assign-pair"} and reason.expression.endswith(VARIADIC):
            return _inlined(reason.expression)
    return None


def _called(text: str) -> VariadicCall | None:
    split = _split(text)
    if split is None or split[1][-1:] != (f"{VARIADIC}...",):
        return None
    return VariadicCall(split[0], _without_dictionary(split[1][:-1]))


def _inlined(text: str) -> VariadicCall | None:
    """Read `receiver, format, arguments := r, "%d", ... argument`."""
    names, is_declared, _ = text.partition(" := ")
    parameters = tuple(names.split(", "))
    if not is_declared or any(re.search(r"[^\w.#~]", name) for name in parameters):
        return None
    return VariadicCall("", _without_dictionary(parameters[:-1]))


def _without_dictionary(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what the compiler hands to generic code."""
    return tuple(text for text in arguments if not _DICTIONARY.match(text))


def _split(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the function and the arguments of a call; None for a text that is no whole call."""
    depth, begin, end, commas = 0, -1, -1, list[int]()
    index = 0
    while index < len(text):
        letter = text[index]
        if letter in "\"'":
            index = _past_constant(text, index)
            continue
        if letter in "([{":
            if not depth:
                begin, commas = index, []
            depth += 1
        elif letter in ")]}":
            depth -= 1
            end = index if not depth else end
        elif letter == "," and depth == 1:
            commas.append(index)
        index += 1
    if depth or begin < 0 or end != len(text) - 1 or text[begin] != "(":
        return None
    cuts = [begin, *commas, end]
    arguments = (text[start + 1 : stop].strip() for start, stop in pairwise(cuts))
    return text[:begin], tuple(arguments)


def _past_constant(text: str, start: int) -> int:
    """Return where the text or the rune that starts at a place ends: at the end of all where that is not certain."""
    if text[start] == "'":
        rune = _RUNE.match(text, start)
        return rune.end() if rune is not None else start + 1
    found = _TEXT.match(text, start)
    end = found.end() if found is not None else -1
    if 0 <= end <= start + _LONGEST_TEXT:
        return end
    cut = start + _LONGEST_TEXT
    is_cut = text[cut - 3 : cut] == "..." and _BEHIND.match(text, cut) is not None
    is_whole = end >= 0 and _BEHIND.match(text, end) is not None
    if is_cut == is_whole:
        return len(text)
    return cut if is_cut else end
