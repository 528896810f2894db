"""Reads what one `go list -e -export -test` printed: packages, the compiler's text of each variant, and problems."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import orjson

from goescape_lsp.core.model import Compiled, Package, Problem, ProblemKind

FIELDS = (
    "ImportPath,Name,Dir,ForTest,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,IgnoredGoFiles,"
    "Deps,Module,Match,Incomplete,Error,DepsErrors"
)

KINDS: tuple[tuple[ProblemKind, tuple[str, ...]], ...] = (
    (ProblemKind.CACHE_PROGRAM, ("GOCACHEPROG",)),
    (ProblemKind.IMPORT_CYCLE, ("import cycle not allowed",)),
    (ProblemKind.GO_TOO_OLD_FOR_MODULE, ("requires go >= ", "requires Go 1.", "requires newer Go version")),
    (
        ProblemKind.NO_MODULE,
        (
            "go.mod file not found",
            "cannot find main module",
            "does not contain main module",
            "outside main module",
            "outside available modules",
            "not one of the workspace modules",
            "does not contain modules listed in go.work",
            "outside modules listed in go.work",
            "no modules were found in the current workspace",
        ),
    ),
    (
        ProblemKind.MISSING_MODULES,
        (
            "no required module provides",
            "missing go.sum entry",
            "GOPROXY=off",
            "cannot find module providing",
            "updates to go.mod needed",
            "updates to go.sum needed",
            "updates to go.work needed",
            "cannot find package",
            "is not in your go.mod file",
            "is replaced but not required",
            "go mod tidy",
            "go mod download",
        ),
    ),
    (
        ProblemKind.BROKEN_MODULE,
        (
            "errors parsing ",
            "inconsistent vendoring",
            "unknown directive",
            "invalid go version",
            "no module declaration",
            "cannot load module",
            "malformed module path",
        ),
    ),
    (ProblemKind.NOT_BUILT, ("build constraints exclude all Go files",)),
    (
        ProblemKind.NO_PACKAGES,
        (
            "no Go files in",
            "no non-test Go files",
            "matched no packages",
            "no packages named",
            "directory not found",
            "no such file or directory",
            "named files must",
        ),
    ),
    (
        ProblemKind.COMPILER_DIED,
        ("internal compiler error", "signal: ", "fork/exec ", "no space left", "build cache is"),
    ),
)
"""Go's own sentences and what they come to, tried in order; seen with go1.21.13, go1.26.8 and go1.27.3."""

_HEADER = re.compile(rb"^# (\S+(?: \[[^\]\n]+\])?)$", re.MULTILINE)
_INSTRUCTION = re.compile(rb"^\t0x[^\n]*\n", re.MULTILINE)
_VARIANT = re.compile(r"(?P<path>\S+) \[(?P<test>\S+)\]")
_PLACE = re.compile(
    r"^(?P<file>(?:[A-Za-z]:)?[^:\t ][^:\n]*\.[A-Za-z]+):(?P<line>\d+)(?::(?P<column>\d+))?:? ?(?P<message>.*)$"
)
# Go 1.21 has the place of a broken go.work on the line that others only end with a colon.
_INTRODUCTION = re.compile(r"^go: (?:reading|errors parsing) \S+: ")
# A compile that fails late (a stack frame too large) prints its -m lines among the errors.
_REMARK = re.compile(
    r"^(?:can(?:not)? inline |inlining call to |(?:moved to heap|leaking param|leaking closure|parameter \S+ leaks|"
    r"assuming |capturing by |devirtualizing |ignoring self-assignment|mark |live at |  ).*"
    r"|.* (?:escapes to heap|does not escape)(?: in .*)?:?$)"
)


def read_entries(printed: bytes) -> tuple[dict[str, Any], ...]:
    """Return the JSON objects that `go list -json` printed one after the other; a broken one ends the list."""
    entries: list[dict[str, Any]] = []
    for text in re.split(rb"(?m)(?<=^\})\r?\n", printed):
        try:
            if text.strip():
                entries.append(orjson.loads(text))
        except orjson.JSONDecodeError:
            break
    return tuple(entries)


def split_text(printed: bytes, names: Iterable[str]) -> tuple[bytes, Mapping[str, bytes]]:
    """Return what `go` said before the first header, and the compiler's text by `P` or `P [P.test]`.

    Shape: only the headers in `names` count, because up to Go 1.21 source text can stand in the output as it is, and
    `P [Q.test]` of two that do: P was compiled once more for the tests of Q, and `go list` has no entry for that.
    """
    known = set(names)
    headers = [found for found in _HEADER.finditer(printed) if _is_name(found[1].decode("utf-8", "replace"), known)]
    if not headers:
        return printed, {}
    texts: dict[str, bytes] = {}
    for found, following in zip(headers, [*headers[1:], None], strict=True):
        end = len(printed) if following is None else following.start()
        name = found[1].decode("utf-8", "replace")
        texts[name] = texts.get(name, b"") + printed[found.end() + 1 : end]
    return printed[: headers[0].start()], texts


def _is_name(header: str, known: AbstractSet[str]) -> bool:
    variant = _VARIANT.fullmatch(header)
    return header in known or (variant is not None and variant["path"] in known and variant["test"] in known)


def is_test_main(entry: Mapping[str, Any]) -> bool:
    """Say whether an entry is the main package that `go test` generates."""
    return entry["ImportPath"].endswith(".test") and not entry.get("Match")


def read_package(entry: Mapping[str, Any]) -> Package:
    """Return the package of an entry; its files are absolute and in the order in which they are compiled."""
    directory: str = entry.get("Dir", "")
    import_path, _, variant = entry["ImportPath"].partition(" [")
    module: Mapping[str, Any] = entry.get("Module") or {}
    files = [*(entry.get("GoFiles") or ()), *(entry.get("CgoFiles") or ())]
    return Package(
        import_path=import_path,
        name=entry.get("Name", ""),
        directory=directory,
        files=tuple(os.path.join(directory, name) for name in files),  # noqa: PTH118
        variant=variant.rstrip("]"),
        go_version=module.get("GoVersion", ""),
        module_directory=module.get("Dir", ""),
        ignored_files=tuple(os.path.join(directory, name) for name in entry.get("IgnoredGoFiles") or ()),  # noqa: PTH118
        imports=tuple(entry.get("Deps") or ()),
    )


def read_compiled(entries: Iterable[Mapping[str, Any]], texts: Mapping[str, bytes], cwd: str) -> tuple[Compiled, ...]:
    """Return one result per variant of a package that has files, or a problem of its own."""
    found: list[Compiled] = []
    stray = dict(texts)
    for entry in entries:
        if is_test_main(entry):
            continue
        package = read_package(entry)
        problems = tuple(dict.fromkeys(_entry_problems(entry, package, cwd)))
        if package.files or problems:
            found.append(Compiled(package, stray.pop(entry["ImportPath"], b""), problems))
    # The sieve keeps each line of machine code once and not always under its own header; every line names its file.
    code = b"".join(line for text in stray.values() for line in _INSTRUCTION.findall(text))
    if code and found:
        found[-1] = replace(found[-1], text=found[-1].text + code)
    return tuple(found)


def read_problems(text: str, cwd: str, package: str = "") -> tuple[Problem, ...]:
    """Return the problems in text that `go` or the compiler printed, with absolute file names.

    Shape: `# P` headers name the package of what follows; lines that are indented belong to the line before.
    """
    problems: list[Problem] = []
    loose: list[str] = []
    for line in text.splitlines():
        header = re.fullmatch(r"# (\S+?)(?: \[[^\]]+\])?", line)
        place = _PLACE.match(_INTRODUCTION.sub("", line))
        if header is not None:
            package = header[1]
        elif line.startswith("\t") and problems:
            problems[-1] = _with_more(problems[-1], line)
        elif place is not None and place["message"] != "too many errors":
            if not _REMARK.match(place["message"]):
                problems.append(_placed(place, cwd, package))
        elif line.strip() and not line.startswith(("go: downloading ", "go: finding ")) and place is None:
            loose.append(line)
    # "go: errors parsing go.mod:" only introduces the place below it.
    loose = [line for line in loose if not (problems and line.endswith(":"))]
    if loose and not problems:
        said = "\n".join(loose)
        problems.append(Problem(kind_of(said, ProblemKind.COMPILER_DIED), package, said.removeprefix("go: ")))
    return tuple(problems)


def kind_of(message: str, otherwise: ProblemKind) -> ProblemKind:
    """Return what a sentence of `go` comes to."""
    return next((kind for kind, sayings in KINDS if any(saying in message for saying in sayings)), otherwise)


def _entry_problems(entry: Mapping[str, Any], package: Package, cwd: str) -> Iterator[Problem]:
    own: Mapping[str, Any] | None = entry.get("Error")
    for error in ([own] if own else []) + (entry.get("DepsErrors") or []):
        said: str = error.get("Err", "").strip()
        kind = kind_of(said, ProblemKind.COMPILE_ERROR)
        if said.startswith("# "):
            yield from read_problems(said, cwd, package.import_path)
        elif kind is ProblemKind.IMPORT_CYCLE:
            yield Problem(kind, package.import_path, "\n\timports ".join([*(error.get("ImportStack") or ())]) or said)
        elif kind is ProblemKind.NO_PACKAGES and not own:
            yield Problem(ProblemKind.COMPILE_ERROR, package.import_path, said, *_position(error.get("Pos", ""), cwd))
        else:
            yield Problem(kind, package.import_path, said, *_position(error.get("Pos", ""), cwd))


def _position(text: str, cwd: str) -> tuple[str, int, int]:
    found = re.fullmatch(r"(.*?):(\d+)(?::(\d+))?", text)
    if found is None:
        return ("", 0, 0)
    return (_absolute(found[1], cwd), int(found[2]), int(found[3] or 0))


def _placed(place: re.Match[str], cwd: str, package: str) -> Problem:
    file = _absolute(place["file"], cwd)
    kind = ProblemKind.COMPILE_ERROR
    if file.endswith((".mod", ".work", ".sum")):
        kind = ProblemKind.BROKEN_MODULE
    elif "internal compiler error" in place["message"]:
        kind = ProblemKind.COMPILER_DIED
    return Problem(kind, package, place["message"], file, int(place["line"]), int(place["column"] or 0))


def _with_more(problem: Problem, line: str) -> Problem:
    said = f"{problem.message}\n{line}"
    return Problem(problem.kind, problem.package, said, problem.file, problem.line, problem.column)


def _absolute(path: str, cwd: str) -> str:
    return os.path.normpath(os.path.join(cwd, path))  # noqa: PTH118
