"""From a CSV file's bytes to columns of text, or one sentence on why the file is no table.

It reads piece by piece and keeps cells packed: what runs long in one go, or frees millions of objects at once, holds
up every other thread, a window's among them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperscope.lab.examples.comments import WithoutComments, without_comments
from hyperscope.lab.examples.file_text import DETECT, MOST_ROWS, text_of, too_long
from hyperscope.lab.examples.written_numbers import looks_like_number, spaced
from hyperscope.quoting import quoted

MOST_CELLS = 20_000_000
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
START = 50_000  # bytes from which the separator is guessed
AT_ONCE = 50_000  # cells that become columns in one go; some 5 ms
ROWS_AT_ONCE = 500  # fewer than 700 lists at a time never wake the garbage collector
_LINES = re.compile(r"\s*[\r\n]\s*")  # within a cell; a name is a line


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


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: its encoding, the sign of its comments, and whether its first row names the columns."""

    encoding: str = DETECT
    comment: str = DETECT  # a sign, keep, or detect: lines of # that do not fit the columns
    first_row: str = "names"  # or "data"


AS_IT_STANDS = Reading()


class NoNames(ValueError):
    """The first row holds numbers like the rows below it, where names of columns are looked for."""


def read_rows(path: Path, reading: Reading = AS_IT_STANDS) -> CsvRows:
    """The columns of text in a plain or gzipped CSV file, cut by the separator that cuts its first rows most alike.

    Raises: ValueError if the file cannot be read, has no header or rows beside it, or is too large; NoNames if the
    first row is data and `reading` takes it for names.
    """
    text, note = text_of(path, reading.encoding)
    return _Reading(path.name, text, reading, [note] if note else []).rows()


class _Reading:
    """One pass through a file, in which each row is looked at once."""

    def __init__(self, file: str, content: bytes, reading: Reading, notes: list[str]) -> None:
        self.file = file
        self.notes = notes
        self._headed = reading.first_row == "names"
        start = content[:START].decode("utf-8-sig", errors="replace")
        told = re.match(r"sep=([^\r\n])[\r\n]", start, re.IGNORECASE)  # a line that spreadsheets understand
        sample = without_comments(start[told.end() :] if told else start, reading.comment)
        self.separator = told[1] if told else _separator(sample)
        lines = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
        self._comments = WithoutComments(lines, content, reading.comment, sample, self.separator)
        reader = csv.reader(self._comments, delimiter=self.separator, skipinitialspace=True, strict=True)
        self.numbered = self._without_blank(reader, skip=1 if told else 0)

    def rows(self) -> CsvRows:
        """All of them."""
        number, header = next(self.numbered, (0, None))
        if header is None:
            raise ValueError(f"{self.file} is empty; a table has a row of column names and a row for each example")
        names = [" ".join(name.split()) for name in header]
        if self._headed:
            _check_names(self.file, number, names)
            if any(map(looks_like_number, names)):
                self.notes.append(f"Row {number} is read as the names of columns, though some are numbers.")
        else:
            self.numbered = chain([(number, header)], self.numbered)
            names = [f"column {at}" for at in range(1, len(header) + 1)]
            self.notes.append("The first row is data, so the columns are numbered.")
        width = len(names)
        pack = min(ROWS_AT_ONCE, max(1, AT_ONCE // width))
        packs: list[list[str]] = [[] for _ in names]
        numbers: list[int] = []
        while chunk := list(islice(self.numbered, pack)):
            numbers += [number for number, _ in chunk]
            if len(numbers) > MOST_ROWS:
                raise ValueError(too_long(self.file))
            if len(numbers) * width > MOST_CELLS:
                raise ValueError(f"{self.file} has more than {spaced(MOST_CELLS)} cells; keep fewer rows or columns")
            rows = [row if len(row) == width else self._fitted(number, row, names) for number, row in chunk]
            if self._headed and header in rows:
                at = chunk[rows.index(header)][0]
                raise ValueError(f"{self.file}, row {at} repeats the column names; take it out")
            for packed, cells in zip(packs, zip(*rows, strict=True), strict=True):
                text = "\0".join(map(str.strip, cells))
                packed.append(_LINES.sub(" ", text) if "\n" in text or "\r" in text else text)
        if not numbers:
            raise ValueError(f"{self.file} has a header but no rows; add a row for each example")
        if count := self._comments.skipped:
            what = f"{spaced(count)} lines that begin with" if count > 1 else "A line that begins with"
            self.notes.append(f"{what} {self._comments.sign} {'are' if count > 1 else 'is'} left out as comment.")
        texts = tuple(Texts(packed, pack, len(numbers)) for packed in packs)
        return CsvRows(tuple(names), texts, np.array(numbers), tuple(self.notes))

    def _without_blank(self, reader: Iterator[list[str]], skip: int) -> Iterator[tuple[int, list[str]]]:
        number = 0
        try:
            for number, row in enumerate(reader, start=1):
                self._comments.begin_row()
                if number > skip and any(map(str.strip, row)):
                    yield number + self._comments.skipped, row
        except csv.Error as problem:
            at = number + self._comments.skipped + 1
            said = f"{self.file}, row {at}: {problem}; look for a quotation mark that never closes"
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
        said = f'{file}, row {row} holds numbers such as "{numbers[0]}"; write the column names there'
        raise NoNames(f"{said}, or choose data for the first row")
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
