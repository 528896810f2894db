"""What `go` really did: which compiles it ran, and which the build cache spared it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import orjson

from goescape_lsp.core.model import Built


@contextlib.contextmanager
def action_graph() -> Generator[Path]:
    """Give the path of a file for `-debug-actiongraph`, outside the user's tree; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="goescape-") as folder:
        yield Path(folder, "actions.json")


def read_built(graph: Path) -> Built | None:
    """Return how many compiles were run and how many were in the cache; None where the file does not tell.

    Source: `actionJSON` of cmd/go/internal/work/action.go, go1.21 to go1.27. `go` does not promise its form.
    """
    try:
        actions: list[dict[str, Any]] = orjson.loads(graph.read_bytes())
        builds = [bool(action.get("Cmd")) for action in actions if action["Mode"] == "build"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return Built(sum(builds), len(builds) - sum(builds))
