"""The comments of a Go file that name goescape, what they stand above, and where such a comment can be added."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node, Tree

from goescape_lsp.core.advice import Edit
from goescape_lsp.core.columns import BOM, split_lines
from goescape_lsp.core.model import Comment, Span
from goescape_lsp.core.suppress import OK, PREFIX, rules_of
from goescape_lsp.syntax.functions import declared_functions, is_generic
from goescape_lsp.syntax.text import Text
from goescape_lsp.syntax.tree import leaf_at, span_of, text_of

_MARK = re.compile(PREFIX.encode())
_START = f"//{PREFIX}{OK} "


def directives(content: bytes, parsed: Callable[[], Tree]) -> tuple[Comment, ...]:
    """Return the line comments that name goescape, in order; those in strings and block comments are not among them."""
    if _MARK.search(content) is None:
        return ()
    tree = parsed()
    lines = split_lines(content)
    functions = [(span_of(node), is_generic(node)) for node, _ in declared_functions(tree)]
    return tuple(_comment(node, lines, functions) for node in _marked(tree, content))


def additions(text: Text, wanted: tuple[tuple[Span, str], ...]) -> tuple[Edit | None, ...]:
    """Return for each span and rule the edit that begins a comment to accept it; None where no comment can stand.

    Shape: the edit adds to a comment of this kind that is there already; its reason is left to the writer otherwise.
    """
    return tuple(_addition(text.tree, text.lines, span, rule) for span, rule in wanted)


def _marked(tree: Tree, content: bytes) -> Iterator[Node]:
    found: set[int] = set()
    for match in _MARK.finditer(content.removeprefix(BOM)):
        node = tree.root_node.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "comment" and node.id not in found and text_of(node).startswith("//"):
            found.add(node.id)
            yield node


def _comment(node: Node, lines: list[bytes], functions: list[tuple[Span, bool]]) -> Comment:
    span = span_of(node)
    is_alone = not lines[span.line - 1][: span.column - 1].strip()
    line = span.line
    while is_alone and line < len(lines) and lines[line - 1].lstrip().startswith(b"//"):
        line += 1
    function = next((one for one, _ in functions if is_alone and one.line == line), None)
    around = (one for one, is_generic in functions if is_generic and one.line <= line <= one.end_line)
    return Comment(span, text_of(node).rstrip("\r"), is_alone, function, next(around, None))


def _addition(tree: Tree, lines: list[bytes], span: Span, rule: str) -> Edit | None:
    for number in dict.fromkeys((span.line, span.end_line)):
        line = lines[number - 1].rstrip()
        leaf = leaf_at(tree, number, len(line)) if line else None
        if leaf is None:
            continue
        end = (leaf.end_point[0] + 1, leaf.end_point[1] + 1)
        if leaf.type == "comment":
            if (edit := _joined(leaf, rule)) is not None:
                return edit
        elif end <= (number, len(line) + 1):
            return Edit(Span(number, len(line) + 1, number, len(line) + 1), f" {_START}{rule} ")
    return None


def _joined(comment: Node, rule: str) -> Edit | None:
    """Return the edit that adds a rule to a comment that accepts others."""
    text, span = text_of(comment), span_of(comment)
    names, _ = rules_of(text.removeprefix(_START))
    if not text.startswith(_START) or not names or rule in names:
        return None
    column = span.column + len(_START) + text[len(_START) :].index(names[0])
    return Edit(Span(span.line, column, span.line, column), f"{rule},")
