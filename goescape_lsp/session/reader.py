"""The verdicts that one compile has for one unit, to findings: where, why, does it allocate. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from sys import intern

from goescape_lsp.core.classify import Classifier
from goescape_lsp.core.judge import judge_heap, judge_stays, may_be_empty
from goescape_lsp.core.model import (
    Allocation,
    Cause,
    Finding,
    Kind,
    Package,
    Place,
    Rule,
    Span,
    Step,
    Temperature,
    Verdict,
)
from goescape_lsp.core.parse import Block, Parsed, VerdictLine, leaks_by_place
from goescape_lsp.core.shape import Boxed, Shape
from goescape_lsp.core.steps import called_name, without_types
from goescape_lsp.core.tables.layouts import block_of
from goescape_lsp.core.tables.versions import is_at_least
from goescape_lsp.core.temperature import temper
from goescape_lsp.core.unexplained import unexplained
from goescape_lsp.session.retelling import Retelling, where_now
from goescape_lsp.session.reuse import Sites
from goescape_lsp.syntax.boxing import boxed_text
from goescape_lsp.syntax.source import Source

_Key = tuple[str, int, int, str, Verdict]

_OF_RESULT = re.compile(r"\(~[rR]\d+\)$")  # a conversion of an inlined call's result: `string(~r0)`
_ERRORS_NEW = "&errors.errorString{...}"
_SHAPE = re.compile(r"\[(?P<shapes>.*go\.shape\..*)\]")
_LITERAL_OR_GENERIC = re.compile(r"\.func\d|\[")
_RESULT_NAME = re.compile(r"^~[rR]\d+$")
_EXPORTED = re.compile(r"(?:^|\.)[A-Z]\w*$")
_CONTENTS = frozenset([Kind.SLICE, Kind.APPEND, Kind.BYTES, Kind.STRING])
_BOXED = {"empty-copy": "", "few-bytes": "empty-string", "empty-part": "empty-string"}
"""What the reason of a text or a copy becomes where its box is told with it."""
_OWN_SUBJECTS = ("... argument",)


@dataclass(frozen=True, slots=True)
class _Site:
    line: VerdictLine
    shape: Shape
    blocks: tuple[Block, ...]
    inlined_from: str


class Reader:
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
        # Source: the Go specification, For statements; a language before go1.22 has one variable for all rounds.
        self._has_rounds = not package.go_version or is_at_least(package.go_version, 1, 22)
        self._leaks = leaks_by_place(parsed.leaks)
        self._ways: dict[Place, tuple[str, ...]] = {}  # a parameter that leaks in several ways has a verdict for each
        for line in parsed.verdicts:
            if line.verdict is Verdict.LEAKS:
                told = self._ways.get(line.place, ())
                self._ways[line.place] = tuple(dict.fromkeys((*told, _words(line))))
        self._alike: dict[tuple[str, str], set[Place]] = {}
        for line in parsed.verdicts:
            self._alike.setdefault((line.place.file, line.subject), set()).add(line.place)
        self._classifier = classifier
        self._retelling = Retelling(sources, parsed.inlined)

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
        if shape.rounds is not None and not origin and self._has_rounds:
            shape = replace(shape, temperature=shape.rounds[0], temperature_reason=shape.rounds[1])
        if origin and shape.is_selector:
            shape = self._of_method_value(line, shape)
        if not origin and self._makes_nothing(line, shape):
            shape = source.box_at(line.place, line.subject) or shape
        # Where the body of a range over a function was inlined, all its values have the place of the `for`.
        is_crowd = not shape.is_call and line.place in self._parsed.inlined
        is_crowded = bool(origin) or (is_crowd and not _OF_RESULT.search(line.subject))
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
            merged = self._merged(known, line, count)
            is_generic = bool(known.instances) or "go.shape." in known.subject
            if is_generic and known.allocation is Allocation.DOES_NOT_ALLOCATE:
                site = _Site(line, shape, self._classifier.blocks_of(line.place, line.subject), origin)
                other = temper(self._finding(site, source, count), is_test=source.helps_tests)
                merged = _dearer(merged, other)
            sites[key] = merged

    def _of_method_value(self, line: VerdictLine, shape: Shape) -> Shape:
        """Return the shape as that of the wrapper's body: it runs when the method value is called, not when made."""
        wrapper = next((block.function for block in self._classifier.blocks_of(line.place, line.subject)), "")
        function = without_types(wrapper) or shape.function
        return replace(shape, function=function, temperature=Temperature.NORMAL, temperature_reason="")

    def _makes_nothing(self, line: VerdictLine, shape: Shape) -> bool:
        """Say whether a conversion is told of once: `[]byte(nil)` or `string(name)` makes nothing that is not boxed."""
        is_conversion = line.verdict is Verdict.ESCAPES and shape.kind in _CONTENTS
        span = shape.span
        return is_conversion and not any(
            (span.line, span.column) <= (other.line, other.column) < (span.end_line, span.end_column)
            for other in self._alike[(line.place.file, line.subject)]
            if other != line.place
        )

    def _merged(self, known: Finding, line: VerdictLine, count: int) -> Finding:
        """Add a verdict of the same expression: another shape of a generic function, or a box and its content."""
        shapes = _instances(self._classifier.blocks_of(line.place, line.subject))
        if shapes or line.subject != known.subject:
            return replace(known, instances=tuple(dict.fromkeys((*known.instances, *shapes))))
        if line.place in {known.at, *known.also_at}:
            return known
        # An empty copy costs nothing, but its box may; that of an empty string does not.
        reason = _BOXED.get(known.allocation_reason, known.allocation_reason)
        count += known.count
        return replace(known, count=count, also_at=(*known.also_at, line.place), allocation_reason=reason)

    def _finding(self, site: _Site, source: Source, count: int) -> Finding:
        if site.line.verdict in {Verdict.ESCAPES, Verdict.MOVED}:
            return self._heap(site, source, count)
        return self._other(site, source)

    def _heap(self, site: _Site, source: Source, count: int) -> Finding:
        line, shape = site.line, site.shape
        text = line.subject.replace("go.shape.", "")
        kind = source.kind_of_text(text, line.verdict) if site.inlined_from else shape.kind
        is_inlined = bool(site.inlined_from)
        decision = self._classifier.decide(line.place, line.subject, kind, is_inlined=is_inlined)
        boxed = shape.boxed
        if site.inlined_from:
            boxed = boxed_text(text) if kind is Kind.INTERFACE else Boxed.NOTHING
        elif kind in _CONTENTS and _is_boxed(site):  # whatever its content takes, its header is copied
            boxed = Boxed.SLICE if kind is Kind.APPEND else Boxed.VALUE
        is_static = _is_unreached(site) or (kind is Kind.CLOSURE and self._captures_nothing(site, source))
        size = source.size_of_object(text) if is_inlined else shape.size
        allocation, reason = judge_heap(
            kind, decision.rule, text, boxed, is_static=is_static, size=size, go_version=self._go_version
        )
        is_of_runes = not is_inlined and source.is_made_of_runes(shape.span)
        if reason == "few-bytes" and is_of_runes:
            reason = ""
        if boxed is Boxed.VALUE and kind is Kind.STRING and may_be_empty(text) and not is_of_runes:
            reason = "empty-string"
        if decision.cause is Cause.NOT_ASKED:
            allocation, reason = unexplained(kind, line.subject, allocation, reason)
        instances = _instances(site.blocks)
        cause, rule = decision.cause, decision.rule
        found = self._base(site, kind, allocation=allocation, reason=reason, cause=cause, rule=rule)
        told = _steps(site.blocks)
        flow = self._retelling.flow(told, line.place, site.inlined_from)
        return replace(
            found,
            flow=flow,
            lines=_lines(site),
            decided_at=_known(where_now(decision.at, told, flow), self._sources),
            decided_in=self._retelling.keeper(decision, line.place),
            callee=decision.callee,
            keeper=decision.keeper,
            temperature=Temperature.COLD if decision.rule is Rule.PANIC_ARGUMENT else found.temperature,
            temperature_reason="panic" if decision.rule is Rule.PANIC_ARGUMENT else found.temperature_reason,
            is_by_reference=decision.is_by_reference,
            is_captured=decision.is_captured,
            count=1 if instances else count,
            instances=instances,
        )

    def _captures_nothing(self, site: _Site, source: Source) -> bool:
        """Say whether a function literal is static: in inlined code no capture was printed at the place of the call.

        Source: cmd/compile/internal/escape, flowClosure: `-m=2` prints every captured variable at its place. An inlined
        literal (`F.func1`) may capture what is declared around the call, generic code a dictionary without a place.
        """
        place = site.line.place
        if not site.inlined_from:
            return source.captures_nothing(place)
        names = self._parsed.inlined.get(place, ())
        is_plain = not any(_LITERAL_OR_GENERIC.search(name) for name in names)
        return bool(site.blocks) and is_plain and place not in self._parsed.captures

    def _other(self, site: _Site, source: Source) -> Finding:
        line = site.line
        if line.verdict is Verdict.LEAKS:
            target = line.result or ("content" if line.is_content else "heap")
            free, leaking = Allocation.DOES_NOT_ALLOCATE, Rule.LEAKING_PARAMETER
            found = self._base(site, Kind.PARAMETER, allocation=free, reason="", cause=Cause.PARAMETER, rule=leaking)
            lines = (*self._leaks.get(line.place, ()), *self._ways[line.place])
            return replace(found, result=target, level=line.level, lines=lines)
        text = line.subject.replace("go.shape.", "")
        kind = source.kind_of_text(text, line.verdict) if site.inlined_from else site.shape.kind
        allocation, reason, rule = judge_stays(kind, text, is_zero_copy=line.is_zero_copy, go_version=self._go_version)
        return self._base(site, kind, allocation=allocation, reason=reason, cause=Cause.NONE, rule=rule)

    def _base(  # noqa: PLR0913 - one argument for each thing that the verdicts judge in their own way
        self, site: _Site, kind: Kind, *, allocation: Allocation, reason: str, cause: Cause, rule: Rule | None
    ) -> Finding:
        line, shape = site.line, site.shape
        if reason == "growth" and not site.inlined_from:
            reason = growth_reason(self._sources[line.place.file], shape.span)
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
            statement=shape.statement,
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
        is_value = shape.is_selector and line.subject != "func literal"  # which is the method value itself
        is_place = shape.is_call or is_value
        if not names or not is_place or line.subject in _OWN_SUBJECTS or _RESULT_NAME.match(line.subject):
            return ""
        call = self._sources[line.place.file].call_at(line.place)
        if call is not None and line.subject.endswith(")") and _last(called_name(line.subject)) == _last(call.function):
            return ""  # the call itself: a copy of its function was not inlined
        owner = re.match(r"^&?\(?\*?(?P<package>[a-z_]\w*)\.", line.subject)
        if owner is not None:
            # Of several one may hold it as well as another: the outermost holds what it calls in any case.
            inner = {without_types(name) for name in names if name.lstrip("(*").startswith(owner["package"] + ".")}
            names = tuple(inner) if len(inner) == 1 else names
        return without_types(names[0]).removeprefix(self._sources[line.place.file].package_name + ".")


def _bare(subject: str, source: Source) -> str:
    """Return a subject of inlined code without the names that differ between the shapes of a generic function."""
    qualified = rf"\b{re.escape(source.package_name)}\." if source.package_name else r"(?!)"
    return re.sub(qualified, "", subject.partition("go.shape.")[0])


def _is_folded(known: str, subject: str) -> bool:
    """Say whether one inlined copy has a constant where another has a variable: the variable can allocate."""
    return known != subject and boxed_text(known) is Boxed.CONSTANT and boxed_text(subject) is not Boxed.CONSTANT


def _dearer(known: Finding, other: Finding) -> Finding:
    """Return what two shapes of a generic function are told as: `other` where only that one allocates."""
    if other.allocation is Allocation.DOES_NOT_ALLOCATE:
        return known
    return replace(other, instances=known.instances)


def growth_reason(source: Source, span: Span) -> str:
    """Return the key of the reason for which an `append` may allocate: what it grows, as far as that is known."""
    room = source.room_of_append(span)
    return f"growth-{room}" if room else "growth"


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


def _is_boxed(site: _Site) -> bool:
    """Say whether what is made at a site is put into an interface there."""
    reasons = (reason for block in site.blocks for arrow in block.arrows for reason in arrow.reasons)
    return any(reason.why == "interface-converted" and reason.place == site.line.place for reason in reasons)


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
