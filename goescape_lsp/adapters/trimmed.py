"""Gives files their names back where `-trimpath` makes the compiler write import paths in place of directories."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

# An `Err` of `go list -json` has its line ends as `\n`.
_PLACE = re.compile(rb"(?:(?<=\\n)|(?<![\w./@~-]))([^\s:()\"]+)/([^/\s:()\"]+\.go:\d)")
_CODE = re.compile(rb"(?m)^(\t0x0 0 \()([^\n]+)/([^/\n]+\.go:\d+\))")


def is_trimmed(flags: Iterable[str]) -> bool:
    """Say whether flags of `go` ask for `-trimpath`; the last one counts."""
    last = [flag.lstrip("-") for flag in flags if flag.lstrip("-").partition("=")[0] == "trimpath"][-1:]
    return last in (["trimpath"], ["trimpath=true"])


def restored(printed: bytes, entries: Iterable[Mapping[str, Any]], cwd: str) -> bytes:
    """Return what was printed with the files of the listed packages as without `-trimpath`.

    Shape: names in messages are relative to `cwd`, where the compile ran; those of machine code are absolute.
    """
    folders: dict[bytes, bytes] = {}
    for entry in entries:
        if entry.get("Dir"):
            # `P_test [P.test]` is written as `P_test`.
            folders.setdefault(os.fsencode(entry["ImportPath"].partition(" ")[0]), os.fsencode(entry["Dir"]))

    def near(found: re.Match[bytes]) -> bytes:
        folder = folders.get(found[1])
        if folder is None:
            return found[0]
        inside = os.path.relpath(folder, os.fsencode(cwd)).replace(os.fsencode(os.sep), b"/")
        return b"./" + found[2] if inside == b"." else inside + b"/" + found[2]

    def far(found: re.Match[bytes]) -> bytes:
        folder = folders.get(found[2])
        return found[0] if folder is None else found[1] + folder + b"/" + found[3]

    return _PLACE.sub(near, _CODE.sub(far, printed))
