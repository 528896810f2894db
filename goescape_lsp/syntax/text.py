"""The text of a Go file of which several things are asked: cut into lines and parsed once, and again by its changes."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Tree

from goescape_lsp.core.columns import split_lines
from goescape_lsp.syntax.names import Names, file_names
from goescape_lsp.syntax.tree import parse, parse_again

# Source: `go help generate`.
_GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)


class Text:
    """A text with its tree; what is derived from it is worked out when it is first asked for.

    `older` is a text of the same file: where both are free of errors, only what changed is parsed.
    """

    def __init__(self, content: bytes, older: Text | None = None) -> None:
        self.content = content
        # A text that nobody had parsed helps no further than the one before it.
        self.older: Text | None = older if older is None or "tree" in vars(older) else older.older

    @cached_property
    def tree(self) -> Tree:
        """The tree of the text, as `parse` gives it."""
        older, self.older = self.older, None
        return parse(self.content) if older is None else parse_again(self.content, older.content, older.tree)

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines of the text."""
        return split_lines(self.content)

    @cached_property
    def names(self) -> Names:
        """The names that the file declares and imports."""
        return file_names(self.tree.root_node)

    @cached_property
    def is_generated(self) -> bool:
        """Say whether a program wrote the file."""
        return _GENERATED.search(self.content) is not None
