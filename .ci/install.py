"""Puts the project into .venv with exactly the locked versions; with --dev also all that its tests need.

Standard library only: it runs before anything is installed. A second call with nothing new takes a moment.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".goescape-installed"
OLDEST = (3, 11)


def main(arguments: list[str]) -> None:
    """Install, or say why not and exit with status 1."""
    if sys.version_info < OLDEST:
        sys.exit(f"install: Python {'.'.join(map(str, OLDEST))} or newer is needed, this is {sys.version.split()[0]}")
    names = ["requirements.txt", *(["requirements-dev.txt"] if "--dev" in arguments else [])]
    marks = {name: fingerprint(ROOT / ".ci" / name) for name in names}
    done = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() else []
    if set(marks.values()) <= set(done) and python().is_file():
        return
    make_venv()
    lock = ROOT / ".ci" / names[-1]
    pip("locked packages", "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock))
    pip("goescape-lsp", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    STAMP.write_text("\n".join(sorted(marks.values())) + "\n", encoding="utf-8")


def fingerprint(lock: Path) -> str:
    """Return what changes whenever an installation must be done again."""
    parts = (lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def python() -> Path:
    """Return the environment's own interpreter."""
    return SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def make_venv() -> None:
    """Create the environment if there is none that runs and has pip."""
    if python().is_file():
        answer = subprocess.run([python(), "-m", "pip", "--version"], check=False, capture_output=True)
        if answer.returncode == 0:
            return
    say("create .venv")
    result = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if result.returncode != 0:
        sys.exit("install: python cannot make a virtual environment (on Debian: apt install python3-venv)")


def pip(what: str, *arguments: str) -> None:
    """Run `pip install` in the environment."""
    say(f"install {what}")
    command = [python(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input", *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit(f"install: pip could not install {what}; are the package registries within reach?")


def say(text: str) -> None:
    """Tell the progress; standard output stays free."""
    print(f"install: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
