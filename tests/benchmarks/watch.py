"""What the kernel tells of processes: memory, processor time, children. Linux only; elsewhere everything is 0."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

_PROC = Path("/proc")
_SAMPLE_S = 0.001
_LOOK_S = 0.1
_IDLE_SHARE = 0.05  # of one processor; a server that waits uses less
_LONGEST_S = 300.0
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def resident_mb(pid: int) -> float:
    """Return the resident memory of one process in MB (10^6 bytes), 0 when it is gone."""
    return _status_mb(pid, "VmRSS")


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    yield pid
    for thread in _listed(_PROC / str(pid) / "task"):
        try:
            children = (thread / "children").read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in children:
            yield from tree(int(child))


def settle(pid: int, quiet_s: float) -> None:
    """Return when a process and its descendants have used next to no processor time for `quiet_s` seconds."""
    end = time.monotonic() + _LONGEST_S
    quiet_since, before = time.monotonic(), _used_s(pid)
    while time.monotonic() < end and time.monotonic() - quiet_since < quiet_s:
        time.sleep(_LOOK_S)
        now = _used_s(pid)
        if abs(now - before) > _LOOK_S * _IDLE_SHARE:
            quiet_since = time.monotonic()
        before = now


class CompilerPeak:
    """Follows the `compile` processes below a process and keeps the largest memory that one of them ever had.

    Shape: a context manager; `mb` is the highest peak so far, in MB, read from the kernel's own high-water mark
    each millisecond, so that at most the growth of the last millisecond of a process is missed.
    """

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._pid = pid
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _follow(self) -> None:
        while not self._is_over.wait(_SAMPLE_S):
            for pid in tree(self._pid):
                if _name(pid) == "compile":
                    self.mb = max(self.mb, _status_mb(pid, "VmHWM"))


def _listed(folder: Path) -> list[Path]:
    """Return what a folder holds, nothing when its process is gone."""
    try:
        return [*folder.iterdir()]
    except OSError:
        return []


def _status_mb(pid: int, field: str) -> float:
    found = re.search(rf"^{field}:\s+(\d+) kB", _read(pid, "status"), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def _used_s(pid: int) -> float:
    """Return the seconds of processor time that a process, its descendants and its ended children have used."""
    total = 0
    for one in tree(pid):
        fields = _read(one, "stat").rpartition(")")[2].split()
        total += sum(map(int, fields[11:15] if one == pid else fields[11:13]))
    return total / _TICKS


def _name(pid: int) -> str:
    return _read(pid, "comm").strip()


def _read(pid: int, name: str) -> str:
    try:
        return (_PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
