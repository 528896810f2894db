"""A compiler that says again what one said before; for tests, and for looking at output without a toolchain."""

from __future__ import annotations

import os
from dataclasses import dataclass

from goescape_lsp.core.model import Compiled, Job, Package, Problem, ProblemKind, Run


@dataclass(frozen=True, slots=True)
class RecordedCompiler:
    """A `ports.Compiler` that replays `text` for the Go files of any folder, as one package without tests.

    Shape: `text` is the compiler's -m=2 output without its `#` header, paths as seen from the folder.
    """

    text: bytes
    import_path: str = "recorded"
    go_version: str = ""

    async def compile(self, job: Job) -> Run:
        """Return one package with all Go files of the job's directory."""
        try:
            names = sorted(name for name in os.listdir(job.directory) if name.endswith(".go"))  # noqa: PTH208
        except OSError as error:
            return Run((), (Problem(ProblemKind.UNREADABLE, message=str(error), file=job.directory),))
        package = Package(
            import_path=self.import_path,
            name=self.import_path.rpartition("/")[2],
            directory=job.directory,
            files=tuple(os.path.join(job.directory, name) for name in names),  # noqa: PTH118
            go_version=self.go_version,
            module_directory=job.directory,
        )
        return Run((Compiled(package, self.text),))

    async def prepare(self, job: Job) -> None:
        """Do nothing: the answer is there."""
