"""The worker: a real process that obeys, trains, answers, and never outlives those who need it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import psutil
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.worker.commands import Advance, Apply, Go, Reply, Restart, Restore
from hyperscope.lab.worker.conductor import KEEP_EVERY
from hyperscope.lab.worker.runner import Runner, WorkerLost
from probed import asks, views

PATIENCE = 20.0  # s; a worker on a busy machine takes a second or two to start
SMALL = Experiment(data=Data(points=90), training=Training(batch_size=16))
RUNAWAY = Experiment(
    data=Data(points=90),
    network=Network(layers=(Layer(8, "linear"),) * 3),
    training=Training(optimiser="sgd", learning_rate=10.0),
)
NOWHERE = msgspec.structs.replace(SMALL, data=Data(source="file", file="nowhere.csv"))


@pytest.fixture
def start() -> Iterator[Callable[..., Runner]]:
    """Starts workers, and ends them after the test."""
    runners: list[Runner] = []

    def started(experiment: Experiment = SMALL, checkpoint: Any = None) -> Runner:
        runners.append(Runner(experiment, checkpoint))
        return runners[-1]

    yield started
    for runner in runners:
        runner.close()


def answer(runner: Runner, *names: str) -> Reply:
    """The worker's next answer to a question asked now."""
    end = time.monotonic() + PATIENCE
    runner.ask(asks(*names))
    while time.monotonic() < end:
        runner.wait(end - time.monotonic())
        reply = runner.take()
        if reply is not None:
            return reply
    raise AssertionError("the worker does not answer")


def until(runner: Runner, fits: Callable[[Reply], bool], *names: str) -> Reply:
    """The first answer that fits, asked for again and again."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        reply = answer(runner, *names)
        if fits(reply):
            return reply
    raise AssertionError("no answer fits")


def step(runner: Runner) -> int:
    return answer(runner).snapshot.status.step


def ended(pid: int, seconds: float) -> bool:
    """Whether the process is gone within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
    return False


Start = Callable[..., Runner]


def test_the_first_snapshot_shows_the_untrained_network(start: Start) -> None:
    snapshot = answer(start(), "map").snapshot
    assert (snapshot.status.step, snapshot.status.playing) == (0, False)
    assert snapshot.status.train_loss == pytest.approx(Trainer(SMALL).scores().train.loss)


def test_a_snapshot_holds_the_views_asked_for(start: Start) -> None:
    assert set(views(answer(start(), "map", "curves").snapshot)) == {"map", "curves"}


def test_one_snapshot_is_on_its_way_at_most(start: Start) -> None:
    runner = start()
    assert runner.ask(asks("map"))
    assert not runner.ask(asks("map"))


def test_a_reply_is_given_once(start: Start) -> None:
    runner = start()
    answer(runner)
    assert runner.take() is None


def test_a_worker_told_to_go_trains(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    reply = until(runner, lambda reply: reply.snapshot.status.step > 50)
    assert reply.snapshot.status.playing


def test_a_paused_worker_stands_still(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    until(runner, lambda reply: reply.snapshot.status.step > 10)
    runner.send(Go(False))
    first = step(runner)
    assert [step(runner) for _ in range(5)] == [first] * 5


def test_a_batch_is_one_step(start: Start) -> None:
    runner = start()
    runner.send(Advance("batch"))
    assert step(runner) == 1


def test_an_epoch_ends_where_the_next_begins(start: Start) -> None:
    runner = start()
    runner.send(Advance("batch"))
    runner.send(Advance("epoch"))
    status = answer(runner).snapshot.status
    assert (status.step, status.epoch, status.batch, status.playing) == (4, 1, 0, False)


def test_the_worker_trains_as_the_trainer_alone_does(start: Start) -> None:
    runner = start()
    for _ in range(5):
        runner.send(Advance("epoch"))
    alone = Trainer(SMALL)
    for _ in range(5):
        alone.finish_epoch()
    curves = views(answer(runner, "curves").snapshot)["curves"]
    assert curves.train_loss.tobytes() == alone.history.curves().train_loss.tobytes()


def test_restart_goes_back_to_the_same_start(start: Start) -> None:
    runner = start()
    first = answer(runner).snapshot.status
    runner.send(Advance("epoch"))
    runner.send(Restart())
    snapshot = answer(runner).snapshot
    assert snapshot.said == "Restarted: the same weights and the same order of mini-batches."
    assert (snapshot.status.step, snapshot.status.train_loss) == (0, first.train_loss)


def test_a_change_is_explained_once(start: Start) -> None:
    runner = start()
    runner.send(Apply(changed(SMALL, "training.learning_rate", 0.03)))
    assert answer(runner).snapshot.said.startswith("α 0.01 → 0.03 at epoch 0: ")
    assert answer(runner).snapshot.said == ""


def test_of_many_experiments_in_the_pipe_the_newest_wins(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    until(runner, lambda reply: reply.snapshot.status.step > 0)
    for number in range(200):
        runner.send(Apply(changed(SMALL, "training.learning_rate", 0.001 + number * 1e-4)))
    runner.send(Apply(changed(SMALL, "training.learning_rate", 0.5)))
    curves = views(answer(runner, "curves").snapshot)["curves"]
    assert curves.moves[-1][2] == "α 0.5"


def test_commands_keep_their_place_among_experiments(start: Start) -> None:
    runner = start()
    runner.send(Advance("batch"))
    runner.send(Apply(changed(SMALL, "training.learning_rate", 0.5)))
    runner.send(Advance("batch"))
    runner.send(Apply(changed(SMALL, "training.learning_rate", 0.1)))
    alone = Trainer(SMALL)
    alone.steps(1)
    alone.apply(changed(SMALL, "training.learning_rate", 0.5))
    alone.steps(1)
    assert answer(runner).snapshot.status.train_loss == alone.scores().train.loss


def test_a_refused_experiment_is_explained_and_the_old_one_goes_on(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    before = step(runner)
    runner.send(Apply(NOWHERE))
    reply = until(runner, lambda reply: bool(reply.snapshot.said))
    assert "nowhere.csv" in reply.snapshot.said
    assert reply.snapshot.alarm
    assert reply.experiment == SMALL
    until(runner, lambda reply: reply.snapshot.status.step > before + 20)


def test_a_first_experiment_without_data_is_replaced_by_the_default_and_explained(start: Start) -> None:
    reply = answer(start(NOWHERE))
    assert "nowhere.csv" in reply.snapshot.said
    assert reply.experiment == Experiment()


def test_divergence_pauses_with_an_alarm(start: Start) -> None:
    runner = start(RUNAWAY)
    runner.send(Go(True))
    snapshot = until(runner, lambda reply: reply.snapshot.alarm).snapshot
    assert "is no longer finite" in snapshot.said
    assert not snapshot.status.playing


def test_after_divergence_training_goes_on_with_a_lower_rate(start: Start) -> None:
    runner = start(RUNAWAY)
    runner.send(Go(True))
    until(runner, lambda reply: reply.snapshot.alarm)
    runner.send(Apply(changed(RUNAWAY, "training.learning_rate", 0.01)))
    runner.send(Go(True))
    assert not until(runner, lambda reply: reply.snapshot.status.step > 100).snapshot.alarm


def test_a_checkpoint_comes_now_and_then(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    kept = until(runner, lambda reply: reply.checkpoint is not None).checkpoint
    assert isinstance(kept, Checkpoint)
    assert kept.experiment == SMALL
    assert KEEP_EVERY < PATIENCE


def test_a_worker_can_start_from_a_checkpoint(start: Start) -> None:
    alone = Trainer(SMALL)
    alone.steps(37)
    status = answer(start(SMALL, alone.checkpoint())).snapshot.status
    assert (status.step, status.train_loss) == (37, alone.scores().train.loss)


def test_a_worker_can_go_to_a_checkpoint(start: Start) -> None:
    alone = Trainer(SMALL)
    alone.steps(37)
    runner = start()
    runner.send(Restore(alone.checkpoint()))
    assert step(runner) == 37


def test_a_limited_speed_is_kept(start: Start) -> None:
    runner = start()
    runner.send(Go(True, 10.0))
    first, began = step(runner), time.monotonic()
    runner.wait(2.0)  # nothing was asked for, so nothing comes before the time is up
    steps, passed = step(runner) - first, time.monotonic() - began
    assert 0.5 * passed * 10 - 2 <= steps <= 1.3 * passed * 10 + 2


def test_ctrl_c_in_the_terminal_does_not_end_training(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    before = step(runner)
    assert runner.pid is not None
    os.kill(runner.pid, signal.SIGINT)
    until(runner, lambda reply: reply.snapshot.status.step > before + 20)


def test_closing_ends_the_process(start: Start) -> None:
    runner = Runner(SMALL)
    runner.send(Go(True))
    step(runner)
    pid = runner.pid
    runner.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_closing_before_the_worker_has_started_ends_it_too() -> None:
    runner = Runner(SMALL)
    pid = runner.pid
    runner.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_closing_a_worker_that_is_gone_is_no_error() -> None:
    runner = Runner(SMALL)
    pid = runner.pid
    kill(runner)
    runner.close()
    assert not psutil.pid_exists(pid)


def kill(runner: Runner) -> None:
    """Ends a worker that has begun to answer, as a system short of memory would."""
    answer(runner)
    assert runner.pid is not None
    os.kill(runner.pid, signal.SIGKILL)


def again_and_again(action: Callable[[], object]) -> None:
    """Does something until it raises or patience ends; the death of a process takes effect a little later."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        action()


def test_a_lost_worker_is_told_with_the_signal_that_ended_it(start: Start) -> None:
    runner = start()
    kill(runner)
    with pytest.raises(WorkerLost, match=r"the training process ended unexpectedly \(signal 9\)"):
        again_and_again(runner.take)


def test_a_command_to_a_lost_worker_is_no_silent_loss(start: Start) -> None:
    runner = start()
    kill(runner)
    with pytest.raises(WorkerLost):
        again_and_again(lambda: runner.send(Go(True)))


WINDOW = """
import sys, time
from hyperscope.lab.session.session import Session

if __name__ == "__main__":
    session = Session()
    while session.tick(asks("map")) is None:
        time.sleep(0.01)
    print(session.worker_pid, flush=True)
    while True:
        session.tick(asks("map"))
        time.sleep(0.01)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_worker_ends_when_its_window_is_killed(number: signal.Signals, tmp_path: Any) -> None:
    script = tmp_path / "window.py"
    script.write_text(WINDOW)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        worker = int(window.stdout.readline())
        assert psutil.pid_exists(worker)
        window.send_signal(number)
        window.wait(PATIENCE)
        assert ended(worker, 1.0)


def test_the_newest_of_several_edits_of_one_number_stands(start: Start) -> None:
    runner = start()
    for value in (0.1, 0.2, 0.3):
        runner.send(Edit("layer1.weights", (1, 0), value))  # the worker is not there yet
    runner.send(Edit("layer1.weights", (0, 0), 0.4))
    snapshot = answer(runner, "network").snapshot
    assert [said for _, said in snapshot.status.moves][-1] == "w₁₁ of layer 1 → 0.4"
    assert views(snapshot)["network"].layers[1].weights[:2, 0].tolist() == pytest.approx([0.4, 0.3])
