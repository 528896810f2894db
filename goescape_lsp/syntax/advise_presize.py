"""Proposes room for all elements at once where a loop fills a map or a slice."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from goescape_lsp.core.advice import Advice, Edit, Safety, Versions
from goescape_lsp.core.tables.limits import Subject, limit
from goescape_lsp.syntax.advise_fills import Fill, appended_to, map_fill, only_appends, slice_fill, uses_cap
from goescape_lsp.syntax.advise_loops import Trips, leaves_early, trips
from goescape_lsp.syntax.forms import Form, Type
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.sizes import size_of
from goescape_lsp.syntax.tree import ancestors, enclosing_function, first_of, span_of, text_of, walk
from goescape_lsp.syntax.types import element, resolve

_ELEMENTS_WITHOUT_GAIN = 8
_HOLDERS = frozenset({"short_var_declaration", "assignment_statement", "var_spec"})


@dataclass(frozen=True, slots=True)
class _Empty:
    """An empty map or slice: the statement that makes it, its variable, what to replace, its type, the names around."""

    statement: Node
    name: Node
    replaced: Node
    type_text: str
    type: Type
    names: Names
    is_nil: bool = False


def presize(node: Node, versions: Versions, names: Names) -> Advice | None:
    """Return the advice for the site that a node is: the `make` or literal, the variable, or the store in the loop.

    Errors: None unless the count is certain before the loop and a larger capacity can not be seen by the program.
    """
    empty = _empty_for(node, names)
    block = empty.statement.parent if empty is not None else None
    if empty is None or block is None or block.type != "statement_list":
        return None
    later = [part for part in block.named_children if part.start_byte > empty.statement.start_byte]
    for index, statement in enumerate(later):
        if statement.type == "for_statement" and (fill := _fill(statement, empty)) is not None:
            return _advice(empty, statement, later[:index], fill, versions)
    return None


def _advice(empty: _Empty, loop: Node, between: list[Node], fill: Fill, versions: Versions) -> Advice | None:
    name = text_of(empty.name)
    turns = trips(loop, empty.statement, between, empty.names)
    function = enclosing_function(empty.statement)
    is_plain = all(empty.names.is_free(word, loop) for word in ("make", "len", "append"))
    if turns is None or function is None or not is_plain:
        return None
    added = _added(empty, name, between)
    if added is None or (empty.type.form is Form.SLICE and uses_cap(function, name)):
        return None
    if _gains_nothing(empty, turns, fill, added, versions):
        return None
    is_slice = empty.type.form is Form.SLICE
    notes = _notes(empty, turns, fill, is_early=leaves_early(between, turns.guarded))
    must_review = set(notes) - {"growth-only", "equal-keys"}
    size = _size(turns.size, fill.elements, added)
    return Advice(
        id="presize-slice" if is_slice else "presize-map",
        edits=(_edit(empty, size),),
        safety=Safety.REVIEW if must_review else Safety.SAME_BEHAVIOUR,
        notes=notes,
        arguments={"name": name, "size": size},
    )


def _notes(empty: _Empty, turns: Trips, fill: Fill, *, is_early: bool) -> tuple[str, ...]:
    is_slice = empty.type.form is Form.SLICE
    told = {
        "growth-only": True,
        "nil-becomes-empty": empty.is_nil,
        "negative-panics": is_slice and turns.may_be_negative,
        "conditional": fill.is_conditional,
        "repeated-keys": fill.repeats_keys,
        "equal-keys": not is_slice and not fill.repeats_keys,
        "bytes-not-runes": turns.is_bound,
        "early-exit": is_early,
    }
    return tuple(note for note, holds in told.items() if holds)


def _fill(loop: Node, empty: _Empty) -> Fill | None:
    body, name = loop.child_by_field_name("body"), text_of(empty.name)
    if body is None:
        return None
    outside, inside = empty.names.find(name, loop), empty.names.find(name, body)
    if outside is not None and (inside is None or inside.name != outside.name):
        return None
    return slice_fill(body, name, empty.names) if empty.type.form is Form.SLICE else map_fill(body, name)


def _added(empty: _Empty, name: str, between: list[Node]) -> int | None:
    """Return how many elements are added before the loop, None when the variable is replaced or a slice is shown."""
    if empty.type.form is Form.SLICE:
        return only_appends(between, name, empty.names)
    is_replaced = any(
        found.type in {"assignment_statement", "short_var_declaration"}
        and any(text_of(target) == name for target in (found.child_by_field_name("left") or found).named_children)
        for statement in between
        for found in walk(statement)
    )
    return None if is_replaced else 0


def _size(turns: str, elements: int, added: int) -> str:
    if turns.isdigit():
        return str(int(turns) * elements + added)
    size = turns if elements == 1 else f"{elements}*{turns}"
    return f"{size}+{added}" if added else size


def _gains_nothing(empty: _Empty, turns: Trips, fill: Fill, added: int, versions: Versions) -> bool:
    """Say whether a count that is known is too small for a hint to save an allocation."""
    if turns.count is None:
        return False
    count = turns.count * fill.elements + added
    if empty.type.form is Form.MAP:
        return count <= limit(Subject.MAP_GROWN_ENTRIES, versions.toolchain)
    size = _element_size(empty)
    if count <= 1 or size is None:
        return count <= _ELEMENTS_WITHOUT_GAIN
    # A slice that leaves the function is copied out of the stack once: twice the buffer is one allocation either way.
    local = limit(Subject.APPEND_BUFFER, versions.toolchain)
    returned = 2 * limit(Subject.RETURNED_APPEND_BUFFER, versions.toolchain)
    return count * size <= max(local, returned)


def _element_size(empty: _Empty) -> int | None:
    """Return the bytes of an element; of structs, arrays and named numbers the bound in elements is kept."""
    inner = element(empty.type, empty.names)
    is_named = inner.is_defined and inner.form in {Form.BASIC, Form.STRING}
    return None if is_named or inner.form in {Form.STRUCT, Form.ARRAY} else size_of(inner, empty.names)


def _edit(empty: _Empty, size: str) -> Edit:
    zero = "0, " if empty.type.form is Form.SLICE else ""
    made = f"make({empty.type_text}, {zero}{size})"
    return Edit(span_of(empty.replaced), f"{text_of(empty.name)} := {made}" if empty.is_nil else made)


def _empty_for(node: Node, names: Names) -> _Empty | None:
    """Return the empty value that a site is about, wherever the compiler put its finger."""
    if node.type in {"call_expression", "composite_literal"}:
        holder = node.parent.parent if node.parent is not None and node.parent.type == "expression_list" else None
        found = _empty_in(holder, names) if holder is not None else None
        if found is not None and found.replaced == node:
            return found
    statement = next((outer for outer in (node, *ancestors(node)) if outer.type.endswith("_statement")), None)
    target = _filled_by(statement, names) if statement is not None else None
    if target is not None and statement is not None:
        stored = statement.child_by_field_name("left") or statement
        is_append = target == first_of(stored)
        appended = first_of(statement.child_by_field_name("right")) if is_append else None
        return _made_before(target, names) if node in {statement, target, first_of(stored), appended} else None
    holder = next((outer for outer in ancestors(node) if outer.type in _HOLDERS), None)
    found = _empty_in(holder, names) if node.type == "identifier" and holder is not None else None
    return found if found is not None and found.name == node else None


def _filled_by(statement: Node, names: Names) -> Node | None:
    """Return the variable of `x = append(x, …)` or `m[k] = v`."""
    target = first_of(statement.child_by_field_name("left") or statement)
    if target is None:
        return None
    if target.type == "identifier" and appended_to(statement, text_of(target), names):
        return target
    operand = target.child_by_field_name("operand") if target.type == "index_expression" else None
    return operand if operand is not None and operand.type == "identifier" else None


def _made_before(target: Node, names: Names) -> _Empty | None:
    """Return the last statement before the enclosing loops that makes the variable empty, in the nearest block."""
    name = text_of(target)
    child: Node = target
    for outer in ancestors(target):
        if outer.type in {"function_declaration", "method_declaration", "func_literal"}:
            return None
        if outer.type == "statement_list" and child.type == "for_statement":
            earlier = [part for part in outer.named_children if part.start_byte < child.start_byte]
            for statement in reversed(earlier):
                found = _empty_in(statement, names)
                if found is not None and text_of(found.name) == name:
                    return found
        child = outer
    return None


def _empty_in(statement: Node, names: Names) -> _Empty | None:
    """Read `x := make(T)`, `x := T{}`, `x = …`, `var x = …` and `var x []T` of one variable."""
    spec = statement
    if statement.type == "var_spec":
        parent = statement.parent
        statement = parent if parent is not None and parent.type == "var_declaration" else statement
    elif statement.type == "var_declaration":
        spec = first_of(statement) or statement
    if spec.type not in _HOLDERS or statement.type == "var_spec":
        return None
    targets = spec.child_by_field_name("left") or spec
    values = spec.child_by_field_name("right") or spec.child_by_field_name("value")
    name = first_of(targets)
    is_single = targets == spec or targets.named_child_count == 1
    several = [found for found in spec.children_by_field_name("name") if found.is_named]
    if name is None or name.type != "identifier" or not is_single or len(several) > 1:
        return None
    if values is None:
        return _nil_slice(statement, spec, name, names)
    operator = text_of(spec.child_by_field_name("operator"))
    value = first_of(values)
    if value is None or values.named_child_count != 1 or operator not in {"", "="}:
        return None
    made = _made(value, names)
    return None if made is None else _Empty(statement, name, value, text_of(made[0]), made[1], names)


def _nil_slice(statement: Node, spec: Node, name: Node, names: Names) -> _Empty | None:
    written = spec.child_by_field_name("type")
    found = resolve(written, names)
    if found.form is not Form.SLICE or statement.type != "var_declaration":
        return None
    is_plain = all(child.type in {"var", "var_spec"} for child in statement.children)
    return _Empty(statement, name, statement, text_of(written), found, names, is_nil=True) if is_plain else None


def _made(value: Node, names: Names) -> tuple[Node, Type] | None:
    """Return the type of an empty `make` or literal: what is written, and what it is."""
    if value.type == "composite_literal":
        written, body = value.child_by_field_name("type"), value.child_by_field_name("body")
        is_empty = body is not None and body.named_child_count == 0
    else:
        arguments = value.child_by_field_name("arguments")
        if text_of(value.child_by_field_name("function")) != "make" or arguments is None:
            return None
        if not arguments.named_children:
            return None
        written, *sizes = arguments.named_children
        is_empty = all(text_of(size) == "0" for size in sizes)
    found = resolve(written, names)
    if written is None or not is_empty or found.form not in {Form.MAP, Form.SLICE}:
        return None
    return written, found
