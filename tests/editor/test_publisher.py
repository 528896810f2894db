"""Facts of a file that nobody has open are unpacked beside the loop before they are published."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any

from goescape_lsp.adapters.commits import GitCommits
from goescape_lsp.core.model import FileFacts
from goescape_lsp.core.settings import Settings
from goescape_lsp.editor.changes import Changes
from goescape_lsp.editor.client import Client
from goescape_lsp.editor.documents import Document, Documents
from goescape_lsp.editor.publisher import Publisher
from goescape_lsp.editor.reporter import Wire
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View, everything
from goescape_lsp.session.snapshot import PackageState, Snapshot
from tests.editor.test_portions import FACTS

CLOSED, OPEN = "/m/closed.go", "/m/open.go"


class Packed(Mapping[str, FileFacts]):
    """Facts that note in which thread each was unpacked."""

    def __init__(self) -> None:
        self.threads: dict[str, int] = {}

    def __getitem__(self, path: str) -> FileFacts:
        self.threads[path] = threading.get_ident()
        return FACTS

    def __iter__(self) -> Iterator[str]:
        return iter((CLOSED, OPEN))

    def __len__(self) -> int:
        return 2


class Known:
    """What the publisher asks of a session."""

    def __init__(self, files: Packed) -> None:
        self.settings = Settings(max_per_file=7)
        self.snapshot = Snapshot({"/m": PackageState("/m", files)})

    def facts(self, path: str) -> FileFacts | None:
        return self.snapshot.facts(path)

    def phases(self, directory: str) -> None:
        del directory


async def test_the_loop_unpacks_no_closed_file() -> None:
    packed, documents, sent = Packed(), Documents(), list[dict[str, Any]]()
    documents.put(Document(OPEN, f"file://{OPEN}", 3))
    session: Any = Known(packed)
    tasks: list[asyncio.Task[Any]] = []

    def view() -> View:
        ruler = Ruler(FACTS.content, "utf-16")
        return View(Client(), session.settings, "en", "file://{}".format, lambda _: ruler, str, everything)

    def start(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        tasks.append(asyncio.create_task(work))
        return tasks[-1]

    def ask(method: str, params: dict[str, Any]) -> asyncio.Future[Any]:
        raise AssertionError((method, params))

    wire = Wire(lambda _, params: sent.append(params), ask, start)
    publisher = Publisher(session, documents, view, Changes(GitCommits(), lambda _: None), wire)
    publisher.changed((CLOSED, OPEN))
    await asyncio.gather(*tasks)
    assert [one["uri"] for one in sent] == [f"file://{OPEN}", f"file://{CLOSED}"]
    assert all(one["diagnostics"].body.count(b'"source":"goescape"') == 8 for one in sent)
    assert packed.threads[OPEN] == threading.get_ident()
    assert packed.threads[CLOSED] != threading.get_ident()
