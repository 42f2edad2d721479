"""From data settings to examples: drawn or read, split, scaled if a switch says so, with a plane to see them on.

The same `Data` gives the same examples. Whatever a reader would want to know of how they came about is in the notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine import plane as planes
from hyperscope.engine.augmentation import Augmentation, Augmenter
from hyperscope.engine.datasets import generators
from hyperscope.engine.disturbance import (
    Shift,
    chosen,
    divided,
    relabelled,
    shifted_plane,
    shifted_table,
    thinned,
)
from hyperscope.engine.features import COORDINATES, captions, computed
from hyperscope.engine.plane import Plane
from hyperscope.engine.split import ENOUGH, Split, split
from hyperscope.lab.examples.cells import Cells
from hyperscope.lab.examples.csv_rows import Reading
from hyperscope.lab.examples.filling import filled
from hyperscope.lab.examples.fingerprint import Fingerprint, fingerprint
from hyperscope.lab.examples.own_points import Own, own, window, wrong_labels
from hyperscope.lab.examples.table import Table, guessed_class, read_table
from hyperscope.lab.experiment.data import FILE, PAINTED, TABLES, Data, on_plane
from hyperscope.quoting import named
from hyperscope.resources import asset

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRAIN, DEV, TEST = 0, 1, 2  # the values of `ExampleSet.part`
IMAGES = {"digits": (8, 8)}  # (height, width) of the tables whose rows are pictures
# streams of randomness below the data seed, so that shares do not move the points, nor wrong labels the parts
DRAWING, SPLITTING, THINNING, LABELLING, BALANCING = range(5)


# what another file has anew
_OF_THE_FILE = (
    "source",
    "file",
    "label",
    "missing",
    "words",
    "first_row",
    "encoding",
    "comment",
    "left_out",
    "standardise",
)


@dataclass(frozen=True, eq=False)
class ExampleSet:
    """Examples with n features, ready to train on; every array is read-only.

    `raw` (r, m), `y` (m,) class numbers and `part` (m,) TRAIN, DEV or TEST are all examples, as drawn or read, wrong
    labels and shifts included; `raw_names` names its rows. `x_train` (n, m_train), `y_train` (m_train,) and so on are
    the parts in model units. A table's rows are its features; of points (r = 2) those in `computed` are worked out.
    Model units are (feature - mean) / deviation, with mean 0 and deviation 1 (n,) unless the inputs are standardised.
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
    raw_names: tuple[str, ...] = ()
    computed: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()  # of a table, which can be left out or not; none where rows are pictures
    missing: str = ""  # why there is nothing to train on yet, where points are painted; see `load`
    fingerprint: Fingerprint | None = None  # of a file as it was read, None of what cannot change

    def model_units(self, raw: Floats) -> Floats:
        """The model inputs (n, m) of raw inputs (r, m)."""
        return (_features(raw, self.computed) - self.mean[:, None]) / self.deviation[:, None]


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


def load(data: Data, folder: Path | None = None, *, begun: bool = False) -> ExampleSet:
    """The examples that `data` describes; a file's relative path starts at `folder`, else where the program runs.

    Painted points too few to train on are refused like the rest, unless painting may just have `begun`; `missing` then
    says what is.
    Raises: ValueError with one sentence naming the file or setting, and what to do.
    """
    drawn = on_plane(data.source)
    painted = own(data) if data.source == PAINTED else None
    if painted is not None and painted.missing and not begun:
        raise ValueError(f"own points: {painted.missing}")
    missing = painted.missing if painted is not None else ""
    table, parts, notes = _divided(data, folder) if painted is None else (painted.table, painted.parts, [])
    notes = [*table.notes, *notes]
    shape = IMAGES.get(data.source)
    if data.imbalance and len(table.y):
        notes.append(_share_note("Of the examples", table.y, table.class_names))
    if parts.rare:
        rare = ", ".join(table.class_names[c] for c in parts.rare)
        notes.append(f"Only in the training set, for want of {ENOUGH} examples: {rare}.")
    part = np.full(len(table.y), TRAIN, np.int64)
    part[parts.dev], part[parts.test] = DEV, TEST
    raw, y = _disturbed(table, parts, data, notes, painted) if not missing else (table.x, table.y)
    # A table chooses its inputs by its columns, so the features of points are not asked of it; switching the data
    # set back and forth then keeps them.
    lifting = data.features if drawn else ()
    inputs = _features(raw, lifting)
    training = inputs[:, parts.train]
    mean, deviation = np.zeros(len(inputs)), np.ones(len(inputs))
    if data.standardise and not missing:
        mean, deviation = training.mean(axis=1), _deviation(training)
        notes.append("Inputs are standardised with the training set's mean μ and standard deviation σ.")
    if painted is not None:
        plane = window(painted.points)
    elif drawn:
        plane = planes.of_two(raw, ("x₁", "x₂"))
    else:
        plane = _plane(raw, training, deviation, table.feature_names)
        if len(raw) > 2:
            notes.append("The plane shows the first two principal components of the training set.")
    if ignored := _ignored(data):
        notes.append(ignored)  # the last, as it alone depends on augmentation

    x = (inputs - mean[:, None]) / deviation[:, None]
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
        feature_names=captions(lifting) if drawn else table.feature_names,
        class_names=table.class_names,
        mean=mean,
        deviation=deviation,
        plane=plane,
        notes=tuple(notes),
        image_shape=shape,
        raw_names=table.feature_names,
        computed=lifting,
        columns=() if drawn or shape else table.columns,
        missing=missing,
        fingerprint=table.fingerprint,
    )


def with_other_copies(examples: ExampleSet, old: Data, new: Data) -> ExampleSet:
    """The `examples` of `old` as `load` gives them for `new`, which has other augmentation and nothing else."""
    before, after = _ignored(old), _ignored(new)
    if before == after:
        return examples
    notes = examples.notes[:-1] if before else examples.notes
    return replace(examples, notes=(*notes, after) if after else notes)


def augmenter(examples: ExampleSet, data: Data, seed: int) -> Augmenter | None:
    """What gives each epoch of a run with `seed` its copies of the training set; None where copies are not changed."""
    raw = np.ascontiguousarray(examples.raw[:, examples.part == TRAIN])
    augmentation = Augmentation(
        data.augment_jitter, data.augment_rotate, data.augment_scale, data.augment_move, data.augment_cut
    )
    if not examples.computed and examples.image_shape is None:
        augmentation = Augmentation(data.augment_jitter)
    elif examples.image_shape is None:
        augmentation = replace(augmentation, cut=0)
    if augmentation.idle:
        return None
    unit = 1.0 if examples.computed else raw.std(axis=1)
    return Augmenter(raw, augmentation, examples.image_shape, unit, examples.model_units, seed)


def plane_of(examples: ExampleSet, across: str, up: str) -> Plane:
    """The plane of two named features, all others at the training set's mean.

    Features computed from points lie in the points' own plane, which stands for any that involves them.
    Raises: ValueError if a name is unknown or both are the same.
    """
    names = examples.raw_names
    for name in (across, up):
        if name not in names and name in examples.feature_names:
            return examples.plane
        if name not in names:
            raise ValueError(f"there is no feature {named(name)}; there are {', '.join(names)}")
    if across == up:
        raise ValueError(f"both axes are {named(across)}; a plane needs two different features")
    training = examples.raw[:, examples.part == TRAIN]
    return planes.of_features(examples.raw, training, names.index(across), names.index(up), (across, up))


def suggested(path: Path, data: Data | None = None) -> Data:
    """The settings with which a dropped CSV file opens: its inputs standardised, nothing dropped or converted unasked.

    Shares and seed are kept from `data`.
    """
    kept = data or Data()
    return Data(
        source=FILE,
        file=str(path),
        standardise=True,
        **{name: getattr(kept, name) for name in Data.__struct_fields__ if name not in _OF_THE_FILE},
    )


def reading(data: Data) -> Reading:
    """How `data` says that its file is to be read."""
    return Reading(data.encoding, data.comment, data.first_row)


def preview(cells: Cells, rows: int = 8) -> TablePreview:
    """What a file holds, even where `load` would refuse its values; its first `rows` rows come along."""
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
    first = tuple(zip(*(column.first(rows) for column in cells.columns), strict=True))
    guess = guessed_class(cells.columns)
    return TablePreview(cells.file, len(cells.rows), columns, first, guess[0].name if guess else None, cells.notes)


def _divided(data: Data, folder: Path | None) -> tuple[Table, Split, list[str]]:
    """A drawn or read table, its parts, and what is to be said of the first class's share."""
    drawn, notes = data.source in generators, list[str]()
    table = _drawn(data) if drawn else _read(data, folder)
    if data.imbalance and not drawn:
        table = _unbalanced(table, data, notes)
    try:
        parts = split(table.y, data.dev_share, data.test_share, np.random.default_rng([data.seed, SPLITTING]))
    except ValueError as problem:
        raise ValueError(f"{_name(data)}: {problem}") from None
    try:
        x, said = filled(table.x, parts.train, data.missing, table.feature_names, table.words)
    except ValueError as problem:
        raise ValueError(f"{_name(data)}: {problem}") from None
    return replace(table, x=x), parts, [*notes, *filter(None, [said])]


def _name(data: Data) -> str:
    """What sentences call the table."""
    return Path(data.file).name if data.source == FILE else data.source


def _drawn(data: Data) -> Table:
    generator = generators[data.source]
    classes = generator.fit_classes(data.classes)
    notes: tuple[str, ...] = ()
    if classes != data.classes:
        notes = (f"{generator.label} is drawn with {classes} classes, not {data.classes}: it cannot have more.",)
    points, sizes = data.points, None
    if data.imbalance:
        # enough of every class are drawn, then some left out: arms and rings stay evenly filled
        sizes = divided(points, np.full(classes, points), data.imbalance, ENOUGH)
        points = classes * int(sizes.max())
    x, y = generator.draw(points, classes, data.noise, np.random.default_rng([data.seed, DRAWING]))
    if sizes is not None:
        kept = chosen(y, sizes, np.random.default_rng([data.seed, THINNING]))
        x, y = x[:, kept], y[kept]
    names = tuple(f"class {c}" for c in range(1, classes + 1))
    return Table(x, y, ("x₁", "x₂"), names, "", notes)


def _read(data: Data, folder: Path | None) -> Table:
    if data.source in TABLES:
        left_out = () if data.source in IMAGES else data.left_out
        return read_table(asset(f"datasets/{TABLES[data.source]}"), label="class", left_out=left_out)
    if not data.file:
        raise ValueError("the data set is your own file but none is chosen; choose a CSV file")
    try:
        path = Path(data.file).expanduser()
    except RuntimeError:
        raise ValueError(f"{data.file} lies in the home of somebody unknown here; choose the file anew") from None
    file = (folder or Path()) / path
    table = read_table(file, data.label, data.missing, data.words, data.left_out, reading(data))
    return replace(table, fingerprint=fingerprint(table.x, table.y, len(table.class_names)))


def _unbalanced(table: Table, data: Data, notes: list[str]) -> Table:
    """The table without the rows that keep its first class from having its share."""
    counts = np.bincount(table.y, minlength=len(table.class_names))
    kept = chosen(table.y, thinned(counts, data.imbalance, ENOUGH), np.random.default_rng([data.seed, THINNING]))
    notes.append(f"{len(table.y) - len(kept)} of {len(table.y)} rows are left out for the share of the first class.")
    return replace(table, x=table.x[:, kept], y=table.y[kept])


def _share_note(where: str, y: Ints, names: tuple[str, ...]) -> str:
    return f"{where}, {np.mean(y == 0):.0%} are {names[0]}."


def _disturbed(table: Table, parts: Split, data: Data, notes: list[str], painted: Own | None) -> tuple[Floats, Ints]:
    """All raw inputs (n, m) and labels (m,): wrong labels in the training set, shifts in the dev and test set."""
    raw, y = table.x.copy(), table.y.copy()
    if data.label_noise:
        classes, rng = len(table.class_names), np.random.default_rng([data.seed, LABELLING])
        if painted is not None:
            told = wrong_labels(painted.points, classes, data)[parts.train]
        else:
            told = relabelled(y[parts.train], classes, data.label_noise, rng)
        notes.append(f"{np.count_nonzero(told != y[parts.train])} of {len(told)} training labels are wrong on purpose.")
        y[parts.train] = told
    if data.shift_balance:
        rng = np.random.default_rng([data.seed, BALANCING])
        for at in (parts.dev, parts.test):
            counts = np.bincount(y[at], minlength=len(table.class_names))
            if counts[0] and counts[1:].any():
                drawn = at[chosen(y[at], divided(len(at), counts, data.shift_balance), rng)]
                raw[:, at], y[at] = raw[:, drawn], y[drawn]
        apart = np.concatenate([parts.dev, parts.test])
        notes.append(_share_note("Of dev and test examples, some repeated", y[apart], table.class_names))
    shift = Shift(data.shift_move, data.shift_rotate, data.shift_scale)
    if not shift.idle:
        apart = np.concatenate([parts.dev, parts.test])
        shape = IMAGES.get(data.source)
        if on_plane(data.source) or shape is not None:
            raw[:, apart] = shifted_plane(raw[:, apart], shift, shape)
        else:
            raw[:, apart] = shifted_table(raw[:, apart], raw[:, parts.train], shift)
        notes.append(_shift_note(data, shift, len(raw)))
    return raw, y


def _shift_note(data: Data, shift: Shift, inputs: int) -> str:
    flat = on_plane(data.source) or data.source in IMAGES
    turns = flat or inputs == 2
    unit = " pixels" if data.source in IMAGES else "" if flat else " σ"
    done = [
        f"scaled by {shift.scale:g}" if shift.scale != 1 else "",
        f"turned by {shift.rotate:g}°" if shift.rotate and turns else "",
        f"moved by {shift.move:g}{unit}" if shift.move else "",
    ]
    said = ", ".join(filter(None, done))
    not_done = f"Inputs are not turned: only two can be, and there are {inputs}." if shift.rotate and not turns else ""
    return f"Dev and test examples are {said}; training ones are not. {not_done}".strip() if said else not_done


def _ignored(data: Data) -> str:
    """Which augmentation the data set has no use for, as a sentence, or ""."""
    if data.left_out and (on_plane(data.source) or data.source in IMAGES):
        return "No columns are left out: points have none, and pictures keep all their pixels."
    if on_plane(data.source):
        return "Points are not cut: only pictures can be." if data.augment_cut else ""
    turns = data.augment_rotate or data.augment_scale or data.augment_move
    if data.source in IMAGES or not (turns or data.augment_cut):
        return ""
    return (
        "Of all augmentation a table takes jitter only: turning, scaling, moving and cutting need points or pictures."
    )


def _features(raw: Floats, names: tuple[str, ...]) -> Floats:
    """The features `names` of points (2, m), or with no names the raw inputs themselves."""
    return raw if names in ((), COORDINATES) else computed(raw, names)


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
