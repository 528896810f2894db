"""What a selector makes that nothing but the machine code tells apart: a field in an interface, or a method value."""

from __future__ import annotations

from dataclasses import replace

from goescape_lsp.core.assembly import Assembly, wrapper
from goescape_lsp.core.decision import RULES
from goescape_lsp.core.judge import is_open
from goescape_lsp.core.model import Allocation, Cause, Finding, Kind, Rule
from goescape_lsp.core.tables.layouts import WORD, block_of

_CALLS = frozenset([Cause.CALLEE_PARAM, Cause.UNKNOWN_CALL, Cause.ASSEMBLY, Cause.UINTPTRESCAPES])
_AS_IT_IS = frozenset([Cause.PANIC, Cause.TOO_LARGE, Cause.UNKNOWN, Cause.NOT_ASKED])
_ARGUMENTS = "{storage for ... argument}"
_POINTER_CLOSURE = 2 * WORD
"""The bytes of a method value whose receiver is a pointer: the wrapper's address, and the receiver."""


def settled(finding: Finding, assembly: Assembly) -> Finding:
    """Return the finding as what the machine code of its line says that it makes, unchanged where it says nothing.

    Shape: a method value is recognised by its method's name, since the code has no columns.
    """
    if finding.inlined_from or not finding.is_heap:
        return finding
    calls = assembly.calls.get((finding.file, finding.at.line))
    if calls is None:
        return finding
    name = finding.subject.rpartition(".")[2]
    is_of_pointer, is_of_value = (wrapper(name, is_of_pointer=one) in calls for one in (True, False))
    is_method = is_of_pointer or is_of_value
    found = as_kind(finding, Kind.METHOD_VALUE if is_method else Kind.INTERFACE)
    if found.kind is not Kind.METHOD_VALUE or found.size is not None or is_of_value or not is_of_pointer:
        return found
    return replace(found, size=_POINTER_CLOSURE, block=block_of(_POINTER_CLOSURE, has_pointers=True))


def as_kind(finding: Finding, kind: Kind) -> Finding:
    """Return a finding that was left open as one of a kind, unchanged one that was not."""
    if not is_open(finding):
        return finding
    if kind is Kind.METHOD_VALUE:
        return replace(finding, kind=kind, allocation=Allocation.ALLOCATES, allocation_reason="")
    found = replace(finding, kind=kind, allocation_reason="unknown-type")
    if finding.cause in _AS_IT_IS:
        return found
    is_held = any(step.target.startswith("{storage") and step.target != _ARGUMENTS for step in finding.flow)
    cause = Cause.INTERFACE_ARG if finding.cause in _CALLS and not is_held else finding.cause
    return replace(found, cause=cause, rule=Rule.INTERFACE_CONVERSION, keeper=RULES[cause])
