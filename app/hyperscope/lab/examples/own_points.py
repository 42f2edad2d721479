"""Painted points as examples: their table, the parts they stay in, and what is done to their labels.

Whatever is drawn at random follows from each point's own place, so that painting one changes nothing about others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.disturbance import thinned
from hyperscope.engine.plane import Plane, square
from hyperscope.engine.split import ENOUGH, Split
from hyperscope.engine.steady_split import BLOCK, DEV, TEST, TRAIN, scattered, steady_parts
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.examples.table import Table
from hyperscope.lab.experiment.data import PAINTED, Data, on_plane
from hyperscope.lab.experiment.painted import MOST, MOST_CLASSES, Points, copied, read

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# streams of randomness below the data seed
SPLITTING, THINNING, LABELLING, OTHER = range(11, 15)
SPOILING = ("label_noise", "imbalance", "shift_move", "shift_rotate", "shift_scale", "shift_balance")
WINDOW = 3.6  # half the width of the plane shown, unless points lie farther out,
GROWTH = 1.25  # then so many times more, as often as it takes: painting within it never moves it
AXES = ("x₁", "x₂")


@dataclass(frozen=True, eq=False)
class Own:
    """The painted points that are used: as a table, divided; `points` says where each has its place.

    `missing` says in a sentence why there is nothing to train on yet, or is "".
    """

    table: Table
    parts: Split
    points: Points
    missing: str


def own(data: Data) -> Own:
    """The painted points of `data`, by class and place, divided so that each stays in its part while others go."""
    points = read(data.painted)
    classes = fit_classes(data)
    notes = []
    if classes != data.classes:
        notes.append(f"There are {classes} classes, not {data.classes}: so many are painted.")
    counts = points.counts
    if data.imbalance and counts[0] and counts[1:].any():
        kept = _kept(points, classes, data)
        notes.append(f"{len(points) - int(kept.sum())} of {len(points)} points are left out for the share of class 1.")
        points = points.without(~kept)
    part = parts_of(points, data)
    at = [np.flatnonzero(part == number) for number in (TRAIN, DEV, TEST)]
    counts = np.bincount(points.y, minlength=classes)
    trained = np.bincount(points.y[at[0]], minlength=classes)
    missing = _missing(counts, [len(one) for one in at], trained)
    empty = [f"class {c + 1}" for c in np.flatnonzero(trained == 0).tolist()]
    if empty and not missing:
        notes.append(f"Without a point in the training set: {', '.join(empty)}.")
    names = tuple(f"class {c}" for c in range(1, classes + 1))
    table = Table(points.x, points.y, AXES, names, "", tuple(notes))
    return Own(table, Split(at[0], at[1], at[2]), points, missing)


def keeps_network(old: Data, new: Data) -> bool:
    """Whether a network trained on `old` goes on with `new`: points came, went or were taken over, all else equal."""
    if new.source != PAINTED:
        return False
    here = ("painted", "classes") if old.source == PAINTED else ("painted", "classes", "source", *SPOILING)
    return all(getattr(old, name) == getattr(new, name) for name in Data.__struct_fields__ if name not in here)


def fit_classes(data: Data) -> int:
    """How many classes the painted points have: as many as chosen, and never fewer than are painted."""
    return max(data.classes, len(data.painted))


def parts_of(points: Points, data: Data) -> Ints:
    """The part (m,) of each point: TRAIN, DEV or TEST."""
    part = np.zeros(len(points), np.int64)
    for c in range(MOST_CLASSES):
        of_class = points.y == c
        part[of_class] = steady_parts(points.place[of_class], data.dev_share, data.test_share, data.seed, SPLITTING, c)
    return part


def wrong_labels(points: Points, classes: int, data: Data) -> Ints:
    """The classes (m,) of the points with about the share `label_noise` of them another, each equally likely."""
    number = points.y * (10 * MOST) + points.place
    wrong = scattered(number, data.seed, LABELLING) < data.label_noise
    further = 1 + (scattered(number, data.seed, OTHER) * (classes - 1)).astype(np.int64)
    return np.where(wrong, (points.y + further) % classes, points.y)


def window(points: Points) -> Plane:
    """The plane that painted points are seen on; it widens in steps, and only for points beyond its edge."""
    half, farthest = WINDOW, float(np.abs(points.x).max(initial=0))
    while half < farthest:
        half *= GROWTH
    return square(half, AXES)


def of_points(points: Points, data: Data) -> Examples:
    """Points as the plane shows them while one paints: labels as painted, parts as they will be."""
    part = parts_of(points, data)
    classes = max(data.classes, int(points.y.max(initial=0)) + 1)
    names = tuple(f"class {c}" for c in range(1, classes + 1))
    return Examples(
        points.x, points.y, part, names, AXES, window(points).extent, AXES, training=int((part == TRAIN).sum())
    )


def taken_over(examples: Examples, data: Data) -> tuple[Data, str]:
    """`data` with the points now on the plane as painted points, and a sentence on what became of them.

    What spoiled them on purpose is in them already and is not done again. Coordinates that are no drawn points' are
    scaled to the window.
    """
    usual = Data()
    clean = msgspec.structs.replace(data, **{name: getattr(usual, name) for name in SPOILING})
    name = "your file's" if data.source == "file" else data.source
    if len(examples.class_names) > MOST_CLASSES:
        return emptied(clean), (
            f"An empty plane to paint on: {name} has {len(examples.class_names)} classes, and at most {MOST_CLASSES} "
            f"can be painted."
        )
    count = min(MOST, examples.y.size)
    chosen = np.linspace(0, examples.y.size - 1, count).round().astype(np.int64)
    x = np.asarray(examples.x, np.float64)[:, chosen]
    if not on_plane(data.source):
        left, right, bottom, top = examples.extent
        middle, half = np.array([left + right, bottom + top]) / 2, np.array([right - left, top - bottom]) / 2
        x = (x - middle[:, None]) / half[:, None] * WINDOW
    y, parts = examples.y[chosen].astype(np.int64), examples.part[chosen]
    places = np.arange(BLOCK + MOST)
    part_of = [
        steady_parts(places, data.dev_share, data.test_share, data.seed, SPLITTING, c) for c in range(MOST_CLASSES)
    ]
    points = copied(x, y, parts, part_of)
    classes = max(2, len(examples.class_names))
    taken = msgspec.structs.replace(emptied(clean), painted=points.written(), classes=classes)
    all_of = "" if count == examples.y.size else f"of {examples.y.size} "
    return taken, f"{count} {all_of}{name} points are now yours to edit."


def emptied(data: Data) -> Data:
    """`data` with no points painted yet."""
    standardise = data.standardise and on_plane(data.source)
    return msgspec.structs.replace(data, source=PAINTED, painted=(), standardise=standardise)


@lru_cache(maxsize=4)
def _ranks(seed: int, c: int) -> Floats:
    return scattered(np.arange(10 * MOST), seed, THINNING, c)


def _kept(points: Points, classes: int, data: Data) -> NDArray[np.bool_]:
    """(m,) the points that stay for class 1 to have its share; each class gives up the same ones first."""
    counts = np.bincount(points.y, minlength=classes)
    sizes = thinned(counts, data.imbalance, ENOUGH)
    kept = np.zeros(len(points), np.bool_)
    for c in range(classes):
        members = np.flatnonzero(points.y == c)
        kept[members[_ranks(data.seed, c)[points.place[members]].argsort(kind="stable")[: sizes[c]]]] = True
    return kept


def _missing(counts: Ints, parts: list[int], trained: Ints) -> str:
    """Why nothing can be trained on points that are so many of each class, in each part, and trained on; or ""."""
    if np.count_nonzero(trained) >= 2 and all(parts):
        return ""
    if np.count_nonzero(counts) == 1:
        only = int(counts.argmax()) + 1
        return f"All points are of class {only}. Paint at least {ENOUGH} points of another class; training then begins."
    if np.count_nonzero(trained) < 2:
        return f"Paint at least {ENOUGH} points of each of two classes; training then begins."
    where = "dev" if not parts[1] else "test"
    return f"No point is in the {where} set yet. Paint a few more; training then begins."
