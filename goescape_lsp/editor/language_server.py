"""The server's one object: the session, the open files, the client, and what is sent to it."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer

from goescape_lsp import __version__
from goescape_lsp.adapters.pages import page_uri
from goescape_lsp.adapters.toolchain import Toolchain
from goescape_lsp.core.advice import Versions
from goescape_lsp.core.model import Problem, Rule
from goescape_lsp.core.ports import Commits, Compiler, Files, Shelf, Tree
from goescape_lsp.core.settings import SettingProblem, Settings
from goescape_lsp.core.words import Locale, resolve_locale
from goescape_lsp.core.words import server as words
from goescape_lsp.editor.changes import Changes
from goescape_lsp.editor.client import Client
from goescape_lsp.editor.documents import Documents
from goescape_lsp.editor.late import LateCompiler, NoCompiler
from goescape_lsp.editor.options import Options
from goescape_lsp.editor.papers import Papers
from goescape_lsp.editor.protocol import GoescapeProtocol, tolerant_converter
from goescape_lsp.editor.publisher import Publisher, standing_problem
from goescape_lsp.editor.reporter import Reporter, Wire
from goescape_lsp.editor.tasks import Tasks
from goescape_lsp.editor.texts import Texts
from goescape_lsp.editor.to_lsp.hints import Hints
from goescape_lsp.editor.to_lsp.positions import Ruler
from goescape_lsp.editor.to_lsp.view import View, everything
from goescape_lsp.session.session import Fold, Session
from goescape_lsp.session.snapshot import directory_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the server needs from outside; tests put recorded ones in place of the real ones.

    `find` looks for a toolchain (settings, directories in which none is started); `compiler` makes a compiler on it;
    `shelf` keeps what is found with it for the next start; `tree` finds the packages of the workspace; `fold` packs
    facts of files that nobody looks at.
    `close` ends every process that was started and removes what is left on the disk; it may be called again.
    """

    files: Files
    commits: Commits
    find: Callable[[Settings, tuple[str, ...]], Awaitable[Toolchain | Problem]]
    compiler: Callable[[Toolchain], Compiler]
    close: Callable[[], None]
    shelf: Callable[[Toolchain], Shelf | None] = lambda _: None
    tree: Tree | None = None
    fold: Fold = lambda files: files


class GoescapeServer(LanguageServer):
    """Serves one editor; all that is known of Go lives in its `session`, all that is open in its `documents`."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] - pygls leaves *args untyped
            "goescape-lsp",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=GoescapeProtocol,
            converter_factory=tolerant_converter,
        )
        self.outside = outside
        self.stop: Callable[[], None] = lambda: None
        self.client = Client()
        self.options = Options()
        self.documents = Documents()
        self.tasks = Tasks()
        self.papers = Papers()
        self.hints: dict[str, Hints] = {}
        self.texts = Texts()
        self._pages: dict[tuple[Rule, Locale], str] = {}
        self.roots: tuple[str, ...] = ()
        self.toolchain: Toolchain | Problem | None = None
        wire = Wire(self.wire.send_plain, self.wire.ask, self.tasks.start)
        self.reporter = Reporter(wire)
        self._late = LateCompiler()
        self.session = Session(
            compiler=self._late, files=outside.files, listener=self, weighs=True, tree=outside.tree, fold=outside.fold
        )
        self.changes = Changes(outside.commits, self.reporter.problem)
        self.publisher = Publisher(self.session, self.documents, self.view, self.changes, wire)

    @property
    def wire(self) -> GoescapeProtocol:
        """The protocol, under its own type."""
        return cast("GoescapeProtocol", self.protocol)

    @property
    def locale(self) -> Locale:
        """The language of all texts."""
        environment = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
        return resolve_locale(self.session.settings.locale, self.client.locale or environment)

    def view(self) -> View:
        """Return the circumstances of one answer; files are cut into lines once per answer."""
        locale, rulers = self.locale, dict[str, Ruler | None]()

        def ruler(path: str) -> Ruler | None:
            if path not in rulers:
                content = self.content(path)
                rulers[path] = None if content is None else Ruler(content, self.client.encoding)
            return rulers[path]

        def page(rule: Rule) -> str:
            if (rule, locale) not in self._pages:
                self._pages[rule, locale] = page_uri(rule, locale) or ""
            return self._pages[rule, locale]

        settings = self.session.settings
        changed = self.changes.of if settings.changed_only else everything
        return View(self.client, settings, locale, self.documents.uri, ruler, page, changed)

    def content(self, path: str) -> bytes | None:
        """Return the open text of a file, else the saved one."""
        text = self.session.text(path)
        return self.outside.files.read(path) if text is None else text

    def versions(self, path: str) -> Versions:
        """Return the Go versions that hold for a file."""
        state = self.session.snapshot.packages.get(directory_of(path))
        module = next((package.go_version for package in state.packages if path in package.files), "") if state else ""
        compiler = self.toolchain.version if isinstance(self.toolchain, Toolchain) else ""
        return Versions(toolchain=compiler.removeprefix("go"), module=module)

    def configure(self, read: tuple[Settings, tuple[SettingProblem, ...]]) -> None:
        """Put settings in force; say what is wrong with them, once; look for Go again where they change which one."""
        settings, wrong = read
        before = self.session.settings
        self.session.configured(settings)
        self.reporter.speak(self.locale, has_progress=self.client.shows_progress)
        if wrong:
            self.reporter.popup_once(words.setting_problems(wrong, self.locale))
        if self.toolchain is None:
            return  # the first search comes after `initialized` and sees these settings
        if (settings.go_path, settings.go_env) != (before.go_path, before.go_env):
            self.tasks.start(self.find_go(), "find go")
        if settings != before:
            self.publisher.all_changed()
            self.refresh()

    async def find_go(self) -> None:
        """Look for a toolchain and hand it to the session; until one is found the session has no findings."""
        found = await self.outside.find(self.session.settings, self.roots)
        if isinstance(found, Problem) and found == self.toolchain:
            return
        self.toolchain = found
        if isinstance(found, Problem):
            compiler: Compiler = NoCompiler(found)
            version, shelf = "", None
            self.reporter.toolchain("", found)
        else:
            log.info("go: %s %s (%s)", found.go, found.version, found.source)
            compiler, version, shelf = self.outside.compiler(found), found.version, self.outside.shelf(found)
            self.reporter.toolchain(found.version, None)
        self._late.arrived(compiler)
        self.session.toolchain_changed(compiler, version, shelf)

    def find_missing_go(self) -> None:
        """Look for a toolchain again if there was none: it may have been installed meanwhile."""
        if isinstance(self.toolchain, Problem):
            self.tasks.start(self.find_go(), "find go")

    def refresh(self) -> None:
        """Ask the editor to ask again for hints and lenses, where it can and they are shown."""
        settings = self.session.settings
        if self.client.refreshes_hints and settings.inlay_hints:
            self.tasks.start(self.request("workspace/inlayHint/refresh", {}), "refresh hints")
        if self.client.refreshes_lenses and settings.code_lens:
            self.tasks.start(self.request("workspace/codeLens/refresh", {}), "refresh lenses")

    async def request(self, method: str, params: dict[str, Any]) -> object:
        """Return the client's reply to a request, None when it answers with an error."""
        return await self.wire.ask_or_none(method, params)

    def published(self, paths: tuple[str, ...]) -> None:
        """Hear of new facts (`ports.Listener`)."""
        self.publisher.changed(paths)
        self.reporter.standing(standing_problem(self.session.snapshot.packages.values()))
        if any(self.documents.get(path) for path in paths):
            self.refresh()

    def started(self, directory: str) -> None:
        """Hear of a run that began (`ports.Listener`)."""
        self.reporter.started(directory)

    def finished(self, directory: str, seconds: float) -> None:
        """Hear of a run that ended (`ports.Listener`)."""
        self.reporter.finished(directory, seconds)
        state = self.session.snapshot.packages.get(directory)
        # There may be a new commit although no file and no finding changed.
        self.published(tuple(state.files) if state and self.session.settings.changed_only else ())

    def looked(self, done: int, total: int) -> None:
        """Hear how the first look at the workspace goes (`ports.Listener`)."""
        self.reporter.looked(done, total)

    def troubled(self, problem: Problem) -> None:
        """Hear of a problem (`ports.Listener`)."""
        self.reporter.problem(problem)

    async def end(self) -> None:
        """Stop all work, the compiler first."""
        self.outside.close()
        await self.session.close()
        await self.tasks.close()
        self.papers.close()
        self.outside.close()

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ANN401 - a class of pygls
        """Write a fault of the server into the logs; never a popup, never a traceback for the user."""
        del source
        if isinstance(error, JsonRpcException) and not isinstance(error, JsonRpcInternalError):
            # The client's mistake, and it has its answer.
            log.warning("%s", error)
            return
        log.error("a handler failed: %s", error, exc_info=error)
        self.reporter.log(words.text("crash", self.locale), kind=1)
