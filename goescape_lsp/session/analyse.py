"""A finished run to findings: parse, locate, classify, judge, and one site for all its repetitions. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from goescape_lsp.core.assembly import Assembly, split_assembly
from goescape_lsp.core.classify import Classifier
from goescape_lsp.core.judge import judge_heap, judge_stays
from goescape_lsp.core.model import (
    Allocation,
    Analysis,
    Cause,
    Compiled,
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
from goescape_lsp.core.parse import Block, Parsed, VerdictLine, leaks_by_place, parse_text
from goescape_lsp.core.shape import Boxed, Shape
from goescape_lsp.core.steps import called_name, without_types
from goescape_lsp.core.suppress import accept
from goescape_lsp.core.temperature import temper
from goescape_lsp.session.evidence import weighed
from goescape_lsp.session.places import Placer
from goescape_lsp.syntax.boxing import boxed_text
from goescape_lsp.syntax.source import PackageSyntax, Source

Read = Callable[[str], bytes | None]
_Key = tuple[str, int, int, str, Verdict]
_Sites = dict[tuple[str, Span, str, str], Finding]

_ERRORS_NEW = "&errors.errorString{...}"
_SHAPE = re.compile(r"\[(?P<shapes>.*go\.shape\..*)\]")
_RESULT_NAME = re.compile(r"^~[rR]\d+$")
_OWN_SUBJECTS = ("... argument",)


def analyse(run: Run, read: Read, go_version: str = "") -> Analysis:  # noqa: ARG001 - callers give what a finding may depend on
    """Return the facts of every file of the run's packages.

    Shape: files that could not be read are problems, not facts; test variants, generic shapes and inlined copies
    of one site are one finding; `go_version` is the toolchain's (`go1.26.8`).
    Errors: none; a line that no table knows is in `unknown`.
    """
    compiled = sorted(run.compiled, key=lambda item: item.package.variant == "")
    packages = tuple(item.package for item in compiled)
    contents, problems = _read_all(packages, read)
    sources = _sources(packages, contents)
    placer = Placer(packages, contents)
    sites: _Sites = {}
    unknown: list[str] = []
    inlining: dict[tuple[str, Span], str] = {}
    assembly = Assembly()
    for item in compiled:
        text, seen = split_assembly(item.text)
        assembly = assembly.joined(seen)
        parsed = parse_text(text, placer.of(item.package))
        if not item.problems:
            unknown.extend(parsed.unknown)
        for place, sentence in parsed.inlining.items():
            source = sources.get(place.file)
            if source is not None and (name := source.function_at(place)) is not None:
                inlining.setdefault((place.file, name), sentence.replace("go.shape.", ""))
        _Reader(item, parsed, sources).add_to(sites)
    files = _facts(contents, sources, weighed(tuple(sites.values()), assembly, sources, packages), inlining)
    whole = {path for item in compiled if not item.problems for path in item.package.files}
    files = {
        path: accept(facts, sources[path].directives(), is_whole=path in whole, is_weighed=bool(assembly.calls))
        for path, facts in files.items()
    }
    told = (*run.problems, *(problem for item in compiled for problem in item.problems), *problems)
    return Analysis(files, packages, tuple(dict.fromkeys(told)), tuple(dict.fromkeys(unknown)))


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


def _sources(packages: Iterable[Package], contents: Mapping[str, bytes]) -> dict[str, Source]:
    """Parse every file once, beside the other files of its package, test files of the same package included."""
    groups: dict[tuple[str, str], dict[str, bytes]] = {}
    for package in packages:
        group = groups.setdefault((package.directory, package.name), {})
        group.update((path, contents[path]) for path in package.files if path in contents)
    found: dict[str, Source] = {}
    for group in groups.values():
        syntax = PackageSyntax(group)
        found.update((path, source) for path in group if (source := syntax.source(path)) is not None)
    return found


@dataclass(frozen=True, slots=True)
class _Site:
    line: VerdictLine
    shape: Shape
    blocks: tuple[Block, ...]
    inlined_from: str


class _Reader:
    """Turns the verdicts of one compile into findings."""

    def __init__(self, compiled: Compiled, parsed: Parsed, sources: Mapping[str, Source]) -> None:
        self._package = compiled.package
        self._parsed = parsed
        self._sources = sources
        called = (name for names in parsed.inlined.values() for name in names)
        packages = frozenset(name.partition(".")[0] for name in called if name[:1].islower() and "." in name)
        self._leaks = leaks_by_place(parsed.leaks)
        self._classifier = Classifier(parsed.blocks, parsed.bodiless, parsed.verdicts, sources.get, packages)

    def add_to(self, sites: _Sites) -> None:
        """Put every verdict of the compile into `sites`, one finding for each expression and subject.

        A box and its content (`string(b)` put into an interface) are printed at two places of one expression: they
        are one site, as are the verdicts of the other build variants. A heap verdict wins over `stays`.
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

    def _add(self, sites: _Sites, line: VerdictLine, source: Source, count: int) -> None:
        shape = source.shape(line.place, line.subject, line.verdict)
        origin = self._inlined_from(line, shape)
        # Where the body of a range over a function was inlined, all its values have the place of the `for`.
        is_crowded = bool(origin) or (not shape.is_call and line.place in self._parsed.inlined)
        subject = _bare(line.subject, source) if is_crowded else str(shape.kind)
        key = (line.place.file, shape.span, subject, origin)
        known = sites.get(key)
        is_heap = line.verdict in {Verdict.ESCAPES, Verdict.MOVED}
        if known is None or (is_heap and (not known.is_heap or _is_folded(known.subject, line.subject))):
            is_test = line.place.file.endswith("_test.go")
            sites[key] = temper(self._finding(line, source, count), is_test=is_test)
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

    def _finding(self, line: VerdictLine, source: Source, count: int) -> Finding:
        shape = source.shape(line.place, line.subject, line.verdict)
        blocks = self._classifier.blocks_of(line.place, line.subject)
        site = _Site(line, shape, blocks, self._inlined_from(line, shape))
        if line.verdict in {Verdict.ESCAPES, Verdict.MOVED}:
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
        allocation, reason = judge_heap(kind, decision.rule, line.subject, boxed, is_static=is_static)
        instances = _instances(site.blocks)
        found = self._base(site, kind, allocation, reason)
        return replace(
            found,
            cause=decision.cause,
            rule=decision.rule,
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
            found = self._base(site, Kind.PARAMETER, Allocation.DOES_NOT_ALLOCATE, "")
            lines = (*self._leaks.get(line.place, ()), *found.lines)
            found = replace(found, result=target, level=line.level, lines=lines)
            return replace(found, cause=Cause.PARAMETER, rule=Rule.LEAKING_PARAMETER)
        kind = source.kind_of_text(line.subject, line.verdict) if site.inlined_from else site.shape.kind
        allocation, reason, rule = judge_stays(kind, line.subject, is_zero_copy=line.is_zero_copy)
        return replace(self._base(site, kind, allocation, reason), cause=Cause.NONE, rule=rule)

    def _base(self, site: _Site, kind: Kind, allocation: Allocation, reason: str) -> Finding:
        line, shape = site.line, site.shape
        return Finding(
            file=line.place.file,
            span=shape.span,
            at=line.place,
            verdict=line.verdict,
            subject=line.subject,
            kind=kind,
            cause=Cause.UNKNOWN,
            rule=None,
            function=shape.function,
            package=self._package.import_path,
            allocation=allocation,
            temperature=shape.temperature,
            expression=shape.expression,
            lines=(_words(line),),
            inlined_from=site.inlined_from,
            holder=shape.holder,
            size=None if site.inlined_from else shape.size,
            allocation_reason=reason,
            temperature_reason=shape.temperature_reason,
        )

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
        Step(reason.why, reason.expression, arrow.operators + arrow.source, arrow.target, reason.place)
        for arrow in blocks[0].arrows
        for reason in arrow.reasons
    )


def _lines(site: _Site) -> tuple[str, ...]:
    block = site.blocks[0].lines if site.blocks else ()
    return (*block, _words(site.line))


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
            leaks = (*leaks, finding.lines[-1])
        parameters[key] = Parameter(finding.subject, finding.span, leaks)
    sentence = inlining.get((path, function.name_span), "")
    return replace(function, parameters=tuple(parameters.values()), inlining=sentence)


def _line_of(finding: Finding) -> int:
    return finding.span.line
