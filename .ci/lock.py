"""Writes the two lock files anew: versions and hashes for every platform, and no word of where they came from.

Needs `uv` on PATH; used when a dependency changes, never by a check.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = ("pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header")
QUIET = ("--no-emit-index-url", "--no-emit-find-links")
HEADER = "# Written by .ci/lock.py from pyproject.toml; do not edit.\n"


def lock(uv: str, output: str, *wanted: str) -> None:
    """Resolve `wanted` and write it to `.ci/<output>`."""
    target = ROOT / ".ci" / output
    arguments = [*COMPILE, *QUIET, *wanted, "--output-file", str(target), "pyproject.toml", *sys.argv[1:]]
    subprocess.run([uv, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    target.write_text(HEADER + target.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")


def main() -> None:
    """Lock what developers need first; what users need is a part of it with the same versions."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("lock: uv is not on PATH (pip install uv)")
    lock(uv, "requirements-dev.txt", "--extra", "go", "--group", "build", "--group", "dev")
    constraint = ("--constraint", str(ROOT / ".ci" / "requirements-dev.txt"))
    lock(uv, "requirements.txt", "--extra", "go", "--group", "build", *constraint)


if __name__ == "__main__":
    main()
