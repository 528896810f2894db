"""What the source around a finding says of its use: where the advice of the rule alone would be useless or wrong.

Nothing of this is needed to judge a finding: it is asked for when somebody reads the advice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tree_sitter import Node

from goescape_lsp.core.model import Cause, Finding, Kind, Rule, Temperature
from goescape_lsp.syntax import reuse, sharing
from goescape_lsp.syntax.interfaces import is_asked_for
from goescape_lsp.syntax.sites import POINTERS, Site, declared_function, site_of
from goescape_lsp.syntax.text import Text
from goescape_lsp.syntax.tree import ancestors, statements_of, text_of, walk

_MEMORY = POINTERS | {Kind.SLICE, Kind.BYTES, Kind.MAP, Kind.OTHER}
_TEXTS = frozenset({Kind.STRING, Kind.BYTES, Kind.SLICE})
_PASSED = frozenset({Rule.PASSED_TO_LEAKING_PARAMETER, Rule.PASSED_TO_UNKNOWN_CALL, Rule.INTERFACE_CONVERSION})
_ENTERED = frozenset({Rule.APPENDED, Rule.STORED_IN_MAP})
_HELD = _ENTERED | {Rule.STORED_IN_HEAP_OBJECT, Rule.RETURNED, Rule.OUTLIVES_LOOP_ITERATION}
_CONSTANTS = frozenset(
    [
        "interpreted_string_literal",
        "raw_string_literal",
        "int_literal",
        "float_literal",
        "rune_literal",
        "true",
        "false",
    ]
)
_MEASURED_LOOP = re.compile(r"\.N\b|\.(?:Next|Loop)\(\)")
_SHARED = re.compile(r"(?:sync|atomic)\.\w+")
_OF_OTHER_PACKAGE = re.compile(r"(?P<package>\w+)\.[A-Z]\w*")


def circumstance(text: Text | bytes, finding: Finding, package: Iterable[bytes] = ()) -> str:
    """Return the key of the sentence that fits the source around a finding, "" where that of its rule does.

    Shape: `text` is the text that the finding was made of, `package` are the texts of its package as far as known.
    Errors: none; of what the syntax does not show for certain nothing is said.
    """
    text = Text(text) if isinstance(text, bytes) else text
    site = site_of(finding, text, tuple(package))
    return "" if site is None else next((key for key, fits in _TABLE if fits(site)), "")


def _is_own(site: Site) -> bool:
    """Say whether the value is made at the site itself, not in a function that was inlined there."""
    return not site.finding.inlined_from


def _is_unmeasured(site: Site) -> bool:
    """Say whether a place in a benchmark is in none of the loops that are measured."""
    declared = declared_function(site.node)
    if declared is None or site.finding.temperature is Temperature.COLD:
        return False
    if not re.match(r"Benchmark(?![a-z])", text_of(declared.child_by_field_name("name"))):
        return False
    around = [outer for outer in ancestors(site.node) if outer.start_byte > declared.start_byte]
    if any(outer.type == "func_literal" and not _is_argument(outer) for outer in around):
        return False  # who calls it, and where, is not known
    measured = [one for one in walk(declared) if one.type == "for_statement" and _is_measured(one)]
    is_run = site.finding.kind is Kind.CLOSURE and site.finding.callee.endswith(".Run")
    return (is_run or bool(measured)) and not any(loop in measured for loop in around)


def _is_argument(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "argument_list"


def _is_measured(loop: Node) -> bool:
    return _MEASURED_LOOP.search(text_of(loop).partition("{")[0]) is not None


def _is_reused(site: Site) -> bool:
    is_without_room = reuse.is_only_without_room if _is_own(site) else reuse.is_made_when_short
    return site.finding.kind in _MEMORY and is_without_room(site)


def _is_lazy(site: Site) -> bool:
    return site.finding.kind in _MEMORY and reuse.is_lazy(site)


def _is_made_again(site: Site) -> bool:
    return _is_lazy(site) and reuse.is_given_up(site)


def _is_handed_over(site: Site) -> bool:
    return _is_own(site) and site.finding.kind in _MEMORY and reuse.is_handed_over(site)


def _is_handed_out(site: Site) -> bool:
    return _is_own(site) and site.finding.kind is Kind.APPEND and reuse.is_handed_out(site)


def _is_made_with_room(site: Site) -> bool:
    return _is_own(site) and site.finding.kind is Kind.APPEND and reuse.is_made_with_room(site)


def _is_stand_in(site: Site) -> bool:
    return _is_own(site) and site.finding.kind in _MEMORY and reuse.is_stand_in(site)


def _is_lock(site: Site) -> bool:
    """Say whether a variable is of a type that several goroutines share, and that must not be copied."""
    found = site.names.local(site.name, site.node) if site.finding.kind is Kind.VARIABLE else None
    return found is not None and _SHARED.match(text_of(found.type)) is not None


def _is_option(site: Site) -> bool:
    """Say whether a function does nothing but make a closure that sets fields of its one parameter."""
    if site.finding.kind is not Kind.CLOSURE or site.function.type == "func_literal" or not _is_own(site):
        return False
    parameters, body = site.node.child_by_field_name("parameters"), site.function.child_by_field_name("body")
    given = parameters.named_children if parameters is not None else []
    if [one.type for one in statements_of(body) if one.type != "comment"] != ["return_statement"] or len(given) != 1:
        return False
    prefix = text_of(given[0].child_by_field_name("name")) + "."
    lefts = (one.child_by_field_name("left") for one in walk(site.node) if one.type == "assignment_statement")
    return any(text_of(left).startswith(prefix) for left in lefts)


def _is_constant_argument(site: Site) -> bool:
    """Say whether an argument is a slice or map of constants alone: always the same."""
    node = site.node
    if site.finding.rule not in _PASSED or node.parent is None or node.parent.type != "argument_list":
        return False
    if node.type == "type_conversion_expression":
        return _is_constant(node.child_by_field_name("operand"))
    body = node.child_by_field_name("body") if node.type == "composite_literal" else None
    is_list = text_of(node.child_by_field_name("type")).startswith(("[]", "map["))
    return body is not None and is_list and body.named_child_count > 0 and _is_constant(body)


def _is_constant(node: Node | None) -> bool:
    if node is None or node.type in _CONSTANTS | {"comment"}:
        return node is not None
    return node.type in {"literal_value", "literal_element", "keyed_element"} and all(
        map(_is_constant, node.named_children)
    )


def _is_copied_where_left(site: Site) -> bool:
    return site.finding.kind is Kind.VARIABLE and _is_own(site) and sharing.in_branches_that_leave(site)


def _is_of_interface(site: Site) -> bool:
    is_returned = site.finding.rule is Rule.RETURNED and _is_own(site)
    return is_returned and is_asked_for(site.function, site.package)


def _is_fixed(site: Site) -> bool:
    return site.finding.kind not in _TEXTS | {Kind.APPEND} and _is_of_interface(site)


def _is_fixed_text(site: Site) -> bool:
    return site.finding.kind in _TEXTS and _is_of_interface(site)


def _is_fixed_append(site: Site) -> bool:
    return site.finding.kind is Kind.APPEND and _is_of_interface(site)


def _is_copy(site: Site) -> bool:
    """Say whether a variable that is returned begins as a copy of what a pointer leads to."""
    found = site.names.local(site.name, site.node) if site.finding.kind is Kind.VARIABLE else None
    value = found.value if found is not None and site.finding.rule is Rule.RETURNED else None
    return value is not None and value.type == "unary_expression" and text_of(value).startswith("*")


def _is_node(site: Site) -> bool:
    return site.finding.kind in POINTERS and site.finding.rule in _HELD and sharing.is_node(site)


def _is_changed_later(site: Site) -> bool:
    return site.finding.kind in POINTERS and site.finding.rule in _ENTERED and sharing.is_changed_later(site)


def _is_set_by_closure(site: Site) -> bool:
    is_shared = site.finding.rule is Rule.CAPTURED_BY_CLOSURE and site.finding.is_by_reference
    return is_shared and site.finding.kind is Kind.VARIABLE and sharing.is_set_by_literal(site)


def _is_pooled(site: Site) -> bool:
    is_sent = site.finding.rule in {Rule.SENT_ON_CHANNEL, Rule.MAKE_CHANNEL}
    return is_sent and sharing.is_pool_of_channel(site)


def _is_shared_by_send(site: Site) -> bool:
    return (
        site.finding.rule is Rule.SENT_ON_CHANNEL and site.finding.kind in POINTERS and sharing.is_shared_by_send(site)
    )


def _is_deferred_once(site: Site) -> bool:
    """Say whether the loop ends where a deferred call stands in it, so that the call is deferred once."""
    is_of_loop = site.finding.rule is Rule.DEFERRED_IN_LOOP and site.finding.cause is not Cause.DEFER_LABEL
    return is_of_loop and site.finding.temperature is Temperature.NORMAL


def _is_closed_later(site: Site) -> bool:
    return site.finding.rule is Rule.DEFERRED_IN_LOOP and sharing.is_closed_later(site)


def _is_held_and_returned(site: Site) -> bool:
    is_held = site.finding.rule in _HELD - {Rule.RETURNED} and site.finding.kind in POINTERS
    return is_held and _is_own(site) and sharing.is_returned_too(site)


def _is_returned_too(site: Site) -> bool:
    is_passed = site.finding.rule in _PASSED and _is_own(site)
    return is_passed and site.finding.kind in _MEMORY and sharing.is_returned_too(site)


def _is_built_up(site: Site) -> bool:
    return site.finding.kind is Kind.STRING and sharing.is_sum_of_loop(site)


def _is_chained(site: Site) -> bool:
    return site.finding.kind in POINTERS and sharing.is_made_of_itself(site)


def _is_made_of_itself(site: Site) -> bool:
    return site.finding.kind not in POINTERS | {Kind.APPEND} and sharing.is_made_of_itself(site)


def _is_used_after_loop(site: Site) -> bool:
    is_plain = site.finding.kind is not Kind.APPEND and (_is_own(site) or site.finding.kind not in POINTERS)
    is_kept = is_plain and site.finding.rule is Rule.OUTLIVES_LOOP_ITERATION
    return is_kept and sharing.is_used_after_loop(site)


def _is_used_up_after_loop(site: Site) -> bool:
    return site.finding.kind in POINTERS and _is_used_after_loop(site)


def _is_for_other_package(site: Site) -> bool:
    """Say whether a function of another package takes a value in an interface."""
    match = _OF_OTHER_PACKAGE.fullmatch(site.finding.callee)
    if site.finding.rule is not Rule.INTERFACE_CONVERSION or match is None:
        return False
    return match["package"] in site.names.imports and not site.names.hides(match["package"], site.node)


# The first row that fits decides.
_TABLE: tuple[tuple[str, Callable[[Site], bool]], ...] = (
    ("unmeasured", _is_unmeasured),
    ("option", _is_option),
    ("reused", _is_reused),
    ("lazy-again", _is_made_again),
    ("lazy", _is_lazy),
    ("handed-over", _is_handed_over),
    ("made-with-room", _is_made_with_room),
    ("handed-out", _is_handed_out),
    ("stand-in", _is_stand_in),
    ("lock", _is_lock),
    ("branches-that-leave", _is_copied_where_left),
    ("constant", _is_constant_argument),
    ("fixed", _is_fixed),
    ("fixed-text", _is_fixed_text),
    ("fixed-append", _is_fixed_append),
    ("copy", _is_copy),
    ("node", _is_node),
    ("changed-later", _is_changed_later),
    ("set-by-closure", _is_set_by_closure),
    ("pool-of-channel", _is_pooled),
    ("shared-by-send", _is_shared_by_send),
    ("deferred-once", _is_deferred_once),
    ("closed-later", _is_closed_later),
    ("held-and-returned", _is_held_and_returned),
    ("returned-too", _is_returned_too),
    ("built-up", _is_built_up),
    ("chained", _is_chained),
    ("made-of-itself", _is_made_of_itself),
    ("after-loop.pointer", _is_used_up_after_loop),
    ("after-loop", _is_used_after_loop),
    ("other-package", _is_for_other_package),
)
