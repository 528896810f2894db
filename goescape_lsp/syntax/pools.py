"""Which code runs only when a pool is empty: what makes its values, and what its users do when they get none."""

from __future__ import annotations

import itertools
import re

from tree_sitter import Node

from goescape_lsp.syntax.tree import ancestors, text_of

_POOL_CALL = re.compile(r"^(?:\w+\.)*(?:[Pp]ool\.New|[Nn]ewPool)$")
# `pool.Get().(*T)`, `encoders[level].pool.Get()`: something with the name of a pool, asked for nothing in particular.
_GET = re.compile(r"^[\w.\[\]]*[pP]ools?(?:\[[^\[\]]*\])?\.Get\(\)(?:\.\([^()]+\))?$")


def fills_pool(literal: Node) -> bool:
    """Say whether a literal is what a pool calls when it is empty: `sync.Pool{New: …}`, `pool.New(…)`."""
    outer = literal.parent
    if outer is not None and outer.type == "argument_list":
        return (
            _POOL_CALL.match(text_of(outer.parent.child_by_field_name("function")) if outer.parent else "") is not None
        )
    around = list(itertools.islice(ancestors(literal), 4))  # value, keyed element, body, composite literal
    if [node.type for node in around[1:]] != ["keyed_element", "literal_value", "composite_literal"]:
        return False
    key = text_of(around[1].child_by_field_name("key"))
    return key == "New" and text_of(around[3].child_by_field_name("type")) == "sync.Pool"


def is_branch_of_empty_pool(statement: Node, child: Node) -> bool:
    """Say whether a branch is for a pool that gave nothing: `v, ok := pool.Get().(*T); if !ok { … }`, or `v == nil`."""
    condition = text_of(statement.child_by_field_name("condition"))
    if child == statement.child_by_field_name("consequence"):
        name = condition.removeprefix("!") if condition.startswith("!") else condition.removesuffix(" == nil")
        is_asked = name != condition
    else:
        is_asked = child == statement.child_by_field_name("alternative")
        name = condition.removesuffix(" != nil")
    if not is_asked or not name.isidentifier():
        return False
    initializer = statement.child_by_field_name("initializer")
    return _takes(initializer if initializer is not None else statement.prev_named_sibling, name)


def _takes(statement: Node | None, name: str) -> bool:
    """Say whether a statement gets a value from a pool, and this name says whether there was one."""
    if statement is None or statement.type not in {"short_var_declaration", "assignment_statement"}:
        return False
    left, right = statement.child_by_field_name("left"), statement.child_by_field_name("right")
    names = [text_of(node) for node in left.named_children] if left is not None else []
    return names[-1:] == [name] and _GET.match(text_of(right)) is not None
