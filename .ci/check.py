"""Installs all that is needed and runs every check, the quick ones first; stops at the first that fails.

`python3 .ci/check.py [pytest arguments]` is the whole of CI. With the variable CI set, a test whose host cannot be
had fails; without it, it is skipped and says why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import install

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("ruff", "format", "--check", "--quiet")),
    ("lint", ("ruff", "check", "--quiet")),
    ("imports", ("lint-imports",)),
    ("mypy", ("mypy",)),
    ("pyright", ("pyright",)),
)


def main(arguments: list[str]) -> None:
    """Run the steps in order; exit with the status of the one that fails."""
    install.main(["--dev"])
    environment = {**os.environ, "PATH": os.pathsep.join(filter(None, [os.environ.get("PATH"), str(install.SCRIPTS)]))}
    for name, (program, *rest) in STEPS:
        step(name, [str(install.SCRIPTS / program), *rest], environment)
    step("tests", [str(install.python()), "-m", "pytest", *arguments], environment)


def step(name: str, command: list[str], environment: dict[str, str]) -> None:
    """Run one step; its output is shown as it comes."""
    print(f"==> {name}", flush=True)
    begun = time.monotonic()
    code = subprocess.run(command, cwd=install.ROOT, env=environment, check=False).returncode
    if code != 0:
        print(f"==> {name} FAILED (exit status {code})", file=sys.stderr, flush=True)
        sys.exit(code)
    if name != "tests":
        print(f"    ok, {time.monotonic() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
