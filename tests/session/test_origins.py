"""What one place of a package tells of objects that are made at another: copies of it, and of the same type."""

from __future__ import annotations

from pathlib import Path

from goescape_lsp.cli.engine import Request, examine
from goescape_lsp.core.model import Allocation, Finding
from tests.conftest import Go

FILES = {
    "other/other.go": """package other

type Full struct{ n int }

type Empty struct{}

func NewFull() *Full { return new(Full) }

func NewEmpty() *Empty { return new(Empty) }
""",
    "a.go": """package m

import "m/other"

var kept any

var full *other.Full

type pair struct{ a, b int }

func first() *other.Full { return new(other.Full) } // certain

func empty() *other.Empty { return new(other.Empty) } // free

func boxed() { kept = []other.Empty{{}, {}} } // certain

func variable() *pair {
	made := pair{} // certain
	keep(&made)
	return &made
}

func keep(p *pair) { kept = p }
""",
    "b.go": """package m

import "m/other"

func fullOfOther() { full = other.NewFull() } // certain

func emptyOfOther() { kept = other.NewEmpty() } // open

func two() { kept = []*other.Full{new(other.Full), new(other.Full)} } // certain

func emptyHere() { kept = empty() } // free

func variableHere() { kept = variable() } // certain
""",
}
WORDS = {"certain": {Allocation.ALLOCATES}, "free": {Allocation.DOES_NOT_ALLOCATE}, "open": {Allocation.MAY_ALLOCATE}}


def test_other_files_tell_whether_a_type_has_a_size(each_go: Go, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.21\n", encoding="utf-8")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    analysis = examine(Request(str(tmp_path), (".",), go=each_go.path), "en").analysis
    wrong: list[tuple[str, set[Allocation]]] = []
    for name in ("a.go", "b.go"):
        told: dict[int, list[Finding]] = {}
        for one in analysis.files[str(tmp_path / name)].findings:
            if one.is_heap:
                told.setdefault(one.at.line, []).append(one)
        for number, line in enumerate(FILES[name].split("\n"), start=1):
            code, _, mark = line.partition(" // ")
            said = {one.allocation for one in told.get(number, [])}
            if mark and said != WORDS[mark]:
                wrong.append((code, said))
    assert wrong == []
