"""Features computed from the two coordinates of points on the plane; each is declared once.

It knows nothing of tables: their columns are features already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyperscope.registry import Registry

Floats = NDArray[np.float64]
Compute = Callable[[Floats, Floats], Floats]  # both coordinates (m,) -> (m,)


@dataclass(frozen=True, slots=True)
class Feature:
    """One input of the network, called `caption` wherever it is shown."""

    caption: str
    compute: Compute


features: Registry[Feature] = Registry("feature")
COORDINATES = ("x1", "x2")  # the features that are the plane's own axes


def feature(name: str, caption: str, compute: Compute) -> None:
    """Declares the feature `name`."""
    features.add(name)(Feature(caption, compute))


feature("x1", "x₁", lambda x1, x2: x1)
feature("x2", "x₂", lambda x1, x2: x2)
feature("x1^2", "x₁²", lambda x1, x2: x1 * x1)
feature("x2^2", "x₂²", lambda x1, x2: x2 * x2)
feature("x1*x2", "x₁·x₂", lambda x1, x2: x1 * x2)
feature("sin x1", "sin x₁", lambda x1, x2: np.sin(x1))
feature("sin x2", "sin x₂", lambda x1, x2: np.sin(x2))


def computed(points: Floats, names: Iterable[str]) -> Floats:
    """The features `names` (n, m), in that order, of points (2, m)."""
    return np.stack([features[name].compute(points[0], points[1]) for name in names])


def captions(names: Iterable[str]) -> tuple[str, ...]:
    """What the features `names` are called where they are shown."""
    return tuple(features[name].caption for name in names)
