"""From data settings to examples: drawn or read, split, scaled if a switch says so, with a plane to see them on.

The same `Data` gives the same examples. Whatever a reader would want to know of how they came about is in the notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from hyperscope.engine import plane as planes
from hyperscope.engine.datasets import generators
from hyperscope.engine.plane import Plane
from hyperscope.engine.split import ENOUGH, split
from hyperscope.lab.cells import read_cells
from hyperscope.lab.experiment import FILE, TABLES, Data
from hyperscope.lab.table import Table, guessed_class, read_table
from hyperscope.resources import asset

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRAIN, DEV, TEST = 0, 1, 2  # the values of `ExampleSet.part`
IMAGES = {"digits": (8, 8)}  # (height, width) of the tables whose rows are pictures
DRAWING, SPLITTING = 0, 1  # streams of randomness below the data seed, so that shares do not move the points


@dataclass(frozen=True, eq=False)
class ExampleSet:
    """Examples with n features, ready to train on; every array is read-only.

    `raw` (n, m), `y` (m,) class numbers and `part` (m,) TRAIN, DEV or TEST are all examples, as drawn or read;
    `x_train` (n, m_train), `y_train` (m_train,) and so on are the parts in model units. Model units are
    (raw - mean) / deviation, with mean 0 and deviation 1 (n,) unless the inputs are standardised.
    """

    raw: Floats
    y: Ints
    part: Ints
    x_train: Floats
    y_train: Ints
    x_dev: Floats
    y_dev: Ints
    x_test: Floats
    y_test: Ints
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    mean: Floats
    deviation: Floats
    plane: Plane
    notes: tuple[str, ...] = ()
    image_shape: tuple[int, int] | None = None

    def model_units(self, raw: Floats) -> Floats:
        """Raw inputs (n, m) as the network is fed them."""
        return (raw - self.mean[:, None]) / self.deviation[:, None]


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """One column of a file: how many cells are missing, how many different values there are, and how many are words."""

    name: str
    kind: Literal["number", "text"]
    missing: int
    distinct: int
    words: int


@dataclass(frozen=True, slots=True)
class TablePreview:
    """What a file holds, for choosing how to read it: `first` are its first rows, `label` the guessed class column."""

    file: str
    rows: int
    columns: tuple[ColumnPreview, ...]
    first: tuple[tuple[str, ...], ...]
    label: str | None
    notes: tuple[str, ...] = ()


def load(data: Data, folder: Path | None = None) -> ExampleSet:
    """The examples that `data` describes; a file's relative path starts at `folder`, else where the program runs.

    Raises: ValueError with one sentence naming the file or setting, and what to do.
    """
    table = _drawn(data) if data.source in generators else _read(data, folder)
    raw, y, notes = table.x, table.y, list(table.notes)
    try:
        parts = split(y, data.dev_share, data.test_share, np.random.default_rng([data.seed, SPLITTING]))
    except ValueError as problem:
        name = Path(data.file).name if data.source == FILE else data.source
        raise ValueError(f"{name}: {problem}") from None
    if parts.rare:
        rare = ", ".join(table.class_names[c] for c in parts.rare)
        notes.append(f"Only in the training set, for want of {ENOUGH} examples: {rare}.")
    part = np.full(len(y), TRAIN, np.int64)
    part[parts.dev], part[parts.test] = DEV, TEST

    training = raw[:, parts.train]
    mean, deviation = np.zeros(len(raw)), np.ones(len(raw))
    if data.standardise:
        mean, deviation = training.mean(axis=1), _deviation(training)
        notes.append("Inputs are standardised with the training set's mean μ and standard deviation σ.")
    if data.source in generators:
        plane = planes.of_two(raw, ("x₁", "x₂"))
    else:
        plane = _plane(raw, training, deviation, table.feature_names)
        if len(raw) > 2:
            notes.append("The plane shows the first two principal components of the training set.")

    x = (raw - mean[:, None]) / deviation[:, None]
    parts_of_x = [np.ascontiguousarray(x[:, at]) for at in (parts.train, parts.dev, parts.test)]
    parts_of_y = [y[at] for at in (parts.train, parts.dev, parts.test)]
    for array in (raw, y, part, mean, deviation, *parts_of_x, *parts_of_y):
        array.setflags(write=False)
    return ExampleSet(
        raw=raw,
        y=y,
        part=part,
        x_train=parts_of_x[0],
        y_train=parts_of_y[0],
        x_dev=parts_of_x[1],
        y_dev=parts_of_y[1],
        x_test=parts_of_x[2],
        y_test=parts_of_y[2],
        feature_names=table.feature_names,
        class_names=table.class_names,
        mean=mean,
        deviation=deviation,
        plane=plane,
        notes=tuple(notes),
        image_shape=IMAGES.get(data.source),
    )


def plane_of(examples: ExampleSet, across: str, up: str) -> Plane:
    """The plane of two named features, all others at the training set's mean.

    Raises: ValueError if a name is unknown or both are the same.
    """
    names = examples.feature_names
    for name in (across, up):
        if name not in names:
            raise ValueError(f"there is no feature {name!r}; there are {', '.join(names)}")
    if across == up:
        raise ValueError(f"both axes are {across!r}; a plane needs two different features")
    training = examples.raw[:, examples.part == TRAIN]
    return planes.of_features(examples.raw, training, names.index(across), names.index(up), (across, up))


def suggested(path: Path, data: Data | None = None) -> Data:
    """The settings with which a dropped CSV file opens: its inputs standardised, nothing dropped or converted unasked.

    Shares and seed are kept from `data`.
    """
    return msgspec.structs.replace(
        data or Data(), source=FILE, file=str(path), label="", missing="refuse", words="refuse", standardise=True
    )


def preview(path: Path, rows: int = 8) -> TablePreview:
    """What the file at `path` holds, even where `load` would refuse its values; its first `rows` rows come along.

    Raises: ValueError with one sentence if it is no table at all.
    """
    cells = read_cells(path)
    columns = tuple(
        ColumnPreview(
            column.name,
            "text" if column.is_text else "number",
            int(column.missing.sum()),
            len(column.distinct),
            int(column.wrong.sum()),
        )
        for column in cells.columns
    )
    first = tuple(zip(*(column.cells[:rows] for column in cells.columns), strict=True))
    guess = guessed_class(cells.columns)
    return TablePreview(cells.file, len(cells.rows), columns, first, guess[0].name if guess else None, cells.notes)


def _drawn(data: Data) -> Table:
    generator = generators[data.source]
    classes = generator.fit_classes(data.classes)
    notes: tuple[str, ...] = ()
    if classes != data.classes:
        notes = (f"{generator.label} is drawn with {classes} classes, not {data.classes}: it cannot have more.",)
    x, y = generator.draw(data.points, classes, data.noise, np.random.default_rng([data.seed, DRAWING]))
    names = tuple(f"class {c}" for c in range(1, classes + 1))
    return Table(x, y, ("x₁", "x₂"), names, "", notes)


def _read(data: Data, folder: Path | None) -> Table:
    if data.source in TABLES:
        return read_table(asset(f"datasets/{TABLES[data.source]}"), label="class")
    if not data.file:
        raise ValueError("the data set is your own file but none is chosen; choose a CSV file")
    path = Path(data.file).expanduser()
    return read_table((folder or Path()) / path, data.label, data.missing, data.words)


def _deviation(training: Floats) -> Floats:
    """Standard deviation (n,) of each row, and 1 where it is nothing but rounding or would divide to infinity."""
    deviation = training.std(axis=1)
    sensible = deviation > np.maximum(1e-12 * np.abs(training).max(axis=1), 1e-100)
    return np.where(sensible, deviation, 1.0)


def _plane(raw: Floats, training: Floats, deviation: Floats, names: tuple[str, ...]) -> Plane:
    if len(raw) == 1:
        return planes.of_features(raw, training, 0, 0, (names[0], ""))
    if len(raw) == 2:
        return planes.of_features(raw, training, 0, 1, (names[0], names[1]))
    return planes.of_components(raw, training, deviation)
