"""The loss over two weights of the network as it stands, any two, and where it is least within a circle or a diamond.

That is why L1 gives exact zeros and L2 does not (Tibshirani 1996, fig. 2): the diamond has corners on the axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Array, Values
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.engine.prediction import FoldedLayer
    from hyperscope.lab.probes.subject import Subject

SIDE = 25  # values of each weight
EXAMPLES = 200  # training examples at most
FLAT = 1e-6  # of the cost, up to which differences are rounding
FINE = 161  # values along each side where a lowest place is looked for

Place = tuple[int, int, int]  # layer from 0, the output's last; unit from 0; input of that unit from 0


@dataclass(frozen=True, slots=True)
class TwoWeights:
    """Which two; places that the network does not have mean its first weights."""

    first: Place = (0, 0, 0)
    second: Place = (0, 0, 1)


@dataclass(frozen=True, eq=False)
class Contours:
    """`cost` (side, side) in nats over the first weight along columns and the second along rows, lowest first, each
    from −`half` to `half`, all others as they are; `now` (2,) is where the network stands.
    """

    first: Place
    second: Place
    names: tuple[str, str]
    cost: Values
    half: float
    now: Values

    @cached_property
    def _fine(self) -> tuple[Array, Array]:
        """Places (k, 2) of a finer grid, and the cost (k,) there."""
        along = np.linspace(-self.half, self.half, FINE)
        u, v = np.meshgrid(along, along)
        places = np.stack([u.ravel(), v.ravel()], axis=1)
        return places, self.at(places)

    def at(self, places: Array) -> Array:
        """The cost (k,) at places (k, 2) within the square, bilinearly."""
        side = len(self.cost)
        at = np.clip((places / self.half + 1) / 2 * (side - 1), 0, side - 1.000001)
        left, low = at[:, 0].astype(int), at[:, 1].astype(int)
        u, v = at[:, 0] - left, at[:, 1] - low
        below = (1 - u) * self.cost[low, left] + u * self.cost[low, left + 1]
        above = (1 - u) * self.cost[low + 1, left] + u * self.cost[low + 1, left + 1]
        found: Array = (1 - v) * below + v * above
        return found

    @property
    def flat(self) -> bool:
        """Whether the cost is the same everywhere, to rounding: what these weights feed does nothing."""
        return not np.isfinite(self.cost).any() or float(np.ptp(self.cost)) <= FLAT * float(np.abs(self.cost).max())

    @property
    def lowest(self) -> tuple[float, float]:
        """The place of the least cost in the square."""
        places, cost = self._fine
        return _least(places, cost)

    def within(self, size: float, shape: str) -> tuple[float, float]:
        """The place of the least cost in the "circle" |w| ≤ `size`, or the "diamond" |w₁| + |w₂| ≤ `size`."""
        places, cost = self._fine
        length = np.abs(places).sum(axis=1) if shape == "diamond" else np.hypot(places[:, 0], places[:, 1])
        inside = length <= size
        edge = rim(size, shape)
        edge = edge[np.abs(edge).max(axis=1) <= self.half]
        both = np.concatenate([edge, places[inside]])
        return _least(both, np.concatenate([self.at(edge), cost[inside]]))


def rim(size: float, shape: str, count: int = 720) -> Array:
    """Places (count, 2) around a circle or a diamond, the four on the axes exactly there."""
    share = np.arange(count) / count
    if shape == "circle":
        angle = 2 * math.pi * share
        found = size * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        found[np.abs(found) < 1e-9 * size] = 0.0
        return found
    corner, along = np.divmod(4 * share, 1.0)
    corners = size * np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]], float)
    start = corner.astype(int)
    made: Array = corners[start] * (1 - along)[:, None] + corners[start + 1] * along[:, None]
    return made


def _least(places: Array, cost: Array) -> tuple[float, float]:
    x, y = places[int(np.nanargmin(cost))].tolist()
    return x, y


@Probe
def two_weights(subject: Subject, question: TwoWeights) -> Contours | None:
    """The mean loss of training examples at test time, penalties left out; None where there are none."""
    layout, data = subject.layout, subject.examples
    if data.missing:
        return None
    first = _there(subject, question.first, (0, 0, 0))
    second = _there(subject, question.second, (0, 0, 1))
    if first == second:
        second = _another(subject, first)
    flat = subject.parameters
    at = [_index(subject, place) for place in (first, second)]
    now = flat[at].astype(np.float64)
    far = float(np.nanmax(np.abs(now)))
    # by powers of two, so that the picture stands still while weights move a little
    half = 2.0 ** math.ceil(math.log2(max(1.0, 1.4 * far))) if math.isfinite(far) else 1.0
    count = data.y_train.size
    chosen = np.linspace(0, count - 1, min(EXAMPLES, count)).round().astype(np.int64)
    x, y = data.x_train[:, chosen].astype(subject.dtype), data.y_train[chosen]
    from hyperscope.engine.prediction import folded, losses_of  # not for the window, which knows the record alone

    along = np.linspace(-half, half, SIDE).astype(subject.dtype)
    crowd = np.repeat(flat[None], SIDE, axis=0)
    crowd[:, at[0]] = along
    cost = np.empty((SIDE, SIDE))
    same = min(first[0], second[0])  # layers before it compute what they do for all
    wide = np.tile(y, SIDE)
    with np.errstate(all="ignore"):
        for row, value in enumerate(along):
            crowd[:, at[1]] = value
            a = x
            for number, layer in enumerate(folded(layout, crowd, subject.running)):
                a = _through(layer, a, number < same)
            logits = np.broadcast_to(a, (SIDE, *a.shape[-2:])).swapaxes(0, 1).reshape(a.shape[-2], -1)
            cost[row] = losses_of(layout, logits, wide).reshape(SIDE, -1).mean(axis=1)
    return Contours(first, second, (_name(subject, first), _name(subject, second)), cost, half, now)


def _through(layer: FoldedLayer, a: Array, same: bool) -> Array:
    """What the layers after it get of a layer, (n, m) where all members have the `same` weights and inputs, else
    (K, n, m); batch norm after the activation is folded into their own weights.
    """
    from hyperscope.engine.activations import activations

    weights = layer.weights[0] if same else layer.weights
    found: Array = activations[layer.activation].value(weights[..., :-1] @ a + weights[..., -1:])
    return found


def _shape(subject: Subject, layer: int) -> tuple[int, int]:
    return subject.layout.widths[layer + 1], subject.layout.widths[layer]


def _there(subject: Subject, place: Place, instead: Place) -> Place:
    layer, unit, into = place
    if 0 <= layer < len(subject.layout.names):
        rows, columns = _shape(subject, layer)
        if 0 <= unit < rows and 0 <= into < columns:
            return place
    return instead if instead[2] < subject.layout.widths[0] else (0, min(1, subject.layout.widths[1] - 1), 0)


def _another(subject: Subject, place: Place) -> Place:
    """A neighbour of a weight, in its layer if that has another."""
    layer, unit, into = place
    rows, columns = _shape(subject, layer)
    if columns > 1:
        return layer, unit, (into + 1) % columns
    return (layer, (unit + 1) % rows, into) if rows > 1 else ((layer + 1) % len(subject.layout.names), 0, 0)


def _index(subject: Subject, place: Place) -> int:
    layer, unit, into = place
    block = subject.layout.parameters[f"{subject.layout.names[layer]}.weights"]
    return block.start + unit * block.shape[1] + into


def _name(subject: Subject, place: Place) -> str:
    layer, unit, into = place
    names, data = subject.layout.names, subject.examples
    before = data.feature_names[into] if layer == 0 else f"unit {into + 1}"
    last = layer == len(names) - 1
    of_class = last and subject.layout.widths[-1] == len(data.class_names)
    after = data.class_names[unit] if of_class else f"unit {unit + 1}"
    return f"{'output' if last else f'layer {layer + 1}'}, {before} → {after}"
