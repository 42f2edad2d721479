"""Painting in the whole window: strokes reach the network, which goes on; each is undone as one; nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from hyperscope.lab.examples.examples import load
from hyperscope.lab.examples.own_points import emptied
from hyperscope.lab.experiment.data import PAINTED, Data, with_source
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.session.opening import opened
from hyperscope.ui.labs.playground.painting import ALONE, Painting
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
FEW = Experiment(data=Data(source=PAINTED, painted=("-2,-2 -2,-1.5 -1.5,-2 -1.8,-1.8", "2,2 2,1.5 1.5,2 1.8,1.8")))


@pytest.fixture
def open_window(standing_still) -> Callable[..., Window]:
    """Opens windows, once their points are drawn."""
    return partial(standing_still, ready=lambda window: window.lab.page.map.examples is not None)


def data(window: Window) -> Data:
    return window.session.experiment.data


def message(window: Window) -> str:
    return window.words.message.accessibleName()


def seen(window: Window) -> int:
    """How many points the worker trains on, as far as the window knows."""
    examples = window.lab.page.map.examples
    return 0 if examples is None else len(examples.y)


def dab(qtbot, window: Window, x: float, y: float, button=LEFT) -> None:
    """One click at a share of the picture."""
    surface = window.part(Painting).surface
    at = QPoint(round(x * surface.width()), round(y * surface.height()))
    qtbot.mousePress(surface, button, pos=at)
    qtbot.mouseRelease(surface, button, pos=at)


def test_d_takes_the_spiral_over_and_the_network_goes_on(open_window, qtbot):
    window = open_window()
    window.session.train_to(5)
    qtbot.waitUntil(lambda: window.session.status.epoch == 5 and window.up_to_date, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert window.part(Painting).on
    assert message(window).startswith("500 spiral points are now yours to edit. The network goes on.")
    assert len(load(data(window)).y) == 500
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert window.session.status.epoch == 5
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert not window.part(Painting).on


def test_a_stroke_is_seen_at_once_reaches_the_network_and_is_undone_as_one(open_window, qtbot):
    window = open_window(FEW)
    qtbot.keyClick(window, Qt.Key.Key_D)
    surface, panel = window.part(Painting).surface, window.lab.page.map
    before = panel.grab().toImage()
    qtbot.keyClick(surface, Qt.Key.Key_3)
    qtbot.mousePress(surface, LEFT, pos=QPoint(40, 40))
    for across in range(50, 200, 10):
        qtbot.mouseMove(surface, QPoint(across, 40))
    drawn = len(surface.points)
    assert drawn > 20
    assert panel.grab().toImage() != before  # before anything was sent or answered
    qtbot.mouseRelease(surface, LEFT, pos=QPoint(200, 40))
    assert len(data(window).painted) == 3
    qtbot.waitUntil(lambda: seen(window) == len(surface.points) > 8, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert data(window) == FEW.data
    assert len(surface.points) == 8
    qtbot.waitUntil(lambda: seen(window) == 8, timeout=PATIENCE)


def test_the_optimistic_points_have_the_parts_that_training_gives_them(open_window, qtbot):
    window = open_window(FEW)
    qtbot.keyClick(window, Qt.Key.Key_D)
    for place in range(6):
        dab(qtbot, window, 0.2 + 0.1 * place, 0.2)
    shown = window.lab.page.map.own
    e = load(data(window))
    assert np.array_equal(shown.x, e.raw)
    assert np.array_equal(shown.part, e.part)


def test_painting_while_it_trains_keeps_training(open_window, qtbot):
    window = open_window(FEW, playing=True)
    qtbot.waitUntil(lambda: window.session.status.step > 50, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_D)
    step = window.session.status.step
    for place in range(8):
        dab(qtbot, window, 0.1 + 0.1 * place, 0.5)
    qtbot.waitUntil(lambda: seen(window) > 8 and window.session.status.step > step + 50, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "weights and Adam's memory kept" in message(window), timeout=PATIENCE)


def test_an_empty_plane_says_what_is_missing_and_trains_when_there_is_enough(open_window, qtbot):
    window = open_window(playing=True)
    qtbot.keyClick(window, Qt.Key.Key_D)
    window.part(Painting).row.empty.click()
    assert data(window).painted == ()
    own = window.lab.page.data.own
    qtbot.waitUntil(lambda: own.words.text().startswith("Paint at least 3 points of each"), timeout=PATIENCE)
    step = window.session.status.step
    for c, y in ((Qt.Key.Key_1, 0.2), (Qt.Key.Key_2, 0.8)):
        qtbot.keyClick(window.part(Painting).surface, c)
        for place in range(3):
            dab(qtbot, window, 0.3 + 0.2 * place, y)
    qtbot.waitUntil(lambda: window.session.status.step > step + 20, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "Paint at least" not in own.words.text(), timeout=PATIENCE)


def test_a_window_can_open_on_an_empty_plane(open_window, qtbot):
    window = open_window(Experiment(data=emptied(Data())), playing=True)
    qtbot.waitUntil(lambda: "Paint at least 3 points of each of two classes" in message(window), timeout=PATIENCE)
    assert window.session.status.step == 0


def test_the_tile_in_the_data_card_begins_and_comes_back_to_the_same_points(open_window, qtbot):
    window = open_window()
    window.lab.page.data.thumbnails[PAINTED].click()
    assert window.part(Painting).on
    dab(qtbot, window, 0.5, 0.5)
    painted = data(window).painted
    window.move_knob("data.source", "moons")
    assert not window.part(Painting).on
    window.lab.page.data.thumbnails[PAINTED].click()
    assert (data(window).source, data(window).painted) == (PAINTED, painted)


def test_what_does_not_apply_to_painted_points_is_not_offered_and_said(open_window, qtbot):
    window = open_window(FEW)
    card = window.lab.page.data
    assert not card.controls["data.noise"].isVisible()
    assert not card.controls["data.points"].isVisible()
    assert card.own.words.text() == "Noise and Points do not apply."


def test_what_acts_on_painted_points_is_offered_and_reached_by_tab(open_window, qtbot):
    card = open_window(FEW).lab.page.data
    card.more.setChecked(True)
    for name in ("classes", "imbalance", "label_noise", "dev_share", "test_share", "seed", "standardise"):
        control = card.controls[f"data.{name}"]
        assert control.isVisible()
        inner = [control, *control.findChildren(QWidget)]
        assert any(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in inner)


def test_a_table_is_taken_over_as_it_lies_and_the_network_starts_again(open_window, qtbot):
    window = open_window(Experiment(data=with_source(Data(), "iris")))
    qtbot.keyClick(window, Qt.Key.Key_D)
    assert message(window).startswith("150 iris points are now yours to edit. The network starts again.")
    qtbot.waitUntil(lambda: seen(window) == 150 and window.up_to_date, timeout=PATIENCE)


def test_another_face_of_the_map_ends_painting(open_window, qtbot):
    window = open_window(FEW)
    window.part(Painting).start()
    window.lab.page.map.set_mode("warped")
    assert not window.part(Painting).on
    assert window.lab.page.map.mode == "warped"


def test_there_is_no_painting_on_the_maps_of_twins(open_window, qtbot):
    window = open_window(FEW)
    window.part(Painting).start()
    window.do(window.part(TwinPart).toggle)
    assert not window.part(Painting).on
    window.part(Painting).start()
    assert not window.part(Painting).on


def test_what_is_refused_to_twins_leaves_their_data_alone(open_window, qtbot):
    window = open_window(FEW)
    painting = window.part(Painting)
    painting.start()
    dab(qtbot, window, 0.5, 0.5)
    painting.stop()
    window.move_knob("data.source", "moons")
    window.do(window.part(TwinPart).toggle)
    window.move_knob("training.learning_rate", 0.3)
    before = window.session.in_force
    for refused in (painting.empty, painting.open, painting.start):
        refused()
        assert window.session.in_force == before and not painting.on
        assert window.words.said == ALONE


def test_points_undone_under_another_face_of_the_map_are_heard_of(open_window, qtbot):
    window = open_window(FEW)
    window.part(Painting).start()
    dab(qtbot, window, 0.5, 0.5)
    window.lab.page.map.set_mode("warped")
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: seen(window) == 8 and window.up_to_date, timeout=PATIENCE)


def test_tab_leads_from_the_surface_to_the_brushes(open_window, qtbot):
    painting = open_window(FEW).part(Painting)
    painting.start()
    reached = []
    for _ in range(10):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached[:8] == painting.row.tools
    assert reached[8] is painting.row.size_track


def test_undoing_the_beginning_ends_painting(open_window, qtbot):
    window = open_window()
    qtbot.keyClick(window, Qt.Key.Key_D)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert data(window) == Data()
    assert not window.part(Painting).on


def test_points_are_saved_as_csv_beside_the_window(open_window, qtbot, tmp_path: Path):
    window = open_window(FEW)
    window.part(Painting).ask_where_to_save()
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "mine.csv"))
    dialog.reject()
    qtbot.waitUntil(lambda: message(window) == "8 points saved to mine.csv.", timeout=PATIENCE)
    assert np.array_equal(load(opened(tmp_path / "mine.csv").data).raw, load(FEW.data).raw)


def test_a_path_that_cannot_be_written_is_said(open_window, qtbot, tmp_path: Path):
    window = open_window(FEW)
    (tmp_path / "file").write_text("")
    window.part(Painting).save(tmp_path / "file" / "mine.csv")
    qtbot.waitUntil(lambda: "mine.csv: " in message(window), timeout=PATIENCE)
