"""What the rest of a package can see of a file, and which of its names mean something else after an edit. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from goescape_lsp.core.model import Function
from goescape_lsp.core.parts import Stretches

_WORD = re.compile(r"\w+")
_LETTER = rb"[0-9A-Za-z_]"
_FEW_WORDS = 40
"""More than these are not looked for one by one."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A file without its tree.

    `clause` is the package clause; `imports` are the names that imports give, `standard` those of them that are of the
    standard library. `declared` are the declarations by the
    name that they declare, `methods` those of methods by the name of their receiver's type and their own: their text
    without the bodies of functions; constants, which may repeat each other, with all of their group. `functions` are
    the declared functions, `stretches` those that have their lines for themselves. `takes_tests` says that the file
    takes types of package testing in its signatures. Of a broken file nothing of that is certain.
    """

    clause: str
    imports: frozenset[str]
    standard: frozenset[str]
    declared: Mapping[str, str]
    methods: Mapping[tuple[str, str], str]
    functions: tuple[Function, ...]
    stretches: Stretches
    takes_tests: bool
    is_broken: bool

    @property
    def size(self) -> int:
        """Return how many names it holds."""
        return 1 + len(self.declared) + len(self.methods) + len(self.functions)

    def texts(self) -> Iterable[tuple[str, str]]:
        """Yield each name and the text that declares it."""
        yield from self.declared.items()
        yield from ((name, text) for (_, name), text in self.methods.items())


@dataclass(frozen=True, slots=True)
class Changes:
    """The words that mean something else than before: in all files of a package, and in single ones."""

    words: frozenset[str] = frozenset()
    imported: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def of(self, path: str) -> frozenset[str]:
        """Return the words that mean something else in a file."""
        return self.words | self.imported.get(path, frozenset())


def changes(before: Mapping[str, Outline], after: Mapping[str, Outline], more: Iterable[str] = ()) -> Changes | None:
    """Return the words with a new meaning, by the outlines of the same files of one package; None where none is safe.

    Shape: a declaration that mentions such a word has a new meaning itself. `more` are further words of this kind.
    """
    words = set(more)
    imported: dict[str, frozenset[str]] = {}
    for path, new in after.items():
        old = before[path]
        if old is new:
            continue
        if old.is_broken or new.is_broken or old.clause != new.clause:
            return None
        words.update(name for name, _ in old.declared.items() ^ new.declared.items())
        words.update(name for (_, name), _ in old.methods.items() ^ new.methods.items())
        if other := (old.imports ^ new.imports) | (old.standard ^ new.standard):
            imported[path] = other
    if not words and not imported:
        return Changes()
    return Changes(_spread(words, imported, after), imported)


def _spread(words: set[str], imported: Mapping[str, frozenset[str]], outlines: Mapping[str, Outline]) -> frozenset[str]:
    """Return the words, and the names of all declarations that lead to one of them."""
    mentioned: dict[str, set[str]] = {}
    for path, outline in outlines.items():
        own = imported.get(path, frozenset[str]())
        for name, text in outline.texts():
            found = set(_WORD.findall(text))
            mentioned.setdefault(name, set()).update(found)
            if not own.isdisjoint(found):
                words.add(name)
    while more := {name for name, found in mentioned.items() if name not in words and not words.isdisjoint(found)}:
        words |= more
    return frozenset(words)


def mentions(words: Iterable[str]) -> Callable[[bytes], bool]:
    """Return a function that says whether a text has one of some words; it may say so of a part of a word that is not.

    Shape: only letters, digits and `_` of ASCII are taken for parts of a word.
    """
    spelled = sorted(word.encode() for word in words)
    if not spelled:
        return lambda _text: False
    whole = re.compile(rb"(?<!%b)(?:%b)(?!%b)" % (_LETTER, b"|".join(map(re.escape, spelled)), _LETTER))
    if len(spelled) > _FEW_WORDS:
        return lambda text: whole.search(text) is not None
    return lambda text: any(word in text for word in spelled) and whole.search(text) is not None
