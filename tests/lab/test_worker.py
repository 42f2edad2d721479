"""The worker: it obeys, trains and answers; it has its turns in this process here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker import controller
from hyperscope.lab.worker.commands import Advance, Apply, Go, Restart, Restore
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.worker.tempo import Tempo
from lab.links import answer, step, until
from probed import views

SMALL = Experiment(data=Data(points=90), training=Training(batch_size=16))
RUNAWAY = Experiment(
    data=Data(points=90),
    network=Network(layers=(Layer(8, "linear"),) * 3),
    training=Training(optimiser="sgd", learning_rate=10.0),
)
NOWHERE = msgspec.structs.replace(SMALL, data=Data(source="file", file="nowhere.csv"))


@pytest.fixture
def start() -> Iterator[Callable[..., InProcess]]:
    """Starts workers, and ends them after the test."""
    workers: list[InProcess] = []

    def started(experiment: Experiment = SMALL, checkpoint: Any = None, **named: Any) -> InProcess:
        workers.append(InProcess(experiment, checkpoint, **named))
        return workers[-1]

    yield started
    for worker in workers:
        worker.close()


Start = Callable[..., InProcess]


def test_the_first_snapshot_shows_the_untrained_network(start: Start) -> None:
    snapshot = answer(start(), "map").snapshot
    assert (snapshot.status.step, snapshot.status.playing) == (0, False)
    assert snapshot.status.train_loss == pytest.approx(Trainer(SMALL).scores().train.loss)


def test_a_snapshot_holds_the_views_asked_for(start: Start) -> None:
    assert set(views(answer(start(), "map", "curves").snapshot)) == {"map", "curves"}


def test_a_worker_told_to_go_trains(start: Start) -> None:
    worker = start()
    worker.send(Go(True))
    reply = until(worker, lambda reply: reply.snapshot.status.step > 50)
    assert reply.snapshot.status.playing


def test_a_paused_worker_stands_still(start: Start) -> None:
    worker = start()
    worker.send(Go(True))
    until(worker, lambda reply: reply.snapshot.status.step > 10)
    worker.send(Go(False))
    first = step(worker)
    assert [step(worker) for _ in range(5)] == [first] * 5


def test_a_batch_is_one_step(start: Start) -> None:
    worker = start()
    worker.send(Advance("batch"))
    assert step(worker) == 1


def test_an_epoch_ends_where_the_next_begins(start: Start) -> None:
    worker = start()
    worker.send(Advance("batch"))
    worker.send(Advance("epoch"))
    status = answer(worker).snapshot.status
    assert (status.step, status.epoch, status.batch, status.playing) == (4, 1, 0, False)


def test_the_worker_trains_as_the_trainer_alone_does(start: Start) -> None:
    worker = start()
    for _ in range(5):
        worker.send(Advance("epoch"))
    alone = Trainer(SMALL)
    for _ in range(5):
        alone.finish_epoch()
    curves = views(answer(worker, "curves").snapshot)["curves"]
    assert curves.train_loss.tobytes() == alone.history.curves().train_loss.tobytes()


def test_a_heavy_network_after_a_light_one_takes_one_step_in_its_first_burst(start: Start) -> None:
    worker = start()
    worker.send(Go(True))
    until(worker, lambda reply: reply.snapshot.status.step > 2000)
    worker.send(Go(False))
    before = step(worker)
    heavy = msgspec.structs.replace(SMALL, network=Network(layers=(Layer(256),) * 3))
    worker.send(Apply(heavy))
    worker.send(Go(True))
    worker._worker.turn()
    assert worker._worker.controller.trained.trainer.step in (1, before + 1)


def test_an_epoch_that_takes_long_leaves_room_for_others_and_comes_to_its_end(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "AT_ONCE", 0.0)
    worker = start(burst=0.0)
    worker.send(Advance("epoch"))
    worker.send(Advance("epoch"))
    reply = answer(worker)
    assert reply.snapshot.status.playing and reply.snapshot.status.step < 8
    reply = until(worker, lambda reply: not reply.snapshot.status.playing)
    assert (reply.snapshot.status.step, reply.snapshot.status.batch) == (8, 0)


def test_a_pause_ends_an_epoch_that_takes_long(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "AT_ONCE", 0.0)
    worker = start(burst=0.0)
    worker.send(Advance("epoch"))
    worker.send(Go(False))
    status = answer(worker).snapshot.status
    assert status.step < 4 and not status.playing
    assert step(worker) == status.step


def test_restart_goes_back_to_the_same_start(start: Start) -> None:
    worker = start()
    first = answer(worker).snapshot.status
    worker.send(Advance("epoch"))
    worker.send(Restart())
    snapshot = answer(worker).snapshot
    assert snapshot.said == "Restarted: the same weights and the same order of mini-batches."
    assert (snapshot.status.step, snapshot.status.train_loss) == (0, first.train_loss)


def test_a_change_is_explained_once(start: Start) -> None:
    worker = start()
    worker.send(Apply(changed(SMALL, "training.learning_rate", 0.03)))
    assert answer(worker).snapshot.said.startswith("α 0.01 → 0.03 at epoch 0: ")
    assert answer(worker).snapshot.said == ""


def test_of_many_experiments_in_the_pipe_the_newest_wins(start: Start) -> None:
    worker = start()
    worker.send(Go(True))
    until(worker, lambda reply: reply.snapshot.status.step > 0)
    for number in range(200):
        worker.send(Apply(changed(SMALL, "training.learning_rate", 0.001 + number * 1e-4)))
    worker.send(Apply(changed(SMALL, "training.learning_rate", 0.5)))
    curves = views(answer(worker, "curves").snapshot)["curves"]
    assert curves.moves[-1][2] == "α 0.5"


def test_commands_keep_their_place_among_experiments(start: Start) -> None:
    worker = start()
    worker.send(Advance("batch"))
    worker.send(Apply(changed(SMALL, "training.learning_rate", 0.5)))
    worker.send(Advance("batch"))
    worker.send(Apply(changed(SMALL, "training.learning_rate", 0.1)))
    alone = Trainer(SMALL)
    alone.steps(1)
    alone.apply(changed(SMALL, "training.learning_rate", 0.5))
    alone.steps(1)
    assert answer(worker).snapshot.status.train_loss == alone.scores().train.loss


def test_a_refused_experiment_is_explained_and_the_old_one_goes_on(start: Start) -> None:
    worker = start()
    worker.send(Go(True))
    before = step(worker)
    worker.send(Apply(NOWHERE))
    reply = until(worker, lambda reply: bool(reply.snapshot.said))
    assert "nowhere.csv" in reply.snapshot.said
    assert reply.snapshot.alarm
    assert reply.experiment == SMALL
    until(worker, lambda reply: reply.snapshot.status.step > before + 20)


def test_a_first_experiment_without_data_is_replaced_by_the_default_and_explained(start: Start) -> None:
    reply = answer(start(NOWHERE))
    assert "nowhere.csv" in reply.snapshot.said
    assert reply.experiment == Experiment()


def test_divergence_pauses_with_an_alarm(start: Start) -> None:
    worker = start(RUNAWAY)
    worker.send(Go(True))
    snapshot = until(worker, lambda reply: reply.snapshot.alarm).snapshot
    assert "is no longer finite" in snapshot.said
    assert not snapshot.status.playing


def test_after_divergence_training_goes_on_with_a_lower_rate(start: Start) -> None:
    worker = start(RUNAWAY)
    worker.send(Go(True))
    until(worker, lambda reply: reply.snapshot.alarm)
    worker.send(Apply(changed(RUNAWAY, "training.learning_rate", 0.01)))
    worker.send(Go(True))
    assert not until(worker, lambda reply: reply.snapshot.status.step > 100).snapshot.alarm


def test_a_checkpoint_comes_now_and_then(start: Start) -> None:
    worker = start()
    worker.send(Go(True))
    kept = until(worker, lambda reply: reply.checkpoint is not None).checkpoint
    assert isinstance(kept, Checkpoint)
    assert kept.experiment == SMALL


def test_a_worker_can_start_from_a_checkpoint(start: Start) -> None:
    alone = Trainer(SMALL)
    alone.steps(37)
    status = answer(start(SMALL, alone.checkpoint())).snapshot.status
    assert (status.step, status.train_loss) == (37, alone.scores().train.loss)


def test_a_worker_can_go_to_a_checkpoint(start: Start) -> None:
    alone = Trainer(SMALL)
    alone.steps(37)
    worker = start()
    worker.send(Restore(alone.checkpoint()))
    assert step(worker) == 37


def test_a_limited_speed_is_kept(start: Start) -> None:
    worker = start()
    worker.send(Go(True, Tempo(10.0)))
    first, began = step(worker), time.monotonic()
    worker.wait(1.0)  # nothing was asked for, so nothing comes before the time is up
    steps, passed = step(worker) - first, time.monotonic() - began
    assert 0 < steps <= passed * 10 + 2


def test_the_newest_of_several_edits_of_one_number_stands(start: Start) -> None:
    worker = start()
    for value in (0.1, 0.2, 0.3):
        worker.send(Edit("layer1.weights", (1, 0), value))  # the worker is not there yet
    worker.send(Edit("layer1.weights", (0, 0), 0.4))
    snapshot = answer(worker, "network").snapshot
    assert [said for _, said in snapshot.status.moves][-1] == "w₁₁ of layer 1 → 0.4"
    assert views(snapshot)["network"].layers[1].weights[:2, 0].tolist() == pytest.approx([0.4, 0.3])
