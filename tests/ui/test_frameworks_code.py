"""The Frameworks lab's code: it follows the session, and its lines, the network and slow motion are linked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.timeline.score import Event, Score, replay
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.ui.labs.frameworks.code_view import CodeView
from hyperscope.ui.labs.frameworks.coding import CodeOfSession
from hyperscope.ui.window import Window
from patience import PATIENCE

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4), Layer(3))))


def opened(open_window, qtbot, experiment: Experiment = SMALL) -> tuple[Window, CodeView]:
    """A paused window that shows the code."""
    window = open_window(experiment, playing=False)
    window.show_lab("frameworks", "code")
    view: CodeView = window.lab.page.code
    qtbot.waitUntil(lambda: view.script is not None and view.script.examples > 0, timeout=PATIENCE)
    return window, view


def line_of(view: CodeView, *marks: str) -> int:
    """The number, from 0, of the first line that has all these marks."""
    return next(at for at, line in enumerate(view.code.lines) if set(marks) <= set(line.marks))


def test_the_code_is_that_of_the_session_and_follows_a_knob_at_once(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    assert "nn.Linear(2, 4)" in view.text.toPlainText()
    window.move_knob("training.learning_rate", 0.07)
    assert "lr=0.07" in view.text.toPlainText()


def test_lines_that_changed_are_marked_and_no_others(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    window.move_knob("training.learning_rate", 0.07)
    assert view.text.changed == {line_of(view, "update")}
    qtbot.waitUntil(lambda: not view.text.changed, timeout=PATIENCE)


def test_a_move_made_while_it_trained_is_in_the_code_at_its_step(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    score = Score(SMALL, (Event(7, changed(SMALL, "training.learning_rate", 0.05)),), 12)
    window.session.perform(score)
    qtbot.waitUntil(lambda: "if step == 7:" in view.text.toPlainText(), timeout=PATIENCE)
    assert "alpha = 0.05" in view.text.toPlainText()


def test_of_twins_the_code_is_that_of_the_one_that_the_controls_show(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    session = window.session
    session.perform(Score(SMALL, (), 12))
    qtbot.waitUntil(lambda: session.going is None and session.status.tick == 12, timeout=PATIENCE)
    window.do(session.start_twin)
    window.move_knob("training.learning_rate", 0.05)
    window.part(CodeOfSession)._want()
    qtbot.waitUntil(lambda: "if step == 12:" in view.text.toPlainText(), timeout=PATIENCE)
    assert "alpha = 0.05" in view.text.toPlainText()
    window.do(lambda: session.set_side("A"))
    qtbot.waitUntil(lambda: "alpha = 0.05" not in view.text.toPlainText() and window.part(CodeOfSession)._session.known)
    assert window.part(CodeOfSession).shown == Score(SMALL, (), 12)


MOVED = Score(SMALL, (Event(30, changed(SMALL, "training.learning_rate", 0.05)),), 60)


def at(window: Window, qtbot, tick: int) -> None:
    """Waits until the session stands at a tick, and all is drawn that comes of that."""
    session = window.session
    qtbot.waitUntil(lambda: session.going is None and session.status.tick == tick, timeout=PATIENCE)
    qtbot.waitUntil(lambda: session.current and window.up_to_date and not session._wanted, timeout=PATIENCE)


def test_after_going_back_the_code_is_that_of_what_was_done_until_there(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    code = window.part(CodeOfSession)
    window.session.perform(MOVED)
    at(window, qtbot, 60)
    qtbot.waitUntil(lambda: "if step == 30:" in view.text.toPlainText(), timeout=PATIENCE)
    window.go_to(20)
    at(window, qtbot, 20)
    assert "if step" not in view.text.toPlainText() and "lr=0.01" in view.text.toPlainText()
    told: list[Score] = []
    code.with_score(told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert told == [code.shown] == [Score(SMALL, (), 20)]
    window.go_to(60)
    at(window, qtbot, 60)
    assert "if step == 30:" in view.text.toPlainText() and code.shown == MOVED


def test_a_move_in_the_past_is_in_the_code_at_once_and_what_came_after_is_not(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    window.session.perform(MOVED)
    at(window, qtbot, 60)
    window.go_to(20)
    at(window, qtbot, 20)
    window.move_knob("training.learning_rate", 0.2)
    for _ in range(2):
        assert "if step == 20:" in view.text.toPlainText() and "if step == 30:" not in view.text.toPlainText()
        at(window, qtbot, 20)
    expected = Score(SMALL, (Event(20, changed(SMALL, "training.learning_rate", 0.2)),), 20)
    assert window.part(CodeOfSession).shown == expected


def test_of_weights_from_elsewhere_the_code_is_of_the_settings_until_a_restart(open_window, qtbot, tmp_path):
    window, view = opened(open_window, qtbot)
    session, code = window.session, window.part(CodeOfSession)
    session.take_up(replay(MOVED).checkpoint())
    session.advance("batch")
    qtbot.waitUntil(lambda: ELSEWHERE in view.sentence.text(), timeout=PATIENCE)
    assert "reproduces" not in view.sentence.text()
    assert "lr=0.05" in view.text.toPlainText() and code.shown == Score(MOVED.experiment)
    code.save(tmp_path / "settings")
    qtbot.waitUntil(lambda: "trains these settings for" in window.words.message.accessibleName(), timeout=PATIENCE)
    session.restart()
    qtbot.waitUntil(lambda: "reproduces its losses" in view.sentence.text(), timeout=PATIENCE)
    session.advance("batch")
    at(window, qtbot, session.status.end)
    code.save(tmp_path / "session")
    qtbot.waitUntil(lambda: "reproduces" in window.words.message.accessibleName(), timeout=PATIENCE)


def test_a_line_pointed_at_lights_its_layer(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    at = line_of(view, "layer2")
    block = view.text.document().findBlockByNumber(at)
    place = view.text.blockBoundingGeometry(block).translated(view.text.contentOffset()).center()
    qtbot.mouseMove(view.text.viewport(), QPoint(40, round(place.y())))
    qtbot.waitUntil(lambda: view.text.line == at, timeout=PATIENCE)
    assert view.sketch.told.layers == {2}
    assert view.sketch.title == f"Line {at + 1} is layer 2"


def test_the_arrow_keys_go_from_line_to_line(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    view.text.setFocus(Qt.FocusReason.TabFocusReason)
    view.text.point(0)
    for _ in range(3):
        qtbot.keyClick(view.text, Qt.Key.Key_Down)
    assert view.text.line == view.text.textCursor().blockNumber() > 0


def test_a_layer_pointed_at_lights_its_lines(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    view.show_framework("numpy")
    view.sketch.pointed.emit(0)
    view.sketch.grab()  # columns are known once they were drawn
    view.sketch.layer = 0
    box = view.sketch._columns[1]
    qtbot.mouseMove(view.sketch, QPointF(box.center()).toPoint())
    qtbot.waitUntil(lambda: bool(view.text.lit), timeout=PATIENCE)
    assert all("layer1" in view.code.lines[at].marks for at in view.text.lit)


@pytest.mark.parametrize("framework", list(frameworks))
def test_slow_motion_lights_the_line_of_each_operation(framework, open_window, qtbot):
    window, view = opened(open_window, qtbot)
    view.show_framework(framework)
    window.do(window.session.slow)
    qtbot.waitUntil(lambda: bool(view.text.lit), timeout=PATIENCE)
    record = window.session.slow_motion
    for at, operation in enumerate(record.operations):
        if operation.phase in ("forward", "backward"):
            view.show_operation(operation)
            marks = set().union(*(view.code.lines[line].marks for line in view.text.lit))
            assert operation.phase in marks, at
    window.do(window.session.leave_slow_motion)
    qtbot.waitUntil(lambda: not view.text.lit, timeout=PATIENCE)


def test_the_code_is_copied(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    view.copy.click()
    assert QGuiApplication.clipboard().text() == view.code.text


def test_the_folder_is_written_beside_the_window_and_runs(open_window, qtbot, tmp_path):
    window, view = opened(open_window, qtbot)
    view.show_framework("numpy")
    window.session.perform(Score(SMALL, (), 12))
    qtbot.waitUntil(lambda: window.session.status.tick == 12, timeout=PATIENCE)
    window.part(CodeOfSession).save(tmp_path / "mine")
    qtbot.waitUntil(lambda: (tmp_path / "mine" / "README.md").exists(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.part(CodeOfSession).job is None, timeout=PATIENCE)
    assert "12 steps" in window.words.message.accessibleName()
    names = {path.name for path in (tmp_path / "mine").iterdir()}
    assert names == {"train.py", "train.ipynb", "data.npz", "start.npz", "batches.txt", "README.md"}


def test_what_is_counted_is_what_is_written(open_window, qtbot):
    _, view = opened(open_window, qtbot)
    qtbot.waitUntil(lambda: "PyTorch" in view.counts.counts, timeout=PATIENCE)
    qtbot.waitUntil(lambda: view.counts.counts["PyTorch"].whole == view.code.count, timeout=PATIENCE)
    counts = view.counts.counts
    assert counts["PyTorch"].of["backward"] < 4 < counts["NumPy"].of["backward"]


def test_a_sessions_file_keeps_the_framework(open_window, qtbot):
    window, view = opened(open_window, qtbot)
    part = window.part(CodeOfSession)
    assert part.kept() == {}
    view.framework_chosen.emit("jax")
    assert part.kept() == {"framework": "jax"}
    part.restore({"framework": "numpy"})
    assert view.framework == "numpy"
    with pytest.raises(ValueError, match="theano"):
        part.restore({"framework": "theano"})


def test_no_key_of_the_lab_is_one_of_the_windows(open_window, qtbot):
    window, _ = opened(open_window, qtbot)
    own = {key for action in window.part(CodeOfSession).actions() for key in action.keys}
    others = {key for part in window.parts for action in part.actions() for key in action.keys}
    assert own & others == set()
