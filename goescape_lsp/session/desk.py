"""Everything that one analysis looks at, and the facts that it draws from it, file by file, unit by unit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from goescape_lsp.core.assembly import Assembly
from goescape_lsp.core.below import Move
from goescape_lsp.core.common import Common, joined
from goescape_lsp.core.model import FileFacts, Place
from goescape_lsp.core.once import told_once
from goescape_lsp.core.parts import OUTSIDE, Stretch
from goescape_lsp.core.suppress import accept
from goescape_lsp.session.drafts import Drafts, in_order
from goescape_lsp.session.evidence import weighed
from goescape_lsp.session.inlining import made
from goescape_lsp.session.reuse import (
    WHOLE,
    Classifiers,
    Draft,
    Drawn,
    Frame,
    Kept,
    Output,
    Remembered,
    Stamp,
    Unit,
    calls_by_file,
    digest_of_calls,
    new_words,
)
from goescape_lsp.syntax.outline import Changes, Outline, changes, mentions
from goescape_lsp.syntax.package import PackageSyntax

_Finder = Callable[[bytes], bool]


class Desk:
    """One analysis: the outputs of its compiles, the texts, and what is remembered of the analysis before."""

    def __init__(
        self,
        outputs: Sequence[Output],
        contents: Mapping[str, bytes],
        syntaxes: Sequence[PackageSyntax],
        go_version: str,
        *,
        is_one: bool,
    ) -> None:
        """Take all that is looked at; with `is_one` nothing is kept for single files."""
        self._outputs = outputs
        self._contents = contents
        self._go_version = go_version
        self._is_one = is_one
        self._packages = tuple(output.package for output in outputs)
        self.groups = tuple(syntax.outlines for syntax in syntaxes)
        self._outlines = {path: outline for group in self.groups for path, outline in group.items()}
        self._sources = {path: source for syntax in syntaxes for path, source in syntax.sources().items()}
        assembly = Assembly()
        for output in outputs:
            assembly = assembly.joined(output.assembly)
        self._is_weighed = bool(assembly.calls)
        self._assembly = calls_by_file(assembly)
        self._whole = {path for output in outputs if output.is_good for path in output.package.files}
        # Lines that stand in no file that could be read are of a file of their own.
        said = (file for output in outputs for file in output.files)
        own = (WHOLE,) if is_one else tuple(contents)
        self._files = tuple(dict.fromkeys((*own, *said)))
        self._stamps = {file: self._stamp_of_file(file) for file in self._files}

    def analysed(self, remembered: Remembered) -> Remembered:
        """Return the facts of all files, in order, with what helps to draw them again."""
        lines = {file: self._commons(file, remembered) for file in self._files}
        common = tuple(joined(of[index] for of in lines.values()) for index in range(len(self._outputs)))
        frame = self._frame(common)
        memory = _Memory(self, remembered if frame == remembered.frame else Remembered(), common)
        drafts = Drafts(Classifiers(self._outputs, common, self._sources), self._go_version, self.unit_of, self.stamp)
        parts = {
            file: {key: self._drawn((file, key), memory, drafts) for key in self._keys(file)}
            for file in self._files
            if memory.whole(file) is None
        }
        is_there = (any(one.draft.has_append for one in of.values()) for of in parts.values())
        has_append = any(is_there) or any(one.has_append for one in map(memory.whole, self._files) if one is not None)
        is_same = has_append == remembered.has_append or not self._is_weighed
        kept: dict[str, Kept] = {}
        for file in self._files:
            older = memory.whole(file)
            if older is not None and is_same:
                kept[file] = older
            else:
                drawn = parts[file] if older is None else older.parts
                kept[file] = self._finished(file, drawn, lines[file], has_append=has_append)
        return Remembered(frame, self.groups, common, has_append, kept)

    def unit_of(self, place: Place) -> Unit:
        """Return the unit around a place."""
        if self._is_one:
            return (WHOLE, OUTSIDE)
        outline = self._outlines.get(place.file)
        stretch = None if outline is None else outline.stretches.of(place.line)
        return (place.file, OUTSIDE if stretch is None else stretch.key)

    def stamp(self, unit: Unit) -> Stamp:
        """Return what the facts of a unit are drawn from; empty for one that is not there."""
        file, key = unit
        if key == OUTSIDE or file not in self._outlines:
            return self._stamps.get(file, ())
        stretch = self._outlines[file].stretches.get(key)
        return () if stretch is None else self.digests(unit)

    def stamp_of_file(self, file: str) -> Stamp:
        """Return a file's own text and lines."""
        return self._stamps.get(file, ())

    def head(self, file: str) -> Stamp:
        """Return what all functions of a file can see of it."""
        outline = self._outlines.get(file)
        return () if outline is None else (outline.clause, outline.takes_tests)

    def digests(self, unit: Unit) -> tuple[bytes, ...]:
        """Return the digests of a unit's lines in each output; they do not change when functions move."""
        return tuple(output.part(unit).digest for output in self._outputs)

    def named(self, landmark: tuple[str, bytes]) -> Stretch | None:
        """Return the stretch of a file with a name."""
        outline = self._outlines.get(landmark[0])
        return None if outline is None else outline.stretches.named(landmark[1])

    def names(self) -> Mapping[str, str] | None:
        """Return the files by their printed names; None where outputs mean different files by one name."""
        found: dict[str, str] = {}
        for output in self._outputs:
            for printed, file in output.names.items():
                if found.setdefault(printed.decode("utf-8", "replace"), file) != file:
                    return None
        return found

    def texts(self, file: str) -> Iterable[bytes]:
        """Yield a file's own text and its lines."""
        yield self._contents.get(file, b"")
        for output in self._outputs:
            yield from (piece for _, piece in output.pieces(file))

    def texts_of(self, unit: Unit) -> Iterable[bytes]:
        """Yield the own text of a stretch and its lines."""
        file, key = unit
        stretch = self._outlines[file].stretches.get(key)
        if stretch is not None:
            yield self._contents[file][stretch.start : stretch.end]
        for output in self._outputs:
            yield output.part(unit).text

    def _frame(self, common: Iterable[Common]) -> Frame:
        states = tuple((output.package, output.is_good, output.is_brief) for output in self._outputs)
        uintptrs = tuple(one.uintptrs for one in common)
        return Frame(states, tuple(self._contents), uintptrs, self._is_weighed, self._go_version)

    def _stamp_of_file(self, file: str) -> Stamp:
        paths = tuple(self._paths(file))
        texts = tuple((path, self._contents[path]) for path in paths)
        digests = (output.digest(file) for output in self._outputs)
        return (texts, *digests, *(digest_of_calls(self._assembly.get(path)) for path in paths))

    def _paths(self, file: str) -> Iterable[str]:
        return self._contents if self._is_one else (file,) if file in self._contents else ()

    def _keys(self, file: str) -> Iterable[bytes]:
        stretches = () if self._is_one or file not in self._outlines else self._outlines[file].stretches
        return (*(one.key for one in stretches), OUTSIDE)

    def _commons(self, file: str, remembered: Remembered) -> tuple[Common, ...]:
        """Return what a file's lines say for all, in each output; only lines that are new are parsed."""
        older = remembered.kept.get(file) if self._means_the_same(remembered) else None
        if older is not None and older.stamp == self._stamps[file]:
            return older.commons
        parts: Mapping[bytes, Drawn] = {} if older is None else older.parts
        found: list[Common] = []
        for index, output in enumerate(self._outputs):
            every: list[Common] = []
            for key in self._keys(file):
                unit = (file, key)
                drawn = parts.get(key)
                is_same = drawn is not None and drawn.digests[index] == output.part(unit).digest
                known = drawn.commons[index] if drawn is not None and is_same else None
                # Places may have moved.
                every.append(output.common(unit) if known is None or known.uintptrs else known)
            found.append(joined(every))
        return tuple(found)

    def _means_the_same(self, remembered: Remembered) -> bool:
        """Say whether the same lines mean the same files as then."""
        frame = remembered.frame
        packages = tuple(output.package for output in self._outputs)
        is_same = frame is not None and tuple(one for one, *_ in frame.packages) == packages
        return is_same and frame is not None and frame.paths == tuple(self._contents)

    def _drawn(self, unit: Unit, memory: _Memory, drafts: Drafts) -> Drawn:
        known = memory.drawn(unit)
        if known is not None:
            return known
        draft = drafts.of(unit, self._paths(unit[0]))
        commons = tuple(output.common(unit) for output in self._outputs)
        return Drawn(self.digests(unit), commons, draft)

    def _finished(
        self, file: str, parts: Mapping[bytes, Drawn], commons: tuple[Common, ...], *, has_append: bool
    ) -> Kept:
        """Return the facts of a file, weighed and with the comments of the source heard."""
        paths = tuple(self._paths(file))
        drafts = [one.draft for one in parts.values()]
        calls = (self._assembly[path].calls for path in paths if path in self._assembly)
        assembly = Assembly({place: names for of in calls for place, names in of.items()})
        found = tuple(finding for draft in drafts for finding in draft.findings)
        named = {place: names for draft in drafts for place, names in draft.named.items()}
        found = in_order(weighed(found, assembly, self._sources, self._packages, named, has_append=has_append))
        facts: dict[str, FileFacts] = {}
        makes: dict[str, Mapping[str, int]] = {}
        for path in paths:
            source = self._sources[path]
            functions = (one for draft in drafts for one in draft.functions[path])
            own = FileFacts(
                path,
                self._contents[path],
                tuple(one for one in found if one.file == path),
                tuple(sorted(functions, key=lambda one: one.span.line)),
                path.endswith("_test.go"),
                source.is_generated,
            )
            is_whole = path in self._whole
            own = accept(own, source.directives(), is_whole=is_whole, is_weighed=self._is_weighed)
            facts[path] = told_once(own)
            makes[path] = made(own, source, self._go_version)
        return Kept(self._stamps[file], self.head(file), parts, commons, facts, makes)


class _Memory:
    """What holds of the analysis before."""

    def __init__(self, desk: Desk, remembered: Remembered, common: Sequence[Common]) -> None:
        self._desk = desk
        self._kept = remembered.kept
        self._outlines = {path: outline for group in remembered.outlines for path, outline in group.items()}
        self._finders = _finders(remembered, desk.groups, common)
        self._same: dict[str, bool] = {}
        self._touched: dict[str, bool] = {}
        self._whole: dict[str, Kept | None] = {}
        self._moved: dict[tuple[str, bytes], int | None] = {}

    def whole(self, file: str) -> Kept | None:
        """Return what is known of a whole file, if all of it holds."""
        if file not in self._whole:
            kept = self._kept.get(file)
            is_same = kept is not None and self._is_same(file) and not self._is_touched(file)
            self._whole[file] = kept if kept is not None and is_same and self._hold(kept) else None
        return self._whole[file]

    def drawn(self, unit: Unit) -> Drawn | None:
        """Return what is known of a unit, moved to where it is, if it holds."""
        file, key = unit
        kept = self._kept.get(file)
        known = None if kept is None or kept.head != self._desk.head(file) else kept.parts.get(key)
        if known is None or known.digests != self._desk.digests(unit) or self._means_other(unit):
            return None
        if not all(self._holds(other, stamp) for other, stamp in known.draft.seen):
            return None
        if self._is_still(known.draft):
            return known if key != OUTSIDE or self._is_same(file) else None
        names, stretch = self._desk.names(), self._before(file, key)
        is_lost = any(self._rows(other) is None for other in known.draft.reach)
        if stretch is None or names is None or is_lost or known.draft.is_fixed:
            return None
        rows = self._rows((file, stretch.name)) or 0
        return Drawn(known.digests, known.commons, known.draft.below(rows, Move(self._rows_at, names)))

    def _before(self, file: str, key: bytes) -> Stretch | None:
        outline = self._outlines.get(file)
        return None if outline is None else outline.stretches.get(key)

    def _rows_at(self, file: str, line: int) -> int:
        """Return how many lines further down the function around a place is now; 0 outside of all."""
        outline = self._outlines.get(file)
        stretch = None if outline is None else outline.stretches.of(line)
        return 0 if stretch is None else self._rows((file, stretch.name)) or 0

    def _rows(self, landmark: tuple[str, bytes]) -> int | None:
        """Return how many lines further down a stretch of a file is now, None where it is not there any more."""
        if landmark not in self._moved:
            self._moved[landmark] = self._moved_by(landmark)
        return self._moved[landmark]

    def _moved_by(self, landmark: tuple[str, bytes]) -> int | None:
        file, name = landmark
        if name == OUTSIDE:
            return 0
        outline = self._outlines.get(file)
        before = None if outline is None else outline.stretches.named(name)
        after = self._desk.named(landmark)
        return None if before is None or after is None else after.first - before.first

    def _is_still(self, draft: Draft) -> bool:
        """Say whether everything that a draft has places of is where it was."""
        return all(self._rows(landmark) == 0 for landmark in draft.reach)

    def _hold(self, kept: Kept) -> bool:
        drafts = tuple(one.draft for one in kept.parts.values())
        return all(self._is_still(one) and all(self._holds(*seen) for seen in one.seen) for one in drafts)

    def _holds(self, unit: Unit, stamp: Stamp) -> bool:
        is_same = self._is_same(unit[0]) or self._desk.stamp(unit) == stamp
        return is_same and not self._means_other(unit)

    def _is_same(self, file: str) -> bool:
        if file not in self._same:
            kept = self._kept.get(file)
            self._same[file] = kept is not None and kept.stamp == self._desk.stamp_of_file(file)
        return self._same[file]

    def _is_touched(self, file: str) -> bool:
        """Say whether a file or its lines use a word that means something else than before."""
        if file not in self._touched:
            finder = self._finders.get(file)
            self._touched[file] = finder is not None and any(map(finder, self._desk.texts(file)))
        return self._touched[file]

    def _means_other(self, unit: Unit) -> bool:
        file, key = unit
        if not self._is_touched(file):
            return False
        return key == OUTSIDE or any(map(self._finders[file], self._desk.texts_of(unit)))


def _finders(
    remembered: Remembered, groups: Sequence[Mapping[str, Outline]], common: Sequence[Common]
) -> Mapping[str, _Finder]:
    """Return for each file of packages that changed a function that finds words with a new meaning in a text."""
    found: dict[str, _Finder] = {}
    if remembered.frame is None:
        return found
    more = new_words(remembered.common, common)
    for before, after in zip(remembered.outlines, groups, strict=True):
        changed = changes(before, after, more)
        if changed is None:
            found |= dict.fromkeys(after, _everything)
        elif changed != Changes():
            shared = mentions(changed.words)
            found |= {path: mentions(changed.of(path)) if path in changed.imported else shared for path in after}
    return found


def _everything(_text: bytes) -> bool:
    return True
