"""Reads what `goescape check --format json` wrote, and believes nothing of it before it was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from goescape_lsp.cli.as_json import SCHEMA
from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Place, Rule, Span, Temperature, Verdict

_TEXTS = ("file", "subject", "function", "package", "message")
_NUMBERS = ("line", "column", "end_line", "end_column")
_OF_PROBLEM = {"package": str, "message": str, "file": str, "line": int, "column": int}


class NotAResult(ValueError):  # noqa: N818 - reads as what it says
    """Say that bytes are no result of `check`; its text is the reason, in the words of the file's own keys."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding as a whole run writes it (`raw`), and as far as it can be read back; `file` is as in the result.

    `severity` is what the run said, "" where it is not told.
    """

    raw: dict[str, Any]
    finding: Finding
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One result. Of a shard, `index` and `count` say which; they are 0 for a whole run.

    `ranks` order the packages as a whole run meets them. `is_complete` says that all packages could be judged.
    """

    go: str
    entries: tuple[Entry, ...]
    problems: tuple[dict[str, Any], ...]
    index: int = 0
    count: int = 0
    job: str = ""
    ranks: Mapping[str, int] = field(default_factory=dict[str, int])
    is_complete: bool = True


def read_result(content: bytes) -> Result:
    """Return the result that was written; raise NotAResult for anything else."""
    try:
        whole: dict[str, Any] = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotAResult(str(error)) from None
    if type(whole) is not dict or "schema" not in whole:
        raise NotAResult('no "schema"')
    if whole["schema"] != SCHEMA:
        raise NotAResult(f'"schema" {whole["schema"]}, not {SCHEMA}')
    try:
        return _result(whole)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAResult(f"{type(error).__name__}: {error}") from None


def _result(whole: dict[str, Any]) -> Result:
    entries = tuple(map(_entry, whole["findings"]))
    problems = tuple(_checked(raw, _OF_PROBLEM) for raw in whole["problems"])
    _checked(whole, {"go": str})
    if "shard" not in whole:
        return Result(whole["go"], entries, problems, is_complete=not problems and bool(whole["go"]))
    shard = _checked(whole["shard"], {"index": int, "count": int, "job": str, "complete": bool, "packages": dict})
    ranks = {str(path): int(rank) for path, rank in shard["packages"].items()}
    return Result(
        whole["go"], entries, problems, shard["index"], shard["count"], shard["job"], ranks, shard["complete"]
    )


def _entry(written: dict[str, Any]) -> Entry:
    finding = _finding(written)
    raw = {key: value for key, value in written.items() if key != "severity"}
    return Entry(raw, finding, str(written.get("severity", "")))


def _finding(raw: dict[str, Any]) -> Finding:
    _checked(raw, dict.fromkeys(_TEXTS, str) | dict.fromkeys(_NUMBERS, int) | {"at": dict, "flow": list})
    at = _checked(raw["at"], {"line": int, "column": int})
    return Finding(
        file=raw["file"],
        span=Span(*(raw[key] for key in _NUMBERS)),
        at=Place(raw["file"], at["line"], at["column"]),
        verdict=Verdict(raw["verdict"]),
        subject=raw["subject"],
        kind=Kind(raw["kind"]),
        cause=Cause(raw["cause"]),
        rule=None if raw["rule"] is None else Rule(raw["rule"]),
        function=raw["function"],
        package=raw["package"],
        allocation=Allocation(raw["allocation"]),
        temperature=Temperature(raw["temperature"]),
        expression=raw["subject"],
        suppressed=str(raw.get("suppressed", "")),
    )


def _checked(raw: dict[str, Any], kinds: Mapping[str, type]) -> dict[str, Any]:
    """Return the object when its values have these types."""
    for key, kind in kinds.items():
        if type(raw[key]) is not kind:
            raise TypeError(f'"{key}" {raw[key]!r:.40}')
    return raw
