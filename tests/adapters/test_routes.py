"""Public modules: the direct route and the way through `go` say the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import compare_routes
from tests.conftest import Go

MODULE = "github.com/gin-gonic/gin@v1.10.0"
DIRECT = 6


@pytest.mark.timeout(900)
async def test_both_routes_agree_on_a_public_module(go: Go, public_module: Callable[[str], Path]) -> None:
    tally = await compare_routes.run(go.path, [public_module(MODULE)])
    assert tally.routes["direct"] >= DIRECT
    assert tally.lines > 50_000
    assert tally.differences == []
