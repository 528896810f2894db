"""Stories that go on in other functions and packages: from the compiler's text to the line that keeps the value."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from goescape_lsp.adapters.files import DiskFiles
from goescape_lsp.adapters.gocommand import GoCommand
from goescape_lsp.adapters.process import Processes
from goescape_lsp.adapters.toolchain import find_toolchain
from goescape_lsp.core.model import Analysis, Finding, Job, Problem, Run
from goescape_lsp.core.settings import Settings
from goescape_lsp.core.steps import called_name
from goescape_lsp.core.story import Chapter, End, Story
from goescape_lsp.core.words.story import ending
from goescape_lsp.session.analyse import analyse
from goescape_lsp.session.story import Stories, may_be_named
from tests.conftest import Go

FILES = {
    "go.mod": "module example.com/m\n\ngo 1.21\n",
    "main.go": """package m

import (
	"fmt"
	"slices"
	"sync"

	"example.com/m/asm"
	"example.com/m/chain/a"
	"example.com/m/store"
	"example.com/m/generic"
	other "example.com/m/store/rand"
)

var pool sync.Pool

type Sink interface { Take(p *int); Any(v any) }

//go:noinline
func here(unused, p *int) { kept = append(kept, p) }

var kept []*int

func Own()             { own := 1; here(nil, &own) }
func Abroad()          { abroad := 1; store.Both(nil, &abroad) }
func First()           { first := 1; store.Both(&first, nil) }
func Method()          { method := 1; new(store.Box).Put(&method) }
func Renamed()         { renamed := 1; other.Seed(&renamed) }
func AtOnce(s Sink)    { var once [9]int; once[0] = len(kept); s.Any(once) }
func Interface(s Sink) { iface := 1; store.Hand(s, &iface) }
func Bodiless()        { bodiless := 1; asm.Keep(&bodiless) }
func Far()             { far := 1; a.F(&far) }
func Held()            { held := 1; store.Hold(&held) }
func Pool()            { pooled := 1; pool.Put(&pooled) }
func Print(n int)      { fmt.Fprintln(nil, n) }
func Returned() *int   { returned := 1; return &returned }

//go:noinline
func local[T any](p *T) { any1 = p }

//go:noinline
func wrapped(p *int) { local(p) }

var any1 any

func Local()                       { locally := 1; local(&locally) }
func Wrapped()                     { wrapped1 := 1; wrapped(&wrapped1) }
func Deep()                        { deep := 1; generic.Deep(&deep) }
func Put(b *generic.Box[int])      { put := 1; b.Put(&put) }
func Plain()                       { plain := 1; generic.Plain(&plain) }
func Call(f func(*int))            { called := 1; generic.Call(&called, f) }
func Inlined(f func(*int))         { inlined := 1; generic.Inlined(&inlined, f) }
func Sorted(f func(a, b *int) int) { sorted := 1; slices.SortFunc([]*int{&sorted, nil}, f) }
func Two()                         { two := 1.5; generic.Two(&two, true); generic.Two("", false) }
""",
    "store/store.go": """package store

var all = map[string]*int{}

type Box struct{ p *int }

type node struct{ p *int }

var list *node

//go:noinline
func Both(a, b *int) { first(a); second(b) }

//go:noinline
func first(p *int) { all["first"] = p }

//go:noinline
func second(p *int) { all["second"] = p }

//go:noinline
func (b *Box) Put(p *int) { b.p = p }

//go:noinline
func Hand(s interface{ Take(p *int) }, p *int) { s.Take(p) }

//go:noinline
func Hold(p *int) { list = &node{p} }
""",
    "store/rand/rand.go": """package rand

var seed *int

//go:noinline
func Seed(p *int) { seed = p }
""",
    "generic/generic.go": """package generic

import "example.com/m/store"

var kept any

type Box[T any] struct{ p *T }

//go:noinline
func Deep[T any](p *T) { deeper(p) }

//go:noinline
func deeper[T any](p *T) { kept = p }

//go:noinline
func (b *Box[T]) Put(p *T) { b.p = p }

//go:noinline
func Plain[T *int](p T) { store.Both(nil, p) }

//go:noinline
func Call[T any](p *T, f func(*T)) { f(p) }

func Inlined[T any](p *T, f func(*T)) { f(p) }

//go:noinline
func Two[T any](p T, really bool) {
	if really {
		kept = p
	}
}
""",
    "asm/asm.go": "package asm\n\nfunc Keep(p *int)\n",
    "asm/asm.s": "",
}
CHAIN = "abcdef"


def write_module(root: Path) -> Path:
    files = dict(FILES)
    for name, following in zip(CHAIN, [*CHAIN[1:], ""], strict=True):
        text = f"package {name}\n\nvar Kept *int\n\n//go:noinline\nfunc F(p *int) {{ Kept = p }}\n"
        if following:
            call = f'import "example.com/m/chain/{following}"\n\n//go:noinline\nfunc F(p *int) {{ {following}.F(p) }}\n'
            text = f"package {name}\n\n{call}"
        files[f"chain/{name}/{name}.go"] = text
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@dataclass
class World:
    """A module, a compiler that notes what it is asked for, and the stories on top of them."""

    compiler: GoCommand
    job: Job
    asked: list[str] = field(default_factory=list[str])
    analysis: Analysis = field(default_factory=lambda: Analysis({}))
    stories: Stories = field(init=False)

    def __post_init__(self) -> None:
        self.stories = Stories(lambda: self, DiskFiles())

    async def prepare(self, job: Job) -> None: ...

    async def compile(self, job: Job) -> Run:
        self.asked += job.patterns
        return await self.compiler.compile(job)

    async def begin(self) -> None:
        self.analysis = analyse(await self.compiler.compile(self.job), DiskFiles().read)
        assert self.analysis.problems == ()

    def finding(self, name: str) -> Finding:
        every = (one for facts in self.analysis.files.values() for one in facts.findings)
        (found,) = (one for one in every if one.is_heap and one.subject == name)
        return found

    def known(self, name: str) -> Story | None:
        return self.stories.known(self.finding(name), self.analysis.files, self.analysis.packages)

    async def told(self, name: str) -> Story | None:
        return await self.stories.told(self.finding(name), self.analysis.files, self.analysis.packages, self.job)


@asynccontextmanager
async def world(go: Go, directory: Path) -> AsyncIterator[World]:
    processes = Processes()
    found = await find_toolchain(Settings(go_path=go.path), processes)
    assert not isinstance(found, Problem), found
    compiler = GoCommand(found, processes)
    try:
        made = World(compiler, Job(str(directory), (".",)))
        await made.begin()
        yield made
    finally:
        compiler.close()
        processes.kill_all()


def short(chapter: Chapter) -> tuple[str, str, str, str]:
    place = chapter.step.place
    return chapter.function, chapter.parameter, chapter.step.expression, f"{os.path.basename(place.file)}:{place.line}"


STORIES: dict[str, tuple[End, list[tuple[str, str, str, str]]]] = {
    "own": (End.KEPT, [("m.here", "p", "append(kept, p)", "main.go:20")]),
    "abroad": (
        End.KEPT,
        [
            ("store.Both", "b", "second(b)", "store.go:12"),
            ("store.second", "p", 'all["second"] = p', "store.go:18"),
        ],
    ),
    "first": (
        End.KEPT,
        [("store.Both", "a", "first(a)", "store.go:12"), ("store.first", "p", 'all["first"] = p', "store.go:15")],
    ),
    "method": (End.KEPT, [("store.(*Box).Put", "p", "b.p = p", "store.go:21")]),
    "renamed": (End.KEPT, [("rand.Seed", "p", "seed = p", "rand.go:6")]),
    "once": (End.DYNAMIC, []),
    "iface": (End.DYNAMIC, [("store.Hand", "p", "s.Take(p)", "store.go:24")]),
    "bodiless": (End.BODILESS, []),
    "far": (End.FAR, [(f"{name}.F", "p", f"{CHAIN[i + 1]}.F(p)", f"{name}.go:6") for i, name in enumerate("abcd")]),
    "held": (End.HELD, [("store.Hold", "p", "node{...}", "store.go:27")]),
}


async def test_stories_end_at_the_line_that_keeps_the_value(each_go: Go, tmp_path: Path) -> None:
    async with world(each_go, write_module(tmp_path)) as here:
        told = {name: await here.told(name) for name in STORIES}
        seen = {name: (story.end, [short(one) for one in story.chapters]) for name, story in told.items() if story}
        assert seen == STORIES
        assert await here.told("returned") is None, "what is not passed to a call has no story"
        bodiless = told["bodiless"]
        assert bodiless is not None
        assert bodiless.callee == "asm.Keep"
        once = told["once"]
        assert once is not None
        assert ending(once, "en").startswith("s.Any is an interface method or a function value: ")
        assert "s.Any 是接口方法或函数值" in ending(once, "zh-cn")


async def test_stories_lead_into_the_standard_library(each_go: Go, tmp_path: Path) -> None:
    async with world(each_go, write_module(tmp_path)) as here:
        pooled, printed = await here.told("pooled"), await here.told("n")
        assert pooled is not None
        assert printed is not None
        assert [one.function for one in pooled.chapters] == ["sync.(*Pool).Put"]
        assert (pooled.chapters[0].parameter, pooled.end) == ("x", End.KEPT)
        names = [one.function for one in printed.chapters]
        assert names[:2] == ["fmt.Fprintln", "fmt.(*pp).doPrintln"]
        assert printed.end in {End.KEPT, End.DYNAMIC}, "up to go1.26 a field keeps it, then a call of an interface"
        for chapter in (*pooled.chapters, *printed.chapters):
            line = Path(chapter.step.place.file).read_text(encoding="utf-8").splitlines()[chapter.step.place.line - 1]
            called = called_name(chapter.step.expression).rpartition(".")[2]
            assert (f"{called}(" if chapter.step.why == "call parameter" else called) in line


# Stories in generic code: how they end, the functions, and the text that stands at the last place.
GENERIC: dict[str, tuple[End, list[str], str]] = {
    "locally": (End.KEPT, ["m.local"], "any1 = p"),
    "wrapped1": (End.KEPT, ["m.wrapped", "m.local"], "any1 = p"),
    "deep": (End.KEPT, ["generic.Deep", "generic.deeper"], "kept = p"),
    "put": (End.KEPT, ["generic.(*Box).Put"], "b.p = p"),
    "plain": (End.KEPT, ["generic.Plain", "store.Both", "store.second"], 'all["second"] = p'),
    "called": (End.DYNAMIC, ["generic.Call"], "f(p)"),
    "inlined": (End.DYNAMIC, [], ""),
    "two": (End.KEPT, ["generic.Two"], "kept = p"),
}


async def test_stories_go_on_in_generic_code(each_go: Go, tmp_path: Path) -> None:
    async with world(each_go, write_module(tmp_path)) as here:
        for name, (end, functions, text) in GENERIC.items():
            story = await here.told(name)
            assert story is not None, name
            assert (story.end, [one.function for one in story.chapters]) == (end, functions), name
            if not story.chapters:
                assert ending(story, "en").startswith("What is called there is")
            else:
                place = story.chapters[-1].step.place
                line = Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
                assert line[place.column - 1 :] in line[line.index(text) :], (name, line)
        story = await here.told("sorted")
        assert story is not None
        assert story.end is End.DYNAMIC, "the function that compares"
        assert story.chapters[0].function == "slices.pdqsortCmpFunc"


async def test_a_story_in_generic_code_says_where_it_cannot_go_on(go: Go, tmp_path: Path) -> None:
    async with world(go, write_module(tmp_path)) as here:
        assert here.known("deep") == Story(wanted=("example.com/m/generic",))
        (tmp_path / "broken.go").write_text("package m\n\nfunc Broken( {}\n", encoding="utf-8")
        story = await here.told("deep")
        assert story == Story(end=End.GENERIC, callee="generic.Deep")
        assert "generic.Deep is generic" in ending(story, "en")


async def test_packages_are_compiled_once_and_again_when_they_change(go: Go, tmp_path: Path) -> None:
    async with world(go, write_module(tmp_path)) as here:
        story = here.known("method")
        assert story == Story(wanted=("example.com/m/store",))
        assert here.asked == [], "asking for what is known compiles nothing"
        await here.told("method")
        await here.told("first")
        assert here.asked == ["example.com/m/store"]

        path = tmp_path / "store" / "store.go"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("{ b.p = p }", '{ all["box"] = p }'), encoding="utf-8")
        assert here.known("method") == Story(wanted=("example.com/m/store",)), "the file is another one now"
        changed = await here.told("method")
        assert changed is not None
        assert short(changed.chapters[0])[2] == 'all["box"] = p'
        assert here.asked == ["example.com/m/store"] * 2

        here.stories.forget()
        assert here.known("own") is not None, "the own package's explanations are part of its findings"
        assert here.known("method") == Story(wanted=("example.com/m/store",))


async def test_a_package_that_does_not_compile_ends_the_story(go: Go, tmp_path: Path) -> None:
    async with world(go, write_module(tmp_path)) as here:
        (tmp_path / "store" / "store.go").write_text("package store\n\nfunc Broken( {}\n", encoding="utf-8")
        assert await here.told("method") is None
        assert here.known("method") is None, "nor is it asked for again"
        assert here.asked == ["example.com/m/store"]
        write_module(tmp_path)
        here.stories.forget_changeable()
        assert await here.told("method") is not None


@pytest.mark.parametrize(
    ("path", "name", "may"),
    [
        ("encoding/json", "json", True),
        ("gopkg.in/yaml.v3", "yaml", True),
        ("github.com/x/y/v2", "y", True),
        ("github.com/x/go-y", "y", True),
        ("math/rand/v2", "rand", True),
        ("math/rand", "math", False),
    ],
)
def test_names_of_packages(path: str, name: str, *, may: bool) -> None:
    assert may_be_named(path, name) is may
