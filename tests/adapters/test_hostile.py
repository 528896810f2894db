"""Opening a repository runs nothing of it: what a hostile tree would like to happen, does not."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import ProblemKind
from tests.adapters.conftest import Tree, by_name, job, listing, moved, problems

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")

F = "func F() *int { x := 1; return &x }\n"
MAIN = f"-- go.mod --\nmodule m.test\n\ngo 1.21\n-- a.go --\npackage main\n\n{F}\nfunc main() {{ F() }}\n"


class _Proxy(http.server.BaseHTTPRequestHandler):
    """A module proxy that remembers what it was asked."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[str]]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    asked: list[str] = []
    server.asked = asked  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def trap(path: Path, mark: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\ntouch {mark}\n")
    path.chmod(0o755)
    return str(path)


async def test_fsmonitor_of_the_repository_is_not_run(compiler: GoCommand, tree: Tree, tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git to be tempted")
    root, mark = tree(MAIN), tmp_path / "was-run"
    subprocess.run([git, "init", "-q", str(root)], check=True)
    script = trap(tmp_path / "monitor", mark)
    subprocess.run([git, "-C", str(root), "add", "."], check=True)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([git, "-C", str(root), *who, "commit", "-q", "-m", "x"], check=True)
    subprocess.run([git, "-C", str(root), "config", "core.fsmonitor", script], check=True)
    run = await compiler.compile(job(root, "./..."))
    assert moved(by_name(run)["m.test"]) == ["./a.go:3:17 x"]
    assert not mark.exists()
    # The trap works: git itself springs it, and older Go asks git for its build stamp.
    subprocess.run([git, "-C", str(root), "status", "--porcelain"], check=True, capture_output=True)
    assert mark.exists()


@pytest.mark.parametrize("line", ["toolchain go1.99.1", "toolchain go1.99.1-evil"])
async def test_a_toolchain_line_fetches_and_runs_nothing(
    found: Toolchain, processes: Processes, tree: Tree, tmp_path: Path, proxy: tuple[str, list[str]], line: str
) -> None:
    root, mark = tree(MAIN), tmp_path / "was-run"
    (root / "go.mod").write_text(f"module m.test\n\ngo 1.21\n\n{line}\n")
    trap(root / "bin" / "go1.99.1-evil", mark)
    environ = {**os.environ, "GOPROXY": proxy[0], "GOTOOLCHAIN": "auto", "PATH": f"{root / 'bin'}:{os.environ['PATH']}"}
    compiler = GoCommand(found, processes, environ=environ)
    run = await compiler.compile(job(root))
    assert proxy[1] == []
    assert not mark.exists()
    assert moved(run.compiled[0]) == ["./a.go:3:17 x"]


async def test_missing_modules_are_not_fetched(
    found: Toolchain, processes: Processes, tree: Tree, proxy: tuple[str, list[str]]
) -> None:
    root = tree(
        "-- go.mod --\nmodule m.test\n\ngo 1.21\n\nrequire example.org/x v1.0.0\n"
        '-- a.go --\npackage a\n\nimport _ "example.org/x"\n'
    )
    (root / "go.sum").write_text(
        "example.org/x v1.0.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=\n"
        "example.org/x v1.0.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=\n"
    )
    environ = {**os.environ, "GOPROXY": proxy[0], "GOFLAGS": "-mod=mod"}
    run = await GoCommand(found, processes, environ=environ).compile(job(root))
    assert [problem.kind for problem in problems(run)] == [ProblemKind.MISSING_MODULES]
    assert proxy[1] == []


async def test_goflags_of_the_environment_start_nothing(
    found: Toolchain, processes: Processes, tree: Tree, tmp_path: Path
) -> None:
    root, mark = tree(MAIN), tmp_path / "was-run"
    script = trap(tmp_path / "tool", mark)
    for name in ("GOFLAGS", "goflags"):
        environ = {**os.environ, name: f"-toolexec={script}"}
        run = await GoCommand(found, processes, environ=environ).compile(job(root))
        assert moved(run.compiled[0]) == ["./a.go:3:17 x"]
    env = {"GOFLAGS": f"-toolexec={script} -mod=mod"}
    run = await GoCommand(found, processes).compile(job(root, env=env))
    assert moved(run.compiled[0]) == ["./a.go:3:17 x"]
    assert not mark.exists()


async def test_files_named_like_programs_are_not_run(compiler: GoCommand, tree: Tree, tmp_path: Path) -> None:
    root, mark = tree(MAIN), tmp_path / "was-run"
    for name in ("go", "git", "gcc", "compile"):
        trap(root / name, mark)
    before = listing(root)
    await compiler.compile(job(root, "./..."))
    assert not mark.exists()
    assert listing(root) == before


async def test_a_tree_that_cannot_be_written_is_enough(compiler: GoCommand, tree: Tree) -> None:
    root = tree(MAIN)
    root.chmod(0o555)
    try:
        run = await compiler.compile(job(root, "./..."))
    finally:
        root.chmod(0o755)
    assert moved(run.compiled[0]) == ["./a.go:3:17 x"]


async def test_line_directives_cannot_name_a_package_file(compiler: GoCommand, tree: Tree) -> None:
    """The text names any file; the files of the package are those that Go listed."""
    root = tree(f"-- go.mod --\nmodule m.test\n\ngo 1.21\n-- a.go --\npackage a\n\n//line /etc/passwd:1\n{F}")
    run = await compiler.compile(job(root))
    assert run.compiled[0].package.files == (str(root / "a.go"),)
