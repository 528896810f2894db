"""Which declaration a name of a Go source means, found through the blocks around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from goescape_lsp.syntax.tree import FUNCTIONS, ancestors, text_of


class Role(StrEnum):
    """What kind of declaration a name comes from."""

    LOCAL = "local"
    PARAMETER = "parameter"
    RESULT = "result"
    RECEIVER = "receiver"
    RANGE = "range"
    PACKAGE_VARIABLE = "package variable"
    PACKAGE_CONSTANT = "package constant"
    FUNCTION = "function"
    TYPE = "type"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where a name is declared.

    `type` is the written type, `value` the initialiser of this very name (for several names from one call: the call,
    with `index` telling which result), `scope` the node whose block the name belongs to (None at package level).
    """

    role: Role
    name: Node
    type: Node | None = None
    value: Node | None = None
    index: int = 0
    is_only: bool = True
    is_variadic: bool = False
    scope: Node | None = None


def find_local(name: str, at: Node) -> Declaration | None:
    """Return the declaration of `name` that is visible at a node inside a function; None when it is not local."""
    child = at
    for parent in ancestors(at):
        for found in _declared_in(parent, child):
            if text_of(found.name) == name:
                return found
        child = parent
    return None


def declared_at(node: Node) -> Declaration | None:
    """Return the local declaration whose name is exactly this node."""
    for parent in ancestors(node):
        for found in _declared_in(parent, None):
            if found.name == node:
                return found
        if parent.type in FUNCTIONS:
            return None
    return None


def package_declarations(root: Node) -> Iterator[Declaration]:
    """Yield what a file declares at package level: variables, constants, functions, types and its imports."""
    for node in root.named_children:
        match node.type:
            case "var_declaration":
                yield from _vars(node, Role.PACKAGE_VARIABLE, None)
            case "const_declaration":
                yield from _vars(node, Role.PACKAGE_CONSTANT, None)
            case "function_declaration":
                if (name := node.child_by_field_name("name")) is not None:
                    yield Declaration(Role.FUNCTION, name, value=node)
            case "type_declaration":
                for spec in node.named_children:
                    name, written = spec.child_by_field_name("name"), spec.child_by_field_name("type")
                    if name is not None:
                        yield Declaration(Role.TYPE, name, written, value=spec)
            case "import_declaration":
                yield from _imports(node)
            case _:
                pass


def _imports(node: Node) -> Iterator[Declaration]:
    specs = [spec for group in (node, *node.named_children) for spec in group.named_children]
    for spec in (*specs, *node.named_children):
        if spec.type == "import_spec" and (path := spec.child_by_field_name("path")) is not None:
            yield Declaration(Role.IMPORT, spec.child_by_field_name("name") or path, value=path)


def _declared_in(parent: Node, child: Node | None) -> Iterator[Declaration]:
    """Yield what `parent` declares for `child`, the last declaration first; for no child everything it declares."""
    match parent.type:
        case "statement_list" | "block":
            yield from _statements(parent, child)
        case "for_statement":
            yield from _loop(parent)
        case "if_statement" | "expression_switch_statement" | "type_switch_statement":
            yield from _statement(parent.child_by_field_name("initializer"), parent)
            if parent.type == "type_switch_statement" and (alias := parent.child_by_field_name("alias")) is not None:
                value = parent.child_by_field_name("value")
                yield from (Declaration(Role.LOCAL, name, value=value, scope=parent) for name in alias.named_children)
        case "communication_case":
            yield from _received(parent)
        case "function_declaration" | "method_declaration" | "func_literal":
            yield from _signature(parent)
        case _:
            pass


def _statements(block: Node, child: Node | None) -> Iterator[Declaration]:
    before: list[Node] = []
    for statement in block.named_children:
        if child is not None and statement.start_byte >= child.start_byte:
            break
        before.append(statement)
    for statement in reversed(before):
        yield from _statement(statement, block)


def _statement(node: Node | None, scope: Node) -> Iterator[Declaration]:
    if node is None:
        return
    if node.type == "labeled_statement":
        yield from _statement(node.named_children[-1], scope)
    elif node.type == "short_var_declaration":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        yield from _paired(Role.LOCAL, _items(left), None, _items(right), scope)
    elif node.type in {"var_declaration", "const_declaration"}:
        yield from _vars(node, Role.LOCAL, scope)


def _vars(node: Node, role: Role, scope: Node | None) -> Iterator[Declaration]:
    specs = [spec for group in (node, *node.named_children) for spec in group.named_children]
    for spec in specs:
        if spec.type in {"var_spec", "const_spec"}:
            names = spec.children_by_field_name("name")
            names = [name for name in names if name.type == "identifier"]
            values = _items(spec.child_by_field_name("value"))
            yield from _paired(role, names, spec.child_by_field_name("type"), values, scope)


def _paired(
    role: Role, names: list[Node], written: Node | None, values: list[Node], scope: Node | None
) -> Iterator[Declaration]:
    for index, name in enumerate(names):
        if len(values) == len(names):
            yield Declaration(role, name, written, values[index], scope=scope)
        else:
            value = values[0] if values else None
            yield Declaration(role, name, written, value, index, is_only=len(names) == 1, scope=scope)


def _loop(node: Node) -> Iterator[Declaration]:
    for clause in node.named_children:
        if clause.type == "for_clause":
            yield from _statement(clause.child_by_field_name("initializer"), node)
        elif clause.type == "range_clause" and any(token.type == ":=" for token in clause.children):
            right = clause.child_by_field_name("right")
            for index, name in enumerate(_items(clause.child_by_field_name("left"))):
                yield Declaration(Role.RANGE, name, value=right, index=index, is_only=False, scope=node)


def _received(node: Node) -> Iterator[Declaration]:
    receive = node.child_by_field_name("communication")
    if receive is not None and receive.type == "receive_statement":
        right = receive.child_by_field_name("right")
        for index, name in enumerate(_items(receive.child_by_field_name("left"))):
            yield Declaration(Role.LOCAL, name, value=right, index=index, scope=node)


def _signature(function: Node) -> Iterator[Declaration]:
    lists = (
        (Role.RECEIVER, function.child_by_field_name("receiver")),
        (Role.PARAMETER, function.child_by_field_name("parameters")),
        (Role.RESULT, function.child_by_field_name("result")),
    )
    for role, parameters in lists:
        if parameters is None or parameters.type != "parameter_list":
            continue
        for declared in parameters.named_children:
            is_variadic = declared.type == "variadic_parameter_declaration"
            for name in declared.children_by_field_name("name"):
                if name.type == "identifier":
                    written = declared.child_by_field_name("type")
                    yield Declaration(role, name, written, is_variadic=is_variadic, scope=function)


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    items = node.named_children if node.type == "expression_list" else [node]
    return [item for item in items if item.type != "comment"]
