"""The functions of a file: names as Go writes them, where they stand, their parameters."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node, Tree

from goescape_lsp.core.model import Function, Place, Span
from goescape_lsp.core.naming import INITIALISATION, UNCOUNTED
from goescape_lsp.syntax.forms import Form
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.tree import (
    FUNCTIONS,
    ancestors,
    enclosing_function,
    node_at,
    span_of,
    text_of,
    walk,
)
from goescape_lsp.syntax.types import resolve

_DECLARED = frozenset({"function_declaration", "method_declaration"})
_PARAMETERS = frozenset({"parameter_declaration", "variadic_parameter_declaration"})
_REFERENCES = frozenset({Form.POINTER, Form.SLICE, Form.MAP, Form.FUNCTION})
_TESTING_TYPES = frozenset({"testing.TB", "testing.T", "testing.B", "testing.F", "testing.M"})


def is_generic(node: Node) -> bool:
    """Say whether a node lies in a function with type parameters, or in a method of a type with some."""
    declared = next((one for one in (node, *ancestors(node)) if one.type in FUNCTIONS - {"func_literal"}), None)
    if declared is None:
        return False
    receiver = declared.child_by_field_name("receiver")
    return declared.child_by_field_name("type_parameters") is not None or "[" in text_of(receiver)


def function_name(node: Node) -> tuple[str, Place | None]:
    """Return the name of the function around a node, as Go writes it, and where the compiler tells more of it.

    Shape: `F`, `T.M`, `(*T).M`; `init` at package level. `F.func` in a literal, whose number only the compiler knows:
    it tells the name at the literal's `func`. Of the functions `init` there may be several; that of one is told at
    its name. The function that a literal stands in is the one around it.
    """
    function = enclosing_function(node)
    if function is None:
        return INITIALISATION, None
    if function.type == "func_literal":
        declared = next((one for one in ancestors(function) if one.type in _DECLARED), None)
        owner = INITIALISATION if declared is None else _name(declared)
        return owner + UNCOUNTED, _place(function)
    name = _name(function)
    return name, _place(function.child_by_field_name("name")) if name == INITIALISATION else None


def _place(node: Node | None) -> Place | None:
    span = span_of(node) if node is not None else None
    return None if span is None else Place("", span.line, span.column)


def result_types(function: Node | None) -> list[Node]:
    """Return the written types of a function's results, one for each, none for a function without results."""
    result = function.child_by_field_name("result") if function is not None else None
    if result is None or result.type != "parameter_list":
        return [] if result is None else [result]
    listed = [part for part in result.named_children if part.type != "comment"]
    pairs = ((part.child_by_field_name("type"), part.children_by_field_name("name")) for part in listed)
    return [written for written, names in pairs if written is not None for _ in names or [written]]


def declared_functions(tree: Tree) -> Iterator[tuple[Node, str]]:
    """Yield the function and method declarations of a file with their names."""
    for node in tree.root_node.named_children:
        if node.type in _DECLARED:
            yield node, _name(node)


def list_functions(tree: Tree) -> tuple[Function, ...]:
    """Return the declared functions of a file, without what the compiler knows of them."""
    found: list[Function] = []
    for node, name in declared_functions(tree):
        written = node.child_by_field_name("name")
        if written is not None:
            body = node.child_by_field_name("body")
            found.append(Function(name, span_of(written), span_of(node), body=span_of(body) if body else None))
    return tuple(found)


def _name(function: Node) -> str:
    name = text_of(function.child_by_field_name("name"))
    receiver = function.child_by_field_name("receiver")
    if receiver is None:
        return name
    written = next((n.child_by_field_name("type") for n in receiver.named_children if n.type != "comment"), None)
    if written is not None and written.type == "parenthesized_type":
        written = written.named_children[0]
    owner = text_of(written)
    return f"({owner}).{name}" if owner.startswith("*") else f"{owner}.{name}"


def takes_testing(root: Node) -> bool:
    """Say whether a declared function or type of a file has package testing's types in its parameters or fields."""
    declared = (node for node in root.named_children if node.type in {*FUNCTIONS, "type_declaration"})
    signatures = (node.child_by_field_name("parameters") or node for node in declared)
    return any(
        node.type == "qualified_type" and text_of(node) in _TESTING_TYPES for part in signatures for node in walk(part)
    )


def takes_reference(tree: Tree, span: Span, names: Names) -> bool:
    """Say whether the parameter at a span takes an address, a slice, a map or a function, and is no receiver."""
    name = node_at(tree, span)
    parameter = next((one for one in (name, *ancestors(name)) if one.type in _PARAMETERS), None) if name else None
    if parameter is None or _is_receiver(parameter):
        return False
    is_variadic = parameter.type == "variadic_parameter_declaration"
    return is_variadic or resolve(parameter.child_by_field_name("type"), names).form in _REFERENCES


def _is_receiver(parameter: Node) -> bool:
    method = parameter.parent.parent if parameter.parent is not None else None
    return method is not None and method.child_by_field_name("receiver") == parameter.parent
