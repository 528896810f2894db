"""Which declaration a name of a Go source means, found through the blocks around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tree_sitter import Node

from goescape_lsp.syntax.tree import FUNCTIONS, ancestors, text_of, walk


class Role(StrEnum):
    """What kind of declaration a name comes from."""

    LOCAL = "local"
    CONSTANT = "constant"
    PARAMETER = "parameter"
    RESULT = "result"
    RECEIVER = "receiver"
    RANGE = "range"
    PACKAGE_VARIABLE = "package variable"
    PACKAGE_CONSTANT = "package constant"
    FUNCTION = "function"
    TYPE = "type"
    TYPE_PARAMETER = "type parameter"
    IMPORT = "import"


CONSTANTS = frozenset({Role.CONSTANT, Role.PACKAGE_CONSTANT})
TYPES = frozenset({Role.TYPE, Role.TYPE_PARAMETER})
_SWITCHES = frozenset({"if_statement", "expression_switch_statement", "type_switch_statement"})
_SCOPES = FUNCTIONS | _SWITCHES | {"for_statement", "for_clause", "communication_case", "type_spec", "type_alias"}
_CASES = frozenset({"type_case", "default_case"})
_DECLARING = frozenset(
    {
        "short_var_declaration",
        "var_spec",
        "const_spec",
        "range_clause",
        "receive_statement",
        "type_switch_statement",
        "parameter_declaration",
        "variadic_parameter_declaration",
    }
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where a name is declared.

    `type` is the written type, `value` the initialiser of this very name (for several names from one call: the call,
    with `index` telling which result; for a function or a type: its declaring node), `scope` the node whose block the
    name belongs to (None at package level).
    """

    role: Role
    name: Node
    type: Node | None = None
    value: Node | None = None
    index: int = 0
    is_only: bool = True
    is_variadic: bool = False
    scope: Node | None = None


class Scopes:
    """What the blocks of some trees declare, each block read once; worth it where many names are looked up."""

    def __init__(self) -> None:
        # With the node itself, so that its tree lives and its id stays its own.
        self._lists: dict[int, tuple[Node, dict[str, list[tuple[int, Declaration]]]]] = {}
        self._others: dict[tuple[int, int], tuple[Node, dict[str, Declaration]]] = {}

    def find(self, name: str, at: Node) -> Declaration | None:
        """Return what the function `find` returns."""
        own = declared_at(at) if _stands_to_declare(at) and text_of(at) == name else None
        child = at
        for parent in ancestors(at):
            kind = parent.type
            if kind == "statement_list":
                found = self._in_list(parent, child, name)
            elif kind in _SCOPES:
                found = self._in_other(parent, child, name)
            else:
                found = None
            if found is not None:
                return found
            if own is not None and parent == own.scope:
                return own
            child = parent
        return None

    def _in_list(self, block: Node, child: Node, name: str) -> Declaration | None:
        known = self._lists.get(block.id)
        if known is None:
            declared: dict[str, list[tuple[int, Declaration]]] = {}
            for start, found in _statements(block):
                declared.setdefault(text_of(found.name), []).append((start, found))
            known = self._lists[block.id] = (block, declared)
        end = child.start_byte
        return next((found for start, found in known[1].get(name, ()) if start < end), None)

    def _in_other(self, parent: Node, child: Node, name: str) -> Declaration | None:
        key = (parent.id, child.id)
        known = self._others.get(key)
        if known is None:
            declared: dict[str, Declaration] = {}
            for found in _declared_in(parent, child):
                declared.setdefault(text_of(found.name), found)
            known = self._others[key] = (parent, declared)
        return known[1].get(name)


def find(name: str, at: Node) -> Declaration | None:
    """Return the declaration of `name`, types and type parameters too, that blocks around a node make visible there.

    Shape: the scopes of the Go specification, Declarations and scope; None when the package or nobody declares it. A
    name at its own declaration means that one, unless a `:=` only sets what its block has already.
    """
    return Scopes().find(name, at)


def _stands_to_declare(node: Node) -> bool:
    parent = node.parent
    if parent is not None and parent.type == "expression_list":
        parent = parent.parent
    return node.type == "identifier" and parent is not None and parent.type in _DECLARING


def find_local(name: str, at: Node) -> Declaration | None:
    """Return the variable or constant of a function that `name` means at a node; None when it is not local."""
    return variable_of(find(name, at))


def variable_of(found: Declaration | None) -> Declaration | None:
    """Return a declaration that is one of a variable or constant, None for any other."""
    return found if found is not None and found.role not in TYPES else None


def declared_at(node: Node) -> Declaration | None:
    """Return the local declaration whose name is exactly this node."""
    child = node
    for parent in ancestors(node):
        # Of a block only the statement around the node: with each of a thousand variables all would be read.
        own = _statement(child, parent) if parent.type == "statement_list" else _declared_in(parent, None)
        for found in own:
            if found.name == node:
                return found
        if parent.type in FUNCTIONS:
            return None
        child = parent
    return None


def package_declarations(root: Node) -> Iterator[Declaration]:
    """Yield what a file declares at package level: variables, constants, functions, types and its imports."""
    for node in root.named_children:
        match node.type:
            case "var_declaration":
                yield from _specs(node, Role.PACKAGE_VARIABLE, None)
            case "const_declaration":
                yield from _specs(node, Role.PACKAGE_CONSTANT, None)
            case "function_declaration":
                if (name := node.child_by_field_name("name")) is not None:
                    yield Declaration(Role.FUNCTION, name, value=node)
            case "type_declaration":
                yield from _types(node, None)
            case "import_declaration":
                yield from _imports(node)
            case _:
                pass


def _imports(node: Node) -> Iterator[Declaration]:
    specs = [spec for group in (node, *node.named_children) for spec in group.named_children]
    for spec in specs:
        if spec.type == "import_spec" and (path := spec.child_by_field_name("path")) is not None:
            yield Declaration(Role.IMPORT, spec.child_by_field_name("name") or path, value=path)


def _declared_in(parent: Node, child: Node | None) -> Iterator[Declaration]:
    """Yield what `parent` declares for `child`, the first declaration first; for no child everything it declares."""
    match parent.type:
        case "statement_list":
            end = None if child is None else child.start_byte
            yield from (found for start, found in _statements(parent) if end is None or start < end)
        case "for_statement" if child is None or child.type == "block":
            yield from _loop(parent)
        case "for_clause" if child != parent.child_by_field_name("initializer") and parent.parent is not None:
            yield from _loop(parent.parent)
        case kind if kind in _SWITCHES:
            yield from _switched(parent, child)
        case "communication_case":
            yield from _received(parent, child)
        case kind if kind in FUNCTIONS:
            if child is None or child.type == "block":
                yield from _signature(parent)
            yield from _type_parameters(parent)
        case "type_spec" | "type_alias":
            yield from _type_parameters(parent)
        case _:
            pass


def _statements(block: Node) -> Iterator[tuple[int, Declaration]]:
    """Yield the declarations of a block, each with the byte at which its statement starts, -1 for a parameter."""
    function = block.parent.parent if block.parent is not None else None
    if function is not None and function.type in FUNCTIONS:
        # Parameters and body are one block: in `x, err := f()` a result err stays the result.
        yield from ((-1, found) for found in _signature(function))
    for statement in block.named_children:
        yield from ((statement.start_byte, found) for found in _statement(statement, block))


def _statement(node: Node | None, scope: Node) -> Iterator[Declaration]:
    if node is None:
        return
    match node.type:
        case "labeled_statement":
            yield from _statement(node.named_children[-1], scope)
        case "short_var_declaration":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            yield from _paired(Role.LOCAL, _items(left), None, _items(right), scope)
        case "var_declaration":
            yield from _specs(node, Role.LOCAL, scope)
        case "const_declaration":
            yield from _specs(node, Role.CONSTANT, scope)
        case "type_declaration":
            yield from _types(node, scope)
        case _:
            pass


def _types(node: Node, scope: Node | None) -> Iterator[Declaration]:
    for spec in node.named_children:
        name, written = spec.child_by_field_name("name"), spec.child_by_field_name("type")
        if name is not None:
            yield Declaration(Role.TYPE, name, written, value=spec, scope=scope)


def _specs(node: Node, role: Role, scope: Node | None) -> Iterator[Declaration]:
    specs = [spec for group in (node, *node.named_children) for spec in group.named_children]
    for spec in specs:
        if spec.type in {"var_spec", "const_spec"}:
            names = [name for name in spec.children_by_field_name("name") if name.type == "identifier"]
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
        elif clause.type == "range_clause" and _defines(clause):
            right = clause.child_by_field_name("right")
            for index, name in enumerate(_items(clause.child_by_field_name("left"))):
                yield Declaration(Role.RANGE, name, value=right, index=index, is_only=False, scope=node)


def _switched(node: Node, child: Node | None) -> Iterator[Declaration]:
    """Yield what an `if` or `switch` declares; the name of a type switch has the type of a case that lists only one."""
    alias = node.child_by_field_name("alias")
    if alias is not None and (child is None or child.type in _CASES):
        listed = [] if child is None else child.children_by_field_name("type")
        written = listed[0] if len(listed) == 1 and text_of(listed[0]) != "nil" else None
        value = node.child_by_field_name("value") if child is not None and written is None else None
        yield from (Declaration(Role.LOCAL, name, written, value, scope=node) for name in _items(alias))
    initializer = node.child_by_field_name("initializer")
    if initializer is not None and initializer != child:
        yield from _statement(initializer, node)


def _received(node: Node, child: Node | None) -> Iterator[Declaration]:
    receive = node.child_by_field_name("communication")
    if receive is not None and receive != child and receive.type == "receive_statement" and _defines(receive):
        right = receive.child_by_field_name("right")
        for index, name in enumerate(_items(receive.child_by_field_name("left"))):
            yield Declaration(Role.LOCAL, name, value=right, index=index, scope=node)


def _defines(node: Node) -> bool:
    return any(token.type == ":=" for token in node.children)


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


def _type_parameters(node: Node) -> Iterator[Declaration]:
    """Yield the type parameters of a function or type; those of a method stand in the type of its receiver."""
    parameters, receiver = node.child_by_field_name("type_parameters"), node.child_by_field_name("receiver")
    for declared in parameters.named_children if parameters is not None else ():
        for name in declared.children_by_field_name("name"):
            if name.type == "identifier":
                yield Declaration(Role.TYPE_PARAMETER, name, declared.child_by_field_name("type"), scope=node)
    for arguments in walk(receiver) if receiver is not None else ():
        if arguments.type == "type_arguments":
            names = (name for name in walk(arguments) if name.type == "type_identifier")
            yield from (Declaration(Role.TYPE_PARAMETER, name, scope=node) for name in names)


def _items(node: Node | None) -> list[Node]:
    if node is None:
        return []
    items = node.named_children if node.type == "expression_list" else [node]
    return [item for item in items if item.type != "comment"]
