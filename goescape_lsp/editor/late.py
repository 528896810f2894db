"""Stands in for the compiler until a toolchain was found, and says why there is none when there is none."""

from __future__ import annotations

import asyncio

from goescape_lsp.core.model import Job, Problem, Run
from goescape_lsp.core.ports import Compiler


class LateCompiler:
    """A compiler that lets jobs wait until the real one is there."""

    def __init__(self) -> None:
        self._there = asyncio.Event()
        self._compiler: Compiler | None = None

    def arrived(self, compiler: Compiler) -> None:
        """Hand all jobs, also those that wait, to `compiler`."""
        self._compiler = compiler
        self._there.set()

    async def compile(self, job: Job) -> Run:
        """Return what the real compiler makes of the job, once there is one."""
        await self._there.wait()
        return Run(()) if self._compiler is None else await self._compiler.compile(job)

    async def prepare(self, job: Job) -> None:
        """Let the real compiler prepare, once there is one."""
        await self._there.wait()
        if self._compiler is not None:
            await self._compiler.prepare(job)


class NoCompiler:
    """Answers each job with the problem that keeps Go from running."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    async def compile(self, job: Job) -> Run:
        """Return a run that only has the problem."""
        del job
        return Run((), (self._problem,))

    async def prepare(self, job: Job) -> None:
        """Do nothing."""
