"""Facts of files that nobody has open, packed: a tenth of their size, unpacked when somebody asks."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import msgspec

from goescape_lsp.core.model import FileFacts

_LEVEL = 1

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, FileFacts])


class Folder:
    """Folds facts; the directory that was asked for last is kept unpacked."""

    def __init__(self) -> None:
        self._last: Folded | None = None
        self._facts: Mapping[str, FileFacts] = {}

    def fold(self, files: Mapping[str, FileFacts]) -> Mapping[str, FileFacts]:
        """Return the same facts, packed."""
        return files if isinstance(files, Folded) or not files else Folded(self, files)

    def unfold(self, folded: Folded) -> Mapping[str, FileFacts]:
        """Return the facts of a directory."""
        if self._last is not folded:
            self._last, self._facts = folded, _decoder.decode(zlib.decompress(folded.packed))
        return self._facts


class Folded(Mapping[str, FileFacts]):
    """Facts by path; the paths are known without unpacking."""

    __slots__ = ("_folder", "_paths", "packed")

    def __init__(self, folder: Folder, files: Mapping[str, FileFacts]) -> None:
        self._folder = folder
        self._paths = dict.fromkeys(files)
        self.packed = zlib.compress(_encoder.encode(dict(files)), _LEVEL)

    def __getitem__(self, path: str) -> FileFacts:
        if path not in self._paths:
            raise KeyError(path)
        return self._folder.unfold(self)[path]

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
