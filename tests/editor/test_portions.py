"""The diagnostics of a file with thousands of findings come a few at a time, the strongest of them in order."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

import pytest

from goescape_lsp.core.judge import strength
from goescape_lsp.core.model import Allocation, FileFacts, Place, Span, Temperature
from goescape_lsp.core.settings import Settings
from goescape_lsp.editor.client import Client
from goescape_lsp.editor.to_lsp.diagnostics import diagnostics
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View, everything
from tests.session.test_shift import FLOWING, PATH

COUNT = 5000
HEATS = (Temperature.NORMAL, Temperature.COLD, Temperature.LOOP)
SURE = (Allocation.ALLOCATES, Allocation.MAY_ALLOCATE)
CONTENT = b"\tx := new(int)\n" * COUNT
FACTS = FileFacts(
    PATH,
    CONTENT,
    tuple(
        replace(
            FLOWING.findings[0],
            span=Span(line, 7, line, 15),
            at=Place(PATH, line, 10),
            temperature=HEATS[line % 3],
            allocation=SURE[line % 2],
        )
        for line in range(1, COUNT + 1)
    ),
)


def view(most: int) -> View:
    ruler = Ruler(CONTENT, "utf-16")
    settings = Settings(max_per_file=most)
    return View(Client(), settings, "en", "file://{}".format, lambda _: ruler, lambda rule: f"page {rule}", everything)


@pytest.mark.parametrize("most", [0, 1, 200, COUNT - 1, COUNT, COUNT + 1])
def test_the_strongest_in_order(most: int) -> None:
    found = [one for some in diagnostics(FACTS, view(most)) for one in some]
    strongest = sorted(FACTS.findings, key=lambda one: (strength(one), one.span))[:most]
    lines = [one["range"]["start"]["line"] + 1 for one in found]
    counted = 1 if most < COUNT else 0
    assert lines[: len(found) - counted] == sorted(one.span.line for one in strongest)
    assert [one.get("code") for one in found].count("more-findings") == counted


@pytest.mark.parametrize("most", [200, COUNT])
def test_no_portion_takes_long(most: int) -> None:
    portions = diagnostics(FACTS, view(most))
    longest = 0.0
    gc.collect()  # else what other tests left is looked at in between
    while True:
        begun = time.thread_time()
        some = next(portions, None)
        longest = max(longest, time.thread_time() - begun)
        if some is None:
            break
        assert len(some) <= 50
    print(f"longest portion {longest:.4f} s")
    assert longest < 0.020
