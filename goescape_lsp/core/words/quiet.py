"""Why a finding is told more quietly, or louder, than others: the row of the default view or the setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goescape_lsp.core.judge import decided, is_selected

if TYPE_CHECKING:
    from collections.abc import Callable

    from goescape_lsp.core.model import Finding
    from goescape_lsp.core.settings import Settings
    from goescape_lsp.core.words import Locale

# The rows of core/quiet.py that are not information; the README prints them as a table.
EN: dict[str, str] = {
    "row.cold": "the code rarely runs",
    "row.inlined-possible": "in a loop, but it only may allocate and stands in another function that was inlined here",
    "row.append-with-room": "in a loop, but it grows a slice that was made with a capacity, was passed in, or is used again",
    "row.append-open": "in a loop, but it allocates only when a slice is full, and nothing tells before the loop how much room the slice needs",
    "row.same-statement": "another finding of the same statement is already information",
    "row.inlined": "it stands in another function that was inlined here",
    "row.possible": "it only may allocate",
    "row.constructor": "it stands in a function whose name is like that of a constructor",
    "row.lifecycle": "it stands in a function whose name is like that of one that begins or ends something",
    "row.main": "it runs once, in the program's main function",
    "row.first-use": "it runs only the first time: while a field is nil, which it sets, or by a sync.Once of an object",
    "row.goroutine": "to start a goroutine costs more",
    "row.make-channel": "a channel is always on the heap",
    "row.send": "to hand a value over a channel costs more",
    "row.arguments": "it serves the operands of a call that formats, sorts, encodes, decodes, or takes any number of them",
    "row.api": "it is what an exported function of a library returns",
    "row.kept": "it is a string, a function, the content of an interface, or a slice or map not made by make, and it lives on: it cannot be passed on by value",
    "default": "Shown as {level} by default, rule {key}: {why}.",
    "set": "Shown as {level} because the setting goescape.severity has {key}.",
    "level.hint": "a hint",
    "level.information": "information",
    "level.warning": "a warning",
    "level.error": "an error",
    "level.off": "nothing",
}
ZH: dict[str, str] = {
    "row.cold": "这段代码很少执行",
    "row.inlined-possible": "虽在循环中，但只是可能分配，而且写在被内联到此处的另一个函数里",
    "row.append-with-room": "虽在循环中，但增长的切片创建时已给出容量、由调用者传入，或者被复用",
    "row.append-open": "虽在循环中，但只在切片装满时分配，而且循环之前无从得知它需要多少容量",
    "row.same-statement": "同一条语句中已有另一处显示为 information",
    "row.inlined": "它写在被内联到此处的另一个函数里",
    "row.possible": "它只是可能分配",
    "row.constructor": "它所在的函数，名称像构造函数",
    "row.lifecycle": "它所在的函数，名称像是负责启动或收尾的",
    "row.main": "它在程序的 main 函数中只执行一次",
    "row.first-use": "只在第一次时执行：某个字段为 nil 并由它设置，或者由对象的 sync.Once 保证",
    "row.goroutine": "启动 goroutine 的开销更大",
    "row.make-channel": "channel 总是在堆上",
    "row.send": "通过 channel 移交一个值的开销更大",
    "row.arguments": "它服务于格式化、排序、编码、解码或可变参数调用的操作数",
    "row.api": "它是库的导出函数的返回值",
    "row.kept": "它是字符串、函数、接口的内容，或不由 make 创建的切片、map，而且继续存在：无法按值传递",
    "default": "默认显示为 {level}，依据规则 {key}：{why}。",
    "set": "显示为 {level}，因为设置 goescape.severity 中有 {key}。",
    "level.hint": "hint",
    "level.information": "information",
    "level.warning": "warning",
    "level.error": "error",
    "level.off": "不显示",
}


def loudness(finding: Finding, settings: Settings, locale: Locale, code: Callable[[str], str]) -> str:
    """Return the sentence that names what decided on a finding's severity, "" for information by default.

    Shape: also "" for what is not shown whatever its severity.
    """
    table = ZH if locale == "zh-cn" else EN
    level, key = decided(finding, settings)
    if finding.suppressed or not is_selected(finding, settings.show):
        return ""
    if key in settings.severity:
        return table["set"].format(level=table[f"level.{level}"], key=code(key))
    if level == "information":
        return ""
    return table["default"].format(level=table[f"level.{level}"], key=code(key), why=table[f"row.{key}"])
