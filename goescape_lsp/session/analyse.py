"""A finished run to findings: parse, locate, classify, judge, and one site for all its repetitions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from goescape_lsp.core.model import Analysis, Package, Problem, ProblemKind, Run
from goescape_lsp.session.desk import Desk
from goescape_lsp.session.inlining import with_savings
from goescape_lsp.session.origins import with_sizes
from goescape_lsp.session.places import Placer
from goescape_lsp.session.reuse import NOTHING, Output, Remembered
from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.outline import Outline
from goescape_lsp.syntax.package import PackageSyntax

Read = Callable[[str], bytes | None]


def analyse(run: Run, read: Read, go_version: str = "") -> Analysis:
    """Return the facts of every file of the run's packages.

    Shape: files that could not be read are problems, not facts; test variants, generic shapes and inlined copies
    of one site are one finding; `go_version` is the toolchain's (`go1.26.8`).
    Errors: none; a line that no table knows is in `unknown`.
    """
    return analyse_again(NOTHING, run, read, go_version)[0]


def analyse_again(  # noqa: PLR0913, PLR0917 - the last two go together
    remembered: Remembered,
    run: Run,
    read: Read,
    go_version: str = "",
    parsed: Callable[[bytes], GoFile] = GoFile,
    outlined: Callable[[bytes], Outline] | None = None,
) -> tuple[Analysis, Remembered]:
    """Return what `analyse` does, and what helps to do it again.

    Shape: the facts of a file are those of `remembered`, the same objects, where all that they were drawn from is the
    same: its text, its lines, what it can see of the other files, and those lines and texts of others that its
    explanations lead to; in other files that holds function by function. `parsed` parses a file, and `outlined`
    outlines it, or they find that, done before.
    """
    compiled = sorted(run.compiled, key=lambda item: item.package.variant == "")
    packages = tuple(item.package for item in compiled)
    contents, problems = _read_all(packages, read)
    placer = Placer(packages, contents)
    syntaxes = [PackageSyntax(group, parsed, outlined) for group in _groups(packages, contents)]
    outlines = {path: outline for syntax in syntaxes for path, outline in syntax.outlines.items()}
    outputs = [Output(item, placer, outlines) for item in compiled]
    desk = Desk(outputs, contents, syntaxes, go_version, is_one=placer.has_directives)
    after = desk.analysed(remembered)
    files = {path: facts for one in after.kept.values() for path, facts in one.facts.items()}
    kept = after.kept.values()
    made = {path: of_file for one in kept for path, of_file in one.made.items()}
    files = with_savings(with_sizes(files), made, frozenset(call for one in kept for call in one.calls))
    before = remembered.facts
    files = {path: before[path] if before.get(path) == facts else facts for path, facts in files.items()}
    brief = (Problem(ProblemKind.UNEXPLAINED, item.package.import_path) for item in compiled if item.is_brief)
    told = (*run.problems, *(problem for item in compiled for problem in item.problems), *problems, *brief)
    unknown = dict.fromkeys(line for one in after.kept.values() for line in one.unknown)
    found = Analysis({path: files[path] for path in contents}, packages, tuple(dict.fromkeys(told)), tuple(unknown))
    return found, replace(after, facts=files)


def _read_all(packages: Iterable[Package], read: Read) -> tuple[dict[str, bytes], list[Problem]]:
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for package in packages:
        for path in package.files:
            if path in contents:
                continue
            content = read(path)
            if content is None:
                problems.append(Problem(ProblemKind.UNREADABLE, package.import_path, file=path))
            else:
                contents[path] = content
    return contents, problems


def _groups(packages: Iterable[Package], contents: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    """Return the files by package, test files of the same package included."""
    groups: dict[tuple[str, str], dict[str, bytes]] = {}
    for package in packages:
        group = groups.setdefault((package.directory, package.name), {})
        group.update((path, contents[path]) for path in package.files if path in contents)
    return [*groups.values()]
