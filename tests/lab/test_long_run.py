"""Two hours of a restless lesson in some seconds: many steps, looks, moves and checkpoints, and no memory lost."""

from __future__ import annotations

import gc
import pickle
import tracemalloc
from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.knob import Value
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.in_training import ROWS
from hyperscope.lab.training.trainer import Trainer
from probed import OF_ONE, probed

pytestmark = pytest.mark.slow

TINY = Experiment(data=Data(points=60), network=Network(layers=(Layer(4, "tanh", "before"),)))
FLAT = 50_000  # bytes by which memory may rise; a leak of 100 bytes per move shows


def in_use() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def growth(action: Callable[[int], object], times: int, enough: int = FLAT) -> int:
    """Bytes by which memory rose over the second half of doing something `times` times.

    A leak shows every time; a table of the interpreter's own that happens to grow shows once, so it is the least of
    three unless one is less than `enough`.
    """
    least = _growth(action, times)
    for _ in range(2):
        if least < enough:
            break
        least = min(least, _growth(action, times))
    return least


def _growth(action: Callable[[int], object], times: int) -> int:
    tracemalloc.start()
    try:
        for number in range(times // 2):
            action(number)
        before = in_use()
        for number in range(times // 2, times):
            action(number)
        return in_use() - before
    finally:
        tracemalloc.stop()


def test_training_takes_no_more_memory_the_longer_it_lasts() -> None:
    trainer = Trainer(TINY)
    assert growth(lambda _: trainer.steps(500), 30) < FLAT
    assert trainer.step == 15_000
    assert len(trainer.history) <= ROWS


def test_snapshots_take_no_more_memory_the_more_are_taken() -> None:
    trainer = Trainer(TINY)
    trainer.steps(ROWS)
    rare = ("map", "findings")  # the dear ones, which a window asks for less often too
    names = [name for name in OF_ONE if name not in rare]

    def look(number: int) -> None:
        trainer.steps(1)
        for name in (*names, *(rare if number % 20 == 0 else ())):
            pickle.dumps(probed(trainer, name))

    assert growth(look, 300) < FLAT


def test_checkpoints_take_no_more_memory_the_more_are_taken() -> None:
    trainer = Trainer(TINY)
    trainer.steps(ROWS)

    def keep(_: int) -> None:
        trainer.steps(1)
        trainer.restore(pickle.loads(pickle.dumps(trainer.checkpoint())))

    assert growth(keep, 200) < FLAT


def test_checkpoints_stay_small() -> None:
    trainer = Trainer(TINY)
    trainer.steps(3 * ROWS)
    assert len(pickle.dumps(trainer.checkpoint())) < 400_000


def test_a_slider_dragged_for_hours_takes_no_more_memory() -> None:
    trainer = Trainer(TINY)

    def drag(number: int) -> None:
        trainer.apply(changed(trainer.experiment, "training.learning_rate", 0.001 + (number % 997) * 1e-5))
        trainer.steps(1)

    assert growth(drag, 2000) < FLAT


def test_a_slider_dragged_for_hours_leaves_a_snapshot_small() -> None:
    trainer = Trainer(TINY)
    for number in range(2000):
        trainer.apply(changed(trainer.experiment, "training.learning_rate", 0.001 + (number % 997) * 1e-5))
        trainer.steps(1)
    assert len(pickle.dumps(probed(trainer, "curves"))) < 100_000


def test_batch_sizes_tried_for_hours_take_no_more_memory() -> None:
    wide = msgspec.structs.replace(
        TINY,
        data=Data(points=1000),
        network=Network(layers=(Layer(32, "relu"),) * 2),
        training=Training(batch_size=1),
    )
    trainer = Trainer(wide)
    rng = np.random.default_rng(6)

    def change(_: int) -> None:
        trainer.apply(changed(trainer.experiment, "training.batch_size", int(rng.integers(1, 600))))
        trainer.steps(2)

    assert growth(change, 200, 20 * FLAT) < 20 * FLAT


def test_networks_rebuilt_for_hours_take_no_more_memory() -> None:
    trainer = Trainer(TINY)
    norms: tuple[Value, ...] = ("off", "before", "after")

    def rebuild(number: int) -> None:
        experiment = changed(trainer.experiment, "network.layers.0.batch_norm", norms[number % 3])
        experiment = changed(experiment, "network.layers.0.units", 3 + number % 5)
        trainer.apply(experiment)
        trainer.steps(2)
        probed(trainer, "network")

    assert growth(rebuild, 120) < FLAT


def test_data_drawn_anew_for_hours_take_no_more_memory() -> None:
    trainer = Trainer(TINY)

    def draw(number: int) -> None:
        trainer.apply(changed(trainer.experiment, "data.seed", number))
        trainer.steps(2)
        probed(trainer, "network")

    assert growth(draw, 100) < FLAT


def test_the_whole_course_of_a_long_run_stays_in_the_curves() -> None:
    trainer = Trainer(TINY)
    trainer.steps(10_000)
    seen = probed(trainer, "curves")
    assert seen.step[0] == 0
    strides = np.diff(seen.step)
    assert seen.step[-1] > 10_000 - 2 * strides.max()
    assert (np.diff(strides) >= 0).all()  # the beginning is kept more closely than the rest
    assert np.isfinite(seen.train_loss).all()
