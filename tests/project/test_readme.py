"""The README says what the program does today."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from goescape_lsp.core import quiet
from goescape_lsp.core.settings import TABLE, Setting
from goescape_lsp.core.words.quiet import EN as QUIET
from goescape_lsp.core.words.settings import EN, ZH

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def row(setting: Setting) -> str:
    values = "`, `".join(setting.choices) or json.dumps(setting.default)
    meaning = EN[setting.name].replace("|", "\\|")
    return f"| `goescape.{setting.name}` | `{values}` | {meaning} |"


@pytest.mark.parametrize("setting", TABLE, ids=lambda setting: str(setting.name))
def test_settings_are_those_of_the_table(setting: Setting) -> None:
    assert row(setting) in README.splitlines()


@pytest.mark.parametrize("one", quiet.TABLE, ids=lambda one: str(one.key))
def test_the_default_view_is_the_table_of_the_program(one: quiet.Row) -> None:
    why = QUIET.get(f"row.{one.key}", "")
    assert f"| `{one.key}` | {one.severity} | {why} |" in README.splitlines()
    assert bool(why) == (one.severity != "information")
    assert f"`{one.key}`" in EN["severity"]
    assert f"`{one.key}`" in ZH["severity"]


def test_the_two_lines_start_files_that_exist() -> None:
    root = Path(__file__).resolve().parents[2]
    scripts = set(re.findall(r"python3 (\S+)", README))
    assert scripts == {".ci/install.py", ".ci/check.py"}
    assert all((root / script).is_file() for script in scripts)
    assert ".ci/check.py" in (root / ".ci" / "run").read_text(encoding="utf-8")
