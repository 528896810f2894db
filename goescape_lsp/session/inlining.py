"""Functions that are not inlined although that would save their callers an allocation. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from goescape_lsp.core.model import Allocation, FileFacts, Finding, Function, Kind, Rule
from goescape_lsp.core.tables.limits import Subject, limit
from goescape_lsp.session.snapshot import directory_of
from goescape_lsp.syntax.constructors import kept_calls, made_for_caller, plain_functions
from goescape_lsp.syntax.source import Source

_MADE = frozenset({Kind.NEW, Kind.COMPOSITE, Kind.VARIABLE})
_REFUSED = "cannot inline "
_NEVER = ("recursive", "no function body")


def with_savings(
    files: Mapping[str, FileFacts], sources: Mapping[str, Source], go_version: str
) -> dict[str, FileFacts]:
    """Return the facts with `Function.saved` filled in.

    Shape: it counts where three things are certain. The function was refused for inlining. It makes a value in each
    call that leaves it as its first result and in no other way. A caller of the package that is no test keeps that
    result to itself, so that after inlining nothing would put the value on the heap.
    """
    wanted = {path: found for path, facts in files.items() if (found := tuple(_candidates(facts, go_version)))}
    if not wanted:
        return dict(files)
    kept: dict[str, set[str]] = {}
    for directory in {directory_of(path) for path in wanted}:
        callers = (path for path, facts in files.items() if directory_of(path) == directory and not facts.is_test)
        kept[directory] = {name for path in callers for name in kept_calls(sources[path])}
    result = dict(files)
    for path, sites in wanted.items():
        names = kept[directory_of(path)].intersection(plain_functions(sources[path]))
        functions = tuple(_with_savings(one, sites, sources[path], names) for one in files[path].functions)
        result[path] = replace(files[path], functions=functions)
    return result


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


def _with_savings(function: Function, sites: Iterable[Finding], source: Source, names: set[str]) -> Function:
    if function.name not in names or not _is_refused(function):
        return function
    own = (one for one in sites if one.function == function.name)
    return replace(function, saved=sum(made_for_caller(source, one.span) for one in own))
