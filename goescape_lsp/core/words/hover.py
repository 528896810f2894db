"""The story of a place in plain words: steps of a flow, cost, what to do, and what is known of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from goescape_lsp.core.contract import ways_of
from goescape_lsp.core.judge import WRAPPED
from goescape_lsp.core.model import (
    Allocation,
    FileFacts,
    Finding,
    Function,
    Kind,
    Parameter,
    Place,
    Rule,
    Step,
    Temperature,
)
from goescape_lsp.core.noise import ASSIGNED, MADE_UP, told_steps, written_target
from goescape_lsp.core.tables.layouts import header
from goescape_lsp.core.tables.messages import VARIADIC
from goescape_lsp.core.words import Locale, captures, findings, inlined, reasons

# The bytes of the header of what an interface holds.
HEADERS = {
    Kind.SLICE: header("slice"),
    Kind.BYTES: header("slice"),
    Kind.APPEND: header("slice"),
    Kind.STRING: header("string"),
}

Code = Callable[[str], str]
Link = Callable[[Place], str]

# The compiler's reasons (cmd/compile/internal/escape, go1.21 to go1.27) as what happens in the program.
EN: dict[str, str] = {
    **reasons.EN,
    "step.address-of": "its address is taken: {expression}",
    "step.indirection": "read through a pointer: {expression}",
    "step.dot": "used as a field: {expression}",
    "step.dot of pointer": "reached through a pointer: {expression}",
    "step.fixed-array-index-of": "used as an element of an array: {expression}",
    "step.slice": "sliced: {expression}",
    "step.slice-to-array": "a slice becomes an array: {expression}",
    "step.reference": "used in a closure, which shares the variable and does not copy it: {expression}",
    "step.captured by a closure": "used in a closure: {expression}",
    "step.spill": "gets memory of its own: {expression}",
    "step.interface-converted": "put into an interface value: {expression}",
    "step.array literal element": "becomes an element of an array: {expression}",
    "step.slice-literal-element": "becomes an element of a slice: {expression}",
    "step.struct literal element": "becomes a field of a struct: {expression}",
    "step.map literal key": "becomes a key of a map: {expression}",
    "step.map literal value": "becomes a value of a map: {expression}",
    "step.assign": "assigned: {expression}",
    "step.assign-pair": "assigned: {expression}",
    "step.assign-pair-dot-type": "assigned after a type assertion: {expression}",
    "step.assign-pair-mapr": "read from a map: {expression}",
    "step.assign-pair-receive": "received from a channel: {expression}",
    "step.return": "returned: {expression}",
    "step.send": "sent on a channel: {expression}",
    "step.range": "ranged over: {expression}",
    "step.range-deref": "ranged over: {expression}",
    "step.switch case": "bound by a type switch: {expression}",
    "step.key of map put": "stored in a map as a key: {expression}",
    "step.call parameter": "passed to a call: {expression}",
    "step.callee operand": "is the function that is called: {expression}",
    "step.appendee slice": "appended to: {expression}",
    "step.appended slice...": "its elements are appended: {expression}",
    "step.copied slice": "its elements are copied: {expression}",
    "step.too large for stack": "it is too large for the stack",
    "step.too aligned for stack": "it needs a stricter alignment than the stack gives",
    "step.non-constant size": "its size is not known when the program is compiled",
    "step.zero-sized element": "its elements have no size",
    "step.//go:uintptrescapes": "passed as a uintptr that the function may keep: {expression}",
    "step.conversion to unsafe.Pointer": "converted to an unsafe.Pointer: {expression}",
    "step.reflect.Header.Data": "its address goes through a reflect header: {expression}",
    "step.variadic": "put into the slice of the call's arguments",
    "heat.error-path": "It stands on an error path, which rarely runs.",
    "heat.error-construction": "It makes an error, which rarely happens.",
    "heat.error-method": "It makes the text of an error or a value, which is rarely asked for.",
    "heat.panic": "It runs only before a panic.",
    "heat.logging": "It writes to a log.",
    "heat.debugging": "It runs only while debugging, tracing or a log level is switched on.",
    "heat.init": "It runs once, when the program starts.",
    "heat.once": "It runs once.",
    "heat.package-variable": "It runs once, when the program starts.",
    "heat.test-report": "It reports a failing test.",
    "heat.test": "Only tests run it.",
    "heat.printing": "It prints, which costs far more.",
    "heat.pool": "It runs only when a pool is empty.",
    "heat.report": "By its name the function prints or describes, which is rarely asked for.",
    "heat.constructor": "It stands in a function whose name is like that of a constructor.",
    "heat.first-use": "It runs only while a field is nil, and sets that field.",
    "heat.once-each": "It runs once for each object.",
    "heat.lifecycle": "It stands in a function whose name is like that of one that begins or ends something.",
    "heat.main": "It runs once, in the program's main function.",
    "step.flow": "{source} goes to {target}",
    "step.other": "{why}: {expression}",
    "end.heap": "the heap",
    "end.temporary": "a temporary value",
    "end.storage": "the memory of {name}",
    "end.result": "a result",
    "title.steps": "How it gets there",
    "title.cost": "Cost",
    "title.advice": "What to do",
    "title.compiler": "The compiler's words",
    "page": "More about “{rule}”",
    "at": "{text} ({place})",
    "cost.allocates": "It allocates each time this runs.",
    "cost.allocates.inlined": "It allocates each time the code copied from {function} comes to it.",
    "cost.may-allocate": "It may allocate when this runs.",
    "cost.does-not-allocate": "Nothing is allocated when this runs.",
    "cost.wrapped": "Nothing is allocated for this closure itself: it captures nothing, so one copy serves all calls. But the statement that calls it allocates, to hand over the call.",
    "cost.unknown": "Whether this allocates is not known.",
    "cost.size": "Size: {size} bytes.",
    "cost.size.one": "Size: one byte.",
    "cost.block": "It takes a block of {block} bytes.",
    "cost.box": "The interface takes a second allocation, of {size} bytes for its header.",
    "cost.map-size": "Its header takes {size} bytes; room for the entries comes on top.",
    "cost.loop": "It stands in a loop.",
    "cost.cold": "It stands on a path that rarely runs.",
    "from.inlined": "The value is made by {function}, or by a function that it calls: their bodies were copied (inlined) here.",
    "function.none": "{name}: no value of this function goes to the heap.",
    "function.sites": "{name}: places that go to the heap: {count}, in loops: {loops}.",
    "function.leak.heap": "{name} goes to the heap: what callers pass there is on the heap.",
    "function.leak.result": "{name} is handed back through result {result}.",
    "function.leak.content": "what {name} points to goes to the heap.",
    "function.leak.content-result": "what {name} points to is handed back through result {result}.",
    "function.stays": "{name} stays where the caller has it: this function keeps nothing of it.",
    "function.inlined": "Small enough to be inlined into its callers (cost {cost}).",
    "function.can-inline": "Small enough to be inlined into its callers.",
    "function.not-inlined": "Not inlined into its callers: {reason}.",
    "function.saved": "If it were inlined, callers that keep the result to themselves would allocate less: {count} fewer each call.",
    "stale": "This package does not compile now; this is the state of the last build.",
    "more": "{count} more at this place:",
}
ZH: dict[str, str] = {
    **reasons.ZH,
    "step.address-of": "取地址：{expression}",
    "step.indirection": "通过指针读取：{expression}",
    "step.dot": "它是一个字段：{expression}",
    "step.dot of pointer": "通过指针访问：{expression}",
    "step.fixed-array-index-of": "它是数组的元素：{expression}",
    "step.slice": "做切片：{expression}",
    "step.slice-to-array": "切片转换成数组：{expression}",
    "step.reference": "在闭包中使用，闭包共享这个变量而不是复制：{expression}",
    "step.captured by a closure": "在闭包中使用：{expression}",
    "step.spill": "单独分配内存：{expression}",
    "step.interface-converted": "装入接口值：{expression}",
    "step.array literal element": "成为数组的元素：{expression}",
    "step.slice-literal-element": "成为切片的元素：{expression}",
    "step.struct literal element": "成为结构体的字段：{expression}",
    "step.map literal key": "成为 map 的键：{expression}",
    "step.map literal value": "成为 map 的值：{expression}",
    "step.assign": "赋值：{expression}",
    "step.assign-pair": "赋值：{expression}",
    "step.assign-pair-dot-type": "类型断言后被赋值：{expression}",
    "step.assign-pair-mapr": "从 map 中读出：{expression}",
    "step.assign-pair-receive": "从 channel 接收：{expression}",
    "step.return": "返回：{expression}",
    "step.send": "发送到 channel:{expression}",
    "step.range": "用 range 遍历：{expression}",
    "step.range-deref": "用 range 遍历：{expression}",
    "step.switch case": "由类型 switch 绑定：{expression}",
    "step.key of map put": "作为键存入 map:{expression}",
    "step.call parameter": "作为参数传入调用：{expression}",
    "step.callee operand": "它就是被调用的函数：{expression}",
    "step.appendee slice": "向这个切片追加：{expression}",
    "step.appended slice...": "它的元素被追加：{expression}",
    "step.copied slice": "它的元素被复制：{expression}",
    "step.too large for stack": "太大，栈上放不下",
    "step.too aligned for stack": "要求的对齐比栈能给的更严格",
    "step.non-constant size": "编译时不知道它的大小",
    "step.zero-sized element": "它的元素大小为零",
    "step.//go:uintptrescapes": "以 uintptr 传入，函数可能保留它：{expression}",
    "step.conversion to unsafe.Pointer": "转换成 unsafe.Pointer:{expression}",
    "step.reflect.Header.Data": "地址经由 reflect 的头部传递：{expression}",
    "step.variadic": "放入调用的参数切片",
    "heat.error-path": "位于错误处理路径上，很少执行。",
    "heat.error-construction": "用于构造错误，很少发生。",
    "heat.error-method": "用于生成错误或值的文本，很少被调用。",
    "heat.panic": "只在 panic 之前执行。",
    "heat.logging": "用于写日志。",
    "heat.debugging": "只在打开调试、跟踪或某个日志级别时执行。",
    "heat.init": "程序启动时执行一次。",
    "heat.once": "只执行一次。",
    "heat.package-variable": "程序启动时执行一次。",
    "heat.test-report": "用于报告测试失败。",
    "heat.test": "只有测试会执行它。",
    "heat.printing": "用于打印输出，打印本身的开销大得多。",
    "heat.pool": "只在对象池为空时执行。",
    "heat.report": "按名称看，这个函数用于打印或描述，很少被调用。",
    "heat.constructor": "它所在的函数，名称像构造函数。",
    "heat.first-use": "只在某个字段为 nil 时执行，并且设置该字段。",
    "heat.once-each": "每个对象只执行一次。",
    "heat.lifecycle": "它所在的函数，名称像是负责启动或收尾的。",
    "heat.main": "在程序的 main 函数中只执行一次。",
    "step.flow": "{source} 流向 {target}",
    "step.other": "{why}：{expression}",
    "end.heap": "堆",
    "end.temporary": "一个临时值",
    "end.storage": "{name} 的内存",
    "end.result": "返回值",
    "title.steps": "逃逸路径",
    "title.cost": "代价",
    "title.advice": "怎么改",
    "title.compiler": "编译器原文",
    "page": "关于“{rule}”的更多说明",
    "at": "{text}（{place}）",
    "cost.allocates": "每次执行到这里都会分配内存。",
    "cost.allocates.inlined": "从 {function} 内联过来的代码每次执行到这一步，都会分配内存。",
    "cost.may-allocate": "执行到这里时可能会分配内存。",
    "cost.does-not-allocate": "执行到这里时不会分配内存。",
    "cost.wrapped": "这个闭包本身不分配内存：它没有捕获任何变量，所有调用共用一份。但调用它的语句会为交付这次调用而分配内存。",
    "cost.unknown": "尚不清楚这里是否分配内存。",
    "cost.size": "大小：{size} 字节。",
    "cost.size.one": "大小：一个字节。",
    "cost.block": "实际占用 {block} 字节的内存块。",
    "cost.box": "接口还需要第二次分配，为它的头部占用 {size} 字节。",
    "cost.map-size": "仅 map 头部就占 {size} 字节，存放条目的空间另计。",
    "cost.loop": "位于循环中。",
    "cost.cold": "位于很少执行的路径上。",
    "from.inlined": "这个值由 {function} 或它所调用的函数创建，函数体已被内联到这里。",
    "function.none": "{name}：这个函数没有值逃逸到堆上。",
    "function.sites": "{name}：有 {count} 处逃逸到堆上，其中 {loops} 处在循环中。",
    "function.leak.heap": "{name} 会流到堆上：调用者传入的东西会放在堆上。",
    "function.leak.result": "{name} 会经由返回值 {result} 交还给调用者。",
    "function.leak.content": "{name} 所指向的内容会流到堆上。",
    "function.leak.content-result": "{name} 所指向的内容会经由返回值 {result} 交还给调用者。",
    "function.stays": "{name} 留在调用者原来放它的地方：这个函数不保留它。",
    "function.inlined": "足够小，可以内联到调用处（代价 {cost}）。",
    "function.can-inline": "足够小，可以内联到调用处。",
    "function.not-inlined": "不会内联到调用处：{reason}。",
    "function.saved": "如果能内联，只在内部使用返回值的调用者每次调用可少分配 {count} 次。",
    "stale": "这个包现在无法编译；以下是上一次构建时的状态。",
    "more": "此处另有 {count} 项：",
}

# Reasons that only say how the compiler looks at a value; a reader gains nothing from going to their places.
_PASSING = frozenset({"", "spill", "address-of", "dot", "dot of pointer", "indirection", "slice"})


def plain(text: str) -> str:
    """Return an expression as it is, for places where no markup is read."""
    return text


def steps_that_matter(finding: Finding) -> tuple[Step, ...]:
    """Return the steps where something happens to the value, those at the site's own place left out."""
    told = (step for step in told_steps(finding) if step.why not in _PASSING)
    return tuple(step for step in told if step.place.line and step.place != finding.at)


def step_text(step: Step, locale: Locale, code: Code = plain) -> str:
    """Return one step as a sentence without its place; a reason that no table knows is shown as it is."""
    return inlined.step(step, _own_text(step, locale, code), locale, code)


def _own_text(step: Step, locale: Locale, code: Code) -> str:
    table = _table(locale)
    if not step.why:
        return table["step.flow"].format(source=_end(step.source, locale, code), target=_end(step.target, locale, code))
    if step.text == VARIADIC:
        return table["step.variadic"]
    why = "reflect.Header.Data" if step.why.startswith("reflect.") else step.why
    sentence = captures.sentence(step, locale) or table.get(f"step.{why}", table["step.other"])
    if step.why in ASSIGNED and (target := written_target(step)):
        return sentence.format(why=step.why, expression=code(f"{target} = …"))
    if MADE_UP.search(step.text) or not step.text:
        return sentence.format(why=step.why, expression="").rstrip(" :：")
    return sentence.format(why=step.why, expression=code(step.text.replace(VARIADIC, "…").replace("…...", "…")))


def steps(finding: Finding, locale: Locale, link: Link, code: Code = plain) -> tuple[str, ...]:
    """Return the flow as sentences with their places, in order, neighbours that say the same told once."""
    told: list[str] = []
    for step in told_steps(finding):
        text = step_text(step, locale, code)
        if step.place.line:  # what loops over functions keep has no place
            text = _table(locale)["at"].format(text=text, place=link(step.place))
        if not told or told[-1] != text:
            told.append(text)
    return tuple(told)


def cost(finding: Finding, locale: Locale) -> str:
    """Return what the place costs: whether it allocates, the size where it is known, how often it runs."""
    table = _table(locale)
    key = f"cost.{finding.allocation}" + (".inlined" if finding.inlined_from else "")
    if finding.allocation_reason in WRAPPED:
        key = "cost.wrapped"
    parts = [table.get(key, table[f"cost.{finding.allocation}"]).format(function=finding.inlined_from)]
    is_header_on_stack = finding.kind is Kind.MAP and not finding.is_heap
    is_told = finding.allocation is not Allocation.DOES_NOT_ALLOCATE and not is_header_on_stack
    if finding.size is not None and is_told:
        size = "cost.map-size" if finding.kind is Kind.MAP else "cost.size.one" if finding.size == 1 else "cost.size"
        parts.append(table[size].format(size=finding.size))
        if finding.block is not None and finding.block != finding.size:
            parts.append(table["cost.block"].format(block=finding.block))
    if (box := _header_of_box(finding)) is not None:
        parts.append(table["cost.box"].format(size=box))
    if reason := table.get(f"reason.{finding.allocation_reason}"):
        parts.insert(1, reason)
    if finding.temperature is not Temperature.NORMAL or finding.temperature_reason:
        parts.append(table.get(f"heat.{finding.temperature_reason}") or table[f"cost.{finding.temperature}"])
    return (" " if locale == "en" else "").join(parts)


def _header_of_box(finding: Finding) -> int | None:
    """Return the bytes of the header that an interface needs beside what is made for it, None where it needs none."""
    is_content = finding.rule is Rule.INTERFACE_CONVERSION and finding.count > 1 and not finding.inlined_from
    return HEADERS.get(finding.kind) if is_content and finding.allocation is Allocation.ALLOCATES else None


def origin(finding: Finding, locale: Locale, code: Code = plain) -> tuple[str, ...]:
    """Return where the value comes from when that is not the source at its place: an inlined body."""
    if not finding.inlined_from:
        return ()
    return (_table(locale)["from.inlined"].format(function=code(finding.inlined_from)),)


def function_story(
    function: Function, facts: FileFacts, locale: Locale, code: Code = plain
) -> tuple[str, tuple[str, ...]]:
    """Return what is known of a function: its heap sites in one sentence, then its parameters and its inlining."""
    table = _table(locale)
    sites = [finding for finding in facts.findings if finding.is_heap and _is_inside(finding, function)]
    loops = sum(finding.temperature is Temperature.LOOP for finding in sites)
    key = "function.sites" if sites else "function.none"
    head = table[key].format(name=code(function.name), count=len(sites), loops=loops)
    leaks = [sentence for parameter in function.parameters for sentence in _leaks(parameter, table, code)]
    inlining = _inlining(function.inlining, table)
    if function.saved:
        inlining = (*inlining, table["function.saved"].format(count=function.saved))
    return head, (*dict.fromkeys(leaks), *inlining)


def contract(parameter: Parameter, locale: Locale, code: Code = plain) -> tuple[str, ...]:
    """Return what a function does with a parameter, one sentence for each way out, one when it stays."""
    table = _table(locale)
    return tuple(_leaks(parameter, table, code)) or (table["function.stays"].format(name=code(parameter.name)),)


def word(key: str, locale: Locale, **fields: object) -> str:
    """Return one of the fixed words of a story (`title.steps`, `page`, `stale`, `more` …)."""
    return _table(locale)[key].format(**fields)


def why(finding: Finding, locale: Locale) -> str:
    """Return the verdict with its cause in one sentence."""
    return findings.message(finding, locale)


def rule_page(rule: Rule, locale: Locale) -> str:
    """Return the text of the link to a rule's page."""
    return _table(locale)["page"].format(rule=rule)


def compiler_lines(shown: Sequence[Finding]) -> tuple[str, ...]:
    """Return the compiler's own lines of some findings, each once."""
    return tuple(dict.fromkeys(line for finding in shown for line in finding.lines))


def _table(locale: Locale) -> dict[str, str]:
    return ZH if locale == "zh-cn" else EN


def _end(name: str, locale: Locale, code: Code) -> str:
    """Return one end of an arrow in words: `{heap}`, `{temp}`, `{storage for X}`, `~r0`, a name."""
    table, bare = _table(locale), name.lstrip("&*")
    if bare == "{heap}":
        return table["end.heap"]
    if bare == "{temp}":
        return table["end.temporary"]
    if bare.startswith("{storage for "):
        return table["end.storage"].format(name=code(bare[len("{storage for ") : -1]))
    if bare.lower().startswith("~r"):
        return table["end.result"]
    return code(name)


def _is_inside(finding: Finding, function: Function) -> bool:
    start, end = (function.span.line, function.span.column), (function.span.end_line, function.span.end_column)
    return start <= (finding.span.line, finding.span.column) < end


def _leaks(parameter: Parameter, table: dict[str, str], code: Code) -> Iterator[str]:
    for way in ways_of(parameter.leaks):
        key = "content" if way.is_content else "heap"
        if way.result:
            key = "content-result" if way.is_content else "result"
        yield table[f"function.leak.{key}"].format(name=code(parameter.name), result=code(way.result))


def _inlining(sentence: str, table: dict[str, str]) -> tuple[str, ...]:
    """Return `can inline F with cost N as: …` or `cannot inline F: reason` as a sentence."""
    if sentence.startswith("cannot inline "):
        return (table["function.not-inlined"].format(reason=sentence.partition(": ")[2]),)
    if not sentence.startswith("can inline "):
        return ()
    _, is_known, rest = sentence.partition(" with cost ")
    if is_known:
        return (table["function.inlined"].format(cost=rest.split(" ")[0]),)
    return (table["function.can-inline"],)
