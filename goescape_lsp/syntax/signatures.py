"""What a story asks of a Go file: the parameters of a function, the imports, and which names are local."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from goescape_lsp.core.model import Place
from goescape_lsp.core.story import Signature
from goescape_lsp.syntax.functions import declared_functions
from goescape_lsp.syntax.scope import find_local
from goescape_lsp.syntax.tree import leaf_at, parse, text_of, walk

_TYPES = re.compile(r"\[.*\]")


class Signatures:
    """One parsed file."""

    def __init__(self, path: str, content: bytes) -> None:
        self._path = path
        self._tree = parse(content)

    def function(self, name: str) -> Signature | None:
        """Return the declaration of `F`, `T.M` or `(*T).M`, type arguments left out; None when the file has none."""
        for node, written in declared_functions(self._tree):
            if _TYPES.sub("", written) != name:
                continue
            lists = (node.child_by_field_name(field) for field in ("receiver", "parameters"))
            found = tuple(one for listed in lists if listed is not None for one in self._parameters(listed))
            given = node.child_by_field_name("result")
            results = tuple(result for result, _ in self._parameters(given) if result) if given is not None else ()
            return Signature(name, found, results, node.child_by_field_name("body") is not None)
        return None

    def imports(self) -> tuple[str, ...]:
        """Return the import paths of the file."""
        specs = (node for node in walk(self._tree.root_node) if node.type == "import_spec")
        return tuple(text_of(node.child_by_field_name("path")).strip('"`') for node in specs)

    def is_local(self, place: Place, name: str) -> bool:
        """Say whether a name is a local variable or a parameter at a place."""
        leaf = leaf_at(self._tree, place.line, max(place.column, 1))
        return leaf is not None and find_local(name, leaf) is not None

    def _parameters(self, listed: Node) -> Iterator[tuple[str, Place | None]]:
        for declaration in listed.named_children:
            if not declaration.type.endswith("parameter_declaration"):
                continue
            names = declaration.children_by_field_name("name")
            for node in names:
                line, column = node.start_point
                yield text_of(node), Place(self._path, line + 1, column + 1)
            if not names:
                yield "", None
