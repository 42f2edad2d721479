"""Augmentation: changed copies of training examples, turned, scaled, moved, jittered or cut, whole batches at once.

Points turn in their plane, pictures as pictures, whose pixels are n = height · width inputs, row by row from the top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = tuple[int, int]  # (height, width) of a picture

STREAM = 4  # keeps these random numbers apart from those of weights, order and noise
BLOCK = (
    1 << 13
)  # pixels turned together; the second-level cache holds them, and all 1 079 digits at once take 3 times longer


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far copies stray; all at 0 means not at all.

    `jitter` is the standard deviation of what is added to every input. Each copy turns by up to `rotate` degrees,
    grows or shrinks by up to the share `scale` < 1, and moves by up to `move` along both axes (pixels in pictures),
    uniformly either way; from each picture a square with sides of `cut` pixels is zeroed.
    """

    jitter: float = 0.0
    rotate: float = 0.0
    scale: float = 0.0
    move: float = 0.0
    cut: int = 0

    @property
    def turns(self) -> bool:
        """Whether copies turn, grow or move, for which there must be points or pictures."""
        return bool(self.rotate or self.scale or self.move)

    @property
    def idle(self) -> bool:
        """Whether copies equal their originals."""
        return not (self.turns or self.jitter or self.cut)


def augmented(
    x: Floats,
    augmentation: Augmentation,
    image_shape: Shape | None,
    rng: np.random.Generator,
    unit: Floats | float = 1.0,
) -> Floats:
    """Copies (n, m) of raw inputs x (n, m), each augmented on its own; x itself is left as it is.

    Without `image_shape` inputs that turn must be points, n = 2. Jitter is measured in `unit`, (n,) or one number.
    """
    m = x.shape[1]
    copies = x
    if augmentation.turns:
        degrees = rng.uniform(-augmentation.rotate, augmentation.rotate, m)
        factor = rng.uniform(1 - augmentation.scale, 1 + augmentation.scale, m)
        copies = turned(
            copies, image_shape, degrees, factor, rng.uniform(-augmentation.move, augmentation.move, (2, m))
        )
    if augmentation.jitter:
        noise = rng.standard_normal(x.shape)
        noise *= augmentation.jitter * np.reshape(unit, (-1, 1))
        copies = copies + noise
    if augmentation.cut and image_shape is not None:
        copies = np.where(_squares(augmentation.cut, image_shape, m, rng), 0.0, copies)
    return copies.copy() if copies is x else copies


def turned(
    x: Floats, image_shape: Shape | None, degrees: Floats | float, factor: Floats | float, move: Floats
) -> Floats:
    """Inputs x (n, m) scaled by `factor`, turned by `degrees` anticlockwise and moved right and up by `move` (2, m).

    `degrees` and `factor` are (m,) or one number, `move` may be (2, 1). Points (2, m) turn about the origin, pictures
    about their middle; what comes from outside a picture is 0, and between pixels it is interpolated bilinearly.
    """
    angle = np.atleast_1d(np.deg2rad(degrees))
    cos, sin = np.cos(angle), np.sin(angle)
    if image_shape is None:
        return np.stack([cos * x[0] - sin * x[1], sin * x[0] + cos * x[1]]) * factor + move
    result = np.empty_like(x)
    cos, sin, move = (
        np.broadcast_to(part, (*part.shape[:-1], x.shape[1])) for part in (cos / factor, sin / factor, move)
    )
    block = max(1, BLOCK // len(x))
    for start in range(0, x.shape[1], block):
        part = slice(start, start + block)
        result[:, part] = _pictures(x[:, part], image_shape, cos[part], sin[part], move[:, part])
    return result


class Augmenter:
    """Gives each epoch its own augmented copy of the training set, a function of seed and epoch alone.

    `raw` (n, m) are the training examples as drawn or read, and `to_inputs` takes their copies to model inputs.
    """

    def __init__(
        self,
        raw: Floats,
        augmentation: Augmentation,
        image_shape: Shape | None,
        unit: Floats | float,
        to_inputs: Callable[[Floats], Floats],
        seed: int,
    ) -> None:
        self.raw, self.augmentation, self.image_shape, self.unit = raw, augmentation, image_shape, unit
        self.to_inputs, self.seed = to_inputs, seed
        self._kept: tuple[int, Floats] | None = None

    def inputs(self, epoch: int) -> Floats:
        """Model inputs (features, m) of the whole training set in epoch number `epoch`, read-only; the last is kept."""
        if self._kept is None or self._kept[0] != epoch:
            copies = self.copies(epoch)
            copies.setflags(write=False)
            self._kept = (epoch, copies)
        return self._kept[1]

    def copies(self, epoch: int) -> Floats:
        """The same, made anew and not kept."""
        rng = np.random.default_rng([self.seed, STREAM, epoch])
        return self.to_inputs(augmented(self.raw, self.augmentation, self.image_shape, rng, self.unit))

    def seeded(self, seed: int) -> Augmenter:
        """What does the same to the same examples in a run with another seed."""
        return Augmenter(self.raw, self.augmentation, self.image_shape, self.unit, self.to_inputs, seed)


def _pictures(x: Floats, shape: Shape, cos: Floats, sin: Floats, move: Floats) -> Floats:
    """Pictures (n, m) turned and moved (2, m); `cos` and `sin` (m,) of the angle are divided by the factor."""
    height, width = shape
    row, column = np.divmod(np.arange(height * width), width)
    middle, centre = (height - 1) / 2, (width - 1) / 2
    # each pixel asks where it came from: seen from the middle, the inverse of scaling, turning and moving
    right, up = (column - centre)[:, None] - move[0], (middle - row)[:, None] - move[1]
    return _sampled(x, shape, middle - (cos * up - sin * right), centre + (cos * right + sin * up))


def _sampled(x: Floats, shape: Shape, row: Floats, column: Floats) -> Floats:
    """The pictures x (n, m) read between their pixels at places (n, m), each column of places in its own picture."""
    (height, width), m = shape, x.shape[1]
    bordered = np.zeros((height + 2, width + 2, m))  # zeros all round stand for everything outside
    bordered[1:-1, 1:-1] = x.reshape(height, width, m)
    row, column = np.clip(row + 1, 0, height + 1), np.clip(column + 1, 0, width + 1)
    top, left = np.minimum(row.astype(np.int64), height), np.minimum(column.astype(np.int64), width)
    down, along = row - top, column - left
    first = (top * (width + 2) + left) * m + np.arange(m)
    below = first + (width + 2) * m
    flat = bordered.ravel()
    upper, lower = flat.take(first), flat.take(below)
    upper += along * (flat.take(first + m) - upper)
    lower += along * (flat.take(below + m) - lower)
    result: Floats = upper + down * (lower - upper)
    return result


def _squares(side: int, shape: Shape, m: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Masks (n, m) of a square anywhere inside each of m pictures, clipped to the picture's own size."""
    covered = []
    for length in shape:
        side_here = min(side, length)
        start = rng.integers(0, length - side_here + 1, m)
        at = np.arange(length)[:, None]
        covered.append((at >= start) & (at < start + side_here))
    rows, columns = covered
    return (rows[:, None] & columns[None]).reshape(-1, m)
