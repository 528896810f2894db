"""A text that is parsed by its changes is the text that is parsed as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Tree

from goescape_lsp.core.columns import BOM
from goescape_lsp.syntax.text import Text
from goescape_lsp.syntax.tree import parse, spelled_in, text_of, walk

SOURCE = """package p

import "fmt"

// 变 says it.
func F(n int) *int {
	if n > 0 {
		fmt.Println("🚀", n)
	}
	x := new(1 + n)
	return x
}

type T struct{ a, b int }

func (t *T) M() func() int { return func() int { return t.a } }
""".encode()
PLAIN = SOURCE.replace(b"1 + n", b"int")
# What keeps a file whole stands beside what breaks it.
NEW = st.sampled_from(
    [b"", b"x", b"\n", b"// a\n", b"\ty := 1\n", b"f(x)", b"if a { b() }\n", b"{", "变".encode(), BOM]
)
EDITS = st.lists(st.tuples(st.integers(0, len(SOURCE)), st.integers(0, 12), NEW), max_size=6)


def shape(tree: Tree) -> list[tuple[object, ...]]:
    return [(node.type, node.start_point, node.end_point, node.has_error, node.text) for node in walk(tree.root_node)]


@given(st.sampled_from([SOURCE, PLAIN, b"\n\n" + PLAIN, PLAIN.replace(b"\n", b"\r\n")]), EDITS)
def test_parsed_by_its_changes(source: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    text = Text(source)
    for start, length, new in edits:
        content = text.content[:start] + new + text.content[start + length :]
        text = Text(content, text)
        assert shape(text.tree) == shape(parse(content))
        assert text.lines == Text(content).lines
    assert Text(text.content).is_generated is False


def test_texts_that_nobody_asks_for_keep_no_others() -> None:
    first = Text(PLAIN)
    assert first.tree.root_node.has_error is False
    text = Text(PLAIN + b"\n//", first)
    for _ in range(5000):
        text = Text(text.content, text)
    assert shape(text.tree) == shape(parse(text.content))


SPELLED = (
    SOURCE
    + """
func G(変 int, é, new func(int) int) (a, aé int) {
a:
	é := T{a: new(1 + a)}.a // a é 変
	if a, b := "a", `
a`; a == b {
		goto a
	}
	return a, aé + 変 + é
}
""".encode()
)


@pytest.mark.parametrize("text", [SOURCE, PLAIN, BOM + SPELLED, SPELLED[:-20]], ids=["new", "plain", "bom", "broken"])
def test_names_are_found_in_the_text_as_in_the_tree(text: bytes) -> None:
    root = parse(text).root_node
    every = [node for node in walk(root) if node.type == "identifier"]
    for function in (root, *root.named_children):
        inside = [node for node in walk(function) if node.type == "identifier"]
        for name in {"变", "missing", *map(text_of, every)}:
            assert list(spelled_in(function, name)) == [node for node in inside if text_of(node) == name]
