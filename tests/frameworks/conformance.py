"""The experiments whose code is tried: every optimiser, batch norm's places, activations, initialisers, regularisers,
schedules, outputs, and sessions in which something was moved.

What is compiled before it runs takes a second or two each, so that the frameworks which do so run `COVERING`: fewer
experiments, of which each has several options that none of the others has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from typing import Any

from hyperscope.engine.activations import activations
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.schedules import schedules
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed, turned
from hyperscope.lab.timeline.score import Event, Score
from hyperscope.lab.training.effects import copies_move

STEPS = 200
NEAR = {"float64": 1e-8, "float32": 1e-4}


@dataclass(frozen=True)
class Case:
    """An experiment: what of each hidden layer, the network, training and data is not as usual; and the moves made,
    (tick, path, value), or an edit or None for a restart in the place of the path.
    """

    layer: dict[str, Any] = field(default_factory=dict)
    network: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    moves: tuple[tuple[int, str | Edit | None, Any], ...] = ()
    end: int = STEPS

    @cached_property
    def experiment(self) -> Experiment:
        """Two hidden layers of tanh on 60 points in float64, unless told otherwise."""
        layers = tuple(Layer(**{"units": n, **self.layer}) for n in (6, 5))
        return Experiment(
            data=Data(**{"source": "blobs", "points": 100, "noise": 0.3, **self.data}),
            network=Network(**{"layers": layers, "initialiser": "xavier", **self.network}),
            training=Training(
                **{
                    "optimiser": "sgd",
                    "learning_rate": 0.05,
                    "batch_size": 20,
                    "precision": "float64",
                    **self.training,
                }
            ),
            seed=5,
        )

    def score(self, precision: str = "float64") -> Score:
        """The session."""
        start = last = changed(self.experiment, "training.precision", precision)
        events = []
        for tick, path, value in self.moves:
            if isinstance(path, Edit):
                events.append(Event(tick, last, edit=path))
            elif path is None:
                events.append(Event(tick, last, restart=True))
            else:
                before, last = last, turned(last, path, value)
                events.append(Event(tick, last, live=copies_move(before.data, last.data)))
        return Score(start, tuple(events), self.end)


RATES = {"sgd": 0.1, "adagrad": 0.1}  # for the others 0.01
BEFORE, AFTER = {"batch_norm": "before"}, {"batch_norm": "after"}
ADAM = {"optimiser": "adam", "learning_rate": 0.01}
UNUSUAL = [name for name in reversed(activations) if name != "tanh"]  # of softplus(0) even weights of 0 learn
STARTS = [name for name in initialisers if name != "xavier"]
RATE, L2 = "training.learning_rate", "training.l2"

CASES = {
    **{
        f"optimiser {name}": Case(training={"optimiser": name, "learning_rate": RATES.get(name, 0.01)})
        for name in optimisers
    },
    "adam with other constants": Case(training=ADAM | {"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-3}),
    "adam without bias correction": Case(training=ADAM | {"bias_correction": False, "l2": 0.01}),
    "adamw with decay": Case(training={"optimiser": "adamw", "learning_rate": 0.01, "l2": 0.3}),
    "adamw without bias correction": Case(
        training={"optimiser": "adamw", "learning_rate": 0.01, "l2": 0.1, "bias_correction": False}
    ),
    "rmsprop with other constants": Case(
        training={"optimiser": "rmsprop", "learning_rate": 0.01, "beta2": 0.9, "epsilon": 1e-4}
    ),
    **{
        f"activation {name}": Case({"activation": name}, {"initialiser": start, "initial_scale": 0.2 + at / 20})
        for at, (name, start) in enumerate(zip(activations, initialisers, strict=True))
    },
    **{f"start {name}": Case(network={"initialiser": name, "initial_scale": 0.3}) for name in initialisers},
    **{f"schedule {name}": Case(training={"schedule": name, "decay": 0.7, "decay_every": 7.0}) for name in schedules},
    "schedule with warm-up": Case(training={"schedule": "smooth", "warmup": 5.0}),
    "schedule moved": Case(training={"schedule": "cosine", "decay_every": 100.0}, moves=((40, RATE, 0.2),)),
    **{  # each with an activation, a start and a schedule that are not as usual
        f"output {name}": Case(
            {"activation": activation},
            {"output": name, "initialiser": start, "initial_scale": 0.2 + at / 20},
            {"learning_rate": 0.02, "schedule": schedule, "decay": 0.8, "decay_every": 20.0},
        )
        for at, (name, activation, start, schedule) in enumerate(
            zip(outputs, cycle(UNUSUAL), cycle(STARTS), cycle(schedules), strict=False)
        )
    },
    **{
        f"smoothed {name}": Case(network={"output": name}, training={"label_smoothing": 0.1, "learning_rate": 0.02})
        for name in outputs
    },
    "output with a tree of its own": Case(network={"output": "hierarchical", "tree": "(0 (1 2))"}),
    "batch norm before": Case(BEFORE),
    "batch norm after": Case(AFTER),
    "batch norm on the output": Case(BEFORE, {"bn_output": True}, {"patience": 8}),
    "batch norm without γ and β": Case(BEFORE, {"bn_learned": False}, ADAM | {"l2": 0.01}),
    "batch norm with a last batch of one": Case(BEFORE, training={"batch_size": 59, "patience": 90}),
    "batch norm with jolts": Case(BEFORE, {"bn_jolt": 0.3}),
    "batch norm by adam": Case(AFTER, {"bn_epsilon": 1e-3, "bn_momentum": 0.7}, ADAM | {"patience": 30}),
    "dropout": Case({"dropout": 0.4}),
    "dropout after batch norm and jolts": Case(AFTER | {"dropout": 0.3, "activation": "elu"}, {"bn_jolt": 0.2}),
    "l2": Case(training={"l2": 0.05}),
    "l2 by adam": Case(BEFORE, training=ADAM | {"l2": 0.05}),
    "l1": Case(training={"l1": 0.01}),
    "clipping": Case(training={"clip_norm": 0.1}),
    "clipping with l2": Case(training={"clip_norm": 0.1, "l2": 0.05}),
    "temperature": Case(network={"temperature": 2.5}),
    "balanced classes": Case(training={"class_weights": "balanced"}, data={"imbalance": 0.6}),
    "classes by hand": Case(
        training={"class_weights": "by hand", "weights_by_class": (0.5, 2.0), "label_smoothing": 0.1}
    ),
    "last batch short": Case(BEFORE, training={"batch_size": 25}),
    "last batch dropped": Case(BEFORE, training={"batch_size": 25, "drop_last": True, "schedule": "smooth"}),
    "early stopping": Case(training=ADAM | {"patience": 5, "learning_rate": 0.1}),
    "no hidden layer": Case(network={"layers": ()}),
    "augmented": Case(data={"augment_jitter": 0.1, "augment_rotate": 10.0}),
    "table": Case(training={"batch_size": 30}, data={"source": "iris", "standardise": True}),
    "everything": Case(
        {"dropout": 0.2, "batch_norm": "before", "activation": "gelu"},
        {"temperature": 1.5, "bn_momentum": 0.8, "bn_output": True},
        {
            "optimiser": "adamw",
            "learning_rate": 0.01,
            "l2": 0.1,
            "l1": 0.001,
            "clip_norm": 0.3,
            "label_smoothing": 0.1,
            "schedule": "cosine",
            "decay_every": 60.0,
            "warmup": 5.0,
        },
    ),
    "moved: rate": Case(training=ADAM, moves=((30, RATE, 0.03), (90, RATE, 0.003))),
    "moved: momentum": Case(
        training={"optimiser": "momentum", "learning_rate": 0.01}, moves=((50, "training.momentum", 0.5),)
    ),
    "moved: ε, L2 and the limit": Case(
        training=ADAM,
        moves=((20, "training.epsilon", 1e-3), (40, L2, 0.1), (60, "training.clip_norm", 0.2), (80, L2, 0.0)),
    ),
    "moved: L1, smoothing and temperature": Case(
        moves=(
            (20, "training.l1", 0.01),
            (40, "training.label_smoothing", 0.2),
            (60, "network.temperature", 2.0),
            (70, "training.l1", 0.0),
        )
    ),
    "moved: mini-batches": Case(BEFORE, training=ADAM, moves=((31, "training.batch_size", 30),)),
    "moved: another optimiser": Case(
        training={"schedule": "smooth"} | ADAM, moves=((31, "training.optimiser", "nesterov"),), end=231
    ),
    "moved: another activation": Case(
        BEFORE | {"dropout": 0.2},
        training=ADAM | {"patience": 90},
        moves=((31, "network.layers.*.activation", "relu"), (40, RATE, 0.02)),
        end=231,
    ),
    **{
        f"moved: the output, {name}": Case(
            training={"optimiser": name, "learning_rate": RATES.get(name, 0.01)},
            moves=((31, "network.output", "one-vs-all"),),
            end=231,
        )
        for name in ("momentum", "adagrad", "rmsprop", "adamw")
    },
    "moved: Adam's β": Case(training=ADAM, moves=((5, "training.beta2", 0.9),), end=205),
    "moved: layers": Case(BEFORE, training=ADAM, moves=((31, "network.layers.0.units", 9),), end=231),
    "moved: batch norm": Case(training=ADAM, moves=((31, "network.layers.*.batch_norm", "before"),), end=231),
    "moved: augmentation": Case(
        training=ADAM, data={"augment_jitter": 0.1}, moves=((31, "data.augment_rotate", 20.0),), end=231
    ),
    "moved by hand": Case(
        training={"optimiser": "momentum", "learning_rate": 0.01},
        moves=((31, Edit("layer2.weights", (0, 2), 0.5), None),),
        end=231,
    ),
    "restarted": Case(training=ADAM, moves=((31, RATE, 0.03), (40, None, None)), end=240),
}

COVERING = (
    *(name for name in CASES if name.startswith(("optimiser ", "output "))),
    *("adam without bias correction", "adamw with decay", "adam with other constants", "smoothed hierarchical"),
    *("batch norm before", "batch norm on the output", "batch norm without γ and β", "batch norm by adam"),
    *("batch norm with a last batch of one", "dropout after batch norm and jolts", "early stopping", "everything"),
    *("l2 by adam", "clipping with l2", "balanced classes", "classes by hand"),
    *("last batch dropped", "no hidden layer", "augmented", "schedule with warm-up"),
    *("moved: rate", "moved: momentum", "moved: ε, L2 and the limit", "moved: L1, smoothing and temperature"),
    *("moved: mini-batches", "moved: layers", "moved: another activation", "moved: Adam's β"),
    *("moved: the output, momentum", "moved: the output, adagrad", "moved: the output, rmsprop"),
    *("moved: the output, adamw", "moved by hand"),
)
IN_FLOAT32 = ("optimiser adam", "adamw with decay", "batch norm before")
