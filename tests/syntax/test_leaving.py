"""Of several statements that do the same, a value comes to one that can run after it is made."""

from __future__ import annotations

import pytest

from goescape_lsp.syntax.leaving import comes_to
from goescape_lsp.syntax.tree import ancestors, leaf_at, parse

# `1` is where the value of `out` is made, `return` and `=` at `2` are told, those at `3` found; without `3` none is.
CASES = {
    "behind": ("out = 1; return out /*23*/", "return"),
    "first": ("if k { return out /*2*/ }; out = 1; return out /*3*/", "return"),
    "another result": (
        "if k { return out, nil /*2*/ }; out = 1; if k { return nil, out }; return out, nil /*3*/",
        "return",
    ),
    "other branch": ("if k { out = 1 } else { return out /*2*/ }; return out /*3*/", "return"),
    "other branch of several": ("if k { return out /*2*/ } else if !k { out = 1 } else { return out }", "return"),
    "condition": ("if out = 1; k { return nil } else { return out /*23*/ }", "return"),
    "other case": (
        "switch k { case 1: return out /*2*/; case 2: out = 1; case 3: return out }; return out /*3*/",
        "return",
    ),
    "falls through": (
        "switch k { case 1: return out /*23*/; case 2: out = 1; fallthrough; case 3: return out }",
        "return",
    ),
    "case that leaves": ("switch k { case 1: return out /*2*/; case 2: out = 1; return nil }; return out", "return"),
    "panic": ("if k { return out /*2*/ }; out = 1; panic(out); return out", "return"),
    "loop": ("for { if k { return out /*23*/ }; out = 1 }", "return"),
    "left loop": ("if k { return out /*2*/ }; for { out = 1; break }; return out /*3*/", "return"),
    "not around": ("for { if k { return out /*2*/ } }; out = 1; return out /*3*/", "return"),
    "goto": ("again: if k { return out /*23*/ }; out = 1; goto again", "return"),
    "of a literal": ("if k { return out /*2*/ }; out = 1; f := func() T { return out }; return f()", "return"),
    "made in a literal": ("if k { return out /*2*/ }; func() { out = 1; return }(); return out /*3*/", "return"),
    "returned by a literal": ("f := func() T { return out /*23*/ }; out = 1; return f()", "return"),
    "cut": ("if k { return out[:0] /*2*/ }; out = 1; return out[:1]", "return"),
    "assigned": ("x := out /*2*/; out = 1; x = out /*3*/; return x", "="),
    "assigned elsewhere": ("x := out /*2*/; out = 1; y = out; return x", "="),
    "assigned in a loop": ("for { x = out /*23*/; out = 1 }", "="),
}


@pytest.mark.parametrize("name", CASES)
def test_the_statement_that_a_value_comes_to(name: str) -> None:
    code, kind = CASES[name]
    tree = parse(f"package p\nfunc F(k T) (T, T) {{\n{code.replace('; ', chr(10))}\n}}\n".encode())
    lines = (tree.root_node.text or b"").decode().split("\n")

    def at(mark: str) -> int | None:
        return next((number for number, line in enumerate(lines, start=1) if mark in line.partition("/*")[2]), None)

    made = next((n, line.index("= 1") + 3) for n, line in enumerate(lines, start=1) if "= 1" in line)
    told = at("2")
    assert told is not None
    site = leaf_at(tree, *made)
    word = "return" if kind == "return" else "= out"
    leaf = leaf_at(tree, told, lines[told - 1].index(word) + 1)
    assert site is not None
    assert leaf is not None
    statement = next(one for one in ancestors(leaf) if one.type.endswith(("_statement", "_declaration")))
    found = comes_to(site, statement, "out")
    assert (None if found is None else found.start_point[0] + 1) == at("3")
