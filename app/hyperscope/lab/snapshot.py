"""What the trainer shows of itself: plain frozen records of arrays that cross from its process to the window.

C classes, m examples, n units; planes are (height, width) with row 0 at the lowest y. Panels draw these and
nothing else; probes make them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class View:
    """What the window chose to look at: the two features that span the plane, or ("", "") for the usual plane."""

    plane: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class BranchMark:
    """A future left behind on the timeline: the same as the present one up to the beat `start`; `end` is its last."""

    key: int
    name: str
    start: int
    end: int


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
    branches: tuple[BranchMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Examples:
    """The data set as drawn: `x` (2, m) in plane coordinates, `y` (m,) class numbers, `part` (m,) 0 train 1 dev 2 test.

    `axes` names the two directions of the plane; `note` says in words how a table was read and how the plane
    lies in it, or "".
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


@dataclass(frozen=True, slots=True)
class Map:
    """`p` (C, height, width): class probabilities over the plane at test time; `predicted` (m,) of `Examples`."""

    p: Array
    predicted: Array
    extent: tuple[float, float, float, float]


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
