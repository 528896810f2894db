"""The calls that `go` and `defer` statements start, and the closures that the compiler makes to hand them over.

Source: cmd/compile/internal/escape and typecheck, normalizeGoDeferCall, go1.21 to go1.27: a call of a function without
parameters and results is handed over as it is. Every other one is wrapped in a closure, which holds the function,
unless it is a declared one, and the arguments, unless they are constants.
"""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.syntax.captures import captures
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.tree import first_of, text_of

STARTS = frozenset({"go_statement", "defer_statement"})


def started_by(literal: Node) -> Node | None:
    """Return the `go` or `defer` statement that calls this very literal."""
    call = literal.parent
    while call is not None and call.type == "parenthesized_expression":
        call = call.parent
    if call is None or call.type != "call_expression" or call.parent is None:
        return None
    is_called = _unwrapped(call.child_by_field_name("function")) == literal
    return call.parent if is_called and call.parent.type in STARTS else None


def carries(statement: Node, names: Names) -> bool:
    """Say whether a `go` or `defer` statement may need a closure that the source does not hold."""
    call = _call_of(statement)
    function = _called(call)
    if call is None or function is None:
        return False
    if function.type == "func_literal":
        return _has_operands(function)
    if function.type != "identifier" or first_of(call.child_by_field_name("arguments")) is not None:
        return True
    return names.local(text_of(function), function) is not None  # it may have results, and is held then


def reason_of(statement: Node, names: Names) -> str:
    """Return why the closure around the call of a literal surely is an object, as a key of `words`; "" for others.

    Shape: `carried-closure` where the literal captures something and thus is an object of its own, `carried-result`
    where nothing but a result makes the closure needed, else `carried`.
    """
    function = _called(_call_of(statement))
    if function is None or function.type != "func_literal" or not _has_operands(function):
        return ""
    if not _has_parameters(function):
        return "carried-result"
    return "carried-closure" if captures(function, names) else "carried"


def _call_of(statement: Node) -> Node | None:
    return next((part for part in statement.named_children if part.type == "call_expression"), None)


def _called(call: Node | None) -> Node | None:
    return _unwrapped(call.child_by_field_name("function")) if call is not None else None


def _unwrapped(node: Node | None) -> Node | None:
    while node is not None and node.type == "parenthesized_expression":
        node = first_of(node)
    return node


def _has_operands(literal: Node) -> bool:
    return _has_parameters(literal) or _has_results(literal)


def _has_parameters(literal: Node) -> bool:
    return _is_filled(literal.child_by_field_name("parameters"))


def _has_results(literal: Node) -> bool:
    result = literal.child_by_field_name("result")
    return result is not None and (result.type != "parameter_list" or _is_filled(result))


def _is_filled(listed: Node | None) -> bool:
    return listed is not None and any(node.type != "comment" for node in listed.named_children)
