"""What is kept on the disk comes back whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import stat
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goescape_lsp.adapters.store import DiskStore

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")


def entries(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def test_what_is_saved_comes_back_in_another_store(tmp_path: Path) -> None:
    DiskStore(str(tmp_path), version="1").save("k", b"one")
    DiskStore(str(tmp_path), version="1").save("k", b"two")
    assert DiskStore(str(tmp_path), version="1").load("k") == b"two"
    assert DiskStore(str(tmp_path), version="1").load("other") is None
    assert DiskStore(str(tmp_path), version="2").load("k") is None


@given(payload=st.binary(max_size=40), data=st.data())
@settings(max_examples=60, deadline=None)
def test_torn_and_changed_files_are_not_there(payload: bytes, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = DiskStore(folder, version="1")
        store.save("k", payload)
        (entry,) = entries(root)
        whole = entry.read_bytes()
        for length in range(len(whole)):
            entry.write_bytes(whole[:length])
            assert store.load("k") is None
        place = data.draw(st.integers(0, len(whole) - 1))
        flipped = bytes([whole[place] ^ data.draw(st.integers(1, 255))])
        entry.write_bytes(whole[:place] + flipped + whole[place + 1 :])
        assert store.load("k") is None
        entry.write_bytes(whole + b"x")
        assert store.load("k") is None
        entry.write_bytes(whole)
        assert store.load("k") == payload


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    store = DiskStore(str(tmp_path), version="1", max_bytes=10_000)
    for number in range(9):
        store.save(str(number), bytes(1000))
        for age, entry in enumerate(sorted(entries(tmp_path), key=lambda one: one.stat().st_mtime_ns, reverse=True)):
            os.utime(entry, (10_000 - age, 10_000 - age))
    assert store.load("0") is not None
    store.save("new", bytes(1000))
    left = [number for number in range(9) if store.load(str(number)) is not None]
    assert left[0] == 0
    assert left[1:] == list(range(left[1], 9))
    assert store.load("new") is not None
    assert sum(entry.stat().st_size for entry in entries(tmp_path)) <= 8_000


def test_older_versions_make_room(tmp_path: Path) -> None:
    DiskStore(str(tmp_path), version="old", max_bytes=10_000).save("k", bytes(6000))
    for entry in entries(tmp_path):
        os.utime(entry, (1, 1))
    newer = DiskStore(str(tmp_path), version="new", max_bytes=10_000)
    newer.save("k", bytes(6000))
    assert DiskStore(str(tmp_path), version="old").load("k") is None
    assert newer.load("k") == bytes(6000)


def test_an_entry_over_the_limit_is_not_kept(tmp_path: Path) -> None:
    store = DiskStore(str(tmp_path), version="1", max_bytes=100)
    store.save("k", bytes(101))
    assert store.load("k") is None


def test_temporary_files_of_killed_servers_go(tmp_path: Path) -> None:
    DiskStore(str(tmp_path), version="1").save("k", b"1")
    (entry,) = entries(tmp_path)
    fresh, old = entry.parent / "fresh.tmp", entry.parent / "old.tmp"
    fresh.write_bytes(b"x")
    old.write_bytes(b"x")
    os.utime(old, (1, 1))
    DiskStore(str(tmp_path), version="1").save("k", b"2")
    assert entries(tmp_path) == sorted([entry, fresh])


def _write_and_read(root: str, own: int) -> None:
    store = DiskStore(root, version="1", max_bytes=60_000)
    for turn in range(150):
        key = str(turn % 7)
        store.save(key, bytes([own]) * (1000 + turn * 10))
        found = store.load(key)
        if found is not None and len(set(found)) != 1:
            raise AssertionError("two writers in one entry")


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_write_and_read, args=(str(tmp_path), own)) for own in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert not [entry for entry in entries(tmp_path) if entry.name.endswith(".tmp")]
    assert sum(entry.stat().st_size for entry in entries(tmp_path)) <= 60_000


@POSIX
def test_only_the_user_can_read(tmp_path: Path) -> None:
    root = tmp_path / "a" / "b"
    DiskStore(str(root), version="1").save("k", b"1")
    (entry,) = entries(root)
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert stat.S_IMODE(entry.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


def test_a_place_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        store = DiskStore(str(root), version="1")
        store.save("k", b"1")
        assert store.load("k") is None


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    store = DiskStore(str(tmp_path / "a"), version="1")
    store.save("k", b"1")
    assert store.load("k") is None


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskStore(str(tmp_path), version="1")
    store.save("k", b"1")

    def full(*_: str) -> None:
        raise OSError(28, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        store.save("k", b"2")
    assert store.load("k") == b"1"
    assert len(entries(tmp_path)) == 1


@POSIX
def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    root, secret = tmp_path / "store", tmp_path / "secret"
    store = DiskStore(str(root), version="1")
    store.save("k", b"1")
    (entry,) = entries(root)
    entry.rename(secret)
    entry.symlink_to(secret)
    assert store.load("k") is None
    before = secret.read_bytes()
    store.save("k", b"2")
    assert store.load("k") == b"2"
    assert secret.read_bytes() == before
    entry.unlink()
    os.mkfifo(entry)
    assert store.load("k") is None


@POSIX
def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    store = DiskStore(str(tmp_path), version="1")
    store.save("k", b"1")
    (entry,) = entries(tmp_path)
    folder = entry.parent
    folder.chmod(0o777)
    assert store.load("k") is None
    folder.chmod(0o700)
    assert store.load("k") == b"1"
    moved = tmp_path / "moved"
    folder.rename(moved)
    folder.symlink_to(moved)
    assert store.load("k") is None
    store.save("k", b"2")
    folder.unlink()
    moved.rename(folder)
    assert store.load("k") == b"1"
