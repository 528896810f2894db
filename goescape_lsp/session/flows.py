"""The causes of findings that were told without: the compiler is asked about one function when somebody looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from goescape_lsp.core.model import FileFacts, Finding, Job, Lines, Rule, Span, Verdict
from goescape_lsp.core.ports import Compiler, Files
from goescape_lsp.session.analyse import analyse
from goescape_lsp.session.snapshot import directory_of, is_test

_WHOLE_FILE = 10**9
_Key = tuple[str, Span, Verdict, str, str]


@dataclass(slots=True)
class _Directory:
    """The lines of a directory that the compiler was asked about, is being asked about, and what it said."""

    asked: set[Lines]
    running: set[Lines]
    found: dict[_Key, Finding]


class Flows:
    """Explains findings; all methods are called on the event loop.

    `compiler` gives the compiler in force, `go_version` its version.
    """

    def __init__(self, compiler: Callable[[], Compiler], go_version: Callable[[], str], files: Files) -> None:
        self._compiler = compiler
        self._go_version = go_version
        self._files = files
        self._directories: dict[str, _Directory] = {}
        self._one_by_one = asyncio.Lock()

    def forget(self, directory: str) -> None:
        """Forget what was said of a directory: it was compiled anew."""
        self._directories.pop(directory, None)

    def explained(self, finding: Finding) -> Finding:
        """Return a finding with its cause and flow, as far as they are known."""
        if finding.rule is not Rule.UNEXPLAINED:
            return finding
        told = self._of(finding).found.get(_key(finding))
        if told is None:
            return finding
        return replace(
            finding,
            cause=told.cause,
            rule=told.rule,
            flow=told.flow,
            lines=told.lines,
            decided_at=told.decided_at,
            callee=told.callee,
            decided_in=told.decided_in,
            is_of_other=told.is_of_other,
            keeper=told.keeper,
            is_captured=told.is_captured,
            is_by_reference=told.is_by_reference,
            instances=told.instances,
        )

    def is_due(self, finding: Finding, facts: FileFacts) -> bool:
        """Say whether the compiler can still be asked why."""
        is_open = self.explained(finding).rule is Rule.UNEXPLAINED
        return is_open and _lines(finding, facts) not in self._of(finding).asked

    def is_asking(self, finding: Finding, facts: FileFacts) -> bool:
        """Say whether the compiler is being asked why."""
        return _lines(finding, facts) in self._of(finding).running

    async def ask(self, finding: Finding, facts: FileFacts, job: Job) -> None:
        """Ask about the function of a finding, as `job` says; return when the answer is known, if there is one."""
        known, lines = self._of(finding), _lines(finding, facts)
        async with self._one_by_one:
            if lines in known.asked:
                return
            known.running.add(lines)
            try:
                known.found |= await self._answer(lines, facts, job)
                known.asked.add(lines)
            finally:
                known.running.discard(lines)

    async def _answer(self, lines: Lines, facts: FileFacts, job: Job) -> dict[_Key, Finding]:
        order = replace(job, tests=is_test(facts.path), assembly=False, explained=lines)
        run = await self._compiler().compile(order)
        if any(one.problems for one in run.compiled):
            return {}
        analysis = await asyncio.to_thread(analyse, run, self._reader(job), self._go_version())
        read = analysis.files.get(facts.path)
        if read is None or read.content != facts.content:
            return {}
        inside = (one for one in read.findings if lines.first <= one.span.line <= lines.last)
        return {_key(one): one for one in inside if one.is_heap and one.flow}

    def _reader(self, job: Job) -> Callable[[str], bytes | None]:
        return lambda path: job.overlay[path] if path in job.overlay else self._files.read(path)

    def _of(self, finding: Finding) -> _Directory:
        directory = directory_of(finding.file)
        if directory not in self._directories:
            self._directories[directory] = _Directory(set(), set(), {})
        return self._directories[directory]


def _key(finding: Finding) -> _Key:
    return (finding.file, finding.span, finding.verdict, finding.subject, finding.inlined_from)


def _lines(finding: Finding, facts: FileFacts) -> Lines:
    """Return the lines whose explanations lead to a finding's cause: its function's, outside of all the whole file."""
    line = finding.span.line
    around = (one.span for one in facts.functions if one.span.line <= line <= one.span.end_line)
    span = next(around, Span(1, 1, _WHOLE_FILE, 1))
    return Lines(finding.file, span.line, span.end_line)
