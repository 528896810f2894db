"""No process outlives its purpose, whatever ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from goescape_lsp.adapters.process import Finished, Processes
from tests.adapters.conftest import commands_with, wait_until

PYTHON = sys.executable
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc to see which processes live")


async def run(processes: Processes, code: str, *words: str, timeout_s: float = 20, max_bytes: int = 2**20) -> Finished:
    return await processes.run(
        [PYTHON, "-I", "-c", code, *words], cwd="/", env=dict(os.environ), timeout_s=timeout_s, max_bytes=max_bytes
    )


async def test_output_and_status_come_back(processes: Processes) -> None:
    finished = await run(processes, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (finished.code, finished.stdout.split(), finished.stderr.split()) == (3, [b"out"], [b"err"])
    assert not finished.is_timeout
    assert not finished.is_cut


async def test_standard_input_is_empty(processes: Processes) -> None:
    finished = await run(processes, "import sys; print(repr(sys.stdin.read()))")
    assert finished.stdout.strip() == b"''"


async def test_a_program_that_does_not_exist_is_a_result(processes: Processes) -> None:
    finished = await processes.run(["/nonexistent/go"], cwd="/", env={}, timeout_s=5, max_bytes=100)
    assert finished.code == 127
    assert b"/nonexistent/go" in finished.stderr


async def test_time_limit(processes: Processes) -> None:
    finished = await run(processes, "import time; time.sleep(60)", timeout_s=0.3)
    assert finished.is_timeout
    assert finished.seconds < 5
    assert finished.code != 0


TALKATIVE = """
import os, sys, time
for n in range(2000):
    os.write(1 + n % 2, b"%d\\n" % n)
    time.sleep(0.0001)
"""


@linux
async def test_a_talkative_process_is_read_in_large_pieces(processes: Processes) -> None:
    pieces: list[bytes] = []

    def see(piece: bytes) -> bool:
        pieces.append(piece)
        return b"\n1998\n" in piece

    command = [PYTHON, "-I", "-c", TALKATIVE.replace("1 + n % 2", "1")]
    finished = await processes.run(command, cwd="/", env={}, timeout_s=20, max_bytes=2**20, stop=see)
    assert finished.is_stopped
    assert len(pieces) < 1000
    assert finished.stdout == b"".join(pieces)
    assert finished.stdout.startswith(b"".join(b"%d\n" % n for n in range(1999)))


async def test_all_that_a_talkative_process_prints_comes_back_in_order(processes: Processes) -> None:
    finished = await run(processes, TALKATIVE)
    assert [int(line) for line in finished.stdout.split()] == list(range(0, 2000, 2))
    assert [int(line) for line in finished.stderr.split()] == list(range(1, 2000, 2))
    cut = await run(processes, TALKATIVE, max_bytes=5000)
    assert cut.is_cut
    assert len(cut.stdout) + len(cut.stderr) == 5000


async def test_output_limit_counts_both_streams(processes: Processes) -> None:
    code = "import sys\nwhile True: print('x' * 999); print('y' * 999, file=sys.stderr)"
    finished = await run(processes, code, max_bytes=10_000)
    assert finished.is_cut
    assert len(finished.stdout) + len(finished.stderr) == 10_000


SLEEP = "[sys.executable, '-c', 'import time; time.sleep({seconds})', sys.argv[1]]"
NEST = f"import subprocess, sys, time; subprocess.Popen({SLEEP.format(seconds=99)}); time.sleep(99)"
STRAY = f"import subprocess, sys; subprocess.Popen({SLEEP.format(seconds=4)}, start_new_session=True)"


@linux
@pytest.mark.parametrize("delay_s", [0.0, 0.001, 0.01, 0.1, 0.4])
async def test_cancelling_kills_children_of_children(processes: Processes, delay_s: float) -> None:
    """The group is gone when the cancellation arrives at the caller, however early it comes."""
    word = uuid.uuid4().hex
    task = asyncio.create_task(run(processes, NEST, word))
    await asyncio.sleep(delay_s)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert wait_until(lambda: not commands_with(word), 5)


@linux
async def test_kill_all_is_synchronous(processes: Processes) -> None:
    word = uuid.uuid4().hex
    task = asyncio.create_task(run(processes, NEST, word))
    async with asyncio.timeout(20):
        while len(commands_with(word)) < 2:
            await asyncio.sleep(0.02)
    processes.kill_all()
    assert wait_until(lambda: not commands_with(word), 5)
    assert (await task).code == -signal.SIGKILL


@linux
async def test_a_pipe_held_by_a_stray_does_not_hold_us(processes: Processes) -> None:
    """A daemon that left the group keeps the pipe open: the call still ends soon after its time limit."""
    word = uuid.uuid4().hex
    began = time.monotonic()
    finished = await run(processes, STRAY, word, timeout_s=0.5)
    assert finished.code == 0
    assert time.monotonic() - began < 4


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_survives_a_killed_server(tmp_path: Path, number: signal.Signals) -> None:
    """Even SIGKILL, which no handler sees, leaves no child and no grandchild."""
    word = uuid.uuid4().hex
    script = tmp_path / "server.py"
    script.write_text(
        "import asyncio, os, sys\n"
        "from goescape_lsp.adapters.process import Processes\n"
        f"argv = [sys.executable, '-c', {NEST!r}, {word!r}]\n"
        "run = Processes().run(argv, cwd='/', env=dict(os.environ), timeout_s=60, max_bytes=999)\n"
        "asyncio.run(run)\n"
    )
    server = subprocess.Popen([PYTHON, str(script)], stdin=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: len(commands_with(word)) == 2, 20)
    finally:
        server.send_signal(number)
        server.wait(20)
    assert wait_until(lambda: not commands_with(word), 10)
