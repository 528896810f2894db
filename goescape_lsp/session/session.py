"""The state of everything that is open and the order of events: from a save to a new snapshot."""

from __future__ import annotations

import functools
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace

from goescape_lsp.core.model import FileFacts, Finding, Job, Package, Problem, ProblemKind
from goescape_lsp.core.ports import Compiler, Files, Listener, Shelf, Tree
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.shift import Shifted, shifted
from goescape_lsp.core.story import Story
from goescape_lsp.session.analyser import Analyser
from goescape_lsp.session.carried import Carried
from goescape_lsp.session.first_look import FirstLook, Hooks
from goescape_lsp.session.flows import Flows
from goescape_lsp.session.latest import Latest
from goescape_lsp.session.run import (
    Analyse,
    Order,
    Phases,
    Reach,
    Stage,
    analysed,
    carry_out,
    first_reach,
    in_turn,
    job_for,
)
from goescape_lsp.session.shown import Shown
from goescape_lsp.session.snapshot import (
    NOTHING_HERE,
    Outcome,
    PackageState,
    Snapshot,
    changed_paths,
    dependants,
    directory_of,
    is_test,
    next_state,
    same_module,
    with_older_tests,
)
from goescape_lsp.session.stored import state_of, stored_of
from goescape_lsp.session.story import Stories
from goescape_lsp.session.told import Told

_SAVE_WAIT_S = 0.0
_TYPE_WAIT_S = 0.3
_ASSEMBLY_WAIT_S = 1.0
_MODULE_FILES = ("go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt")
_COMPILED_WITH = ("run", "tests", "go_env", "go_flags", "go_gcflags")

Fold = Callable[[Mapping[str, FileFacts]], Mapping[str, FileFacts]]
"""Gives the same facts in less memory."""

_log = logging.getLogger(__name__)


class Session:
    """Analyses the packages of open files and keeps what it finds as a snapshot.

    Shape: all paths are absolute and spelled as the editor spells them; a package is named by its directory. With
    `weighs`, each good run is followed by a second one in the background that asks for the machine code. All
    methods are called on the event loop and return at once; the `listener` hears what became of it.
    """

    def __init__(  # noqa: PLR0913 - keywords only, and each has one meaning
        self,
        *,
        compiler: Compiler,
        files: Files,
        listener: Listener,
        settings: Settings | None = None,
        go_version: str = "",
        analyse: Analyse | None = None,
        at_once: int | None = None,
        weighs: bool = False,
        shelf: Shelf | None = None,
        tree: Tree | None = None,
        fold: Fold = lambda files: files,
    ) -> None:
        self._compiler = compiler
        self._files = files
        self._listener = listener
        self._settings = settings or Settings()
        self._go_version = go_version
        analyser = Analyser()
        self._analyse = analyse or analyser
        self._ahead = analyser.ahead
        self._snapshot = Snapshot()
        self._roots: tuple[str, ...] = ()
        self._texts: dict[str, bytes] = {}
        self._phases: dict[str, Phases] = {}
        self._carried = Carried()
        self._shifted: dict[str, Shifted] = {}
        self._generations: Counter[str] = Counter()
        self._seen: dict[str, dict[str, bytes | None]] = {}
        self._owing: set[str] = set()
        self._saved_tests: set[str] = set()
        self._shown = Shown()
        self._told = Told()
        self._stories = Stories(lambda: self._compiler, files)
        self.flows = Flows(lambda: self._compiler, lambda: self._go_version, files)
        self._latest = Latest(at_once or max(1, (os.cpu_count() or 2) // 2), self._crashed)
        self._weighs = weighs
        self._background = Latest(1, self._crashed)
        self._shelf = shelf
        self._tree = tree
        self._fold = fold
        self._first_look = FirstLook(Hooks(self._look_at, self._quiet, self._is_due, listener.looked, self._crashed))

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        return self._snapshot

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    def configured(self, settings: Settings) -> None:
        """Take new settings: run again what compiles differently, publish again what only looks different."""
        older, self._settings = self._settings, settings
        if any(getattr(older, name) != getattr(settings, name) for name in _COMPILED_WITH):
            self._stories.forget()
            self._run_open()
            self._look_again()
        elif older != settings:
            self._publish(tuple(path for state in self._snapshot.packages.values() for path in state.files))
        if older.workspace != settings.workspace:
            self._look_around()

    def toolchain_changed(self, compiler: Compiler, go_version: str, shelf: Shelf | None = None) -> None:
        """Use another compiler, and what was kept of it, from now on; run what is open again."""
        self._compiler, self._go_version, self._shelf = compiler, go_version, shelf
        self._told.forget()
        self._stories.forget()
        self._run_open()
        self._look_again()

    def folders(self, roots: tuple[str, ...]) -> None:
        """Take the workspace's roots; facts of closed files outside them are dropped."""
        self._roots = roots
        for state in tuple(self._snapshot.packages.values()):
            self._drop_unwanted(state)
        self._look_around()

    def opened(self, path: str, text: bytes) -> None:
        """Take an open buffer and analyse its package."""
        self._texts[path] = text
        state = self._snapshot.packages.get(directory_of(path))
        if state is not None:
            self._snapshot = self._snapshot.with_state(replace(state, files=dict(state.files)))
        if self._settings.run != "manual":
            self._run(directory_of(path), _SAVE_WAIT_S)

    def edited(self, path: str, text: bytes) -> None:
        """Take the unsaved text; with `onType` the package is analysed with it after a pause."""
        self._texts[path] = text
        if self._settings.run == "onType":
            self._run(directory_of(path), _TYPE_WAIT_S)

    def saved(self, path: str, text: bytes | None = None) -> None:
        """Analyse the package of a saved file, and the open packages that import it."""
        if text is not None and path in self._texts:
            self._texts[path] = text
        self._stories.forget_changeable()
        if self._settings.run != "manual":
            if is_test(path):
                self._saved_tests.add(directory_of(path))
            self._run(directory_of(path), _SAVE_WAIT_S, has_changed=True, is_own=not is_test(path))

    def closed(self, path: str) -> None:
        """Forget a buffer; what is known of the file on the disk stays when it lies in the workspace."""
        self._texts.pop(path, None)
        self._shifted.pop(path, None)
        state = self._snapshot.packages.get(directory_of(path))
        if state is not None:
            self._drop_unwanted(state)  # folds what stays
            # The file may have been closed with unsaved text that the last run compiled.
            if self._settings.run == "onType":
                self._run(directory_of(path), _SAVE_WAIT_S)

    def changed_outside(self, paths: tuple[str, ...]) -> None:
        """Analyse again what changes of these files touch; changes that a run has already seen do not count."""
        changed = tuple(path for path in paths if not self._is_seen(path))
        for path in changed:
            self._drop_deleted(path)
        if self._settings.run == "manual":
            return
        if any(path.endswith(_MODULE_FILES) for path in changed):
            self._run_open()
            self._look_again()
            return
        mine = self._open_directories()
        for directory in dict.fromkeys(directory_of(path) for path in changed):
            known = directory in mine or directory in self._snapshot.packages
            if not known:
                # It may be what is being looked at, and what was read of it may be older.
                self._first_look.give_way()
            for one in (directory,) if known else same_module(self._snapshot, directory) & mine:
                self._run(one, _SAVE_WAIT_S, has_changed=known)

    def run_now(self, path: str) -> None:
        """Analyse the package of a file whatever the setting `run` says."""
        self._run(directory_of(path), 0.0, has_changed=True)

    def text(self, path: str) -> bytes | None:
        """Return the text of an open buffer."""
        return self._texts.get(path)

    def facts(self, path: str) -> FileFacts | None:
        """Return what is known of a file, moved along to the text of the open buffer."""
        facts, text = self._snapshot.facts(path), self._texts.get(path)
        if facts is None or text is None or facts.content == text:
            return facts
        kept = self._shifted.get(path)
        if kept is None or kept.origin is not facts or kept.facts.content != text:
            kept = self._shifted[path] = shifted(facts, text, kept)
        return kept.facts

    def package_facts(self, path: str) -> dict[str, FileFacts]:
        """Return the facts of all files in the directory of one, moved along to the texts of open buffers."""
        state = self._snapshot.packages.get(directory_of(path))
        found = ((one, self.facts(one)) for one in (() if state is None else state.files))
        return {one: facts for one, facts in found if facts is not None}

    def story(self, finding: Finding) -> Story | None:
        """Return what is known of how a finding's story goes on in the function that it is passed to."""
        return self._stories.known(finding, self.package_facts(finding.file), self._packages(finding))

    def is_looking(self, story: Story) -> bool:
        """Say whether the packages that a story wants are being compiled."""
        return self._stories.is_looking(story)

    async def whole_story(self, finding: Finding) -> Story | None:
        """Return the whole story, packages that it leads into compiled; None where a finding has none."""
        job = job_for(directory_of(finding.file), self._settings, {})
        return await self._stories.told(finding, self.package_facts(finding.file), self._packages(finding), job)

    def phases(self, directory: str) -> Phases | None:
        """Return where the time of a directory's last run went, once."""
        return self._phases.pop(directory, None)

    async def settled(self) -> None:
        """Return when no work is pending or running."""
        await self._quiet()
        await self._first_look.settled()

    async def close(self) -> None:
        """Kill what runs and return when it has ended."""
        self._first_look.clear()
        await self._background.close()
        await self._latest.close()
        await self._first_look.close()

    async def _quiet(self) -> None:
        while not (self._latest.is_idle and self._background.is_idle):
            await self._latest.settled()
            await self._background.settled()

    @property
    def _looks_around(self) -> bool:
        settings = self._settings
        return self._tree is not None and bool(self._go_version) and settings.workspace and settings.run != "manual"

    def _look_around(self) -> None:
        """Begin to look at the directories of the workspace that nobody has open."""
        self._first_look.clear()
        if self._tree is not None and self._looks_around:
            self._first_look.begin(self._tree, self._roots)

    def _look_again(self) -> None:
        """Let go of what is known of packages that nobody has open: it was built from something else."""
        if self._settings.run != "manual":
            opened = self._open_directories()
            for state in tuple(self._snapshot.packages.values()):
                if state.directory not in opened:
                    self._keep_only(replace(state, problems=()), ())
            self._look_around()

    def _is_due(self, directory: str) -> bool:
        is_known = directory in self._snapshot.packages or directory in self._open_directories()
        return self._is_ours(directory) and not is_known

    async def _look_at(self, directory: str) -> None:
        """Take or make the whole answer for a directory that nobody has open."""
        if directory in self._open_directories() or not self._is_ours(directory):
            return
        job = replace(job_for(directory, self._settings, {}), assembly=True)
        generation = self._generations[directory]
        if not await self._take_stored(job, (), generation):
            # What is learned now serves the shelf, and the first save after the next start.
            await self._compiler.prepare(job)
            await self._weigh(directory, Order(job, (), self._files.read, self._go_version), {}, generation)

    async def _take_stored(self, job: Job, open_files: tuple[str, ...], generation: int) -> bool:
        """Take what was kept of a directory of which nothing is known yet, if all of it still holds."""
        is_new = job.directory not in self._snapshot.packages and job.directory not in self._owing
        if self._shelf is None or not is_new or job.overlay:
            return False
        stored = await self._shelf.take(replace(job, assembly=True))
        state = None if stored is None else state_of(job.directory, stored, open_files, self._is_wanted)
        if state is None or generation != self._generations[job.directory]:
            return False
        self._seen[job.directory] = {path: facts.content for path, facts in state.files.items()}
        self._set(replace(state, generation=generation))
        return True

    def _run(self, directory: str, wait_s: float, *, has_changed: bool = False, is_own: bool = False) -> None:
        """Run a directory; `has_changed` says that its own files did, `is_own` that nothing but these can have."""
        if not is_own:
            self._shown.expect(directory)
        # An overtaken run may have been the one that owed its dependants a run.
        has_changed = has_changed or directory in self._owing
        if has_changed:
            self._owing.add(directory)
        self._generations[directory] += 1
        generation = self._generations[directory]
        self._background.cancel(directory)
        self._background.cancel(f"weigh {directory}")
        self._first_look.give_way()
        asked = time.monotonic()
        self._latest.submit(directory, lambda: self._analyse_directory(directory, generation, asked), wait_s)

    def _run_open(self) -> None:
        if self._settings.run != "manual":
            for directory in sorted(self._open_directories()):
                self._run(directory, _SAVE_WAIT_S)

    async def _analyse_directory(self, directory: str, generation: int, asked: float) -> None:
        overlay = self._unsaved() if self._settings.run == "onType" else {}
        open_files = tuple(path for path in sorted(self._texts) if directory_of(path) == directory)
        job = job_for(directory, self._settings, overlay)
        if await self._take_stored(job, open_files, generation):
            # A run that this one overtook may have begun.
            self._listener.finished(directory, 0.0)
            self._background.submit(directory, lambda: self._compiler.prepare(job), 0.0)
            return
        state = self._snapshot.packages.get(directory)
        paths = {*open_files, *(() if state is None else state.files)}
        before = {path: self._files.read(path) for path in paths}
        self._seen[directory] = before
        self._listener.started(directory)

        def read(path: str) -> bytes | None:
            return overlay[path] if path in overlay else before.get(path) or self._files.read(path)

        texts = tuple(text for path in paths if (text := read(path)) is not None)
        order = Order(job, open_files, read, self._go_version, asked, functools.partial(self._ahead, texts))
        reach = first_reach(order, is_test_saved=directory in self._saved_tests, weighs=self._weighs)
        outcome, seconds = None, 0.0
        async with aclosing(in_turn(order, reach, self._compiler, self._shown.following)) as stages:
            async for stage in stages:
                outcome = await self._taken(stage, before, generation)
                if outcome is None:
                    return
                seconds += outcome.run.seconds
        self._saved_tests.discard(directory)
        if outcome is not None:
            self._listener.finished(directory, seconds)
            self._go_on(order, outcome.analysis.files, generation)

    async def _taken(self, stage: Stage, before: dict[str, bytes | None], generation: int) -> Outcome | None:
        """Take what came of a compile; None when a newer run has to say it."""
        job = stage.order.job
        outcome, phases = await analysed(stage, self._analyse)
        older = self._snapshot.packages.get(job.directory)
        outcome = await self._carried.over(older, outcome, job.directory, is_weighed=False)
        if generation != self._generations[job.directory]:
            return None
        if any(self._files.read(path) != content for path, content in before.items()):
            # What was compiled may be neither the one nor the other.
            self._run(job.directory, _SAVE_WAIT_S)
            return None
        files = outcome.analysis.files
        before.update((path, facts.content) for path, facts in files.items() if path not in job.overlay)
        self._phases[job.directory] = phases
        is_partial = self._settings.tests and stage.reach is not Reach.EVERYTHING
        self._take(job.directory, outcome, generation, is_partial=is_partial)
        await self._shown.take(stage, outcome)
        self._pass_on(job.directory)
        return outcome

    def _go_on(self, order: Order, seen: Mapping[str, FileFacts], generation: int) -> None:
        """Do what nobody waits for: make the next compile quick, then weigh the machine code."""
        directory, job = order.job.directory, order.job
        self._background.submit(directory, lambda: self._compiler.prepare(job), 0.0)
        if self._weighs and not job.overlay and seen:
            work = Order(replace(job, assembly=True), order.open_files, self._files.read, self._go_version)
            weigh = f"weigh {directory}"
            self._background.submit(weigh, lambda: self._weigh(directory, work, seen, generation), _ASSEMBLY_WAIT_S)

    async def _weigh(self, directory: str, order: Order, seen: Mapping[str, FileFacts], generation: int) -> None:
        """Compile once more, with the tests and for the machine code, quietly; `seen` is what the first run found."""
        sighting = None if self._shelf is None else await self._shelf.look(order.job)
        outcome = await carry_out(order, self._compiler, self._analyse)
        found = outcome.analysis.files
        is_same = all(path not in found or found[path].content == facts.content for path, facts in seen.items())
        older = self._snapshot.packages.get(directory)
        outcome = await self._carried.over(older, outcome, directory, is_weighed=True)
        if generation == self._generations[directory] and is_same and found:
            self._take(directory, outcome, generation)
            if self._shelf is not None and (stored := stored_of(directory, outcome)) is not None:
                await self._shelf.keep(order.job, sighting, stored)

    def _take(self, directory: str, outcome: Outcome, generation: int, *, is_partial: bool = False) -> None:
        """Make the outcome of a run the new state of its directory."""
        older = self._snapshot.packages.get(directory) or PackageState(directory, {})
        state = replace(next_state(older, outcome, self._is_wanted), generation=generation)
        if is_partial:
            state = with_older_tests(state, older)
        self._set(state)
        every = self._snapshot.problems()
        for problem in self._told.news(older.problems, state.problems, every, is_ours=self._is_ours(directory)):
            self._listener.troubled(problem)

    def _pass_on(self, directory: str) -> None:
        """Run the packages that are built from this one, if they can see what changed: the open ones at once."""
        state = self._snapshot.packages.get(directory)
        if state is None or directory not in self._owing or (state.is_stale and len(state.stale) == len(state.files)):
            return
        self._owing.discard(directory)
        is_news = self._shown.is_news(directory)
        for dependant in sorted(dependants(self._snapshot, state, self._open_directories())):
            if is_news:
                self._run(dependant, 0.0)
            else:
                job = job_for(dependant, self._settings, {})
                self._background.submit(dependant, functools.partial(self._compiler.prepare, job), _ASSEMBLY_WAIT_S)
        if is_news and self._looks_around:
            closed = self._snapshot.packages.keys() - self._open_directories()
            self._first_look.add(sorted(dependants(self._snapshot, state, closed)))

    def _set(self, state: PackageState) -> None:
        self.flows.forget(state.directory)
        older = self._snapshot.packages.get(state.directory) or PackageState(state.directory, {})
        is_empty = not state.files and not self._is_worth_keeping(state)
        changed = changed_paths(older, state)
        if state.directory not in self._open_directories():
            state = replace(state, files=self._fold(state.files))
        self._snapshot = self._snapshot.without(state.directory) if is_empty else self._snapshot.with_state(state)
        self._publish(changed)

    def _is_worth_keeping(self, state: PackageState) -> bool:
        """Say whether a state without facts has something to say."""
        is_broken = any(problem.kind not in NOTHING_HERE for problem in state.problems)
        return state.directory in self._open_directories() or (is_broken and self._is_ours(state.directory))

    def _publish(self, paths: tuple[str, ...]) -> None:
        if paths:
            self._listener.published(paths)

    def _drop_unwanted(self, state: PackageState) -> None:
        self._keep_only(state, (path for path in state.files if self._is_wanted(path)))

    def _drop_deleted(self, path: str) -> None:
        """Take what is known of a deleted file away at once; the run that confirms it comes later."""
        state = self._snapshot.packages.get(directory_of(path))
        if state is not None and path in state.files and self._files.read(path) is None:
            self._keep_only(state, (kept for kept in state.files if kept != path))

    def _keep_only(self, state: PackageState, paths: Iterable[str]) -> None:
        kept = {path: state.files[path] for path in paths}
        self._set(replace(state, files=kept, stale=state.stale & kept.keys()))

    def _is_seen(self, path: str) -> bool:
        """Say whether the newest run for the path's directory has read, or will read, what the file holds now."""
        directory = directory_of(path)
        seen = self._seen.get(directory, {})
        return path in seen and seen[path] == self._files.read(path)

    def _is_wanted(self, path: str) -> bool:
        return path in self._texts or self._is_ours(path)

    def _is_ours(self, path: str) -> bool:
        return any(path == root or path.startswith((f"{root}/", f"{root}\\")) for root in self._roots)

    def _unsaved(self) -> dict[str, bytes]:
        return {path: text for path, text in self._texts.items() if text != self._files.read(path)}

    def _open_directories(self) -> set[str]:
        return {directory_of(path) for path in self._texts}

    def _packages(self, finding: Finding) -> tuple[Package, ...]:
        state = self._snapshot.packages.get(directory_of(finding.file))
        return () if state is None else state.packages

    def _crashed(self, directory: str, error: Exception) -> None:
        _log.error("run for %s failed", directory, exc_info=error)
        self._listener.finished(directory, 0.0)
        self._listener.troubled(Problem(ProblemKind.COMPILER_DIED, message=f"{type(error).__name__}: {error}"))
