"""The cells of a CSV file, as text and as numbers.

What the values are good for is not judged here: a column may hold words, gaps and slips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperscope.lab.examples import written_numbers as written
from hyperscope.lab.examples.csv_rows import AS_IT_STANDS, Reading, Texts, read_rows
from hyperscope.lab.examples.written_numbers import is_missing, spaced
from hyperscope.quoting import short

__all__ = ["Bools", "Cells", "Floats", "TableColumn", "listed", "read_cells", "spaced"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class TableColumn:
    """One column as read: stripped `cells`, and `values` (m,), NaN where a cell is missing or not a number."""

    name: str
    cells: Texts | list[str]
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

    @property
    def distinct(self) -> frozenset[str]:
        """The different values, as written, missing ones left out; made anew each time, for it can be large."""
        return frozenset(cell for cell in set(self.cells) if not is_missing(cell))

    def first(self, count: int) -> list[str]:
        """The first `count` cells, or as many as there are."""
        return list(islice(self.cells, count))

    def only(self, keep: Bools) -> TableColumn:
        """The column with the rows where `keep` (m,) holds."""
        cells = [cell for cell, kept in zip(self.cells, keep.tolist(), strict=True) if kept]
        return TableColumn(self.name, cells, self.values[keep], self.missing[keep])


@dataclass(frozen=True)
class Cells:
    """A CSV file before anything is decided: its columns, and each row's number in the file (header = row 1)."""

    file: str
    columns: tuple[TableColumn, ...]
    rows: NDArray[np.int64]
    notes: tuple[str, ...] = ()


def read_cells(path: Path, reading: Reading = AS_IT_STANDS) -> Cells:
    """The columns of a CSV file, cut by comma, semicolon, tab or bar, before anything is refused for its values.

    Raises: ValueError if the file cannot be read, is no table with a header, or is too large; NoNames, which is one,
    if the first row is data and `reading` takes it for names.
    """
    read = read_rows(path, reading)
    notes = list(read.notes)
    makings = [
        _Making(name or f"column {at}", texts)
        for at, (name, texts) in enumerate(zip(read.names, read.texts, strict=True), 1)
    ]
    columns = []
    for place, (name, column) in enumerate(zip(read.names, _columns(makings, notes), strict=True), start=1):
        if not name and (column.missing.all() or _counts_rows(column)):
            kind = "is empty" if column.missing.all() else "only numbers the rows"
            notes.append(f"Column {place} has no name and {kind}, so it is left out.")
        else:
            columns.append(column)
    return Cells(path.name, tuple(columns), read.numbers, tuple(notes))


def listed(names: Sequence[str], most: int = 12) -> str:
    """The first `most` names, and how many more there are."""
    shown = ", ".join(map(short, names[:most]))
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


class _Making:
    """A column whose numbers are being made out: at once where all are plain, else by what its commas mean."""

    def __init__(self, name: str, cells: Texts) -> None:
        self.name, self.cells, self.comma = name, cells, written.PLAIN
        self.plain = _plain(cells)
        self.words = set(cells) if self.plain is None else set[str]()

    def column(self) -> TableColumn:
        """The column, its numbers made out."""
        if self.plain is not None and self.comma == written.PLAIN:
            return TableColumn(self.name, self.cells, self.plain, np.zeros(len(self.plain), np.bool_))
        known = {cell: (written.number(cell, self.comma), is_missing(cell)) for cell in self.words or set(self.cells)}
        values = np.fromiter((known[cell][0] for cell in self.cells), np.float64, len(self.cells))
        missing = np.fromiter((known[cell][1] for cell in self.cells), np.bool_, len(self.cells))
        return TableColumn(self.name, self.cells, values, missing)


def _columns(makings: list[_Making], notes: list[str]) -> list[TableColumn]:
    """The columns, with a note on every way of writing numbers that was not taken as it stands."""
    for making in makings:
        making.comma = written.comma_in(making.words)
    sure = {making.comma for making in makings} & {written.DECIMAL, written.THOUSANDS}
    rule = sure.pop() if len(sure) == 1 else written.PLAIN
    grouped = []
    for making in makings:
        if making.comma == written.EITHER:
            making.comma = rule
        elif rule == written.DECIMAL and making.plain is not None and written.groups_by_points(making.cells):
            making.comma = rule
            grouped.append(making.name)
    columns = [making.column() for making in makings]
    numbers = [(making, column) for making, column in zip(makings, columns, strict=True) if not column.is_text]
    commas = [making.name for making, _ in numbers if making.comma == written.DECIMAL and making.name not in grouped]
    if commas:
        notes.append(f"Decimal commas are read as decimal points: {listed(commas)}.")
    apart = [
        making.name
        for making, _ in numbers
        if making.name in grouped or any(written.is_apart(cell, making.comma) for cell in making.words)
    ]
    if apart:
        notes.append(f"Separators between thousands are left out: {listed(apart)}.")
    return columns


def _plain(cells: Texts) -> Floats | None:
    """The numbers (m,) of cells that are all finite ones as programs write them, else None."""
    # ten times faster than looking at each cell; float also takes 1_000 and inf
    parts = []
    try:
        for pack in cells.packs:
            parts.append(np.array(list(map(float, pack.split("\0")))))
            if "_" in pack or not np.isfinite(parts[-1]).all():
                return None
    except ValueError:
        return None
    return np.concatenate(parts)


def _counts_rows(column: TableColumn) -> bool:
    first = column.values[0]
    return bool(first in (0, 1)) and np.array_equal(column.values, first + np.arange(len(column.values)))
