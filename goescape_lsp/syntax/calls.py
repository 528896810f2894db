"""What calls call and what assignments assign to, as far as a package's own syntax tells."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.shape import Callee, Target
from goescape_lsp.syntax.forms import Form
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import Role
from goescape_lsp.syntax.tree import enclosing_function, first_of, text_of
from goescape_lsp.syntax.types import infer

_BUILTINS = {"append": Callee.APPEND, "panic": Callee.PANIC, "copy": Callee.COPY, "string": Callee.CONVERSION}
# Of exported names: interfaces are called by what they do, variables by what they are for.
_INTERFACE_OR_VARIABLE = re.compile(r"\.(?:\w+er|Default\w*|Err\w*|Discard|Conn|Context|Type|FS|File|Hash|Interface)$")
_BY_ROLE = {
    Role.FUNCTION: Callee.FUNCTION,
    Role.TYPE: Callee.CONVERSION,
    Role.TYPE_PARAMETER: Callee.CONVERSION,
    Role.PACKAGE_CONSTANT: Callee.UNKNOWN,
}


def names_package(node: Node, names: Names) -> bool:
    """Say whether an identifier means an imported package."""
    name = text_of(node)
    return name in names.imports and not names.hides(name, node)


def callee_of(function: Node, names: Names) -> Callee:
    """Return what the function part of a call calls, as far as the package's own source tells."""
    if function.type == "parenthesized_expression":
        return callee_of(function.named_children[0], names)
    if function.type == "func_literal":
        return Callee.FUNCTION
    if function.type.endswith("_type"):
        return Callee.CONVERSION
    if function.type in {"type_instantiation_expression", "index_expression"}:
        return callee_of(function.named_children[0], names)
    name = text_of(function)
    if function.type == "identifier":
        return _named_callee(name, function, names)
    if function.type != "selector_expression":
        return Callee.VALUE
    operand = function.child_by_field_name("operand")
    if operand is not None and operand.type == "identifier" and names_package(operand, names):
        return Callee.IMPORTED
    return Callee.IMPORTED if operand is not None and _is_type_elsewhere(operand, function, names) else Callee.METHOD


def _is_type_elsewhere(operand: Node, function: Node, names: Names) -> bool:
    """Say whether `p.T` in the call of `p.T.M` is a type of another package that has the method itself.

    Else it is a variable, or an interface: then nobody knows which method runs. The first argument is the receiver.
    """
    package = operand.child_by_field_name("operand") if operand.type == "selector_expression" else None
    call = function.parent
    if package is None or package.type != "identifier" or not names_package(package, names) or call is None:
        return False
    if _INTERFACE_OR_VARIABLE.search(text_of(operand)):
        return False
    given = infer(first_of(call.child_by_field_name("arguments")), names)
    return text_of(operand) == given.name if given.form is not Form.UNKNOWN else given.name in {"", text_of(operand)}


def _named_callee(name: str, node: Node, names: Names) -> Callee:
    found = names.find(name, node)
    return _BUILTINS.get(name, Callee.UNKNOWN) if found is None else _BY_ROLE.get(found.role, Callee.VALUE)


def target_of(node: Node, names: Names) -> Target:
    """Return what the left side of an assignment is."""
    if node.type == "parenthesized_expression":
        return target_of(node.named_children[0], names)
    if node.type == "index_expression":
        return _indexed(node, names)
    if node.type == "identifier":
        return _variable_target(node, names)
    if node.type == "selector_expression":
        operand = node.child_by_field_name("operand")
        if operand is not None and operand.type == "identifier" and names_package(operand, names):
            return Target.GLOBAL
        return Target.GLOBAL if _is_in_global(operand, names) else Target.FIELD
    return Target.FIELD


def _indexed(node: Node, names: Names) -> Target:
    operand = node.child_by_field_name("operand")
    form = infer(operand, names).form
    if form is Form.MAP:
        return Target.MAP
    if form is Form.UNKNOWN:
        return Target.UNKNOWN
    is_global_array = form is Form.ARRAY and _is_in_global(operand, names)
    return Target.GLOBAL if is_global_array else Target.ELEMENT


def _variable_target(node: Node, names: Names) -> Target:
    name = text_of(node)
    found = names.local(name, node)
    if found is None:
        return Target.GLOBAL if name in names.declared else Target.UNKNOWN
    if found.role is Role.RESULT:
        return Target.RESULT
    here, there = enclosing_function(node), enclosing_function(found.name)
    return Target.LOCAL if here == there else Target.OUTER_FUNCTION


def _is_in_global(operand: Node | None, names: Names) -> bool:
    """Say whether a selector's operand is a package variable that holds its value itself, not through a pointer."""
    while operand is not None and operand.type == "selector_expression":
        if infer(operand, names).form is not Form.STRUCT:
            return False
        operand = operand.child_by_field_name("operand")
    found = names.find(text_of(operand), operand) if operand is not None and operand.type == "identifier" else None
    if found is None or found.role is not Role.PACKAGE_VARIABLE:
        return False
    return infer(operand, names).form in {Form.STRUCT, Form.ARRAY}
