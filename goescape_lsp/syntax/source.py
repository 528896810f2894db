"""One Go file as the classifier may ask about it: shapes at places, calls, assignments, literals, loops."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter

from tree_sitter import Node, Tree

from goescape_lsp.core.columns import BOM, split_lines
from goescape_lsp.core.model import Comment, Function, Kind, Place, Span, Verdict
from goescape_lsp.core.parts import OUTSIDE
from goescape_lsp.core.shape import Boxed, Call, Callee, Literal, Shape, Target
from goescape_lsp.core.variadic import VariadicCall
from goescape_lsp.syntax import comments, functions, heat, kinds, spans
from goescape_lsp.syntax.appends import room_of
from goescape_lsp.syntax.assignments import assignment_at, holder_of, is_of_inlined_code, left_sides
from goescape_lsp.syntax.boxing import boxed_text, boxed_value
from goescape_lsp.syntax.calls import callee_of, target_of
from goescape_lsp.syntax.captures import captures, captures_inside
from goescape_lsp.syntax.cuts import EXPRESSION_LENGTH, cut, one_line, squeeze
from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.labels import is_behind_label, labels_before
from goescape_lsp.syntax.leaving import ASSIGNMENTS, RETURNS, comes_to, may_follow
from goescape_lsp.syntax.literals import keyword_of, literal_of, repeats, wrapper_of
from goescape_lsp.syntax.outline import Outline
from goescape_lsp.syntax.scope import Role
from goescape_lsp.syntax.selectors import taker_of
from goescape_lsp.syntax.sized import is_sized_site, is_sized_text
from goescape_lsp.syntax.sizes import site_has_pointers, size_of_site
from goescape_lsp.syntax.started import reason_of, started_by
from goescape_lsp.syntax.starts import statement_that_calls
from goescape_lsp.syntax.tree import (
    FUNCTIONS,
    ancestors,
    enclosing_function,
    first_of,
    leaf_at,
    node_at,
    ranges_around,
    span_of,
    statement_start,
    text_of,
)
from goescape_lsp.syntax.types import Form, Names, element, infer
from goescape_lsp.syntax.variadic import slice_of

_GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)
_Key = tuple[int, int, str, Verdict]
_CONVERSIONS = ("([]byte)(", "([]rune)(", "string(")


class Source:
    """One file, parsed when it is asked; every answer is a value, places and spans 1-based lines and byte columns."""

    def __init__(self, content: bytes, outline: Outline, parsed: Callable[[], GoFile], names: Names) -> None:
        """Take the file and the names that it can use."""
        self.content = content
        self.outline = outline
        self.names = names
        self._parsed = parsed
        self._shapes: dict[_Key, Shape | None] = {}

    @property
    def is_generated(self) -> bool:
        """Say whether the file carries Go's mark of generated code (go.dev/s/generatedcode)."""
        return b"// Code generated " in self.content and _GENERATED.search(self.content) is not None

    @cached_property
    def helps_tests(self) -> bool:
        """Say whether the file takes the types of package testing in its signatures: only tests can call such code."""
        return self.outline.takes_tests

    @cached_property
    def package_name(self) -> str:
        """Return the name of the package clause, "" in a file without one."""
        clause = next((node for node in self.root.named_children if node.type == "package_clause"), None)
        return text_of(first_of(clause))

    @property
    def has_line_directives(self) -> bool:
        """Say whether the file gives lines other numbers: then the machine code's may be those of another place."""
        return b"//line " in self.content or b"/*line " in self.content

    @property
    def tree(self) -> Tree:
        """Return the tree of the file."""
        return self._file.tree

    @property
    def root(self) -> Node:
        """Return the root of the file's tree."""
        return self._tree.root_node

    @cached_property
    def _file(self) -> GoFile:
        return self._parsed()

    @property
    def _tree(self) -> Tree:
        return self._file.tree

    def roots(self, key: bytes | None) -> Sequence[Node]:
        """Return the declarations of a stretch of the file, or those outside of all; for None every one."""
        return self.root.named_children if key is None else self._roots.get(key, ())

    @cached_property
    def _roots(self) -> Mapping[bytes, Sequence[Node]]:
        found: dict[bytes, list[Node]] = {}
        for node in self.root.named_children:
            stretch = self.outline.stretches.of(node.start_point[0] + 1)
            found.setdefault(OUTSIDE if stretch is None else stretch.key, []).append(node)
        return found

    def takes_reference(self, span: Span) -> bool:
        """Say whether a parameter takes an address, a slice, a map or a function, and is no receiver."""
        return functions.takes_reference(self._tree, span, self.names)

    def directives(self) -> tuple[Comment, ...]:
        """Return the comments of the file that name goescape."""
        return comments.directives(self.content, lambda: self._tree)

    def functions(self) -> tuple[Function, ...]:
        """Return the declared functions of the file."""
        return self.outline.functions

    def shape(self, place: Place, subject: str, verdict: Verdict) -> Shape:
        """Return what stands at a place that the compiler gave a verdict on; a fallback when nothing fits."""
        key = (place.line, place.column, subject, verdict)
        if key not in self._shapes:
            self._shapes[key] = self._new_shape(place, subject, verdict)
        return self._shapes[key] or self._whole_line(place)

    def _new_shape(self, place: Place, subject: str, verdict: Verdict) -> Shape | None:
        column = self._column(place)
        node = spans.expression_at(self._tree, place.line, column, subject)
        if verdict is Verdict.MOVED and (node is None or node.type == "short_var_declaration"):
            node = spans.name_on_line(self._tree, place.line, subject) or node
        return None if node is None else self._shape_of(node, subject, verdict)

    def box_at(self, place: Place, subject: str) -> Shape | None:
        """Return a conversion whose own `(` stands at a place, as what an interface takes of it; None elsewhere.

        Of what a conversion makes the compiler tells at its operand, of the box that holds it at the `(`.
        """
        leaf = self._leaf(place)
        if leaf is None or leaf.type != "(" or leaf.parent is None or not subject.startswith(_CONVERSIONS):
            return None
        node = leaf.parent.parent if leaf.parent.type == "argument_list" else leaf.parent
        if node is None or span_of(node) != self.shape(place, subject, Verdict.ESCAPES).span:
            return None
        return self._shape_of(node, subject, Verdict.ESCAPES, Kind.INTERFACE)

    def kind_of_text(self, subject: str, verdict: Verdict) -> Kind:
        """Return the kind of a site inside inlined code, where only the compiler's text tells."""
        return kinds.kind_of_text(subject, verdict, self.names)

    def boxed_text(self, subject: str) -> Boxed:
        """Return what is boxed inside inlined code, where only the compiler's text tells."""
        return boxed_text(subject, self.names)

    def call_at(self, place: Place) -> Call | None:
        """Return the call whose `(` stands at a place."""
        leaf = self._leaf(place)
        node = leaf.parent.parent if leaf is not None and leaf.parent is not None else None
        if leaf is None or leaf.type != "(" or node is None or node.type != "call_expression":
            return self._statement_call(leaf)
        function = node.child_by_field_name("function")
        if function is None:
            return None
        keyword = node.parent.type if node.parent is not None else ""
        return Call(callee_of(function, self.names), one_line(text_of(function)), span_of(node), keyword_of(keyword))

    def ranged_at(self, place: Place) -> Call | None:
        """Return what the loop whose `for` stands at a place ranges over, as if it were called; None elsewhere."""
        leaf = self._leaf(place)
        loop = leaf.parent if leaf is not None and leaf.type == "for" else None
        clause = next((n for n in loop.named_children if n.type == "range_clause"), None) if loop is not None else None
        ranged = clause.child_by_field_name("right") if clause is not None else None
        if ranged is None:
            return None
        return Call(callee_of(ranged, self.names), one_line(text_of(ranged)), span_of(ranged))

    def target_at(self, place: Place, left: str) -> Target:
        """Return what is assigned to at the place of a `=`; `left` is the compiler's text of the left side."""
        leaf = self._leaf(place)
        statement = assignment_at(leaf)
        if leaf is None or statement is None or is_of_inlined_code(leaf, statement):
            return Target.UNKNOWN
        items = [n for n in left_sides(statement) if n.type != "comment"]
        wanted = squeeze(left)
        node = next((n for n in items if squeeze(text_of(n)) == wanted), items[0] if len(items) == 1 else None)
        return Target.UNKNOWN if node is None else target_of(node, self.names)

    def result_name(self, place: Place, name: str) -> bool:
        """Say whether `name` is a named result of a function around a place."""
        leaf = self._leaf(place)
        found = self.names.local(name, leaf) if leaf is not None else None
        return found is not None and found.role is Role.RESULT

    def is_one_function(self, place: Place, other: Place) -> bool:
        """Say whether two places lie in the same declaration of the file."""
        rows = self._file.declared_rows
        index = bisect_left(rows, place.line - 1, key=itemgetter(1))
        return index < len(rows) and rows[index][0] <= other.line - 1 <= rows[index][1]

    def comes_to(self, made: Place, told: Place, name: str) -> tuple[Place, str] | None:
        """Return where the statement is that a value made at a place comes to, and its text: see `leaving.comes_to`."""
        site, leaf = self._leaf(made), self._leaf(told)
        statement = leaf.parent if leaf is not None and leaf.type == "return" else assignment_at(leaf)
        if site is None or leaf is None or statement is None or statement.type not in RETURNS | ASSIGNMENTS:
            return told, ""
        found = comes_to(site, statement, name)
        if found is None:
            return None
        words = {leaf.type, "=", ":="}  # the compiler's place of an assignment is that of its operator
        span = span_of(leaf if found == statement else next(one for one in found.children if one.type in words))
        return Place(told.file, span.line, span.column), one_line(text_of(found))

    def may_follow(self, first: Place, then: Place, name: str) -> bool:
        """Say whether code at a second place can run after code at a first one: see `leaving.may_follow`.

        Shape: true for a name that is no variable of a function.
        """
        before, after = self._leaf(first), self._leaf(then)
        found = self.names.local(name, after) if after is not None else None
        return before is None or after is None or found is None or may_follow(before, after, found.name)

    def outlives_loop(self, place: Place, name: str, site: Place) -> bool:
        """Say whether what `name` means at a place is declared outside a loop, of its function, around a site."""
        leaf, made = self._leaf(place), self._begun(site)
        declaring = assignment_at(leaf)
        own = left_sides(declaring) if declaring is not None else []  # what is declared here is visible only behind it
        leaf = next((node for node in own if node.type == "identifier" and text_of(node) == name), leaf)
        found = self.names.local(name, leaf) if leaf is not None else None
        if made is None or found is None or found.scope is None:
            return False
        if heat.loops_around(made) > heat.loops_around(found.name) or heat.in_goto_loop(made):
            return True
        return any(label.start_byte > found.name.start_byte for label in labels_before(made))

    def is_loop_variable(self, place: Place, name: str) -> bool:
        """Say whether what a name means at a place is declared by a loop itself: `v` of `for _, v := range …`."""
        leaf = self._leaf(place)
        found = self.names.local(name, leaf) if leaf is not None else None
        return found is not None and _loop_declaring(found.name) is not None

    def is_in_more_loops(self, site: Place, place: Place) -> bool:
        """Say whether more loops are around a site than around another place of the same function."""
        made, leaf = self._leaf(site), self._begun(place)
        if made is None or leaf is None or enclosing_function(made) != enclosing_function(leaf):
            return False
        is_deeper = heat.loops_around(made) > heat.loops_around(leaf)
        return is_deeper or any(label.start_byte > leaf.start_byte for label in labels_before(made))

    def is_loop_by_label(self, place: Place, site: Place) -> bool:
        """Say whether a place counts as in a loop only for a label before it, and a site is not run again either."""
        leaf, made = self._begun(place), self._begun(site)
        return leaf is not None and made is not None and is_behind_label(leaf) and not heat.repeats(made)

    def literal_around(self, place: Place) -> Literal | None:
        """Return the innermost function literal around a place, or the `go`/`defer` that wraps a call there."""
        return next(self._literals(place), None)

    def literals_around(self, place: Place) -> tuple[Literal, ...]:
        """Return the function literals around a place, and `go`/`defer` that wrap calls there, the innermost first."""
        return tuple(self._literals(place))

    def _literals(self, place: Place) -> Iterator[Literal]:
        """Yield what holds a place; where a literal starts is the literal itself: what holds it is around it."""
        leaf = self._leaf(place)
        if leaf is not None and leaf.type == "func" and leaf.parent is not None and leaf.parent.type == "func_literal":
            leaf = leaf.parent.parent
        for node in (leaf, *ancestors(leaf)) if leaf is not None else ():
            if node.type in {"go_statement", "defer_statement"}:
                yield wrapper_of(node)
            elif node.type == "func_literal":
                yield literal_of(node)
            elif node.type in FUNCTIONS:
                return

    def bodies_around(self, place: Place) -> tuple[Place, ...]:
        """Return where what may be a function without a name begins around a place, the innermost first."""
        leaf = self._leaf(place)
        if leaf is None:
            return ()
        loops = (span_of(loop) for loop in ranges_around(leaf))
        found = {one.place for one in self._literals(place)} | {Place("", one.line, one.column) for one in loops}
        return tuple(sorted(found, reverse=True))

    def room_of_append(self, span: Span) -> str:
        """Return where the slice has its room from that an `append` at a span grows: see `appends.room_of`."""
        return room_of(self._tree, self.names, span)

    def slice_at(self, place: Place, written: VariadicCall | None, inlined: Iterable[str]) -> tuple[Span, str] | None:
        """Return the arguments that the call at a place puts into a slice, and their text: see `variadic.slice_of`."""
        leaf = self._leaf(place)
        call = leaf.parent.parent if leaf is not None and leaf.type == "(" and leaf.parent is not None else None
        if call is None or call.type != "call_expression":
            return None
        span = slice_of(call, written, inlined, self.names)
        return None if span is None else (span, one_line(cut(call, span)))

    def is_made_of_runes(self, span: Span) -> bool:
        """Say whether the conversion at a span makes a text of runes, or of one, as far as the file tells."""
        node = node_at(self._tree, span)
        arguments = node.child_by_field_name("arguments") if node is not None else None
        given = infer(first_of(arguments), self.names)
        of = element(given, self.names) if given.form is Form.SLICE else given
        return of.form is Form.BASIC and of.basic not in {"", "byte", "uint8"}

    def start_at(self, place: Place, name: str) -> Literal | None:
        """Return the `go` or `defer` that calls the function value at a place, or the variable of this name."""
        leaf = self._leaf(place)
        statement = statement_that_calls(leaf, name) if leaf is not None else None
        return wrapper_of(statement) if statement is not None else None

    def literal_at(self, place: Place) -> Literal | None:
        """Return the function literal or the `go`/`defer` wrapper that starts at a place."""
        leaf = self._leaf(place)
        if leaf is None or leaf.parent is None:
            return None
        if leaf.type in {"go", "defer"}:
            return wrapper_of(leaf.parent)
        return literal_of(leaf.parent) if leaf.parent.type == "func_literal" else None

    def is_sized_text(self, text: str) -> bool | None:
        """Say whether what inlined code makes takes memory, None for types that neither text nor package tells."""
        return is_sized_text(text, self.names)

    def is_generic_at(self, place: Place) -> bool:
        """Say whether a place lies in a function with type parameters, or in a method of a type with some."""
        leaf = self._leaf(place)
        return leaf is not None and functions.is_generic(leaf)

    def captures_nothing(self, place: Place) -> bool:
        """Say whether the function literal at a place uses no variable of the functions around it."""
        leaf = self._leaf(place)
        literal = leaf.parent if leaf is not None else None
        return literal is not None and literal.type == "func_literal" and not captures(literal, self.names)

    def captures_inside(self, place: Place) -> bool | None:
        """Say whether the literals inside the function literal at a place use variables around them.

        Shape: None where some do and some do not, or there is no such literal.
        """
        leaf = self._leaf(place)
        literal = leaf.parent if leaf is not None else None
        return captures_inside(literal, self.names) if literal is not None and literal.type == "func_literal" else None

    def wrapped(self, place: Place) -> str:
        """Return which reason of `judge.WRAPPED` a literal at a place has that `go` calls, or `defer` in a loop."""
        leaf = self._leaf(place)
        literal = leaf.parent if leaf is not None else None
        statement = started_by(literal) if literal is not None and literal.type == "func_literal" else None
        if statement is None or not (statement.type == "go_statement" or repeats(statement)):
            return ""
        reason = reason_of(statement, self.names)
        return {"": "", "carried-result": "wrapped-result"}.get(reason, "wrapped")

    def is_local(self, place: Place, name: str) -> bool:
        """Say whether `name` means a local variable or a parameter at a place."""
        leaf = self._leaf(place)
        return leaf is not None and self.names.local(name, leaf) is not None

    def is_import(self, name: str) -> bool:
        """Say whether the file imports a package under this name."""
        return name in self.names.imports

    def is_type(self, name: str) -> bool:
        """Say whether the package declares a type of this name."""
        return self.names.type_named(name) is not None

    def is_function_place(self, place: Place) -> bool:
        """Say whether a declared function begins at a place for the compiler: its name, or a method's receiver.

        Wrappers that the compiler makes for generic functions print their verdicts there, once more.
        """
        return self.function_at(place) is not None

    def is_made_function(self, place: Place) -> bool:
        """Say whether the compiler makes a function at a place that is no literal: of a method, or of generic code.

        Shape: `x.M`, `(*T[K]).M`, `F[K]`; or a call, where such a function came with an inlined body.
        """
        leaf = self._leaf(place)
        if leaf is None or leaf.parent is None or self.is_function_place(place):
            return False
        return leaf.type in {".", "[", "identifier"} or (leaf.type == "(" and self.call_at(place) is not None)

    def function_at(self, place: Place) -> Span | None:
        """Return the span of the name of the function that the compiler means by a place: name or receiver."""
        leaf = self._leaf(place)
        parent = leaf.parent if leaf is not None else None
        if parent is None:
            return None
        if leaf is not None and leaf.type == "(" and parent.parent is not None:
            parent = parent.parent if parent.parent.child_by_field_name("receiver") == parent else parent
        name = parent.child_by_field_name("name") if parent.type in FUNCTIONS else None
        if name is None or (leaf != name and parent.child_by_field_name("receiver") is None):
            return None
        return span_of(name)

    def _column(self, place: Place) -> int:
        """Return the column in the editor's line: cmd/compile counts a BOM's three bytes on line 1."""
        if place.line == 1 and place.column and self.content.startswith(BOM):
            return max(place.column - len(BOM), 1)
        return place.column

    def _leaf(self, place: Place) -> Node | None:
        return leaf_at(self._tree, place.line, self._column(place)) if place.column else None

    def _begun(self, place: Place) -> Node | None:
        """Return the word at a place, for the first of a literal the literal: it stands in the function around it."""
        leaf = self._leaf(place)
        return leaf.parent if leaf is not None and leaf.type == "func" else leaf

    def _whole_line(self, place: Place) -> Shape:
        lines = split_lines(self.content)
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else b""
        start = len(line) - len(line.lstrip()) + 1
        span = Span(place.line, start, place.line, max(len(line.rstrip()), start) + 1)
        text = line.strip().decode("utf-8", "replace")
        return Shape(span, text[:EXPRESSION_LENGTH], Kind.OTHER, is_fallback=True)

    def _shape_of(self, node: Node, subject: str, verdict: Verdict, kind: Kind | None = None) -> Shape:
        kind = kind or kinds.kind_at(node, subject, verdict, self.names)
        loop = _loop_declaring(node) if verdict is Verdict.MOVED else None
        body = loop.child_by_field_name("body") if loop is not None else None
        temperature, reason = heat.heat_of(loop or node)
        is_boxed = kind is Kind.INTERFACE
        span = spans.visible_span(node, subject)
        size = size_of_site(node, kind, subject, self.names)
        function, named_at = functions.function_name(node)
        return Shape(
            span,
            one_line(cut(node, span)),
            kind,
            function,
            holder_of(node),
            heat.loops_around(node),
            temperature,
            reason,
            boxed_value(node, subject, self.names) if is_boxed else self._maybe_boxed(node, kind),
            size,
            site_has_pointers(node, kind, self.names),
            is_sized_site(node, kind, self.names) if size is None else size > 0,
            is_call=node.type == "call_expression" and self._is_user_call(node),
            statement=statement_start(node),
            is_selector=node.type == "selector_expression",
            rounds=heat.heat_of(body) if body is not None else None,
            named_at=named_at,
        )

    def _maybe_boxed(self, node: Node, kind: Kind) -> Boxed:
        """Return what is known of the box of a selector that may make none; `NOTHING` for all else."""
        if kind is not Kind.OTHER or node.type != "selector_expression":
            return Boxed.NOTHING
        return Boxed.UNKNOWN if taker_of(node, self.names) is Form.INTERFACE else Boxed.MAYBE

    def _is_user_call(self, node: Node) -> bool:
        function = node.child_by_field_name("function")
        if function is None or text_of(function) in {"make", "new", "append", "copy", "panic", "len", "cap", "clear"}:
            return False
        return callee_of(function, self.names) is not Callee.CONVERSION

    def _statement_call(self, leaf: Node | None) -> Call | None:
        """Return the call of a `go` or `defer` statement whose keyword stands at the place."""
        if leaf is None or leaf.type not in {"go", "defer"} or leaf.parent is None:
            return None
        node = next((n for n in leaf.parent.named_children if n.type == "call_expression"), None)
        function = node.child_by_field_name("function") if node is not None else None
        if node is None or function is None:
            return None
        return Call(callee_of(function, self.names), one_line(text_of(function)), span_of(node), leaf.type)


def _loop_declaring(name: Node) -> Node | None:
    """Return the loop whose variable a name declares: `i` of `for i := …`, `v` of `for _, v := range …`."""
    left = name.parent
    declaring = left.parent if left is not None and left.type == "expression_list" else None
    if declaring is None or declaring.child_by_field_name("left") != left:
        return None
    clause = declaring if declaring.type == "range_clause" else declaring.parent
    if clause is None or clause.type not in {"range_clause", "for_clause"}:
        return None
    is_declared = any(token.type == ":=" for token in declaring.children) or declaring.type == "short_var_declaration"
    return clause.parent if is_declared else None
