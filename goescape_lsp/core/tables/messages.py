"""The forms of the compiler's -m=2 lines, and the reasons that stand in its `from` lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from goescape_lsp.core.model import Cause
from goescape_lsp.core.tables.versions import holds

LITERAL = "func literal"
"""The subject of every function without a name."""

VARIADIC = "... argument"
"""The subject of the slice that a call's variadic arguments are put into."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of line, without its position: a regular expression, and the versions that print it.

    `is_aside` marks lines that say nothing about a site. A version's own dialect (`=` or `←`, ` in F`) is part of
    the expression: all are read always, since a module's text may come from another toolchain's cache.
    """

    name: str
    text: str
    source: str
    since: str = ""
    until: str = ""
    is_aside: bool = False


# Source: cmd/compile, go1.21 to go1.27; `source` is the package that prints the form.
FORMS: tuple[Form, ...] = (
    Form(
        "line",
        r"^(?P<file>(?:[A-Za-z]:)?[^:\n]*?):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<text>.*)$",
        "cmd/compile/internal/base",
    ),
    # A line that is no part of an explanation, anywhere in an output.
    Form(
        "statement",
        r"(?m)^(?P<file>(?:[A-Za-z]:)?[^:\n]*?):(?P<line>\d+)(?::(?P<column>\d+))?: (?! )(?P<text>.*)$",
        "cmd/compile/internal/base",
    ),
    # ` in F` from go1.25.
    Form("escape-head", r"^(?P<subject>.+?) escapes to heap(?: in (?P<function>.+))?:$", "escape"),
    # ` for F` from go1.25.
    Form(
        "leak-head",
        r"^parameter (?P<subject>.+) leaks to (?P<target>\{storage for .+?\}|.+?)"
        r"(?: for (?P<function>.+))? with derefs=(?P<derefs>\d+):$",
        "escape",
    ),
    Form(
        "leak-to-result",
        r"^leaking param: (?P<subject>\S+) to result (?P<result>\S+) level=(?P<level>\d+)$",
        "escape",
    ),
    # `=` up to go1.24, `←` from go1.25.
    Form("flow", r"^  flow: (?P<target>.+) (?:=|←) (?P<operators>&|\**)(?P<source>.+):$", "escape"),
    Form(
        "from",
        r"^    from (?P<expression>.*) \((?P<why>[^()]+(?:\.\.\.)?)\) at "
        r"(?:(?P<file>.*?):(?P<line>\d+)(?::(?P<column>\d+))?|(?P<other>.+?))$",
        "escape",
    ),
    Form("cannot-inline", r"^cannot inline (?P<function>.+?): (?P<reason>.*)$", "inline"),
    # Initialisers and range-over-func bodies are printed without a position (go1.23 and later).
    Form(
        "capture",
        r"^(?P<function>.*) capturing by (?:ref|value): (?P<name>\S+)(?: \(.* width=(?P<width>\d+)\))?.*$",
        "escape",
        is_aside=True,
    ),
    # What a loop over a function shares with its body (`#next`) has no position of its own; the loop is a site anyway.
    Form(
        "unplaced",
        r"^(?:<unknown line number>: (?:\S*#\w+ escapes to heap.*:|  flow: .*|    from .*)|moved to heap: \S*#\w+)$",
        "escape",
        since="1.23",
    ),
    Form("self-assignment", r"^.* ignoring self-assignment in .+$", "escape", is_aside=True),
    Form("unsafe-uintptr", r"^assuming \S+ is unsafe uintptr$", "escape", is_aside=True),
    Form("escaping-uintptr", r"^marking \S+ as escaping (?:\.\.\.)?uintptr$", "escape", is_aside=True),
    Form("mutation", r"^(?:mutates|calls) param: \S+ derefs=\d+$", "escape", since="1.22", is_aside=True),
    Form("devirtualized", r"^(?:partially )?devirtualizing .+ to .+$", "devirtualize", is_aside=True),
    Form("not-devirtualized", r"^cannot devirtualize .+: .+$", "devirtualize", is_aside=True),
    Form("pgo-devirtualized", r"^PGO devirtualizing .+$", "devirtualize", is_aside=True),
    Form("not-pgo-devirtualized", r"^should not PGO devirtualize .+$", "devirtualize", is_aside=True),
    Form("big-function", r"^function .+ considered 'big'; .*$", "inline", is_aside=True),
    Form("bounds", r"^index bounds check elided$", "walk", is_aside=True),
    Form(
        "loop-not-inlined",
        r"^skip inlining within testing\.B\.loop for .+$",
        "inline/interleaved",
        since="1.24",
        is_aside=True,
    ),
    Form("kept-alive", r"^.+ will be kept alive$", "bloop", since="1.26", is_aside=True),
    Form("not-kept-alive", r"^expr is unknown to bloop pass$", "bloop", since="1.26", is_aside=True),
    Form("imprecise", r"^imprecise interface call$", "reflectdata", is_aside=True),
    Form("nil-check", r"^(?:generated|removed) nil check$", "ssagen", is_aside=True),
    Form(
        "truncated",
        r"^ {2}warning: truncated explanation due to assignment cycle; .*$",
        "escape",
        is_aside=True,
    ),
    Form("can-inline", r"^can inline .+$", "inline", is_aside=True),
)


def pattern(name: str) -> re.Pattern[str]:
    """Return the expression of a form. Errors: StopIteration for an unknown name."""
    return re.compile(next(form.text for form in FORMS if form.name == name))


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in the brackets of a `from` line; `cause` is what it decides when it ends a flow, None when nothing."""

    text: str
    cause: Cause | None = None
    since: str = ""
    until: str = ""
    source: str = "cmd/compile/internal/escape"


REASONS: tuple[Why, ...] = (
    Why("address-of"),
    Why("indirection"),
    Why("dot"),
    Why("dot of pointer"),
    Why("fixed-array-index-of"),
    Why("slice"),
    Why("slice-to-array"),
    Why("reference"),
    Why("captured by a closure"),
    Why("spill"),
    Why("interface-converted"),
    Why("array literal element"),
    Why("slice-literal-element"),
    Why("struct literal element"),
    Why("map literal key", Cause.MAP_LITERAL),
    Why("map literal value", Cause.MAP_LITERAL),
    Why("assign"),
    Why("assign-pair"),
    Why("assign-pair-dot-type"),
    Why("assign-pair-mapr"),
    Why("assign-pair-receive"),
    Why("return", Cause.RETURN),
    Why("send", Cause.CHAN_SEND),
    Why("range"),
    Why("range-deref"),
    Why("switch case"),
    Why("key of map put", Cause.MAP_KEY),
    Why("call parameter"),
    Why("callee operand", Cause.UNKNOWN_CALL, since="1.22"),
    Why("appendee slice", Cause.APPEND_SPREAD),
    Why("appended slice...", Cause.APPEND_SPREAD),
    Why("copied slice", Cause.COPY),
    Why("too large for stack"),
    Why("too aligned for stack"),
    Why("non-constant size", until="1.24"),
    Why("zero-sized element", since="1.25"),
    Why("//go:uintptrescapes", Cause.UINTPTRESCAPES),
    Why("conversion to unsafe.Pointer", Cause.UNSAFE_CHECKPTR),
    Why("reflect.Header.Data"),
)


def tells_of_no_size(go_version: str = "") -> bool:
    """Say whether a version gives the reason `zero-sized element` where a `make` of such a slice leaves the stack."""
    return any(row.text == "zero-sized element" and holds(row, go_version) for row in REASONS)
