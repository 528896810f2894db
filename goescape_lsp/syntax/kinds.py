"""What kind of thing a site makes: told by its syntax, or by the compiler's text where there is no syntax."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.judge import is_sum
from goescape_lsp.core.model import Kind, Verdict
from goescape_lsp.core.shape import Boxed, Callee
from goescape_lsp.core.tables.messages import LITERAL, VARIADIC
from goescape_lsp.syntax import spans
from goescape_lsp.syntax.boxing import boxed_text
from goescape_lsp.syntax.calls import callee_of
from goescape_lsp.syntax.forms import has_elided_elements, has_text_keys
from goescape_lsp.syntax.selectors import is_method, taker_of
from goescape_lsp.syntax.standard import is_standard_map
from goescape_lsp.syntax.tree import first_of, text_of
from goescape_lsp.syntax.types import Form, Names, element, infer, resolve

_KIND_BY_SUBJECT: tuple[tuple[str, Kind], ...] = (
    ("make(map[", Kind.MAP),
    ("make([]", Kind.SLICE),
    ("make(chan", Kind.CHANNEL),
    ("new(", Kind.NEW),
    ("append", Kind.APPEND),
    (LITERAL, Kind.CLOSURE),
    (VARIADIC, Kind.VARIADIC),
    ("([]byte)(", Kind.BYTES),
    ("([]rune)(", Kind.SLICE),
    ("string(", Kind.STRING),
    ("map[", Kind.MAP),
    ("[]", Kind.SLICE),
    ("&", Kind.COMPOSITE),
)
# `make` of a named type: with no size it is a map (channels have no verdict, slices need a length).
_MADE = re.compile(r"^make\((?P<type>[\w.]+)(?P<size>, .*)?\)$", re.DOTALL)
# `b.Len`, `(~r0).String`, `r.Pool[0].Name`: in inlined code nothing tells what such a text makes.
_SELECTOR = re.compile(r"^(?P<operand>[\w(][^\s\"'`{}]*)\.[^\W\d]\w*$")
_KIND_BY_FORM = {Form.MAP: Kind.MAP, Form.SLICE: Kind.SLICE, Form.CHANNEL: Kind.CHANNEL}


def kind_at(node: Node, subject: str, verdict: Verdict, names: Names) -> Kind:
    """Return the kind of a site whose expression or name is known."""
    if verdict is Verdict.MOVED:
        is_new = node.type == "call_expression" and text_of(node.child_by_field_name("function")) == "new"
        return Kind.NEW if is_new or spans.is_new_of_negative(node) else Kind.VARIABLE
    if verdict is Verdict.LEAKS or _is_parameter_name(node):
        return Kind.PARAMETER
    if node.type == "index_expression" and subject.endswith("]"):  # an element of what is made, in a box
        return Kind.INTERFACE
    if (kind := _kind_by_subject(subject)) is not None:
        is_method = kind is Kind.CLOSURE and node.type == "selector_expression" and not _is_of_package(node, names)
        return Kind.METHOD_VALUE if is_method else kind
    if (made := _MADE.match(subject)) is not None:
        return _kind_made(infer(node, names).form, made)
    return _kind_of_node(node, subject, names)


def kind_of_text(subject: str, verdict: Verdict, names: Names) -> Kind:
    """Return the kind of a site inside inlined code, where only the compiler's text tells."""
    if verdict is Verdict.MOVED:
        return Kind.VARIABLE
    if (kind := _kind_by_subject(subject)) is not None:
        return kind
    if (made := _MADE.match(subject)) is not None:
        declared = names.type_named(made["type"])
        return _kind_made(resolve(declared.type, names).form if declared is not None else Form.UNKNOWN, made)
    if boxed_text(subject, names) is Boxed.CONSTANT:
        return Kind.INTERFACE
    if is_sum(subject):
        return Kind.STRING
    selector = _SELECTOR.match(subject)
    is_open = selector is not None and selector["operand"] not in names.imports
    return Kind.OTHER if is_open else Kind.INTERFACE


def _kind_by_subject(subject: str) -> Kind | None:
    return next((kind for start, kind in _KIND_BY_SUBJECT if subject.startswith(start)), None)


def _kind_made(form: Form, made: re.Match[str]) -> Kind:
    return _KIND_BY_FORM.get(form, Kind.OTHER if made["size"] else Kind.MAP)


def _kind_of_node(node: Node, subject: str, names: Names) -> Kind:
    if node.type == "binary_expression" and " + " in subject:
        return Kind.INTERFACE if infer(node, names).form is Form.BASIC else Kind.STRING
    if node.type == "selector_expression":
        return _kind_of_selector(node, subject, names)
    if node.type == "composite_literal":
        return _kind_of_literal(node, names)
    if node.type == "type_conversion_expression" or _is_conversion(node, names):
        return _kind_of_conversion(node, names)
    return Kind.INTERFACE


def _kind_of_literal(node: Node, names: Names) -> Kind:
    written = node.child_by_field_name("type")
    form = resolve(written, names).form
    if form is Form.UNKNOWN and (is_standard_map(written) or has_text_keys(node)):
        return Kind.MAP
    if form is Form.UNKNOWN and has_elided_elements(node):
        return Kind.SLICE
    return _KIND_BY_FORM.get(form, Kind.INTERFACE)


def _kind_of_conversion(node: Node, names: Names) -> Kind:
    """Return what a conversion makes: `Name(s)` of a string may be a slice of bytes, or of runes."""
    made = infer(node, names)
    operand = first_of(node.child_by_field_name("arguments")) or node.child_by_field_name("operand")
    is_text = infer(operand, names).form is Form.STRING
    if made.form is Form.STRING:
        return Kind.INTERFACE if is_text else Kind.STRING  # of a string it is the same bytes
    if made.form is not Form.SLICE or not is_text:
        return Kind.INTERFACE
    return Kind.BYTES if element(made, names).basic in {"byte", "uint8"} else Kind.SLICE


def _is_of_package(selector: Node, names: Names) -> bool:
    operand = selector.child_by_field_name("operand")
    return operand is not None and operand.type == "identifier" and text_of(operand) in names.imports


def _is_parameter_name(node: Node) -> bool:
    return node.parent is not None and node.parent.type in {"parameter_declaration", "variadic_parameter_declaration"}


def _kind_of_selector(node: Node, subject: str, names: Names) -> Kind:
    """Return what a selector makes that has a verdict: a box or a method value; `OTHER` where syntax does not tell.

    Without an interface that takes it, it is a function that is made, since a field is only copied.
    """
    told = is_method(node, subject, names)
    if told is None and taker_of(node, names) is Form.FUNCTION:
        told = True
    return Kind.OTHER if told is None else Kind.METHOD_VALUE if told else Kind.INTERFACE


def _is_conversion(node: Node, names: Names) -> bool:
    function = node.child_by_field_name("function") if node.type == "call_expression" else None
    return function is not None and callee_of(function, names) is Callee.CONVERSION
