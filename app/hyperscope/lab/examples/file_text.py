"""From a file to its text in UTF-8, or one sentence on why it holds none.

It unpacks, tells encodings apart and stops early at what is none to read or far too long; what the text says is not
looked at here.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path

from hyperscope.lab.examples.written_numbers import spaced

MOST_ROWS = 200_000
MOST_BYTES = 200_000_000  # unpacked
PIECE = 1 << 20  # bytes at a time, so that no other thread waits for long
DETECT = "detect"
UTF_8_MARK = b"\xef\xbb\xbf"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")  # in no table, so what holds them is none in a single-byte encoding


class NoText(ValueError):
    """A file that no way of reading makes a table of."""


def text_of(path: Path, encoding: str = DETECT) -> tuple[bytes, str]:
    """The text of a plain or gzipped file in UTF-8, and a sentence on its encoding, "" if that is what it was in.

    `encoding` is utf-8, utf-16, cp1252 or detect: a mark of byte order tells, else zeros tell UTF-16, else what is no
    UTF-8 is taken for cp1252.
    Raises: ValueError if the file cannot be read, is no text, is in another encoding, or is too large.
    """
    file = path.name
    content = _content(path)
    if wide := _wide(content):
        if encoding not in (DETECT, "utf-16"):
            raise ValueError(f"{file} is written in UTF-16; choose that encoding, or detect")
        return _from_utf_16(
            file, content, wide
        ), f"Read as UTF-16{'' if wide == 'utf-16' else ', which its zeros tell'}."
    if encoding == "utf-16":
        raise ValueError(f"{file} is not written in UTF-16; choose another encoding, or detect")
    if encoding == "cp1252":
        return _from_cp1252(file, content, "not cp1252"), ""
    at = _first_not_utf_8(content)
    if at is None:
        return content, ""
    if encoding == "utf-8":
        place = _place(file, content, at)
        raise ValueError(f"{place} is not UTF-8; choose another encoding, or save the file as CSV in UTF-8")
    if _CONTROLS.search(content):
        raise ValueError(f"{file} is a binary file, not text; choose a CSV file")
    row = content[:at].count(b"\n") + 1
    said = f"Read as cp1252 (Windows, Western Europe): 0x{content[at]:02x} in row {row} is not UTF-8."
    return _from_cp1252(file, content, "neither UTF-8 nor cp1252"), said


def too_long(file: str) -> str:
    """The sentence on a file of too many rows."""
    limit = spaced(MOST_ROWS)
    return f"{file} has more than {limit} rows; at most {limit} are read, so keep a random part of them"


def pieces(file: str, stream: io.BufferedIOBase | gzip.GzipFile) -> Iterator[bytes]:
    """What a stream holds. Raises: ValueError as soon as it is no text, or more than would be read."""
    size = lines = 0
    quotes = wide = False
    while piece := stream.read(PIECE):
        if size == 0:
            _check_kind(file, piece)
            wide = bool(_wide(piece))
        if not wide and b"\0" in piece:
            raise NoText(f"{file} is a binary file, not text; choose a CSV file")
        size += len(piece)
        lines += 0 if wide else piece.count(b"\n") or piece.count(b"\r")
        quotes = quotes or b'"' in piece  # between quotation marks a line need not be a row
        if lines > MOST_ROWS + 1 and not quotes:
            raise NoText(too_long(file))
        if size > MOST_BYTES:
            raise NoText(f"{file} is larger than {MOST_BYTES // 10**6} MB; keep fewer rows or columns")
        yield piece


def _content(path: Path) -> bytes:
    """The bytes of a plain or gzipped file, stopping early when it is none to read or far too long."""
    file = path.name
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise NoText(f"{file} is a directory; choose a CSV file in it")
        if not stat.S_ISREG(mode):
            raise NoText(f"{file} is not a file but a device or pipe; choose a CSV file")
        with path.open("rb") as stored:
            packed = stored.read(2) == b"\x1f\x8b"
            stored.seek(0)
            return b"".join(pieces(file, gzip.GzipFile(fileobj=stored) if packed else stored))
    except FileNotFoundError:
        raise NoText(f"{file} is not in {path.parent} any more, or never was; choose the file anew") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise NoText(f"{file} is a damaged gzip file; copy or pack it again") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise NoText(f"{file} cannot be read: {reason}; check the file's permissions and its drive") from None


def _check_kind(file: str, start: bytes) -> None:
    """Refuses what some people take for a table and is none."""
    if start[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise NoText(f"{file} is written in UTF-32; save it as CSV in UTF-8")
    if start[:4] == b"PK\x03\x04":
        raise NoText(f"{file} is a spreadsheet or zip archive; save the table as CSV in UTF-8")
    if start.lstrip(UTF_8_MARK + b" \t\r\n")[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise NoText(f"{file} is a web page, not a table; download the CSV file itself")


def _wide(content: bytes) -> str:
    """The kind of UTF-16 that `content` begins in, or "": a NUL never is in UTF-8 tables."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    even, odd = content[:1000:2].count(0), content[1:1000:2].count(0)
    if min(even, odd) == 0 and max(even, odd) * 4 > len(content[:1000]):
        return "utf-16-le" if odd else "utf-16-be"
    return ""


def _from_utf_16(file: str, content: bytes, kind: str) -> bytes:
    decoder = codecs.getincrementaldecoder(kind)()
    made = []
    try:
        for start in range(0, len(content), PIECE):
            text = decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))
            if "\0" in text:
                raise ValueError(f"{file} is a binary file, not text; choose a CSV file")
            made.append(text.encode())
    except UnicodeDecodeError:
        raise ValueError(f"{file} is damaged: it begins in UTF-16 and does not go on in it; copy it again") from None
    return b"".join(made)


def _from_cp1252(file: str, content: bytes, what: str) -> bytes:
    made = []
    for start in range(0, len(content), PIECE):
        try:
            made.append(content[start : start + PIECE].decode("cp1252").encode())
        except UnicodeDecodeError as problem:
            place = _place(file, content, start + problem.start)
            raise ValueError(f"{place} is {what}; save the file as CSV in UTF-8") from None
    return b"".join(made)


def _first_not_utf_8(content: bytes) -> int | None:
    """Where the first byte is that is no part of UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = 0
    while start < len(content) or start == 0:
        held = len(decoder.getstate()[0])  # bytes of a letter that the piece before began
        try:
            decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))
        except UnicodeDecodeError as problem:
            return start - held + problem.start
        start += PIECE
    return None


def _place(file: str, content: bytes, at: int) -> str:
    """The words that begin an error about one byte."""
    row = content[:at].count(b"\n") + 1
    return f"{file}, row {row}: byte {spaced(at + 1)} of the file, 0x{content[at]:02x},"
