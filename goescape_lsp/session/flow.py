"""An explanation of the compiler to the steps of a finding's flow, with what only the source tells of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import intern

from goescape_lsp.core.blocks import telling
from goescape_lsp.core.model import Place, Step
from goescape_lsp.core.parse import Block, Parsed, Reason
from goescape_lsp.core.shape import CAPTURES, COPIED, Capturer
from goescape_lsp.syntax.source import Source

_OF_LOOP = "#"
_TEXTS = re.compile(r"(\"(?:[^\"\\]|\\.)*\")")


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the flows of one unit; `literals` are the places of closures that the compiler speaks of."""

    sources: Mapping[str, Source]
    parsed: Parsed
    literals: frozenset[Place]

    def steps(self, blocks: tuple[Block, ...]) -> tuple[Step, ...]:
        """Return the steps of the one of some explanations that is shown, in the compiler's order."""
        told = telling(blocks)
        if told is None:
            return ()
        return tuple(
            Step(
                reason.why,
                reason.expression,
                intern(arrow.operators + arrow.source),
                arrow.target,
                reason.place,
                self._capturer(reason) if reason.why in CAPTURES else "",
                self._written(reason),
            )
            for arrow in told.arrows
            for reason in arrow.reasons
        )

    def _capturer(self, reason: Reason) -> str:
        """Return what captures a value where that is no literal of the source."""
        at = reason.place
        source = self.sources.get(at.file)
        if reason.expression.startswith(_OF_LOOP):
            return Capturer.LOOP
        if source is None:
            return ""
        literals = source.literals_around(at)
        if reason.expression.startswith(COPIED):
            if literals and literals[0].is_wrapper:
                return Capturer.GO if literals[0].keyword == "go" else Capturer.DEFER
            return Capturer.VALUE if source.is_made_function(at) else Capturer.LATER
        written = {one.place for one in literals if not one.is_wrapper}
        bodies = source.bodies_around(at)
        known = (one for one in bodies if one in written or replace(one, file=at.file) in self.literals)
        body = next(known, None)
        return "" if body is None or body in written else Capturer.LOOP

    def _written(self, reason: Reason) -> str:
        """Return an expression of inlined code as its own package has it, "" where that is the compiler's text.

        Shape: it stays as it is where a name alone would be taken for another one, of the function around the call.
        """
        text, at = reason.expression, reason.place
        inlined = self.parsed.inlined.get(at, ()) if "." in text else ()
        packages = {name.partition(".")[0] for name in inlined if name[:1].islower() and "." in name}
        source = self.sources.get(at.file)
        if not packages or source is None:
            return ""
        hidden = frozenset(name for name in packages if name + "." in text and not source.is_local(at, name))
        written, names = unqualified(text, hidden) if hidden else (text, frozenset[str]())
        return intern(written) if names and not any(source.is_local(at, name) for name in names) else ""


def unqualified(text: str, packages: frozenset[str]) -> tuple[str, frozenset[str]]:
    """Return a text without packages before names that only they can use, and those names.

    Shape: functions and types keep their package, and so do all names of a text in which two would be the same.
    """
    parts = _TEXTS.split(text)
    code = " ".join(parts[::2])
    found = {match[0]: match["name"] for match in _variables(packages).finditer(code)}
    names = frozenset(found.values())
    set_, _, given = code.partition(" := ")
    is_passed_on = any(re.search(rf"\b{full}\b", set_) and re.search(rf"\b{full}\b", given) for full in found)
    is_doubled = len(names) < len(found) or any(re.search(rf"(?<![\w.]){name}\b", code) for name in names)
    if is_doubled or is_passed_on:
        return text, frozenset()
    kept = (part if index % 2 else _variables(packages).sub(r"\g<name>", part) for index, part in enumerate(parts))
    return "".join(kept), names


@lru_cache(maxsize=256)
def _variables(packages: frozenset[str]) -> re.Pattern[str]:
    either = "|".join(sorted(packages))
    # `errors.errorString{...}`, `fmt.errorf(`, `*bytes.t`, `[]io.t`, `new(io.t)`, `slices.sort[go.shape.int](`
    return re.compile(
        rf"(?<![\w.\]*])(?<!new\()(?<!make\()(?:{either})\.(?P<name>[a-z_]\w*)\b(?![\w.]*(?:[({{]|\[go\.shape))"
    )
