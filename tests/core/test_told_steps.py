"""The steps of a story are those that the value takes: in the code that they stand in, in an order that can happen."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from goescape_lsp.core.model import Finding, Place, Step
from goescape_lsp.core.words import Locale, advice, hover
from goescape_lsp.core.words import findings as words
from tests.conftest import Go
from tests.core.test_real_code import findings

# The functions that cases call; those that are small are inlined.
HEAD = """package p

import "errors"

type server struct{ handlers []func() }

type option interface{ apply(*server) }

type function struct{ f func(*server) }

func (f *function) apply(s *server) { f.f(s) }

func chain(xs ...func()) option {
	return &function{func(s *server) { s.handlers = append(s.handlers, xs...) }}
}

//go:noinline
func newServer(options ...option) *server {
	s := &server{}
	for _, one := range options {
		one.apply(s)
	}
	return s
}

type list struct{ all []*int }

func (l *list) add(p *int) { l.all = append(l.all, p) }

type box struct{ p *int }

func (b *box) put(p *int) { b.p = p }

func bytesOf(b []byte) []byte { return b }

//go:noinline
func same(a, b []int) []int { return append(a, b...) }

var kept any

//go:noinline
func keep(v any) { kept = v }

type fault struct{ n int }

func (f *fault) Error() string { return "" }

//go:noinline
func isKept(err error) bool { kept = err; return err != nil }

//go:noinline
func keepMap(m map[string]any) { kept = m }

//go:noinline
func sizeOf(m map[string]any) int { return len(m) }

//go:noinline
func print2(all ...any) { kept = all }

func print1(all ...any) { print2(all...) }

func print3(v *int) { print2(v) }

type inner struct{ p *int }

//go:noinline
func (i *inner) take(p *int) { i.p = p }

type outer struct{ inner *inner }

func (o *outer) take(p *int) { o.inner.take(p) }

var pointers = map[string]*int{}

func name() string { return "name" }

func set(p *int) { pointers[name()] = p }

var errNone = errors.New("none")
"""


@dataclass(frozen=True)
class Case:
    """A function whose value is made in the line marked `// here`; steps are told as `text @ line of the function`."""

    code: str
    steps: tuple[str, ...]
    why: str = ""
    advice: str = ""


CASES: dict[str, Case] = {
    "captured in an inlined function": Case(
        """func use() *server {
	fs := make([]func(), 0, 8) // here
	return newServer(chain(fs...))
}""",
        (
            "assigned: fs := make([]func(), 0, 8) @2",
            "passed to chain, inlined here, as xs @3",
            "in chain, inlined here: used in a closure: xs @3",
        ),
        "captured by a closure of the inlined chain, which may outlive the call",
        "chain, whose body was copied (inlined) into this function, keeps it.",
    ),
    "captured in the source": Case(
        """func use() func() {
	fs := make([]func(), 0, 8) // here
	return func() { fs[0]() }
}""",
        ("assigned: fs := make([]func(), 0, 8) @2", "used in a closure: fs @3"),
        "captured by a closure that may outlive the call",
        "What a closure holds lives as long as the closure.",
    ),
    "appended in an inlined method": Case(
        """func use(l *list) {
	n := new(int) // here
	l.add(n)
}""",
        (
            "assigned: n := new(int) @2",
            "passed to (*list).add, inlined here, as p @3",
            "in (*list).add, inlined here: passed to a call: append(l.all, p) @3",
        ),
        "appended to a slice, in the inlined (*list).add",
        "(*list).add, whose body was copied (inlined) into this function, keeps it.",
    ),
    "stored in an inlined method": Case(
        """func use(b *box) {
	b.put(new(int)) // here
}""",
        (
            "passed to (*box).put, inlined here, as p @2",
            "in (*box).put, inlined here: assigned: b.p = p @2",
        ),
        "stored in an object that may be on the heap, in the inlined (*box).put",
        "(*box).put, whose body was copied (inlined) into this function, keeps it.",
    ),
    "stored in the source": Case(
        """func use(b *box) {
	b.p = new(int) // here
}""",
        ("assigned: b.p = new(int) @2",),
        "stored in an object that may be on the heap",
        "What is stored through a pointer",
    ),
    "a call of the same name in an inlined method": Case(
        """func use(o *outer) {
	o.take(new(int)) // here
}""",
        (
            "passed to (*outer).take, inlined here, as p @2",
            "in (*outer).take, inlined here: passed to a call: (*inner).take(o.inner, p) @2",
        ),
        "passed to o.take, which lets it outlive the call",
        "The function that is called keeps its argument",
    ),
    "kept under a name of the compiler": Case(
        """func use(p *int) {
	set(new(int)) // here
}""",
        ("passed to set, inlined here, as p @2", "in set or what it calls, inlined here: assigned @2"),
    ),
    "variadic in the caller": Case(
        """func use(n *int) {
	print1(n) // here
}""",
        (
            "passed to print1, inlined here, as all @2",
            "in print1, inlined here: passed to a call: print2(all...) @2",
        ),
    ),
    "variadic in an inlined function": Case(
        """func use() {
	n := new(int) // here
	print3(n)
}""",
        (
            "assigned: n := new(int) @2",
            "passed to print3, inlined here, as v @3",
            "in print3, inlined here: put into an interface value: v @3",
            "in print3, inlined here: put into the slice of the call's arguments @3",
        ),
    ),
    "the result of an inlined function is boxed by its caller": Case(
        """func use() {
	b := make([]byte, 8) // here
	keep(bytesOf(b))
}""",
        (
            "assigned: b := make([]byte, 8) @2",
            "passed to bytesOf, inlined here, as b @3",
            "put into an interface value @3",
        ),
    ),
    "the last return": Case(
        """func fill(xs []int, k int) []int {
	var out []int
	if k == 0 {
		return out
	}
	out = make([]int, 8) // here
	copy(out, xs)
	return out
}""",
        ("assigned: out = make([]int, 8) @6", "returned: return out @8"),
    ),
    "the same result of several": Case(
        """func fill(n int) (first, second []int, err error) {
	var out, other []int
	if n == 0 {
		return out, other, nil
	}
	out = make([]int, 8) // here
	if n == 1 {
		return other, nil, errNone
	}
	return out, nil, errNone
}""",
        ("assigned: out = make([]int, 8) @6", "returned: return out, nil, errNone @10"),
    ),
    "a return in another branch": Case(
        """func fill(n int) []int {
	var out []int
	if n == 0 {
		out = make([]int, 8) // here
	} else {
		return out
	}
	return out
}""",
        ("assigned: out = make([]int, 8) @4", "returned: return out @8"),
    ),
    "a return behind one that always leaves": Case(
        """func fill(n int) []int {
	var out []int
	switch n {
	case 0:
		return out
	case 1:
		out = make([]int, 8) // here
		kept = n
		return out
	}
	return out
}""",
        ("assigned: out = make([]int, 8) @7", "returned: return out @9"),
    ),
    "no return that is like it": Case(
        """func fill(n int) []int {
	var out []int
	if n == 0 {
		return out[:0]
	}
	out = make([]int, 8) // here
	return out[:1]
}""",
        ("assigned: out = make([]int, 8) @6", "returned"),
    ),
    "an assignment that is over": Case(
        """func use() {
	var a, b []int
	c := same(a, b)
	keep(c)
	a = make([]int, 8) // here
	c = same(a, b)
	keep(c)
}""",
        (
            "assigned: a = make([]int, 8) @5",
            "passed to a call: same(a, b) @6",
            "assigned: c = same(a, b) @6",
            "put into an interface value: c @7",
        ),
    ),
    "an assignment that is over and has no like": Case(
        """func use() {
	var a []int
	c := a
	keep(c)
	a = make([]int, 8) // here
	c = a[:1]
	keep(c)
}""",
        ("assigned: a = make([]int, 8) @5", "assigned: c = …", "put into an interface value: c @7"),
    ),
    "the step that links to the value": Case(
        """func use(b []byte, all []string) []string {
	value := "none"
	if len(b) > 1 {
		value = string(bytesOf(b)) // here
	}
	return append(all, value)
}""",
        ("assigned: value = … @4", "passed to a call: append(all, value) @6"),
    ),
    "the value that a variable held before is passed": Case(
        """func use(old map[string]any) int {
	data := old
	keepMap(data)
	fresh := make(map[string]any, 4) // here
	data = fresh
	return sizeOf(data)
}""",
        (
            "assigned: fresh := make(map[string]any, 4) @4",
            "assigned: data = fresh @5",
            "passed to a call: keepMap(data) @3",
        ),
        "another value of its variable is passed to keepMap, which lets it outlive the call",
        "The compiler takes all values that a variable holds in turn for one",
    ),
    "the value that a variable held before is stored": Case(
        """func use(old map[string]any) int {
	data := old
	fresh := make(map[string]any, 4) // here
	fresh["x"] = data
	data = fresh
	return sizeOf(data)
}""",
        (
            "assigned: fresh := make(map[string]any, 4) @3",
            "assigned: data = fresh @5",
            "put into an interface value: data @4",
            'assigned: fresh["x"] = data @4',
        ),
        "another value of its variable is stored in a map",
        "The compiler takes all values that a variable holds in turn for one",
    ),
    "the condition that asks for the older value": Case(
        """func use(err error) error {
	if isKept(err) {
		err = &fault{} // here
	}
	print2(err == nil)
	return err
}""",
        ("put into an interface value: &fault{} @3", "assigned: err = &fault{} @3", "passed to a call: isKept(err) @2"),
        "another value of its variable is passed to isKept in an interface, where it may outlive the call",
    ),
    "a closure that is called again hands it on": Case(
        """func use(to chan *int) func() {
	next := new(int)
	return func() {
		to <- next
		next = new(int) // here
	}
}""",
        ("assigned: next = new(int) @5", "sent on a channel: to <- next @4"),
        "sent on a channel",
        "",
    ),
    "a loop leads back to the call": Case(
        """func use(data map[string]any, n int) {
	for i := 0; i < n; i++ {
		keepMap(data)
		data = make(map[string]any, 4) // here
	}
}""",
        ("assigned: data = make(map[string]any, 4) @4", "passed to a call: keepMap(data) @3"),
        "passed to keepMap, which lets it outlive the call",
        "The function that is called keeps its argument",
    ),
}


@pytest.fixture(scope="module")
def told(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Finding, int]]:
    """The finding in the marked line of each case, with the number of lines before the case."""
    found: dict[str, tuple[Finding, int]] = {}
    for name, case in CASES.items():
        source = f"{HEAD}\n{case.code}\n"
        marked = next(n for n, line in enumerate(source.split("\n"), start=1) if "// here" in line)
        there = findings(source, each_go, tmp_path_factory.mktemp("told"))
        (one,) = (one for one in there if one.is_heap and one.span.line == marked)
        found[name] = one, HEAD.count("\n") + 1
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_steps_of_a_case(name: str, told: dict[str, tuple[Finding, int]]) -> None:
    finding, before = told[name]
    steps = hover.steps(finding, "en", lambda place: f"@{place.line - before}")
    assert (
        tuple(step.replace("(@", "@").removesuffix(")") if "(@" in step else step for step in steps)
        == CASES[name].steps
    )


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.why])
def test_the_message_and_the_advice_say_which_function_keeps_it(
    name: str, told: dict[str, tuple[Finding, int]]
) -> None:
    finding, _ = told[name]
    assert words.rule_words(finding, "en") == CASES[name].why
    assert advice.advice(finding, "en").startswith(CASES[name].advice)


CHAIN = "captured in an inlined function"


def test_an_inlined_function_in_chinese(told: dict[str, tuple[Finding, int]]) -> None:
    finding, _ = told[CHAIN]
    given, captured = hover.steps(finding, "zh-cn", lambda _: "3", lambda text: f"`{text}`")[1:]
    assert given.startswith("传给内联到此的 `chain`")
    assert captured.startswith("在内联到此的 `chain` 中")
    assert words.rule_words(finding, "zh-cn").startswith("被内联的 chain 中的闭包捕获")
    assert advice.advice(finding, "zh-cn").startswith("chain 的函数体已被内联到这个函数里")


@pytest.mark.parametrize(
    ("locale", "said"), [("en", "in the function literal, inlined here: "), ("zh-cn", "在内联到此的函数字面量中")]
)
def test_a_literal_has_no_name(locale: Locale, said: str) -> None:
    step = Step("return", "return x", "x", "y", Place("/a.go", 1, 1), inlined_from="use.func1")
    assert hover.step_text(step, locale).startswith(said)
