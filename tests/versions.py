"""Go versions that a case of a test begins at."""

from __future__ import annotations

from dataclasses import dataclass

from goescape_lsp.core.tables.versions import holds


@dataclass(frozen=True, slots=True)
class Since:
    """A row of a table from one version on."""

    since: str
    until: str = ""


def is_since(version: str, since: str) -> bool:
    """Say whether a Go version (`1.26.8`) is of a release (`1.24`) or a later one."""
    return holds(Since(since), version)
