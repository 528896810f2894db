"""Every sentence exists in both languages, with the same fields."""

from __future__ import annotations

import importlib
import pkgutil
import re
from string import Formatter
from types import ModuleType

import pytest

from goescape_lsp.core import words
from goescape_lsp.core.model import ProblemKind

SENTENCE = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")
SUBJECTS = sorted(module.name for module in pkgutil.iter_modules(words.__path__))


def subject(name: str) -> ModuleType:
    return importlib.import_module(f"goescape_lsp.core.words.{name}")


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("name", SUBJECTS)
def test_tables_are_complete(name: str) -> None:
    module = subject(name)
    assert module.EN, f"{name} has no sentences"
    assert list(module.EN) == list(module.ZH), "the same keys in the same order"
    different = {key for key in module.EN if fields(module.EN[key]) != fields(module.ZH[key])}
    assert different == set(), "the same fields in both languages"


@pytest.mark.parametrize("name", SUBJECTS)
def test_no_sentence_is_left_in_english(name: str) -> None:
    module = subject(name)
    assert [key for key in module.EN if module.EN[key] == module.ZH[key] and SENTENCE.search(module.EN[key])] == []


def test_every_problem_has_a_sentence_and_a_hint() -> None:
    keys = {key for kind in ProblemKind for key in (str(kind), f"{kind}.hint")}
    assert set(subject("problems").EN) == keys
