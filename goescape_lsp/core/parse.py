"""The compiler's -m=2 text to verdicts, blocks and inlining facts; accepts every dialect and never raises.

Source of the forms: cmd/compile, go1.21 to go1.27, both dialects (`=` and `←`, with and without ` in F`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern  # the compiler repeats itself: shared texts are half of what findings take

from goescape_lsp.core.model import Place, Verdict
from goescape_lsp.core.tables.messages import FORMS, pattern

Located = Callable[[str, int, int], Place]

_LINE = pattern("line")
_STATEMENT = pattern("statement")
_HEAD = pattern("escape-head")
_LEAK_HEAD = pattern("leak-head")
_TO_RESULT = pattern("leak-to-result")
_FLOW = pattern("flow")
_FROM = pattern("from")
_CANNOT_INLINE = pattern("cannot-inline")

_CONTENT = "leaking param content: "
_LEAK = "leaking param: "
_MOVED = "moved to heap: "
_INLINED = "inlining call to "
_CAN_INLINE = "can inline "

_CAPTURE = pattern("capture")
_UNPLACED = pattern("unplaced")

# Lines that say nothing about a site. A form that neither this table nor the parser knows is counted and reported.
_KNOWN_ASIDES = tuple(re.compile(form.text) for form in FORMS if form.is_aside)


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One final line of the compiler about a subject; `is_unsaid` marks what it only explained.

    `result` and `level` are given for parameters that leak to a result; `is_content` when what it points to leaks.
    """

    place: Place
    subject: str
    verdict: Verdict
    result: str = ""
    level: int = 0
    is_content: bool = False
    is_zero_copy: bool = False
    is_unsaid: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """A `from` line: the compiler's expression, its reason in brackets, and where."""

    expression: str
    why: str
    place: Place


@dataclass(frozen=True, slots=True)
class Arrow:
    """A `flow` line with the reasons below it; `operators` is `&`, stars, or nothing, before the source."""

    target: str
    operators: str
    source: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The explanation of one subject: head line, arrows, and the compiler's raw lines without their position."""

    place: Place
    subject: str
    function: str
    arrows: tuple[Arrow, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """The explanation of a parameter that leaks: the compiler's raw lines, which few readers ask for."""

    place: Place
    subject: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    place: Place
    subject: str
    function: str
    lines: list[str]
    is_leak: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one output says: verdicts in the compiler's order, blocks of heap verdicts, leaks, inlining, unknown lines.

    `inlined` maps a call's place to the callees that were inlined there, outermost first; `inlining` maps the place of
    a function's name to the compiler's sentence about it; `bodiless` are functions without a Go body; `captures` are
    the places of variables that a function literal captures, for inlined code the place of the call; `capturing` are
    the functions in which that happens, `widths` the bytes of these variables by place and name. `names` are the
    compiler's names of functions and literals, by the place of the name or the `func`, copies behind the original.
    """

    verdicts: tuple[VerdictLine, ...]
    blocks: tuple[Block, ...]
    inlined: dict[Place, tuple[str, ...]] = field(default_factory=dict[Place, tuple[str, ...]])
    inlining: dict[Place, str] = field(default_factory=dict[Place, str])
    bodiless: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    leaks: tuple[Leak, ...] = ()
    captures: frozenset[Place] = frozenset()
    capturing: frozenset[str] = frozenset()
    widths: Mapping[tuple[Place, str], int] = field(default_factory=dict[tuple[Place, str], int])
    names: dict[Place, tuple[str, ...]] = field(default_factory=dict[Place, tuple[str, ...]])


def parse_text(text: bytes, located: Located = Place) -> Parsed:
    """Return what an -m=2 output says, with every place as `located` puts it.

    Shape: lines as the compiler prints them, with or without `# package` headers, which are skipped; `located` takes
    the printed file, line and column (0 when none was printed) and returns the place in the user's source.
    Errors: none; a line that no table knows is in `unknown`.
    """
    decoded = text.decode("utf-8", "replace").replace("\r\n", "\n")
    reading, end = _Reading(located), 0
    for match in _STATEMENT.finditer(decoded):
        if match.start() > end:
            reading.between(decoded[end : match.start()])
        end = match.end() + 1
        reading.statement(match)
    reading.between(decoded[end:])
    return reading.parsed()


class _Reading:
    """What was read of an output so far."""

    def __init__(self, located: Located) -> None:
        self._located = located
        self._verdicts: list[VerdictLine] = []
        self._drafts: list[_Draft] = []
        self._inlined: dict[Place, dict[str, None]] = {}
        self._inlining: dict[Place, str] = {}
        self._bodiless: set[str] = set()
        self._captures: set[Place] = set()
        self._capturing: set[str] = set()
        self._widths: dict[tuple[Place, str], int] = {}
        self._names: dict[Place, tuple[str, ...]] = {}
        self._unknown: list[str] = []
        self._prefix = ""

    def statement(self, match: re.Match[str]) -> None:
        """Take a line with a position and words that are not indented."""
        file, line, column, words = match.groups()
        words = intern(words)
        place = self._located(file, int(line), int(column or 0))
        if words.startswith(_INLINED):
            self._inlined.setdefault(place, {})[words[len(_INLINED) :]] = None
        elif (verdict := _verdict(place, words)) is not None:
            self._verdicts.append(verdict)
        elif (draft := _head(place, words)) is not None:
            self._drafts.append(draft)
            self._prefix = match[0][: -len(words)]
        elif words.startswith(_CAN_INLINE):
            self._inlining[place] = words.partition(" as: ")[0]
            self._name(place, words[len(_CAN_INLINE) :].partition(" with cost ")[0])
        elif (refused := _CANNOT_INLINE.match(words)) is not None:
            self._name(place, refused["function"])
            if refused["reason"] == "no function body":
                self._bodiless.add(refused["function"])
            if not refused["reason"].startswith("repeated recursive cycle"):
                self._inlining.setdefault(place, words)
        elif words == "zero-copy string->[]byte conversion":
            _mark_zero_copy(self._verdicts, place)
        elif (capture := _CAPTURE.match(words)) is not None:
            self._captures.add(place)
            self._capturing.add(intern(capture["function"]))
            if capture["width"] is not None:
                self._widths[place, intern(capture["name"])] = int(capture["width"])
        elif not any(form.match(words) for form in _KNOWN_ASIDES):
            self._unknown.append(match[0])

    def between(self, text: str) -> None:
        """Take the lines between two statements: what explains the last one, and what has no position."""
        for raw in text.split("\n"):
            if raw.startswith(self._prefix) and self._prefix:
                words = raw[len(self._prefix) :]
            elif (match := _LINE.match(raw)) is not None:
                words = match["text"]
            else:
                if raw and not raw.startswith("# ") and not (_CAPTURE.match(raw) or _UNPLACED.match(raw)):
                    self._unknown.append(raw)
                continue
            if not self._drafts:
                self._unknown.append(raw)
            elif not words.startswith("  warning: "):
                self._drafts[-1].lines.append(intern(words))

    def parsed(self) -> Parsed:
        """Return the whole."""
        return Parsed(
            tuple(self._verdicts),
            tuple(_finish(draft, self._located) for draft in self._drafts if not draft.is_leak),
            {place: tuple(names) for place, names in self._inlined.items()},
            self._inlining,
            frozenset(self._bodiless),
            tuple(self._unknown),
            tuple(Leak(draft.place, draft.subject, tuple(draft.lines)) for draft in self._drafts if draft.is_leak),
            frozenset(self._captures),
            frozenset(self._capturing),
            self._widths,
            self._names,
        )

    def _name(self, place: Place, name: str) -> None:
        known = self._names.get(place, ())
        if name not in known:
            self._names[place] = (*known, intern(name))


def parse_arrows(lines: Iterable[str], located: Located = Place) -> tuple[Arrow, ...]:
    """Return the arrows of a block's raw lines; lines of another form are left out."""
    arrows: list[Arrow] = []
    for line in lines:
        if line.startswith("  flow: ") and (flow := _FLOW.match(line)) is not None:
            arrows.append(Arrow(intern(flow["target"]), flow["operators"], intern(flow["source"]), ()))
        elif arrows and (reason := _FROM.match(line)) is not None:
            last = arrows[-1]
            expression, why, file, row, column, other = reason.groups()
            place = Place(other, 0, 0) if file is None else located(file, int(row), int(column or 0))
            step = Reason(intern(expression), intern(why), place)
            arrows[-1] = Arrow(last.target, last.operators, last.source, (*last.reasons, step))
    return tuple(arrows)


def leaks_by_place(leaks: Iterable[Leak]) -> dict[Place, tuple[str, ...]]:
    """Return the raw lines about the parameter at each place, one block for each way out.

    Shape: instances of a generic function say the same again; the first one is kept. Wrappers that the compiler
    generates for promoted methods say it at the same place, and nobody wrote their calls: they are left out.
    """
    blocks: dict[Place, dict[str, tuple[str, ...]]] = {}
    for leak in leaks:
        if any(" at <autogenerated>:" in line for line in leak.lines):
            continue
        head = _LEAK_HEAD.match(leak.lines[0])
        target = "" if head is None else f"{head['target']} {head['derefs']}"
        blocks.setdefault(leak.place, {}).setdefault(target, leak.lines)
    return {place: tuple(line for lines in ways.values() for line in lines) for place, ways in blocks.items()}


def split_leaks(lines: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the blocks in the raw lines of a parameter; other lines than those of blocks are left out."""
    blocks: list[list[str]] = []
    for line in lines:
        if _HEAD.match(line) is not None or _LEAK_HEAD.match(line) is not None:
            blocks.append([line])
        elif blocks and line.startswith(" "):
            blocks[-1].append(line)
    return tuple(tuple(block) for block in blocks)


def _head(place: Place, words: str) -> _Draft | None:
    if not words.endswith(":"):
        return None
    if (head := _HEAD.match(words)) is not None:
        return _Draft(place, head["subject"], head["function"] or "", [words], is_leak=False)
    if (leak := _LEAK_HEAD.match(words)) is not None:
        return _Draft(place, leak["subject"], leak["function"] or "", [words], is_leak=True)
    return None


def _verdict(place: Place, words: str) -> VerdictLine | None:
    if words.endswith(" does not escape"):
        return VerdictLine(place, words.removesuffix(" does not escape"), Verdict.STAYS)
    if words.endswith(" does not escape, mutate, or call"):
        return VerdictLine(place, words.removesuffix(" does not escape, mutate, or call"), Verdict.STAYS)
    if words.startswith(_MOVED):
        return VerdictLine(place, words[len(_MOVED) :], Verdict.MOVED)
    if (leak := _TO_RESULT.match(words)) is not None:
        return VerdictLine(place, leak["subject"], Verdict.LEAKS, leak["result"], int(leak["level"]))
    if words.startswith(_CONTENT):
        return VerdictLine(place, words[len(_CONTENT) :], Verdict.LEAKS, is_content=True)
    if words.startswith(_LEAK):
        return VerdictLine(place, words[len(_LEAK) :], Verdict.LEAKS)
    if words.endswith(" escapes to heap"):
        return VerdictLine(place, words.removesuffix(" escapes to heap"), Verdict.ESCAPES)
    return None


def _mark_zero_copy(verdicts: list[VerdictLine], place: Place) -> None:
    """Mark the conversion just judged as free (go1.22 and later print this extra line after its verdict)."""
    for index in range(len(verdicts) - 1, max(len(verdicts) - 8, -1), -1):
        line = verdicts[index]
        if line.place == place and line.subject.startswith("([]byte)("):
            verdicts[index] = VerdictLine(line.place, line.subject, line.verdict, is_zero_copy=True)
            return


def _finish(draft: _Draft, located: Located) -> Block:
    arrows = parse_arrows(draft.lines, located)
    return Block(draft.place, draft.subject, draft.function, arrows, tuple(draft.lines))
