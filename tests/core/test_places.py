"""Spans on real compiles of texts that break naive tools: CJK, emoji, tabs, CRLF, a BOM, lines beyond column 255."""

from __future__ import annotations

from pathlib import Path

import pytest

from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import Compiled, Finding, Package, Run
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

LONG = "\t" + "_ = 0; " * 45
LONG_REST = "x := n; return &x, make([]int, n), func() int { return n }"
CASES = {
    "cjk and emoji before": (
        'package p\n\nfunc F() map[string]int {\n\tvar s = "统计🚀"; m := make(map[string]int, len(s)); return m\n}\n',
        ["make(map[string]int, len(s))"],
    ),
    "crlf": ("package p\r\n\r\nfunc F() *int {\r\n\tx := 1\r\n\treturn &x\r\n}\r\n", ["x"]),
    "bom on line 1": (
        "\ufeffpackage p; func F() *int { x := 1; return &x }\n",
        ["x"],
    ),
    "beyond column 255": (
        f"package p\n\nfunc F(n int) (*int, []int, func() int) {{\n{LONG}{LONG_REST}\n}}\n",
        ["func() int", "make([]int, n)", "x"],
    ),
    "several on one line": (
        "package p\n\nvar g []any\n\nfunc F(a, b int) { g = append(g, a, a+b, &a, []int{b}, map[int]int{a: b}) }\n",
        ["[]int{b}", "a", "a", "a+b", "append(g, a, a+b, &a, []int{b}, map[int]int{a: b})", "map[int]int{a: b}"],
    ),
    "over several lines": (
        "package p\n\ntype T struct{ a, b int }\n\nfunc F() *T {\n\treturn &T{\n\t\ta: 1,\n\t\tb: 2,\n\t}\n}\n",
        ["&T{\n\t\ta: 1,\n\t\tb: 2,\n\t}"],
    ),
    "elided in a literal": (
        "package p\n\ntype T struct{ a int }\n\nfunc F() []*T { return []*T{{1}, {a: 2}} }\n",
        ["[]*T{{1}, {a: 2}}", "{1}", "{a: 2}"],
    ),
    "conversions": (
        "package p\n\nfunc F(s string, b []byte) ([]byte, string) { return []byte(s), string(b[2:]) }\n",
        ["[]byte(s)", "string(b[2:])"],
    ),
    "variadic": (
        'package p\n\nvar g []string\n\nfunc keep(xs ...string) { g = xs }\n\nfunc F(a string) { keep(a, "b") }\n',
        ['a, "b"'],
    ),
    "a literal is its signature": (
        "package p\n\nfunc F(n int) func() (int, error) {\n\treturn func() (int, error) {\n\t\treturn n, nil\n\t}\n}\n",
        ["func() (int, error)"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_span_is_the_expression(name: str, each_go: Go, tmp_path: Path) -> None:
    source, expected = CASES[name]
    path = tmp_path / "a.go"
    path.write_bytes(source.encode())
    (tmp_path / "go.mod").write_text("module m/a\n\ngo 1.21\n", "utf-8")
    result = each_go.run("build", "-gcflags=-m=2", ".", cwd=tmp_path)
    package = Package("m/a", "p", str(tmp_path), (str(path),), go_version="1.21", module_directory=str(tmp_path))
    analysis = analyse(Run((Compiled(package, result.stderr.encode()),)), lambda p: Path(p).read_bytes())
    found = [f for f in analysis.files[str(path)].findings if f.is_heap]
    if each_go.version.startswith(("1.21", "1.24")):  # these have no verdict for append
        expected = [text for text in expected if not text.startswith("append(")]
    assert sorted(text_of(f, path) for f in found) == expected


def text_of(finding: Finding, path: Path) -> str:
    lines = split_lines(path.read_bytes())[finding.span.line - 1 : finding.span.end_line]
    lines[-1] = lines[-1][: finding.span.end_column - 1]
    lines[0] = lines[0][finding.span.column - 1 :]
    return b"\n".join(lines).decode()
