"""Values that several users share, or that are used further on: where a copy in place of a pointer would not do."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.syntax.advise_uses import mentions, root_of
from goescape_lsp.syntax.forms import Form
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.sites import Site
from goescape_lsp.syntax.tree import (
    ancestors,
    enclosing_function,
    ends_by_returning,
    first_of,
    is_within,
    spelled_in,
    statements_of,
    text_of,
    walk,
)
from goescape_lsp.syntax.types import infer, resolve

_CASES = frozenset({"expression_case", "type_case", "communication_case", "default_case"})
_MADE = re.compile(r"(?:&|new\()(?P<name>\w+)[{)]")
_TARGETS = frozenset({"assignment_statement", "inc_statement", "dec_statement"})


def in_branches_that_leave(site: Site) -> bool:
    """Say whether only branches that leave a function take a variable's address, so that copies there would do.

    Shape: they end by returning. Elsewhere the variable is only read and set: no literal, no method and no slice
    of it could take its address without saying so.
    """
    taken = [use for use in spelled_in(site.function, site.name) if _is_taken(use) or _is_captured(use, site)]
    ways = [way for use in taken if (way := _way_out(use, site)) is not None]
    if not taken or len(ways) < len(taken) or any(is_within(site.node, way) for way in ways):
        return False
    lines = [step.place.line for step in site.finding.flow if step.why == "address-of"]
    rows = {row + 1 for way in ways for row in range(way.start_point[0], way.end_point[0] + 1)}
    return bool(lines) and rows.issuperset(lines)


def is_node(site: Site) -> bool:
    """Say whether a value is a node of a list or a tree: a struct of the file with pointers to its own type."""
    name = _made_type(site)
    return leads_to_own_kind(name, site.names) or any(_declares_node(name, text) for text in site.package)


def _declares_node(name: str, text: bytes) -> bool:
    """Say whether a text, which is not parsed, declares a struct with a pointer to its own type."""
    own = name.encode()
    if not name.isidentifier() or b"type %b struct" % own not in text:
        return False
    body = re.search(rb"^type %b struct \{\n(.*?)^\}" % own, text, re.DOTALL | re.MULTILINE)
    fields = rb"^\t\w+(?:, \w+)*[ \t]+(?:\[\d*\]|map\[[^\]\n]*\])*\*%b\b" % own
    return body is not None and re.search(fields, body[1], re.MULTILINE) is not None


def leads_to_own_kind(name: str, names: Names) -> bool:
    """Say whether a name is that of a struct type of the file with a pointer to its own type in it."""
    found = names.type_named(name)
    written = resolve(found.type, names) if found is not None else None
    if written is None or written.form is not Form.STRUCT or written.node is None:
        return False
    declared = (field for part in written.node.named_children for field in part.named_children)
    own = re.compile(rf"(?:\[\d*\]|map\[.*\])*\*{re.escape(name)}\b")
    return any(own.fullmatch(text_of(field.child_by_field_name("type"))) for field in declared)


def is_changed_later(site: Site) -> bool:
    """Say whether a field is set through the pointer after the value was put into a map or a slice."""
    if site.target is None:
        return False
    end = site.node.end_byte
    for statement in walk(site.function):
        if statement.type not in _TARGETS:
            continue
        for left in (statement.child_by_field_name("left") or statement).named_children:
            is_field = left.type == "selector_expression"
            operand = left.child_by_field_name("operand") if is_field else None
            if text_of(operand) == site.name and left.start_byte > end and _is_put_before(site, left):
                return True
    return False


def is_shared_by_send(site: Site) -> bool:
    """Say whether a sent value goes to several receivers, or is used further on by its sender."""
    sends = [use for use in site.later() if _sent(use) is not None]
    if len(sends) > 1:
        return True
    return bool(sends) and any(use.start_byte > sends[0].end_byte for use in site.later())


def is_pool_of_channel(site: Site) -> bool:
    """Say whether a loop fills a channel, made just before, with what its receivers give back."""
    here = site.node.parent if site.node.parent is not None and site.node.parent.type == "send_statement" else None
    sends = [here] if here is not None else [one for use in site.later() if (one := _sent(use)) is not None]
    channel = text_of(sends[0].child_by_field_name("channel")) if len(sends) == 1 else ""
    if not channel or site.loop is None:
        return False
    return any(
        text_of(statement.child_by_field_name("left")) == channel
        and text_of(statement.child_by_field_name("right")).startswith("make(chan")
        for statement in walk(site.function)
        if statement.type in {"assignment_statement", "short_var_declaration"}
        and statement.end_byte < site.loop.start_byte
    )


def is_closed_later(site: Site) -> bool:
    """Say whether what a deferred call in a loop is about is kept beyond the round: then it cannot end with it."""
    statement = next((one for one in (site.node, *site.around) if one.type == "defer_statement"), None)
    loop = site.loop
    body = loop.child_by_field_name("body") if loop is not None else None
    if statement is None or body is None:
        return False
    held = {text_of(node) for node in walk(statement) if node.type == "identifier"}
    return any(
        value.type == "identifier" and text_of(value) in held and _is_kept_by(value, body)
        for other in statements_of(body)
        if other != statement
        for value in walk(other)
    )


def is_returned_too(site: Site) -> bool:
    """Say whether a value that is passed on is a result as well, so that it outlives the call whatever is changed."""
    is_variable = site.target is not None and site.target == site.node
    for use in site.later():
        node = use
        if node.parent is not None and node.parent.type == "slice_expression" and first_of(node.parent) == node:
            node = node.parent
        is_address = (
            node.parent is not None and node.parent.type == "unary_expression" and text_of(node.parent).startswith("&")
        )
        node = node.parent if is_address and node.parent is not None else node
        holder = node.parent.parent if node.parent is not None and node.parent.type == "expression_list" else None
        if is_address == is_variable and holder is not None and holder.type == "return_statement":
            return enclosing_function(holder) == site.function
    return False


def is_used_after_loop(site: Site) -> bool:
    """Say whether the variable that keeps a value is used behind the loop that the value is made in."""
    loop = site.loop
    kept = {site.name} | {step.target for step in site.finding.flow}
    if loop is None:
        return False
    return any(
        use.start_byte >= loop.end_byte
        for name in kept
        if name.isidentifier()
        for use in spelled_in(site.function, name)
    )


def is_made_of_itself(site: Site) -> bool:
    """Say whether each round of a loop makes the new value of a variable of its old one."""
    if site.target is None or site.loop is None or site.target == site.node or site.finding.inlined_from:
        return False  # of what an inlined function is given nothing may be left in what it makes
    found = site.names.find(site.name, site.target)
    is_older = found is not None and found.name.end_byte <= site.loop.start_byte
    return is_older and any(True for _ in mentions(site.node, site.name))


def is_set_by_literal(site: Site) -> bool:
    """Say whether a function literal sets the variable that it shares with its function."""
    found = site.names.find(site.name, site.node)
    return any(
        text_of(left) == site.name and _is_captured(left, site) and site.names.find(site.name, left) == found
        for statement in walk(site.function)
        if statement.type in _TARGETS
        for left in (statement.child_by_field_name("left") or statement).named_children
    )


def is_sum_of_loop(site: Site) -> bool:
    """Say whether a loop adds to a text that is there before it: `s += x`, `s = s + x`."""
    statement, loop = site.statement, site.loop
    left = first_of(statement.child_by_field_name("left")) if statement.type == "assignment_statement" else None
    if left is None or loop is None or site.function != enclosing_function(loop):
        return False
    right = first_of(statement.child_by_field_name("right"))
    is_sum = text_of(statement.child_by_field_name("operator")) == "+=" or (
        right is not None and right.type == "binary_expression" and text_of(right).startswith(text_of(left) + " +")
    )
    found = site.names.find(text_of(left), left)
    is_older = found is None or found.name.end_byte <= loop.start_byte
    return is_sum and is_older


def _is_taken(use: Node) -> bool:
    """Say whether a use may give out a variable's address: by `&`, in a literal, by a method or by slicing it."""
    top = use
    while top.parent is not None and top.parent.type in {
        "selector_expression",
        "index_expression",
        "parenthesized_expression",
    }:
        if top.parent.named_children[0] != top:
            break
        top = top.parent
    outer = top.parent
    if outer is None:
        return False
    if outer.type == "unary_expression":
        return text_of(outer).startswith("&")
    is_called = outer.type == "call_expression" and outer.child_by_field_name("function") == top and top != use
    return is_called or outer.type == "slice_expression"


def _is_captured(use: Node, site: Site) -> bool:
    return enclosing_function(use) != site.function


def _way_out(use: Node, site: Site) -> Node | None:
    """Return the outermost branch around a use that ends by returning, None without one, and in a function literal."""
    found: Node | None = None
    for outer in ancestors(use):
        if outer == site.function:
            return found
        if outer.type == "func_literal":
            return None
        is_branch = outer.type in _CASES or (
            outer.type == "block" and outer.parent is not None and outer.parent.type == "if_statement"
        )
        if is_branch and ends_by_returning(outer):
            found = outer
    return None


def _made_type(site: Site) -> str:
    """Return the name of the struct that is made, "" where it is none of the file."""
    if site.finding.inlined_from:
        made = _MADE.match(site.finding.subject)
        return made["name"] if made is not None else ""
    node = site.node
    while node.type in {"unary_expression", "parenthesized_expression"} and node.named_children:
        node = node.named_children[0]
    if node.type == "composite_literal":
        return text_of(node.child_by_field_name("type"))
    if node.type == "call_expression" and text_of(node.child_by_field_name("function")) == "new":
        return text_of(first_of(node.child_by_field_name("arguments")))
    return infer(node, site.names).name if node.type == "identifier" else ""


def _is_put_before(site: Site, left: Node) -> bool:
    """Say whether the value was put into a map or a slice before a place: at once, or by a statement in between."""
    if site.target is not None and site.target.type == "index_expression":
        return True
    return any(use.end_byte < left.start_byte and _is_put(use) for use in site.later())


def _is_put(use: Node) -> bool:
    """Say whether a variable, or its address, is appended or assigned to an element."""
    holder = use.parent
    if holder is not None and holder.type == "unary_expression":
        holder = holder.parent
    outer = holder.parent if holder is not None else None
    if outer is None:
        return False
    if outer.type == "call_expression":
        return text_of(outer.child_by_field_name("function")) == "append"
    left = first_of(outer.child_by_field_name("left")) if outer.type == "assignment_statement" else None
    return left is not None and left.type == "index_expression" and outer.child_by_field_name("right") == holder


def _sent(use: Node) -> Node | None:
    """Return the statement that sends a variable, or its address."""
    outer = use.parent
    if outer is not None and outer.type == "unary_expression":
        use, outer = outer, outer.parent
    is_sent = outer is not None and outer.type == "send_statement" and outer.child_by_field_name("value") == use
    return outer if is_sent else None


def _is_kept_by(value: Node, body: Node) -> bool:
    """Say whether a value goes into something that a loop's body does not declare: by `append` or an assignment."""
    holder = value.parent
    outer = holder.parent if holder is not None else None
    if holder is None or outer is None:
        return False
    if holder.type == "argument_list":
        return text_of(outer.child_by_field_name("function")) == "append" and first_of(holder) != value
    is_set = outer.type == "assignment_statement" and outer.child_by_field_name("right") == holder
    target = root_of(first_of(outer.child_by_field_name("left"))) if is_set else None
    if target is None:
        return False
    return not any(
        text_of(name) == text_of(target)
        for statement in statements_of(body)
        if statement.type == "short_var_declaration"
        for name in (statement.child_by_field_name("left") or statement).named_children
    )
