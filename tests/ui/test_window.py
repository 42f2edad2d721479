"""The whole window with a real worker behind it: what is moved arrives, what arrives is drawn, nothing stays behind."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import shiboken6
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QToolTip,
    QWidget,
)

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import FILE, Data
from hyperscope.lab.experiment.experiment import Experiment, from_json
from hyperscope.lab.session.session import last_experiment
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.worker.runner import Runner
from hyperscope.resources import asset
from hyperscope.ui import labs
from hyperscope.ui.controls.buttons import Button, TextButton
from hyperscope.ui.controls.control import Control
from hyperscope.ui.controls.segmented import Segment
from hyperscope.ui.controls.slider import KnobSlider, Track
from hyperscope.ui.frame import SELDOM
from hyperscope.ui.open_table.dialog import OpenTable
from hyperscope.ui.panels.common.plot import Plot
from hyperscope.ui.panels.map.pin import Pin
from hyperscope.ui.panels.network.canvas import NetworkCanvas
from hyperscope.ui.parts.files import Files
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.style import wear
from hyperscope.ui.theme import DARK, LIGHT, font
from hyperscope.ui.window import SMALLEST, Window, first_size
from paints import Paints
from patience import PATIENCE
from ui.followed import Followed

RATE = "training.learning_rate"
NORMS = "network.layers.*.batch_norm"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(on_screen) -> Callable[..., Window]:
    """Opens windows, once all that is asked for in turn has come."""

    def open_one(
        experiment: Experiment | None = None, playing: bool = True, theme: str = "light", killable: bool = False
    ) -> Window:
        window = Window(Followed(experiment, playing=playing, link=Runner if killable else InProcess), theme)
        return on_screen(window, lambda window: len(window.session.views) >= 5)

    return open_one


@pytest.fixture
def window(opened) -> Window:
    """The window on the starting experiment, training."""
    return opened()


@pytest.fixture
def paused(opened) -> Window:
    """The window on the starting experiment, standing still at step 0."""
    return opened(playing=False)


@pytest.fixture
def killable(opened) -> Window:
    """The window on the starting experiment, training in a process that can be lost."""
    return opened(killable=True)


def control(window: Window, path: str):
    cards = (window.lab.page.hyperparameters, window.lab.page.data)
    return next(card.controls[path] for card in cards if path in card.controls)


def message(window: Window) -> str:
    return window.words.message.accessibleName()


def settle(window: Window, qtbot) -> None:
    """Waits until a paused window has nothing new to show."""
    qtbot.waitUntil(lambda: window.at_rest and not window.session.asked[-1], timeout=PATIENCE)


def slide(window: Window, qtbot, path: str, place: float) -> KnobSlider:
    """Presses the mouse on the slider of the knob at `path`, at a place from 0 to 1."""
    slider = control(window, path)
    qtbot.mouseClick(slider.track, LEFT, pos=QPoint(round(slider.track.x_at(place)), 8))
    return slider


def press(window: Window, named: str) -> None:
    """Clicks the button with this accessible name."""
    next(b for b in window.findChildren(QAbstractButton) if b.accessibleName() == named).click()


# -- training is seen -------------------------------------------------------------------------------------------------


def test_a_trained_network_comes_into_the_window(window, qtbot):
    qtbot.waitUntil(lambda: window.session.status.train_accuracy > 0.9, timeout=PATIENCE)
    layout = window.lab.page.network.layout_now
    assert [len(column.nodes) for column in layout.columns] == [2, 8, 8, 8, 3]


def test_the_figures_of_the_transport_go_on(window, qtbot):
    before = window.transport.epochs.value()
    qtbot.waitUntil(lambda: window.transport.epochs.value() != before, timeout=PATIENCE)


def test_the_first_sentence_says_what_to_try(window):
    assert "learning rate" in message(window)


# -- moves arrive -----------------------------------------------------------------------------------------------------


def test_moving_the_learning_rate_reaches_the_worker(window, qtbot):
    qtbot.waitUntil(lambda: window.session.status.step > 100, timeout=PATIENCE)
    slider = slide(window, qtbot, RATE, 0.7)
    assert slider.value() > 0.05
    qtbot.waitUntil(
        lambda: any(caption.startswith("α ") for _, _, caption in window.session.views["curves"].moves),
        timeout=PATIENCE,
    )


def test_after_a_move_the_message_says_that_the_weights_were_kept(window, qtbot):
    slide(window, qtbot, RATE, 0.6)
    qtbot.waitUntil(lambda: message(window).startswith("α "), timeout=PATIENCE)
    assert "weights and Adam's memory kept" in message(window)


def test_moving_the_learning_rate_goes_on_from_the_same_step(window, qtbot):
    qtbot.waitUntil(lambda: window.session.status.step > 100, timeout=PATIENCE)
    before = window.session.status.step
    slide(window, qtbot, RATE, 0.6)
    qtbot.waitUntil(lambda: message(window).startswith("α "), timeout=PATIENCE)
    assert window.session.status.step >= before


def test_a_drag_ends_with_the_last_value_in_the_worker(window, qtbot):
    track = control(window, RATE).track
    qtbot.mousePress(track, LEFT, pos=QPoint(round(track.x_at(0.2)), 8))
    for place in range(20, 70):
        qtbot.mouseMove(track, QPoint(round(track.x_at(place / 100)), 8))
    qtbot.mouseRelease(track, LEFT, pos=QPoint(round(track.x_at(0.7)), 8))
    shown = f"α {window.session.experiment.training.learning_rate:.4g}"
    qtbot.waitUntil(lambda: window.session.views["curves"].moves[-1:] != (), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.session.views["curves"].moves[-1][2] == shown, timeout=PATIENCE)


def test_batch_norm_for_all_layers_is_one_press(window, qtbot):
    norms = control(window, NORMS)
    qtbot.mouseClick(norms.segments.buttons[1], LEFT)
    qtbot.waitUntil(lambda: all(layer.y is not None for layer in window.session.views["distributions"].layers))
    assert [layer.batch_norm for layer in window.session.experiment.network.layers] == ["before"] * 3


def test_batch_norm_of_one_layer_is_pressed_in_its_head(paused, qtbot):
    press(paused, "Batch norm of layer 2: off, before or after the activation")
    qtbot.waitUntil(lambda: paused.session.views["distributions"].layers[1].y is not None, timeout=PATIENCE)
    assert [layer.batch_norm for layer in paused.session.experiment.network.layers] == ["off", "before", "off"]


def test_plus_adds_a_unit_to_its_layer(paused, qtbot):
    press(paused, "Add a unit to layer 1")
    layout = paused.lab.page.network
    qtbot.waitUntil(lambda: len(layout.layout_now.columns[1].nodes) == 9, timeout=PATIENCE)


def test_minus_takes_a_unit_from_its_layer(paused, qtbot):
    press(paused, "Remove a unit from layer 3")
    network = paused.lab.page.network
    qtbot.waitUntil(lambda: len(network.layout_now.columns[3].nodes) == 7, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("name", "columns"), [("Add a hidden layer", 6), ("Remove the last hidden layer", 4)], ids=["add", "remove"]
)
def test_layers_come_and_go(paused, qtbot, name, columns):
    press(paused, name)
    network = paused.lab.page.network
    qtbot.waitUntil(lambda: len(network.layout_now.columns) == columns, timeout=PATIENCE)


def test_a_network_without_hidden_layers_trains(window, qtbot):
    for _ in range(3):
        press(window, "Remove the last hidden layer")
        columns = len(window.session.experiment.network.layers) + 2
        qtbot.waitUntil(lambda n=columns: len(window.lab.page.network.layout_now.columns) == n, timeout=PATIENCE)
    step = window.session.status.step
    qtbot.waitUntil(lambda: window.session.status.step > step, timeout=PATIENCE)


def test_a_change_of_structure_redraws_every_panel(paused, qtbot):
    settle(paused, qtbot)
    paints = Paints([one for one in paused.lab.panels if isinstance(one, QWidget) and one.isVisible()])
    press(paused, "Add a hidden layer")
    qtbot.waitUntil(lambda: all(paints.counts), timeout=PATIENCE)
    paints.stop()
    assert len(paused.session.views["distributions"].layers) == 4


def test_another_data_set_is_shown_with_its_classes(paused, qtbot):
    press(paused, paused.lab.page.data.thumbnails["iris"].accessibleName())
    qtbot.waitUntil(lambda: "setosa" in str(paused.session.views["examples"].class_names).lower(), timeout=PATIENCE)


def test_what_is_typed_out_of_range_is_refused_in_words(paused, qtbot):
    entry = control(paused, RATE).entry
    qtbot.mouseClick(entry, LEFT)
    qtbot.keyClicks(entry, "99")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert "learning_rate is 99" in message(paused)
    assert paused.session.experiment.training.learning_rate == Training().learning_rate


def test_a_divergence_is_said_and_stops_the_training(opened, qtbot):
    wild = Training(optimiser="sgd", learning_rate=10.0)
    window = opened(Experiment(network=Network(layers=(Layer(8, "linear"),) * 3), training=wild))
    qtbot.waitUntil(lambda: "Training stopped" in message(window), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not window.transport.play_button.isChecked(), timeout=PATIENCE)
    assert message(window).startswith("Alarm: ") and not window.session.playing


# -- undo -------------------------------------------------------------------------------------------------------------


def test_undo_takes_back_a_move_and_its_control(paused, qtbot):
    slide(paused, qtbot, RATE, 0.8)
    qtbot.keyClick(paused, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert control(paused, RATE).value() == paused.session.experiment.training.learning_rate == 0.01


@pytest.mark.parametrize("key", ["Ctrl+Shift+Z", "Ctrl+Y"])
def test_redo_brings_a_move_back(paused, qtbot, key):
    moved = slide(paused, qtbot, RATE, 0.8).value()
    qtbot.keyClick(paused, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    held = Qt.KeyboardModifier.ControlModifier
    if "Shift" in key:
        held |= Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(paused, Qt.Key.Key_Z if key.endswith("Z") else Qt.Key.Key_Y, held)
    assert control(paused, RATE).value() == moved


def test_moves_of_different_knobs_are_undone_one_by_one(paused, qtbot):
    slide(paused, qtbot, RATE, 0.8)
    qtbot.mouseClick(control(paused, NORMS).segments.buttons[1], LEFT)
    qtbot.keyClick(paused, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert control(paused, NORMS).value() == "off" and control(paused, RATE).value() > 0.1


# -- keys -------------------------------------------------------------------------------------------------------------


def test_space_pauses_and_plays(window, qtbot):
    for playing in (False, True):
        qtbot.keyClick(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda now=playing: window.session.status.playing is now, timeout=PATIENCE)
        assert window.transport.play_button.isChecked() is playing


@pytest.mark.parametrize("key", [Qt.Key.Key_Right, Qt.Key.Key_B], ids=["right", "b"])
def test_right_and_b_train_one_batch(paused, qtbot, key):
    qtbot.keyClick(paused, key)
    qtbot.waitUntil(lambda: paused.session.status.step == 1, timeout=PATIENCE)


def test_e_trains_to_the_end_of_the_epoch(paused, qtbot):
    qtbot.keyClick(paused, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: paused.session.status.epoch == 1, timeout=PATIENCE)
    assert paused.session.status.step == paused.session.status.batches


def test_r_goes_back_to_the_same_start(paused, qtbot):
    qtbot.waitUntil(lambda: paused.session.status.train_loss > 0, timeout=PATIENCE)
    start = paused.session.status.train_loss
    qtbot.keyClick(paused, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: paused.session.status.epoch == 1, timeout=PATIENCE)
    qtbot.keyClick(paused, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: paused.session.status.step == 0, timeout=PATIENCE)
    assert paused.session.status.train_loss == start


def test_n_starts_from_other_weights(paused, qtbot):
    start = paused.session.status.train_loss
    qtbot.keyClick(paused, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: paused.session.status.train_loss != start, timeout=PATIENCE)
    assert paused.session.experiment.seed == 2


def test_plus_and_minus_enlarge_type_and_take_it_back(paused, qtbot):
    paused.resize(1280, 800)
    qtbot.keyClick(paused, Qt.Key.Key_Plus)
    large = paused.transport.height()
    qtbot.keyClick(paused, Qt.Key.Key_Minus)
    assert large > paused.transport.height() and paused.theme.scale == 1.0


def test_f11_fills_the_screen_and_gives_it_back(paused, qtbot):
    for full in (True, False):
        qtbot.keyClick(paused, Qt.Key.Key_F11)
        qtbot.waitUntil(lambda now=full: paused.isFullScreen() is now, timeout=PATIENCE)


def test_letters_typed_into_a_field_are_no_commands(paused, qtbot):
    entry = control(paused, RATE).entry
    qtbot.mouseClick(entry, LEFT)
    qtbot.keyClicks(entry, "nre b")
    qtbot.keyClick(entry, Qt.Key.Key_Escape)
    assert (paused.session.experiment.seed, paused.session.status.step) == (1, 0)


@pytest.mark.parametrize("key", [Qt.Key.Key_Right, Qt.Key.Key_Left], ids=["right", "left"])
def test_the_arrows_move_the_slider_that_has_the_keyboard(paused, qtbot, key):
    slider = control(paused, RATE)
    slider.track.setFocus(Qt.FocusReason.TabFocusReason)
    before = slider.value()
    qtbot.keyClick(slider.track, key)
    assert slider.value() > before if key == Qt.Key.Key_Right else slider.value() < before


def test_the_arrows_move_within_the_buttons_that_have_the_keyboard(paused, qtbot):
    norms = control(paused, NORMS)
    norms.segments.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(norms.segments.buttons[0], Qt.Key.Key_Right)
    assert norms.value() == "before"


# -- looks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_each_theme_paints_ground_and_cards_in_its_colours(paused, qtbot, theme):
    if paused.theme.dark != theme.dark:
        qtbot.keyClick(paused, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: paused.up_to_date, timeout=PATIENCE)
    image = paused.grab().toImage()
    card = paused.lab.page.hyperparameters
    inside = card.mapTo(paused, QPoint(card.width() // 2, card.height() - 40))
    gap = card.mapTo(paused, QPoint(-4, card.height() // 2))
    assert [image.pixelColor(at).name() for at in (inside, gap)] == [theme.card.name(), theme.window.name()]


class Told(QObject):
    """How often a widget heard that its style is another."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.StyleChange
        return False


def test_a_change_of_theme_tells_what_qt_draws_of_it_a_few_times_and_nobody_else(paused, qtbot):
    parts = {paused.lab.page.findChild(Track): Told(), paused.transport.findChild(Button): Told()}
    for part, told in parts.items():
        part.installEventFilter(told)
    for _ in range(2):
        paused.part(Looks).switch_theme()
        qtbot.waitUntil(lambda: paused.up_to_date, timeout=PATIENCE)
    painted, drawn = parts.values()
    assert painted.count == 0
    assert 0 < drawn.count <= 8  # not once for each of the widgets that it lies in, which took a second and more


def ancestors(part: QWidget) -> list[QWidget]:
    """All that it lies in."""
    found, one = [], part.parentWidget()
    while one is not None:
        found.append(one)
        one = one.parentWidget()
    return found


def test_all_that_qt_draws_wears_the_theme_in_every_view_of_every_lab(paused, qtbot):
    paused.set_theme(DARK)
    seen = set()
    for lab, view in ((entry.name, view) for entry in labs.LABS for view in [one for one, _ in entry.views] or [""]):
        paused.show_lab(lab, view)
        qtbot.waitUntil(lambda: paused.up_to_date, timeout=PATIENCE)
        for part in paused.findChildren(QWidget):
            by_qt = isinstance(part, (Button, TextButton, QLineEdit, QComboBox, QScrollBar))
            if by_qt and part.isVisible():
                seen.add(type(part).__name__)
                worn = [part.styleSheet(), *(one.styleSheet() for one in ancestors(part))]
                wear(part, DARK)
                where = f"{part.accessibleName()} of {part.parentWidget().accessibleName()} in {lab} {view}"
                assert any(part.styleSheet() in sheet for sheet in worn), where
    assert seen >= {"Button", "PlayButton", "TextButton", "Entry", "Picker", "QScrollBar"}


def test_a_change_of_theme_reaches_a_lab_when_it_is_seen_again(paused):
    paused.show_lab("tuning")
    button = paused.lab.page.wall.findChild(Button)
    paused.show_lab("playground")
    told = Told()
    button.installEventFilter(told)
    paused.set_theme(DARK)
    assert told.count == 0
    paused.show_lab("tuning")
    assert told.count and button.style().metaObject().className() == "QStyleSheetStyle"
    corner = paused.lab.page.wall.grab().toImage().pixelColor(1, 1)
    assert corner.name() == DARK.window.name()


def test_a_switch_of_theme_repaints_every_panel(paused, qtbot):
    settle(paused, qtbot)
    paints = Paints(
        [
            *(one for one in paused.lab.panels if isinstance(one, QWidget) and one.isVisible()),
            paused.transport,
            paused.tabs,
            paused.lab.page.data,
        ]
    )
    press(paused, "Theme")
    qtbot.waitUntil(lambda: all(paints.counts), timeout=PATIENCE)
    paints.stop()
    assert paused.theme.dark


def test_the_smallest_window_holds_all_cards(paused, qtbot):
    paused.resize(*SMALLEST)
    qtbot.waitUntil(lambda: paused.width() == SMALLEST[0], timeout=PATIENCE)
    for card in paused.lab.page.children():
        if isinstance(card, QWidget):
            assert paused.lab.page.rect().contains(card.geometry()), card.accessibleName()


def clipped(window: Window) -> list[str]:
    """The labels, buttons and fields whose words need more room than they have."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel):
            needs, has = widget.minimumSizeHint(), widget.size()
        elif isinstance(widget, Segment):
            needs, has = widget.fontMetrics().size(0, widget.text()), widget.size()
        elif isinstance(widget, QPushButton | QLineEdit):
            needs, has = widget.fontMetrics().size(0, widget.text() or "0"), widget.size()
        else:
            continue
        if needs.width() > has.width() or needs.height() > has.height() + 2:
            found.append(f"{type(widget).__name__} {widget.text()!r} needs {needs.toTuple()}, has {has.toTuple()}")
    return found


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)], ids=str)
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_words_of_controls_are_clipped(paused, qtbot, scale, size):
    paused.resize(*size)
    paused.part(Looks).enlarge(scale)
    for fold in (paused.lab.page.data.more, paused.lab.page.hyperparameters.more):
        fold.setChecked(True)
    qtbot.waitUntil(lambda: paused.size().toTuple() == size, timeout=PATIENCE)
    QApplication.processEvents()
    with contextlib.suppress(qtbot.TimeoutError):  # the layout needs a few events; then the list says what is wrong
        qtbot.waitUntil(lambda: clipped(paused) == [])
    assert clipped(paused) == []


def too_wide(window: Window) -> list[str]:
    """The controls that end to the right of what can be seen of their card."""
    found = []
    for card in (window.lab.page.data, window.lab.page.hyperparameters):
        room = card.area.viewport()
        for one in card.findChildren(Control):
            right = one.mapTo(room, QPoint(one.width(), 0)).x()
            if one.isVisible() and right > room.width():
                found.append(f"{one.path} ends at {right} of {room.width()}")
    return found


@pytest.mark.parametrize("optimiser", sorted(optimisers))
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_control_is_wider_than_its_card(paused, qtbot, scale, optimiser):
    paused.move_knob("training.optimiser", optimiser)
    paused.part(Looks).enlarge(scale)
    unfold(paused)
    with contextlib.suppress(qtbot.TimeoutError):  # the layout needs a few events; then the list says what is wrong
        qtbot.waitUntil(lambda: too_wide(paused) == [])
    assert too_wide(paused) == []


# -- names and keyboard -----------------------------------------------------------------------------------------------

INTERACTIVE = (QAbstractButton, QAbstractSlider, QLineEdit, QComboBox, NetworkCanvas, Plot)


def interactive(window: Window) -> list[QWidget]:
    """What can be worked in the window as it stands, scroll bars aside, which follow the keyboard by themselves."""
    found = [widget for widget in window.findChildren(QWidget) if isinstance(widget, INTERACTIVE)]
    return [w for w in found if w.isVisibleTo(window) and w.isEnabled() and not isinstance(w, QScrollBar)]


def unfold(window: Window) -> None:
    for card in (window.lab.page.data, window.lab.page.hyperparameters):
        card.more.setChecked(True)


def tab_stops(window: Window, qtbot) -> list[QWidget]:
    """Where Tab leads, from the window itself around to where it was before."""
    stops: list[QWidget] = []
    window.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    while QApplication.focusWidget() not in stops:
        stops.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    return stops


def test_every_interactive_widget_has_a_name(paused):
    unfold(paused)
    nameless = [
        f"{type(w).__name__} in {type(w.parent()).__name__}" for w in interactive(paused) if not w.accessibleName()
    ]
    assert nameless == []


def test_tab_reaches_every_interactive_widget(paused, qtbot):
    unfold(paused)
    QApplication.processEvents()
    wanted = interactive(paused)
    reached = tab_stops(paused, qtbot)
    groups = {id(group): group.buttons() for group in paused.findChildren(QButtonGroup)}
    missed = []
    for widget in wanted:
        # the arrow keys move within a group of exclusive buttons
        together = next((buttons for buttons in groups.values() if widget in buttons), [widget])
        if isinstance(widget, QAbstractButton) and widget.autoExclusive():
            together = widget.parent().findChildren(type(widget))
        if not any(one in reached for one in together):
            missed.append(f"{type(widget).__name__} {widget.accessibleName()!r}")
    assert missed == []


@pytest.mark.parametrize("card", ["data", "hyperparameters"])
def test_tab_goes_down_a_card_in_the_order_it_is_read(paused, qtbot, card):
    unfold(paused)
    QApplication.processEvents()
    card = getattr(paused.lab.page, card)
    tops = []
    for widget in tab_stops(paused, qtbot):
        if card.isAncestorOf(widget):
            knob = next((one for one in card.findChildren(Control) if one.isAncestorOf(widget)), widget)
            tops.append(knob.mapTo(card, QPoint()).y())
    assert tops == sorted(tops)


def test_tab_goes_through_the_playground_as_the_computation_does(paused, qtbot):
    QApplication.processEvents()
    lab = paused.lab.page
    parts = (lab.data, lab.network, lab.map, lab.curves, lab.distributions, lab.hyperparameters)
    visited = [next((at for at, p in enumerate(parts) if p.isAncestorOf(w)), -1) for w in tab_stops(paused, qtbot)]
    assert visited == sorted(visited)


def test_tab_stops_only_where_something_can_be_done(paused, qtbot):
    assert [type(w).__name__ for w in tab_stops(paused, qtbot) if not isinstance(w, INTERACTIVE)] == []


# -- going back -------------------------------------------------------------------------------------------------------


def place(window: Window, tick: int) -> QPoint:
    return QPoint(round(window.timeline.x_at(tick)), window.timeline.height() // 3)


def there(window: Window, tick: int) -> bool:
    status = window.session.status
    return window.session.going is None and (status.tick, status.playing) == (tick, False)


def test_the_handle_moves_while_training(window, qtbot):
    before = window.timeline.value()
    qtbot.waitUntil(lambda: window.timeline.value() > before + 100, timeout=PATIENCE)


def test_a_drag_of_the_handle_ends_at_the_last_place(window, qtbot):
    qtbot.waitUntil(lambda: window.session.status.end > 1000, timeout=PATIENCE)
    strip = window.timeline
    qtbot.mousePress(strip, LEFT, pos=place(window, strip.value()))
    for tick in range(900, 200, -20):
        qtbot.mouseMove(strip, place(window, tick))
    asked = strip.value()
    qtbot.mouseRelease(strip, LEFT, pos=place(window, asked))
    assert asked < 300
    qtbot.waitUntil(lambda: there(window, asked), timeout=PATIENCE)
    assert strip.value() == asked


def test_all_panels_show_the_moment_gone_to(window, qtbot):
    qtbot.waitUntil(lambda: window.session.status.end > 1000, timeout=PATIENCE)
    window.go_to(1000)
    qtbot.waitUntil(lambda: there(window, 1000), timeout=PATIENCE)
    settle(window, qtbot)
    first = window.session.views["curves"].train_loss.tobytes(), window.session.views["map"].p.tobytes()
    window.go_to(10)
    qtbot.waitUntil(lambda: there(window, 10) and window.session.views["curves"].step[-1] <= 10, timeout=PATIENCE)
    window.go_to(1000)
    qtbot.waitUntil(lambda: there(window, 1000), timeout=PATIENCE)
    settle(window, qtbot)
    again = window.session.views["curves"].train_loss.tobytes(), window.session.views["map"].p.tobytes()
    assert again == first


def test_keys_go_through_time(paused, qtbot):
    for _ in range(3):
        paused.session.advance("epoch")
    qtbot.waitUntil(lambda: paused.session.status.epoch == 3, timeout=PATIENCE)
    end, batches = paused.session.status.end, paused.session.status.batches
    paused.timeline.setFocus(Qt.FocusReason.TabFocusReason)
    pressed = (
        (Qt.Key.Key_Left, end - 1),
        (Qt.Key.Key_PageDown, end - 1 - batches),
        (Qt.Key.Key_Right, end - batches),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, end),
    )
    for key, tick in pressed:
        qtbot.keyClick(paused.timeline, key)
        qtbot.waitUntil(lambda tick=tick: there(paused, tick), timeout=PATIENCE)


def test_controls_follow_an_experiment_gone_back_to(paused, qtbot):
    paused.session.advance("epoch")
    paused.move_knob(RATE, 0.5)
    paused.session.advance("epoch")
    qtbot.waitUntil(lambda: paused.session.status.epoch == 2, timeout=PATIENCE)
    assert control(paused, RATE).value() == 0.5
    paused.go_to(3)
    qtbot.waitUntil(lambda: control(paused, RATE).value() == 0.01, timeout=PATIENCE)


def test_a_network_gone_back_to_is_laid_out_as_it_was(paused, qtbot):
    paused.session.advance("epoch")
    paused.session.remove_layer(2)
    paused.session.advance("epoch")
    qtbot.waitUntil(lambda: len(paused.session.views["network"].layers) == 4, timeout=PATIENCE)
    paused.go_to(3)
    qtbot.waitUntil(lambda: len(paused.session.views["network"].layers) == 5, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(paused.session.experiment.network.layers) == 3, timeout=PATIENCE)


# -- rest -------------------------------------------------------------------------------------------------------------


def test_a_paused_window_that_has_settled_asks_for_no_probes(paused, qtbot):
    settle(paused, qtbot)
    count = len(paused.session.asked)
    qtbot.waitUntil(lambda: len(paused.session.asked) > count + 8, timeout=PATIENCE)
    assert set(paused.session.asked[count:]) == {()}


def test_a_paused_window_that_has_settled_paints_nothing(paused, qtbot):
    settle(paused, qtbot)
    seen = []
    for _ in range(3):  # what was painted before may still be on its way to the screen, once
        paints = Paints([paused])
        count = len(paused.session.asked)
        qtbot.waitUntil(lambda count=count: len(paused.session.asked) > count + 8, timeout=PATIENCE)
        paints.stop()
        seen.append(paints.who)
    assert [] in seen


def test_a_settled_window_wakes_up_for_a_step(paused, qtbot):
    settle(paused, qtbot)
    paints = Paints([one for one in paused.lab.panels if isinstance(one, QWidget) and one.isVisible()])
    qtbot.keyClick(paused, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: all(paints.counts), timeout=PATIENCE)
    paints.stop()
    assert paused.session.status.step == 1


# -- files ------------------------------------------------------------------------------------------------------------


def test_an_experiment_that_is_opened_is_in_force(window, qtbot, tmp_path):
    file = tmp_path / "moons.json"
    file.write_text(Experiment(data=Data(source="moons", classes=2)).to_json(), encoding="utf-8")
    window.part(Files).open(file)
    qtbot.waitUntil(lambda: len(window.session.views["examples"].class_names) == 2, timeout=PATIENCE)
    assert window.lab.page.data.thumbnails["moons"].isChecked()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "broken.json: this is not an experiment"),
        ('{"training": {"learning_rate": 99}}', "learning_rate is 99"),
        ('{"version": 999}', "version is 999"),
    ],
    ids=["cut short", "out of range", "from the future"],
)
def test_a_broken_experiment_is_refused_in_one_sentence(paused, qtbot, tmp_path, text, said):
    file = tmp_path / "broken.json"
    file.write_text(text, encoding="utf-8")
    paused.part(Files).open(file)
    qtbot.waitUntil(lambda: said in message(paused), timeout=PATIENCE)
    assert message(paused).startswith("Alarm: ")
    assert paused.session.experiment == Experiment()


def test_a_file_that_is_not_there_is_said(paused, qtbot, tmp_path):
    paused.part(Files).open(tmp_path / "gone.json")
    qtbot.waitUntil(lambda: "gone.json: No such file" in message(paused), timeout=PATIENCE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_pipe_that_is_opened_is_refused_and_waited_for_by_nobody(paused, qtbot, tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    paused.part(Files).open(tmp_path / "pipe.json")
    qtbot.waitUntil(lambda: "pipe.json: this is not a file but a device or pipe" in message(paused), timeout=PATIENCE)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there every name is text")
def test_a_table_whose_name_is_no_text_is_refused(paused, qtbot, tmp_path):
    file = tmp_path / os.fsdecode(b"t\xfc.csv")
    file.write_bytes(asset("datasets/iris.csv").read_bytes())
    before = paused.session.experiment
    paused.part(Files).open(file)
    qtbot.waitUntil(lambda: r"t\udcfc.csv', which is no text in UTF-8; rename" in message(paused), timeout=PATIENCE)
    assert paused.session.experiment == before


@pytest.fixture
def opening(monkeypatch) -> list[threading.Thread]:
    """The threads on which a file called mine.something is opened."""
    threads: list[threading.Thread] = []
    open_ = os.open

    def noted(path, *words, **more):
        if Path(os.fsdecode(path)).name.startswith("mine."):
            threads.append(threading.current_thread())
        return open_(path, *words, **more)

    monkeypatch.setattr(os, "open", noted)
    return threads


def test_no_file_is_opened_on_the_windows_thread(paused, qtbot, tmp_path, opening):
    (tmp_path / "mine.json").write_text(Experiment().to_json(), encoding="utf-8")
    paused.part(Files).open(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: "Opened mine.json" in message(paused), timeout=PATIENCE)
    assert opening and threading.main_thread() not in opening


def test_no_table_is_opened_on_the_windows_thread(paused, qtbot, tmp_path, opening):
    (tmp_path / "mine.csv").write_text("a,class\n" + "1,u\n2,v\n" * 20, encoding="utf-8")
    paused.part(Files).open(tmp_path / "mine.csv")
    qtbot.waitUntil(lambda: bool(paused.findChildren(OpenTable)), timeout=PATIENCE)
    dialog = paused.findChild(OpenTable)
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    dialog.reject()
    assert opening and threading.main_thread() not in opening


def test_no_file_is_written_on_the_windows_thread(paused, qtbot, tmp_path, opening):
    paused.part(Files).save(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: message(paused) == "Saved to mine.json.", timeout=PATIENCE)
    assert opening and threading.main_thread() not in opening


def test_an_experiment_whose_table_is_gone_leaves_the_old_one_in_force(window, qtbot, tmp_path):
    file = tmp_path / "lost.json"
    file.write_text(Experiment(data=Data(source=FILE, file="gone.csv")).to_json(), encoding="utf-8")
    window.part(Files).open(file)
    qtbot.waitUntil(lambda: "gone.csv" in message(window), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.session.experiment == Experiment(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.lab.page.data.thumbnails["spiral"].isChecked(), timeout=PATIENCE)


def test_what_is_saved_opens_again_as_it_was(paused, qtbot, tmp_path):
    slide(paused, qtbot, RATE, 0.8)
    paused.part(Files).save(tmp_path / "mine.json")
    qtbot.waitUntil(lambda: message(paused) == "Saved to mine.json.", timeout=PATIENCE)
    assert from_json((tmp_path / "mine.json").read_bytes()) == paused.session.experiment


def test_of_twins_the_one_is_saved_and_kept_that_the_controls_show(paused, qtbot, tmp_path):
    session, files = paused.session, paused.part(Files)
    paused.do(session.start_twin)
    paused.move_knob(RATE, 0.3)
    for side, rate in (("B", 0.3), ("A", session.experiment.training.learning_rate), ("both", 0.01)):
        paused.do(lambda side=side: session.set_side(side))
        files.save(tmp_path / f"{side}.json")
        said = f"{'B' if side == 'B' else 'A'} is saved to {side}.json."
        qtbot.waitUntil(lambda said=said: message(paused) == said, timeout=PATIENCE)
        assert from_json((tmp_path / f"{side}.json").read_bytes()).training.learning_rate == rate
    paused.do(lambda: session.set_side("B"))
    files._keep()
    assert last_experiment() == session.twin


def test_what_cannot_be_saved_is_said(paused, qtbot, tmp_path):
    paused.part(Files).save(tmp_path)
    qtbot.waitUntil(lambda: message(paused).startswith(f"Alarm: {tmp_path}: "), timeout=PATIENCE)


@pytest.mark.parametrize(
    ("key", "title"), [(Qt.Key.Key_O, "Open an experiment or a table"), (Qt.Key.Key_S, "Save the experiment")]
)
def test_a_key_asks_for_a_file(paused, qtbot, key, title):
    qtbot.keyClick(paused, key, Qt.KeyboardModifier.ControlModifier)
    dialog = paused.findChild(QFileDialog)
    assert dialog.windowTitle() == title
    dialog.reject()


def drop(window: Window, *files: Path) -> bool:
    """Drags files over the window and lets them go; whether the window wanted them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 400), copy, data, LEFT, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(400, 400), copy, data, LEFT, none))
    return enter.isAccepted()


def test_an_experiment_that_is_dropped_is_opened(paused, qtbot, tmp_path):
    file = tmp_path / "dropped.json"
    file.write_text(Experiment(seed=7).to_json(), encoding="utf-8")
    assert drop(paused, file)
    qtbot.waitUntil(lambda: paused.session.experiment.seed == 7, timeout=PATIENCE)


def test_a_table_that_is_dropped_is_trained_on_once_the_dialog_is_done(paused, qtbot):
    assert drop(paused, asset("datasets/iris.csv"))
    qtbot.waitUntil(lambda: bool(paused.findChildren(OpenTable)), timeout=PATIENCE)
    dialog = paused.findChild(OpenTable)
    qtbot.waitUntil(dialog.open_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(dialog.open_button, LEFT)
    qtbot.waitUntil(lambda: paused.session.views["examples"].feature_names[0].startswith("sepal"), timeout=PATIENCE)


def test_several_files_at_once_are_not_taken(paused, tmp_path):
    assert not drop(paused, tmp_path / "a.json", tmp_path / "b.json")


# -- what goes wrong --------------------------------------------------------------------------------------------------


def kill_worker(window: Window) -> None:
    assert window.session.worker_pid != os.getpid()
    os.kill(window.session.worker_pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


def test_a_killed_worker_is_said_and_training_goes_on(killable, qtbot):
    qtbot.waitUntil(lambda: killable.session.status.step > 100, timeout=PATIENCE)
    kill_worker(killable)
    qtbot.waitUntil(lambda: "training process ended unexpectedly" in message(killable), timeout=PATIENCE)
    step = killable.session.status.step
    qtbot.waitUntil(lambda: killable.session.status.step not in (0, step), timeout=PATIENCE)


def test_a_killed_worker_goes_on_from_its_checkpoint(killable, qtbot):
    qtbot.waitUntil(lambda: killable.session._recovery.checkpoint is not None, timeout=PATIENCE)
    kept = killable.session._recovery.checkpoint.step
    kill_worker(killable)
    qtbot.waitUntil(lambda: any("goes on from" in said for said in killable.session.said), timeout=PATIENCE)
    qtbot.waitUntil(lambda: killable.session.status.step > kept, timeout=PATIENCE)


def test_a_move_made_while_the_worker_is_dead_is_not_lost(killable, qtbot):
    qtbot.waitUntil(lambda: killable.session._recovery.checkpoint is not None, timeout=PATIENCE)
    kill_worker(killable)
    moved = slide(killable, qtbot, RATE, 0.3).value()
    qtbot.waitUntil(
        lambda: [caption for *_, caption in killable.session.views["curves"].moves][-1:] == [f"α {moved:.4g}"],
        timeout=PATIENCE,
    )


def test_a_paused_window_stays_paused_with_its_new_worker(opened, qtbot):
    paused = opened(playing=False, killable=True)
    kill_worker(paused)
    qtbot.waitUntil(lambda: "goes on from the start" in message(paused), timeout=PATIENCE)
    count = len(paused.session.asked)
    qtbot.waitUntil(lambda: len(paused.session.asked) > count + 8, timeout=PATIENCE)
    assert (paused.session.status.step, paused.session.status.playing) == (0, False)


def test_a_home_that_cannot_be_written_is_said_and_stops_nothing(opened, qtbot, tmp_path, monkeypatch):
    (tmp_path / "no folder").write_text("a file where a folder should be", encoding="utf-8")
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "no folder" / "home"))
    window = opened()
    slide(window, qtbot, RATE, 0.6)
    qtbot.waitUntil(lambda: "could not be kept" in message(window), timeout=PATIENCE)
    step = window.session.status.step
    qtbot.waitUntil(lambda: window.session.status.step > step, timeout=PATIENCE)


# -- the end ----------------------------------------------------------------------------------------------------------


def test_closing_ends_the_worker(killable):
    worker = psutil.Process(killable.session.worker_pid)
    killable.close()
    assert not worker.is_running() and killable.session.worker_pid is None


def test_closing_leaves_no_thread_and_no_timer(window):
    window.close()
    timers = [one for one in gc.get_objects() if isinstance(one, QTimer) and shiboken6.isValid(one) and one.isActive()]
    threads = [one for one in threading.enumerate() if one is not threading.main_thread() and not one.daemon]
    assert (timers, threads) == ([], [])


def test_closing_leaves_no_other_widget_open(window):
    window.close()
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == []


def test_a_second_close_does_no_harm(window):
    window.close()
    assert window.close()


# -- for hours --------------------------------------------------------------------------------------------------------


def test_repaints_lose_no_reference_to_none(window):
    window.grab()
    before = sys.getrefcount(None)
    for _ in range(60):
        window.grab()
    assert abs(sys.getrefcount(None) - before) < 300


def test_a_drag_of_a_slider_is_one_mark(paused, qtbot):
    session, track = paused.session, paused.lab.page.hyperparameters.controls["training.learning_rate"].track
    session.advance("epoch")
    qtbot.waitUntil(lambda: session.status.step > 0, timeout=PATIENCE)
    for drag in (3, 6):
        qtbot.mousePress(track, LEFT, pos=QPoint(round(track.x_at(0.5)), 8))
        for share in range(drag):
            qtbot.mouseMove(track, QPoint(round(track.x_at(0.5 + 0.02 * share)), 8))
            step = session.status.step
            session.advance("batch")
            qtbot.waitUntil(lambda step=step: session.status.step > step, timeout=PATIENCE)
        qtbot.mouseRelease(track, LEFT, pos=QPoint(round(track.x_at(0.5 + 0.02 * share)), 8))
    qtbot.waitUntil(lambda: len(session.status.moves) == 2, timeout=PATIENCE)
    assert all("→" in said for _, said in session.status.moves)


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        ((1366, 768), (1280, 732)),
        ((1280, 800), (1280, 764)),
        ((3840, 2160), (1280, 800)),
        ((1024, 600), (1000 + 24, 700)),
    ],
)
def test_the_first_window_fits_the_screen(screen, size):
    assert first_size(QSize(*screen)) == QSize(*size)


def test_tooltips_are_in_the_interface_s_type(paused):
    assert QToolTip.font().family() == font(12).family()


def test_a_window_at_rest_asks_seldom_and_at_once_when_something_is_looked_at(paused, qtbot):
    settle(paused, qtbot)
    ticks, before = 0, len(paused.session.asked)
    tick = paused.ticker._tick

    def counted() -> None:
        nonlocal ticks
        ticks += 1
        tick()

    paused.ticker._tick = counted
    qtbot.waitUntil(lambda: ticks >= 4 * SELDOM, timeout=PATIENCE)
    assert 3 <= len(paused.session.asked) - before <= 5
    paused.lab.page.map.set_pin(Pin(example=7))
    ticks, before = 0, len(paused.session.asked)
    qtbot.waitUntil(lambda: len(paused.session.asked) > before, timeout=PATIENCE)
    assert ticks <= 2
