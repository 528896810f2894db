"""What the project promises of its own source, and no linter knows."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "goescape_lsp"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 500
LONGEST_FUNCTION = 60
NOT_OURS = {"LICENSE"}
# The parts of the rule are put together here, so that this file does not break it.
HOMES = [b"root/", b"work/[a-z]"]
MACHINE_PATHS = re.compile(rb"(?<![\w.~$}{/-])/(?:" + b"|".join(HOMES) + rb")")
REGISTRIES = [rb"pypi\.org", rb"pythonhosted\.", rb"registry\.npmjs", rb"npmjs\.org", rb"proxy\.golang"]
HOSTS = re.compile(b"|".join(REGISTRIES))
BROAD = {"Exception", "BaseException"}
STARTERS = {"subprocess", "multiprocessing", "pty"}
STARTING_CALLS = {"create_subprocess_exec", "create_subprocess_shell", "subprocess_exec", "subprocess_shell", "Popen"}
OS_CALLS = re.compile(r"^(?:system|popen|fork\w*|spawn\w*|exec[lv]\w*|posix_spawn\w*)$")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    """Return what would be committed: tracked files, and new ones that are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def starts_a_process(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(name.name.split(".")[0] in STARTERS for name in names)
        case ast.ImportFrom(module=str(module)):
            return module.split(".")[0] in STARTERS
        case ast.Attribute(value=ast.Name(id="os"), attr=attribute):
            return OS_CALLS.match(attribute) is not None
        case ast.Attribute(attr=attribute):
            return attribute in STARTING_CALLS
        case _:
            return False


def test_only_one_module_starts_processes() -> None:
    found = {path for path in SOURCES for node in ast.walk(tree(path)) if starts_a_process(node)}
    assert found == {PACKAGE / "adapters" / "process.py"}


def private_pygls_names(path: Path) -> Iterator[str]:
    """Yield private attributes of anything but `self`, `cls` and classes of the module itself."""
    module = tree(path)
    own = {node.name for node in ast.walk(module) if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if owner not in {"self", "cls", *own}:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("pygls", "lsprotocol")):
            yield from (
                f"{path.relative_to(ROOT)}:{node.lineno} {name.name}" for name in node.names if name.name[0] == "_"
            )


def test_only_the_protocol_touches_private_names_of_pygls() -> None:
    places = [path for path in (PACKAGE / "editor").rglob("*.py") if path.name != "protocol.py"]
    assert [name for path in places for name in private_pygls_names(path)] == []


def test_broad_excepts_are_few_and_explained() -> None:
    def is_broad(node: ast.AST) -> bool:
        if not isinstance(node, ast.ExceptHandler):
            return False
        names = [node.type] if not isinstance(node.type, ast.Tuple) else node.type.elts
        return any(name is None or (isinstance(name, ast.Name) and name.id in BROAD) for name in names)

    found = {path for path in SOURCES for node in ast.walk(tree(path)) if is_broad(node)}
    described = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [name for path in found if (name := path.relative_to(PACKAGE).as_posix()) not in described]
    assert missing == [], "each is listed in ARCHITECTURE.md"
    assert sum(is_broad(node) for path in SOURCES for node in ast.walk(tree(path))) <= 3


def test_modules_and_functions_are_small() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES if "words" not in path.parts
    }
    assert {path.name: length for path, length in lengths.items() if length >= MOST_LINES and not is_table(path)} == {}
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def is_table(path: Path) -> bool:
    """Say whether a module holds nouns, sentences or rows only; those may be long."""
    return path == PACKAGE / "core" / "model.py" or "words" in path.parts


def test_nothing_names_this_machine_or_a_registry() -> None:
    for path in tracked():
        content = path.read_bytes()
        if path.name in NOT_OURS or b"\0" in content:
            continue
        for pattern in (MACHINE_PATHS, HOSTS):
            found = pattern.search(content)
            assert found is None, f"{path.relative_to(ROOT)}: {found and found[0]!r}"


def test_the_command_line_does_not_load_the_editors_library() -> None:
    program = (
        "import sys, json, goescape_lsp.cli.program, goescape_lsp.cli.check, goescape_lsp.cli.explain, "
        "goescape_lsp.cli.doctor; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout
    loaded: list[str] = json.loads(printed)
    assert {"pygls", "lsprotocol", "watchfiles"} & set(loaded) == set()


def test_locked_versions_fit_the_project() -> None:
    lock = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")
    everything = (ROOT / ".ci" / "requirements-dev.txt").read_text(encoding="utf-8")
    pins = re.compile(r"^([a-z0-9-]+==\S+)", re.MULTILINE)
    assert set(pins.findall(lock)) <= set(pins.findall(everything)), "users and developers get the same versions"
    declared = re.findall(r'^  "([\w-]+)[=<>]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    locked = {pin.split("==")[0] for pin in pins.findall(everything)}
    assert {name.lower() for name in declared} <= locked
