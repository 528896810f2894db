"""What is JSON already goes into a message as it is, also where a path that is not UTF-8 asks for another writer."""

from __future__ import annotations

import json

import pytest

from goescape_lsp.editor.stdio import Prepared, encoded


@pytest.mark.parametrize("uri", ["file:///a/ü.go", "file:///a/\udcff.go"])
def test_a_prepared_part_is_spliced_in(uri: str) -> None:
    part = [{"message": "größer", "code": 1}]
    body = encoded({"uri": uri, "diagnostics": Prepared(json.dumps(part).encode()), "other": {1}}, sorted)
    assert json.loads(body) == {"uri": uri, "diagnostics": part, "other": [1]}
