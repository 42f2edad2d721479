"""What sessions are made of in tests: things done to a trainer, drawn from the knobs, and what must come back."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from hypothesis import strategies as st

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Value
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from lab.strategies import allowed, runnable

NORMED = Network(layers=(Layer(8, "tanh", "before"), Layer(6, "relu", "after"), Layer(5, "sigmoid")))
START = Experiment(data=Data(points=90), network=NORMED, training=Training(batch_size=16), seed=7)  # 4 steps an epoch
CALM = Experiment(
    data=Data(points=90),
    network=Network(layers=(Layer(8, "linear"),) * 3),
    training=Training(optimiser="sgd", learning_rate=0.01, batch_size=16),
)
RUNAWAY = changed(CALM, "training.learning_rate", 10.0)


def moved(*moves: tuple[str, Value], start: Experiment = START) -> Experiment:
    """The experiment with some knobs set."""
    for path, value in moves:
        start = changed(start, path, value)
    return start


def with_layers(start: Experiment, *layers: Layer) -> Experiment:
    """The experiment with other layers."""
    return msgspec.structs.replace(start, network=msgspec.structs.replace(start.network, layers=layers))


def bits(trainer: Trainer) -> dict[str, Any]:
    """All that a run is made of, to the last bit, read without changing anything."""
    kept = trainer.checkpoint()
    best = kept.best
    return {
        "experiment": kept.experiment,
        "place": (kept.step, kept.position),
        "vectors": [vector.tobytes() for vector in kept.moment.vectors],
        "products": {name: value.tobytes() for name, value in kept.moment.products.items()},
        "history": {name: np.asarray(value).tobytes() for name, value in kept.history.items()},
        "marks": kept.marks,
        "best": best and (best.loss, best.epoch, best.step, [vector.tobytes() for vector in best.moment.vectors]),
    }


def future(trainer: Trainer, steps: int = 40) -> dict[str, Any]:
    """What comes of the run if it goes on, through one divergence if there is one. Takes the steps."""
    trainer.go_on()
    trainer.steps(steps)
    trainer.go_on()
    trainer.steps(steps)
    return bits(trainer)


class Doing:
    """Does one thing after the other through a timeline, as a window would; `seen` has the bits at each place."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.seen = {timeline.place: bits(timeline.trainer)}

    def do(self, draw: st.DrawFn) -> None:
        """Something drawn."""
        experiment = self.timeline.trainer.experiment
        match draw(
            st.sampled_from(["steps", "steps", "epoch", "knob", "knob", "layers", "restart", "edit", "other", "look"])
        ):
            case "steps":
                self.timeline.trainer.go_on()  # as pressing play does
                self.timeline.steps(draw(st.integers(1, 25)))
            case "epoch":
                self.timeline.trainer.go_on()
                self.timeline.finish_epoch()
            case "knob":
                knobs = [(path, knob) for path, knob, _ in every_knob(experiment) if knob.kind != "text"]
                path, knob = draw(st.sampled_from([one for one in knobs if one[0] not in ("data.source", *HEAVY)]))
                self._apply(path, draw(allowed(knob)))
            case "layers":
                layers = experiment.network.layers
                fewer_or_more = [layers[1:], (*layers, Layer(3, "relu", "before")), (Layer(4), *layers[:1])]
                self.timeline.apply(with_layers(experiment, *draw(st.sampled_from(fewer_or_more))))
            case "restart":
                self.timeline.restart()
            case "edit":
                self._edit(draw)
            case "other":
                self.timeline.apply(draw(runnable()))
            case "look":
                self.timeline.trainer.scores()
        self.seen[self.timeline.place] = bits(self.timeline.trainer)

    def _edit(self, draw: st.DrawFn) -> None:
        weights = self.timeline.trainer.weights()
        name = draw(st.sampled_from([name for name in weights if "running" not in name]))
        index = tuple(draw(st.integers(0, size - 1)) for size in weights[name].shape)
        try:
            self.timeline.edit(Edit(name, index, draw(st.floats(-5, 5))))
        except ValueError:
            return  # a tree's classes have no numbers of their own

    def _apply(self, path: str, value: Any) -> None:
        if path.endswith(".units"):
            value = 1 + value % 12
        try:
            self.timeline.apply(changed(self.timeline.trainer.experiment, path, value))
        except ValueError:
            return  # a combination that is refused changes nothing


HEAVY = ("data.points",)  # would make a test slow, not different


@st.composite
def sessions(draw: st.DrawFn) -> Doing:
    """Any session of a few things done."""
    doing = Doing(Timeline(Trainer(draw(runnable())), most=draw(st.integers(1, 6))))
    for _ in range(draw(st.integers(0, 8))):
        doing.do(draw)
    return doing
