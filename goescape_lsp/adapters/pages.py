"""Reads the rule pages that ship in the package."""

from __future__ import annotations

from pathlib import Path

from goescape_lsp.core.words import Locale

_FOLDER = Path(__file__).resolve().parent.parent / "pages"


def page_path(rule: str, locale: Locale) -> str | None:
    """Return the absolute path of a rule's page in `locale`, else in English, else None."""
    places = (_FOLDER / folder / f"{rule}.md" for folder in (locale, "en"))
    # A rule id has no separators: anything else is not a page of ours.
    return next((str(place) for place in places if place.name == f"{rule}.md" and place.is_file()), None)


def page_uri(rule: str, locale: Locale) -> str | None:
    """Return the page's `file:` URI, None when there is no page."""
    path = page_path(rule, locale)
    return None if path is None else Path(path).as_uri()


def read_page(rule: str, locale: Locale) -> str | None:
    """Return the page's Markdown text, None when there is no page."""
    path = page_path(rule, locale)
    return None if path is None else Path(path).read_text(encoding="utf-8")
