"""What is measured on: packages of public modules at fixed versions, each with a place that every round edits.

The edit changes the body of a function `GoescapeBench` that is put behind the imports of a file, and moves all lines
below it. The function makes an array of a size never used before, so that a finding which names this size can only
come from the text of this round. A test file of each build variant calls the function, which the compiler inlines
there: what the test file is told of the same size proves that this variant, too, was compiled anew.

Other rounds edit the body of a second function instead, which is not inlined and takes no parameters: an edit of
which other packages and external tests see nothing.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.client import Server
from tests.benchmarks.toolchain import Go

_IMPORTS = re.compile(r"^import (?:\((?:.|\n)*?^\)|\".*\")\n", re.MULTILINE)
_SMALLEST = 1000
_SMALLEST_HIDDEN = 30_000
_IN_TEST = "goescape_bench_test.go"
_EXTERNAL_TEST = "goescape_bench_external_test.go"


@dataclass(frozen=True, slots=True)
class Public:
    """A package of a public module; `folder` and `file` are relative to the module, `file` is the one edited."""

    name: str
    module: str
    version: str
    folder: str
    file: str


PUBLIC = (
    Public("uuid", "github.com/google/uuid", "v1.6.0", ".", "uuid.go"),
    Public("mvcc", "go.etcd.io/etcd/server/v3", "v3.7.3", "storage/mvcc", "kvstore.go"),
    Public("gin", "github.com/gin-gonic/gin", "v1.12.0", ".", "context.go"),
    Public("promql", "github.com/prometheus/prometheus", "v0.316.0", "promql", "engine.go"),
    Public("metav1", "k8s.io/apimachinery", "v0.37.1", "pkg/apis/meta/v1", "helpers.go"),
    Public("tsdb", "github.com/prometheus/prometheus", "v0.316.0", "tsdb", "head.go"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A package on the disk that can be edited; `tests` are the files in which the other variants answer."""

    name: str
    root: Path
    folder: Path
    file: Path
    original: str
    tests: tuple[Path, ...] = ()

    def text(self, number: int, hidden: int = 0) -> str:
        """Return the edited file's text with the edits of those numbers: one that others see, and a hidden one."""
        imports = _IMPORTS.search(self.original)
        end = imports.end() if imports else self.original.index("\n\n") + 1
        return self.original[:end] + _functions(number, hidden) + self.original[end:]

    def write(self, number: int, hidden: int = 0) -> None:
        self.file.write_text(self.text(number, hidden), encoding="utf-8")

    def lines(self, files: tuple[str, ...]) -> int:
        """Return how many lines some files of the package have together."""
        return sum((self.folder / name).read_bytes().count(b"\n") for name in files)


def marker(number: int) -> str:
    """Return the text that only the findings of the edit with that number hold."""
    return f"new([{_SMALLEST + number}]byte)"


def hidden_marker(number: int) -> str:
    """Return the text that only the findings of the hidden edit with that number hold."""
    return f"new([{_SMALLEST_HIDDEN + number}]byte)"


def edit(server: Server, subject: Subject, before: tuple[int, int], after: tuple[int, int]) -> None:
    """Type the next edits into the open buffer, as an editor tells it: only the lines that change."""
    text = subject.text(*before)
    first = text[: text.index("// GoescapeBench ")].count("\n")
    last = first + _functions(*before).count("\n") - 1
    change = {
        "range": {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}},
        "text": _functions(*after).removeprefix("\n"),
    }
    document = {"uri": subject.file.as_uri(), "version": sum(after) + 1}
    server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})


def bring(go: Go, public: Public, folder: Path) -> Subject:
    """Copy a public module into `folder` and give its package the places for the edits."""
    told = json.loads(go.fetch("mod", "download", "-json", f"{public.module}@{public.version}", cwd=folder.parent))
    shutil.copytree(told["Dir"], folder, copy_function=shutil.copyfile)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    # The copy stands alone: sibling modules of its repository come from the proxy, too.
    (folder / "go.work").unlink(missing_ok=True)
    _drop_local_replacements(go, folder)
    subject = _prepared(public, folder, go)
    go.fetch("list", "-mod=mod", "-test", "-deps", f"./{public.folder}", cwd=folder)
    return subject


def copied(subject: Subject, root: Path) -> Subject:
    """Return a copy of a subject's whole module, for another contestant."""
    shutil.copytree(subject.root, root)

    def there(path: Path) -> Path:
        return root / path.relative_to(subject.root)

    tests = tuple(map(there, subject.tests))
    return Subject(subject.name, root, there(subject.folder), there(subject.file), subject.original, tests)


def generated(name: str, root: Path, folder: Path, file: str) -> Subject:
    """Return a subject of generated source, which has no tests."""
    return _with_edit(Subject(name, root, folder, folder / file, (folder / file).read_text(encoding="utf-8")))


def _functions(number: int, hidden: int) -> str:
    # One line more or less each time: everything below moves.
    more, more_hidden = f"\t_ = {number}\n" * (number % 2), f"\t_ = {hidden}\n" * (hidden % 2)
    return (
        f"\n// GoescapeBench is what the benchmark edits: {number}.\n"
        f"func GoescapeBench() interface{{}} {{\n{more}\treturn {marker(number)}\n}}\n\n"
        "func goescapeBenchHidden() interface{} {\n\tdefer func() { _ = recover() }()\n"
        f"{more_hidden}\treturn {hidden_marker(hidden)}\n}}\n"
    )


def _with_edit(subject: Subject) -> Subject:
    subject.write(0)
    return subject


def _prepared(public: Public, root: Path, go: Go) -> Subject:
    folder = root / public.folder
    fields = "{{.Name}} {{.ImportPath}} {{len .TestGoFiles}} {{len .XTestGoFiles}}"
    name, path, inner, outer = go.run("list", "-e", "-f", fields, ".", cwd=folder).split()
    use = "func goescapeBenchUse() interface{} { return %sGoescapeBench() }\n"
    tests: list[Path] = []
    if inner != "0" or outer == "0":
        tests.append(folder / _IN_TEST)
        tests[-1].write_text(f"package {name}\n\n{use % ''}", encoding="utf-8")
    if outer != "0":
        tests.append(folder / _EXTERNAL_TEST)
        imports = f'import bench "{path}"'
        tests[-1].write_text(f"package {name}_test\n\n{imports}\n\n{use % 'bench.'}", encoding="utf-8")
    original = (folder / public.file).read_text(encoding="utf-8")
    return _with_edit(Subject(public.name, root, folder, folder / public.file, original, tuple(tests)))


def _drop_local_replacements(go: Go, folder: Path) -> None:
    module = json.loads(go.run("mod", "edit", "-json", cwd=folder))
    for replace in module.get("Replace") or ():
        if replace["New"]["Path"].startswith("."):
            go.run("mod", "edit", f"-dropreplace={replace['Old']['Path']}", cwd=folder)
