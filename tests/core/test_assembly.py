"""What the machine code says: the run-time calls of each Go version, and the sites that have no line of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.assembly import Assembly, Sieve, split_assembly
from goescape_lsp.core.carry import carry
from goescape_lsp.core.judge import OPEN, decided
from goescape_lsp.core.model import (
    Allocation,
    Cause,
    FileFacts,
    Finding,
    Kind,
    Place,
    Rule,
    Span,
    Temperature,
    Verdict,
)
from goescape_lsp.core.selectors import settled
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.tables.calls import RUNTIME_CALLS
from goescape_lsp.core.words.findings import message
from tests.conftest import Go


@dataclass(frozen=True)
class Construct:
    """A line of Go and the calls that its code makes, the newest version first: `since` to names."""

    name: str
    code: str
    calls: dict[str, str]


_SMALL = r"newobject|mallocgc(?:Small|Tiny)\w+"
# Runtime calls in -S, by the first Go version that makes them (go1.21 to go1.27).
CONSTRUCTS = (
    Construct("local_map", "m := make(map[int]int); m[1] = n; use(m[n])", {"1.21": "mapassign_fast64"}),
    Construct("kept_map", "kept = make(map[int]int)", {"1.21": "makemap_small"}),
    Construct("hinted_map", "m := make(map[int]int, 9); use(len(m))", {"1.21": "makemap"}),
    Construct("variable_map", "m := make(map[int]int, n); use(len(m))", {"1.21": "makemap"}),
    Construct(
        "small_object", "kept = &pair{nil, nil}", {"1.27": r"mallocgcSmallScanNoHeaderSC\d+", "1.21": "newobject"}
    ),
    Construct("number_object", "kept = new([2]int)", {"1.27": r"mallocgcSmallNoScanSC\d+", "1.21": "newobject"}),
    Construct("tiny_object", "kept = new(int32)", {"1.27": r"mallocgcTinySC?\w+", "1.21": "newobject"}),
    Construct("slice", "kept = make([]int, n)", {"1.21": "makeslice"}),
    Construct("local_slice", "s := make([]int, n); use(len(s))", {"1.21": "makeslice"}),
    Construct("append", "given = append(given, n)", {"1.21": "growslice"}),
    Construct("slice_boxed", "kept = given", {"1.21": "convTslice"}),
    Construct("int_boxed", "kept = n", {"1.21": "convT64"}),
    Construct("string_boxed", "kept = text", {"1.21": "convTstring"}),
    Construct("go", "go use(n)", {"1.21": f"newproc|{_SMALL}"}),
    Construct("channel", "kept = make(chan int, n)", {"1.21": "makechan"}),
    Construct("local_channel", "c := make(chan int, 1); c <- n", {"1.21": "makechan"}),
    Construct("two_joined", "read(text + other)", {"1.21": "concatstring2"}),
    Construct("six_joined", "read(text + other + text + other + text + other)", {"1.21": "concatstrings"}),
    Construct("added", "text += other", {"1.21": "concatstring2"}),
    Construct("to_string", "read(string(given8))", {"1.21": "slicebytetostring"}),
    Construct("to_bytes", "write([]byte(text))", {"1.21": "stringtoslicebyte"}),
    Construct("to_runes", "writeRunes([]rune(text))", {"1.21": "stringtoslicerune"}),
    Construct("runes_to_string", "read(string(given32))", {"1.21": "slicerunetostring"}),
    Construct("rune_to_string", "read(string(rune(n)))", {"1.21": "intstring"}),
    Construct("deferred", "for i := 0; i < n; i++ { defer use(n) }", {"1.21": "deferproc"}),
    Construct(
        "built_slice", "var s []int; for i := 0; i < n; i++ { s = append(s, i) }; kept = s", {"1.21": "growslice"}
    ),
)
_HEAD = """package p

type pair struct{ a, b *int }

var (
	kept           any
	given          []int
	given8         []byte
	given32        []rune
	text, other    string
)

//go:noinline
func use(int) {}

//go:noinline
func read(s string) byte { return s[0] }

//go:noinline
func write(b []byte) { b[0] = 1 }

//go:noinline
func writeRunes(b []rune) { b[0] = 1 }
"""


def at_least(version: str, wanted: str) -> bool:
    return tuple(map(int, version.split(".")[:2])) >= tuple(map(int, wanted.split(".")))


@pytest.fixture(scope="module")
def calls(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> dict[str, frozenset[str]]:
    """Compile all constructs in one package; return the calls at the line of each."""
    folder = tmp_path_factory.mktemp("constructs")
    (folder / "go.mod").write_text("module p\n\ngo 1.21\n")
    functions = [f"//go:noinline\nfunc do_{c.name}(n int) {{\n{c.code}\n}}\n" for c in CONSTRUCTS]
    file = folder / "x.go"
    file.write_text("\n".join([_HEAD, *functions]))
    output = each_go.run("build", "-gcflags=-S", ".", cwd=folder).stderr
    _, assembly = split_assembly(output.encode())
    lines = file.read_text().split("\n")
    return {c.name: assembly.calls[str(file), lines.index(c.code) + 1] for c in CONSTRUCTS}


def test_each_construct_makes_the_calls_of_its_version(calls: dict[str, frozenset[str]], each_go: Go) -> None:
    for construct in CONSTRUCTS:
        wanted = next(name for since, name in construct.calls.items() if at_least(each_go.version, since))
        found = [call for call in calls[construct.name] if re.fullmatch(wanted, call)]
        assert found, (construct.name, wanted, calls[construct.name])


def test_the_table_knows_every_call_that_allocates(calls: dict[str, frozenset[str]], each_go: Go) -> None:
    known = re.compile("|".join(row.name for row in RUNTIME_CALLS if at_least(each_go.version, row.since or "1.21")))
    looks_like_one = re.compile(r"(?:new|malloc|make|grow|moveSlice|concat|conv|string|slice|int)\w*|mapassign\w*")
    other = {"newproc", "newstack"}
    every = {call for names in calls.values() for call in names if looks_like_one.fullmatch(call)} - other
    assert {call for call in every if not known.fullmatch(call)} == set()


def test_rows_of_newer_versions_are_not_seen_in_older_ones(calls: dict[str, frozenset[str]], each_go: Go) -> None:
    early = [row for row in RUNTIME_CALLS if row.since and not at_least(each_go.version, row.since)]
    older = [row for row in RUNTIME_CALLS if row not in early]
    every = {call for names in calls.values() for call in names}
    new = {c for c in every for row in early if re.fullmatch(row.name, c)}
    assert {c for c in new if not any(re.fullmatch(row.name, c) for row in older)} == set()


SILENT = """package p

type pipe chan int

type bytes []byte

var kept any

//go:noinline
func read(s string) byte { return s[0] }

//go:noinline
func write(b bytes) { b[0] = 1 }

func channels(n int) {
	a, b := make(chan int), make(pipe, n)
	close(a)
	close(b)
	kept = make(
		chan<- string, // a comment
	)
}

func shadowed(make func(int) int, append func(int) int) int { return make(1) + append(2) }

func joined(s, t string, n int) string {
	s += t
	n += 1
	s += read2(t + s)
	return s
}

//go:noinline
func read2(s string) string { return s }

func generic[T ~string](s, t T) T {
	s += t
	return s
}

func sum[T int | float64](s, t T) T {
	s += t
	return s
}

func use() {
	kept = generic("a", read2("b"))
	kept = sum(1, 2)
}

func grows(n int) int {
	filled, two := map[int]int{}, map[int]int{}
	two[1] = n
	two[2] = n
	for i := 0; i < n; i++ {
		filled[i] = i
		inner := make(map[string]int)
		inner["a"] = i
		func() {
			filled := map[int]int{}
			filled[1]++
		}()
	}
	return len(filled) + len(two)
}

func converted(s string) {
	write(bytes(s))
}

func deferred(n int) {
	for i := 0; i < n; i++ {
		defer read("a")
	}
	defer read("b")
}

func again(s string) {
	round := 0
next:
	defer read(s)
	if round++; round < 5 {
		goto next
	}
}

type index struct{ lines map[string]int }

var shared = map[int]int{}

func stores(given map[int]int, by *index, deep map[int]map[int]int, words []string, list []int) map[int]int {
	given[0] = 1
	own := make(map[int]int)
	made := index{make(map[string]int)}
	got := grown()
	for i, word := range words {
		given[i] = i
		by.lines[word]++
		made.lines[word] += i
		deep[i][i] = i
		shared[i], list[i] = i, i
		got[i] = i
		own[i] = i
		list[i] = given[i]
		deep[i] = make(map[int]int, 9)
	}
	return own
}

//go:noinline
func grown() map[int]int { return map[int]int{} }

type worker struct{ n int }

func (w *worker) run() {}

//go:noinline
func work(n int, what any) { kept = what }

func plainly() {}

func start(n int, w *worker, f func(int), plain func()) {
	go work(n, nil)
	go work(5, nil)
	go w.run()
	go f(
		n,
	)
	go plain()
	go plainly()
	go func() { plainly() }()
	go func(n int) { work(n, nil) }(n)
	go work(n, [3]int{n})
	go print(n)
	go use()
	f(n)
}
"""


@pytest.fixture(scope="module")
def silent(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> FileFacts:
    folder = tmp_path_factory.mktemp("silent")
    (folder / "go.mod").write_text("module p\n\ngo 1.21\n")
    (folder / "x.go").write_text(SILENT)
    answer = examine(Request(str(folder), (".",), go=each_go.path), "en")
    assert not answer.problems
    return answer.analysis.files[str(folder / "x.go")]


def told(facts: FileFacts, *rules: Rule) -> list[tuple[str, str, Allocation]]:
    found = [f for f in facts.findings if f.rule in rules and not f.is_heap]
    return [(f.function, f.expression, f.allocation) for f in found]


def test_channels_that_the_compiler_is_silent_about(silent: FileFacts) -> None:
    assert told(silent, Rule.MAKE_CHANNEL) == [
        ("channels", "make(chan int)", Allocation.MAY_ALLOCATE),
        ("channels", "make(pipe, n)", Allocation.MAY_ALLOCATE),
        ("channels", "make( chan<- string, // a comment )", Allocation.ALLOCATES),
    ]


def test_sums_that_the_compiler_is_silent_about(silent: FileFacts) -> None:
    found = [f for f in silent.findings if f.is_silent and f.rule is Rule.STRING_CONCATENATION]
    assert [(f.function, f.expression) for f in found] == [
        ("joined", "s += t"),
        ("joined", "s += read2(t + s)"),
        ("generic", "s += t"),
    ]


def test_maps_of_others_that_loops_store_into(silent: FileFacts) -> None:
    found = [f for f in silent.findings if f.rule is Rule.MAP_STORAGE and f.is_silent]
    assert [(f.function, f.expression, f.allocation) for f in found] == [
        ("stores", text, Allocation.MAY_ALLOCATE)
        for text in ["given[i]", "by.lines[word]", "made.lines[word]", "deep[i][i]", "shared[i]", "got[i]", "deep[i]"]
    ]
    assert {decided(finding, Settings()) for finding in found} == {("hint", "possible")}
    assert message(found[0], "en") == "map: a new entry may make it grow"
    made = [f for f in silent.findings if f.function == "stores" and f.subject == "make(map[int]int, 9)"]
    assert [f.allocation for f in made] == [Allocation.ALLOCATES]


def test_maps_that_grow(silent: FileFacts) -> None:
    found = [f for f in silent.findings if f.rule is Rule.MAP_STORAGE and not f.is_silent]
    assert [(f.function, f.expression, f.span.line) for f in found] == [("grows", "map[int]int{}", found[0].span.line)]
    assert found[0].span.column == SILENT.splitlines()[found[0].span.line - 1].expandtabs(1).index("map[int]int{}") + 1


def test_conversion_to_a_named_slice(silent: FileFacts) -> None:
    found = [(f.kind, f.expression) for f in silent.findings if f.rule is Rule.STRING_CONVERSION and not f.is_heap]
    assert found == [(Kind.BYTES, "bytes(s)")]


def test_deferred_calls_of_loops(silent: FileFacts) -> None:
    assert told(silent, Rule.DEFERRED_IN_LOOP) == [
        ("deferred", 'defer read("a")', Allocation.MAY_ALLOCATE),
        ("again", "defer read(s)", Allocation.ALLOCATES),
    ]


def test_closures_that_carry_the_arguments_of_go_statements(silent: FileFacts) -> None:
    assert told(silent, Rule.GOROUTINE) == [
        ("start", "go work(n, nil)", Allocation.ALLOCATES),
        ("start", "go w.run()", Allocation.ALLOCATES),
        ("start", "go f( n, )", Allocation.ALLOCATES),
        ("start", "go func(n int) { work(n, nil) }(n)", Allocation.ALLOCATES),
        ("start", "go work(n, [3]int{n})", Allocation.MAY_ALLOCATE),
        ("start", "go print(n)", Allocation.ALLOCATES),
    ]


def test_no_sentence_claims_a_verdict_that_was_not_printed(silent: FileFacts) -> None:
    sentences = [message(finding, "en") for finding in silent.findings if finding.is_silent]
    assert "channel: making it allocates" in sentences
    assert "closure: it carries the arguments of the go statement" in sentences
    assert not [text for text in sentences if "escape" in text]


def test_no_site_is_told_twice(silent: FileFacts) -> None:
    sites = [(f.span, f.kind, f.inlined_from) for f in silent.findings if f.rule is not Rule.LEAKING_PARAMETER]
    assert len(sites) == len({*sites})


def test_silent_sites_outlive_a_run_without_assembly(silent: FileFacts) -> None:
    new = b"package p\n\n// one line more\n" + silent.content.partition(b"\n\n")[2]
    plain = FileFacts(silent.path, new.replace(b"make(pipe, n)", b"pipe(nil)"), ())
    carried = carry(silent, plain)
    before = [f.expression for f in silent.findings if f.is_silent]
    assert [f.expression for f in carried.findings] == [text for text in before if "pipe" not in text]
    assert carry(None, plain) is plain
    lines = new.decode().splitlines()
    assert all(one.expression[:4] in lines[one.span.line - 1] for one in carried.findings)


def test_evidence_is_carried_only_where_all_agree() -> None:
    facts = example()
    one, other = facts.findings
    weighed = replace(one, allocation=Allocation.DOES_NOT_ALLOCATE, allocation_reason="no-call", rule=None)
    plain = replace(facts, findings=(one,))
    assert carry(replace(facts, findings=(weighed,)), plain).findings == (weighed,)
    assert carry(replace(facts, findings=(weighed, other)), plain).findings == (one,)


@pytest.mark.parametrize(
    ("before", "after", "is_carried"),
    [
        (("allocates", ""), ("may-allocate", "unknown-size"), True),
        (("allocates", ""), ("unknown", "unknown-type"), True),
        (("allocates", ""), ("does-not-allocate", "constant"), False),
        (("does-not-allocate", "shared-block"), ("allocates", ""), True),
        (("may-allocate", "moved-growth"), ("may-allocate", "growth"), True),
        (("may-allocate", "growth"), ("may-allocate", "growth-sized"), False),
    ],
)
def test_what_the_machine_code_said_is_carried_over_a_save(
    before: tuple[str, str], after: tuple[str, str], *, is_carried: bool
) -> None:
    facts = example()
    older, newer = (
        replace(facts.findings[0], verdict=Verdict.ESCAPES, allocation=Allocation(told), allocation_reason=reason)
        for told, reason in (before, after)
    )
    (found,) = carry(replace(facts, findings=(older,)), replace(facts, findings=(newer,))).findings
    assert (found.allocation, found.allocation_reason) == (before if is_carried else after)


def test_a_selector_stays_what_the_machine_code_said_that_it_makes() -> None:
    facts = example()
    selector = {"verdict": Verdict.ESCAPES, "subject": "l.Info", "expression": "l.Info"}
    cause = {"cause": Cause.CALLEE_PARAM, "rule": Rule.PASSED_TO_LEAKING_PARAMETER}
    plain = replace(facts.findings[0], **selector, **cause, kind=Kind.OTHER, allocation_reason=OPEN)
    at = ("/a.go", 1)
    method = settled(plain, Assembly({at: frozenset(["newobject", "*Info-fm"])}))
    assert (method.kind, method.rule, method.allocation) == (Kind.METHOD_VALUE, plain.rule, Allocation.ALLOCATES)
    assert (method.size, method.block) == (16, 16)
    assert settled(plain, Assembly({at: frozenset(["Info-fm"])})).size is None
    box = settled(plain, Assembly({at: frozenset(["convTstring", "*Infof-fm"])}))
    assert (box.kind, box.rule, box.cause) == (Kind.INTERFACE, Rule.INTERFACE_CONVERSION, Cause.INTERFACE_ARG)
    assert settled(plain, Assembly({("/a.go", 2): frozenset(["*Info-fm"])})) is plain
    for said in (method, box):
        assert carry(replace(facts, findings=(said,)), replace(facts, findings=(plain,))).findings == (said,)
    open_still = replace(facts, findings=(plain,))
    assert carry(replace(facts, findings=(method, box)), open_still) is open_still


WRAPPED = (
    (b"LEAQ\tsync.(*Mutex).Unlock-fm(SB), CX", "*Unlock-fm"),
    (b"LEAQ\ttime.Time.Sub-fm(SB), DX", "Sub-fm"),
    (b"MOVD\t$sync/atomic.(*Pointer[go.shape.struct { a.B }]).Load-fm(SB), R1", "*Load-fm"),
    (b"LEAL\tp.T.\xc3\x84rger-fm(SB), CX", "\u00c4rger-fm"),
    (b"TEXT\tsync.(*Mutex).Unlock-fm(SB), DUPOK|WRAPPER|ABIInternal, $24-0", None),
    (b"FUNCDATA\t$5, time.Time.Sub-fm.arginfo1(SB)", None),
)


@pytest.mark.parametrize(("instruction", "spelled"), WRAPPED)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_line_that_takes_the_wrapper_of_a_method_value_says_so(
    instruction: bytes, spelled: str | None, size: int
) -> None:
    text = b"\t0x0013 00019 (/a/b (c).go:47)\t%b\n\t0x0014 00020 (/a/b (c).go:47)\tRET\n" % instruction
    sieve = Sieve()
    kept = b"".join(sieve.feed(text[at : at + size]) for at in range(0, len(text), size)) + sieve.close()
    for said in (text, kept):
        assert split_assembly(said)[1].calls == {("/a/b (c).go", 47): frozenset(filter(None, [spelled]))}


def example() -> FileFacts:
    def finding(line: int) -> Finding:
        return Finding(
            file="/a.go",
            span=Span(line, 1, line, 5),
            at=Place("/a.go", line, 1),
            verdict=Verdict.STAYS,
            subject="string(b)",
            kind=Kind.STRING,
            cause=Cause.NONE,
            rule=None,
            function="F",
            package="p",
            allocation=Allocation.UNKNOWN,
            temperature=Temperature.NORMAL,
            expression="string(b)",
            lines=("string(b) does not escape",),
        )

    return FileFacts("/a.go", b"string(b)\nstring(b)\n", (finding(1), finding(2)))


def test_assembly_of_variants_is_joined() -> None:
    here, there = ("/a.go", 1), ("/a.go", 2)
    one, other = Assembly({here: frozenset(["newobject"])}), Assembly({here: frozenset(), there: frozenset(["convT"])})
    assert one.joined(other).calls == {here: frozenset(["newobject"]), there: frozenset(["convT"])}
    assert one.joined(Assembly()) is one
    assert Assembly().joined(one) is one


NAMED = """package p

import "net"

type hold struct {
	lines net.IP
	more  net.IP
}

var kept any

func variable(n int) { kept = hold{lines: make(net.IP, n)} }

func constant() { kept = hold{lines: make(net.IP, 16)} }

func empty() { kept = hold{lines: make(net.IP, 0)} }

func two(n int) { kept = hold{make(net.IP, 0), make(net.IP, n)} }

func roomy(n int) { kept = hold{lines: make(net.IP, 0, n)} }
"""
NAMED_MAP = """package p

import "net/http"

type hold struct{ words http.Header }

var kept any

func variable(n int) { kept = hold{make(http.Header, n)} }

func empty() { kept = hold{make(http.Header, 0)} }
"""
CONVERTED = """package p

var kept string

func runes(r []rune) { kept = string(r) }

func bytes(b []byte) { kept = string(b) }
"""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            CONVERTED,
            {
                ("runes", "string(r)", Allocation.ALLOCATES, ""),
                ("bytes", "string(b)", Allocation.ALLOCATES, "few-bytes"),
            },
        ),
        (
            NAMED,
            {
                ("variable", "make(net.IP, n)", Allocation.ALLOCATES, "zero-length"),
                ("constant", "make(net.IP, 16)", Allocation.ALLOCATES, ""),
                ("empty", "make(net.IP, 0)", Allocation.DOES_NOT_ALLOCATE, "no-call"),
                ("two", "make(net.IP, 0)", Allocation.DOES_NOT_ALLOCATE, "no-call"),
                ("two", "make(net.IP, n)", Allocation.ALLOCATES, "zero-length"),
                ("roomy", "make(net.IP, 0, n)", Allocation.ALLOCATES, "zero-length"),
            },
        ),
        (
            NAMED_MAP,
            {
                ("variable", "make(http.Header, n)", Allocation.ALLOCATES, ""),
                ("empty", "make(http.Header, 0)", Allocation.MAY_ALLOCATE, "call"),
            },
        ),
    ],
)
def test_when_what_is_made_takes_no_memory(
    each_go: Go, tmp_path: Path, source: str, wanted: set[tuple[str, str, Allocation, str]]
) -> None:
    (tmp_path / "go.mod").write_text("module p\n\ngo 1.21\n")
    (tmp_path / "x.go").write_text(source)
    answer = examine(Request(str(tmp_path), (".",), go=each_go.path), "en")
    found = answer.analysis.files[str(tmp_path / "x.go")].findings
    made = [f for f in found if f.is_heap and f.subject.startswith(("make(", "string("))]
    assert {(f.function, f.expression, f.allocation, f.allocation_reason) for f in made} == wanted
