"""A workspace that was analysed shows everything at once when it is opened again, and compiles nothing for it."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Go
from tests.editor.client import Client, running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the recording Go is a shell script")

FILES = {
    "go.mod": "module m\n\ngo 1.21\n",
    "a/a.go": 'package a\n\nimport "m/b"\n\nfunc A() *int { return b.B() }\n\nfunc M() *int { x := 1; return &x }\n',
    "a/a_test.go": 'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) { y := 1; t.Log(&y) }\n',
    "b/b.go": "package b\n\nfunc B() *int { x := 2; return &x }\n",
    "c/c.go": "package c\n\nfunc C() []int { return make([]int, 3) }\n",
    "c/testdata/t.go": "package t\n\nfunc T() *int { x := 2; return &x }\n",
}
PACKAGES = 3


class Desk:
    """A workspace, a cache of its own, and a Go that writes down what it is asked."""

    def __init__(self, folder: Path, go: Go) -> None:
        self.root = folder / "w"
        for name, text in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        self.cache = folder / "cache"
        self._log = folder / "asked"
        script = folder / "go" / "bin" / "go"
        script.parent.mkdir(parents=True)
        answer = {"GOVERSION": f"go{go.version}", "GOROOT": str(folder / "go"), "GOOS": "", "GOARCH": "", "GOFLAGS": ""}
        self.go_cache = go.run("env", "GOCACHE", cwd=folder).stdout.strip()
        lines = [
            "#!/bin/sh",
            f'echo "$@" >> "{self._log}"',
            f"""if [ "$1" = env ]; then echo '{json.dumps({**answer, "GOCACHE": self.go_cache})}'; exit 0; fi""",
            f'exec "{go.path}" "$@"',
        ]
        script.write_text("\n".join(lines), "utf-8")
        script.chmod(0o755)
        self.settings = {"goescape": {"show": "all", "go": {"path": str(script)}}}

    def asked(self) -> list[str]:
        """Return the first words of what Go was asked since the last time."""
        lines = self._log.read_text("utf-8").splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return [line.split()[0] for line in lines]

    def kept(self) -> list[Path]:
        return [path for path in self.cache.rglob("*") if path.is_file() and path.suffix != ".tmp"]

    async def begin(self, client: Client) -> str:
        await client.initialize(self.root, initializationOptions=self.settings)
        return client.open(self.root / "a/a.go")

    async def analysed(self, count: int = PACKAGES) -> dict[str, Any]:
        """Let a server analyse the workspace and keep it; return all diagnostics."""
        async with running(GOESCAPE_CACHE=str(self.cache)) as client:
            uri = await self.begin(client)
            await client.next_diagnostics(uri)
            async with asyncio.timeout(120):
                while len(self.kept()) < count:
                    await asyncio.sleep(0.02)
            await client.until(lambda: len(all_diagnostics(client)) == len(FILES) - 2, "all files")
            found = all_diagnostics(client)
            assert await client.leave() == 0
        return found


def all_diagnostics(client: Client) -> dict[str, Any]:
    published = client.messages("textDocument/publishDiagnostics")
    return {one["uri"].rpartition("/w/")[2]: client.diagnostics(one["uri"]) for one in published}


@pytest.fixture
def desk(tmp_path: Path, go: Go) -> Desk:
    return Desk(tmp_path, go)


async def test_everything_is_there_before_anything_is_compiled(desk: Desk) -> None:
    before = await desk.analysed()
    assert sorted(before) == ["a/a.go", "a/a_test.go", "b/b.go", "c/c.go"]
    assert all(before.values())
    desk.asked()
    async with running(GOESCAPE_CACHE=str(desk.cache)) as client:
        uri = await desk.begin(client)
        await client.next_diagnostics(uri)
        await client.until(lambda: all_diagnostics(client).keys() == before.keys(), "all files")
        assert all_diagnostics(client) == before
        assert desk.asked() == ["env"]
        status = client.messages("goescape/status")[-1]
        assert status["state"] == "idle"
        await client.leave()


@pytest.mark.parametrize("name", ["b/b.go", "go.mod"])
async def test_what_changed_meanwhile_is_compiled_and_not_shown(desk: Desk, name: str) -> None:
    await desk.analysed()
    desk.asked()
    path = desk.root / name
    path.write_text(path.read_text("utf-8").replace("x := 2; return &x", "return nil") + "\n// new\n", "utf-8")
    async with running(GOESCAPE_CACHE=str(desk.cache)) as client:
        uri = await desk.begin(client)
        await client.next_diagnostics(uri)
        assert "list" in desk.asked()
        if name == "b/b.go":
            await client.until(lambda: "c/c.go" in all_diagnostics(client), "the other package")
            assert all("B" not in str(one) for one in all_diagnostics(client).get("b/b.go", []))
        await client.leave()


async def test_nothing_is_kept_where_the_user_wants_nothing(desk: Desk) -> None:
    async with running(GOESCAPE_CACHE="off", XDG_CACHE_HOME=str(desk.cache), GOCACHE=desk.go_cache) as client:
        uri = await desk.begin(client)
        await client.next_diagnostics(uri)
        await client.until(lambda: len(all_diagnostics(client)) == len(FILES) - 2, "all files")
        await client.leave()
    assert not (desk.cache / "goescape-lsp").exists()
