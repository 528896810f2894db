"""Keeps finished analyses on the disk, and gives one back only while all that it was built from is the same."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import platformdirs

from goescape_lsp import __version__
from goescape_lsp.adapters import codec
from goescape_lsp.adapters.dependencies import Dependencies
from goescape_lsp.adapters.inputs import (
    Manifest,
    Sources,
    Stamps,
    digest_of,
    hash_of,
    holds,
    stamp_of,
    stamps_of,
    take_down,
)
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import Job
from goescape_lsp.core.ports import Files, Store
from goescape_lsp.core.stored import Stored

SCHEMA = "2"
"""Goes up when the same inputs would be written down otherwise."""

_LENGTH_BYTES = 4
# What `go` and cgo read of their environment; the network's settings among them do no harm.
_ENVIRONMENT = re.compile(r"^(?:GO[A-Z0-9]*|CGO_\w+|CC|CXX|FC|AR|PKG_CONFIG\w*)$")

_manifest = msgspec.msgpack.Decoder(Manifest)


@dataclass(frozen=True, slots=True)
class Sighting:
    """The inputs of a directory as they were before it was compiled, and the key of its job then."""

    key: str
    sources: Sources
    stamps: tuple[Mapping[str, tuple[str, ...]], Stamps]


class DiskShelf:
    """A `ports.Shelf` over a store of bytes, for one toolchain."""

    def __init__(self, store: Store, toolchain: Toolchain, dependencies: Dependencies, files: Files) -> None:
        self._store = store
        self._dependencies = dependencies
        self._files = files
        self._toolchain = toolchain
        self._code = code_stamp()

    async def take(self, job: Job) -> Stored | None:
        """Return what was kept for a job; see `ports.Shelf`."""
        return await asyncio.to_thread(self._take, job)

    async def look(self, job: Job) -> object | None:
        """Return the inputs of a job as they are before it is compiled; see `ports.Shelf`."""
        if "devel" in self._toolchain.version:
            return None  # its standard library changes without a new version
        sources = await self._dependencies.sources(job)
        stamps = None if sources is None else await asyncio.to_thread(stamps_of, sources)
        return None if sources is None or stamps is None else Sighting(self._key(job), sources, stamps)

    async def keep(self, job: Job, sighting: object | None, stored: Stored) -> None:
        """Keep an answer, if its inputs are still those that were seen before; see `ports.Shelf`."""
        if isinstance(sighting, Sighting):
            await asyncio.to_thread(self._keep, job, sighting, stored)

    def _take(self, job: Job) -> Stored | None:
        payload = self._store.load(self._key(job))
        if payload is None or len(payload) < _LENGTH_BYTES:
            return None
        end = _LENGTH_BYTES + int.from_bytes(payload[:_LENGTH_BYTES], "big")
        try:
            manifest = _manifest.decode(payload[_LENGTH_BYTES:end])
        except (msgspec.MsgspecError, RecursionError):
            return None
        if manifest.sources.directory != job.directory or not holds(manifest):
            return None
        return codec.decode(payload[end:], lambda path: self._content(path, manifest))

    def _content(self, path: str, manifest: Manifest) -> bytes | None:
        """Return the content of a file, if it is the one that was analysed."""
        content = self._files.read(path)
        taken = manifest.inputs.get(path)
        return content if content is not None and taken is not None and hash_of(content) == taken.digest else None

    def _keep(self, job: Job, sighting: Sighting, stored: Stored) -> None:
        manifest = take_down(sighting.sources, sighting.stamps)
        if manifest is None or sighting.key != self._key(job):
            return
        for path, facts in stored.files.items():
            taken = manifest.inputs.get(path)
            if taken is None or taken.digest != hash_of(facts.content):
                return
        head = codec.packed(manifest)
        payload = len(head).to_bytes(_LENGTH_BYTES, "big") + head + codec.encode(stored)
        self._store.save(sighting.key, payload)

    def _key(self, job: Job) -> str:
        about = circumstances(self._toolchain, {**os.environ, **job.env})
        wanted = (job.directory, job.patterns, job.tests, job.tags, job.gcflags, job.flags, sorted(job.env.items()))
        return hash_of(codec.packed((self._code, about, wanted))).hex()


def store_version() -> str:
    """Return what entries of one store have in common: the product's version and the schema of the facts."""
    return f"{__version__} {SCHEMA}"


def circumstances(toolchain: Toolchain, environ: Mapping[str, str]) -> tuple[object, ...]:
    """Return what decides a build beside the sources and the settings: Go, its own settings, the environment."""
    own = sorted((name, value) for name, value in environ.items() if _ENVIRONMENT.match(name))
    user = platformdirs.user_config_dir("go", appauthor=False, roaming=True)
    settings = environ.get("GOENV") or os.path.join(user, "env")  # noqa: PTH118
    root = toolchain.goroot
    contents = [digest_of(path) for path in (settings, os.path.join(root, "go.env"), os.path.join(root, "VERSION"))]  # noqa: PTH118
    # `go env -w` writes the first, a distribution the second.
    given = (toolchain.go, toolchain.version, root, toolchain.target, toolchain.goflags)
    return (given, stamp_of(toolchain.go), contents, own)


def code_stamp() -> list[tuple[str, int, int]]:
    """Return names, times and sizes of our own modules: what another state of them said is not ours to show."""
    package = Path(__file__).parent.parent
    return sorted(
        (str(path.relative_to(package)), found.st_mtime_ns, found.st_size)
        for path in package.rglob("*.py")
        if (found := path.stat())
    )
