"""Random edits of real packages, one after the other: an analysis with a memory says what one without says.

The packages are copies of the standard library's. Each edit is compiled for real; edits that do not compile are kept
for one round, since broken packages are saved, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Function
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.analyse import analyse
from goescape_lsp.session.analyser import Analyser
from goescape_lsp.syntax.file import GoFile
from tests.conftest import Go
from tests.session.test_reuse import Desk, read

PACKAGES = ("text/template/parse", "go/doc/comment", "encoding/csv")
_ROUNDS = 14


class Editor:
    """Edits the files of a package at random."""

    def __init__(self, texts: dict[str, str], chance: random.Random) -> None:
        self.texts = texts
        self._chance = chance
        self._count = 0

    def edit(self) -> str:
        """Make one edit; return its name."""
        kinds: tuple[Callable[[], None], ...] = (
            *(self.insert_line, self.insert_value, self.leak_parameter, self.drop_function, self.move_function),
            *(self.rename_function, self.declare, self.change_struct, self.change_constant, self.comment, self.method),
        )
        self._count += 1
        kind = self._chance.choice(kinds)
        kind()
        return kind.__name__

    def insert_line(self) -> None:
        self._in_body("")

    def insert_value(self) -> None:
        self._in_body("\tprintln(new(int), any(len(`text`)))")

    def leak_parameter(self) -> None:
        """Make a pointer parameter go to the heap: all callers in the package see that."""
        name = self._file()
        found = [*re.finditer(r"^func (?:\((\w+) \*\w+\) )?\w+\([^\n]*\{\n", self.texts[name], re.MULTILINE)]
        match = self._chance.choice([one for one in found if one[1]] or [None])
        if match is not None:
            self._insert(name, match.end(), f"\tkept{self._count} = {match[1]}\n")
            self.texts[name] += f"\nvar kept{self._count} any\n"

    def drop_function(self) -> None:
        name, function = self._function()
        lines = self.texts[name].split("\n")
        del lines[function.span.line - 1 : function.span.end_line]
        self.texts[name] = "\n".join(lines)

    def move_function(self) -> None:
        name, function = self._function()
        lines = self.texts[name].split("\n")
        moved = lines[function.span.line - 1 : function.span.end_line]
        del lines[function.span.line - 1 : function.span.end_line]
        self.texts[name] = "\n".join((*lines, *moved, ""))

    def rename_function(self) -> None:
        _, function = self._function()
        old = function.name.rpartition(".")[2]
        for name, text in self.texts.items():
            self.texts[name] = re.sub(rf"\b{old}\b", f"{old}{self._count}", text)

    def declare(self) -> None:
        """Declare something new; sometimes it hides what is predeclared."""
        number = self._count
        hidden = ("cap", "copy", "min")[number % 3]
        chosen = (
            f"const fresh{number} = 7",
            f"func {hidden}(a any) *any {{ return &a }}",
            f"var fresh{number} = []int{{1}}",
        )
        self.texts[self._file()] += f"\n{self._chance.choice(chosen)}\n"

    def change_struct(self) -> None:
        self._first_of(r"^type \w+ struct \{\n", f"\tadded{self._count} [40]int\n")

    def change_constant(self) -> None:
        self._first_of(r"^const \(\n", f"\tadded{self._count} = iota + 400\n")

    def comment(self) -> None:
        name, function = self._function()
        lines = self.texts[name].split("\n")
        lines.insert(function.span.line - 1, "//goescape:ok all a test accepts it")
        self.texts[name] = "\n".join(lines)

    def method(self) -> None:
        """Add a method to a type; one of that name may be called elsewhere."""
        name = self._file()
        found = re.findall(r"^type (\w+) struct", self.texts[name], re.MULTILINE)
        if found:
            self.texts[name] += f"\nfunc (x *{self._chance.choice(found)}) Fresh{self._count}() any {{ return *x }}\n"

    def _file(self) -> str:
        return self._chance.choice(sorted(self.texts))

    def _function(self) -> tuple[str, Function]:
        files = {name: GoFile(text.encode()).outline.functions for name, text in self.texts.items()}
        name = self._chance.choice(sorted(name for name, functions in files.items() if functions))
        return name, self._chance.choice(files[name])

    def _in_body(self, line: str) -> None:
        name, function = self._function()
        lines = self.texts[name].split("\n")
        lines.insert(function.span.line, line)
        self.texts[name] = "\n".join(lines)

    def _first_of(self, pattern: str, text: str) -> None:
        name = self._file()
        found = [*re.finditer(pattern, self.texts[name], re.MULTILINE)]
        if found:
            self._insert(name, self._chance.choice(found).end(), text)

    def _insert(self, name: str, offset: int, text: str) -> None:
        self.texts[name] = self.texts[name][:offset] + text + self.texts[name][offset:]


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, tmp_path: Path, go: Go) -> Iterator[Desk]:
    root = subprocess.run([go.path, "env", "GOROOT"], check=True, capture_output=True, text=True).stdout.strip()
    for path in Path(root, "src", request.param).glob("*.go"):
        if not path.name.endswith("_test.go"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "go.mod").write_text("module example.com/p\n\ngo 1.21\n", "utf-8")
    processes = Processes()
    found = asyncio.run(find_toolchain(Settings(go_path=go.path), processes))
    assert isinstance(found, Toolchain)
    desk = Desk(tmp_path, GoCommand(found, processes))
    with contextlib.closing(desk.compiler):
        yield desk
    processes.kill_all()


@pytest.mark.parametrize("assembly", [False, True], ids=["plain", "machine code"])
def test_random_edits_of_a_real_package(package: Desk, assembly: bool) -> None:  # noqa: FBT001
    chance = random.Random(7 + assembly)  # noqa: S311 - the same edits in each run
    texts = {path.name: path.read_text("utf-8") for path in sorted(package.folder.glob("*.go"))}
    editor = Editor(texts, chance)
    analyser = Analyser()
    good, compiled, reused = dict(texts), 0, 0
    before = analyser(package.run(assembly=assembly), read)
    for _ in range(_ROUNDS):
        names = [editor.edit() for _ in range(chance.choice((1, 1, 2)))]
        for name, text in editor.texts.items():
            package.write(name, text)
        run = package.run(assembly=assembly)
        again = analyser(run, read)
        assert again == analyse(run, read), names
        reused += sum(facts is before.files.get(path) for path, facts in again.files.items())
        before = again
        if any(one.problems for one in run.compiled):
            editor.texts = dict(good)
        else:
            good, compiled = dict(editor.texts), compiled + 1
    assert compiled > _ROUNDS // 3
    assert reused > 0
