"""Recognises names of the standard library by the imports of a file."""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.syntax.advise_scope import resolve
from goescape_lsp.syntax.tree import ancestors, text_of

# What functions of the standard library return, by the Go 1 compatibility promise.
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


def standard_result(function: Node) -> str:
    """Return the type that a function of the standard library returns, "" for any other function."""
    for (package, name), spelled in _RESULTS.items():
        if is_standard(function, package, name):
            return spelled
    return ""


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
    if function is None or function.type != "selector_expression":
        return False
    operand = function.child_by_field_name("operand")
    return (
        operand is not None
        and text_of(operand) == package
        and text_of(function.child_by_field_name("field")) == name
        and resolve(package, operand) is None
        and imports(package, operand)
    )
