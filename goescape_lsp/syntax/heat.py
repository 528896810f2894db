"""How often a place is likely to run: loops around it, and the cold places of Go code, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.model import Temperature
from goescape_lsp.syntax.tree import FUNCTIONS, ancestors, text_of

_ERROR_CALL = re.compile(r"^(?:errors\.(?:New|Join)|fmt\.Errorf|(?:\w+\.)*(?:Errorf|Wrapf?|WithStack|WithMessagef?))$")
_LOG_CALL = re.compile(
    r"^(?:(?:\w+\.)*(?:log|logger|slog|klog|glog|logrus|zap|lg|l)\.(?:\w+\(.*\)\.)*(?:V\(.*\)\.)?"
    r"(?:Print|Printf|Println|Debug|Info|Warn|Warning|Error|Fatal|Panic|Trace|Log)\w*)$",
    re.IGNORECASE | re.DOTALL,
)
_TEST_CALL = re.compile(r"^(?:t|b|f|tb|c)\.(?:Fatal|Error|Log|Skip)f?$")
_LEAVING = frozenset({"return_statement", "break_statement", "goto_statement"})


def loops_around(node: Node) -> int:
    """Return how many loops of the same function run the node once per iteration."""
    return sum(1 for _ in _loops(node))


def heat_of(node: Node) -> tuple[Temperature, str]:
    """Return how hot a place is and the name of the rule that says so, "" for normal places."""
    if (reason := _cold_reason(node)) is not None:
        return Temperature.COLD, reason
    if loops_around(node):
        return Temperature.LOOP, "loop"
    return Temperature.NORMAL, ""


def _loops(node: Node) -> Iterator[Node]:
    child = node
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            return
        if parent.type == "for_statement" and _runs_per_iteration(parent, child) and _comes_round(parent):
            yield parent
        child = parent


def _runs_per_iteration(loop: Node, child: Node) -> bool:
    """Say whether a direct part of a loop runs in each round: the body, the condition, the post statement."""
    return child.type != "range_clause" and child != loop.child_by_field_name("initializer")


def _comes_round(loop: Node) -> bool:
    """Say whether a loop can have a second round: its body does not end by leaving, or continues somewhere."""
    body = loop.child_by_field_name("body")
    statements = [n for n in statements_of(body) if n.type != "comment"]
    if not statements or statements[-1].type not in _LEAVING:
        return True
    return body is not None and b"continue" in (body.text or b"")


def statements_of(body: Node | None) -> list[Node]:
    """Return the statements of a block, comments included."""
    if body is None:
        return []
    inner = next((n for n in body.named_children if n.type == "statement_list"), body)
    return inner.named_children


def _cold_reason(node: Node) -> str | None:
    function: Node | None = None
    child = node
    for parent in (node, *ancestors(node)):
        if parent.type == "call_expression" and (reason := _cold_call(parent, child)) is not None:
            return reason
        if parent.type == "if_statement" and _is_error_branch(parent, child):
            return "error-path"
        if parent.type == "func_literal" and _is_once(parent):
            return "once"
        if parent.type in {"function_declaration", "method_declaration"}:
            function = parent
            break
        child = parent
    if function is None:
        is_in_literal = any(parent.type == "func_literal" for parent in ancestors(node))
        return None if is_in_literal else "package-variable"
    name = text_of(function.child_by_field_name("name"))
    if function.type == "function_declaration":
        return "init" if name == "init" else None
    return "error-method" if name in {"Error", "String", "GoString"} else None


def _cold_call(call: Node, child: Node) -> str | None:
    name = text_of(call.child_by_field_name("function"))
    if name == "panic":
        return "panic"
    if _TEST_CALL.match(name):
        return "test-report"
    if _ERROR_CALL.match(name):
        return "error-construction"
    if child.type == "argument_list" or child == call:
        return "logging" if _LOG_CALL.match(name) else None
    return None


def _is_error_branch(statement: Node, child: Node) -> bool:
    if child != statement.child_by_field_name("consequence"):
        return False
    condition = statement.child_by_field_name("condition")
    if condition is None or condition.type != "binary_expression":
        return False
    operator = text_of(condition.child_by_field_name("operator"))
    left, right = text_of(condition.child_by_field_name("left")), text_of(condition.child_by_field_name("right"))
    return operator == "!=" and right == "nil" and re.fullmatch(r"(?:\w+\.)*\w*[eE]rr\w*", left) is not None


def _is_once(literal: Node) -> bool:
    """Say whether a literal runs once: the only argument of a `Do`, without parameters, or given to sync.OnceFunc."""
    arguments = literal.parent
    if arguments is None or arguments.type != "argument_list" or arguments.parent is None:
        return False
    name = text_of(arguments.parent.child_by_field_name("function"))
    if name in {"sync.OnceFunc", "sync.OnceValue", "sync.OnceValues"}:
        return True
    is_plain = literal.child_by_field_name("result") is None and text_of(literal).startswith("func() ")
    return name.endswith(".Do") and is_plain and arguments.named_child_count == 1
