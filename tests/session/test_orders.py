"""Any order of saves, finishes and cancels ends with the newest run's facts."""

from __future__ import annotations

import asyncio
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from goescape_lsp.session import session as module
from goescape_lsp.session.session import Session
from tests.session.fakes import GatedCompiler, MemoryFiles, Notes, analyse

DIRECTORIES = ("/m/a", "/m/b", "/m/c")
directories = st.sampled_from(DIRECTORIES)


class Orders(RuleBasedStateMachine):
    """Three packages, b imports a; texts are numbered, some do not compile."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.waits = mock.patch.multiple(module, _SAVE_WAIT_S=0.0, _TYPE_WAIT_S=0.0)
        self.waits.start()
        self.files, self.notes, self.number = MemoryFiles(), Notes(), 0
        self.compiler = GatedCompiler(self.files, gated=True)
        self.session = self.loop.run_until_complete(self.make())
        self.newest_good: dict[str, str] = {}

    async def make(self) -> Session:
        session = Session(compiler=self.compiler, files=self.files, listener=self.notes, analyse=analyse, at_once=2)
        session.folders(("/m",))
        return session

    def write(self, directory: str, *, is_bad: bool) -> tuple[str, bytes]:
        self.number += 1
        text = f"{'bad ' if is_bad else ''}{self.number}" + (" /m/a" if directory == "/m/b" else "")
        path = f"{directory}/x.go"
        self.files.contents[path] = text.encode()
        return path, text.encode()

    def do(self, act: object) -> None:
        async def run() -> None:
            assert callable(act)
            act()
            await asyncio.sleep(0)

        self.loop.run_until_complete(run())

    @rule(directory=directories, is_bad=st.booleans())
    def opens(self, directory: str, *, is_bad: bool) -> None:
        path, text = self.write(directory, is_bad=is_bad)
        self.do(lambda: self.session.opened(path, text))

    @rule(directory=directories, is_bad=st.booleans(), how=st.sampled_from(["saved", "outside"]))
    def saves(self, directory: str, how: str, *, is_bad: bool) -> None:
        path, text = self.write(directory, is_bad=is_bad)
        if how == "saved" or self.session.text(path) is None:
            self.do(lambda: self.session.saved(path, text))
        else:
            self.do(lambda: self.session.changed_outside((path,)))

    @rule(directory=directories)
    def finishes(self, directory: str) -> None:
        self.do(lambda: self.compiler.open(directory))

    @rule(directory=directories)
    def cancels(self, directory: str) -> None:
        """Cancel what runs, as a killed compiler task would be; the next save must not be held up by it."""
        path, text = self.write(directory, is_bad=False)
        self.do(lambda: self.session._latest.cancel(directory))
        self.do(lambda: self.session.saved(path, text))

    @rule(steps=st.integers(1, 6))
    def time_passes(self, steps: int) -> None:
        async def pass_() -> None:
            for _ in range(steps):
                await asyncio.sleep(0.001)

        self.loop.run_until_complete(pass_())

    @invariant()
    def what_is_shown_was_compiled(self) -> None:
        for state in self.session.snapshot.packages.values():
            for facts in state.files.values():
                assert facts.functions[0].name == facts.content.decode()
                assert b"bad" not in facts.content
        assert self.compiler.most_at_once <= 2

    def teardown(self) -> None:
        self.loop.run_until_complete(self.end())
        self.waits.stop()
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    async def end(self) -> None:
        self.compiler.gated = False
        for directory in DIRECTORIES:
            while self.compiler.open(directory):
                await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await self.session.settled()
        for path, content in self.files.contents.items():
            facts = self.session.snapshot.facts(path)
            if b"bad" in content:
                assert facts is None or self.session.snapshot.is_stale(path)
                assert self.session.snapshot.problems()
            else:
                assert facts is not None
                assert facts.content == content
                assert not self.session.snapshot.is_stale(path)
        await self.session.close()


Orders.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestOrders = Orders.TestCase
