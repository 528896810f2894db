"""Tells apart JSON values whose shape is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard


def is_array(value: object) -> TypeGuard[Sequence[Any]]:
    """Say whether a value is a JSON array."""
    return isinstance(value, (list, tuple))


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a value is a JSON object."""
    return isinstance(value, Mapping)


def words_of(value: object) -> tuple[str, ...]:
    """Return the strings of an array of strings or of members of string enums, nothing for anything else."""
    return tuple(str(getattr(item, "value", item)) for item in value) if is_array(value) else ()
