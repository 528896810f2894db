"""How a value gets into a function that has no literal in the source: the compiler calls all of them closures."""

from __future__ import annotations

from goescape_lsp.core.model import Step
from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "go": "an operand of the call that the go statement starts",
    "go.reference": "shared with the call that the go statement starts: {expression}",
    "defer": "an operand of the deferred call",
    "defer.reference": "shared with the deferred call: {expression}",
    "loop": "used in the body of the loop, which the function that is ranged over calls: {expression}",
    "loop.reference": "used in the body of the loop, which shares the variable and does not copy it: {expression}",
    "value": "held by the function value",
    "value.reference": "shared with the function value: {expression}",
    "later": "kept for a call that is made later",
    "later.reference": "kept for a call that is made later: {expression}",
}
ZH: dict[str, str] = {
    "go": "是 go 语句所启动调用的操作数",
    "go.reference": "与 go 语句所启动的调用共享：{expression}",
    "defer": "是被 defer 的调用的操作数",
    "defer.reference": "与被 defer 的调用共享：{expression}",
    "loop": "在循环体中使用，由被遍历的函数调用：{expression}",
    "loop.reference": "在循环体中使用，循环体共享这个变量而不是复制它：{expression}",
    "value": "由函数值持有",
    "value.reference": "与函数值共享：{expression}",
    "later": "为稍后进行的调用保存",
    "later.reference": "为稍后进行的调用保存：{expression}",
}


def sentence(step: Step, locale: Locale) -> str:
    """Return the words of a step with a field for the expression, "" for one that is no such capture."""
    if not step.capturer:
        return ""
    key = f"{step.capturer}.reference" if step.why == "reference" else step.capturer
    return (ZH if locale == "zh-cn" else EN)[key]
