"""Whether `x.M` is a field or a method value, and what form of variable takes it: as far as syntax tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.syntax.calls import names_package
from goescape_lsp.syntax.forms import UNKNOWN, Form, Type
from goescape_lsp.syntax.functions import result_types
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.standard import standard_taker
from goescape_lsp.syntax.tree import enclosing_function, first_of, text_of
from goescape_lsp.syntax.types import element, infer, method_of, resolve

# `log.Infof("%d", x.N)`: what is printed is taken in interfaces.
_PRINTER = re.compile(r"f$")


def is_method(node: Node, subject: str, names: Names) -> bool | None:
    """Say whether a selector names a method of a value, None where a type from elsewhere may have either.

    `subject` is the compiler's text, which has the embedded fields that the source leaves out: `h.Mutex.Unlock`.
    """
    operand, wanted = node.child_by_field_name("operand"), text_of(node.child_by_field_name("field"))
    if operand is None or (operand.type == "identifier" and names_package(operand, names)):
        return False
    start = f"{text_of(operand)}."
    hops = subject.removeprefix(start).split(".")[:-1] if subject.startswith(start) else []
    of = infer(operand, names)
    for hop in (*hops, wanted):
        of = element(of, names) if of.form is Form.POINTER else of
        if of.form in {Form.INTERFACE, Form.TYPE_PARAMETER}:
            return True  # they have no fields
        if of.form is Form.UNKNOWN:
            return None
        if method_of(of, hop, names) is not None:
            return True
        field = _field(of, hop)
        if field is None:
            return None if of.form is Form.STRUCT else True
        of = resolve(field.child_by_field_name("type"), names)
    return False


def _field(of: Type, name: str) -> Node | None:
    """Return the declaration of a struct's own field; an embedded one has the name of its type."""
    if of.form is not Form.STRUCT or of.node is None:
        return None
    for declared in (one for fields in of.node.named_children for one in fields.named_children):
        names = [text_of(one) for one in declared.children_by_field_name("name")]
        embedded = text_of(declared.child_by_field_name("type")).partition("[")[0].rpartition(".")[2]
        if name in (names or [embedded]):
            return declared
    return None


def taker_of(node: Node, names: Names) -> Form:
    """Return the form of the variable that takes a value, `UNKNOWN` where syntax does not tell.

    Shape: `FUNCTION` stands for every variable that certainly is no interface, as one of the value's own type.
    """
    parent = node.parent
    match parent.type if parent is not None else "":
        case "argument_list":
            return _argument(node, names)
        case "literal_element":
            return _element(node, names)
        case "send_statement":
            channel = parent.child_by_field_name("channel") if parent is not None else None
            return element(infer(channel, names), names).form
        case "expression_list":
            return _listed(node, names)
        case _:
            return Form.UNKNOWN


def _argument(node: Node, names: Names) -> Form:
    arguments = node.parent
    call = arguments.parent if arguments is not None else None
    if arguments is None or call is None:
        return Form.UNKNOWN
    function = call.child_by_field_name("function") or call.child_by_field_name("type")
    index = [one for one in arguments.named_children if one.type != "comment"].index(node)
    if function is None:
        return Form.UNKNOWN
    if (known := standard_taker(function, index)) is not None:
        return known
    if _PRINTER.search(text_of(function)) and any("%" in text_of(one) for one in _texts(arguments, node)):
        return Form.INTERFACE
    if function.type == "identifier" and names.is_free(name := text_of(function), function):
        if name == "append" and index:
            return element(infer(first_of(arguments), names), names).form
        if name == "panic":
            return Form.INTERFACE
    called = infer(function, names)
    parameters = called.node.child_by_field_name("parameters") if called.node is not None else None
    if called.form is not Form.FUNCTION or parameters is None:
        return resolve(function, names).form if function.type != "selector_expression" else Form.UNKNOWN
    return _parameter(parameters, index, names)


def _texts(arguments: Node, node: Node) -> Iterator[Node]:
    """Yield the texts of the source among the arguments before one."""
    before = (one for one in arguments.named_children if one.end_byte <= node.start_byte)
    yield from (one for one in before if one.type.endswith("string_literal"))


def _parameter(parameters: Node, index: int, names: Names) -> Form:
    written: list[Node | None] = []
    for declared in parameters.named_children:
        of = declared.child_by_field_name("type")
        if declared.type == "variadic_parameter_declaration":
            written += [of] * max(index + 1 - len(written), 1)
        elif declared.type == "parameter_declaration":
            written += [of] * max(len(declared.children_by_field_name("name")), 1)
    return resolve(written[index], names).form if index < len(written) else Form.UNKNOWN


def _element(node: Node, names: Names) -> Form:
    """Return the form of what a literal's element is put into, by the type that the literal is written with."""
    keyed = node.parent.parent if node.parent is not None else None
    is_keyed = keyed is not None and keyed.type == "keyed_element"
    body = keyed.parent if is_keyed and keyed is not None else keyed
    literal = body.parent if body is not None else None
    if keyed is None or literal is None or literal.type != "composite_literal":
        return Form.UNKNOWN
    made = resolve(literal.child_by_field_name("type"), names)
    if made.form is not Form.STRUCT:
        is_key = is_keyed and keyed.named_children[0] == node.parent
        return Form.UNKNOWN if is_key else element(made, names).form
    field = _field(made, text_of(keyed.named_children[0])) if is_keyed else None
    return resolve(field.child_by_field_name("type"), names).form if field is not None else Form.UNKNOWN


def _listed(node: Node, names: Names) -> Form:
    """Return the form of what a value is assigned to, declared with or returned as."""
    values = node.parent
    statement = values.parent if values is not None else None
    if values is None or statement is None:
        return Form.UNKNOWN
    index = [one for one in values.named_children if one.type != "comment"].index(node)
    match statement.type:
        case "var_spec":
            written = statement.child_by_field_name("type")
            return Form.FUNCTION if written is None else resolve(written, names).form
        case "return_statement":
            return _result(node, index, len(values.named_children), names).form
        case "short_var_declaration" | "assignment_statement":
            return _assigned(statement, values, index, names)
        case _:
            return Form.UNKNOWN


def _assigned(statement: Node, values: Node, index: int, names: Names) -> Form:
    targets = statement.child_by_field_name("left")
    if targets is None or statement.child_by_field_name("right") != values or index >= targets.named_child_count:
        return Form.UNKNOWN
    target = targets.named_children[index]
    if statement.type == "short_var_declaration":
        found = names.local(text_of(target), target)
        if found is None or found.name == target:
            return Form.FUNCTION
    return infer(target, names).form


def _result(node: Node, index: int, count: int, names: Names) -> Type:
    """Return the type of the result that a returned value becomes."""
    written = result_types(enclosing_function(node))
    return resolve(written[index], names) if len(written) == count else UNKNOWN
