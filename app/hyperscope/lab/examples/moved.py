"""Examples that have moved: the same ones elsewhere, turned, scaled, or with other shares of classes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.disturbance import Shift, chosen, divided, shifted_plane, shifted_table
from hyperscope.lab.examples.examples import DEV, TEST, TRAIN, ExampleSet

Kind = Literal["move", "turn", "scale", "shares"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to data: "move" by units of points, pixels, or standard deviations of each input of a table;
    "turn" by degrees; "scale" by a factor; "shares" to that share of the first class, 0 for those there are.
    """

    kind: Kind = "move"
    amount: float = 1.0

    @property
    def idle(self) -> bool:
        """Whether everything stays as it is."""
        return self.amount == (1.0 if self.kind == "scale" else 0.0)


def turns(examples: ExampleSet) -> bool:
    """Whether these can be turned: pictures, and inputs with a plane of their own."""
    return bool(examples.computed) or examples.image_shape is not None or len(examples.raw) == 2


def moved(examples: ExampleSet, change: Change) -> ExampleSet:
    """All examples, training, dev and test set alike, after the change; inputs are scaled as they were before it.

    As many examples as before: of classes that are to be more, some come twice, always the same ones.
    """
    if change.idle:
        return examples
    raw, y = examples.raw.copy(), examples.y.copy()
    if change.kind == "shares":
        _share(raw, y, examples, change.amount)
    else:
        shift = Shift(
            move=change.amount if change.kind == "move" else 0.0,
            rotate=change.amount if change.kind == "turn" else 0.0,
            scale=change.amount if change.kind == "scale" else 1.0,
        )
        if examples.computed or examples.image_shape is not None:
            raw = shifted_plane(raw, shift, examples.image_shape)
        else:
            raw = shifted_table(raw, raw[:, examples.part == TRAIN], shift)
    x = examples.model_units(raw)
    of_x = [np.ascontiguousarray(x[:, examples.part == part]) for part in (TRAIN, DEV, TEST)]
    of_y = [y[examples.part == part] for part in (TRAIN, DEV, TEST)]
    for array in (raw, y, *of_x, *of_y):
        array.setflags(write=False)
    return replace(
        examples,
        raw=raw,
        y=y,
        x_train=of_x[0],
        y_train=of_y[0],
        x_dev=of_x[1],
        y_dev=of_y[1],
        x_test=of_x[2],
        y_test=of_y[2],
    )


def _share(raw: NDArray[np.float64], y: NDArray[np.int64], examples: ExampleSet, share: float) -> None:
    """Gives the first class its share in each part, in place; a part without it, or with nothing else, stays."""
    rng = np.random.default_rng(0)
    for part in (TRAIN, DEV, TEST):
        at = np.flatnonzero(examples.part == part)
        counts = np.bincount(y[at], minlength=len(examples.class_names))
        if counts[0] and counts[1:].any():
            drawn = at[chosen(y[at], divided(len(at), counts, share), rng)]
            raw[:, at], y[at] = raw[:, drawn], y[drawn]
