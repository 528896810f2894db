"""What other packages can see of one: it stays the same while nothing changes for those that import it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from goescape_lsp.core.columns import BOM
from goescape_lsp.core.model import FileFacts, Function, Run, Span

# What the compiler hands on in export data, in its own words: how parameters leak, and bodies that can be inlined.
# It begins with what is looked for, not with the place before that: ten times as fast.
_HANDED_ON = re.compile(
    rb": ((?:can inline |cannot inline |leaking |mutates |calls )[^\n]*"
    rb"|[^\n:]* does not escape, mutate, or call)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Surface:
    """Digests of what the packages of a run show to others; positions do not count, and tests are not seen.

    `handed_on` is of all that the compiler said of parameters and inlining. `declared` is of the declarations as they
    are written, without the bodies of functions that are not generic; where the compiler was not asked what the bodies
    are that can be inlined, all count.
    """

    handed_on: bytes
    declared: bytes


def surface(run: Run, files: Mapping[str, FileFacts]) -> Surface:
    """Return what the packages of a run show to others."""
    digest = hashlib.blake2b(digest_size=16)
    for compiled in run.compiled:
        for path in compiled.package.files if not compiled.package.variant else ():
            if path in files:
                shown = files[path].content if compiled.is_brief else _declarations(files[path])
                digest.update(shown + b"\0")
    return Surface(handed_on(run), digest.digest())


def handed_on(run: Run) -> bytes:
    """Return the part of a run's surface that its texts alone tell."""
    digest = hashlib.blake2b(digest_size=16)
    for compiled in run.compiled:
        if not compiled.package.variant:
            digest.update(b"\n".join(_HANDED_ON.findall(compiled.text)) + b"\0")
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
