"""The few words in and above the code: hints after expressions and parameters, lenses above functions."""

from __future__ import annotations

import re

from goescape_lsp.core.contract import ways_of
from goescape_lsp.core.model import Allocation, Finding, Function, Kind, Parameter
from goescape_lsp.core.words import Locale

EN: dict[str, str] = {
    "allocates": "heap",
    "may-allocate": "heap?",
    "stays": "stack",
    "sized": "{label} {size}",
    "parameter.stays": "stays",
    "parameter.heap": "to heap",
    "parameter.content-heap": "content to heap",
    "parameter.result": "to result {result}",
    "parameter.content-result": "content to result {result}",
    "join": ", ",
    "lens": "{count} to the heap, {loops} in loops",
    "lens.cost": "not inlined: cost {cost} > {budget}, costs 1 allocation",
    "lens.costs": "not inlined: cost {cost} > {budget}, costs {count} allocations",
    "lens.reason": "not inlined: {reason}, costs 1 allocation",
    "lens.reasons": "not inlined: {reason}, costs {count} allocations",
    "lens.join": " · ",
}
ZH: dict[str, str] = {
    "allocates": "堆",
    "may-allocate": "堆?",
    "stays": "栈",
    "sized": "{label} {size}",
    "parameter.stays": "不外流",
    "parameter.heap": "到堆",
    "parameter.content-heap": "内容到堆",
    "parameter.result": "到返回值 {result}",
    "parameter.content-result": "内容到返回值 {result}",
    "join": "、",
    "lens": "{count} 处逃逸到堆，{loops} 处在循环中",
    "lens.cost": "未内联：代价 {cost} > {budget}，多 1 次分配",
    "lens.costs": "未内联：代价 {cost} > {budget}，多 {count} 次分配",
    "lens.reason": "未内联：{reason}，多 1 次分配",
    "lens.reasons": "未内联：{reason}，多 {count} 次分配",
    "lens.join": " · ",
}

_LABELS = {Allocation.ALLOCATES: "allocates", Allocation.MAY_ALLOCATE: "may-allocate"}
_MADE = frozenset({Kind.MAP, Kind.SLICE, Kind.NEW, Kind.COMPOSITE, Kind.CLOSURE, Kind.METHOD_VALUE})
_UNITS = (("MiB", 1 << 20), ("KiB", 1 << 10))
_TOO_COSTLY = re.compile(r"function too complex: cost (?P<cost>\d+) exceeds budget (?P<budget>\d+)")


def heap_label(finding: Finding, locale: Locale) -> str:
    """Return the hint of a value that allocates or may, with the size of its block; "" for one that does not."""
    key = _LABELS.get(finding.allocation)
    if key is None:
        return ""
    label = _text(key, locale)
    if finding.block is None or not finding.is_heap:
        return label
    return _text("sized", locale, label=label, size=_bytes(finding.block))


def stack_label(finding: Finding, locale: Locale) -> str:
    """Return the hint of a value that stays on the stack and for which nothing is allocated; "" for any other.

    Shape: a box, a string or the slice of a call's arguments is nothing that a reader made. A map is told of when the
    machine code was seen to make no room for its entries.
    """
    if finding.is_heap or finding.is_silent or finding.inlined_from or finding.rule is not None:
        return ""
    is_free = finding.kind in _MADE and finding.allocation is Allocation.DOES_NOT_ALLOCATE
    return _text("stays", locale) if is_free else ""


def contract_label(parameter: Parameter, locale: Locale) -> str:
    """Return the hint of a parameter: where its value goes, or that it stays."""
    ways = [
        _text(
            "parameter." + ("content-" if way.is_content else "") + ("result" if way.result else "heap"),
            locale,
            result=way.result,
        )
        for way in ways_of(parameter.leaks)
    ]
    return _text("join", locale).join(ways) or _text("parameter.stays", locale)


def lens_title(function: Function, sites: int, loops: int, locale: Locale) -> str:
    """Return the line above a function: its heap sites, and its inlining where that decides about an allocation.

    Shape: "" when there is nothing to tell.
    """
    parts = [_text("lens", locale, count=sites, loops=loops)] if sites else []
    if function.saved:
        parts.append(_not_inlined(function, locale))
    return _text("lens.join", locale).join(parts)


def _not_inlined(function: Function, locale: Locale) -> str:
    reason = function.inlining.partition(": ")[2]
    is_one, costly = function.saved == 1, _TOO_COSTLY.fullmatch(reason)
    if costly is None:
        return _text("lens.reason" if is_one else "lens.reasons", locale, reason=reason, count=function.saved)
    fields = {"cost": costly["cost"], "budget": costly["budget"], "count": function.saved}
    return _text("lens.cost" if is_one else "lens.costs", locale, **fields)


def _bytes(size: int) -> str:
    unit, factor = next(((unit, factor) for unit, factor in _UNITS if size >= factor and size % factor == 0), ("B", 1))
    return f"{size // factor} {unit}"


def _text(key: str, locale: Locale, **fields: object) -> str:
    return (ZH if locale == "zh-cn" else EN)[key].format(**fields)
