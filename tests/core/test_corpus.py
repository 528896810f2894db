"""The recorded output of six Go versions over 101 small packages, and the same packages compiled for real.

Proves, per version: no verdict is lost or invented, every heap verdict has the labelled cause, no form is unknown,
and every span is a stretch of the source that holds what the compiler means.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from goescape_lsp.core.columns import split_lines
from goescape_lsp.core.model import Analysis, Compiled, Finding, Kind, Package, Run, Verdict
from goescape_lsp.core.parse import parse_text
from goescape_lsp.session.analyse import analyse
from tests.conftest import Go

CORPUS = Path(__file__).parents[1] / "data" / "messages"
INDEX = json.loads((CORPUS / "index.json").read_text("utf-8"))
VERDICTS = {
    "moved to heap": Verdict.MOVED,
    "escapes to heap": Verdict.ESCAPES,
    "does not escape": Verdict.STAYS,
    "leaking param": Verdict.LEAKS,
    "leaking param content": Verdict.LEAKS,
    "leaking param to result": Verdict.LEAKS,
}
# What real compiles cannot reproduce with a plain `go build`: other targets, C, flags of other versions.
NOT_COMPILED = frozenset(["compile_error", "cgo"])


def cases(version: str) -> Iterator[str]:
    for name, case in INDEX["cases"].items():
        if case["versions"].get(version) is not None:
            yield name


def sources(name: str) -> tuple[str, ...]:
    return tuple(str(CORPUS / name / file) for file in INDEX["cases"][name]["files"] if file.endswith(".go"))


def package(name: str, files: tuple[str, ...]) -> Package:
    return Package(f"m/{name}", "p", str(CORPUS / name), files)


def analysed(name: str, text: bytes) -> Analysis:
    return analyse(Run((Compiled(package(name, sources(name)), text),)), lambda path: Path(path).read_bytes())


def findings(analysis: Analysis) -> list[Finding]:
    return [finding for facts in analysis.files.values() for finding in facts.findings]


def recorded(name: str, version: str) -> bytes:
    return (CORPUS / name / f"out.{version}.m2.txt").read_bytes()


@pytest.mark.parametrize("version", INDEX["versions"])
def test_every_verdict_line_is_read_in_order(version: str) -> None:
    for name in cases(version):
        expected = [
            (e["file"], e["line"], e["col"], e["subject"], VERDICTS[e["verdict"]])
            for e in INDEX["cases"][name]["versions"][version]
        ]
        parsed = parse_text(recorded(name, version))
        got = [
            (v.place.file.removeprefix("./"), v.place.line, v.place.column, v.subject, v.verdict)
            for v in parsed.verdicts
        ]
        test_only = CORPUS / name / f"out.{version}.test.m2.txt"
        assert got == expected, (name, version)
        if test_only.exists():
            assert not parse_text(test_only.read_bytes()).unknown, (name, version)


@pytest.mark.parametrize("version", INDEX["versions"])
def test_every_heap_verdict_has_its_cause(version: str) -> None:
    wrong: list[str] = []
    total = 0
    for name in cases(version):
        analysis = analysed(name, recorded(name, version))
        found = {}
        for finding in findings(analysis):
            for place in (finding.at, *finding.also_at):
                found[Path(place.file).name, place.line, place.column, finding.verdict] = finding
        for entry in INDEX["cases"][name]["versions"][version]:
            if "cause" not in entry or entry.get("ghost") or name == "line_directive":
                continue
            total += 1
            finding = found.get((entry["file"], entry["line"], entry["col"], VERDICTS[entry["verdict"]]))
            own = [f for f in findings(analysis) if finding and f.at == finding.at and f.subject == entry["subject"]]
            causes = {str(f.cause) for f in own or ([finding] if finding else [])}
            if entry["cause"] not in causes:
                wrong.append(f"{name} {entry}: {causes}")
    print(f"go{version}: {total} heap verdicts, {len(wrong)} with another cause")
    assert total > 100
    assert not wrong


@pytest.mark.parametrize("version", INDEX["versions"])
def test_no_ghost_is_shown_and_no_form_is_unknown(version: str) -> None:
    for name in cases(version):
        analysis = analysed(name, recorded(name, version))
        shown = {(f.at.line, f.at.column, f.subject) for f in findings(analysis) if f.is_heap}
        for entry in INDEX["cases"][name]["versions"][version]:
            if entry.get("ghost"):
                assert (entry["line"], entry["col"], entry["subject"]) not in shown, (name, entry)
        if name != "compile_error":
            assert analysis.unknown == (), name


@pytest.mark.parametrize("version", INDEX["versions"])
def test_spans_are_whole_expressions(version: str) -> None:
    for name in cases(version):
        for finding in findings(analysed(name, recorded(name, version))):
            if not finding.is_heap:
                continue
            span, lines = finding.span, split_lines(Path(finding.file).read_bytes())
            assert 1 <= span.line <= span.end_line <= len(lines), (name, finding)
            assert 1 <= span.column <= len(lines[span.line - 1]), (name, finding)
            assert span.end_column <= len(lines[span.end_line - 1]) + 1, (name, finding)
            assert (span.line, span.column) < (span.end_line, span.end_column), (name, finding)
            text = lines[span.line - 1][span.column - 1 :].decode()
            assert text.startswith(STARTS.get(finding.kind, ("",))), (name, finding.kind, text)
            if finding.verdict is Verdict.MOVED and finding.kind is Kind.VARIABLE and not finding.inlined_from:
                assert finding.expression == finding.subject, (name, finding)


# How the source text of a kind begins, where the site is no inlined call.
STARTS = {Kind.CLOSURE: ("func",), Kind.APPEND: ("append(", "s.Push", "t.Push", "sb.Write")}


def test_line_directives_are_mapped_back_to_the_file() -> None:
    for version in INDEX["versions"]:
        found = findings(analysed("line_directive", recorded("line_directive", version)))
        heap = {(f.span.line, f.span.column, f.expression) for f in found if f.is_heap}
        assert heap == {(5, 2, "x"), (11, 2, "y")}, version


def test_the_real_compiler_still_says_the_same(every_go: Go, tmp_path: Path) -> None:
    """Compile every case with a real toolchain and print, case by case, what differs from the recording.

    A version that was recorded must not differ. A newer one is compared with the newest recording: what it prints is
    the work that supporting it takes. `GOESCAPE_TOOLCHAINS="1.21.13 1.28.0" pytest -s -k real_compiler` runs any list.
    """
    version = nearest(every_go.version)
    names = [n for n in cases(version) if n not in NOT_COMPILED and not INDEX["cases"][n]["env"]]
    differing: dict[str, set[tuple[object, ...]]] = {}
    unknown: list[str] = []
    for name in names:
        case = INDEX["cases"][name]
        folder = Path(shutil.copytree(CORPUS / name, tmp_path / name))
        flags = " ".join(["-m=2", *case["flags"]])
        result = every_go.run("build", f"-gcflags={flags}", ".", cwd=folder, check=False)
        real = analysed(name, result.stderr.encode())
        unknown.extend(real.unknown)
        if difference := _shown(real) ^ _shown(analysed(name, recorded(name, version))):
            differing[name] = difference
    print(f"go{every_go.version}: {len(names)} cases, {len(differing)} differ from the recording of go{version}")
    for name, difference in differing.items():
        print(f"  {name}: {sorted(map(str, difference))}")
    for line in unknown:
        print(f"  unknown form: {line}")
    if version == every_go.version:
        assert not differing
        assert not unknown


def nearest(version: str) -> str:
    """Return the newest recorded version that is not newer than this one, or the oldest."""
    older = [v for v in INDEX["versions"] if parts(v) <= parts(version)]
    return max(older, key=parts, default=INDEX["versions"][0])


def parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _shown(analysis: Analysis) -> set[tuple[object, ...]]:
    return {(f.span, f.subject, f.verdict, f.cause, f.rule) for f in findings(analysis) if f.is_heap}
