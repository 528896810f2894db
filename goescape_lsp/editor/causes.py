"""Asks for the causes of findings that were told without, of what the editor shows and the session knows."""

from __future__ import annotations

from goescape_lsp.core.model import FileFacts, Finding
from goescape_lsp.session.run import job_for
from goescape_lsp.session.session import Session
from goescape_lsp.session.snapshot import directory_of

_TRIES = 2
"""A run that ends meanwhile makes the answer one about older findings."""


def is_wanted(session: Session, finding: Finding) -> bool:
    """Say whether the compiler can still be asked why."""
    facts = _compiled(session, finding)
    return facts is not None and session.flows.is_due(finding, facts)


def is_asked(session: Session, finding: Finding) -> bool:
    """Say whether the compiler is being asked why."""
    facts = _compiled(session, finding)
    return facts is not None and session.flows.is_asking(finding, facts)


async def ask(session: Session, finding: Finding) -> None:
    """Ask the compiler why; return when `Flows.explained` knows it, if it can be known."""
    for _ in range(_TRIES):
        facts = _compiled(session, finding)
        if facts is None or not session.flows.is_due(finding, facts):
            return
        directory = directory_of(finding.file)
        texts = ((path, session.text(path)) for path in session.snapshot.packages[directory].files)
        overlay = {path: text for path, text in texts if text is not None}
        await session.flows.ask(finding, facts, job_for(directory, session.settings, overlay))


def _compiled(session: Session, finding: Finding) -> FileFacts | None:
    """Return the facts of a finding's file, None where the buffer is not what was compiled."""
    facts = session.snapshot.facts(finding.file)
    return facts if facts is session.facts(finding.file) else None
