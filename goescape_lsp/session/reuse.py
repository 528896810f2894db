"""What one analysis leaves for the next: facts by file, and all that they were drawn from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from goescape_lsp.core.assembly import Assembly, split_assembly
from goescape_lsp.core.blocks import NOTHING_SAID, Index
from goescape_lsp.core.classify import Classifier
from goescape_lsp.core.common import Common, common_of, runs_of
from goescape_lsp.core.model import Compiled, FileFacts, Finding, Package, Span
from goescape_lsp.core.parse import Located, Parsed, parse_text
from goescape_lsp.session.places import Placer
from goescape_lsp.syntax.shapes import Shapes
from goescape_lsp.syntax.source import Source

WHOLE = "*"
"""The unit of a run in which `//line` directives rename lines: a printed name does not tell the file then."""

Stamp = tuple[object, ...]
Sites = dict[tuple[str, Span, str, str], Finding]
Inlining = dict[tuple[str, Span], str]
Lines = dict[str, tuple[bytes, Common]]
"""By unit: a digest of its lines, and what they say for all."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the facts of every file of a run depend on, besides its own text and its own lines.

    `packages` are the build variants, each with whether it compiled; `outlines` what the files of a package show each
    other; `common` what the lines of each variant say for all files.
    """

    packages: tuple[tuple[Package, bool], ...]
    paths: tuple[str, ...]
    outlines: tuple[tuple[tuple[str, bytes], ...], ...]
    common: tuple[Common, ...]
    is_weighed: bool
    go_version: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The facts of one unit (a file, or all of them) and what they were drawn from.

    `stamp` is the unit's own text and lines, `seen` the stamps of other units that were looked into. `has_append` says
    whether the compiler speaks of an `append` there.
    """

    stamp: Stamp
    seen: tuple[tuple[str, Stamp], ...]
    facts: Mapping[str, FileFacts]
    unknown: tuple[str, ...]
    has_append: bool
    shapes: Mapping[str, Shapes]


@dataclass(frozen=True, slots=True)
class Remembered:
    """One analysis, for the next one; `lines` are those of each variant."""

    frame: Frame | None = None
    has_append: bool = False
    kept: Mapping[str, Kept] = field(default_factory=dict[str, Kept])
    lines: tuple[Lines, ...] = ()

    @property
    def size(self) -> int:
        """Return how many findings are kept."""
        return sum(len(facts.findings) for kept in self.kept.values() for facts in kept.facts.values())


NOTHING = Remembered()


class Output:
    """The output of one compile, cut by unit; a unit's lines are parsed when somebody asks for them."""

    def __init__(self, compiled: Compiled, placer: Placer) -> None:
        self.package = compiled.package
        self.is_good = not compiled.problems
        self._located: Located = placer.of(compiled.package)
        messages, self.assembly = split_assembly(compiled.text)
        self._texts = {WHOLE: messages} if placer.has_directives else self._cut(messages)
        self._parsed: dict[str, Parsed] = {}
        self._indexes: dict[str, Index] = {}

    def _cut(self, messages: bytes) -> dict[str, bytes]:
        pieces: dict[str, list[bytes]] = {}
        units: dict[str, str] = {"": ""}
        for printed, piece in runs_of(messages):
            if printed not in units:
                units[printed] = self._located(printed, 1, 0).file
            pieces.setdefault(units[printed], []).append(piece)
        return {unit: b"".join(found) for unit, found in pieces.items()}

    @property
    def units(self) -> Iterable[str]:
        """The units that lines stand in; "" for lines that belong to no file of the run."""
        return self._texts

    def digest(self, unit: str) -> bytes:
        """Return a digest of a unit's lines."""
        return blake2b(self._texts.get(unit, b""), digest_size=16).digest()

    def parsed(self, unit: str) -> Parsed:
        """Return what the lines of a unit say."""
        if unit not in self._parsed:
            self._parsed[unit] = parse_text(self._texts.get(unit, b""), self._located)
        return self._parsed[unit]

    def common(self, unit: str) -> Common:
        """Return what the lines of a unit say for all others."""
        return common_of(self.parsed(unit))

    def index(self, unit: str) -> Index:
        """Return the explanations in a unit's lines."""
        if unit not in self._texts:
            return NOTHING_SAID
        if unit not in self._indexes:
            self._indexes[unit] = Index(self.parsed(unit))
        return self._indexes[unit]


class Seen:
    """Notes which units the facts of one unit were drawn from."""

    def __init__(self, own: str, unit_of: Callable[[str], str]) -> None:
        self._own = own
        self._unit_of = unit_of
        self.units: dict[str, None] = {}

    def unit(self, path: str) -> str:
        """Return the unit of a path that is looked into."""
        unit = self._unit_of(path)
        if unit != self._own:
            self.units[unit] = None
        return unit


@dataclass(frozen=True, slots=True)
class Draft:
    """What the compiler says of the files of a unit; `seen` are the other units that it was drawn from."""

    findings: tuple[Finding, ...]
    inlining: Inlining
    unknown: tuple[str, ...]
    seen: tuple[str, ...]
    has_append: bool


@dataclass(frozen=True, slots=True)
class Classifiers:
    """Makes the classifier of one compile for one unit; it notes what it looks into."""

    outputs: Sequence[Output]
    common: Sequence[Common]
    sources: Mapping[str, Source]
    unit_of: Callable[[str], str]

    def of(self, index: int, seen: Seen) -> Classifier:
        """Return the classifier for the output with this index."""
        output = self.outputs[index]

        def indexed(path: str) -> Index:
            return output.index(seen.unit(path))

        def syntax(path: str) -> Source | None:
            seen.unit(path)
            return self.sources.get(path)

        return Classifier(indexed, self.common[index], syntax)


def holds(kept: Kept | None, stamps: Mapping[str, Stamp], unit: str) -> bool:
    """Say whether all that a unit's facts were drawn from, within the same frame, is as it was."""
    if kept is None or kept.stamp != stamps[unit]:
        return False
    return all(stamps.get(other) == stamp for other, stamp in kept.seen)


def calls_by_file(assembly: Assembly) -> Mapping[str, Assembly]:
    """Return the machine code's calls by the file that they stand in."""
    found: dict[str, dict[tuple[str, int], frozenset[str]]] = {}
    for place, names in assembly.calls.items():
        found.setdefault(place[0], {})[place] = names
    return {file: Assembly(calls) for file, calls in found.items()}


def digest_of_calls(assembly: Assembly | None) -> bytes:
    """Return a digest of calls, b"" for none."""
    if assembly is None:
        return b""
    spelled: dict[frozenset[str], str] = {}
    for names in assembly.calls.values():
        if names not in spelled:
            spelled[names] = ",".join(sorted(names))
    lines = sorted((line, spelled[names]) for (_, line), names in assembly.calls.items())
    return blake2b(repr(lines).encode(), digest_size=16).digest()
