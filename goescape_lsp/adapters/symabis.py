"""Asks the assembler which functions of a package are written in assembly, as `go` does before it compiles one.

Source: cmd/go/internal/work, asmArgs and (gcToolchain).symabis, go1.21 to go1.27.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.records import Read, Variant
from goescape_lsp.adapters.toolchain import Toolchain

_LEVELS = {"amd64": "GOAMD64", "386": "GO386", "arm64": ""}
"""The variable that names a level of the processor which assembly can ask for; other processors are left to `go`."""

_USUAL_ARM64 = (None, "", "v8.0")
_HEADER = "go_asm.h"
_WORD = re.compile(rb"\binclude\b")
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+"([^"\\/\n]+)"[ \t]*(?://[^\n]*)?\r?$', re.MULTILINE)
_TIMEOUT_S = 20.0
_MAX_BYTES = 2**20


def reads_only_headers_of_go(text: bytes, headers: frozenset[str]) -> bool:
    """Say whether an assembly file reads no other file than these headers, as far as its text can tell."""
    included = _INCLUDE.findall(text)
    return len(included) == len(_WORD.findall(text)) and all(os.fsdecode(name) in headers for name in included)


async def symbols(
    variant: Variant, environment: Mapping[str, str], toolchain: Toolchain, processes: Processes, read: Read
) -> bytes | None:
    """Return what the compiler's `-symabis` takes for a variant's assembly files; None where only `go` can tell.

    Shape: the directory has no headers of its own; `environment` is what `go env` says.
    """
    files, directory = variant.assembly, variant.package.directory
    texts = [read(path) for path in files]
    level = _LEVELS.get(environment.get("GOARCH", ""))
    is_usual = level is not None and environment.get("GOARM64") in _USUAL_ARM64
    include = os.path.join(toolchain.goroot, "pkg", "include")  # noqa: PTH118
    if not is_usual or not all(
        text is not None and reads_only_headers_of_go(text, _headers(include)) for text in texts
    ):
        return None
    defined = [f"GOOS_{environment.get('GOOS')}", f"GOARCH_{environment.get('GOARCH')}"]
    defined += [f"{level}_{environment.get(level)}"] if level else []
    with tempfile.TemporaryDirectory(prefix="goescape-") as folder:
        # The real one is made of the compiled package; for the names alone an empty one does.
        await asyncio.to_thread(Path(folder, _HEADER).write_bytes, b"")
        target = Path(folder, "symabis")
        program = os.path.join(os.path.dirname(toolchain.compiler), "asm" + Path(toolchain.compiler).suffix)  # noqa: PTH118, PTH120
        names = [part for name in defined for part in ("-D", name)]
        finished = await processes.run(
            [
                program,
                "-p",
                variant.package.import_path,
                "-I",
                folder,
                "-I",
                include,
                *names,
                "-gensymabis",
                "-o",
                str(target),
                *files,
            ],
            cwd=directory,
            env={**os.environ, **environment},
            timeout_s=_TIMEOUT_S,
            max_bytes=_MAX_BYTES,
        )
        return await asyncio.to_thread(target.read_bytes) if finished.code == 0 else None


def _headers(include: str) -> frozenset[str]:
    try:
        return frozenset((*os.listdir(include), _HEADER))  # noqa: PTH208
    except OSError:
        return frozenset()
