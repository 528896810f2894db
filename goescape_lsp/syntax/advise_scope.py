"""Finds what a name of a Go file stands for, by Go's block scopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from goescape_lsp.syntax.tree import ancestors, text_of, walk

FUNCTION_LITERAL = "func_literal"
NAMES = frozenset({"identifier", "type_identifier", "package_identifier", "field_identifier"})


class Role(StrEnum):
    """How a name was declared."""

    PARAMETER = "parameter"
    VARIADIC = "variadic"
    VARIABLE = "variable"
    CONSTANT = "constant"
    RANGE = "range"
    FUNCTION = "function"
    TYPE = "type"
    TYPE_PARAMETER = "type-parameter"
    PACKAGE = "package"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where a name comes from: its own node, the declaring node, its place in a list of names, and the scope's node."""

    role: Role
    name: Node
    node: Node
    index: int
    scope: Node


def resolve(name: str, at: Node) -> Declaration | None:
    """Return the declaration that `name` has at a node, None when the file declares no such name there."""
    child = at
    for scope in ancestors(at):
        for declaration in _visible(scope, child):
            if text_of(declaration.name) == name:
                return declaration
        child = scope
    return None


def is_builtin(name: str, at: Node) -> bool:
    """Say whether `name` still has Go's predeclared meaning at a node, as far as this file tells."""
    return resolve(name, at) is None


def root_of(node: Node | None) -> Node | None:
    """Return the identifier that a chain of selectors, indexes, slices, stars and brackets begins with."""
    while node is not None and node.type != "identifier":
        if node.type in {"selector_expression", "index_expression", "slice_expression"}:
            node = node.child_by_field_name("operand")
        elif node.type in {"parenthesized_expression", "expression_list"} and node.named_child_count == 1:
            node = node.named_children[0]
        elif node.type == "unary_expression" and text_of(node.child_by_field_name("operator")) in {"*", "&"}:
            node = node.child_by_field_name("operand")
        else:
            return None
    return node


def mentions(node: Node, name: str) -> Iterator[Node]:
    """Yield the identifiers below a node that spell `name`; fields and labels do not count."""
    return (found for found in walk(node) if found.type == "identifier" and text_of(found) == name)


def is_written(node: Node, name: str) -> bool:
    """Say whether something below a node may change or shadow `name`, a part of it, or hand out its address."""
    return any(_writes(found, name) for found in walk(node))


def _writes(node: Node, name: str) -> bool:
    match node.type:
        case "assignment_statement" | "short_var_declaration" | "range_clause" | "receive_statement":
            targets = node.child_by_field_name("left")
            return targets is not None and any(_is_rooted(target, name) for target in targets.named_children)
        case "inc_statement" | "dec_statement":
            return any(_is_rooted(target, name) for target in node.named_children)
        case "unary_expression":
            is_address = text_of(node.child_by_field_name("operator")) == "&"
            return is_address and _is_rooted(node.child_by_field_name("operand"), name)
        case "var_spec" | "const_spec" | "parameter_declaration" | "variadic_parameter_declaration":
            return any(text_of(own) == name for own in node.children_by_field_name("name"))
        case "type_switch_statement":
            alias = node.child_by_field_name("alias")
            return alias is not None and text_of(alias) == name
        case _:
            return False


def _is_rooted(node: Node | None, name: str) -> bool:
    root = root_of(node)
    return root is not None and text_of(root) == name


def _visible(scope: Node, child: Node) -> Iterator[Declaration]:
    """Yield what a scope declares for the part of it that `child` is."""
    match scope.type:
        case "source_file":
            for statement in scope.named_children:
                yield from declared_by(statement, scope)
        case "statement_list":
            for statement in scope.named_children:
                if statement.start_byte >= child.start_byte:
                    break
                yield from declared_by(statement, scope)
        case "for_statement" if child.type == "block":
            for clause in scope.named_children:
                if clause.type in {"range_clause", "for_clause"}:
                    yield from _loop_variables(clause, scope)
        case "for_clause":
            yield from _initializer(scope, child, scope)
        case "if_statement" | "expression_switch_statement" | "type_switch_statement":
            yield from _initializer(scope, child, scope)
            alias = scope.child_by_field_name("alias")
            if alias is not None and child.type in {"type_case", "default_case"}:
                yield from _named(alias.named_children, Role.OTHER, scope, scope)
        case "communication_case":
            received = scope.child_by_field_name("communication")
            if received is not None and received != child and received.type == "receive_statement":
                yield from _defined(received, Role.OTHER, scope)
        case "function_declaration" | "method_declaration" | "func_literal" | "type_spec":
            yield from _parameters(scope)
        case _:
            return


def declared_by(statement: Node, scope: Node) -> Iterator[Declaration]:
    """Yield the names that one statement or top-level declaration brings into a scope."""
    match statement.type:
        case "short_var_declaration":
            yield from _defined(statement, Role.VARIABLE, scope)
        case "var_declaration" | "const_declaration" | "type_declaration" | "import_declaration":
            for spec in _specs(statement):
                yield from _spec(spec, scope)
        case "function_declaration":
            yield from _named(statement.children_by_field_name("name"), Role.FUNCTION, statement, scope)
        case "labeled_statement":
            for inner in statement.named_children:
                yield from declared_by(inner, scope)
        case _:
            return


def _specs(declaration: Node) -> Iterator[Node]:
    for spec in declaration.named_children:
        if spec.type.endswith("_list"):
            yield from spec.named_children
        else:
            yield spec


def _spec(spec: Node, scope: Node) -> Iterator[Declaration]:
    names = [name for name in spec.children_by_field_name("name") if name.type in NAMES]
    match spec.type:
        case "var_spec":
            yield from _named(names, Role.VARIABLE, spec, scope)
        case "const_spec":
            yield from _named(names, Role.CONSTANT, spec, scope)
        case "type_spec" | "type_alias":
            yield from _named(names, Role.TYPE, spec, scope)
        case "import_spec":
            yield from _named(names, Role.PACKAGE, spec, scope)
        case _:
            return


def _named(names: list[Node], role: Role, node: Node, scope: Node) -> Iterator[Declaration]:
    for index, name in enumerate(name for name in names if name.type in NAMES):
        yield Declaration(role, name, node, index, scope)


def _defined(node: Node, role: Role, scope: Node) -> Iterator[Declaration]:
    """Yield what the left side of a `:=` declares; nothing when it is a plain `=`."""
    targets = node.child_by_field_name("left")
    if targets is not None and any(child.type == ":=" for child in node.children):
        yield from _named(targets.named_children, role, node, scope)


def _initializer(node: Node, child: Node, scope: Node) -> Iterator[Declaration]:
    initializer = node.child_by_field_name("initializer")
    if initializer is not None and initializer != child:
        yield from declared_by(initializer, scope)


def _loop_variables(clause: Node, scope: Node) -> Iterator[Declaration]:
    if clause.type == "range_clause":
        yield from _defined(clause, Role.RANGE, scope)
    else:
        yield from _initializer(clause, scope, scope)


def _parameters(function: Node) -> Iterator[Declaration]:
    for part in ("parameters", "result", "receiver"):
        for parameter in _children(function.child_by_field_name(part)):
            role = Role.VARIADIC if parameter.type.startswith("variadic") else Role.PARAMETER
            yield from _named(parameter.children_by_field_name("name"), role, parameter, function)
    for parameter in _children(function.child_by_field_name("type_parameters")):
        yield from _named(parameter.children_by_field_name("name"), Role.TYPE_PARAMETER, parameter, function)
    receiver = function.child_by_field_name("receiver")
    for found in walk(receiver) if receiver is not None else ():
        if found.type == "type_arguments":
            names = [name for name in walk(found) if name.type == "type_identifier"]
            yield from _named(names, Role.TYPE_PARAMETER, found, function)


def _children(node: Node | None) -> list[Node]:
    return [] if node is None or node.type not in {"parameter_list", "type_parameter_list"} else node.named_children
