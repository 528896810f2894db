"""What is known of how `go` compiles one directory, so that the compiler can be started without it.

A record is good as long as nothing changed that `go` would look at: headers of the package's own files, module files,
and every file of the packages it is built from that can change at all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from goescape_lsp.adapters.codec import packed
from goescape_lsp.adapters.dependencies import can_change
from goescape_lsp.adapters.golist import is_test_main, read_package
from goescape_lsp.adapters.inputs import Sources, hash_of
from goescape_lsp.core.header import embeds_files, header
from goescape_lsp.core.model import Job, Package

LIST_FIELDS = (
    "ImportPath,Name,Dir,Export,ForTest,Standard,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,"
    "SFiles,SwigFiles,SwigCXXFiles,SysoFiles,EmbedFiles,TestEmbedFiles,XTestEmbedFiles,DefaultGODEBUG,Imports,ImportMap,"
    "Module,Match,Incomplete,Error,DepsErrors"
)

ENVIRONMENT = (
    *("GOOS", "GOARCH", "GOEXPERIMENT", "GOAMD64", "GOARM", "GOARM64", "GO386"),
    *("GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM"),
)
"""What `go` hands to the compiler in its environment; read in source (cmd/go/internal/envcmd), go1.21 to go1.27."""

_MODULE_FILES = ("go.mod", "go.sum", "vendor/modules.txt")
_BUILT = (".s", ".S", ".syso", ".swig", ".swigcxx", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx")
_PROFILE = "default.pgo"
_ASSEMBLY = ".s"
_NO_FILES = ("unsafe", "C")
_TICK_NS = 10_000_000

Read = Callable[[str], bytes | None]
Stamp = tuple[int, int, int, int]
"""Time of content, time of change, size and node of a file."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One compile of a directory.

    `flags` are the compiler's for this package (`-p`, `-lang` …); `imports` maps import paths, as the source of other
    packages writes them, to export files; `map` maps what this package's source writes to those. `own` are the import
    paths that come from the same directory. `assembly` are the paths of its assembly files, `symabis` is what the
    assembler says of them.
    """

    package: Package
    flags: tuple[str, ...]
    imports: Mapping[str, str]
    map: Mapping[str, str]
    own: frozenset[str]
    assembly: tuple[str, ...] = ()
    symabis: bytes = b""


@dataclass(frozen=True, slots=True)
class Text:
    """Digests of a Go file: of what `go` looks at in it, and of the whole."""

    shape: bytes
    whole: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """How `go` compiles the packages of one directory, and what that was learned from.

    `root` is the directory that `go` ran in, `environment` what it hands to the compiler. `texts` are the directory's
    Go files by name, `others` digests of other files that are built. `variants` is empty where only `go` itself can
    compile, `reason` says why. `sources` is where all that the packages are built from lies, as far as that can be
    told.
    """

    directory: str
    circumstances: bytes
    root: str
    environment: Mapping[str, str]
    texts: Mapping[str, Text]
    others: Mapping[str, bytes]
    stamps: Mapping[str, Mapping[str, Stamp]]
    variants: tuple[Variant, ...]
    reason: str = ""
    sources: Sources | None = None

    def is_current(self, job: Job, read: Read) -> bool:
        """Say whether `go` would still compile in the same way; looks at the disk, starts nothing."""
        if self.circumstances != circumstances_of(job):
            return False
        contents, others = look(self.directory, job.overlay, read)
        if contents.keys() != self.texts.keys() or others != self.others:
            return False
        if any(_shape(content) != self.texts[name].shape for name, content in contents.items()):
            return False
        if any(path not in self.stamps_of_own(job) and _is_below_any(path, self.stamps) for path in job.overlay):
            return False
        exports = {file for variant in self.variants for file in variant.imports.values()}
        return stamps_of(self.stamps) == self.stamps and all(map(os.path.exists, exports))

    def stamps_of_own(self, job: Job) -> frozenset[str]:
        """Return the unsaved texts that belong to the directory itself."""
        return frozenset(path for path in job.overlay if os.path.dirname(path) == self.directory)  # noqa: PTH120


def circumstances_of(job: Job) -> bytes:
    """Return a digest of what of a job decides how `go` compiles."""
    return hash_of(packed((job.tags, job.flags, job.gcflags, sorted(job.env.items()))))


def texts_of(contents: Mapping[str, bytes]) -> dict[str, Text]:
    """Return the digests of files."""
    return {name: Text(_shape(content), hash_of(content)) for name, content in contents.items()}


def look(directory: str, overlay: Mapping[str, bytes], read: Read) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the Go files of a directory by name with their bytes, and other files that are built with a digest.

    Shape: the digest is of assembly files only; where there are others, `go` has to compile whatever they say.
    """
    try:
        names = os.listdir(directory)  # noqa: PTH208
    except OSError:
        return {}, {}

    def content(name: str) -> bytes:
        path = f"{directory}{os.sep}{name}"
        return overlay[path] if path in overlay else read(path) or b""

    contents = {name: content(name) for name in sorted(names) if name.endswith(".go") and name[0] not in "._"}
    others = sorted(name for name in names if name.endswith(_BUILT) or name == _PROFILE)
    return contents, {name: hash_of(content(name)) if name.endswith(_ASSEMBLY) else b"" for name in others}


def stamps_of(places: Iterable[str]) -> dict[str, dict[str, Stamp]]:
    """Return the stamps of files by name: of all that are built in a directory, or of one file."""
    return {place: _stamps(place) for place in places}


def have_changed(stamps: Mapping[str, Mapping[str, Stamp]], since_ns: int, now_ns: int) -> bool:
    """Say whether one of the files was written between two moments, or within a tick of the file system before."""
    changes = (max(stamp[:2]) for inside in stamps.values() for stamp in inside.values())
    return any(since_ns - _TICK_NS <= change <= now_ns for change in changes)


def watched_places(job: Job, root: str, entries: Iterable[Mapping[str, Any]], user_file: str) -> frozenset[str]:
    """Return the files and directories whose change makes a record worthless.

    Shape: module files at and above the root, the user's own `go env -w` file, and the directory of every package that
    is neither of the standard library nor of a versioned module, whose files never change.
    """
    places = {f"{root}{os.sep}{name}" for name in _MODULE_FILES}
    above = root
    while True:
        places |= {f"{above.rstrip(os.sep)}{os.sep}{name}" for name in ("go.work", "go.work.sum")}
        parent = os.path.dirname(above)  # noqa: PTH120
        if parent == above:
            break
        above = parent
    if user_file:
        places.add(user_file)
    places |= {entry["Dir"] for entry in entries if can_change(entry) and entry.get("Dir", "") != job.directory}
    return frozenset(place for place in places if place)


def read_variants(job: Job, entries: Iterable[Mapping[str, Any]]) -> tuple[tuple[Variant, ...], str]:
    """Return the variants of the job's directory, or none and the reason why only `go` can compile them."""
    every = {entry["ImportPath"]: entry for entry in entries}
    own = [e for e in every.values() if e.get("Dir") == job.directory and not is_test_main(e) and e.get("Match")]
    own += [
        e
        for e in every.values()
        if e.get("Dir") == job.directory and not is_test_main(e) and e.get("ForTest") and e not in own
    ]
    if not own:
        return (), "no package"
    for entry in own:
        if reason := _reason(entry):
            return (), reason
    found = [_variant(entry, every) for entry in own]
    variants = tuple(variant for variant in found if variant is not None)
    return (variants, "") if len(variants) == len(found) else ((), "an import has no export data")


def reason_of_files(contents: Mapping[str, bytes], others: Iterable[str]) -> str:
    """Return why a directory with these files needs `go` itself, "" when it does not."""
    if foreign := [name for name in others if not name.endswith(_ASSEMBLY)]:
        return f"other files: {min(foreign)}"
    if any(embeds_files(text) for text in contents.values()):
        return "embedded files"
    return ""


def _shape(content: bytes) -> bytes:
    return hash_of(header(content) + b"\0" * embeds_files(content))


def _stamp(found: os.stat_result) -> Stamp:
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def _is_below_any(path: str, places: Iterable[str]) -> bool:
    return os.path.dirname(path) in set(places)  # noqa: PTH120


def _stamps(place: str) -> dict[str, Stamp]:
    found: dict[str, Stamp] = {}
    try:
        with os.scandir(place) as inside:
            for one in inside:
                if one.name.endswith((".go", *_BUILT)) or one.name == _PROFILE:
                    found[one.name] = _stamp(one.stat())
    except NotADirectoryError:
        found[""] = _stamp(os.stat(place))  # noqa: PTH116
    except OSError:
        pass
    return found


def _reason(entry: Mapping[str, Any]) -> str:
    if entry.get("Error") or entry.get("DepsErrors") or entry.get("Incomplete"):
        return "errors"
    if entry.get("Standard"):
        return "standard library"
    if not entry.get("Module"):
        return "no module"
    return next((name for name in ("CgoFiles", "SwigFiles", "SwigCXXFiles", "SysoFiles") if entry.get(name)), "")


def _variant(entry: Mapping[str, Any], every: Mapping[str, Mapping[str, Any]]) -> Variant | None:
    imports: dict[str, str] = {}
    own: set[str] = set()
    for name in entry.get("Imports") or ():
        if name in _NO_FILES:
            continue
        found = every.get(name)
        if found is None or not found.get("Export"):
            return None
        path = name.partition(" [")[0]
        imports[path] = found["Export"]
        if found.get("Dir") == entry["Dir"]:
            own.add(path)
    written: Mapping[str, str] = entry.get("ImportMap") or {}
    mapped = {old: new.partition(" [")[0] for old, new in written.items()}
    package = read_package({**entry, "Deps": _all_imports(entry["ImportPath"], every)})
    assembly = tuple(os.path.join(package.directory, name) for name in entry.get("SFiles") or ())  # noqa: PTH118
    flags = _flags(package, is_complete=not assembly)
    return Variant(package, flags, imports, {a: b for a, b in mapped.items() if a != b}, frozenset(own), assembly)


def _all_imports(name: str, every: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return all packages that one is built from, as the field Deps has them."""
    seen: set[str] = set()
    due = [name]
    while due:
        fresh = [one for one in every.get(due.pop(), {}).get("Imports") or () if one not in seen]
        seen.update(fresh)
        due += fresh
    # What `import "C"` stands for.
    return sorted(seen - {"C"} | ({"runtime/cgo"} if "C" in seen else set()))


def _flags(package: Package, *, is_complete: bool) -> tuple[str, ...]:
    is_main = package.name == "main" and not package.import_path.endswith("_test")
    version = ".".join((package.go_version or "1.16").split(".")[:2])
    complete = ("-complete",) if is_complete else ()
    return ("-p", "main" if is_main else package.import_path, f"-lang=go{version}", *complete)
