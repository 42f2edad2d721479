"""Data sets drawn on the plane: each gives the ideal place of every example, and all share one kind of noise.

This module reads no files and owns no randomness; the generator of random numbers is an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.registry import Registry

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = Callable[[Ints, int, np.random.Generator], Floats]  # classes (m,), their number, randomness -> (2, m)

HALF_WIDTH = 3.0  # of the picture: noise is a share of it, and ideal places keep within it


@dataclass(frozen=True, slots=True)
class Generator:
    """One way of drawing examples with `fewest` to `most` classes, called `label` on buttons."""

    label: str
    fewest: int
    most: int
    places: Places

    def fit_classes(self, classes: int) -> int:
        """The number of classes nearest to `classes` that this data set can have; whoever clamps must say so."""
        return min(self.most, max(self.fewest, classes))

    def draw(self, points: int, classes: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Ints]:
        """Inputs (2, points) and class numbers (points,), in random order, class sizes differing by at most 1.

        `noise` is the standard deviation of each coordinate as a share of HALF_WIDTH.
        Raises: ValueError if this data set cannot have so many classes.
        """
        if classes != self.fit_classes(classes):
            raise ValueError(f"classes is {classes}; {self.label} has {self.fewest} to {self.most}")
        y = rng.permutation(np.arange(points, dtype=np.int64) % classes)
        x = self.places(y, classes, rng)
        return x + rng.normal(0.0, noise * HALF_WIDTH, x.shape), y


generators: Registry[Generator] = Registry("data set")


def generator(name: str, label: str, fewest: int, most: int) -> Callable[[Places], Places]:
    """Declares the decorated function as the data set `name`, for `fewest` to `most` classes."""

    def declare(places: Places) -> Places:
        generators.add(name)(Generator(label, fewest, most, places))
        return places

    return declare


@generator("spiral", "Spiral", 2, 6)
def spiral(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """One arm per class. More arms turn less, so that the gap between neighbours stays about 1.3."""
    along = _evenly(y, classes, rng) ** 0.75  # points thin out less towards the wide end
    turns = 1.85 / classes
    angle = 2 * np.pi * (y / classes + turns * along)
    return _polar(0.65 + 2.3 * along, angle)


@generator("blobs", "Blobs", 2, 6)
def blobs(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """Round clouds around the corners of a polygon; softmax without hidden layers separates them."""
    centres = _polar(np.full(len(y), 2.0), 2 * np.pi * (y / classes + 1 / 8))
    return centres + rng.normal(0.0, 0.25, centres.shape)


@generator("circles", "Circles", 2, 6)
def circles(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """Concentric rings at equal distances, the first class inmost."""
    radius = 2.8 * (y + np.float64(0.35)) / (classes - 0.65)
    return _polar(radius, 2 * np.pi * _evenly(y, classes, rng))


@generator("moons", "Moons", 2, 2)
def moons(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """Two interleaved half circles."""
    angle = np.pi * _evenly(y, classes, rng)
    side = 1.0 - 2.0 * y  # +1 opens downwards, -1 upwards
    return 1.75 * np.stack([side * (np.cos(angle) - 0.5), side * (np.sin(angle) - 0.2)])


@generator("xor", "XOR", 2, 4)
def xor(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """Quadrants: 2 classes share the diagonals, the third and fourth class split one diagonal and then the other."""
    of_quadrant = {2: [0, 1, 0, 1], 3: [0, 1, 0, 2], 4: [0, 1, 2, 3]}[classes]  # anticlockwise from the upper right
    quadrant = _in_turn(y, of_quadrant)
    signs = np.stack([np.where((quadrant == 0) | (quadrant == 3), 1.0, -1.0), np.where(quadrant < 2, 1.0, -1.0)])
    return signs * rng.uniform(0.35, 2.4, signs.shape)


@generator("checkerboard", "Checkerboard", 2, 6)
def checkerboard(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """A board of 4 × 4 squares, in which no two squares of one class share a side."""
    row, column = np.divmod(np.arange(16), 4)
    of_square = (column + (1 if classes < 4 else 2) * row) % classes
    square = _in_turn(y, of_square.tolist())
    inside = rng.uniform(-0.5, 0.5, (2, len(y)))  # of squares 1.5 wide: the margin is twice the default noise
    return 1.5 * np.stack([square % 4 - 1.5, 1.5 - square // 4]) + 0.85 * inside


def _polar(radius: Floats, angle: Floats) -> Floats:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)])


def _ranks(y: Ints, classes: int) -> Ints:
    """The place (m,) of each example among those of its class: 0, 1, 2, …"""
    ranks = np.zeros(len(y), np.int64)
    for c in range(classes):
        members = np.flatnonzero(y == c)
        ranks[members] = np.arange(len(members))
    return ranks


def _evenly(y: Ints, classes: int, rng: np.random.Generator) -> Floats:
    """Random numbers (m,) in [0, 1), spread over each class without the clumps and gaps of independent draws."""
    sizes = np.maximum(1, np.bincount(y, minlength=classes))
    spread: Floats = (_ranks(y, classes) + rng.random(len(y))) / sizes[y]
    return spread


def _in_turn(y: Ints, classes_of_places: list[int]) -> Ints:
    """For each example the number (m,) of a place that belongs to its class; a class fills its places in turn."""
    owner = np.asarray(classes_of_places)
    chosen = np.zeros(len(y), np.int64)
    ranks = _ranks(y, int(owner.max()) + 1)
    for c in sorted(set(classes_of_places)):
        places = np.flatnonzero(owner == c)
        chosen[y == c] = places[ranks[y == c] % len(places)]
    return chosen
