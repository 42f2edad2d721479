"""A data set as it is drawn: the record that examples become in a plane. It knows no plane, and no network."""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.engine.arrays import Values


@dataclass(frozen=True, slots=True)
class Examples:
    """The data set as drawn: `x` (2, m) in plane coordinates, `y` (m,) class numbers, `part` (m,) 0 train 1 dev 2 test.

    `axes` names the two directions of the plane; `note` says in words how a table was read and how the plane
    lies in it, or ""; `missing` why painted points are not enough to train on yet, or "". `pictures` (m, height,
    width) are bytes, of data sets whose rows are pictures. `columns` are a table's, left out or not; `scaling` holds
    mean μ and standard deviation σ of each feature, where inputs are standardised.
    """

    x: Values
    y: Values
    part: Values
    class_names: tuple[str, ...]
    axes: tuple[str, str]
    extent: tuple[float, float, float, float]  # left, right, bottom, top
    feature_names: tuple[str, ...] = ()
    note: str = ""
    training: int = 0  # how many examples are in the training set
    missing: str = ""
    pictures: Values | None = None
    columns: tuple[str, ...] = ()
    scaling: tuple[tuple[float, float], ...] = ()

    @property
    def scaled(self) -> dict[str, tuple[float, float]]:
        """μ and σ by the feature's name, of those that are standardised."""
        return dict(zip(self.feature_names, self.scaling, strict=False))
