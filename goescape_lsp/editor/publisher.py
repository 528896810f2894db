"""Sends diagnostics: only what changed, a few files at a time so that the loop stays free for requests."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from goescape_lsp.core.model import Problem, ProblemKind
from goescape_lsp.core.words import Locale, problems
from goescape_lsp.core.words import server as words
from goescape_lsp.editor.changes import Changes
from goescape_lsp.editor.documents import Documents
from goescape_lsp.editor.reporter import POPUPS, Wire
from goescape_lsp.editor.stdio import Prepared
from goescape_lsp.editor.to_lsp.diagnostics import Note, diagnostics, note_diagnostics
from goescape_lsp.editor.to_lsp.remarks import remark_diagnostics
from goescape_lsp.editor.to_lsp.view import View
from goescape_lsp.session.session import Session
from goescape_lsp.session.snapshot import PackageState, directory_of

log = logging.getLogger(__name__)

PUBLISH = "textDocument/publishDiagnostics"


class Publisher:
    """Keeps the editor's diagnostics equal to the session's facts.

    `view` gives the circumstances of an answer, asked anew for each round of publishing.
    """

    def __init__(
        self, session: Session, documents: Documents, view: Callable[[], View], changes: Changes, wire: Wire
    ) -> None:
        self._session = session
        self._documents = documents
        self._view = view
        self._changes = changes
        self._send = wire.send
        self._start = wire.start
        self._sent: dict[str, tuple[str, bytes]] = {}
        self._due: dict[str, None] = {}
        self._noted: dict[str, tuple[Note, ...]] = {}
        self._round: asyncio.Task[None] | None = None

    def changed(self, paths: Iterable[str]) -> None:
        """Publish what is new for these files soon; files whose notes changed are added."""
        notes = notes_by_path(self._session.snapshot.packages.values(), self._documents.paths(), self._view().locale)
        stale = {path for path in {*notes, *self._noted} if notes.get(path) != self._noted.get(path)}
        self._noted = notes
        self._due.update(dict.fromkeys((*paths, *sorted(stale))))
        if self._due and (self._round is None or self._round.done()):
            self._round = self._start(self._publish())

    def all_changed(self) -> None:
        """Publish anew every file that has or had diagnostics: settings or the language changed."""
        known = (path for state in self._session.snapshot.packages.values() for path in state.files)
        self.changed((*known, *self._sent))

    def opened(self, path: str) -> None:
        """Move a file's diagnostics to the URI that the client spells, if it spells it otherwise than we did."""
        sent = self._sent.get(path)
        if sent is not None and sent[0] != self._documents.uri(path):
            self._send(PUBLISH, {"uri": sent[0], "diagnostics": []})
            del self._sent[path]
            self.changed((path,))

    async def _publish(self) -> None:
        view = self._view()
        while self._due:
            # Open files first: they are what the user looks at.
            path = next((one for one in self._due if self._documents.get(one)), None) or next(iter(self._due))
            del self._due[path]
            if view.settings is not self._session.settings:
                view = self._view()
            if view.settings.changed_only:
                await self._changes.learn(path)
            await self._publish_one(path, view)
            if (phases := self._session.phases(directory_of(path))) is not None:
                log.debug("save phases: %s, publish %.1f ms", phases, (time.monotonic() - phases.ended) * 1000)
            await asyncio.sleep(0)

    async def _publish_one(self, path: str, view: View) -> None:
        document, uri = self._documents.get(path), self._documents.uri(path)
        # Those of a file that nobody has open may be packed.
        snapshot = self._session.snapshot
        facts = self._session.facts(path) if document else await asyncio.to_thread(snapshot.facts, path)
        # Spelled out a few at a time, and only once: what is left at the end is to join them.
        bodies: list[bytes] = []
        for some in diagnostics(facts, view) if facts else ():
            bodies += [orjson.dumps(some)[1:-1]] if some else []
            await asyncio.sleep(0)
        if path in self._due or self._documents.uri(path) != uri:
            self._due[path] = None  # something changed meanwhile: its turn comes again
            return
        rest: list[dict[str, Any]] = []
        if facts:
            rest += remark_diagnostics(facts, view, is_stale=self._session.snapshot.is_stale(path))
        if (notes := self._noted.get(path)) and (ruler := view.ruler(path)):
            rest += note_diagnostics(notes, ruler)
        bodies += [orjson.dumps(rest)[1:-1]] if rest else []
        body = b"[%b]" % b",".join(bodies)
        stamp = (uri, hashlib.blake2b(body, digest_size=16).digest() if bodies else b"")
        if self._sent.get(path, (uri, b"")) == stamp:
            return
        if bodies:
            self._sent[path] = stamp
        else:
            self._sent.pop(path, None)
        params: dict[str, Any] = {"uri": uri, "diagnostics": Prepared(body)}
        if document is not None:
            params["version"] = document.version
        self._send(PUBLISH, params)


def notes_by_path(
    states: Iterable[PackageState], open_paths: Iterable[str], locale: Locale
) -> dict[str, tuple[Note, ...]]:
    """Return one note for each package that cannot be judged, and one for each open file that is not built.

    Shape: at the place of the first error; where there is none, at the top of an open file of the package.
    """
    by_directory = {directory_of(path): path for path in sorted(open_paths, reverse=True)}
    notes: dict[str, tuple[Note, ...]] = {}
    for state in states:
        for problem in _worth_a_note(state):
            is_placed = bool(problem.line and os.path.isabs(problem.file))  # noqa: PTH117 - the text, not the disk
            is_own = is_placed or problem.kind is ProblemKind.NOT_BUILT
            path = problem.file if is_own else by_directory.get(state.directory, "")
            if path:
                place = (problem.line, problem.column) if is_placed else (1, 0)
                notes.setdefault(path, (_note(problem, place, state, locale),))
    return notes


def standing_problem(states: Iterable[PackageState]) -> Problem | None:
    """Return the first problem that keeps a package from being judged, None when nothing does."""
    every = (problem for state in states for problem in _worth_a_note(state))
    return next((problem for problem in every if problem.kind is not ProblemKind.NOT_BUILT), None)


def _worth_a_note(state: PackageState) -> tuple[Problem, ...]:
    """Return the problem that keeps a package from being judged, one with a place first, and its files left out."""
    left_out = tuple(one for one in state.problems if one.kind is ProblemKind.NOT_BUILT)
    if state.files and not state.is_stale:
        return left_out
    rest = [one for one in state.problems if one.kind not in {*POPUPS, ProblemKind.NOT_BUILT, ProblemKind.UNEXPLAINED}]
    return (*sorted(rest, key=lambda one: not one.line)[:1], *left_out)


def _note(problem: Problem, place: tuple[int, int], state: PackageState, locale: Locale) -> Note:
    reason = problems.sentence(problem, locale)
    if problem.kind is ProblemKind.NOT_BUILT:
        return Note(*place, reason, "not-built", "hint")
    if state.files:
        return Note(*place, words.text("stale", locale, reason=reason), "stale")
    return Note(*place, words.text("blank", locale, reason=reason), "not-analysed")
