"""Augmented copies as they are looked at are those that are trained on."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.copies import MOST, PICTURES, copies
from hyperscope.lab.training.trainer import Trainer

USUAL = ("", "")
POINTS = Experiment(
    data=Data(source="moons", classes=2, points=400, augment_jitter=0.1, augment_rotate=20.0),
    network=Network(layers=(Layer(4),)),
)
DIGITS = Experiment(data=Data(source="digits", augment_rotate=15.0, augment_cut=2), network=Network(layers=(Layer(4),)))


def test_points_are_drawn_with_the_copies_of_the_present_epoch():
    trainer = Trainer(POINTS)
    before = copies(trainer, USUAL)
    assert before.x.shape == before.copied.shape == (2, MOST) and not before.idle and before.moved > 0.05
    trainer.finish_epoch()
    after = copies(trainer, USUAL)
    assert (before.epoch, after.epoch) == (0, 1) and not np.array_equal(before.copied, after.copied)
    assert np.array_equal(before.x, after.x)
    some = np.linspace(0, trainer.training_examples - 1, MOST).round().astype(int)
    assert np.array_equal(trainer.augmenter.inputs(1)[:, some], after.copied)


def test_pictures_are_drawn_as_pictures():
    trainer = Trainer(DIGITS)
    found = copies(trainer, USUAL)
    assert found.pictures.shape == found.copied_pictures.shape == (PICTURES, 8, 8)
    some = np.linspace(0, trainer.training_examples - 1, PICTURES).round().astype(int)
    inputs = trainer.examples.model_units(found.copied_pictures.reshape(PICTURES, -1).T)
    assert inputs == pytest.approx(trainer.augmenter.inputs(0)[:, some])


def test_without_augmentation_copies_are_their_originals():
    found = copies(Trainer(Experiment(data=Data(points=60))), USUAL)
    assert found.idle and np.array_equal(found.x, found.copied) and found.moved == 0
