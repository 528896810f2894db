"""Code that the compiler takes for a loop because it stands behind a label that a `goto` jumps back to.

Source: cmd/compile/internal/escape, walkFunc and stmt, go1.21 to go1.27: from such a label on to the end of the
function everything counts as one loop deeper, also what no jump leads back to.
"""

from __future__ import annotations

from tree_sitter import Node

from goescape_lsp.syntax.heat import repeats
from goescape_lsp.syntax.tree import FUNCTIONS, ancestors, enclosing_function, first_of, text_of


def is_behind_label(node: Node) -> bool:
    """Say whether a node runs at most once each call, but stands behind a label that a `goto` jumps back to."""
    return not repeats(node) and not _is_in_loop(node) and bool(labels_before(node))


def labels_before(node: Node) -> list[Node]:
    """Return the labels before a node, in its function, that a `goto` behind the label jumps to."""
    function = enclosing_function(node)
    body = function.child_by_field_name("body") if function is not None else None
    if body is None or b"goto " not in (body.text or b""):
        return []
    labels, jumps = list[Node](), list[Node]()
    pending = [body]
    while pending:
        found = pending.pop()
        if found.type == "labeled_statement" and found.start_byte <= node.start_byte:
            labels.append(found)
        elif found.type == "goto_statement":
            jumps.append(found)
        pending.extend(child for child in found.named_children if child.type not in FUNCTIONS)
    return [one for one in labels if any(_leads(jump, one) for jump in jumps)]


def _is_in_loop(node: Node) -> bool:
    """Say whether a `for` of the same function is around a node, even one that never comes round."""
    around = (parent for parent in ancestors(node) if parent.type in {"for_statement", *FUNCTIONS})
    return (first := next(around, None)) is not None and first.type == "for_statement"


def _leads(jump: Node, label: Node) -> bool:
    """Say whether a jump goes back to a label."""
    name = text_of(label.child_by_field_name("label"))
    return jump.start_byte > label.start_byte and text_of(first_of(jump)) == name
