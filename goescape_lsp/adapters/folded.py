"""Facts of files that nobody has open, packed: a tenth of their size, unpacked file by file when somebody asks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import msgspec

from goescape_lsp.adapters.portions import Portions, joined, split
from goescape_lsp.core.model import FileFacts

_LEVEL = 1

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Portions)


class Folder:
    """Folds facts; what was asked for of the last directory is kept unpacked. Threads may share it."""

    def __init__(self) -> None:
        self._last: tuple[Folded | None, dict[str, FileFacts]] = (None, {})

    def fold(self, files: Mapping[str, FileFacts]) -> Mapping[str, FileFacts]:
        """Return the same facts, packed."""
        return files if isinstance(files, Folded) or not files else Folded(self, files)

    def unfold(self, folded: Folded, path: str) -> FileFacts:
        """Return the facts of a file, the same object while no other directory is asked for."""
        last, known = self._last
        if last is not folded:
            known = dict[str, FileFacts]()
            self._last = (folded, known)
        if path not in known:
            known.setdefault(path, joined(_decoder.decode(zlib.decompress(folded.packed[path]))))
        return known[path]


class Folded(Mapping[str, FileFacts]):
    """Facts by path; the paths are known without unpacking."""

    __slots__ = ("_folder", "packed")

    def __init__(self, folder: Folder, files: Mapping[str, FileFacts]) -> None:
        self._folder = folder
        self.packed = {path: zlib.compress(_encoder.encode(split(facts)), _LEVEL) for path, facts in files.items()}

    def __getitem__(self, path: str) -> FileFacts:
        return self._folder.unfold(self, path)

    def __contains__(self, path: object) -> bool:
        return path in self.packed

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)
