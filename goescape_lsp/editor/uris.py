"""File URIs to absolute paths and back."""

from __future__ import annotations

import os
import re
import sys
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_DRIVE = re.compile(r"^/[A-Za-z]:")
_SAFE = b"/:@!$&'()*+,;=~-._"


def path_of(uri: str) -> str | None:
    """Return the absolute path that a `file:` URI names, None for any other scheme.

    Shape: percent-encoding is taken off once; on Windows a drive letter is upper case and slashes point backwards.
    """
    try:
        parts = urlsplit(uri.replace("#", "%23").replace("?", "%3F"))
    except ValueError:
        return None
    if parts.scheme != "file" or not parts.path:
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if sys.platform != "win32":
        return os.path.normpath(path) if path.startswith("/") and "\0" not in path else None
    if _DRIVE.match(path):
        path = path[1].upper() + path[2:]
    elif parts.netloc:
        path = f"//{parts.netloc}{path}"
    return os.path.normpath(path)


def uri_of(path: str) -> str:
    """Return the `file:` URI of an absolute path, percent-encoded as editors do it."""
    slashed = path.replace("\\", "/") if sys.platform == "win32" else path
    if slashed.startswith("//"):
        return "file:" + quote_from_bytes(os.fsencode(slashed), safe=_SAFE)
    prefix = "file://" if slashed.startswith("/") else "file:///"
    return prefix + quote_from_bytes(os.fsencode(slashed), safe=_SAFE)
