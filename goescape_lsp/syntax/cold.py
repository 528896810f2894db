"""The cold places of Go code, each with its reason: error paths, logs, what runs once, what an empty pool asks for."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.syntax.failures import is_error, is_error_branch, makes_error, reports_error
from goescape_lsp.syntax.pools import fills_pool, is_branch_of_empty_pool
from goescape_lsp.syntax.scope import find_local
from goescape_lsp.syntax.tree import ancestors, text_of

_LEVEL = r"(?:Print|Debug|Info|Notice|Warn|Warning|Error|Critical|Fatal|Panic|Trace|Log)"
# A logger by its name and any of its levels, or a level with a formatting suffix whoever has it (`opt.Infof`).
_LOG_CALL = re.compile(
    r"^(?:(?:\w+\.)*(?:log|logger|slog|klog|glog|logrus|zap|lg|l)\.(?:\w+\(.*\)\.)*(?:V\(.*\)\.)?" + _LEVEL + r"\w*"
    r"|(?:\w+\.)+(?:Debug|Info|Notice|Warn|Warning|Critical|Trace|Fatal|Log|Report(?:Range)?)(?:f|ln|w)|(?:\w+\.)+V\(.*\)\."
    + _LEVEL
    + r"\w*)$",
    re.IGNORECASE | re.DOTALL,
)
# `if debug`, `if c.trace`, `if logger.Enabled(…)`, `if klog.V(4)`: what only looks into a running program.
_DEBUGGING = re.compile(
    r"^(?:\w+\.)*(?:[iI]s)?(?:[dD]ebug(?:ging)?|[tT]rac(?:e|ing)|[vV]erbose|DEBUG|TRACE)(?:Enabled|Mode|On)?(?:\(\))?$"
    r"|^(?:\w+\.)*\w*[lL]og(?:ger)?\.(?:\w+\(.*\)\.)*(?:Enabled|IsLevelEnabled|V)\(.*\)(?:\.Enabled\(\))?$",
    re.DOTALL,
)
_PRINT_CALL = re.compile(r"^(?:fmt\.Print(?:f|ln)?|print(?:ln)?)$")
_PRINT_TO_CALL = re.compile(r"^fmt\.Fprint(?:f|ln)?$")
_TERMINAL = re.compile(r"^\(\s*os\.Std(?:out|err)\b")
_TEST_CALL = re.compile(r"^(?:t|b|f|tb|c)\.(?:Fatal|Error|Log|Skip)f?$")


def cold_reason(node: Node) -> str | None:
    """Return the name of the rule by which a place rarely runs, None for one that may run often.

    Shape: `main` is the body of a program's main function, whose loops are as hot as others, `once-each` what runs
    once for each object.
    """
    function: Node | None = None
    child = node
    for parent in (node, *ancestors(node)):
        if parent.type == "call_expression" and (reason := _cold_call(parent, child)) is not None:
            return reason
        if is_error(parent):
            return "error-construction"
        if is_error_branch(parent, child):
            return "error-path"
        if parent.type == "if_statement" and _is_debug_branch(parent, child):
            return "debugging"
        if parent.type == "if_statement" and is_branch_of_empty_pool(parent, child):
            return "pool"
        if parent.type == "func_literal" and (reason := _cold_literal(parent)) is not None:
            return reason
        if parent.type in {"function_declaration", "method_declaration"}:
            function = parent
            break
        child = parent
    if function is None:
        is_in_literal = any(parent.type == "func_literal" for parent in ancestors(node))
        return None if is_in_literal else "package-variable"
    name = text_of(function.child_by_field_name("name"))
    if function.type == "function_declaration":
        if name == "main":
            return _main(function)
        return "init" if name == "init" else None
    return "error-method" if name in {"Error", "String", "GoString"} else None


def _main(function: Node) -> str | None:
    """Return the rule for the body of a program's main function; its loops are as hot as others."""
    file = function.parent.named_children if function.parent is not None else []
    clause = next((text_of(node) for node in file if node.type == "package_clause"), "")
    return "main" if clause.split()[-1:] == ["main"] else None


def _cold_call(call: Node, child: Node) -> str | None:
    name = text_of(call.child_by_field_name("function"))
    if name == "panic":
        return "panic"
    if _TEST_CALL.match(name):
        return "test-report"
    if makes_error(name) and not _is_log(call, name):
        return "error-construction"
    if child.type == "argument_list" or child == call:
        if _PRINT_CALL.match(name) or (_PRINT_TO_CALL.match(name) and _is_to_terminal(call)):
            return "printing"
        if reports_error(name):
            return "error-path"
        return "logging" if _is_log(call, name) else None
    return None


def _is_log(call: Node, name: str) -> bool:
    """Say whether a call writes to a log: by its name, or because it drops the error that it would have made."""
    is_dropped = call.parent is not None and call.parent.type == "expression_statement" and name.endswith(".Errorf")
    return is_dropped or _LOG_CALL.match(name) is not None


def _is_debug_branch(statement: Node, child: Node) -> bool:
    condition = statement.child_by_field_name("condition")
    return child == statement.child_by_field_name("consequence") and _asks_for_debugging(condition)


def _asks_for_debugging(condition: Node | None) -> bool:
    if condition is not None and text_of(condition.child_by_field_name("operator")) == "&&":
        sides = (condition.child_by_field_name("left"), condition.child_by_field_name("right"))
        return any(_asks_for_debugging(side) for side in sides)
    return _DEBUGGING.match(text_of(condition)) is not None


def _is_to_terminal(call: Node) -> bool:
    return _TERMINAL.match(text_of(call.child_by_field_name("arguments"))) is not None


def _cold_literal(literal: Node) -> str | None:
    return _once(literal) or ("pool" if fills_pool(literal) else None)


def _once(literal: Node) -> str | None:
    """Return the rule for a literal that runs once: the only argument of a `Do`, or given to sync.OnceFunc.

    Shape: the Once of a field runs it for each object, that of a local variable for each call: no rule.
    """
    arguments = literal.parent
    if arguments is None or arguments.type != "argument_list" or arguments.parent is None:
        return None
    name = text_of(arguments.parent.child_by_field_name("function"))
    if name in {"sync.OnceFunc", "sync.OnceValue", "sync.OnceValues"}:
        return "once"
    is_plain = literal.child_by_field_name("result") is None and text_of(literal).startswith("func() ")
    if not (name.endswith(".Do") and is_plain and arguments.named_child_count == 1):
        return None
    owner = name.removesuffix(".Do")
    if find_local(owner.partition(".")[0], literal) is None:
        return "once"
    return "once-each" if "." in owner else None
