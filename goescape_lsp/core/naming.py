"""The compiler's own names for functions that have none in the source: literals, and each `func init()`. Pure.

Source: cmd/compile/internal/ir, closureName. Literals are counted over all files of a package (`init.func12`, before
go1.22 `glob..func12`) or in their function, and not in source order alone: code under a false constant is left out
from go1.22, method values of generic code count, and the body of a loop over a function counts for itself from go1.27
(`F-range1.2`). Only its sentence about inlining tells the name for certain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from goescape_lsp.core.model import Place
from goescape_lsp.core.shape import Shape

INITIALISATION = "init"
UNCOUNTED = ".func"
"""What follows the name of the function around a literal, as long as its number is not known."""

Told = Mapping[Place, tuple[str, ...]]
"""The names that the compiler gives to what stands at places, the original before its inlined copies."""

_COPY = re.compile(r"#[^#]*#")  # marks the inlined copy of a literal, go1.27
_MARKS = re.compile(r"#[^#]*#|-range\d+")
_LITERAL = re.compile(r"(?:\.func\d+|-range\d+)(?:\.\d+|\.func\d+|-range\d+)*$")
_INITIALISER = re.compile(rf"(?:{INITIALISATION}(?:\.\d+)?|glob\.)(?=[.-]|$)")
_NUMBER = re.compile(r"^(?P<start>init|glob\.)(?P<what>\.func|\.)\d+")


def bare(name: str) -> str:
    """Return a name of the compiler without type arguments and the marks of inlined copies."""
    return without_types(_COPY.sub("", name) if "#" in name else name)


def without_types(name: str) -> str:
    """Return a function's name without type arguments, which may be nested."""
    if "[" not in name:
        return name
    kept, depth = list[str](), 0
    for letter in name:
        depth += letter == "["
        if not depth:
            kept.append(letter)
        depth -= letter == "]"
    return "".join(kept)


def without_loops(name: str) -> str:
    """Return a name with the bodies of loops over functions taken for what they stand in: `F` for `F-range1`.

    Shape: before go1.27 the body of a loop in a loop is named after the function around both.
    """
    return _MARKS.sub("", name) if "-range" in name or "#" in name else name


def is_literal(name: str) -> bool:
    """Say whether a name is that of a function literal, or of the body of a loop over a function."""
    return _LITERAL.search(name) is not None


def is_counted(name: str) -> bool:
    """Say whether a name of the compiler has a number that the source does not tell."""
    plain = bare(name)
    return is_literal(plain) or _INITIALISER.match(plain) is not None


def function_of(shape: Shape, file: str, package: str, told: Told) -> str:
    """Return the name of the function around a site of a file: `F`, `F.func1`, `init.func12`, `init.0`.

    Shape: `package` is the name in the file's package clause, which names begin with where another package compiles
    its generic code. A literal that the compiler does not tell of has no number: `F.func`.
    """
    at = shape.named_at
    if at is None:
        return shape.function
    owner = shape.function.removesuffix(UNCOUNTED)
    is_literal = owner != shape.function
    names = (bare(name) for name in told.get(Place(file, at.line, at.column), ()))
    either = (one for name in names for one in (name, name.removeprefix(f"{package}.")))  # a function `main.main`
    found = (_counted(owner, name, is_literal=is_literal) for name in either)
    return next((name for name in found if name), shape.function)


def uncounted(function: str) -> str:
    """Return a name without the number that literals of other files have a part in."""
    found = _NUMBER.match(function)
    if found is None:
        return function
    return INITIALISATION + found["what"].removesuffix(".") + function[found.end() :]


def _counted(owner: str, name: str, *, is_literal: bool) -> str:
    """Return an owner's name with what a name of the compiler adds to it, "" where that is of another function."""
    if owner == INITIALISATION:
        start = _INITIALISER.match(name)
        rest = name[start.end() :] if start is not None else None
    else:
        plain = without_types(owner)
        rest = name[len(plain) :] if name.startswith(plain) else None
    if rest is None or (_LITERAL.match(rest) is not None) != is_literal or (rest and not is_literal):
        return ""
    return name if owner == INITIALISATION else owner + rest
