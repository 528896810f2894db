"""Sizes told in a hover are those of the compiler: `unsafe.Sizeof` of the same types decides."""

from __future__ import annotations

from pathlib import Path

from goescape_lsp.core.model import Place, Verdict
from goescape_lsp.syntax.package import PackageSyntax
from tests.conftest import Go

TYPES = {
    "A": "struct{ a byte; b int64; c byte }",
    "B": "struct{ a, b, c byte }",
    "C": "struct{ s string; e error; f func(); m map[int]int; p *A }",
    "D": "struct{ A; *B; tail struct{} }",
    "E": "[4]A",
    "F": "[3][5]uint16",
    "G": "struct{}",
    "H": "struct{ x [1 << 10]byte; y []int }",
    "I": "struct{ c complex128; r rune; b bool }",
    "J": "struct{ i interface{ M() }; c chan int; u uintptr; g [0x10]int32 }",
}


def test_sizes_agree_with_the_compiler(go: Go, tmp_path: Path) -> None:
    names = list(TYPES)
    declared = "\n".join(f"type {name} {text}" for name, text in TYPES.items())
    made = "\n".join(f"func make{name}() *{name} {{\n\treturn new({name})\n}}" for name in names)
    prints = "\n".join(f"\tprintln(unsafe.Sizeof({name}{{}}))" for name in names)
    source = f'package main\n\nimport "unsafe"\n\n{declared}\n\n{made}\n\nfunc main() {{\n{prints}\n}}\n'
    (tmp_path / "main.go").write_text(source, "utf-8")
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.21\n", "utf-8")
    sizes = [int(line) for line in go.run("run", ".", cwd=tmp_path, GOARCH="").stderr.split()]

    syntax = PackageSyntax({"main.go": source.encode()}).source("main.go")
    assert syntax is not None
    lines = source.splitlines()
    for name, size in zip(names, sizes, strict=True):
        row = lines.index(f"\treturn new({name})") + 1
        column = lines[row - 1].index("(") + 1
        shape = syntax.shape(Place("main.go", row, column), f"new({name})", Verdict.ESCAPES)
        assert shape.size == size, name
