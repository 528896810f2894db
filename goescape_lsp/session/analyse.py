"""A finished run to findings: parse, locate, classify, judge, and one site for all its repetitions. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from goescape_lsp.core.assembly import Assembly
from goescape_lsp.core.common import joined
from goescape_lsp.core.contract import is_way
from goescape_lsp.core.model import (
    Analysis,
    FileFacts,
    Finding,
    Function,
    Kind,
    Package,
    Parameter,
    Problem,
    ProblemKind,
    Run,
    Span,
    Verdict,
)
from goescape_lsp.core.suppress import accept
from goescape_lsp.session.evidence import weighed
from goescape_lsp.session.inlining import with_savings
from goescape_lsp.session.places import Placer
from goescape_lsp.session.reader import Reader
from goescape_lsp.session.reuse import (
    NOTHING,
    WHOLE,
    Classifiers,
    Draft,
    Frame,
    Inlining,
    Kept,
    Lines,
    Output,
    Remembered,
    Seen,
    Sites,
    Stamp,
    calls_by_file,
    digest_of_calls,
    holds,
)
from goescape_lsp.syntax.constructors import kept_calls
from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.source import PackageSyntax, Source

Read = Callable[[str], bytes | None]


def analyse(run: Run, read: Read, go_version: str = "") -> Analysis:
    """Return the facts of every file of the run's packages.

    Shape: files that could not be read are problems, not facts; test variants, generic shapes and inlined copies
    of one site are one finding; `go_version` is the toolchain's (`go1.26.8`).
    Errors: none; a line that no table knows is in `unknown`.
    """
    return analyse_again(NOTHING, run, read, go_version)[0]


def analyse_again(
    remembered: Remembered, run: Run, read: Read, go_version: str = "", parsed: Callable[[bytes], GoFile] = GoFile
) -> tuple[Analysis, Remembered]:
    """Return what `analyse` does, and what helps to do it again.

    Shape: the facts of a file are those of `remembered`, the same objects, where all that they were drawn from is the
    same: its text, its lines, what it can see of the other files, and those lines and texts of others that its
    explanations lead to. `parsed` parses a file, or finds it, parsed before.
    """
    compiled = sorted(run.compiled, key=lambda item: item.package.variant == "")
    packages = tuple(item.package for item in compiled)
    contents, problems = _read_all(packages, read)
    placer = Placer(packages, contents)
    desk = _Desk(
        [Output(item, placer) for item in compiled], contents, parsed, go_version, is_one=placer.has_directives
    )
    kept, after = desk.analysed(remembered)
    files = {path: facts for unit in kept.values() for path, facts in unit.facts.items()}
    calls = {path: names for unit in kept.values() for path, names in unit.calls.items()}
    files = with_savings(files, desk.sources, calls, go_version)
    before = remembered.facts
    files = {path: before[path] if before.get(path) == facts else facts for path, facts in files.items()}
    told = (*run.problems, *(problem for item in compiled for problem in item.problems), *problems)
    unknown = dict.fromkeys(line for unit in kept.values() for line in unit.unknown)
    found = Analysis({path: files[path] for path in contents}, packages, tuple(dict.fromkeys(told)), tuple(unknown))
    return found, replace(after, facts=files)


def _read_all(packages: Iterable[Package], read: Read) -> tuple[dict[str, bytes], list[Problem]]:
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for package in packages:
        for path in package.files:
            if path in contents:
                continue
            content = read(path)
            if content is None:
                problems.append(Problem(ProblemKind.UNREADABLE, package.import_path, file=path))
            else:
                contents[path] = content
    return contents, problems


def _groups(packages: Iterable[Package], contents: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    """Return the files by package, test files of the same package included."""
    groups: dict[tuple[str, str], dict[str, bytes]] = {}
    for package in packages:
        group = groups.setdefault((package.directory, package.name), {})
        group.update((path, contents[path]) for path in package.files if path in contents)
    return [*groups.values()]


class _Desk:
    """Everything that one analysis looks at, and the facts that it draws from it, unit by unit."""

    def __init__(
        self,
        outputs: Sequence[Output],
        contents: Mapping[str, bytes],
        parsed: Callable[[bytes], GoFile],
        go_version: str,
        *,
        is_one: bool,
    ) -> None:
        self._go_version = go_version
        self._outputs = outputs
        self._contents = contents
        self._is_one = is_one
        self._packages = tuple(output.package for output in outputs)
        syntaxes = [PackageSyntax(group, parsed) for group in _groups(self._packages, contents)]
        self._outlines = tuple(syntax.outlines for syntax in syntaxes)
        every = (syntax.sources() for syntax in syntaxes)
        self.sources = {path: source for sources in every for path, source in sources.items()}
        assembly = Assembly()
        for output in outputs:
            assembly = assembly.joined(output.assembly)
        self._is_weighed = bool(assembly.calls)
        self._assembly = calls_by_file(assembly)
        self._whole = {path for output in outputs if output.is_good for path in output.package.files}
        # Lines that stand in no file that could be read are of units of their own.
        said = (unit for output in outputs for unit in output.units)
        self._units = tuple(dict.fromkeys((*map(self._unit_of, contents), *said)))

    def analysed(self, remembered: Remembered) -> tuple[dict[str, Kept], Remembered]:
        """Return the facts of all units, in order, and what to remember."""
        states = tuple((output.package, output.is_good) for output in self._outputs)
        is_same = remembered.frame is not None and remembered.frame.packages == states
        is_same = is_same and remembered.frame is not None and remembered.frame.paths == tuple(self._contents)
        lines = self._lines(remembered.lines if is_same else ())
        common = tuple(joined(said[1] for said in of_one.values()) for of_one in lines)
        frame = Frame(states, tuple(self._contents), self._outlines, common, self._is_weighed, self._go_version)
        stamps = {unit: self._stamp(unit, [of_one[unit][0] for of_one in lines]) for unit in self._units}
        older = remembered.kept if frame == remembered.frame else dict[str, Kept]()
        classifiers = Classifiers(self._outputs, frame.common, self.sources, self._unit_of)
        drafts = {
            unit: self._drafted(unit, classifiers, older.get(unit))
            for unit in self._units
            if not holds(older.get(unit), stamps, unit)
        }
        has_append = any(drafts[unit].has_append if unit in drafts else older[unit].has_append for unit in self._units)
        if has_append != remembered.has_append and self._is_weighed:
            rest = [unit for unit in self._units if unit not in drafts]
            drafts |= {unit: self._drafted(unit, classifiers, older[unit]) for unit in rest}
        kept = {
            unit: self._finished(unit, drafts[unit], stamps, has_append=has_append) if unit in drafts else older[unit]
            for unit in self._units
        }
        return kept, Remembered(frame, has_append, kept, lines)

    def _unit_of(self, path: str) -> str:
        return WHOLE if self._is_one else path

    def _paths(self, unit: str) -> Iterable[str]:
        return self._contents if self._is_one else (unit,) if unit in self._contents else ()

    def _lines(self, older: Sequence[Lines]) -> tuple[Lines, ...]:
        """Return what the lines of each output and unit say for all; only lines that are new are parsed."""
        found: list[Lines] = []
        for index, output in enumerate(self._outputs):
            before = older[index] if older else {}
            now: Lines = {}
            for unit in self._units:
                digest = output.digest(unit)
                known = before.get(unit)
                now[unit] = known if known is not None and known[0] == digest else (digest, output.common(unit))
            found.append(now)
        return tuple(found)

    def _stamp(self, unit: str, digests: Iterable[bytes]) -> Stamp:
        texts = tuple((path, self._contents[path]) for path in self._paths(unit))
        return (texts, *digests, *(digest_of_calls(self._assembly.get(path)) for path in self._paths(unit)))

    def _drafted(self, unit: str, classifiers: Classifiers, older: Kept | None) -> Draft:
        """Return what the compiler says of the files of a unit."""
        sites: Sites = {}
        inlining: Inlining = {}
        unknown: list[str] = []
        for path in self._paths(unit):
            self.sources[path].recall({} if older is None else older.shapes.get(path, {}))
        seen = Seen(unit, self._unit_of)
        for index, output in enumerate(self._outputs):
            parsed = output.parsed(unit)
            if output.is_good:
                unknown.extend(parsed.unknown)
            for place, sentence in parsed.inlining.items():
                source = self.sources.get(place.file)
                if source is not None and (name := source.function_at(place)) is not None:
                    inlining.setdefault((place.file, name), sentence.replace("go.shape.", ""))
            Reader(output.package, parsed, self.sources, classifiers.of(index, seen), self._go_version).add_to(sites)
        has_append = any(finding.kind is Kind.APPEND for finding in sites.values())
        return Draft(tuple(sites.values()), inlining, tuple(unknown), tuple(seen.units), has_append)

    def _finished(self, unit: str, draft: Draft, stamps: Mapping[str, Stamp], *, has_append: bool) -> Kept:
        """Return the facts of a unit's files, weighed and with the comments of the source heard."""
        contents = {path: self._contents[path] for path in self._paths(unit)}
        mine = (self._assembly[path].calls for path in contents if path in self._assembly)
        assembly = Assembly({place: names for calls in mine for place, names in calls.items()})
        findings = weighed(draft.findings, assembly, self.sources, self._packages, has_append=has_append)
        files = _facts(contents, self.sources, findings, draft.inlining)
        files = {
            path: accept(
                facts, self.sources[path].directives(), is_whole=path in self._whole, is_weighed=self._is_weighed
            )
            for path, facts in files.items()
        }
        seen = tuple((other, stamps.get(other, ())) for other in draft.seen)
        shapes = {path: self.sources[path].shapes() for path in contents}
        calls = {path: frozenset(kept_calls(self.sources[path])) for path in contents if not path.endswith("_test.go")}
        return Kept(stamps[unit], seen, files, draft.unknown, draft.has_append, shapes, calls)


def _facts(
    contents: Mapping[str, bytes],
    sources: Mapping[str, Source],
    findings: Iterable[Finding],
    inlining: Mapping[tuple[str, Span], str],
) -> dict[str, FileFacts]:
    by_file: dict[str, list[Finding]] = {path: [] for path in contents}
    for finding in findings:
        by_file[finding.file].append(finding)
    facts: dict[str, FileFacts] = {}
    for path, found in by_file.items():
        found.sort(key=lambda finding: (finding.span, finding.at, finding.subject))
        parameters = [finding for finding in found if finding.kind is Kind.PARAMETER]
        functions = tuple(_described(f, path, parameters, inlining) for f in sources[path].functions())
        is_test = path.endswith("_test.go")
        facts[path] = FileFacts(path, contents[path], tuple(found), functions, is_test, sources[path].is_generated)
    return facts


def _described(
    function: Function, path: str, found: Sequence[Finding], inlining: Mapping[tuple[str, Span], str]
) -> Function:
    """Add what the compiler said of a function: its inlining and what it does with its parameters."""
    parameters: dict[tuple[str, int, int], Parameter] = {}
    first = bisect_left(found, function.span.line, key=_line_of)
    last = bisect_right(found, function.span.end_line, key=_line_of)
    for finding in found[first:last]:
        key = (finding.subject, finding.span.line, finding.span.column)
        leaks = parameters[key].leaks if key in parameters else ()
        if finding.verdict is Verdict.LEAKS:
            leaks = (*leaks, *(line for line in finding.lines if is_way(line)))
        parameters[key] = Parameter(finding.subject, finding.span, leaks)
    sentence = inlining.get((path, function.name_span), "")
    return replace(function, parameters=tuple(parameters.values()), inlining=sentence)


def _line_of(finding: Finding) -> int:
    return finding.span.line
