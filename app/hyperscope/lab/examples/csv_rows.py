"""From a CSV file's bytes to columns of text, or one sentence on why the file is no table.

It reads piece by piece and keeps cells packed: what runs long in one go, or frees millions of objects at once, holds
up every other thread, a window's among them.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperscope.lab.examples.written_numbers import looks_like_number

MOST_ROWS = 200_000
MOST_CELLS = 20_000_000
MOST_BYTES = 200_000_000  # unpacked
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
AT_ONCE = 50_000  # cells that become columns in one go; some 5 ms
ROWS_AT_ONCE = 500  # fewer than 700 lists at a time never wake the garbage collector
_LINES = re.compile(r"\s*[\r\n]\s*")  # within a cell; a name is a line
LONGEST = 40  # characters of a cell that a sentence quotes


class Texts:
    """Cells (m,) of a column, stripped and each on one line; some 10 bytes a cell, where strings take 60."""

    def __init__(self, packs: Sequence[str], pack: int, m: int) -> None:
        self.packs = packs  # each of `pack` cells, the last of fewer, with NUL between them
        self._pack = pack
        self._m = m

    def __len__(self) -> int:
        return self._m

    def __getitem__(self, at: int) -> str:
        pack, place = divmod(at, self._pack)
        return self.packs[pack].split("\0")[place]

    def __iter__(self) -> Iterator[str]:
        for pack in self.packs:
            yield from pack.split("\0")


@dataclass(frozen=True, eq=False)
class CsvRows:
    """The rows of a file that are not blank: `names` of columns, `texts` below them, and each row's number (m,)."""

    names: tuple[str, ...]  # "" where a column has none
    texts: tuple[Texts, ...]
    numbers: NDArray[np.int64]  # the first row of the file is 1
    notes: tuple[str, ...]


def read_rows(path: Path) -> CsvRows:
    """The columns of text in a plain or gzipped CSV file, cut by the separator that cuts its first rows most alike.

    Raises: ValueError if the file cannot be read, has no header or rows beside it, or is too large.
    """
    file = path.name
    content = _content(path)
    try:
        return _Reading(file, content).rows()
    except UnicodeDecodeError:
        return _refuse_encoding(file, content)


def spaced(count: int) -> str:
    """A count for reading, with spaces between thousands."""
    return f"{count:,}".replace(",", " ")


def quoted(cell: str) -> str:
    """A cell between quotation marks, on one line and cut short, for a sentence about it."""
    words = " ".join(cell.split())
    return f'"{words[: LONGEST - 1]}…"' if len(words) > LONGEST else f'"{words}"'


class _Reading:
    """One pass through a file, in which each row is looked at once."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file = file
        self.notes: list[str] = []
        start = content[:50_000].decode("utf-8-sig", errors="replace")
        told = re.match(r"sep=([^\r\n])[\r\n]", start, re.IGNORECASE)  # a line that spreadsheets understand
        self.separator = told[1] if told else _separator(start)
        lines = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
        reader = csv.reader(lines, delimiter=self.separator, skipinitialspace=True, strict=True)
        self.numbered = self._without_blank(reader, skip=1 if told else 0)

    def rows(self) -> CsvRows:
        """All of them."""
        number, header = next(self.numbered, (0, None))
        if header is None:
            raise ValueError(f"{self.file} is empty; a table has a row of column names and a row for each example")
        names = [" ".join(name.split()) for name in header]
        _check_names(self.file, number, names)
        if any(map(looks_like_number, names)):
            self.notes.append(f"Row {number} is read as the names of columns, though some are numbers.")
        width = len(names)
        pack = min(ROWS_AT_ONCE, max(1, AT_ONCE // width))
        packs: list[list[str]] = [[] for _ in names]
        numbers: list[int] = []
        while chunk := list(islice(self.numbered, pack)):
            numbers += [number for number, _ in chunk]
            if len(numbers) > MOST_ROWS:
                raise ValueError(_too_long(self.file))
            if len(numbers) * width > MOST_CELLS:
                raise ValueError(f"{self.file} has more than {spaced(MOST_CELLS)} cells; keep fewer rows or columns")
            rows = [row if len(row) == width else self._fitted(number, row, names) for number, row in chunk]
            if header in rows:
                at = chunk[rows.index(header)][0]
                raise ValueError(f"{self.file}, row {at} repeats the column names; take it out")
            for packed, cells in zip(packs, zip(*rows, strict=True), strict=True):
                text = "\0".join(map(str.strip, cells))
                packed.append(_LINES.sub(" ", text) if "\n" in text or "\r" in text else text)
        if not numbers:
            raise ValueError(f"{self.file} has a header but no rows; add a row for each example")
        texts = tuple(Texts(packed, pack, len(numbers)) for packed in packs)
        return CsvRows(tuple(names), texts, np.array(numbers), tuple(self.notes))

    def _without_blank(self, reader: Iterator[list[str]], skip: int) -> Iterator[tuple[int, list[str]]]:
        number = 0
        try:
            for number, row in enumerate(reader, start=1):
                if number > skip and any(map(str.strip, row)):
                    yield number, row
        except csv.Error as problem:
            said = f"{self.file}, row {number + 1}: {problem}; look for a quotation mark that never closes"
            raise ValueError(said) from None

    def _fitted(self, number: int, row: list[str], names: list[str]) -> list[str]:
        """A row of another length than `names`, made as long where only empty cells at its end are in question."""
        width = len(names)
        if len(row) == width - 1 and not names[-1]:
            return [*row, ""]
        if len(row) < width or any(map(str.strip, row[width:])):
            raise ValueError(
                f"{self.file}, row {number}: the number of cells is {len(row)}, but the header has {width}; "
                f"give every row one cell for each column"
            )
        said = "Empty cells beyond the last column are left out."
        if said not in self.notes:
            self.notes.append(said)
        return row[:width]


def _check_names(file: str, row: int, names: list[str]) -> None:
    numbers = [name for name in names if looks_like_number(name)]
    if len(numbers) == len(names) or any(not name.lstrip("+-").isdigit() for name in numbers):
        raise ValueError(f'{file}, row {row} holds numbers such as "{numbers[0]}"; write the column names there')
    seen: set[str] = set()
    for name in filter(None, names):
        if name in seen:
            raise ValueError(
                f"{file}, row {row}: two columns are called {quoted(name)}; give each column a name of its own"
            )
        seen.add(name)


def _separator(start: str) -> str:
    """The separator that cuts the first rows into the most alike, then into the most numbers, then into the most."""
    # csv.Sniffer looks for any regular character, and takes the decimal commas of "1,5;2,5" for separators
    first = start.splitlines(keepends=True)[:20]

    def regularity(separator: str) -> tuple[bool, float, float, int]:
        try:
            rows = [row for row in csv.reader(first, delimiter=separator) if row]
        except csv.Error:
            return False, 0.0, 0.0, 0
        width = len(rows[0]) if rows else 0
        cells = [cell.strip() for row in rows[1:] for cell in row]
        numbers = sum(map(looks_like_number, cells)) / max(1, len(cells))
        return width > 1, sum(len(row) == width for row in rows) / max(1, len(rows)), numbers, width

    return max(SEPARATORS, key=regularity)


def _content(path: Path) -> bytes:
    """The bytes of a plain or gzipped file, stopping early when it is none to read or far too long."""
    file = path.name
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ValueError(f"{file} is a directory; choose a CSV file in it")
        if not stat.S_ISREG(mode):
            raise ValueError(f"{file} is not a file but a device or pipe; choose a CSV file")
        with path.open("rb") as stored:
            packed = stored.read(2) == b"\x1f\x8b"
            stored.seek(0)
            return b"".join(_pieces(file, gzip.GzipFile(fileobj=stored) if packed else stored))
    except FileNotFoundError:
        raise ValueError(f"{file} is not in {path.parent} any more, or never was; choose the file anew") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise ValueError(f"{file} is a damaged gzip file; copy or pack it again") from None
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise ValueError(f"{file} cannot be read: {reason}; check the file's permissions and its drive") from None


def _pieces(file: str, stream: io.BufferedIOBase | gzip.GzipFile) -> Iterator[bytes]:
    size = lines = 0
    quotes = False
    while piece := stream.read(1 << 20):
        if size == 0:
            _check_kind(file, piece)
        if b"\0" in piece:
            raise ValueError(f"{file} is a binary file, not text; choose a CSV file")
        size += len(piece)
        lines += piece.count(b"\n") or piece.count(b"\r")
        quotes = quotes or b'"' in piece  # between quotation marks a line need not be a row
        if lines > MOST_ROWS + 1 and not quotes:
            raise ValueError(_too_long(file))
        if size > MOST_BYTES:
            raise ValueError(f"{file} is larger than {MOST_BYTES // 10**6} MB; keep fewer rows or columns")
        yield piece


def _check_kind(file: str, start: bytes) -> None:
    """Refuses what is not text in a single-byte encoding's shape: a NUL never is in UTF-8 tables."""
    halves = start[:1000:2].count(0), start[1:1000:2].count(0)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or (min(halves) == 0 and max(halves) * 4 > len(start[:1000])):
        raise ValueError(f"{file} is written in UTF-16; save it as CSV in UTF-8")
    if start[:4] == b"PK\x03\x04":
        raise ValueError(f"{file} is a spreadsheet or zip archive; save the table as CSV in UTF-8")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ValueError(f"{file} is a web page, not a table; download the CSV file itself")


def _refuse_encoding(file: str, content: bytes) -> CsvRows:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        place = problem.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        row = content[:place].count(b"\n") + 1
        byte = f"byte {spaced(place + 1)} of the file, 0x{content[place]:02x},"
        raise ValueError(f"{file}, row {row}: {byte} is not UTF-8; save the file as CSV in UTF-8") from None
    raise AssertionError("decoded as a whole, but not piece by piece")


def _too_long(file: str) -> str:
    limit = spaced(MOST_ROWS)
    return f"{file} has more than {limit} rows; at most {limit} are read, so keep a random part of them"
