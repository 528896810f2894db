"""Write what the Neovim folder repeats of the server's table of settings: the Lua types and a part of the help."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

from goescape_lsp.core.settings import SEVERITIES, TABLE, Setting
from goescape_lsp.core.words.settings import choice_description, description

HERE = Path(__file__).parent
TYPES = HERE / "lua" / "goescape" / "types.lua"
HELP = HERE / "doc" / "goescape.txt"
BEGIN, END = "Written by generate.py, do not edit.\n", "End of the settings.\n"
WIDTH = 78


def lua_type(row: Setting) -> str:
    """Return the LuaCATS type of a setting's value."""
    return {
        "choice": _choices(row.choices),
        "choices": f"({_choices(row.choices)})[]",
        "flag": "boolean",
        "count": "integer",
        "text": "string",
        "words": "string[]",
        "pairs": "table<string, string>",
        "severities": f"table<string, {_choices(SEVERITIES)}>",
    }[row.shape]


def types() -> str:
    """Return the whole of types.lua."""
    own = [row for row in TABLE if "." not in row.name]
    of_go = [row for row in TABLE if row.name.startswith("go.")]
    lines = [
        "---@meta",
        "-- Written by generate.py from the server's table of settings, do not edit.",
        "",
        "---@class goescape.Settings What `settings.goescape` of `vim.lsp.config` may hold.",
        *(_field(row) for row in own),
        "---@field go? goescape.GoSettings",
        "",
        "---@class goescape.GoSettings Which Go runs, and with what.",
        *(_field(row) for row in of_go),
    ]
    return "\n".join(lines) + "\n"


def help_text(old: str) -> str:
    """Return the help file with its part on settings written anew between the two marks."""
    before, rest = old.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return before + BEGIN + "\n" + "\n".join(_help()) + "\n" + END + after


def main() -> None:
    """Write both files."""
    TYPES.write_text(types(), encoding="utf-8")
    HELP.write_text(help_text(HELP.read_text(encoding="utf-8")), encoding="utf-8")


def _choices(words: tuple[str, ...]) -> str:
    return "|".join(f'"{word}"' for word in words)


def _default(row: Setting, before: str) -> list[str]:
    return (
        []
        if row.shape == "choices" or row.default in ({}, [], "")
        else [f"{before}Default: `{json.dumps(row.default)}`."]
    )


def _field(row: Setting) -> str:
    name = row.name.removeprefix("go.")
    return " ".join([f"---@field {name}? {lua_type(row)}", description(row.name, "en"), *_default(row, "")])


def _help() -> list[str]:
    return [line for row in TABLE for line in _entry(row)]


def _entry(row: Setting) -> list[str]:
    choices = [f'"{choice}": {choice_description(row.name, choice, "en")}' for choice in row.choices]
    return [
        row.name + f"*goescape-setting-{row.name}*".rjust(WIDTH - len(row.name)),
        *_paragraph(description(row.name, "en"), "    "),
        *(line for choice in choices for line in _paragraph(choice, "      ")),
        *_default(row, "    "),
        "",
    ]


def _paragraph(text: str, before: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=before, subsequent_indent=before, break_on_hyphens=False)


if __name__ == "__main__":
    main()
