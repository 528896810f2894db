"""A kept answer holds as long as nothing changed that a build reads, and not a moment longer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from goescape_lsp.adapters import inputs
from goescape_lsp.adapters.dependencies import read_sources
from goescape_lsp.adapters.inputs import Manifest, Sources, holds, stamps_of, take_down

FILES = {
    "w/go.mod": "module m\n",
    "w/go.sum": "",
    "w/p/p.go": "package p\n",
    "w/p/asm_amd64.s": "TEXT\n",
    "w/p/shown.txt": "embedded\n",
    "w/p/README.md": "words\n",
    "w/q/q.go": "package q\n",
    "r/go.mod": "module r\n",
    "r/r.go": "package r\n",
}
OLD_NS = 10**18


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def manifest(root: Path) -> Manifest:
    """Take the inputs down as they are long after the last change."""
    sources = Sources(str(root / "w/p"), (str(root / "w/q"), str(root / "r")), (str(root / "w/p/shown.txt"),))
    before = stamps_of(sources)
    assert before is not None
    taken = take_down(sources, before)
    assert taken is not None
    return Manifest(taken.sources, taken.names, taken.inputs, time.time_ns() + OLD_NS)


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")

    return change


def same_size_and_time(root: Path) -> None:
    path = root / "w/p/p.go"
    found = path.stat()
    path.write_text("package x\n", "utf-8")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


CHANGES = {
    "own file": write("w/p/p.go", "package p // new\n"),
    "own file, as long and as old": same_size_and_time,
    "new file": write("w/p/new.go", "package p\n"),
    "new file of another language": write("w/p/new.h", ""),
    "new profile": write("w/p/default.pgo", ""),
    "assembly": write("w/p/asm_amd64.s", "RET\n"),
    "embedded file": write("w/p/shown.txt", "other\n"),
    "embedded file gone": lambda root: (root / "w/p/shown.txt").unlink(),
    "file gone": lambda root: (root / "w/p/asm_amd64.s").unlink(),
    "file renamed": lambda root: (root / "w/p/p.go").rename(root / "w/p/p2.go"),
    "dependency": write("w/q/q.go", "package q // new\n"),
    "new file in a dependency": write("w/q/q2.go", "package q\n"),
    "dependency of another module": write("r/r.go", "package r // new\n"),
    "dependency gone": lambda root: (root / "w/q").rename(root / "w/q2"),
    "go.mod": write("w/go.mod", "module m // new\n"),
    "go.mod of another module": write("r/go.mod", "module r // new\n"),
    "go.sum": write("w/go.sum", "x\n"),
    "new go.sum": write("r/go.sum", ""),
    "new go.mod below": write("w/p/go.mod", "module p\n"),
    "new go.work above": write("go.work", "go 1.21\n"),
    "new vendor directory": write("w/vendor/modules.txt", ""),
    "file that is a folder": lambda root: ((root / "w/p/p.go").unlink(), (root / "w/p/p.go").mkdir()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_an_input_ends_it(root: Path, change: Callable[[Path], object]) -> None:
    taken = manifest(root)
    assert holds(taken)
    change(root)
    assert not holds(taken)


HARMLESS = {
    "nothing": lambda _: None,
    "words": write("w/p/README.md", "new\n"),
    "hidden file": write("w/p/.p.go.swp", ""),
    "file that go leaves out": write("w/p/_x.go", ""),
    "package beside": write("w/other/o.go", "package o\n"),
    "time alone": lambda root: os.utime(root / "w/p/p.go"),
    "same text again": write("w/p/p.go", FILES["w/p/p.go"]),
    "there and back": lambda root: (write("w/q/q.go", "x")(root), write("w/q/q.go", FILES["w/q/q.go"])(root)),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_what_is_no_input_does_not_end_it(root: Path, change: Callable[[Path], object]) -> None:
    taken = manifest(root)
    change(root)
    assert holds(taken)


def test_unchanged_files_are_only_looked_at(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = manifest(root)
    read: list[str] = []
    monkeypatch.setattr(inputs, "digest_of", lambda path: read.append(path) or b"")
    assert holds(taken)
    assert read == []


def test_a_file_that_was_new_when_it_was_read_is_read_again(root: Path) -> None:
    sources = Sources(str(root / "w/p"))
    before = stamps_of(sources)
    assert before is not None
    taken = take_down(sources, before)
    assert taken is not None
    path = str(root / "w/p/p.go")
    lying = inputs.Input(taken.inputs[path].stamp, b"of another content")
    assert not holds(Manifest(sources, taken.names, {**taken.inputs, path: lying}, taken.taken_ns))


@pytest.mark.parametrize("name", ["w/p/p.go", "w/q/q.go", "w/p/new.go", "w/go.mod", "go.work"])
def test_a_change_during_the_compile_keeps_nothing(root: Path, name: str) -> None:
    sources = Sources(str(root / "w/p"), (str(root / "w/q"),))
    before = stamps_of(sources)
    assert before is not None
    write(name, "changed meanwhile\n")(root)
    assert take_down(sources, before) is None


MAIN = {"Path": "m", "Main": True, "Dir": "/w"}
CACHED = {"Path": "x", "Version": "v1.0.0", "Dir": "/cache/x@v1.0.0"}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], ()),
        ([{"ImportPath": "fmt", "Dir": "/go/src/fmt", "Standard": True}], ()),
        ([{"ImportPath": "x", "Dir": "/cache/x@v1.0.0/y", "Module": CACHED}], ()),
        ([{"ImportPath": "m/q", "Dir": "/w/q", "Module": MAIN}], ("/w/q",)),
        ([{"ImportPath": "x", "Dir": "/w/vendor/x", "Module": {"Path": "x", "Version": "v1.0.0"}}], ("/w/vendor/x",)),
        ([{"ImportPath": "x", "Dir": "/r", "Module": {**CACHED, "Dir": "/r", "Replace": {"Path": "../r"}}}], ("/r",)),
        (
            [
                {
                    "ImportPath": "x",
                    "Dir": "/cache/y@v2/z",
                    "Module": {**CACHED, "Dir": "/cache/y@v2", "Replace": CACHED},
                }
            ],
            (),
        ),
        ([{"ImportPath": "m/q", "Dir": "/w/q", "Module": MAIN, "Error": {"Err": "bad"}}], None),
        ([{"ImportPath": "m/q", "Dir": "/w/q", "Module": MAIN, "CgoFiles": ["c.go"]}], None),
    ],
)
def test_which_dependencies_can_change(others: list[dict[str, object]], expected: tuple[str, ...] | None) -> None:
    own = {"ImportPath": "m/p", "Dir": "/w/p", "Module": MAIN, "EmbedFiles": ["a/b.txt"]}
    found = read_sources("/w/p", [*others, own])
    assert (None if found is None else found.dependencies) == expected
    assert found is None or found.files == (os.path.join("/w/p", "a/b.txt"),)


@pytest.mark.parametrize(
    "own", [{"Standard": True}, {"Module": CACHED}, {"Module": None}, {"Module": MAIN, "CgoFiles": ["c.go"]}]
)
def test_of_which_packages_nothing_is_kept(own: dict[str, object]) -> None:
    assert read_sources("/w/p", [{"ImportPath": "m/p", "Dir": "/w/p", **own}]) is None
