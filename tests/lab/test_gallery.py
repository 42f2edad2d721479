"""The gallery: every experiment in it trains, is seen while it does, and leaves nothing behind."""

from __future__ import annotations

import time

import numpy as np
import psutil
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.gallery import POINTS, SIDE, Gallery, GalleryPicture
from hyperscope.lab.training.trainer import Trainer
from patience import SECONDS

WORKS = Experiment(data=Data(source="blobs", points=200), seed=3)
BREAKS = Experiment(
    network=Network(layers=(Layer(8, "linear"),) * 3), training=Training(optimiser="sgd", learning_rate=10.0)
)
EPOCHS = 5


def to_the_end(gallery: Gallery) -> dict[int, list[GalleryPicture]]:
    """Every picture, by experiment, until both have come to rest."""
    found: dict[int, list[GalleryPicture]] = {0: [], 1: []}
    deadline = time.monotonic() + SECONDS
    rest = (f"epoch {EPOCHS} ", "diverged")
    while not all(shown and shown[-1].said.startswith(rest) for shown in found.values()):
        assert time.monotonic() < deadline, "the gallery did not come to its end"
        gallery.wait(0.5)
        for picture in gallery.take():
            found[picture.number].append(picture)
    return found


@pytest.fixture(scope="module")
def seen() -> dict[int, list[GalleryPicture]]:
    gallery = Gallery((WORKS, BREAKS), epochs=EPOCHS)
    try:
        return to_the_end(gallery)
    finally:
        gallery.close()


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


def test_closed_it_leaves_no_process():
    gallery = Gallery((WORKS,), epochs=1_000_000)
    gallery.wait(SECONDS)
    family = psutil.Process().children(recursive=True)
    gallery.close()
    assert [process for process in family if process.is_running() and "spawn_main" in " ".join(process.cmdline())] == []
