"""Situations that a user meets: files that cannot be judged, long runs, other ways to run, folders that come and go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Go
from tests.editor.client import Client, running
from tests.editor.text import at, position


def codes(diagnostics: list[dict[str, Any]]) -> set[str]:
    return {one["code"] for one in diagnostics}


async def why(client: Client, uri: str) -> str:
    asked = {"command": "goescape.server.why", "arguments": [uri, {"line": 0, "character": 0}]}
    return str(await client.request("workspace/executeCommand", asked))


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        (
            "other.go",
            "//go:build plan9 && never\n\npackage main\n\nfunc Other() *int { return new(int) }\n",
            "not-built",
        ),
        ("go.mod", "module example.com/sample\n\ngo 1.21\n\nnonsense\n", "not-analysed"),
        ("go.mod", "module example.com/sample\n\ngo 1.99\n", "not-analysed"),
        ("other.go", 'package main\n\nimport _ "example.com/not/there"\n', "not-analysed"),
        ("other.go", "package main\n\nfunc {\n", "not-analysed"),
    ],
)
async def test_what_cannot_be_judged_is_said(file: str, content: str, code: str, sample: Path) -> None:
    """One note, at the place where something is to be done, and no popup."""
    (sample / file).write_text(content, encoding="utf-8")
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1")
        opened = sample / ("other.go" if file == "other.go" else "main.go")
        uri = client.open(opened)
        await client.until(lambda: [one for one in published(client) if one["code"] == code], "a note")
        (note,) = [one for one in published(client) if one["code"] == code]
        assert "\n" not in note["message"]
        assert len(await why(client, uri)) > 20
        assert not client.messages("window/showMessage")
        await client.leave()


def published(client: Client) -> list[dict[str, Any]]:
    uris = {one["uri"] for one in client.messages("textDocument/publishDiagnostics")}
    return [one for uri in sorted(uris) for one in client.diagnostics(uri)]


async def test_a_file_without_a_module(tmp_path: Path) -> None:
    path = tmp_path / "with space 中文" / "单.go"
    path.parent.mkdir()
    path.write_text("package main\n\nfunc F() *int { return new(int) }\n\nfunc main() { F() }\n", encoding="utf-8")
    async with running() as client:
        await client.initialize(path.parent, "helix-25.07.1")
        found = await client.next_diagnostics(client.open(path))
        assert at(path.read_text(encoding="utf-8"), found[0]["range"], "utf-8") == "new(int)"
        await client.leave()


async def test_on_type(sample: Path) -> None:
    """Unsaved text is analysed through an overlay; the disk is left alone."""
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8")
    async with running() as client:
        await client.initialize(sample, initializationOptions={"run": "onType"})
        uri = client.open(path)
        before = await client.next_diagnostics(uri)
        added = text + "\nfunc added() *int { return new(int) }\n"
        version = client.change(uri, {"text": added})
        after = await client.next_diagnostics(uri, lambda new: len(new) == len(before) + 1)
        assert at(added, after[-1]["range"], "utf-8") == "new(int)"
        last = [one for one in client.messages("textDocument/publishDiagnostics") if one["uri"] == uri][-1]
        assert last["version"] == version
        assert path.read_text(encoding="utf-8") == text
        await client.leave()


async def test_manual(sample: Path) -> None:
    async with running() as client:
        await client.initialize(sample, initializationOptions={"run": "manual"})
        uri = client.open(sample / "main.go")
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        assert "not analysed" in await why(client, uri)
        await client.request("workspace/executeCommand", {"command": "goescape.server.run", "arguments": [uri]})
        await client.next_diagnostics(uri)
        await client.leave()


async def test_folders_come_and_go(sample: Path, tmp_path: Path) -> None:
    """Findings of closed files go with their folder."""
    async with running() as client:
        await client.initialize(tmp_path / "nothing")
        uri = client.open(sample / "main.go")
        await client.next_diagnostics(uri)
        folder = {"uri": sample.as_uri(), "name": "sample"}
        change_folders(client, added=[folder])
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await why(client, uri)
        assert client.diagnostics(uri)
        change_folders(client, removed=[folder])
        await client.next_diagnostics(uri, lambda new: not new)
        await client.leave()


def change_folders(client: Client, **event: Any) -> None:
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": []} | event})


async def test_progress_of_long_runs(sample: Path, tmp_path: Path, go: Go) -> None:
    slow = tmp_path / "bin" / "go"
    slow.parent.mkdir()
    answer = f'{{"GOVERSION": "go{go.version}", "GOROOT": "{tmp_path}"}}'
    script = f'#!/bin/sh\n[ "$1" = env ] && echo \'{answer}\' && exit 0\nsleep 1.5\nexec "{go.path}" "$@"\n'
    slow.write_text(script, encoding="utf-8")
    slow.chmod(0o755)
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1", initializationOptions={"go.path": str(slow)})
        await client.next_diagnostics(client.open(sample / "main.go"))
        await client.until(lambda: len(client.messages("$/progress")) == 2, "the end of the progress")
        begin, end = client.messages("$/progress")
        assert begin["token"] == end["token"] == client.messages("window/workDoneProgress/create")[0]["token"]
        assert (begin["value"]["kind"], end["value"]["kind"]) == ("begin", "end")
        await client.leave()


async def test_explanations(sample: Path) -> None:
    """An explained suggestion opens as a document where the client can, as a message where it cannot."""
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8")
    async with running() as client:
        await client.initialize(sample, "nvim-0.12.4")
        uri = client.open(path)
        found = await client.next_diagnostics(uri)
        (point,) = [one for one in found if one["message"].startswith("point moved")]
        asked = {"textDocument": {"uri": uri}, "range": point["range"], "context": {"diagnostics": [point]}}
        offered = await client.request("textDocument/codeAction", asked)
        (explain,) = [one for one in offered if one.get("command", {}).get("command") == "goescape.server.explain"][:1]
        markdown = await client.request("workspace/executeCommand", explain["command"])
        (shown,) = client.messages("window/showDocument")
        assert Path(shown["uri"].removeprefix("file://")).read_text(encoding="utf-8") == markdown
        (page,) = [one for one in offered if one.get("command", {}).get("command") == "goescape.server.openPage"]
        await client.request("workspace/executeCommand", page["command"])
        assert client.messages("window/showDocument")[-1]["uri"].endswith("/en/returned.md")
        assert position(text, text.index("point := "), "utf-8") == point["range"]["start"]
        await client.leave()
    assert not Path(shown["uri"].removeprefix("file://")).exists()
