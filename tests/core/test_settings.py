"""Settings: three shapes in, one value out, and a word about everything that was not understood."""

from __future__ import annotations

import pytest

from goescape_lsp.core.settings import TABLE, Settings, read_settings, schema


@pytest.mark.parametrize(
    "given",
    [
        {"goescape": {"run": "onType", "go": {"path": "/go"}, "maxPerFile": 7}},
        {"run": "onType", "go": {"path": "/go"}, "maxPerFile": 7},
        {"run": "onType", "go.path": "/go", "maxPerFile": 7},
    ],
)
def test_each_shape_gives_the_same(given: object) -> None:
    assert read_settings(given) == (Settings(run="onType", go_path="/go", max_per_file=7), ())


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"rum": "onSave"}, "rum"),
        ({"run": "always"}, "goescape.run"),
        ({"tests": "yes"}, "goescape.tests"),
        ({"maxPerFile": -1}, "goescape.maxPerFile"),
        ({"maxPerFile": True}, "goescape.maxPerFile"),
        ({"go": {"flags": "-tags=x"}}, "goescape.go.flags"),
        ({"inlayHintKinds": "heap"}, "goescape.inlayHintKinds"),
        ({"inlayHintKinds": ["heap", "everything"]}, "goescape.inlayHintKinds"),
        ({"severity": {"returned": "loud"}}, "goescape.severity"),
        ({"severity": {"no-such-rule": "hint"}}, "goescape.severity"),
        (["run"], "goescape"),
        ("on", "goescape"),
    ],
)
def test_what_is_wrong_is_told_and_the_default_holds(given: object, key: str) -> None:
    settings, problems = read_settings(given)
    assert settings == Settings()
    assert [problem.key for problem in problems] == [key]


def test_nothing_given_is_all_defaults() -> None:
    assert read_settings(None) == (Settings(), ())
    assert read_settings({"run": None}) == (Settings(), ())
    assert read_settings([]) == (Settings(), ())  # an empty table of Lua


def test_defaults_of_the_table_are_those_of_the_values() -> None:
    settings, problems = read_settings({row.name: row.default for row in TABLE})
    assert (settings, problems) == (Settings(), ())
    assert len(schema()) == len(TABLE)


def test_what_can_start_a_program_is_not_for_workspaces() -> None:
    assert {row.name for row in TABLE if row.is_trusted} == {"go.path", "go.env", "go.flags", "go.gcflags"}
