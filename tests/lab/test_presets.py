"""The presets load, train, and show what their sentences promise."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hyperscope.lab.doctor.diagnosis import findings
from hyperscope.lab.experiment.experiment import LISTS, Experiment, changed, every_knob, from_json, knob_at, turned
from hyperscope.lab.experiment.presets import Preset, presets
from hyperscope.lab.training.trainer import Trainer

EVERY = pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)


def named(name: str) -> Experiment:
    return next(preset.experiment for preset in presets() if preset.name == name)


def trained(experiment: Experiment, epochs: int) -> Trainer:
    trainer = Trainer(experiment)
    train_on(trainer, epochs)
    return trainer


def train_on(trainer: Trainer, epochs: int) -> None:
    for _ in range(epochs):
        trainer.finish_epoch()


def remarks(trainer: Trainer) -> set[str]:
    return {finding.name for finding in findings(trainer) if finding.severity != "fine"}


def in_every_layer(experiment: Experiment, field: str, value: str) -> Experiment:
    for number in range(len(experiment.network.layers)):
        experiment = changed(experiment, f"network.layers.{number}.{field}", value)
    return experiment


def test_there_are_a_dozen_and_more_and_no_two_share_a_title_or_an_experiment():
    assert len(presets()) >= 12
    assert len({preset.title for preset in presets()}) == len(presets())
    assert len({(preset.experiment.to_json(), str(preset.place)) for preset in presets()}) == len(presets())


@EVERY
def test_every_value_of_a_preset_is_in_its_range(preset: Preset):
    assert not [path for path, knob, value in every_knob(preset.experiment) if knob.refusal(value)]


@EVERY
def test_a_preset_comes_back_from_the_file_it_is_saved_to(preset: Preset):
    assert from_json(preset.experiment.to_json()) == preset.experiment


@EVERY
def test_a_preset_trains(preset: Preset):
    trainer = Trainer(preset.experiment)
    before = {name: weights.copy() for name, weights in trainer.weights().items()}
    trainer.steps(20)
    assert trainer.step == 20
    assert math.isfinite(trainer.scores().train.loss)
    assert any(not np.array_equal(before[name], weights) for name, weights in trainer.weights().items())


@EVERY
def test_a_preset_says_what_it_shows_in_whole_sentences(preset: Preset):
    assert preset.shows.endswith(".") and len(preset.shows) <= 125


def test_the_one_that_works_at_once_does():
    assert trained(named("works-at-once"), 40).scores().train.accuracy > 0.98


def test_with_the_rate_too_high_nothing_is_learned_that_a_usual_rate_learns():
    assert trained(named("rate-too-high"), 40).scores().train.loss > 1.0


def test_with_the_rate_too_low_the_loss_falls_but_hardly():
    trainer = Trainer(named("rate-too-low"))
    before = trainer.scores().train.loss
    train_on(trainer, 40)
    assert 0.8 * before < trainer.scores().train.loss < before


def test_the_deep_sigmoid_network_learns_only_with_batch_norm():
    without = named("batch-norm-rescues")
    assert trained(without, 60).scores().train.loss > math.log(3) - 0.01
    normed = trained(in_every_layer(without, "batch_norm", "before"), 100)
    assert np.nanmin(normed.history.curves().train_loss) < 0.5


def test_batch_norm_learns_more_from_larger_batches_than_from_tiny_ones():
    tiny = named("tiny-batches")
    larger = changed(tiny, "training.batch_size", 32)
    assert trained(larger, 30).scores().dev.loss < 0.5 * trained(tiny, 30).scores().dev.loss


def test_the_dead_relus_are_dead():
    assert "dead units" in remarks(trained(named("dead-relus"), 20))


def test_a_lower_rate_does_not_wake_the_dead_relus():
    trainer = trained(named("dead-relus"), 20)
    trainer.apply(changed(trainer.experiment, "training.learning_rate", 0.1))
    train_on(trainer, 20)
    assert trainer.scores().train.loss > 1.0


def test_overfitting_ends_with_a_dev_loss_far_above_the_train_loss_and_its_own_lowest():
    trainer = trained(named("overfitting"), 100)
    scores = trainer.scores()
    assert scores.dev.loss > 4 * scores.train.loss
    assert scores.dev.loss > 1.5 * np.nanmin(trainer.history.curves().dev_loss)


def test_l2_and_dropout_keep_the_dev_loss_down():
    free, held = (trained(named(name), 100).scores() for name in ("overfitting", "regularisation"))
    assert held.dev.loss < 0.7 * free.dev.loss


def test_zero_weights_stay_equal_and_learn_nothing():
    assert "symmetric units" in remarks(trained(named("zero-weights"), 20))


def test_linear_layers_cannot_tell_the_circles_apart_and_relus_can():
    straight = named("linear")
    assert trained(straight, 40).scores().train.accuracy < 0.7
    assert trained(in_every_layer(straight, "activation", "relu"), 40).scores().train.accuracy > 0.98


def test_two_relus_leave_the_ring_open_and_a_third_put_in_by_hand_closes_it():
    trainer = trained(named("two-relus"), 40)
    assert trainer.scores().train.accuracy < 0.95
    trainer.apply(changed(trainer.experiment, "network.layers.0.units", 3))
    train_on(trainer, 60)
    assert trainer.scores().train.accuracy > 0.99


def test_squares_alone_tell_the_circles_apart_and_coordinates_do_not():
    squares = named("features")
    assert trained(squares, 40).scores().train.accuracy > 0.98
    assert trained(changed(squares, "data.features", ("x1", "x2")), 40).scores().train.accuracy < 0.7


def test_the_rare_class_is_found_only_with_balanced_weights():
    plain = named("imbalance")
    found = []
    for experiment in (plain, changed(plain, "training.class_weights", "balanced")):
        trainer = trained(experiment, 40)
        rare = trainer.examples.y_train == 1
        found.append(float((trainer.scores().train.predicted[rare] == 1).mean()))
    assert trained(plain, 40).scores().train.accuracy > 0.9
    assert found[0] < 0.3 and found[1] > 0.6


def test_nineteen_digits_of_twenty_are_read_within_a_few_epochs():
    assert trained(named("digits"), 6).scores().dev.accuracy > 0.95


@EVERY
def test_a_task_is_not_done_before_it_is_begun_and_names_knobs(preset: Preset):
    assert not preset.is_done(preset.experiment)
    assert bool(preset.done) <= bool(preset.task)
    for path in preset.done:
        if path not in LISTS:
            knob_at(path.replace("*", "0"))


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("rate-too-high", "training.learning_rate", 0.01),
        ("batch-norm-rescues", "network.layers.*.batch_norm", "before"),
        ("tiny-batches", "training.batch_size", 32),
        ("zero-weights", "network.initialiser", "he"),
        ("linear", "network.layers.*.activation", "relu"),
        ("two-relus", "network.layers.0.units", 3),
        ("features", "data.features", ("x1", "x2")),
        ("imbalance", "training.class_weights", "balanced"),
        ("regularisation", "training.l2", 0.0),
    ],
)
def test_doing_what_a_task_says_is_noticed(name: str, path: str, value: Any):
    preset = next(preset for preset in presets() if preset.name == name)
    with_list = changed(preset.experiment, path, value) if path in LISTS else turned(preset.experiment, path, value)
    assert preset.is_done(with_list)


def test_a_task_of_every_layer_is_not_done_by_one():
    preset = next(preset for preset in presets() if preset.name == "batch-norm-rescues")
    assert not preset.is_done(changed(preset.experiment, "network.layers.0.batch_norm", "before"))
