"""Probes of the map's other faces: one input on its way through the network, the plane as a layer sees it, answers.

Like all probes they look at test time and change nothing; what is remembered here only holds pictures steady.
"""

from __future__ import annotations

import re

import numpy as np

from hyperscope.engine.arrays import Array
from hyperscope.engine.metrics import confusion, most_confused
from hyperscope.engine.parameters import MANY
from hyperscope.engine.plane import Extent
from hyperscope.engine.warping import Outlook, outlook
from hyperscope.lab.examples.examples import ExampleSet
from hyperscope.lab.probes.probes import plane, probes
from hyperscope.lab.probes.snapshot import Answers, Passing, View, Warp
from hyperscope.lab.training.trainer import Trainer

SHEET, COARSE_SHEET = 73, 37  # places along each side of the warped plane; coarse for many parameters
REGIONS = 72  # cells along the side of the softmax's regions behind it
MOST = 1200  # examples that are shown warped
PAIRS = 6  # of classes, the most confused
PARTS = 3


class _Inputs:
    """The model inputs of all examples, in their own order; they change only with the data."""

    def __init__(self) -> None:
        self._kept: tuple[ExampleSet, object, Array] | None = None

    def __call__(self, trainer: Trainer) -> Array:
        data, dtype = trainer.examples, trainer.learner.dtype
        if self._kept is None or self._kept[0] is not data or self._kept[1] != dtype:
            self._kept = (data, dtype, data.model_units(data.raw).astype(dtype))
        return self._kept[2]


class _Outlooks:
    """The last look at each layer, so that the next lies as it did; another network or plane begins anew."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._last: dict[int, Outlook] = {}

    def __call__(self, trainer: Trainer, view: View, layer: int, a: Array) -> Outlook:
        of = (trainer.examples, trainer.structure, view.plane)
        if len(self._of) != len(of) or self._of[0] is not of[0] or self._of[1:] != of[1:]:
            self._of, self._last = of, {}
        last = self._last.get(layer)
        self._last[layer] = found = outlook(a, last if last is not None and len(last.mean) == len(a) else None)
        return found


class _Sheets:
    """The model inputs at the warped plane's places; they change only with the data or the plane."""

    def __init__(self) -> None:
        self._kept: tuple[ExampleSet, object, Array] | None = None

    def __call__(self, trainer: Trainer, view: View, side: int) -> Array:
        data, key = trainer.examples, (view.plane, trainer.learner.dtype, side)
        if self._kept is None or self._kept[0] is not data or self._kept[1] != key:
            looked_at = plane(trainer, view)
            left, right, bottom, top = looked_at.extent
            across, up = np.meshgrid(np.linspace(left, right, side), np.linspace(bottom, top, side))
            lifted = looked_at.lift(np.stack([across.ravel(), up.ravel()]))
            self._kept = (data, key, data.model_units(lifted).astype(trainer.learner.dtype))
        return self._kept[2]


_inputs = _Inputs()
_sheets = _Sheets()
_outlooks = _Outlooks()


@probes.add("passing")
def passing(trainer: Trainer, view: View) -> Passing:
    """The example or the place of the plane that is looked at, and what every layer makes of it."""
    data, looked_at = trainer.examples, plane(trainer, view)
    example = view.example if view.example is not None and 0 <= view.example < data.y.size else None
    if example is not None:
        raw = data.raw[:, [example]]
        at = looked_at.project(raw)[:, 0]
    elif view.point is not None:
        at = np.array(view.point, np.float64)
        raw = looked_at.lift(at[:, None])
    else:
        return Passing()
    x = data.model_units(raw).astype(trainer.learner.dtype)
    outputs = trainer.predictor.activations(trainer.folded(), x)
    outputs[-1] = np.nan_to_num(trainer.layout.probabilities(outputs[-1]))
    shape = picture_shape(data)
    return Passing(
        values=tuple(values[:, 0].astype(np.float32) for values in (x, *outputs)),
        point=(float(at[0]), float(at[1])),
        example=example,
        true=int(data.y[example]) if example is not None else -1,
        part=int(data.part[example]) if example is not None else -1,
        picture=_brightness(raw, data.raw, shape)[0] if shape is not None else None,
    )


@probes.add("warp")
def warp(trainer: Trainer, view: View) -> Warp:
    """The plane and the examples as one hidden layer puts them, in two of its units or principal components."""
    layers = len(trainer.layout.network.layers)
    if not layers:
        return Warp()
    layer = min(view.layer, layers - 1) if view.layer >= 0 else layers - 1
    data, folded, run = trainer.examples, trainer.folded(), trainer.predictor
    at = np.linspace(0, data.y.size - 1, min(MOST, data.y.size)).round().astype(np.int64)
    of_examples = run.activations(folded, np.ascontiguousarray(_inputs(trainer)[:, at]))
    side = SHEET if trainer.layout.size < MANY else COARSE_SHEET
    of_sheet = run.activations(folded, _sheets(trainer, view, side))
    # an empty plane, on which somebody is about to paint, is looked at as a whole
    look = _outlooks(trainer, view, layer, (of_examples if data.y.size else of_sheet)[layer])
    units = len(of_sheet[layer])
    axes = tuple(f"unit {k + 1}" for k in range(units)) if units <= 2 else ("component 1", "component 2")
    return Warp(
        layer=layer,
        layers=layers,
        units=units,
        sheet=look.seen(of_sheet[layer]).reshape(2, side, side).astype(np.float32),
        said=_classes(trainer, of_sheet[-1]).reshape(side, side),
        x=look.seen(of_examples[layer]).astype(np.float32),
        at=at,
        predicted=_classes(trainer, of_examples[-1]),
        axes=(axes[0], axes[1] if len(axes) > 1 else ""),
        share=look.share,
        extent=look.extent,
        p=_regions(trainer, look.extent) if units == 2 and layer == layers - 1 else None,
    )


@probes.add("answers")
def answers(trainer: Trainer, view: View) -> Answers:
    """What the network says of every example, and which classes it mistakes for which in each part."""
    data = trainer.examples
    logits = trainer.predictor.logits(trainer.folded(), _inputs(trainer))
    p = np.nan_to_num(trainer.layout.probabilities(logits)).astype(np.float32)
    counts, pairs = [], []
    for part in range(PARTS):
        own = data.part == part
        counts.append(confusion(p[:, own], data.y[own]))
        pairs.append(most_confused(counts[-1], PAIRS))
    return Answers(p, np.stack(counts), tuple(pairs))


def pictures(data: ExampleSet) -> Array | None:
    """(m, height, width) bytes from 0 to 255, of examples that are pictures; None of others."""
    shape = picture_shape(data)
    return _brightness(data.raw, data.raw, shape) if shape is not None else None


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


def _brightness(raw: Array, of_all: Array, shape: tuple[int, int]) -> Array:
    """(m, height, width) bytes: raw inputs (n, m) on the scale from the least to the greatest of them all."""
    low, high = float(of_all.min()), float(of_all.max())
    level: Array = (raw - low) * (255 / (high - low) if high > low else 0.0)
    return np.asarray(np.rint(level.clip(0, 255)).astype(np.uint8).T.reshape(-1, *shape))


def _classes(trainer: Trainer, logits: Array) -> Array:
    found: Array = trainer.layout.probabilities(logits).argmax(axis=0)
    return found


def _regions(trainer: Trainer, extent: Extent) -> Array:
    """Class probabilities (C, side, side) where the last hidden layer's two units have the values of `extent`."""
    left, right, bottom, top = extent
    middles = (np.arange(REGIONS) + 0.5) / REGIONS
    across, up = np.meshgrid(left + middles * (right - left), bottom + middles * (top - bottom))
    values = np.stack([across.ravel(), up.ravel()]).astype(trainer.learner.dtype)
    *_, hidden, output = trainer.folded()
    if hidden.scale is not None and hidden.shift is not None:
        # what is shown has been through the batch norm that is folded into the output's weights
        scale = np.where(hidden.scale == 0, 1, hidden.scale)
        values = (values - hidden.shift[:, None]) / scale[:, None]
    with np.errstate(all="ignore"):
        logits = output.weights[:, :-1] @ values + output.weights[:, -1:]
    return trainer.layout.probabilities(logits).reshape(-1, REGIONS, REGIONS).astype(np.float32)
