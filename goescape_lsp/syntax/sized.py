"""Whether what a site makes takes memory at all: a `struct{}` takes none, nor do types that hold nothing else."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.model import Kind
from goescape_lsp.core.tables.library import EMPTY_TYPES, NAMES
from goescape_lsp.syntax.forms import Form, Type
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import declared_at
from goescape_lsp.syntax.sizes import field_types, length_of, made_by, size_of
from goescape_lsp.syntax.tree import first_of, text_of
from goescape_lsp.syntax.types import element, infer, resolve, type_of_declaration

_DEPTH = 12
_QUALIFIED = re.compile(r"^(?P<package>[A-Za-z_]\w*)\.(?P<name>[A-Za-z_]\w*)$")
_OBJECT = re.compile(r"^(?:&(?P<composite>[^{]*)\{(?:\.\.\.)?\}|new\((?P<new>.*)\))$", re.DOTALL)
_LIST = re.compile(r"^(?:\[\](?P<listed>.*)\{\.\.\.\}|make\(\[\](?P<made>.*?), .*\))$", re.DOTALL)
_NO_ELEMENTS = re.compile(r"^\[0\]")
_PLAIN = re.compile(
    r"^(?:\*|\[\]|map\[|chan\b|<-chan|func\(|(?:u?int(?:8|16|32|64|ptr)?|float(?:32|64)|complex(?:64|128)"
    r"|string|bool|byte|rune|error|any|interface ?\{.*\})$)",
    re.DOTALL,
)
_SIZED_ARRAY = re.compile(r"^\[[1-9]\d*\](?P<element>.*)$", re.DOTALL)


def is_sized_site(node: Node, kind: Kind, names: Names) -> bool | None:
    """Say whether what a site makes takes memory, None where the package's own syntax does not tell."""
    match kind:
        case Kind.VARIABLE:
            found = declared_at(node)
            if found is None:
                return None
            told = is_sized(type_of_declaration(found, names), names)
            return True if told is None and _is_filled(found.value) else told
        case Kind.NEW | Kind.COMPOSITE:
            told = is_sized(made_by(node, kind, names), names)
            operand = node.child_by_field_name("operand") if node.type == "unary_expression" else node
            return True if told is None and _is_filled(operand) else told
        case Kind.SLICE if node.type == "composite_literal":
            return _is_sized_list(node, names)
        case Kind.SLICE:
            return is_sized(element(infer(node, names), names), names)
        case _:
            return None


def is_sized(kind: Type, names: Names, depth: int = _DEPTH) -> bool | None:
    """Say whether values of a type take memory, None where syntax does not tell."""
    if depth == 0:
        return None
    size = size_of(kind, names)
    if size is not None:
        return size > 0
    match kind.form:
        case Form.ARRAY if kind.node is not None:
            length = length_of(kind.node, names)
            each = is_sized(element(kind, names), names, depth - 1)
            return False if length == 0 else each if length else False if each is False else None
        case Form.STRUCT:
            told = {is_sized(part, names, depth - 1) for _, part in field_types(kind, names)}
            return True if True in told else None if None in told else False
        case Form.UNKNOWN:
            return _of_library(kind.name, names)
        case Form.TYPE_PARAMETER:
            return None
        case _:
            return True


def is_sized_text(subject: str, names: Names) -> bool | None:
    """Say the same of what inlined code makes, by the compiler's text of it: `&lib.T{...}`, `new(T)`, `rand.rng`."""
    if (listed := _LIST.match(subject)) is not None:
        return _is_sized_type(listed["listed"] or listed["made"], names)
    made = _OBJECT.match(subject)
    if made is None:
        qualified = _QUALIFIED.match(subject)
        return True if qualified is not None and qualified["package"] in NAMES else None
    if made["composite"] and subject.endswith("{...}"):  # a literal with fields or elements
        return True
    return _is_sized_type((made["composite"] or made["new"]).strip(), names)


def _is_sized_type(text: str, names: Names) -> bool | None:
    if _NO_ELEMENTS.match(text) or text in {"struct {}", "struct{}"}:
        return False
    if _PLAIN.match(text):
        return True
    if (array := _SIZED_ARRAY.match(text)) is not None:
        return _is_sized_type(array["element"], names)
    if (qualified := _QUALIFIED.match(text)) is not None:
        # What another package of such a name calls by an exported name of its own is no type without a size.
        if text in EMPTY_TYPES or qualified["package"] not in NAMES or not qualified["name"][0].isupper():
            return None
        return True
    declared = names.type_named(text)
    return is_sized(resolve(declared.type, names), names) if declared is not None else None


def _of_library(name: str, names: Names) -> bool | None:
    qualified = _QUALIFIED.match(name)
    if qualified is None or qualified["package"] not in names.standard:
        return None
    return name not in EMPTY_TYPES


def _is_filled(value: Node | None) -> bool:
    """Say whether a value is a literal with fields or elements: that is of a type with a size."""
    body = value.child_by_field_name("body") if value is not None and value.type == "composite_literal" else None
    return body is not None and any(part.type != "comment" for part in body.named_children)


def _is_sized_list(literal: Node, names: Names) -> bool | None:
    """Say whether the elements of a slice literal take memory: by their type, or by what one of them is."""
    body = literal.child_by_field_name("body")
    items = [part for part in body.named_children if part.type != "comment"] if body is not None else []
    told = is_sized(element(infer(literal, names), names), names)
    if told is not None or not items:
        return told
    return True if any(_is_filled_element(item) for item in items) else None


def _is_filled_element(item: Node) -> bool:
    value = item.named_children[-1] if item.type == "keyed_element" and item.named_children else item
    held = first_of(value) if value.type == "literal_element" else value
    if held is None:
        return False
    if held.type == "literal_value":
        return any(part.type != "comment" for part in held.named_children)
    return _is_filled(held) or (held.type == "unary_expression" and text_of(held).startswith("&"))
