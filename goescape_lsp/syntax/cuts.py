"""Source text cut out and put on one line, as findings show it."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.model import Span
from goescape_lsp.syntax.spans import is_new_of_negative
from goescape_lsp.syntax.tree import span_of, text_of

EXPRESSION_LENGTH = 120


def cut(node: Node, span: Span) -> str:
    """Return the source text of a span that lies in a node."""
    whole = text_of(node)
    if is_new_of_negative(node):
        whole += ")"
    start = span_of(node)
    begin = _offset(whole, start, (span.line - 1, span.column - 1))
    end = _offset(whole, start, (span.end_line - 1, span.end_column - 1))
    return whole.encode()[begin:end].decode("utf-8", "replace")


def _offset(text: str, start: Span, end: tuple[int, int]) -> int:
    """Return how many bytes of `text`, which starts at `start`, lie before a 0-based point."""
    lines = text.encode().split(b"\n")
    rows = end[0] - (start.line - 1)
    if rows == 0:
        return end[1] - (start.column - 1)
    return sum(len(line) + 1 for line in lines[:rows]) + end[1]


def one_line(text: str) -> str:
    """Return a text without line ends and runs of blanks, cut where it is too long."""
    squeezed = " ".join(text.split())
    return squeezed if len(squeezed) <= EXPRESSION_LENGTH else squeezed[: EXPRESSION_LENGTH - 1] + "…"


def squeeze(text: str) -> str:
    """Return a text without its blanks."""
    return re.sub(r"\s+", "", text)
