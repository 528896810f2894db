"""What clients send as settings, in its several shapes, to the settings in force."""

from __future__ import annotations

from typing import Any

from goescape_lsp.core.settings import TABLE, SettingProblem, Settings, read_settings
from goescape_lsp.editor.json_values import is_array, is_object

SECTION = "goescape"

# Settings of the same section that belong to the editors' extensions.
_OF_EXTENSIONS = ("server", "trace")
_ROOTS = frozenset({row.name.partition(".")[0] for row in TABLE})


class Options:
    """Two layers of settings: those given at the start, and above them the newest that were pulled or pushed."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}
        self._newest: dict[str, Any] = {}

    def initial(self, given: object) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Take `initializationOptions`: our object, or an object that holds it under `goescape`."""
        self._first = flat(given)
        return self.settings()

    def newer(self, given: object) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Take what was pulled or pushed: our object, or an object of all sections; None leaves all as it is."""
        if given is not None and _is_ours(given):
            self._newest = flat(given)
        return self.settings()

    def settings(self) -> tuple[Settings, tuple[SettingProblem, ...]]:
        """Return the settings in force and what was wrong with those given."""
        return read_settings({**self._first, **self._newest})


def flat(given: object) -> dict[str, Any]:
    """Return the settings by their dotted names without the section; a value that is no object gives a faulty key."""
    if given is None or (is_array(given) and not given):
        return {}  # Lua and PHP write an empty object as an empty list
    if not is_object(given):
        return {SECTION: given}
    if SECTION in given:
        return flat(given[SECTION])
    result: dict[str, Any] = {}
    for key, value in given.items():
        name = key.removeprefix(f"{SECTION}.")
        if name.partition(".")[0] in _OF_EXTENSIONS:
            continue
        if name == "go" and is_object(value):
            result.update({f"go.{part}": item for part, item in value.items()})
        else:
            result[name] = value
    return result


def _is_ours(given: object) -> bool:
    """Say whether a pushed value is about this server, not the sections of other servers only."""
    if not is_object(given) or not given:
        return True
    if SECTION in given or any(key.partition(".")[0] in {*_ROOTS, SECTION} for key in given):
        return True
    return not all(is_object(value) for value in given.values())
