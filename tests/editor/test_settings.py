"""Settings by all three ways, in all the shapes that clients use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from goescape_lsp.editor.options import Options
from tests.editor.client import Client, running, state_of

COLD = 4


async def shown(client: Client, sample: Path) -> list[dict[str, Any]]:
    return await client.next_diagnostics((sample / "main.go").as_uri())


def all_warnings(diagnostics: list[dict[str, Any]]) -> bool:
    return bool(diagnostics) and {one["severity"] for one in diagnostics} == {2}


LOUD = {"severity": {"loop": "warning", "normal": "warning", "cold": "warning"}}


@pytest.mark.parametrize("options", [LOUD, {"goescape": LOUD}])
async def test_initialization_options(options: dict[str, Any], sample: Path) -> None:
    async with running() as client:
        await client.initialize(sample, initializationOptions=options)
        client.open(sample / "main.go")
        assert all_warnings(await shown(client, sample))
        await client.leave()


async def test_pulled(sample: Path) -> None:
    async with running() as client:
        client.settings = LOUD
        await client.initialize(sample, "vscode-1.139.1")
        client.open(sample / "main.go")
        assert all_warnings(await shown(client, sample))
        client.settings = {"severity": {}}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        await client.next_diagnostics((sample / "main.go").as_uri(), lambda new: not all_warnings(new))
        await client.leave()


@pytest.mark.parametrize("pushed", [LOUD, {"goescape": LOUD, "gopls": {"x": 1}}])
async def test_pushed(pushed: dict[str, Any], sample: Path) -> None:
    async with running() as client:
        await client.initialize(sample)
        client.open(sample / "main.go")
        assert not all_warnings(await shown(client, sample))
        client.notify("workspace/didChangeConfiguration", {"settings": pushed})
        await client.next_diagnostics((sample / "main.go").as_uri(), all_warnings)
        client.notify("workspace/didChangeConfiguration", {"settings": {"gopls": {"staticcheck": True}}})
        client.notify("workspace/didChangeConfiguration", {"settings": {"goescape": {"show": "hot"}}})
        await client.next_diagnostics((sample / "main.go").as_uri(), lambda new: len(new) < 5)
        assert not client.messages("window/showMessage")
        await client.leave()


async def test_wrong_settings_are_told_once(sample: Path) -> None:
    async with running() as client:
        wrong = {
            "goescape": {"runn": "onSave", "maxPerFile": "many", "go": {"flags": "-tags=x"}, "server": {"path": ""}}
        }
        await client.initialize(sample, initializationOptions=wrong)
        client.open(sample / "main.go")
        await shown(client, sample)
        client.notify("workspace/didChangeConfiguration", {"settings": wrong})
        await client.request("textDocument/hover", hover_at_start(sample))
        (told,) = client.messages("window/showMessage")
        assert told["type"] == 2
        assert all(name in told["message"] for name in ("runn", "maxPerFile", "go.flags"))
        assert "server" not in told["message"]
        await client.leave()


async def test_cap_counts_the_rest(sample: Path) -> None:
    async with running() as client:
        await client.initialize(sample, initializationOptions={"maxPerFile": 3})
        client.open(sample / "main.go")
        found = await shown(client, sample)
        assert len(found) == 4
        assert found[-1]["code"] == "more-findings"
        (rest,) = [int(word) for word in found[-1]["message"].split() if word.isdigit()][:1]
        client.notify("workspace/didChangeConfiguration", {"settings": {"goescape": {"maxPerFile": 1000}}})
        await client.next_diagnostics((sample / "main.go").as_uri(), lambda new: len(new) == rest + 3)
        await client.leave()


async def test_no_go(sample: Path, tmp_path: Path) -> None:
    """Without Go: one clear message, and the server serves on; with the setting corrected it works."""
    async with running() as client:
        missing = str(tmp_path / "nowhere" / "go")
        await client.initialize(sample, "vscode-1.139.1", initializationOptions={"go.path": missing})
        uri = client.open(sample / "main.go")
        await client.until(lambda: client.messages("window/showMessage"))
        await client.until(lambda: state_of(client) == "trouble")
        assert await client.request("textDocument/hover", hover_at_start(sample)) is None
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        client.notify("workspace/didChangeConfiguration", {"settings": {"goescape": {"go": {"path": ""}}}})
        await shown(client, sample)
        await client.until(lambda: state_of(client) == "idle")
        (told,) = client.messages("window/showMessage")
        assert missing in told["message"]
        await client.leave()


def hover_at_start(sample: Path) -> dict[str, Any]:
    return {"textDocument": {"uri": (sample / "main.go").as_uri()}, "position": {"line": 0, "character": 0}}


@pytest.mark.parametrize("empty", [None, {}, [], {"goescape": None}, {"goescape": {}}, {"goescape": []}])
def test_nothing_given(empty: Any) -> None:
    options = Options()
    assert options.initial(empty) == options.newer(empty) == Options().settings()


@pytest.mark.parametrize(
    "given",
    [{"goescape.run": "manual"}, {"run": "manual"}, {"goescape": {"run": "manual"}}, {"run": "manual", "trace": {}}],
)
def test_shapes(given: Any) -> None:
    settings, wrong = Options().newer(given)
    assert (settings.run, wrong) == ("manual", ())


def test_layers() -> None:
    options = Options()
    options.initial({"show": "hot", "go": {"flags": ["-tags=a"]}})
    settings, _ = options.newer({"goescape": {"show": "all", "go": {"path": "/go"}}})
    assert (settings.show, settings.go_flags, settings.go_path) == ("all", ("-tags=a",), "/go")
