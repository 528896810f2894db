"""Our server with a heart that beats in its event loop: notes each time when the loop stood still.

Run as a program with the name of a file in front of the server's own arguments. The heart beats while that file is
there, so that the server can be idle otherwise. Each line of the file is one time: when it began and ended, in seconds
of `time.perf_counter`, and how much processor time the loop's own thread used meanwhile; the rest it waited for other
threads or programs.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

PAUSE_S = 0.2
_BEAT_S = 0.001
WORTH_NOTING_S = 0.003


@dataclass(frozen=True, slots=True)
class Stall:
    """A time in which the loop did nothing else, in seconds; the beat's own millisecond is in it."""

    begin: float
    end: float
    used_s: float

    @property
    def seconds(self) -> float:
        return self.end - self.begin


def stalls(notes: Path, begin: float, end: float) -> list[Stall]:
    """Return what was noted of a time; the line that is being written is left for the next look."""
    lines = notes.read_text(encoding="ascii").splitlines(keepends=True)
    every = (Stall(*map(float, line.split())) for line in lines if line.endswith("\n"))
    return [one for one in every if one.end >= begin and one.begin <= end]


async def beat(notes: Path) -> None:
    """Write down when the loop stood still while the file of the notes is there, until cancelled."""
    while True:
        await asyncio.sleep(PAUSE_S)
        while notes.exists():
            with notes.open("a", encoding="ascii", buffering=1) as out:
                await _beat_once(out)


async def _beat_once(out: TextIO) -> None:
    """Beat for a while."""
    before, used = time.perf_counter(), time.thread_time()
    end = before + PAUSE_S
    while before < end:
        await asyncio.sleep(_BEAT_S)
        now, now_used = time.perf_counter(), time.thread_time()
        if now - before > WORTH_NOTING_S:
            out.write(f"{before} {now} {now_used - used}\n")
        before, used = now, now_used


def main() -> int:
    from goescape_lsp.editor import program, serving  # noqa: PLC0415 - what measures does not load the server

    notes, serve = Path(sys.argv[1]), serving.serve

    async def serve_and_beat(server: serving.GoescapeServer, source: int, target: int) -> int:
        heart = asyncio.create_task(beat(notes))
        try:
            return await serve(server, source, target)
        finally:
            heart.cancel()

    serving.serve = serve_and_beat
    return program.run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
