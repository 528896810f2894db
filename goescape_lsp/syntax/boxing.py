"""What a boxed value is, as far as syntax tells: constants, single bytes and pointers cost nothing in an interface."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.shape import Boxed
from goescape_lsp.syntax.forms import INTEGERS, PREDECLARED, Form, Type
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import CONSTANTS, Role
from goescape_lsp.syntax.tree import first_of, text_of
from goescape_lsp.syntax.types import infer

_CONSTANT_NODES = frozenset(
    [
        "int_literal",
        "float_literal",
        "imaginary_literal",
        "rune_literal",
        "interpreted_string_literal",
        "raw_string_literal",
        "true",
        "false",
        "nil",
    ]
)
# `uint64(2)`: a constant with its type, as the compiler prints it.
_CONSTANT_SUBJECT = re.compile(
    r'^(?:"[^"]*\.\.\.|-?\d[\w.+-]*|(?:u?int(?:8|16|32|64)?|uintptr|float(?:32|64))\(-?\d[\w.+-]*\)'
    r'|".*"|\'.*\'|`.*`|true|false|nil)$',
    re.DOTALL,
)
# What `context.Background()` and `context.TODO()` box where they are inlined (go1.21 to go1.27).
_EMPTY_STRUCTS = frozenset(["context.backgroundCtx{}", "context.todoCtx{}"])
_ONE_BYTE = frozenset(["bool", "byte", "uint8", "int8"])
_POINTER_FORMS = frozenset([Form.POINTER, Form.MAP, Form.CHANNEL, Form.FUNCTION])


def boxed_value(node: Node, subject: str, names: Names) -> Boxed:
    """Return what is put into an interface at a node; `subject` is the compiler's text, where constants are folded.

    Source: `runtime.convT*` and cmd/compile's walk of OCONVIFACE, go1.21 to go1.27.
    """
    if _CONSTANT_SUBJECT.match(subject) or _is_constant(node, names):
        return Boxed.CONSTANT
    kind = infer(node, names)
    if kind.form in _POINTER_FORMS:
        return Boxed.POINTER_SHAPED
    if kind.form is Form.STRING:
        return Boxed.STRING
    if kind.form is Form.SLICE and node.type not in {"composite_literal", "slice_expression"}:
        return Boxed.SLICE
    if kind.form is Form.BASIC:
        return _number(kind.basic)
    if kind.form is Form.STRUCT and _is_empty_struct(kind):
        return Boxed.ZERO_SIZE
    if kind.form is Form.STRUCT and _holds_constants(node, names):
        return Boxed.CONSTANT_STRUCT
    return Boxed.UNKNOWN if kind.form in {Form.UNKNOWN, Form.TYPE_PARAMETER} else Boxed.VALUE


def boxed_text(subject: str) -> Boxed:
    """Return what the compiler's text alone tells of a boxed value: whether it is a constant, or has no size."""
    if subject in _EMPTY_STRUCTS:
        return Boxed.ZERO_SIZE
    return Boxed.CONSTANT if _CONSTANT_SUBJECT.match(subject) else Boxed.UNKNOWN


def _number(basic: str) -> Boxed:
    if basic in _ONE_BYTE:
        return Boxed.ONE_BYTE
    if basic in INTEGERS:
        return Boxed.SMALL_INTEGER
    return Boxed.VALUE if basic else Boxed.UNKNOWN


def _is_empty_struct(kind: Type) -> bool:
    fields = kind.node.named_children if kind.node is not None else []
    return all(not part.named_children for part in fields)


def _holds_constants(node: Node, names: Names) -> bool:
    """Say whether a node is a struct literal with nothing but constants in it."""
    body = node.child_by_field_name("body") if node.type == "composite_literal" else None
    if body is None:
        return False
    values = [part.named_children[-1] if part.type == "keyed_element" else part for part in body.named_children]
    return all(
        value.named_child_count == 1 and _is_constant(value.named_children[0], names)
        for value in values
        if value.type != "comment"
    )


def _is_constant(node: Node, names: Names) -> bool:
    if node.type in _CONSTANT_NODES:
        return True
    if node.type == "identifier":
        found = names.find(text_of(node), node)
        return found is not None and found.role in CONSTANTS
    if node.type == "call_expression":
        return _is_converted_constant(node, names)
    if node.type in {"binary_expression", "unary_expression", "parenthesized_expression"}:
        operands = [part for part in node.named_children if part.type != "comment"]
        is_taken = node.type == "unary_expression" and text_of(node.child_by_field_name("operator")) in {"&", "*", "<-"}
        return not is_taken and bool(operands) and all(_is_constant(part, names) for part in operands)
    return False


def _is_converted_constant(call: Node, names: Names) -> bool:
    """Say whether a call converts a constant to a type of numbers, booleans or strings: the result is constant too."""
    function, operand = call.child_by_field_name("function"), first_of(call.child_by_field_name("arguments"))
    if function is None or operand is None or function.type != "identifier" or not _is_constant(operand, names):
        return False
    found = names.find(text_of(function), function)
    is_type = text_of(function) in PREDECLARED if found is None else found.role is Role.TYPE
    return is_type and infer(call, names).form in {Form.BASIC, Form.STRING}
