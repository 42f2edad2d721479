"""Tables: any CSV file as numbers and classes, or one sentence on why not and what to do about it.

Nothing is repaired silently: whatever is guessed, dropped or turned into numbers stands in a note. This module
knows nothing of data settings, splitting or scaling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyperscope.lab.examples.cells import Bools, Cells, Floats, TableColumn, listed, read_cells, spaced
from hyperscope.lab.examples.csv_rows import AS_IT_STANDS, SEPARATORS, Reading
from hyperscope.lab.examples.filling import FILLS
from hyperscope.lab.examples.fingerprint import Fingerprint
from hyperscope.lab.examples.written_numbers import looks_like_number, two_readings
from hyperscope.quoting import quoted

CLASS_NAMES = ("class", "label", "target", "species", "diagnosis", "y")  # a class column's usual names, best first
PART, PARTS = "part", ("train", "dev", "test")  # a column that Hyperscope wrote, and what it says
MOST_CLASSES = 100
MOST_WORDS = 20  # different words that one-hot turns into columns
FEW_NUMBERS = 20  # a column of more different numbers is not guessed to be the class
PLAINLY = "write decimals with a point and no separator between thousands"
LARGEST = 1e30  # beyond it numbers are slips, and variances would come close to what float64 holds


@dataclass(frozen=True)
class Table:
    """Features x (n, m), class numbers y (m,), the names of both, and sentences on how they came about.

    Where missing values are to be filled, x holds NaN for them. `words` are the rows [start, stop) of x that stand for
    one column of text each.
    """

    x: Floats
    y: NDArray[np.int64]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    label_column: str
    notes: tuple[str, ...] = ()
    words: tuple[tuple[int, int], ...] = ()
    columns: tuple[str, ...] = ()  # what could be a feature, left out or not
    fingerprint: Fingerprint | None = None  # of the file as it was read


@dataclass(frozen=True, eq=False)
class Gaps:
    """Where a table of m rows has no value, to foretell what `missing` would leave out.

    `features` and `classes` hold (m,) for each column with gaps, read as a feature and as the class; `texts` are the
    columns of text among them.
    """

    m: int
    features: dict[str, Bools]
    classes: dict[str, Bools]
    texts: frozenset[str]

    def columns(self, label: str, words: str, left_out: Collection[str] = ()) -> tuple[str, ...]:
        """The columns that drop columns leaves out, where the class is in column `label`."""
        kept = (name for name in self.features if name != label and name not in left_out)
        return tuple(name for name in kept if name not in self.texts or words != "drop columns")

    def rows(self, label: str, words: str, left_out: Collection[str] = ()) -> Bools:
        """(m,) the rows that drop rows leaves out, where columns are left out by choice."""
        found = self.without_class(label)
        for name in self.columns(label, words, left_out):
            found |= self.features[name]
        return found

    def without_class(self, label: str) -> Bools:
        """(m,) the rows that have no class."""
        return self.classes[label].copy() if label in self.classes else np.zeros(self.m, np.bool_)


def gaps_in(cells: Cells) -> Gaps:
    """Where a table has no value."""
    gappy = [column for column in cells.columns if column.missing.any()]
    return Gaps(
        len(cells.rows),
        {column.name: column.missing for column in gappy},
        {column.name: _no_class(column) for column in gappy},
        frozenset(column.name for column in gappy if column.is_text),
    )


def read_table(
    path: Path,
    label: str = "",
    missing: str = "refuse",
    words: str = "refuse",
    left_out: Collection[str] = (),
    reading: Reading = AS_IT_STANDS,
) -> Table:
    """The table in a .csv or .csv.gz file, its class in the column `label`, or in a guessed one if that is "".

    `missing` is refuse, drop rows, drop columns or one of FILLS, which leaves NaN to fill once it is known what is the
    training set; `words`, for columns of text, is refuse, one-hot or drop columns; `left_out` names columns.
    Raises: ValueError with one sentence that names the file, row, column and value, and what to do.
    """
    cells = read_cells(path, reading)
    file, notes = cells.file, list(cells.notes)
    of_class, why = _class_column(cells, label)
    notes.append(why)
    features = [column for column in cells.columns if column is not of_class]
    if told := [column for column in features if column.name.rstrip("_") == PART and column.distinct <= set(PARTS)]:
        features = [column for column in features if column not in told]
        notes.append(f'Column "{told[0].name}" is left out: the examples are divided anew.')

    columns = tuple(column.name for column in features)
    features = _without_chosen(cells, features, of_class, left_out, notes)

    if len(cells.columns) == 1:
        said = "has one column only, {}; learning needs features beside the class, in cells separated by {}"
        raise ValueError(f"{file} {said.format(quoted(of_class.name), ', '.join(SEPARATORS.values()))}")
    texts = [column for column in features if column.is_text]
    if texts and words == "drop columns":
        features = [column for column in features if not column.is_text]
        notes.append(f"Left out because they hold text: {listed([column.name for column in texts])}.")
    elif texts and words == "refuse":
        at = int(np.flatnonzero(texts[0].wrong)[0])
        said = "is not a number, like most of this column; choose one-hot or drop columns for text columns"
        raise ValueError(f"{_place(cells, texts[0], at)} {_ambiguity(texts[0].cells[at]) or said}")
    for column in features:
        _check_numbers(cells, column)

    features, keep = _without_missing(cells, features, of_class, missing, notes)
    if not keep.all():
        features, of_class = [column.only(keep) for column in features], of_class.only(keep)
    if not features:
        raise ValueError(
            f"{file} has no features left besides the class column {quoted(of_class.name)}; add or keep columns"
        )
    if len(of_class.cells) < 2:
        raise ValueError(f"{file} has only one row of values; learning needs several rows of each class")
    y, class_names = _classes(file, of_class)
    if alike := _alike(class_names):
        notes.append(f"Classes are told apart by capital letters alone: {listed(alike)}.")

    names: list[str] = []
    rows_of_x, blocks = [], []
    for column in features:
        start = len(names)
        for name, values in _one_hot(file, column) if column.is_text else [(column.name, column.values)]:
            names.append(name)
            rows_of_x.append(values)
        if column.is_text:
            blocks.append((start, len(names)))
    x = np.stack(rows_of_x)
    if constant := [name for name, row in zip(names, x, strict=True) if np.fmin.reduce(row) == np.fmax.reduce(row)]:
        notes.append(f"The same in every row, so of no help: {listed(constant)}.")
    return Table(x, y, tuple(names), class_names, of_class.name, tuple(notes), tuple(blocks), columns)


def guessed_class(columns: Sequence[TableColumn]) -> tuple[TableColumn, str] | None:
    """The column that most looks like the class, and in words why, or None if none does."""

    def few(column: TableColumn) -> bool:
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


def _class_column(cells: Cells, label: str) -> tuple[TableColumn, str]:
    """The class column, and the sentence that says which it is."""
    names = listed([column.name for column in cells.columns])
    if label:
        for column in cells.columns:
            if column.name == label:
                return column, f"The class is column {quoted(label)}."
        raise ValueError(f"{cells.file} has no column {quoted(label)} to take the class from; its columns are {names}")
    if (guess := guessed_class(cells.columns)) is None:
        raise ValueError(f"{cells.file}: no column looks like a class; name the class column, one of {names}")
    column, why = guess
    return column, f"The class is column {quoted(column.name)}, guessed {why}."


def _without_chosen(
    cells: Cells, features: list[TableColumn], of_class: TableColumn, left_out: Collection[str], notes: list[str]
) -> list[TableColumn]:
    """The features without those that were switched off; the class stays whatever is said of it."""
    names = [column.name for column in cells.columns]
    for name in left_out:
        if name not in names:
            raise ValueError(f"{cells.file} has no column {quoted(name)} to leave out; its columns are {listed(names)}")
    if gone := [column.name for column in features if column.name in left_out]:
        notes.append(f"Left out by choice: {listed(gone)}.")
    kept = [column for column in features if column.name not in left_out]
    if gone and not kept:
        raise ValueError(f"{cells.file} has no inputs left: all its columns are switched off; switch one on")
    return kept


def _classes(file: str, column: TableColumn) -> tuple[NDArray[np.int64], tuple[str, ...]]:
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
            f'{file}, column "{column.name}" holds one class only, {quoted(names[0])}; learning needs at least two'
        )
    if len(names) > MOST_CLASSES:
        raise ValueError(
            f'{file}, column "{column.name}" holds {len(names)} classes, such as {quoted(column.cells[0])}, '
            f"and at most {MOST_CLASSES} are allowed; it is probably not the class column, so choose another"
        )
    return numbers.astype(np.int64), names


def _alike(names: Sequence[str]) -> list[str]:
    """The names that differ from another one by nothing but capital letters."""
    count = Counter(name.casefold() for name in names)
    return [name for name in names if count[name.casefold()] > 1]


def _check_numbers(cells: Cells, column: TableColumn) -> None:
    """Refuses slips in a column of numbers, and what is no finite number of sensible size."""
    refused = column.wrong | (np.abs(column.values) > LARGEST)
    if column.is_text or not refused.any():
        return
    at = int(np.flatnonzero(refused)[0])
    advice = "correct the cell, drop the column or mark it as missing by writing NA"
    if column.wrong[at]:
        cell = column.cells[at]
        if unsure := _ambiguity(cell):
            raise ValueError(f"{_place(cells, column, at)} {unsure}")
        said = "is not a number"
        if looks_like_number(cell):
            said, advice = "is not written like the other numbers of this column", PLAINLY
    else:
        said = "is infinite" if np.isinf(column.values[at]) else f"is larger than the {LARGEST:g} that is allowed"
    raise ValueError(f"{_place(cells, column, at)} {said}; {advice}")


def _without_missing(
    cells: Cells, features: list[TableColumn], of_class: TableColumn, missing: str, notes: list[str]
) -> tuple[list[TableColumn], Bools]:
    """The features and the rows (m,) that `missing` leaves; every gap is gone from them."""
    no_class = _no_class(of_class)
    if missing == "drop columns":
        gaps = [column.name for column in features if column.missing.any()]
        features = [column for column in features if not column.missing.any()]
        if gaps:
            notes.append(f"Left out because values are missing: {listed(gaps)}.")
    holes = [column.missing for column in features]
    gappy = np.logical_or.reduce([*holes, no_class])
    if not gappy.any():
        return features, ~gappy
    if missing == "drop rows":
        if gappy.all():
            raise ValueError(f"{cells.file} has a missing value in every row; drop columns instead of rows")
        count, all_rows = int(gappy.sum()), len(gappy)
        notes.append(f"{spaced(count)} of {spaced(all_rows)} rows are left out because a value is missing.")
        return features, ~gappy
    if missing in FILLS:
        if count := int(no_class.sum()):
            notes.append(f"{spaced(count)} of {spaced(len(no_class))} rows are left out because they have no class.")
        return features, ~no_class
    at = int(np.flatnonzero(gappy)[0])
    column = of_class if no_class[at] else next(column for column in features if column.missing[at])
    choices = "drop rows" if column is of_class else f"drop rows, drop columns, {', '.join(FILLS[:-1])} or {FILLS[-1]}"
    raise ValueError(f"{_place(cells, column, at)} is a missing value; choose {choices} for missing values")


def _no_class(column: TableColumn) -> Bools:
    """(m,) where `column`, read as the class, has none."""
    if {"+", "-"} <= set(column.cells):
        minus = np.array([cell == "-" for cell in column.cells], np.bool_)
        return column.missing & ~minus  # plus and minus are classes
    return column.missing


def _ambiguity(cell: str) -> str:
    """What is wrong with a cell that could be either of two numbers, or ""."""
    return f"can be {' or '.join(readings)}; {PLAINLY}" if (readings := two_readings(cell)) else ""


def _place(cells: Cells, column: TableColumn, at: int) -> str:
    """The words that begin an error about one cell."""
    what = quoted(column.cells[at]) if column.cells[at] else "the empty cell"
    return f"{cells.file}, row {cells.rows[at]}, column {quoted(column.name)}: {what}"


def _one_hot(file: str, column: TableColumn) -> list[tuple[str, Floats]]:
    """A column of text as one column of 0 and 1 for each word, NaN where it has none."""
    missing = column.missing
    words = sorted(column.distinct if missing.any() else set(column.cells))
    if len(words) > MOST_WORDS:
        raise ValueError(
            f'{file}, column "{column.name}" holds {len(words)} different words, such as {quoted(words[0])}, and '
            f"one-hot takes at most {MOST_WORDS}; choose drop columns for text columns"
        )
    cells = np.array(column.cells)
    said = [(f"{column.name}={word}", (cells == word).astype(np.float64)) for word in words]
    for _, values in said:
        values[missing] = np.nan
    return said
