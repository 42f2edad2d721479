"""Early stopping, augmentation and schedules as the trainer joins them to the engine."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.trainer import Trainer
from lab.sessions import moved

NOISY = changed(changed(Experiment(), "data.noise", 0.15), "data.points", 200)
PATIENT = changed(NOISY, "training.patience", 15)


def test_training_stops_when_patience_is_lost_and_goes_back_to_the_best() -> None:
    trainer = Trainer(PATIENT)
    trainer.steps(100_000)
    assert trainer.stopped_early
    assert "Stopped early" in trainer.alarm
    assert trainer.best is not None
    assert trainer.step == trainer.best.step
    assert trainer.scores().dev.loss == pytest.approx(trainer.best.loss)


def test_the_best_is_the_lowest_dev_loss_of_all_epochs_so_far() -> None:
    patient, watched = Trainer(PATIENT), Trainer(NOISY)
    patient.steps(100_000)
    assert patient.best is not None
    losses = []
    while watched.position.epoch < patient.best.epoch + 15:
        watched.finish_epoch()
        losses.append(watched.scores().dev.loss)
    assert min(losses) == pytest.approx(patient.best.loss, abs=1e-12)


def test_training_goes_on_after_an_early_stop_if_told_to() -> None:
    trainer = Trainer(PATIENT)
    trainer.steps(100_000)
    before = trainer.step
    trainer.apply(NOISY)
    assert trainer.steps(50) == 50
    assert trainer.step == before + 50


def test_a_restored_run_stops_early_at_the_same_step() -> None:
    straight, interrupted = Trainer(PATIENT), Trainer(PATIENT)
    straight.steps(100_000)
    interrupted.steps(333)
    other = Trainer(PATIENT)
    other.restore(interrupted.checkpoint())
    other.steps(100_000)
    assert (other.step, other.alarm) == (straight.step, straight.alarm)


def test_patience_does_not_change_the_steps_themselves() -> None:
    with_patience, without = Trainer(changed(NOISY, "training.patience", 1000)), Trainer(NOISY)
    with_patience.steps(97)
    without.steps(97)
    assert with_patience.learner.state.parameters.tobytes() == without.learner.state.parameters.tobytes()


AUGMENTED = changed(changed(Experiment(), "data.augment_rotate", 10.0), "data.augment_jitter", 0.1)


def test_augmented_training_does_not_depend_on_how_steps_are_taken() -> None:
    at_once, in_pieces = Trainer(AUGMENTED), Trainer(AUGMENTED)
    at_once.steps(100)
    for piece in (1, 7, 30, 2, 60):
        in_pieces.steps(piece)
    assert at_once.learner.state.parameters.tobytes() == in_pieces.learner.state.parameters.tobytes()


def test_augmentation_changes_what_is_trained_on_and_nothing_that_is_judged() -> None:
    plain, augmented = Trainer(Experiment()), Trainer(AUGMENTED)
    assert augmented.scores().train.loss == plain.scores().train.loss
    plain.steps(50)
    augmented.steps(50)
    assert augmented.learner.state.parameters.tobytes() != plain.learner.state.parameters.tobytes()
    assert np.array_equal(augmented.examples.x_train, plain.examples.x_train)


def test_an_augmented_run_is_restored_in_the_middle_of_an_epoch() -> None:
    straight, first = Trainer(AUGMENTED), Trainer(AUGMENTED)
    straight.steps(80)
    first.steps(33)
    second = Trainer(AUGMENTED)
    second.restore(first.checkpoint())
    second.steps(47)
    assert second.learner.state.parameters.tobytes() == straight.learner.state.parameters.tobytes()


@pytest.mark.parametrize("schedule", ["exponential", "smooth", "steps", "inverse", "cosine", "cyclic"])
def test_a_schedule_makes_a_run_of_its_own_whatever_the_chunks(schedule: str) -> None:
    experiment = changed(changed(Experiment(), "training.schedule", schedule), "training.warmup", 2.0)
    at_once, in_pieces, constant = Trainer(experiment), Trainer(experiment), Trainer(Experiment())
    at_once.steps(120)
    constant.steps(120)
    for piece in (3, 50, 1, 66):
        in_pieces.steps(piece)
    assert at_once.learner.state.parameters.tobytes() == in_pieces.learner.state.parameters.tobytes()
    assert at_once.learner.state.parameters.tobytes() != constant.learner.state.parameters.tobytes()


def test_moving_a_schedule_keeps_weights_and_moments() -> None:
    trainer = Trainer(Experiment())
    trainer.steps(50)
    before = [vector.tobytes() for vector in trainer.learner.state.vectors]
    said = trainer.apply(changed(Experiment(), "training.schedule", "cosine"))
    assert [vector.tobytes() for vector in trainer.learner.state.vectors] == before
    assert "kept" in said


def test_a_dev_loss_that_is_no_number_is_not_the_best() -> None:
    trainer = Trainer(moved(("training.patience", 2), ("training.batch_size", 65536)))
    edits = Edit("layer2.gamma", (0,), -1e36), Edit("layer3.weights", (4, 0), 1e19)
    before = [trainer.weights()[edit.name][edit.index] for edit in edits]
    for edit in edits:
        trainer.edit(edit)
    trainer.steps(1)
    assert np.isnan(trainer.scores().dev.loss)
    for edit, value in zip(edits, before, strict=True):
        trainer.edit(edit.at(float(value)))
    trainer.steps(1)
    assert trainer.best is not None
    assert trainer.best.step == 2
