"""Weighs what `goescape check` says of allocation against what benchmarks allocate: precision and recall by line.

`python tests/weigh_modules.py [--keep DIR] [--bench REGEX] [--benchtime 20x] [--wrong N] MODULE@VERSION[:PACKAGE] ...`
runs the benchmarks of the packages twice: once for a coverage profile, which tells the lines that ran, and once with
a heap profile of rate 1, which tells the lines that allocated. It prints one table for each module and the first N
lines of each kind of disagreement. This runs the module's own code: only for modules that you trust.
`--patterns [DIR]` weighs a corpus of patterns in place of modules (`DIR/NAME/before/x.go`, and `after` where it is).

A line is weighed by its strongest finding. An allocation counts for the line whose own code makes it; one of inlined
code counts for findings at the call that say so (`made in F`), unless the call initialises a package variable: there
the profile's lines are wrong. A function that only its inlined copies ran is weighed there alone. Not seen: tiny
values (without pointers, below 16 bytes) that still fit into a block, in lines that ran only a few times; lines of
test files, which have no coverage.
"""

from __future__ import annotations

import gzip
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import public_modules
from tests.compare_modules import our_report
from tests.public_modules import OFFLINE, run

PATTERNS = Path(__file__).parent / "data" / "patterns"
DEFAULT = ("go.uber.org/zap@v1.27.0", "github.com/prometheus/client_golang@v1.20.5:./prometheus/...")
_BLOCK = re.compile(
    r"^(?P<file>[^:\n]+):(?P<l1>\d+)\.(?P<c1>\d+),(?P<l2>\d+)\.(?P<c2>\d+) \d+ (?P<count>\d+)$", re.MULTILINE
)
_COPY = re.compile(r" made in (?:[\w/]+\.)??(\(\*?\w+\)\.\w+|[\w.]+)")
_STORE = re.compile(r"(?P<name>\w+)\)?\[[^=]*\] ?(?:[-+|&]?=[^=]|\+\+|--)")
_STRENGTH = ("does-not-allocate", "unknown", "may-allocate", "allocates")
_ENTRY = re.compile(r"^func (Work|Fill|Shrink)\((i int)?\)", re.MULTILINE)
_BENCHMARK = """package patterns

import (
"testing"
%s
)

func BenchmarkAll(b *testing.B) {
for _, call := range []func(int){
%s
} {
for i := 0; i < b.N; i++ {
call(i)
}
}
}
"""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

Line = tuple[str, int]
Field = tuple[int, int | bytes]


@dataclass
class Measured:
    """What benchmarks did: lines that allocated by their own code, call lines of inlined code that did, what ran."""

    own: Counter[Line] = field(default_factory=Counter[Line])
    inlined: Counter[Line] = field(default_factory=Counter[Line])
    blocks: dict[str, list[tuple[tuple[int, int], tuple[int, int], int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def ran(self, file: str, line: int, column: int) -> bool | None:
        """Say whether the code at a point ran; None when no coverage tells."""
        around = [one for one in self.blocks.get(file, ()) if one[0] <= (line, column) < one[1]]
        if not around:  # a parameter: its function's body begins on the same line
            after = sorted(one for one in self.blocks.get(file, ()) if one[0][0] == line and one[0] > (line, column))
            return any(count for begin, _, count in after if begin == after[0][0]) if after else None
        smallest = max(around, key=lambda one: (one[0], (-one[1][0], -one[1][1])))
        return any(count for begin, end, count in around if (begin, end) == smallest[:2])


def fields(data: bytes) -> Iterator[Field]:
    """Yield the fields of a protobuf message: numbers as int, the rest as bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        match key & 7:
            case 0:
                value, at = varint(data, at)
                yield key >> 3, value
            case 2:
                size, at = varint(data, at)
                yield key >> 3, data[at : at + size]
                at += size
            case kind:
                at += {_FIXED64: 8, _FIXED32: 4}[kind]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and the offset behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def numbers(values: Iterable[int | bytes]) -> Iterator[int]:
    """Yield repeated numbers, packed or not."""
    for value in values:
        at = 0
        if isinstance(value, int):
            yield value
            continue
        while at < len(value):
            number, at = varint(value, at)
            yield number


def grouped(data: bytes) -> dict[int, list[Any]]:
    """Return the fields of a message by number."""
    found: dict[int, list[Any]] = defaultdict(list)
    for number, value in fields(data):
        found[number].append(value)
    return found


def samples(profile: bytes) -> Iterator[tuple[int, list[Line]]]:
    """Yield the objects of each sample and the lines of its leaf: innermost first, more than one where inlined.

    Source: github.com/google/pprof/proto/profile.proto. The writer strips the frames of the run time.
    """
    message = grouped(gzip.decompress(profile))
    texts = [text.decode() for text in message[6]]
    described = [one for one in map(grouped, message[5]) if one[4]]
    functions = {one[1][0]: texts[one[4][0]] for one in described}
    initialisers = {one[1][0] for one in described if texts[one[2][0]].endswith(".init")}
    locations = {}
    for one in map(grouped, message[4]):
        lines = [grouped(line) for line in one[4]]
        if len(lines) > 1 and lines[-1][1][0] in initialisers:  # the profile's line of the call is a wrong one
            del lines[-1]
        locations[one[1][0]] = [(functions.get(line[1][0], ""), line[2][0] if line[2] else 0) for line in lines]
    for one in map(grouped, message[2]):
        stack, values = list(numbers(one[1])), list(numbers(one[2]))
        if stack and values and values[0]:
            yield values[0], locations[stack[0]]


def measure(go: str, module: Path, package: str, bench: str, benchtime: str) -> Measured:
    """Return what the benchmarks of the packages do; a package whose benchmarks fail is told on stderr and counts."""
    found = Measured()
    listed = run(
        [go, "list", "-f", "{{if .TestGoFiles}}{{.Dir}}{{else if .XTestGoFiles}}{{.Dir}}{{end}}", package],
        module,
        **OFFLINE,
    )
    path = run([go, "list", "-m"], module, **OFFLINE).stdout.strip()
    for directory in map(Path, listed.stdout.split()):
        if not any(
            re.search(r"^func Benchmark", test.read_text(), re.MULTILINE) for test in directory.glob("*_test.go")
        ):
            continue
        with tempfile.TemporaryDirectory() as folder:
            heap, cover = Path(folder) / "mem.out", Path(folder) / "cover.out"
            flags = ["-run=^$", "-vet=off", f"-bench={bench}", f"-benchtime={benchtime}", "-timeout=300s"]
            for extra in (
                [f"-coverprofile={cover}", "-coverpkg=./..."],
                [f"-memprofile={heap}", "-memprofilerate=1", "-o", f"{folder}/test"],
            ):
                where = module if "-o" not in extra else directory
                target = "." if "-o" in extra else f"./{directory.relative_to(module).as_posix()}"
                answer = run([go, "test", *flags, *extra, target], where, **OFFLINE, GODEBUG="memprofilerate=1")
                if answer.returncode:
                    print(f"{directory}: {answer.stdout[-300:]}{answer.stderr[-300:]}", file=sys.stderr)
            if cover.exists() and heap.exists():
                take_coverage(cover.read_text(), path, found)
                take_heap(heap.read_bytes(), module, found)
    return found


def take_coverage(text: str, path: str, found: Measured) -> None:
    """Add the blocks of a coverage profile."""
    for block in _BLOCK.finditer(text):
        begin, end = (int(block["l1"]), int(block["c1"])), (int(block["l2"]), int(block["c2"]))
        found.blocks[block["file"].removeprefix(f"{path}/")].append((begin, end, int(block["count"])))


def take_heap(profile: bytes, module: Path, found: Measured) -> None:
    """Add the allocations of a heap profile whose leaf function is of the module."""
    for objects, lines in samples(profile):
        for index, (file, line) in enumerate(lines):
            if Path(file).is_relative_to(module):
                place = (Path(file).relative_to(module).as_posix(), line)
                (found.inlined if index else found.own)[place] += objects


def bring_patterns(source: Path, folder: Path) -> Path:
    """Return a module of all patterns, one package for each side, with one benchmark that calls them all."""
    imports, calls = list[str](), list[str]()
    for file in sorted(source.glob("*/*/x.go")):
        name, side = file.parts[-3:-1]
        (folder / name / side).mkdir(parents=True)
        shutil.copyfile(file, folder / name / side / "x.go")
        imports.append(f'{name}_{side} "patterns/{name}/{side}"')
        entries = _ENTRY.findall(file.read_text(encoding="utf-8"))
        calls += [f"func(i int) {{ {name}_{side}.{entry}({'i' if takes else ''}) }}," for entry, takes in entries]
    (folder / "go.mod").write_text("module patterns\n\ngo 1.21\n", encoding="utf-8")
    text = _BENCHMARK % ("\n".join(imports), "\n".join(calls))
    (folder / "all_test.go").write_text(text, encoding="utf-8")
    return folder


@dataclass
class Weighed:
    """The outcome: how often lines of each verdict allocated, and the lines that allocated without a finding."""

    table: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter[bool]))
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def weigh(findings: list[dict[str, Any]], seen: Measured, module: Path) -> Weighed:
    """Return how the verdicts on allocation stand to what was measured."""
    outcome = Weighed()
    by_line: dict[tuple[bool, Line], list[dict[str, Any]]] = defaultdict(list)
    copied = {made[1].rpartition(".")[2] for found in findings if (made := _COPY.search(found["message"])) is not None}
    made = seen.own + seen.inlined
    alive = {(one["file"], one["function"]) for one in findings if made[one["file"], one["at"]["line"]]}
    for found in findings:
        is_inlined = _COPY.search(found["message"]) is not None
        is_copied = found["function"].rpartition(".")[2] in copied
        is_idle = is_copied and (found["file"], found["function"]) not in alive
        if is_idle or (is_inlined and found["function"] == "init"):
            continue
        if found["verdict"] != "leaks" and found["kind"] != "parameter" and not found["file"].endswith("_test.go"):
            for number in {found["at"]["line"], *range(found["line"], found["end_line"] + 1)}:
                by_line[is_inlined, (found["file"], number)].append(found)
    for (is_inlined, line), around in by_line.items():
        there = [one for one in around if one["at"]["line"] == line[1]]
        if not there or not any(seen.ran(line[0], one["at"]["line"], one["at"]["column"]) for one in there):
            continue
        strongest = max((one["allocation"] for one in there), key=_STRENGTH.index)
        is_heap = any(one["verdict"] in {"escapes", "moved"} for one in there if one["allocation"] == strongest)
        lines = {line, *((line[0], n) for one in there for n in range(one["line"], one["end_line"] + 1))}
        count = (seen.inlined if is_inlined else seen.own)[line]
        if not count and strongest == "allocates":  # a long expression may be made on any of its lines
            count = sum((seen.inlined if is_inlined else seen.own)[other] for other in lines)
        key = f"{strongest}{'' if is_heap else ' (stays)'}{', inlined' if is_inlined else ''}"
        outcome.table[key][count > 0] += 1
        if (strongest == "allocates") != (count > 0) and strongest in {"allocates", "does-not-allocate"}:
            outcome.wrong[key].append(described(line, count, there, module))
    texts = Texts(module)
    for line, count in seen.own.items():
        is_told = {(False, line), (True, line)} & by_line.keys()
        if not is_told and not line[0].endswith("_test.go") and not texts.is_generated(line[0]):
            key = texts.kind_of_untold(line, findings)
            outcome.table[key][True] += 1
            outcome.wrong[key].append(described(line, count, [], module))
    return outcome


class Texts:
    """The sources of a module, read once."""

    def __init__(self, module: Path) -> None:
        self._module = module
        self._lines: dict[str, list[str]] = {}

    def lines(self, file: str) -> list[str]:
        """Return the lines of a file."""
        if file not in self._lines:
            self._lines[file] = (self._module / file).read_text(encoding="utf-8", errors="replace").split("\n")
        return self._lines[file]

    def is_generated(self, file: str) -> bool:
        """Say whether a program wrote the file: what is said of it is not printed."""
        return any(line.startswith("// Code generated ") for line in self.lines(file))

    def kind_of_untold(self, line: Line, findings: list[dict[str, Any]]) -> str:
        """Return the class of an allocation without a finding on its line: an entry of a map, or anything else.

        A map that is made above in a variable of the same name has a finding there, which counts for its entries.
        """
        stored = _STORE.search(self.lines(line[0])[line[1] - 1])
        if stored is None:
            return "no finding"
        maker = re.compile(rf"\b{re.escape(stored['name'])}\b")
        maps = [one["line"] for one in findings if one["file"] == line[0] and one["kind"] == "map"]
        is_told = any(n <= line[1] and maker.search(self.lines(line[0])[n - 1].partition("=")[0]) for n in maps)
        return "no finding, entry of a map that is told" if is_told else "no finding, entry of another map"


def described(line: Line, count: int, there: list[dict[str, Any]], module: Path) -> str:
    """Return a disagreement as text: the line, the objects, the source, and what was said."""
    text = (module / line[0]).read_text(encoding="utf-8", errors="replace").split("\n")[line[1] - 1].strip()
    said = "; ".join(
        f"{one['subject']} {one['verdict']} {one['kind']} {one['allocation']} ({one['message']})" for one in there
    )
    return f"{line[0]}:{line[1]} {count} objects | {text} | {said}"


def main() -> int:
    """Weigh the modules of the command line."""
    parser = public_modules.parser(__doc__, DEFAULT)
    parser.add_argument("--patterns", type=Path, nargs="?", const=PATTERNS, help="a corpus of patterns, not modules")
    parser.add_argument("--bench", default=".", help="which benchmarks")
    parser.add_argument("--benchtime", default="20x", help="how long each runs")
    parser.add_argument("--wrong", type=int, default=10, help="how many lines to print of each disagreement")
    given = parser.parse_args()
    packages = {name.partition(":")[0]: name.partition(":")[2] for name in given.modules}

    def bring(go: str, module: str, folder: Path) -> Path:
        if given.patterns:
            return bring_patterns(given.patterns, folder / module)
        return public_modules.bring(go, module, folder)

    modules = ["patterns"] if given.patterns else packages
    for module, copy in public_modules.copies(modules, given.go, given.keep, bring):
        seen = measure(given.go, copy, packages.get(module) or "./...", given.bench, given.benchtime)
        report = our_report(given.go, copy, "--all", "--no-tests")
        print(f"{module}: {len(seen.own)} lines allocated")
        print(told(weigh(report["findings"], seen, copy), given.wrong))
    return 0


def told(outcome: Weighed, most: int) -> str:
    """Return an outcome as text: how many executed lines of each verdict allocated, then what disagrees."""
    lines = []
    for key, counts in sorted(outcome.table.items()):
        lines.append(f"  {key:<32} {counts[True]:>5} of {counts.total():>5} executed lines allocated")
    plain = {key: counts for key, counts in outcome.table.items() if "inlined" not in key}
    observed = sum(counts[True] for counts in plain.values())
    told = ("allocates", "may-allocate", "unknown", "no finding, entry of a map that is told")
    foretold = sum(c[True] for key, c in plain.items() if key.startswith(told))
    lines.append(
        f"  recall: {foretold} of {observed} lines that allocated by their own code were said to, or that they may"
    )
    for key, wrong in sorted(outcome.wrong.items()):
        lines += [f"  -- {key}", *(f"    {text}" for text in sorted(wrong)[:most])]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
