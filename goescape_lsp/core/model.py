"""The nouns of the project, all frozen: place, span, site, verdict, flow, cause, finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from goescape_lsp.core.shard import Shard


class Verdict(StrEnum):
    """What the compiler says of a value; the words of `goescape check --format json`."""

    ESCAPES = "escapes"
    MOVED = "moved"
    LEAKS = "leaks"
    STAYS = "stays"


class Kind(StrEnum):
    """What would be allocated."""

    MAP = "map"
    SLICE = "slice"
    NEW = "new"
    COMPOSITE = "composite"
    VARIABLE = "variable"
    CLOSURE = "closure"
    INTERFACE = "interface"
    STRING = "string"
    BYTES = "bytes"
    VARIADIC = "variadic"
    APPEND = "append"
    METHOD_VALUE = "method-value"
    PARAMETER = "parameter"
    CHANNEL = "channel"
    OTHER = "other"


class Cause(StrEnum):
    """The root cause of a verdict, after every container was chased."""

    RETURN = "return"
    GLOBAL = "global"
    HEAP_STORE = "heap-store"
    MAP_STORE = "map-store"
    MAP_KEY = "map-key"
    MAP_LITERAL = "map-literal"
    CHAN_SEND = "chan-send"
    APPEND = "append"
    APPEND_SPREAD = "append-spread"
    COPY = "copy"
    GOROUTINE = "goroutine"
    DEFER_LOOP = "defer-loop"
    DEFER_LABEL = "defer-label"
    INTERFACE_ARG = "interface-arg"
    UNKNOWN_CALL = "unknown-call"
    CALLEE_PARAM = "callee-param"
    ASSEMBLY = "assembly"
    PANIC = "panic"
    LOOP = "loop"
    LABEL = "label"
    LOOP_VARIABLE = "loop-variable"
    RECURSION = "recursion"
    OUTER_VAR = "outer-var"
    TOO_LARGE = "too-large"
    TOO_ALIGNED = "too-aligned"
    NON_CONSTANT_SIZE = "non-constant-size"
    ZERO_SIZE_ELEMENT = "zero-size-element"
    UINTPTRESCAPES = "uintptrescapes"
    UNSAFE_CHECKPTR = "unsafe-checkptr"
    PARAMETER = "parameter"
    NONE = "none"
    NOT_ASKED = "not-asked"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """Stable ids of what the programmer did to the value; the diagnostic's `code`, never renamed."""

    RETURNED = "returned"
    CAPTURED_BY_CLOSURE = "captured-by-closure"
    GOROUTINE = "goroutine"
    DEFERRED_IN_LOOP = "deferred-in-loop"
    INTERFACE_CONVERSION = "interface-conversion"
    STORED_IN_GLOBAL = "stored-in-global"
    STORED_IN_HEAP_OBJECT = "stored-in-heap-object"
    STORED_IN_MAP = "stored-in-map"
    APPENDED = "appended"
    COPIED = "copied"
    SENT_ON_CHANNEL = "sent-on-channel"
    PASSED_TO_LEAKING_PARAMETER = "passed-to-leaking-parameter"
    PASSED_TO_UNKNOWN_CALL = "passed-to-unknown-call"
    PASSED_TO_ASSEMBLY = "passed-to-assembly"
    PANIC_ARGUMENT = "panic-argument"
    TOO_LARGE_FOR_STACK = "too-large-for-stack"
    TOO_ALIGNED_FOR_STACK = "too-aligned-for-stack"
    NON_CONSTANT_SIZE = "non-constant-size"
    ZERO_SIZE_ELEMENT = "zero-size-element"
    OUTLIVES_LOOP_ITERATION = "outlives-loop-iteration"
    OUTLIVES_SCOPE = "outlives-scope"
    UINTPTR_ESCAPES = "uintptr-escapes"
    UNSAFE_POINTER_CHECK = "unsafe-pointer-check"
    LEAKING_PARAMETER = "leaking-parameter"
    UNKNOWN_CAUSE = "unknown-cause"
    UNEXPLAINED = "unexplained"
    GROWING_APPEND = "growing-append"
    VARIABLE_SIZE_MAKE = "variable-size-make"
    STRING_CONVERSION = "string-conversion"
    STRING_CONCATENATION = "string-concatenation"
    MAKE_CHANNEL = "make-channel"
    MAP_STORAGE = "map-storage"


class Allocation(StrEnum):
    """Whether the place really calls the allocator when it runs; not the same as escaping."""

    ALLOCATES = "allocates"
    MAY_ALLOCATE = "may-allocate"
    DOES_NOT_ALLOCATE = "does-not-allocate"
    UNKNOWN = "unknown"


class Temperature(StrEnum):
    """How often the place is likely to run."""

    LOOP = "loop"
    NORMAL = "normal"
    COLD = "cold"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What the compiler printed.

    Units: `line` counts from 1; `column` counts UTF-8 bytes from 1, 0 when the compiler printed none
    (columns of 255 and more, `//line` directives without a column).
    """

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of one file.

    Units: lines count from 1, columns count UTF-8 bytes from 1; the end is exclusive.
    """

    line: int
    column: int
    end_line: int
    end_column: int

    def below(self, rows: int) -> Span:
        """Return the span as many lines further down."""
        return Span(self.line + rows, self.column, self.end_line + rows, self.end_column)


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of a flow, in the compiler's words, and where it happens.

    `why` is the compiler's reason (`return`, `call parameter`, …), or "" for an assignment of the flow itself.
    `expression` is the compiler's text of the expression; `source` and `target` are the two ends of the arrow
    (`{heap}`, `{storage for X}`, a name), with the `&` or `*` of the source. A `place` without a line is not known.
    `capturer` is what captures the value where that is no literal of the source (`core.shape.Capturer`). `written` is
    the expression as its own package has it, "" where that is the compiler's text. `inlined_from` is the function in
    whose inlined body the step stands, "" when it is in the source at `place`; `is_given` says that the value becomes
    a parameter of that function, the target, there, `is_deeper` that it may stand in another one that was inlined into
    that one.
    """

    why: str
    expression: str
    source: str
    target: str
    place: Place
    capturer: str = ""
    written: str = ""
    inlined_from: str = ""
    is_given: bool = False
    is_deeper: bool = False

    @property
    def text(self) -> str:
        """The expression as somebody would read it."""
        return self.written or self.expression


@dataclass(frozen=True, slots=True)
class Finding:
    """A site with its verdict, cause and story: what is shown.

    `file` is an absolute path. `span` is the whole expression or the declared name. `expression` is its source
    text on one line. `holder` is the span of the variable that the expression is first stored in, when there is one.
    `decided_at` is the place of the deciding step. `callee` is the function that the deciding call names, "" otherwise,
    `range` for the function that a loop ranges over.
    `keeper` says what keeps the closure or interface value that holds this value, as a rule, None when nothing does.
    `inlined_from` is the function whose inlined body holds the value, "" when it stands in the source at `span`.
    `decided_in` is the function whose inlined body has what keeps the value, or the closure that captures it, "" when
    that is in the source.
    `count` is the number of verdicts of one compile that were merged here, `also_at` the other places of them.
    `instances` are the type arguments that lead here.
    `size` is in bytes, `block` what the allocator takes for it, None when not known. `lines` are the compiler's own
    words. `result` and `level` belong to a parameter that leaks: to a named result, to the `heap`, or its `content` to
    the heap. `is_captured` says that a closure holds the value, `is_by_reference` that it does so by reference. The
    two reasons are keys of `words`.
    `is_api` says that its function can be called from other modules: exported, neither in a program nor internal.
    `statement` is the first word of the statement that it stands in, None outside statements; `is_beside` says that
    the statement has another finding that is told louder.
    `is_of_other` says that what decides happens to another value, which the variable held before this one.
    `suppressed` is the reason for which a comment in the source accepts the finding, "" when none does.
    """

    file: str
    span: Span
    at: Place
    verdict: Verdict
    subject: str
    kind: Kind
    cause: Cause
    rule: Rule | None
    function: str
    package: str
    allocation: Allocation
    temperature: Temperature
    expression: str
    flow: tuple[Step, ...] = ()
    lines: tuple[str, ...] = ()
    decided_at: Place | None = None
    callee: str = ""
    keeper: Rule | None = None
    inlined_from: str = ""
    decided_in: str = ""
    is_of_other: bool = False
    also_at: tuple[Place, ...] = ()
    holder: Span | None = None
    count: int = 1
    instances: tuple[str, ...] = ()
    size: int | None = None
    block: int | None = None
    result: str = ""
    level: int = 0
    is_captured: bool = False
    is_by_reference: bool = False
    is_api: bool = False
    statement: Span | None = None
    is_beside: bool = False
    allocation_reason: str = ""
    temperature_reason: str = ""
    suppressed: str = ""

    @property
    def is_heap(self) -> bool:
        """Say whether the compiler puts the value on the heap."""
        return self.verdict in {Verdict.ESCAPES, Verdict.MOVED}

    @property
    def is_silent(self) -> bool:
        """Say whether only the machine code tells of the site: the compiler printed nothing for it."""
        return self.verdict is Verdict.STAYS and not self.lines


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function does with one parameter: `leaks` are the compiler's words, empty when it stays.

    `is_reference` says that callers pass an address, a slice, a map or a function, and that it is no receiver.
    """

    name: str
    span: Span
    leaks: tuple[str, ...]
    is_reference: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a file: its name, where the name and the whole declaration stand, and what is known of it.

    `inlining` is the compiler's sentence (`can inline F with cost 12`, `cannot inline F: …`), "" when not printed.
    `body` is the block with its braces, None where the declaration has none.
    `saved` counts the allocations of one call that a caller of the package would not make if it were inlined.
    """

    name: str
    name_span: Span
    span: Span
    parameters: tuple[Parameter, ...] = ()
    inlining: str = ""
    body: Span | None = None
    saved: int = 0


@dataclass(frozen=True, slots=True)
class Comment:
    """A line comment that names goescape.

    `text` starts with its slashes. `is_alone` says that no code stands before it on its line, `function` is then the
    declaration directly below it, None when there is none. `generic` is the generic function that it is in or above.
    """

    span: Span
    text: str
    is_alone: bool
    function: Span | None = None
    generic: Span | None = None


class RemarkKind(StrEnum):
    """What is wrong with a comment that speaks to goescape; the diagnostic's `code`."""

    UNUSED = "unused-suppression"
    MISPLACED = "misplaced-suppression"
    NO_REASON = "missing-reason"
    UNKNOWN_RULE = "unknown-rule"
    UNKNOWN_WORD = "unknown-directive"


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that does not do what its writer expects.

    `span` is the whole comment; `given` are its words that are meant (rules, or the misspelt directive); `near` is
    what the writer may have wanted, "" when nothing is alike.
    """

    span: Span
    kind: RemarkKind
    given: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All that one analysis knows of one file, in order of position."""

    path: str
    content: bytes
    findings: tuple[Finding, ...]
    functions: tuple[Function, ...] = ()
    is_test: bool = False
    is_generated: bool = False
    comments: tuple[Comment, ...] = ()
    remarks: tuple[Remark, ...] = ()


class ProblemKind(StrEnum):
    """What kept an analysis from its answer; `words` has a sentence and a hint for each."""

    NO_GO = "no-go"
    GO_TOO_OLD = "go-too-old"
    GO_TOO_OLD_FOR_MODULE = "go-too-old-for-module"
    NO_MODULE = "no-module"
    BROKEN_MODULE = "broken-module"
    MISSING_MODULES = "missing-modules"
    COMPILE_ERROR = "compile-error"
    IMPORT_CYCLE = "import-cycle"
    NOT_BUILT = "not-built"
    NO_PACKAGES = "no-packages"
    UNREADABLE = "unreadable"
    TIMED_OUT = "timed-out"
    TOO_MUCH_OUTPUT = "too-much-output"
    COMPILER_DIED = "compiler-died"
    CACHE_PROGRAM = "cache-program"
    UNUSED_DRIVER = "unused-driver"
    REFUSED_FLAG = "refused-flag"
    CHANGED_VERDICTS = "changed-verdicts"
    BAD_SETTING = "bad-setting"
    NO_REPOSITORY = "no-repository"
    NO_COMMIT = "no-commit"
    UNKNOWN_MESSAGES = "unknown-messages"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be judged.

    `message` is the tool's own text (a compile error, the name of a setting); `file` is absolute or "" and `line`,
    `column` count from 1, 0 when there is no place.
    """

    kind: ProblemKind
    package: str = ""
    message: str = ""
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """One build variant of a package as `go list` tells it.

    `variant` is "" for the package, `P.test` for the build with its tests (the words in brackets of `P [P.test]`).
    `files` are absolute paths of the Go files that were compiled. `go_version` is the go line of the module
    (`1.21`), "" outside a module. `imports` are the import
    paths it is built from, directly or not, as `go list` has them (`P` or `P [Q.test]`).
    """

    import_path: str
    name: str
    directory: str
    files: tuple[str, ...]
    variant: str = ""
    go_version: str = ""
    module_directory: str = ""
    ignored_files: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """The output of one compile: the compiler's -m=2 text of one variant, without its `#` header, or its problems.

    `is_brief` says that it is the -m text, which explains nothing, because the other is too long.
    """

    package: Package
    text: bytes
    problems: tuple[Problem, ...] = ()
    is_brief: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a file by its absolute path; both ends are part of it."""

    file: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Job:
    """What to compile: Go patterns seen from a directory, with the user's flags and the unsaved texts.

    `overlay` maps absolute paths to the bytes that stand in for them. `assembly` asks for the machine code's calls
    too (`core/assembly.py`); it takes about a quarter longer and cannot share the build cache of plain runs. `shard`
    leaves out the packages that other machines compile. Without `external`, tests in packages of their own (`p_test`)
    may be left out. `is_counted` asks for `Run.built`. `explained` asks what the
    compiler says of these lines, with its explanations, however long the others are; little else is returned.
    """

    directory: str
    patterns: tuple[str, ...]
    tests: bool = True
    external: bool = True
    tags: str = ""
    gcflags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    overlay: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    assembly: bool = False
    shard: Shard | None = None
    is_counted: bool = False
    explained: Lines | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """How many compiles a run needed, dependencies and build variants included: done now, or found in the cache."""

    compiled: int
    cached: int


@dataclass(frozen=True, slots=True)
class Run:
    """A finished job: one `Compiled` per variant, problems that belong to no package, and the time it took.

    `built` is None where it was not asked for or cannot be known. Of a shard, `split` are the variants of all packages
    that were divided, as `P` and `P [P.test]` in the order of a whole run; packages of other shards whose files the
    compiler speaks of, because their generic functions are compiled here, have a `Compiled` without text.
    """

    compiled: tuple[Compiled, ...]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    built: Built | None = None
    split: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a run came to: facts by absolute path, problems, and the compiler's lines that no table knows."""

    files: Mapping[str, FileFacts]
    packages: tuple[Package, ...] = ()
    problems: tuple[Problem, ...] = ()
    unknown: tuple[str, ...] = ()
