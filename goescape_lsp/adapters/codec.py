"""Facts as bytes and back: typed MessagePack, so that nothing that is read can be anything but facts."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from goescape_lsp.adapters.portions import Portions, joined, split
from goescape_lsp.core.stored import Stored

_LEVEL = 1
_MAX_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class _Packed:
    """What is stored: `files` are the facts by path, which `rest` lacks, in portions so that other threads run."""

    rest: Stored
    files: dict[str, Portions]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def encode(stored: Stored) -> bytes:
    """Return the bytes of what is known of a directory, without the contents of the files."""
    files = {path: split(replace(facts, content=b"")) for path, facts in stored.files.items()}
    return zlib.compress(_encoder.encode(_Packed(replace(stored, files={}), files)), _LEVEL)


def decode(payload: bytes, content: Callable[[str], bytes | None]) -> Stored | None:
    """Return what `encode` was given, with the contents that `content` has for each path; None when one has none.

    Errors: none; bytes that are no facts of this version are None.
    """
    try:
        packed_ = _decoder.decode(_inflated(payload))
        stored = replace(packed_.rest, files={path: joined(one) for path, one in packed_.files.items()})
    except (msgspec.MsgspecError, zlib.error, ValueError, RecursionError):
        return None
    contents = {path: content(path) for path in stored.files}
    files = {path: replace(facts, content=contents[path] or b"") for path, facts in stored.files.items()}
    return None if None in contents.values() else replace(stored, files=files)


def _inflated(payload: bytes) -> bytes:
    inflater = zlib.decompressobj()
    found = inflater.decompress(payload, _MAX_BYTES)
    if inflater.unconsumed_tail or not inflater.eof:
        raise ValueError("cut off, or too large")
    return found


def packed(value: Any) -> bytes:  # noqa: ANN401 - whatever the library can encode
    """Return a value as bytes, the same ones for the same value."""
    return _encoder.encode(value)
