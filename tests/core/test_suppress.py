"""Comments that accept findings, on real compiles: what they accept, what is said of those that accept nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from goescape_lsp.core.judge import is_open, is_shown, severity
from goescape_lsp.core.model import Compiled, FileFacts, Package, Problem, ProblemKind, Rule, Run
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.shift import shift
from goescape_lsp.core.suppress import accept_again, rules_of
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

F = "package p\n\n"
EVERYTHING = Settings(show="all", generated=True)

# Source; what is accepted, as "line rule: reason"; what is still shown, as "line rule"
# remarks, as "line:column code given".
CASES: dict[str, tuple[str, list[str], list[str], list[str]]] = {
    "at the end of the line": (
        F + "func F() *int { return new(int) } //goescape:ok returned one per call\n",
        ["3 returned: one per call"],
        [],
        [],
    ),
    "only its rules": (
        F + "var g *int\n\nfunc F() *int { g = new(int); return new(int) } //goescape:ok stored-in-global kept\n",
        ["5 stored-in-global: kept"],
        ["5 returned"],
        [],
    ),
    "several rules": (
        F + "var g *int\n\nfunc F() *int { g = new(int); return new(int) }"
        " //goescape:ok stored-in-global, returned: 缓存 🚀\n",
        ["5 stored-in-global: 缓存 🚀", "5 returned: 缓存 🚀"],
        [],
        [],
    ),
    "all": (
        F + "var g *int\n\nfunc F() *int { g = new(int); return new(int) } //goescape:ok all - kept\n",
        ["5 stored-in-global: kept", "5 returned: kept"],
        [],
        [],
    ),
    "either end of an expression over lines": (
        F + "type T struct{ a *T }\n\nfunc F() *T {\n\treturn &T{ //goescape:ok returned first\n\t\ta: &T{\n\t\t},"
        " //goescape:ok stored-in-heap-object,returned last\n\t}\n}\n",
        ["6 returned: first", "7 returned: last"],
        [],
        ["8:6 unused-suppression stored-in-heap-object"],
    ),
    "a whole function": (
        F + "// F makes them.\n//\n//goescape:ok returned its job\n//go:noinline\nfunc F() (*int, *int) {\n\tx := 1\n"
        "\treturn &x, new(int)\n}\n\nfunc G() *int { return new(int) }\n",
        ["8 returned: its job", "9 returned: its job"],
        ["12 returned"],
        [],
    ),
    "the line speaks before the function": (
        F + "//goescape:ok returned general\nfunc F() *int { return new(int) } //goescape:ok returned special\n",
        ["4 returned: special"],
        [],
        [],
    ),
    "crlf and a method": (
        F.replace("\n", "\r\n")
        + "type T struct{}\r\n\r\n//goescape:ok returned its job\r\nfunc (T) M() *int { return new(int) }\r\n",
        ["6 returned: its job"],
        [],
        [],
    ),
    "a bom": (
        "\ufeffpackage p; func F() *int { return new(int) } //goescape:ok returned first line\n",
        ["1 returned: first line"],
        [],
        [],
    ),
    "what other settings show is used": (
        F + 'import "fmt"\n\nfunc F() { fmt.Println(1) } //goescape:ok all constants\n\n'
        "var p any\n\nfunc G(x *int) { p = x } //goescape:ok leaking-parameter kept\n",
        ["5 interface-conversion: constants", "9 leaking-parameter: kept"],
        [],
        [],
    ),
    "unused": (
        F + "func F() *int { return new(int) } //goescape:ok returned,appended ours\n\n"
        "func G() int { return 1 } //goescape:ok all until the machine code is read\n\n"
        "//goescape:ok returned nothing\nfunc H() {}\n",
        ["3 returned: ours"],
        [],
        [
            "3:35 unused-suppression appended",
            "7:1 unused-suppression returned",
        ],
    ),
    "misspelt": (
        F + "func F() *int { return new(int) } //goescape:ok retuned,moved a reason\n",
        [],
        ["3 returned"],
        ["3:35 unknown-rule retuned", "3:35 unknown-rule moved"],
    ),
    "one of two misspelt": (
        F + "func F() *int { return new(int) } //goescape:ok retuned,returned a reason\n",
        ["3 returned: a reason"],
        [],
        ["3:35 unknown-rule retuned"],
    ),
    "no reason": (
        F + "func F() *int { return new(int) } //goescape:ok returned --\n\n//goescape:ok\nfunc G() {}\n",
        [],
        ["3 returned"],
        ["3:35 missing-reason returned", "5:1 missing-reason "],
    ),
    "another word or a blank": (
        F + "func F() *int { return new(int) } //goescape:ignore returned why\n\n"
        "func G() *int { return new(int) } // goescape:ok returned why\n",
        [],
        ["3 returned", "5 returned"],
        ["3:35 unknown-directive //goescape:ignore", "5:35 unknown-directive // goescape:ok"],
    ),
    "misplaced": (
        F + "func F() *int {\n\t//goescape:ok returned the next line\n\treturn new(int) // makes"
        " //goescape:ok returned it\n"
        "}\n\n//goescape:ok returned not directly above\n\nfunc G() {}\n",
        [],
        ["5 returned"],
        [
            "4:2 misplaced-suppression returned",
            "5:18 misplaced-suppression returned",
            "8:1 misplaced-suppression returned",
        ],
    ),
    "strings, block comments and prose": (
        F + "func F() (*int, string) {\n\t/* //goescape:ok returned a */\n\ts := `\n//goescape:ok returned a\n`\n"
        '\ts += "//goescape:ok returned a" // see goescape:ok and //goescape:ok RULE\n\treturn new(int), s\n}\n',
        [],
        ["9 returned"],
        [],
    ),
    "a generic function that nothing instantiates": (
        F + "//goescape:ok all for users\nfunc F[T any](x T) *T {\n\treturn &x //goescape:ok returned why not\n}\n",
        [],
        [],
        [],
    ),
    "what only the machine code can tell": (
        F + 'func F(b []byte) int {\n\ts := string(b) + "x" //goescape:ok string-conversion,returned short\n'
        "\treturn len(s)\n}\n",
        [],
        [],
        ["4:23 unused-suppression returned"],
    ),
}


def judged(source: str, go: Go, folder: Path, flags: str = "-m=2", problems: tuple[Problem, ...] = ()) -> FileFacts:
    path = folder / "a.go"
    path.write_bytes(source.encode())
    (folder / "go.mod").write_text("module m/a\n\ngo 1.21\n", "utf-8")
    result = go.run("build", f"-gcflags={flags}", ".", cwd=folder)
    package = Package("m/a", "p", str(folder), (str(path),), go_version="1.21", module_directory=str(folder))
    compiled = Compiled(package, result.stderr.encode(), problems)
    return analyse(Run((compiled,)), lambda one: Path(one).read_bytes()).files[str(path)]


def remarks(facts: FileFacts) -> list[str]:
    return [f"{one.span.line}:{one.span.column} {one.kind} {one.given}" for one in facts.remarks]


@pytest.mark.parametrize("name", CASES)
def test_comments(name: str, go: Go, tmp_path: Path) -> None:
    source, accepted, shown, remarked = CASES[name]
    facts = judged(source, go, tmp_path)
    marked = [one for one in facts.findings if one.suppressed]
    assert [f"{one.span.line} {one.rule}: {one.suppressed}" for one in marked] == accepted
    rest = [one for one in facts.findings if is_shown(one, facts, EVERYTHING)]
    assert [f"{one.span.line} {one.rule}" for one in rest if one.is_heap] == shown
    assert remarks(facts) == remarked


def test_the_machine_code_decides_what_it_can(go: Go, tmp_path: Path) -> None:
    source = F + "func F(b []byte) int {\n\ts := string(b) //goescape:ok string-conversion short\n\treturn len(s)\n}\n"
    source += "\nfunc G(n int) int { return n } //goescape:ok string-conversion,all none\n"
    facts = judged(source, go, tmp_path, "-m=2 -S")
    assert [one.suppressed for one in facts.findings if one.rule] == ["short"]
    assert remarks(facts) == ["8:32 unused-suppression string-conversion,all"]


SELECTORS = """package p

import (
	"net/url"
	"sync/atomic"

	"m/a/b"
)

var (
	held atomic.Value
	u    *url.URL
	h    *b.Held
)

func F() {
	held.Store(u.Host) //goescape:ok interface-conversion a box
	b.Take(h.Close) //goescape:ok passed-to-leaking-parameter a method
}
"""


@pytest.mark.parametrize("flags", ["-m=2", "-m=2 -S"])
def test_what_only_the_machine_code_tells_is_accepted_before_it(flags: str, go: Go, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    text = "package b\n\nvar kept any\n\ntype Held struct{ n int }\n\nfunc (h *Held) Close() { kept = h }\n\n"
    (tmp_path / "b" / "b.go").write_text(text + "//go:noinline\nfunc Take(f func()) { kept = f }\n", "utf-8")
    facts = judged(SELECTORS, go, tmp_path, flags)
    told = {one.subject: (one.suppressed, is_open(one)) for one in facts.findings if one.is_heap}
    is_without = flags == "-m=2"
    assert told == {"u.Host": ("a box", is_without), "h.Close": ("a method", is_without)}
    assert remarks(facts) == []
    quiet = Settings(severity={"interface-conversion": "off"})
    shown = {one.subject for one in facts.findings if one.is_heap and severity(one, quiet) != "off"}
    assert shown == (set() if is_without else {"h.Close"})


def test_a_file_that_does_not_compile_is_not_told_that_comments_are_unused(go: Go, tmp_path: Path) -> None:
    source = F + "func F() {} //goescape:ok returned why\n\nfunc G() {} //goescape:ok retuned why\n"
    problem = Problem(ProblemKind.COMPILE_ERROR, "m/a")
    assert remarks(judged(source, go, tmp_path)) == ["3:13 unused-suppression returned", "5:13 unknown-rule retuned"]
    assert remarks(judged(source, go, tmp_path, problems=(problem,))) == ["5:13 unknown-rule retuned"]


def test_remarks_move_with_the_text(go: Go, tmp_path: Path) -> None:
    source = F + "func F() {} //goescape:ok returned why\n"
    facts = judged(source, go, tmp_path)
    assert remarks(shift(facts, b"package p\n\n// New.\n\nfunc F() {} //goescape:ok returned why\n")) == [
        "5:13 unused-suppression returned"
    ]
    assert remarks(shift(facts, b"package p\n\nfunc F() {}\n")) == []


@pytest.mark.parametrize(
    ("text", "names", "reason"),
    [
        ("returned why", ("returned",), "why"),
        ("returned: why", ("returned",), "why"),
        ("returned \N{EM DASH} why", ("returned",), "why"),
        ("returned,appended why", ("returned", "appended"), "why"),
        ("returned, appended why", ("returned", "appended"), "why"),
        ("returned, because it is", ("returned",), "because it is"),
        ("returned,, returned", ("returned",), ""),
        ("because it is", ("because",), "it is"),
        (",", (), ""),
        ("", (), ""),
    ],
)
def test_names_and_reason(text: str, names: tuple[str, ...], reason: str) -> None:
    assert rules_of(text) == (names, reason)


def test_what_is_carried_from_older_runs_is_accepted_too(go: Go, tmp_path: Path) -> None:
    """A rule that an older run read from the machine code joins the findings of a run without it."""
    body = "func F(b []byte) int {\n\ts := string(b) //goescape:ok string-conversion short\n\treturn len(s)\n}\n"
    facts = judged(F + body, go, tmp_path)
    carried = replace(facts, findings=tuple(replace(one, rule=Rule.STRING_CONVERSION) for one in facts.findings))
    assert [one.suppressed for one in accept_again(carried).findings if one.span.line == 4] == ["short"]
    without = replace(accept_again(carried), comments=())
    assert not any(one.suppressed for one in accept_again(without).findings)
