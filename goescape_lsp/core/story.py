"""The story behind a call: which parameter takes the value, and what the callee does with it, function by function.

Source of the forms: `parameter p leaks to {heap} for F …` blocks of cmd/compile, go1.21 to go1.27.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from goescape_lsp.core.model import Finding, Place, Rule, Step
from goescape_lsp.core.naming import without_types
from goescape_lsp.core.parse import Arrow, Located, parse_arrows
from goescape_lsp.core.shape import CAPTURES, COPIED, Capturer
from goescape_lsp.core.steps import called_name

MOST_PACKAGES = 4
_MOST_CHAPTERS = 12
_MOST_NAMESAKES = 3

_HEAP = "{heap}"
_TEMPORARY = "{temp}"
_ONWARD = re.compile(r"^\s*flow: \{heap\} (?:=|←) (?P<derefs>\**)\{temp\}:")
_CALL = "call parameter"
_RULES = frozenset({Rule.PASSED_TO_LEAKING_PARAMETER, Rule.INTERFACE_CONVERSION})
_KEEPS = frozenset({"append", "copy", "panic"})
_METHOD = re.compile(r"^\(\*(?:(?P<package>\w+)\.)?(?P<type>\w+)\)\.(?P<method>\w+)$")
_DICTIONARY = re.compile(r"^(?:&|\(\*\[\d+\]uintptr\)\()?(?:\w+\.)?\.{1,2}dict\b")
_SHAPE = "[go.shape."
_LEAK = re.compile(
    r"^parameter .+ leaks to (?P<target>\{storage for .+?\}|.+?)(?: for .+)? with derefs=(?P<derefs>\d+):$"
)
_STORAGE = re.compile(r"^\{storage for (?P<subject>.*)\}$", re.DOTALL)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class End(StrEnum):
    """How a story ends: at the line that keeps the value, or where it cannot be followed."""

    KEPT = "kept"
    HELD = "held"
    DYNAMIC = "dynamic"
    BODILESS = "bodiless"
    GENERIC = "generic"
    FAR = "far"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one function does with the value: the parameter that takes it, and the step at which it leaves.

    `package` is the import path, `function` the name with the package's own name before it (`fmt.(*pp).printArg`).
    """

    package: str
    function: str
    parameter: str
    step: Step


@dataclass(frozen=True, slots=True)
class Story:
    """The chapters in order; `wanted` are import paths that have to be looked into before it can go on.

    `callee` is the function at which the story ends where that function is why: what the compiler calls it
    (`End.BODILESS`, `End.GENERIC`), or what the call names (`End.DYNAMIC`), "" where nobody wrote that name.
    """

    chapters: tuple[Chapter, ...] = ()
    end: End = End.OPEN
    wanted: tuple[str, ...] = ()
    callee: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A declared function: its parameters, the receiver first, as name and place (None where it has no name).

    `results` are the names of its results, where they have some.
    """

    name: str
    parameters: tuple[tuple[str, Place | None], ...]
    results: tuple[str, ...]
    has_body: bool


class Explained(Protocol):
    """A package with the compiler's explanations of its parameters."""

    @property
    def import_path(self) -> str:
        """The import path."""
        ...

    @property
    def name(self) -> str:
        """The name in its `package` clauses."""
        ...

    @property
    def located(self) -> Located:
        """What turns a printed place into the one in the source."""
        ...

    def signature(self, function: str) -> Signature | None:
        """Return the declaration of `F`, `T.M` or `(*T).M`, type arguments left out."""
        ...

    def explanations(self, place: Place, shape: str = "") -> tuple[tuple[str, ...], ...]:
        """Return the raw lines of each block about the parameter whose name stands at a place.

        With a `shape` (`go.shape.int`) these are the blocks of that instance of generic code, which the compile of the
        package that uses it prints, whatever package it is of.
        """
        ...

    def candidates(self, qualifier: str, file: str) -> tuple[tuple[str, ...], ...]:
        """Return the import paths that a package name in the compiler's text may mean, the likeliest together first."""
        ...

    def is_local(self, place: Place, name: str) -> bool:
        """Say whether a name is a local variable or a parameter at a place."""
        ...


Shelf = Mapping[str, Explained | None]
"""Packages by import path; None for one that could not be compiled."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A value on its way into a call: the compiler's text of the call, its text of the argument, and where.

    `derefs` is how often the callee can dereference the argument at most until it has the value.
    """

    call: str
    argument: str
    place: Place
    derefs: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A called function: the package it is declared in, and the one whose compile explains it.

    These differ for generic code (`shape` is the instance's): it is compiled where it is used.
    """

    package: Explained
    signature: Signature
    teller: Explained
    shape: str = ""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a call stands: its package, and the one whose compile printed it."""

    package: Explained
    teller: Explained

    @property
    def is_foreign(self) -> bool:
        """Say whether its names are printed with the package's own name before them."""
        return self.package.import_path != self.teller.import_path


def passed_on(finding: Finding, others: tuple[Finding, ...] = ()) -> Passed | None:
    """Return the call that a finding's value is passed to, None when its cause is no call.

    `others` are findings of the same file: where the value is passed on inside a container, the container's own flow
    has the call.
    """
    if finding.rule not in _RULES or not finding.callee or finding.decided_at is None:
        return None
    own = _call_of(finding, finding.decided_at)
    if own is not None:
        return own
    told = {found for other in others if (found := _call_of(other, finding.decided_at)) is not None}
    return told.pop() if len(told) == 1 else None


def follow(passed: Passed, home: Explained, shelf: Shelf) -> Story:
    """Return the story of a value from a call in `home` on, as far as the packages on the shelf tell it."""
    chapters: list[Chapter] = []
    packages = {home.import_path}
    seen: set[tuple[str, str, str]] = set()
    here = _Home(home, home)
    while True:
        found = _told_by(_callee(passed, here, shelf), passed, here.teller, shelf)
        if isinstance(found, Story):
            return replace(found, chapters=tuple(chapters))
        if not found.signature.has_body:
            return Story(tuple(chapters), End.BODILESS, callee=_full_name(found))
        packages.add(found.package.import_path)
        if len(packages) > MOST_PACKAGES + 1 or len(chapters) == _MOST_CHAPTERS:
            return Story(tuple(chapters), End.FAR)
        told = _chapter(passed, found)
        if told is None:
            end = End.GENERIC if found.shape else End.OPEN
            return Story(tuple(chapters), end, callee=_full_name(found) if found.shape else "")
        chapter, following, end = told
        if (key := (chapter.package, found.signature.name, chapter.parameter)) in seen:
            return Story(tuple(chapters))
        seen.add(key)
        chapters.append(chapter)
        if following is None:
            return Story(tuple(chapters), end)
        passed, here = following, _Home(found.package, found.teller)


def arguments(call: str) -> tuple[str, ...]:
    """Return the arguments of a rendered call, without the dictionary of generic code and without `...`."""
    inner = call[len(called_name(call)) :]
    if not inner.startswith("(") or not inner.endswith(")"):
        return ()
    parts = (part.strip() for part in _split(inner[1:-1]))
    return tuple(_plain(part) for part in parts if part and not _DICTIONARY.match(part))


def shape_of(text: str) -> str:
    """Return the type arguments in a call or a heading of generic code, as the compiler joins types; "" for others."""
    start, depth = text.find(_SHAPE), 0
    for index in range(start, len(text) if start >= 0 else start):
        depth += (text[index] == "[") - (text[index] == "]")
        if not depth:
            return text[start + 1 : index]
    return ""


def _call_of(finding: Finding, place: Place) -> Passed | None:
    flow = finding.flow
    for index in range(len(flow) - 1, -1, -1):
        step = flow[index]
        if step.why == _CALL and step.place == place:
            arrow = [s for s in flow[: index + 1] if (s.source, s.target) == (step.source, step.target)]
            argument = arrow[-2].expression if len(arrow) > 1 else _bare(step.source)
            derefs = _derefs(step.source, (s.why for s in arrow))
            if step.target == _TEMPORARY:  # the last arrow has no reasons, so that no step tells of it
                derefs += max((len(m["derefs"]) for line in finding.lines if (m := _ONWARD.match(line))), default=0)
            return Passed(step.expression, _plain(argument), place, derefs)
    return None


def _chapter(passed: Passed, found: _Found) -> tuple[Chapter, Passed | None, End] | None:
    """Return what a function does with the argument, and the call that it goes on with."""
    told = _explanation(passed, found)
    if told is None:
        return None
    parameter, lines = told
    arrows = parse_arrows(lines, found.teller.located)
    # Arguments go through `{temp}`: the step before is the reason then.
    last = next((arrow for arrow in arrows[:-3:-1] if arrow.reasons), None)
    if last is None:
        return None
    reason = last.reasons[-1]
    capturer = Capturer.LATER if reason.why in CAPTURES and reason.expression.startswith(COPIED) else ""
    step = Step(reason.why, reason.expression, last.operators + last.source, last.target, reason.place, capturer)
    chapter = Chapter(found.package.import_path, _full_name(found), parameter, step)
    if arrows[-1].target != _HEAP:
        return chapter, None, End.HELD
    if reason.why == _CALL and called_name(reason.expression) not in _KEEPS:
        derefs = _derefs(last.operators + last.source, (one.why for one in last.reasons))
        if last is not arrows[-1] and arrows[-1].source == _TEMPORARY:
            derefs += arrows[-1].operators.count("*")
        return chapter, Passed(reason.expression, _argument(last), reason.place, derefs), End.OPEN
    return chapter, None, End.OPEN if reason.why == "callee operand" else End.KEPT


def _derefs(source: str, reasons: Iterable[str]) -> int:
    """Return how many dereferences are left for the callee: those of the arrow, and one for each address taken."""
    own = -1 if source.startswith("&") else len(source) - len(source.lstrip("*"))
    return own + sum(why in {"address-of", "spill"} for why in reasons)


def _argument(arrow: Arrow) -> str:
    if len(arrow.reasons) > 1:
        return _plain(arrow.reasons[-2].expression)
    return _plain(_bare(arrow.source))


def _explanation(passed: Passed, found: _Found) -> tuple[str, tuple[str, ...]] | None:
    """Return the parameter that takes the argument, with the lines that say how it leaks."""
    parameters = found.signature.parameters
    given = arguments(passed.call)
    places = [index for index, text in enumerate(given) if text == passed.argument]
    wanted = [parameters[min(index, len(parameters) - 1)] for index in places] if parameters else []
    told = _leaking(wanted, found, passed.derefs)
    if not places:
        told = _leaking(parameters, found, passed.derefs)
        if len(told) > 1:  # which of them takes the value is not certain
            return None
    return told[0] if told else None


def _leaking(
    parameters: Iterable[tuple[str, Place | None]], found: _Found, most: int
) -> list[tuple[str, tuple[str, ...]]]:
    told: list[tuple[str, tuple[str, ...]]] = []
    for name, place in parameters:
        blocks = found.teller.explanations(place, found.shape) if place is not None else ()
        ranked = sorted(
            (rank, index) for index, lines in enumerate(blocks) if (rank := _rank(lines, found, most)) is not None
        )
        if ranked:
            told.append((name, blocks[ranked[0][1]]))
    return told


def _rank(lines: tuple[str, ...], found: _Found, most: int) -> tuple[int, int] | None:
    """Order the blocks of a parameter as the compiler sums them up: the fewest dereferences decide.

    Shape: `most` is how many the value can go through; with as many, the heap itself comes before a container on the
    heap, and that before the parameter's own address.
    """
    head = _LEAK.match(lines[0]) if lines else None
    if head is None:
        return (0, 2) if lines and " escapes to heap" in lines[0] else None
    derefs, target = int(head["derefs"]), head["target"]
    if derefs > most:
        return None
    if target == _HEAP:
        return derefs, 0
    bare = target.removeprefix(f"{found.package.name}.")
    is_result = bare in found.signature.results or bare.startswith(("~r", "~R"))
    return None if is_result else (derefs, 1)  # a variable that is on the heap itself


def _told_by(found: _Found | Story, passed: Passed, teller: Explained, shelf: Shelf) -> _Found | Story:
    """Return generic code with the package whose compile explains it: the one with the call, read from its text."""
    shape = shape_of(called_name(passed.call))
    if isinstance(found, Story) or not shape:
        return found
    path = teller.import_path.partition(" [")[0]
    if path not in shelf:
        return Story(wanted=(path,))
    known = shelf[path]
    return (
        Story(end=End.GENERIC, callee=_full_name(found)) if known is None else replace(found, teller=known, shape=shape)
    )


def _callee(passed: Passed, here: _Home, shelf: Shelf) -> _Found | Story:
    """Return the function that a call means, or the story's end when it is no function that can be read."""
    name, home = without_types(called_name(passed.call)), here.package
    method = _METHOD.match(name)
    parts = name.split(".")
    if method is not None:
        qualifier, function = method["package"] or "", f"(*{method['type']}).{method['method']}"
    elif "(" in name:
        return Story()
    elif here.is_foreign and parts[0] == home.name and len(parts) > 1:
        if home.is_local(passed.place, parts[1]):
            return Story(end=End.DYNAMIC)
        qualifier, function = parts[0], ".".join(parts[1:])
    elif name.startswith(".autotmp") or home.is_local(passed.place, parts[0]):
        return Story(end=End.DYNAMIC, callee="" if name.startswith(".") else name)
    else:
        qualifier, function = (parts[0], ".".join(parts[1:])) if len(parts) > 1 else ("", name)
    own = home.signature(function if here.is_foreign and qualifier == home.name else name)
    if own is not None:
        return _Found(home, own, home)
    return (
        _imported(qualifier, function, home.candidates(qualifier, passed.place.file), shelf) if qualifier else Story()
    )


def _imported(qualifier: str, function: str, tiers: tuple[tuple[str, ...], ...], shelf: Shelf) -> _Found | Story:
    """Find a function in the packages that may be meant: in the first tier that has it, and has it only once.

    What is no function of the only package of that name is a variable of inlined code: the call is dynamic.
    """
    named = 0
    for paths in tiers:
        if len(paths) > _MOST_NAMESAKES:
            return Story()
        missing = tuple(path for path in paths if path not in shelf)
        if missing:
            return Story(wanted=missing)
        packages = [one for path in paths if (one := shelf[path]) is not None and one.name == qualifier]
        named += len(packages)
        found = [(one, signature) for one in packages if (signature := one.signature(function)) is not None]
        if found:
            return _Found(*found[0], found[0][0]) if len(found) == 1 else Story()
    return Story(end=End.DYNAMIC) if named == 1 and function.isidentifier() else Story()


def _full_name(found: _Found) -> str:
    return f"{found.package.name}.{found.signature.name}"


def _bare(source: str) -> str:
    """Return the expression behind one end of an arrow: without its `&` or `*`, and out of `{storage for X}`."""
    bare = source.lstrip("&*")
    storage = _STORAGE.match(bare)
    return storage["subject"] if storage is not None else bare


def _plain(argument: str) -> str:
    return argument.removesuffix("...")


def _split(text: str) -> list[str]:
    """Split at the commas outside brackets and quotes."""
    parts, start, closing, quote, index = list[str](), 0, list[str](), "", 0
    while index < len(text):
        letter = text[index]
        if quote:
            index += letter == "\\" and quote != "`"
            quote = "" if letter == quote else quote
        elif letter in "\"'`":
            quote = letter
        elif letter in _PAIRS:
            closing.append(_PAIRS[letter])
        elif closing and letter == closing[-1]:
            closing.pop()
        elif letter == "," and not closing:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    return [*parts, text[start:]]
