"""What the trainer shows of itself: plain frozen records of arrays that cross from its process to the window.

C classes, m examples, n units; planes are (height, width) with row 0 at the lowest y. Panels draw these and
nothing else; probes make them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.metrics import Confused

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class View:
    """What the window chose to look at: the two features that span the plane, or ("", "") for the usual plane.

    `point`, in plane coordinates, or `example`, by number and before any point, is the input that is followed through
    the network; `layer` is the hidden layer, from 0, whose view of the plane is shown, the last if it is negative.
    """

    plane: tuple[str, str] = ("", "")
    point: tuple[float, float] | None = None
    example: int | None = None
    layer: int = -1


@dataclass(frozen=True, slots=True)
class Status:
    """Where training stands. `epoch` counts whole epochs done, `batch` the batches done in the current one."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    batches: int = 1
    steps_per_second: float = 0.0
    playing: bool = False
    train_loss: float = float("nan")  # nats per example, evaluation mode, whole training set
    train_accuracy: float = float("nan")  # 0 to 1
    dev_loss: float = float("nan")
    dev_accuracy: float = float("nan")
    beat: int = 0  # the place on the timeline: training steps tried, which only go up; see `score`
    end: int = 0  # beats recorded; more than `beat` after going back
    moves: tuple[tuple[int, str], ...] = ()  # (beat, caption) of controls moved, e.g. (640, "α 0.03")


@dataclass(frozen=True, slots=True)
class Examples:
    """The data set as drawn: `x` (2, m) in plane coordinates, `y` (m,) class numbers, `part` (m,) 0 train 1 dev 2 test.

    `axes` names the two directions of the plane; `note` says in words how a table was read and how the plane
    lies in it, or "". `pictures` (m, height, width) are bytes, of data sets whose rows are pictures.
    """

    x: Array
    y: Array
    part: Array
    class_names: tuple[str, ...]
    axes: tuple[str, str]
    extent: tuple[float, float, float, float]  # left, right, bottom, top
    feature_names: tuple[str, ...] = ()
    note: str = ""
    training: int = 0  # how many examples are in the training set
    pictures: Array | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """`p` (C, height, width): class probabilities over the plane at test time; `predicted` (m,) of `Examples`."""

    p: Array
    predicted: Array
    extent: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Passing:
    """One input on its way: `values` are the inputs (n,), each hidden layer's outputs, and class probabilities (C,).

    They are () when nothing is looked at. `point` is its place in the plane; `true` and `part` are −1 unless it is an
    `example`; `picture` (height, width) is it as bytes where inputs are pictures.
    """

    values: tuple[Array, ...] = ()
    point: tuple[float, float] | None = None
    example: int | None = None
    true: int = -1
    part: int = -1
    picture: Array | None = None


@dataclass(frozen=True, slots=True)
class Warp:
    """The plane as hidden layer `layer` of `layers` (from 0; −1: there is none) puts it, in two directions.

    `sheet` (2, side, side) is where it puts a grid of places of the plane, row 0 lowest, and `said` (side, side) the
    class predicted there. `x` (2, m') and `predicted` (m',) are those of the examples numbered `at` (m',). The
    directions named by `axes` are its units, if it has one or two, else the first two principal components of the
    examples' values, with `share` (0 to 1) of their variance. `p` (C, height, width) are the output's probabilities
    over `extent`, where the layer is the last and has two units.
    """

    layer: int = -1
    layers: int = 0
    units: int = 0
    sheet: Array = field(default_factory=lambda: np.zeros((2, 0, 0)))
    said: Array = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    x: Array = field(default_factory=lambda: np.zeros((2, 0)))
    at: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    predicted: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    axes: tuple[str, str] = ("", "")
    share: float = 1.0
    extent: tuple[float, float, float, float] = (-1.0, 1.0, -1.0, 1.0)
    p: Array | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """`p` (C, m): class probabilities of `Examples` at test time. `counts` (3, C, C): of train, dev and test, how
    often true class (row) was taken for which (column); `pairs`: the most confused of each part, most frequent first.
    """

    p: Array
    counts: Array
    pairs: tuple[tuple[Confused, ...], ...]


@dataclass(frozen=True, slots=True)
class LayerPicture:
    """One layer of the network picture.

    `pictures` (n, side, side): each unit's output over the plane, or None for layers too wide to draw;
    `weights` (n, n_before) into it, with batch norm folded in nowhere; `biases` (n,); `gamma`, `beta` (n,) or None.
    """

    name: str
    pictures: Array | None
    weights: Array | None
    biases: Array | None = None
    gamma: Array | None = None
    beta: Array | None = None
    caption: str = ""


@dataclass(frozen=True, slots=True)
class NetworkPicture:
    """Inputs, hidden layers and class outputs, in order; the output layer's pictures are class probabilities."""

    layers: tuple[LayerPicture, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Losses and accuracies over training, thinned to at most some thousand points; all (t,) arrays.

    `step` and `epoch` (fractional) say when; `batch_loss` is the mini-batch's own loss averaged since the last point.
    `moves` lists (step, epoch, caption) of every control moved, e.g. (640, 10.0, "α 0.03").
    """

    step: Array
    epoch: Array
    batch_loss: Array
    train_loss: Array
    dev_loss: Array
    train_accuracy: Array
    dev_accuracy: Array
    moves: tuple[tuple[int, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` (bins,) over `edges` (bins + 1,); `deviation` is the standard deviation of what was counted."""

    counts: Array
    edges: Array
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class LayerDistributions:
    """One hidden layer, over the training set in evaluation mode: z = Wa + b, y = γẑ + β (None without BN), a = g(.).

    `saturated` is the share of outputs where the activation's slope is below 5 % of its greatest (for ReLU: zeros).
    `batch_mean`, `batch_variance`, `running_mean`, `running_variance` (n,) are batch norm's, or None.
    """

    name: str
    z: Histogram
    y: Histogram | None
    a: Histogram
    saturated: float
    batch_mean: Array | None = None
    batch_variance: Array | None = None
    running_mean: Array | None = None
    running_variance: Array | None = None


@dataclass(frozen=True, slots=True)
class Distributions:
    """`layers` now, and `rivers[l]` (t, 5): the 5, 25, 50, 75, 95 % quantiles of layer l's activation input over time.

    `epoch` (t,) says when; `moves` as in `Curves`.
    """

    layers: tuple[LayerDistributions, ...]
    epoch: Array
    rivers: tuple[Array, ...]
    moves: tuple[tuple[int, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer to the window: the status, one sentence on what happened if anything did, and the views asked for.

    `structure` changes whenever data or network were rebuilt, so that views know to lay out anew. `views` maps a
    probe's name ("examples", "map", "network", "curves", "distributions",
    "findings") to its record.
    """

    status: Status
    structure: int = 0
    said: str = ""
    alarm: bool = False  # what was said is a divergence or a fault
    halted: bool = False  # training stopped itself since the last snapshot
    views: dict[str, Any] = field(default_factory=dict)
