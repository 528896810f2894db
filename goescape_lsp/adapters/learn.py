"""Asks `go` how it compiles one directory; `go` compiles what the directory is built from, where that is not cached."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import orjson

from goescape_lsp.adapters.dependencies import read_sources
from goescape_lsp.adapters.gocommand import GoCommand, from_root, module_root
from goescape_lsp.adapters.golist import read_entries
from goescape_lsp.adapters.records import (
    ENVIRONMENT,
    LIST_FIELDS,
    Read,
    Record,
    Variant,
    circumstances_of,
    have_changed,
    look,
    read_variants,
    reason_of_files,
    stamps_of,
    texts_of,
    watched_places,
)
from goescape_lsp.adapters.toolchain import build_flags
from goescape_lsp.core.model import Job

_TRIES = 2


Assembler = Callable[[Variant, Mapping[str, str]], Awaitable[bytes | None]]
"""Says what the compiler has to know of a variant's assembly files, in an environment; None where it cannot tell."""


async def learn(go: GoCommand, assembler: Assembler, job: Job, read: Read) -> Record | None:
    """Return the record of a directory; None when something changed meanwhile, or it cannot be told."""
    for _ in range(_TRIES):
        began = time.time_ns()
        record = await _asked(go, assembler, job, read)
        # The stamps were taken after `go` had read the files.
        if record is None or not have_changed(record.stamps, began, time.time_ns()):
            return record
    return None


async def _asked(go: GoCommand, assembler: Assembler, job: Job, read: Read) -> Record | None:
    root = module_root(job.directory)
    if root is None:
        return None
    contents, others = look(job.directory, {}, read)
    circumstances, texts = circumstances_of(job), texts_of(contents)
    if reason := reason_of_files(contents, others):
        return Record(job.directory, circumstances, root, {}, texts, others, {}, (), reason)
    answer = await go.ask(["env", "-json", *ENVIRONMENT, "GOENV"], root, job.env)
    arguments = ["list", "-e", "-export", "-deps", "-test", *build_flags(job), f"-json={LIST_FIELDS}", "--"]
    listed = await go.ask([*arguments, from_root(".", job.directory, root)], root, job.env)
    if answer.code != 0 or listed.is_cut or listed.is_timeout:
        return None
    entries = await asyncio.to_thread(read_entries, listed.stdout)
    variants, reason = read_variants(job, entries)
    if reason == "errors":
        return None
    environment: dict[str, str] = orjson.loads(answer.stdout)
    if any(variant.assembly for variant in variants):
        variants = await _assembled(variants, assembler, environment)
        reason = "" if variants else "assembly"
    user_file = environment.pop("GOENV", "")
    stamps = await asyncio.to_thread(stamps_of, watched_places(job, root, entries, user_file))
    if look(job.directory, {}, read) != (contents, others):
        return None
    given = {name: value for name, value in environment.items() if value}
    sources = read_sources(job.directory, entries)
    return Record(job.directory, circumstances, root, given, texts, others, stamps, variants, reason, sources)


async def _assembled(
    variants: tuple[Variant, ...], assembler: Assembler, environment: Mapping[str, str]
) -> tuple[Variant, ...]:
    """Return the variants with what the assembler says of their files; none where it cannot tell."""
    done: list[Variant] = []
    for variant in variants:
        symabis = await assembler(variant, environment) if variant.assembly else b""
        if symabis is None:
            return ()
        done.append(replace(variant, symabis=symabis))
    return tuple(done)
