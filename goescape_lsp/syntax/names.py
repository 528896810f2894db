"""The names that a file can use beyond the blocks of a place: those of its package, and its imports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from goescape_lsp.core.tables.library import PATHS
from goescape_lsp.syntax.scope import Declaration, Role, Scopes, package_declarations, variable_of
from goescape_lsp.syntax.tree import text_of


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a file can use: what its package declares, fields not included, and its imports.

    `methods` are the declarations of methods by the name of their receiver's type and their own, `standard` those
    imports that are of the standard library.
    """

    declared: Mapping[str, Declaration]
    imports: frozenset[str] = frozenset()
    methods: Mapping[tuple[str, str], Node] = field(default_factory=dict[tuple[str, str], Node])
    standard: frozenset[str] = frozenset()
    scopes: Scopes = field(default_factory=Scopes, compare=False, repr=False)

    def find(self, name: str, at: Node) -> Declaration | None:
        """Return what `name` means at a node: a declaration of the blocks around it or of the package."""
        return self.scopes.find(name, at) or self.declared.get(name)

    def local(self, name: str, at: Node) -> Declaration | None:
        """Return the variable or constant of a function that `name` means at a node; None when it is not local."""
        return variable_of(self.scopes.find(name, at))

    def hides(self, name: str, at: Node) -> bool:
        """Say whether a block around a node gives `name` a meaning of its own."""
        return self.scopes.find(name, at) is not None

    def is_free(self, name: str, at: Node) -> bool:
        """Say whether nothing declares `name` at a node, so that it has at most its predeclared meaning."""
        return name not in self.imports and self.find(name, at) is None

    def type_named(self, name: str) -> Declaration | None:
        """Return the declaration of a type of the package."""
        found = self.declared.get(name)
        return found if found is not None and found.role is Role.TYPE else None


def file_names(root: Node) -> Names:
    """Return the names that the file itself shows; what other files of the package declare stays unknown."""
    found = list(package_declarations(root))
    declared = {text_of(one.name): one for one in found if one.role is not Role.IMPORT}
    imports = [one for one in found if one.role is Role.IMPORT]
    standard = frozenset(import_name(one) for one in imports if is_of_library(one))
    return Names(declared, frozenset(import_name(one) for one in imports), standard=standard)


def is_of_library(declared: Declaration) -> bool:
    """Say whether an import is of a package of the standard library, under its own name."""
    path = text_of(declared.value).strip('"`')
    own = path.split("/")[-2] if path.endswith("/v2") else path.rpartition("/")[2]
    return path in PATHS and import_name(declared) == own


def import_name(declared: Declaration) -> str:
    """Return the name under which a file uses an import: the written one, or what its path most likely stands for."""
    written = text_of(declared.name).strip('"`')
    last = written.rpartition("/")[2]
    is_major = re.fullmatch(r"v\d+", last) is not None
    base = written.split("/")[-2] if is_major and "/" in written else last
    return re.sub(r"^go-|\.v\d+$|-go$", "", base)
