"""Accepts the findings that comments of the source accept, and remarks on comments that accept nothing.

`//goescape:ok RULE reason` at the end of a line accepts what stands on it; alone above a function declaration it
accepts what stands in the function. RULE is a rule, several with commas, or `all`. Without a reason it does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from goescape_lsp.core.judge import ALLOCATION_RULES, possible_rules
from goescape_lsp.core.model import Comment, FileFacts, Finding, Remark, RemarkKind, Rule, Span

PREFIX = "goescape:"
OK = "ok"
ALL = "all"

_KNOWN = frozenset([ALL, *map(str, Rule)])
_MACHINE_CODE_TELLS = frozenset([ALL, *map(str, ALLOCATION_RULES)])
_DIRECTIVE = re.compile(r"^//(?P<blank>\s*)goescape:(?P<word>\S*)\s*(?P<rest>.*)$")
_PUNCTUATION = "-:\N{EN DASH}\N{EM DASH}\N{FULLWIDTH COLON} "
_JOINER = "\N{ZERO WIDTH JOINER}"  # inside emoji; the only character without a picture that a reason may hold


@dataclass(slots=True)
class _Claim:
    """What a well-formed comment asks for; `used` are the names that accepted something."""

    comment: Comment
    names: tuple[str, ...]
    reason: str
    used: set[str] = field(default_factory=set[str])

    def takes(self, finding: Finding) -> bool:
        """Note which names fit a finding, and say whether any does; what stays on the stack has no rule.

        What is left open is accepted by each rule that it may have, so that no comment is unused for a while.
        """
        if finding.rule is None:
            return False
        fitting = {*map(str, possible_rules(finding)), ALL}.intersection(self.names)
        self.used |= fitting
        return bool(fitting)


def accept(facts: FileFacts, comments: Sequence[Comment], *, is_whole: bool, is_weighed: bool) -> FileFacts:
    """Return the facts with the accepted findings marked and with remarks on the comments.

    Shape: a comment is unused only where that is certain: with `is_whole` (the file compiled), for allocation rules
    with `is_weighed` (the machine code was read), and not in a generic function that nothing instantiates.
    """
    if not comments:
        return facts
    claims: list[_Claim] = []
    remarks: list[Remark] = []
    for comment in comments:
        read = _read(comment)
        claims += (one for one in read if isinstance(one, _Claim))
        remarks += (one for one in read if isinstance(one, Remark))
    findings = _accepted(facts.findings, claims)
    for claim in claims:
        remarks += _unused(claim, findings, is_whole=is_whole, is_weighed=is_weighed)
    remarks.sort(key=lambda one: one.span)
    return replace(facts, findings=findings, comments=tuple(comments), remarks=tuple(remarks))


def accept_again(facts: FileFacts) -> FileFacts:
    """Return the facts with the accepted findings marked anew, after findings or their rules were added to them."""
    if not facts.comments and not any(finding.suppressed for finding in facts.findings):
        return facts
    claims = [one for comment in facts.comments for one in _read(comment) if isinstance(one, _Claim)]
    return replace(facts, findings=_accepted(facts.findings, claims))


def rules_of(text: str) -> tuple[tuple[str, ...], str]:
    """Return the names and the reason in what follows `ok`: `returned, appended: one per call`.

    Shape: a blank after a comma goes on with the names only when a rule follows; the first names may be misspelt.
    """
    names: list[str] = []
    rest = text
    while rest:
        word, _, tail = rest.partition(" ")
        found = [name for name in word.rstrip(":").split(",") if name]
        if names and not _KNOWN.issuperset(found):
            break
        names += found
        rest = tail.lstrip()
        if not word.endswith(","):
            break
    return tuple(dict.fromkeys(names)), rest.lstrip(_PUNCTUATION)


def _read(comment: Comment) -> list[_Claim | Remark]:
    """Return what a comment asks for, and what is misspelt in it; nothing for prose that mentions goescape."""
    text = _printable(comment.text)
    directive = _DIRECTIVE.match(text)
    if directive is None:
        names, _ = rules_of(text.partition(f"//{PREFIX}{OK} ")[2])
        is_prose = comment.is_alone or not names or not _KNOWN.issuperset(names)
        return [] if is_prose else [Remark(comment.span, RemarkKind.MISPLACED, ",".join(names))]
    names, reason = rules_of(directive["rest"])
    is_ok = directive["word"] == OK
    if directive["blank"] or not is_ok:
        is_prose = bool(directive["blank"]) and not (is_ok and names and _KNOWN.issuperset(names))
        written = f"//{directive['blank']}{PREFIX}{directive['word']}"
        return [] if is_prose else [Remark(comment.span, RemarkKind.UNKNOWN_WORD, written, f"//{PREFIX}{OK}")]
    if not names or not any(letter.isalnum() for letter in reason):
        return [Remark(comment.span, RemarkKind.NO_REASON, ",".join(names))]
    known = tuple(name for name in names if name in _KNOWN)
    misspelt = [
        Remark(comment.span, RemarkKind.UNKNOWN_RULE, name, next(iter(get_close_matches(name, _KNOWN, 1)), ""))
        for name in names
        if name not in _KNOWN
    ]
    return [*([_Claim(comment, known, reason)] if known else []), *misspelt]


def _accepted(findings: Sequence[Finding], claims: Sequence[_Claim]) -> tuple[Finding, ...]:
    """Return the findings, marked where a comment accepts them; one on the line speaks before one of the function."""
    on_line: dict[int, list[_Claim]] = {}
    for claim in claims:
        if not claim.comment.is_alone:
            on_line.setdefault(claim.comment.span.line, []).append(claim)
    above = [(claim.comment.function, claim) for claim in claims if claim.comment.function is not None]
    marked: list[Finding] = []
    for finding in findings:
        lines = dict.fromkeys((finding.span.line, finding.span.end_line, finding.at.line))
        reaching = [claim for line in lines for claim in on_line.get(line, ())]
        reaching += [claim for function, claim in above if _is_inside(finding, function)]
        taking = [claim for claim in reaching if claim.takes(finding)]
        reason = taking[0].reason if taking else ""
        marked.append(finding if finding.suppressed == reason else replace(finding, suppressed=reason))
    return tuple(marked)


def _unused(claim: _Claim, findings: Sequence[Finding], *, is_whole: bool, is_weighed: bool) -> Iterator[Remark]:
    comment = claim.comment
    if comment.is_alone and comment.function is None:
        yield Remark(comment.span, RemarkKind.MISPLACED, ",".join(claim.names))
        return
    if comment.generic is not None and not any(_is_inside(finding, comment.generic) for finding in findings):
        return
    unused = [
        name for name in claim.names if name not in claim.used and (is_weighed or name not in _MACHINE_CODE_TELLS)
    ]
    if is_whole and unused:
        yield Remark(comment.span, RemarkKind.UNUSED, ",".join(unused))


def _is_inside(finding: Finding, function: Span) -> bool:
    start, end = (function.line, function.column), (function.end_line, function.end_column)
    return start <= (finding.span.line, finding.span.column) < end


def _printable(text: str) -> str:
    """Return a comment as it is safe to show: blanks as one, control and bidirectional characters as a mark."""
    shown = (
        one if one.isprintable() or one.isspace() or one == _JOINER else "\N{REPLACEMENT CHARACTER}" for one in text
    )
    return " ".join("".join(shown).split())
