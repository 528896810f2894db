"""Compares `goescape check` with the compiler on public modules: nothing missing, nothing twice, nothing elsewhere.

`python tests/compare_modules.py [--keep DIR] MODULE@VERSION ...` prints one line for each module and every difference;
the exit status is 1 when there is one. The truth is what `go build` and `go test` print for `-gcflags=-m=2`, read
here by a few patterns that share nothing with the product. Beside that, each range must be an expression of its line:
not empty, not outside, not one character of a longer one; and each cause must be known. `--keep` leaves the copies and
our report (`MODULE.json`) in a folder.

Two verdicts are one when only names differ that the compiler makes up: package qualifiers and shapes of generic
instances, the call that was inlined into a size, a variable that is a constant in one inlined copy, and the wrapper of
a generic function, which says again at the function's name what its body says.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import public_modules
from tests.public_modules import DEFAULT, OFFLINE, run

HEAP = re.compile(
    r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+)(?::(?P<column>\d+))?: "
    r"(?:moved to heap: (?P<moved>.+)|(?P<escapes>\S.*) escapes to heap)$"
)
_RESULTS = re.compile(r"~[rR]\d+")
RESULT = re.compile(r"^~[rR]\d+$")
NAME_COLUMN = len("func ") + 1
_CONSTANT = re.compile(r"^(?:[\w.]+\()?(?:-?\d|[\"'`]|true\b|false\b)")
_WORD = re.compile(rb"[\w\x80-\xff]{2}")


@dataclass(frozen=True, order=True)
class Site:
    """One heap verdict: where the compiler put it and what of."""

    file: str
    line: int
    column: int
    verdict: str
    subject: str

    @property
    def kin(self) -> Site:
        """Return the site without the names that the compiler makes up."""
        bare = re.sub(r"^\[\]go\.shape\..*", "[]", re.sub(r"\[go\.shape\..*\]", "", self.subject))
        # `(~r0) % n` and `(*bytes.Buffer).Len(b) % n`: the call before an operator, inlined or not.
        bare = re.sub(r"^(?:\([^()]*\)|\.\w+)+(?= )", "", bare)
        head = re.sub(r"[\w/.]+\.(?=\w)", "", re.split(r"[({\[]", bare, maxsplit=1)[0] or bare)
        return Site(self.file, self.line, self.column, self.verdict, head)


@dataclass
class Difference:
    """What the two sides do not share, and how much they do."""

    module: str
    lines: int
    sites: int
    missing: list[Site]
    twice: list[str]
    elsewhere: list[Site]
    problems: list[str]
    ranges: list[str]
    unknown: list[str]
    seconds: float

    @property
    def is_none(self) -> bool:
        """Say whether both sides agree."""
        told = (self.missing, self.twice, self.elsewhere, self.problems, self.ranges, self.unknown)
        return not any(told)


def compiler_sites(go: str, module: Path, *, tests: bool = True) -> set[Site]:
    """Return the heap verdicts of the compiler in the module's own files."""
    with tempfile.TemporaryDirectory() as binaries:
        commands = [[go, "build", "-gcflags=-m=2", "-o", f"{binaries}/", "./..."]]
        if not has_program(go, module):
            commands[0][3:5] = []
        if tests:
            # Not `test -c`: it refuses two packages whose directories have the same name. Nothing of them is run.
            commands.append([go, "test", "-exec=true", "-vet=off", "-gcflags=-m=2", "./..."])
        answers = [run(command, module, **OFFLINE) for command in commands]
        texts = [text for answer in answers for text in (answer.stdout, answer.stderr)]
    own = {path.relative_to(module).as_posix() for path in module.rglob("*.go")}
    return {site for text in texts for site in read_sites(text) if site.file in own}


def has_program(go: str, module: Path) -> bool:
    """Say whether the module holds a main package: only then may `go build` be told where binaries go."""
    return "main" in run([go, "list", "-f", "{{.Name}}", "./..."], module, **OFFLINE).stdout.split()


def read_sites(text: str) -> Iterable[Site]:
    """Yield the heap verdicts of -m=2 text; the lines that explain them end in a colon or are indented."""
    for line in text.split("\n"):
        found = HEAP.match(line)
        if found is not None:
            subject = found["moved"] or found["escapes"]
            verdict = "moved" if found["moved"] else "escapes"
            file = os.path.normpath(found["file"]).replace(os.sep, "/")
            yield Site(file, int(found["line"]), int(found["column"] or 0), verdict, subject)


def our_report(go: str, module: Path, *options: str) -> dict[str, Any]:
    """Return what `goescape check --format json` prints for the module, with more options where given."""
    command = [
        sys.executable,
        "-m",
        "goescape_lsp.cli",
        "check",
        "--go",
        go,
        "--format",
        "json",
        "-C",
        str(module),
        *options,
        "./...",
    ]
    answer = run(command, Path(__file__).parents[1], GOFLAGS="", GOWORK="off")
    if not answer.stdout:
        raise LookupError(f"{module}: {answer.stderr}")
    report: dict[str, Any] = json.loads(answer.stdout)
    return report


def compare(go: str, name: str, module: Path) -> Difference:
    """Return how the two sides differ; our report stays beside the module."""
    wanted = compiler_sites(go, module)
    begun = time.monotonic()
    report = our_report(go, module)
    seconds = time.monotonic() - begun
    module.with_suffix(".json").write_text(json.dumps(report), encoding="utf-8")
    ours = [site_of(found) for found in report["findings"]]
    told = Told({site.kin for site in ours}, [(site_of(found), extent(found)) for found in report["findings"]], module)
    named = {site.kin for site in wanted}
    return Difference(
        module=name,
        lines=sum(path.read_bytes().count(b"\n") for path in module.rglob("*.go")),
        sites=len(wanted),
        missing=sorted(site for site in wanted if not told.holds(site)),
        twice=list(told_twice(report["findings"])),
        elsewhere=sorted(site for site in set(ours) if site.kin not in named),
        problems=[f"{problem['package']}: {problem['message']}" for problem in report["problems"]],
        ranges=list(wrong_ranges(report["findings"], module)),
        unknown=[f"{site_of(found)}" for found in report["findings"] if found["rule"] == "unknown-cause"],
        seconds=seconds,
    )


def told_twice(findings: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Yield what the report says more than once: of one place of the compiler, or of one whole expression.

    Where an expression begins is not enough: calls in a chain all begin with its first word, and each is a site.
    """
    findings = list(findings)
    for name, key in (("at", site_of), ("in", lambda found: (found["file"], extent(found), site_of(found).subject))):
        for told, times in Counter(key(found) for found in findings).items():
            if times > 1:
                yield f"{name} {told} {times} times"


def wrong_ranges(findings: Iterable[dict[str, Any]], module: Path) -> Iterable[str]:
    """Yield the findings whose range is empty, outside its lines, or a piece of what the compiler names."""
    texts: dict[str, list[bytes]] = {}
    for found in findings:
        file = found["file"]
        if file not in texts:
            texts[file] = re.split(rb"\r?\n", (module / file).read_bytes())
        if fault := range_fault(found, texts[file]):
            yield f"{fault}: {site_of(found)} {extent(found)}"


def range_fault(found: dict[str, Any], lines: list[bytes]) -> str:
    """Return what is wrong with a finding's range, "" when nothing is."""
    begin, end = extent(found)
    is_inside = 1 <= begin[0] <= end[0] <= len(lines)
    if not is_inside or not (1 <= begin[1] <= len(lines[begin[0] - 1]) and 1 < end[1] <= len(lines[end[0] - 1]) + 1):
        return "outside"
    if end <= begin:
        return "empty"
    if found["at"]["column"] and not begin <= (found["at"]["line"], found["at"]["column"]) < end and not is_call(found):
        return "beside"
    first, last = lines[begin[0] - 1], lines[end[0] - 1]
    text = first[begin[1] - 1 : end[1] - 1] if begin[0] == end[0] else first[begin[1] - 1 :]
    if text[:1].isspace() or last[end[1] - 2 : end[1] - 1].isspace():
        return "blank"
    if _WORD.match(first[begin[1] - 2 : begin[1]]) or _WORD.match(last[end[1] - 2 : end[1]]):
        return "part of a word"
    if len(text) > 1 or begin[0] != end[0]:
        return ""
    # One letter is a whole expression when the compiler says the same, or says what constant stands behind it.
    is_whole = (
        found["subject"].rpartition(".")[2] == text.decode() or is_call(found) or _CONSTANT.match(found["subject"])
    )
    return "" if is_whole and _WORD.fullmatch(text + text) else "one character"


def is_call(found: dict[str, Any]) -> bool:
    """Say whether the compiler names what it means by the `(` before it: the arguments of a variadic call."""
    return bool(found["kind"] == "variadic")


Point = tuple[int, int]


def site_of(found: dict[str, Any]) -> Site:
    """Return a finding of the report as a site."""
    return Site(found["file"], found["at"]["line"], found["at"]["column"], found["verdict"], found["subject"])


def extent(found: dict[str, Any]) -> tuple[Point, Point]:
    """Return where a finding's expression begins and ends."""
    return (found["line"], found["column"]), (found["end_line"], found["end_column"])


@dataclass
class Told:
    """What the report says: its sites without made-up names, and each site with its expression."""

    kin: set[Site]
    extents: list[tuple[Site, tuple[Point, Point]]]
    module: Path

    def holds(self, site: Site) -> bool:
        """Say whether the report has a verdict: at its place, in its expression, or in the body behind a wrapper."""
        ways = (self._is_in_an_expression, self._is_a_call, self._is_folded, self._is_a_wrapper)
        return site.kin in self.kin or any(is_there(site) for is_there in ways)

    def _is_folded(self, site: Site) -> bool:
        """Say whether the report has what is a constant in one inlined copy and something else in the next."""
        return any(
            (other.file, other.line, other.column, other.verdict) == (site.file, site.line, site.column, site.verdict)
            and any(_CONSTANT.match(one.subject) for one in (other, site))
            for other, _ in self.extents
        )

    def _is_a_call(self, site: Site) -> bool:
        """Say whether the report has the result of a call, named once by its text and once, inlined, as `~r0`."""
        return any(
            (other.file, other.line, other.column, other.verdict) == (site.file, site.line, site.column, site.verdict)
            and any(is_named_by_results(one.subject, two.subject) for one, two in ((other, site), (site, other)))
            for other, _ in self.extents
        )

    def _is_in_an_expression(self, site: Site) -> bool:
        return any(
            (other.file, other.verdict, other.subject) == (site.file, site.verdict, site.subject)
            and begin <= (site.line, site.column) < end
            for other, (begin, end) in self.extents
        )

    def _is_a_wrapper(self, site: Site) -> bool:
        lines = (self.module / site.file).read_text(encoding="utf-8", errors="replace").split("\n")
        if not (site.column == NAME_COLUMN and lines[site.line - 1].startswith("func ")):
            return False
        end = next((number for number in range(site.line, len(lines) + 1) if lines[number - 1] == "}"), len(lines))
        bodies = (one for one in self.kin if one.file == site.file and site.line <= one.line <= end)
        return any(replace(site.kin, line=one.line, column=one.column) == one for one in bodies)


def is_named_by_results(one: str, two: str) -> bool:
    """Say whether a subject is another one whose calls were inlined: `~r0 + ":"` of `f(x) + ":"`."""
    if RESULT.match(one):
        return two.endswith(")")
    parts = _RESULTS.split(one)
    return len(parts) > 1 and re.fullmatch(".+".join(map(re.escape, parts)), two, re.DOTALL) is not None


def main() -> int:
    """Compare the modules of the command line."""
    given = public_modules.parser(__doc__, DEFAULT).parse_args()
    code = 0
    for module, copy in public_modules.copies(given.modules, given.go, given.keep):
        found = compare(given.go, module, copy)
        code = code if found.is_none else 1
        print(describe(found))
    return code


def describe(found: Difference) -> str:
    """Return the comparison as text: one line, then each difference."""
    numbers = f"{found.lines} lines, {found.sites} heap verdicts, checked in {found.seconds:.1f} s"
    lines = [f"{found.module}: {'the same' if found.is_none else 'DIFFERENT'}; {numbers}"]
    lines += [f"  missing    {site}" for site in found.missing]
    lines += [f"  twice      {place}" for place in found.twice]
    lines += [f"  elsewhere  {site}" for site in found.elsewhere]
    lines += [f"  problem    {problem}" for problem in found.problems]
    lines += [f"  range      {text}" for text in found.ranges]
    lines += [f"  unknown    {text}" for text in found.unknown]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
