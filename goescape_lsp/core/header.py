"""What `go list` reads of a Go file: build constraints, package clause, imports, and marks of special treatment. Pure.

While these stay the same, a save changes nothing that `go` would have to be asked about.
"""

from __future__ import annotations

import re

_SPACE = rb"(?:[ \t\r\n;]|/\*.*?\*/|//[^\n]*(?:\n|\Z))*"
_TEXT = rb'(?:"(?:[^"\\\n]|\\.)*"|`[^`]*`)'
_SPEC = rb"(?:[\w.]+" + _SPACE + rb")?" + _TEXT
_CLAUSE = re.compile(rb"(?:\xef\xbb\xbf)?" + _SPACE + rb"package" + _SPACE + rb"[^\s;/]+", re.DOTALL)
_IMPORT = re.compile(
    _SPACE + rb"import\b" + _SPACE + rb"(?:\((?:" + _SPACE + _SPEC + rb")*" + _SPACE + rb"\)|" + _SPEC + rb")",
    re.DOTALL,
)
_TOKEN = re.compile(rb"/\*.*?\*/|//[^\n]*|" + _TEXT + rb"|[^\s\"`/]+", re.DOTALL)
_CONSTRAINT = re.compile(rb"//\s*(?:go:build|\+build)\b")
_EMBEDS = re.compile(rb"^[ \t]*//go:embed[ \t]", re.MULTILINE)


def header(content: bytes) -> bytes:
    """Return the header of a Go file in one spelling, b"" where there is none.

    Shape: constraint comments before the package clause, then the clause and the imports, a token a line; other
    comments and all white space do not count.
    """
    clause = _CLAUSE.match(content)
    if clause is None:
        return b""
    end = clause.end()
    while (found := _IMPORT.match(content, end)) is not None:
        end = found.end()
    comments = [c for c in _TOKEN.findall(content[: clause.end()]) if _CONSTRAINT.match(c)]
    tokens = [t for t in _TOKEN.findall(content[clause.start() : end]) if not t.startswith((b"//", b"/*"))]
    return b"\n".join((*comments, *tokens))


def embeds_files(content: bytes) -> bool:
    """Say whether a Go file asks for other files to be embedded."""
    return b"//go:embed" in content and _EMBEDS.search(content) is not None
