"""What other packages can see of one, as a digest: it stays the same while nothing changes for those that import it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from goescape_lsp.core.columns import BOM
from goescape_lsp.core.model import FileFacts, Function, Run, Span

# What the compiler hands on in export data, in its own words: how parameters leak, and bodies that can be inlined.
_HANDED_ON = re.compile(
    rb"^[^\n]*?:\d+(?::\d+)?: ((?:can inline |cannot inline |leaking |mutates |calls )[^\n]*"
    rb"|[^\n]* does not escape, mutate, or call)$",
    re.MULTILINE,
)


def surface(run: Run, files: Mapping[str, FileFacts]) -> bytes:
    """Return a digest of what the packages of a run show to others; positions do not count.

    Shape: the declarations as they are written, without the bodies of functions that are not generic, and all that the
    compiler said of parameters and inlining; where it was not asked what the bodies are that can be inlined, all count.
    Tests are not seen by others.
    """
    digest = hashlib.blake2b(digest_size=16)
    for compiled in run.compiled:
        if compiled.package.variant:
            continue
        for said in _HANDED_ON.findall(compiled.text):
            digest.update(said + b"\n")
        for path in compiled.package.files:
            if path in files:
                shown = files[path].content if compiled.is_brief else _declarations(files[path])
                digest.update(shown + b"\0")
    return digest.digest()


def _declarations(facts: FileFacts) -> bytes:
    """Return the text of a file without the bodies that nobody else compiles."""
    content = facts.content.removeprefix(BOM)
    starts = [0, *(found.end() for found in re.finditer(rb"\n", content))]
    parts: list[bytes] = []
    end = 0
    for first, last in _hidden(facts.functions, content, starts):
        parts.append(content[end:first])
        end = last
    return b"".join((*parts, content[end:]))


def _hidden(functions: Iterable[Function], content: bytes, starts: list[int]) -> Iterable[tuple[int, int]]:
    for function in functions:
        if function.body is not None and not _is_generic(function, content, starts):
            yield _offsets(function.body, starts)


def _is_generic(function: Function, content: bytes, starts: list[int]) -> bool:
    after = _offsets(function.name_span, starts)[1]
    return "[" in function.name or content[after : after + 1] == b"["


def _offsets(span: Span, starts: list[int]) -> tuple[int, int]:
    return (starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1)
