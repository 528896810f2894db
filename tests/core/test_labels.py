"""What a label with a `goto` back to it sends to the heap although no loop runs it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from goescape_lsp.core.model import Cause, Finding
from goescape_lsp.core.words import advice
from goescape_lsp.core.words.findings import message
from tests.conftest import Go
from tests.core.test_real_code import findings

DECLARATIONS = """package p

type lock struct{ n int }

var total int

//go:noinline
func (l *lock) free(n int) { l.n += n }

//go:noinline
func ready(l *lock) bool { l.n++; return l.n%3 == 0 }

//go:noinline
func plain() { total++ }

func F(l *lock, n int) int {
	BODY
	return total
}
"""
WAIT = "AGAIN:\n\tif !ready(l) {\n\t\tgoto AGAIN\n\t}\n\t"
# What a function does, and the subject and the cause of each finding.
CASES = {
    "a literal": (WAIT + "defer func() { l.free(n) }()", {"func literal": Cause.DEFER_LABEL}),
    "a call": (WAIT + "defer l.free(n)", {"defer l.free(n)": Cause.DEFER_LABEL}),
    "a call without arguments": (WAIT + "defer plain()", {"defer plain()": Cause.DEFER_LABEL}),
    "what a closure shares": (
        WAIT + "k := n\n\tdefer func() { k++; l.free(k) }()\n\tk++",
        {"k": Cause.DEFER_LABEL, "func literal": Cause.DEFER_LABEL},
    ),
    "a literal that is held": (
        WAIT + "f := func() { l.free(n) }\n\tdefer f()",
        {"func literal": Cause.DEFER_LABEL, "defer f()": Cause.DEFER_LABEL},
    ),
    "a for loop": ("for !ready(l) {\n\t}\n\tdefer func() { l.free(n) }()", {}),
    "a label that is jumped to from before": ("if n > 3 {\n\t\tgoto END\n\t}\nEND:\n\tdefer l.free(n)", {}),
    "a label of a loop": (
        "OUTER:\n\tfor ready(l) {\n\t\tfor !ready(l) {\n\t\t\tcontinue OUTER\n\t\t}\n\t}\n\tdefer l.free(n)",
        {},
    ),
    "a loop behind the label": (
        WAIT + "for i := range [2]int{} {\n\t\tdefer func() { l.free(n) }()\n\t\ttotal += i\n\t}",
        {"func literal": Cause.DEFER_LOOP},
    ),
    "a defer that is jumped over and over": (
        "AGAIN:\n\tdefer func() { l.free(n) }()\n\tif !ready(l) {\n\t\tgoto AGAIN\n\t}",
        {"func literal": Cause.DEFER_LOOP},
    ),
    "a variable": ("var p *int\n" + WAIT + "v := n\n\tp = &v\n\ttotal = *p + v", {"v": Cause.LABEL}),
    "a variable and its keeper": (WAIT + "var p *int\n\tv := n\n\tp = &v\n\ttotal = *p + v", {}),
    "an object": ("var p *lock\n" + WAIT + "p = &lock{n}\n\tready(p)", {"&lock{...}": Cause.LABEL}),
    "an object of each round": (
        "var p *lock\nAGAIN:\n\tp = &lock{n}\n\tif !ready(p) {\n\t\tgoto AGAIN\n\t}",
        {"&lock{...}": Cause.LOOP},
    ),
    "a closure": (
        "var f func()\n" + WAIT + "f = func() { n++ }\n\tf()\n\ttotal = n",
        {"n": Cause.LABEL, "func literal": Cause.LABEL},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_loop_is_told_from_a_label(case: str, each_go: Go, tmp_path: Path) -> None:
    code, expected = CASES[case]
    found = findings(DECLARATIONS.replace("BODY", code), each_go, tmp_path)
    told = {one.subject: one for one in found if one.function == "F" and (one.is_heap or one.is_silent)}
    assert {subject: one.cause for subject, one in told.items()} == expected
    for one in told.values():
        is_by_label = one.cause in {Cause.DEFER_LABEL, Cause.LABEL}
        assert _speaks_of_the_label(one) == is_by_label


def _speaks_of_the_label(one: Finding) -> bool:
    is_told = "label that a goto jumps back to" in message(one, "en")
    assert is_told == ("标签" in message(one, "zh-cn"))
    is_advised = advice.advice(one, "en") in {text for key, text in advice.EN.items() if key.endswith(".label")}
    assert is_advised == is_told or one.is_captured
    return is_told
