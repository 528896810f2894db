"""The type of a Go expression from syntax alone, certain enough to change code by it.

What syntax cannot know (types of other packages, generic results) is `UNKNOWN`; nothing is invented. The answer is as
good as the `Names` it is given: a name of another file that is not among them is unknown too.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tree_sitter import Node

from goescape_lsp.syntax.forms import (
    FORM_OF_NODE,
    LITERALS,
    PREDECLARED,
    UNKNOWN,
    Form,
    Type,
    spelled_type,
    widest,
)
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import CONSTANTS, TYPES, Declaration, Role
from goescape_lsp.syntax.standard import standard_result, standard_variable
from goescape_lsp.syntax.tree import first_of, text_of

__all__ = ["UNKNOWN", "Form", "Names", "Type", "element", "infer", "method_of", "resolve", "type_of_declaration"]

# A type that names itself, or a variable that is declared by itself in broken code, must not be followed for ever.
_DEPTH = 12


def resolve(node: Node | None, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type that a type expression names, down to its underlying form."""
    if node is None or depth <= 0:
        return UNKNOWN
    if (form := FORM_OF_NODE.get(node.type)) is not None:
        return Type(form, node)
    match node.type:
        case "parenthesized_type":
            return resolve(first_of(node), names, depth - 1)
        case "generic_type":
            return replace(resolve(node.child_by_field_name("type"), names, depth - 1), name=text_of(node))
        case "type_identifier" | "identifier":
            return _named(text_of(node), node, names, depth)
        case _:
            return Type(Form.UNKNOWN, None, text_of(node))


def infer(node: Node | None, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type of an expression, `UNKNOWN` where the package's own syntax does not tell."""
    if node is None or depth <= 0:
        return UNKNOWN
    if (literal := LITERALS.get(node.type)) is not None:
        return replace(PREDECLARED[literal], is_untyped=True)
    match node.type:
        case "identifier":
            return _variable(node, names, depth)
        case "parenthesized_expression":
            return infer(first_of(node), names, depth - 1)
        case "composite_literal" | "type_conversion_expression" | "type_assertion_expression":
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
            return _indexed(infer(node.child_by_field_name("operand"), names, depth - 1), names)
        case "slice_expression":
            return _sliced(infer(node.child_by_field_name("operand"), names, depth - 1), names)
        case _:
            return UNKNOWN


def element(of: Type, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type of an element of a slice, array, map (its value) or channel, or what a pointer points to."""
    if of.of is not None:
        return of.of
    if of.form is Form.STRING:
        return PREDECLARED["byte"]
    if of.node is None:
        return UNKNOWN
    if of.form is Form.POINTER:
        return resolve(first_of(of.node), names, depth)
    inner = of.node.child_by_field_name("element") or of.node.child_by_field_name("value")
    return resolve(inner, names, depth)


def type_of_declaration(found: Declaration, names: Names, depth: int = _DEPTH) -> Type:
    """Return the type of a declared variable, written or inferred."""
    if found.type is not None:
        written = resolve(found.type, names, depth - 1)
        return Type(Form.SLICE, of=written) if found.is_variadic else written
    if found.role is Role.RANGE:
        return _ranged(infer(found.value, names, depth - 1), found.index, names)
    if found.value is None:
        return UNKNOWN
    if not found.is_only or found.index:
        return _result(found.value, found.index, names, depth)
    inferred = infer(found.value, names, depth - 1)
    return inferred if found.role in CONSTANTS else replace(inferred, is_untyped=False)


def _named(name: str, node: Node, names: Names, depth: int) -> Type:
    declared = names.find(name, node)
    if declared is None:
        return PREDECLARED.get(name) or Type(Form.UNKNOWN, None, name)
    if declared.role is not Role.TYPE:
        return Type(Form.TYPE_PARAMETER if declared.role is Role.TYPE_PARAMETER else Form.UNKNOWN, None, name)
    under = resolve(declared.type, names, depth - 1)
    is_alias = declared.value is not None and declared.value.type == "type_alias"
    return replace(under, name=name, is_defined=under.is_defined or not is_alias)


def _variable(node: Node, names: Names, depth: int) -> Type:
    found = names.find(text_of(node), node)
    if found is None or found.role in TYPES or found.role is Role.IMPORT:
        return UNKNOWN
    if found.role is Role.FUNCTION:
        return Type(Form.FUNCTION, found.value)
    return type_of_declaration(found, names, depth - 1)


def _call(node: Node, names: Names, depth: int) -> Type:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return UNKNOWN
    if spelled := standard_result(function):
        return spelled_type(spelled)
    if function.type != "identifier":
        return _result(node, 0, names, depth)
    name = text_of(function)
    if (found := names.find(name, function)) is not None:
        return _named(name, function, names, depth) if found.role in TYPES else _result(node, 0, names, depth)
    first = next((item for item in arguments.named_children if item.type != "comment"), None)
    match name:
        case "make":
            return resolve(first, names, depth - 1)
        case "new":
            written = resolve(first, names, depth - 1)
            is_type = written.form is not Form.UNKNOWN
            return Type(Form.POINTER, of=written if is_type else infer(first, names, depth - 1))
        case "append":
            return infer(first, names, depth - 1)
        case "len" | "cap" | "copy":
            return PREDECLARED["int"]
        case _:
            return PREDECLARED.get(name, UNKNOWN)


def _result(call: Node, index: int, names: Names, depth: int) -> Type:
    """Return the type of one result of a call of a function of this package, or of a two-valued expression."""
    if call.type != "call_expression":
        return infer(call, names, depth - 1) if index == 0 else PREDECLARED["bool"]
    function = infer(call.child_by_field_name("function"), names, depth - 1)
    result = function.node.child_by_field_name("result") if function.node is not None else None
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
    operand = infer(node.child_by_field_name("operand"), names, depth - 1)
    match text_of(node.child_by_field_name("operator")), operand.form:
        case "&", _:
            return Type(Form.POINTER, of=operand)
        case ("*", Form.POINTER) | ("<-", Form.CHANNEL):
            return element(operand, names)
        case (("*" | "<-"), _):
            return UNKNOWN
        case _:
            return operand


def _binary(node: Node, names: Names, depth: int) -> Type:
    operator = text_of(node.child_by_field_name("operator"))
    if operator in {"==", "!=", "<", "<=", ">", ">="}:
        return PREDECLARED["bool"]
    left = infer(node.child_by_field_name("left"), names, depth - 1)
    if operator in {"<<", ">>"}:
        return UNKNOWN if left.is_untyped else left
    right = infer(node.child_by_field_name("right"), names, depth - 1)
    known = [side for side in (left, right) if side.form is not Form.UNKNOWN]
    typed = [side for side in known if not side.is_untyped]
    if typed:
        return typed[0]
    if len(known) == 1:
        return Type(known[0].form)  # of `x + 1` only the form is certain
    return widest(known) if known else UNKNOWN


def _field(node: Node, names: Names, depth: int) -> Type:
    if spelled := standard_variable(node):
        return spelled_type(spelled)
    operand = infer(node.child_by_field_name("operand"), names, depth - 1)
    if operand.form is Form.POINTER:
        operand = element(operand, names)
    wanted = text_of(node.child_by_field_name("field"))
    if (method := method_of(operand, wanted, names)) is not None:
        return Type(Form.FUNCTION, method)
    if operand.form is not Form.STRUCT or operand.node is None:
        return UNKNOWN
    for fields in operand.node.named_children:
        for declared in fields.named_children:
            if any(text_of(name) == wanted for name in declared.children_by_field_name("name")):
                return resolve(declared.child_by_field_name("type"), names, depth - 1)
    return UNKNOWN


def method_of(of: Type, name: str, names: Names) -> Node | None:
    """Return the declaration of a method of a type of this package; a local type of the same name has none."""
    owner = re.sub(r"\[.*", "", of.name, flags=re.DOTALL)
    found = names.methods.get((owner, name))
    declared = names.type_named(owner) if found is not None else None
    return found if declared is not None and resolve(declared.type, names).node == of.node else None


def _indexed(operand: Type, names: Names) -> Type:
    held = element(operand, names) if operand.form is Form.POINTER else operand
    return element(held, names) if held.form in {Form.SLICE, Form.ARRAY, Form.MAP, Form.STRING} else UNKNOWN


def _sliced(of: Type, names: Names) -> Type:
    if of.form in {Form.SLICE, Form.STRING}:
        return replace(of, is_untyped=False)
    array = element(of, names) if of.form is Form.POINTER else of
    return Type(Form.SLICE, of=element(array, names)) if array.form is Form.ARRAY else UNKNOWN


def _ranged(over: Type, index: int, names: Names) -> Type:
    if over.form is Form.POINTER:
        over = element(over, names)
    match over.form, index:
        case ((Form.SLICE | Form.ARRAY | Form.STRING), 0):
            return PREDECLARED["int"]
        case Form.STRING, 1:
            return PREDECLARED["rune"]
        case Form.MAP, 0:
            return resolve(over.node.child_by_field_name("key"), names) if over.node is not None else UNKNOWN
        case ((Form.SLICE | Form.ARRAY | Form.MAP), 1) | (Form.CHANNEL, 0):
            return element(over, names)
        case Form.BASIC, 0:
            return replace(over, is_untyped=False)
        case _:
            return UNKNOWN
