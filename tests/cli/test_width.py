"""The mark under an expression stands where a terminal draws it."""

from __future__ import annotations

import pytest

from goescape_lsp.cli.as_text import width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("统计", 4),
        ("🚀", 2),
        ("é", 1),
        ("e\N{COMBINING ACUTE ACCENT}", 1),
        ("\N{FULLWIDTH LATIN SMALL LETTER H}", 2),
        ("한글", 4),
    ],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns
