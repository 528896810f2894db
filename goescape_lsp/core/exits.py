"""Where a value leaves the function that makes it: functions that call each other have one explanation for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from goescape_lsp.core.model import Place
from goescape_lsp.core.parse import Arrow, Block, Reason
from goescape_lsp.core.shape import Syntax

_RETURNING = frozenset({"return", "assign", "assign-pair"})


class Exits:
    """Tells what of an explanation is about the value's own function."""

    def __init__(self, syntax: Callable[[Place], Syntax | None]) -> None:
        """Take a way to the syntax around a place."""
        self._syntax = syntax

    def own_part(self, block: Block) -> Block:
        """Return a block that ends where its function returns the value.

        That alone keeps the value on the heap: what callers do with a result is not asked. The compiler's walk may
        go on into callers that it looks at together with this function.
        Source: cmd/compile/internal/escape, outlives: a result outlives everything, go1.21 to go1.27.
        """
        arrows = block.arrows
        for index, arrow in enumerate(arrows[:-1]):
            if "*" in arrow.operators:
                return block
            if self._returns(block, arrow, arrows[index + 1 :]):
                return replace(block, arrows=arrows[: index + 1])
        return block

    def own_call(self, block: Block, reason: Reason) -> Reason:
        """Return the call to which the value's own function passes it away, where the one that decides is another."""
        found: Reason | None = None
        for arrow in block.arrows:
            if found is None:
                own = (one for one in arrow.reasons if one.why == "call parameter" and self.is_own(block, one.place))
                found = next(own, None)
            elif any(not self.is_own(block, one.place) for one in arrow.reasons):
                return found
        return reason

    def is_own(self, block: Block, place: Place) -> bool:
        """Say whether a place is in the declaration that a block's value stands in."""
        syntax = self._syntax(block.place)
        return syntax is None or (place.file == block.place.file and syntax.is_one_function(block.place, place))

    def _returns(self, block: Block, arrow: Arrow, after: tuple[Arrow, ...]) -> bool:
        reason = arrow.reasons[-1] if arrow.reasons else None
        syntax = self._syntax(block.place)
        if reason is None or syntax is None or reason.why not in _RETURNING or arrow.target.startswith("{"):
            return False
        if reason.why != "return" and not (
            syntax.result_name(reason.place, arrow.target) and self._goes_on_elsewhere(block, after)
        ):
            return False
        is_here = self.is_own(block, reason.place)
        return is_here and syntax.literals_around(reason.place) == syntax.literals_around(block.place)

    def _goes_on_elsewhere(self, block: Block, after: tuple[Arrow, ...]) -> bool:
        """Say whether callers go on with a result; one that the function itself goes on to use is told by that use."""
        steps = [one for later in after for one in later.reasons]
        name = block.function.rpartition(".")[2]
        return any(not self.is_own(block, one.place) or f"= {name}(" in one.expression for one in steps)
