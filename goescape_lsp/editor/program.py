"""Options and logs of the program `goescape-lsp`."""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import os
import sys
import tempfile
from collections.abc import Sequence

from goescape_lsp import __version__

LEVELS = ("debug", "info", "warning", "error")
COLLECTED_AFTER = (2000, 10, 1000)
"""Objects of the youngest generation, then rounds of the younger one: nearly all garbage is young, and looking at the
oldest generation stops every answer for 80 ms where thousands of findings are kept."""
SWITCH_S = 0.001
"""How long an analysis goes on while an answer waits for its thread; each answer waits up to three times."""
_ARENAS, _LARGE, _SPARE = (-8, 1), (-3, 1 << 18), (-1, 1 << 20)
"""M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of mallopt(3), each with its value, two in bytes."""
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run(arguments: Sequence[str]) -> int:
    """Serve as the arguments say; return the exit status."""
    options = _parser().parse_args(arguments)
    _log_to(options.log_file, options.log_level)
    give_memory_back()
    # The workspace must not be where programs, modules or temporary names are looked up.
    os.chdir(tempfile.gettempdir())
    # What is loaded at the start is never garbage: without this every large answer makes Python look at all of it.
    gc.disable()
    from goescape_lsp.editor.serving import serve_stdio  # noqa: PLC0415 - `--version` answers without loading pygls

    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    gc.enable()
    sys.setswitchinterval(SWITCH_S)
    return serve_stdio()


def give_memory_back() -> None:
    """Let the C library return what the large outputs of compilers took; each thread keeps an arena of its own else.

    Shape: nothing happens where there is no glibc, or a Python that was built without ctypes.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(ImportError, OSError, AttributeError):
        import ctypes  # noqa: PLC0415 - not every Python has it

        library = ctypes.CDLL(None)
        for option, value in (_ARENAS, _LARGE, _SPARE):
            library.mallopt(option, value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="goescape-lsp", description="Language server: shows where Go values go to the heap, and why."
    )
    parser.add_argument("--stdio", action="store_true", help="speak over standard input and output (the default)")
    parser.add_argument("--version", action="version", version=f"goescape-lsp {__version__}")
    parser.add_argument("--log-file", metavar="F", help="write the log to this file in place of standard error")
    parser.add_argument(
        "--log-level", metavar="L", type=str.lower, choices=LEVELS, default="warning", help=", ".join(LEVELS)
    )
    return parser


def _log_to(file: str | None, level: str) -> None:
    """Log to a file or to standard error, never to standard output, which belongs to the protocol."""
    try:
        handler: logging.Handler = (
            logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler(sys.stderr)
        )
    except OSError as error:
        handler = logging.StreamHandler(sys.stderr)
        sys.stderr.write(f"goescape-lsp: cannot write the log to {file}: {error}\n")
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # pygls logs every body at INFO, and a traceback for each message it cannot read; we log both ourselves.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
