"""Files, overlays, pages, recordings and the watcher."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from goescape_lsp.adapters import pages
from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.golist import read_compiled, split_text
from goescape_lsp.adapters.overlay import Overlays
from goescape_lsp.adapters.recorded import RecordedCompiler
from goescape_lsp.adapters.watch import watch
from tests.adapters.conftest import job


def test_files_are_read_again_when_they_change(tmp_path: Path) -> None:
    files, path = DiskFiles(), tmp_path / "a.go"
    assert files.read(str(path)) is None
    path.write_bytes(b"one")
    first = files.read(str(path))
    assert first == b"one"
    assert files.read(str(path)) is first
    path.write_bytes(b"two!")
    assert files.read(str(path)) == b"two!"
    path.unlink()
    assert files.read(str(path)) is None


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    files = DiskFiles()
    assert files.read(str(tmp_path)) is None
    assert files.read("\0") is None
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
        assert files.read(str(tmp_path / "pipe")) is None


def test_overlays_are_private_and_go_away(tmp_path: Path) -> None:
    overlays = Overlays(str(tmp_path))
    with overlays.write({"/m/a/x.go": b"one", "/m/b/x.go": b"two"}) as overlay:
        contents = {path: Path(os.fsdecode(private)).read_bytes() for private, path in overlay.replaced.items()}
        assert contents == {b"/m/a/x.go": b"one", b"/m/b/x.go": b"two"}
        private = next(iter(overlay.replaced))
        assert overlay.restore(private + b":1:2: bad") == b"/m/a/x.go:1:2: bad"
        if sys.platform != "win32":
            assert Path(overlay.file).parent.stat().st_mode & 0o077 == 0
    assert not Path(overlay.file).exists()
    overlays.close()
    assert list(tmp_path.iterdir()) == []


def test_overlays_of_killed_servers_are_removed_by_age(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("goescape-overlay-old", "goescape-overlay-new", "other"))
    for folder in (old, new, other):
        folder.mkdir()
        (folder / "x").write_text("x")
    long_ago = time.time() - 3 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    os.utime(other, (long_ago, long_ago))
    overlays = Overlays(str(tmp_path))
    with overlays.write({"/a.go": b""}):
        assert not old.exists()
        assert new.exists()
        assert other.exists()
    overlays.close()


async def test_a_recording_is_replayed_for_any_folder(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package a\n")
    (tmp_path / "b.txt").write_text("")
    run = await RecordedCompiler(b"./a.go:1:1: moved to heap: x\n", "m.test/p").compile(job(tmp_path))
    assert run.compiled[0].package.files == (str(tmp_path / "a.go"),)
    assert run.compiled[0].text == b"./a.go:1:1: moved to heap: x\n"
    gone = await RecordedCompiler(b"").compile(job(tmp_path / "gone"))
    assert gone.compiled == ()


def test_pages_fall_back_to_english_and_refuse_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("en/returned.md", "en/only.md", "zh-cn/returned.md", "secret.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(pages, "_FOLDER", tmp_path)
    assert pages.read_page("returned", "zh-cn") == "zh-cn/returned.md"
    assert pages.read_page("only", "zh-cn") == "en/only.md"
    assert pages.read_page("nothing", "en") is None
    assert pages.read_page("../secret", "en") is None
    assert pages.page_uri("returned", "en") == (tmp_path / "en" / "returned.md").as_uri()


async def test_the_watcher_sees_what_decides_a_build_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path.resolve() / ".hidden" / "root"
    for folder in ("a", ".git", "node_modules/x", "vendor/x"):
        (root / folder).mkdir(parents=True)
    stop = asyncio.Event()
    seen: set[str] = set()
    wanted = {"a/a.go", "go.mod", "go.work", "vendor/modules.txt", "a/gone.go"}
    unwanted = {"a/a.txt", ".git/b.go", "node_modules/x/c.go", "vendor/x/d.go", ".git/index.lock"}
    (root / "a" / "gone.go").write_text("package a\n")

    async def touch() -> None:
        # The watcher says nothing when it is ready: write until it answers.
        while not any(path.endswith("a.go") for path in seen):
            (root / "a" / "a.go").write_text(f"package a // {time.monotonic()}\n")
            await asyncio.sleep(0.05)
        for name in sorted(unwanted):
            (root / name).write_text("x")
        (root / "a" / "gone.go").unlink()
        for name in sorted(wanted - {"a/gone.go"}):
            (root / name).write_text("x")

    task = asyncio.create_task(touch())
    async with asyncio.timeout(30):
        async for paths in watch([str(root), str(tmp_path / "missing")], stop):
            seen.update(path.removeprefix(f"{root}/") for path in paths)
            if wanted <= seen:
                stop.set()
    await task
    assert seen == wanted


async def test_watching_nothing_ends_at_once(tmp_path: Path) -> None:
    assert [paths async for paths in watch([str(tmp_path / "missing")], asyncio.Event())] == []


@pytest.mark.parametrize(
    "stranger", ["# m/a.test", "# m/a [m/b.test]"], ids=["main package of a test", "compiled again for other tests"]
)
def test_what_has_no_result_of_its_own_is_not_taken_for_another_package(stranger: str) -> None:
    code = "\t0x0 0 (/m/a/a_test.go:3)\tCALL\truntime.newobject(SB)\n"
    printed = f"# m/a\na/a.go:1:1: x\n# m/b\nb/b.go:1:1: y\n{stranger}\na/a.go:1:1: z\n{code}# m/b [m/b.test]\n"
    files = {"m/a": ["a.go"], "m/b": ["b.go"], "m/a.test": [], "m/b.test": [], "m/b [m/b.test]": ["b.go"]}
    entries = [{"ImportPath": name, "Dir": "/m", "GoFiles": names} for name, names in files.items()]
    said, texts = split_text(printed.encode(), files)
    compiled = read_compiled(entries, texts, "/m")
    assert said == b""
    assert [item.text.decode() for item in compiled] == ["a/a.go:1:1: x\n", "b/b.go:1:1: y\n", code]
