"""Write the settings into package.json and package.nls*.json from the server's own table.

Run it as `python editors/vscode/generate.py`; with `--check` it writes nothing and ends with 1 when a file differs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goescape_lsp.core import settings
from goescape_lsp.core.words.settings import choice_description, description

if TYPE_CHECKING:
    from goescape_lsp.core.words import Locale

FOLDER = Path(__file__).parent
NAMES: dict[str, Locale] = {"package.nls.json": "en", "package.nls.zh-cn.json": "zh-cn"}
PREFIX = "setting."

# The extension's own settings: the server never sees them.
OWN: dict[str, dict[str, Any]] = {
    f"goescape.server.{name}": {
        "type": "string",
        "default": "",
        "scope": "machine-overridable",
        "markdownDescription": f"%own.{name}%",
    }
    for name in ("path", "interpreter")
}


def generated(folder: Path = FOLDER) -> dict[str, str]:
    """Return the text that each generated file should have, by its name; the hand-written parts are kept."""
    package = _load(folder / "package.json")
    package["contributes"]["configuration"]["properties"] = _properties()
    restricted = [*(f"goescape.{row.name}" for row in settings.TABLE if row.is_trusted), *OWN]
    package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = restricted
    texts = {"package.json": _dump(package)}
    for name, locale in NAMES.items():
        by_hand = {key: text for key, text in _load(folder / name).items() if not key.startswith(PREFIX)}
        texts[name] = _dump(by_hand | _sentences(locale))
    return texts


def _properties() -> dict[str, dict[str, Any]]:
    schemas = settings.schema()
    properties: dict[str, dict[str, Any]] = {}
    for row in settings.TABLE:
        schema = dict(schemas[f"goescape.{row.name}"])
        schema["markdownDescription"] = f"%{PREFIX}{row.name}%"
        if row.choices:
            described = schema["items"] if row.shape == "choices" else schema
            described["markdownEnumDescriptions"] = [f"%{PREFIX}{row.name}.{choice}%" for choice in row.choices]
        properties[f"goescape.{row.name}"] = schema
    return properties | OWN


def _sentences(locale: Locale) -> dict[str, str]:
    sentences: dict[str, str] = {}
    for row in settings.TABLE:
        sentences[f"{PREFIX}{row.name}"] = description(row.name, locale)
        for choice in row.choices:
            sentences[f"{PREFIX}{row.name}.{choice}"] = choice_description(row.name, choice, locale)
    return sentences


def _load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write the files that differ, or with `--check` name them; return the exit status."""
    stale = {
        name: text
        for name, text in generated().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    }
    for name, text in stale.items():
        sys.stderr.write(f"{name}: differs from the server's table\n")
        if "--check" not in arguments:
            (FOLDER / name).write_text(text, encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
