"""Values that a function makes and hands to its caller, and callers that certainly keep them to themselves.

Only what a look at the text proves: every use of the value reads or writes one of its fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.model import Span
from goescape_lsp.syntax.forms import Form, Type
from goescape_lsp.syntax.functions import declared_functions
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import Role, declared_at
from goescape_lsp.syntax.source import Source
from goescape_lsp.syntax.tree import ancestors, calls_in, enclosing_function, node_at, spelled_in, text_of
from goescape_lsp.syntax.types import infer

_CHAIN = frozenset(["selector_expression", "index_expression", "parenthesized_expression"])
_PLAIN = frozenset(
    [
        *("expression_list", "return_statement", "statement_list"),
        *("short_var_declaration", "var_declaration", "var_spec_list", "var_spec"),
    ]
)


def made_for_caller(source: Source, span: Span) -> bool:
    """Say whether the value of a site leaves its function as the first result, once for each call, and only so.

    Shape: `span` is that of an expression (`&T{…}` in a `return`, or first stored in a variable) or of a variable's
    name. Values in branches, loops and function literals are not certain to be made by each call.
    """
    node = node_at(source.tree, span)
    if node is not None and node.type == "expression_list":
        node = node.named_children[0]
    if node is None or not _is_in_each_call(node):
        return False
    if declared_at(node) is not None:
        return _only_returned(node, source.names, is_address=True)
    if _is_first_result(node):
        return True
    name = _stored_in(node)
    return name is not None and _only_returned(name, source.names, is_address=False)


def kept_calls(source: Source, key: bytes | None) -> Iterator[str]:
    """Yield the package's functions whose first result a caller in a stretch of a file certainly keeps."""
    for called in (one for root in source.roots(key) for one in calls_in(root)):
        # Most calls are of other packages: no blocks need to be searched for them.
        name = text_of(called)
        node = called.parent
        if name not in source.names.declared or node is None or enclosing_function(node) is None:
            continue
        found = source.names.find(name, called)
        if found is None or found.role is not Role.FUNCTION:
            continue
        held = _stored_in(node)
        is_kept = _is_harmless(node, source.names) if held is None else _is_kept(held, source.names)
        if is_kept:
            yield name


def plain_functions(source: Source) -> Iterator[str]:
    """Yield the names of the functions of a file that are neither methods nor generic."""
    for node, name in declared_functions(source.tree):
        if node.type == "function_declaration" and node.child_by_field_name("type_parameters") is None:
            yield name


def _is_in_each_call(node: Node) -> bool:
    """Say whether a node stands in a plain statement of a function's own block."""
    blocks = 0
    for parent in ancestors(node):
        if parent.type == "function_declaration":
            return blocks == 1
        if parent.type == "block":
            blocks += 1
        elif parent.type not in _PLAIN:
            return False
    return False


def _is_first_result(node: Node) -> bool:
    items = node.parent
    if items is None or items.type != "expression_list" or items.named_children[0] != node:
        return False
    return items.parent is not None and items.parent.type == "return_statement"


def _stored_in(node: Node) -> Node | None:
    """Return the variable that `x := node` or `x, err := node` declares; None for anything else."""
    items = node.parent
    statement = items.parent if items is not None and items.type == "expression_list" else None
    if items is None or statement is None or statement.type != "short_var_declaration":
        return None
    left = statement.child_by_field_name("left")
    if statement.child_by_field_name("right") != items or len(items.named_children) != 1 or left is None:
        return None
    name = left.named_children[0]
    found = declared_at(name)
    return name if found is not None and text_of(name) != "_" else None


def _uses(name: Node) -> Iterator[Node]:
    """Return the other nodes of the function that are spelled like a variable; those of another one add caution."""
    function = enclosing_function(name)
    every = spelled_in(function, text_of(name)) if function is not None else ()
    return (node for node in every if node != name)


def _only_returned(name: Node, names: Names, *, is_address: bool) -> bool:
    """Say whether a variable is used harmlessly and otherwise only returned first: itself, or its address."""
    returned = 0
    for use in _uses(name):
        if enclosing_function(use) != enclosing_function(name):
            return False
        is_taken = use.parent is not None and _operator(use.parent) == "&"
        out = use.parent if is_address and is_taken else use
        if out is not None and is_taken == is_address and _is_first_result(out):
            returned += 1
        elif not _is_harmless(use, names):
            return False
    return returned > 0


def _is_kept(name: Node, names: Names) -> bool:
    """Say whether a variable is only used harmlessly, and in no function literal."""
    own = enclosing_function(name)
    return all(enclosing_function(use) == own and _is_harmless(use, names) for use in _uses(name))


def _is_harmless(node: Node, names: Names) -> bool:
    """Say whether a use only reads or writes a field of a struct: nothing that points to the value comes of it.

    Shape: a method, called or not, takes the value's address along; so does a slice of an array.
    """
    field = node.parent
    if field is None or field.type != "selector_expression" or not _is_field(infer(field, names)):
        return False
    top = field
    while (parent := top.parent) is not None and parent.type in _CHAIN and parent.named_children[0] == top:
        top = parent
    if parent is None or (parent.type == "call_expression" and parent.child_by_field_name("function") == top):
        return False
    return parent.type != "slice_expression" and _operator(parent) != "&"


def _is_field(selected: Type) -> bool:
    is_method = selected.node is not None and selected.node.type == "method_declaration"
    return selected.form is not Form.UNKNOWN and not is_method


def _operator(node: Node) -> str:
    return text_of(node.child_by_field_name("operator")) if node.type == "unary_expression" else ""
