"""The race on public packages: all contestants in turn within each round, ratios taken round by round."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks import contestants
from tests.benchmarks.compiler import Compile, prepare
from tests.benchmarks.contestants import Answer, Contestant
from tests.benchmarks.numbers import Bound, Sample, table, worst
from tests.benchmarks.subjects import Public, Subject, bring, copied
from tests.benchmarks.toolchain import Go
from tests.benchmarks.watch import CompilerPeak

_SMALL, _LARGE = 1500, 3000  # lines; between them no bound is promised


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a race goes on: at most so many rounds; at least `fewest`, then no new one after so many seconds."""

    rounds: int
    seconds: float
    fewest: int = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes: peaks of compiles (ours until the first answer, ours with what follows, bare), and the servers."""

    compile_first: float
    compile_all: float
    bare: float
    server: float
    gopls: float

    @property
    def ratio(self) -> float:
        """Our compile's peak over the bare one's."""
        return self.compile_first / self.bare if self.bare else float("nan")


@dataclass(frozen=True, slots=True)
class Race:
    """What one package came to; seconds, one value a round. Of an edit that no other package sees: `hidden_…`."""

    name: str
    lines: int
    first: Sample
    all: Sample
    hidden_first: Sample
    hidden_all: Sample
    full: Sample
    front: Sample
    gopls_first: Sample
    gopls_all: Sample
    memory: Memory


def race(go: Go, public: Public, work: Path, program: Path | None, plan: Plan) -> tuple[Race, Subject]:
    """Bring a public package and let everybody run on it; without `program` gopls is left out.

    Shape: the second is our copy of the package, as the last edit left it.
    """
    mine = bring(go, public, work / "ours")
    compile_ = prepare(go, mine.folder, work)
    theirs = copied(mine, work / "gopls") if program else None
    return run(go, mine, compile_, plan, (program, theirs)), mine


def run(
    go: Go, mine: Subject, compile_: Compile, plan: Plan, other: tuple[Path | None, Subject | None] = (None, None)
) -> Race:
    """Race on a subject; each server has a copy of its own, so that none hears of the other's saves."""
    program, theirs = other
    our = contestants.ours(go, mine)
    their = contestants.gopls(go, program, theirs) if program and theirs else None
    try:
        answers, seconds = _rounds(our, their, compile_, plan)
        memory = _memory(our, their, compile_)
    finally:
        our.server.close()
        if their is not None:
            their.server.close()

    def of(who: str, pick: Callable[[Answer], float]) -> Sample:
        return Sample(tuple(map(pick, answers.get(who, ()))))

    return Race(
        mine.name,
        mine.lines(compile_.files),
        of("ours", lambda answer: answer.first_s),
        of("ours", lambda answer: answer.all_s) if mine.tests else Sample(),
        of("hidden", lambda answer: answer.first_s),
        of("hidden", lambda answer: answer.all_s),
        Sample(tuple(seconds["full"])),
        Sample(tuple(seconds["front"])),
        of("gopls", lambda answer: answer.first_s),
        of("gopls", lambda answer: answer.all_s),
        memory,
    )


def _rounds(
    our: Contestant, their: Contestant | None, compile_: Compile, plan: Plan
) -> tuple[dict[str, list[Answer]], dict[str, list[float]]]:
    answers: dict[str, list[Answer]] = {"ours": [], "hidden": [], "gopls": []}
    seconds: dict[str, list[float]] = {"full": [], "front": []}
    turns: list[Callable[[], None]] = [
        lambda: answers["ours"].append(our.save()),
        lambda: answers["hidden"].append(our.save_hidden()),
        lambda: seconds["full"].append(compile_.full()),
        lambda: seconds["front"].append(compile_.front_end()),
    ]
    if their is not None:
        turns.append(lambda: answers["gopls"].append(their.save()))
    our.save_hidden()  # the first analysis of a kind has nothing to begin from, as the first of the others in `begin`
    end = time.monotonic() + plan.seconds
    for number in range(plan.rounds):
        if number >= plan.fewest and time.monotonic() > end:
            break
        at = number % len(turns)
        for turn in (*turns[at:], *turns[:at]):
            turn()
    return answers, seconds


def _memory(our: Contestant, their: Contestant | None, compile_: Compile) -> Memory:
    """Measure memory in a round of its own: watching takes time from what is watched."""
    answer = our.save_watched()
    with CompilerPeak(os.getpid()) as peak:
        compile_.full()
    gopls_mb = their.resident_mb if their else 0.0
    return Memory(answer.compile_mb, answer.all_compile_mb, peak.mb, our.resident_mb, gopls_mb)


def tables(races: Sequence[Race]) -> Iterable[str]:
    """Yield the tables of the race, in Markdown."""
    yield "Ratios of the same round, min / median; gopls does the same whatever was edited"
    ratios = (
        "package",
        "lines",
        "save / bare",
        "front end / bare",
        "save / gopls",
        "all variants / gopls",
        "all variants, hidden edit / gopls",
    )
    yield table(ratios, map(_ratio_cells, races))
    yield "Milliseconds from didSave to publishDiagnostics, and of the bare compiler, min / median"
    times = (
        "package",
        "rounds",
        "ours",
        "ours, all variants",
        "ours, hidden edit",
        "ours, hidden edit, all variants",
        "bare full",
        "front end",
        "gopls",
        "gopls, all variants",
    )
    yield table(times, map(_time_cells, races))
    yield "Memory in MB: peak of the compile that a save starts, and the servers themselves"
    memory = ("package", "save", "with what follows", "bare full", "save / bare", "our server", "gopls")
    yield table(memory, ((one.name, *_memory_cells(one.memory)) for one in races))


def bounds(races: Sequence[Race]) -> Iterable[Bound]:
    """Yield what is promised of a save."""
    large = [(one.name, one.first.over(one.full)) for one in races if one.lines > _LARGE]
    small = [(one.name, one.first.over(one.full)) for one in races if one.lines < _SMALL]
    if large:
        yield Bound("save, packages over 3k lines / bare full compile, median", 0.5, median(s.middle for _, s in large))
        name, value = worst(large)
        yield Bound("save, packages over 3k lines / bare full compile, worst", 0.6, value, subject=name)
    if small:
        name, value = worst(small)
        yield Bound("save, packages under 1.5k lines / bare full compile", 1.0, value, subject=name)
    against = [one for one in races if one.gopls_first.values]
    if against:
        name, value = worst((one.name, one.first.over(one.gopls_first)) for one in against)
        yield Bound("first answer for the edited package / gopls, worst", 1 / 8, value, subject=name)
        name, value = worst((one.name, one.all.over(one.gopls_all)) for one in against)
        yield Bound("all variants with tests / gopls, worst", 1 / 4, value, subject=name)
        name, value = worst((one.name, one.hidden_all.over(one.gopls_all)) for one in against)
        yield Bound("the same after an edit that no other package sees / gopls, worst", 1 / 4, value, subject=name)
    if races:
        name, value = worst((one.name, Sample((one.memory.ratio,))) for one in races)
        yield Bound("peak memory of the compile that a save starts / bare", 1.5, value, subject=name)


def _ratio_cells(one: Race) -> tuple[str, ...]:
    return (
        one.name,
        str(one.lines),
        one.first.over(one.full).text(),
        one.front.over(one.full).text(),
        one.first.over(one.gopls_first).text(3),
        one.all.over(one.gopls_all).text(3),
        one.hidden_all.over(one.gopls_all).text(3),
    )


def _time_cells(one: Race) -> tuple[str, ...]:
    samples = (
        one.first,
        one.all,
        one.hidden_first,
        one.hidden_all,
        one.full,
        one.front,
        one.gopls_first,
        one.gopls_all,
    )
    return (one.name, str(len(one.full.values)), *(sample.ms() for sample in samples))


def _memory_cells(memory: Memory) -> tuple[str, ...]:
    return (
        f"{memory.compile_first:.0f}",
        f"{memory.compile_all:.0f}",
        f"{memory.bare:.0f}",
        f"{memory.ratio:.2f}",
        f"{memory.server:.0f}",
        f"{memory.gopls:.0f}" if memory.gopls else "-",
    )
