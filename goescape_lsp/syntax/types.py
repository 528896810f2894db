"""A guess at the type of a Go expression from syntax alone: enough to tell maps from slices and boxes from pointers.

What syntax cannot know (types of other packages, generic results) is `UNKNOWN`; nothing is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from goescape_lsp.syntax.scope import Declaration, Role, find_local
from goescape_lsp.syntax.tree import text_of


class Form(StrEnum):
    """The underlying form of a type."""

    MAP = "map"
    SLICE = "slice"
    ARRAY = "array"
    POINTER = "pointer"
    CHANNEL = "channel"
    FUNCTION = "function"
    INTERFACE = "interface"
    STRUCT = "struct"
    STRING = "string"
    BASIC = "basic"
    TYPE_PARAMETER = "type parameter"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its form, the type node that says so (None for inferred ones), and the name it was written with."""

    form: Form
    node: Node | None = None
    name: str = ""


UNKNOWN = Type(Form.UNKNOWN)

_INTEGERS = ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"]
_BASIC = frozenset(["bool", "byte", "rune", *_INTEGERS, "float32", "float64", "complex64", "complex128"])
_BY_NODE = {
    "map_type": Form.MAP,
    "slice_type": Form.SLICE,
    "array_type": Form.ARRAY,
    "implicit_length_array_type": Form.ARRAY,
    "pointer_type": Form.POINTER,
    "channel_type": Form.CHANNEL,
    "function_type": Form.FUNCTION,
    "interface_type": Form.INTERFACE,
    "struct_type": Form.STRUCT,
}
_LITERALS = {
    "int_literal": Type(Form.BASIC, name="int"),
    "float_literal": Type(Form.BASIC, name="float64"),
    "imaginary_literal": Type(Form.BASIC, name="complex128"),
    "rune_literal": Type(Form.BASIC, name="rune"),
    "interpreted_string_literal": Type(Form.STRING, name="string"),
    "raw_string_literal": Type(Form.STRING, name="string"),
    "true": Type(Form.BASIC, name="bool"),
    "false": Type(Form.BASIC, name="bool"),
}
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a file can use: what its package declares, methods and fields not included, and its imports."""

    declared: Mapping[str, Declaration]
    imports: frozenset[str] = frozenset()

    def type_named(self, name: str) -> Declaration | None:
        """Return the declaration of a type of the package."""
        found = self.declared.get(name)
        return found if found is not None and found.role is Role.TYPE else None


def resolve(node: Node | None, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type that a type expression names, down to its underlying form."""
    if node is None or depth == 0:
        return UNKNOWN
    if (form := _BY_NODE.get(node.type)) is not None:
        return Type(form, node)
    if node.type == "parenthesized_type":
        return resolve(node.named_children[0], names, depth - 1)
    if node.type == "generic_type":
        inner = resolve(node.child_by_field_name("type"), names, depth - 1)
        return Type(inner.form, inner.node, text_of(node))
    if node.type in {"type_identifier", "identifier"}:
        return _named(text_of(node), node, names, depth)
    return Type(Form.UNKNOWN, None, text_of(node))


def infer(node: Node | None, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type of an expression, `UNKNOWN` where the package's own syntax does not tell."""
    if node is None or depth == 0:
        return UNKNOWN
    if (literal := _LITERALS.get(node.type)) is not None:
        return literal
    match node.type:
        case "identifier":
            return _variable(node, names, depth)
        case "parenthesized_expression":
            return infer(node.named_children[0], names, depth - 1)
        case "composite_literal":
            return resolve(node.child_by_field_name("type"), names, depth - 1)
        case "type_conversion_expression" | "type_assertion_expression":
            return resolve(node.child_by_field_name("type"), names, depth - 1)
        case "func_literal":
            return Type(Form.FUNCTION, node)
        case "call_expression":
            return _call(node, names, depth)
        case "unary_expression":
            return _unary(node, names, depth)
        case "binary_expression":
            return _binary(node, names, depth)
        case "selector_expression":
            return _field(node, names, depth)
        case "index_expression":
            return element(infer(node.child_by_field_name("operand"), names, depth - 1), names)
        case "slice_expression":
            return _sliced(infer(node.child_by_field_name("operand"), names, depth - 1), names)
        case _:
            return UNKNOWN


def element(of: Type, names: Names) -> Type:
    """Return the type of an element of a slice, array, map (its value) or channel, or what a pointer points to."""
    if of.node is None:
        return Type(Form.BASIC, name="byte") if of.form is Form.STRING else UNKNOWN
    for field in ("element", "value"):
        if (inner := of.node.child_by_field_name(field)) is not None:
            return resolve(inner, names)
    if of.form is Form.POINTER and of.node.named_children:
        return resolve(of.node.named_children[0], names)
    return UNKNOWN


def type_of_declaration(found: Declaration, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type of a declared variable, written or inferred."""
    if found.type is not None:
        written = resolve(found.type, names, depth - 1)
        return Type(Form.SLICE) if found.is_variadic else written
    if found.role is Role.RANGE:
        return _ranged(found, names, depth)
    if found.value is None:
        return UNKNOWN
    if not found.is_only or found.index:
        return _result(found.value, found.index, names, depth)
    return infer(found.value, names, depth - 1)


def _named(name: str, node: Node, names: Names, depth: int) -> Type:
    if (declared := names.type_named(name)) is not None:
        if declared.type is None:
            return Type(Form.UNKNOWN, None, name)
        inner = resolve(declared.type, names, depth - 1)
        return Type(inner.form, inner.node, name)
    if name == "string":
        return Type(Form.STRING, None, name)
    if name in _BASIC:
        return Type(Form.BASIC, None, name)
    if name in {"any", "error"}:
        return Type(Form.INTERFACE, None, name)
    is_parameter = _is_type_parameter(name, node)
    return Type(Form.TYPE_PARAMETER if is_parameter else Form.UNKNOWN, None, name)


def _is_type_parameter(name: str, node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        parameters = parent.child_by_field_name("type_parameters")
        if parameters is not None:
            declared = (n for d in parameters.named_children for n in d.children_by_field_name("name"))
            if any(text_of(item) == name for item in declared):
                return True
        parent = parent.parent
    return False


def _variable(node: Node, names: Names, depth: int) -> Type:
    name = text_of(node)
    found = find_local(name, node) or names.declared.get(name)
    if found is None or found.role in {Role.IMPORT, Role.TYPE}:
        return UNKNOWN
    if found.role is Role.FUNCTION:
        return Type(Form.FUNCTION, found.value)
    return type_of_declaration(found, names, depth - 1)


def _call(node: Node, names: Names, depth: int) -> Type:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return UNKNOWN
    name = text_of(function)
    first = next((item for item in arguments.named_children if item.type != "comment"), None)
    if name == "make":
        return resolve(first, names, depth - 1)
    if name == "new":
        return Type(Form.POINTER)
    if name == "append":
        return infer(first, names, depth - 1)
    if name in {"len", "cap", "copy"}:
        return Type(Form.BASIC, None, "int")
    if name == "string" or name in _BASIC:
        return _named(name, function, names, depth)
    if names.type_named(name) is not None:  # a conversion
        return _named(name, function, names, depth)
    return _result(node, 0, names, depth)


def _result(call: Node, index: int, names: Names, depth: int) -> Type:
    """Return the type of one result of a call of a function of this package, or of a two-valued expression."""
    if call.type != "call_expression":
        return infer(call, names, depth - 1) if index == 0 else Type(Form.BASIC, None, "bool")
    function = call.child_by_field_name("function")
    signature = infer(function, names, depth - 1).node if function is not None else None
    result = signature.child_by_field_name("result") if signature is not None else None
    if result is None:
        return UNKNOWN
    if result.type != "parameter_list":
        return resolve(result, names, depth - 1)
    written = [
        declared.child_by_field_name("type")
        for declared in result.named_children
        for _ in (declared.children_by_field_name("name") or [declared])
    ]
    return resolve(written[index], names, depth - 1) if index < len(written) else UNKNOWN


def _unary(node: Node, names: Names, depth: int) -> Type:
    operator, operand = text_of(node.child_by_field_name("operator")), node.child_by_field_name("operand")
    if operator == "&":
        return Type(Form.POINTER)
    if operator in {"*", "<-"}:
        return element(infer(operand, names, depth - 1), names)
    if operator == "!":
        return Type(Form.BASIC, None, "bool")
    return infer(operand, names, depth - 1)


def _binary(node: Node, names: Names, depth: int) -> Type:
    if text_of(node.child_by_field_name("operator")) in {"==", "!=", "<", "<=", ">", ">=", "&&", "||"}:
        return Type(Form.BASIC, None, "bool")
    left = infer(node.child_by_field_name("left"), names, depth - 1)
    if left.form is not Form.UNKNOWN and left.name != "int":
        return left
    right = infer(node.child_by_field_name("right"), names, depth - 1)
    return right if right.form is not Form.UNKNOWN else left


def _field(node: Node, names: Names, depth: int) -> Type:
    operand = infer(node.child_by_field_name("operand"), names, depth - 1)
    if operand.form is Form.POINTER:
        operand = element(operand, names)
    if operand.form is not Form.STRUCT or operand.node is None:
        return UNKNOWN
    wanted = text_of(node.child_by_field_name("field"))
    for fields in operand.node.named_children:
        for declared in fields.named_children:
            if any(text_of(name) == wanted for name in declared.children_by_field_name("name")):
                return resolve(declared.child_by_field_name("type"), names, depth - 1)
    return UNKNOWN


def _sliced(of: Type, names: Names) -> Type:
    if of.form in {Form.SLICE, Form.STRING}:
        return of
    if of.form is Form.POINTER:
        return Type(Form.SLICE, element(of, names).node)
    return Type(Form.SLICE, of.node) if of.form is Form.ARRAY else UNKNOWN


def _ranged(found: Declaration, names: Names, depth: int) -> Type:
    over = infer(found.value, names, depth - 1)
    if over.form is Form.POINTER:
        over = element(over, names)
    if found.index == 1:
        return Type(Form.BASIC, None, "rune") if over.form is Form.STRING else element(over, names)
    if over.form is Form.MAP and over.node is not None:
        return resolve(over.node.child_by_field_name("key"), names, depth - 1)
    if over.form is Form.CHANNEL:
        return element(over, names)
    return Type(Form.BASIC, None, "int") if over.form is not Form.UNKNOWN else UNKNOWN
