"""The run-time functions that allocate, as the machine code calls them."""

from __future__ import annotations

from dataclasses import dataclass

from goescape_lsp.core.model import Kind

_BOXES = frozenset([Kind.INTERFACE, Kind.STRING, Kind.BYTES])
_FIXED = _BOXES | {
    *(Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE, Kind.CLOSURE, Kind.METHOD_VALUE, Kind.VARIADIC),
    *(Kind.SLICE, Kind.MAP),
}
_SLICE = frozenset([Kind.SLICE])
_BOXED = _BOXES | _SLICE  # the header of a slice
_MAP = frozenset([Kind.MAP])
_STRING = frozenset([Kind.STRING])


@dataclass(frozen=True, slots=True)
class RuntimeCall:
    """A run-time function that allocates, as a pattern of its name: what it makes, and which Go versions call it.

    `kinds` are the kinds of sites that it serves; `is_for_staying` says that it also serves values of these kinds
    that do not escape. `source` is the file of the run time below `src` in the newest version.
    """

    name: str
    kinds: frozenset[Kind]
    source: str
    since: str = ""
    until: str = ""
    is_for_staying: bool = False


# Source: cmd/compile/internal/typecheck/_builtin/runtime.go and ssagen of go1.21, 1.24, 1.26 and 1.27.
RUNTIME_CALLS: tuple[RuntimeCall, ...] = (
    RuntimeCall("newobject", _FIXED, "runtime/malloc.go"),
    RuntimeCall("mallocgc", _FIXED, "runtime/malloc.go"),
    RuntimeCall(r"mallocgc(?:Small|Tiny)\w+", _FIXED, "runtime/malloc_generated.go", since="1.27"),
    RuntimeCall("makeslice(?:64|copy)?", _SLICE, "runtime/slice.go", is_for_staying=True),
    RuntimeCall("stringtoslicerune", _SLICE, "runtime/string.go", is_for_staying=True),
    RuntimeCall("makemap(?:64)?", _MAP, "runtime/map.go", is_for_staying=True),
    RuntimeCall("makemap_small", _MAP, "runtime/map.go"),
    RuntimeCall(r"mapassign(?:_fast\w+)?", _MAP, "internal/runtime/maps/runtime.go"),
    RuntimeCall(r"convT\w*", _BOXED, "runtime/iface.go"),
    RuntimeCall(r"concatstrings?[2-5]?", _STRING, "runtime/string.go", is_for_staying=True),
    RuntimeCall("slicebytetostring", _STRING, "runtime/string.go", is_for_staying=True),
    RuntimeCall("slicerunetostring", _STRING, "runtime/string.go", is_for_staying=True),
    RuntimeCall("intstring", _STRING, "runtime/string.go"),
    RuntimeCall("stringtoslicebyte", frozenset([Kind.BYTES]), "runtime/string.go", is_for_staying=True),
    RuntimeCall(r"concatbytes?[2-5]?", frozenset([Kind.BYTES]), "runtime/string.go", since="1.22", is_for_staying=True),
    RuntimeCall("growslice", frozenset([Kind.APPEND]), "runtime/slice.go", is_for_staying=True),
    RuntimeCall(
        r"growslice(?:Buf|NoAlias|BufNoAlias)",
        frozenset([Kind.APPEND]),
        "runtime/slice.go",
        since="1.26",
        is_for_staying=True,
    ),
    RuntimeCall(r"moveSlice\w*", frozenset([Kind.APPEND]), "runtime/slice.go", since="1.26", is_for_staying=True),
    RuntimeCall("deferproc", frozenset([Kind.OTHER]), "runtime/panic.go", is_for_staying=True),
    RuntimeCall("makechan(?:64)?", frozenset([Kind.CHANNEL]), "runtime/chan.go", is_for_staying=True),
)
