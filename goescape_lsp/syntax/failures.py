"""What Go code does when something fails: the errors that it makes and reports, and the branches that end in one."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.syntax.functions import result_types
from goescape_lsp.syntax.tree import called_by, enclosing_function, first_of, last_statement, text_of

_MAKING_CALL = re.compile(
    r"^(?:errors\.(?:New|Join)|fmt\.Errorf|(?:\w+\.)*(?:[eE]rrorf|Wrapf?|WithStack|WithMessagef?))$"
)
# `ParseError`, `errTimeout`, `parseErr`, `os.PathError`, `dns.Error`; Go's own convention for the names of error types.
_TYPE = re.compile(r"^(?:\w+\.)?(?:\w*Error|\w+Err|[eE]rr[A-Z]\w*)$")
_VARIABLE = re.compile(r"^(?:\w+\.)*(?:\w*[eE]rr(?:or)?\d?|[eE]rr[A-Z]\w*)$")
# `sendErrResponse`, `http.Error`; what only asks about errors, or hands other values on (`checkErr(f(x))`), is none.
_REPORTING_CALL = re.compile(
    r"^(?:\w+\.)*(?:(?:[sS]end|[wW]rite|[rR]eport|[rR]eply|[rR]espond|[rR]eturn|[rR]ender|[aA]bort|[eE]mit|[sS]erve|[pP]rint)\w*"
    r"Err(?:or)?(?:[A-Z]\w*)?)$|^http\.Error$"
)
_ASKING_CALL = re.compile(r"^(?:errors\.(?:Is|As)|os\.Is\w+)$")
_CASES = frozenset({"expression_case", "default_case", "type_case"})
_GOES_ON = re.compile(rb"\b(?:continue|break|goto|fallthrough)\b")


def makes_error(call: str) -> bool:
    """Say whether a function, by its name, makes an error of its arguments."""
    return _MAKING_CALL.match(call) is not None


def reports_error(call: str) -> bool:
    """Say whether a function, by its name, tells somebody of an error: `http.Error`, `s.sendErrResponse`."""
    return _REPORTING_CALL.match(call) is not None


def is_error(node: Node) -> bool:
    """Say whether a composite literal is an error: a result of type error, or an error by its name.

    Shape: by name it must be a result or set a variable: `return nil, &ParseError{…}`, `err := &fault{…}`.
    """
    operand = node.child_by_field_name("operand") if node.type == "unary_expression" else node
    if operand is None or operand.type != "composite_literal":
        return False
    whole = node.parent if operand == node and node.parent and node.parent.type == "unary_expression" else node
    listed = whole.parent
    around = listed.parent if listed is not None and listed.type == "expression_list" else None
    if listed is None or around is None:
        return False
    index = listed.named_children.index(whole)
    if around.type == "return_statement":
        return _is_error_type(operand) or _result_type(around, index, listed.named_child_count) == "error"
    targets = around.child_by_field_name("left") or around.child_by_field_name("name")
    names = [] if targets is None else targets.named_children or [targets]
    return index < len(names) and _VARIABLE.match(text_of(names[index])) is not None


def is_error_branch(statement: Node, child: Node) -> bool:
    """Say whether a part of a statement runs only when something failed.

    So does what runs only while an error is not nil, and a branch that does nothing but end in an error or a panic.
    """
    if statement.type in _CASES:
        value = statement.child_by_field_name("value")
        return child != value and (_is_failure(first_of(value)) or _ends_in_error(statement))
    if statement.type != "if_statement":
        return False
    condition = statement.child_by_field_name("condition")
    if child == statement.child_by_field_name("consequence"):
        return _is_failure(condition) or _ends_in_error(child)
    if child != statement.child_by_field_name("alternative"):
        return False
    return _compares(condition, "==") or (child.type == "block" and _ends_in_error(child))


def _is_error_type(literal: Node) -> bool:
    return _TYPE.match(text_of(literal.child_by_field_name("type"))) is not None


def _result_type(statement: Node, index: int, count: int) -> str:
    """Return the declared type of one of `count` results, "" where it is not known."""
    types = result_types(enclosing_function(statement))
    return text_of(types[index]) if len(types) == count else ""


def _is_failure(condition: Node | None) -> bool:
    """Say whether a condition holds only when something failed: `err != nil`, `errors.Is(err, …)`."""
    if condition is None:
        return False
    if condition.type == "binary_expression" and text_of(condition.child_by_field_name("operator")) == "&&":
        sides = (condition.child_by_field_name("left"), condition.child_by_field_name("right"))
        return any(_is_failure(side) for side in sides)
    if condition.type == "call_expression":
        return _ASKING_CALL.match(text_of(condition.child_by_field_name("function"))) is not None
    return _compares(condition, "!=")


def _compares(condition: Node | None, operator: str) -> bool:
    if condition is None or condition.type != "binary_expression":
        return False
    left, right = text_of(condition.child_by_field_name("left")), text_of(condition.child_by_field_name("right"))
    is_compared = text_of(condition.child_by_field_name("operator")) == operator and right == "nil"
    return is_compared and re.fullmatch(r"(?:\w+\.)*\w*[eE]rr\w*", left) is not None


def _ends_in_error(branch: Node) -> bool:
    """Say whether the only way through a branch leads to an error: one return of an error, or a panic, at its end."""
    last = last_statement(branch)
    if last is None or not _is_error_end(last):
        return False
    before = (branch.text or b"")[: last.start_byte - branch.start_byte]
    return b"return" not in before and _GOES_ON.search(before) is None


def _is_error_end(last: Node) -> bool:
    if called_by(last) == "panic":
        return True
    if last.type != "return_statement":
        return False
    results = first_of(last)
    if results is None:
        before = last.prev_named_sibling
        return before is not None and reports_error(called_by(before))
    value = results.named_children[-1]
    if value.type == "call_expression":
        return makes_error(text_of(value.child_by_field_name("function")))
    return is_error(value) or re.match(r"^(?:\w+\.)?(?:Err|err)[A-Z]\w*$", text_of(value)) is not None
