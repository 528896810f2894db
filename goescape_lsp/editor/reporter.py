"""Tells the user how the work goes: status, progress of long runs, and problems, each once and as quietly as it may."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from pygls.exceptions import JsonRpcException

from goescape_lsp.core.model import Problem, ProblemKind
from goescape_lsp.core.words import Locale, problems
from goescape_lsp.core.words import server as words

log = logging.getLogger(__name__)

STATUS = "goescape/status"
PROGRESS_AFTER_S = 1.0
ERROR, WARNING, INFO, LOG = 1, 2, 3, 4

# What a user has to act on before anything works; everything else goes to the log and the status.
POPUPS = frozenset({ProblemKind.NO_GO, ProblemKind.GO_TOO_OLD, ProblemKind.REFUSED_FLAG, ProblemKind.BAD_SETTING})


@dataclass(frozen=True, slots=True)
class Wire:
    """The way to the client: sends a notification, asks a request, starts a task that lives as long as the server."""

    send: Callable[[str, dict[str, Any]], None]
    ask: Callable[[str, dict[str, Any]], asyncio.Future[Any]]
    start: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]


class Reporter:
    """Sends `goescape/status`, work-done progress, log messages and, rarely, popups."""

    def __init__(self, wire: Wire) -> None:
        self._send = wire.send
        self._ask = wire.ask
        self._start = wire.start
        self._locale: Locale = "en"
        self._has_progress = False
        self._running: dict[str, None] = {}
        self._told: set[str] = set()
        self._go = ""
        self._trouble = ""
        self._standing = ""
        self._status: dict[str, Any] = {}
        self._progress: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._first_look: tuple[int, int] | None = None
        self._first_progress: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()

    def speak(self, locale: Locale, *, has_progress: bool) -> None:
        """Set the language, and whether the client shows progress."""
        self._locale, self._has_progress = locale, has_progress

    def toolchain(self, version: str, problem: Problem | None) -> None:
        """Note which Go is in use, or why there is none."""
        self._go = version
        self._trouble = problems.sentence(problem, self._locale) if problem else ""
        if problem is not None:
            self.problem(problem)
        self._tell_status()

    def problem(self, problem: Problem) -> None:
        """Tell a problem: in a popup when the user has to act on it, once each; in the log otherwise."""
        message = f"goescape: {words.problem_with_hint(problem, self._locale)}"
        if problem.kind in POPUPS:
            self.popup_once(message)
        else:
            self.log(message)

    def popup_once(self, message: str) -> None:
        """Show a message that the user has to act on, unless it was shown before."""
        if message not in self._told:
            self._told.add(message)
            self._send("window/showMessage", {"type": WARNING, "message": message})

    def show(self, message: str) -> None:
        """Show a message that the user asked for."""
        self._send("window/showMessage", {"type": INFO, "message": message})

    def log(self, message: str, kind: int = INFO) -> None:
        """Write a line into the editor's log of this server."""
        self._send("window/logMessage", {"type": kind, "message": message})

    def started(self, directory: str) -> None:
        """Note that a run began; after a second of work progress is shown."""
        self._running[directory] = None
        self._idle.clear()
        if self._has_progress and (self._progress is None or self._progress.done()):
            self._progress = self._start(self._show_progress())
        self._tell_status()

    def finished(self, directory: str, seconds: float) -> None:
        """Note that a run ended."""
        self._running.pop(directory, None)
        log.info("analysed %s in %.2f s", directory, seconds)
        if not self._running:
            self._idle.set()
        self._tell_status()

    def looked(self, done: int, total: int) -> None:
        """Note how far the first look at the workspace is; after a second of it progress is shown."""
        self._first_look = None if done == total else (done, total)
        self._looked.set()
        is_shown = self._first_progress is not None and not self._first_progress.done()
        if self._first_look is not None and self._has_progress and not is_shown:
            self._first_progress = self._start(self._show_first_look())

    def standing(self, problem: Problem | None) -> None:
        """Note what keeps some package from being judged now, None when nothing does."""
        self._standing = problems.sentence(problem, self._locale) if problem else ""
        self._tell_status()

    def _tell_status(self) -> None:
        state, message = self._state()
        status = {"state": state, "message": message, "go": self._go}
        if status != self._status:
            self._status = status
            self._send(STATUS, status)

    def _state(self) -> tuple[str, str]:
        if self._trouble:
            return "trouble", self._trouble
        if self._running:
            return "running", words.text("status.running", self._locale, directory=_name(next(iter(self._running))))
        if self._standing:
            return "stale", self._standing
        return "idle", words.text("status.idle", self._locale)

    async def _show_progress(self) -> None:
        """Show one progress for all runs that are going on, if they take longer than a second."""
        await asyncio.sleep(PROGRESS_AFTER_S)
        if not self._running:
            return
        token = await self._token()
        if token is None:
            return
        title = words.text("progress", self._locale)
        message = _name(next(iter(self._running), ""))
        self._notify(token, {"kind": "begin", "title": title, "message": message, "cancellable": False})
        await self._idle.wait()
        self._notify(token, {"kind": "end"})

    async def _show_first_look(self) -> None:
        """Show how many packages of the workspace are done, if that takes longer than a second."""
        await asyncio.sleep(PROGRESS_AFTER_S)
        token = None if self._first_look is None else await self._token()
        if token is None:
            return
        title = words.text("progress.workspace", self._locale)
        self._notify(token, {"kind": "begin", "title": title, "cancellable": False, "percentage": 0})
        while self._first_look is not None:
            done, total = self._first_look
            message = words.text("progress.looked", self._locale, done=done, total=total)
            self._notify(token, {"kind": "report", "message": message, "percentage": 100 * done // total})
            self._looked.clear()
            await self._looked.wait()
        self._notify(token, {"kind": "end"})

    async def _token(self) -> str | None:
        """Return the token of a new progress, None where the editor shows none."""
        # One of its own each time: pygls and editors keep old ones.
        token = str(uuid.uuid4())
        try:
            await self._ask("window/workDoneProgress/create", {"token": token})
        except JsonRpcException as error:
            log.info("the editor shows no progress: %s", error)
            return None
        return token

    def _notify(self, token: str, value: dict[str, Any]) -> None:
        self._send("$/progress", {"token": token, "value": value})


def _name(directory: str) -> str:
    return directory.replace("\\", "/").rstrip("/").rpartition("/")[2]
