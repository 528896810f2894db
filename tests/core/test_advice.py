"""What the advice claims of the compiler, held against the compiler; and which sentence fits which value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.model import Allocation, Cause, Kind, Place, Rule, Step, Verdict
from goescape_lsp.core.words import Locale, advice
from tests.conftest import Go
from tests.editor.test_words import LOCALES, finding

# Each variable is marked with where it is; the comment above names the sentence that says so.
CLAIMS = """package p

type object struct{ field *int }

var kept func()

// stored-in-heap-object: through a pointer or in an element of a slice it counts as on the heap, even where it is not
func stored() int {
	a := 1 // heap
	o := &object{}
	o.field = &a
	b := 2 // heap
	s := make([]*int, 1)
	s[0] = &b
	return *o.field + *s[0]
}

// stored-in-heap-object: give it in the literal that makes the object
func literal() int {
	a := 1 // stack
	o := &object{field: &a}
	b := 2 // stack
	s := []*int{&b}
	return *o.field + *s[0]
}

// appended: even where the slice is not; copied: even where the target is not; stored-in-map: even where the map is not
func added(from [1]*int) int {
	a := 1 // heap
	s := make([]*int, 0, 1)
	s = append(s, &a)
	b := 2 // heap
	more, target := [1]*int{&b}, [1]*int{}
	copy(target[:], more[:])
	c := 3 // heap
	m := map[int]*int{}
	m[0] = &c
	d := 4 // heap
	ch := make(chan *int, 1)
	ch <- &d
	return *s[0] + *target[0] + *m[0] + *<-ch
}

// captured-by-closure: a copy that is set once, of at most 128 bytes, and whose address nothing takes
func captured(n int) {
	a := n // stack
	b := 0 // heap
	kept = func() { println(a, b) }
	b++
	c := [16]int64{} // stack
	d := [17]int64{} // heap
	e := named(n) // heap
	kept = func() { println(c[n], d[n], e.get()) }
}

// captured-by-closure.held: what a closure holds lives as long as the closure
func held(n int) {
	a := object{} // heap
	b := object{} // stack
	p, part := &a, (&b).field
	kept = func() { println(p.field, part) }
}

// interface-conversion: the concrete type or a generic function
func converted(n int) int {
	a := named(n) // stack
	b := named(n) // heap
	return same(&a) + dynamic(&b)
}

type named int

func (n *named) get() int { return int(*n) }

//go:noinline
func same[T any](p *T) int { _ = *p; return 1 }

//go:noinline
func dynamic(shown interface{ get() int }) int { return shown.get() }

// outlives-loop-iteration: declare the variable that keeps it inside the loop
func looped(n int) (sum int) {
	var outside *int
	for i := 0; i < n; i++ {
		a := i // heap
		outside = &a
		b := i // stack
		inside := &b
		sum += *inside
	}
	return sum + *outside
}
"""
MARK = re.compile(r"^\t+(?P<name>\w+) := .* // (?P<where>heap|stack)$")


def test_claims_of_the_advice(each_go: Go, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module p\n\ngo 1.21\n", encoding="utf-8")
    (tmp_path / "x.go").write_text(CLAIMS, encoding="utf-8")
    answer = examine(Request(str(tmp_path), (".",), go=each_go.path), "en")
    assert not answer.problems
    facts = answer.analysis.files[str(tmp_path / "x.go")]
    moved = {(one.span.line, one.subject) for one in facts.findings if one.is_heap}
    marks = [(n, m) for n, line in enumerate(CLAIMS.split("\n"), start=1) if (m := MARK.match(line))]
    assert len(marks) == 19
    assert not [m[0] for n, m in marks if ((n, m["name"]) in moved) != (m["where"] == "heap")]


BOXED = (Step("interface-converted", "&x", "&x", "{heap}", Place("/a.go", 1, 1)),)
BOXED_PART = (Step("interface-converted", "&x", "&x", "{storage for &t{...}}", Place("/a.go", 1, 1)),)
PART = (Step("struct literal element", "t{...}", "&x", "{storage for &t{...}}", Place("/a.go", 1, 1)),)

FRESH: dict[str, Any] = {"allocation_reason": "growth-fresh"}
BEGUN = (Step("call parameter", "append(x, old...)", "x", "{temp}", Place("/a.go", 1, 1)),)
ASSERTED = Step("dot", "v.(*atomic.Int64)", "v", "kept", BEGUN[0].place)
BEGUN_IN = (Step("assign", "c.list = append(c.list, x)", "&x", "c", Place("/a.go", 1, 1)),)
POOLED = (Step("call parameter", "(*sync.Pool).Put(pool, v)", "v", "{heap}", BEGUN[0].place),)
OF_METHOD = (Step("captured by a closure", ".autotmp_5", ".autotmp_5", "{storage for func literal}", BEGUN[0].place),)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("returned", {"kind": Kind.NEW}),
        ("returned.boxed", {"kind": Kind.COMPOSITE, "flow": BOXED}),
        ("returned.boxed-part", {"kind": Kind.COMPOSITE, "flow": BOXED_PART}),
        ("returned.part", {"kind": Kind.COMPOSITE, "flow": PART}),
        ("returned.reference", {"kind": Kind.SLICE, "subject": "make([]int, n)"}),
        ("returned.append", {"kind": Kind.APPEND}),
        ("returned.function", {"kind": Kind.CLOSURE}),
        ("captured-by-closure", {"rule": Rule.CAPTURED_BY_CLOSURE, "is_by_reference": True}),
        ("captured-by-closure.held", {"rule": Rule.CAPTURED_BY_CLOSURE}),
        ("interface-conversion", {"rule": Rule.INTERFACE_CONVERSION, "kind": Kind.INTERFACE}),
        ("interface-conversion.pointer", {"rule": Rule.INTERFACE_CONVERSION, "flow": BOXED}),
        (
            "interface-conversion.formatted",
            {"rule": Rule.INTERFACE_CONVERSION, "kind": Kind.INTERFACE, "callee": "fmt.Sprintf"},
        ),
        ("stored-in-heap-object.function", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.METHOD_VALUE}),
        ("stored-in-heap-object.reference", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.BYTES}),
        ("stored-in-map.key", {"rule": Rule.STORED_IN_MAP, "cause": Cause.MAP_KEY}),
        ("stored-in-map.key-string", {"rule": Rule.STORED_IN_MAP, "cause": Cause.MAP_KEY, "kind": Kind.STRING}),
        ("appended.boxed", {"rule": Rule.APPENDED, "flow": BOXED}),
        ("appended", {"rule": Rule.APPENDED, "flow": BOXED_PART}),
        ("stored-in-map", {"rule": Rule.STORED_IN_MAP, "flow": BOXED_PART}),
        ("stored-in-heap-object.boxed", {"rule": Rule.STORED_IN_HEAP_OBJECT, "flow": BOXED}),
        ("stored-in-heap-object.part", {"rule": Rule.STORED_IN_HEAP_OBJECT, "flow": BOXED_PART}),
        ("stored-in-heap-object.part", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.MAP, "flow": PART}),
        ("stored-in-heap-object.slice", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.SLICE}),
        ("stored-in-heap-object.string", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.STRING}),
        ("stored-in-heap-object.sum", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.STRING, "subject": "a + b"}),
        ("growing-append", {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.APPEND}),
        (
            "passed-to-leaking-parameter.reference",
            {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.APPEND, **FRESH},
        ),
        ("passed-to-leaking-parameter", {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.VARIABLE}),
        ("passed-to-leaking-parameter.string", {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.STRING}),
        ("passed-to-leaking-parameter.function", {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.CLOSURE}),
        ("passed-to-leaking-parameter.variadic", {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.VARIADIC}),
        ("passed-to-unknown-call.variadic", {"rule": Rule.PASSED_TO_UNKNOWN_CALL, "kind": Kind.VARIADIC}),
        ("growing-append", {"rule": Rule.CAPTURED_BY_CLOSURE, "kind": Kind.APPEND, "is_by_reference": True}),
        (
            "passed-to-leaking-parameter.string-of-bytes",
            {
                "rule": Rule.PASSED_TO_LEAKING_PARAMETER,
                "kind": Kind.STRING,
                "subject": "string(b)",
                "callee": "strings.Split",
            },
        ),
        ("interface-conversion.scanned", {"rule": Rule.INTERFACE_CONVERSION, "callee": "fmt.Sscanf"}),
        ("interface-conversion.coded", {"rule": Rule.INTERFACE_CONVERSION, "callee": "json.Unmarshal"}),
        ("stored-in-heap-object.variable-pointer", {"rule": Rule.STORED_IN_HEAP_OBJECT, "flow": BEGUN_IN}),
        ("appended.reference", {"rule": Rule.APPENDED, "kind": Kind.SLICE}),
        ("appended.map", {"rule": Rule.APPENDED, "kind": Kind.MAP, "subject": "map[int]int{...}"}),
        ("stored-in-heap-object.append", {"rule": Rule.STORED_IN_HEAP_OBJECT, "kind": Kind.APPEND, "flow": BEGUN_IN}),
        ("appended.append", {"rule": Rule.APPENDED, "kind": Kind.APPEND}),
        ("growing-append", {"rule": Rule.PASSED_TO_UNKNOWN_CALL, "kind": Kind.APPEND}),
        ("stored-in-map.append", {"rule": Rule.STORED_IN_MAP, "kind": Kind.APPEND}),
        ("passed-to-unknown-call.string", {"rule": Rule.PASSED_TO_UNKNOWN_CALL, "kind": Kind.STRING}),
        (
            "captured-by-closure.range",
            {"rule": Rule.CAPTURED_BY_CLOSURE, "callee": "range", "is_by_reference": True},
        ),
        (
            "passed-to-unknown-call.range",
            {"rule": Rule.PASSED_TO_UNKNOWN_CALL, "kind": Kind.CLOSURE, "callee": "range"},
        ),
        ("map-storage.hinted", {"rule": Rule.MAP_STORAGE, "kind": Kind.MAP, "allocation_reason": "map-hint"}),
        ("room.sized", {"kind": Kind.APPEND, "allocation_reason": "growth-sized"}),
        ("room.given", {"rule": Rule.GROWING_APPEND, "kind": Kind.APPEND, "allocation_reason": "growth-given"}),
        ("room.prepended", {"kind": Kind.APPEND, "allocation_reason": "growth-prepended"}),
        ("room.fresh", {"rule": Rule.GROWING_APPEND, "kind": Kind.APPEND, "verdict": Verdict.STAYS, **FRESH}),
        ("returned.reference", {"kind": Kind.APPEND, **FRESH}),
        ("appended.reference", {"rule": Rule.APPENDED, "kind": Kind.APPEND, **FRESH}),
        ("room.grow", {"kind": Kind.APPEND, "inlined_from": "strings.(*Builder).WriteString"}),
        ("returned.append", {"kind": Kind.APPEND, "inlined_from": "p.(*Builder).WriteString"}),
        ("room.literal", {"rule": Rule.OUTLIVES_LOOP_ITERATION, "kind": Kind.SLICE, "flow": BEGUN}),
        ("outlives-loop-iteration.reference", {"rule": Rule.OUTLIVES_LOOP_ITERATION, "kind": Kind.SLICE}),
        ("outlives-loop-iteration.string", {"rule": Rule.OUTLIVES_LOOP_ITERATION, "kind": Kind.STRING}),
        ("captured-by-closure.method", {"rule": Rule.CAPTURED_BY_CLOSURE, "flow": OF_METHOD}),
        (
            "stored-in-map.key-made-of-string",
            {"rule": Rule.STORED_IN_MAP, "cause": Cause.MAP_KEY, "kind": Kind.STRING, "flow": BEGUN},
        ),
        ("passed-to-unknown-call.function", {"rule": Rule.PASSED_TO_UNKNOWN_CALL, "kind": Kind.CLOSURE}),
        ("interface-conversion.function", {"rule": Rule.INTERFACE_CONVERSION, "kind": Kind.METHOD_VALUE}),
        (
            "passed-to-leaking-parameter.method-value",
            {"rule": Rule.PASSED_TO_LEAKING_PARAMETER, "kind": Kind.METHOD_VALUE},
        ),
        ("interface-conversion.pooled", {"rule": Rule.INTERFACE_CONVERSION, "flow": POOLED, "callee": "pool.Put"}),
        ("stored-in-map.boxed", {"rule": Rule.STORED_IN_MAP, "flow": BOXED}),
        ("stored-in-map", {"rule": Rule.STORED_IN_MAP, "flow": (*BOXED, ASSERTED)}),
        ("goroutine", {"rule": Rule.GOROUTINE, "kind": Kind.CLOSURE}),
        ("free", {"allocation": Allocation.DOES_NOT_ALLOCATE}),
        ("panic-argument", {"rule": Rule.PANIC_ARGUMENT, "allocation": Allocation.DOES_NOT_ALLOCATE}),
    ],
)
def test_the_sentence_fits_the_value(key: str, more: dict[str, Any], locale: Locale) -> None:
    table = advice.ZH if locale == "zh-cn" else advice.EN
    assert advice.advice(finding(**more), locale) == table[key]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_size_is_spoken_of_where_it_can_still_be_given(locale: Locale) -> None:
    size = (advice.ZH if locale == "zh-cn" else advice.EN)["size"]
    assert advice.advice(finding(kind=Kind.MAP, subject="make(map[string]int)"), locale).endswith(size)
    assert not advice.advice(finding(kind=Kind.MAP, subject="make(map[string]int, len(list))"), locale).endswith(size)
    assert not advice.advice(finding(kind=Kind.SLICE, subject="make([]int, n)"), locale).endswith(size)


def test_every_sentence_is_of_a_rule() -> None:
    assert {key.partition(".")[0] for key in advice.EN} - {str(rule) for rule in Rule} == {
        "cold",
        "free",
        "size",
        "room",
    }
