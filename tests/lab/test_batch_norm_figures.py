"""Every figure of every view of the Batch norm lab against formulas written out here, in float64, by position.

The formulas know the arrays of a network and nothing of the engine. Networks train in float64 for it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.examples.moved import Change, moved
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest, Task
from hyperscope.lab.probes.batch_statistics import OfUnit, batch_statistics
from hyperscope.lab.probes.microscope import Unit, microscope
from hyperscope.lab.sweeps import batch_norm
from hyperscope.lab.sweeps.carried_out import carried_out
from hyperscope.lab.sweeps.moving import MovingData
from hyperscope.lab.sweeps.shifting import STEPS, ThreeNetworks, findings
from hyperscope.lab.sweeps.sweep import Plan, sweeps
from hyperscope.lab.training.trainer import Trainer

FAR = 1e-6  # relative
POSITIONS = {
    "before": Network(layers=(Layer(5, "tanh", "before"), Layer(4, "sigmoid", "before"))),
    "after": Network(layers=(Layer(5, "tanh", "after"), Layer(4, "sigmoid", "after"))),
    "output": Network(layers=(Layer(5, "tanh"), Layer(4, "sigmoid")), bn_output=True),
    "everywhere": Network(layers=(Layer(5, "tanh", "before"), Layer(4, "sigmoid", "after")), bn_output=True),
    "nowhere": Network(layers=(Layer(5, "tanh"), Layer(4, "sigmoid"))),
}
G = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0), "": lambda z: z}


@dataclass
class Looked:
    """A layer written out: z, what is normalised and by which moments, ẑ, γẑ + β, what comes out."""

    z: Any
    normalised: Any
    mean: Any
    variance: Any
    hat: Any
    y: Any
    out: Any


def written_out(trainer: Trainer, x: Any, *, training: bool) -> list[Looked]:
    """Every layer for inputs x (n, m), the last one's `out` being logits."""
    found = {name: values.astype(np.float64) for name, values in trainer.weights().items()}
    network, looked, a = trainer.experiment.network, [], np.asarray(x, np.float64)
    for number, name in enumerate(trainer.layout.names):
        last = number == len(network.layers)
        g = G["" if last else network.layers[number].activation]
        norm = ("before" if network.bn_output else "off") if last else network.layers[number].batch_norm
        bias = found.get(f"{name}.bias")
        z = found[f"{name}.weights"] @ a + (0 if bias is None else bias.reshape(-1, 1))
        values = g(z) if norm == "after" else z
        mean, variance = values.mean(axis=1, keepdims=True), values.var(axis=1, keepdims=True)
        gamma = beta = None
        if norm != "off":
            gamma, beta = (found[f"{name}.{part}"].reshape(-1, 1) for part in ("gamma", "beta"))
            if not training:
                mean, variance = (found[f"{name}.running_{part}"].reshape(-1, 1) for part in ("mean", "variance"))
        hat = (values - mean) / np.sqrt(variance + network.bn_epsilon)
        y = hat if gamma is None else gamma * hat + beta
        out = g(z) if norm == "off" else y if norm == "after" else g(y)
        looked.append(Looked(z, values, mean, variance, hat, y, out))
        a = out
    return looked


def scored(logits: Any, y: Any) -> tuple[float, float]:
    """Mean cross-entropy in nats, and accuracy."""
    shifted = logits - logits.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    return float(-log_p[y, np.arange(len(y))].mean()), float((logits.argmax(axis=0) == y).mean())


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=FAR, atol=1e-9)


def last_of(task: Task[Any, None]) -> Any:
    newest = None
    for news in task.run(deque()):
        if isinstance(news, Record):
            newest = news.value
        elif isinstance(news, Rest):
            break
    return newest


def of_position(name: str) -> Experiment:
    training = Training(optimiser="sgd", learning_rate=0.1, batch_size=16, precision="float64")
    return Experiment(data=Data(points=150), network=POSITIONS[name], training=training, seed=3)


@pytest.fixture(scope="module", params=list(POSITIONS))
def experiment(request) -> Experiment:
    return of_position(request.param)


@pytest.fixture(scope="module")
def trainer(experiment) -> Trainer:
    made = Trainer(experiment)
    made.steps(40)
    return made


@pytest.mark.parametrize("training", [True, False], ids=["mini-batch", "running averages"])
def test_the_microscope_and_its_numbers(trainer, training):
    batch = trainer.last_batch
    for layer, look in enumerate(written_out(trainer, trainer.examples.x_train[:, batch], training=training)):
        by_batch = written_out(trainer, trainer.examples.x_train[:, batch], training=True)[layer]
        for unit in range(len(look.z)):
            shown = microscope(trainer, Unit(layer, unit, training=training))
            if shown.norm == "off":
                close(shown.stages[0], by_batch.z[unit])
                close(shown.stages[2], by_batch.hat[unit])
                continue
            close((shown.mean, shown.variance), (look.mean[unit, 0], look.variance[unit, 0]))
            at = 1 if shown.norm == "after" else 0
            close(shown.stages[at], look.normalised[unit])
            close(shown.stages[at + 1], look.normalised[unit] - look.mean[unit])
            close(shown.stages[at + 2 : at + 4], [look.hat[unit], look.y[unit]])
            if shown.norm == "before" and shown.name != "output":
                close(shown.stages[4], look.out[unit])
            stored = trainer.weights()
            name = shown.name
            close(
                (shown.gamma, shown.beta, shown.running_mean, shown.running_variance),
                [
                    stored[f"{name}.{part}"].ravel()[unit]
                    for part in ("gamma", "beta", "running_mean", "running_variance")
                ],
            )
            if training:
                values = look.normalised[unit]
                close((shown.batch_mean, shown.batch_variance), (values.mean(), values.var()))
                close(shown.alone.batch, look.hat[unit, 0])
                hat, d_y = look.hat[unit], shown.backward.stages[at + 3]
                close((shown.backward.gamma, shown.backward.beta), ((d_y * hat).sum(), d_y.sum()))
                d_hat = shown.gamma * d_y
                root = np.sqrt(shown.variance + shown.epsilon)
                d_in = (d_hat - d_hat.mean() - hat * (d_hat * hat).mean()) / root
                close(shown.backward.stages[at if shown.norm == "after" else 0], d_in)


def test_the_averages_below_the_microscope(trainer):
    n = trainer.training_examples
    for layer in range(len(trainer.layout.names)):
        found = batch_statistics(trainer, OfUnit(layer, 1))
        place = trainer.position.__class__(trainer.position.epoch, 0)
        batches = trainer.order.batches(16, place, len(found.mean))[0]
        values = [
            written_out(trainer, trainer.examples.x_train[:, batch], training=True)[layer].normalised[1]
            for batch in batches
        ]
        close(found.mean, [one.mean() for one in values])
        close(found.variance, [one.var() for one in values])
        mean, variance = 0.0, 1.0
        for at, one in enumerate(values):
            mean = found.momentum * mean + (1 - found.momentum) * one.mean()
            variance = found.momentum * variance + (1 - found.momentum) * one.var(ddof=1)
            close((found.running_mean[at + 1], found.running_variance[at + 1]), (mean, variance))
        whole = written_out(trainer, trainer.examples.x_train, training=True)[layer].normalised[1]
        close((found.whole_mean, found.whole_variance), (whole.mean(), whole.var()))
        assert found.epoch[-1] == pytest.approx(sum(map(len, batches)) / n)


@pytest.mark.parametrize("name", [sweep.name for sweep in (*batch_norm.WHY, *batch_norm.HURTS)])
def test_why_and_hurts(name):
    plan = Plan(sweeps[name], of_position("everywhere"), sweeps[name].values[1:3], 2, 3)
    outcome = carried_out(plan, side=0)
    expected = np.empty((4, *plan.shape))
    for v, s, k in np.ndindex(plan.shape):
        alone = Trainer(plan.network(v, s, k))
        alone.steps(3 * alone.batches_per_epoch)
        data = alone.examples
        parts = ((data.x_train, data.y_train), (data.x_dev, data.y_dev))
        scores = [scored(written_out(alone, x, training=False)[-1].out, y) for x, y in parts]
        expected[:, v, s, k] = [value for pair in scores for value in pair]
    close(outcome.train_loss, expected[0])
    close(outcome.train_accuracy, expected[1])
    close(outcome.dev_loss, expected[2])
    close(outcome.dev_accuracy, expected[3])
    close(outcome.accuracy, np.sort(expected[3], axis=-1)[..., 1])
    best = expected[3].max(axis=-1).max()
    threshold = 0.9 if best >= 0.9 else best - 0.05
    assert outcome.threshold == pytest.approx(threshold)
    np.testing.assert_array_equal(outcome.learns, np.sort(expected[3], axis=-1)[..., 1] >= threshold)


def test_shifting_inputs(experiment):
    task = ThreeNetworks(experiment, rate=0.1, jolt=0.5, epochs=3)
    found = last_of(task)
    for course, one in zip(found.courses, task.experiments, strict=True):
        alone = Trainer(one, rows=160)
        row = len(course.epoch) - 1
        alone.steps(round(course.epoch[row] * alone.batches_per_epoch))
        assert alone.epoch == course.epoch[row]
        data = alone.examples
        looked = written_out(alone, data.x_train[:, alone.looked_at], training=False)
        for layer in range(len(one.network.layers)):
            entering = looked[layer].y if one.network.layers[layer].batch_norm == "before" else looked[layer].z
            ranked = np.sort(entering, axis=None)
            places = [round(share * (entering.size - 1)) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
            close(course.rivers[layer][row], ranked[places])
        logits = written_out(alone, data.x_train, training=False)[-1].out
        close(course.train_loss[row], scored(logits, data.y_train)[0])
        for layer, river in enumerate(course.rivers):
            moves = np.abs(np.diff(river.astype(float), axis=0)).mean(axis=1)
            spread = (river[:-1, 3] - river[:-1, 1]).astype(float)
            close(course.drift[layer], (moves / spread / np.diff(course.epoch)).mean())
        start = Trainer(one)
        batch = start.coming()[0][0]
        x, y = start.examples.x_train[:, batch], start.examples.y_train[batch]
        here = start.parameters.copy()
        gradient = np.zeros_like(here)
        for at in range(len(here)):
            losses = []
            for step in (1e-5, -1e-5):
                start.parameters[...] = here
                start.parameters[at] += step
                losses.append(scored(written_out(start, x, training=True)[-1].out, y)[0])
            gradient[at] = (losses[0] - losses[1]) / 2e-5
        along = []
        for step in STEPS:
            start.parameters[...] = here - step * 0.1 * gradient
            along.append(scored(written_out(start, x, training=True)[-1].out, y)[0])
        close((course.low[0], course.high[0]), (min(along), max(along)))
    shown = findings(found)
    close(shown.change, np.median(found.courses[0].change) / np.median(found.courses[1].change))
    close(shown.drift, np.median(found.courses[1].drift / found.courses[0].drift))


def test_data_that_move(experiment):
    found = last_of(MovingData(experiment, Change("scale", 2.0), 4))
    plain = batch_norm.network(batch_norm.layers(experiment, batch_norm="off"), bn_output=False)
    for way, one in enumerate((plain, batch_norm.layers(plain, batch_norm="before"))):
        alone = Trainer(one)
        alone.steps(2 * alone.batches_per_epoch)
        for trial in found.trials:
            for at, amount in enumerate(trial.amounts):
                data = moved(alone.examples, Change(trial.kind, float(amount)))
                close(
                    trial.accuracy[way, at],
                    scored(written_out(alone, data.x_dev, training=False)[-1].out, data.y_dev)[1],
                )
                if way == 1:  # μ and σ² of the inputs as one mini-batch, layer by layer
                    logits = written_out(alone, data.x_dev, training=True)[-1].out
                    close(trial.accuracy[2, at], scored(logits, data.y_dev)[1])
