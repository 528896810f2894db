"""A build cache for several machines, as the go command wants one: `cacheprog.py REMOTE LOCAL STATISTICS`.

Speaks the protocol of cmd/go/internal/cacheprog (go1.24 and later): one JSON object a line; a put is followed by its
body as a JSON string in base64. REMOTE is the directory that all machines share, LOCAL is this machine's, and
STATISTICS gets one line of JSON for each run of go: how many gets hit and missed, how many puts came.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any


def name(encoded: str) -> str:
    return base64.b64decode(encoded).hex()


def write(path: Path, content: bytes) -> None:
    """Write a file at once: another go may read it meanwhile."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)


def get(request: dict[str, Any], remote: Path, local: Path) -> dict[str, Any]:
    entry = remote / f"{name(request['ActionID'])}.json"
    if not entry.exists():
        return {"Miss": True}
    known = json.loads(entry.read_text())
    copy = local / name(known["OutputID"])
    if not copy.exists():
        write(copy, (remote / copy.name).read_bytes())
    return {"OutputID": known["OutputID"], "Size": known["Size"], "DiskPath": str(copy)}


def put(request: dict[str, Any], body: bytes, remote: Path, local: Path) -> dict[str, Any]:
    output = name(request["OutputID"])
    for folder in (remote, local):
        write(folder / output, body)
    entry = {"OutputID": request["OutputID"], "Size": len(body)}
    write(remote / f"{name(request['ActionID'])}.json", json.dumps(entry).encode())
    return {"DiskPath": str(local / output)}


def main() -> None:
    remote, local, statistics = map(Path, sys.argv[1:])
    for folder in (remote, local):
        folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter(hits=0, misses=0, puts=0)
    print(json.dumps({"ID": 0, "KnownCommands": ["get", "put", "close"]}), flush=True)
    lines = (line for line in sys.stdin if line.strip())
    for line in lines:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        match request["Command"]:
            case "get":
                answer = get(request, remote, local)
                counts["misses" if "Miss" in answer else "hits"] += 1
            case "put":
                body = base64.b64decode(json.loads(next(lines))) if request.get("BodySize") else b""
                answer = put(request, body, remote, local)
                counts["puts"] += 1
        print(json.dumps({"ID": request["ID"], **answer}), flush=True)
        if request["Command"] == "close":
            break
    with statistics.open("a") as file:
        file.write(json.dumps(counts) + "\n")


main()
