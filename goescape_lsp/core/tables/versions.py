"""Go versions, and which row of a table holds for one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Row(Protocol):
    """A row that holds from one Go version (`1.25`) to another, both included; "" leaves an end open."""

    @property
    def since(self) -> str:
        """The first version, "" for 1.21 and before."""
        ...

    @property
    def until(self) -> str:
        """The last version, "" when it still holds."""
        ...


_Row = TypeVar("_Row", bound=Row)


def holds(row: Row, version: str) -> bool:
    """Say whether a row holds for a Go version; of an unknown version the rows that still hold do."""
    known, first, last = _release(version), _release(row.since), _release(row.until)
    if known is None:
        return last is None
    return (first is None or known >= first) and (last is None or known <= last)


def row_for(rows: Iterable[_Row], version: str) -> _Row:
    """Return the row that holds for a Go version. Errors: StopIteration when the table has a gap."""
    return next(row for row in rows if holds(row, version))


def _release(version: str) -> tuple[int, int] | None:
    """Return major and minor of a version, None when it is not one."""
    parts = version.removeprefix("go").split(".")
    if len(parts) < 2:  # noqa: PLR2004 - major and minor
        return None
    digits = "".join(letter if letter.isdigit() else " " for letter in parts[1]).split(" ")[0]
    return (int(parts[0]), int(digits)) if parts[0].isdigit() and digits else None
