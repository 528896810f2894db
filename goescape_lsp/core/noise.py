"""Which steps of a flow are told: those of which the compiler alone knows, or that their neighbours tell, are noise."""

from __future__ import annotations

import re

from goescape_lsp.core.model import Finding, Step
from goescape_lsp.core.tables.messages import VARIADIC

# Names that the compiler made up (results of inlined calls, dictionaries of generic code, what loops over functions
# keep): no reader knows them.
MADE_UP = re.compile(r"~[rR]\d|\.\.dict|\.dict\b|go\.shape|\.autotmp_\d|(?<!\")#(?:state|yield|next|defers|rv)\d*\b")

ASSIGNED = frozenset({"assign", "assign-pair"})


def told_steps(finding: Finding) -> list[Step]:
    """Return the steps that tell something, with the one before that sets the variable which the first is about."""
    flow = finding.flow
    pairs = zip(flow, (*flow[1:], None), strict=False)
    told = [index for index, (step, following) in enumerate(pairs) if not _is_noise(step, following, finding)]
    name = flow[told[0]].source.lstrip("&*") if told else ""
    sets = (index for index in range(told[0] if told else 0) if flow[index].target == name)
    link = next((index for index in sets if flow[index].is_given or written_target(flow[index])), None)
    return [flow[index] for index in (told if link is None else [link, *told])]


def _is_noise(step: Step, following: Step | None, finding: Finding) -> bool:
    """Say whether a step tells a reader nothing that its neighbours do not tell."""
    match step.why:
        case "":
            return len(finding.flow) > 1
        case "spill":
            return step.place == finding.at
        case "captured by a closure":
            return following is not None and following.why == "reference"
        case "assign" | "assign-pair":  # parameters and results of inlined calls
            if step.is_given:
                return VARIADIC in step.expression
            is_made_up = VARIADIC in step.expression or MADE_UP.search(step.expression) is not None
            return is_made_up and not (following is None and (step.inlined_from or written_target(step)))
        case _:
            return False


def written_target(step: Step) -> str:
    """Return the left side of `x.f = ~r0`, where only the other side is the compiler's own; "" for other texts.

    Shape: of `x, err := ~r0, ~r1` it is the one that the step is about.
    """
    left, is_set, right = step.text.replace(" := ", " = ", 1).partition(" = ")
    if not is_set or not MADE_UP.search(right) or MADE_UP.search(left):
        return ""
    return left if ", " not in left else step.target if step.target in left.split(", ") else ""
