"""A site as advice looks at it: what is made, what it is first kept in, and the statements around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from goescape_lsp.core.model import Finding, Kind
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.text import Text
from goescape_lsp.syntax.tree import ancestors, enclosing_function, leaf_at, node_at, spelled_in, text_of

POINTERS = frozenset({Kind.VARIABLE, Kind.NEW, Kind.COMPOSITE})
_WRAPPERS = frozenset({"expression_list", "expression_statement", "statement_list", "literal_element", "block"})
_SETTING = frozenset({"assignment_statement", "short_var_declaration"})
_SIMPLE = frozenset({"unary_expression", "parenthesized_expression"})


@dataclass(frozen=True, slots=True)
class Site:
    """A finding with its place in the tree.

    `target` is what the value is first kept in: the declared name, or the left side of an assignment; None where it is
    used at once. `around` are the nodes around it within `function`, the nearest first. `package` are the texts of its
    package, as far as they are known.
    """

    finding: Finding
    node: Node
    names: Names
    function: Node
    target: Node | None
    around: tuple[Node, ...]
    package: tuple[bytes, ...] = ()

    @property
    def name(self) -> str:
        """The text of the target, "" without one."""
        return text_of(self.target)

    @property
    def statement(self) -> Node:
        """The statement of a block that the site stands in; the site where it is in none."""
        return next((one for one in (self.node, *self.around) if is_statement(one)), self.node)

    @property
    def loop(self) -> Node | None:
        """The nearest loop of the function around the site."""
        return next((one for one in self.around if one.type == "for_statement"), None)

    def branches(self) -> Iterator[tuple[Node, Node]]:
        """Yield each `if` around the site with the part of it that holds the site, the nearest first."""
        child = self.node
        for outer in self.around:
            if outer.type == "if_statement" and child.type in {"block", "if_statement"}:
                yield outer, child
            child = outer

    def later(self) -> Iterator[Node]:
        """Yield the uses of the variable that keeps the value behind the site, in source order."""
        if self.target is None or self.target.type != "identifier":
            return
        end = max(self.node.end_byte, self.target.end_byte)
        declared = self.names.find(self.name, self.target)
        for use in spelled_in(self.function, self.name):
            if use.start_byte >= end and self.names.find(self.name, use) == declared:
                yield use


def site_of(finding: Finding, text: Text, package: tuple[bytes, ...] = ()) -> Site | None:
    """Return the site of a finding, None where it is in no function, or the text has nothing of its span."""
    node = node_at(text.tree, finding.span)
    if node is None:  # the span of a function literal ends before its body
        leaf = leaf_at(text.tree, finding.span.line, finding.span.column)
        node = (
            leaf.parent if leaf is not None and leaf.parent is not None and leaf.parent.type == "func_literal" else None
        )
    while node is not None and node.type in _WRAPPERS and node.named_child_count == 1:
        node = node.named_children[0]
    function = enclosing_function(node) if node is not None else None
    if node is None or function is None:
        return None
    around: list[Node] = []
    for outer in ancestors(node):
        if outer == function:
            break
        around.append(outer)
    is_name = finding.kind is Kind.VARIABLE and node.type == "identifier"
    target = node if is_name else _kept_in(node)
    return Site(finding, node, text.names, function, target, tuple(around), package)


def is_statement(node: Node) -> bool:
    """Say whether a node is a statement of a block."""
    return node.parent is not None and node.parent.type == "statement_list"


def declared_function(node: Node) -> Node | None:
    """Return the function declaration or method around a node, whatever literals it stands in."""
    kinds = {"function_declaration", "method_declaration"}
    return next((outer for outer in (node, *ancestors(node)) if outer.type in kinds), None)


def _kept_in(node: Node) -> Node | None:
    """Return what an assignment or a declaration keeps an expression, or its address, in."""
    while node.parent is not None and node.parent.type in _SIMPLE:
        node = node.parent
    values = node.parent
    statement = values.parent if values is not None and values.type == "expression_list" else None
    if values is None or statement is None:
        return None
    if statement.type == "var_spec":
        left = statement.children_by_field_name("name")
    elif statement.type in _SETTING and statement.child_by_field_name("right") == values:
        targets = statement.child_by_field_name("left")
        left = targets.named_children if targets is not None else []
    else:
        return None
    index = values.named_children.index(node)
    return left[index] if len(left) == values.named_child_count else None
