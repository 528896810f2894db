"""Facts as bytes and back: typed MessagePack, so that nothing that is read can be anything but facts."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from goescape_lsp.core.stored import Stored

_LEVEL = 1
_MAX_BYTES = 256 * 2**20

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Stored)


def encode(stored: Stored) -> bytes:
    """Return the bytes of what is known of a directory, without the contents of the files."""
    bare = replace(stored, files={path: replace(facts, content=b"") for path, facts in stored.files.items()})
    return zlib.compress(_encoder.encode(bare), _LEVEL)


def decode(payload: bytes, content: Callable[[str], bytes | None]) -> Stored | None:
    """Return what `encode` was given, with the contents that `content` has for each path; None when one has none.

    Errors: none; bytes that are no facts of this version are None.
    """
    try:
        stored = _decoder.decode(_inflated(payload))
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
