"""Parses Go source and finds nodes by the compiler's places; the foundation of the other modules of the room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import tree_sitter_go
from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from goescape_lsp.core.columns import BOM
from goescape_lsp.core.model import Span
from goescape_lsp.core.shift import common_start

# Three bytes that read as an identifier and stand in for `new` before a value.
_NEW = "ǹw".encode()
_LETTER = rb"[0-9A-Za-z_\x80-\xff]"

_GO = Language(tree_sitter_go.language())
_CALLS = Query(_GO, "(call_expression function: (identifier) @called)")

FUNCTIONS = frozenset({"function_declaration", "method_declaration", "func_literal"})
_STATEMENTS = frozenset({"short_var_declaration", "var_spec", "expression_case", "type_case", "communication_case"})


def parse(content: bytes) -> Tree:
    r"""Return the tree of a Go file; broken code gives a tree with error nodes.

    Shape: a BOM is cut off and a lone `\r` is kept, so that byte columns of the tree equal those of an editor.
    """
    text = content.removeprefix(BOM)
    tree = Parser(_GO).parse(text)
    if not tree.root_node.has_error or b"new(" not in text:
        return tree
    return _parse_new_values(text, tree)


def parse_again(content: bytes, older: bytes, tree: Tree) -> Tree:
    """Return what `parse` does, with the help of the tree of an older text: about the size of the change is parsed.

    Shape: where one of the two texts has errors it is parsed as a whole, since what stands around an error depends on
    the way to it.
    """
    old, new = older.removeprefix(BOM), content.removeprefix(BOM)
    root = tree.root_node
    if root.has_error or root.text != old[root.start_byte : root.end_byte]:  # the latter: `new` was stood in for
        return parse(content)
    head = common_start(old, new)
    tail = common_start(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    edited = tree.copy()
    edited.edit(head, old_end, new_end, _point(old, head), _point(old, old_end), _point(new, new_end))
    again = Parser(_GO).parse(new, edited)
    return parse(content) if again.root_node.has_error else again


def _point(text: bytes, offset: int) -> tuple[int, int]:
    """Return the 0-based row and column of a byte."""
    return text.count(b"\n", 0, offset), offset - text.rfind(b"\n", 0, offset) - 1


def _parse_new_values(text: bytes, tree: Tree) -> Tree:
    """Parse again with `new(expression)` of go1.26, for which the grammar only knows types, as an ordinary call."""
    patched = bytearray(text)
    for node in walk(tree.root_node):
        function = node.child_by_field_name("function") if node.type == "call_expression" else None
        if function is not None and function.text == b"new" and _lacks_end(node):
            patched[function.start_byte : function.end_byte] = _NEW
    mended = bytes(patched)
    return tree if mended == text else Parser(_GO).parse(mended)


def _lacks_end(call: Node) -> bool:
    arguments = call.child_by_field_name("arguments")
    return arguments is not None and arguments.has_error


def span_of(node: Node) -> Span:
    """Return a node's span in 1-based lines and byte columns."""
    (line, column), (end_line, end_column) = node.start_point, node.end_point
    return Span(line + 1, column + 1, end_line + 1, end_column + 1)


def text_of(node: Node | None) -> str:
    """Return a node's source text, "" for no node."""
    text = None if node is None else node.text
    if text is None:
        return ""
    if _NEW in text:
        text = text.replace(_NEW, b"new")
    return text.decode("utf-8", "replace")


def first_of(node: Node | None) -> Node | None:
    """Return the first named child, None without one."""
    return node.named_children[0] if node is not None and node.named_child_count else None


def leaf_at(tree: Tree, line: int, column: int) -> Node | None:
    """Return the smallest node, tokens included, that starts at or covers a 1-based line and byte column."""
    point = (line - 1, column - 1)
    node = tree.root_node.descendant_for_point_range(point, (line - 1, column))
    return node if node is not None and node.type != "source_file" else None


def node_at(tree: Tree, span: Span) -> Node | None:
    """Return the smallest node that has exactly this span, the outermost of several; None when there is none."""
    start, end = (span.line - 1, span.column - 1), (span.end_line - 1, span.end_column - 1)
    node = tree.root_node.descendant_for_point_range(start, end)
    if node is None or node.start_point != start or node.end_point != end:
        return None
    while node.parent is not None and node.parent.start_point == start and node.parent.end_point == end:
        node = node.parent
    return node


def is_within(node: Node, around: Node) -> bool:
    """Say whether a node lies in another one of the same file, or is it."""
    return around.start_byte <= node.start_byte and node.end_byte <= around.end_byte


def ancestors(node: Node) -> Iterator[Node]:
    """Yield the node's parents from the nearest outward."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def last_statement(body: Node | None) -> Node | None:
    """Return the last statement of a block, None in an empty one; a list of all is long."""
    inner = None if body is None else _list_of(body)
    count = 0 if inner is None else inner.named_child_count
    last = None if inner is None or not count else inner.named_child(count - 1)
    while last is not None and last.type == "comment":
        last = last.prev_named_sibling
    return last


def ends_by_returning(body: Node | None) -> bool:
    """Say whether the last statement of a block is a `return`."""
    last = last_statement(body)
    return last is not None and last.type == "return_statement"


def called_by(statement: Node) -> str:
    """Return the text of the function that a statement does nothing but call, "" for all others."""
    call = first_of(statement) if statement.type == "expression_statement" else None
    return text_of(call.child_by_field_name("function")) if call is not None and call.type == "call_expression" else ""


def statements_of(body: Node | None) -> list[Node]:
    """Return the statements of a block, comments included."""
    if body is None:
        return []
    return _list_of(body).named_children


def _list_of(body: Node) -> Node:
    return next((n for n in body.named_children if n.type == "statement_list"), body)


def statement_start(node: Node) -> Span | None:
    """Return the first word of the innermost statement around a node, None outside: in a signature.

    Shape: what a header of an `if`, `for` or `switch` holds and is no statement of its own belongs to that header.
    """
    for around in (node, *ancestors(node)):
        if around.type.endswith("_statement") or around.type in _STATEMENTS:
            return span_of(_first_leaf(around))
        if around.type in FUNCTIONS and around != node:
            return None
    return None


def _first_leaf(node: Node) -> Node:
    while node.children:
        node = node.children[0]
    return node


def enclosing_function(node: Node) -> Node | None:
    """Return the nearest function declaration, method or literal around a node, None at package level."""
    return next((parent for parent in ancestors(node) if parent.type in FUNCTIONS), None)


def ranges_around(node: Node) -> Iterator[Node]:
    """Yield the `for … range` whose body, or variables that it sets, a node is in, the innermost first."""
    child = node
    for parent in ancestors(node):
        clause = next((part for part in parent.named_children if part.type == "range_clause"), None)
        if parent.type == "for_statement" and clause is not None:
            left = clause.child_by_field_name("left")
            is_set = left is not None and left.start_byte <= node.start_byte < left.end_byte
            if child != clause or is_set:
                yield parent
        child = parent


def calls_in(node: Node) -> Sequence[Node]:
    """Return the identifiers that are called in a node, in any order."""
    return QueryCursor(_CALLS).captures(node).get("called", ())


def spelled_in(node: Node, name: str) -> Iterator[Node]:
    """Yield the identifiers of a name in a node, in source order; those of fields, types and labels are none."""
    # The text is searched, not the tree: a walk looks at every node of a function that may be a thousand lines long.
    written = name.encode()
    either = b"|".join(map(re.escape, {written, written.replace(b"new", _NEW)}))
    for found in re.finditer(rb"(?<!%b)(?:%b)(?!%b)" % (_LETTER, either, _LETTER), node.text or b""):
        start, end = node.start_byte + found.start(), node.start_byte + found.end()
        here = node.descendant_for_byte_range(start, end)
        if here is not None and here.type == "identifier" and (here.start_byte, here.end_byte) == (start, end):
            yield here


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it in source order."""
    cursor = node.walk()
    while True:
        here = cursor.node
        if here is not None:
            yield here
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent() or cursor.node == node:
                return
