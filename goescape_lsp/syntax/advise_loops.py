"""Counts how often a loop runs, as an expression that can be evaluated before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from goescape_lsp.syntax.advise_uses import is_written, root_of
from goescape_lsp.syntax.forms import INTEGERS, Form
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import CONSTANTS, Declaration, Role
from goescape_lsp.syntax.tree import enclosing_function, first_of, text_of, walk
from goescape_lsp.syntax.types import element, infer

_PURE_BUILTINS = frozenset({"len", "cap", "append", "make", "new", "min", "max", "real", "imag", "complex"})
_EXITS = frozenset({"return_statement", "break_statement", "continue_statement", "goto_statement"})
_QUIET = frozenset(
    {
        "short_var_declaration",
        "assignment_statement",
        "var_declaration",
        "const_declaration",
        "type_declaration",
        "comment",
    }
)


@dataclass(frozen=True, slots=True)
class Trips:
    """How often a loop runs: `size` is Go source, `count` its value when it is constant.

    `guarded` is the text that a statement before the loop may compare with zero or nil; `may_be_negative` says that
    the size is a signed variable; `is_bound` that the loop may run less often than `size` says.
    """

    size: str
    guarded: str
    count: int | None = None
    may_be_negative: bool = False
    is_bound: bool = False


def trips(loop: Node, before: Node, between: Sequence[Node], names: Names) -> Trips | None:
    """Return how often a `for` statement runs, in terms that mean the same at the statement `before`.

    Shape: `before` and `loop` stand in one block, `between` are the statements between them.
    Errors: None when the count is not known for certain, needs a call, or could have another value or panic earlier.
    """
    clause = next((child for child in loop.named_children if child.type in {"range_clause", "for_clause"}), None)
    if clause is None:
        return None
    if clause.type == "range_clause":
        operand = clause.child_by_field_name("right")
        if operand is not None and operand.type == "int_literal":
            return _constant(operand)
        if operand is None or not _is_steady(operand, before, loop, between, names):
            return None
        return _ranged(operand, names)
    bound = _bound(clause, loop)
    if bound is None:
        return None
    if bound.type == "int_literal":
        return _constant(bound)
    chain = _len_argument(bound, names) or bound
    name = text_of(root_of(chain))
    body = loop.child_by_field_name("body")
    if body is None or is_written(body, name) or not _is_steady(chain, before, loop, between, names):
        return None
    return _numbered(bound, names) if chain == bound else Trips(text_of(bound), text_of(chain))


def own_nodes(node: Node) -> Iterator[Node]:
    """Yield a node and what is below it, without the bodies of function literals."""
    yield node
    for child in node.named_children:
        if child.type != "func_literal":
            yield from own_nodes(child)


def leaves_early(statements: Sequence[Node], guarded: str) -> bool:
    """Say whether a statement may leave the block, but for a check that there is nothing to do (`len(xs) == 0`)."""
    return any(
        found.type in _EXITS
        for statement in statements
        if not _is_guard(statement, guarded)
        for found in own_nodes(statement)
    )


def has_call(node: Node, names: Names) -> bool:
    """Say whether code elsewhere may run below a node: a call, a send or a receive."""
    for found in walk(node):
        if found.type == "call_expression":
            function = found.child_by_field_name("function")
            name = text_of(function)
            if function is None or name not in _PURE_BUILTINS or not names.is_free(name, function):
                return True
        if found.type in {"send_statement", "receive_statement", "go_statement", "defer_statement"}:
            return True
        if found.type == "unary_expression" and text_of(found.child_by_field_name("operator")) == "<-":
            return True
    return False


def _constant(literal: Node) -> Trips | None:
    text = text_of(literal)
    return Trips(text, text, int(text)) if text.isdigit() and (text == "0" or not text.startswith("0")) else None


def _ranged(operand: Node, names: Names) -> Trips | None:
    found, text = infer(operand, names), text_of(operand)
    size = f"len({text})"
    match found.form:
        case Form.SLICE | Form.MAP:
            return Trips(size, text)
        case Form.ARRAY:
            length = None if found.node is None else found.node.child_by_field_name("length")
            is_known = length is not None and length.type == "int_literal" and text_of(length).isdigit()
            return Trips(size, text, int(text_of(length)) if is_known else None)
        case Form.POINTER:
            return Trips(size, text) if element(found, names).form is Form.ARRAY else None
        case Form.STRING:
            return Trips(size, text, is_bound=True)
        case Form.BASIC if found.basic in INTEGERS:
            return _numbered(operand, names)
        case _:
            return None


def _numbered(bound: Node, names: Names) -> Trips | None:
    """Return the trips for a number with a name; of constants only those that are plainly not negative."""
    text, found = text_of(bound), infer(bound, names)
    declaration = names.find(text_of(root_of(bound)), bound)
    if declaration is not None and declaration.role in CONSTANTS:
        value = declaration.value
        known = None if value is None or value.type != "int_literal" else _constant(value)
        return None if known is None else Trips(text, text, known.count)
    is_unsigned = not found.is_defined and found.basic.startswith(("uint", "byte"))
    return Trips(text, text, may_be_negative=not is_unsigned)


def _bound(clause: Node, loop: Node) -> Node | None:
    """Return `n` of `for i := 0; i < n; i++`, when the body leaves `i` alone."""
    start, condition = clause.child_by_field_name("initializer"), clause.child_by_field_name("condition")
    step, body = clause.child_by_field_name("update"), loop.child_by_field_name("body")
    if start is None or condition is None or step is None or body is None or step.type != "inc_statement":
        return None
    names, values = start.child_by_field_name("left"), start.child_by_field_name("right")
    name = text_of(names)
    is_plain = (
        start.type == "short_var_declaration"
        and first_of(names) is not None
        and text_of(first_of(step)) == name == text_of(condition.child_by_field_name("left"))
        and not is_written(body, name)
    )
    first = text_of(values)
    operator = text_of(condition.child_by_field_name("operator"))
    if not is_plain or (first, operator) not in {("0", "<"), ("1", "<=")}:
        return None
    return condition.child_by_field_name("right")


def _len_argument(bound: Node, names: Names) -> Node | None:
    """Return `xs` of `len(xs)`."""
    function = bound.child_by_field_name("function")
    if bound.type != "call_expression" or text_of(function) != "len" or function is None:
        return None
    return first_of(bound.child_by_field_name("arguments")) if names.is_free("len", function) else None


def _is_steady(chain: Node, before: Node, loop: Node, between: Sequence[Node], names: Names) -> bool:
    """Say whether a chain of names means the same, and is as safe to evaluate, at `before` as at the loop."""
    root = root_of(chain)
    if root is None or any(part.type not in {"identifier", "selector_expression"} for part in _links(chain)):
        return False
    name = text_of(root)
    there, here = names.find(name, before), names.find(name, loop)
    if there is None or here is None or there.name != here.name:
        return False
    if is_written(before, name) or any(is_written(statement, name) for statement in between):
        return False
    if chain.type == "identifier" and not _is_shared(there, chain):
        return True
    # A field may sit behind a nil pointer and anyone may change it: nothing may happen in between.
    if chain.type != "identifier" and any(statement.type not in _QUIET for statement in between):
        return False
    stores = (statement for statement in between if statement.type == "assignment_statement")
    return not any(has_call(statement, names) for statement in between) and all(
        _stores_in_names(store) for store in stores
    )


def _links(chain: Node) -> Iterator[Node]:
    node: Node | None = chain
    while node is not None:
        yield node
        node = node.child_by_field_name("operand") if node.type == "selector_expression" else None


def _is_shared(declaration: Declaration, use: Node) -> bool:
    """Say whether code outside the statements at hand can change a variable."""
    if declaration.role in CONSTANTS or declaration.role is Role.FUNCTION:
        return False
    if declaration.scope is None:
        return True
    name = text_of(declaration.name)
    literals = (found for found in walk(declaration.scope) if found.type == "func_literal")
    if any(is_written(literal, name) for literal in literals):
        return True
    if enclosing_function(use) != enclosing_function(declaration.name):
        return True
    return any(
        found.type == "unary_expression"
        and text_of(found.child_by_field_name("operator")) == "&"
        and text_of(root_of(found.child_by_field_name("operand"))) == name
        for found in walk(declaration.scope)
    )


def _stores_in_names(assignment: Node) -> bool:
    targets = assignment.child_by_field_name("left")
    return targets is not None and all(target.type == "identifier" for target in targets.named_children)


def _is_guard(statement: Node, guarded: str) -> bool:
    """Recognise `if len(xs) == 0 { return … }` and `if xs == nil { return … }`."""
    if statement.type != "if_statement" or statement.child_by_field_name("initializer") is not None:
        return False
    return text_of(statement.child_by_field_name("condition")) in {
        f"len({guarded}) == 0",
        f"len({guarded}) < 1",
        f"{guarded} == nil",
        f"{guarded} == 0",
        f"{guarded} <= 0",
        f"{guarded} < 1",
    }
