"""What happens to a value in the body of a function that was inlined where it is called: no reader sees it there."""

from __future__ import annotations

from collections.abc import Callable

from goescape_lsp.core.model import Finding, Rule, Step
from goescape_lsp.core.naming import is_literal
from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "step": "in {function}, inlined here: {text}",
    "step.deeper": "in {function} or what it calls, inlined here: {text}",
    "given": "passed to {function}, inlined here, as {parameter}",
    "given.unnamed": "passed to {function}, inlined here",
    "literal": "the function literal",
    "why": "{why}, in the inlined {function}",
    "captured": "captured by a closure of the inlined {function}, which may outlive the call",
    "captured.reference": "captured by reference in a closure of the inlined {function}, which may outlive the call",
    "advice": "{function}, whose body was copied (inlined) into this function, keeps it. Where it is yours, change it "
    "there; else call one that keeps nothing, or pass something that it may keep.",
    "advice.made": "{function}, whose body was copied (inlined) into this function, makes it and keeps it. Where it is "
    "yours, change it there.",
}
ZH: dict[str, str] = {
    "step": "在内联到此的{function}中：{text}",
    "step.deeper": "在内联到此的{function}或它所调用的函数中：{text}",
    "given": "传给内联到此的{function}，作为参数 {parameter}",
    "given.unnamed": "传给内联到此的{function}",
    "literal": "函数字面量",
    "why": "在内联的{function}中{why}",
    "captured": "被内联的{function}中的闭包捕获，而闭包可能在调用结束后仍存活",
    "captured.reference": "被内联的{function}中的闭包按引用捕获，而闭包可能在调用结束后仍存活",
    "advice": "{function}的函数体已被内联到这个函数里，它会保留这个值。函数是自己的，就在那里修改；"
    "否则改用不保留参数的函数，或者传入允许它保留的东西。",
    "advice.made": "{function}的函数体已被内联到这个函数里，它创建并保留了这个值。函数是自己的，就在那里修改。",
}


def step(told: Step, text: str, locale: Locale, code: Callable[[str], str]) -> str:
    """Return the sentence of a step, which is `text` where the step is in the source."""
    if not told.inlined_from:
        return text
    function = _named(told.inlined_from, locale, code)
    if not told.is_given:
        return _word("step.deeper" if told.is_deeper else "step", locale).format(function=function, text=text)
    # Where another package compiles a body, the compiler puts the name of its own before those of its variables.
    parameter = told.target.rpartition(".")[2]
    key = "given" if parameter.isidentifier() and parameter != "_" else "given.unnamed"
    return _word(key, locale).format(function=function.rstrip(), parameter=code(parameter))


def why(finding: Finding, text: str, locale: Locale) -> str:
    """Return the words for a finding's rule, which are `text` where that happens in the source, or where it is made."""
    if not finding.decided_in or finding.decided_in == finding.inlined_from:
        return text
    key = "why"
    if finding.rule is Rule.CAPTURED_BY_CLOSURE:
        key = "captured.reference" if finding.is_by_reference else "captured"
    return _word(key, locale).format(why=text, function=_named(finding.decided_in, locale, str))


def advice(finding: Finding, locale: Locale) -> str:
    """Return what to do about a value that is kept in an inlined body, "" where it is kept in the source."""
    if not finding.decided_in:
        return ""
    key = "advice.made" if finding.decided_in == finding.inlined_from else "advice"
    return _word(key, locale).format(function=_named(finding.decided_in, locale, str)).strip()


def _named(function: str, locale: Locale, code: Callable[[str], str]) -> str:
    if is_literal(function):
        return _word("literal", locale)
    return code(function) if locale == "en" else f" {code(function)} "  # between Chinese words


def _word(key: str, locale: Locale) -> str:
    return (ZH if locale == "zh-cn" else EN)[key]
