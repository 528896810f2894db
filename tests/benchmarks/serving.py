"""What the server itself takes: its start, its answers, how long it keeps a request waiting, whether it grows."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.benchmarks.client import LONGEST_WAIT_S, Message, Published, Server, ServerError
from tests.benchmarks.contestants import start_ours
from tests.benchmarks.numbers import Bound, Sample, table
from tests.benchmarks.source import write_dense, write_file, write_module
from tests.benchmarks.subjects import Subject, generated, marker
from tests.benchmarks.toolchain import Go
from tests.benchmarks.watch import resident_mb, settle

_STARTS = 5
_LOOK_UPS = 60
_HINTS = 15
_FILE_LINES = 5000
FINDINGS = 5000
_BESIDE = 25  # files that share the findings in the second case
_PING_EVERY_S = 0.002
_LOOK_S = 0.05
_OURS = b'"source":"goescape"'
_QUIET_S = 1.5
_EDITS_BETWEEN = 100  # edits between two look-ups
_WARM = 10  # the first tenth of the edits is not counted: caches fill
_NOWHERE = {"textDocument": {"uri": "file:///nowhere.go"}, "position": {"line": 0, "character": 0}}


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
    """Yield all figures; `edits` is how many edits the test for growth makes, `rounds` how often waits are measured."""
    root = work / "serving"
    write_module(root)
    yield Figure("import of the server", _import_s(go))
    yield Figure("start to the reply of initialize", Sample(tuple(_start_s(go, root) for _ in range(_STARTS))))
    file = write_file(root / "large", _FILE_LINES)
    large = generated("large", root, root / "large", file)
    yield from _answers(go, large, edits)
    for files in (1, _BESIDE):
        name = f"dense{files}"
        dense = generated(name, root, root / name, write_dense(root / name, FINDINGS, files))
        yield from _waits(go, dense, files, rounds)


def figure_tables(found: Iterable[Figure]) -> Iterable[str]:
    yield "The server itself, min / median"
    rows = ((one.what, one.sample.text(1, one.scale), one.unit) for one in found)
    yield table(("what", "min / median", "unit"), rows)


def figure_bounds(found: Iterable[Figure]) -> Iterable[Bound]:
    for one in found:
        if one.limit is not None:
            yield Bound(one.what, one.limit, one.sample.middle * one.scale, one.unit)


def _import_s(go: Go) -> Sample:
    """Return the seconds that importing the server takes, the start of Python itself taken off."""

    def run(program: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-P", "-c", program], check=True, env=go.environment)
        return time.perf_counter() - begun

    return Sample(tuple(run("import goescape_lsp.editor.serving") - run("pass") for _ in range(_STARTS)))


def _start_s(go: Go, root: Path) -> float:
    server = start_ours(go, root)
    server.close()
    return server.initialized_at - server.started_at


def _answers(go: Go, subject: Subject, edits: int) -> Iterable[Figure]:
    """Measure look-ups in one large file, then what 10,000 edits leave behind."""
    server = start_ours(go, subject.root)
    try:
        server.open(subject.file)
        found = server.until_published(subject.file, marker(0)).message()["diagnostics"]
        settle(server.pid, _QUIET_S)
        asked = found[:: max(1, len(found) // _LOOK_UPS)][:_LOOK_UPS]
        uri = {"uri": subject.file.as_uri()}
        yield Figure("hover", Sample(tuple(_hover_s(server, uri, one) for one in asked)), 5)
        yield Figure("code actions", Sample(tuple(_actions_s(server, uri, one) for one in asked)), 5)
        end = {"line": subject.text(0).count("\n"), "character": 0}
        whole = {"textDocument": uri, "range": {"start": {"line": 0, "character": 0}, "end": end}}
        hints = Sample(tuple(_asked_s(server, "textDocument/inlayHint", whole) for _ in range(_HINTS)))
        yield Figure(f"inlay hints of a file of {_FILE_LINES} lines", hints, 20)
        growth = _growth(server, subject, edits)
        yield Figure(f"memory after {edits} edits / after the first tenth", Sample((growth,)), 1.03, "times")
    finally:
        server.close()


def _hover_s(server: Server, uri: Message, found: Message) -> float:
    position = found["range"]["start"]
    return _asked_s(server, "textDocument/hover", {"textDocument": uri, "position": position})


def _actions_s(server: Server, uri: Message, found: Message) -> float:
    params = {"textDocument": uri, "range": found["range"], "context": {"diagnostics": [found]}}
    return _asked_s(server, "textDocument/codeAction", params)


def _asked_s(server: Server, method: str, params: Any) -> float:
    begun = time.perf_counter()
    at, _ = server.request(method, params)
    return at - begun


def _growth(server: Server, subject: Subject, edits: int) -> float:
    """Type and delete a letter over and over, look something up now and then; return how much the memory grew."""
    uri = subject.file.as_uri()
    line = subject.text(0)[: subject.text(0).index("// GoescapeBench ")].count("\n")
    warm = 0.0
    for number in range(edits):
        end = 3 if number % 2 == 0 else 4
        there = {"start": {"line": line, "character": 3}, "end": {"line": line, "character": end}}
        change = {"range": there, "text": "x" if number % 2 == 0 else ""}
        document = {"uri": uri, "version": number + 2}
        server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        if number % _EDITS_BETWEEN == 0 or number == edits - 1:
            server.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": there["start"]})
        if number == edits // _WARM:
            warm = resident_mb(server.pid)
    return resident_mb(server.pid) / warm if warm else float("nan")


def _waits(go: Go, subject: Subject, files: int, rounds: int) -> Iterable[Figure]:
    """Ask for next to nothing all the time while 5,000 findings are made and published; how long did one wait?"""
    waits = [_wait(go, subject) for _ in range(rounds)]
    where = f"{FINDINGS} findings in {files} file{'s' * (files > 1)}"
    around, all_along = (Sample(tuple(seconds)) for seconds in zip(*waits, strict=True))
    yield Figure(f"{where}: longest wait of a request at publishing", around, 20)
    yield Figure(f"{where}: longest wait, analysis included", all_along)


def _wait(go: Go, subject: Subject) -> tuple[float, float]:
    """Return the longest wait around a publication, and of all, from opening the file until all findings are out."""
    server = start_ours(go, subject.root, show="all")
    try:
        with _Pinger(server) as pinger:
            server.open(subject.file)
            published = _all_published(server)
    finally:
        server.close()
    count = sum(len(one.message()["diagnostics"]) for one in _last_of_each(published))
    if count < FINDINGS:
        raise ServerError(f"only {count} findings were published")
    return pinger.longest_around([one.at for one in published]), pinger.longest


def _all_published(server: Server) -> list[Published]:
    """Wait until all findings are out; the bodies are not read yet, which would keep the requests waiting."""
    end = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < end:
        published = server.published()
        if sum(one.body.count(_OURS) for one in published) >= FINDINGS:
            return published
        time.sleep(_LOOK_S)
    raise ServerError(f"never came: {FINDINGS} findings")


def _last_of_each(published: Iterable[Published]) -> Iterable[Published]:
    return {one.message()["uri"]: one for one in published}.values()


class _Pinger:
    """Sends a small request every two milliseconds, and notes when each was sent and answered."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._waits: list[tuple[float, float]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._ping, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    @property
    def longest(self) -> float:
        return max(answered - sent for sent, answered in self._waits)

    def longest_around(self, moments: list[float]) -> float:
        """Return the longest wait of the requests during which, or just before whose answer, something happened."""
        around = [done - sent for sent, done in self._waits if any(sent <= moment <= done for moment in moments)]
        return max(around, default=0.0)

    def _ping(self) -> None:
        while not self._is_over.wait(_PING_EVERY_S):
            sent = time.perf_counter()
            answered, _ = self._server.request("textDocument/hover", _NOWHERE)
            self._waits.append((sent, answered))
