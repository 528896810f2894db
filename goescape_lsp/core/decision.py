"""The answer of the classifier: one cause, one rule, and what the chase to them saw."""

from __future__ import annotations

from dataclasses import dataclass

from goescape_lsp.core.model import Cause, Place, Rule

RULES = {
    Cause.RETURN: Rule.RETURNED,
    Cause.GLOBAL: Rule.STORED_IN_GLOBAL,
    Cause.HEAP_STORE: Rule.STORED_IN_HEAP_OBJECT,
    Cause.MAP_STORE: Rule.STORED_IN_MAP,
    Cause.MAP_KEY: Rule.STORED_IN_MAP,
    Cause.MAP_LITERAL: Rule.STORED_IN_MAP,
    Cause.CHAN_SEND: Rule.SENT_ON_CHANNEL,
    Cause.APPEND: Rule.APPENDED,
    Cause.APPEND_SPREAD: Rule.APPENDED,
    Cause.COPY: Rule.COPIED,
    Cause.GOROUTINE: Rule.GOROUTINE,
    Cause.DEFER_LOOP: Rule.DEFERRED_IN_LOOP,
    Cause.DEFER_LABEL: Rule.DEFERRED_IN_LOOP,
    Cause.INTERFACE_ARG: Rule.INTERFACE_CONVERSION,
    Cause.UNKNOWN_CALL: Rule.PASSED_TO_UNKNOWN_CALL,
    Cause.CALLEE_PARAM: Rule.PASSED_TO_LEAKING_PARAMETER,
    Cause.ASSEMBLY: Rule.PASSED_TO_ASSEMBLY,
    Cause.PANIC: Rule.PANIC_ARGUMENT,
    Cause.LOOP: Rule.OUTLIVES_LOOP_ITERATION,
    Cause.LABEL: Rule.OUTLIVES_LOOP_ITERATION,
    Cause.LOOP_VARIABLE: Rule.OUTLIVES_LOOP_ITERATION,
    Cause.RECURSION: Rule.OUTLIVES_LOOP_ITERATION,
    Cause.OUTER_VAR: Rule.OUTLIVES_SCOPE,
    Cause.TOO_LARGE: Rule.TOO_LARGE_FOR_STACK,
    Cause.TOO_ALIGNED: Rule.TOO_ALIGNED_FOR_STACK,
    Cause.NON_CONSTANT_SIZE: Rule.NON_CONSTANT_SIZE,
    Cause.ZERO_SIZE_ELEMENT: Rule.ZERO_SIZE_ELEMENT,
    Cause.UINTPTRESCAPES: Rule.UINTPTR_ESCAPES,
    Cause.UNSAFE_CHECKPTR: Rule.UNSAFE_POINTER_CHECK,
    Cause.NOT_ASKED: Rule.UNEXPLAINED,
    Cause.UNKNOWN: Rule.UNKNOWN_CAUSE,
}
"""The rule of each cause, where neither a closure nor an interface value holds the value."""

RANGE = "range"
"""What stands for the function that a loop ranges over and hands its body to: no function can have this name."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a value is on the heap.

    `at` is the place of the deciding step. `callee` is the source text of the function that the deciding call names,
    `RANGE` where a loop calls the function that it ranges over.
    `is_captured` says that a closure holds the value (by reference if `is_by_reference`), `keeper` is the rule of what
    keeps that closure or box. `captured_at` is the place of the capture.
    """

    cause: Cause
    rule: Rule
    at: Place | None = None
    callee: str = ""
    keeper: Rule | None = None
    is_captured: bool = False
    is_by_reference: bool = False
    captured_at: Place | None = None


def because(cause: Cause, at: Place | None = None, callee: str = "") -> Decision:
    """Return the plain decision for a cause: with the cause's own rule."""
    return Decision(cause, RULES[cause], at, callee)


@dataclass(frozen=True, slots=True)
class Trail:
    """What a chase saw on its way: the capture and the boxing that hold the value, and where inlined code stands.

    `converted_at` is the place of the last boxing, `captured_at` that of the capture. `is_doubtful` says that one of
    several closures holds the value.
    """

    is_captured: bool = False
    is_by_reference: bool = False
    capture_keyword: str = ""
    capture_in_loop: bool = False
    is_converted: bool = False
    converted_at: Place | None = None
    inlined_at: Place | None = None
    is_doubtful: bool = False
    captured_at: Place | None = None
