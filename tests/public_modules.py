"""Public Go modules as writable copies, for the scripts and tests that look at real code."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

DEFAULT = ("github.com/gin-gonic/gin@v1.10.0", "go.uber.org/zap@v1.27.0", "github.com/klauspost/compress@v1.17.9")
OFFLINE = {"GOFLAGS": "-buildvcs=false", "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOWORK": "off"}
COMPILE_S = 3600


def run(command: list[str], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a program with `env` added to the environment; its output is text, and its status is for the caller."""
    environment = {**os.environ, **env}
    return subprocess.run(
        command, cwd=cwd, env=environment, check=False, capture_output=True, encoding="utf-8", timeout=COMPILE_S
    )


def bring(go: str, module: str, folder: Path) -> Path:
    """Return a writable copy of a module, with everything it needs to be compiled in the module cache."""
    answer = run([go, "mod", "download", "-json", module], folder, GOFLAGS="", GOTOOLCHAIN="local")
    if answer.returncode != 0:
        raise LookupError(f"{module}: {answer.stdout}{answer.stderr}")
    copy = folder / module.partition("@")[0].rpartition("/")[2]
    shutil.copytree(json.loads(answer.stdout)["Dir"], copy, copy_function=shutil.copyfile)
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    # The only step that may change go.mod and reach the network: it changes the copy.
    needed = run([go, "list", "-deps", "-test", "./..."], copy, GOFLAGS="-mod=mod", GOTOOLCHAIN="local", GOWORK="off")
    if needed.returncode != 0:
        raise LookupError(f"{module}: {needed.stderr}")
    return copy


def parser(description: str | None, default: Sequence[str]) -> argparse.ArgumentParser:
    """Return the command line that all scripts on public modules share; the first line of a text describes it."""
    made = argparse.ArgumentParser(description=(description or "").split("\n", maxsplit=1)[0])
    made.add_argument("modules", nargs="*", default=default, metavar="MODULE@VERSION")
    made.add_argument("--go", default=shutil.which("go") or "go", help="the go program")
    made.add_argument("--keep", type=Path, help="a folder for the copies, kept for a second look")
    return made


def copies(
    modules: Iterable[str], go: str, keep: Path | None, bring: Callable[[str, str, Path], Path] = bring
) -> Iterator[tuple[str, Path]]:
    """Yield each module with a copy of it: the one that `keep` already has, or a new one that `bring` makes."""
    for module in modules:
        with tempfile.TemporaryDirectory() as temporary:
            folder = keep or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            known = folder / module.partition("@")[0].rpartition("/")[2]
            yield module, known if known.is_dir() else bring(go, module, folder)
