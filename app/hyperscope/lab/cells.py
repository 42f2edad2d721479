"""The cells of a CSV file, as text and as numbers, or one sentence on why the file is no table.

What the values are good for is not judged here: a column may hold words, gaps and slips.
"""

from __future__ import annotations

import csv
import gzip
import io
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "?", "-"})  # cells that mean "no value"
MOST_ROWS = 200_000
MOST_CELLS = 20_000_000  # some 2 GB while they are still text
MOST_BYTES = 200_000_000  # unpacked


@dataclass(frozen=True)
class Column:
    """One column as read: stripped `cells`, and `values` (m,), NaN where a cell is missing or not a number."""

    name: str
    cells: Sequence[str]
    values: Floats
    missing: Bools  # (m,)

    @cached_property
    def wrong(self) -> Bools:
        """(m,) where a cell has a value that is not a number."""
        return np.isnan(self.values) & ~self.missing

    @cached_property
    def is_text(self) -> bool:
        """Whether most of the cells that have a value are not numbers."""
        return int(self.wrong.sum()) * 2 > len(self.cells) - int(self.missing.sum())

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The different values, as written, missing ones left out."""
        return frozenset(self.cells) - MISSING

    def only(self, keep: Bools) -> Column:
        """The column with the rows where `keep` (m,) holds."""
        cells = [cell for cell, kept in zip(self.cells, keep.tolist(), strict=True) if kept]
        return Column(self.name, cells, self.values[keep], self.missing[keep])


@dataclass(frozen=True)
class Cells:
    """A CSV file before anything is decided: its columns, and each row's number in the file (header = row 1)."""

    file: str
    columns: tuple[Column, ...]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def read_cells(path: Path) -> Cells:
    """The columns of a CSV file, split by comma, semicolon or tab, before anything is refused for its values.

    Raises: ValueError if the file cannot be read, is no table with a header, or is too large.
    """
    file = path.name
    content = _decoded(file, _content(path))
    rows, numbers = _rows(file, content)
    if not rows:
        raise ValueError(f"{file} is empty; a table has a row of column names and a row for each example")
    header = [name.strip() for name in rows.pop(0)]
    _check_header(file, header)
    if not rows:
        raise ValueError(f"{file} has a header but no rows; add a row for each example")
    if set(map(len, rows)) != {len(header)}:
        at = next(at for at, row in enumerate(rows) if len(row) != len(header))
        raise ValueError(
            f"{file}, row {numbers[at + 1]}: the number of cells is {len(rows[at])}, but the header has {len(header)}; "
            f"give every row one cell for each column"
        )
    columns, notes = [], []
    for place, (name, cells) in enumerate(zip(header, zip(*rows, strict=True), strict=True), start=1):
        found = _column(name or f"column {place}", list(map(str.strip, cells)))
        if not name and (found.missing.all() or _counts_rows(found)):
            kind = "is empty" if found.missing.all() else "only numbers the rows"
            notes.append(f"Column {place} has no name and {kind}, so it is left out.")
        else:
            columns.append(found)
    return Cells(file, tuple(columns), np.array(numbers[1:]), tuple(notes))


def spaced(count: int) -> str:
    """A count for reading, with spaces between thousands."""
    return f"{count:,}".replace(",", " ")


def _column(name: str, cells: list[str]) -> Column:
    # Most columns are all numbers, and float over the whole list is ten times faster than looking at each cell.
    # float also takes 1_000 and inf, hence the second look.
    try:
        values = np.array(list(map(float, cells)))
        if np.isfinite(values).all() and "_" not in "".join(cells):
            return Column(name, cells, values, np.zeros(len(cells), np.bool_))
    except ValueError:
        pass
    number = {cell: _number(cell) for cell in set(cells)}
    values = np.array([number[cell] for cell in cells])
    return Column(name, cells, values, np.array([cell in MISSING for cell in cells]))


def _number(cell: str) -> float:
    try:
        return float("nan") if "_" in cell else float(cell)
    except ValueError:
        return float("nan")


def _counts_rows(column: Column) -> bool:
    first = column.values[0]
    return bool(first in (0, 1)) and np.array_equal(column.values, first + np.arange(len(column.values)))


def _rows(file: str, content: str) -> tuple[list[list[str]], list[int]]:
    """The rows that are not blank, and their numbers in the file."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    number, most = 0, MOST_ROWS + 1
    lines = io.StringIO(content, newline="")
    reader = csv.reader(lines, delimiter=_separator(content), skipinitialspace=True, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            if any(map(str.strip, row)):
                most = min(most, MOST_CELLS // len(row))
                if len(rows) >= most:
                    break
                rows.append(row)
                numbers.append(number)
        else:
            return rows, numbers
    except csv.Error as problem:
        raise ValueError(f"{file}, row {number + 1}: {problem}; look for a quotation mark that never closes") from None
    if most > MOST_ROWS:
        raise ValueError(_too_long(file))
    raise ValueError(f"{file} has more than {spaced(MOST_CELLS)} cells; keep fewer rows or columns")


def _check_header(file: str, header: list[str]) -> None:
    numbers = [name for name in header if np.isfinite(_number(name))]
    if len(numbers) == len(header) or any(not _number(name).is_integer() for name in numbers):
        raise ValueError(f'{file}, row 1 holds numbers such as "{numbers[0]}"; write the column names there')
    named = [name for name in header if name]
    if twice := next((name for at, name in enumerate(named) if name in named[:at]), None):
        raise ValueError(f'{file}, row 1: two columns are called "{twice}"; give each column a name of its own')


def _separator(content: str) -> str:
    """The one of comma, semicolon and tab that cuts the first rows most alike."""
    # csv.Sniffer looks for any regular character, and takes the decimal commas of "1,5;2,5" for separators
    start = content[:50_000].splitlines(keepends=True)[:20]

    def regularity(separator: str) -> tuple[bool, float, int]:
        try:
            widths = [len(row) for row in csv.reader(start, delimiter=separator) if row]
        except csv.Error:
            return False, 0.0, 0
        width = widths[0] if widths else 0
        return width > 1, sum(other == width for other in widths) / max(1, len(widths)), width

    return max((",", ";", "\t"), key=regularity)


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
    while piece := stream.read(1 << 20):
        if size == 0:
            _check_kind(file, piece)
        size += len(piece)
        lines += piece.count(b"\n") or piece.count(b"\r")
        if lines > MOST_ROWS + 1:
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
    if b"\0" in start:
        raise ValueError(f"{file} is a binary file, not text; choose a CSV file")


def _decoded(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        row = content[: problem.start].count(b"\n") + 1
        byte = f"byte {spaced(problem.start + 1)} of the file, 0x{content[problem.start]:02x},"
        raise ValueError(f"{file}, row {row}: {byte} is not UTF-8; save the file as CSV in UTF-8") from None


def _too_long(file: str) -> str:
    limit = spaced(MOST_ROWS)
    return f"{file} has more than {limit} rows; at most {limit} are read, so keep a random part of them"
