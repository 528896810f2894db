"""The only starter of processes: each in a group of its own, with limits, and none outlives its purpose."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Protocol, cast

if sys.platform == "linux":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Coroutine

_STANDARD_ERROR = 2

_GRACE_S = 2.0
"""How long a killed group may hold its pipes before they are closed from this side."""

_PIECES = 100
"""After so many pieces a process counts as talkative: what follows is read in larger ones."""

_PAUSE_S = 0.002
_PIPE_BYTES = 1 << 20
"""How long a talkative process fills its pipe before that is read, and the room it has for this.

The compiler writes every line of an explanation by itself, ten thousand of them in 200 ms: to wake up for each takes
from the compiler a tenth of its time, and from the loop 50 ms.
"""

_SENTRY = """
living=
while read -r op group; do
  case $op in
    +) living="$living $group" ;;
    -) kept=; for one in $living; do [ "$one" = "$group" ] || kept="$kept $one"; done; living=$kept ;;
  esac
done
for one in $living; do kill -s KILL -- "-$one" 2>/dev/null; done
"""
"""A shell that reads the living groups from a pipe and kills them when the pipe ends.

The pipe ends when this process dies, even by SIGKILL. PR_SET_PDEATHSIG would reach `go` but not the compilers under it.
"""


_TELL_AND_START = 'echo "+ $$" >&0; exec "$@" </dev/null'
"""How a process starts: it tells the sentry its own group first, so that there is no moment when nobody knows it."""


class Sieve(Protocol):
    """Takes a stream in pieces and keeps a part of it."""

    def feed(self, piece: bytes) -> bytes:
        """Return what is kept of this piece and of what was held back before."""
        ...

    def close(self) -> bytes:
        """Return what is kept of what is still held back."""
        ...


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a process.

    `code` is its exit status: negative for a signal, 127 when it could not be started (`stderr` says why).
    `is_timeout` and `is_cut` say that it was killed for its time or for the bytes it printed, `is_stopped` that it was
    killed because it had said what was wanted.
    """

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    is_timeout: bool = False
    is_cut: bool = False
    is_stopped: bool = False


class Processes:
    """Starts processes and knows the living ones, so that all can be killed at once."""

    def __init__(self) -> None:
        self._living = _Living()
        # A process that nobody closed dies with this object, or when the interpreter ends.
        self._finalizer = weakref.finalize(self, self._living.kill)

    async def run(  # noqa: PLR0913 - keywords only, and each is a limit or a part of the command
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        env: Mapping[str, str],
        timeout_s: float,
        max_bytes: int,
        sieve: tuple[int, Sieve] | None = None,
        stop: Callable[[bytes], bool] | None = None,
    ) -> Finished:
        """Return what `argv` printed when it ended, ran longer than `timeout_s` or printed more than `max_bytes`.

        Shape: `argv[0]` is an absolute path; `env` is the whole environment. Standard input is empty. A `sieve` takes
        the stream of that number (1 output, 2 error) as it comes; only what it keeps is counted and returned. `stop`
        sees each piece of standard output and says when the process may be killed because nothing more is wanted.
        Errors: none for a program that cannot be started (code 127). A cancellation kills the whole process group
        and reaps it before it goes on.
        """
        began = time.monotonic()
        try:
            child = await self._start(argv, cwd, env, _Printed(max_bytes, sieve, stop))
        except OSError as error:
            return Finished(127, b"", str(error).encode(), time.monotonic() - began)
        is_timeout = False
        try:
            await asyncio.wait([child.ended], timeout=timeout_s)
            is_timeout = not child.ended.done()
        finally:
            await self._end(child)
        code = child.transport.get_returncode()
        return Finished(
            -signal.SIGTERM if code is None else code,
            child.printed.output(),
            child.printed.errors(),
            time.monotonic() - began,
            is_timeout,
            child.printed.is_cut,
            child.printed.is_stopped,
        )

    def kill_all(self) -> None:
        """Kill every living group now; safe in a signal handler and at exit. New processes can still be started."""
        self._living.kill()

    async def _start(self, argv: Sequence[str], cwd: str, env: Mapping[str, str], printed: _Printed) -> _Child:
        starting = asyncio.ensure_future(self._spawn(argv, cwd, env, printed))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # The process may be half-way into life: wait for it, else nobody would know its group.
            with contextlib.suppress(OSError):
                await self._end(await starting)
            raise

    async def _end(self, child: _Child) -> None:
        # A group that ended by itself is not killed: its number may already be another's.
        if not child.ended.done():
            child.kill_group()
        try:
            await child.reap()
        finally:
            self._living.remove(child.group)

    async def _spawn(self, argv: Sequence[str], cwd: str, env: Mapping[str, str], printed: _Printed) -> _Child:
        loop = asyncio.get_running_loop()
        # typeshed wants literal keywords where the platform decides them.
        start = cast("Any", loop.subprocess_exec)
        spawning: Coroutine[Any, Any, tuple[asyncio.SubprocessTransport, _Child]] = start(
            lambda: _Child(loop.create_future(), printed),
            *self._living.announced(argv),
            stdin=self._living.line_to_sentry(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=dict(env),
            **_apart(),
        )
        _, child = await spawning
        self._living.add(child.group)
        return child


class _Printed:
    """What a process printed so far, up to a limit; one stream may go through a sieve."""

    def __init__(self, max_bytes: int, sieve: tuple[int, Sieve] | None, stop: Callable[[bytes], bool] | None) -> None:
        self.is_cut = False
        self.is_stopped = False
        self._stop = stop
        self._kept = {1: bytearray(), 2: bytearray()}
        self._room = max_bytes
        self._sieved = sieve[0] if sieve else 0
        self._sieve = sieve[1] if sieve else None

    def take(self, fd: int, data: bytes) -> bool:
        """Keep a piece; False says that nothing after it is wanted or fits, once."""
        if self.is_stopped:
            return True
        if fd == self._sieved and self._sieve is not None:
            data = self._sieve.feed(data)
        self._kept[fd] += data[: self._room]
        is_first_cut = len(data) > self._room and not self.is_cut
        self.is_cut = self.is_cut or is_first_cut
        self._room = max(0, self._room - len(data))
        self.is_stopped = fd != _STANDARD_ERROR and self._stop is not None and self._stop(data)
        return not (is_first_cut or self.is_stopped)

    def output(self) -> bytes:
        """Return what was kept of standard output."""
        return self._all(1)

    def errors(self) -> bytes:
        """Return what was kept of standard error."""
        return self._all(_STANDARD_ERROR)

    def _all(self, fd: int) -> bytes:
        rest = self._sieve.close() if fd == self._sieved and self._sieve is not None else b""
        return bytes(self._kept[fd]) + rest


class _Child(asyncio.SubprocessProtocol):
    """One process: collects what it prints and kills its group when that is too much."""

    transport: asyncio.SubprocessTransport

    def __init__(self, ended: asyncio.Future[None], printed: _Printed) -> None:
        self.ended = ended
        self.printed = printed
        self.group = 0
        self._pieces = 0
        self._is_wide = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.SubprocessTransport", transport)
        self.group = self.transport.get_pid()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if not self.printed.take(fd, data):
            self.kill_group()
        self._pieces += 1
        if self._pieces == _PIECES:
            self._is_wide = _widen(self.transport.get_pipe_transport(fd))
        if self._is_wide and not (self.printed.is_cut or self.printed.is_stopped):
            self._rest(fd)

    def _rest(self, fd: int) -> None:
        """Read no more of a stream for a moment."""
        pipe = self.transport.get_pipe_transport(fd)
        if isinstance(pipe, asyncio.ReadTransport):
            pipe.pause_reading()
            asyncio.get_running_loop().call_later(_PAUSE_S, pipe.resume_reading)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.ended.done():
            self.ended.set_result(None)

    def kill_group(self) -> None:
        """Kill the process and all that it started, if any is left."""
        _kill_group(self.group)
        if sys.platform == "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                self.transport.kill()

    async def reap(self) -> None:
        """Wait until the process is gone and its pipes are closed; a stray holder of the pipes is not waited for."""
        if not self.ended.done():
            await asyncio.wait([self.ended], timeout=_GRACE_S)
        self.transport.close()


def _widen(pipe: asyncio.BaseTransport | None) -> bool:
    """Give a pipe more room; False where that cannot be, and its writer would wait for us."""
    if sys.platform == "linux" and pipe is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.get_extra_info("pipe").fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            return True
    return False


@dataclass(slots=True)
class _Living:
    """The groups that run now, and the sentry that kills them if this process dies first."""

    groups: set[int] = field(default_factory=set[int])
    sentry: subprocess.Popen[bytes] | None = None

    def announced(self, argv: Sequence[str]) -> Sequence[str]:
        """Return the command that runs `argv` and tells the sentry before; without a sentry `argv` itself."""
        if self.sentry is None:
            self.sentry = _start_sentry()
        return argv if self.sentry is None else ["/bin/sh", "-c", _TELL_AND_START, "sh", *argv]

    def line_to_sentry(self) -> int | IO[bytes]:
        """Return the standard input of a new process: the sentry's pipe, which it leaves before it starts."""
        pipe = self.sentry.stdin if self.sentry is not None else None
        return subprocess.DEVNULL if pipe is None else pipe

    def add(self, group: int) -> None:
        self.groups.add(group)

    def remove(self, group: int) -> None:
        self.groups.discard(group)
        self._tell(f"- {group}\n")

    def kill(self) -> None:
        for group in tuple(self.groups):
            _kill_group(group)
        self.groups.clear()
        sentry, self.sentry = self.sentry, None
        if sentry is not None and sentry.stdin is not None:
            with contextlib.suppress(OSError):
                sentry.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                sentry.wait(timeout=_GRACE_S)

    def _tell(self, line: str) -> None:
        if self.sentry is not None and self.sentry.stdin is not None:
            with contextlib.suppress(OSError):
                self.sentry.stdin.write(line.encode())


def _start_sentry() -> subprocess.Popen[bytes] | None:
    if sys.platform == "win32" or not os.path.exists("/bin/sh"):  # noqa: PTH110 - one system path, no Path needed
        return None
    with contextlib.suppress(OSError):
        return subprocess.Popen(  # noqa: S603 - a constant script
            ["/bin/sh", "-c", _SENTRY],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            bufsize=0,
            start_new_session=True,
        )
    return None


def _apart() -> dict[str, object]:
    """Return what makes a new process the head of a group of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _kill_group(group: int) -> None:
    # Never 0 or 1: killpg would take our own group, or all that we may kill.
    if sys.platform != "win32" and group > 1:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
