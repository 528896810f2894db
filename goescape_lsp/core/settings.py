"""The settings of section `goescape`: one table, from which values, the VS Code schema and the settings page come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from goescape_lsp.core import quiet
from goescape_lsp.core.model import Rule, Temperature

Shape = Literal["choice", "choices", "flag", "count", "text", "words", "pairs", "severities"]

SEVERITY_KEYS = tuple(dict.fromkeys((*map(str, Rule), *map(str, Temperature), *quiet.KEYS)))
HINT_KINDS = ("heap", "references", "leaks", "stack", "stays")
SEVERITIES = ("information", "hint", "warning", "error", "off")


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: `name` without the section, its shape, default and, for choices, the allowed words.

    `is_trusted` marks settings that can start programs or change what runs: no editor may take them from a workspace.
    """

    name: str
    shape: Shape
    default: object
    choices: tuple[str, ...] = ()
    is_trusted: bool = False


TABLE: tuple[Setting, ...] = (
    Setting("run", "choice", "onSave", ("onSave", "onType", "manual")),
    Setting("show", "choice", "allocations", ("allocations", "all", "hot")),
    Setting("tests", "flag", default=True),
    Setting("generated", "flag", default=False),
    Setting("changedOnly", "flag", default=False),
    Setting("severity", "severities", {}),
    Setting("maxPerFile", "count", 200),
    Setting("inlayHints", "flag", default=True),
    Setting("inlayHintKinds", "choices", ["heap", "references"], HINT_KINDS),
    Setting("codeLens", "flag", default=False),
    Setting("workspace", "flag", default=True),
    Setting("locale", "choice", "auto", ("auto", "en", "zh-cn")),
    Setting("go.path", "text", "", is_trusted=True),
    Setting("go.env", "pairs", {}, is_trusted=True),
    Setting("go.flags", "words", [], is_trusted=True),
    Setting("go.gcflags", "words", [], is_trusted=True),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; the fields have the names of the table in Python's spelling."""

    run: str = "onSave"
    show: str = "allocations"
    tests: bool = True
    generated: bool = False
    changed_only: bool = False
    severity: Mapping[str, str] = field(default_factory=dict[str, str])
    max_per_file: int = 200
    inlay_hints: bool = True
    inlay_hint_kinds: tuple[str, ...] = ("heap", "references")
    code_lens: bool = False
    workspace: bool = True
    locale: str = "auto"
    go_path: str = ""
    go_env: Mapping[str, str] = field(default_factory=dict[str, str])
    go_flags: tuple[str, ...] = ()
    go_gcflags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """A key that does not exist (`expected` is "") or a value of the wrong kind, and what it should be."""

    key: str
    expected: str = ""


def read_settings(given: object) -> tuple[Settings, tuple[SettingProblem, ...]]:
    """Return the settings that `given` asks for, defaults where it is silent or wrong, and what was wrong.

    Shape: `given` is a mapping as JSON has it, nested (`{"go": {"path": …}}`) or with dots (`{"go.path": …}`);
    None means all defaults; an outer `{"goescape": …}` is taken off. An empty list stands for an empty object, since
    editors that are configured in Lua cannot tell them apart.
    Errors: none; anything that is not understood is a problem of the result.
    """
    if given is None or given in ([], {"goescape": []}):
        return Settings(), ()
    if not isinstance(given, Mapping):
        return Settings(), (SettingProblem("goescape", "an object"),)
    given = cast("Mapping[str, Any]", given)
    inner = given.get("goescape")
    if isinstance(inner, Mapping):
        given = cast("Mapping[str, Any]", inner)
    flat = _flatten(given)
    rows = {row.name: row for row in TABLE}
    values: dict[str, Any] = {}
    problems: list[SettingProblem] = []
    for key, value in flat.items():
        row = rows.get(key)
        if row is None:
            problems.append(SettingProblem(key))
        elif value is None or (value == [] and row.shape in {"pairs", "severities"}):
            continue
        elif (expected := _mismatch(row, value)) is not None:
            problems.append(SettingProblem(f"goescape.{key}", expected))
        else:
            values[_field(key)] = tuple(value) if row.shape in {"words", "choices"} else value
    return Settings(**values), tuple(problems)


def schema() -> dict[str, dict[str, Any]]:
    """Return the JSON schema of every setting by its full name (`goescape.run`), without descriptions."""
    return {f"goescape.{row.name}": _schema(row) for row in TABLE}


def _flatten(given: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in given.items():
        if key == "go" and isinstance(value, Mapping):
            inner = cast("Mapping[str, Any]", value)
            flat.update({f"go.{name}": item for name, item in inner.items()})
        elif key != "go" or value != []:
            flat[key] = value
    return flat


def _field(key: str) -> str:
    spelled = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
    return spelled.replace(".", "_")


def _mismatch(row: Setting, value: object) -> str | None:
    """Return what was expected when `value` does not fit the row."""
    match row.shape:
        case "choice":
            fits, expected = value in row.choices, ", ".join(row.choices)
        case "choices":
            fits = _is_words(value) and all(item in row.choices for item in cast("list[str]", value))
            expected = f'["{" | ".join(row.choices)}"]'
        case "flag":
            fits, expected = isinstance(value, bool), "true, false"
        case "count":
            fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
            expected = "0, 1, 2, …"
        case "text":
            fits, expected = isinstance(value, str), '"…"'
        case "words":
            fits, expected = _is_words(value), '["…"]'
        case "pairs":
            fits, expected = _is_pairs(value), '{"NAME": "…"}'
        case "severities":
            fits = _is_pairs(value) and _are_severities(cast("Mapping[str, str]", value))
            expected = '{"<rule or ' + "|".join(quiet.KEYS) + '>": "' + " | ".join(SEVERITIES) + '"}'
    return None if fits else expected


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value))


def _is_pairs(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(item, str) for key, item in cast("Mapping[object, object]", value).items()
    )


def _are_severities(value: Mapping[str, str]) -> bool:
    return all(key in SEVERITY_KEYS and item in SEVERITIES for key, item in value.items())


def _schema(row: Setting) -> dict[str, Any]:
    result: dict[str, Any] = {"default": row.default}
    match row.shape:
        case "choice":
            result |= {"type": "string", "enum": list(row.choices)}
        case "choices":
            items = {"type": "string", "enum": list(row.choices)}
            result |= {"type": "array", "items": items, "uniqueItems": True}
        case "flag":
            result |= {"type": "boolean"}
        case "count":
            result |= {"type": "integer", "minimum": 0}
        case "text":
            result |= {"type": "string"}
        case "words":
            result |= {"type": "array", "items": {"type": "string"}}
        case "pairs":
            result |= {"type": "object", "additionalProperties": {"type": "string"}}
        case "severities":
            choice = {"type": "string", "enum": list(SEVERITIES)}
            result |= {
                "type": "object",
                "properties": dict.fromkeys(SEVERITY_KEYS, choice),
                "additionalProperties": False,
            }
    result["scope"] = "machine-overridable" if row.is_trusted else "resource"
    return result
