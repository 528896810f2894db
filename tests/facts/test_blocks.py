"""The blocks that the allocator hands out are those of the table, per version."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from goescape_lsp.core.tables.layouts import ALLOCATORS, block_of
from tests.conftest import Go

PROGRAM = """package main

import (
	"encoding/json"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
)

var kept reflect.Value

func block(of reflect.Type, count int) uint64 {
	made := reflect.ArrayOf(count, of)
	least := uint64(1 << 62) // of several rounds: the runtime itself allocates a little meanwhile
	for round := 0; round < 5; round++ {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := 0; i < 8; i++ {
			kept = reflect.New(made)
		}
		runtime.ReadMemStats(&after)
		least = min(least, (after.TotalAlloc-before.TotalAlloc)/8)
	}
	return least
}

func main() {
	debug.SetGCPercent(-1)
	var sizes []int
	json.NewDecoder(os.Stdin).Decode(&sizes)
	var result [][2]uint64
	for _, size := range sizes {
		plain := block(reflect.TypeOf(byte(0)), size)
		result = append(result, [2]uint64{plain, block(reflect.TypeOf(new(int)), size/8)})
	}
	json.NewEncoder(os.Stdout).Encode(result)
}
"""


@pytest.fixture(scope="module")
def sizes() -> list[int]:
    classes = ALLOCATORS[-1].sizes
    near = {size for each in classes for size in (each - 8, each, each + 8)}
    return sorted(size for size in {*near, 33, 100, 32760, 40960, 65536, 100_000} if size >= 16)


def test_blocks_are_those_of_the_table(every_go: Go, sizes: list[int], tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module blocks\n\ngo 1.21\n")
    (tmp_path / "main.go").write_text(PROGRAM)
    every_go.run("build", "-o", "blocks.exe", ".", cwd=tmp_path)
    command = [tmp_path / "blocks.exe"]
    output = subprocess.run(
        command, input=json.dumps(sizes), check=True, capture_output=True, text=True, timeout=120
    ).stdout
    version = every_go.version
    for size, (plain, pointers) in zip(sizes, json.loads(output), strict=True):
        assert plain == block_of(size, has_pointers=False, go_version=version), size
        whole = size // 8 * 8
        assert pointers == block_of(whole, has_pointers=True, go_version=version), whole
