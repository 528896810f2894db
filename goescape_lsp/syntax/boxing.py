"""What a boxed value is, as far as syntax tells: constants, single bytes and pointers cost nothing in an interface."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.shape import Boxed
from goescape_lsp.core.tables.layouts import WORD
from goescape_lsp.core.tables.library import LONG_INTEGERS, WORDS
from goescape_lsp.syntax.constants import holds_constants, is_constant, is_set_once
from goescape_lsp.syntax.forms import INTEGERS, Form, Type
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.sizes import align_of, has_pointers, least_size, only_part, size_of
from goescape_lsp.syntax.tree import first_of, text_of
from goescape_lsp.syntax.types import infer, resolve

# `uint64(2)`: a constant with its type, as the compiler prints it.
_CONSTANT_SUBJECT = re.compile(
    r'^(?:"[^"]*\.\.\.|-?\d[\w.+-]*|(?:u?int(?:8|16|32|64)?|uintptr|float(?:32|64))\(-?\d[\w.+-]*\)'
    r'|".*"|\'.*\'|`.*`|true|false|nil)$',
    re.DOTALL,
)
# `key(-7)`, `slog.Level(-4)`; a call of a function of one argument looks the same.
NAMED_CONSTANT = re.compile(r'^(?P<type>[^\W\d][\w.]*)\((?:-?\d[\w.+-]*|"(?:[^"\\]|\\.)*")\)$')
# What `context.Background()` and `context.TODO()` box where they are inlined (go1.21 to go1.27).
_EMPTY_STRUCTS = frozenset(["context.backgroundCtx{}", "context.todoCtx{}"])
_ONE_BYTE = frozenset(["bool", "byte", "uint8", "int8"])
# What is copied into words that the runtime holds ready for small numbers, of 2, 4 or 8 bytes.
_WORDS = frozenset([2, 4, 8])
_SMALL = frozenset([Boxed.SMALL_INTEGER, Boxed.SMALL_VALUE])
_BY_CONTENT = frozenset([Boxed.VALUE, Boxed.SMALL_VALUE, Boxed.STRING, Boxed.SLICE, Boxed.UNKNOWN])
# A verb of package fmt may print nothing, as `%s` does of an empty string.
_VERB = re.compile(r"%[-+# 0-9.*\[\]]*.", re.DOTALL)
_DEPTH = 12  # a type of broken code may hold itself
_POINTER_FORMS = frozenset([Form.POINTER, Form.MAP, Form.CHANNEL, Form.FUNCTION])


def boxed_value(node: Node, subject: str, names: Names) -> Boxed:
    """Return what is put into an interface at a node; `subject` is the compiler's text, where constants are folded.

    Source: `runtime.convT*` and cmd/compile's walk of OCONVIFACE, go1.21 to go1.27.
    """
    if _CONSTANT_SUBJECT.match(subject) or is_constant(node, names):
        return Boxed.CONSTANT
    kind = infer(node, names)
    if (operand := _converted(node, kind, names)) is not None:
        return boxed_value(operand, text_of(operand), names)
    boxed = _by_type(kind, names)
    if boxed is Boxed.STRING and _is_text(node, names):
        return Boxed.VALUE
    if kind.form is Form.SLICE:
        if _is_nil(node):
            return Boxed.NIL_SLICE
        return Boxed.VALUE if _is_no_nil(node, names) else boxed
    is_of_library = kind.form is Form.UNKNOWN and boxed is Boxed.VALUE
    if not (is_of_library or kind.form in {Form.STRUCT, Form.ARRAY}) or boxed not in _BY_CONTENT:
        return boxed
    match holds_constants(node, names) if node.type == "composite_literal" else False:
        case True:
            return Boxed.CONSTANT_STRUCT if boxed is Boxed.VALUE else Boxed.SMALL_CONSTANT_STRUCT
        case None:
            return Boxed.UNKNOWN
        case False:
            return Boxed.SET_VARIABLE if boxed is Boxed.VALUE and is_set_once(node, names) else boxed


def _converted(node: Node, kind: Type, names: Names) -> Node | None:
    """Return the `v` of `any(v)`, which is what is boxed there; None for other expressions."""
    if kind.form is not Form.INTERFACE or node.type != "call_expression":
        return None
    is_type = resolve(node.child_by_field_name("function"), names).form is Form.INTERFACE
    operand = first_of(node.child_by_field_name("arguments"))
    is_value = operand is not None and infer(operand, names).form is not Form.INTERFACE
    return operand if is_type and is_value else None


def _is_text(node: Node | None, names: Names) -> bool:
    """Say whether a string is never empty: joined with a text of the source, or formatted around one."""
    if node is None:
        return False
    match node.type:
        case "parenthesized_expression":
            return _is_text(first_of(node), names)
        case "binary_expression":
            return any(_is_text(node.child_by_field_name(side), names) for side in ("left", "right"))
        case "interpreted_string_literal" | "raw_string_literal":
            return len(text_of(node)) > len('""')
        case "call_expression":
            is_format = text_of(node.child_by_field_name("function")) == "fmt.Sprintf" and "fmt" in names.imports
            form = text_of(first_of(node.child_by_field_name("arguments"))) if is_format else ""
            return form[:1] in {'"', "`"} and bool(_VERB.sub("", form[1:-1]))
        case _:
            return False


def _is_nil(node: Node) -> bool:
    """Say whether a slice is a conversion of `nil`."""
    operand = first_of(node.child_by_field_name("arguments")) or node.child_by_field_name("operand")
    return operand is not None and operand.type == "nil"


def _is_no_nil(node: Node, names: Names) -> bool:
    """Say whether a slice is never nil: a literal, or a part of an array. Of a nil slice, `s[0:0]` is the only part."""
    if node.type == "slice_expression":
        end = text_of(node.child_by_field_name("end"))
        if end.isdigit() and int(end):
            return True
        sliced = infer(node.child_by_field_name("operand"), names)
        return sliced.form in {Form.ARRAY, Form.POINTER}
    return node.type == "composite_literal"


def boxed_text(subject: str, names: Names) -> Boxed:
    """Return what the compiler's text tells of a boxed value: whether it is a constant, or has no size.

    Shape: of a type of the package a constant too, `key(-7)`; one of another package may be a call.
    """
    if subject in _EMPTY_STRUCTS:
        return Boxed.ZERO_SIZE
    if _CONSTANT_SUBJECT.match(subject):
        return Boxed.CONSTANT
    named = NAMED_CONSTANT.match(subject)
    declared = names.type_named(named["type"]) if named is not None else None
    is_constant_type = declared is not None and resolve(declared.type, names).form in {Form.BASIC, Form.STRING}
    return Boxed.CONSTANT if is_constant_type else Boxed.UNKNOWN


def _by_type(kind: Type, names: Names, depth: int = _DEPTH) -> Boxed:
    """Return what a value of a type is in an interface, whatever its content."""
    if kind.form in {Form.STRUCT, Form.ARRAY}:
        return _compound(kind, names, depth) if depth else Boxed.UNKNOWN
    if kind.form in _POINTER_FORMS:
        return Boxed.POINTER_SHAPED
    if kind.form is Form.STRING:
        return Boxed.STRING
    if kind.form is Form.SLICE:
        return Boxed.SLICE
    if kind.form is Form.BASIC:
        return _number(kind, names)
    if kind.form is Form.UNKNOWN and kind.name.partition(".")[0] in names.standard:
        is_integer = kind.name in LONG_INTEGERS
        return Boxed.VALUE if kind.name in WORDS else Boxed.SMALL_INTEGER if is_integer else Boxed.UNKNOWN
    return Boxed.UNKNOWN if kind.form in {Form.UNKNOWN, Form.TYPE_PARAMETER} else Boxed.VALUE


def _compound(kind: Type, names: Names, depth: int) -> Boxed:
    """Return what a struct or an array is: without a size, a single byte, one word that may be zero, or more."""
    if _is_empty_struct(kind):
        return Boxed.ZERO_SIZE
    inner = only_part(kind, names)
    boxed = _by_type(inner, names, depth - 1) if inner is not None else Boxed.VALUE
    if boxed is not Boxed.VALUE:
        return Boxed.SMALL_VALUE if boxed in _SMALL else boxed
    size = size_of(kind, names)
    if size is None:
        return Boxed.VALUE if inner is not None or least_size(kind, names) > WORD else Boxed.UNKNOWN
    if size <= 1:
        return Boxed.ONE_BYTE if size else Boxed.ZERO_SIZE
    is_word = size in _WORDS and align_of(kind, names) == size and has_pointers(kind, names) is False
    return Boxed.SMALL_VALUE if is_word else Boxed.VALUE


def _number(kind: Type, names: Names) -> Boxed:
    if kind.basic in _ONE_BYTE:
        return Boxed.ONE_BYTE
    if kind.basic in INTEGERS:
        return Boxed.SMALL_INTEGER
    if not kind.basic:
        return Boxed.UNKNOWN
    return Boxed.SMALL_VALUE if align_of(kind, names) == size_of(kind, names) else Boxed.VALUE


def _is_empty_struct(kind: Type) -> bool:
    fields = kind.node.named_children if kind.node is not None and kind.form is Form.STRUCT else None
    return fields is not None and all(not part.named_children for part in fields)
