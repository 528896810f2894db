"""Expressions that allocate although the compiler has no verdict on them, and the places that make a map grow.

Source: cmd/compile/internal/escape, go1.21 to go1.27: `make(chan)`, `x += y` of strings, the record of a deferred
call and the closure around the call of a `go` statement get no location of their own, `append` gets one from go1.25.
Other concatenations and all conversions have one. `m[k] = v` is an allocation of the map, wherever it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from goescape_lsp.core.model import Kind, Place, Span
from goescape_lsp.core.shape import Shape
from goescape_lsp.core.tables.limits import Subject, limit
from goescape_lsp.syntax import functions, heat
from goescape_lsp.syntax.forms import Form
from goescape_lsp.syntax.labels import is_behind_label
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import declared_at, find_local
from goescape_lsp.syntax.sizes import size_of
from goescape_lsp.syntax.source import Source
from goescape_lsp.syntax.spans import visible_span
from goescape_lsp.syntax.started import STARTS, carries, reason_of
from goescape_lsp.syntax.tree import enclosing_function, first_of, node_at, span_of, statement_start, text_of, walk
from goescape_lsp.syntax.types import infer, resolve

_EXPRESSION_LENGTH = 120
_STORES = frozenset({"assignment_statement", "inc_statement", "dec_statement"})


@dataclass(frozen=True, slots=True)
class Silent:
    """An expression without a verdict; `at` is where the compiler would print one, its file left empty.

    `is_certain` is False where the syntax alone cannot tell that it is what it seems to be. `reason` is why a `go` or
    `defer` statement makes an object whatever else stands on its line, as a key of `words`, "" where it need not.
    `is_behind_label` says that a deferred call is in no loop, but counts as in one.
    """

    shape: Shape
    at: Place
    is_certain: bool = True
    reason: str = ""
    is_behind_label: bool = False


@dataclass(frozen=True, slots=True)
class Growth:
    """The lines that put entries into a map again and again; `is_large` says that its keys or elements are."""

    lines: tuple[int, ...]
    is_large: bool


def silent_sites(source: Source) -> tuple[Silent, ...]:
    """Return the expressions of a file that the compiler may be silent about, in source order.

    Shape: kind CHANNEL for `make(chan T)`, APPEND for `append`, STRING for `s += t`, OTHER for `defer f()` in what
    counts as a loop, CLOSURE for `go f(x)`, MAP for `m[k] = v` in a loop where `m` is no variable that a local map was
    made for.
    """
    return tuple(
        Silent(
            _shape(node, kind),
            _place(node, kind),
            _is_certain(node, kind, source.names),
            reason_of(node, source.names) if node.type in STARTS else "",
            node.type == "defer_statement" and is_behind_label(node),
        )
        for node, kind in _candidates(source.root, source.names)
    )


def growth(source: Source, holder: Span) -> Growth:
    """Return where a local map grows: `holder` is the name that it is first stored in.

    Shape: stores `m[k] = v`, `m[k]++` in a loop that the map is not made in, or in a closure; none when the map is
    only handed to others, who cannot be seen from here.
    """
    name = node_at(source.tree, holder)
    while name is not None and name.type == "expression_list":
        name = first_of(name)
    function = enclosing_function(name) if name is not None else None
    if name is None or function is None:
        return Growth((), is_large=False)
    stores = [node for node in _stores(function) if _means(node, name)]
    repeated = (node for node in stores if _is_repeated(node, name))
    return Growth(tuple(dict.fromkeys(span_of(node).line for node in repeated)), is_large=_is_large(name, source.names))


def _candidates(root: Node, names: Names) -> Iterator[tuple[Node, Kind]]:
    for node in walk(root):
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            called = text_of(function)
            if function is None or called not in {"make", "append"} or not names.is_free(called, function):
                continue
            if called == "append":
                yield node, Kind.APPEND
            elif _makes_channel(node, names):
                yield node, Kind.CHANNEL
        elif node.type == "defer_statement" and (heat.repeats(node) or is_behind_label(node)):
            yield node, Kind.OTHER
        elif node.type == "go_statement" and carries(node, names):
            yield node, Kind.CLOSURE
        elif node.type in _STORES and heat.repeats(node):
            yield from ((store, Kind.MAP) for store in _elements(node) if _is_elsewhere(store, names))
        if node.type == "assignment_statement" and _operator(node) == "+=" and _may_join(node, names):
            yield node, Kind.STRING


def _makes_channel(call: Node, names: Names) -> bool:
    made = first_of(call.child_by_field_name("arguments"))
    return resolve(made, names).form is Form.CHANNEL


def _may_join(statement: Node, names: Names) -> bool:
    return {_side(statement, "left", names), _side(statement, "right", names)} <= {Form.STRING, Form.UNKNOWN}


def _side(statement: Node, side: str, names: Names) -> Form:
    form = infer(first_of(statement.child_by_field_name(side)), names).form
    return Form.UNKNOWN if form is Form.TYPE_PARAMETER else form


def _is_certain(node: Node, kind: Kind, names: Names) -> bool:
    return kind is not Kind.STRING or Form.STRING in {_side(node, "left", names), _side(node, "right", names)}


def _operator(statement: Node) -> str:
    return text_of(statement.child_by_field_name("operator")) or next(
        (token.type for token in statement.children if token.type.endswith("=")), ""
    )


def _place(node: Node, kind: Kind) -> Place:
    if kind in {Kind.CLOSURE, Kind.MAP}:
        token = node
    elif kind is Kind.STRING:
        token = next((token for token in node.children if token.type == "+="), node)
    else:
        token = node.child_by_field_name("arguments") or node
    start = span_of(token)
    return Place("", start.line, start.column)


def _shape(node: Node, kind: Kind) -> Shape:
    temperature, reason = heat.heat_of(node)
    function, named_at = functions.function_name(node)
    text = " ".join(text_of(node).split())
    return Shape(
        visible_span(node, "") if node.type in STARTS else span_of(node),
        text if len(text) <= _EXPRESSION_LENGTH else text[: _EXPRESSION_LENGTH - 1] + "…",
        kind,
        function,
        loop_depth=heat.loops_around(node),
        temperature=temperature,
        temperature_reason=reason,
        statement=statement_start(node),
        named_at=named_at,
    )


def _stores(function: Node) -> Iterator[Node]:
    """Yield the `m[k]` that statements of a function, literals in it included, assign to."""
    for statement in walk(function):
        if statement.type in _STORES:
            yield from _elements(statement)


def _elements(statement: Node) -> Iterator[Node]:
    """Yield the `m[k]` that a statement assigns to."""
    left = statement.child_by_field_name("left") or statement
    yield from (node for node in left.named_children if node.type == "index_expression")


def _is_elsewhere(store: Node, names: Names) -> bool:
    """Say whether what is stored into may be a map that is not made by the declaration of a local variable."""
    operand = store.child_by_field_name("operand")
    if operand is None or infer(operand, names).form not in {Form.MAP, Form.UNKNOWN}:
        return False
    found = names.local(text_of(operand), operand) if operand.type == "identifier" else None
    value = found.value if found is not None else None
    return value is None or not _is_made(value)


def _is_made(value: Node) -> bool:
    return value.type == "composite_literal" or text_of(value.child_by_field_name("function")) == "make"


def _means(store: Node, name: Node) -> bool:
    """Say whether `m` of `m[k]` is the variable of this very name."""
    operand = store.child_by_field_name("operand")
    if operand is None or operand.type != "identifier" or operand.text != name.text:
        return False
    found, declared = find_local(text_of(operand), operand), declared_at(name)
    wanted = declared.name if declared is not None else None
    if wanted is None:
        held = find_local(text_of(name), name)
        wanted = held.name if held is not None else None
    return found is not None and wanted is not None and found.name == wanted


def _is_repeated(store: Node, name: Node) -> bool:
    if enclosing_function(store) != enclosing_function(name):
        return True
    return heat.loops_around(store) > heat.loops_around(name)


def _is_large(name: Node, names: Names) -> bool:
    kind = infer(name, names)
    if kind.form is not Form.MAP or kind.node is None:
        return False
    parts = (kind.node.child_by_field_name(part) for part in ("key", "value"))
    sizes = (size_of(resolve(part, names), names) for part in parts)
    return any(size is not None and size > limit(Subject.MAP_IN_PLACE) for size in sizes)
