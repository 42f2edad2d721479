"""One input on its way through the network: an example, or a place of the plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.lab.examples.pictures import brightness, picture_shape
from hyperscope.lab.probes.plane import plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.lab.probes.subject import Subject


@dataclass(frozen=True, slots=True)
class Followed:
    """The input that is looked at: the `example` of this number, else the place `point` of the plane, else none."""

    plane: tuple[str, str] = ("", "")
    point: tuple[float, float] | None = None
    example: int | None = None


@dataclass(frozen=True, slots=True)
class Passing:
    """One input on its way: `values` are the inputs (n,), each hidden layer's outputs, and class probabilities (C,).

    They are () when nothing is looked at. `point` is its place in the plane; `true` and `part` are −1 unless it is an
    `example`; `picture` (height, width) is it as bytes where inputs are pictures.
    """

    values: tuple[Values, ...] = ()
    point: tuple[float, float] | None = None
    example: int | None = None
    true: int = -1
    part: int = -1
    picture: Values | None = None


@Probe
def passing(subject: Subject, question: Followed) -> Passing:
    """The example or the place of the plane that is looked at, and what every layer makes of it."""
    data, looked_at = subject.examples, plane(subject, question.plane)
    example = question.example if question.example is not None and 0 <= question.example < data.y.size else None
    if example is not None:
        raw = data.raw[:, [example]]
        at = looked_at.project(raw)[:, 0]
    elif question.point is not None:
        at = np.array(question.point, np.float64)
        raw = looked_at.lift(at[:, None])
    else:
        return Passing()
    x = data.model_units(raw).astype(subject.dtype)
    outputs = subject.predictor.activations(subject.folded(), x)
    outputs[-1] = np.nan_to_num(subject.layout.probabilities(outputs[-1]))
    shape = picture_shape(data)
    return Passing(
        values=tuple(values[:, 0].astype(np.float32) for values in (x, *outputs)),
        point=(float(at[0]), float(at[1])),
        example=example,
        true=int(data.y[example]) if example is not None else -1,
        part=int(data.part[example]) if example is not None else -1,
        picture=brightness(raw, data.raw, shape)[0] if shape is not None else None,
    )
