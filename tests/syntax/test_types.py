"""Types that are told of expressions are those of the Go specification; what one file cannot know stays unknown."""

from __future__ import annotations

import re

import pytest

from goescape_lsp.syntax.names import file_names
from goescape_lsp.syntax.scope import Role, find
from goescape_lsp.syntax.tree import parse, text_of, walk
from goescape_lsp.syntax.types import Form, infer

# `use(x) // form basic` asks for the type of x: its form, and the predeclared type underneath where it has one.
SOURCE = """package p

import (
	"strings"
	other "os"
)

type flag bool
type celsius float64
type alias = int
type pair struct{ left, right celsius; next *pair }
type box[T any] struct{ held T; many []T }

const small, typed = 5, int64(5)

var at = [4]pair{}

func two() (n int8, err error) { return }
func generic[T any](x T) []T { return nil }

func (b *box[T]) method(config *config, flag flag, rest ...string) (err error) {
	use(b.held) // type parameter
	use(b.many) // slice
	use(b.many[0]) // type parameter
	use(config) // pointer
	use(flag) // basic bool
	use(rest) // slice
	use(rest[0]) // string string
	n, err := two()
	use(n) // basic int8
	use(err) // interface
	return err
}

func literals(u uint8, i int, f float32, s string, unknown elsewhere) {
	use(1 + 2.5) // basic float64
	use(small * u) // basic uint8
	use(2 * f) // basic float32
	use(typed) // basic int64
	use(i << u) // basic int
	use(1 << u) // unknown
	use(unknown + 1) // basic
	use(unknown + "a") // string
	use(unknown + unknown) // unknown
	use(i == 1) // basic bool
	use(celsius(1)) // basic float64
	use(alias(1)) // basic int
	use(s[0]) // basic byte
	use(s[1:]) // string string
	use(-f) // basic float32
	use(nil) // unknown
}

func holders(m map[string]celsius, p *[4]pair, c chan flag, seq func(func(int, string) bool)) {
	use(p[0]) // struct
	use(p[1:]) // slice
	use(at[1:][0].next.left) // basic float64
	use(<-c) // basic bool
	use(new(pair).left) // basic float64
	use((&pair{}).right) // basic float64
	value, ok := m["a"]
	use(value) // basic float64
	use(ok) // basic bool
	for key := range m { use(key) } // string string
	for _, part := range p { use(part) } // struct
	for i := range uint8(3) { use(i) } // basic uint8
	for i, s := range seq { use(i); use(s) } // unknown
	for _, part := range strings.Split("a,b", ",") { use(part) } // string string
	for _, arg := range other.Args { use(arg) } // unknown
	use(generic(1)) // slice
	use(generic(1)[0]) // type parameter
}

func shadows(x any, len func() string) {
	switch x := x.(type) {
	case celsius:
		use(x) // basic float64
	case int, string:
		use(x) // interface
	default:
		use(x) // interface
	}
	type celsius string
	use(celsius("a")) // string string
	use(len()) // string string
	{
		int := "a"
		use(int) // string string
	}
	x, y := x, x
	use(y) // interface
	for x := range x.(map[int]bool) { use(x) } // basic int
	if x := 1; x > 0 { use(x) } // basic int
}
"""

EXPECTED = [
    (number, match[1]) for number, line in enumerate(SOURCE.splitlines()) if (match := re.search(r"// (.*)$", line))
]


@pytest.mark.parametrize(("row", "expected"), EXPECTED, ids=str)
def test_type_of_an_expression(row: int, expected: str) -> None:
    root = parse(SOURCE.encode()).root_node
    assert not root.has_error
    names = file_names(root)
    asked = [
        node.named_children[0]
        for node in walk(root)
        if node.type == "argument_list" and node.start_point[0] == row and text_of(node.prev_sibling) == "use"
    ]
    assert asked
    for node in asked:
        found = infer(node, names)
        assert f"{found.form} {found.basic}".strip() == expected, text_of(node)


@pytest.mark.parametrize(
    "source", ["var x = x", "var x, y = y, x", "type x x; var y x", "func f() { for x := range x {} }"]
)
def test_what_is_declared_by_itself_is_unknown(source: str) -> None:
    root = parse(f"package p\n{source}\nvar z = x".encode()).root_node
    names = file_names(root)
    for node in walk(root):
        if node.type == "identifier" and text_of(node) != "f":
            assert infer(node, names).form is Form.UNKNOWN


def test_a_result_that_is_set_again_stays_the_result() -> None:
    root = parse(SOURCE.encode()).root_node
    returned = next(node for node in walk(root) if node.type == "return_statement" and text_of(node) == "return err")
    found = find("err", returned)
    assert found is not None
    assert found.role is Role.RESULT
