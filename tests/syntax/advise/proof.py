"""Runs programs before and after an edit, side by side in one build."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Go

# Ranges over numbers came with 1.22, over functions with 1.23.
GO_MOD = "module proof\n\ngo 1.23\n"
SIZES = (0, 1, 3, 20, 100)
RUNNER = """package main

import (
	"encoding/json"
	"os"
	"testing"

%s
)

type entry struct {
	Name   string
	Before func(int) int
	After  func(int) int
}

type result struct {
	Before, After             []int
	BeforeAllocs, AfterAllocs float64
}

var sink int

func main() {
	results := map[string]result{}
	for _, e := range []entry{
%s
	} {
		r := result{}
		for _, n := range []int{%s} {
			r.Before = append(r.Before, e.Before(n))
			r.After = append(r.After, e.After(n))
		}
		r.BeforeAllocs = testing.AllocsPerRun(50, func() { sink += e.Before(100) })
		r.AfterAllocs = testing.AllocsPerRun(50, func() { sink += e.After(100) })
		results[e.Name] = r
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
"""
Pairs = dict[str, tuple[bytes, bytes]]
Results = dict[str, dict[str, list[int] | float]]


def run_pairs(go: Go, folder: Path, pairs: Pairs) -> Results:
    """Build one program of all packages, before and after, and return what it measured."""
    for name, sides in pairs.items():
        for side, content in zip(("before", "after"), sides, strict=True):
            (folder / name / side).mkdir(parents=True)
            (folder / name / side / "x.go").write_bytes(content)
    names = {side: [f'{name}_{side} "proof/{name}/{side}"' for name in pairs] for side in ("before", "after")}
    entries = [f'{{"{name}", {name}_before.Work, {name}_after.Work}},' for name in pairs]
    imports = "\n".join(f"\t{line}" for line in [*names["before"], *names["after"]])
    (folder / "go.mod").write_text(GO_MOD)
    text = RUNNER % (imports, "\n".join(entries), ", ".join(map(str, SIZES)))
    (folder / "main.go").write_text(text, encoding="utf-8")
    go.run("build", "-o", "proof.exe", ".", cwd=folder)
    output = subprocess.run([folder / "proof.exe"], cwd=folder, check=True, capture_output=True, text=True).stdout
    return json.loads(output)
