"""What syntax says about sites, as values and as the questions that the classifier asks; answered by `syntax`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from goescape_lsp.core.model import Kind, Place, Span, Temperature


class Boxed(StrEnum):
    """What is known of a value that is put into an interface; decides whether the boxing allocates."""

    NOTHING = "nothing"  # the site is no boxing
    UNKNOWN = "unknown"
    CONSTANT = "constant"
    CONSTANT_STRUCT = "constant struct"  # static data in newer versions only
    SMALL_CONSTANT_STRUCT = "small constant struct"  # the same, and in older versions a small value
    SET_VARIABLE = "set variable"  # of constants; static data in newer versions if it is never changed
    ONE_BYTE = "one byte"
    ZERO_SIZE = "zero size"
    SMALL_INTEGER = "small integer"  # allocates unless the value is below 256
    SMALL_VALUE = "small value"  # of 2, 4 or 8 bytes without pointers: allocates unless it is zero, or nearly
    STRING = "string"  # allocates unless empty
    SLICE = "slice"  # its header is copied unless it is nil
    NIL_SLICE = "nil slice"
    POINTER_SHAPED = "pointer-shaped"
    VALUE = "value"
    MAYBE = "maybe"  # a field that is put into an interface, or a method value


@dataclass(frozen=True, slots=True)
class Shape:
    """The expression or name at a place.

    `holder` is the name of the variable that first holds the value. `function` is Go's name of the enclosing function,
    "" at package level, `named_at` where the compiler tells what it calls it, None where that is known
    (`core/naming.py`). `loop_depth` counts the loops of that function around the place. `statement` is the first word
    of the statement around it, None outside. `size` (in bytes), `has_pointers` and `is_sized` (that it takes memory at
    all) are about what would be allocated, None when not known. `is_call` says that the place is a call of a function
    (not a builtin, not a conversion), where inlined code is reported; `is_selector` that it is `x.f`, where that of the
    method is which a method value calls. `is_fallback` says that no expression stands at the place and `span` is the
    best there is: the token or the line. `rounds` are the temperature and its reason of a loop's variable where each
    round has one of its own, None for all else.
    """

    span: Span
    expression: str
    kind: Kind
    function: str = ""
    holder: Span | None = None
    loop_depth: int = 0
    temperature: Temperature = Temperature.NORMAL
    temperature_reason: str = ""
    boxed: Boxed = Boxed.NOTHING
    size: int | None = None
    has_pointers: bool | None = None
    is_sized: bool | None = None
    is_call: bool = False
    is_selector: bool = False
    is_fallback: bool = False
    statement: Span | None = None
    rounds: tuple[Temperature, str] | None = None
    named_at: Place | None = None


class Target(StrEnum):
    """What the left side of an assignment is."""

    GLOBAL = "global"
    MAP = "map"
    ELEMENT = "element"
    FIELD = "field"
    RESULT = "result"
    LOCAL = "local"
    OUTER_FUNCTION = "outer function"
    UNKNOWN = "unknown"


class Callee(StrEnum):
    """What a call calls, as far as its own source tells."""

    APPEND = "append"
    PANIC = "panic"
    COPY = "copy"
    FUNCTION = "function"
    METHOD = "method"
    IMPORTED = "imported"
    VALUE = "value"  # a function value, or a method of an interface
    CONVERSION = "conversion"
    UNKNOWN = "unknown"


class Capturer(StrEnum):
    """What captures a value although the source has no literal there; the compiler calls all of them closures."""

    GO = "go"
    DEFER = "defer"
    LOOP = "loop"  # the body of a loop over a function
    VALUE = "value"  # a method value, or a function, of generic code
    LATER = "later"  # one of these, except a loop


CAPTURES = frozenset({"captured by a closure", "reference"})
"""The compiler's reasons for what a closure captures."""

COPIED = ".autotmp_"
"""What begins the name of an operand that a function is made to carry: nobody wrote it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call at a place: what it calls, the source text of the function, and its whole span."""

    callee: Callee
    function: str
    span: Span
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A function literal around or at a place: where its `func` stands, and the `go` or `defer` that starts it.

    `is_wrapper` says that there is no literal in the source: the compiler wraps the call of a `go` or `defer`
    statement, and `place` is that keyword. `is_in_loop` is about the statement.
    """

    place: Place
    keyword: str
    is_wrapper: bool
    is_in_loop: bool


class Syntax(Protocol):
    """What the classifier asks of one file; places are of that file."""

    def call_at(self, place: Place) -> Call | None:
        """Return the call whose `(`, or whose `go` or `defer`, stands at a place."""
        ...

    def ranged_at(self, place: Place) -> Call | None:
        """Return what the loop at a place ranges over, as if it were called."""
        ...

    def target_at(self, place: Place, left: str) -> Target:
        """Return what is assigned to at the place of an assignment."""
        ...

    def result_name(self, place: Place, name: str) -> bool:
        """Say whether a name is a named result of the function around a place."""
        ...

    def is_one_function(self, place: Place, other: Place) -> bool:
        """Say whether two places lie in the same declaration of the file."""
        ...

    def outlives_loop(self, place: Place, name: str, site: Place) -> bool:
        """Say whether what a name means at a place is declared outside a loop that is around a site."""
        ...

    def is_loop_variable(self, place: Place, name: str) -> bool:
        """Say whether what a name means at a place is declared by a loop itself: `v` of `for _, v := range …`."""
        ...

    def is_in_more_loops(self, site: Place, place: Place) -> bool:
        """Say whether more loops are around a site than around another place of the same function."""
        ...

    def is_loop_by_label(self, place: Place, site: Place) -> bool:
        """Say whether a place counts as in a loop only for a label before it, and a site is not run again either."""
        ...

    def literal_around(self, place: Place) -> Literal | None:
        """Return the function literal or `go`/`defer` wrapper around a place."""
        ...

    def literals_around(self, place: Place) -> tuple[Literal, ...]:
        """Return the function literals and `go`/`defer` wrappers around a place, the innermost first."""
        ...

    def bodies_around(self, place: Place) -> tuple[Place, ...]:
        """Return where literals, wrappers and loops whose body may be a function begin around a place, innermost first.

        Shape: a loop is around its body and the variables that it sets, as far as the file tells it may range over a
        function.
        """
        ...

    def start_at(self, place: Place, name: str) -> Literal | None:
        """Return the `go` or `defer` that calls the function value at a place, or the variable of a name around it."""
        ...

    def literal_at(self, place: Place) -> Literal | None:
        """Return the function literal or wrapper that starts at a place."""
        ...

    def is_local(self, place: Place, name: str) -> bool:
        """Say whether a name is local at a place."""
        ...

    def is_import(self, name: str) -> bool:
        """Say whether a name is an imported package."""
        ...

    def is_type(self, name: str) -> bool:
        """Say whether a name is a type of the package."""
        ...
