"""What a view shows as tables, and these as comma-separated text that any program reads back to the last digit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a view: its `name`, the `heads` of its columns with their units, and a cell for each in every row."""

    name: str
    heads: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def csv_of(tables: Iterable[Table]) -> str:
    """The tables as one: of several, the first column names the table, and a column that one lacks is empty there.

    Floats are written with as few digits as give the same float back.
    """
    tables = tuple(tables)
    heads = list(dict.fromkeys(head for table in tables for head in table.heads))
    several = len(tables) > 1
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(["table"] if several else []), *heads])
    for table in tables:
        for row in table.rows:
            cells = dict(zip(table.heads, row, strict=True))
            named = [table.name] if several else []
            writer.writerow([*named, *(_written(cells.get(head)) for head in heads)])
    return text.getvalue()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    if isinstance(cell, float | np.floating):
        return repr(float(cell))
    return str(cell)
