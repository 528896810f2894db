"""One parsed Go file, as far as its own text tells; the same text gives the same file, so it can be kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b

from tree_sitter import Node

from goescape_lsp.syntax import functions
from goescape_lsp.syntax.names import import_name
from goescape_lsp.syntax.scope import Declaration, Role, package_declarations
from goescape_lsp.syntax.tree import parse, text_of

_FUNCTIONS = frozenset({"function_declaration", "method_declaration"})


class GoFile:
    """A file's tree and what it declares."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.tree = parse(content)
        found = tuple(package_declarations(self.tree.root_node))
        self.imports = frozenset(import_name(one) for one in found if one.role is Role.IMPORT)
        self.declared: dict[str, Declaration] = {text_of(one.name): one for one in found if one.role is not Role.IMPORT}
        self.methods = dict(self._methods())
        self.function_names: dict[int, str] = {}

    @cached_property
    def outline(self) -> bytes:
        """A digest of all that another file of the package can see: the declarations without the bodies of functions.

        Shape: 16 bytes; of a broken file the whole text, as nobody knows where its functions end.
        """
        root = self.tree.root_node
        if root.has_error:
            return blake2b(self.content, digest_size=16).digest()
        parts = (_without_body(node) for node in root.named_children if node.type != "comment")
        return blake2b(b"\0".join(parts), digest_size=16).digest()

    def function_around(self, line: int) -> tuple[int, bytes] | None:
        """Return the first line of the declared function that has a 1-based line for itself, and a digest of its lines.

        Shape: None where no function is, and for all lines of a broken file.
        """
        index = bisect_right(self._first_lines, line) - 1
        if index < 0 or line > self._stretches[index][1]:
            return None
        first, _, digest = self._stretches[index]
        return first, digest

    @cached_property
    def _stretches(self) -> tuple[tuple[int, int, bytes], ...]:
        root = self.tree.root_node
        if root.has_error:
            return ()
        lines = self.content.split(b"\n")
        nodes = [node for node in root.named_children if node.type != "comment"]
        rows = [(node.start_point[0] + 1, node.end_point[0] + 1) for node in nodes]
        found: list[tuple[int, int, bytes]] = []
        for index, (node, (first, last)) in enumerate(zip(nodes, rows, strict=True)):
            is_alone = (not index or rows[index - 1][1] < first) and all(
                last < row for row, _ in rows[index + 1 : index + 2]
            )
            if node.type in _FUNCTIONS and is_alone:
                found.append((first, last, blake2b(b"\n".join(lines[first - 1 : last]), digest_size=16).digest()))
        return tuple(found)

    @cached_property
    def _first_lines(self) -> tuple[int, ...]:
        return tuple(first for first, _, _ in self._stretches)

    def _methods(self) -> Iterator[tuple[tuple[str, str], Node]]:
        """Yield the methods that the file declares: the name of the receiver's type, their own, the declaration."""
        for node, name in functions.declared_functions(self.tree):
            if node.type == "method_declaration":
                owner, _, method = name.rpartition(".")
                yield (re.sub(r"[(*)]|\[.*\]", "", owner), method), node


def _without_body(node: Node) -> bytes:
    text = node.text or b""
    body = node.child_by_field_name("body") if node.type in _FUNCTIONS else None
    return text if body is None else text[: body.start_byte - node.start_byte]
