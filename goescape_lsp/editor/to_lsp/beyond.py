"""What a hover knows from beyond its file: stories that go on in other functions, and the rest of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from goescape_lsp.core.model import FileFacts, Finding
from goescape_lsp.core.story import Story


def _no_story(finding: Finding) -> Story | None:
    del finding
    return None


def _as_it_is(finding: Finding) -> Finding:
    return finding


def _never(finding: Finding) -> bool:
    del finding
    return False


@dataclass(frozen=True, slots=True)
class Beyond:
    """Where a hover looks beyond its file: `story` gives what is known of a finding's story, `package` all facts.

    `explained` gives a finding with its cause where that was asked for alone, `is_asking` says that it is being asked.
    """

    story: Callable[[Finding], Story | None] = _no_story
    package: Mapping[str, FileFacts] = field(default_factory=dict[str, FileFacts])
    explained: Callable[[Finding], Finding] = _as_it_is
    is_asking: Callable[[Finding], bool] = _never

    def findings(self) -> tuple[Finding, ...]:
        """Return all findings of the package."""
        return tuple(one for facts in self.package.values() for one in facts.findings)

    def texts(self) -> tuple[bytes, ...]:
        """Return the texts of the package's files."""
        return tuple(facts.content for facts in self.package.values())
