"""The values of a proposed change: which edits, how safe, what to say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from goescape_lsp.core.model import Span


class Safety(StrEnum):
    """Whether a change can alter what the program does."""

    SAME_BEHAVIOUR = "same-behaviour"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Edit:
    """Puts `new` in the place of `span`.

    Units: 1-based lines and 1-based byte columns of the content that was advised on; an empty span inserts.
    """

    span: Span
    new: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A proposed change.

    `id` is a stable name (`presize-map`) that has a title and an explanation in `words.actions`. `edits` do not
    overlap; none at all make it a suggestion that is only explained. `notes` are keys of `words.actions`.
    `arguments` fill the fields of the title and of the explanation. `preview` is the changed signature, "" without one.
    """

    id: str
    edits: tuple[Edit, ...] = ()
    safety: Safety = Safety.SAME_BEHAVIOUR
    notes: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    preview: str = ""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions that gate advice: of the compiler (`1.26.8`) and of the module's go line (`1.21`), "" if unknown."""

    toolchain: str = ""
    module: str = ""
