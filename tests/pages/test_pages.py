"""The rule pages are whole in both languages, and every program in them shows what its comments claim."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import Toolchain, find_toolchain
from goescape_lsp.core.model import Finding, Job, ProblemKind, Rule
from goescape_lsp.core.settings import Settings
from goescape_lsp.session.analyse import analyse
from tests.pages.rule_page import LOCALES, PAGES, Mark, Page, Program, Version, read, version

if TYPE_CHECKING:
    from tests.conftest import Go

RULES = tuple(rule.value for rule in Rule)
HEADINGS = {
    "en": ("What the compiler sees", "Example", "How to avoid it", "When it does not matter", "Versions"),
    "zh-cn": ("编译器看到了什么", "示例", "怎样避免", "什么时候不必在意", "版本"),
}
ENGLISH = {rule: read("en", rule) for rule in RULES}
FRONT = {"rule", "since", "until", "flags", "goarch"}
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,:;()!?]|[,;!?(][\u4e00-\u9fff]")
# Whether these allocate depends on lengths that only the run knows: the engine may keep silent.
MAY_BE_SILENT = {Rule.STRING_CONVERSION, Rule.STRING_CONCATENATION}
# A reason that nobody knows cannot be shown on demand, nor a package with 32 MiB of explanations.
STANDS_IN = {Rule.UNKNOWN_CAUSE, Rule.UNEXPLAINED}
LINE = re.compile(r"^(?P<file>[^\s:]+\.go):(?P<line>\d+):\d+: (?P<text>.+)$")
VERDICT = re.compile(
    r"^(?:(?P<heap>moved to heap: .+|.+ escapes to heap)|(?P<other>.+ does not escape|leaking param.+))$"
)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_rule_has_a_page_and_every_page_a_rule(locale: str) -> None:
    names = {file.stem for file in (PAGES / locale).iterdir()}
    assert names == {*RULES, "glossary"}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("rule", RULES)
def test_page_has_all_its_parts(rule: str, locale: str) -> None:
    page = read(locale, rule)
    assert page.headings == HEADINGS[locale]
    assert len(page.titles) == 1
    assert all(page.sections)
    assert page.summary
    assert "\n" not in page.summary
    assert set(page.front) <= FRONT
    assert page.front["rule"] == rule
    assert version(page.front["since"]) >= (1, 21)
    assert page.front == ENGLISH[rule].front
    for link in page.links:
        assert (PAGES / locale / link.partition("#")[0]).is_file(), link


@pytest.mark.parametrize("rule", RULES)
def test_both_languages_carry_the_same_programs(rule: str) -> None:
    chinese, english = read("zh-cn", rule), ENGLISH[rule]
    assert len(english.programs) == 2
    for language in ("go", "asm", "text"):
        assert chinese.fences(language) == english.fences(language)


@pytest.mark.parametrize("name", [*RULES, "glossary"])
def test_chinese_text_has_chinese_punctuation(name: str) -> None:
    text = (PAGES / "zh-cn" / f"{name}.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", text, flags=re.DOTALL)
    assert HALF_WIDTH.findall(prose) == []


def test_glossaries_have_the_same_shape() -> None:
    shapes = []
    for locale in LOCALES:
        lines = (PAGES / locale / "glossary.md").read_text(encoding="utf-8").splitlines()
        shapes.append([re.match(r"#*|\||", line)[0] for line in lines if line])  # type: ignore[index]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("rule", RULES)
def test_marks_tell_example_and_advice_apart(rule: str) -> None:
    example, advice = ENGLISH[rule].programs
    own = [mark for mark in example.marks if _is_claim(mark) and not mark.rule]
    assert own or rule in STANDS_IN, "the example shows nothing"
    kinds = {mark.kind for mark in advice.marks}
    assert kinds & {"stays", "stack", "prints"} or rule == Rule.PANIC_ARGUMENT, "the advice shows nothing"


@dataclass(frozen=True)
class Built:
    """All programs of the pages in one module, and what one Go says of them: lines by file and line."""

    go: Go
    module: Path
    verdicts: Mapping[tuple[str, int], frozenset[str]]

    @property
    def version(self) -> Version:
        return version(self.go.version)


Group = tuple[str, str]


def groups(go: Version) -> dict[Group, list[str]]:
    """Return the rules by what their programs need: the flags of the compiler, GOARCH."""
    found: dict[Group, list[str]] = defaultdict(list)
    for rule, page in ENGLISH.items():
        if page.applies(go):
            found[page.front.get("flags", ""), page.front.get("goarch", "")].append(rule)
    return found


def write_module(folder: Path, language: str) -> None:
    (folder / "go.mod").write_text(f"module pages\n\ngo {language}\n", encoding="utf-8")
    for rule, page in ENGLISH.items():
        for name, program in zip(("example", "advice"), page.programs, strict=True):
            place = folder / rule / name
            place.mkdir(parents=True)
            (place / "main.go").write_text(program.text, encoding="utf-8")
            for file, text in page.assembly.items():
                (place / file).write_text(text, encoding="utf-8")


def build(go: Go, folder: Path, language: str) -> Built:
    """Compile every program, all of one group with one command; `language` is the go line of go.mod."""
    write_module(folder, language)
    verdicts: dict[tuple[str, int], set[str]] = defaultdict(set)
    for (flags, goarch), rules in groups(version(go.version)).items():
        env = {"GOARCH": goarch} if goarch else {}
        patterns = [f"./{rule}/..." for rule in rules]
        text = go.run("list", "-export", f"-gcflags=-m=2 {flags}", *patterns, cwd=folder, **env).stderr
        for found in filter(None, map(LINE.match, text.splitlines())):
            if VERDICT.match(found["text"]):
                file = found["file"].replace("\\", "/").removeprefix("./")
                verdicts[file, int(found["line"])].add(found["text"])
    return Built(go, folder, {place: frozenset(texts) for place, texts in verdicts.items()})


@pytest.fixture(scope="session")
def built(go: Go, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(go, tmp_path_factory.mktemp("pages"), "1.21")


@pytest.fixture(scope="session")
def built_by_each(each_go: Go, tmp_path_factory: pytest.TempPathFactory) -> Built:
    major, minor = version(each_go.version)
    return build(each_go, tmp_path_factory.mktemp("pages"), f"{major}.{minor}")


def check_verdicts(rule: str, built: Built) -> None:
    page = ENGLISH[rule]
    if not page.applies(built.version):
        since, until = page.front["since"], page.front["until"]
        pytest.skip(f"holds from Go {since} to {until or 'now'}, this is {built.go.version}")
    for name, program in zip(("example", "advice"), page.programs, strict=True):
        said = {line: texts for (file, line), texts in built.verdicts.items() if file == f"{rule}/{name}/main.go"}
        claimed = [mark for mark in program.marks if mark.holds(built.version)]
        heap = {(line, text) for line, texts in said.items() for text in texts if VERDICT.match(text)["heap"]}  # type: ignore[index]
        assert heap == {(mark.line, mark.text) for mark in claimed if mark.kind in {"moved", "escapes"}}, name
        for mark in claimed:
            if mark.kind in {"stays", "leaks"}:
                assert mark.text in said.get(mark.line, ()), (name, mark)
            if mark.kind == "stack":
                assert re.search(rf"\b{mark.text}\b", program.text.splitlines()[mark.line - 1].partition("//")[0])


@pytest.mark.parametrize("rule", RULES)
def test_compiler_says_what_the_page_claims(rule: str, built: Built) -> None:
    check_verdicts(rule, built)


@pytest.mark.parametrize("rule", RULES)
def test_other_compilers_say_what_the_page_claims(rule: str, built_by_each: Built) -> None:
    check_verdicts(rule, built_by_each)


def _prints(program: Program, go: Version) -> list[str]:
    return [mark.text for mark in program.marks if mark.kind == "prints" and mark.holds(go)]


def check_output(built: Built, output: Path) -> None:
    """Build and run the programs that count their allocations."""
    counted = [
        (rule, name, program)
        for rule, page in ENGLISH.items()
        if page.applies(built.version)
        for name, program in zip(("example", "advice"), page.programs, strict=True)
        if _prints(program, built.version)
    ]
    assert counted
    for rule, name, program in counted:
        target = output / f"{rule}-{name}.exe"
        built.go.run("build", "-o", str(target), f"./{rule}/{name}", cwd=built.module)
        run = subprocess.run([target], check=True, capture_output=True, text=True, timeout=60)
        assert run.stderr.split() == _prints(program, built.version), (rule, name)


def test_programs_allocate_as_often_as_the_page_says(built: Built, tmp_path: Path) -> None:
    check_output(built, tmp_path)


def test_programs_of_other_compilers_allocate_as_often_as_the_page_says(built_by_each: Built, tmp_path: Path) -> None:
    check_output(built_by_each, tmp_path)


def _is_claim(mark: Mark) -> bool:
    """Say whether a mark names a site that the product shows: a verdict of the heap, or an allocation."""
    return mark.kind in {"moved", "escapes", "leaks", "allocation"}


async def _findings(built: Built) -> dict[tuple[str, int], list[Finding]]:
    processes = Processes()
    toolchain = await find_toolchain(Settings(go_path=built.go.path), processes)
    assert isinstance(toolchain, Toolchain), toolchain
    compiler = GoCommand(toolchain, processes)
    by_place: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    try:
        for (flags, goarch), rules in groups(built.version).items():
            patterns = tuple(f"./{rule}/..." for rule in rules)
            env = {"GOARCH": goarch} if goarch else {}
            run = await compiler.compile(Job(str(built.module), patterns, gcflags=tuple(flags.split()), env=env))
            analysis = analyse(run, DiskFiles().read, toolchain.version)
            told = [(problem.kind, problem.message) for problem in analysis.problems]
            assert told == ([(ProblemKind.CHANGED_VERDICTS, flags)] if flags else [])
            assert analysis.unknown == ()
            for path, facts in analysis.files.items():
                place = Path(path).relative_to(built.module).as_posix()
                for finding in facts.findings:
                    by_place[place, finding.span.line].append(finding)
    finally:
        compiler.close()
    return by_place


def _missed(rule: str, page: Page, found: Mapping[tuple[str, int], list[Finding]], built: Built) -> Iterable[str]:
    for name, program in zip(("example", "advice"), page.programs, strict=True):
        for mark in program.marks:
            if not mark.holds(built.version) or not (_is_claim(mark) or mark.rule):
                continue
            place = (f"{rule}/{name}/main.go", mark.line)
            here = found.get(place, [])
            # Of a leaking parameter on another rule's page only the words are claimed.
            wanted = mark.rule or ("leaking-parameter" if mark.kind == "leaks" else rule)
            rules = {finding.rule for finding in here if mark.kind == "allocation" or mark.text in finding.lines}
            if rules <= {None} and (wanted in MAY_BE_SILENT or place not in built.verdicts):
                continue
            if rules != {wanted}:
                yield f"{rule}/{name}:{mark.line}: {mark.text}: {sorted(map(str, rules))}, not {wanted}"


async def check_rules(built: Built) -> None:
    found = await _findings(built)
    pages = ((rule, page) for rule, page in ENGLISH.items() if page.applies(built.version))
    assert [text for rule, page in pages for text in _missed(rule, page, found, built)] == []


async def test_engine_gives_each_marked_line_the_rule_of_its_page(built: Built) -> None:
    await check_rules(built)


async def test_engine_gives_the_rules_with_other_compilers_too(built_by_each: Built) -> None:
    await check_rules(built_by_each)
