"""The two servers, driven the same way: start, open, edit, save, wait for what belongs to the edit."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.client import Server
from tests.benchmarks.subjects import Subject, edit, hidden_marker, marker
from tests.benchmarks.toolchain import Go
from tests.benchmarks.watch import CompilerPeak, resident_mb, settle

# Everything is published, so that no finding of an edit can be among those that are only counted.
OURS_SETTINGS = {"maxPerFile": 1_000_000, "locale": "en"}
# Who races on one package does not look at the hundreds of others that its module has.
_ONE_PACKAGE = {"workspace": False}
# gopls at its fastest: it waits for the save, and no second more.
GOPLS_SETTINGS = {"diagnosticsTrigger": "Save", "diagnosticsDelay": "0s"}
_TYPED_S = 0.1  # a pause between typing and saving, as nobody does both at once


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds from didSave to the diagnostics of the edited file, and until the test variants have answered, too.

    `compile_mb` and `all_compile_mb` are the peaks of the compile that was started, 0 where nobody measured.
    """

    first_s: float
    all_s: float
    compile_mb: float = 0.0
    all_compile_mb: float = 0.0


class Contestant:
    """A running server with one subject open, whose text is always that of the last edit."""

    def __init__(self, server: Server, subject: Subject, quiet_s: float) -> None:
        self.server = server
        self.subject = subject
        self._quiet_s = quiet_s
        self._number = self._hidden = 0

    def save(self) -> Answer:
        """Edit, save, and wait for both answers and for the end of all work that follows."""
        sent = self._save()
        first = self.server.until_published(self.subject.file, marker(self._number)).at
        answer = Answer(first - sent, max((self._tests_at(), first)) - sent)
        settle(self.server.pid, self._quiet_s)
        return answer

    def save_hidden(self) -> Answer:
        """Edit what no other package sees, save, and wait until our server has nothing left to compile for it."""
        sent = self._save(is_hidden=True)
        first = self.server.until_published(self.subject.file, hidden_marker(self._hidden)).at
        answer = Answer(first - sent, self.server.until_idle() - sent)
        settle(self.server.pid, self._quiet_s)
        return answer

    def save_watched(self) -> Answer:
        """Do the same while the compiler's memory is watched; watching costs time, so the seconds do not count."""
        with CompilerPeak(self.server.pid) as peak:
            sent = self._save()
            first = self.server.until_published(self.subject.file, marker(self._number)).at
            first_mb = peak.mb
            last = max((self._tests_at(), first))
            settle(self.server.pid, self._quiet_s)
        return Answer(first - sent, last - sent, first_mb, peak.mb)

    def begin(self) -> float:
        """Wait until the file as it was opened has its findings, in all variants; return when the first came."""
        at = self.server.until_published(self.subject.file, marker(self._number)).at
        self._tests_at()
        settle(self.server.pid, self._quiet_s)
        return at

    @property
    def resident_mb(self) -> float:
        """The memory of the server itself, without what it starts."""
        return resident_mb(self.server.pid)

    def _save(self, *, is_hidden: bool = False) -> float:
        before = (self._number, self._hidden)
        self._number, self._hidden = self._number + (not is_hidden), self._hidden + is_hidden
        self.server.forget()
        edit(self.server, self.subject, before, (self._number, self._hidden))
        time.sleep(_TYPED_S)
        self.subject.write(self._number, self._hidden)
        sent = time.perf_counter()
        document = {"uri": self.subject.file.as_uri()}
        self.server.notify("textDocument/didSave", {"textDocument": document})
        return sent

    def _tests_at(self) -> float:
        tests = (self.server.until_published(test, marker(self._number)).at for test in self.subject.tests)
        return max(tests, default=0.0)


def start_ours(go: Go, root: Path, *, log: Path | None = None, **settings: Any) -> Server:
    """Start our server on a workspace; `log` takes what it tells at level debug."""
    command = [sys.executable, "-P", "-m", "goescape_lsp"]
    if log is not None:
        command += ["--log-level", "debug", "--log-file", str(log)]
    every = OURS_SETTINGS | settings
    server = Server(command, go.environment, root, every)
    server.initialize(root, {"goescape": every})
    return server


def ours(go: Go, subject: Subject, log: Path | None = None) -> Contestant:
    """Return our server with the subject open and analysed."""
    contestant = Contestant(start_ours(go, subject.root, log=log, **_ONE_PACKAGE), subject, quiet_s=1.3)
    contestant.server.open(subject.file)
    contestant.begin()
    return contestant


def gopls(go: Go, program: Path, subject: Subject) -> Contestant:
    """Return gopls with the subject open and the compiler's details shown for its directory."""
    server = Server([str(program), "serve"], go.environment, subject.root, GOPLS_SETTINGS)
    server.initialize(subject.root, GOPLS_SETTINGS)
    contestant = Contestant(server, subject, quiet_s=0.5)
    server.open(subject.file)
    uri = subject.file.as_uri()
    server.request("workspace/executeCommand", {"command": "gopls.gc_details", "arguments": [uri]})
    contestant.begin()
    return contestant
