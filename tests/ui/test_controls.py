"""Single controls: what they say when they are moved, typed into or shown a value, and what they refuse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hyperscope.engine.settings import WHOLE_SET
from hyperscope.knob import Knob
from hyperscope.lab.experiment.experiment import Experiment, every_knob, knob_at
from hyperscope.ui.controls.detents import Detents
from hyperscope.ui.controls.form import control_for
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.tabs import LabTabs
from hyperscope.ui.controls.words import read, shown, tick
from hyperscope.ui.style import palette, stylesheet
from hyperscope.ui.theme import DARK, LIGHT, THEMES

KNOBS = [(path, knob, value) for path, knob, value in every_knob(Experiment())]
SLIDERS = [(path, knob) for path, knob, _ in KNOBS if knob.kind in ("number", "whole") and math.isfinite(knob.high)]
LEARNING_RATE = "training.learning_rate"


def in_window(qtbot, *widgets: QWidget) -> QWidget:
    """An active window 240 pixels wide with `widgets` below each other."""
    window = QWidget()
    column = QVBoxLayout(window)
    for widget in widgets:
        column.addWidget(widget)
    # qtbot keeps only a weak reference; this lets the window live until the test is over
    qtbot.addWidget(window, before_close_func=lambda _: window.hide())
    window.resize(240, 80 * len(widgets))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def slider(qtbot, path: str, value: float) -> tuple[KnobSlider, list[object], list[str]]:
    """A slider in a window, and what it says from now on: values and refusals."""
    control = KnobSlider(path, knob_at(path))
    control.set_value(value)
    in_window(qtbot, control)
    moves: list[object] = []
    refusals: list[str] = []
    control.moved.connect(lambda _, moved: moves.append(moved))
    control.refused.connect(refusals.append)
    return control, moves, refusals


def type_into(qtbot, control: KnobSlider, words: str) -> None:
    """Clicks the value, types over it, and presses Enter."""
    qtbot.mouseClick(control.entry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(control.entry.hasFocus)
    qtbot.keyClicks(control.entry, words)
    qtbot.keyClick(control.entry, Qt.Key.Key_Return)


def drag(qtbot, control: KnobSlider, *places: float) -> None:
    """Presses the track at the first of `places` (0 to 1), moves over the others and lets go."""
    middle = 8
    points = [QPoint(round(control.track.x_at(place)), middle) for place in places]
    qtbot.mousePress(control.track, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(control.track, point)
    qtbot.mouseRelease(control.track, Qt.MouseButton.LeftButton, pos=points[-1])


def test_dragging_says_values_on_the_knobs_scale(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    drag(qtbot, control, 0.0, 1 / 7, 1.0)
    assert moves == pytest.approx([1e-6, 1e-5, 10], rel=0.1)


def test_a_dragged_learning_rate_has_two_figures(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    drag(qtbot, control, 0.637)
    assert float(f"{moves[0]:.1e}") == moves[0]


def test_dragging_carries_the_path(qtbot):
    control, _, _ = slider(qtbot, LEARNING_RATE, 0.01)
    with qtbot.waitSignal(control.moved) as said:
        drag(qtbot, control, 0.9)
    assert said.args[0] == LEARNING_RATE


def test_a_value_that_comes_back_late_does_not_pull_the_handle_away(qtbot):
    control, _, _ = slider(qtbot, LEARNING_RATE, 0.01)
    qtbot.mousePress(control.track, Qt.MouseButton.LeftButton, pos=QPoint(round(control.track.x_at(1.0)), 8))
    control.set_value(0.01)
    assert control.value() == 10
    qtbot.mouseRelease(control.track, Qt.MouseButton.LeftButton)


def test_showing_a_value_says_nothing(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    control.set_value(0.5)
    assert moves == []


def test_an_arrow_moves_a_tenth_of_a_decade(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    qtbot.keyClick(control.track, Qt.Key.Key_Right)
    assert moves == [0.013]


@pytest.mark.parametrize(
    ("key", "rate"),
    [(Qt.Key.Key_PageUp, 0.1), (Qt.Key.Key_PageDown, 0.001), (Qt.Key.Key_Home, 1e-6), (Qt.Key.Key_End, 10)],
)
def test_page_keys_move_a_decade_and_home_and_end_go_to_the_ends(qtbot, key, rate):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    qtbot.keyClick(control.track, key)
    assert moves == pytest.approx([rate])


def turn_wheel(control: KnobSlider) -> QWheelEvent:
    """One notch upwards over the track."""
    event = QWheelEvent(
        QPointF(20, 8),
        QPointF(20, 8),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    control.track.wheelEvent(event)
    return event


def test_the_wheel_moves_a_slider_that_has_the_keyboard(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    control.track.setFocus()
    turn_wheel(control)
    assert moves == [0.013]


def test_the_wheel_passes_by_a_slider_without_the_keyboard(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    control.track.clearFocus()
    event = turn_wheel(control)
    assert (moves, event.isAccepted()) == ([], False)


def test_a_typed_value_is_said_as_it_is(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    type_into(qtbot, control, "0.0314")
    assert (moves, control.entry.text()) == ([0.0314], "0.0314")


def test_enter_hands_the_keyboard_back_to_the_slider(qtbot):
    control, _, _ = slider(qtbot, LEARNING_RATE, 0.01)
    type_into(qtbot, control, "0.02")
    assert control.track.hasFocus()


def test_typing_99_into_the_learning_rate_is_refused_in_a_sentence(qtbot):
    control, moves, refusals = slider(qtbot, LEARNING_RATE, 0.01)
    type_into(qtbot, control, "99")
    assert (moves, refusals) == ([], ["learning_rate is 99; it must lie in [1e-06, 10]"])


def test_a_refused_value_leaves_the_old_one(qtbot):
    control, _, _ = slider(qtbot, LEARNING_RATE, 0.01)
    type_into(qtbot, control, "99")
    assert (control.value(), control.entry.text()) == (0.01, "0.01")


def test_words_are_refused_as_a_number(qtbot):
    control, _, refusals = slider(qtbot, LEARNING_RATE, 0.01)
    type_into(qtbot, control, "fast")
    assert refusals == ["learning_rate is 'fast'; it must lie in [1e-06, 10]"]


def test_escape_takes_back_what_was_typed(qtbot):
    control, moves, _ = slider(qtbot, LEARNING_RATE, 0.01)
    qtbot.mouseClick(control.entry, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(control.entry, "5")
    qtbot.keyClick(control.entry, Qt.Key.Key_Escape)
    assert (moves, control.entry.text()) == ([], "0.01")


L2 = "training.l2"


def test_a_scale_from_zero_has_ticks_at_zero_and_at_powers_of_ten():
    assert [label for _, label in Detents(knob_at(L2), 1.0).ticks()] == ["0", "10⁻⁴", "0.01", "1"]


def test_ticks_from_zero_go_from_left_to_right_within_the_track():
    places = [place for place, _ in Detents(knob_at("training.clip_norm"), 100.0).ticks()]
    assert places == sorted(places) and (places[0], places[-1]) == (0, 1)


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        (Qt.Key.Key_Right, 0.0, 1e-6),
        (Qt.Key.Key_PageUp, 0.0, 1e-6),
        (Qt.Key.Key_Left, 1e-6, 0.0),
        (Qt.Key.Key_PageDown, 7e-6, 1e-6),
        (Qt.Key.Key_Right, 1e-6, 1.3e-6),
        (Qt.Key.Key_Home, 0.01, 0.0),
    ],
)
def test_a_key_never_leaves_the_handle_between_zero_and_the_smallest_value(qtbot, key, before, after):
    control, moves, _ = slider(qtbot, L2, before)
    qtbot.keyClick(control.track, key)
    assert moves == pytest.approx([after])


def test_the_wheel_goes_from_zero_to_the_smallest_value(qtbot):
    control, moves, _ = slider(qtbot, L2, 0.0)
    control.track.setFocus()
    turn_wheel(control)
    assert moves == [1e-6]


def test_a_drag_to_the_left_end_says_zero(qtbot):
    control, moves, _ = slider(qtbot, L2, 0.01)
    drag(qtbot, control, 0.0)
    assert (moves, control.entry.text()) == ([0.0], "0")


def mixed_slider(qtbot) -> tuple[KnobSlider, list[object]]:
    control, moves, _ = slider(qtbot, "network.layers.0.dropout", 0.0)
    control.set_mixed([0.0, 0.5])
    return control, moves


def test_a_mixed_slider_says_so_and_has_no_value(qtbot):
    control, moves = mixed_slider(qtbot)
    assert (control.value(), control.entry.text(), moves) == (None, "mixed", [])


def test_a_mixed_slider_stands_for_one_value_once_it_is_moved(qtbot):
    control, moves = mixed_slider(qtbot)
    drag(qtbot, control, 0.0)
    assert (moves, control.value(), control.entry.text()) == ([0.0], 0.0, "0")


def test_leaving_a_mixed_value_untouched_says_nothing(qtbot):
    control, moves = mixed_slider(qtbot)
    control.entry.setFocus()
    qtbot.keyClick(control.entry, Qt.Key.Key_Return)
    assert moves == []


def batch_size(qtbot) -> tuple[KnobSlider, list[object], list[str]]:
    control, moves, refusals = slider(qtbot, "training.batch_size", 32)
    control.set_upper(300, "all")
    return control, moves, refusals


def test_the_right_end_of_the_batch_size_means_all(qtbot):
    control, moves, _ = batch_size(qtbot)
    drag(qtbot, control, 1.0)
    assert (moves, control.entry.text()) == ([WHOLE_SET], "all")


def test_a_batch_larger_than_the_training_set_reads_as_all(qtbot):
    control, _, _ = batch_size(qtbot)
    control.set_value(512)
    assert control.entry.text() == "all"


def test_all_may_be_typed(qtbot):
    control, moves, _ = batch_size(qtbot)
    type_into(qtbot, control, "all")
    assert moves == [WHOLE_SET]


def test_a_batch_size_that_is_no_power_of_two_may_be_typed(qtbot):
    control, moves, _ = batch_size(qtbot)
    type_into(qtbot, control, "50")
    assert moves == [50]


def test_the_batch_sizes_ticks_are_every_third_power_and_the_end(qtbot):
    knob = knob_at("training.batch_size")
    assert [label for _, label in Detents(knob, 300, "all").ticks()] == ["1", "8", "64", "all"]


@pytest.mark.parametrize(("path", "knob"), SLIDERS)
def test_every_detent_is_an_allowed_value(path, knob):
    detents = Detents(knob, knob.high)
    few = range(0, detents.count + 1, max(1, detents.count // 50))
    assert [knob.refusal(detents.value(step)) for step in [*few, detents.count]] == [None] * (len(few) + 1)


@pytest.mark.parametrize(("path", "knob"), SLIDERS)
def test_the_ends_of_a_slider_are_the_ends_of_its_knob(path, knob):
    detents = Detents(knob, knob.high)
    assert (detents.value(0), detents.value(detents.count)) == pytest.approx((knob.low, knob.high))


@pytest.mark.parametrize(("path", "knob", "value"), [(p, k, v) for p, k, v in KNOBS if (p, k) in SLIDERS])
def test_a_default_stays_itself_on_its_slider(path, knob, value):
    detents = Detents(knob, knob.high)
    assert detents.value(detents.step(value)) == pytest.approx(value)


@given(st.floats(1e-9, 1e5))
def test_a_number_reads_back_as_it_is_shown(value):
    rounded = float(f"{value:.4g}")
    assert read(knob_at(LEARNING_RATE), shown(rounded)) == pytest.approx(rounded, rel=1e-3)


@pytest.mark.parametrize(("value", "words"), [(0.03, "0.03"), (0.999, "0.999"), (1e-8, "10⁻⁸"), (3.2e-6, "3.2·10⁻⁶")])
def test_numbers_are_shown_as_one_writes_them(value, words):
    assert shown(value) == words


def test_small_ticks_are_powers_of_ten_and_large_ones_are_decimals():
    assert [tick(n) for n in (-4, -3, -2, -1, 0)] == ["10⁻⁴", "10⁻³", "0.01", "0.1", "1"]


def test_a_decimal_comma_is_understood():
    assert read(knob_at(LEARNING_RATE), "0,03") == 0.03


@pytest.mark.parametrize(("path", "knob", "value"), KNOBS)
def test_every_knob_gets_a_control_that_shows_its_value(qtbot, path, knob, value):
    control = control_for(path, knob)
    qtbot.addWidget(control)
    control.set_value(value)
    assert control.value() == value


@pytest.mark.parametrize(("path", "knob", "value"), [entry for entry in KNOBS if entry[1].kind == "choice"])
def test_every_choice_has_a_button_for_each_of_its_values(qtbot, path, knob, value):
    control = control_for(path, knob)
    qtbot.addWidget(control)
    assert isinstance(control, Segmented)
    captions = [knob.caption(each) for each in knob.choices]
    assert [button.text() for button in control.segments.buttons] == captions


@pytest.mark.parametrize(("path", "knob", "value"), KNOBS)
def test_every_control_has_its_label_as_its_name_and_the_help_in_its_tooltip(qtbot, path, knob, value):
    control = control_for(path, knob)
    qtbot.addWidget(control)
    start = knob.help.split("'")[0].split("<")[0][:20]
    assert (control.accessibleName(), start in control.toolTip()) == (knob.label, True)


def batch_norm(qtbot) -> tuple[Segmented, list[object]]:
    control = Segmented("network.layers.0.batch_norm", knob_at("network.layers.0.batch_norm"))
    control.set_value("off")
    in_window(qtbot, control)
    moves: list[object] = []
    control.moved.connect(lambda _, value: moves.append(value))
    return control, moves


def test_a_click_on_a_segment_says_its_choice(qtbot):
    control, moves = batch_norm(qtbot)
    qtbot.mouseClick(control.segments.buttons[2], Qt.MouseButton.LeftButton)
    assert moves == ["after"]


def test_an_arrow_goes_to_the_next_segment(qtbot):
    control, moves = batch_norm(qtbot)
    control.segments.buttons[0].setFocus()
    qtbot.keyClick(control.segments.buttons[0], Qt.Key.Key_Right)
    assert moves == ["before"]


def test_a_mixed_choice_presses_nothing_and_says_so(qtbot):
    control, moves = batch_norm(qtbot)
    control.set_value(None)
    assert (control.value(), control._mixed.isVisible(), moves) == (None, True, [])


def test_a_mixed_choice_can_still_be_reached_by_tab(qtbot):
    control, _ = batch_norm(qtbot)
    control.set_value(None)
    stops = [button for button in control.segments.buttons if button.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) == 1


def test_the_pressed_segment_may_be_pressed_after_it_was_mixed(qtbot):
    control, moves = batch_norm(qtbot)
    control.set_value(None)
    qtbot.mouseClick(control.segments.buttons[0], Qt.MouseButton.LeftButton)
    assert moves == ["off"]


def test_too_many_segments_take_a_second_row(qtbot):
    choices = ("none", "step", "× 0.99", "1 / (1 + kt)", "cosine", "warm-up")
    control = Segmented("x", Knob("choice", "Decay", "How.", True, choices=choices))
    in_window(qtbot, control)
    assert len({button.y() for button in control.segments.buttons}) == 2


def test_segments_on_two_rows_stand_in_columns_where_they_fit(qtbot):
    control = Segmented(
        "x", Knob("choice", "X", "How.", True, choices=("one", "second", "third", "fourth", "fifth", "six"))
    )
    window = in_window(qtbot, control)
    window.resize(150, 80)
    qtbot.waitUntil(lambda: len({button.y() for button in control.segments.buttons}) == 2)
    assert len({button.x() for button in control.segments.buttons}) == 3


def test_a_choice_may_stand_beside_its_label(qtbot):
    control = Segmented("data.classes", knob_at("data.classes"), beside=True)
    in_window(qtbot, control)
    label = control.caption.geometry()
    assert label.top() < control.segments.geometry().center().y() < label.bottom()


def test_a_switch_says_on(qtbot):
    control = control_for("data.standardise", knob_at("data.standardise"))
    in_window(qtbot, control)
    with qtbot.waitSignal(control.moved) as said:
        qtbot.mouseClick(control.lever, Qt.MouseButton.LeftButton)
    assert said.args == ["data.standardise", True]


def test_a_tab_says_its_lab(qtbot):
    bar = LabTabs(["Playground", "Tuning"])
    in_window(qtbot, bar)
    with qtbot.waitSignal(bar.lab_chosen) as said:
        qtbot.mouseClick(bar.tabs["Tuning"], Qt.MouseButton.LeftButton)
    assert said.args == ["Tuning"]


def contrast(one, other) -> float:
    """The WCAG ratio of two colours."""

    def luminance(colour) -> float:
        parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=str)
def test_text_stands_out_from_every_ground_it_is_on(theme):
    pairs = [(ink, on) for ink in (theme.text, theme.quiet) for on in (theme.window, theme.card, theme.control)]
    assert min(contrast(*pair) for pair in [*pairs, (theme.on_accent, theme.accent)]) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_and_palette_have_the_themes_colours(name):
    theme = THEMES[name]
    made = palette(theme)
    assert theme.card.name() in stylesheet(theme)
    assert (made.window().color(), made.text().color()) == (theme.window, theme.text)
