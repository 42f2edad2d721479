"""Tables: any CSV file as numbers and classes, or one sentence on why not and what to do about it.

Nothing is repaired silently: whatever is guessed, dropped or turned into numbers stands in a note. This module
knows nothing of data settings, splitting or scaling.
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
CLASS_NAMES = ("class", "label", "target", "species", "diagnosis", "y")  # a class column's usual names, best first
MOST_ROWS = 200_000
MOST_CELLS = 20_000_000  # some 2 GB while they are still text
MOST_BYTES = 200_000_000  # unpacked
MOST_CLASSES = 100
MOST_WORDS = 20  # different words that one-hot turns into columns
FEW_NUMBERS = 20  # a column of more different numbers is not guessed to be the class
LARGEST = 1e30  # beyond it numbers are slips, and variances would come close to what float64 holds


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


@dataclass(frozen=True)
class Table:
    """Features x (n, m), class numbers y (m,), the names of both, and sentences on how they came about."""

    x: Floats
    y: NDArray[np.int64]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    label_column: str
    notes: tuple[str, ...] = ()


def read_table(path: Path, label: str = "", missing: str = "refuse", words: str = "refuse") -> Table:
    """The table in a .csv or .csv.gz file, its class in the column `label`, or in a guessed one if that is "".

    `missing` is refuse, drop rows or drop columns; `words`, for columns of text, is refuse, one-hot or drop columns.
    Raises: ValueError with one sentence that names the file, row, column and value, and what to do.
    """
    cells = read_cells(path)
    file, notes = cells.file, list(cells.notes)
    of_class, why = _class_column(cells, label)
    notes.append(why)
    features = [column for column in cells.columns if column is not of_class]

    texts = [column for column in features if column.is_text]
    if texts and words == "drop columns":
        features = [column for column in features if not column.is_text]
        notes.append(f"Left out because they hold text: {_listed(column.name for column in texts)}.")
    elif texts and words == "refuse":
        at = int(np.flatnonzero(texts[0].wrong)[0])
        said = "is not a number, like most of this column; choose one-hot or drop columns for text columns"
        raise ValueError(f"{_place(cells, texts[0], at)} {said}")
    for column in features:
        _check_numbers(cells, column)

    features, keep = _without_missing(cells, features, of_class, missing, notes)
    if not keep.all():
        features, of_class = [column.only(keep) for column in features], of_class.only(keep)
    if not features:
        raise ValueError(f'{file} has no features left besides the class column "{of_class.name}"; add or keep columns')
    if len(of_class.cells) < 2:
        raise ValueError(f"{file} has only one row of values; learning needs several rows of each class")
    y, class_names = _classes(file, of_class)

    names, rows_of_x = [], []
    for column in features:
        for name, values in _one_hot(file, column) if column.is_text else [(column.name, column.values)]:
            names.append(name)
            rows_of_x.append(values)
    x = np.stack(rows_of_x)
    if constant := [name for name, row in zip(names, x, strict=True) if row.min() == row.max()]:
        notes.append(f"The same in every row, so of no help: {_listed(constant)}.")
    return Table(x, y, tuple(names), class_names, of_class.name, tuple(notes))


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


def guessed_class(columns: Sequence[Column]) -> tuple[Column, str] | None:
    """The column that most looks like the class, and in words why, or None if none does."""

    def few(column: Column) -> bool:
        most = MOST_CLASSES if column.is_text else FEW_NUMBERS
        return 2 <= len(column.distinct) <= min(most, max(2, len(column.cells) // 2))

    named = [column for name in CLASS_NAMES for column in columns if column.name.lower() == name]
    last, first = columns[-1:], columns[:1]
    guesses = [(column, "from its name") for column in named if few(column)]
    guesses += [(column, "because it comes last and has few values") for column in last if few(column)]
    guesses += [(column, "because it comes first and is text") for column in first if column.is_text and few(column)]
    # what follows will be refused as a class, but in words about that very column
    guesses += [(column, "from its name") for column in named]
    guesses += [(column, "because it comes last") for column in last if column.is_text or len(column.distinct) == 1]
    return guesses[0] if guesses else None


def _class_column(cells: Cells, label: str) -> tuple[Column, str]:
    """The class column, and the sentence that says which it is."""
    names = _listed(column.name for column in cells.columns)
    if label:
        for column in cells.columns:
            if column.name == label:
                return column, f'The class is column "{label}".'
        raise ValueError(f'{cells.file} has no column "{label}" to take the class from; its columns are {names}')
    if (guess := guessed_class(cells.columns)) is None:
        raise ValueError(f"{cells.file}: no column looks like a class; name the class column, one of {names}")
    column, why = guess
    return column, f'The class is column "{column.name}", guessed {why}.'


def _classes(file: str, column: Column) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Class numbers (m,) and names: numbers in their order, words in the alphabet's."""
    if np.isfinite(column.values).all():
        values, numbers = np.unique(column.values, return_inverse=True)
        names = tuple(f"{value:.15g}" for value in values.tolist())
    else:
        names = tuple(sorted(set(column.cells)))
        place = {name: at for at, name in enumerate(names)}
        numbers = np.array([place[cell] for cell in column.cells])
    if len(names) == 1:
        raise ValueError(
            f'{file}, column "{column.name}" holds one class only, "{names[0]}"; learning needs at least two'
        )
    if len(names) > MOST_CLASSES:
        raise ValueError(
            f'{file}, column "{column.name}" holds {len(names)} classes, such as "{column.cells[0]}", and at most '
            f"{MOST_CLASSES} are allowed; it is probably not the class column, so choose another"
        )
    return numbers.astype(np.int64), names


def _check_numbers(cells: Cells, column: Column) -> None:
    """Refuses slips in a column of numbers, and what is no finite number of sensible size."""
    refused = column.wrong | (np.abs(column.values) > LARGEST)
    if column.is_text or not refused.any():
        return
    at = int(np.flatnonzero(refused)[0])
    advice = "correct the cell, drop the column or mark it as missing by writing NA"
    if column.wrong[at]:
        said = "is not a number"
        if "," in column.cells[at]:
            advice = "write decimals with a point and no separator between thousands"
    else:
        said = "is infinite" if np.isinf(column.values[at]) else f"is larger than the {LARGEST:g} that is allowed"
    raise ValueError(f"{_place(cells, column, at)} {said}; {advice}")


def _without_missing(
    cells: Cells, features: list[Column], of_class: Column, missing: str, notes: list[str]
) -> tuple[list[Column], Bools]:
    """The features and the rows (m,) that `missing` leaves; every gap is gone from them."""
    no_class = of_class.missing
    if {"+", "-"} <= set(of_class.cells):
        no_class = no_class & np.array([cell != "-" for cell in of_class.cells])  # plus and minus are classes
    if missing == "drop columns":
        gaps = [column.name for column in features if column.missing.any()]
        features = [column for column in features if not column.missing.any()]
        if gaps:
            notes.append(f"Left out because values are missing: {_listed(gaps)}.")
    holes = [column.missing for column in features]
    gappy = np.logical_or.reduce([*holes, no_class])
    if not gappy.any():
        return features, ~gappy
    if missing == "drop rows":
        if gappy.all():
            raise ValueError(f"{cells.file} has a missing value in every row; drop columns instead of rows")
        count, all_rows = int(gappy.sum()), len(gappy)
        notes.append(f"{_spaced(count)} of {_spaced(all_rows)} rows are left out because a value is missing.")
        return features, ~gappy
    at = int(np.flatnonzero(gappy)[0])
    column = of_class if no_class[at] else next(column for column in features if column.missing[at])
    choices = "drop rows" if column is of_class else "drop rows or drop columns"
    raise ValueError(f"{_place(cells, column, at)} is a missing value; choose {choices} for missing values")


def _place(cells: Cells, column: Column, at: int) -> str:
    """The words that begin an error about one cell."""
    what = f'"{column.cells[at]}"' if column.cells[at] else "the empty cell"
    return f'{cells.file}, row {cells.rows[at]}, column "{column.name}": {what}'


def _one_hot(file: str, column: Column) -> list[tuple[str, Floats]]:
    """A column of text as one column of 0 and 1 for each word."""
    words = sorted(set(column.cells))
    if len(words) > MOST_WORDS:
        raise ValueError(
            f'{file}, column "{column.name}" holds {len(words)} different words, such as "{words[0]}", and one-hot '
            f"takes at most {MOST_WORDS}; choose drop columns for text columns"
        )
    cells = np.array(column.cells)
    return [(f"{column.name}={word}", (cells == word).astype(np.float64)) for word in words]


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
    raise ValueError(f"{file} has more than {_spaced(MOST_CELLS)} cells; keep fewer rows or columns")


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
        byte = f"byte {_spaced(problem.start + 1)} of the file, 0x{content[problem.start]:02x},"
        raise ValueError(f"{file}, row {row}: {byte} is not UTF-8; save the file as CSV in UTF-8") from None


def _too_long(file: str) -> str:
    limit = _spaced(MOST_ROWS)
    return f"{file} has more than {limit} rows; at most {limit} are read, so keep a random part of them"


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _listed(names: Iterator[str] | Sequence[str], most: int = 12) -> str:
    known = list(names)
    shown = ", ".join(known[:most])
    return f"{shown} and {len(known) - most} more" if len(known) > most else shown
