"""The bare compiler on one package, without `go`: to its end, or only to the first line of the back end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.toolchain import Go, GoError

_FIELDS = "ImportPath,Dir,Export,GoFiles,CgoFiles,SFiles,EmbedPatterns,Imports,ImportMap,Module,ForTest"
_BACK_END = re.compile(rb"^[^\n]*:\d+:\d+: (?:generated|removed) nil check$", re.MULTILINE)
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Compile:
    """The command that compiles one package, where it runs, and the package's Go files."""

    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    files: tuple[str, ...]

    def full(self) -> float:
        """Compile to the end; return the seconds."""
        begun = time.perf_counter()
        with self._start(self.command, self.environment) as process:
            assert process.stdout is not None
            while process.stdout.read(_BLOCK):
                pass
        if process.returncode != 0:
            raise GoError(f"the bare compile of {self.cwd} failed")
        return time.perf_counter() - begun

    def front_end(self) -> float:
        """Compile until all escape lines are out and end the process there; return the seconds."""
        tool, *arguments = self.command
        begun = time.perf_counter()
        with self._start((tool, "-d=nil", *arguments), {**self.environment, "GOGC": "off"}) as process:
            assert process.stdout is not None
            rest = b""
            while block := os.read(process.stdout.fileno(), _BLOCK):
                seen = rest + block
                if _BACK_END.search(seen):
                    process.kill()
                    break
                rest = seen[seen.rfind(b"\n") + 1 :]
        return time.perf_counter() - begun

    def _start(self, command: tuple[str, ...], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self.cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def prepare(go: Go, folder: Path, work: Path) -> Compile:
    """Return the bare compile of the package in `folder`; what it imports is built and Go's build cache is warm."""
    listed = list(_values(go.run("list", "-e", "-export", "-deps", "-test", f"-json={_FIELDS}", ".", cwd=folder)))
    exports = {one["ImportPath"]: one["Export"] for one in listed if one.get("Export")}
    package = next(one for one in listed if one["Dir"] == str(folder) and not one.get("ForTest"))
    if any(package.get(field) for field in ("CgoFiles", "SFiles", "EmbedPatterns")):
        raise GoError(f"{folder}: not a package of Go files only")
    mapped: dict[str, str] = package.get("ImportMap", {})
    paths = {mapped.get(name, name) for name in package.get("Imports", ())}
    lines = [f"importmap {name}={path}" for name, path in mapped.items()]
    lines += [f"packagefile {path}={exports[path]}" for path in sorted(paths & exports.keys())]
    settings = json.loads(go.run("env", "-json", "GOTOOLDIR", "GOOS", "GOARCH", "GOEXPERIMENT", cwd=folder))
    output = Path(tempfile.mkdtemp(dir=work))
    config = output / "importcfg"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    language = ".".join(package["Module"].get("GoVersion", "1.16").split(".")[:2])
    tool = Path(settings.pop("GOTOOLDIR")) / ("compile.exe" if os.name == "nt" else "compile")
    command = [str(tool), "-p", package["ImportPath"], f"-lang=go{language}", "-complete"]
    command += ["-importcfg", str(config), "-o", str(output / "out.a"), "-m=2", *package["GoFiles"]]
    return Compile(tuple(command), folder, {**go.environment, **settings}, tuple(package["GoFiles"]))


def _values(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects that stand one after the other in a text."""
    decoder, at = json.JSONDecoder(), 0
    while (at := text.find("{", at)) >= 0:
        value, at = decoder.raw_decode(text, at)
        yield value
