"""One Go file as the classifier may ask about it: shapes at places, calls, assignments, literals, loops."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from tree_sitter import Node, Tree

from goescape_lsp.core.columns import BOM, split_lines
from goescape_lsp.core.model import Comment, Function, Kind, Place, Span, Verdict
from goescape_lsp.core.parts import OUTSIDE
from goescape_lsp.core.shape import Boxed, Call, Callee, Literal, Shape, Target
from goescape_lsp.syntax import comments, functions, heat, kinds, spans
from goescape_lsp.syntax.appends import room_of
from goescape_lsp.syntax.boxing import boxed_value
from goescape_lsp.syntax.calls import callee_of, target_of
from goescape_lsp.syntax.cuts import EXPRESSION_LENGTH, cut, one_line, squeeze
from goescape_lsp.syntax.file import GoFile
from goescape_lsp.syntax.leaving import ASSIGNMENTS, RETURNS, comes_to
from goescape_lsp.syntax.outline import Outline
from goescape_lsp.syntax.scope import Role
from goescape_lsp.syntax.sizes import site_has_pointers, size_of, size_of_site
from goescape_lsp.syntax.starts import statement_that_calls
from goescape_lsp.syntax.tree import (
    FUNCTIONS,
    ancestors,
    enclosing_function,
    first_of,
    leaf_at,
    node_at,
    span_of,
    statement_start,
    text_of,
    walk,
)
from goescape_lsp.syntax.types import Form, Names, element, infer, resolve

_GENERATED = re.compile(rb"^// Code generated .* DO NOT EDIT\.\r?$", re.MULTILINE)
_Key = tuple[int, int, str, Verdict]
_OBJECT = re.compile(r"^(?:&(?P<composite>\w+)\{(?:\.\.\.)?\}|new\((?P<new>\w+)\))$")
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
        return Call(callee_of(function, self.names), one_line(text_of(function)), span_of(node), _keyword(keyword))

    def target_at(self, place: Place, left: str) -> Target:
        """Return what is assigned to at the place of a `=`; `left` is the compiler's text of the left side."""
        leaf = self._leaf(place)
        statement = _assignment(leaf)
        if leaf is None or statement is None or _is_of_inlined_code(leaf, statement):
            return Target.UNKNOWN
        items = [n for n in _left_sides(statement) if n.type != "comment"]
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
        around = next((n for n in self.root.named_children if n.end_point[0] >= place.line - 1), None)
        return around is not None and around.start_point[0] <= other.line - 1 <= around.end_point[0]

    def comes_to(self, made: Place, told: Place, name: str) -> tuple[Place, str] | None:
        """Return where the statement is that a value made at a place comes to, and its text: see `leaving.comes_to`."""
        site, leaf = self._leaf(made), self._leaf(told)
        statement = leaf.parent if leaf is not None and leaf.type == "return" else _assignment(leaf)
        if site is None or leaf is None or statement is None or statement.type not in RETURNS | ASSIGNMENTS:
            return told, ""
        found = comes_to(site, statement, name)
        if found is None:
            return None
        words = {leaf.type, "=", ":="}  # the compiler's place of an assignment is that of its operator
        span = span_of(leaf if found == statement else next(one for one in found.children if one.type in words))
        return Place(told.file, span.line, span.column), one_line(text_of(found))

    def outlives_loop(self, place: Place, name: str, site: Place) -> bool:
        """Say whether what `name` means at a place is declared outside a loop, of its function, around a site."""
        leaf, made = self._leaf(place), self._leaf(site)
        declaring = _assignment(leaf)
        own = _left_sides(declaring) if declaring is not None else []  # what is declared here is visible only behind it
        leaf = next((node for node in own if node.type == "identifier" and text_of(node) == name), leaf)
        found = self.names.local(name, leaf) if leaf is not None else None
        if made is None or found is None or found.scope is None:
            return False
        return heat.loops_around(made) > heat.loops_around(found.name) or heat.in_goto_loop(made)

    def is_in_more_loops(self, site: Place, place: Place) -> bool:
        """Say whether more loops are around a site than around another place of the same function."""
        made, leaf = self._leaf(site), self._leaf(place)
        if leaf is not None and leaf.type == "func":  # the literal stands in the function around it
            leaf = leaf.parent
        if made is None or leaf is None or enclosing_function(made) != enclosing_function(leaf):
            return False
        return heat.loops_around(made) > heat.loops_around(leaf)

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
                yield _wrapper(node)
            elif node.type == "func_literal":
                yield _literal(node)
            elif node.type in FUNCTIONS:
                return

    def room_of_append(self, span: Span) -> str:
        """Return where the slice has its room from that an `append` at a span grows: see `appends.room_of`."""
        return room_of(self._tree, self.names, span)

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
        return _wrapper(statement) if statement is not None else None

    def literal_at(self, place: Place) -> Literal | None:
        """Return the function literal or the `go`/`defer` wrapper that starts at a place."""
        leaf = self._leaf(place)
        if leaf is None or leaf.parent is None:
            return None
        if leaf.type in {"go", "defer"}:
            return _wrapper(leaf.parent)
        return _literal(leaf.parent) if leaf.parent.type == "func_literal" else None

    def size_of_object(self, text: str) -> int | None:
        """Return the bytes of what `&T{...}` or `new(T)` makes, None for a type that the package does not declare."""
        made = _OBJECT.match(text)
        declared = self.names.type_named(made["composite"] or made["new"]) if made is not None else None
        return size_of(resolve(declared.type, self.names), self.names) if declared is not None else None

    def captures_nothing(self, place: Place) -> bool:
        """Say whether the function literal at a place uses no variable of the functions around it."""
        leaf = self._leaf(place)
        literal = leaf.parent if leaf is not None else None
        if literal is None or literal.type != "func_literal":
            return False
        for node in walk(literal):
            if node.type != "identifier" or (found := self.names.local(text_of(node), node)) is None:
                continue
            is_inside = literal.start_byte <= found.name.start_byte < literal.end_byte
            is_constant = found.name.parent is not None and found.name.parent.type == "const_spec"
            if not is_inside and not is_constant:
                return False
        return True

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
        return Shape(
            span,
            one_line(cut(self._tree.root_node, node, span)),
            kind,
            functions.function_name(node, self._file.function_names),
            _holder(node),
            heat.loops_around(node),
            temperature,
            reason,
            boxed_value(node, subject, self.names) if is_boxed else Boxed.NOTHING,
            size_of_site(node, kind, subject, self.names),
            site_has_pointers(node, kind, self.names),
            is_call=node.type == "call_expression" and self._is_user_call(node),
            statement=statement_start(node),
            is_selector=node.type == "selector_expression",
            rounds=heat.heat_of(body) if body is not None else None,
        )

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


def _keyword(node_type: str) -> str:
    return {"go_statement": "go", "defer_statement": "defer"}.get(node_type, "")


def _assignment(leaf: Node | None) -> Node | None:
    kinds = {
        "assignment_statement",
        "short_var_declaration",
        "var_spec",
        "send_statement",
        "range_clause",
        "inc_statement",
    }
    if leaf is None:
        return None
    return next((n for n in (leaf, *ancestors(leaf)) if n.type in kinds), None)


def _is_of_inlined_code(leaf: Node, statement: Node) -> bool:
    """Say whether an assignment at a leaf stands in a function that the statement calls, and that was inlined there."""
    left = statement.child_by_field_name("left")
    is_on_left = left is not None and left.start_byte <= leaf.start_byte < left.end_byte
    return leaf.parent != statement and not is_on_left


def _left_sides(statement: Node) -> list[Node]:
    left = statement.child_by_field_name("left")
    if left is None:
        return statement.children_by_field_name("name")
    return left.named_children if left.type == "expression_list" else [left]


def _wrapper(statement: Node) -> Literal:
    span = span_of(statement)
    place = Place("", span.line, span.column)
    keyword = _keyword(statement.type)
    return Literal(place, keyword, is_wrapper=True, is_in_loop=_repeats(statement))


def _literal(node: Node) -> Literal:
    span = span_of(node)
    place = Place("", span.line, span.column)
    statement = _started_by(node)
    if statement is None:
        return Literal(place, "", is_wrapper=False, is_in_loop=False)
    return Literal(place, _keyword(statement.type), is_wrapper=False, is_in_loop=_repeats(statement))


def _started_by(literal: Node) -> Node | None:
    """Return the `go` or `defer` statement that calls this very literal."""
    call = literal.parent
    while call is not None and call.type == "parenthesized_expression":
        call = call.parent
    if call is None or call.type != "call_expression" or call.parent is None:
        return None
    is_called = _unwrapped(call.child_by_field_name("function")) == literal
    return call.parent if is_called and call.parent.type in {"go_statement", "defer_statement"} else None


def _unwrapped(node: Node | None) -> Node | None:
    while node is not None and node.type == "parenthesized_expression":
        node = node.named_children[0]
    return node


def _repeats(statement: Node) -> bool:
    return heat.repeats(statement)


def _holder(node: Node) -> Span | None:
    """Return the span of the variable that an expression is directly stored in."""
    value, statement = node, node.parent
    while statement is not None and statement.type in {"parenthesized_expression", "unary_expression"}:
        value, statement = statement, statement.parent
    if statement is None or statement.type != "expression_list" or statement.parent is None:
        return None
    values = [n for n in statement.named_children if n.type != "comment"]
    index = values.index(value) if value in values else 0
    declared = statement.parent
    if declared.type == "var_spec":
        left = declared.children_by_field_name("name")
    elif declared.type in {"short_var_declaration", "assignment_statement"}:
        left = _left_sides(declared)
        if declared.child_by_field_name("right") != statement:
            return None
    else:
        return None
    left = [n for n in left if n.type not in {"comment", ","}]
    return span_of(left[index]) if index < len(left) and len(values) == len(left) else None
