"""The gallery: every experiment in it trains, is seen while it does, and leaves nothing behind."""

from __future__ import annotations

import time

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.gallery import POINTS, SIDE, Gallery, GalleryPicture
from hyperscope.lab.jobs.job import Job
from hyperscope.lab.training.trainer import Trainer
from lab.tasks import run_here
from patience import SECONDS

WORKS = Experiment(data=Data(source="blobs", points=200), seed=3)
BREAKS = Experiment(
    network=Network(layers=(Layer(8, "linear"),) * 3), training=Training(optimiser="sgd", learning_rate=10.0)
)
EPOCHS = 5


@pytest.fixture(scope="module")
def seen() -> dict[int, list[GalleryPicture]]:
    """Every picture, by experiment."""
    found: dict[int, list[GalleryPicture]] = {0: [], 1: []}
    for record in run_here(Gallery((WORKS, BREAKS), EPOCHS))[0]:
        found[record.key].append(record.value)
    return found


def test_every_experiment_is_seen_before_it_has_trained(seen):
    assert [shown[0].said.split(" · ")[0] for shown in seen.values()] == ["epoch 0", "epoch 0"]


def test_one_that_works_is_seen_to_learn(seen):
    assert seen[0][-1].said == "epoch 5 · dev 100 %"


def test_one_that_breaks_says_so_and_stops_nobody(seen):
    assert seen[1][-1].said.startswith("diverged")


def test_a_picture_is_the_map_the_experiment_itself_has_after_as_many_epochs(seen):
    trainer = Trainer(WORKS)
    while trainer.position.epoch < EPOCHS:
        trainer.finish_epoch()
    last = seen[0][-1]
    left, right, bottom, top = trainer.examples.plane.extent
    centres = (np.arange(SIDE) + 0.5) / SIDE
    across, up = np.meshgrid(left + centres * (right - left), bottom + centres * (top - bottom))
    inputs = trainer.examples.model_units(trainer.examples.plane.lift(np.stack([across.ravel(), up.ravel()])))
    p = trainer.layout.probabilities(trainer.predictor.logits(trainer.folded(), inputs.astype(np.float32)))
    # it may have gone some steps into the next epoch
    assert (p.argmax(0) == last.p.reshape(len(last.p), -1).argmax(0)).mean() > 0.97


def test_its_points_lie_in_the_picture(seen):
    shown = seen[0][-1]
    assert shown.x.shape == (2, POINTS) and shown.x.min() >= 0 and shown.x.max() <= 1


def test_a_process_of_its_own_shows_the_newest_of_each() -> None:
    job = Job(Gallery((WORKS, WORKS), EPOCHS))
    try:
        deadline = time.monotonic() + SECONDS
        while not job.over:
            assert time.monotonic() < deadline, "the gallery did not come to its end"
            job.wait(0.5)
            job.take()
        assert [picture.said for picture in job.records] == ["epoch 5 · dev 100 %"] * 2
    finally:
        job.close()
