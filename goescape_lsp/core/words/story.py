"""How a story goes on in other functions, which types it was seen for, and what became of inlined copies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from goescape_lsp.core.copies import Copies, copies_of, origin_of
from goescape_lsp.core.model import Finding
from goescape_lsp.core.story import MOST_PACKAGES, Chapter, End, Story
from goescape_lsp.core.words import Locale, hover

EN: dict[str, str] = {
    "title": "What the called function does with it",
    "chapter": "{function}, parameter {parameter}: {step}",
    "end.kept": "That is where it is kept.",
    "end.held": "What holds it there is on the heap itself.",
    "end.dynamic.at-once": "{callee} is an interface method or a function value: the compiler cannot know which code runs, "
    "and assumes that it keeps the value.",
    "end.dynamic.unnamed": "What is called there is an interface method or a function value: the compiler cannot know "
    "which code runs, and assumes that it keeps the value.",
    "end.dynamic": "That calls an interface method or a function value: the compiler cannot know which code runs, and "
    "assumes that it keeps the value.",
    "end.bodiless": "{callee} has no Go body here, so the compiler assumes that it keeps the value.",
    "end.generic": "{callee} is generic: it is compiled where it is used, and the story is not followed into it.",
    "end.far": "It goes on from there, through more than {count} packages.",
    "looking": "Looking into {packages} …",
    "asking": "The compiler is being asked why …",
    "seen-for": "Seen for: {instances}.",
    "pointers": "pointer types",
    "origin": "It is written in {function}: {place}.",
    "copies.heap": "Also on the heap at {count} calls that inline it.",
    "copies.heap.one": "Also on the heap at 1 call that inlines it.",
    "copies.heap-only": "On the heap at {count} calls that inline it.",
    "copies.heap-only.one": "On the heap at 1 call that inlines it.",
    "copies.stays": "It does not escape at {count} calls that inline it.",
    "copies.stays.one": "It does not escape at 1 call that inlines it.",
}
ZH: dict[str, str] = {
    "title": "被调用的函数如何处理它",
    "chapter": "{function} 的参数 {parameter}：{step}",
    "end.kept": "值就保存在这里。",
    "end.held": "持有它的对象本身就在堆上。",
    "end.dynamic.at-once": "{callee} 是接口方法或函数值：编译器无法知道会执行哪段代码，只能假定它会保留这个值。",
    "end.dynamic.unnamed": "那里调用的是接口方法或函数值：编译器无法知道会执行哪段代码，只能假定它会保留这个值。",
    "end.dynamic": "这里调用的是接口方法或函数值：编译器无法知道会执行哪段代码，只能假定它会保留这个值。",
    "end.bodiless": "{callee} 在这里没有 Go 函数体，编译器只能假定它会保留这个值。",
    "end.generic": "{callee} 是泛型代码，在使用它的地方编译；这里不再继续追踪。",
    "end.far": "后面还有，经过的包超过 {count} 个。",
    "looking": "正在查看 {packages} …",
    "asking": "正在向编译器询问原因……",
    "seen-for": "出现于：{instances}。",
    "pointers": "指针类型",
    "origin": "它写在 {function} 中：{place}。",
    "copies.heap": "在 {count} 个内联它的调用处同样逃逸到堆上。",
    "copies.heap.one": "在 1 个内联它的调用处同样逃逸到堆上。",
    "copies.heap-only": "在 {count} 个内联它的调用处逃逸到堆上。",
    "copies.heap-only.one": "在 1 个内联它的调用处逃逸到堆上。",
    "copies.stays": "在 {count} 个内联它的调用处不逃逸。",
    "copies.stays.one": "在 1 个内联它的调用处不逃逸。",
}

# The compiler compiles all pointer types of a type parameter together, under this shape.
_ANY_POINTER = "*uint8"
_NAME = re.compile(r"^\(?\*?(\w+)")


def word(key: str, locale: Locale, **fields: object) -> str:
    """Return one of the fixed words."""
    return (ZH if locale == "zh-cn" else EN)[key].format(**fields)


def chapters(story: Story, locale: Locale, link: hover.Link, code: hover.Code = hover.plain) -> tuple[str, ...]:
    """Return the chapters as sentences with the places of their steps, in order."""
    return tuple(_chapter(chapter, locale, link, code) for chapter in story.chapters)


def ending(story: Story, locale: Locale, code: hover.Code = hover.plain) -> str:
    """Return how the story ends or what it waits for, "" when there is nothing to say."""
    if story.wanted:
        names = ("、" if locale == "zh-cn" else ", ").join(code(path) for path in story.wanted)
        return word("looking", locale, packages=names)
    if story.end is End.OPEN:
        return ""
    key = f"end.{story.end}"
    if (
        story.end is End.DYNAMIC and not story.chapters
    ):  # no called function was read, which could be the one that calls
        key += ".at-once" if story.callee else ".unnamed"
    return word(key, locale, callee=code(story.callee), count=MOST_PACKAGES)


def seen_for(finding: Finding, locale: Locale, code: hover.Code = hover.plain) -> str:
    """Return for which instances of its generic function a finding holds, as the user writes them; "" for no such.

    Shape: of types that the compiler puts together only what is certain is said: pointers, the fields of a struct.
    """
    if not finding.instances:
        return ""
    owner = _generic(finding.function)
    names = (f"{owner}[{_types(shapes, locale)}]" for shapes in finding.instances)
    joined = ("、" if locale == "zh-cn" else ", ").join(code(name) for name in dict.fromkeys(names))
    return word("seen-for", locale, instances=joined)


def remarks(
    finding: Finding, package: Iterable[Finding], locale: Locale, link: hover.Link, code: hover.Code = hover.plain
) -> tuple[str, ...]:
    """Return for which instances a finding holds, where its copy comes from, and what became of its own copies.

    Shape: `package` are all findings of its package.
    """
    package = tuple(package)
    told = [seen_for(finding, locale, code)]
    if not finding.inlined_from:
        told.append(copies(copies_of(finding, package), finding, locale))
    elif (known := origin_of(finding, package)) is not None:
        told.append(origin(finding, known, locale, link, code))
    return tuple(sentence for sentence in told if sentence)


def origin(finding: Finding, known: Finding, locale: Locale, link: hover.Link, code: hover.Code = hover.plain) -> str:
    """Return where the code of an inlined copy stands."""
    return word("origin", locale, function=code(known.function or finding.inlined_from), place=link(known.at))


def copies(found: Copies, finding: Finding, locale: Locale) -> str:
    """Return what became of a site at the calls that inline it, "" when there are none."""
    heap, stays = (found.same, found.stays) if finding.is_heap else (found.heap, 0)
    told: list[str] = []
    if heap:
        told.append(_counted("copies.heap" if finding.is_heap else "copies.heap-only", heap, locale))
    if stays:
        told.append(_counted("copies.stays", stays, locale))
    return ("" if locale == "zh-cn" else " ").join(told)


def _counted(key: str, count: int, locale: Locale) -> str:
    return word(f"{key}.one" if count == 1 else key, locale, count=count)


def _chapter(chapter: Chapter, locale: Locale, link: Callable[..., str], code: hover.Code) -> str:
    step = hover.step_text(chapter.step, locale, code)
    if chapter.step.place.file:
        step = hover.word("at", locale, text=step, place=link(chapter.step.place))
    return word("chapter", locale, function=code(chapter.function), parameter=code(chapter.parameter), step=step)


def _generic(function: str) -> str:
    """Return what is generic about a function (`(*T[K]).M`, `F.func1`): the type of its receiver, else itself."""
    named = _NAME.match(function)
    return named[1] if named is not None else function


def _types(shapes: str, locale: Locale) -> str:
    return word("pointers", locale) if shapes == _ANY_POINTER else shapes.replace(_ANY_POINTER, "*…")
