"""What of a directory's analysis outlives the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goescape_lsp.core.model import FileFacts, Package, Problem


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer of a whole, good run of one directory: its tests and the machine code are in it.

    `files` are facts by absolute path.
    """

    files: Mapping[str, FileFacts]
    packages: tuple[Package, ...] = ()
    problems: tuple[Problem, ...] = ()
