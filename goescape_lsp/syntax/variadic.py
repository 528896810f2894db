"""Which arguments of a call are put into the slice of its variadic parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tree_sitter import Node

from goescape_lsp.core.model import Span
from goescape_lsp.core.naming import without_types
from goescape_lsp.core.variadic import VariadicCall
from goescape_lsp.syntax.cuts import squeeze
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.tree import first_of, span_of, text_of

_NAME = re.compile(r"[^\W\d]\w*")
# `T.M` or `p.T.M`: how a method is written whose receiver comes as the first argument; `(*T).M` is the other way.
_OF_VALUE = re.compile(r"(?:(?P<package>\w+)\.)?(?P<type>\w+)\.\w+")


def slice_of(call: Node, written: VariadicCall | None, inlined: Iterable[str], names: Names) -> Span | None:
    """Return the span of the arguments that a call puts into its slice; None where that is not known for certain.

    `written` is the call in the compiler's words, `inlined` names the functions whose bodies stand at its place.
    """
    arguments = call.child_by_field_name("arguments")
    values = [node for node in arguments.named_children if node.type != "comment"] if arguments is not None else []
    function = _function_of(call)
    fixed = _declared(function, names) if function is not None else None
    if fixed is None and function is not None and written is not None:
        fixed = _fixed(function, values, written, tuple(inlined), names)
    if fixed is None or fixed >= len(values):
        return None
    first, last = span_of(values[fixed]), span_of(values[-1])
    return Span(first.line, first.column, last.end_line, last.end_column)


def _declared(function: Node, names: Names) -> int | None:
    """Return how many parameters a function of the package declares before its variadic one."""
    found = names.find(text_of(function), function) if function.type == "identifier" else None
    if found is None or found.value is None or found.value.type != "function_declaration":
        return None
    listed = found.value.child_by_field_name("parameters")
    parameters = [node for node in listed.named_children if node.type != "comment"] if listed is not None else []
    if not parameters or parameters[-1].type != "variadic_parameter_declaration":
        return None
    return sum(max(len(node.children_by_field_name("name")), 1) for node in parameters[:-1])


def _fixed(
    function: Node, values: list[Node], written: VariadicCall, inlined: tuple[str, ...], names: Names
) -> int | None:
    """Return how many arguments stand before the slice in the compiler's words, where these are about this call."""
    if not _is_this_call(function, written, inlined):
        return None
    has_receiver = _has_receiver(function, written, names)
    if has_receiver is None:
        return None
    before = written.before[1:] if has_receiver else written.before
    is_alike = not written.function or all(_may_be(*pair) for pair in zip(before, values, strict=False))
    return len(before) if is_alike else None


def _function_of(call: Node) -> Node | None:
    """Return what a call calls, without parentheses and type arguments."""
    function = call.child_by_field_name("function")
    while function is not None and function.type in {"parenthesized_expression", "type_instantiation_expression"}:
        function = first_of(function)
    if function is not None and function.type == "index_expression":
        return function.child_by_field_name("operand")
    return function


def _is_this_call(function: Node, written: VariadicCall, inlined: tuple[str, ...]) -> bool:
    """Say whether the compiler's words are about the call in the source, not about one in an inlined body."""
    last = _last(text_of(function))
    if written.function:
        return _last(without_types(written.function)) == last
    return {_last(without_types(name)) for name in inlined} == {last}


def _has_receiver(function: Node, written: VariadicCall, names: Names) -> bool | None:
    """Say whether the first of the written arguments is a receiver that the source has before the dot."""
    operand = function.child_by_field_name("operand") if function.type == "selector_expression" else None
    if operand is None:
        return False
    name = text_of(operand)
    is_import = name in names.imports and not names.hides(name, operand)
    is_type = operand.type == "identifier" and names.type_named(name) is not None and not names.hides(name, operand)
    if is_import or is_type or operand.type == "parenthesized_expression":
        return False
    if not written.function or (written.function.startswith("(") and not written.function.startswith("(func")):
        return True
    if squeeze(written.function) == squeeze(text_of(function)) or written.function.startswith(f"{name}."):
        # A method of an interface or a field; or a method of a type that is called like its variable.
        is_open = names.type_named(name) is not None or squeeze(written.before[0] if written.before else "") == name
        return None if is_open else False
    found = _OF_VALUE.fullmatch(without_types(written.function))
    is_of_value = found is not None and (found["package"] is not None or names.type_named(found["type"]) is not None)
    return True if is_of_value else None


def _may_be(written: str, value: Node) -> bool:
    """Say whether an argument may be what the compiler writes: names must be the same, the rest is not looked at."""
    if value.type != "identifier" or not _NAME.fullmatch(written):
        return True
    return written == text_of(value) or written in {"true", "false", "nil", "iota"}


def _last(name: str) -> str:
    return name.rpartition(".")[2]
