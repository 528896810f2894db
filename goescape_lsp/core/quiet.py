"""How loudly a finding is told by default: one table, read from top to bottom; the first row that fits decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from goescape_lsp.core.model import Allocation, Finding, Kind, Rule, Temperature
from goescape_lsp.core.tables.messages import VARIADIC

# Calls whose own work costs far more than the box or the slice of their operands: formatting, sorting, reflection.
_COSTLY_CALL = re.compile(r"^(?:fmt\.|sort\.|reflect\.DeepEqual$)|(?:^|\.)(?:(?:Unm|M)arshal|Decode|Encode|Scan)\w*$")
# `time.AfterFunc`, `group.Go`, `s.startGoroutine`: what is handed over runs on a goroutine of its own.
_STARTING_CALL = re.compile(r"^time\.AfterFunc$|\.(?:Try)?Go$|(?:^|\.)\w*[gG]o[rR]outine$")
_LIVES_ON = frozenset(
    {
        Rule.RETURNED,
        Rule.APPENDED,
        Rule.STORED_IN_HEAP_OBJECT,
        Rule.STORED_IN_MAP,
        Rule.STORED_IN_GLOBAL,
        Rule.SENT_ON_CHANNEL,
    }
)
_NEVER_BY_VALUE = frozenset({Kind.STRING, Kind.BYTES, Kind.SLICE, Kind.MAP, Kind.CLOSURE, Kind.METHOD_VALUE})
_WITH_ROOM = frozenset({"growth-sized", "growth-given", "growth-reused"})


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of the default view: which findings it is about, and their severity.

    `key` is what the setting `severity` calls it, and the key of its sentence in `words`.
    """

    key: str
    severity: str
    fits: Callable[[Finding], bool]


def row_of(finding: Finding) -> Row:
    """Return the row that decides on a finding."""
    return next(row for row in TABLE if row.fits(finding))


def _is_in_loop(finding: Finding) -> bool:
    return finding.temperature is Temperature.LOOP


def _is_possible(finding: Finding) -> bool:
    return finding.allocation is not Allocation.ALLOCATES


def _is_store(finding: Finding) -> bool:
    """Say whether a finding is an entry for a map that was made elsewhere: it is there that more room helps."""
    return finding.is_silent and finding.rule is Rule.MAP_STORAGE


def _is_argument(finding: Finding) -> bool:
    if finding.kind is Kind.VARIADIC or any(VARIADIC in step.expression for step in finding.flow):
        return True
    return finding.rule is Rule.INTERFACE_CONVERSION and _COSTLY_CALL.search(finding.callee) is not None


def _is_kept(finding: Finding) -> bool:
    """Say whether a value lives on after the call, in a form that has no other place than the heap.

    What `make` makes is another matter: it can be given room, be used again, or come from the caller.
    """
    if finding.subject.startswith("make("):
        return False
    if finding.rule is Rule.INTERFACE_CONVERSION:
        return finding.keeper in _LIVES_ON
    return finding.kind in _NEVER_BY_VALUE and finding.rule in _LIVES_ON


def _starts_goroutine(finding: Finding) -> bool:
    is_function = finding.kind in {Kind.CLOSURE, Kind.METHOD_VALUE}
    return finding.rule is Rule.GOROUTINE or (is_function and _STARTING_CALL.search(finding.callee) is not None)


def _is_api(finding: Finding) -> bool:
    return finding.is_api and Rule.RETURNED in {finding.rule, finding.keeper}


TABLE: tuple[Row, ...] = (
    Row("cold", "hint", lambda f: f.temperature is Temperature.COLD),
    Row("inlined-possible", "hint", lambda f: _is_in_loop(f) and bool(f.inlined_from) and _is_possible(f)),
    Row("append-with-room", "hint", lambda f: _is_in_loop(f) and f.allocation_reason in _WITH_ROOM),
    Row("append-open", "hint", lambda f: _is_in_loop(f) and f.allocation_reason == "growth-open"),
    Row("same-statement", "hint", lambda f: f.is_beside),
    Row("loop", "information", lambda f: _is_in_loop(f) and not _is_store(f)),
    # From here on it stands outside loops, in code that is not known to be cold, or stores into a map.
    Row("inlined", "hint", lambda f: bool(f.inlined_from)),
    Row("possible", "hint", _is_possible),
    Row("constructor", "hint", lambda f: f.temperature_reason == "constructor"),
    Row("lifecycle", "hint", lambda f: f.temperature_reason == "lifecycle"),
    Row("main", "hint", lambda f: f.temperature_reason == "main"),
    Row("first-use", "hint", lambda f: f.temperature_reason in {"first-use", "once-each"}),
    Row("goroutine", "hint", _starts_goroutine),
    Row("make-channel", "hint", lambda f: f.rule is Rule.MAKE_CHANNEL),
    Row("send", "hint", lambda f: f.rule is Rule.SENT_ON_CHANNEL),
    Row("arguments", "hint", _is_argument),
    Row("api", "hint", _is_api),
    Row("kept", "hint", _is_kept),
    Row("normal", "information", lambda _: True),
)
KEYS = tuple(row.key for row in TABLE)
