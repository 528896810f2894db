"""How the first look at a workspace is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from goescape_lsp.core.words import Locale
from goescape_lsp.editor import reporter as module
from goescape_lsp.editor.reporter import Reporter, Wire


class Told:
    """A client that shows progress and notes it."""

    def __init__(self, locale: Locale, *, has_progress: bool = True) -> None:
        self.values: list[dict[str, Any]] = []
        self.tasks: list[asyncio.Task[Any]] = []
        self.reporter = Reporter(Wire(self._send, self._ask, self._start))
        self.reporter.speak(locale, has_progress=has_progress)

    async def looked(self, *steps: tuple[int, int]) -> list[dict[str, Any]]:
        for step in steps:
            self.reporter.looked(*step)
            for _ in range(5):
                await asyncio.sleep(0)
        await asyncio.gather(*self.tasks)
        return self.values

    def _send(self, method: str, params: dict[str, Any]) -> None:
        self.values += [params["value"]] if method == "$/progress" else []

    def _ask(self, method: str, params: dict[str, Any]) -> asyncio.Future[Any]:
        assert (method, list(params)) == ("window/workDoneProgress/create", ["token"])
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    def _start(self, work: Any) -> asyncio.Task[Any]:
        self.tasks.append(asyncio.ensure_future(work))
        return self.tasks[-1]


@pytest.mark.parametrize(("locale", "title"), [("en", "Analysing the workspace"), ("zh-cn", "正在分析工作区")])
async def test_each_step_is_told(locale: Locale, title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROGRESS_AFTER_S", 0.0)
    assert await Told(locale).looked((0, 4), (1, 4), (3, 4), (4, 4)) == [
        {"kind": "begin", "title": title, "cancellable": False, "percentage": 0},
        {"kind": "report", "message": "0/4", "percentage": 0},
        {"kind": "report", "message": "1/4", "percentage": 25},
        {"kind": "report", "message": "3/4", "percentage": 75},
        {"kind": "end"},
    ]


async def test_what_takes_less_than_a_second_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROGRESS_AFTER_S", 0.01)
    assert await Told("en").looked((0, 4), (4, 4)) == []


async def test_nothing_is_told_to_an_editor_that_shows_no_progress() -> None:
    assert await Told("en", has_progress=False).looked((0, 4), (1, 4), (4, 4)) == []
