"""Recognises names of the standard library by the imports of a file, and tells the few types that it promises."""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from goescape_lsp.syntax.forms import Form
from goescape_lsp.syntax.scope import find
from goescape_lsp.syntax.tree import ancestors, text_of

# By the Go 1 compatibility promise.
_RESULTS = {
    ("strings", "Split"): "[]string",
    ("strings", "SplitN"): "[]string",
    ("strings", "SplitAfter"): "[]string",
    ("strings", "Fields"): "[]string",
    ("strings", "ToLower"): "string",
    ("strings", "ToUpper"): "string",
    ("strings", "TrimSpace"): "string",
    ("bytes", "Split"): "[][]byte",
    ("bytes", "Fields"): "[][]byte",
    ("strconv", "Itoa"): "string",
    ("fmt", "Sprintf"): "string",
    ("fmt", "Sprint"): "string",
}
_MAPS = frozenset(
    [
        ("http", "Header"),
        ("mail", "Header"),
        ("template", "FuncMap"),
        ("textproto", "MIMEHeader"),
        ("url", "Values"),
    ]
)
_VARIABLES = {("os", "Args"): "[]string"}
# Which argument is a function.
_TAKE_FUNCTIONS = {
    ("context", "AfterFunc"): 1,
    ("sort", "Search"): 1,
    ("sort", "Slice"): 1,
    ("sort", "SliceStable"): 1,
    ("strings", "FieldsFunc"): 1,
    ("strings", "IndexFunc"): 1,
    ("strings", "Map"): 0,
    ("strings", "TrimFunc"): 1,
    ("sync", "OnceFunc"): 0,
    ("time", "AfterFunc"): 1,
}
# All that their functions take are interfaces, texts and numbers.
_TAKE_INTERFACES = frozenset(["fmt", "log"])


def standard_result(function: Node) -> str:
    """Return the type that a function of the standard library returns, "" for any other function."""
    return _found(function, _RESULTS)


def standard_variable(selector: Node) -> str:
    """Return the type of a variable of the standard library, "" for any other expression."""
    return _found(selector, _VARIABLES)


def standard_taker(function: Node, index: int) -> Form | None:
    """Return whether a function of the standard library takes a `FUNCTION` or an `INTERFACE` as one of its arguments.

    Shape: None for other functions and arguments; the first argument has the index 0.
    """
    package, _, name = text_of(function).partition(".")
    is_interface, taken = package in _TAKE_INTERFACES, _TAKE_FUNCTIONS.get((package, name))
    if (not is_interface and taken != index) or not _found(function, {(package, name): name}):
        return None
    return Form.INTERFACE if is_interface else Form.FUNCTION


def is_standard_map(written: Node | None) -> bool:
    """Say whether a qualified type is a map of the standard library; its name alone tells, such names stay."""
    package, dot, name = text_of(written).partition(".")
    return bool(dot) and (package, name) in _MAPS


def imports(path: str, at: Node) -> bool:
    """Say whether the file of a node imports a package under its own name."""
    root = list(ancestors(at))[-1] if at.parent is not None else at
    for declaration in root.named_children:
        if declaration.type == "import_declaration":
            specs = declaration.named_children
            for spec in specs[0].named_children if specs and specs[0].type == "import_spec_list" else specs:
                is_plain = spec.type == "import_spec" and spec.child_by_field_name("name") is None
                if is_plain and text_of(spec.child_by_field_name("path")).strip('"`') == path:
                    return True
    return False


def is_standard(function: Node | None, package: str, name: str) -> bool:
    """Say whether an expression is `package.name` of the imported standard package."""
    return function is not None and _found(function, {(package, name): name}) == name


def _found(selector: Node, names: Mapping[tuple[str, str], str]) -> str:
    operand = selector.child_by_field_name("operand") if selector.type == "selector_expression" else None
    if operand is None or operand.type != "identifier":
        return ""
    package = text_of(operand)
    found = names.get((package, text_of(selector.child_by_field_name("field"))), "")
    # A package-level name cannot be that of an import of the same file.
    return found if found and find(package, operand) is None and imports(package, operand) else ""
