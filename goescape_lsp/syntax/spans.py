"""From the compiler's point to the whole expression; the places are those of compiler-messages, go1.21 to go1.27."""

from __future__ import annotations

import re

from tree_sitter import Node, Tree

from goescape_lsp.core.model import Span
from goescape_lsp.core.tables.messages import LITERAL, VARIADIC
from goescape_lsp.syntax.tree import ancestors, leaf_at, span_of, text_of, walk

_CONVERSION = re.compile(r"^(?:\((?P<wrapped>[^()]+)\)|(?P<plain>[\w.\[\]*]+))\((?P<operand>.*)\)$", re.DOTALL)
_RESULT = re.compile(r"^~[rR]\d+$")
_MADE = ("make(", "new(", "append(")
_LAST_PRINTED_COLUMN = 254
_OPERATORS = frozenset(
    ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&^", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "<-"]
)


def expression_at(tree: Tree, line: int, column: int, subject: str) -> Node | None:
    """Return the expression or declared name that the compiler means by a point and its subject.

    Units: `line` and `column` count from 1, bytes; column 0 means that the compiler printed none, and the
    expression is looked for on the line beyond column 254 (cmd/compile prints no larger one).
    """
    if column == 0:
        return _on_line(tree, line, subject)
    leaf = leaf_at(tree, line, column)
    if leaf is None:
        return None
    return _widen(leaf, subject)


def name_on_line(tree: Tree, line: int, name: str) -> Node | None:
    """Return the first identifier with this name on a line: for places whose column a `//line` directive changed."""
    named = (node for node in _on_row(tree.root_node, line - 1) if node.type == "identifier")
    return next((node for node in named if text_of(node) == name), None)


def visible_span(node: Node, subject: str) -> Span:
    """Return what to underline: a literal's signature without its body, the variadic arguments, else the whole node."""
    if node.type in {"go_statement", "defer_statement"}:
        literal = next((n for n in walk(node) if n.type == "func_literal"), None)
        if literal is not None and literal.end_point[0] > node.start_point[0]:
            end = visible_span(literal, "")
            start = span_of(node)
            return Span(start.line, start.column, end.end_line, end.end_column)
    if node.type == "for_statement":  # the body of a range over a function, inlined
        body, start = node.child_by_field_name("body"), span_of(node)
        clause = span_of(body.prev_sibling) if body is not None and body.prev_sibling is not None else start
        return Span(start.line, start.column, clause.end_line, clause.end_column)
    if node.type == "func_literal":
        body = node.child_by_field_name("body")
        signature = next((c for c in reversed(node.children) if body is None or c.end_byte <= body.start_byte), node)
        span = span_of(node)
        (end_line, end_column) = signature.end_point
        return Span(span.line, span.column, end_line + 1, end_column + 1)
    if subject.startswith(VARIADIC) and node.type == "call_expression":
        return _variadic(node) or span_of(node)
    span = span_of(node)
    if is_new_of_negative(node):  # its `)` is no part of the tree's difference
        return Span(span.line, span.column, span.end_line, span.end_column + 1)
    return span


def is_new_of_negative(node: Node) -> bool:
    """Say whether a node is `new(-x)`, which the grammar takes for a difference: to it, `new` is only for types."""
    return node.type == "binary_expression" and any(
        leaf.type == "(" and leaf.start_byte == node.start_byte + len("new")
        for error in walk(node)
        if error.type == "ERROR"
        for leaf in error.children
    )


def _widen(leaf: Node, subject: str) -> Node:
    parent = leaf.parent
    if parent is None:
        return leaf
    match leaf.type:
        case "(":
            return _converted_call(_call_of(leaf, parent), subject)
        case "{":
            return _composite_of(leaf, parent, subject)
        case "func":
            return parent if parent.type == "func_literal" else leaf
        case "." | "[":
            return _converted(parent, subject)
        case "go" | "defer":
            return parent
        case kind if kind in _OPERATORS and parent.type in {"binary_expression", "unary_expression"}:
            return _converted(parent, subject)
        case _:
            return _converted(_whole_operand(leaf), subject)


def _whole_operand(leaf: Node) -> Node:
    """Widen a token to the expression that starts there and is one operand: a literal, a name, a qualified name."""
    node = leaf
    while node.parent is not None and (not node.is_named or node.parent.type.endswith("string_literal")):
        node = node.parent
    if node.type == "package_identifier" and node.parent is not None:
        return node.parent
    return node


def _call_of(leaf: Node, parent: Node) -> Node:
    if parent.type == "argument_list" and parent.parent is not None:
        return parent.parent
    if parent.type == "ERROR" and parent.parent is not None and parent.parent.type == "binary_expression":
        same = (n for n in ancestors(parent) if n.start_byte == parent.start_byte - len("new"))
        return max((n for n in same if n.type == "binary_expression"), key=_length, default=parent.parent)
    if parent.type in {"parenthesized_expression", "parenthesized_type"}:
        return next(
            (n for n in ancestors(leaf) if n.type not in {"parenthesized_expression", "parenthesized_type"}), leaf
        )
    return parent


def _composite_of(leaf: Node, parent: Node, subject: str) -> Node:
    """Return the composite literal of a `{`; an elided one inside another literal is its own braces."""
    if parent.type != "literal_value":
        return leaf
    composite = parent.parent
    if composite is None or composite.type != "composite_literal":
        return parent
    outer = composite.parent
    if subject.startswith("&") and outer is not None and outer.type == "unary_expression":
        return outer
    return composite


def _converted(node: Node, subject: str) -> Node:
    """Look outward from an operand to the conversion that the subject names, `string(b)` or `([]byte)(s)`."""
    match = _CONVERSION.match(subject)
    if match is None or subject.startswith(_MADE):
        return node
    wanted = match["wrapped"] or match["plain"]
    for parent in (node, *ancestors(node)):
        if parent.type.endswith("statement") or parent.type in {"block", "func_literal"}:
            break
        if _converts_to(parent, wanted):
            return parent
    return node


def _converts_to(node: Node, wanted: str) -> bool:
    """Say whether a node is a conversion to a type, or a call of that name."""
    if node.type not in {"call_expression", "type_conversion_expression"}:
        return False
    written = node.child_by_field_name("function") or node.child_by_field_name("type")
    return _squeezed(text_of(written).strip("()")).rpartition(".")[2] == _squeezed(wanted).rpartition(".")[2]


def _converted_call(call: Node, subject: str) -> Node:
    """Look outward from a call to the conversion of its result: of this very call, not one in inlined code."""
    match = _CONVERSION.match(subject)
    if match is not None and _RESULT.match(match["operand"]):  # the call was inlined: `([]rune)(~r0)`
        around = next((n for n in ancestors(call) if n.type not in {"argument_list", "parenthesized_expression"}), call)
        return around if _converts_to(around, match["wrapped"] or match["plain"]) else call
    function = text_of(call.child_by_field_name("function")).rpartition(".")[2]
    is_result = match is not None and bool(function) and f"{function}(" in match["operand"]
    return _converted(call, subject) if is_result else call


def _length(node: Node) -> int:
    return node.end_byte - node.start_byte


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _variadic(call: Node) -> Span | None:
    arguments = call.child_by_field_name("arguments")
    values = [n for n in arguments.named_children if n.type != "comment"] if arguments is not None else []
    if not values:
        return None
    first, last = span_of(values[0]), span_of(values[-1])
    return Span(first.line, first.column, last.end_line, last.end_column)


def _on_line(tree: Tree, line: int, subject: str) -> Node | None:
    """Find the subject on a line whose column was not printed: too far right, or left out by a `//line` directive."""
    nodes = [node for node in _on_row(tree.root_node, line - 1) if node.is_named]
    is_long = any(node.end_point[1] > _LAST_PRINTED_COLUMN for node in nodes)
    first = _LAST_PRINTED_COLUMN - len(subject) if is_long else 0
    squeezed = _squeezed(subject.replace("...", ""))
    best: Node | None = None
    for node in nodes:
        if node.start_point[1] + 1 <= first:
            continue
        text = _squeezed(text_of(node))
        if text == squeezed or (node.type == "func_literal" and subject == LITERAL):
            return node
        head = squeezed.partition("{")[0]
        if best is None and "{" in subject and head and text.startswith(head + "{"):
            best = node
        if best is None and subject == "append" and text.startswith("append("):
            best = node
    return best


def _on_row(root: Node, row: int) -> list[Node]:
    """Return the nodes that start on a row, in source order, skipping what lies elsewhere."""
    found: list[Node] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.start_point[0] == row and node.parent is not None:
            found.extend(walk(node) if node.end_point[0] == row else [node])
            if node.end_point[0] == row:
                continue
        pending.extend(c for c in reversed(node.children) if c.start_point[0] <= row <= c.end_point[0])
    return [node for node in found if node.start_point[0] == row]
