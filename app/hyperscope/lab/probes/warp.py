"""The plane and the examples as a hidden layer puts them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hyperscope.engine.arrays import Values
from hyperscope.engine.parameters import MANY
from hyperscope.engine.warping import Outlook, outlook
from hyperscope.lab.probes.plane import inputs, plane
from hyperscope.lab.probes.probe import Probe

if TYPE_CHECKING:
    from hyperscope.engine.plane import Extent
    from hyperscope.lab.probes.subject import Subject

SHEET, COARSE_SHEET = 73, 37  # places along each side of the warped plane; coarse for many parameters
REGIONS = 72  # cells along the side of the softmax's regions behind it
MOST = 1200  # examples that are shown warped


@dataclass(frozen=True, slots=True)
class LayerInPlane:
    """A hidden layer, from 0, the last if it is negative, and the plane that is sent up to it.

    `units` of it, from 0, are to be the two axes; None, or units that it has not, for the usual ones.
    """

    plane: tuple[str, str] = ("", "")
    layer: int = -1
    units: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Warp:
    """The plane as hidden layer `layer` of `layers` (from 0; −1: there is none) puts it, in two directions.

    `sheet` (2, side, side) is where it puts a grid of places of the plane, row 0 lowest, and `said` (side, side) the
    class predicted there. `x` (2, m') and `predicted` (m',) are those of the examples numbered `at` (m',). The
    directions named by `axes` are its units, if it has one or two or two were `chosen`, else the first two principal
    components of the examples' values, with `share` (0 to 1) of their variance. `p` (C, height, width) are the
    output's probabilities over `extent`, where the layer is the last and has two units.
    """

    layer: int = -1
    layers: int = 0
    units: int = 0
    sheet: Values = field(default_factory=lambda: np.zeros((2, 0, 0)))
    said: Values = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    x: Values = field(default_factory=lambda: np.zeros((2, 0)))
    at: Values = field(default_factory=lambda: np.zeros(0, np.int64))
    predicted: Values = field(default_factory=lambda: np.zeros(0, np.int64))
    axes: tuple[str, str] = ("", "")
    share: float = 1.0
    extent: tuple[float, float, float, float] = (-1.0, 1.0, -1.0, 1.0)
    p: Values | None = None
    chosen: tuple[int, int] | None = None


@Probe
def warp(subject: Subject, question: LayerInPlane) -> Warp:
    """The plane and the examples as one hidden layer puts them, in two of its units or principal components."""
    layers = len(subject.layout.network.layers)
    if not layers:
        return Warp()
    layer = min(question.layer, layers - 1) if question.layer >= 0 else layers - 1
    data, folded, run = subject.examples, subject.folded(), subject.predictor
    at = np.linspace(0, data.y.size - 1, min(MOST, data.y.size)).round().astype(np.int64)
    of_examples = run.activations(folded, np.ascontiguousarray(inputs(subject)[:, at]))
    side = SHEET if subject.layout.size < MANY else COARSE_SHEET
    of_sheet = run.activations(folded, _places(subject, question.plane, side))
    # an empty plane, on which somebody is about to paint, is looked at as a whole
    units = len(of_sheet[layer])
    chosen = question.units if question.units is not None and _may_be_axes(question.units, units) else None
    look = _outlook(subject, question.plane, layer, (of_examples if data.y.size else of_sheet)[layer], chosen)
    shown = chosen if chosen is not None else tuple(range(units)) if units <= 2 else ()
    axes = tuple(f"unit {k + 1}" for k in shown) or ("component 1", "component 2")
    return Warp(
        layer=layer,
        layers=layers,
        units=units,
        sheet=look.seen(of_sheet[layer]).reshape(2, side, side).astype(np.float32),
        said=_classes(subject, of_sheet[-1]).reshape(side, side),
        x=look.seen(of_examples[layer]).astype(np.float32),
        at=at,
        predicted=_classes(subject, of_examples[-1]),
        axes=(axes[0], axes[1] if len(axes) > 1 else ""),
        share=look.share,
        extent=look.extent,
        p=_regions(subject, look.extent) if units == 2 and layer == layers - 1 else None,
        chosen=chosen,
    )


def _may_be_axes(chosen: tuple[int, int], units: int) -> bool:
    """Whether these are two of so many units, of which there is more than one pair."""
    return units > 2 and chosen[0] != chosen[1] and all(0 <= unit < units for unit in chosen)


def _classes(subject: Subject, logits: Values) -> Values:
    found: Values = subject.layout.probabilities(logits).argmax(axis=0)
    return found


def _regions(subject: Subject, extent: Extent) -> Values:
    """Class probabilities (C, side, side) where the last hidden layer's two units have the values of `extent`."""
    left, right, bottom, top = extent
    middles = (np.arange(REGIONS) + 0.5) / REGIONS
    across, up = np.meshgrid(left + middles * (right - left), bottom + middles * (top - bottom))
    values = np.stack([across.ravel(), up.ravel()]).astype(subject.dtype)
    *_, hidden, output = subject.folded()
    if hidden.scale is not None and hidden.shift is not None:
        # what is shown has been through the batch norm that is folded into the output's weights
        scale = np.where(hidden.scale == 0, 1, hidden.scale)
        values = (values - hidden.shift[:, None]) / scale[:, None]
    with np.errstate(all="ignore"):
        logits = output.weights[:, :-1] @ values + output.weights[:, -1:]
    return subject.layout.probabilities(logits).reshape(-1, REGIONS, REGIONS).astype(np.float32)


def _outlook(
    subject: Subject, features: tuple[str, str], layer: int, a: Values, units: tuple[int, int] | None
) -> Outlook:
    """The look at a layer, which lies as the last one did; another network, plane or pair of units begins anew."""
    name, of = ("outlook", layer), (subject.structure, features, units)
    last: Outlook | None = subject.kept.last(name, subject.examples, of)
    found = outlook(a, last if last is not None and len(last.mean) == len(a) else None, units)
    subject.kept.keep(name, subject.examples, of, found)
    return found


def _places(subject: Subject, features: tuple[str, str], side: int) -> Values:
    """The model inputs at the warped plane's places; they change only with the data or the plane."""

    def made() -> Values:
        looked_at = plane(subject, features)
        left, right, bottom, top = looked_at.extent
        across, up = np.meshgrid(np.linspace(left, right, side), np.linspace(bottom, top, side))
        lifted = looked_at.lift(np.stack([across.ravel(), up.ravel()]))
        return subject.examples.model_units(lifted).astype(subject.dtype)

    return subject.kept("sheet", subject.examples, (features, subject.dtype, side), made)
