"""The setting `changedOnly` in a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.editor.client import Client, running, state_of
from tests.repository import Repository

ONLY = {"goescape": {"changedOnly": True, "severity": {"cold": "hint"}}}
OLD, NEW = "make(map[string]int)", "make(map[string]int, 1)"


def lines(found: list[dict[str, Any]]) -> list[int]:
    return [one["range"]["start"]["line"] + 1 for one in found]


async def only(client: Client, path: Path, wanted: list[int]) -> None:
    await client.next_diagnostics(path.as_uri(), lambda found: lines(found) == wanted)


async def test_only_what_changed_lines_touch(sample: Path, go: object) -> None:
    del go
    repository = Repository(sample)
    repository.commit()
    path = sample / "main.go"
    text = path.read_text(encoding="utf-8")
    async with running() as client:
        await client.initialize(sample)
        uri = client.open(path)
        every = lines(await client.next_diagnostics(uri))
        assert len(every) > 5
        client.notify("workspace/didChangeConfiguration", {"settings": ONLY})
        await only(client, path, [])
        client.save(uri, path, text.replace(OLD, NEW))
        await only(client, path, [30])
        hints = await client.request("textDocument/inlayHint", _whole(uri))
        assert {hint["position"]["line"] + 1 for hint in hints} == {30}
        # A commit is noticed at the next save, although the text stays.
        repository.commit()
        client.save(uri, path, text.replace(OLD, NEW))
        await only(client, path, [])
        client.notify("workspace/didChangeConfiguration", {"settings": {"goescape": {"changedOnly": False}}})
        await only(client, path, every)
        assert not client.messages("window/showMessage")
        await client.leave()


async def test_without_a_repository_everything_and_one_line_in_the_log(sample: Path, go: object) -> None:
    del go
    async with running() as client:
        await client.initialize(sample, initializationOptions=ONLY)
        uri = client.open(sample / "main.go")
        assert len(await client.next_diagnostics(uri)) > 5
        await client.until(lambda: state_of(client) == "idle", "the first run")
        ran = _runs(client)
        client.save(uri, sample / "main.go", (sample / "main.go").read_text(encoding="utf-8").replace(OLD, NEW))
        await client.until(lambda: _runs(client) > ran and state_of(client) == "idle", "a second run")
        told = [one["message"] for one in client.messages("window/logMessage")]
        assert sum("What changed is not known" in one for one in told) == 1
        await client.leave()


def _runs(client: Client) -> int:
    return [one["state"] for one in client.messages("goescape/status")].count("running")


def _whole(uri: str) -> dict[str, Any]:
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 500, "character": 0}}
    return {"textDocument": {"uri": uri}, "range": whole}
