"""Where in the plane probes look: the question that names it, and the model inputs at its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hyperscope.engine.arrays import Array
    from hyperscope.engine.plane import Plane
    from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True)
class InPlane:
    """The two features that span the plane; those that the data does not have, as ("", ""), mean the usual plane."""

    plane: tuple[str, str] = ("", "")


def plane(subject: Subject, features: tuple[str, str] = ("", "")) -> Plane:
    """The plane of these features in a subject's data."""
    across, up = features
    if across in subject.examples.feature_names and up in subject.examples.feature_names and across != up:
        from hyperscope.lab.examples.examples import plane_of

        return plane_of(subject.examples, across, up)
    return subject.examples.plane


def grid(subject: Subject, features: tuple[str, str], side: int) -> Array:
    """Model inputs (n, side²) at the centres of the plane's cells, row by row from the lowest.

    They are kept, as they change only with the data or the plane.
    """
    key = (features, subject.dtype)
    return subject.kept(("grid", side), subject.examples, key, lambda: _grid(subject, features, side))


def _grid(subject: Subject, features: tuple[str, str], side: int) -> Array:
    looked_at = plane(subject, features)
    inputs = subject.examples.model_units(looked_at.lift(centres(looked_at, side)))
    return inputs.astype(subject.dtype)


def centres(looked_at: Plane, side: int) -> NDArray[np.float64]:
    """The middles (2, side²) of the plane's cells, row by row from the lowest."""
    left, right, bottom, top = looked_at.extent
    middles = (np.arange(side) + 0.5) / side
    across, up = np.meshgrid(left + middles * (right - left), bottom + middles * (top - bottom))
    return np.stack([across.ravel(), up.ravel()])


def inputs(subject: Subject) -> Array:
    """The model inputs (n, m) of all examples, in their own order; kept likewise."""
    data, dtype = subject.examples, subject.dtype
    return subject.kept("inputs", data, dtype, lambda: data.model_units(data.raw).astype(dtype))
