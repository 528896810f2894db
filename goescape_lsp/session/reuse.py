"""What one analysis leaves for the next: facts by file, and all that they were drawn from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from goescape_lsp.core.assembly import Assembly, split_assembly
from goescape_lsp.core.below import Move, finding_below, function_below, place_below
from goescape_lsp.core.blocks import NOTHING_SAID, Index
from goescape_lsp.core.classify import Classifier
from goescape_lsp.core.common import Common, common_of, runs_of
from goescape_lsp.core.model import Compiled, FileFacts, Finding, Function, Package, Place, Span
from goescape_lsp.core.naming import Told
from goescape_lsp.core.parse import Located, Parsed, parse_text
from goescape_lsp.core.parts import NO_LINES, OUTSIDE, Landmarks, Part, Stretch, Stretches, cut
from goescape_lsp.session.places import Placer
from goescape_lsp.syntax.outline import Outline
from goescape_lsp.syntax.source import Source

WHOLE = "*"
"""The file of a run in which `//line` directives rename lines: a printed name does not tell the file then."""

Unit = tuple[str, bytes]
"""A file and the key of a stretch of it, or `OUTSIDE`: what is judged at once."""

Stamp = tuple[object, ...]
_Piece = tuple[bytes, bytes]
Sites = dict[tuple[str, Span, str, str], Finding]


@dataclass(frozen=True, slots=True)
class Frame:
    """What must be the same for anything that is kept to be of use.

    `packages` are the build variants, each with whether it compiled, and was asked for its verdicts alone; `uintptrs`
    the places of `Common` in each.
    """

    packages: tuple[tuple[Package, bool, bool], ...]
    paths: tuple[str, ...]
    uintptrs: tuple[frozenset[Place], ...]
    is_weighed: bool
    go_version: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What the compiler says of one unit; `seen` are the other units that it was drawn from.

    `reach` are the files and names of all stretches that it has places of, its own among them. `functions` are those
    that are declared in it, by file. `has_append` says whether the compiler speaks of an `append` there. `calls` are
    the functions whose result callers keep there: their directory and name. `named` is how the compiler calls what has
    no name of its own in the source, by place.
    """

    findings: tuple[Finding, ...]
    functions: Mapping[str, tuple[Function, ...]]
    unknown: tuple[str, ...]
    seen: tuple[tuple[Unit, Stamp], ...]
    reach: frozenset[tuple[str, bytes]]
    has_append: bool
    calls: frozenset[tuple[str, str]]
    named: Told

    @property
    def is_fixed(self) -> bool:
        """Say whether it holds only where nothing moved: the lines outside of stretches tell their places as they are.

        Unknown lines are told as they were printed.
        """
        return bool(self.unknown) or any(key == OUTSIDE for (_, key), _ in self.seen)

    def below(self, rows: int, move: Move) -> Draft:
        """Return the draft as many lines further down, with what it leads to where that is now."""
        return replace(
            self,
            findings=tuple(finding_below(one, rows, move) for one in self.findings),
            functions={path: tuple(function_below(one, rows) for one in of) for path, of in self.functions.items()},
            named={place_below(place, rows): names for place, names in self.named.items()},
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    """The draft of a unit and its lines: their digest and meaning for all in each output."""

    digests: tuple[bytes, ...]
    commons: tuple[Common, ...]
    draft: Draft


@dataclass(frozen=True, slots=True)
class Kept:
    """The facts of one file (or of all) and what they were drawn from.

    `stamp` is the file's own text and lines, `head` what all its functions can see of it. `commons` is what its lines
    mean for all in each output, `made` what `inlining.made` tells, by file.
    """

    stamp: Stamp
    head: Stamp
    parts: Mapping[bytes, Drawn]
    commons: tuple[Common, ...]
    facts: Mapping[str, FileFacts]
    made: Mapping[str, Mapping[str, int]]

    @property
    def has_append(self) -> bool:
        """Say whether the compiler speaks of an `append`."""
        return any(one.draft.has_append for one in self.parts.values())

    @property
    def unknown(self) -> Iterable[str]:
        """The lines that no table knows."""
        return (line for one in self.parts.values() for line in one.draft.unknown)

    @property
    def calls(self) -> frozenset[tuple[str, str]]:
        """The functions whose result callers keep."""
        return frozenset[tuple[str, str]]().union(*(one.draft.calls for one in self.parts.values()))


@dataclass(frozen=True, slots=True)
class Remembered:
    """One analysis, for the next one; `facts` are what it came to."""

    frame: Frame | None = None
    outlines: tuple[Mapping[str, Outline], ...] = ()
    common: tuple[Common, ...] = ()
    has_append: bool = False
    kept: Mapping[str, Kept] = field(default_factory=dict[str, Kept])
    facts: Mapping[str, FileFacts] = field(default_factory=dict[str, FileFacts])

    @property
    def size(self) -> int:
        """Return how many findings are kept."""
        return sum(len(facts.findings) for kept in self.kept.values() for facts in kept.facts.values())


NOTHING = Remembered()


class Output:
    """The output of one compile, cut by file and unit; a unit's lines are parsed when somebody asks for them."""

    def __init__(self, compiled: Compiled, placer: Placer, outlines: Mapping[str, Outline]) -> None:
        self.package = compiled.package
        self.is_good = not compiled.problems
        self.is_brief = compiled.is_brief
        self._outlines = outlines
        self._located: Located = placer.of(compiled.package)
        self.names: dict[bytes, str] = {b"": ""}
        messages, self.assembly = split_assembly(compiled.text)
        self._pieces = {WHOLE: [(b"", messages)]} if placer.has_directives else self._cut(messages)
        self._parts: dict[str, Mapping[bytes, Part]] = {}
        self._landmarks = Landmarks(self._around)
        self._parsed: dict[Unit, Parsed] = {}
        self._indexes: dict[Unit, Index] = {}

    def _cut(self, messages: bytes) -> dict[str, list[_Piece]]:
        pieces: dict[str, list[_Piece]] = {}
        for printed, piece in runs_of(messages):
            pieces.setdefault(self._named(printed), []).append((printed, piece))
        return pieces

    def _named(self, printed: bytes) -> str:
        """Return the file that a printed name means, and note it in `names`."""
        file = self.names.get(printed)
        if file is None:
            file = self.names[printed] = self._located(printed.decode("utf-8", "replace"), 1, 0).file
        return file

    def _around(self, printed: bytes, line: int) -> tuple[str, Stretch] | None:
        file = self._named(printed)
        outline = self._outlines.get(file)
        stretch = None if outline is None else outline.stretches.of(line)
        return None if stretch is None else (file, stretch)

    @property
    def files(self) -> Iterable[str]:
        """The files that lines stand in; "" for lines that belong to no file of the run."""
        return self._pieces

    def pieces(self, file: str) -> Sequence[_Piece]:
        """Return the lines of a file, each piece with the name that all of it begins with."""
        return self._pieces.get(file, ())

    def digest(self, file: str) -> bytes:
        """Return a digest of a file's lines."""
        digest = blake2b(digest_size=16)
        for _, piece in self.pieces(file):
            digest.update(piece)
        return digest.digest()

    def part(self, unit: Unit) -> Part:
        """Return the lines of a unit."""
        file, key = unit
        if file not in self._parts:
            outline = self._outlines.get(file)
            stretches = Stretches() if outline is None else outline.stretches
            self._parts[file] = cut(self.pieces(file), stretches, self._landmarks)
        return self._parts[file].get(key, NO_LINES)

    def parsed(self, unit: Unit) -> Parsed:
        """Return what the lines of a unit say."""
        if unit not in self._parsed:
            self._parsed[unit] = parse_text(self.part(unit).text, self._located)
        return self._parsed[unit]

    def common(self, unit: Unit) -> Common:
        """Return what the lines of a unit say for all others."""
        return common_of(self.parsed(unit))

    def index(self, unit: Unit) -> Index:
        """Return the explanations in a unit's lines."""
        if self.part(unit) is NO_LINES:
            return NOTHING_SAID
        if unit not in self._indexes:
            self._indexes[unit] = Index(self.parsed(unit))
        return self._indexes[unit]


class Seen:
    """Notes which units the facts of one unit were drawn from."""

    def __init__(self, own: Unit, unit_of: Callable[[Place], Unit]) -> None:
        self._own = own
        self._unit_of = unit_of
        self.units: dict[Unit, None] = {}

    def unit(self, place: Place) -> Unit:
        """Return the unit around a place that is looked into."""
        unit = self._unit_of(place)
        if unit != self._own:
            self.units[unit] = None
        return unit


@dataclass(frozen=True, slots=True)
class Classifiers:
    """Makes the classifier of one compile for one unit; it notes what it looks into."""

    outputs: Sequence[Output]
    common: Sequence[Common]
    sources: Mapping[str, Source]

    def of(self, index: int, seen: Seen) -> Classifier:
        """Return the classifier for the output with this index."""
        output = self.outputs[index]

        def indexed(place: Place) -> Index:
            return output.index(seen.unit(place))

        def syntax(place: Place) -> Source | None:
            seen.unit(place)
            return self.sources.get(place.file)

        return Classifier(indexed, self.common[index], syntax, is_brief=output.is_brief)


def new_words(before: Iterable[Common], after: Iterable[Common]) -> frozenset[str]:
    """Return the names of functions and packages that mean something else for some compile."""
    pairs = tuple(zip(before, after, strict=True))
    bodiless = (name.rpartition(".")[2] for old, new in pairs for name in old.bodiless ^ new.bodiless)
    return frozenset(bodiless).union(*(old.packages ^ new.packages for old, new in pairs))


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
