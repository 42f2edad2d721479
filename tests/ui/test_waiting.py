"""A worker that lets itself be waited for: the window says so, goes on being moved, and starts another if asked."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psutil
import pytest
from PySide6.QtCore import Qt

from faults import no_more_files
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.worker.runner import Runner
from hyperscope.ui.parts.waiting import Waiting
from hyperscope.ui.window import Window

LIGHT = Experiment(data=Data(points=90))
HEAVY = Experiment(
    data=Data(points=20_000),
    network=Network(layers=(Layer(256, "tanh"),) * 6),
    training=Training(batch_size=20_000),
)

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process")


def stop(window: Window) -> int:
    """Stops the worker's process, which knows nothing of it."""
    pid = window.session.worker_pid
    assert pid is not None and pid != os.getpid()
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_worker_that_is_stopped_is_said_with_a_way_on(open_window: Callable[..., Window], qtbot) -> None:
    window = open_window(LIGHT, link=Runner)
    note = window.part(Waiting).note
    assert not note.isVisible()
    pid = stop(window)
    qtbot.waitUntil(lambda: "has given no sign for" in note.sentence and note.isVisible())
    assert window.transport.steps.value() == "0"
    step = window.session.status.step
    window.move_knob("training.learning_rate", 0.2)
    qtbot.mouseClick(note.button, Qt.MouseButton.LeftButton)
    assert not psutil.pid_exists(pid)
    qtbot.waitUntil(lambda: not note.isVisible() and window.session.status.playing)
    qtbot.waitUntil(lambda: window.session.status.step > step)
    assert window.session.experiment.training.learning_rate == 0.2


def test_where_no_worker_can_be_started_another_is_tried_when_it_is_wanted(
    open_window: Callable[..., Window], qtbot
) -> None:
    window = open_window(LIGHT, link=Runner)
    note, session = window.part(Waiting).note, window.session
    qtbot.waitUntil(lambda: session._recovery.checkpoint is not None)
    pid = session.worker_pid
    assert pid is not None
    with no_more_files():
        os.kill(pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: session.worker_pid is None)
        assert "could not be started (Too many open files)" in window.words.said
    qtbot.waitUntil(lambda: note.sentence == "No training process is running." and note.isVisible())
    transport = window.transport
    assert not transport.play_button.isChecked() and transport.steps.value() == "0"
    step = session._recovery.checkpoint.step
    assert note.button.text() == f"Start another from step {step}"
    window.move_knob("training.learning_rate", 0.2)
    qtbot.mouseClick(note.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not note.isVisible() and session.status.step > step)
    assert session.experiment.training.learning_rate == 0.2


def test_a_worker_that_goes_on_is_no_longer_said_to_be_silent(open_window: Callable[..., Window], qtbot) -> None:
    window = open_window(LIGHT, link=Runner)
    pid = stop(window)
    qtbot.waitUntil(window.part(Waiting).note.isVisible)
    os.kill(pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: not window.part(Waiting).note.isVisible())
    assert window.session.worker_pid == pid


def test_a_step_over_very_many_rows_is_said_with_how_far_it_is(open_window: Callable[..., Window], qtbot) -> None:
    window = open_window(LIGHT, link=Runner)
    window.session.apply(HEAVY)
    note = window.part(Waiting).note
    qtbot.waitUntil(lambda: note.sentence.startswith("One step over 12\u2009002 examples: ") and note._share > 0)
    window.session.start_another()  # rather than to wait for it at the end
    window.session.close()
