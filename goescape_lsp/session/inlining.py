"""Functions that are not inlined although that would save their callers an allocation. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from goescape_lsp.core.model import Allocation, FileFacts, Finding, Function, Kind, Rule
from goescape_lsp.core.tables.limits import Subject, limit
from goescape_lsp.session.snapshot import directory_of
from goescape_lsp.syntax.constructors import made_for_caller, plain_functions
from goescape_lsp.syntax.source import Source

_MADE = frozenset({Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE})
_REFUSED = "cannot inline "
_NEVER = ("recursive", "no function body")


def with_savings(
    files: Mapping[str, FileFacts], made: Mapping[str, Mapping[str, int]], calls: frozenset[tuple[str, str]]
) -> dict[str, FileFacts]:
    """Return the facts with `Function.saved` filled in.

    Shape: `made` is what the function `made` tells of each file, `calls` are the functions whose result callers keep
    (`kept_calls`), by directory and name. It counts where three things are certain. The function was refused for
    inlining. It makes a value in each call that leaves it as its first result and in no other way. A caller of the
    package that is no test keeps that result to itself, so that after inlining nothing would put the value on the heap.
    """
    result = dict(files)
    for path, of_file in made.items():
        saved = {name: count for name, count in of_file.items() if (directory_of(path), name) in calls}
        if saved:
            functions = (replace(one, saved=saved.get(one.name, 0)) for one in files[path].functions)
            result[path] = replace(files[path], functions=tuple(functions))
    return result


def made(facts: FileFacts, source: Source, go_version: str) -> Mapping[str, int]:
    """Return how many values each function of a file that is not inlined makes for its caller, by its name."""
    found = Counter[str]()
    sites = tuple(_candidates(facts, go_version))
    plain = frozenset(plain_functions(source)) if sites else frozenset[str]()
    for one in sites:
        if one.function in plain and made_for_caller(source, one.span):
            found[one.function] += 1
    return found


def _candidates(facts: FileFacts, go_version: str) -> Iterable[Finding]:
    """Yield the sites of a file that inlining could save, in functions that are not inlined."""
    refused = {one.name for one in facts.functions if _is_refused(one)}
    most = limit(Subject.IMPLICIT, go_version)
    for one in facts.findings if refused and not facts.is_test else ():
        is_made = one.is_heap and one.kind in _MADE and one.rule is Rule.RETURNED and not one.inlined_from
        is_small = one.size is not None and 0 < one.size <= most
        if is_made and is_small and one.allocation is Allocation.ALLOCATES and one.function in refused:
            yield one


def _is_refused(function: Function) -> bool:
    reason = function.inlining.partition(": ")[2]
    return function.inlining.startswith(_REFUSED) and not reason.startswith(_NEVER)
