"""The verdicts that one compile has for one unit, to findings: where, why, does it allocate. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from sys import intern

from goescape_lsp.core.blocks import telling
from goescape_lsp.core.classify import Classifier
from goescape_lsp.core.judge import UNKNOWN_SIZE, judge_heap, judge_stays, may_be_empty
from goescape_lsp.core.model import (
    Allocation,
    Cause,
    Finding,
    Kind,
    Package,
    Place,
    Rule,
    Span,
    Temperature,
    Verdict,
)
from goescape_lsp.core.naming import UNCOUNTED, bare, function_of
from goescape_lsp.core.parse import Block, Parsed, VerdictLine, leaks_by_place
from goescape_lsp.core.shape import Boxed, Shape
from goescape_lsp.core.steps import called_name
from goescape_lsp.core.tables.layouts import block_of
from goescape_lsp.core.tables.messages import LITERAL, VARIADIC
from goescape_lsp.core.tables.versions import is_at_least
from goescape_lsp.core.temperature import temper
from goescape_lsp.core.unexplained import unexplained
from goescape_lsp.core.variadic import variadic_call
from goescape_lsp.session.flow import Teller
from goescape_lsp.session.retelling import Retelling, where_now
from goescape_lsp.session.reuse import Sites
from goescape_lsp.syntax.boxing import NAMED_CONSTANT
from goescape_lsp.syntax.source import Source

_Key = tuple[str, int, int, str, Verdict]

_OF_RESULT = re.compile(r"\(~[rR]\d+\)$")  # a conversion of an inlined call's result: `string(~r0)`
_ERRORS_NEW = "&errors.errorString{...}"
_SHAPE = re.compile(r"\[(?P<shapes>.*go\.shape\..*)\]")
_LITERAL = re.compile(r"\.func\d")
_STATE = re.compile(r"^#state\d+$")  # of each loop in an inlined body: one site, told once
_RESULT_NAME = re.compile(r"^~[rR]\d+$")
_EXPORTED = re.compile(r"(?:^|\.)[A-Z]\w*$")
_CONTENTS = frozenset([Kind.SLICE, Kind.APPEND, Kind.BYTES, Kind.STRING])
_BOXED = {"empty-copy": "", "few-bytes": "empty-string", "empty-part": "empty-string"}
"""What the reason of a text or a copy becomes where its box is told with it."""
_BOXED_SELECTORS = {Kind.OTHER: Boxed.MAYBE, Kind.INTERFACE: Boxed.UNKNOWN, Kind.METHOD_VALUE: Boxed.NOTHING}


@dataclass(frozen=True, slots=True)
class _Site:
    line: VerdictLine
    shape: Shape
    blocks: tuple[Block, ...]
    inlined_from: str

    @property
    def words(self) -> tuple[str, ...]:
        """The verdict as the compiler printed it, if it did."""
        return () if self.line.is_unsaid else (intern(_words(self.line)),)


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
        self._capturing = {bare(name) for name in parsed.capturing}
        self._generic_capturing = {bare(name) for name in parsed.capturing if "[" in name}
        self._classifier = classifier
        literals = (line.place for line in parsed.verdicts if line.subject == LITERAL)
        self._teller = Teller(sources, parsed, frozenset(literals))
        self._retelling = Retelling(sources, parsed.inlined)

    def add_to(self, sites: Sites) -> None:
        """Put every verdict of the compile into `sites`, one finding for each expression and subject.

        A box and its content (`string(b)` put into an interface) are printed at two places of one expression: they
        are one site, as are the verdicts of the other build variants. A heap verdict wins over the others, a leak over
        `stays`: instances of a generic function may differ.
        """
        lines = (*self._parsed.verdicts, *self._unsaid())
        counts = Counter(_key(line) for line in lines)
        done: set[_Key] = set()
        for line in lines:
            key = _key(line)
            source = self._sources.get(line.place.file)
            if key in done or source is None or source.is_function_place(line.place):
                continue
            done.add(key)
            self._add(sites, line, source, counts[key])

    def _unsaid(self) -> Iterator[VerdictLine]:
        """Yield the verdicts on functions that the compiler makes of methods and functions of generic code.

        Source: cmd/compile/internal/escape, finish: it explains them and prints no verdict, as on the wrappers of `go`
        and `defer`, go1.21 to go1.27.
        """
        for block in self._parsed.blocks:
            source = self._sources.get(block.place.file)
            if block.subject != LITERAL or source is None or not source.is_made_function(block.place):
                continue
            if block.place not in self._alike.get((block.place.file, LITERAL), ()):
                yield VerdictLine(block.place, LITERAL, Verdict.ESCAPES, is_unsaid=True)

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
        subject = _bare(_STATE.sub("#", line.subject), source) if is_crowded else str(shape.kind)
        key = (line.place.file, shape.span, subject, origin)
        known = sites.get(key)
        is_heap = line.verdict in {Verdict.ESCAPES, Verdict.MOVED}
        is_worse = known is not None and known.verdict is Verdict.STAYS and line.verdict is Verdict.LEAKS
        is_better = (
            known is not None and is_heap and (not known.is_heap or _is_folded(known.subject, line.subject, source))
        )
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
        function, named_at = (bare(wrapper), None) if wrapper else (shape.function, shape.named_at)
        return replace(
            shape, function=function, named_at=named_at, temperature=Temperature.NORMAL, temperature_reason=""
        )

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
        is_inlined = bool(site.inlined_from)
        kind, boxed = self._made(site, source, text)
        decision = self._classifier.decide(line.place, line.subject, kind, is_inlined=is_inlined)
        captures = self._captures(site, source) if kind is Kind.CLOSURE else True
        is_static = _is_unreached(site) or captures is False
        is_sized = self._is_sized(site, source, text)
        allocation, reason = judge_heap(
            kind,
            decision.rule,
            text,
            boxed,
            is_static=is_static,
            wrapped="" if is_inlined else source.wrapped(line.place),
            is_sized=is_sized,
            go_version=self._go_version,
        )
        if captures is None and allocation is Allocation.ALLOCATES:
            allocation, reason = Allocation.MAY_ALLOCATE, "unknown-captures"
        if reason == UNKNOWN_SIZE and not is_inlined and source.is_generic_at(line.place):
            reason = "type-argument"
        is_of_runes = not is_inlined and source.is_made_of_runes(shape.span)
        if reason == "few-bytes" and is_of_runes:
            reason = ""
        if boxed is Boxed.VALUE and kind is Kind.STRING and may_be_empty(text) and not is_of_runes:
            reason = "empty-string"
        if decision.cause is Cause.NOT_ASKED:
            allocation, reason = unexplained(kind, line.subject, allocation, reason)
        instances = _instances(site.blocks)
        cause, rule = decision.cause, decision.rule
        if kind is Kind.VARIADIC and not is_inlined:
            site = self._narrowed(site, source)
        found = self._base(site, kind, allocation=allocation, reason=reason, cause=cause, rule=rule)
        told = self._teller.steps(site.blocks)
        flow = self._retelling.flow(told, line.place, site.inlined_from)
        return replace(
            found,
            flow=flow,
            lines=_lines(site),
            decided_at=_known(where_now(decision.at, told, flow), self._sources),
            decided_in=self._retelling.keeper(decision, line.place, flow),
            is_of_other=self._retelling.is_of_other(flow, line.place),
            callee=decision.callee,
            keeper=decision.keeper,
            temperature=Temperature.COLD if decision.rule is Rule.PANIC_ARGUMENT else found.temperature,
            temperature_reason="panic" if decision.rule is Rule.PANIC_ARGUMENT else found.temperature_reason,
            is_by_reference=decision.is_by_reference,
            is_captured=decision.is_captured,
            count=1 if instances else count,
            instances=instances,
        )

    def _narrowed(self, site: _Site, source: Source) -> _Site:
        """Return the site of a call's slice as those arguments only that are put into it, where they are known."""
        place = site.line.place
        found = source.slice_at(place, variadic_call(site.blocks, place), self._parsed.inlined.get(place, ()))
        return site if found is None else replace(site, shape=replace(site.shape, span=found[0], expression=found[1]))

    def _is_sized(self, site: _Site, source: Source, text: str) -> bool | None:
        """Say whether what a site makes takes memory: by its type, the compiler's text, or the width of a capture."""
        if (width := self._parsed.widths.get((site.line.place, site.line.subject))) is not None:
            return width > 0
        known = None if site.inlined_from else site.shape.is_sized
        return source.is_sized_text(text) if known is None else known

    def _made(self, site: _Site, source: Source, text: str) -> tuple[Kind, Boxed]:
        """Return what a site makes, and what is known of what it puts into an interface."""
        line, kind, boxed = site.line, site.shape.kind, site.shape.boxed
        if site.inlined_from:
            kind, boxed = source.kind_of_text(text, line.verdict), source.boxed_text(text)
            if _is_put_in_place(site):
                kind, boxed = Kind.INTERFACE, Boxed.CONSTANT
            is_open = kind is Kind.OTHER and not text.startswith("make(")
            boxed = boxed if kind is Kind.INTERFACE else Boxed.MAYBE if is_open else Boxed.NOTHING
        elif kind in _CONTENTS and _is_boxed(site):  # whatever its content takes, its header is copied
            boxed = Boxed.SLICE if kind is Kind.APPEND else Boxed.VALUE
        if kind is not Kind.OTHER or boxed is Boxed.NOTHING:
            return kind, boxed
        kind = self._classifier.kind_of_selector(line.place, line.subject, is_boxed=boxed is not Boxed.MAYBE)
        return kind, _BOXED_SELECTORS[kind]

    def _captures(self, site: _Site, source: Source) -> bool | None:
        """Say whether a function literal captures anything; without that it is static. None where nothing tells.

        Source: cmd/compile/internal/escape, flowClosure: `-m=2` prints every captured variable, with the function
        around the literal, where the variable is declared: for those of inlined code that is the place of the call.
        """
        place = site.line.place
        function = function_of(site.shape, place.file, source.package_name, self._parsed.names)
        if not site.inlined_from:
            # In generic code each literal captures a dictionary, which the source does not show.
            return bare(function) in self._generic_capturing or not source.captures_nothing(place)
        if not site.blocks:
            return None
        if place in self._parsed.captures:
            return True
        names = self._parsed.inlined.get(place, ())
        if any("[" in name for name in names):  # generic code may capture a dictionary without a place
            return None
        # A literal that was inlined (`F.func1`) may hold one that captures what is declared around the call.
        is_plain = not any(_LITERAL.search(name) for name in names)
        if is_plain or not (function.endswith(UNCOUNTED) or bare(function) in self._capturing):
            return False
        named = (at for at, told in self._parsed.names.items() if site.inlined_from in map(bare, told))
        literal = next((at for at in named if at.file == place.file), None)
        return source.captures_inside(literal) if literal is not None else None

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
        source = self._sources[line.place.file]
        function = intern(function_of(shape, line.place.file, source.package_name, self._parsed.names))
        if reason == "growth" and not site.inlined_from:
            reason = growth_reason(source, shape.span)
        return Finding(
            file=line.place.file,
            span=shape.span,
            at=line.place,
            verdict=line.verdict,
            subject=intern(line.subject),
            kind=kind,
            cause=cause,
            rule=rule,
            function=function,
            package=self._package.import_path,
            allocation=allocation,
            temperature=shape.temperature,
            expression=intern(shape.expression),
            lines=site.words,
            inlined_from=site.inlined_from,
            holder=shape.holder,
            statement=shape.statement,
            size=None if site.inlined_from else shape.size,
            block=self._block(site, kind),
            is_api=self._is_library and _EXPORTED.search(function) is not None,
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
        is_value = shape.is_selector and line.subject != LITERAL  # which is the method value itself
        is_place = shape.is_call or is_value
        if not names or not is_place or line.subject == VARIADIC or _RESULT_NAME.match(line.subject):
            return ""
        call = self._sources[line.place.file].call_at(line.place)
        if call is not None and line.subject.endswith(")") and _last(called_name(line.subject)) == _last(call.function):
            return ""  # the call itself: a copy of its function was not inlined
        owner = re.match(r"^&?\(?\*?(?P<package>[a-z_]\w*)\.", line.subject)
        if owner is not None:
            # Of several one may hold it as well as another: the outermost holds what it calls in any case.
            inner = {bare(name) for name in names if name.lstrip("(*").startswith(owner["package"] + ".")}
            names = tuple(inner) if len(inner) == 1 else names
        return bare(names[0]).removeprefix(self._sources[line.place.file].package_name + ".")


def _bare(subject: str, source: Source) -> str:
    """Return a subject of inlined code without the names that differ between the shapes of a generic function."""
    qualified = rf"\b{re.escape(source.package_name)}\." if source.package_name else r"(?!)"
    return re.sub(qualified, "", subject.partition("go.shape.")[0])


def _is_folded(known: str, subject: str, source: Source) -> bool:
    """Say whether one inlined copy has a constant where another has a variable: the variable can allocate."""
    is_constant, is_also = (source.boxed_text(one) is Boxed.CONSTANT for one in (known, subject))
    return known != subject and is_constant and not is_also


def _is_put_in_place(site: _Site) -> bool:
    """Say whether a constant took a variable's place: `level escapes to heap in F:`, then `slog.Level(-4) escapes`."""
    is_other = bool(site.blocks) and site.blocks[0].subject.rpartition(".")[2].isidentifier()
    return is_other and NAMED_CONSTANT.match(site.line.subject) is not None


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


def _lines(site: _Site) -> tuple[str, ...]:
    told = telling(site.blocks)
    return (*(told.lines if told is not None else ()), *site.words)


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
