"""The parser never raises and loses no line without a word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goescape_lsp.core.model import Verdict
from goescape_lsp.core.parse import parse_arrows, parse_text

PIECES = st.sampled_from(
    [
        "./a.go:1:2: ",
        "a.go:3: ",
        "C:\\x\\a.go:3:4: ",
        "moved to heap: x",
        "x escapes to heap",
        "x escapes to heap in F:",
        "  flow: {heap} ← &x:",
        "  flow: a = b:",
        "    from x (assign) at ./a.go:2:3",
        "    from f(x (y) at z) (call parameter) at a.go:9",
        "parameter p leaks to {heap} for F with derefs=0:",
        "leaking param: p to result ~r0 level=0",
        "can inline F with cost 3 as: func() {}",
        "inlining call to F",
        "# m/a [m/a.test]",
        "\n",
        "\r\n",
        "\x00",
        "逃逸",
    ]
)


@given(st.binary())
def test_any_bytes(text: bytes) -> None:
    parse_text(text)


@given(st.lists(PIECES).map("".join))
def test_any_mix_of_known_pieces(text: str) -> None:
    parsed = parse_text(text.encode())
    for block in parsed.blocks:
        assert parse_arrows(block.lines) == block.arrows


def test_a_form_that_nobody_knows_is_kept_with_its_line() -> None:
    parsed = parse_text(b"./a.go:3:2: x is put on the heap for fun\n./a.go:4:2: moved to heap: y\n")
    assert parsed.unknown == ("./a.go:3:2: x is put on the heap for fun",)
    assert [line.verdict for line in parsed.verdicts] == [Verdict.MOVED]
