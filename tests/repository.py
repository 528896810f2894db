"""A git repository for tests, driven by the real git with settings of nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.conftest import require

WHO = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "protocol.file.allow=always")


class Repository:
    """A repository at `root`; made by `git init` unless it is there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        if not (root / ".git").exists():
            self.git("init", "-q", "-b", "trunk")

    def git(self, *arguments: str, check: bool = True) -> str:
        program = shutil.which("git")
        require(program, "git")
        env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        command = [str(program), "-C", str(self.root), *WHO, *arguments]
        result = subprocess.run(command, env=env, check=check, capture_output=True, text=True, encoding="utf-8")
        return result.stdout

    def commit(self, **files: str) -> str:
        """Write Go files (`a__b` is a/b.go), commit all, return the commit."""
        for name, text in files.items():
            self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD").strip()

    def write(self, name: str, text: str) -> Path:
        path = self.root / (name.replace("__", "/") + ".go")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        return path
