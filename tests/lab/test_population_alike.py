"""Any member of any population is what it would be alone, to rounding, whatever is done to it on the way.

How much rounding may come to is measured: a second run alone starts from weights that differ in their last bits.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hyperscope.engine.arrays import Array
from hyperscope.engine.settings import Network, Training
from hyperscope.knob import knobs
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.history import RIVERS
from hyperscope.lab.training.in_training import InTraining
from hyperscope.lab.training.population import Population
from hyperscope.lab.training.trainer import Trainer
from lab.strategies import allowed, runnable

LAST_BITS = 1e-15
LEAST = 0.01  # as if weights were at least so large: sums that are 0 on paper come to some 1e-17, rules divide by them
GROWTH = 1e4  # times what the last bits come to by themselves
OWN = ("learning_rate", "l2", "l1", "clip_norm", "schedule", "decay", "beta1", "beta2", "momentum", "warmup")
CHANGES = {
    "training": (Training, tuple(name for name in knobs(Training) if name != "precision")),
    "network": (Network, ("initial_scale", "bn_momentum", "bn_output", "output", "temperature")),
    "data": (Data, ("noise", "seed", "augment_jitter")),
}
Deed = tuple[str, Any]  # to take steps, to change a setting (path, value), or to restart


@st.composite
def siblings(draw: st.DrawFn) -> list[Experiment]:
    """Experiments that may be stacked: of one structure, with rates, constants, data and seeds of their own."""
    drawn = draw(runnable())
    training = msgspec.structs.replace(
        drawn.training,
        precision="float64",
        batch_size=max(8, drawn.training.batch_size),
        patience=draw(st.sampled_from([0, 0, 1, 3])),
    )
    first = msgspec.structs.replace(drawn, training=training)
    members = [first]
    for _ in range(draw(st.integers(1, 3))):
        own = {name: draw(allowed(knobs(Training)[name])) for name in draw(st.sets(st.sampled_from(OWN), max_size=3))}
        if draw(st.booleans()):
            own["learning_rate"] = 10.0  # so that some diverge
        members.append(
            msgspec.structs.replace(
                first,
                training=msgspec.structs.replace(first.training, **own),
                data=msgspec.structs.replace(first.data, seed=draw(st.integers(0, 1))),
                seed=draw(st.integers(0, 99)),
            )
        )
    return members


@st.composite
def deeds(draw: st.DrawFn) -> list[Deed]:
    """What is done: steps by all, and between them something to one."""
    done: list[Deed] = [("steps", draw(st.integers(1, 15)))]
    for _ in range(draw(st.integers(0, 2))):
        group = draw(st.sampled_from([*CHANGES, "training", "restart"]))
        if group == "restart":
            done.append(("restart", None))
        else:
            kind, names = CHANGES[group]
            name = draw(st.sampled_from(names))
            done.append(("change", (f"{group}.{name}", draw(allowed(knobs(kind)[name])))))
        done.append(("steps", draw(st.integers(1, 15))))
    return done


def together(members: list[Experiment], done: list[Deed], picked: int) -> Population:
    """All of them at once, things done to the one that is picked."""
    population = Population(members)
    for kind, what in done:
        if kind == "steps":
            population.steps(what)
        elif kind == "restart":
            population.alone(picked).restart()
        else:
            population.apply(picked, changed(population.member(picked).experiment, *what))
    return population


def alone(experiment: Experiment, done: list[Deed], apart: float = 0.0) -> Trainer:
    """One of them by itself, from weights that are off by so much."""
    trainer = Trainer(experiment)
    shift(trainer, apart)
    for kind, what in done:
        if kind == "steps":
            trainer.steps(what)
        elif kind == "restart":
            trainer.restart()
            shift(trainer, apart)
        else:
            structure = trainer.structure
            trainer.apply(changed(trainer.experiment, *what))
            if trainer.structure > structure:
                shift(trainer, apart)
    return trainer


def shift(trainer: Trainer, apart: float) -> None:
    weights = trainer.learner.state.parameters
    signs = np.random.default_rng(0).choice([-1, 1], weights.size)
    weights += apart * signs * (np.abs(weights) + LEAST)


def numbers(run: InTraining[Any]) -> dict[str, Array]:
    """All that a run comes to: weights, memory, statistics, curves, scores, what it would go back to."""
    kept, scores = run.checkpoint(), run.scores()
    parts = [(part.loss, part.accuracy) for part in (scores.train, scores.dev, scores.test)]
    found = {"scores": np.ravel(parts), "rate": np.array([run.last_rate])}
    moments = {"now": kept.moment, "best": kept.best and kept.best.moment, "sound": kept.sound and kept.sound.moment}
    for when, moment in moments.items():
        if moment is not None:
            found |= {f"{when} {number}": vector for number, vector in enumerate(moment.vectors)}
            found |= {f"{when} {name}": np.ravel(value) for name, value in moment.products.items()}
    found |= {f"history {name}": np.ravel(values).astype(float) for name, values in kept.history.items()}
    found["gradient"] = np.zeros(0) if run.gradient is None else run.gradient
    return found


def place(run: InTraining[Any]) -> tuple[Any, ...]:
    """Where a run stands, and what it went through."""
    kept = run.checkpoint()
    best = kept.best and (kept.best.epoch, kept.best.step, kept.best.position)
    sound = kept.sound and (kept.sound.step, kept.sound.position)
    batch = None if kept.last_batch is None else kept.last_batch.tolist()
    return (
        kept.experiment,
        kept.step,
        kept.position,
        kept.marks,
        best,
        sound,
        batch,
        run.stopped_early,
        len(run.history),
    )


def apart(one: Array, other: Array) -> float:
    """The greatest difference, relative to numbers greater than 1; infinite where only one is not a number."""
    if one.shape != other.shape or (np.isnan(one) != np.isnan(other)).any():
        return np.inf
    with np.errstate(all="ignore"):
        gap = np.abs(one - other) / np.maximum(1, np.abs(other))
    return float(np.max(gap[np.isfinite(gap)], initial=0.0))


def differing(run: InTraining[Any], expected: dict[str, Array], spread: dict[str, Array]) -> list[str]:
    """The names of the numbers of `run` that are not those expected, up to what rounding comes to."""
    grown = GROWTH * max(apart(spread[name], expected[name]) for name in expected)
    assume(grown < 1e-3)  # else it is chaos
    rounding = {f"history {name}": 1e-5 for name in RIVERS}  # kept in float32
    found = numbers(run)
    return [name for name in expected if apart(found[name], expected[name]) > rounding.get(name, 1e-9) + grown]


@given(siblings(), deeds(), st.integers(0, 3))
@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_every_member_equals_itself_alone(members: list[Experiment], done: list[Deed], choice: int) -> None:
    picked = choice % len(members)
    population = together(members, done, picked)
    for k, experiment in enumerate(members):
        own = [deed for deed in done if deed[0] == "steps" or k == picked]
        trainer, other = alone(experiment, own), alone(experiment, own, LAST_BITS)
        assume(place(trainer) == place(other))  # else rounding alone decides where it stands
        expected, spread = numbers(trainer), numbers(other)
        for run in (population.member(k), population.trainer(k)):
            assert place(run) == place(trainer)
            assert run.alarm == trainer.alarm
            assert differing(run, expected, spread) == []
