"""Reads how a loop fills a map or a slice: how many elements in each turn, and whether in every turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from goescape_lsp.syntax.advise_loops import own_nodes
from goescape_lsp.syntax.advise_uses import mentions
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.tree import ancestors, first_of, text_of, walk

_BRANCHES = frozenset({"if_statement", "expression_switch_statement", "type_switch_statement", "block"})


@dataclass(frozen=True, slots=True)
class Fill:
    """What one turn of a loop adds: `elements` at most, fewer in some turns when `is_conditional`.

    `repeats_keys` marks a map whose loop counts or groups, so that it ends with fewer keys than turns.
    """

    elements: int
    is_conditional: bool = False
    repeats_keys: bool = False


def slice_fill(body: Node, name: str, names: Names) -> Fill | None:
    """Return how a loop's body appends to the slice variable `name`.

    Errors: None when it does not, or when anything else is done with the variable that a larger capacity could change.
    """
    appended = [appended_to(statement, name, names) for statement in walk(body)]
    if not any(appended) or not _only_appends(body, name, names):
        return None
    return _fill(body, lambda statement: appended_to(statement, name, names))


def map_fill(body: Node, name: str) -> Fill | None:
    """Return how a loop's body stores into the map variable `name`, None when it does not or replaces the map."""
    if any(_assigns(found, name) for found in walk(body)):
        return None
    found = _fill(body, lambda statement: stored_in(statement, name))
    if found is None:
        return None
    return Fill(found.elements, found.is_conditional, any(_is_update(part, name) for part in own_nodes(body)))


def appended_to(statement: Node, name: str, names: Names) -> int:
    """Return the number of elements of `name = append(name, …)`, 0 for any other statement."""
    if statement.type != "assignment_statement" or text_of(statement.child_by_field_name("operator")) != "=":
        return 0
    values = statement.child_by_field_name("right")
    call = first_of(values)
    if call is None or values is None or values.named_child_count != 1 or call.type != "call_expression":
        return 0
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if text_of(statement.child_by_field_name("left")) != name or text_of(function) != "append" or arguments is None:
        return 0
    given = [argument for argument in arguments.named_children if argument.type != "comment"]
    is_spread = any(child.type in {"variadic_argument", "..."} for child in arguments.children)
    is_own = len(given) > 1 and text_of(given[0]) == name and not is_spread
    return len(given) - 1 if is_own and function is not None and names.is_free("append", function) else 0


def stored_in(statement: Node, name: str) -> int:
    """Return 1 for `name[k] = v`, `name[k] += v` and `name[k]++`, 0 for any other statement."""
    if statement.type not in {"assignment_statement", "inc_statement", "dec_statement"}:
        return 0
    targets = statement.child_by_field_name("left") or statement
    if targets.named_child_count != 1:
        return 0
    target = targets.named_children[0]
    return int(target.type == "index_expression" and text_of(target.child_by_field_name("operand")) == name)


def only_appends(statements: Sequence[Node], name: str, names: Names) -> int | None:
    """Return how many elements plain statements append to `name`, None when they do anything else with it."""
    total = 0
    for statement in statements:
        elements = appended_to(statement, name, names)
        if not elements and any(appended_to(found, name, names) for found in walk(statement)):
            return None
        if not _only_appends(statement, name, names):
            return None
        total += elements
    return total


def uses_cap(function: Node, name: str) -> bool:
    """Say whether `cap(name)` stands anywhere in a function: a larger capacity would be seen."""
    return any(
        found.type == "call_expression"
        and text_of(found.child_by_field_name("function")) == "cap"
        and text_of(first_of(found.child_by_field_name("arguments"))) == name
        for found in walk(function)
    )


def _fill(body: Node, elements_of: Callable[[Node], int]) -> Fill | None:
    statements = [
        part for child in body.named_children if child.type == "statement_list" for part in child.named_children
    ]
    always, sometimes, may_stop = 0, 0, False
    for statement in statements:
        direct = elements_of(statement)
        inner = 0 if direct else _inner(statement, elements_of)
        if inner is None:
            return None
        always += 0 if may_stop else direct
        sometimes = max(sometimes, inner, direct if may_stop else 0)
        may_stop = may_stop or _stops(statement)
    # Branches mostly exclude each other: room for the largest will do, and for none beside what every turn adds.
    return Fill(always or sometimes, bool(sometimes) or may_stop) if always or sometimes else None


def _inner(statement: Node, elements_of: Callable[[Node], int]) -> int | None:
    """Return the most elements that a branch adds, None when they are added in a loop, a closure or out of sight."""
    most = 0
    for found in walk(statement):
        if elements := elements_of(found):
            for outer in ancestors(found):
                if outer.type in {"for_statement", "func_literal", "select_statement", "labeled_statement"}:
                    return None
                if outer == statement:
                    break
            if statement.type not in _BRANCHES:
                return None
            most = max(most, elements)
    return most


def _stops(statement: Node) -> bool:
    """Say whether a statement can end a turn or the loop; leaving on an error does not count, the result is lost."""
    if statement.type == "if_statement" and _is_error_check(statement):
        return False
    if statement.type in {"for_statement", "expression_switch_statement", "type_switch_statement", "select_statement"}:
        # A break in there ends the inner statement, but a continue or a return does not.
        exits = {"return_statement", "continue_statement", "goto_statement"}
        return any(found.type in exits or _is_labeled_break(found) for found in own_nodes(statement))
    exits = {"return_statement", "break_statement", "continue_statement", "goto_statement"}
    return any(found.type in exits for found in own_nodes(statement))


def _is_labeled_break(statement: Node) -> bool:
    return statement.type == "break_statement" and statement.named_child_count > 0


def _is_error_check(statement: Node) -> bool:
    condition, body = statement.child_by_field_name("condition"), statement.child_by_field_name("consequence")
    text = text_of(condition).lower()
    if body is None or not (text.endswith(" != nil") and "err" in text) or statement.child_by_field_name("alternative"):
        return False
    exits = {found.type for found in own_nodes(body)} & {"break_statement", "continue_statement", "goto_statement"}
    return not exits


def _only_appends(body: Node, name: str, names: Names) -> bool:
    """Say whether every mention of a slice is its own append, `len(name)`, an element that is read, or a result."""
    declaration = names.find(name, body)
    if any(any(mentions(found, name)) for found in walk(body) if found.type == "func_literal"):
        return False
    for mention in mentions(body, name):
        here = names.find(name, mention)
        if here is None or declaration is None or here.name != declaration.name:
            return False
        if not _is_harmless(mention, name, names):
            return False
    return True


def _is_harmless(mention: Node, name: str, names: Names) -> bool:
    parent = mention.parent
    if parent is None:
        return False
    if parent.type == "index_expression":
        # A pointer to an element (`&x[0]`, `x[0].Method()`) shows whether the array was moved by growing.
        holder = parent.parent
        return holder is not None and holder.type not in {"selector_expression", "slice_expression", "unary_expression"}
    if parent.type == "expression_list" and parent.parent is not None:
        return parent.parent.type == "return_statement" or appended_to(parent.parent, name, names) > 0
    call = parent.parent
    if parent.type != "argument_list" or call is None:
        return False
    function = call.child_by_field_name("function")
    if text_of(function) == "len" and function is not None:
        return names.is_free("len", function)
    statement = call.parent.parent if call.parent is not None else None
    return statement is not None and appended_to(statement, name, names) > 0 and first_of(parent) == mention


def _assigns(node: Node, name: str) -> bool:
    """Say whether a node replaces or shadows a variable as a whole."""
    if node.type in {"assignment_statement", "short_var_declaration", "range_clause", "receive_statement"}:
        targets = node.child_by_field_name("left")
        return targets is not None and any(text_of(target) == name for target in targets.named_children)
    if node.type in {"var_spec", "parameter_declaration"}:
        return any(text_of(own) == name for own in node.children_by_field_name("name"))
    return node.type == "unary_expression" and text_of(node) == f"&{name}"


def _is_update(statement: Node, name: str) -> bool:
    """Say whether a store builds on what the map already holds under that key."""
    if not stored_in(statement, name):
        return False
    is_plain = text_of(statement.child_by_field_name("operator")) == "=" and statement.type == "assignment_statement"
    values = statement.child_by_field_name("right")
    return not is_plain or (values is not None and any(mentions(values, name)))
