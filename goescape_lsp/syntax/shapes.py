"""Shapes that outlive an edit: those of functions whose lines are the same, wherever they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from goescape_lsp.core.model import Verdict
from goescape_lsp.core.shape import Shape
from goescape_lsp.syntax.file import GoFile

Key = tuple[int, int, str, Verdict]
"""A line, a column, a subject and its verdict."""

Shapes = Mapping[bytes, tuple[int, Mapping[Key, Shape]]]
"""Shapes by the digest of their function: its first line, and each shape by its line below that, column and words."""


def by_function(file: GoFile, shapes: Mapping[Key, Shape | None]) -> Shapes:
    """Return the shapes that lie in functions which have their lines for themselves."""
    found: dict[bytes, tuple[int, dict[Key, Shape]]] = {}
    for (line, column, subject, verdict), shape in shapes.items():
        # A shape without a column was looked for on its whole line.
        function = file.function_around(line) if column and shape is not None else None
        if function is not None and shape is not None:
            first, digest = function
            found.setdefault(digest, (first, {}))[1][line - first, column, subject, verdict] = shape
    return found


def recalled(file: GoFile, older: Shapes, key: Key) -> Shape | None:
    """Return the shape that an older text of the file had at a place of a function that is the same, else None.

    Shape: the package of the older text must have had the same outlines.
    """
    line, column, subject, verdict = key
    function = file.function_around(line) if older and column else None
    if function is None or function[1] not in older:
        return None
    first, shapes = older[function[1]]
    shape = shapes.get((line - function[0], column, subject, verdict))
    rows = function[0] - first
    if shape is None or not rows:
        return shape
    return replace(
        shape, span=shape.span.below(rows), holder=None if shape.holder is None else shape.holder.below(rows)
    )
