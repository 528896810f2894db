"""The packages that stories lead into: compiled when asked for, and the newest of them kept while they are the same."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath

from goescape_lsp.core.model import FileFacts, Finding, Job, Package, Place, Verdict
from goescape_lsp.core.naming import without_types
from goescape_lsp.core.parse import Leak, Located, leaks_by_place, parse_text, split_leaks
from goescape_lsp.core.ports import Compiler, Files
from goescape_lsp.core.story import Explained, Signature, Story, follow, passed_on, shape_of
from goescape_lsp.session.places import Placer
from goescape_lsp.syntax.signatures import Signatures

_MOST_KEPT = 32
_MOST_ASKED = 16
_CALL_PLACE = re.compile(r"\(call parameter\) at .*?:(?P<line>\d+):(?P<column>\d+)$")
_VERSION = re.compile(r"/v\d+$|\.v\d+$")
_MODULE_VERSION = re.compile(r"@v\d")

Read = Callable[[str], bytes | None]


class ExplainedPackage:
    """A package with the raw explanations of its parameters; files are parsed when a function of theirs is asked for.

    Shape: `lines` gives the compiler's lines by the place of the parameter's name and the instance, "" for what is
    not generic; `located` finds the printed places.
    """

    def __init__(
        self, package: Package, read: Read, lines: Callable[[Place, str], Iterable[str]], located: Located
    ) -> None:
        self._package = package
        self._read = read
        self._lines = lines
        self._files: dict[str, Signatures | None] = {}
        self._functions: dict[str, Signature | None] = {}
        self.import_path = package.import_path
        self.name = package.name
        self.located = located

    def signature(self, function: str) -> Signature | None:
        """Return the declaration of a function; see `core.story.Explained`."""
        if function not in self._functions:
            self._functions[function] = self._declared(function)
        return self._functions[function]

    def explanations(self, place: Place, shape: str = "") -> tuple[tuple[str, ...], ...]:
        """Return the blocks about a parameter; see `core.story.Explained`."""
        return split_leaks(self._lines(place, shape))

    def candidates(self, qualifier: str, file: str) -> tuple[tuple[str, ...], ...]:
        """Return what a package name may mean: imports of the file, then what this package is built from."""
        parsed = self._parsed(file) if file in self._package.files else None
        imported = parsed.imports() if parsed is not None else ()
        built = tuple(dict.fromkeys(path.partition(" [")[0] for path in self._package.imports))
        named = tuple(path for path in built if may_be_named(path, qualifier))
        # The standard library's own copies of modules are imported by a shorter name than they are built under.
        direct = tuple(path for path in named if path.removeprefix("vendor/") in imported)
        return direct, tuple(path for path in named if path not in direct)

    def is_local(self, place: Place, name: str) -> bool:
        """Say whether a name is local at a place; see `core.story.Explained`."""
        parsed = self._parsed(place.file) if place.file in self._package.files else None
        return parsed is not None and parsed.is_local(place, name)

    def _declared(self, function: str) -> Signature | None:
        name = re.escape(function.rpartition(".")[2].encode())
        written = re.compile(rb"^func\s*(?:\([^)]*\)\s*)?" + name + rb"\s*[\[(]", re.MULTILINE)
        for path in self._package.files:
            content = self._read(path)
            if content is not None and written.search(content) is not None:
                parsed = self._parsed(path)
                found = parsed.function(function) if parsed is not None else None
                if found is not None:
                    return found
        return None

    def _parsed(self, path: str) -> Signatures | None:
        if path not in self._files:
            content = self._read(path)
            self._files[path] = None if content is None else Signatures(path, content)
        return self._files[path]


class Stories:
    """Tells how stories go on in other functions; all methods are called on the event loop.

    `compiler` gives the compiler in force; what was compiled is kept by import path, the newest `_MOST_KEPT`.
    """

    def __init__(self, compiler: Callable[[], Compiler], files: Files) -> None:
        self._compiler = compiler
        self._files = files
        self._shelf: dict[str, Explained | None] = {}
        self._texts: dict[str, Mapping[str, bytes | None]] = {}
        self._running: set[str] = set()
        self._one_by_one = asyncio.Lock()
        self._age = 0

    def forget(self) -> None:
        """Forget all packages: another compiler or other flags may explain them differently."""
        self._age += 1
        self._shelf.clear()
        self._texts.clear()

    def forget_changeable(self) -> None:
        """Forget the packages whose files can change: all but those of Go itself and of the module cache."""
        self._age += 1
        for path in self._texts:
            self._shelf.pop(path, None)
        self._texts.clear()

    def is_looking(self, story: Story) -> bool:
        """Say whether the packages that a story wants are being compiled."""
        return any(path in self._running for path in story.wanted)

    def known(self, finding: Finding, files: Mapping[str, FileFacts], packages: Iterable[Package]) -> Story | None:
        """Return the story as far as it is known, None where a finding has none.

        Shape: `files` are the facts of the finding's package by path, `packages` its build variants.
        """
        facts = files.get(finding.file)
        passed = passed_on(finding, () if facts is None else facts.findings)
        package = next((one for one in packages if finding.file in one.files), None)
        if passed is None or package is None:
            return None
        for path in tuple(self._texts):
            if any(self._files.read(file) != text for file, text in self._texts[path].items()):
                self._shelf.pop(path, None)
                del self._texts[path]
        story = follow(passed, explained_by_facts(package, files, self._files.read), self._shelf)
        return story if story != Story() else None

    async def told(
        self, finding: Finding, files: Mapping[str, FileFacts], packages: Iterable[Package], job: Job
    ) -> Story | None:
        """Return the whole story; packages it leads into are compiled as `job` says, in its directory."""
        packages = tuple(packages)
        story = self.known(finding, files, packages)
        for _ in range(_MOST_ASKED):
            if story is None or not story.wanted:
                break
            for path in story.wanted:
                await self._look_into(path, job)
            story = self.known(finding, files, packages)
        return story

    async def _look_into(self, path: str, job: Job) -> None:
        self._running.add(path)
        try:
            async with self._one_by_one:
                if path in self._shelf:
                    return
                age = self._age
                order = replace(job, patterns=(path,), tests=False, overlay={}, assembly=False)
                run = await self._compiler().compile(order)
                compiled = next((one for one in run.compiled if one.package.import_path == path), None)
                if compiled is None or compiled.problems:
                    self._keep(path, None, {}, age)
                    return
                found = await asyncio.to_thread(explained_by_text, compiled.package, compiled.text, self._files.read)
                texts = {file: self._files.read(file) for file in compiled.package.files}
                self._keep(path, found, texts if _can_change(compiled.package) else None, age)
        finally:
            self._running.discard(path)

    def _keep(self, path: str, found: Explained | None, texts: Mapping[str, bytes | None] | None, age: int) -> None:
        if age != self._age:
            return
        while len(self._shelf) >= _MOST_KEPT:
            oldest = next(iter(self._shelf))
            del self._shelf[oldest]
            self._texts.pop(oldest, None)
        self._shelf[path] = found
        if texts is not None:
            self._texts[path] = texts


def explained_by_text(package: Package, text: bytes, read: Read) -> ExplainedPackage:
    """Return a package with the explanations that its compile printed."""
    located = _anywhere(package)
    parsed = parse_text(text, located)
    lines = _by_shape(parsed.leaks)
    plain = lines.setdefault("", {})
    moved = {line.place for line in parsed.verdicts if line.verdict is Verdict.MOVED}
    for block in parsed.blocks:
        if block.place in moved:
            plain[block.place] = (*plain.get(block.place, ()), *block.lines)
    unnamed = _unnamed(parsed.leaks)

    def told(place: Place, shape: str) -> Iterable[str]:
        known = lines.get(shape, {}).get(place)
        return known or (unnamed.get(place, ()) if shape else ())

    return ExplainedPackage(package, read, told, located)


def _by_shape(leaks: Iterable[Leak]) -> dict[str, dict[Place, tuple[str, ...]]]:
    """Return the explanations of parameters by the instance that they are of, "" for code that is not generic."""
    by_shape: dict[str, list[Leak]] = {}
    for leak in leaks:
        by_shape.setdefault(shape_of(leak.lines[0]), []).append(leak)
    return {shape: leaks_by_place(found) for shape, found in by_shape.items()}


def _unnamed(leaks: Iterable[Leak]) -> dict[Place, tuple[str, ...]]:
    """Return the explanations that do not say of which function they are (before go1.25), where all instances agree.

    Shape: wrappers of generic functions are left out: they call the function itself where its name stands.
    """
    found: dict[Place, dict[str, dict[tuple[str, ...], tuple[str, ...]]]] = {}
    for leak in leaks:
        called = [place for line in leak.lines if (place := _CALL_PLACE.search(line)) is not None]
        line, column = leak.place.line, leak.place.column
        is_wrapper = any(int(one["line"]) == line and int(one["column"]) < column for one in called)
        if " for " not in leak.lines[0] and not is_wrapper:
            ways = found.setdefault(leak.place, {}).setdefault(leak.lines[0], {})
            ways.setdefault(tuple(without_types(text) for text in leak.lines), leak.lines)
    return {
        place: tuple(line for (lines,) in (way.values() for way in ways.values()) for line in lines)
        for place, ways in found.items()
        if all(len(way) == 1 for way in ways.values())
    }


def explained_by_facts(package: Package, files: Mapping[str, FileFacts], read: Read) -> ExplainedPackage:
    """Return a package with the explanations that are part of its findings, and the texts that they belong to."""

    def lines(place: Place, shape: str) -> Iterable[str]:
        if shape:
            return
        facts = files.get(place.file)
        for finding in facts.findings if facts is not None else ():
            if finding.at == place and finding.verdict in {Verdict.LEAKS, Verdict.MOVED}:
                yield from finding.lines

    def content(path: str) -> bytes | None:
        facts = files.get(path)
        return facts.content if facts is not None else read(path)

    return ExplainedPackage(package, content, lines, _anywhere(package))


def _anywhere(package: Package) -> Located:
    """Return what finds printed places, those in files of other packages too, where generic code is declared."""
    own = Placer((package,), dict.fromkeys(package.files, b"")).of(package)

    def located(printed: str, line: int, column: int) -> Place:
        place = own(printed, line, column)
        if place.file or not printed.endswith(".go"):
            return place
        path = PurePath(package.module_directory, printed)
        return Place(os.path.normpath(path), line, column) if path.is_absolute() else place

    return located


def may_be_named(path: str, name: str) -> bool:
    """Say whether a package with this import path may call itself `name`, by its last words (`yaml.v3`, `go-x/v2`)."""
    last = _VERSION.sub("", path).rpartition("/")[2]
    return name in {
        last,
        last.removeprefix("go-"),
        last.removesuffix("-go"),
        last.replace("-", "_"),
        last.replace("-", ""),
    }


def _can_change(package: Package) -> bool:
    return bool(package.module_directory) and _MODULE_VERSION.search(package.module_directory) is None
