"""Archives of arrays as NumPy writes them, looked at before anything is unpacked: names, kinds and shapes come first.

NumPy's own reader unpacks as much as a file claims to hold: a megabyte may claim terabytes, or code.
"""

from __future__ import annotations

import ast
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.quoting import named

LISTED = 1_000_000  # bytes of an archive's list of names, a hundred times what the largest network has
LONGEST_HEAD = 10_000  # bytes
MOST_DIMENSIONS = 32
_END, _TAIL = struct.Struct("<4s4H2LH"), 1 << 16  # the end of an archive, and how far before a file's end it may lie
_MAGIC = b"\x93NUMPY"
_DAMAGE = (OSError, ValueError, EOFError, KeyError, RuntimeError, NotImplementedError, struct.error)
_DAMAGES = (*_DAMAGE, zipfile.BadZipFile, zlib.error, MemoryError, RecursionError, SyntaxError, TypeError)


@dataclass(frozen=True, slots=True)
class Head:
    """What an array is said to be. `at` counts the bytes before its values."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    columns_first: bool
    at: int

    @property
    def size(self) -> int:
        """Bytes of its values."""
        return math.prod(self.shape) * self.dtype.itemsize

    def stand_in(self) -> Array:
        """An array of this kind and shape that takes no memory. Raises: ValueError where there can be none."""
        return np.broadcast_to(np.zeros((), self.dtype), self.shape)


class Archive:
    """An open archive: `heads` says what is in it, and `read` unpacks."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._members = {info.filename.removesuffix(".npy"): info for info in packed.infolist()}
        for name, info in self._members.items():
            if info.flag_bits & 1:
                raise ValueError(f"{named(name)} is encrypted; unlock it first")
        self.heads = {name: self._head(name) for name in self._members}

    def _head(self, name: str) -> Head:
        try:
            with self._packed.open(self._members[name]) as member:
                start = member.read(12)
                version, wide = start[6:7], start[6:7] != b"\1"
                if not start.startswith(_MAGIC) or version not in (b"\1", b"\2", b"\3"):
                    raise ValueError("this is no array")
                long, at = (int.from_bytes(start[8:12], "little"), 12) if wide else (start[8] | start[9] << 8, 10)
                if long > LONGEST_HEAD:
                    raise ValueError("this is no array")
                text = (start[at:] + member.read(at + long - 12))[:long]
            said = ast.literal_eval(text.decode("utf-8" if version == b"\3" else "latin1").strip())
            dtype, shape = np.dtype(said["descr"]), said["shape"]
            whole = isinstance(shape, tuple) and all(type(side) is int and side >= 0 for side in shape)
            if not whole or len(shape) > MOST_DIMENSIONS or math.prod(shape) >= 1 << 62:
                raise ValueError("this is no array")
            return Head(dtype, shape, said["fortran_order"] is True, at + long)
        except _DAMAGES as problem:
            raise ValueError(f"{named(name)} is no array that can be read ({type(problem).__name__})") from None

    def read(self, name: str) -> Array:
        """The values of an array, as many as its head says. Raises: ValueError if it is damaged or holds objects."""
        head = self.heads[name]
        if head.dtype.hasobject:
            raise ValueError(f"{named(name)} holds objects; only numbers are read")
        try:
            with self._packed.open(self._members[name]) as member:
                member.read(head.at)
                values = member.read(head.size)
                member.read(1)  # the end is where it is checked whether all came as it was packed
            found = np.frombuffer(values, head.dtype, math.prod(head.shape))
            return found.reshape(head.shape, order="F" if head.columns_first else "C").copy()
        except _DAMAGES:
            raise ValueError(f"{named(name)} is damaged; copy the file again") from None


@contextmanager
def archive(file: IO[bytes]) -> Iterator[Archive]:
    """The archive in an open file. Raises: ValueError if it is none, or damaged."""
    _check_list(file)
    try:
        packed = zipfile.ZipFile(file)
    except _DAMAGES:
        raise ValueError("this is no .npz file of arrays") from None
    with packed:
        yield Archive(packed)


def _check_list(file: IO[bytes]) -> None:
    """Refuses a list of names that would fill the memory by itself."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL - _END.size))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + _END.size:
        raise ValueError("this is no .npz file of arrays")
    listed = _END.unpack_from(tail, at)[5]
    if listed > LISTED or b"PK\6\7" in tail[max(0, at - 20) : at]:
        raise ValueError("this archive lists more than any network has")
    file.seek(0)
