"""Keeps the records of directories: the newest in memory, all on the disk, so that the next start asks `go` nothing."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict

import msgspec

from goescape_lsp.adapters.codec import packed
from goescape_lsp.adapters.inputs import hash_of, stamp_of
from goescape_lsp.adapters.records import Read, Record, circumstances_of
from goescape_lsp.adapters.shelf import circumstances, code_stamp
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.model import Job
from goescape_lsp.core.ports import Store

_MOST_IN_MEMORY = 256

_decoder = msgspec.msgpack.Decoder(Record)


class Notebook:
    """Records by directory, for one toolchain; without a store they live as long as this object. Any thread may ask."""

    def __init__(self, toolchain: Toolchain, store: Store | None = None) -> None:
        self._toolchain = toolchain
        # The standard library of a Go under development changes without a new version.
        self._store = None if "devel" in toolchain.version else store
        self._code = code_stamp() if self._store is not None else []
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, directory: str) -> Record:
        return self._records[directory]

    def get(self, directory: str) -> Record | None:
        """Return the newest record of a directory, true or not, as far as it is in memory."""
        return self._records.get(directory)

    def current(self, job: Job, read: Read) -> Record | None:
        """Return the record of the job's directory, if `go` would still compile in the same way; starts nothing."""
        record = self._records.get(job.directory) or self._load(job)
        if record is None or not record.is_current(job, read):
            return None
        self._keep(record)
        return record

    def write(self, job: Job, record: Record) -> None:
        """Keep a record in place of the older one."""
        self._keep(record)
        if self._store is not None:
            self._store.save(self._key(job), packed(record))

    def _keep(self, record: Record) -> None:
        with self._lock:
            self._records[record.directory] = record
            self._records.move_to_end(record.directory)
            while len(self._records) > _MOST_IN_MEMORY:
                self._records.popitem(last=False)

    def _load(self, job: Job) -> Record | None:
        payload = None if self._store is None else self._store.load(self._key(job))
        try:
            record = None if payload is None else _decoder.decode(payload)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return record if record is not None and record.directory == job.directory else None

    def _key(self, job: Job) -> str:
        about = circumstances(self._toolchain, {**os.environ, **job.env}), stamp_of(self._toolchain.compiler)
        return hash_of(packed(("record", self._code, about, job.directory, circumstances_of(job)))).hex()
