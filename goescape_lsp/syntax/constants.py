"""Which expressions are constants, and which literals hold nothing but constants; None where syntax does not tell."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from goescape_lsp.syntax.forms import PREDECLARED, Form, Type
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import CONSTANTS, Role
from goescape_lsp.syntax.sizes import field_types
from goescape_lsp.syntax.tree import first_of, text_of
from goescape_lsp.syntax.types import element, infer, resolve

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
_MEASURES = frozenset(["len", "cap", "min", "max", "complex", "real", "imag"])
_VALUES = frozenset([Form.BASIC, Form.STRING])


def is_constant(node: Node, names: Names) -> bool:
    """Say whether an expression is certainly a constant."""
    return _constancy(node, names) is True


def holds_constants(literal: Node, names: Names) -> bool | None:
    """Say whether a struct or array literal is nothing but constants, in inner literals too.

    Shape: a constant that is put into an interface there is none, `nil` is. None where a name of another package
    stands, or the result of a predeclared function.
    """
    return _holds(literal.child_by_field_name("body"), infer(literal, names), names)


def is_set_once(node: Node, names: Names) -> bool:
    """Say whether a node is a local variable that begins with constants only: the compiler may see that it stays so."""
    found = names.local(text_of(node), node) if node.type == "identifier" else None
    if found is None or found.role is not Role.LOCAL or found.value is None:
        return False
    return found.value.type == "composite_literal" and holds_constants(found.value, names) is not False


def _constancy(node: Node, names: Names) -> bool | None:
    if node.type in _CONSTANT_NODES:
        return True
    match node.type:
        case "identifier":
            return _of_name(node, names)
        case "selector_expression":
            operand = node.child_by_field_name("operand")
            is_import = operand is not None and text_of(operand) in names.imports
            return None if is_import and text_of(node.child_by_field_name("field"))[:1].isupper() else False
        case "call_expression":
            return _of_call(node, names)
        case "unary_expression" if text_of(node.child_by_field_name("operator")) in {"&", "*", "<-"}:
            return False
        case "binary_expression" | "unary_expression" | "parenthesized_expression":
            operands = [part for part in node.named_children if part.type != "comment"]
            return bool(operands) and _all(_constancy(part, names) for part in operands)
        case _:
            return False


def _of_name(node: Node, names: Names) -> bool | None:
    found = names.find(text_of(node), node)
    if found is None:
        return None
    return found.role in CONSTANTS


def _of_call(call: Node, names: Names) -> bool | None:
    """Return it of a conversion to a type of numbers, booleans or strings, or of a predeclared function."""
    function, operand = call.child_by_field_name("function"), first_of(call.child_by_field_name("arguments"))
    if function is None or operand is None:
        return False
    if function.type == "selector_expression":
        return None if _constancy(function, names) is None and _constancy(operand, names) is not False else False
    if function.type != "identifier":
        return False
    found = names.find(text_of(function), function)
    if found is None and text_of(function) in _MEASURES:
        return None
    is_type = text_of(function) in PREDECLARED if found is None else found.role is Role.TYPE
    return _constancy(operand, names) if is_type and infer(call, names).form in _VALUES else False


def _holds(body: Node | None, kind: Type, names: Names) -> bool | None:
    if body is None or kind.form not in {Form.STRUCT, Form.ARRAY}:
        return None if body is not None and kind.form is Form.UNKNOWN else False
    fields = field_types(kind, names)
    by_name = dict(fields)
    told: list[bool | None] = []
    for index, part in enumerate(part for part in body.named_children if part.type != "comment"):
        value = part.named_children[-1] if part.type == "keyed_element" else part
        held = value.named_children[0] if value.type == "literal_element" and value.named_child_count == 1 else value
        if kind.form is Form.ARRAY:
            told.append(_is_static(held, element(kind, names), names))
        elif part.type == "keyed_element":
            told.append(_is_static(held, by_name.get(text_of(part.named_children[0])), names))
        else:
            told.append(_is_static(held, fields[index][1] if index < len(fields) else None, names))
    return _all(told)


def _is_static(value: Node, kind: Type | None, names: Names) -> bool | None:
    """Say whether a value of a field is one that static data can hold as it is."""
    if value.type == "literal_value":
        return _holds(value, kind, names) if kind is not None else None
    if value.type == "composite_literal":
        return _holds(value.child_by_field_name("body"), resolve(value.child_by_field_name("type"), names), names)
    if value.type == "nil":
        return True
    told = _constancy(value, names)
    if told is True and kind is not None and kind.form is Form.INTERFACE:
        return False
    is_known = kind is not None and kind.form in _VALUES
    return told if is_known or told is False else None


def _all(told: Iterable[bool | None]) -> bool | None:
    answers = set(told)
    return False if False in answers else None if None in answers else True
