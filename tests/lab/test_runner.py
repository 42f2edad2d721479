"""The worker's process: it is there when it is asked, says when it is lost, and never outlives those who need it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.worker.commands import Advance, Apply, Go
from hyperscope.lab.worker.runner import Runner, WorkerLost
from lab.links import answer, step, until
from patience import SECONDS
from probed import asks, views

SMALL = Experiment(data=Data(points=90), training=Training(batch_size=16))


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


def kill(runner: Runner) -> None:
    """Ends a worker that has begun to answer, as a system short of memory would."""
    answer(runner)
    assert runner.pid is not None
    os.kill(runner.pid, signal.SIGKILL)


def again_and_again(action: Callable[[], object]) -> None:
    """Does something until it raises or patience ends; the death of a process takes effect a little later."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        action()


def again_until(true: Callable[[], object]) -> None:
    """Does something until it gives true."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end


Start = Callable[..., Runner]


def test_a_worker_told_to_go_trains(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    reply = until(runner, lambda reply: reply.snapshot.status.step > 50)
    assert reply.snapshot.status.playing


def test_one_snapshot_is_on_its_way_at_most(start: Start) -> None:
    runner = start()
    assert runner.ask(asks("map"))
    assert not runner.ask(asks("map"))


def test_a_reply_is_given_once(start: Start) -> None:
    runner = start()
    answer(runner)
    assert runner.take() is None


def test_ctrl_c_in_the_terminal_does_not_end_training(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    before = step(runner)
    assert runner.pid is not None
    os.kill(runner.pid, signal.SIGINT)
    until(runner, lambda reply: reply.snapshot.status.step > before + 20)


def test_closing_ends_the_process() -> None:
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


@contextmanager
def stopped(runner: Runner) -> Iterator[None]:
    """Meanwhile the worker does not run, as of a laptop that is put to sleep in the middle of anything."""
    answer(runner)
    pid = runner.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def rated(rate: float) -> Experiment:
    return changed(SMALL, "training.learning_rate", rate)


def test_a_drag_does_not_wait_for_a_worker_that_is_stopped(start: Start) -> None:
    runner = start()
    with stopped(runner):
        for number in range(5000):
            runner.send(Apply(rated(0.001 + number * 1e-6)))
            runner.ask(asks("curves"))
            assert runner.take() is None
        runner.send(Apply(rated(0.5)))
    reply = until(runner, lambda reply: reply.heard == runner.changes, "curves")
    assert views(reply.snapshot)["curves"].moves[-1:] == () and step(runner) == 0
    runner.send(Advance("batch"))
    runner.send(Apply(rated(0.25)))
    assert "α 0.5 → 0.25" in until(runner, lambda reply: reply.heard == runner.changes).snapshot.said


def test_all_but_the_newest_value_wait_outside_the_pipe_of_a_stopped_worker(start: Start) -> None:
    runner = start()
    with stopped(runner):
        for number in range(5000):
            runner.send(Apply(rated(0.001 + number * 1e-6)))
        assert len(runner._exchange._unsent) <= 1


def test_a_worker_that_is_stopped_is_silent_and_one_that_trains_is_not(start: Start) -> None:
    runner = start()
    runner.send(Go(True))
    step(runner)
    assert runner.silence == 0.0
    with stopped(runner):
        runner.ask(())
        again_until(lambda: (runner.take(), runner.silence > 0.5)[1])
    answer(runner)
    assert runner.silence == 0.0


def test_a_window_that_stood_still_itself_does_not_take_that_for_silence(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = start()
    answer(runner)
    with stopped(runner):
        runner.ask(())
        runner.take()
        monkeypatch.setattr(time, "monotonic", lambda: runner._looked + 3600)
        runner.take()
        monkeypatch.undo()
        assert runner.silence < 1.0


def test_a_step_that_takes_long_is_said_while_it_is_taken() -> None:
    layers = (Layer(256, "tanh"),) * 6
    heavy = Experiment(data=Data(points=20_000), network=Network(layers=layers), training=Training(batch_size=20_000))
    runner = Runner(heavy)
    runner.send(Go(True))
    runner.ask(())
    again_until(lambda: (runner.take(), runner.ask(()), runner.busy is not None)[2])
    assert runner.busy is not None and runner.busy.seconds > 0.4
    again_until(lambda: (runner.take(), runner.ask(()), "examples" in (runner.busy.what if runner.busy else ""))[2])
    runner.close(at_once=True)


def test_closing_a_worker_that_is_stopped_ends_it() -> None:
    runner = Runner(SMALL)
    pid = runner.pid
    with stopped(runner):
        runner.close()
    assert pid is not None
    assert not psutil.pid_exists(pid)


WINDOW = """
import sys, time
from hyperscope.lab.session.session import Session

if __name__ == "__main__":
    session = Session()
    while session.frame(()) is None:
        time.sleep(0.01)
    print(session.worker_pid, flush=True)
    while True:
        session.frame(())
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
        window.wait(SECONDS)
        assert ended(worker, SECONDS)
