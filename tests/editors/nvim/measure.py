"""Print the seconds from a save to its diagnostic in Neovim: `measure.py MODULE FILE`, on a copy of the module.

Run the tests once before, so that Neovim is in .hosts/nvim. FILE is relative to MODULE, whose dependencies must be in
the module cache.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from test_nvim import HOST, environment, run_spec


def main() -> None:
    """Measure one file."""
    module, file = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder).resolve() / "module"
        shutil.copytree(module, project, copy_function=shutil.copyfile)
        project.chmod(0o755)
        for path in project.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        print(run_spec(HOST / "bin" / "nvim", "measure.lua", environment(Path(folder)), project, given={"file": file}))


if __name__ == "__main__":
    main()
