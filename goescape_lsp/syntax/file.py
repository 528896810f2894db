"""One parsed Go file, as far as its own text tells; the same text gives the same file, so it can be kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from hashlib import blake2b

from tree_sitter import Node

from goescape_lsp.core.parts import Stretch, Stretches
from goescape_lsp.syntax import functions
from goescape_lsp.syntax.names import import_name, is_of_library
from goescape_lsp.syntax.outline import Outline
from goescape_lsp.syntax.scope import Declaration, Role, package_declarations
from goescape_lsp.syntax.tree import parse, text_of

_FUNCTIONS = frozenset({"function_declaration", "method_declaration"})
_TESTING = re.compile(rb"\btesting\.(?:TB|[TBFM])\b")


class GoFile:
    """A file's tree and what it declares."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.tree = parse(content)
        self._found = tuple(package_declarations(self.tree.root_node))
        self.declared: dict[str, Declaration] = {
            text_of(one.name): one for one in self._found if one.role is not Role.IMPORT
        }
        self.methods = dict(self._methods())

    @cached_property
    def outline(self) -> Outline:
        """All that another file of the package can see, and where its functions are."""
        root = self.tree.root_node
        imported = [one for one in self._found if one.role is Role.IMPORT]
        imports = frozenset(map(import_name, imported))
        clause = next((node for node in root.named_children if node.type == "package_clause"), None)
        declared: dict[str, str] = {}
        for one in self._found:
            if one.role is not Role.IMPORT:
                name = text_of(one.name)
                declared[name] = f"{declared.get(name, '')}\n{_declaring(one)}"
        return Outline(
            clause=text_of(clause),
            imports=imports,
            standard=frozenset(import_name(one) for one in imported if is_of_library(one)),
            declared=declared,
            methods={key: _without_body(node) for key, node in self.methods.items()},
            functions=functions.list_functions(self.tree),
            stretches=Stretches(() if root.has_error else self._stretches()),
            takes_tests=self._takes_tests(imports, text_of(clause)),
            is_broken=root.has_error,
        )

    @cached_property
    def declared_rows(self) -> tuple[tuple[int, int], ...]:
        """The 0-based first and last rows of what stands at the top of the file, in source order."""
        return tuple((node.start_point[0], node.end_point[0]) for node in self.tree.root_node.named_children)

    def _takes_tests(self, imports: frozenset[str], clause: str) -> bool:
        may = "testing" in imports and clause != "package main" and _TESTING.search(self.content) is not None
        return may and functions.takes_testing(self.tree.root_node)

    def _stretches(self) -> Iterator[Stretch]:
        """Yield the declared functions that no other code shares a line with."""
        nodes = [node for node in self.tree.root_node.named_children if node.type != "comment"]
        rows = [(node.start_point[0], node.end_point[0]) for node in nodes]
        starts = [0, *(found.end() for found in re.finditer(rb"\n", self.content)), len(self.content)]
        seen: dict[bytes, int] = {}
        names = {node.id: name.encode() for node, name in functions.declared_functions(self.tree)}
        times = Counter(names.values())
        for index, (node, (first, last)) in enumerate(zip(nodes, rows, strict=True)):
            before = rows[index - 1][1] if index else -1
            after = rows[index + 1][0] if index + 1 < len(rows) else last + 1
            if node.type not in _FUNCTIONS or not before < first <= last < after:
                continue
            start, end = starts[first], starts[last + 1]
            digest = blake2b(self.content[start:end], digest_size=16).digest()
            seen[digest] = seen.get(digest, 0) + 1
            key, name = digest + b"%d" % seen[digest], names.get(node.id, b"")
            yield Stretch(first + 1, last + 1, key, name if name and times[name] == 1 else key, start, end)

    def _methods(self) -> Iterator[tuple[tuple[str, str], Node]]:
        """Yield the methods that the file declares: the name of the receiver's type, their own, the declaration."""
        for node, name in functions.declared_functions(self.tree):
            if node.type == "method_declaration":
                owner, _, method = name.rpartition(".")
                yield (re.sub(r"[(*)]|\[.*\]", "", owner), method), node


def _declaring(declared: Declaration) -> str:
    """Return the text that gives a name its meaning."""
    if declared.role is Role.FUNCTION:
        return "" if declared.value is None else _without_body(declared.value)
    node = declared.name.parent
    # A constant without a value repeats the one before it.
    return text_of(node.parent if node is not None and declared.role is Role.PACKAGE_CONSTANT else node)


def _without_body(node: Node) -> str:
    text = text_of(node)
    body = node.child_by_field_name("body")
    return text if body is None else text[: len(text) - len(text_of(body))]
