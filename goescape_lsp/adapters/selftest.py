"""Whether a toolchain's compiler may be ended at its back end: one package compiled twice, whole and cut short."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from goescape_lsp.adapters.process import Processes
from goescape_lsp.core.backend import MARKER_FLAG, BackEndWatch, before_back_end

_TIMEOUT_S = 60.0
_MAX_BYTES = 16 * 2**20
_FUNCTION = """
type T{n} struct {{ p *T{n}; v int }}

func New{n}(v int) *T{n} {{ t := T{n}{{v: v}}; return &t }}

func Keep{n}(f func() int) {{ kept = append(kept, f) }}

func Use{n}[E any](xs []E, t *T{n}) any {{
	x := len(xs)
	defer func() {{ t.p.v = x }}()
	go Keep{n}(func() int {{ return x + t.v }})
	Keep{n}(func() int {{ x++; return x }})
	return xs
}}

var _ = Use{n}([]int{{1}}, New{n}({n}))
"""
_FUNCTIONS = 12


async def proves_itself(compiler: str, processes: Processes) -> bool:
    """Say whether the compiler says the same when it is killed at the first line of its back end.

    Shape: true only when that line was seen, all that stands before it is equal, and nothing of escapes comes after.
    """
    text = "package proof\n\nvar kept []func() int\n" + "".join(_FUNCTION.format(n=n) for n in range(_FUNCTIONS))
    with tempfile.TemporaryDirectory(prefix="goescape-") as folder:
        await asyncio.to_thread(_write, folder, text)
        whole = await _compile(compiler, processes, folder, None)
        watch = BackEndWatch()
        cut = await _compile(compiler, processes, folder, watch)
    if whole is None or cut is None or whole == before_back_end(whole):
        return False
    return bool(cut) and before_back_end(whole) == before_back_end(cut)


def _write(folder: str, text: str) -> None:
    Path(folder, "proof.go").write_text(text, encoding="utf-8")
    Path(folder, "importcfg").write_text("", encoding="utf-8")


async def _compile(compiler: str, processes: Processes, folder: str, watch: BackEndWatch | None) -> bytes | None:
    command = [compiler, "-p", "proof", "-complete", "-importcfg", "importcfg", "-o", "out.a", "-m=2", MARKER_FLAG]
    finished = await processes.run(
        [*command, "proof.go"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("GO")},
        timeout_s=_TIMEOUT_S,
        max_bytes=_MAX_BYTES,
        stop=None if watch is None else watch.feed,
    )
    if watch is None:
        return finished.stdout if finished.code == 0 else None
    return finished.stdout if finished.is_stopped else None
