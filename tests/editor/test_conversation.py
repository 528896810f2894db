"""The main job with each recorded client: open, see, hover, fix, save, see it change; the real Go, over stdio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Go
from tests.editor.client import Client, running, state_of
from tests.editor.text import apply, at, edits_for, position

ENCODINGS = {"nvim-0.12.4": "utf-8", "vscode-1.139.1": "utf-16", "emacs-30.2": "utf-32", "helix-25.07.1": "utf-8"}


def with_message(diagnostics: list[dict[str, Any]], message: str) -> dict[str, Any]:
    (found,) = [one for one in diagnostics if one["message"] == message]
    return found


async def hover(client: Client, uri: str, text: str, index: int, encoding: str) -> str:
    where = {"textDocument": {"uri": uri}, "position": position(text, index, encoding)}
    reply = await client.request("textDocument/hover", where)
    return "" if reply is None else reply["contents"]["value"]


async def actions(client: Client, uri: str, diagnostic: dict[str, Any]) -> list[dict[str, Any]]:
    context = {"diagnostics": [diagnostic]}
    params = {"textDocument": {"uri": uri}, "range": diagnostic["range"], "context": context}
    return list(await client.request("textDocument/codeAction", params))


@pytest.mark.parametrize("name", ENCODINGS)
async def test_main_job(name: str, go: Go, sample: Path) -> None:
    encoding = ENCODINGS[name]
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8")
    async with running() as client:
        reply = await client.initialize(sample, name)
        assert reply["capabilities"]["positionEncoding"] == encoding
        uri = client.open(path)
        found = await client.next_diagnostics(uri)

        made = with_message(found, "map escapes: returned from function")
        assert at(text, made["range"], encoding) == "make(map[string]int)"
        assert (made["source"], made["code"], made["severity"]) == ("goescape", "returned", 3)
        check_shape(found, text, encoding, client.capabilities["textDocument"].get("publishDiagnostics", {}))

        told = await hover(client, uri, text, text.index("make(map") + 1, encoding)
        assert "returned from function" in told
        assert "returned: " in told
        assert "flow: ~r0" in told
        is_plain = client.capabilities["textDocument"]["hover"]["contentFormat"] == ["plaintext"]
        assert ("](file:///" in told) is not is_plain
        assert await hover(client, uri, text, text.index("counts :=") + 1, encoding) == told
        assert "list" in await hover(client, uri, text, text.index("Count(list") + 1, encoding)

        (fix,) = [one for one in await actions(client, uri, made) if "Pre-size" in one["title"]]
        assert ("edit" in fix) is not ("data" in fix)
        edit = fix.get("edit") or (await client.request("codeAction/resolve", fix))["edit"]
        fixed = apply(text, edits_for(edit, uri), encoding)
        assert "counts := make(map[string]int, len(list))" in fixed
        client.save(uri, path, fixed)
        again = await client.next_diagnostics(uri, lambda new: is_about(new, fixed, encoding, "len(list))"))
        assert at(fixed, again[0]["range"], encoding) == "make(map[string]int, len(list))"
        go.run("build", "-o", str(sample.parent / "out"), ".", cwd=sample)
        assert await client.leave() == 0
        assert not client.messages("window/showMessage")


def is_about(diagnostics: list[dict[str, Any]], text: str, encoding: str, ending: str) -> bool:
    return bool(diagnostics) and at(text, diagnostics[0]["range"], encoding).endswith(ending)


def check_shape(found: list[dict[str, Any]], text: str, encoding: str, able: dict[str, Any]) -> None:
    """Check each diagnostic: inside its file, not empty, in order, with nothing that the client cannot take."""
    starts = [(one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found]
    assert starts == sorted(starts)
    for one in found:
        assert at(text, one["range"], encoding).strip()
        assert "\n" not in one["message"]
        assert one["severity"] in {3, 4}
        assert one["codeDescription"]["href"].endswith(f"/{one['code']}.md")
        assert ("relatedInformation" not in one) or able.get("relatedInformation")
        assert ("data" in one) is bool(able.get("dataSupport"))
        for related in one.get("relatedInformation", ()):
            assert at(text, related["location"]["range"], encoding).strip()


async def test_versions_and_spelling(sample: Path) -> None:
    """Publish under the URI that the client spells, with the version of an open document."""
    path = sample / "main.go"
    odd = path.as_uri().replace("main.go", "m%61in.go")
    async with running() as client:
        await client.initialize(sample)
        client.open(path, uri=odd)
        await client.next_diagnostics(odd)
        about = client.messages("textDocument/publishDiagnostics")
        assert {one["uri"] for one in about if one["uri"].endswith("in.go")} == {odd}
        assert about[-1]["version"] == 1
        await client.leave()


async def test_crlf_and_edits(sample: Path) -> None:
    """Findings move along with unsaved edits, also in a file with carriage returns."""
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_text(text, encoding="utf-8", newline="")
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1")
        uri = client.open(path, text)
        (first, *_) = await client.next_diagnostics(uri)
        start = {"line": 2, "character": 0}
        client.change(uri, {"range": {"start": start, "end": start}, "text": "// 你好\r\n// 🚀\r\n"})
        line = first["range"]["start"]["line"] + 2
        where = {"textDocument": {"uri": uri}, "position": {**first["range"]["start"], "line": line}}
        told = await client.request("textDocument/hover", where)
        assert told["range"]["start"] == where["position"]
        assert "returned from function" in told["contents"]["value"]
        await client.leave()


async def test_broken_code_keeps_its_findings(sample: Path) -> None:
    """A type error keeps the last findings, says the reason once, and leaves no trace after the fix."""
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8")
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1")
        uri = client.open(path)
        good = await client.next_diagnostics(uri)
        broken = text.replace("func main() {", "func broken() int { return 你好 }\n\nfunc main() {")
        client.save(uri, path, broken)
        stale = await client.next_diagnostics(uri, lambda new: any(one["code"] == "stale" for one in new))
        (note,) = [one for one in stale if one["code"] == "stale"]
        assert at(broken, note["range"], "utf-16") == "你好"
        assert note["severity"] == 3
        assert len(stale) == len(good) + 1
        where = {"textDocument": {"uri": uri}, "position": good[0]["range"]["start"]}
        hovered = await client.request("textDocument/hover", where)
        assert hovered["contents"]["value"].startswith("This package does not compile")
        await client.until(lambda: state_of(client) == "stale")
        client.save(uri, path, text)
        await client.next_diagnostics(uri, lambda new: new == good)
        await client.until(lambda: state_of(client) == "idle")
        assert not client.messages("window/showMessage")
        await client.leave()


async def test_changes_from_outside(sample: Path) -> None:
    """A client that does not watch files (Neovim on Linux) hears of them all the same."""
    path, other = sample / "main.go", sample / "more.go"
    async with running() as client:
        await client.initialize(sample, "nvim-0.12.4")
        uri = client.open(path)
        await client.next_diagnostics(uri)
        other.write_text("package main\n\nfunc More() *int { return new(int) }\n", encoding="utf-8")
        await client.next_diagnostics(other.as_uri())
        other.unlink()
        await client.next_diagnostics(other.as_uri(), lambda new: not new)
        assert await client.leave() == 0


async def test_the_watching_client(sample: Path) -> None:
    path, other = sample / "main.go", sample / "more.go"
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1")
        client.open(path)
        await client.next_diagnostics(path.as_uri())
        (asked,) = client.messages("client/registerCapability")
        assert {one["method"] for one in asked["registrations"]} >= {"workspace/didChangeWatchedFiles"}
        other.write_text("package main\n\nfunc More() *int { return new(int) }\n", encoding="utf-8")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": other.as_uri(), "type": 1}]})
        await client.next_diagnostics(other.as_uri())
        await client.leave()


async def test_actions_without_server_state(sample: Path) -> None:
    """What a diagnostic carries is enough for a fresh server, and of no use once the text has changed."""
    path = sample / "main.go"
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1")
        uri = client.open(path)
        made = (await client.next_diagnostics(uri))[0]
        await client.leave()
    async with running() as client:
        await client.initialize(sample, "vscode-1.139.1", initializationOptions={"run": "manual"})
        uri = client.open(path)
        assert any("Pre-size" in one["title"] for one in await actions(client, uri, made))
        client.change(
            uri, {"text": path.read_text(encoding="utf-8").replace("make(map[string]int)", "map[string]int{}")}
        )
        assert await actions(client, uri, made) == []
        await client.leave()


async def test_commands(sample: Path) -> None:
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8")
    async with running() as client:
        await client.initialize(sample, "emacs-30.2", initializationOptions={"goescape": {"locale": "zh-cn"}})
        uri = client.open(path)
        await client.next_diagnostics(uri)
        there = position(text, text.index("make(map"), "utf-32")
        why = {"command": "goescape.server.why", "arguments": [uri, there]}
        assert "作为返回值离开函数" in await client.request("workspace/executeCommand", why)
        doctor = await client.request("workspace/executeCommand", {"command": "goescape.server.doctor"})
        assert "go1." in doctor
        assert "utf-32" in doctor
        page = {"command": "goescape.server.openPage", "arguments": ["returned"]}
        assert "```go" in await client.request("workspace/executeCommand", page)
        await client.request("workspace/executeCommand", {"command": "goescape.server.restart"})
        hints = await client.request(
            "textDocument/inlayHint",
            {
                "textDocument": {"uri": uri},
                "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}},
            },
        )
        assert {"堆"} <= {one["label"] for one in hints}
        assert await client.leave() == 0
