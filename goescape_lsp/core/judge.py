"""Whether a site really allocates, whether it is shown, and how loudly."""

from __future__ import annotations

import re

from goescape_lsp.core.model import Allocation, FileFacts, Finding, Kind, Rule, Temperature, Verdict
from goescape_lsp.core.quiet import row_of
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.shape import Boxed
from goescape_lsp.core.tables.limits import Subject, limit
from goescape_lsp.core.tables.messages import tells_of_no_size

OPEN = "field-or-method"
"""The reason of a selector of which neither syntax nor the explanation tells what it makes."""

_FREE_BOXES = frozenset([Boxed.CONSTANT, Boxed.ONE_BYTE, Boxed.ZERO_SIZE, Boxed.NIL_SLICE, Boxed.POINTER_SHAPED])
_OBJECTS = frozenset([Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE])
_BY_TYPE = _OBJECTS | {Kind.SLICE}
UNKNOWN_SIZE = "unknown-size"
"""The reason of an object of a type that is not known: it takes memory, unless that type has no size."""
_STATIC_BOXES = frozenset([Boxed.CONSTANT_STRUCT, Boxed.SMALL_CONSTANT_STRUCT])
_POSSIBLE_BOXES = {
    Boxed.SMALL_INTEGER: (Allocation.MAY_ALLOCATE, "small-integer"),
    Boxed.SMALL_VALUE: (Allocation.MAY_ALLOCATE, "small-value"),
    Boxed.SMALL_CONSTANT_STRUCT: (Allocation.MAY_ALLOCATE, "small-value"),
    Boxed.STRING: (Allocation.MAY_ALLOCATE, "empty-string"),
    Boxed.SLICE: (Allocation.MAY_ALLOCATE, "nil-slice"),
    Boxed.UNKNOWN: (Allocation.UNKNOWN, "unknown-type"),
    Boxed.MAYBE: (Allocation.UNKNOWN, OPEN),
}
_EMPTY = re.compile(
    r"^(?:&struct ?\{\}\{\}|new\((?:struct ?\{\}|\[0\].*)\)|&\[0\].*\{\}|\[\].*\{\}|make\(\[\].*, 0(?:, 0)?\))$",
    re.DOTALL,
)
# Of a type that the file does not tell: a slice of 0 elements takes no memory, a map does.
MADE_EMPTY = re.compile(r"^make\([^,]+, 0(?:, 0)?\)$")
_NO_SIZE = re.compile(r"^make\(\[\]struct ?\{\}, ")
_COUNTED = re.compile(r"^(?:len|cap)\([^()]*\)$")
_SIZED_MAKE = re.compile(r"^make\(.*, (?P<size>[^,]+)\)$", re.DOTALL)
_HINTED_MAP = re.compile(r"^make\(map\[.*, (?P<hint>[^,]+)\)$", re.DOTALL)
# `([]rune)(s)` or `Runes(s)`, not `make(…)`.
_CONVERTED = re.compile(r"^(?:\(\[\]rune\)|(?!make\b)[\w.]+)\(")
# What is converted is a text of the source that is not empty.
_KNOWN_TEXT = re.compile(r'\("(?:[^"\\]|\\.)+"\)$')
_ONE_TEXT = 2  # quotes
WRAPPED = frozenset(["wrapped", "wrapped-result"])
"""Reasons of literals that cost nothing, whose call by `go` or `defer` does: for its arguments, or a result alone."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')
ALLOCATION_RULES = frozenset(
    [
        Rule.GROWING_APPEND,
        Rule.VARIABLE_SIZE_MAKE,
        Rule.STRING_CONVERSION,
        Rule.STRING_CONCATENATION,
        Rule.MAKE_CHANNEL,
        Rule.MAP_STORAGE,
        Rule.DEFERRED_IN_LOOP,
        Rule.GOROUTINE,
    ]
)


def judge_heap(  # noqa: PLR0913 - keywords, and each has one meaning
    kind: Kind,
    rule: Rule,
    subject: str,
    boxed: Boxed,
    *,
    is_static: bool,
    wrapped: str = "",
    is_sized: bool | None = None,
    go_version: str = "",
) -> tuple[Allocation, str]:
    """Return whether a heap verdict allocates when it runs, and the key of the reason, "" for the plain case.

    `is_static` says that a function literal captures nothing, or that inlined code is reached only when it is free,
    `wrapped` which of `WRAPPED` it is where the statement that calls the literal makes an object all the same;
    `is_sized` says that what a site makes takes memory at all, None when not known.
    Source: runtime.convT*, cmd/compile's static data, go1.21 to go1.27.
    """
    if boxed in _FREE_BOXES:
        return Allocation.DOES_NOT_ALLOCATE, boxed.name.lower().replace("_", "-")
    if boxed in _STATIC_BOXES and limit(Subject.STATIC_STRUCT, go_version):
        return Allocation.DOES_NOT_ALLOCATE, "constant"
    if boxed is Boxed.SET_VARIABLE and limit(Subject.STATIC_STRUCT, go_version):
        return Allocation.MAY_ALLOCATE, "set-variable"
    if is_static:
        return Allocation.DOES_NOT_ALLOCATE, wrapped or "no-captures" if kind is Kind.CLOSURE else "unreached"
    is_empty = rule is Rule.ZERO_SIZE_ELEMENT or _EMPTY.match(subject) or (is_sized is False and kind in _BY_TYPE)
    if boxed is Boxed.NOTHING and is_empty:
        return Allocation.DOES_NOT_ALLOCATE, "zero-size"
    if boxed in _POSSIBLE_BOXES:
        return _POSSIBLE_BOXES[boxed]
    if kind is Kind.APPEND:
        return Allocation.MAY_ALLOCATE, "growth"
    if kind is Kind.OTHER and MADE_EMPTY.match(subject):
        return Allocation.UNKNOWN, ""
    if boxed is Boxed.NOTHING and is_sized is None and (kind in _OBJECTS or _is_list(kind, subject, go_version)):
        return Allocation.MAY_ALLOCATE, UNKNOWN_SIZE
    return Allocation.ALLOCATES, _unless(kind, subject) if boxed is Boxed.NOTHING else ""


def judge_stays(
    kind: Kind, subject: str, *, is_zero_copy: bool, go_version: str = ""
) -> tuple[Allocation, str, Rule | None]:
    """Return whether a value that stays on the stack allocates all the same, why, and the rule that says so.

    Shape: up to go1.24 a `make` of variable size never stays; what looks like one there (`make([]int, N)` of go1.21)
    has a named constant for its size.
    """
    if kind is Kind.APPEND:
        return Allocation.MAY_ALLOCATE, "growth", Rule.GROWING_APPEND
    if kind is Kind.SLICE and _NO_SIZE.match(subject):
        return Allocation.DOES_NOT_ALLOCATE, "zero-size", None
    is_buffered = limit(Subject.MAKE_BUFFER, go_version) > 0
    made = _SIZED_MAKE.match(subject) if kind is Kind.SLICE and is_buffered else None
    if made is not None and not made["size"].isdigit():
        return Allocation.MAY_ALLOCATE, "stack-buffer", Rule.VARIABLE_SIZE_MAKE
    if kind is Kind.MAP and (made := _HINTED_MAP.match(subject)) is not None:
        return _hinted(made["hint"], limit(Subject.MAP_ENTRIES, go_version))
    if is_zero_copy:
        return Allocation.DOES_NOT_ALLOCATE, "zero-copy", None
    is_converted = kind is Kind.SLICE and _CONVERTED.match(subject) is not None
    if is_converted or kind in {Kind.STRING, Kind.BYTES, Kind.MAP}:
        return Allocation.UNKNOWN, "", None
    return Allocation.DOES_NOT_ALLOCATE, "", None


def judge_silent(kind: Kind, *, is_alone: bool, carried: str = "") -> tuple[Allocation, str, Rule | None]:
    """Return the same for a site that the compiler prints nothing for, but whose line calls the allocator.

    `is_alone` says that no other site of its kind stands on that line, so that the call is its own, `carried` why
    an object is made for the call of a `go` or `defer` statement, "" where none need be.
    Source: runtime.makechan, growslice, concatstrings, mapassign and newdefer, go1.21 to go1.27.
    """
    match kind:
        case Kind.CHANNEL if is_alone:
            return Allocation.ALLOCATES, "call", Rule.MAKE_CHANNEL
        case Kind.CHANNEL:
            return Allocation.MAY_ALLOCATE, "several-calls", Rule.MAKE_CHANNEL
        case Kind.APPEND:
            return Allocation.MAY_ALLOCATE, "growth" if is_alone else "several-calls", Rule.GROWING_APPEND
        case Kind.STRING:
            return Allocation.MAY_ALLOCATE, "joined" if is_alone else "several-calls", Rule.STRING_CONCATENATION
        case Kind.MAP:
            return Allocation.MAY_ALLOCATE, "map-store", Rule.MAP_STORAGE
        case Kind.CLOSURE:
            allocation = Allocation.ALLOCATES if is_alone else Allocation.MAY_ALLOCATE
            return allocation, carried if is_alone else "several-calls", Rule.GOROUTINE
        case Kind.OTHER if carried:
            return Allocation.ALLOCATES, carried, Rule.DEFERRED_IN_LOOP
        case Kind.OTHER:
            return Allocation.MAY_ALLOCATE, "deferred-record", Rule.DEFERRED_IN_LOOP
        case _:
            return Allocation.UNKNOWN, "", None


def _is_list(kind: Kind, subject: str, go_version: str) -> bool:
    """Say whether a site makes a slice whose elements may have no size, for all that its explanation tells."""
    if kind is not Kind.SLICE or (_CONVERTED.match(subject) and not subject.startswith("make(")):
        return False
    return not subject.startswith("make(") or not tells_of_no_size(go_version)


def _fill(text: re.Match[str]) -> str:
    """Return a text that is not empty without its content, and nothing for an empty one."""
    return '""' if text[0] not in {'""', "``"} else ""


def is_sum(text: str) -> bool:
    """Say whether the compiler's text of an expression is a sum: `a + b`, not `string(b[n + 1:])`."""
    return " + " in _QUOTED.sub("", text) and " + " in _outside_brackets(_QUOTED.sub("", text))


def _outside_brackets(text: str) -> str:
    kept, depth = list[str](), 0
    for letter in text:
        depth -= letter in ")]}"
        if not depth:
            kept.append(letter)
        depth += letter in "([{"
    return "".join(kept)


def is_open(finding: Finding) -> bool:
    """Say whether a selector may be a field that is put into an interface as well as a method value."""
    return finding.allocation_reason == OPEN


def possible_rules(finding: Finding) -> tuple[Rule, ...]:
    """Return the rules that a finding has once the machine code was read, the likelier first; none where it has none.

    Shape: among selectors that are left open, those that make a box are fifty times as many as method values.
    """
    if finding.rule is None:
        return ()
    return (Rule.INTERFACE_CONVERSION, finding.rule) if is_open(finding) else (finding.rule,)


def is_shown(finding: Finding, facts: FileFacts, settings: Settings) -> bool:
    """Say whether a finding is published under the settings `show`, `tests` and `generated`; not what is accepted."""
    if finding.suppressed or not is_looked_at(facts, settings):
        return False
    return is_selected(finding, settings.show) and severity(finding, settings) != "off"


def is_looked_at(facts: FileFacts, settings: Settings) -> bool:
    """Say whether a file is told of under the settings `tests` and `generated`."""
    return (settings.tests or not facts.is_test) and (settings.generated or not facts.is_generated)


def is_selected(finding: Finding, show: str) -> bool:
    """Say whether a finding is among those that a value of the setting `show` asks for."""
    is_allocation = finding.rule in ALLOCATION_RULES
    if not finding.is_heap and not is_allocation:
        return False
    match show:
        case "all":
            return finding.is_heap
        case "hot":
            return finding.temperature is Temperature.LOOP and _may_allocate(finding)
        case _:
            return _may_allocate(finding)


def severity(finding: Finding, settings: Settings) -> str:
    """Return `information`, `hint`, `warning`, `error` or `off`: by the setting, else by the table of `quiet`."""
    return decided(finding, settings)[0]


def decided(finding: Finding, settings: Settings) -> tuple[str, str]:
    """Return the severity of a finding, and the key of the setting `severity` that it comes from or can be changed by.

    The setting is asked by rule, then by temperature, then by the row of the table that fits the finding.
    """
    row = row_of(finding)
    for key in (*map(str, possible_rules(finding)), str(finding.temperature), row.key):
        if key in settings.severity:
            return settings.severity[key], key
    return row.severity, row.key


def strength(finding: Finding) -> tuple[int, int, int, int]:
    """Return a key that sorts the findings that matter most first: hot before cold, certain before possible."""
    heat = {Temperature.LOOP: 0, Temperature.NORMAL: 1, Temperature.COLD: 2}[finding.temperature]
    quiet = 0 if row_of(finding).severity == "information" else 1
    sure = 0 if finding.allocation is Allocation.ALLOCATES else 1
    return (heat, quiet, sure, 0 if finding.verdict is not Verdict.STAYS else 1)


def may_be_empty(subject: str) -> bool:
    """Say whether a string that is made can be empty, as far as its text tells: no constant text is a part of it."""
    return '"' not in _outside_brackets(_QUOTED.sub(_fill, subject)) and not _KNOWN_TEXT.search(subject)


def is_never_empty(made: str) -> bool:
    """Say whether a size in the compiler's text of a `make` is above 0 for certain: `4`, `max(n, 4)`, `len(s) + 4`."""
    _, *sizes = _split(made.removeprefix("make(").removesuffix(")"), ", ")
    return any(_is_positive(size) for size in sizes)


def _is_positive(size: str) -> bool:
    if size.startswith("max("):
        return any(_is_positive(one) for one in _split(size.removeprefix("max(").removesuffix(")"), ", "))
    terms = _split(size, " + ")
    is_known = all(term.isdigit() or _COUNTED.match(term) for term in terms)
    return is_known and any(term.isdigit() and int(term) > 0 for term in terms)


def _split(text: str, separator: str) -> list[str]:
    """Return the parts of a text between separators that stand outside brackets."""
    parts, depth, start = list[str](), 0, 0
    for index, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if not depth and text.startswith(separator, index):
            parts.append(text[start:index])
            start = index + len(separator)
    return [*parts, text[start:]]


def _unless(kind: Kind, subject: str) -> str:
    """Return the reason that names the case in which even a heap value takes no memory: that it is empty."""
    if kind is Kind.SLICE and _SIZED_MAKE.match(subject) is not None:
        return "" if is_never_empty(subject) else "zero-length"
    if kind is Kind.STRING and is_sum(subject):
        return "" if _outside_brackets(_QUOTED.sub(_fill, subject)).count('"') > _ONE_TEXT else "empty-part"
    if _KNOWN_TEXT.search(subject):
        return ""
    if kind is Kind.STRING:
        return "few-bytes"
    is_copy = kind is Kind.BYTES or (kind is Kind.SLICE and _CONVERTED.match(subject) is not None)
    return "empty-copy" if is_copy else ""


def _may_allocate(finding: Finding) -> bool:
    return finding.allocation is not Allocation.DOES_NOT_ALLOCATE


def _hinted(hint: str, most: int) -> tuple[Allocation, str, Rule | None]:
    if hint.isdigit():
        if int(hint) <= most:
            return Allocation.UNKNOWN, "", None
        return Allocation.ALLOCATES, "map-hint", Rule.MAP_STORAGE
    return Allocation.MAY_ALLOCATE, "map-variable-hint", Rule.MAP_STORAGE
