"""A finished run to findings: parse, locate, classify, judge, and one site for all its repetitions. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from sys import intern

from goescape_lsp.core.assembly import Assembly
from goescape_lsp.core.classify import Classifier
from goescape_lsp.core.common import joined
from goescape_lsp.core.contract import is_way
from goescape_lsp.core.judge import judge_heap, judge_stays
from goescape_lsp.core.model import (
    Allocation,
    Analysis,
    Cause,
    FileFacts,
    Finding,
    Function,
    Kind,
    Package,
    Parameter,
    Place,
    Problem,
    ProblemKind,
    Rule,
    Run,
    Span,
    Step,
    Temperature,
    Verdict,
)
from goescape_lsp.core.parse import Block, Parsed, VerdictLine, leaks_by_place
from goescape_lsp.core.shape import Boxed, Shape
from goescape_lsp.core.steps import called_name, without_types
from goescape_lsp.core.suppress import accept
from goescape_lsp.core.tables.layouts import block_of
from goescape_lsp.core.temperature import temper
from goescape_lsp.session.evidence import weighed
from goescape_lsp.session.inlining import with_savings
from goescape_lsp.session.places import Placer
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
from goescape_lsp.syntax.boxing import boxed_text
from goescape_lsp.syntax.constructors import kept_calls
from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.source import PackageSyntax, Source

Read = Callable[[str], bytes | None]
_Key = tuple[str, int, int, str, Verdict]

_ERRORS_NEW = "&errors.errorString{...}"
_SHAPE = re.compile(r"\[(?P<shapes>.*go\.shape\..*)\]")
_RESULT_NAME = re.compile(r"^~[rR]\d+$")
_EXPORTED = re.compile(r"(?:^|\.)[A-Z]\w*$")
_OWN_SUBJECTS = ("... argument",)


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
            _Reader(output.package, parsed, self.sources, classifiers.of(index, seen), self._go_version).add_to(sites)
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


@dataclass(frozen=True, slots=True)
class _Site:
    line: VerdictLine
    shape: Shape
    blocks: tuple[Block, ...]
    inlined_from: str


class _Reader:
    """Turns the verdicts that one compile has for one unit into findings."""

    def __init__(
        self,
        package: Package,
        parsed: Parsed,
        sources: Mapping[str, Source],
        classifier: Classifier,
        go_version: str,
    ) -> None:
        self._package = package
        self._go_version = go_version
        self._parsed = parsed
        self._sources = sources
        path = f"/{self._package.import_path}/"
        self._is_library = self._package.name != "main" and "/internal/" not in path
        self._leaks = leaks_by_place(parsed.leaks)
        self._ways: dict[Place, tuple[str, ...]] = {}  # a parameter that leaks in several ways has a verdict for each
        for line in parsed.verdicts:
            if line.verdict is Verdict.LEAKS:
                told = self._ways.get(line.place, ())
                self._ways[line.place] = tuple(dict.fromkeys((*told, _words(line))))
        self._classifier = classifier

    def add_to(self, sites: Sites) -> None:
        """Put every verdict of the compile into `sites`, one finding for each expression and subject.

        A box and its content (`string(b)` put into an interface) are printed at two places of one expression: they
        are one site, as are the verdicts of the other build variants. A heap verdict wins over the others, a leak over
        `stays`: instances of a generic function may differ.
        """
        counts = Counter(_key(line) for line in self._parsed.verdicts)
        done: set[_Key] = set()
        for line in self._parsed.verdicts:
            key = _key(line)
            source = self._sources.get(line.place.file)
            if key in done or source is None or source.is_function_place(line.place):
                continue
            done.add(key)
            self._add(sites, line, source, counts[key])

    def _add(self, sites: Sites, line: VerdictLine, source: Source, count: int) -> None:
        shape = source.shape(line.place, line.subject, line.verdict)
        origin = self._inlined_from(line, shape)
        # Where the body of a range over a function was inlined, all its values have the place of the `for`.
        is_crowded = bool(origin) or (not shape.is_call and line.place in self._parsed.inlined)
        subject = _bare(line.subject, source) if is_crowded else str(shape.kind)
        key = (line.place.file, shape.span, subject, origin)
        known = sites.get(key)
        is_heap = line.verdict in {Verdict.ESCAPES, Verdict.MOVED}
        is_worse = known is not None and known.verdict is Verdict.STAYS and line.verdict is Verdict.LEAKS
        is_better = known is not None and is_heap and (not known.is_heap or _is_folded(known.subject, line.subject))
        if known is None or is_better or is_worse:
            site = _Site(line, shape, self._classifier.blocks_of(line.place, line.subject), origin)
            sites[key] = temper(self._finding(site, source, count), is_test=source.helps_tests)
        elif is_heap and known.package == self._package.import_path:
            sites[key] = self._merged(known, line, count)

    def _merged(self, known: Finding, line: VerdictLine, count: int) -> Finding:
        """Add a verdict of the same expression: another shape of a generic function, or a box and its content."""
        shapes = _instances(self._classifier.blocks_of(line.place, line.subject))
        if shapes or line.subject != known.subject:
            return replace(known, instances=tuple(dict.fromkeys((*known.instances, *shapes))))
        if line.place in {known.at, *known.also_at}:
            return known
        return replace(known, count=known.count + count, also_at=(*known.also_at, line.place))

    def _finding(self, site: _Site, source: Source, count: int) -> Finding:
        if site.line.verdict in {Verdict.ESCAPES, Verdict.MOVED}:
            return self._heap(site, source, count)
        return self._other(site, source)

    def _heap(self, site: _Site, source: Source, count: int) -> Finding:
        line, shape = site.line, site.shape
        kind = source.kind_of_text(line.subject, line.verdict) if site.inlined_from else shape.kind
        is_inlined = bool(site.inlined_from)
        decision = self._classifier.decide(line.place, line.subject, kind, is_inlined=is_inlined)
        boxed = shape.boxed
        if site.inlined_from:
            boxed = boxed_text(line.subject) if kind is Kind.INTERFACE else Boxed.NOTHING
        is_static = _is_unreached(site) or (kind is Kind.CLOSURE and source.captures_nothing(line.place))
        allocation, reason = judge_heap(
            kind, decision.rule, line.subject, boxed, is_static=is_static, go_version=self._go_version
        )
        instances = _instances(site.blocks)
        cause, rule = decision.cause, decision.rule
        found = self._base(site, kind, allocation=allocation, reason=reason, cause=cause, rule=rule)
        return replace(
            found,
            flow=_steps(site.blocks),
            lines=_lines(site),
            decided_at=_known(decision.at, self._sources),
            callee=decision.callee,
            keeper=decision.keeper,
            temperature=Temperature.COLD if decision.rule is Rule.PANIC_ARGUMENT else found.temperature,
            temperature_reason="panic" if decision.rule is Rule.PANIC_ARGUMENT else found.temperature_reason,
            is_by_reference=decision.is_by_reference,
            is_captured=decision.is_captured,
            count=1 if instances else count,
            instances=instances,
        )

    def _other(self, site: _Site, source: Source) -> Finding:
        line = site.line
        if line.verdict is Verdict.LEAKS:
            target = line.result or ("content" if line.is_content else "heap")
            free, leaking = Allocation.DOES_NOT_ALLOCATE, Rule.LEAKING_PARAMETER
            found = self._base(site, Kind.PARAMETER, allocation=free, reason="", cause=Cause.PARAMETER, rule=leaking)
            lines = (*self._leaks.get(line.place, ()), *self._ways[line.place])
            return replace(found, result=target, level=line.level, lines=lines)
        kind = source.kind_of_text(line.subject, line.verdict) if site.inlined_from else site.shape.kind
        allocation, reason, rule = judge_stays(
            kind, line.subject, is_zero_copy=line.is_zero_copy, go_version=self._go_version
        )
        return self._base(site, kind, allocation=allocation, reason=reason, cause=Cause.NONE, rule=rule)

    def _base(  # noqa: PLR0913 - one argument for each thing that the verdicts judge in their own way
        self, site: _Site, kind: Kind, *, allocation: Allocation, reason: str, cause: Cause, rule: Rule | None
    ) -> Finding:
        line, shape = site.line, site.shape
        return Finding(
            file=line.place.file,
            span=shape.span,
            at=line.place,
            verdict=line.verdict,
            subject=intern(line.subject),
            kind=kind,
            cause=cause,
            rule=rule,
            function=shape.function,
            package=self._package.import_path,
            allocation=allocation,
            temperature=shape.temperature,
            expression=intern(shape.expression),
            lines=(intern(_words(line)),),
            inlined_from=site.inlined_from,
            holder=shape.holder,
            size=None if site.inlined_from else shape.size,
            block=self._block(site, kind),
            is_api=self._is_library and _EXPORTED.search(shape.function) is not None,
            allocation_reason=reason,
            temperature_reason=shape.temperature_reason,
        )

    def _block(self, site: _Site, kind: Kind) -> int | None:
        """Return the bytes of the block that the allocator takes; a map takes more blocks than its header's."""
        size, pointers = site.shape.size, site.shape.has_pointers
        if site.inlined_from or size is None or pointers is None or kind is Kind.MAP:
            return None
        return block_of(size, has_pointers=pointers, go_version=self._go_version)

    def _inlined_from(self, line: VerdictLine, shape: Shape) -> str:
        """Return the function whose inlined body holds the subject, "" for what stands in the source."""
        names = self._parsed.inlined.get(line.place, ())
        if not names or not shape.is_call or line.subject in _OWN_SUBJECTS or _RESULT_NAME.match(line.subject):
            return ""
        call = self._sources[line.place.file].call_at(line.place)
        if call is not None and line.subject.endswith(")") and _last(called_name(line.subject)) == _last(call.function):
            return ""  # the call itself: a copy of its function was not inlined
        owner = re.match(r"^&?\(?\*?(?P<package>[a-z_]\w*)\.", line.subject)
        if owner is not None:
            inner = [name for name in names if name.lstrip("(*").startswith(owner["package"] + ".")]
            names = tuple(inner[-1:]) or names
        return without_types(names[0]).removeprefix(self._sources[line.place.file].package_name + ".")


def _bare(subject: str, source: Source) -> str:
    """Return a subject of inlined code without the names that differ between the shapes of a generic function."""
    qualified = rf"\b{re.escape(source.package_name)}\." if source.package_name else r"(?!)"
    return re.sub(qualified, "", subject.partition("go.shape.")[0])


def _is_folded(known: str, subject: str) -> bool:
    """Say whether one inlined copy has a constant where another has a variable: the variable can allocate."""
    return known != subject and boxed_text(known) is Boxed.CONSTANT and boxed_text(subject) is not Boxed.CONSTANT


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _key(line: VerdictLine) -> _Key:
    # With the verdict: at the place of an inlined call the same subject can stay in one copy and escape in another.
    return (line.place.file, line.place.line, line.place.column, line.subject, line.verdict)


def _is_unreached(site: _Site) -> bool:
    """Say whether inlined code of `fmt.Errorf` is reached only when there is nothing to format (go1.26 and later)."""
    if site.line.subject != _ERRORS_NEW or not site.shape.expression.startswith("fmt.Errorf("):
        return False
    return "%" in site.shape.expression or "," in site.shape.expression


def _instances(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """Return the shapes of a generic function that have this verdict, without the compiler's `go.shape.`."""
    found = (m["shapes"].replace("go.shape.", "") for b in blocks if (m := _SHAPE.search(b.function)) is not None)
    return tuple(dict.fromkeys(found))


def _steps(blocks: tuple[Block, ...]) -> tuple[Step, ...]:
    if not blocks:
        return ()
    return tuple(
        Step(reason.why, reason.expression, intern(arrow.operators + arrow.source), arrow.target, reason.place)
        for arrow in blocks[0].arrows
        for reason in arrow.reasons
    )


def _lines(site: _Site) -> tuple[str, ...]:
    block = site.blocks[0].lines if site.blocks else ()
    return (*block, intern(_words(site.line)))


def _words(line: VerdictLine) -> str:
    match line.verdict:
        case Verdict.MOVED:
            return f"moved to heap: {line.subject}"
        case Verdict.ESCAPES:
            return f"{line.subject} escapes to heap"
        case Verdict.STAYS:
            return f"{line.subject} does not escape"
        case Verdict.LEAKS if line.result:
            return f"leaking param: {line.subject} to result {line.result} level={line.level}"
        case Verdict.LEAKS:
            return f"leaking param{' content' if line.is_content else ''}: {line.subject}"


def _known(place: Place | None, sources: Mapping[str, Source]) -> Place | None:
    return place if place is not None and place.file in sources else None


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
