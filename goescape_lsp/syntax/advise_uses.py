"""How a name is used below a node: mentioned, changed, shadowed, its address given away."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.syntax.tree import text_of, walk


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
