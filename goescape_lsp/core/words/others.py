"""What decides for a value happens to another one, which its variable held before: the compiler takes them for one."""

from __future__ import annotations

from goescape_lsp.core.model import Finding
from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "why": "another value of its variable is {why}",
    "advice": "The compiler takes all values that a variable holds in turn for one, and what it names happens to another "
    "one. Give this value a variable of its own, so that it is judged by itself.",
}
ZH: dict[str, str] = {
    "why": "它的变量先前持有的另一个值{why}",
    "advice": "编译器把一个变量先后持有的值视为一个，这里所说的是另一个值的去向。给这个值一个单独的变量，让编译器单独判断它。",
}


def why(finding: Finding, text: str, locale: Locale) -> str:
    """Return the words for a finding's rule, which are `text` where that happens to the value itself."""
    return _table(locale)["why"].format(why=text) if finding.is_of_other else text


def advice(finding: Finding, locale: Locale) -> str:
    """Return what to do about a value that is on the heap for another one's sake, "" for all others."""
    return _table(locale)["advice"] if finding.is_of_other else ""


def _table(locale: Locale) -> dict[str, str]:
    return ZH if locale == "zh-cn" else EN
