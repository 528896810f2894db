"""The forms of Go's types, and the types that need no declaration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from goescape_lsp.syntax.tree import first_of


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
    """A type: its form, the type node that says so (None for inferred ones), and the name it was written with.

    `basic` is the predeclared type underneath a number, bool or string ("" when not known which), `of` what it holds
    where no node says so. `is_defined` marks a type that is not identical to what it is underneath, `is_untyped` a
    constant that takes the type its place asks for.
    """

    form: Form
    node: Node | None = None
    name: str = ""
    basic: str = ""
    of: Type | None = None
    is_defined: bool = False
    is_untyped: bool = False


UNKNOWN = Type(Form.UNKNOWN)

INTEGERS = frozenset(
    ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte", "rune"]
)
_BASIC = INTEGERS | {"bool", "float32", "float64", "complex64", "complex128"}
PREDECLARED = {
    "any": Type(Form.INTERFACE, name="any"),
    "error": Type(Form.INTERFACE, name="error"),
    "string": Type(Form.STRING, name="string", basic="string"),
    **{name: Type(Form.BASIC, name=name, basic=name) for name in _BASIC},
}
FORM_OF_NODE = {
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
LITERALS = {
    "int_literal": "int",
    "rune_literal": "rune",
    "float_literal": "float64",
    "imaginary_literal": "complex128",
    "interpreted_string_literal": "string",
    "raw_string_literal": "string",
    "true": "bool",
    "false": "bool",
}
# The later of two untyped numbers gives their sum its type (Go specification, Constant expressions).
_UNTYPED = (*dict.fromkeys(LITERALS.values()),)


def widest(untyped: list[Type]) -> Type:
    """Return the type of an expression of untyped constants."""
    return max(untyped, key=lambda side: _UNTYPED.index(side.basic))


def spelled_type(spelled: str) -> Type:
    """Return the type that a slice (`[][]byte`) or a predeclared name spells."""
    is_slice = spelled.startswith("[]")
    return Type(Form.SLICE, of=spelled_type(spelled.removeprefix("[]"))) if is_slice else PREDECLARED[spelled]


def has_text_keys(literal: Node) -> bool:
    """Say whether a literal has strings for keys: then it is a map, whatever package its type is of."""
    elements = first_of(literal.child_by_field_name("body"))
    key = first_of(elements) if elements is not None and elements.type == "keyed_element" else None
    while key is not None and key.type == "literal_element":
        key = first_of(key)
    return key is not None and key.type.endswith("string_literal")


def has_elided_elements(literal: Node) -> bool:
    """Say whether a literal's first element is braces alone, without a key: no struct, whatever its type."""
    element = first_of(literal.child_by_field_name("body"))
    inner = first_of(element) if element is not None and element.type == "literal_element" else None
    return inner is not None and inner.type == "literal_value"
