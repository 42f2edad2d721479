"""Examples that are pictures: whether they are, and their brightness as bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array

if TYPE_CHECKING:
    from hyperscope.lab.examples.examples import ExampleSet


def pictures(data: ExampleSet) -> Array | None:
    """(m, height, width) bytes from 0 to 255, of examples that are pictures; None of others."""
    shape = picture_shape(data)
    return brightness(data.raw, data.raw, shape) if shape is not None else None


def picture_shape(data: ExampleSet) -> tuple[int, int] | None:
    """Height and width of the pictures that the examples are: as declared, or as columns like pixel_0_7 tell."""
    if data.image_shape is not None:
        return data.image_shape
    found = [re.fullmatch(r"\D*(\d+)\D+(\d+)\D*", name) for name in data.raw_names]
    places = [(int(match[1]), int(match[2])) for match in found if match is not None]
    if len(places) < len(data.raw_names) or len(places) < 9:
        return None
    low = min(places)
    height, width = (max(place[k] for place in places) - low[k] + 1 for k in (0, 1))
    whole = [(row + low[0], column + low[1]) for row in range(height) for column in range(width)]
    return (height, width) if places == whole else None


def brightness(raw: Array, of_all: Array, shape: tuple[int, int]) -> Array:
    """(m, height, width) bytes: raw inputs (n, m) on the scale from the least to the greatest of them all."""
    low, high = float(of_all.min()), float(of_all.max())
    level: Array = (raw - low) * (255 / (high - low) if high > low else 0.0)
    return np.asarray(np.rint(level.clip(0, 255)).astype(np.uint8).T.reshape(-1, *shape))
