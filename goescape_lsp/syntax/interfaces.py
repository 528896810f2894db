"""Methods whose signature is not free: what an interface of the package, or of the standard library, asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tree_sitter import Node

from goescape_lsp.syntax.tree import text_of

# Source: fmt, encoding, encoding/json, encoding/gob, database/sql/driver, errors: methods that take nothing.
_STANDARD = re.compile(r"(?:Error|String|GoString|Unwrap|Value|GobEncode|Marshal[A-Z]\w*)\(\)")
_INTERFACE = re.compile(rb"\binterface\s*\{\n(.*?)^\t*\}", re.DOTALL | re.MULTILINE)


def is_asked_for(function: Node, package: Iterable[bytes]) -> bool:
    """Say whether a function is a method that an interface asks for by its name and number of parameters.

    Shape: interfaces are looked for in the texts of the package, none of which is parsed. Whether the type is ever used
    as that interface is not known.
    """
    if function.type != "method_declaration":
        return False
    name, parameters = text_of(function.child_by_field_name("name")), function.child_by_field_name("parameters")
    if _STANDARD.fullmatch(name + "".join(text_of(parameters).split())):
        return True
    wanted = re.compile(rb"^[ \t]+" + name.encode() + rb"\(([^\n]*)", re.MULTILINE)
    return any(
        _count(found[1]) == _count(text_of(parameters).encode()[1:])
        for text in package
        if wanted.search(text)
        for methods in _INTERFACE.findall(text)
        for found in wanted.finditer(methods)
    )


def _count(rest: bytes) -> int:
    """Return how many parameters a list has, which starts behind its opening bracket."""
    depth, commas, length = 1, 0, 0
    for letter in rest.decode("utf-8", "replace"):
        depth += (letter in "([{") - (letter in ")]}")
        if not depth:
            break
        commas += letter == "," and depth == 1
        length += not letter.isspace()
    return commas + 1 if length else 0
