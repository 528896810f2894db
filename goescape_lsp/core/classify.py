"""From the compiler's explanation to one root cause and one rule.

Source: the decision table of the flow's last step, go1.21 to go1.27; what the text cannot tell is asked of the syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from goescape_lsp.core.model import Cause, Kind, Place, Rule, Verdict
from goescape_lsp.core.parse import Arrow, Block, Reason, VerdictLine
from goescape_lsp.core.shape import Call, Callee, Literal, Target

_STORAGE = re.compile(r"^\{storage for (?P<subject>.*)\}$", re.DOTALL)
_RESULT = re.compile(r"^~[rR]\d+$")
_HEAP = "{heap}"
_CHASE_LIMIT = 8
_SIZES = {
    "too large for stack": Cause.TOO_LARGE,
    "too aligned for stack": Cause.TOO_ALIGNED,
    "non-constant size": Cause.NON_CONSTANT_SIZE,
    "zero-sized element": Cause.ZERO_SIZE_ELEMENT,
}
_BY_REASON = {
    "return": Cause.RETURN,
    "send": Cause.CHAN_SEND,
    "map literal key": Cause.MAP_LITERAL,
    "map literal value": Cause.MAP_LITERAL,
    "key of map put": Cause.MAP_KEY,
    "appended slice...": Cause.APPEND_SPREAD,
    "copied slice": Cause.COPY,
    "//go:uintptrescapes": Cause.UINTPTRESCAPES,
    "conversion to unsafe.Pointer": Cause.UNSAFE_CHECKPTR,
    "callee operand": Cause.UNKNOWN_CALL,
}
_RULES = {
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
    Cause.INTERFACE_ARG: Rule.INTERFACE_CONVERSION,
    Cause.UNKNOWN_CALL: Rule.PASSED_TO_UNKNOWN_CALL,
    Cause.CALLEE_PARAM: Rule.PASSED_TO_LEAKING_PARAMETER,
    Cause.ASSEMBLY: Rule.PASSED_TO_ASSEMBLY,
    Cause.PANIC: Rule.PANIC_ARGUMENT,
    Cause.LOOP: Rule.OUTLIVES_LOOP_ITERATION,
    Cause.OUTER_VAR: Rule.OUTLIVES_SCOPE,
    Cause.TOO_LARGE: Rule.TOO_LARGE_FOR_STACK,
    Cause.TOO_ALIGNED: Rule.TOO_ALIGNED_FOR_STACK,
    Cause.NON_CONSTANT_SIZE: Rule.NON_CONSTANT_SIZE,
    Cause.ZERO_SIZE_ELEMENT: Rule.ZERO_SIZE_ELEMENT,
    Cause.UINTPTRESCAPES: Rule.UINTPTR_ESCAPES,
    Cause.UNSAFE_CHECKPTR: Rule.UNSAFE_POINTER_CHECK,
    Cause.UNKNOWN: Rule.UNKNOWN_CAUSE,
}
_UNBOXED_BY_SIZE = frozenset({*_SIZES.values()})


class Syntax(Protocol):
    """What the classifier asks of one file; places are of that file."""

    def call_at(self, place: Place) -> Call | None:
        """Return the call whose `(`, or whose `go` or `defer`, stands at a place."""
        ...

    def target_at(self, place: Place, left: str) -> Target:
        """Return what is assigned to at the place of an assignment."""
        ...

    def result_name(self, place: Place, name: str) -> bool:
        """Say whether a name is a named result of the function around a place."""
        ...

    def outlives_loop(self, place: Place, name: str) -> bool:
        """Say whether a name is declared outside a loop that is around a place."""
        ...

    def literal_around(self, place: Place) -> Literal | None:
        """Return the function literal or `go`/`defer` wrapper around a place."""
        ...

    def literal_at(self, place: Place) -> Literal | None:
        """Return the function literal or wrapper that starts at a place."""
        ...

    def is_local(self, place: Place, name: str) -> bool:
        """Say whether a name is local at a place."""
        ...

    def is_import(self, name: str) -> bool:
        """Say whether a name is an imported package."""
        ...

    def is_type(self, name: str) -> bool:
        """Say whether a name is a type of the package."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a value is on the heap.

    `at` is the place of the deciding step. `callee` is the source text of the function that the deciding call names.
    `is_captured` says that a closure holds the value (by reference if `is_by_reference`), `keeper` is the rule of what
    keeps that closure or box, `is_in_literal` that the value is part of a composite literal that goes to the heap.
    """

    cause: Cause
    rule: Rule
    at: Place | None = None
    callee: str = ""
    keeper: Rule | None = None
    is_captured: bool = False
    is_by_reference: bool = False
    is_in_literal: bool = False


@dataclass(frozen=True, slots=True)
class _Trail:
    """What a chase saw on its way: captures, boxings and literals that hold the value, nearest first."""

    is_captured: bool = False
    is_by_reference: bool = False
    capture_keyword: str = ""
    capture_in_loop: bool = False
    is_converted: bool = False
    is_in_literal: bool = False
    is_variadic: bool = False
    inlined_at: Place | None = None


class Classifier:
    """Decides the cause of each verdict of one compile, from its blocks and the package's sources."""

    def __init__(
        self,
        blocks: tuple[Block, ...],
        bodiless: frozenset[str],
        verdicts: Iterable[VerdictLine],
        syntax: Callable[[str], Syntax | None],
        packages: frozenset[str] = frozenset(),
    ) -> None:
        """Take the blocks, the functions without body, the verdicts and a way to the syntax of each file.

        `packages` are names of packages that the output mentions; inlined code names functions by them.
        """
        self._packages = packages
        self._bodiless = bodiless
        self._moved = {(line.place.file, line.subject) for line in verdicts if line.verdict is Verdict.MOVED}
        self._judged = {(line.place, line.subject) for line in verdicts}
        self._syntax = syntax
        self._by_place: dict[Place, list[Block]] = {}
        self._by_subject: dict[tuple[str, str], list[Block]] = {}
        for block in blocks:
            self._by_place.setdefault(block.place, []).append(block)
            self._by_subject.setdefault((block.place.file, block.subject), []).append(block)
        reasons = (reason for block in blocks for arrow in block.arrows for reason in arrow.reasons)
        self._uintptrs = tuple(reason.place for reason in reasons if reason.why == "//go:uintptrescapes")

    def blocks_of(self, place: Place, subject: str) -> tuple[Block, ...]:
        """Return the explanations of a verdict, in the compiler's order."""
        found = self._by_place.get(place, [])
        if subject == "append":
            return tuple(block for block in found if block.subject.startswith("append("))
        own = tuple(block for block in found if block.subject == subject)
        return own or self._before_folding(place, found)

    def _before_folding(self, place: Place, found: list[Block]) -> tuple[Block, ...]:
        """Return the explanation of a verdict whose subject was replaced by a constant after it was explained.

        Source: `text escapes to heap in F:` and then `"no credentials" escapes to heap`, go1.25 and later.
        """
        orphans = tuple(block for block in found if (place, block.subject) not in self._judged)
        return tuple(block for block in orphans if block.subject == orphans[0].subject)

    def decide(self, place: Place, subject: str, kind: Kind, *, is_inlined: bool = False) -> Decision:
        """Return the one cause of a heap verdict; `UNKNOWN` when the compiler's reason is not in the table.

        `is_inlined` says that the subject stands in an inlined body: the calls are those of that body then.
        """
        blocks = self.blocks_of(place, subject)
        for block in blocks:
            if (sized := _size_reason(block)) is not None:
                cause, at = sized
                return Decision(cause, _RULES[cause], at)
        if not blocks:
            return Decision(Cause.UNKNOWN, Rule.UNKNOWN_CAUSE)
        is_boxed = kind is Kind.INTERFACE or self._has_box(place, subject)
        chosen = next((b for b in blocks if not _stores_itself(b)), blocks[0])
        inlined_at = place if is_inlined else None
        decision, trail = self._chase(chosen, _Trail(inlined_at=inlined_at), is_boxed, _CHASE_LIMIT)
        return _ruled(decision, trail, is_boxed)

    def _has_box(self, place: Place, subject: str) -> bool:
        """Say whether a value is boxed where it is made: the compiler then explains the content and the box apart."""
        others = self._by_subject.get((place.file, subject), ())
        return any(_stores_itself(o) and place in {o.place, _last_place(o)} for o in others)

    def _chase(self, block: Block, trail: _Trail, is_boxed: bool, left: int) -> tuple[Decision, _Trail]:  # noqa: FBT001
        if not block.arrows or left == 0:
            return Decision(Cause.UNKNOWN, Rule.UNKNOWN_CAUSE), trail
        last = block.arrows[-1]
        trail = self._seen(block, trail)
        storage = _STORAGE.match(last.target)
        if storage is None:
            return self._decide_last(block, last, trail, is_boxed), trail
        container = self._container(block, last, storage["subject"])
        if container is None:
            return self._uncontained(last, trail), trail
        if (sized := _size_reason(container)) is not None:
            return Decision(sized[0], _RULES[sized[0]], sized[1]), trail
        if storage["subject"] != "... argument":  # from here on the container is passed on, not the box inside it
            trail, is_boxed = replace(trail, is_converted=False), storage["subject"] == block.subject and is_boxed
        return self._chase(container, trail, is_boxed, left - 1)

    def _seen(self, block: Block, trail: _Trail) -> _Trail:
        """Add what a block's steps do to the value."""
        for reason in (reason for arrow in block.arrows for reason in arrow.reasons):
            match reason.why:
                case "captured by a closure":
                    trail = self._captured(reason, trail)
                case "reference":
                    trail = replace(trail, is_by_reference=trail.is_by_reference or trail.is_captured)
                case "interface-converted":
                    trail = replace(trail, is_converted=True)
                case "slice-literal-element" if reason.expression == "... argument":
                    trail = replace(trail, is_variadic=True)
                case "slice-literal-element" | "struct literal element" | "array literal element":
                    trail = replace(trail, is_in_literal=True)
                case _:
                    pass
        return trail

    def _captured(self, reason: Reason, trail: _Trail) -> _Trail:
        if trail.is_captured:
            return trail
        syntax = self._syntax(reason.place.file)
        literal = syntax.literal_around(reason.place) if syntax is not None else None
        keyword = literal.keyword if literal is not None else ""
        is_in_loop = literal is not None and literal.is_in_loop
        return replace(trail, is_captured=True, capture_keyword=keyword, capture_in_loop=is_in_loop)

    def _container(self, block: Block, last: Arrow, subject: str) -> Block | None:
        """Return the block of the allocation that holds the value, by the position rules of each reason."""
        candidates = [
            other
            for other in self._by_subject.get((block.place.file, subject), [])
            if other is not block and _same_function(other, block)
        ]
        if subject.startswith("append("):
            candidates = [other for other in self._by_place.get(block.place, []) if other.subject.startswith("append(")]
        if not candidates:
            return None
        if not last.reasons:
            return candidates[0]
        reason = last.reasons[-1]
        exact = next((other for other in candidates if other.place == reason.place), None)
        if exact is not None:
            return exact
        if (
            reason.why in {"captured by a closure", "reference"}
            and (at := self._literal_place(reason.place)) is not None
        ):
            return next((other for other in candidates if other.place == at), None)
        before = [other for other in candidates if other.place.line == reason.place.line and other.place < reason.place]
        return max(before, key=lambda other: other.place, default=None) or _nearest(candidates, reason.place)

    def _literal_place(self, place: Place) -> Place | None:
        syntax = self._syntax(place.file)
        literal = syntax.literal_around(place) if syntax is not None else None
        return replace(literal.place, file=place.file) if literal is not None else None

    def _uncontained(self, last: Arrow, trail: _Trail) -> Decision:
        """Decide for a value in a container that has no explanation of its own."""
        at = last.reasons[-1].place if last.reasons else None
        if trail.is_captured and trail.capture_keyword == "go":
            return Decision(Cause.GOROUTINE, Rule.GOROUTINE, at)
        if trail.is_captured and trail.capture_keyword == "defer" and trail.capture_in_loop:
            return Decision(Cause.DEFER_LOOP, Rule.DEFERRED_IN_LOOP, at)
        return Decision(Cause.OUTER_VAR, Rule.OUTLIVES_SCOPE, at)

    def _decide_last(self, block: Block, last: Arrow, trail: _Trail, is_boxed: bool) -> Decision:  # noqa: FBT001
        """Decide by the destination and the last reason of a flow that ends outside any container."""
        reasons = last.reasons
        if not reasons and last.target in {_HEAP, "{temp}"} and len(block.arrows) > 1:
            last = block.arrows[-2]  # arguments and range operands go through `{temp}`: the step before is the reason
            reasons = last.reasons
        if not reasons:
            cause = Cause.RETURN if _RESULT.match(last.target) else Cause.UNKNOWN
            return Decision(cause, _RULES[cause])
        reason = reasons[-1]
        if (known := _BY_REASON.get(reason.why)) is not None:
            return Decision(known, _RULES[known], reason.place)
        if _RESULT.match(last.target):
            return Decision(Cause.RETURN, Rule.RETURNED, reason.place)
        if reason.why == "call parameter":
            return self._called(reason, trail, is_boxed)
        if last.target != _HEAP:
            return self._assigned_to_variable(block, last, reason, trail)
        if reason.why == "spill":
            return self._spilled(reason)
        return self._stored(reason)

    def _spilled(self, reason: Reason) -> Decision:
        """Decide for a literal that goes to the heap by itself: `go` or a `defer` in a loop."""
        syntax = self._syntax(reason.place.file)
        literal = syntax.literal_at(reason.place) if syntax is not None else None
        if literal is None or not literal.keyword:
            call = syntax.call_at(reason.place) if syntax is not None else None
            keyword = call.keyword if call is not None else ""
        else:
            keyword = literal.keyword
        if keyword == "defer":
            return Decision(Cause.DEFER_LOOP, Rule.DEFERRED_IN_LOOP, reason.place)
        cause = Cause.GOROUTINE if keyword == "go" or reason.expression == "func literal" else Cause.UNKNOWN
        return Decision(cause, _RULES[cause], reason.place)

    def _stored(self, reason: Reason) -> Decision:
        """Decide for an assignment to what the compiler calls the heap."""
        left = _left_side(reason.expression)
        target = self._target(reason.place, left)
        found = {
            Target.GLOBAL: Cause.GLOBAL,
            Target.MAP: Cause.MAP_STORE,
            Target.ELEMENT: Cause.HEAP_STORE,
            Target.FIELD: Cause.HEAP_STORE,
            Target.OUTER_FUNCTION: Cause.OUTER_VAR,
        }.get(target)
        cause = found or _cause_by_text(left)
        return Decision(cause, _RULES[cause], reason.place)

    def _target(self, place: Place, left: str) -> Target:
        syntax = self._syntax(place.file)
        return syntax.target_at(place, left) if syntax is not None else Target.UNKNOWN

    def _assigned_to_variable(self, block: Block, last: Arrow, reason: Reason, trail: _Trail) -> Decision:
        """Decide for a flow that ends in an ordinary variable: a result, an outer loop or function, a moved local."""
        syntax = self._syntax(reason.place.file)
        name, at = last.target, reason.place
        if syntax is not None and syntax.result_name(at, name):
            return Decision(Cause.RETURN, Rule.RETURNED, at)
        target = self._target(at, _left_side(reason.expression))
        if target is Target.OUTER_FUNCTION:
            return Decision(Cause.OUTER_VAR, Rule.OUTLIVES_SCOPE, at)
        is_moved = (block.place.file, name) in self._moved
        if target is Target.FIELD and is_moved:
            return Decision(Cause.HEAP_STORE, Rule.STORED_IN_HEAP_OBJECT, at)
        if syntax is not None and syntax.outlives_loop(at, name):
            return Decision(Cause.LOOP, Rule.OUTLIVES_LOOP_ITERATION, at)
        if is_moved:
            return Decision(Cause.HEAP_STORE, Rule.STORED_IN_HEAP_OBJECT, at)
        if "." in name or at == trail.inlined_at:  # a variable of an inlined callee: only its loop can keep the value
            return Decision(Cause.LOOP, Rule.OUTLIVES_LOOP_ITERATION, at)
        return Decision(Cause.OUTER_VAR, Rule.OUTLIVES_SCOPE, at)

    def _called(self, reason: Reason, trail: _Trail, is_boxed: bool) -> Decision:  # noqa: FBT001
        """Decide for an argument of a call."""
        text, at = reason.expression, reason.place
        syntax = self._syntax(at.file)
        call = syntax.call_at(at) if syntax is not None else None
        name = call.function if call is not None and at != trail.inlined_at else _called_name(text)
        is_own_text = call is not None and _last(_called_name(text)) == _last(call.function)
        if text.startswith("append(") and (call is None or call.callee is not Callee.FUNCTION):
            return Decision(Cause.APPEND, Rule.APPENDED, at)
        if text.startswith("panic(") and (call is None or call.callee is not Callee.FUNCTION):
            return Decision(Cause.PANIC, Rule.PANIC_ARGUMENT, at)
        if trail.is_converted or is_boxed:
            return Decision(Cause.INTERFACE_ARG, Rule.INTERFACE_CONVERSION, at, name)
        if "... argument..." in text and self._is_uintptr_call(call, at):
            return Decision(Cause.UINTPTRESCAPES, Rule.UINTPTR_ESCAPES, at, name)
        cause = self._callee_cause(text, call if is_own_text else None, at)
        return Decision(cause, _RULES[cause], at, name)

    def _is_uintptr_call(self, call: Call | None, at: Place) -> bool:
        """Say whether a call has arguments that escape by `//go:uintptrescapes`; its variadic slice does too."""
        if call is None:
            return False
        start, end = (call.span.line, call.span.column), (call.span.end_line, call.span.end_column)
        return any(p.file == at.file and start <= (p.line, p.column) < end for p in self._uintptrs)

    def _callee_cause(self, text: str, call: Call | None, at: Place) -> Cause:
        """Tell a known function from one that the compiler cannot see through, by its rendering of the call."""
        name = _called_name(text)
        if name.rpartition(".")[2] in self._bodiless or name in self._bodiless:
            return Cause.ASSEMBLY
        if text.startswith("(func(") or "&.dict[" in name:
            return Cause.UNKNOWN_CALL
        if text.startswith("(") or name.startswith("("):
            return Cause.CALLEE_PARAM  # a method expression: `(*T).M(receiver, …)` is a static call
        if call is not None and call.callee in {Callee.FUNCTION, Callee.IMPORTED}:
            return Cause.CALLEE_PARAM
        if call is not None and call.callee is Callee.VALUE:
            return Cause.UNKNOWN_CALL
        return self._callee_by_text(name, at)

    def _callee_by_text(self, name: str, at: Place) -> Cause:
        """Tell a static call from a dynamic one by its rendering: methods of known types are `T.M(receiver, …)`."""
        parts = name.split(".")
        syntax = self._syntax(at.file)
        owner = parts[0]
        is_local = syntax is not None and syntax.is_local(at, owner)
        if len(parts) == 1:
            return Cause.UNKNOWN_CALL if is_local else Cause.CALLEE_PARAM
        is_package = owner in self._packages or (syntax is not None and syntax.is_import(owner))
        if is_local or (not is_package and not (syntax is not None and syntax.is_type(owner))):
            return Cause.UNKNOWN_CALL
        if len(parts) == 2:  # noqa: PLR2004 - `package.Function` or `Type.Method`
            return Cause.CALLEE_PARAM
        is_type = parts[1][:1].isupper()  # else a variable of inlined code: `bufio.b.Write`
        return Cause.CALLEE_PARAM if is_type else Cause.UNKNOWN_CALL


def rule_of(cause: Cause) -> Rule:
    """Return the rule that a cause has when neither a closure nor an interface value holds the value."""
    return _RULES[cause]


def _ruled(decision: Decision, trail: _Trail, is_boxed: bool) -> Decision:  # noqa: FBT001
    """Choose the rule: panic first, then boxing, then capture, then where the value goes."""
    held = replace(
        decision,
        is_captured=trail.is_captured,
        is_by_reference=trail.is_by_reference,
        is_in_literal=trail.is_in_literal,
    )
    if decision.cause is Cause.PANIC or decision.cause in _UNBOXED_BY_SIZE or decision.cause is Cause.UNKNOWN:
        return held
    if is_boxed:
        return replace(held, rule=Rule.INTERFACE_CONVERSION, keeper=decision.rule)
    if trail.is_captured and decision.cause is not Cause.OUTER_VAR:
        if trail.capture_keyword == "go":
            return replace(held, rule=Rule.GOROUTINE)
        if trail.capture_keyword == "defer":
            return replace(held, rule=Rule.DEFERRED_IN_LOOP)
        return replace(held, rule=Rule.CAPTURED_BY_CLOSURE, keeper=decision.rule)
    return held


def _size_reason(block: Block) -> tuple[Cause, Place] | None:
    for arrow in block.arrows:
        for reason in arrow.reasons:
            if reason.why in _SIZES:
                return _SIZES[reason.why], reason.place
    return None


def _stores_itself(block: Block) -> bool:
    """Say whether a block's last container is its own subject: a literal that is boxed is printed twice."""
    storage = _STORAGE.match(block.arrows[-1].target) if block.arrows else None
    return storage is not None and storage["subject"] == block.subject and block.subject != "func literal"


def _last_place(block: Block) -> Place | None:
    reasons = block.arrows[-1].reasons if block.arrows else ()
    return reasons[-1].place if reasons else None


def _same_function(one: Block, other: Block) -> bool:
    return not one.function or not other.function or one.function == other.function


def _nearest(blocks: list[Block], place: Place) -> Block | None:
    return min(blocks, key=lambda block: abs(block.place.line - place.line), default=None)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _left_side(text: str) -> str:
    """Return the left side of the compiler's rendering of an assignment."""
    for operator in (" := ", " = ", " <- "):
        if operator in text:
            return text.partition(operator)[0]
    return text


def _cause_by_text(left: str) -> Cause:
    if re.fullmatch(r"[^\W\d]\w*(?:\.[^\W\d]\w*)?", left) and not left.startswith("~"):
        return Cause.GLOBAL if "." not in left else Cause.HEAP_STORE
    return Cause.HEAP_STORE


def _called_name(text: str) -> str:
    """Return the function part of a rendered call, without its arguments: `fmt.Println`, `(*T).M`."""
    depth = 0
    for index, letter in enumerate(text):
        if letter == "(":
            if depth == 0 and index > 0 and text[index - 1] != "(":
                return text[:index]
            depth += 1
        elif letter == ")":
            depth -= 1
    return text
