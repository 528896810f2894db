"""What is made when it is first needed: `if x.f == nil { x.f = … }`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from goescape_lsp.syntax.scope import find_local
from goescape_lsp.syntax.tree import FUNCTIONS, ancestors, is_within, spelled_in, statements_of, text_of

_ROOT = re.compile(r"^[*(\s]*(?P<name>[^\W\d]\w*)")
_ENDS = FUNCTIONS | {"assignment_statement", "range_clause", "block"}


@dataclass(frozen=True, slots=True)
class FirstUse:
    """A branch that runs only while something is nil, and sets it.

    `target` is the source text of what it sets; `is_kept` says that this outlives the call: a field, or what a pointer
    leads to.
    """

    branch: Node
    target: str
    is_kept: bool

    def is_once_in(self, loop: Node) -> bool:
        """Say whether a loop around the branch runs it once: nothing else in the loop makes or sets what it sets."""
        root = _ROOT.match(self.target)
        if root is None or not is_within(self.branch, loop):
            return False
        declared = find_local(root["name"], self.branch)
        if declared is not None and is_within(declared.name, loop):
            return False
        names = (name for name in spelled_in(loop, root["name"]) if not is_within(name, self.branch))
        return not any(self._is_set_at(name) for name in names)

    def _is_set_at(self, name: Node) -> bool:
        statement = next((n for n in ancestors(name) if n.type in _ENDS), None)
        left = statement.child_by_field_name("left") if statement is not None else None
        targets = [text_of(target) for target in left.named_children] if left is not None else []
        return any(self.target == one or self.target.startswith(f"{one}.") for one in targets)


def first_use_around(node: Node) -> FirstUse | None:
    """Return the nearest branch of the same function around a node that makes something when it is first used."""
    child = node
    for parent in ancestors(node):
        if parent.type in FUNCTIONS:
            return None
        if parent.type == "if_statement" and child == parent.child_by_field_name("consequence"):
            asked = _asked(parent.child_by_field_name("condition"))
            if asked is not None and any(_sets(statement, text_of(asked)) for statement in statements_of(child)):
                return FirstUse(child, text_of(asked), asked.type != "identifier")
        child = parent
    return None


def _asked(condition: Node | None) -> Node | None:
    """Return what a condition asks to be nil: a variable, a field, or what a pointer leads to."""
    if condition is None or condition.type != "binary_expression":
        return None
    left, right = condition.child_by_field_name("left"), condition.child_by_field_name("right")
    is_nil = text_of(condition.child_by_field_name("operator")) == "==" and text_of(right) == "nil"
    if left is None or not is_nil:
        return None
    is_pointed = left.type == "unary_expression" and text_of(left).startswith("*")
    return left if is_pointed or left.type in {"identifier", "selector_expression"} else None


def _sets(statement: Node, target: str) -> bool:
    left = statement.child_by_field_name("left") if statement.type == "assignment_statement" else None
    return left is not None and any(text_of(one) == target for one in left.named_children)
