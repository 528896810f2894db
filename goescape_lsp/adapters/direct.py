"""Starts the compiler itself, without `go`, and ends it where its back end begins; asks `go` where that cannot be."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from goescape_lsp.adapters.bombs import BRIEF, EXPLAINED, Bombs
from goescape_lsp.adapters.dependencies import ListedDependencies
from goescape_lsp.adapters.gocommand import MAX_BYTES, GoCommand, sieve_of
from goescape_lsp.adapters.golist import read_problems
from goescape_lsp.adapters.inputs import Sources, hash_of
from goescape_lsp.adapters.learn import learn
from goescape_lsp.adapters.notebook import Notebook
from goescape_lsp.adapters.overlay import Overlays
from goescape_lsp.adapters.process import Finished, Processes
from goescape_lsp.adapters.records import Record, Variant, look
from goescape_lsp.adapters.selftest import proves_itself
from goescape_lsp.adapters.symabis import symbols
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.backend import MARKER_FLAG, BackEndWatch, before_back_end, can_be_fooled
from goescape_lsp.core.model import Compiled, Job, Package, Problem, ProblemKind, Run
from goescape_lsp.core.ports import Files, Store

_log = logging.getLogger(__name__)

_TIMEOUT_S = 600.0
_MAX_KEPT_BYTES = 16 * 2**20
"""Enough to say again, with the tests, what a package alone has just said."""

_MEMORY = {"GOGC": "off", "GOMEMLIMIT": "768MiB"}
"""No collection in a process that lives for a moment, unless it grows: a twentieth less time (gin, promql)."""

_QUIET_FLAGS = frozenset(["tags", "mod", "p", "modcacherw", "buildvcs"])
"""Flags of `go` that change nothing of how one package is compiled."""


class _Outputs:
    """The last outputs, by directory and variant, each with a digest of what it was made from; the oldest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Package], tuple[bytes, bytes]] = OrderedDict()
        self._size = 0

    def get(self, directory: str, package: Package, inputs: bytes) -> bytes | None:
        """Return the output of a variant, if it was made from these inputs."""
        known, text = self._kept.get((directory, package), (b"", b""))
        return text if known == inputs else None

    def keep(self, directory: str, package: Package, inputs: bytes, text: bytes) -> None:
        """Keep an output in place of the older one of its variant."""
        self._size -= len(self._kept.pop((directory, package), (b"", b""))[1])
        self._kept[directory, package] = (inputs, text)
        self._size += len(text)
        while self._size > _MAX_KEPT_BYTES:
            self._size -= len(self._kept.popitem(last=False)[1][1])


@dataclass(slots=True)
class _Work:
    """One call of `compile`: the record, the bytes of the directory's files, where temporary files go.

    `room` is how many bytes may still be printed.
    """

    record: Record
    job: Job
    contents: Mapping[str, bytes]
    folder: str
    room: int
    replaced: Mapping[bytes, bytes] = field(default_factory=dict[bytes, bytes])
    seconds: float = 0.0

    def wants(self, variant: Variant) -> bool:
        """Say whether the job asks for a variant."""
        is_external = bool(variant.own)
        return not variant.package.variant or (self.job.tests and (self.job.external or not is_external))


class Direct:
    """A `ports.Compiler` that runs `go` only where something changed that `go` has to be asked about.

    Shape: what it answers is what `GoCommand` answers, byte for byte in the texts: the same names in the same
    spelling. It takes the way through `go` for cgo, embedded files, the standard library, compiler flags of
    the user, and until `prepare` has learned how a directory is compiled.
    """

    def __init__(
        self,
        toolchain: Toolchain,
        processes: Processes,
        files: Files,
        go: GoCommand | None = None,
        store: Store | None = None,
    ) -> None:
        self._go = go or _remembering(toolchain, processes, store)
        self._go.is_patient = False
        self._toolchain = toolchain
        self._processes = processes
        self._files = files
        self._overlays = Overlays()
        self.records = Notebook(toolchain, store)
        self._outputs = _Outputs()
        self.max_bytes = MAX_BYTES
        self._proof: bool | None = None

    async def compile(self, job: Job) -> Run:
        """Return the output of every variant of the job's packages; see `ports.Compiler`."""
        record = await self._known(job)
        if record is not None and record.variants and (run := await self._compile(record, job)) is not None:
            return run
        return await self._go.compile(job)

    async def prepare(self, job: Job) -> None:
        """Learn how `go` compiles the job's directory, unless that is known; see `ports.Compiler`."""
        saved = replace(job, overlay={})
        if not is_plain(job, self._toolchain) or await self._known(saved) is not None:
            return
        if self._proof is None:
            self._proof = await proves_itself(self._compiler(), self._processes)
        if self._proof and (learned := await learn(self._go, self._assembler, saved, self._read)) is not None:
            await asyncio.to_thread(self.records.write, saved, learned)

    async def sources(self, job: Job) -> Sources | None:
        """Return where the inputs of a job's directory are; see `dependencies.Dependencies`."""
        record = await self._known(job)
        known = None if record is None else record.sources
        return known or await ListedDependencies(self._toolchain, self._processes).sources(job)

    def close(self) -> None:
        """Remove what is left on the disk."""
        self._go.close()
        self._overlays.close()

    async def _assembler(self, variant: Variant, environment: Mapping[str, str]) -> bytes | None:
        return await symbols(variant, environment, self._toolchain, self._processes, self._read)

    async def _known(self, job: Job) -> Record | None:
        """Return how the job's directory is compiled, if that is known and still true."""
        if not is_plain(job, self._toolchain):
            return None
        return await asyncio.to_thread(self.records.current, job, self._read)

    def _read(self, path: str) -> bytes | None:
        return self._files.read(path)

    def _compiler(self) -> str:
        return self._toolchain.compiler

    async def _compile(self, record: Record, job: Job) -> Run | None:
        """Compile the wanted variants one after the other; None where `go` has to say it."""
        contents, _ = look(record.directory, job.overlay, self._read)
        texts = {path: text for path, text in job.overlay.items() if path in record.stamps_of_own(job)}
        with tempfile.TemporaryDirectory(dir=self._overlays.directory("direct")) as folder:
            work = _Work(record, job, contents, folder, self.max_bytes)
            work.replaced = _write(texts, folder)
            compiled: list[Compiled] = []
            exports: dict[str, str] = {}
            for variant in filter(work.wants, record.variants):
                broken = next((item for item in compiled if item.problems), None)
                if broken is not None:
                    compiled.append(Compiled(variant.package, b"", broken.problems))
                    continue
                item = await self._one(work, variant, exports)
                if item is None:
                    return None
                compiled.append(item)
        if not compiled:
            return None
        return Run(tuple(compiled), (), work.seconds)

    async def _one(self, work: _Work, variant: Variant, exports: dict[str, str]) -> Compiled | None:
        wanted = {path: exports[path] for path in variant.own & exports.keys()}
        imports = import_config(variant, wanted)
        is_whole_told = work.job.explained is None
        is_brief = is_whole_told and variant.package.import_path in await self._go.bombs.of(work.record.root)
        inputs = _inputs(variant, imports if not wanted else b"", work, is_brief=is_brief)
        makes_export = _is_imported(variant, work) and _has_changed(variant, work)
        is_new = wanted or makes_export or work.job.assembly or not is_whole_told
        kept = None if is_new else self._outputs.get(work.record.directory, variant.package, inputs)
        if kept is not None:
            return Compiled(variant.package, kept, is_brief=is_brief)
        finished = await self._start(work, variant, imports, is_whole=makes_export, is_brief=is_brief)
        work.seconds += finished.seconds
        if finished.is_cut and is_whole_told and not is_brief:
            await self._go.bombs.add(work.record.root, variant.package.import_path)
            return await self._one(work, variant, exports)
        work.room = max(0, work.room - len(finished.stdout))
        if finished.is_timeout:
            return None
        if finished.is_cut:
            # `go` prints the same, and its limit is the same: to ask it as well would only take longer.
            told = Problem(ProblemKind.TOO_MUCH_OUTPUT, variant.package.import_path, work.record.root)
            return Compiled(variant.package, b"", (told,))
        if finished.code != 0 and not finished.is_stopped:
            return _broken(finished, variant, work)
        if makes_export:
            exports[variant.package.import_path] = _output(work.folder, variant)
        # Pure, but 20 ms for some megabytes: the loop stays free.
        text = await asyncio.to_thread(_told, finished.stdout, work)
        if is_whole_told and not work.job.assembly:
            self._outputs.keep(work.record.directory, variant.package, inputs, text)
        return Compiled(variant.package, text, is_brief=is_brief)

    async def _start(
        self, work: _Work, variant: Variant, imports: bytes, *, is_whole: bool, is_brief: bool
    ) -> Finished:
        config = _written(
            imports, work.folder, f"importcfg-{variant.package.variant and 'test'}-{variant.package.name}"
        )
        private = {os.fsdecode(path): os.fsdecode(own) for own, path in work.replaced.items()}
        files = [private.get(path, path) for path in variant.package.files]
        is_fooled = any(can_be_fooled(text) for text in work.contents.values())
        watch = None if is_whole or is_fooled or work.job.assembly else BackEndWatch()
        command = [self._compiler(), *variant.flags, "-importcfg", config, "-o", _output(work.folder, variant)]
        if variant.assembly:
            symabis = _written(variant.symabis, work.folder, "symabis")
            command += ["-symabis", symabis, "-asmhdr", os.path.join(work.folder, "go_asm.h")]  # noqa: PTH118
        environment = {**self._go.environment(work.record.root, work.job.env), **work.record.environment}
        # The compiler writes the standard library's places as $GOROOT/src, and puts this in its place.
        environment["GOROOT"] = self._toolchain.goroot
        sieve = sieve_of(work.job)
        return await self._processes.run(
            [
                *command,
                BRIEF if is_brief else EXPLAINED,
                "-e",
                *(["-S"] if work.job.assembly else []),
                *([MARKER_FLAG] if watch else []),
                *files,
            ],
            cwd=work.record.root,
            env=environment | (_MEMORY if watch is not None else {}),
            timeout_s=_TIMEOUT_S,
            max_bytes=work.room if is_brief or work.job.explained else min(work.room, self._go.bombs.most),
            sieve=None if sieve is None else (1, sieve),
            stop=None if watch is None else watch.feed,
        )


def _remembering(toolchain: Toolchain, processes: Processes, store: Store | None) -> GoCommand:
    """Return a way through `go` that keeps what it notices of packages."""
    go = GoCommand(toolchain, processes)
    go.bombs = Bombs(about=toolchain, store=store)
    return go


def is_plain(job: Job, toolchain: Toolchain) -> bool:
    """Say whether a job is for one directory and has nothing that only `go` knows how to do."""
    flags = (*toolchain.goflags, *job.flags, *job.env.get("GOFLAGS", "").split())
    names = {flag.lstrip("-").partition("=")[0] for flag in flags}
    is_simple = names <= _QUIET_FLAGS and not job.gcflags
    return is_simple and job.patterns == (".",) and "GOWORK" not in job.env and bool(toolchain.compiler)


def import_config(variant: Variant, exports: Mapping[str, str]) -> bytes:
    """Return the compiler's import configuration; `exports` stand in for files of the record."""
    lines = [f"importmap {old}={new}" for old, new in sorted(variant.map.items())]
    lines += [f"packagefile {path}={file}" for path, file in sorted({**variant.imports, **exports}.items())]
    return "".join(f"{line}\n" for line in lines).encode()


def _told(output: bytes, work: _Work) -> bytes:
    """Return what the compiler says of escapes, names as the user and `go` spell them."""
    return shortened(_restored(before_back_end(output), work.replaced), work.record)


def shortened(text: bytes, record: Record) -> bytes:
    """Return an output with file names as `go` prints them: relative to its directory where that is shorter.

    Source: cmd/go/internal/work, (*Shell).reportCmd, go1.21 to go1.27.
    """
    spellings = [
        (os.fsencode(place), os.fsencode(short))
        for place in (record.directory, *map(str, Path(record.directory).parents))
        if len(short := os.path.relpath(place, record.root)) < len(place)
    ]
    for old, new in spellings:
        # Where the outermost does not begin any name, none of those below it does: mostly after the first.
        outermost = spellings[-1][0]
        if not (text.startswith(outermost) or b" " + outermost in text or b"\n" + outermost in text):
            break
        text = _with_prefix(text, old, new)
    return text


def _with_prefix(text: bytes, old: bytes, new: bytes) -> bytes:
    text = text.replace(b" " + old, b" " + new).replace(b"\n" + old, b"\n" + new)
    return new + text.removeprefix(old) if text.startswith(old) else text


def _written(content: bytes, folder: str, name: str) -> str:
    path = Path(folder, name)
    path.write_bytes(content)
    return str(path)


def _write(texts: Mapping[str, bytes], folder: str) -> Mapping[bytes, bytes]:
    """Write unsaved texts into a folder; return the user's path by the private one."""
    replaced: dict[bytes, bytes] = {}
    for number, (path, text) in enumerate(sorted(texts.items())):
        private = _written(text, folder, f"{number}_{Path(path).name}")
        replaced[os.fsencode(private)] = os.fsencode(path)
    return replaced


def _restored(text: bytes, replaced: Mapping[bytes, bytes]) -> bytes:
    for private, path in replaced.items():
        text = text.replace(private, path)
    return text


def _output(folder: str, variant: Variant) -> str:
    # Never /dev/null: a compile that fails unlinks its output.
    return os.path.join(folder, f"out-{variant.package.variant and 'test'}-{variant.package.name}.a")  # noqa: PTH118


def _inputs(variant: Variant, imports: bytes, work: _Work, *, is_brief: bool) -> bytes:
    """Return a digest of all that a compile reads, and of what it is asked."""
    digest = hashlib.blake2b(imports, digest_size=16, person=b"brief" if is_brief else b"")
    for path in variant.package.files:
        content = work.contents.get(os.path.basename(path), b"")  # noqa: PTH119
        digest.update(b"%b\0%d\0" % (os.fsencode(path), len(content)))
        digest.update(content)
    return digest.digest()


def _is_imported(variant: Variant, work: _Work) -> bool:
    """Say whether external tests are compiled that import this variant: with tests of its own, that variant."""
    path = variant.package.import_path
    wanted = [*filter(work.wants, work.record.variants)]
    is_last = variant is [other for other in wanted if other.package.import_path == path][-1]
    return is_last and any(path in other.own for other in wanted if other is not variant)


def _has_changed(variant: Variant, work: _Work) -> bool:
    """Say whether the export data that the record knows is of other texts than these."""
    known = work.record.texts
    names = map(os.path.basename, variant.package.files)
    return any(name not in known or hash_of(work.contents.get(name, b"")) != known[name].whole for name in names)


def _broken(finished: Finished, variant: Variant, work: _Work) -> Compiled | None:
    """Return the compile errors of a variant; None where they are not the user's, or not all of the story."""
    said = _restored(finished.stdout + finished.stderr, work.replaced).decode("utf-8", "replace")
    problems = read_problems(said, work.record.root, variant.package.import_path)
    is_known = all(problem.kind is ProblemKind.COMPILE_ERROR and problem.line for problem in problems)
    if not problems or not is_known or any("could not import" in problem.message for problem in problems):
        return None
    return Compiled(variant.package, b"", _unique(problems))


def _unique(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))
