"""Sharing in the window: codes to copy, a box to paste into, and what is opened is what was handed on."""

from __future__ import annotations

import os
import signal
import threading
import zlib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from faults import no_more_files
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.edits import Edit
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.export.sharing import experiment_code
from hyperscope.lab.timeline.score import Event, Score, from_code, replay
from hyperscope.lab.timeline.shown import Shown
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.lab.worker.runner import Runner
from hyperscope.ui.parts.export import Export
from hyperscope.ui.parts.files import Files
from hyperscope.ui.parts.share import Share
from hyperscope.ui.theme import DARK
from hyperscope.ui.window import Window
from patience import PATIENCE
from probed import asks, views

LEFT = Qt.MouseButton.LeftButton
Key, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SMALL = Experiment(data=Data(points=90), seed=3)
FASTER = changed(SMALL, "training.learning_rate", 0.05)
SESSION = Score(SMALL, (Event(4, FASTER), Event(9, FASTER, restart=True)), 25)


@pytest.fixture
def window(standing_still) -> Window:
    """A window that stands still at its start."""
    return standing_still(Experiment(data=Data(points=60)))


@pytest.fixture
def dialog(window, qtbot):
    """The dialog, opened, with the codes in it."""
    button = next(button for button in window.tabs.findChildren(type(window.tabs.save)) if button.text() == "Share")
    qtbot.mouseClick(button, LEFT)
    made = window.part(Share).dialog
    qtbot.waitUntil(lambda: bool(made.session.code.text()), timeout=PATIENCE)
    return made


def said(dialog) -> str:
    return dialog.verdict.text()


def message(window) -> str:
    return window.words.message.accessibleName()


def pasted(qtbot, dialog, text: str) -> None:
    """Pastes `text` with the button, and waits until it is understood or refused."""
    QApplication.clipboard().setText(text)
    qtbot.mouseClick(dialog.paste_button, LEFT)
    qtbot.waitUntil(lambda: bool(said(dialog)), timeout=PATIENCE)


def arrived(window, tick: int) -> bool:
    return window.session.going is None and window.session.status.tick == tick


# -- handing on -------------------------------------------------------------------------------------------------------


def test_the_code_of_the_experiment_holds_all_its_settings(window, dialog):
    assert from_code(dialog.experiment.code.text()) == Score(window.session.experiment)


def test_the_code_of_the_session_holds_every_move(window, dialog, qtbot):
    window.session.train_to(3)
    qtbot.waitUntil(lambda: window.session.status.epoch == 3, timeout=PATIENCE)
    window.move_knob("training.learning_rate", 0.05)

    def moved() -> bool:
        score = from_code(dialog.session.code.text())
        return bool(score.events) and score.experiment == window.session.experiment

    qtbot.waitUntil(moved, timeout=PATIENCE)
    assert dialog.session.holds.text().startswith("1 move over")


@pytest.mark.parametrize("which", ["experiment", "session"])
def test_a_code_is_copied_by_its_button(dialog, qtbot, which):
    line = getattr(dialog, which)
    qtbot.mouseClick(line.copy_button, LEFT)
    qtbot.waitUntil(lambda: "is on the clipboard" in said(dialog), timeout=PATIENCE)
    assert QApplication.clipboard().text() == line.code.text()


@pytest.mark.parametrize("which", ["experiment", "session"])
def test_what_is_copied_is_the_newest(window, dialog, qtbot, which):
    window.move_knob("training.learning_rate", 0.05)
    qtbot.mouseClick(getattr(dialog, which).copy_button, LEFT)
    qtbot.waitUntil(lambda: "is on the clipboard" in said(dialog), timeout=PATIENCE)
    assert from_code(QApplication.clipboard().text()).experiment == window.session.experiment


def test_a_code_that_is_none_by_now_is_said_not_to_be_copied(window, dialog, qtbot):
    window.session.take_up(replay(SESSION).checkpoint())
    qtbot.mouseClick(dialog.session.copy_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog) == ELSEWHERE, timeout=PATIENCE)
    assert dialog.verdict.alarm


def test_of_two_codes_asked_for_in_a_row_the_second_is_copied(dialog, qtbot):
    qtbot.mouseClick(dialog.session.copy_button, LEFT)
    qtbot.mouseClick(dialog.experiment.copy_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog) == "The code of this experiment is on the clipboard.", timeout=PATIENCE)
    assert QApplication.clipboard().text() == dialog.experiment.code.text()


def test_codes_are_not_packed_on_the_windows_thread(window, qtbot, monkeypatch):
    threads: list[threading.Thread] = []
    compress = zlib.compress

    def noted(*words, **more):
        threads.append(threading.current_thread())
        return compress(*words, **more)

    monkeypatch.setattr(zlib, "compress", noted)
    qtbot.keyClick(window, Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(lambda: "on the clipboard" in message(window), timeout=PATIENCE)
    window.part(Share).open()
    dialog = window.part(Share).dialog
    qtbot.waitUntil(lambda: bool(dialog.session.code.text()), timeout=PATIENCE)
    dialog.reject()
    window.part(Export).open()
    dialog = window.part(Export).dialog
    qtbot.mouseClick(dialog.list.rows["code"], LEFT)
    qtbot.waitUntil(lambda: dialog.preview.lines[:1] != [] and dialog.preview.lines[0][:4] == "HS1-", timeout=PATIENCE)
    assert len(threads) >= 4 and threading.main_thread() not in threads


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill a process")
def test_without_a_training_process_what_is_shown_is_copied(open_window, qtbot):
    window = open_window(SMALL, link=Runner)
    window.part(Share).open()
    dialog = window.part(Share).dialog
    qtbot.waitUntil(lambda: bool(dialog.session.code.text()), timeout=PATIENCE)
    with no_more_files():
        os.kill(window.session.worker_pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: window.session.worker_pid is None)
    qtbot.mouseClick(dialog.session.copy_button, LEFT)
    assert QApplication.clipboard().text() == dialog.session.code.text()
    dialog.reject()
    window.part(Share).copy()
    assert message(window) == "Alarm: Nothing was copied: no training process is running."


def test_a_key_copies_the_sessions_code(window, qtbot):
    QApplication.clipboard().clear()
    qtbot.keyClick(window, Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(lambda: QApplication.clipboard().text().startswith("HS1-"), timeout=PATIENCE)
    code = QApplication.clipboard().text()
    assert from_code(code).start == window.session.experiment
    assert message(window) == f"The session's code is on the clipboard: {len(code)} characters."


def test_after_going_back_the_code_of_the_experiment_is_of_what_is_in_force_there(window, dialog, qtbot):
    window.session.perform(SESSION)
    qtbot.waitUntil(lambda: arrived(window, 25), timeout=PATIENCE)
    window.go_to(2)
    qtbot.waitUntil(lambda: from_code(dialog.experiment.code.text()) == Score(SMALL), timeout=PATIENCE)
    assert from_code(dialog.session.code.text()).events == SESSION.events


def test_a_network_from_elsewhere_has_no_session_to_hand_on_until_it_is_restarted(window, dialog, qtbot):
    window.session.take_up(replay(Score(SMALL, end=300)).checkpoint())
    window.session.advance("epoch")
    qtbot.waitUntil(lambda: not dialog.session.copy_button.isEnabled(), timeout=PATIENCE)
    assert dialog.session.holds.text() == ELSEWHERE and not dialog.session.code.text()
    assert from_code(dialog.experiment.code.text()) == Score(SMALL)
    window.session.restart()
    qtbot.waitUntil(dialog.session.copy_button.isEnabled, timeout=PATIENCE)
    window.session.train_to(2)
    qtbot.waitUntil(lambda: window.session.status.epoch == 2, timeout=PATIENCE)
    qtbot.waitUntil(
        lambda: from_code(dialog.session.code.text()).end == window.session.status.step > 0, timeout=PATIENCE
    )
    assert from_code(dialog.session.code.text()).start == SMALL


def test_the_key_copies_no_session_of_a_network_from_elsewhere(window, qtbot):
    QApplication.clipboard().setText("mine")
    window.session.take_up(replay(Score(SMALL, end=300)).checkpoint())
    qtbot.keyClick(window, Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(lambda: message(window) == f"Alarm: {ELSEWHERE}", timeout=PATIENCE)
    assert QApplication.clipboard().text() == "mine"


# -- taking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SESSION.to_code(), "A session: spiral, 3 layers of 8 tanh, 2 moves over 25 steps."),
        (SESSION.to_json(), "A session: spiral, 3 layers of 8 tanh, 2 moves over 25 steps."),
        (experiment_code(SMALL), "An experiment: spiral, 3 layers of 8 tanh."),
        (SMALL.to_json(), "An experiment: spiral, 3 layers of 8 tanh."),
    ],
    ids=["a session's code", "a session's JSON", "an experiment's code", "an experiment's JSON"],
)
def test_it_is_said_what_was_pasted(dialog, qtbot, text, sentence):
    pasted(qtbot, dialog, text)
    assert said(dialog) == sentence and dialog.open_button.isEnabled()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SESSION.to_code()[:-9], "copy the whole of it"),
        ("HS1-AAAA", "is damaged"),
        ("hello", "neither a code nor JSON"),
        ('{"training": {"learning_rate": 99}}', "learning_rate is 99"),
    ],
    ids=["cut short", "damaged", "words", "not allowed"],
)
def test_what_cannot_be_opened_is_refused_in_a_sentence(dialog, qtbot, text, sentence):
    pasted(qtbot, dialog, text)
    assert sentence in said(dialog) and dialog.verdict.alarm and not dialog.open_button.isEnabled()


def test_an_experiment_that_is_opened_trains_from_its_start(window, dialog, qtbot):
    pasted(qtbot, dialog, experiment_code(FASTER))
    qtbot.mouseClick(dialog.open_button, LEFT)
    assert window.session.experiment == FASTER and window.part(Share).dialog is None
    qtbot.waitUntil(lambda: window.session.status.playing and window.session.status.step > 20, timeout=PATIENCE)


def test_a_session_that_is_opened_comes_to_the_same_bytes(window, dialog, qtbot):
    pasted(qtbot, dialog, SESSION.to_code())
    qtbot.mouseClick(dialog.open_button, LEFT)
    qtbot.waitUntil(lambda: arrived(window, 25) and window.up_to_date, timeout=PATIENCE)
    seen: dict = {}
    window.part(Share).on_snapshot = lambda snapshot: seen.update(views(snapshot.wanted) if snapshot.wanted else {})
    window.session.want(asks("weights"))
    qtbot.waitUntil(lambda: "weights" in seen, timeout=PATIENCE)
    expected = replay(SESSION).weights()
    assert {name: array.tobytes() for name, array in seen["weights"].items()} == {
        name: array.tobytes() for name, array in expected.items()
    }
    assert message(window) == "Reopened at step 16. Space trains on from here."


def test_a_session_shows_its_moves_on_the_timeline(window, dialog, qtbot):
    pasted(qtbot, dialog, SESSION.to_code())
    qtbot.mouseClick(dialog.open_button, LEFT)
    qtbot.waitUntil(lambda: arrived(window, 25), timeout=PATIENCE)
    assert [said for _, said in window.session.status.moves] == ["α 0.05", "restart"]


def test_what_was_copied_in_one_window_opens_in_another(window, qtbot):
    window.session.train_to(2)
    qtbot.waitUntil(lambda: window.session.status.epoch == 2, timeout=PATIENCE)
    window.move_knob("seed", 9)
    window.session.train_to(1)
    qtbot.waitUntil(lambda: window.session.experiment.seed == 9 and window.session.status.epoch == 1, timeout=PATIENCE)
    end = window.session.status.tick
    qtbot.keyClick(window, Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(lambda: "on the clipboard" in message(window), timeout=PATIENCE)
    window.move_knob("seed", 5)
    qtbot.keyClick(window, Key.Key_V, CTRL)
    dialog = window.part(Share).dialog
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    qtbot.keyClick(dialog.box, Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: arrived(window, end), timeout=PATIENCE)
    assert window.session.experiment.seed == 9


def test_a_file_of_a_session_is_played_back(window, qtbot, tmp_path):
    (tmp_path / "mine.json").write_text(SESSION.to_json(), encoding="utf-8")
    window.part(Files).open(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: arrived(window, 25), timeout=PATIENCE)
    assert window.session.experiment == FASTER


def test_a_file_of_a_session_that_ends_at_its_start_is_opened_with_what_was_done_there(window, qtbot, tmp_path):
    score = Score(
        SMALL, (Event(0, SMALL, edit=Edit("output.bias", (0,), 3.0)),), 0, Shown("softmax", {"softmax": "plane"})
    )
    (tmp_path / "mine.json").write_text(score.to_json(), encoding="utf-8")
    window.part(Files).open(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: window._name == "softmax" and arrived(window, 0), timeout=PATIENCE)
    seen: dict = {}
    window.part(Share).on_snapshot = lambda snapshot: seen.update(views(snapshot.wanted) if snapshot.wanted else {})
    window.session.want(asks("weights"))
    qtbot.waitUntil(lambda: "weights" in seen, timeout=PATIENCE)
    assert seen["weights"]["output.bias"][0] == 3.0


def test_of_twins_the_codes_are_those_of_the_one_that_the_controls_show(window, qtbot):
    session = window.session
    window.do(session.start_twin)
    window.move_knob("training.learning_rate", 0.3)
    window.part(Share).open()
    dialog = window.part(Share).dialog
    for side in ("B", "A", "B"):
        window.do(lambda side=side: session.set_side(side))
        qtbot.waitUntil(
            lambda: (
                bool(dialog.session.code.text())
                and from_code(dialog.session.code.text()).experiment == session.moved
                and dialog.experiment.code.text() == experiment_code(session.moved)
            ),
            timeout=PATIENCE,
        )
    window.part(Share)._want()
    window.do(lambda: session.set_side("A"))  # before that is answered
    qtbot.waitUntil(lambda: dialog.experiment.name.text() == "A's experiment", timeout=PATIENCE)
    window.do(lambda: session.set_side("B"))
    dialog.reject()
    window.part(Share).copy()
    qtbot.waitUntil(lambda: "The code of B's session is on the clipboard" in message(window), timeout=PATIENCE)
    assert from_code(QApplication.clipboard().text()).experiment == session.twin


def test_escape_leaves_everything_as_it_was(window, dialog, qtbot):
    before = window.session.experiment
    pasted(qtbot, dialog, SESSION.to_code())
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert window.part(Share).dialog is None and window.session.experiment == before


def test_everything_in_the_dialog_is_named_and_reached_by_tab(dialog, qtbot):
    pasted(qtbot, dialog, SESSION.to_code())
    seen: list = []
    while QApplication.focusWidget() not in seen:
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(seen[-1], Key.Key_Tab)
    lines = (dialog.experiment, dialog.session)
    wanted = {dialog.box, dialog.paste_button, dialog.close_button, dialog.open_button}
    assert wanted | {part for line in lines for part in (line.code, line.copy_button)} <= set(seen)
    assert all(part.accessibleName() for part in seen)


def test_the_dialog_takes_on_the_theme(window, dialog, qtbot):
    window.set_theme(DARK)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert dialog.grab().toImage().pixelColor(2, 2) == DARK.window


def test_megabytes_that_are_pasted_are_read_whole_and_shown_at_their_beginning(open_window, qtbot):
    window = open_window(playing=False)
    window.part(Share).open()
    dialog = window.part(Share).dialog
    text = Experiment().to_json()
    dialog.box.setPlainText(text + " " * 5_000_000)
    assert len(dialog.box.toPlainText()) < 3_000 and len(dialog.box.whole) == len(text) + 5_000_000
    assert "characters in all" in dialog.box.toPlainText()
    dialog.box.setPlainText(text)
    assert dialog.box.whole == text == dialog.box.toPlainText()


def test_what_was_pasted_long_and_then_changed_by_hand_is_what_is_seen(open_window, qtbot):
    window = open_window(playing=False)
    window.part(Share).open()
    box = window.part(Share).dialog.box
    box.setPlainText("x" * 30_000)
    box.insertPlainText("y")
    assert box.whole == box.toPlainText() and box.whole.startswith("y")
