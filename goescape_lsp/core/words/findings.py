"""The one-line sentences about findings: what escapes, and why."""

from __future__ import annotations

import re
from dataclasses import replace

from goescape_lsp.core.decision import RANGE
from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Rule, Verdict
from goescape_lsp.core.words import Locale, inlined, others

_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_LONGEST = 60
_SHAPE = "go.shape."
# How the compiler prints a type that depends on type arguments.
_UNNAMED_TYPE = "<node DYNAMICTYPE>"
_NAMED = re.compile(r"\w(?<!\bmap)$")
_LONG_LITERAL = 40
_RESULT_OF_LOOP = re.compile(r"#rv(?P<number>\d+)$")
_WRITTEN = re.compile(r"(?:func|for|go|defer)\b")

EN: dict[str, str] = {
    "what.map": "map",
    "what.slice": "slice",
    "what.new": "{expression}",
    "what.composite": "{expression}",
    "what.variable": "{subject}",
    "what.temporary": "value of {expression}",
    "what.closure": "closure",
    "what.function-value": "function value {expression}",
    "what.interface": "{expression}",
    "what.string": "string",
    "what.bytes": "byte slice",
    "what.variadic": "argument slice",
    "what.append": "appended slice",
    "what.method-value": "method value {expression}",
    "what.parameter": "parameter {subject}",
    "what.channel": "channel",
    "what.other": "{expression}",
    "what.loop-body": "body of the loop",
    "what.loop-state": "state of the loop",
    "what.loop-result": "result {result}",
    "what.inlined": "{what} made in {callee}",
    "escapes": "{what} escapes: {why}",
    "moved": "{what} moved to heap: {why}",
    "escapes.unexplained": "{what} escapes to the heap",
    "moved.unexplained": "{what} moved to heap",
    "leaks": "{what} leaks: {why}",
    "stays": "{what} stays on the stack",
    "allocates": "{what} does not escape, but {why}",
    "silent": "{what}: {why}",
    "leaks.heap": "what is passed here goes to the heap",
    "leaks.content": "what it points to goes to the heap",
    "leaks.result": "it is part of result {result}",
    "leaks.content-result": "what it points to is part of result {result}",
    "kept": "{why} ({keeper})",
    "returned": "returned from function",
    "captured-by-closure": "captured by a closure that may outlive the call",
    "captured-by-reference": "captured by reference in a closure that may outlive the call",
    "captured-by-loop-body": "used by the body of a loop over a function, a closure that may outlive the call",
    "goroutine": "used by a goroutine",
    "goroutine-arguments": "it carries the arguments of the go statement",
    "goroutine-result": "it drops the result of what the go statement calls",
    "goroutine-by-reference": "captured by reference by a goroutine",
    "deferred-in-loop": "deferred in a loop",
    "deferred-behind-label": "deferred behind a label that a goto jumps back to; the compiler takes what follows for a loop",
    "deferred-behind-label-by-reference": "captured by reference by a closure deferred behind a label that a goto jumps back to; the compiler takes what follows for a loop",
    "deferred-by-reference": "captured by reference by a closure deferred in a loop",
    "interface-conversion": "put into an interface",
    "interface-argument": "passed to {callee} in an interface, where it may outlive the call",
    "stored-in-global": "stored in a package variable",
    "stored-in-heap-object": "stored in an object that may be on the heap",
    "stored-in-map": "stored in a map",
    "map-key": "used as a map key",
    "appended": "appended to a slice",
    "append-spread": "among the elements that append copies",
    "copied": "among the elements copied to a slice",
    "sent-on-channel": "sent on a channel",
    "passed-to-leaking-parameter": "passed to {callee}, which lets it outlive the call",
    "passed-to-unknown-call": "passed to {callee}, which the compiler cannot look into",
    "passed-to-assembly": "passed to {callee}, which has no Go body to look into",
    "panic-argument": "passed to panic",
    "too-large-for-stack": "too large for the stack",
    "too-aligned-for-stack": "needs more alignment than the stack gives",
    "non-constant-size": "its size is not a constant",
    "zero-size-element": "its elements have no size (nothing is allocated)",
    "outlives-loop-iteration": "stored in a variable declared outside the loop",
    "outlives-label": "stored in a variable declared before a label that a goto jumps back to; the compiler takes what follows for a loop",
    "outlives-loop-variable": "stored in the variable of the loop itself, which the compiler takes for one outside the loop",
    "outlives-recursion": "passed in a loop to {callee}, which leads back to this function: the compiler takes its parameter for a variable outside the loop",
    "outlives-scope": "stored in a variable that outlives it",
    "uintptr-escapes": "passed as uintptr to a function marked uintptrescapes",
    "unsafe-pointer-check": "converted to unsafe.Pointer while pointers are checked",
    "leaking-parameter": "leaks",
    "unknown-cause": "the compiler gives a reason that this version does not know",
    "unexplained": "why was not asked",
    "growing-append": "growing it may allocate",
    "variable-size-make": "it allocates when it does not fit into 32 bytes",
    "string-conversion": "the conversion may allocate",
    "string-concatenation": "the result may allocate",
    "make-channel": "making it allocates",
    "map-storage": "room for more than 8 entries is allocated",
    "map-storage-maybe": "its entries may need memory on the heap",
    "map-store": "a new entry may make it grow",
    "a call": "a call",
    "a function value": "a function value",
    "ranged function": "the function that is ranged over",
}
ZH: dict[str, str] = {
    "what.map": "map",
    "what.slice": "切片",
    "what.new": "{expression}",
    "what.composite": "{expression}",
    "what.variable": "{subject}",
    "what.temporary": "{expression} 的值",
    "what.closure": "闭包",
    "what.function-value": "函数值 {expression}",
    "what.interface": "{expression}",
    "what.string": "字符串",
    "what.bytes": "字节切片",
    "what.variadic": "可变参数切片",
    "what.append": "append 得到的切片",
    "what.method-value": "方法值 {expression}",
    "what.parameter": "参数 {subject}",
    "what.channel": "通道",
    "what.other": "{expression}",
    "what.loop-body": "循环体",
    "what.loop-state": "循环的状态",
    "what.loop-result": "返回值 {result}",
    "what.inlined": "{callee} 中创建的 {what}",
    "escapes": "{what} 逃逸：{why}",
    "moved": "{what} 被移到堆上：{why}",
    "escapes.unexplained": "{what} 逃逸到堆上",
    "moved.unexplained": "{what} 被移到堆上",
    "leaks": "{what} 泄漏：{why}",
    "stays": "{what} 留在栈上",
    "allocates": "{what} 没有逃逸，但{why}",
    "silent": "{what}：{why}",
    "leaks.heap": "传入的值会进入堆",
    "leaks.content": "它指向的内容会进入堆",
    "leaks.result": "它是返回值 {result} 的一部分",
    "leaks.content-result": "它指向的内容是返回值 {result} 的一部分",
    "kept": "{why}（{keeper}）",
    "returned": "作为返回值离开函数",
    "captured-by-closure": "被闭包捕获，而闭包可能在调用结束后仍存活",
    "captured-by-reference": "被闭包按引用捕获，而闭包可能在调用结束后仍存活",
    "captured-by-loop-body": "被遍历函数的循环体使用，而循环体是可能在调用结束后仍存活的闭包",
    "goroutine": "被 goroutine 使用",
    "goroutine-arguments": "它携带 go 语句的参数",
    "goroutine-result": "它丢弃 go 语句所调用函数的返回值",
    "goroutine-by-reference": "被 goroutine 按引用捕获",
    "deferred-in-loop": "在循环中被 defer",
    "deferred-behind-label": "在有 goto 跳回的标签之后被 defer，编译器把标签之后的代码当作循环",
    "deferred-behind-label-by-reference": "被在有 goto 跳回的标签之后 defer 的闭包按引用捕获，编译器把标签之后的代码当作循环",
    "deferred-by-reference": "被循环中 defer 的闭包按引用捕获",
    "interface-conversion": "被装入接口",
    "interface-argument": "装入接口传给了 {callee}，可能在调用结束后仍存活",
    "stored-in-global": "存入包级变量",
    "stored-in-heap-object": "存入可能在堆上的对象",
    "stored-in-map": "存入 map",
    "map-key": "用作 map 的键",
    "appended": "被追加到切片",
    "append-spread": "是 append 复制的元素之一",
    "copied": "是被复制到切片的元素之一",
    "sent-on-channel": "发送到通道",
    "passed-to-leaking-parameter": "传给了 {callee}，它会让值在调用结束后仍存活",
    "passed-to-unknown-call": "传给了 {callee}，编译器看不到它的实现",
    "passed-to-assembly": "传给了 {callee}，它没有可供分析的 Go 函数体",
    "panic-argument": "传给 panic",
    "too-large-for-stack": "对栈来说太大",
    "too-aligned-for-stack": "需要的对齐超出栈所能保证的",
    "non-constant-size": "大小不是常量",
    "zero-size-element": "元素大小为零（不会分配内存）",
    "outlives-loop-iteration": "存入循环外声明的变量",
    "outlives-label": "存入在标签之前声明的变量，有 goto 跳回这个标签，编译器把标签之后的代码当作循环",
    "outlives-loop-variable": "存入循环自身的变量，编译器把它当作循环外的变量",
    "outlives-recursion": "在循环中传给 {callee}，而它又回到这个函数：编译器把它的参数当作循环外的变量",
    "outlives-scope": "存入比它存活更久的变量",
    "uintptr-escapes": "以 uintptr 传给标记了 uintptrescapes 的函数",
    "unsafe-pointer-check": "在启用指针检查时被转换为 unsafe.Pointer",
    "leaking-parameter": "泄漏",
    "unknown-cause": "编译器给出了本版本尚不认识的原因",
    "unexplained": "没有询问原因",
    "growing-append": "扩容时可能分配内存",
    "variable-size-make": "放不进 32 字节时会分配内存",
    "string-conversion": "转换可能分配内存",
    "string-concatenation": "结果可能分配内存",
    "make-channel": "创建时会分配内存",
    "map-storage": "超过 8 个元素的空间会被分配在堆上",
    "map-storage-maybe": "它的元素可能需要堆上的内存",
    "map-store": "新的条目可能使它扩容",
    "a call": "某个调用",
    "a function value": "某个函数值",
    "ranged function": "被遍历的函数",
}

_TABLES = {"en": EN, "zh-cn": ZH}


def message(finding: Finding, locale: Locale) -> str:
    """Return the diagnostic's line: what escapes, and why, without the compiler's jargon."""
    table = _TABLES[locale]
    shown = what(finding, locale)
    if finding.verdict is Verdict.STAYS:
        if finding.rule is None:
            return table["stays"].format(what=shown)
        form = "silent" if finding.is_silent else "allocates"
        return _joined(table[form].format(what=shown, why=_sentence(finding.rule, finding, locale)))
    is_moved = finding.verdict is Verdict.MOVED and finding.kind is Kind.VARIABLE and not _is_temporary(finding)
    form = "moved" if is_moved else "leaks" if finding.verdict is Verdict.LEAKS else "escapes"
    if finding.rule is Rule.UNEXPLAINED:
        form = f"{form}.unexplained"
    return _joined(table[form].format(what=shown, why=why(finding, locale)))


def what(finding: Finding, locale: Locale) -> str:
    """Return the noun for what is allocated: `map`, `closure`, a variable's name, the text of a boxed expression."""
    table = _TABLES[locale]
    is_long = len(finding.expression) > _LONG_LITERAL and "{...}" in finding.subject
    expression = written(finding.subject) if finding.inlined_from or is_long else finding.expression
    key = "temporary" if _is_temporary(finding) else _of_loop(finding) or _of_generic(finding) or str(finding.kind)
    # Where another package compiles a body, the compiler puts the name of its own before those of its variables.
    name = finding.subject.rpartition(".")[2]
    result = _RESULT_OF_LOOP.match(finding.subject)
    noun = table[f"what.{key}"].format(
        expression=_short(expression.replace("{...}", "{…}")),
        subject=name,
        result=int(result["number"]) - 1 if result is not None else "",
    )
    if finding.inlined_from:
        return table["what.inlined"].format(what=noun, callee=finding.inlined_from)
    return noun


def why(finding: Finding, locale: Locale) -> str:
    """Return the cause as the end of a sentence, with what keeps a closure or a box in brackets."""
    table = _TABLES[locale]
    if finding.verdict is Verdict.LEAKS:
        if finding.result in {"heap", "content"}:
            return table[f"leaks.{finding.result}"]
        key = "leaks.content-result" if finding.level else "leaks.result"
        return table[key].format(result=finding.result.removeprefix("~r"))
    text = rule_words(finding, locale)
    if finding.keeper is None or finding.keeper is finding.rule:
        return text
    # The reference is the closure's to the value: what keeps the closure has it as it is.
    kept = replace(finding, is_by_reference=False)
    return table["kept"].format(why=text, keeper=_sentence(finding.keeper, kept, locale))


def rule_words(finding: Finding, locale: Locale) -> str:
    """Return the words for a finding's rule alone, with the callee where the rule names one."""
    rule = finding.rule
    if rule is None:
        return ""
    return _sentence(rule, finding, locale)


def _sentence(rule: Rule, finding: Finding, locale: Locale) -> str:
    table = _TABLES[locale]
    key = str(rule)
    if rule is Rule.CAPTURED_BY_CLOSURE and finding.callee == RANGE:
        key = "captured-by-loop-body"
    elif finding.is_by_reference and rule is Rule.CAPTURED_BY_CLOSURE:
        key = "captured-by-reference"
    elif finding.is_silent and rule is Rule.GOROUTINE:
        key = "goroutine-result" if finding.allocation_reason == "carried-result" else "goroutine-arguments"
    elif finding.is_by_reference and rule is Rule.GOROUTINE:
        key = "goroutine-by-reference"
    elif finding.cause is Cause.DEFER_LABEL and rule is Rule.DEFERRED_IN_LOOP:
        key = "deferred-behind-label-by-reference" if finding.is_by_reference else "deferred-behind-label"
    elif finding.cause is Cause.LABEL and rule is Rule.OUTLIVES_LOOP_ITERATION:
        key = "outlives-label"
    elif finding.cause is Cause.LOOP_VARIABLE and rule is Rule.OUTLIVES_LOOP_ITERATION:
        key = "outlives-loop-variable"
    elif finding.cause is Cause.RECURSION and rule is Rule.OUTLIVES_LOOP_ITERATION:
        key = "outlives-recursion"
    elif finding.is_by_reference and rule is Rule.DEFERRED_IN_LOOP:
        key = "deferred-by-reference"
    elif rule is Rule.INTERFACE_CONVERSION and finding.cause is Cause.INTERFACE_ARG and finding.callee:
        key = "interface-argument"
    elif rule is Rule.STORED_IN_MAP and finding.cause is Cause.MAP_KEY:
        key = "map-key"
    elif rule is Rule.APPENDED and finding.cause is Cause.APPEND_SPREAD:
        key = "append-spread"
    elif rule is Rule.MAP_STORAGE and finding.is_silent:
        key = "map-store"
    elif rule is Rule.MAP_STORAGE and finding.allocation is Allocation.MAY_ALLOCATE:
        key = "map-storage-maybe"
    text = table[key].format(callee=_callee(finding.callee, table))
    return others.why(finding, inlined.why(finding, text, locale), locale) if rule is finding.rule else text


def _callee(name: str, table: dict[str, str]) -> str:
    """Return what a deciding call names; not the name that only the compiler has for a function."""
    if name == RANGE:
        return table["ranged function"]
    return table["a function value"] if name.startswith(".autotmp_") else _short(written(name)) or table["a call"]


def written(text: str) -> str:
    """Return the compiler's text as somebody would write it: without the shapes that stand for type arguments."""
    text = text.replace(_UNNAMED_TYPE, "…")
    if _SHAPE not in text:
        return text
    kept, depth, begin = list[str](), 0, 0
    for index, letter in enumerate(text):
        begin = index if letter == "[" and not depth else begin
        depth += letter == "["
        if not depth:
            kept.append(letter)
        depth -= letter == "]"
        if letter == "]" and not depth and not (_SHAPE in text[begin:index] and _NAMED.search(text[:begin])):
            kept.append(text[begin : index + 1])
    return "".join(kept).replace(_SHAPE, "")


def _is_temporary(finding: Finding) -> bool:
    """Say whether the subject is a name that only the compiler knows: a result of inlined code, a temporary."""
    return finding.kind is Kind.VARIABLE and finding.subject.startswith(("~", "."))


def _of_loop(finding: Finding) -> str:
    """Return what a site is of a loop over a function: its `body`, which is a closure, or what that shares.

    Source: cmd/compile/internal/rangefunc: `#state1`, and `#rv1` for the first result where the body returns.
    """
    if _RESULT_OF_LOOP.match(finding.subject):
        return "loop-result"
    if finding.subject.startswith("#"):
        return "loop-state"
    is_handed_over = finding.rule in {Rule.PASSED_TO_UNKNOWN_CALL, Rule.PASSED_TO_LEAKING_PARAMETER}
    return "loop-body" if finding.kind is Kind.CLOSURE and finding.callee == RANGE and is_handed_over else ""


def _of_generic(finding: Finding) -> str:
    """Return what a function is that the compiler made although the source has no literal there: `F[K]`."""
    is_written = finding.inlined_from or finding.is_silent or _WRITTEN.match(finding.expression) is not None
    return "function-value" if finding.kind is Kind.CLOSURE and not is_written else ""


def _joined(text: str) -> str:
    """Take the space out between two Chinese words, where a noun took the place of a Latin name."""
    return _BETWEEN_CHINESE.sub("", text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
