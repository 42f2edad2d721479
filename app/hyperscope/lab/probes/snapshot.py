"""What the trainer shows of itself: plain frozen records of arrays that cross from its process to the window.

C classes, m examples, n units; planes are (height, width) with row 0 at the lowest y. Panels draw these and
nothing else; probes make them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hyperscope.engine.metrics import Confused

Array = NDArray[Any]
NONE = np.zeros(0)


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
    switched: int = 0  # goes up whenever a branch is taken up, so that steps do not follow on


@dataclass(frozen=True, slots=True)
class Examples:
    """The data set as drawn: `x` (2, m) in plane coordinates, `y` (m,) class numbers, `part` (m,) 0 train 1 dev 2 test.

    `axes` names the two directions of the plane; `note` says in words how a table was read and how the plane
    lies in it, or ""; `missing` why painted points are not enough to train on yet, or "". `pictures` (m, height,
    width) are bytes, of data sets whose rows are pictures.
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
    missing: str = ""
    pictures: Array | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """`p` (C, height, width): class probabilities over the plane at test time; `predicted` (m,) of `Examples`."""

    p: Array
    predicted: Array
    extent: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """A hidden layer in three numbers, over some training examples in evaluation mode.

    `dead` units answer the same to all of them; `activity` is the mean of |a|; `norm` is ‖W‖, the root of the sum of
    squares of its weights.
    """

    dead: int
    activity: float
    norm: float


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
    `array` is what `engine.named` calls the layer, "" for the inputs; `fixed` says why its numbers cannot be set by
    hand, or "". `summary` is there for hidden layers too wide to draw.
    """

    name: str
    pictures: Array | None
    weights: Array | None
    biases: Array | None = None
    gamma: Array | None = None
    beta: Array | None = None
    caption: str = ""
    array: str = ""
    fixed: str = ""
    summary: LayerSummary | None = None


@dataclass(frozen=True, slots=True)
class NetworkPicture:
    """Inputs, hidden layers and class outputs, in order; the output layer's pictures are class probabilities."""

    layers: tuple[LayerPicture, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Losses and accuracies over training, thinned to at most some thousand points; all (t,) arrays.

    `step` and `epoch` (fractional) say when; `batch_loss` is the mini-batch's own loss averaged since the last point.
    `moves` lists (step, epoch, caption) of every control moved, e.g. (640, 10.0, "α 0.03"). `learning_rate` is what the
    step before the point used, the schedule applied; `gradient_norm` the L2 norm of that step's mini-batch gradient as
    the optimiser took it, so with L2's pull and clipped. Where they were not recorded they are NaN.
    """

    step: Array
    epoch: Array
    batch_loss: Array
    train_loss: Array
    dev_loss: Array
    train_accuracy: Array
    dev_accuracy: Array
    moves: tuple[tuple[int, float, str], ...] = ()
    learning_rate: Array = field(default_factory=lambda: NONE)
    gradient_norm: Array = field(default_factory=lambda: NONE)

    def __post_init__(self) -> None:
        for name in ("learning_rate", "gradient_norm"):
            if getattr(self, name).shape != self.epoch.shape:
                object.__setattr__(self, name, np.full(self.epoch.shape, np.nan))


@dataclass(frozen=True, slots=True)
class Ghost:
    """The curves of another run, drawn with this one's.

    An `earlier` run lies faintly behind; a `branch` is the future that was left behind on the timeline; a `twin` is
    the second network, as strong as the first. `colour` is a class colour's number, None for the role's own.
    """

    name: str
    curves: Curves
    role: Literal["earlier", "branch", "twin"] = "earlier"
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """The loss of several runs alike: its median and how far it reaches, all (t,) arrays over `epoch`."""

    name: str
    epoch: Array
    low: Array
    median: Array
    high: Array


@dataclass(frozen=True, slots=True)
class Histogram:
    """`counts` (bins,) over `edges` (bins + 1,); `deviation` is the standard deviation of what was counted."""

    counts: Array
    edges: Array
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class LayerDistributions:
    """One hidden layer: z = Wa + b, ẑ and y = γẑ + β (None without BN), a = g(.), its weights and their gradient.

    `saturated` is the share of outputs where the activation's slope is below 5 % of its greatest (for ReLU: zeros);
    of its `units`, `dead` gave 0 for all examples, and `stuck` were saturated for more than 95 % of them.
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
    hat: Histogram | None = None
    weights: Histogram | None = None
    gradients: Histogram | None = None
    units: int = 0
    dead: int = 0
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class OutputDistributions:
    """The output layer's weights and their gradient."""

    name: str
    weights: Histogram
    gradients: Histogram


@dataclass(frozen=True, slots=True)
class Distributions:
    """`layers` now, and `rivers[l]` (t, 5): the 5, 25, 50, 75, 95 % quantiles of layer l's activation input over time.

    So are `activation_rivers` of its output; `weight_rivers` and `gradient_rivers` have one more, the output layer's.
    `epoch` (t,) says when; `moves` as in `Curves`. Rivers are always of evaluation mode. What is shown of the layers
    now is of evaluation mode over `examples` of the training set, or, if `training`, as the last mini-batch of
    `examples` passed through: by its own statistics, and with its dropout.
    """

    layers: tuple[LayerDistributions, ...]
    epoch: Array
    rivers: tuple[Array, ...]
    moves: tuple[tuple[int, float, str], ...] = ()
    activation_rivers: tuple[Array, ...] = ()
    weight_rivers: tuple[Array, ...] = ()
    gradient_rivers: tuple[Array, ...] = ()
    output: OutputDistributions | None = None
    training: bool = False
    examples: int = 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where twins answer differently: `strength` (height, width) is half the summed difference of their probabilities,
    0 to 1, and `differs` (height, width) whether the most probable classes differ.

    `plane` is the share of the plane where they differ, `examples` (m,) whether each of A's `Examples` is answered
    differently, or None where the twins have other examples.
    """

    strength: Array
    differs: Array
    extent: tuple[float, float, float, float]
    plane: float
    examples: Array | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer to the window: the status, one sentence on what happened if anything did, and the views asked for.

    `structure` changes whenever data or network were rebuilt, so that views know to lay out anew. `views` maps a
    probe's name ("examples", "map", "network", "curves", "distributions", "distributions in training", "findings",
    "weights", "results") to its record. `painted` changes whenever examples came or went and the network stayed.
    `wanted` holds the same for whoever waits for it, see `Session.want`, and "score", the session so far.
    """

    status: Status
    structure: int = 0
    said: str = ""
    alarm: bool = False  # what was said is a divergence or a fault
    halted: bool = False  # training stopped itself since the last snapshot
    views: dict[str, Any] = field(default_factory=dict)
    painted: int = 0
    wanted: dict[str, Any] = field(default_factory=dict)
    twin: Snapshot | None = None  # B's, while twins train; `said` is why it stands, and "disagreement" is a view of it
