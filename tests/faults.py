"""Faults of a machine for tests: a disk with no room left, a folder that nothing may be written to, and no more files
for whoever asks.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOM = 64  # bytes that a file may have on the full disk
_VERSION, _PASSES_BY = 0x20080522, 1 << 1 | 1 << 2  # of capabilities; those to write and read what one may not


@contextmanager
def full_disk(room: int = ROOM) -> Iterator[None]:
    """No file of this process gets larger than so many bytes: what a full disk says, said by a limit, also to root."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def no_more_files(but: int = 0) -> Iterator[None]:
    """This process gets no file, pipe or socket any more, `but` so many: how a machine with too much to do refuses."""
    resource = pytest.importorskip("resource", reason="Windows has no such limit")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = [os.open(os.devnull, os.O_RDONLY) for _ in range(but + 1)]  # the lowest numbers, with gaps between them
    for one in free:
        os.close(one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[-1], hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def read_only(folder: Path, mode: int = 0o555) -> Iterator[None]:
    """Nothing may be written to the folder, by root neither, whose right to pass permissions by rests.

    With another `mode` other things may not be done, as with 0 to enter it.
    """
    if sys.platform == "win32":
        pytest.skip("Windows has no such permissions")
    before = folder.stat().st_mode
    folder.chmod(mode)
    rights = _capabilities() if os.geteuid() == 0 else None
    try:
        if rights is not None:
            _set_capabilities((rights[0] & ~_PASSES_BY, *rights[1:]))
        yield
    finally:
        if rights is not None:
            _set_capabilities(rights)
        folder.chmod(before)


def _capabilities() -> tuple[int, ...]:
    """Those of this thread, which the threads that it starts inherit: effective, permitted, inheritable, twice."""
    if sys.platform != "linux":
        pytest.skip("root writes everywhere here")
    values = (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(_VERSION, 0), values) == 0
    return tuple(values)


def _set_capabilities(values: tuple[int, ...]) -> None:
    assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(_VERSION, 0), (ctypes.c_uint32 * 6)(*values)) == 0
