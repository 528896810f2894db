"""How often a place is likely to run: loops around it, and the cold places of Go code, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.model import Temperature
from goescape_lsp.syntax.pools import fills_pool, is_branch_of_empty_pool
from goescape_lsp.syntax.tree import FUNCTIONS, ancestors, enclosing_function, first_of, text_of

_ERROR_CALL = re.compile(
    r"^(?:errors\.(?:New|Join)|fmt\.Errorf|(?:\w+\.)*(?:[eE]rrorf|Wrapf?|WithStack|WithMessagef?))$"
)
# `ParseError`, `errTimeout`, `os.PathError`, `dns.Error`; Go's own convention for the names of error types.
_ERROR_TYPE = re.compile(r"^(?:\w+\.)?(?:\w*Error|[eE]rr[A-Z]\w*)$")
_LEVEL = r"(?:Print|Debug|Info|Warn|Warning|Error|Fatal|Panic|Trace|Log)"
# A logger by its name and any of its levels, or a level with a formatting suffix whoever has it (`opt.Infof`).
_LOG_CALL = re.compile(
    r"^(?:(?:\w+\.)*(?:log|logger|slog|klog|glog|logrus|zap|lg|l)\.(?:\w+\(.*\)\.)*(?:V\(.*\)\.)?" + _LEVEL + r"\w*"
    r"|(?:\w+\.)+(?:Debug|Info|Warn|Warning|Trace|Fatal|Log|Report(?:Range)?)(?:f|ln|w)|(?:\w+\.)+V\(.*\)\."
    + _LEVEL
    + r"\w*)$",
    re.IGNORECASE | re.DOTALL,
)
_PRINT_CALL = re.compile(r"^(?:fmt\.Print(?:f|ln)?|print(?:ln)?)$")
_PRINT_TO_CALL = re.compile(r"^fmt\.Fprint(?:f|ln)?$")
_TERMINAL = re.compile(r"^\(\s*os\.Std(?:out|err)\b")
_TEST_CALL = re.compile(r"^(?:t|b|f|tb|c)\.(?:Fatal|Error|Log|Skip)f?$")
_CASES = frozenset({"expression_case", "type_case", "communication_case", "default_case"})
_BLOCKS = frozenset({"block"}) | _CASES
_BREAKABLE = frozenset({"for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"})
_CONTINUE_OUTER = re.compile(rb"\bcontinue[ \t]+\w")
_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]")
_LEAVING = frozenset({"return_statement", "break_statement", "goto_statement"})


def loops_around(node: Node) -> int:
    """Return how many loops of the same function run the node once per iteration."""
    return sum(1 for _ in _loops(node))


def repeats(node: Node) -> bool:
    """Say whether a loop of the same function runs the node again and again, a loop made of `goto` included."""
    return loops_around(node) > 0 or in_goto_loop(node)


def in_goto_loop(node: Node) -> bool:
    """Say whether a label before the node is jumped to from behind it, in the same function."""
    function = enclosing_function(node)
    body = function.child_by_field_name("body") if function is not None else None
    text = (body.text if body is not None else None) or b""
    if body is None or b"goto " not in text:
        return False
    labels = [
        text_of(n.child_by_field_name("label")).encode()
        for n in statements_of(body)
        if n.type == "labeled_statement" and n.start_byte <= node.start_byte
    ]
    return any(_is_jumped_to(label, text, node.start_byte - body.start_byte) for label in labels)


def _is_jumped_to(label: bytes, text: bytes, start: int) -> bool:
    """Say whether a text has a `goto` of a label from a place on; the last one is looked at first, and found fast."""
    jump, end = b"goto " + label, len(text)
    while (found := text.rfind(jump, start, end)) >= 0:
        if not _WORD.match(text, found + len(jump)) and not _WORD.match(text, found - 1):
            return True
        end = found
    return False


def heat_of(node: Node) -> tuple[Temperature, str]:
    """Return how hot a place is and the name of the rule that says so, "" for normal places."""
    reason = _cold_reason(node)
    if reason is not None and reason != "main":
        return Temperature.COLD, reason
    if in_goto_loop(node) or any(True for _ in _unless_left(node)):
        return Temperature.LOOP, "loop"
    if reason is not None:
        return Temperature.NORMAL, reason
    return Temperature.NORMAL, "first-use" if _is_first_use(node) else ""


def _loops(node: Node) -> Iterator[Node]:
    child = node
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            return
        if parent.type == "for_statement" and _runs_per_iteration(child, node) and _comes_round(parent):
            yield parent
        child = parent


def _unless_left(node: Node) -> Iterator[Node]:
    """Yield the loops that can run the node again: not those that are always left behind it, by `return` or `break`."""
    child, leaves, comes_again = node, "", False
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            if not is_called_in_place(parent):
                return
            # What leaves the literal does not leave the loop around it.
            child, leaves, comes_again = parent, "", False
            continue
        comes_again = comes_again or _continues_behind(parent, child)
        if not leaves and not comes_again:
            leaves = _leaving(parent)
        if parent.type == "for_statement":
            if not leaves and _runs_per_iteration(child, node) and _comes_round(parent):
                yield parent
            leaves = "" if leaves == "break_statement" else leaves
            comes_again = _CONTINUE_OUTER.search(parent.text or b"") is not None
        child = parent


def _continues_behind(parent: Node, child: Node) -> bool:
    """Say whether a node can go on to another round after a part of it: not where only its other branches do."""
    if parent.type == "if_statement" and child != parent.child_by_field_name("initializer"):
        is_branch = child.type in {"block", "if_statement"}
    else:
        is_branch = child.type in _CASES
    text = parent.text or b""
    if is_branch and b"fallthrough" not in text:
        return False
    return b"continue" in text[child.end_byte - parent.start_byte :]


def is_called_in_place(function: Node) -> bool:
    """Say whether a function literal is called where it stands, by itself or by `go` or `defer`, so once each round."""
    called = function
    while called.parent is not None and called.parent.type == "parenthesized_expression":
        called = called.parent
    call = called.parent
    return call is not None and call.type == "call_expression" and call.child_by_field_name("function") == called


def _leaving(block: Node) -> str:
    """Return the kind of statement with which a block leaves the loop around it at its end, "" when it need not."""
    last = _last_statement(block) if block.type in _BLOCKS else None
    return "" if last is None else _leaving_by(last)


def _leaving_by(last: Node) -> str:
    """Return the kind of statement with which a block leaves whose last statement this is, on all of its ways."""
    match last.type:
        case "return_statement":
            return last.type
        case "break_statement":
            around = next((n for n in ancestors(last) if n.type in _BREAKABLE), None)
            is_of_loop = around is not None and around.type == "for_statement" and not last.named_children
            return last.type if is_of_loop else ""
        case "expression_statement":
            called = first_of(last)
            is_panic = called is not None and text_of(called.child_by_field_name("function")) == "panic"
            return "return_statement" if is_panic else ""
        case "if_statement":
            branches = [last.child_by_field_name(branch) for branch in ("consequence", "alternative")]
            ways = {_way_of(branch) for branch in branches}
            return "" if "" in ways else min(ways)
        case _:
            return ""


def _way_of(branch: Node | None) -> str:
    if branch is None:
        return ""
    return _leaving(branch) if branch.type == "block" else _leaving_by(branch)


def _runs_per_iteration(part: Node, node: Node) -> bool:
    """Say whether what stands in a direct part of a loop runs in each round: body, condition or post statement."""
    if part.type != "for_clause":
        return part.type != "range_clause"
    first = part.child_by_field_name("initializer")
    return first is None or not first.start_byte <= node.start_byte < first.end_byte


def _comes_round(loop: Node) -> bool:
    """Say whether a loop can have a second round: its body does not end by leaving, or continues somewhere."""
    body = loop.child_by_field_name("body")
    last = _last_statement(body)
    if last is None or last.type not in _LEAVING:
        return True
    return body is not None and b"continue" in (body.text or b"")


def _last_statement(body: Node | None) -> Node | None:
    """Return the last statement of a block, None in an empty one; a list of all is long."""
    inner = None if body is None else _list_of(body)
    count = 0 if inner is None else inner.named_child_count
    last = None if inner is None or not count else inner.named_child(count - 1)
    while last is not None and last.type == "comment":
        last = last.prev_named_sibling
    return last


def statements_of(body: Node | None) -> list[Node]:
    """Return the statements of a block, comments included."""
    if body is None:
        return []
    return _list_of(body).named_children


def _list_of(body: Node) -> Node:
    return next((n for n in body.named_children if n.type == "statement_list"), body)


def _cold_reason(node: Node) -> str | None:
    function: Node | None = None
    child = node
    for parent in (node, *ancestors(node)):
        if parent.type == "call_expression" and (reason := _cold_call(parent, child)) is not None:
            return reason
        if _is_returned_error(parent):
            return "error-construction"
        if parent.type == "if_statement" and _is_error_branch(parent, child):
            return "error-path"
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
    if _ERROR_CALL.match(name) and not _is_log(call, name):
        return "error-construction"
    if child.type == "argument_list" or child == call:
        if _PRINT_CALL.match(name) or (_PRINT_TO_CALL.match(name) and _is_to_terminal(call)):
            return "printing"
        return "logging" if _is_log(call, name) else None
    return None


def _is_first_use(node: Node) -> bool:
    """Say whether a node runs only while a field is nil, and that field is set there: `if x.f == nil { x.f = … }`."""
    child = node
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            return False
        if parent.type == "if_statement" and child == parent.child_by_field_name("consequence"):
            field = _nil_field(parent.child_by_field_name("condition"))
            if field and any(_sets(statement, field) for statement in statements_of(child)):
                return True
        child = parent
    return False


def _nil_field(condition: Node | None) -> str:
    if condition is None or condition.type != "binary_expression":
        return ""
    left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
    is_nil = text_of(condition.child_by_field_name("operator")) == "==" and text_of(right) == "nil"
    return text_of(left) if is_nil and left is not None and left.type == "selector_expression" else ""


def _sets(statement: Node, field: str) -> bool:
    left = statement.child_by_field_name("left") if statement.type == "assignment_statement" else None
    return left is not None and any(text_of(target) == field for target in left.named_children)


def _is_log(call: Node, name: str) -> bool:
    """Say whether a call writes to a log: by its name, or because it drops the error that it would have made."""
    is_dropped = call.parent is not None and call.parent.type == "expression_statement" and name.endswith(".Errorf")
    return is_dropped or _LOG_CALL.match(name) is not None


def _is_returned_error(node: Node) -> bool:
    """Say whether a composite literal of an error type, by its name, is a result: `return nil, &ParseError{…}`."""
    operand = node.child_by_field_name("operand") if node.type == "unary_expression" else node
    literal = operand if operand is not None and operand.type == "composite_literal" else None
    if literal is None or _ERROR_TYPE.search(text_of(literal.child_by_field_name("type"))) is None:
        return False
    around = next((n for n in ancestors(literal) if n.type not in {"unary_expression", "expression_list"}), literal)
    return around.type == "return_statement"


def _is_to_terminal(call: Node) -> bool:
    return _TERMINAL.match(text_of(call.child_by_field_name("arguments"))) is not None


def _is_error_branch(statement: Node, child: Node) -> bool:
    if child != statement.child_by_field_name("consequence"):
        return False
    condition = statement.child_by_field_name("condition")
    if condition is None or condition.type != "binary_expression":
        return False
    operator = text_of(condition.child_by_field_name("operator"))
    left, right = text_of(condition.child_by_field_name("left")), text_of(condition.child_by_field_name("right"))
    return operator == "!=" and right == "nil" and re.fullmatch(r"(?:\w+\.)*\w*[eE]rr\w*", left) is not None


def _cold_literal(literal: Node) -> str | None:
    if _is_once(literal):
        return "once"
    return "pool" if fills_pool(literal) else None


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
