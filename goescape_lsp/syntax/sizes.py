"""How many bytes a value takes on a 64-bit target, where the package's own syntax tells."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.model import Kind
from goescape_lsp.core.tables.layouts import WORD, header
from goescape_lsp.syntax.forms import UNKNOWN, Form, Type
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import CONSTANTS, declared_at
from goescape_lsp.syntax.tree import first_of, text_of
from goescape_lsp.syntax.types import element, infer, resolve, type_of_declaration

_BASIC = {
    "bool": 1,
    "byte": 1,
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "uint32": 4,
    "rune": 4,
    "float32": 4,
    "complex128": 16,
}
_ALIGN = {**_BASIC, "complex64": 4}
_BY_FORM = {
    Form.POINTER: WORD,
    Form.MAP: WORD,
    Form.CHANNEL: WORD,
    Form.FUNCTION: WORD,
    Form.STRING: header("string"),
    Form.INTERFACE: header("interface"),
    Form.SLICE: header("slice"),
}
_LENGTH = re.compile(r", (?P<length>\d+)(?:, (?P<capacity>\d+))?\)$")
_DEPTH = 12


def size_of_site(node: Node, kind: Kind, subject: str, names: Names) -> int | None:
    """Return the bytes that a site's allocation takes, None when syntax does not tell.

    Units: bytes of the value before rounding up to a size class; of a map its header alone.
    Source: the language's alignment rules for 64-bit targets; a slice, string and interface are 3, 2 and 2 words.
    """
    match kind:
        case Kind.MAP:
            return header("map")
        case Kind.VARIABLE:
            found = declared_at(node)
            return size_of(type_of_declaration(found, names), names) if found is not None else None
        case Kind.NEW | Kind.COMPOSITE | Kind.INTERFACE:
            return size_of(made_by(node, kind, names), names)
        case Kind.METHOD_VALUE:
            return _method_value_bytes(node, names)
        case Kind.SLICE:
            return _slice_bytes(node, subject, names)
        case _:
            return None


def site_has_pointers(node: Node, kind: Kind, names: Names) -> bool | None:
    """Say whether what a site allocates holds pointers, None when syntax does not tell."""
    match kind:
        case Kind.VARIABLE:
            found = declared_at(node)
            return _has_pointers(type_of_declaration(found, names), names, _DEPTH) if found is not None else None
        case Kind.NEW | Kind.COMPOSITE | Kind.INTERFACE:
            return _has_pointers(made_by(node, kind, names), names, _DEPTH)
        case Kind.METHOD_VALUE:
            return _has_pointers(_receiver(node, names), names, _DEPTH)
        case Kind.SLICE:
            made = infer(node, names).node
            inner = made.child_by_field_name("element") if made is not None else None
            return None if inner is None else _has_pointers(resolve(inner, names), names, _DEPTH)
        case _:
            return None


def size_of(kind: Type, names: Names) -> int | None:
    """Return the bytes that a value of a type takes, None when syntax does not tell."""
    return _size(kind, names, _DEPTH)


def align_of(kind: Type, names: Names) -> int | None:
    """Return the bytes that a value of a type is aligned to, None when syntax does not tell."""
    return _align(kind, names, _DEPTH)


def has_pointers(kind: Type, names: Names) -> bool | None:
    """Say whether values of a type hold pointers, None when syntax does not tell."""
    return _has_pointers(kind, names, _DEPTH)


def least_size(kind: Type, names: Names) -> int:
    """Return how many bytes a value of a type takes at least: what syntax knows of a struct's fields, together."""
    if (size := size_of(kind, names)) is not None:
        return size
    return sum(size_of(part, names) or 0 for _, part in field_types(kind, names))


def only_part(kind: Type, names: Names) -> Type | None:
    """Return the type of the only field of a struct or the only element of an array, None where there are others."""
    if kind.form is Form.ARRAY and kind.node is not None:
        is_one = text_of(kind.node.child_by_field_name("length")) == "1"
        return element(kind, names) if is_one else None
    fields = field_types(kind, names)
    return fields[0][1] if len(fields) == 1 else None


def field_types(kind: Type, names: Names) -> tuple[tuple[str, Type], ...]:
    """Return the names of a struct's fields with their types, in order; an embedded field has the name of its type."""
    if kind.form is not Form.STRUCT or kind.node is None:
        return ()
    return tuple(
        (text_of(name), _field_type(declared, names))
        for fields in kind.node.named_children
        for declared in fields.named_children
        if declared.type == "field_declaration"
        for name in declared.children_by_field_name("name") or declared.children_by_field_name("type")
    )


def made_by(node: Node, kind: Kind, names: Names) -> Type:
    """Return the type of the value that a `new`, a `&T{}` or a boxing allocates."""
    if kind is Kind.NEW:
        made = infer(node, names)
        return element(made, names) if made.form is Form.POINTER else UNKNOWN
    if kind is Kind.COMPOSITE and node.type == "unary_expression":
        return infer(node.child_by_field_name("operand"), names)
    return infer(node, names)


def _receiver(node: Node, names: Names) -> Type:
    """Return the type of the receiver that a method value holds: that which its method, or its interface, has."""
    operand = infer(node.child_by_field_name("operand"), names)
    if operand.form is Form.INTERFACE:
        return operand
    method = infer(node, names).node
    receiver = method.child_by_field_name("receiver") if method is not None else None
    declared = first_of(receiver)
    return resolve(declared.child_by_field_name("type"), names) if declared is not None else UNKNOWN


def _method_value_bytes(node: Node, names: Names) -> int | None:
    """Return the size of `struct { F uintptr; R T }`: a receiver of no size takes a byte, as a struct's last field."""
    size = size_of(_receiver(node, names), names)
    return None if size is None else WORD + -(-max(size, 1) // WORD) * WORD


def _slice_bytes(node: Node, subject: str, names: Names) -> int | None:
    made = infer(node, names)
    inner = made.node.child_by_field_name("element") if made.node is not None else None
    if inner is None or made.node is None or made.node.type != "slice_type":
        return None
    each = size_of(resolve(inner, names), names)
    if each is None:
        return None
    if node.type == "composite_literal":
        body = node.child_by_field_name("body")
        items = [part for part in body.named_children if part.type != "comment"] if body is not None else []
        return None if any(part.type == "keyed_element" for part in items) else len(items) * each
    length = _LENGTH.search(subject)
    return int(length["capacity"] or length["length"]) * each if length is not None else None


def _size(kind: Type, names: Names, depth: int) -> int | None:
    if depth == 0:
        return None
    if (known := _BY_FORM.get(kind.form)) is not None:
        return known
    if kind.form is Form.BASIC:
        return _BASIC.get(kind.basic, WORD) if kind.basic else None
    if kind.node is not None and kind.form is Form.ARRAY:
        return _array(kind.node, names, depth)
    if kind.node is not None and kind.form is Form.STRUCT:
        return _struct(kind.node, names, depth)
    return None


def _array(node: Node, names: Names, depth: int) -> int | None:
    length = length_of(node, names)
    if length == 0:
        return 0
    each = _size(resolve(node.child_by_field_name("element"), names), names, depth - 1)
    return None if each is None else 0 if each == 0 else None if length is None else length * each


def length_of(array: Node, names: Names) -> int | None:
    """Return the length of an array type: a number, or a constant that is declared as one; None for all else."""
    node = array.child_by_field_name("length")
    for _ in range(_DEPTH):
        found = names.find(text_of(node), node) if node is not None and node.type == "identifier" else None
        if found is None or found.role not in CONSTANTS:
            break
        node = found.value
    length = text_of(node).replace("_", "")
    shifted = re.fullmatch(r"(\d+) ?<< ?(\d+)", length)
    if shifted is not None:
        return int(shifted[1]) << int(shifted[2])
    return int(length, 0) if re.fullmatch(r"0|[1-9]\d*|0x[0-9a-fA-F]+", length) else None


def _struct(node: Node, names: Names, depth: int) -> int | None:
    """Return the size of a struct with padding; a last field of no size takes a byte, so its address is inside."""
    offset, largest, last = 0, 1, 1
    for fields in node.named_children:
        for declared in fields.named_children:
            if declared.type != "field_declaration":
                continue
            kind = _field_type(declared, names)
            size, align = _size(kind, names, depth - 1), _align(kind, names, depth - 1)
            if size is None or align is None:
                return None
            for _ in declared.children_by_field_name("name") or [declared]:
                offset = -(-offset // align) * align + size
                largest, last = max(largest, align), size
    if offset and last == 0:
        offset += 1
    return -(-offset // largest) * largest


def _align(kind: Type, names: Names, depth: int) -> int | None:
    if kind.form in _BY_FORM:
        return WORD
    if kind.form is Form.BASIC:
        return min(_ALIGN.get(kind.basic, WORD), WORD)
    if depth == 0 or kind.node is None:
        return None
    if kind.form is Form.ARRAY:
        return _align(resolve(kind.node.child_by_field_name("element"), names), names, depth - 1)
    if kind.form is not Form.STRUCT:
        return None
    fields = [d for f in kind.node.named_children for d in f.named_children if d.type == "field_declaration"]
    aligned = [_align(_field_type(declared, names), names, depth - 1) for declared in fields]
    known = [align for align in aligned if align is not None]
    return max(known, default=1) if len(known) == len(aligned) else None


def _field_type(declared: Node, names: Names) -> Type:
    """Return the type of a field; the star of an embedded `*T` stands beside its type in the tree."""
    if any(token.type == "*" for token in declared.children):
        return Type(Form.POINTER)
    return resolve(declared.child_by_field_name("type"), names)


def _has_pointers(kind: Type, names: Names, depth: int) -> bool | None:
    if kind.form in _BY_FORM:
        return True
    if kind.form is Form.BASIC:
        return False if kind.basic else None
    if depth == 0 or kind.node is None:
        return None
    if kind.form is Form.ARRAY:
        return _has_pointers(resolve(kind.node.child_by_field_name("element"), names), names, depth - 1)
    if kind.form is not Form.STRUCT:
        return None
    fields = [d for f in kind.node.named_children for d in f.named_children if d.type == "field_declaration"]
    held = {_has_pointers(_field_type(declared, names), names, depth - 1) for declared in fields}
    return True if True in held else None if None in held else False
