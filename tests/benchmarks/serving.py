"""What the server itself takes: its start, its answers, how long its loop stands still, whether it grows."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from tests.benchmarks import heartbeat
from tests.benchmarks.client import LONGEST_WAIT_S, Message, Published, Server, ServerError
from tests.benchmarks.contestants import OURS_SETTINGS, start_ours
from tests.benchmarks.heartbeat import Stall
from tests.benchmarks.numbers import Bound, Sample, table
from tests.benchmarks.source import write_dense, write_file, write_module
from tests.benchmarks.subjects import Subject, generated, marker
from tests.benchmarks.toolchain import Go
from tests.benchmarks.watch import resident_mb, settle

_STARTS = 5
_LOOK_UPS = 60
_FILE_LINES = 5000
FINDINGS = 5000
_BESIDE = 25  # files that share the findings in the second case
_PING_EVERY_S = 0.002
_LOOK_S = 0.05
_OURS = b'"source":"goescape"'
_QUIET_S = 1.5
_EDITS_BETWEEN = 100  # edits between two rounds of look-ups
_WARM = 10  # the first tenth of the edits is not counted: caches fill
_MOST_OPENINGS = 3
_LANGUAGES = ("zh-cn", "en")


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table: a name, its values in seconds (or as `unit` says), and what is promised of the median."""

    what: str
    sample: Sample
    limit: float | None = None
    unit: str = "ms"

    @property
    def scale(self) -> float:
        return 1000 if self.unit == "ms" else 1


def figures(go: Go, work: Path, edits: int, rounds: int) -> Iterable[Figure]:
    """Yield all figures; `edits` is how many edits the test for growth makes, `rounds` how often stalls are."""
    root = work / "serving"
    write_module(root)
    yield Figure("import of the server", _import_s(go))
    yield from _starts(go, root)
    file = write_file(root / "large", _FILE_LINES)
    yield from _answers(go, generated("large", root, root / "large", file), edits)
    for files in (1, _BESIDE):
        name = f"dense{files}"
        dense = generated(name, root, root / name, write_dense(root / name, FINDINGS, files))
        yield from _stalls(go, dense, files, rounds)


def figure_tables(found: Iterable[Figure]) -> Iterable[str]:
    yield "The server itself"
    yield table(("what", "min", "median", "worst", "unit"), map(_row, found))


def figure_bounds(found: Iterable[Figure]) -> Iterable[Bound]:
    for one in found:
        if one.limit is not None:
            yield Bound(one.what, one.limit, one.sample.middle * one.scale, one.unit)


def _row(one: Figure) -> tuple[str, ...]:
    values = (one.sample.least, one.sample.middle, one.sample.most)
    return (one.what, *(f"{value * one.scale:.{2 if one.unit == 'times' else 1}f}" for value in values), one.unit)


def _import_s(go: Go) -> Sample:
    """Return the seconds that importing the server takes, the start of Python itself taken off."""

    def run(program: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-P", "-c", program], check=True, env=go.environment)
        return time.perf_counter() - begun

    return Sample(tuple(run("import goescape_lsp.editor.serving") - run("pass") for _ in range(_STARTS)))


def _starts(go: Go, root: Path) -> Iterable[Figure]:
    seconds: list[float] = []
    memory: list[float] = []
    for _ in range(_STARTS):
        server = start_ours(go, root)
        memory.append(resident_mb(server.pid))
        server.close()
        seconds.append(server.initialized_at - server.started_at)
    yield Figure("start to the reply of initialize", Sample(tuple(seconds)))
    yield Figure("memory after initialize", Sample(tuple(memory)), unit="MB")


def _answers(go: Go, subject: Subject, edits: int) -> Iterable[Figure]:
    """Measure look-ups in one large file, as it was saved and right after edits, then what 10,000 edits leave."""
    server = start_ours(go, subject.root)
    try:
        editor = _Editor(server, subject)
        yield Figure(f"memory with a file of {_FILE_LINES} lines", Sample((resident_mb(server.pid),)), unit="MB")
        for when, prepare in (("", _nothing), (", right after an edit", editor.edit)):
            for what, ask in (("hover", editor.hover), ("code actions", editor.actions), ("at a place", editor.place)):
                name = "code actions of a place" if what == "at a place" else what
                yield Figure(name + when, editor.asked(ask, prepare), 5.0)
            name = f"inlay hints of a file of {_FILE_LINES} lines{when}"
            yield Figure(name, editor.asked(editor.hints, prepare), 20.0)
        yield from _growth(editor, edits)
    finally:
        server.close()


def _below(found: Message) -> Message:
    """Return a diagnostic one line further down, as editors move them."""
    span = found["data"]["span"]
    ends = {name: {**place, "line": place["line"] + 1} for name, place in found["range"].items()}
    data = {**found["data"], "span": [span[0] + 1, span[1], span[2] + 1, span[3]]}
    return {**found, "range": ends, "data": data}


def _nothing() -> None:
    """Change nothing before a look-up."""


class _Editor:
    """A large file in an editor: types and deletes a letter in a comment near the top, and looks things up below.

    Once edited it has a line more than when it was saved, so that nothing stands where it stood. Each look-up
    has to find something, or the figure would be that of an empty answer.
    """

    def __init__(self, server: Server, subject: Subject) -> None:
        self.server = server
        self._file = subject.file
        self._uri = {"uri": subject.file.as_uri()}
        server.open(subject.file)
        server.until_published(subject.file, marker(0))
        settle(server.pid, _QUIET_S)
        found = server.published()[-1].message()["diagnostics"]
        self._places: list[Message] = found[:: max(1, len(found) // _LOOK_UPS)][:_LOOK_UPS]
        text = subject.text(0)
        self._line = text[: text.index("// GoescapeBench ")].count("\n")
        self._last = text.count("\n")
        self._edits = 0

    def edit(self) -> None:
        """Type a letter, or delete it; the first time a line."""
        is_typed = self._edits % 2 == 1
        there = {"line": self._line, "character": 3}
        end = {"line": self._line, "character": 4} if self._edits and not is_typed else there
        text = "x" if is_typed else "" if self._edits else "a line\n// "
        change = {"range": {"start": there, "end": end}, "text": text}
        self._edits += 1
        document = {**self._uri, "version": self._edits + 1}
        self.server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def asked(self, ask: Callable[[Message], tuple[float, Any]], prepare: Callable[[], None]) -> Sample:
        """Return how long an answer takes at each place; what comes before it is part of the time."""
        seconds: list[float] = []
        for saved in self._places:
            place = _below(saved) if self._edits or prepare is not _nothing else saved
            begun = time.perf_counter()
            prepare()
            at, answer = ask(place)
            seconds.append(at - begun)
            if not answer:
                raise ServerError(f"nothing was found at {place['range']}")
        return Sample(tuple(seconds))

    def hover(self, found: Message) -> tuple[float, Any]:
        return self._request("hover", position=found["range"]["start"])

    def actions(self, found: Message) -> tuple[float, Any]:
        return self._request("codeAction", range=found["range"], context={"diagnostics": [found]})

    def place(self, found: Message) -> tuple[float, Any]:
        """Ask for code actions of a place without a diagnostic, as editors do where the cursor goes."""
        return self._request("codeAction", range=found["range"], context={"diagnostics": []})

    def hints(self, found: Message) -> tuple[float, Any]:
        del found
        end = {"line": self._last, "character": 0}
        return self._request("inlayHint", range={"start": {"line": 0, "character": 0}, "end": end})

    def look_around(self) -> None:
        """Ask for everything once."""
        for ask in (self.hover, self.actions, self.place, self.hints):
            ask(_below(self._places[self._edits // _EDITS_BETWEEN % len(self._places)]))

    def _request(self, name: str, **params: Any) -> tuple[float, Any]:
        return self.server.request(f"textDocument/{name}", {"textDocument": self._uri, **params})


def _growth(editor: _Editor, edits: int) -> Iterable[Figure]:
    """Edit over and over, look things up now and then; tell what an edit takes, and how much the memory grew."""
    seconds: list[float] = []
    begun, warm = time.perf_counter(), 0.0
    for number in range(1, edits + 1):
        editor.edit()
        if number % _EDITS_BETWEEN == 0 or number == edits:
            # The answer comes after all edits before it.
            editor.server.request("textDocument/hover", _NOWHERE)
            seconds.append((time.perf_counter() - begun) / _EDITS_BETWEEN)
            editor.look_around()
            begun = time.perf_counter()
        if number == max(1, edits // _WARM):
            warm = resident_mb(editor.server.pid)
    yield Figure(f"an edit of a file of {_FILE_LINES} lines", Sample(tuple(seconds)))
    growth = resident_mb(editor.server.pid) / warm if warm else float("nan")
    yield Figure(f"memory after {edits} edits / after the first tenth", Sample((growth,)), 1.03, "times")


def _stalls(go: Go, subject: Subject, files: int, rounds: int) -> Iterable[Figure]:
    """Look into the loop while 5,000 findings are made and published, and while they are published again."""
    where = f"{FINDINGS} findings in {files} file{'s' * (files > 1)}"
    first, again, waits = list[Stall](), list[Stall](), list[float]()
    notes = subject.root / f"{subject.name}.txt"
    for _ in range(min(rounds, _MOST_OPENINGS)):
        server = _start_with_heart(go, subject.root, notes)
        try:
            with _Pinger(server) as pinger:
                first.append(_longest_stall(server, notes, partial(server.open, subject.file)))
            waits += pinger.waits
            settle(server.pid, _QUIET_S)
            for language in _LANGUAGES * 2:
                again.append(_longest_stall(server, notes, partial(_speak, server, language)))
                settle(server.pid, _LOOK_S)
        finally:
            server.close()
    for stalls, limit, what in ((again, 20, "while they are published"), (first, None, "from opening to all findings")):
        wall, own = Sample(tuple(one.seconds for one in stalls)), Sample(tuple(one.used_s for one in stalls))
        yield Figure(f"{where}: longest stall of the loop {what}", wall, limit)
        yield Figure(f"{where}: the loop's own work in it", own)
    sample = Sample(tuple(waits))
    for share in (50, 99):
        yield Figure(f"{where}: a request meanwhile, {share} of 100 within", Sample((sample.share(share),)))


def _start_with_heart(go: Go, root: Path, notes: Path) -> Server:
    settings = OURS_SETTINGS | {"show": "all"}
    command = [sys.executable, "-P", heartbeat.__file__, str(notes)]
    server = Server(command, {**go.environment, "GOESCAPE_CACHE": "off"}, root, settings)
    server.initialize(root, {"goescape": settings})
    return server


def _speak(server: Server, language: str) -> None:
    """Change the language, so that every finding is published anew and nothing is analysed."""
    settings = OURS_SETTINGS | {"show": "all", "locale": language}
    server.notify("workspace/didChangeConfiguration", {"settings": {"goescape": settings}})


def _longest_stall(server: Server, notes: Path, begin: Callable[[], None]) -> Stall:
    """Do something that publishes all findings; return the longest stall until the last publication was there.

    Shape: where none was worth noting, the least that would have been.
    """
    server.forget()
    notes.touch()
    time.sleep(2 * heartbeat.PAUSE_S)
    begun = time.perf_counter()
    begin()
    latest = _all_published(server)
    end = max(one.at for one in latest)
    count = sum(len(one.message()["diagnostics"]) for one in latest)
    if count < FINDINGS:
        raise ServerError(f"only {count} findings were published")
    found = heartbeat.stalls(notes, begun, end)
    notes.unlink()
    unseen = Stall(begun, begun + heartbeat.WORTH_NOTING_S, heartbeat.WORTH_NOTING_S)
    return max(found, key=lambda one: one.seconds, default=unseen)


def _all_published(server: Server) -> list[Published]:
    """Wait until all findings are out, and return the newest of each file.

    The bodies are not read before that: it would keep the requests waiting.
    """
    end = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < end:
        published = server.published()
        if sum(one.body.count(_OURS) for one in published) >= FINDINGS:
            return [*{one.message()["uri"]: one for one in published}.values()]
        time.sleep(_LOOK_S)
    raise ServerError(f"never came: {FINDINGS} findings")


_NOWHERE = {"textDocument": {"uri": "file:///nowhere.go"}, "position": {"line": 0, "character": 0}}


class _Pinger:
    """Sends a small request every two milliseconds, and notes how long the answer took."""

    def __init__(self, server: Server) -> None:
        self.waits: list[float] = []
        self._server = server
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._ping, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _ping(self) -> None:
        while not self._is_over.wait(_PING_EVERY_S):
            sent = time.perf_counter()
            answered, _ = self._server.request("textDocument/hover", _NOWHERE)
            self.waits.append(answered - sent)
