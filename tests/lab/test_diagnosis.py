"""The doctor: each check fires on a run made to show it, and says nothing of a healthy one."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections.abc import Callable
from functools import cache

import msgspec
import numpy as np
import pytest

from hyperscope.engine.curvature import SHARES
from hyperscope.engine.metrics import gaps
from hyperscope.engine.outputs import outputs
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.doctor.checks.remedies import against_variance
from hyperscope.lab.doctor.checks.seen import Seen
from hyperscope.lab.doctor.diagnosis import ADVICE, Finding, checks, findings, foremost, verdict
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.training.trainer import Trainer

HEALTHY = 150  # epochs


def trained(experiment: Experiment, epochs: int = 0) -> Trainer:
    trainer = Trainer(experiment)
    while trainer.position.epoch < epochs and not trainer.alarm:
        trainer.finish_epoch()
    return trainer


def found(name: str, trainer: Trainer, best_error: float | None = None) -> Finding | None:
    return next((finding for finding in findings(trainer, best_error) if finding.name == name), None)


def network(layers: int, units: int, activation: str, norm: str = "off", **more: object) -> Network:
    return Network(layers=(Layer(units, activation, norm),) * layers, **more)  # type: ignore[arg-type]


def sgd(rate: float, **more: object) -> Training:
    return Training(optimiser="sgd", learning_rate=rate, **more)  # type: ignore[arg-type]


@cache
def overfitted() -> Trainer:
    """A large network that has learned few noisy points by heart."""
    return trained(Experiment(data=OVERLAPPING, network=network(2, 64, "tanh")), 300)


def rising() -> Trainer:
    """A run whose rate was raised a hundredfold after ten epochs."""
    trainer = trained(Experiment(), 10)
    trainer.apply(Experiment(training=Training(learning_rate=1.0)))
    trainer.steps(20)
    return trainer


def stopped() -> Trainer:
    trainer = Trainer(Experiment(network=network(3, 8, "linear"), training=sgd(10.0)))
    trainer.steps(500)
    assert trainer.alarm
    return trainer


def huge() -> Trainer:
    trainer = Trainer(Experiment())
    trainer.edit(Edit("layer1.weights", (0, 0), 1e6))
    return trainer


def shifted() -> Trainer:
    """A run whose dev set lies to the right of its training set."""
    examples = Trainer(Experiment()).examples
    return Trainer(Experiment(), dataclasses.replace(examples, x_dev=examples.x_dev + np.array([[1.5], [0.0]])))


OVERLAPPING = Data(source="moons", points=200, noise=0.4, dev_share=0.5, test_share=0.05)

# what is wrong, the run that shows it, and how serious it is there
ILL: dict[str, tuple[str, Callable[[], Trainer], str]] = {
    "eight sigmoid layers": (
        "vanishing gradient",
        lambda: trained(Experiment(network=network(8, 8, "sigmoid"))),
        "act",
    ),
    "twelve tanh layers of large weights": (
        "exploding gradient",
        lambda: trained(Experiment(network=network(12, 32, "tanh", initialiser="normal", initial_scale=3.0))),
        "act",
    ),
    "six ReLU layers of large weights": (
        "signal size",
        lambda: trained(Experiment(network=network(6, 8, "relu", initialiser="normal", initial_scale=3.0))),
        "act",
    ),
    "ReLU at too high a rate": (
        "dead units",
        lambda: trained(Experiment(network=network(3, 16, "relu"), training=Training(learning_rate=0.3)), 5),
        "act",
    ),
    "tanh with large weights": (
        "saturated units",
        lambda: trained(Experiment(network=network(3, 8, "tanh", initialiser="normal", initial_scale=10.0))),
        "act",
    ),
    "zero weights": (
        "symmetric units",
        lambda: trained(Experiment(network=network(3, 8, "tanh", initialiser="zero"))),
        "act",
    ),
    "constant weights after training": (
        "symmetric units",
        lambda: trained(Experiment(network=network(3, 8, "tanh", initialiser="constant", initial_scale=0.3)), 5),
        "act",
    ),
    "a tiny rate": ("update size", lambda: trained(Experiment(training=sgd(1e-5)), 2), "act"),
    "a huge rate": ("update size", lambda: trained(Experiment(training=sgd(10.0)), 3), "act"),
    "a rate beyond 2/λ": ("learning rate", lambda: trained(Experiment(training=sgd(5.0))), "act"),
    "batches of one on overlapping classes": (
        "gradient noise",
        lambda: trained(
            Experiment(data=Data(source="moons", noise=0.5), training=Training(batch_size=1, learning_rate=0.01)), 40
        ),
        "look",
    ),
    "all examples at once": (
        "gradient noise",
        lambda: trained(Experiment(training=Training(batch_size=65536)), 3),
        "look",
    ),
    "batch norm over two": (
        "tiny batches",
        lambda: trained(Experiment(network=network(3, 8, "relu", "before"), training=Training(batch_size=2))),
        "act",
    ),
    "wine as it is": ("input scales", lambda: trained(Experiment(data=Data(source="wine"))), "act"),
    "a straight line for a spiral": (
        "bias and variance",
        lambda: trained(Experiment(network=Network(layers=())), 30),
        "act",
    ),
    "a large network for few noisy points": (
        "bias and variance",
        overfitted,
        "act",
    ),
    "a shifted dev set": ("data mismatch", shifted, "act"),
    "sure of few noisy points": (
        "calibration",
        overfitted,
        "act",
    ),
    "zero weights after training": (
        "nothing learned",
        lambda: trained(Experiment(network=network(3, 8, "tanh", initialiser="zero")), 3),
        "act",
    ),
    "three linear layers": (
        "layers without a bend",
        lambda: trained(Experiment(network=network(3, 8, "linear")), 10),
        "act",
    ),
    "Adam at a rate of 1": (
        "rate too high",
        lambda: trained(Experiment(training=Training(learning_rate=1.0)), 10),
        "act",
    ),
    "Adam at a rate of a millionth": (
        "rate too low",
        lambda: trained(Experiment(training=Training(learning_rate=1e-6)), 10),
        "act",
    ),
    "a class of one in twenty": (
        "rare class",
        lambda: trained(next(preset.experiment for preset in presets() if preset.name == "imbalance"), 20),
        "act",
    ),
    "a weight of a million": ("weight size", huge, "act"),
    "a rate raised too far": ("diverging loss", rising, "act"),
    "a run that stopped": ("diverging loss", stopped, "act"),
}
each_illness = pytest.mark.parametrize("illness", ILL)


@cache
def diagnosed(illness: str) -> tuple[Trainer, Finding]:
    name, make, _ = ILL[illness]
    trainer = make()
    finding = found(name, trainer)
    assert finding is not None
    return trainer, finding


@each_illness
def test_each_check_fires_on_a_run_made_to_show_it(illness: str) -> None:
    assert diagnosed(illness)[1].severity == ILL[illness][2]


def test_every_check_has_a_run_that_shows_it() -> None:
    assert {name for name, _, _ in ILL.values()} == set(checks)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_healthy_starting_experiment_is_fine_in_every_respect(seed: int) -> None:
    trainer = trained(Experiment(seed=seed), HEALTHY)
    assert [finding.sentence for finding in findings(trainer) if finding.severity != "fine"] == []


def test_at_the_end_of_a_cosine_where_no_step_is_taken_there_is_still_a_diagnosis() -> None:
    trainer = trained(Experiment(training=Training(schedule="cosine", decay_every=4)), 6)
    size = found("update size", trainer)
    assert size is not None and size.remedy is None


def test_a_fine_finding_has_no_remedy() -> None:
    fine = [finding for finding in findings(Trainer(Experiment())) if finding.severity == "fine"]
    assert all(finding.remedy is None and finding.others == () for finding in fine)


def test_findings_do_not_depend_on_what_was_looked_at_before() -> None:
    slow = changed(Experiment(), "training.learning_rate", 1e-4)
    often, once = Trainer(slow), Trainer(slow)
    for _ in range(3):
        often.steps(20)
        findings(often)
    for _ in range(3):
        once.steps(20)
    told = [[(one.name, one.sentence, str(one.evidence)) for one in findings(each)] for each in (often, once)]
    assert told[0] == told[1]


def test_looking_again_makes_no_other_learner_for_trials() -> None:
    trainer = Trainer(Experiment())
    first = Seen(trainer, 0.0)
    first.ahead(0.1, anew=True)
    trainer.steps(20)
    again = Seen(trainer, 0.0)
    assert again._tries is first._tries and 0.1 in again._tries.anew


def test_the_most_serious_come_first() -> None:
    order = [("act", "look", "fine").index(finding.severity) for finding in findings(diagnosed("zero weights")[0])]
    assert order == sorted(order) and order[0] < order[-1]


@each_illness
def test_findings_can_cross_to_the_window(illness: str) -> None:
    trainer, finding = diagnosed(illness)
    copy = pickle.loads(pickle.dumps(finding))
    assert copy.sentence == finding.sentence
    for here, there in zip((finding.remedy, *finding.others), (copy.remedy, *copy.others), strict=True):
        assert here is there is None or there.change(trainer.experiment) == here.change(trainer.experiment)


@each_illness
def test_a_remedy_changes_the_experiment(illness: str) -> None:
    trainer, finding = diagnosed(illness)
    done = [remedy.change(trainer.experiment) for remedy in (finding.remedy, *finding.others) if remedy is not None]
    assert trainer.experiment not in done


@pytest.mark.parametrize(
    "illness",
    [
        "eight sigmoid layers",
        "twelve tanh layers of large weights",
        "six ReLU layers of large weights",
        "tanh with large weights",
        "zero weights",
        "a rate beyond 2/λ",
        "batch norm over two",
        "wine as it is",
    ],
)
def test_what_shows_at_the_start_is_gone_with_the_remedy(illness: str) -> None:
    trainer, finding = diagnosed(illness)
    assert finding.remedy is not None
    after = found(finding.name, Trainer(finding.remedy.change(trainer.experiment)))
    assert after is None or after.severity == "fine"


def test_dead_units_are_gone_after_training_again_with_the_remedy() -> None:
    trainer, finding = diagnosed("ReLU at too high a rate")
    assert finding.remedy is not None and finding.remedy.restart
    after = found("dead units", trained(finding.remedy.change(trainer.experiment), 5))
    assert after is not None and after.severity != "act"


@pytest.mark.parametrize("illness", ["zero weights", "wine as it is", "ReLU at too high a rate"])
def test_a_diagnosis_changes_nothing(illness: str) -> None:
    trainer, other = ILL[illness][1](), ILL[illness][1]()
    findings(trainer)
    trainer.steps(20)
    other.steps(20)
    state, untouched = trainer.learner.state, other.learner.state
    assert [vector.tobytes() for vector in state.vectors] == [vector.tobytes() for vector in untouched.vectors]


# -- what is said -------------------------------------------------------------------------------------------------


def test_dead_units_are_counted_layer_by_layer() -> None:
    trainer = Trainer(Experiment(network=network(2, 8, "relu")))
    weights = trainer.weights()
    weights["layer1.weights"][:] = np.abs(weights["layer1.weights"]) + 0.1
    weights["layer1.bias"][:] = 20
    weights["layer2.weights"][:] = 0
    weights["layer2.bias"][:] = np.where(np.arange(8) < 5, -1, 1)
    trainer.set_weights(weights)
    finding = found("dead units", trainer)
    assert finding is not None
    assert finding.sentence == "In layer 2, 5 of 8 units are never active on the training set: their gradient is 0."
    assert finding.evidence["dead"] == 5


def test_a_network_without_relu_has_no_dead_units_to_look_for() -> None:
    assert found("dead units", Trainer(Experiment(network=network(2, 8, "tanh")))) is None


def test_adam_is_not_held_against_the_limit_of_gradient_descent() -> None:
    finding = found("learning rate", Trainer(Experiment(training=Training(learning_rate=5.0))))
    assert finding is not None
    assert finding.severity == "fine" and "no limit to its α" in finding.sentence


def test_momentum_is_held_against_its_own_wider_limit() -> None:
    of = {
        name: found("learning rate", Trainer(Experiment(training=Training(optimiser=name, momentum=0.5))))
        for name in ("sgd", "momentum")
    }
    assert of["sgd"] is not None and of["momentum"] is not None
    assert of["momentum"].evidence["limit"] == pytest.approx(1.5 * float(of["sgd"].evidence["limit"]))  # type: ignore[arg-type]


def test_nesterov_is_held_against_its_own_narrower_limit() -> None:
    of = {
        name: found("learning rate", Trainer(Experiment(training=Training(optimiser=name, momentum=0.5))))
        for name in ("sgd", "nesterov")
    }
    assert of["sgd"] is not None and of["nesterov"] is not None
    assert of["nesterov"].evidence["limit"] == pytest.approx(0.75 * float(of["sgd"].evidence["limit"]))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_each_limit_parts_steps_that_settle_from_steps_that_grow(name: str, beta: float) -> None:
    limit = (2 + 2 * beta) * SHARES[name](beta)  # of α, on ½x²

    def end(alpha: float) -> float:
        x, v = 1.0, 0.0
        for _ in range(2000):
            v = (0 if name == "sgd" else beta) * v + x
            x -= alpha * (x + beta * v if name == "nesterov" else v)
        return abs(x)

    assert end(0.98 * limit) < 1e-3 and end(1.02 * limit) > 1e3


def test_a_scheduled_rate_counts_as_it_is_now() -> None:
    warm = found("learning rate", trained(Experiment(training=sgd(5.0, warmup=10.0))))
    assert warm is not None and warm.evidence["rate"] == pytest.approx(5.0 * 1e-4)


def test_the_next_update_is_the_one_the_run_then_takes() -> None:
    trainer = trained(Experiment(), 1)
    finding = found("update size", trainer)
    blocks = trainer.layout.parameters["layer1.weights"]
    now = blocks.of(trainer.learner.state.parameters.astype(np.float64))
    trainer.steps(1)
    step = blocks.of(trainer.learner.state.parameters.astype(np.float64)) - now
    assert finding is not None
    expected = np.linalg.norm(step) / np.linalg.norm(now)
    assert finding.evidence["ratio"][0] == pytest.approx(expected, rel=1e-5)  # type: ignore[index]


def test_an_alarm_is_passed_on_in_its_own_words() -> None:
    trainer, finding = diagnosed("a run that stopped")
    assert finding.sentence == trainer.alarm


def test_bias_is_not_judged_while_the_loss_still_falls() -> None:
    finding = found("bias and variance", trained(Experiment(), 3))
    assert finding is not None
    assert finding.severity == "fine" and "while the loss still falls" in finding.sentence


def test_an_error_that_is_the_best_possible_is_no_bias() -> None:
    trainer = diagnosed("a straight line for a spiral")[0]
    finding = found("bias and variance", trainer, best_error=1 - trainer.scores().train.accuracy)
    assert finding is not None and finding.severity == "fine"


def test_the_best_possible_error_of_the_experiment_is_what_bias_is_held_against() -> None:
    trainer = diagnosed("a straight line for a spiral")[0]
    error = 1 - trainer.scores().train.accuracy
    before = trainer.learner.state.parameters.copy(), trainer.step
    try:
        trainer.apply(changed(trainer.experiment, "best_error", round(error, 3)))
        finding = found("bias and variance", trainer)
        assert finding is not None and "high bias" not in finding.sentence
        assert np.array_equal(trainer.learner.state.parameters, before[0]) and trainer.step == before[1]
    finally:
        trainer.apply(changed(trainer.experiment, "best_error", 0.0))


@pytest.mark.parametrize(
    ("train", "dev", "best", "expected"),
    [
        (0.01, 0.11, 0.0, "high variance"),
        (0.15, 0.16, 0.0, "high bias"),
        (0.15, 0.30, 0.0, "high bias and high variance"),
        (0.005, 0.01, 0.0, "neither"),
        (0.15, 0.16, 0.15, "neither"),
    ],
)
def test_the_courses_examples_get_the_courses_verdicts(train: float, dev: float, best: float, expected: str) -> None:
    assert verdict(gaps(train, 10000, dev, 1000, best)) == expected
    assert expected in ADVICE


def test_high_variance_is_met_by_data_regularisation_or_stopping_early() -> None:
    finding = diagnosed("a large network for few noisy points")[1]
    assert finding.remedy is not None
    captions = [remedy.caption for remedy in (finding.remedy, *finding.others)]
    assert captions == ["400 points", "L2, λ 0.003", "dropout of 20 % in every layer", "early stopping"]


def test_each_remedy_for_high_variance_lowers_the_dev_loss() -> None:
    trainer, finding = diagnosed("a large network for few noisy points")
    assert finding.remedy is not None
    before = trainer.scores().dev.loss
    after = {r.caption: trained(r.change(trainer.experiment), 300).scores().dev.loss for r in finding.others}
    assert {caption: loss for caption, loss in after.items() if loss >= before} == {}


def test_what_is_done_already_is_not_advised_again() -> None:
    layers = (Layer(64, "tanh", dropout=0.1),) * 2
    training = Training(l2=0.1, patience=1000)
    seen = Seen(trained(Experiment(data=OVERLAPPING, network=Network(layers), training=training)), 0.0)
    assert [remedy.caption for remedy in against_variance(seen)] == ["400 points"]


def test_a_gap_that_chance_explains_is_no_variance() -> None:
    """One wrong more among ten is not worth a word."""
    assert verdict(gaps(0.0, 100, 0.1, 10)) == "neither"


# -- thresholds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", checks)
def test_every_threshold_has_a_source_and_acting_is_not_before_looking(name: str) -> None:
    entry = checks[name]
    assert entry.source
    assert entry.act <= entry.look if entry.below else entry.look <= entry.act


@pytest.mark.parametrize("name", checks)
def test_a_value_that_was_not_judged_is_fine(name: str) -> None:
    assert checks[name].severity(math.nan) == "fine"


@pytest.mark.parametrize("name", checks)
def test_severity_turns_at_the_thresholds(name: str) -> None:
    entry = checks[name]
    assert entry.severity(entry.act) == "act"
    assert entry.severity(entry.look) == ("look" if entry.look != entry.act else "act")
    assert entry.severity(entry.look * (1.01 if entry.below else 0.99)) == "fine"


@each_illness
def test_a_finding_holds_the_threshold_that_it_crossed(illness: str) -> None:
    finding = diagnosed(illness)[1]
    entry = checks[finding.name]
    assert finding.threshold == (entry.act if finding.severity == "act" else entry.look)
    assert finding.value <= finding.threshold if entry.below else finding.value >= finding.threshold


# -- it works everywhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["off", "before", "after"])
@pytest.mark.parametrize("layers", [0, 1, 3])
@pytest.mark.parametrize("steps", [0, 1, 40])
def test_any_network_can_be_diagnosed_at_any_time(steps: int, layers: int, norm: str) -> None:
    data = msgspec.structs.replace(Data(), points=40, classes=2)
    trainer = Trainer(Experiment(data=data, network=network(layers, 4, "relu", norm)))
    trainer.steps(steps)
    for finding in findings(trainer):
        assert finding.sentence.endswith(".") and finding.source


@pytest.mark.parametrize("output", outputs)
def test_a_network_of_any_output_can_be_diagnosed(output: str) -> None:
    still = Experiment(network=network(2, 4, "tanh", output=output), training=sgd(1e-6))
    trainer = trained(still, 10)
    assert {"calibration", "bias and variance"} <= {finding.name for finding in findings(trainer)}


def test_batches_of_one_example_can_be_diagnosed() -> None:
    trainer = Trainer(Experiment(network=network(2, 4, "tanh", "before"), training=Training(batch_size=1)))
    trainer.steps(30)
    finding = found("tiny batches", trainer)
    assert finding is not None and finding.severity == "act"


def test_a_cause_is_spoken_of_before_its_effects():
    trainer = trained(Experiment(network=network(2, 8, "tanh", initialiser="zero")), 30)
    assert foremost(findings(trainer)).name == "symmetric units"


def test_of_a_healthy_run_there_is_nothing_to_speak_of():
    assert foremost(findings(trained(Experiment(), 60))) is None


def test_what_is_found_of_confidence_imbalance_and_straight_borders_leads_to_where_it_is_seen() -> None:
    places = {}
    for name, finding in ((one.name, one) for preset in ("imbalance", "linear") for one in findings(_trained(preset))):
        if finding.severity != "fine" and finding.place is not None:
            places[name] = (finding.place.lab, finding.place.view)
    assert places["rare class"] == ("softmax", "confidence")
    assert places["layers without a bend"] == ("softmax", "plane")


LEADS = {
    "eight sigmoid layers": "depth",
    "twelve tanh layers of large weights": "depth",
    "six ReLU layers of large weights": "depth",
    "a shifted dev set": "data",
    "wine as it is": "surface",
    "a huge rate": "surface",
    "a rate beyond 2/λ": "surface",
    "Adam at a rate of 1": "surface",
    "a rate raised too far": "surface",
    "a large network for few noisy points": "bias-and-variance",
}


@pytest.mark.parametrize("illness", LEADS)
def test_what_is_found_leads_to_the_view_that_shows_it(illness: str) -> None:
    place = diagnosed(illness)[1].place
    assert place is not None and (place.lab, place.view) == ("generalise", LEADS[illness])


def test_what_restrains_weights_leads_to_where_that_is_seen() -> None:
    finding = diagnosed("a large network for few noisy points")[1]
    places = {one.caption: one.place for one in (finding.remedy, *finding.others) if one is not None}
    assert {"regularise"} == {place.view for place in places.values() if place is not None}
    assert places["early stopping"] is not None


def _trained(name: str) -> Trainer:
    trainer = Trainer(next(preset.experiment for preset in presets() if preset.name == name))
    for _ in range(20):
        trainer.finish_epoch()
    return trainer
