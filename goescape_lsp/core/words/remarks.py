"""The sentences about comments that accept findings: what they accept, and what is wrong with them."""

from __future__ import annotations

from goescape_lsp.core.model import Finding, Remark
from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "unused-suppression": "Nothing here has to be accepted: there is no finding of {given}.",
    "misplaced-suppression": "This accepts nothing: it has to be a comment of its own, at the end of the finding's line or directly above a function.",
    "missing-reason": "This accepts nothing without a rule and a reason: //goescape:ok RULE reason",
    "unknown-rule": "There is no rule {given}.",
    "unknown-rule.near": "There is no rule {given}; did you mean {near}?",
    "unknown-directive": "{given} means nothing to goescape; write {near}, without blanks.",
    "accepted": "Accepted in the source: {reason}",
    "accepted.count": "accepted in the source: {count}",
    "accept": "Accept {rule} here: add //goescape:ok (you write the reason)",
}
ZH: dict[str, str] = {
    "unused-suppression": "这里没有需要接受的结果：没有 {given}。",
    "misplaced-suppression": "此注释不起作用：它应单独成为一条注释，写在结果所在行的末尾，或紧接在函数声明的上方。",
    "missing-reason": "缺少规则或原因，此注释不起作用：//goescape:ok 规则 原因",
    "unknown-rule": "没有名为 {given} 的规则。",
    "unknown-rule.near": "没有名为 {given} 的规则；是否想写 {near}？",
    "unknown-directive": "goescape 不认识 {given}；应写作 {near}，中间不留空格。",
    "accepted": "源码中已接受：{reason}",
    "accepted.count": "源码中已接受 {count} 个",
    "accept": "接受此处的 {rule}：添加 //goescape:ok（原因由你填写）",
}


def sentence(remark: Remark, locale: Locale) -> str:
    """Return what is wrong with a comment, on one line."""
    table = _table(locale)
    near = table.get(f"{remark.kind}.near") if remark.near else None
    return (near or table[str(remark.kind)]).format(given=remark.given.replace(",", ", "), near=remark.near)


def accepted(finding: Finding, locale: Locale) -> str:
    """Return the sentence that a finding is accepted and why, "" when it is not."""
    return _table(locale)["accepted"].format(reason=finding.suppressed) if finding.suppressed else ""


def accepted_count(count: int, locale: Locale) -> str:
    """Return how many findings of a report are accepted."""
    return _table(locale)["accepted.count"].format(count=count)


def accept(rule: str, locale: Locale) -> str:
    """Return the title of the action that adds the comment."""
    return _table(locale)["accept"].format(rule=rule)


def _table(locale: Locale) -> dict[str, str]:
    return ZH if locale == "zh-cn" else EN
