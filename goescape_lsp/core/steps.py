"""The deciding step: what the last step of a flow says, and what only the syntax around it can tell.

Source: the decision table of the flow's last step, go1.21 to go1.27.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from goescape_lsp.core.blocks import Indexed
from goescape_lsp.core.common import Common
from goescape_lsp.core.decision import RANGE, Decision, Trail, because
from goescape_lsp.core.exits import Exits
from goescape_lsp.core.model import Cause, Place
from goescape_lsp.core.naming import without_types
from goescape_lsp.core.parse import Arrow, Block, Reason
from goescape_lsp.core.shape import Call, Callee, Syntax, Target
from goescape_lsp.core.tables.messages import LITERAL, REASONS

_RESULT = re.compile(r"^~[rR]\d+$")
_HEAP = "{heap}"
# A part of a package variable's initial value: `(*T)(path/p..stmp_1@8)`, `([]T)(path/p.variable@24)`.
_STATIC_DATA = re.compile(r"^\(.*\)\(\S+@\d+\)$")
# `m["a"]`, `m[p.Key("a")]`: what is indexed by a text is a map, whatever its type.
_BY_TEXT = re.compile(r"\[(?:(?:[\w.]+\()?\"(?:[^\"\\]|\\.)*\"\)?|(?:\w+\.)*CanonicalMIMEHeaderKey\(.*\))\]$")
_OF_VARIABLE = 2  # dots of `package.Variable.Method`
# The call that a loop over a function makes: its body is the argument `#yield1`.
_RANGED = re.compile(r"[(, ](?:\w+\.)?#yield\d*\)$")
_LOCAL_OF_INLINED = re.compile(r"^(?:\w+\.)?[^\WA-Z]\w*\(")
_VARIABLE_CALL = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_BY_REASON = {reason.text: reason.cause for reason in REASONS if reason.cause is not None}


class Steps:
    """Decides by the step at which a flow ends outside any container."""

    def __init__(
        self,
        indexed: Indexed,
        common: Common,
        syntax: Callable[[Place], Syntax | None],
    ) -> None:
        """Take what `Classifier` takes."""
        self._indexed = indexed
        self._syntax = syntax
        self._exits = Exits(syntax)
        self._bodiless = common.bodiless
        self._packages = common.packages
        self._uintptrs = common.uintptrs

    def decide(self, block: Block, last: Arrow, trail: Trail, is_boxed: bool) -> Decision:  # noqa: FBT001
        """Decide by the destination and the last reason of a flow that ends outside any container."""
        if (started := self._started(block, last)) is not None:
            return started
        reasons = last.reasons
        if not reasons and last.target in {_HEAP, "{temp}"} and len(block.arrows) > 1:
            before = block.arrows[-2]  # arguments and range operands go through `{temp}`: the step before is the reason
            if self._is_receiver(before):
                return self._of_method_value(block, last)
            last, reasons = before, before.reasons
        if not reasons:
            return because(Cause.RETURN) if _RESULT.match(last.target) else self._of_method_value(block, last)
        reason = reasons[-1]
        if (known := _BY_REASON.get(reason.why)) is not None:
            return because(known, reason.place)
        if _RESULT.match(last.target):
            # The result of an inlined body is a variable outside the loops of that body.
            return because(Cause.RETURN if reason.why == "return" else Cause.LOOP, reason.place)
        if _grows(last) and len(block.arrows) > 1:
            before = block.arrows[-2]
            return self._assigned_to_variable(block, before, before.reasons[-1], trail)
        if reason.why == "call parameter" and last.target.isidentifier():
            # A parameter of functions that call each other, which none of them keeps: it is outside the loop around.
            called = self._called(self._exits.own_call(block, reason), trail, is_boxed)
            return because(Cause.RECURSION, called.at, called.callee)
        if reason.why == "call parameter":
            return self._called(self._exits.own_call(block, reason), trail, is_boxed)
        if last.target != _HEAP:
            return self._assigned_to_variable(block, last, reason, trail)
        if reason.why == "spill":
            return self._spilled(reason)
        return self._stored(reason)

    def _is_receiver(self, arrow: Arrow) -> bool:
        """Say whether an arrow takes the address of a variable for a method value: `c.stop` of `func (c *T) stop()`."""
        if arrow.target != "{temp}" or [reason.why for reason in arrow.reasons] != ["address-of"]:
            return False
        at = arrow.reasons[0].place
        found = self._indexed(at).method_values.get((at.file, arrow.source), ())
        return any(line.place == at for line in found)

    def _of_method_value(self, block: Block, last: Arrow) -> Decision:
        """Decide for the receiver of a method value: it goes through `{temp}` as the method's parameter leaks.

        Source: cmd/compile/internal/escape, OMETHVALUE; no step names the method, but its own verdict does.
        """
        is_passed = last.target in {_HEAP, "{temp}"} and any(arrow.target == "{temp}" for arrow in block.arrows)
        if not is_passed:
            return because(Cause.UNKNOWN)
        receiver = next(arrow.source for arrow in block.arrows if arrow.target == "{temp}")
        found = self._indexed(block.place).method_values.get((block.place.file, receiver), ())
        after = [line for line in found if line.place >= block.place]
        if not after:
            return because(Cause.CALLEE_PARAM)
        return because(Cause.CALLEE_PARAM, after[0].place, after[0].subject)

    def _started(self, block: Block, last: Arrow) -> Decision | None:
        """Decide for a variable that is called by `go`, or by `defer` in a loop: it flows to the heap for no reason."""
        if last.target != _HEAP or last.operators or last.source == "{temp}":
            return None
        if any(reason.why not in {"dot", "dot of pointer"} for reason in last.reasons):
            return None
        found = [reason.place for arrow in block.arrows for reason in arrow.reasons]
        at = found[-1] if found else block.place
        syntax = self._syntax(at)
        start = syntax.start_at(at, last.source) if syntax is not None else None
        if start is None:
            return None
        cause = Cause.GOROUTINE if start.keyword == "go" else Cause.DEFER_LOOP
        return because(cause, replace(start.place, file=at.file))

    def _spilled(self, reason: Reason) -> Decision:
        """Decide for a literal that goes to the heap by itself: `go` or a `defer` in a loop."""
        syntax = self._syntax(reason.place)
        literal = syntax.literal_at(reason.place) if syntax is not None else None
        if literal is None or not literal.keyword:
            call = syntax.call_at(reason.place) if syntax is not None else None
            keyword = call.keyword if call is not None else ""
        else:
            keyword = literal.keyword
        if keyword == "defer":
            return because(Cause.DEFER_LOOP, reason.place)
        cause = Cause.GOROUTINE if keyword == "go" or reason.expression == LITERAL else Cause.UNKNOWN
        return because(cause, reason.place)

    def _stored(self, reason: Reason) -> Decision:
        """Decide for an assignment to what the compiler calls the heap."""
        left = _left_side(reason.expression)
        if _STATIC_DATA.search(left):
            return because(Cause.GLOBAL, reason.place)
        target = Target.MAP if _BY_TEXT.search(left) else self._target(reason.place, left)
        found = {
            Target.GLOBAL: Cause.GLOBAL,
            Target.MAP: Cause.MAP_STORE,
            Target.ELEMENT: Cause.HEAP_STORE,
            Target.FIELD: Cause.HEAP_STORE,
            Target.OUTER_FUNCTION: Cause.OUTER_VAR,
        }.get(target)
        cause = found or _cause_by_text(left)
        return because(cause, reason.place)

    def _target(self, place: Place, left: str) -> Target:
        syntax = self._syntax(place)
        return syntax.target_at(place, left) if syntax is not None else Target.UNKNOWN

    def _assigned_to_variable(self, block: Block, last: Arrow, reason: Reason, trail: Trail) -> Decision:
        """Decide for a flow that ends in an ordinary variable: a result, an outer loop or function, a moved local."""
        syntax = self._syntax(reason.place)
        name, at = last.target, reason.place
        moved = self._indexed(at).moved.get((at.file, name), [])
        if "." in name or self._is_of_callee(at, trail):
            # A variable of an inlined callee, whatever has its name around the call.
            return self._given_to_inlined(block, last, trail, Cause.HEAP_STORE if at in moved else Cause.LOOP)
        if syntax is not None and syntax.result_name(at, name):
            return because(Cause.RETURN, at)
        is_moved = any(syntax is None or syntax.is_one_function(at, place) for place in moved)
        target = self._target(at, _left_side(reason.expression))
        if target is Target.OUTER_FUNCTION:
            return because(Cause.OUTER_VAR, at)
        if target is Target.FIELD and is_moved:
            return because(Cause.HEAP_STORE, at)
        # What decides is how often the value is made: the step may stand behind the loop, or in a loop of its own.
        made = block.place if block.place.file == at.file else at
        if syntax is not None and syntax.outlives_loop(at, name, made):
            return because(Cause.LOOP_VARIABLE if syntax.is_loop_variable(at, name) else Cause.LOOP, at)
        return because(Cause.HEAP_STORE if is_moved else Cause.OUTER_VAR, at)

    def _given_to_inlined(self, block: Block, last: Arrow, trail: Trail, otherwise: Cause) -> Decision:
        """Decide for a flow that ends in a variable of an inlined callee, by what it was given from.

        Shape: where nothing of the caller lies between, the callee's own loop keeps the value.
        """
        at = last.reasons[-1].place
        index = block.arrows.index(last)
        before = block.arrows[index - 1] if index > 0 and otherwise is Cause.LOOP else None
        if before is None or not before.reasons or before.target.startswith("{") or _RESULT.match(before.target):
            return because(otherwise, at)
        reason = before.reasons[-1]
        if reason.why == "call parameter":
            return self._called(reason, trail, is_boxed=False)
        if reason.why not in {"assign", "assign-pair"}:
            return because(otherwise, at)
        return self._assigned_to_variable(block, before, reason, trail)

    def _is_of_callee(self, at: Place, trail: Trail) -> bool:
        """Say whether a place is the call of a declared function: a step there stands in its inlined body.

        The body of a literal that a variable holds is left out: it may name the variables around the call.
        """
        syntax = self._syntax(at)
        call = syntax.call_at(at) if syntax is not None else None
        if syntax is None or call is None:
            return at == trail.inlined_at
        return not (call.function.startswith("func") or syntax.is_local(at, call.function))

    def _called(self, reason: Reason, trail: Trail, is_boxed: bool) -> Decision:  # noqa: FBT001
        """Decide for an argument of a call."""
        text, at = reason.expression, reason.place
        if _RANGED.search(text) is not None and not (is_boxed or trail.is_converted):
            return because(self._ranged_cause(text, at), at, RANGE)
        syntax = self._syntax(at)
        call = syntax.call_at(at) if syntax is not None else None
        name = call.function if call is not None and at != trail.inlined_at else called_name(text)
        is_own_text = call is not None and _last(called_name(text)) == _last(call.function)
        # A function of the package may be called `append`; in inlined code the call at the place is another one.
        is_builtin = not (is_own_text and call is not None and call.callee is Callee.FUNCTION)
        if text.startswith("append(") and is_builtin:
            return because(Cause.APPEND, at)
        if text.startswith("panic(") and is_builtin:
            return because(Cause.PANIC, at)
        # What is boxed in the inlined body of the call is passed to the call as it is.
        is_boxed_inside = call is not None and not is_own_text and trail.converted_at == at != trail.inlined_at
        if is_boxed or (trail.is_converted and not is_boxed_inside):
            return because(Cause.INTERFACE_ARG, at, name)
        if is_boxed_inside:
            return because(Cause.CALLEE_PARAM, at, name)
        if "... argument..." in text and self._is_uintptr_call(call, at):
            return because(Cause.UINTPTRESCAPES, at, name)
        cause = self._callee_cause(text, call if is_own_text else None, at)
        if cause is Cause.UNKNOWN_CALL and _VARIABLE_CALL.fullmatch(called_name(text)):
            name = called_name(text)  # in inlined code it is another one than stands at the place
        return because(cause, at, name)

    def _is_uintptr_call(self, call: Call | None, at: Place) -> bool:
        """Say whether a call has arguments that escape by `//go:uintptrescapes`; its variadic slice does too."""
        if call is None:
            return False
        start, end = (call.span.line, call.span.column), (call.span.end_line, call.span.end_column)
        return any(p.file == at.file and start <= (p.line, p.column) < end for p in self._uintptrs)

    def _ranged_cause(self, text: str, at: Place) -> Cause:
        """Tell what a loop over a function calls: in inlined code `seq` or `slices.seq` is a parameter, no function."""
        syntax = self._syntax(at)
        ranged = syntax.ranged_at(at) if syntax is not None else None
        if ranged is not None and ranged.callee is Callee.VALUE and ranged.function == called_name(text):
            return Cause.UNKNOWN_CALL
        is_inlined = syntax is not None and syntax.call_at(at) is not None
        is_local = _LOCAL_OF_INLINED.match(text) is not None and (is_inlined or "." in called_name(text))
        return Cause.UNKNOWN_CALL if is_local else self._callee_cause(text, None, at)

    def _callee_cause(self, text: str, call: Call | None, at: Place) -> Cause:
        """Tell a known function from one that the compiler cannot see through, by its rendering of the call."""
        name = called_name(text)
        if name.rpartition(".")[2] in self._bodiless or name in self._bodiless:
            return Cause.ASSEMBLY
        if text.startswith("(func(") or "&.dict[" in name:
            return Cause.UNKNOWN_CALL
        if text.startswith("(") or name.startswith("("):
            return Cause.CALLEE_PARAM  # a method expression: `(*T).M(receiver, …)` is a static call
        if call is not None and call.callee in {Callee.FUNCTION, Callee.IMPORTED}:
            return Cause.CALLEE_PARAM
        if call is not None and (call.callee is Callee.VALUE or _is_of_interface_variable(call, name)):
            return Cause.UNKNOWN_CALL
        return self._callee_by_text(name, at)

    def _callee_by_text(self, name: str, at: Place) -> Cause:
        """Tell a static call from a dynamic one by its rendering: methods of known types are `T.M(receiver, …)`."""
        parts = without_types(name).split(".")
        syntax = self._syntax(at)
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


def _is_of_interface_variable(call: Call, name: str) -> bool:
    """Say whether `rand.Reader.Read(b)` is called as it is written: a static call has its type there, `T.M(v, b)`."""
    return call.function == name and name.count(".") == _OF_VARIABLE


def _last(name: str) -> str:
    return without_types(name).rpartition(".")[2]


def _grows(arrow: Arrow) -> bool:
    """Say whether an arrow leads a slice to the `append` that makes a longer one of it."""
    text = arrow.reasons[-1].expression
    return arrow.target == "{temp}" and text.startswith(f"append({arrow.source}, ")


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


def called_name(text: str) -> str:
    """Return the function part of a rendered call, without its arguments: `fmt.Println`, `(*T).M`."""
    plain, bracket, _ = text.partition("(")
    if plain and bracket and ")" not in plain:
        return plain
    depth = 0
    for index, letter in enumerate(text):
        if letter == "(":
            if depth == 0 and index > 0 and text[index - 1] != "(":
                return text[:index]
            depth += 1
        elif letter == ")":
            depth -= 1
    return text
