"""Proposes strconv and concatenation for fmt.Sprintf, and io.WriteString for Write, where the types are certain."""

from __future__ import annotations

import re

from tree_sitter import Node

from goescape_lsp.core.advice import Advice, Edit, Safety
from goescape_lsp.core.model import Span
from goescape_lsp.syntax.names import Names
from goescape_lsp.syntax.scope import CONSTANTS, find
from goescape_lsp.syntax.standard import imports, is_standard
from goescape_lsp.syntax.tree import ancestors, span_of, text_of, walk
from goescape_lsp.syntax.types import infer

_TITLE_LENGTH = 60
_VERB = re.compile(r"%.")
_ATOMS = frozenset(
    {
        "identifier",
        "selector_expression",
        "call_expression",
        "index_expression",
        "interpreted_string_literal",
        "int_literal",
    }
)
_STATEMENTS = frozenset({"expression_statement", "go_statement", "defer_statement"})
_TIGHT = frozenset(
    {"selector_expression", "index_expression", "slice_expression", "call_expression", "unary_expression"}
)


def sprintf(node: Node, names: Names) -> Advice | None:
    """Return the advice for a `fmt.Sprintf` with only `%d`, `%s` and `%v` of exactly int and string.

    Shape: the node is the call or one of its arguments.
    Errors: None when a type is not certain, or when the imports of the file cannot be changed along.
    """
    around = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
    calls = (call for call in (node, around) if call is not None and call.type == "call_expression")
    call = next((call for call in calls if is_standard(call.child_by_field_name("function"), "fmt", "Sprintf")), None)
    arguments = call.child_by_field_name("arguments") if call is not None else None
    if call is None or arguments is None or arguments.named_child_count < 2:  # noqa: PLR2004 - the format and one value
        return None
    template, *values = arguments.named_children
    parts = _parts(template, values, names)
    edits = None if parts is None else _imported(call, names, needs_strconv=any(_is_itoa(part) for part in parts))
    if parts is None or edits is None or call.parent is None or call.parent.type in _STATEMENTS:
        return None
    if span_of(call).line != span_of(call).end_line:
        return None  # someone laid it out with care, maybe with comments
    new = _fitted(parts, call.parent)
    return Advice(
        "no-sprintf",
        (Edit(span_of(call), new), *edits),
        Safety.SAME_BEHAVIOUR,
        ("result-remains",),
        {"new": _shortened(new)},
    )


def write_string(node: Node, names: Names) -> Advice | None:
    """Return the advice for `w.Write([]byte(s))` where `w` is an `io.Writer` and `s` exactly a string."""
    call = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
    function = call.child_by_field_name("function") if call is not None else None
    if call is None or function is None or function.type != "selector_expression":
        return None
    writer, value = function.child_by_field_name("operand"), _converted(node, names)
    is_write = text_of(function.child_by_field_name("field")) == "Write"
    if not is_write or writer is None or value is None or writer.type != "identifier":
        return None
    declaration = names.find(text_of(writer), writer)
    is_writer = declaration is not None and text_of(declaration.type) == "io.Writer"
    is_io = imports("io", call) and find("io", call) is None
    if not is_writer or not is_io or not _is_exactly("string", value, names):
        return None
    new = f"io.WriteString({text_of(writer)}, {text_of(value)})"
    return Advice(
        "write-string", (Edit(span_of(call), new),), Safety.SAME_BEHAVIOUR, ("needs-method",), {"new": _shortened(new)}
    )


def _shortened(new: str) -> str:
    return new if len(new) <= _TITLE_LENGTH else f"{new[: _TITLE_LENGTH - 1]}…"


def _converted(node: Node, names: Names) -> Node | None:
    """Return `s` of `[]byte(s)`."""
    if node.type == "type_conversion_expression" and text_of(node.child_by_field_name("type")) == "[]byte":
        return node.child_by_field_name("operand") if names.is_free("byte", node) else None
    return None


def _is_exactly(name: str, value: Node, names: Names) -> bool:
    """Say whether a value is of a predeclared type itself, not of one that is defined by it."""
    found = infer(value, names)
    return found.name == found.basic == name and not found.is_defined


def _parts(template: Node, values: list[Node], names: Names) -> list[str] | None:
    """Return what to concatenate for a format and its values."""
    if template.type != "interpreted_string_literal" or len(values) != len(_VERB.findall(text_of(template))):
        return None
    inner = text_of(template)[1:-1]
    texts, verbs = _VERB.split(inner), _VERB.findall(inner)
    parts: list[str] = [f'"{texts[0]}"'] if texts[0] else []
    for verb, value, text in zip(verbs, values, texts[1:], strict=True):
        part = _part(verb, value, names, is_alone=not any(texts) and len(verbs) == 1)
        if part is None:
            return None
        parts += [part, f'"{text}"'] if text else [part]
    # A number that is joined costs one string, as much as it costs as an argument of fmt: only strings gain.
    gains = len(parts) == 1 or any(not _is_itoa(part) for part in parts if not part.startswith('"'))
    return parts if gains else None


def _part(verb: str, value: Node, names: Names, *, is_alone: bool) -> str | None:
    if _is_constant(value, names) or any(part.type == "comment" for part in walk(value)):
        return None
    if verb in {"%d", "%v"} and _is_exactly("int", value, names):
        return f"strconv.Itoa({text_of(value)})"
    is_text = verb in {"%s", "%v"} and _is_exactly("string", value, names)
    return text_of(value) if is_text and (is_alone or value.type in _ATOMS) else None


def _is_constant(value: Node, names: Names) -> bool:
    """Say whether a value may be constant: a constant result could make code around it invalid."""
    used = [part for part in walk(value) if part.type == "identifier"]
    declared = [names.find(text_of(name), name) for name in used]
    return not used or any(found is not None and found.role in CONSTANTS for found in declared)


def _is_itoa(part: str) -> bool:
    return part.startswith("strconv.Itoa(")


def _fitted(parts: list[str], parent: Node) -> str:
    """Return a concatenation with the brackets and the spacing (gofmt's) that its place asks for."""
    if parent.type == "argument_list" and parent.named_child_count > 1:
        return "+".join(parts)
    text = " + ".join(parts)
    return f"({text})" if len(parts) > 1 and parent.type in _TIGHT else text


def _imported(call: Node, names: Names, *, needs_strconv: bool) -> list[Edit] | None:
    """Return the edits that bring strconv in and take fmt out where it is no longer used, None when not certain."""
    has_strconv = imports("strconv", call)
    if find("strconv", call) is not None or not (has_strconv or names.is_free("strconv", call)):
        return None
    root = list(ancestors(call))[-1]
    uses = [
        found for found in walk(root) if found.type in {"identifier", "package_identifier"} and text_of(found) == "fmt"
    ]
    if not all(use.parent is not None and use.parent.type in {"selector_expression", "qualified_type"} for use in uses):
        return None
    is_last = len(uses) == 1
    wants = needs_strconv and not has_strconv
    spec = next((found for found in walk(root) if found.type == "import_spec" and text_of(found) == '"fmt"'), None)
    if spec is None or spec.parent is None:
        return None
    if spec.parent.type == "import_declaration":
        return _single(spec, spec.parent, wants=wants, is_last=is_last)
    return _listed(spec, spec.parent, wants=wants, is_last=is_last)


def _single(spec: Node, declaration: Node, *, wants: bool, is_last: bool) -> list[Edit] | None:
    if wants:
        new = 'import "strconv"' if is_last else 'import (\n\t"fmt"\n\t"strconv"\n)'
        return [Edit(span_of(declaration), new)]
    if not is_last:
        return []
    line = span_of(spec).line
    follower = declaration.next_named_sibling
    end = line + 1
    if follower is not None and span_of(follower).line > end:
        end += 1  # the empty line that stood below
    return [Edit(Span(line, 1, end, 1), "")] if follower is not None and span_of(follower).line >= end else None


def _listed(spec: Node, specs: Node, *, wants: bool, is_last: bool) -> list[Edit] | None:
    """Return the edits in a list of imports, in the run of lines that fmt stands in and in its order."""
    line = span_of(spec).line
    others = {span_of(other).line: other for other in specs.named_children}
    if any(other.type == "comment" for other in specs.named_children) or len(others) != specs.named_child_count:
        return None
    edits = [Edit(Span(line, 1, line + 1, 1), "")] if is_last else []
    if is_last and not wants and not {line - 1, line + 1} & {*others}:
        return None  # its own paragraph: an empty line would be left over
    if wants:
        last = line
        while last + 1 in others and text_of(others[last + 1].child_by_field_name("path")) < '"strconv"':
            last += 1
        edits.append(Edit(Span(last + 1, 1, last + 1, 1), '\t"strconv"\n'))
    return edits
