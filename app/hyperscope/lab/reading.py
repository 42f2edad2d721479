"""How files that somebody names are read: their kind and size are looked at before their contents.

A pipe would be waited for without end and a device read without bound, so neither is opened to be read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

LARGEST_TEXT = 16_000_000  # bytes of an experiment or a session; hours of dragging knobs take a tenth
BOM = b"\xef\xbb\xbf"  # what some editors put before UTF-8


def opened(path: Path) -> IO[bytes]:
    """The file at `path`, to be read. Raises: OSError, ValueError (not naming the file) unless it is a plain file."""
    # without waiting, as opening a pipe would for whoever writes to it; for a file it makes no difference
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    _check(path.stat().st_mode)  # to open some devices is to use them
    number = os.open(path, flags)
    try:
        _check(os.fstat(number).st_mode)
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def _check(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise ValueError("this is a folder")
    if not stat.S_ISREG(mode):
        raise ValueError("this is not a file but a device or pipe")


def content(path: Path, most: int = LARGEST_TEXT) -> bytes:
    """All of the file at `path`, without the mark that some editors put before UTF-8.

    Raises: ValueError naming the file if it cannot be read or is larger than `most` bytes.
    """
    try:
        with opened(path) as file:
            if (size := os.fstat(file.fileno()).st_size) > most:
                raise ValueError(f"this is larger than {most // 1_000_000} MB ({size // 1_000_000} MB)")
            found = file.read(most + 1)
    except OSError as problem:
        raise ValueError(f"{path}: {problem.strerror or problem}") from None
    except ValueError as problem:  # a NUL in the name is one too
        raise ValueError(f"{path}: {problem}") from None
    if len(found) > most:
        raise ValueError(f"{path}: this is larger than {most // 1_000_000} MB")
    return found.removeprefix(BOM)
