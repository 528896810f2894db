"""Neovim shows what the server finds: each spec runs in a real Neovim with the real server and a copy of the sample."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FOLDER = ROOT / "editors" / "nvim"
HOST = ROOT / ".hosts" / "nvim"
SHOTS = ROOT / ".shots" / "nvim"
SETUP_S, SPEC_S, END_S, POLL_S = 600, 240, 20, 0.1
GRID = ROOT / "tests" / "data" / "grid.go"
GIVEN = {"before": "make(map[string]int)", "after": "make(map[string]int, len(list))"}


@pytest.fixture(scope="session")
def nvim(require_host: Callable[[object, str], None]) -> Path:
    """Give a Neovim of the tests' own."""
    if os.environ.get("GOESCAPE_NVIM"):
        return Path(os.environ["GOESCAPE_NVIM"])
    command = ["bash", str(HERE.parent / "hosts" / "setup-nvim.sh"), str(HOST)]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SETUP_S)
    require_host(result.returncode == 0, f"Neovim 0.11 or newer ({result.stderr.strip()})")
    return Path(result.stdout.strip())


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a user who has this project's programs on PATH and nothing else of Neovim."""
    server = os.environ.get("GOESCAPE_BIN", str(Path(sys.executable).parent))
    own = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "STATE", "DATA")}
    path = os.pathsep.join([server, os.environ.get("PATH", os.defpath)])
    return {**os.environ, **own, "PATH": path, "LANG": "C.UTF-8", "GOESCAPE_FOLDER": str(FOLDER)}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Give the environment of a user."""
    return environment(tmp_path)


def run_spec(
    nvim: Path, name: str, home: dict[str, str], project: Path, *files: str, given: dict[str, str] = GIVEN
) -> str:
    """Run one spec and return what it said."""
    spec = {"project": str(project), "folder": home["GOESCAPE_FOLDER"], **given}
    env = home | {"SPEC": json.dumps(spec), "SPEC_HOST": str(HERE / "host.lua")}
    start = f"autocmd VimEnter * ++nested luafile {HERE / 'specs' / name}"
    command = [nvim, "--headless", "--clean", "-u", HERE / "init.lua", "--cmd", start, *files]
    result = subprocess.run(
        command, cwd=project, env=env, check=False, capture_output=True, text=True, timeout=SPEC_S, encoding="utf-8"
    )
    assert result.returncode == 0, f"{name}:\n{result.stdout}\n{result.stderr}"
    assert not left_behind(project), f"{name}: still running: {left_behind(project)}"
    return result.stdout


def left_behind(project: Path) -> list[str]:
    """Return the processes of a spec that still run: each has inherited the project's path in its environment."""
    deadline = time.monotonic() + END_S
    found = [""]
    while found and time.monotonic() < deadline:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f'"{project}"'.encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_text().replace("\0", " "))
        time.sleep(POLL_S if found else 0)
    return found


@pytest.mark.parametrize("name", ["journey.lua", "commands.lua", "health.lua", "broken.lua", "library.lua"])
def test_a_go_file_is_open(nvim: Path, home: dict[str, str], sample: Path, name: str) -> None:
    run_spec(nvim, name, home, sample, "main.go")


@pytest.mark.parametrize("name", ["settings.lua", "missing.lua"])
def test_neovim_starts_without_a_file(nvim: Path, home: dict[str, str], sample: Path, name: str) -> None:
    run_spec(nvim, name, home, sample)


def test_hints_and_lenses_stand_where_they_belong(nvim: Path, home: dict[str, str], sample: Path) -> None:
    shutil.copy(GRID, sample)
    run_spec(nvim, "hints.lua", home, sample)


def test_every_save_brings_its_diagnostic(nvim: Path, home: dict[str, str], sample: Path) -> None:
    print(run_spec(nvim, "measure.lua", home, sample, given={"file": "words/words.go"}))


def test_nothing_is_left_when_neovim_is_killed(nvim: Path, home: dict[str, str], sample: Path) -> None:
    env = home | {"SPEC": json.dumps({"project": str(sample)})}
    seen = "autocmd DiagnosticChanged * call writefile([], 'seen', 'S') | silent! !kill -9 $PPID"
    command = [nvim, "--headless", "--clean", "-u", HERE / "init.lua", "--cmd", seen, "main.go"]
    result = subprocess.run(command, cwd=sample, env=env, check=False, capture_output=True, timeout=SPEC_S)
    assert (sample / "seen").exists(), result.stderr
    assert not left_behind(sample)


def test_the_help_has_tags_and_no_dead_links(nvim: Path, home: dict[str, str], sample: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "nvim")
    run_spec(nvim, "help.lua", home | {"GOESCAPE_FOLDER": str(folder)}, sample)


def draw(nvim: Path, home: dict[str, str], project: Path, keys: list[list[str]], *arguments: str) -> None:
    """Type into a Neovim in a terminal and take the pictures that the keys ask for."""
    python = nvim.parent.parent / "venv" / "bin" / "python"
    command = [python, HERE / "screen.py", SHOTS, "110", "36", nvim, "--clean", "-u", HERE / "init.lua", *arguments]
    result = subprocess.run(
        command,
        cwd=project,
        env=home,
        input=json.dumps(keys),
        check=False,
        capture_output=True,
        text=True,
        timeout=SPEC_S,
    )
    assert result.returncode == 0, result.stderr


def test_a_person_sees_hints_and_lenses(nvim: Path, home: dict[str, str], sample: Path) -> None:
    shutil.copy(GRID, sample)
    settings = "lua vim.lsp.config('goescape', { settings = { goescape = { codeLens = true } } })"
    lenses = "lua if vim.lsp.codelens.enable then vim.lsp.codelens.enable(true) end"
    enable = ":lua vim.lsp.inlay_hint.enable()\r"
    keys = [["", "costs 1 allocation", ""], [enable, "heap 24 B", "hints"]]
    draw(nvim, home, sample, keys, "--cmd", settings, "-c", "set number termguicolors", "-c", lenses, "grid.go")
    shown = (SHOTS / "hints.txt").read_text(encoding="utf-8")
    assert "单元格 🚀 */ cell := &Cell{X: x, Y: y} heap 24 B\n" in shown
    assert "名称 🚀 */ name to heap *string) *Cell {" in shown


def test_a_person_sees_it_on_the_screen(nvim: Path, home: dict[str, str], sample: Path) -> None:
    """Take the pictures in .shots/nvim; each is taken when the words that it must show are on the screen."""
    keys = [
        ["", "map escapes: returned from function", "diagnostics"],
        ["/make(map\r", "make(map", ""],
        ["K", "What to do", "hover"],
        ["gg", "// Command sample", ""],
        ["n", "[1/1]", ""],
        [":Goescape why\r", "What to do", "why"],
        ["\x1bgra", "len(list)", "actions"],
        ["1\r", "make(map[string]int, len(list))", ""],
        [":w\r", "written", "saved"],
    ]
    look = "set number termguicolors scrolloff=6 | lua vim.diagnostic.config({ virtual_text = true })"
    shutil.rmtree(SHOTS, ignore_errors=True)
    draw(nvim, home, sample, keys, "-c", look, "+28", "main.go")
    assert "统计词频 🚀" in (SHOTS / "diagnostics.txt").read_text(encoding="utf-8")


def test_types_and_help_are_those_of_the_settings_table() -> None:
    generate = runpy.run_path(str(FOLDER / "generate.py"))
    assert generate["TYPES"].read_text(encoding="utf-8") == generate["types"](), "run editors/nvim/generate.py"
    text = generate["HELP"].read_text(encoding="utf-8")
    assert text == generate["help_text"](text), "run editors/nvim/generate.py"


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.lua")), ids=lambda path: path.name)
def test_lua_files_stay_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= (40 if path.parent.name == "plugin" else 120)
    assert max(map(len, lines)) <= 120 or path.name == "types.lua"
