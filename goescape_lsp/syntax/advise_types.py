"""Tells the type of an expression as far as one file can tell it for certain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from goescape_lsp.syntax.advise_scope import Declaration, Role, resolve
from goescape_lsp.syntax.advise_standard import is_standard, standard_result
from goescape_lsp.syntax.tree import text_of

# A type that names itself, or a variable that is declared by itself in broken code, must not be followed for ever.
_DEPTH = 12


class Form(StrEnum):
    """What a type is underneath."""

    SLICE = "slice"
    ARRAY = "array"
    MAP = "map"
    CHANNEL = "channel"
    FUNCTION = "function"
    POINTER = "pointer"
    STRUCT = "struct"
    INTERFACE = "interface"
    STRING = "string"
    INTEGER = "integer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class GoType:
    """A type: `name` as the source spells it, "" when it has no spelling here; `node` its literal, None if predeclared.

    `is_defined` marks a type that has a name of its own, so that it is not identical to what it is underneath.
    """

    form: Form
    name: str
    node: Node | None = None
    is_defined: bool = False


_INTEGERS = frozenset(
    {"int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte", "rune"}
)
_OTHERS = frozenset({"bool", "float32", "float64", "complex64", "complex128"})
_FORMS = {
    "slice_type": Form.SLICE,
    "array_type": Form.ARRAY,
    "implicit_length_array_type": Form.ARRAY,
    "map_type": Form.MAP,
    "channel_type": Form.CHANNEL,
    "function_type": Form.FUNCTION,
    "pointer_type": Form.POINTER,
    "struct_type": Form.STRUCT,
    "interface_type": Form.INTERFACE,
}


def first_of(node: Node | None) -> Node | None:
    """Return the first named child, None without one."""
    return node.named_children[0] if node is not None and node.named_child_count else None


def type_of(expression: Node | None, depth: int = _DEPTH) -> GoType | None:
    """Return the type of an expression, None whenever another file could decide it."""
    if expression is None or depth == 0:
        return None
    match expression.type:
        case "identifier":
            declaration = resolve(text_of(expression), expression)
            return None if declaration is None else _declared(declaration, depth - 1)
        case "parenthesized_expression":
            return type_of(first_of(expression), depth - 1)
        case "composite_literal" | "type_conversion_expression" | "type_assertion_expression":
            return type_named(expression.child_by_field_name("type"), depth - 1)
        case "interpreted_string_literal" | "raw_string_literal":
            return GoType(Form.STRING, "string")
        case "int_literal":
            return GoType(Form.INTEGER, "int")
        case "func_literal":
            return GoType(Form.FUNCTION, "")
        case "selector_expression":
            return _selected(expression, depth - 1)
        case "index_expression":
            return element(type_of(expression.child_by_field_name("operand"), depth - 1), depth - 1)
        case "slice_expression":
            return _sliced(type_of(expression.child_by_field_name("operand"), depth - 1))
        case "unary_expression":
            return _unary(expression, depth - 1)
        case "binary_expression":
            return _binary(expression, depth - 1)
        case "call_expression":
            return _called(expression, depth - 1)
        case _:
            return None


def type_named(node: Node | None, depth: int = _DEPTH) -> GoType | None:
    """Return the type that a type expression stands for, None when it is declared elsewhere or is a type parameter."""
    if node is None or depth == 0:
        return None
    if node.type in _FORMS:
        return GoType(_FORMS[node.type], text_of(node), node)
    match node.type:
        case "parenthesized_type":
            return type_named(first_of(node), depth - 1)
        case "generic_type":
            return type_named(node.child_by_field_name("type"), depth - 1)
        case "type_identifier" | "identifier":
            return _type_by_name(text_of(node), node, depth - 1)
        case _:
            return None


def element(container: GoType | None, depth: int = _DEPTH) -> GoType | None:
    """Return the type of what a slice, array, map, channel or pointer holds."""
    if container is None:
        return None
    if container.form is Form.STRING:
        return GoType(Form.INTEGER, "byte")
    if container.node is None:
        return GoType(Form.STRING, "string") if container.name == "[]string" else None
    node = container.node
    match container.form:
        case Form.SLICE | Form.ARRAY:
            return type_named(node.child_by_field_name("element"), depth)
        case Form.MAP | Form.CHANNEL:
            return type_named(node.child_by_field_name("value"), depth)
        case Form.POINTER:
            return type_named(first_of(node), depth)
        case _:
            return None


def _type_by_name(name: str, at: Node, depth: int) -> GoType | None:
    declaration = resolve(name, at)
    if declaration is None:
        if name == "string":
            return GoType(Form.STRING, name)
        if name in _INTEGERS:
            return GoType(Form.INTEGER, name)
        if name in {"any", "error"}:
            return GoType(Form.INTERFACE, name)
        return GoType(Form.OTHER, name) if name in _OTHERS else None
    if declaration.role is not Role.TYPE:
        return None
    under = type_named(declaration.node.child_by_field_name("type"), depth)
    if under is None:
        return None
    is_alias = declaration.node.type == "type_alias"
    return GoType(under.form, name, under.node, is_defined=under.is_defined or not is_alias)


def _declared(declaration: Declaration, depth: int) -> GoType | None:
    node = declaration.node
    written = node.child_by_field_name("type")
    match declaration.role:
        case Role.PARAMETER:
            return type_named(written, depth)
        case Role.VARIADIC:
            return GoType(Form.SLICE, f"[]{text_of(written)}")
        case Role.VARIABLE | Role.CONSTANT:
            if written is not None:
                return type_named(written, depth)
            values = node.child_by_field_name("right") or node.child_by_field_name("value")
            return _value_at(values, declaration.index, depth)
        case Role.RANGE:
            return _ranged(node, declaration.index, depth)
        case _:
            return None


def _value_at(values: Node | None, index: int, depth: int) -> GoType | None:
    """Return the type of the value that belongs to one name; several names of one call have none."""
    if values is None or values.type != "expression_list" or index >= values.named_child_count:
        return None
    if index == 0 and values.named_child_count == 1 and values.parent is not None:
        targets = values.parent.child_by_field_name("left")
        several = len([name for name in values.parent.children_by_field_name("name") if name.is_named]) > 1
        if several or (targets is not None and targets.named_child_count > 1):
            return _first_of_pair(first_of(values), depth)
    return type_of(values.named_children[index], depth)


def _first_of_pair(value: Node | None, depth: int) -> GoType | None:
    """Return the type of `v` in `v, ok := …`; the results of a call are not looked up."""
    is_pair = value is not None and value.type in {"index_expression", "type_assertion_expression"}
    return type_of(value, depth) if is_pair else None


def _ranged(clause: Node, index: int, depth: int) -> GoType | None:
    operand = type_of(clause.child_by_field_name("right"), depth)
    if operand is not None and operand.form is Form.POINTER:
        operand = element(operand, depth)
    if operand is None:
        return None
    match operand.form, index:
        case ((Form.SLICE | Form.ARRAY | Form.STRING), 0):
            return GoType(Form.INTEGER, "int")
        case Form.STRING, _:
            return GoType(Form.INTEGER, "rune")
        case Form.MAP, 0:
            return None if operand.node is None else type_named(operand.node.child_by_field_name("key"), depth)
        case ((Form.SLICE | Form.ARRAY | Form.MAP), 1):
            return element(operand, depth)
        case Form.INTEGER, 0:
            return operand
        case _:
            return None


def _selected(selector: Node, depth: int) -> GoType | None:
    if is_standard(selector, "os", "Args"):
        return _spelled("[]string")
    owner = type_of(selector.child_by_field_name("operand"), depth)
    if owner is not None and owner.form is Form.POINTER:
        owner = element(owner, depth)
    if owner is None or owner.form is not Form.STRUCT or owner.node is None:
        return None
    wanted = text_of(selector.child_by_field_name("field"))
    fields = first_of(owner.node)
    for field in fields.named_children if fields is not None else ():
        if any(text_of(name) == wanted for name in field.children_by_field_name("name")):
            return type_named(field.child_by_field_name("type"), depth)
    return None


def _sliced(operand: GoType | None) -> GoType | None:
    if operand is None or operand.form not in {Form.SLICE, Form.STRING}:
        return GoType(Form.SLICE, "") if operand is not None and operand.form is Form.ARRAY else None
    return operand


def _unary(expression: Node, depth: int) -> GoType | None:
    operand = type_of(expression.child_by_field_name("operand"), depth)
    match text_of(expression.child_by_field_name("operator")):
        case "*":
            return element(operand, depth) if operand is not None and operand.form is Form.POINTER else None
        case "&" if operand is not None:
            return GoType(Form.POINTER, f"*{operand.name}")
        case "-" | "+" | "^":
            return operand
        case _:
            return None


def _binary(expression: Node, depth: int) -> GoType | None:
    left, right = expression.child_by_field_name("left"), expression.child_by_field_name("right")
    operator = text_of(expression.child_by_field_name("operator"))
    if operator in {"==", "!=", "<", "<=", ">", ">=", "&&", "||"}:
        return None  # may be of a defined boolean type
    if operator in {"<<", ">>"}:
        return None if left is None or left.type == "int_literal" else type_of(left, depth)
    is_literal = left is not None and left.type.endswith("_literal") and left.type != "composite_literal"
    return type_of(right if is_literal else left, depth)


def _called(call: Node, depth: int) -> GoType | None:
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if function is None or arguments is None:
        return None
    if spelled := standard_result(function):
        return _spelled(spelled)
    if function.type != "identifier":
        return None
    name, first = text_of(function), first_of(arguments)
    declaration = resolve(name, function)
    if declaration is not None and declaration.role is Role.FUNCTION:
        result = declaration.node.child_by_field_name("result")
        is_generic = declaration.node.child_by_field_name("type_parameters") is not None
        return None if is_generic else type_named(result, depth)
    if declaration is not None:
        return type_named(function, depth) if declaration.role is Role.TYPE else None
    match name:
        case "make":
            return type_named(first, depth)
        case "append":
            return type_of(first, depth)
        case "len" | "cap" | "copy":
            return GoType(Form.INTEGER, "int")
        case _:
            return type_named(function, depth)


def _spelled(spelled: str) -> GoType:
    return GoType(Form.SLICE if spelled.startswith("[]") else Form.STRING, spelled)
