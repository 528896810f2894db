"""Sizes and counts at which the compiler or the runtime changes what it does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from goescape_lsp.core.tables.versions import row_for


class Subject(StrEnum):
    """What a limit is about; its value is the most that is still treated kindly."""

    IMPLICIT = "bytes of a `make`, `new` or literal on the stack"
    VARIABLE = "bytes of a declared variable on the stack"
    MAKE_BUFFER = "bytes of a `make` of variable size that lie in a buffer on the stack"
    APPEND_BUFFER = "bytes of a local slice that `append` begins on the stack"
    RETURNED_APPEND_BUFFER = "bytes of a slice that leaves the function and that `append` begins on the stack"
    TEXT_BUFFER = "bytes of a string or byte slice that does not escape in a buffer on the stack"
    RUNE_BUFFER = "characters of a rune slice that does not escape in a buffer on the stack"
    MAP_ENTRIES = "entries of a local map that lie on the stack"
    MAP_GROWN_ENTRIES = "entries that a map holds after it grew once: a hint up to there saves nothing"
    MAP_IN_PLACE = "bytes of a key or element that a map keeps in its table"
    STATIC_STRUCT = "1 where a struct of constants is put into an interface without an allocation, else 0"
    STATIC_INTEGER = "largest integer that is put into an interface without an allocation"
    CAPTURE_BY_VALUE = "bytes of a variable that a closure copies"
    INLINE_BUDGET = "cost of a function that is inlined"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: `value` in the units of its subject, 0 where the version has no such thing."""

    subject: Subject
    value: int
    source: str
    since: str = ""
    until: str = ""


# Measured with go1.21.13 to go1.27.4 (tests/facts); `source` is the constant in Go's source tree.
LIMITS: tuple[Limit, ...] = (
    Limit(Subject.IMPLICIT, 65_536, "cmd/compile/internal/ir.MaxImplicitStackVarSize"),
    Limit(Subject.VARIABLE, 10_485_760, "cmd/compile/internal/ir.MaxStackVarSize", until="1.23"),
    Limit(Subject.VARIABLE, 131_072, "cmd/compile/internal/ir.MaxStackVarSize", since="1.24"),
    Limit(Subject.MAKE_BUFFER, 0, "cmd/compile/internal/escape: non-constant size", until="1.24"),
    Limit(Subject.MAKE_BUFFER, 32, "cmd/compile/internal/base.Debug.VariableMakeThreshold", since="1.25"),
    Limit(Subject.APPEND_BUFFER, 0, "cmd/compile/internal/ssagen: append", until="1.24"),
    Limit(Subject.APPEND_BUFFER, 32, "cmd/compile/internal/ssagen: append", since="1.25"),
    Limit(Subject.RETURNED_APPEND_BUFFER, 0, "cmd/compile/internal/slice", until="1.25"),
    Limit(Subject.RETURNED_APPEND_BUFFER, 32, "runtime.growsliceBuf, runtime.moveSlice", since="1.26"),
    Limit(Subject.TEXT_BUFFER, 32, "runtime.tmpStringBufSize"),
    Limit(Subject.RUNE_BUFFER, 32, "runtime.stringtoslicerune"),
    Limit(Subject.MAP_ENTRIES, 8, "internal/abi.MapBucketCount", until="1.23"),
    Limit(Subject.MAP_ENTRIES, 8, "internal/abi.MapGroupSlots", since="1.24"),
    Limit(Subject.MAP_GROWN_ENTRIES, 12, "runtime.overLoadFactor: 6 of 8", until="1.21"),
    Limit(Subject.MAP_GROWN_ENTRIES, 13, "runtime.overLoadFactor: 6.5 of 8", since="1.22", until="1.23"),
    Limit(Subject.MAP_GROWN_ENTRIES, 14, "internal/runtime/maps: 7 of 8", since="1.24"),
    Limit(Subject.MAP_IN_PLACE, 128, "internal/abi.MapMaxKeyBytes, MapMaxElemBytes"),
    Limit(Subject.STATIC_STRUCT, 0, "cmd/compile/internal/walk.dataWord", until="1.24"),
    Limit(Subject.STATIC_STRUCT, 1, "cmd/compile/internal/walk.dataWord", since="1.25"),
    Limit(Subject.STATIC_INTEGER, 255, "runtime.staticuint64s"),
    Limit(Subject.CAPTURE_BY_VALUE, 128, "cmd/compile/internal/escape.(*batch).flowClosure"),
    Limit(Subject.INLINE_BUDGET, 80, "cmd/compile/internal/inline.inlineMaxBudget"),
)


def limit(subject: Subject, go_version: str = "") -> int:
    """Return a limit of a Go version (`go1.26.8`, `1.24`), of the newest when it is not known."""
    return row_for((row for row in LIMITS if row.subject is subject), go_version).value
