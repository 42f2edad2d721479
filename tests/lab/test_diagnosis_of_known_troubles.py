"""The doctor names what is the matter: of every preset, and of experiments made with one known trouble each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import msgspec
import pytest

from hyperscope.engine import curvature
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.doctor.checks.least_error import least_error
from hyperscope.lab.doctor.checks.seen import Seen
from hyperscope.lab.doctor.diagnosis import Finding, findings, foremost
from hyperscope.lab.doctor.findings import findings as as_asked
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.training.population import Population
from hyperscope.lab.training.trainer import Trainer

TOO_HIGH = ("rate too high", "diverging loss", "learning rate")
FINE = (None,)

# what may be spoken of, by preset, after these many epochs
OF_PRESETS: dict[str, tuple[str | None, ...]] = {
    "works-at-once": FINE,
    "rate-too-high": TOO_HIGH,
    "rate-too-low": ("rate too low",),
    "batch-norm-rescues": ("vanishing gradient",),
    "tiny-batches": ("tiny batches",),
    "dead-relus": ("dead units",),
    "overfitting": ("bias and variance", None),
    "regularisation": ("bias and variance", None),
    "zero-weights": ("symmetric units",),
    "linear": ("layers without a bend",),
    "two-relus": ("bias and variance", None),
    "features": FINE,
    "imbalance": ("rare class",),
    "digits": FINE,
    "iris": FINE,
}
EPOCHS = (5, 20, 60)


@pytest.mark.parametrize("name", [preset.name for preset in presets() if preset.place.lab == "playground"])
def test_of_a_preset_the_doctor_names_what_it_shows(name: str) -> None:
    trainer = Trainer(next(preset.experiment for preset in presets() if preset.name == name))
    told = {}
    for epochs in EPOCHS:
        train_to(trainer, epochs)
        found = foremost(findings(trainer))
        told[epochs] = found and found.name
    assert set(told.values()) <= set(OF_PRESETS[name]), told


def train_to(trainer: Trainer, epochs: int) -> None:
    while trainer.position.epoch < epochs and not trainer.alarm:
        trainer.finish_epoch()


# -- experiments with one trouble each ----------------------------------------------------------------------------


def net(layers: int, units: int, activation: str, norm: str = "off", **more: object) -> Network:
    return Network(layers=(Layer(units, activation, norm),) * layers, **more)  # type: ignore[arg-type]


def by(optimiser: str, rate: float, **more: object) -> Training:
    return Training(optimiser=optimiser, learning_rate=rate, **more)  # type: ignore[arg-type]


def edited(value: float, activation: str = "relu") -> Trainer:
    """A run in which one weight was set by hand after ten epochs."""
    trainer = Trainer(Experiment(network=net(3, 8, activation)))
    train_to(trainer, 10)
    trainer.edit(Edit("layer1.weights", (0, 0), value))
    trainer.steps(50)
    return trainer


def raised(rate: float, then: float | None = None) -> Trainer:
    """A run whose rate was raised after ten epochs, and then lowered."""
    trainer = Trainer(Experiment())
    train_to(trainer, 10)
    for one in (rate, then):
        if one is not None:
            trainer.apply(changed(trainer.experiment, "training.learning_rate", one))
            trainer.steps(40)
    return trainer


@dataclass(frozen=True)
class Trouble:
    """A run with a known trouble, what may be spoken of, and words of which the finding has one."""

    run: Experiment | Callable[[], Trainer]
    named: tuple[str | None, ...]
    words: str = ""
    epochs: int = 20


MOONS = Data(source="moons", points=100, noise=0.3, dev_share=0.4, test_share=0.05)
RARE = Data(source="blobs", classes=2, noise=0.4, imbalance=0.9)
TROUBLES: dict[str, Trouble] = {
    "SGD with α 10": Trouble(Experiment(training=by("sgd", 10.0)), TOO_HIGH),
    "SGD with α 3": Trouble(Experiment(training=by("sgd", 3.0)), TOO_HIGH),
    "momentum with α 1": Trouble(Experiment(training=by("momentum", 1.0)), TOO_HIGH),
    "Nesterov with α 1": Trouble(Experiment(training=by("nesterov", 1.0)), TOO_HIGH),
    "RMSProp with α 1": Trouble(Experiment(training=by("rmsprop", 1.0)), TOO_HIGH),
    "Adam with α 3": Trouble(Experiment(training=by("adam", 3.0)), TOO_HIGH),
    "linear layers that explode": Trouble(
        Experiment(network=net(3, 8, "linear"), training=by("sgd", 10.0)), ("diverging loss",), "α 10"
    ),
    "SGD with α 1e-5": Trouble(Experiment(training=by("sgd", 1e-5)), ("rate too low",)),
    "SGD with α 1e-4": Trouble(Experiment(training=by("sgd", 1e-4)), ("rate too low",)),
    "Adam with α 1e-6": Trouble(Experiment(training=by("adam", 1e-6)), ("rate too low",)),
    "momentum with α 1e-5": Trouble(Experiment(training=by("momentum", 1e-5)), ("rate too low",)),
    "a rate raised a thousandfold": Trouble(lambda: raised(10.0), TOO_HIGH),
    "an exploded run that falls again with α 1e-6": Trouble(
        lambda: raised(0.5, 1e-6), ("rate too low", "saturated units", "update size", None)
    ),
    "L2 with αλ above 2 by SGD": Trouble(
        Experiment(training=by("sgd", 5.0, l2=1.0)), ("diverging loss",), "L2 alone makes the weights larger"
    ),
    "L2 with αλ above 2 by AdamW": Trouble(
        Experiment(training=by("adamw", 5.0, l2=1.0)), ("diverging loss",), "L2 alone makes the weights larger"
    ),
    "L2 with αλ above the limit of momentum": Trouble(
        Experiment(training=by("momentum", 8.0, l2=1.0)), ("diverging loss",), "L2 alone makes the weights larger"
    ),
    "a weight of 1e30": Trouble(lambda: edited(1e30), ("diverging loss",), "a weight of 1e+30 is too large"),
    "a weight of -1e25": Trouble(lambda: edited(-1e25), ("diverging loss",), "a weight of 1e+25 is too large"),
    "a weight of 1e30 into tanh": Trouble(lambda: edited(1e30, "tanh"), ("weight size",), "1e+30, in layer 1"),
    "zero weights of ReLU": Trouble(
        Experiment(network=net(2, 8, "relu", initialiser="zero")), ("symmetric units", "dead units")
    ),
    "constant weights": Trouble(
        Experiment(network=net(2, 8, "tanh", initialiser="constant", initial_scale=0.5)), ("symmetric units",)
    ),
    "dead ReLUs by a rate of 1": Trouble(
        Experiment(network=net(3, 16, "relu"), training=by("adam", 1.0)), ("dead units",)
    ),
    "eight sigmoid layers": Trouble(Experiment(network=net(8, 8, "sigmoid")), ("vanishing gradient",), epochs=0),
    "six sigmoid layers of small weights": Trouble(
        Experiment(network=net(6, 8, "sigmoid", initialiser="normal", initial_scale=0.1)),
        ("vanishing gradient",),
        epochs=0,
    ),
    "tanh of large weights": Trouble(
        Experiment(network=net(3, 8, "tanh", initialiser="normal", initial_scale=10.0)), ("saturated units",), epochs=0
    ),
    "one linear layer on circles": Trouble(
        Experiment(data=Data(source="circles"), network=net(1, 8, "linear")), ("layers without a bend",)
    ),
    "five linear layers on xor": Trouble(
        Experiment(data=Data(source="xor"), network=net(5, 8, "linear")), ("layers without a bend",)
    ),
    "a straight line for a spiral": Trouble(
        Experiment(network=Network(layers=())), ("bias and variance",), "high bias"
    ),
    "one unit for a spiral": Trouble(Experiment(network=net(1, 1, "tanh")), ("bias and variance",), "high bias"),
    "two units for a checkerboard": Trouble(
        Experiment(data=Data(source="checkerboard"), network=net(1, 2, "tanh")),
        ("bias and variance", "nothing learned"),
    ),
    "few noisy points by heart": Trouble(
        Experiment(data=MOONS, network=net(2, 64, "tanh")), ("bias and variance",), "high variance", 300
    ),
    "batch norm over two": Trouble(
        Experiment(network=net(3, 8, "relu", "before"), training=Training(batch_size=2)), ("tiny batches",)
    ),
    "batch norm over one": Trouble(
        Experiment(network=net(2, 8, "tanh", "before"), training=Training(batch_size=1)), ("tiny batches",)
    ),
    "wine as it is": Trouble(Experiment(data=Data(source="wine")), ("input scales",), "standard", 1),
    "a rare class": Trouble(
        Experiment(data=RARE, network=net(1, 2, "tanh"), training=by("sgd", 0.01)), ("rare class", "rate too low")
    ),
}


@cache
def shown(trouble: str) -> tuple[Trainer, Finding | None]:
    run = TROUBLES[trouble].run
    if isinstance(run, Experiment):
        trainer = Trainer(run)
        train_to(trainer, TROUBLES[trouble].epochs)
    else:
        trainer = run()
    return trainer, foremost(findings(trainer))


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_known_trouble_is_named(trouble: str) -> None:
    trainer, found = shown(trouble)
    every = {one.name: one.severity for one in findings(trainer) if one.severity != "fine"}
    assert (found and found.name) in TROUBLES[trouble].named, (found, every)
    if TROUBLES[trouble].words:
        assert (
            found is not None and TROUBLES[trouble].words in f"{found.sentence} {found.remedy and found.remedy.caption}"
        )


def test_there_are_thirty_troubles_and_more() -> None:
    assert len(TROUBLES) >= 30


@pytest.mark.parametrize("trouble", ["SGD with α 10", "RMSProp with α 1", "Adam with α 3", "Adam with α 1e-6"])
def test_the_rate_that_is_advised_learns(trouble: str) -> None:
    trainer, found = shown(trouble)
    assert found is not None and found.remedy is not None
    better = Trainer(found.remedy.change(trainer.experiment))
    train_to(better, 40)
    assert better.scores().train.loss < 0.7 * trainer.scores().train.loss


@pytest.mark.parametrize("trouble", [name for name in TROUBLES if name.startswith("L2 with αλ")])
def test_less_l2_is_advised_where_l2_makes_the_weights_grow(trouble: str) -> None:
    _, found = shown(trouble)
    assert found is not None and found.remedy is not None and found.remedy.caption.startswith("L2, λ ")


def test_the_rate_is_not_blamed_for_a_weight_set_by_hand() -> None:
    trainer, _ = shown("a weight of 1e30")
    assert "overshoots" not in trainer.alarm and trainer.alarm.endswith("start from smaller weights.")


def test_l2_adds_its_strength_to_the_curvature() -> None:
    seen = Seen(Trainer(Experiment(training=by("sgd", 0.1, l2=1.0))), 0.0)
    of_the_loss = curvature.curvature_along(seen.layout, seen.parameters, seen.x, seen.y, seen.pulled)
    found = next(one for one in findings(seen.trainer) if one.name == "learning rate")
    assert 0.3 < found.evidence["curvature"] - of_the_loss <= 1.0  # type: ignore[operator]


def test_classes_that_overlap_leave_errors_that_are_no_bias() -> None:
    assert least_error(Data(source="moons", noise=0.4)) > 0.08
    assert least_error(Data(source="moons", noise=0.05)) < 0.02
    assert least_error(Data(source="wine")) == 0.0
    assert least_error(Data(source="moons", noise=0.4, seed=999_999)) > 0.08  # the last seed


def test_a_member_of_a_population_is_diagnosed_as_the_same_network_alone() -> None:
    experiments = [msgspec.structs.replace(Experiment(), training=by("sgd", rate)) for rate in (0.1, 1e-5)]
    population = Population(experiments)
    population.epochs(5)
    named = [[one.name for one in as_asked(population.member(k), None) if one.severity != "fine"] for k in range(2)]
    alone = Trainer(experiments[1])
    train_to(alone, 5)
    assert named[1] == [one.name for one in findings(alone) if one.severity != "fine"]
    assert "rate too low" in named[1] and "rate too low" not in named[0]
