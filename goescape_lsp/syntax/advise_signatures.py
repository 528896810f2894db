"""Explains which signature would let the caller own a value, or keep it out of an interface; edits nothing.

The callers may stand in files that are not looked at, so the changed signature is only shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.advice import Advice, Safety
from goescape_lsp.core.model import Kind
from goescape_lsp.core.shape import Boxed
from goescape_lsp.syntax.advise_uses import mentions, root_of
from goescape_lsp.syntax.boxing import boxed_value
from goescape_lsp.syntax.forms import FORM_OF_NODE, Form, Type
from goescape_lsp.syntax.interfaces import is_asked_for
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import TYPES, Declaration, Role, find
from goescape_lsp.syntax.sharing import leads_to_own_kind
from goescape_lsp.syntax.tree import enclosing_function, first_of, text_of, walk
from goescape_lsp.syntax.types import infer, resolve

_OWN_NAMES = ("dst", "into", "target")
# Types of the standard library that must not be copied; others of other files the note speaks of.
_LOCKS = ("sync.", "atomic.", "noCopy", "strings.Builder", "bytes.Buffer")
_POINTED = frozenset({Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE})
_ALLOCATING = frozenset({Boxed.SMALL_INTEGER, Boxed.SMALL_VALUE, Boxed.STRING, Boxed.VALUE, Boxed.SET_VARIABLE})


def returned(node: Node, kind: Kind, names: Names) -> Iterator[Advice]:
    """Yield how a function could hand out a value that it returns without making it itself."""
    function = enclosing_function(node)
    if function is None or function.type == "func_literal" or _is_of_callee(node) or _is_fixed(function):
        return
    results = _results(function)
    if kind in _POINTED:
        pointers = [result for result in results if _type_of_result(result).type == "pointer_type"]
        if len(pointers) != 1:
            return
        pointee, index = first_of(_type_of_result(pointers[0])), results.index(pointers[0])
        if pointee is None or text_of(pointee) != _made(node, names) or _returns_other(function, index, names):
            return
        if _returns_nil(function) or leads_to_own_kind(text_of(pointee), names):
            return
        if _is_copyable(pointee, names):
            yield _return_value(function, pointers[0], pointee)
        yield _fill(function, results, pointers[0], names)
    elif kind in {Kind.MAP, Kind.SLICE} and not _is_empty_slice(node, kind):
        wanted = Form.MAP if kind is Kind.MAP else Form.SLICE
        fitting = [result for result in results if resolve(_type_of_result(result), names).form is wanted]
        is_made = len(fitting) == 1 and text_of(_type_of_result(fitting[0])) == _made(node, names)
        if is_made and not _returns_parameter(function, results.index(fitting[0]), names):
            yield _fill(function, results, fitting[0], names)


def boxed(node: Node, names: Names) -> Iterator[Advice]:
    """Yield how a call could take a value without boxing it in an interface."""
    call = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
    if call is None or call.type != "call_expression" or node.parent is None:
        return
    operand = node.child_by_field_name("operand") if node.type == "unary_expression" else None
    if operand is not None and text_of(node).startswith("*") and operand.type == "identifier":
        yield Advice("pass-pointer", (), Safety.REVIEW, ("sees-pointer",), {"name": text_of(operand)})
        return
    index = node.parent.named_children.index(node)
    declaration = _function_called(call, names)
    parameter = _parameter(declaration, index) if declaration is not None else None
    if declaration is not None and parameter is not None and _may_allocate(node, names):
        yield from _concrete(declaration, parameter, node, index, names)


def _is_fixed(function: Node) -> bool:
    """Say whether an interface of the file or of the standard library asks for a method: its signature is not free."""
    file = function.parent
    return file is not None and is_asked_for(function, [file.text or b""])


def _return_value(function: Node, result: Node, pointee: Node) -> Advice:
    name = text_of(function.child_by_field_name("name"))
    written = _type_of_result(result)
    preview = _signature(function, [(written, text_of(pointee))])
    notes = ("copies", "callers-change", *_exported(name))
    return Advice("return-value", (), Safety.REVIEW, notes, {"name": name, "type": text_of(pointee)}, preview)


def _fill(function: Node, results: list[Node], result: Node, names: Names) -> Advice:
    """Return the advice to take the memory as a parameter; a slice is returned as well, its length may change."""
    name, written = text_of(function.child_by_field_name("name")), _type_of_result(result)
    own = next((own for own in _OWN_NAMES if not any(mentions(function, own))), "memory")
    changes = [_with_parameter(function, f"{own} {text_of(written)}")]
    if resolve(written, names).form is not Form.SLICE:
        changes.append(_without_result(function, results, result))
    notes = ("callers-change", *_exported(name))
    arguments = {"name": name, "parameter": own}
    return Advice("fill-caller-value", (), Safety.REVIEW, notes, arguments, _signature(function, changes))


def _concrete(declaration: Declaration, parameter: Node, node: Node, index: int, names: Names) -> Iterator[Advice]:
    function, written = declaration.value, parameter.child_by_field_name("type")
    type_name = _spelling(infer(node, names), node)
    if function is None or function.parent is None or written is None or not type_name:
        return
    name = text_of(declaration.name)
    for other in _calls(function.parent, name):
        arguments = other.child_by_field_name("arguments")
        given = arguments.named_children[index] if arguments and index < arguments.named_child_count else None
        if given is None or _spelling(infer(given, names), given) != type_name:
            return
    preview = _signature(function, [(written, type_name)])
    notes = ("callers-change", "kept-elsewhere", *_exported(name))
    yield Advice("concrete-parameter", (), Safety.REVIEW, notes, {"name": name, "type": type_name}, preview)


def _spelling(found: Type, at: Node) -> str:
    """Return how a type is written outside of functions, "" when it has no name there or that is not certain."""
    if found.form is Form.SLICE and not found.name and found.of is not None:
        inner = _spelling(found.of, at)
        return f"[]{inner}" if inner else ""
    is_literal = not found.name and found.node is not None and FORM_OF_NODE.get(found.node.type) is found.form
    text = text_of(found.node) if is_literal else found.name
    if found.form in {Form.UNKNOWN, Form.TYPE_PARAMETER} or "[" in found.name:
        return ""
    places = [at] if found.node is None else [at, found.node]
    declared = [find(word, place) for word in re.findall(r"\w+", text) for place in places]
    return "" if any(one is not None and one.role in TYPES for one in declared) else text


def _results(function: Node) -> list[Node]:
    result = function.child_by_field_name("result")
    if result is None:
        return []
    return [part for part in result.named_children if part.type != "comment"] if _is_list(result) else [result]


def _is_list(result: Node) -> bool:
    return result.type == "parameter_list"


def _type_of_result(result: Node) -> Node:
    return result.child_by_field_name("type") or result if result.type == "parameter_declaration" else result


def _is_copyable(pointee: Node, names: Names) -> bool:
    found = resolve(pointee, names)
    if pointee.type != "type_identifier" or found.form is not Form.STRUCT:
        return False
    return not any(lock in text_of(found.node) for lock in _LOCKS)


def _returns(function: Node) -> Iterator[list[Node]]:
    """Yield the values of each `return` of a function that has some, not of the literals in it."""
    for found in walk(function):
        if found.type == "return_statement" and enclosing_function(found) == function:
            values = first_of(found)
            if values is not None and values.named_children:
                yield values.named_children


def _returns_nil(function: Node) -> bool:
    """Say whether nil is a result of its own; beside an error the zero value can stand in for it."""
    return any(all(text_of(value) == "nil" for value in given) for given in _returns(function))


def _made(node: Node, names: Names) -> str:
    """Return the type of what is made at a site, as it is written; "" for elements whose type is left out."""
    if node.type == "unary_expression":
        node = node.child_by_field_name("operand") or node
    if node.type == "call_expression":
        return text_of(first_of(node.child_by_field_name("arguments")))
    if node.type == "composite_literal":
        return text_of(node.child_by_field_name("type"))
    return infer(node, names).name


def _returns_other(function: Node, index: int, names: Names) -> bool:
    """Say whether a function also returns what others made: a pointer to it is all that there is to return."""
    return any(index >= len(given) or not _is_own(given[index], names) for given in _returns(function))


def _returns_parameter(function: Node, index: int, names: Names) -> bool:
    """Say whether what a function returns is a parameter as well: its caller can give it the memory already."""
    returned = (value for given in _returns(function) for value in given[index : index + 1])
    roots = (root for value in returned if (root := root_of(value)) is not None)
    declared = (names.local(text_of(root), root) for root in roots)
    return any(one is not None and one.role is Role.PARAMETER for one in declared)


def _is_own(value: Node, names: Names) -> bool:
    """Say whether a pointer is nil, or leads to what the function itself makes."""
    if value.type == "identifier":
        found = names.local(text_of(value), value)
        return found is not None and found.value is not None and _is_own(found.value, names)
    if value.type == "unary_expression":
        pointed = value.child_by_field_name("operand")
        is_variable = pointed is not None and pointed.type == "identifier" and names.local(text_of(pointed), pointed)
        return pointed is not None and (bool(is_variable) or pointed.type == "composite_literal")
    is_new = value.type == "call_expression" and text_of(value.child_by_field_name("function")) == "new"
    return is_new or value.type == "nil"


def _is_of_callee(node: Node) -> bool:
    """Say whether a site is a call: what is made there was inlined from another function."""
    return node.type == "call_expression" and text_of(node.child_by_field_name("function")) not in {"make", "new"}


def _is_empty_slice(node: Node, kind: Kind) -> bool:
    """Say whether a slice without elements is made, which takes no memory."""
    body, arguments = node.child_by_field_name("body"), node.child_by_field_name("arguments")
    sizes = [text_of(size) for size in arguments.named_children[1:]] if arguments is not None else []
    return kind is Kind.SLICE and ((body is not None and body.named_child_count == 0) or sizes == ["0"])


def _function_called(call: Node, names: Names) -> Declaration | None:
    """Return the declaration of the function of this file that is called, None for a generic one."""
    function = call.child_by_field_name("function")
    found = names.find(text_of(function), call) if function is not None and function.type == "identifier" else None
    if found is None or found.role is not Role.FUNCTION or found.value is None:
        return None
    return found if found.value.child_by_field_name("type_parameters") is None else None


def _parameter(declaration: Declaration, index: int) -> Node | None:
    """Return the interface parameter of a function that an argument is for, if it has a name of its own."""
    parameters = declaration.value.child_by_field_name("parameters") if declaration.value is not None else None
    position = 0
    for parameter in parameters.named_children if parameters is not None else ():
        names = [name for name in parameter.children_by_field_name("name") if name.is_named]
        if position == index and len(names) == 1 and parameter.type == "parameter_declaration":
            written = text_of(parameter.child_by_field_name("type"))
            return parameter if written in {"any", "interface{}"} else None
        position += len(names)
    return None


def _may_allocate(node: Node, names: Names) -> bool:
    """Say whether boxing a value can allocate: not for constants, one byte, pointers, and nothing at all."""
    if node.type.endswith("_literal") or infer(node, names).form is Form.INTERFACE:
        return False
    operator = text_of(node.child_by_field_name("operator")) if node.type == "binary_expression" else ""
    return operator not in {"&", "%"} and boxed_value(node, text_of(node), names) in _ALLOCATING


def _calls(scope: Node, name: str) -> Iterator[Node]:
    for found in walk(scope):
        if found.type == "call_expression" and text_of(found.child_by_field_name("function")) == name:
            yield found


def _exported(name: str) -> tuple[str, ...]:
    return ("exported",) if name[:1].isupper() else ()


def _with_parameter(function: Node, parameter: str) -> tuple[Node | int, str]:
    """Return the change that puts a parameter first, or behind a context."""
    parameters = function.child_by_field_name("parameters")
    given = [] if parameters is None else parameters.named_children
    if not given:
        return (function.start_byte if parameters is None else parameters.start_byte + 1), parameter
    if text_of(given[0].child_by_field_name("type")) == "context.Context":
        return given[0].end_byte, f", {parameter}"
    return given[0].start_byte, f"{parameter}, "


def _without_result(function: Node, results: list[Node], result: Node) -> tuple[Node | int, str]:
    whole = function.child_by_field_name("result") or result
    rest = [other for other in results if other != result]
    text = ", ".join(text_of(other) for other in rest)
    has_names = any(other.child_by_field_name("name") is not None for other in rest)
    return whole, f"({text})" if len(rest) > 1 or has_names else text


def _signature(function: Node, changes: list[tuple[Node, str]] | list[tuple[Node | int, str]]) -> str:
    """Return a function's signature on one line with some of its nodes replaced, or text put in at a byte."""
    body = function.child_by_field_name("body")
    end = body.start_byte if body is not None else function.end_byte
    text = function.text or b""
    for place, new in sorted(changes, key=_start, reverse=True):
        start = (place if isinstance(place, int) else place.start_byte) - function.start_byte
        stop = (place if isinstance(place, int) else place.end_byte) - function.start_byte
        text = text[:start] + new.encode() + text[stop:]
        end += len(new.encode()) - (stop - start)
    return " ".join(text[: end - function.start_byte].decode("utf-8", "replace").split())


def _start(change: tuple[Node | int, str]) -> int:
    place = change[0]
    return place if isinstance(place, int) else place.start_byte
