"""The two cards: that they show an experiment silently, say what is moved, and can be worked by keyboard."""

from __future__ import annotations

import math
import re
from html import escape

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QSlider, QWidget

from hyperscope.engine.datasets import generators
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.schedules import schedules
from hyperscope.engine.settings import Network
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.experiment.data import FILE, Data, with_source
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob, knob_at
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.controls.thumbnail import picture_of
from hyperscope.ui.controls.words import loss_text
from hyperscope.ui.panels.cards.data import DataCard
from hyperscope.ui.panels.cards.hyperparameters import SHOWN, HyperparametersCard
from hyperscope.ui.style import stylesheet
from hyperscope.ui.theme import DARK, LIGHT, scaled
from patience import PATIENCE
from probed import probed

DROPOUT = "network.layers.*.dropout"
WINE = Examples(
    np.zeros((2, 178)),
    np.zeros(178, int),
    np.zeros(178, int),
    ("a", "b", "c"),
    ("first", "second"),
    (-1, 1, -1, 1),
    ("alcohol", "ash", "hue"),
    "The class is column class. " * 20,
    106,
)


def shown_card(qtbot, card, height=698):
    """`card` in its own window as high as the Playground's at 1280 × 800 gives it, and all it says from now on."""
    qtbot.addWidget(card)
    card.resize(card.width(), height)
    card.show()
    card.activateWindow()
    qtbot.waitUntil(card.isActiveWindow)
    said: list[tuple] = []
    card.moved.connect(lambda *words: said.append(words))
    card.refused.connect(lambda *words: said.append(words))
    return card, said


@pytest.fixture
def hyper(qtbot):
    return shown_card(qtbot, HyperparametersCard())


@pytest.fixture
def data(qtbot):
    return shown_card(qtbot, DataCard())


def with_data(**settings) -> Experiment:
    return Experiment(data=Data(**settings))


def with_moves(moves: dict[str, object]) -> Experiment:
    """The starting experiment with some knobs moved."""
    experiment = Experiment()
    for path, value in moves.items():
        experiment = changed(experiment, path, value)
    return experiment


def operable(card: QWidget) -> list[QWidget]:
    """Every visible part of the card that a hand or a key can work."""
    kinds = (QAbstractButton, QSlider, QLineEdit, QComboBox)
    return [part for part in card.findChildren(QWidget) if isinstance(part, kinds) and part.isVisible()]


def reached_by_tab(card: QWidget) -> set[QWidget]:
    """Where Tab goes, pressed until it comes round."""
    seen: set[QWidget] = set()
    while (at := QApplication.focusWidget()) not in seen:
        seen.add(at)
        card.focusNextChild()
    return seen


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.4, 2.0])
def test_no_hyperparameter_is_wider_than_the_card(hyper, qtbot, scale):
    card, _ = hyper
    card.set_theme(scaled(LIGHT, scale))
    card.more.setChecked(True)
    for path in ("network.initialiser", "training.optimiser", "training.schedule", "network.output"):
        for choice in knob_at(path).choices:
            card.show_experiment(changed(Experiment(), path, choice), 300)
            for _ in range(6):  # one lay-out asks for another
                QApplication.processEvents()
            assert card.area.widget().minimumSizeHint().width() <= card.area.viewport().width(), (path, choice)


def test_showing_an_experiment_says_nothing(hyper):
    card, said = hyper
    card.show_experiment(
        changed(changed(Experiment(), "training.optimiser", "sgd"), "training.learning_rate", 1.0), 100
    )
    assert said == []


def test_a_moved_slider_says_its_path(hyper, qtbot):
    card, said = hyper
    qtbot.keyClick(card.controls["training.learning_rate"].track, Qt.Key.Key_PageUp)
    assert said == [("training.learning_rate", 0.1)]


def test_a_refused_value_is_said_in_a_sentence(hyper, qtbot):
    card, said = hyper
    entry = card.controls["training.learning_rate"].entry
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(entry, "99")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert said == [("learning_rate is 99; it must lie in [1e-06, 10]",)]


def test_batch_norm_is_said_for_every_layer(hyper, qtbot):
    card, said = hyper
    qtbot.mouseClick(card.controls["network.layers.*.batch_norm"].segments.buttons[1], Qt.MouseButton.LeftButton)
    assert said == [("network.layers.*.batch_norm", "before")]


def test_layers_that_differ_are_shown_as_mixed(hyper):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "network.layers.1.batch_norm", "after"), 300)
    assert card.controls["network.layers.*.batch_norm"].value() is None


def test_layers_that_agree_again_are_no_longer_mixed(hyper):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "network.layers.1.activation", "relu"), 300)
    card.show_experiment(Experiment(), 300)
    assert card.controls["network.layers.*.activation"].value() == "tanh"


def test_without_hidden_layers_their_controls_rest(hyper):
    card, _ = hyper
    card.show_experiment(Experiment(network=Network(layers=())), 300)
    assert not card.controls["network.layers.*.activation"].isEnabled()


@pytest.mark.parametrize("name", optimisers)
def test_an_optimiser_shows_exactly_the_constants_it_uses(hyper, name):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "training.optimiser", name), 300)
    card.more.setChecked(True)
    constants = {f"training.{constant}" for entry in optimisers.values() for constant in entry.uses}
    in_use = {path for path, control in card.controls.items() if control.isVisible() and control.isEnabled()}
    assert in_use & constants == {f"training.{constant}" for constant in optimisers[name].uses}


@pytest.mark.parametrize("name", schedules)
def test_a_schedule_shows_exactly_the_constants_it_uses(hyper, name):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "training.schedule", name), 300)
    visible = {path for path in ("training.decay", "training.decay_every") if card.controls[path].isVisible()}
    assert visible == {f"training.{constant}" for constant in schedules[name].uses}


def test_bias_correction_is_a_switch(hyper, qtbot):
    card, said = hyper
    card.more.setChecked(True)
    qtbot.mouseClick(card.controls["training.bias_correction"].lever, Qt.MouseButton.LeftButton)
    assert said == [("training.bias_correction", False)]


def test_one_constant_has_its_whole_name_and_several_have_their_symbols(hyper):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "training.optimiser", "momentum"), 300)
    alone = card.controls["training.momentum"].caption.text()
    card.show_experiment(Experiment(), 300)
    assert (alone, card.controls["training.beta1"].caption.text()) == ("Momentum β", "β₁")


def test_dropout_is_said_for_every_layer(hyper, qtbot):
    card, said = hyper
    qtbot.keyClick(card.controls[DROPOUT].track, Qt.Key.Key_Right)
    assert said == [(DROPOUT, 0.01)]


def test_layers_of_different_dropout_are_shown_as_mixed(hyper):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "network.layers.1.dropout", 0.3), 300)
    assert (card.controls[DROPOUT].value(), card.controls[DROPOUT].entry.text()) == (None, "mixed")


def test_mixed_dropout_can_be_made_the_same_by_typing(hyper, qtbot):
    card, said = hyper
    card.show_experiment(changed(Experiment(), "network.layers.1.dropout", 0.3), 300)
    entry = card.controls[DROPOUT].entry
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(entry, "0")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert said == [(DROPOUT, 0)]


@pytest.mark.parametrize(("output", "wanted"), [("softmax", False), ("hierarchical", True)])
def test_the_tree_is_asked_of_hierarchical_softmax_only(hyper, output, wanted):
    card, _ = hyper
    card.more.setChecked(True)
    card.show_experiment(changed(Experiment(), "network.output", output), 300)
    assert card.controls["network.tree"].isEnabled() == wanted


@pytest.mark.parametrize("path", ["network.layers.2.batch_norm", "network.bn_output"])
def test_batch_norms_constants_can_be_moved_once_there_is_one(hyper, path):
    card, _ = hyper
    card.more.setChecked(True)
    before = card.controls["network.bn_momentum"].isEnabled()
    card.show_experiment(changed(Experiment(), path, True if path.endswith("output") else "before"), 300)
    assert (before, card.controls["network.bn_momentum"].isEnabled()) == (False, True)


def places(card: HyperparametersCard) -> dict[str, int]:
    """How high the controls stand, in what scrolls, that are seen whatever is chosen."""
    body = card.area.widget()
    card.more.setChecked(True)
    for _ in range(8):  # a layout within another asks for another round
        QApplication.processEvents()
    return {path: card.controls[path].mapTo(body, QPoint(0, 0)).y() for path in (*SHOWN, "training.l2", "seed")}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(("training.optimiser", name) for name in optimisers),
        *(("training.schedule", name) for name in schedules),
        ("network.initialiser", "normal"),
        ("network.layers.*.batch_norm", "before"),
        ("network.output", "hierarchical"),
    ],
)
@pytest.mark.parametrize("high", [560, 1500])
def test_no_row_moves_when_others_come_to_be_used(hyper, path, value, high):
    card, _ = hyper
    card.resize(card.width(), high)
    before = places(card)
    card.show_experiment(with_moves({path.replace("*", "0"): value}), 300)
    assert places(card) == before


def test_a_slider_that_comes_with_a_choice_comes_into_view(hyper, qtbot):
    card, _ = hyper
    card.moved.connect(lambda path, value: card.show_experiment(changed(Experiment(), path, value), 300))
    card.resize(card.width(), 420)
    choice = card.controls["training.schedule"]
    card.area.ensureWidgetVisible(choice, 0, 0)
    qtbot.mouseClick(choice.segments.buttons[3], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: in_view(card, card.controls["training.decay"]), timeout=PATIENCE)


def test_more_scrolls_to_what_it_opened(hyper, qtbot):
    card, _ = hyper
    card.resize(card.width(), 560)
    QApplication.processEvents()
    card.area.ensureWidgetVisible(card.more, 0, 0)
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    qtbot.waitUntil(lambda: in_view(card, card.controls["training.l1"]), timeout=PATIENCE)


def test_a_control_that_is_folded_away_is_made_once_it_is_seen_as_the_experiment_has_it(qtbot):
    card, said = shown_card(qtbot, HyperparametersCard(), height=480)
    card.set_theme(scaled(DARK, 1.25))
    card.show_experiment(with_moves({"seed": 7, "training.l1": 0.01, "training.class_weights": "by hand"}), 300)
    card.show_classes(("a", "b"))
    assert not {"seed", "training.l1"} & card.controls.made.keys()
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    qtbot.waitUntil(lambda: card.controls.made["seed"].isVisible(), timeout=PATIENCE)
    assert [card.controls[path].value() for path in ("seed", "training.l1")] == [7, 0.01]
    assert card.weights.isVisible() and not card.controls["network.tree"].isEnabled()
    assert card.controls["seed"].caption.font() == card.controls["training.learning_rate"].caption.font()
    assert said == []


def test_a_control_that_is_asked_for_is_made(hyper, data):
    for card, _ in (hyper, data):
        assert {path: card.controls[path].path for path in card.controls} == {path: path for path in card.controls}
        assert card.controls.made.keys() == set(card.controls)


@pytest.mark.parametrize("kind", [HyperparametersCard, DataCard])
def test_a_card_shows_no_window_of_its_own_while_it_is_made(qtbot, kind):
    before = {one for one in QApplication.topLevelWidgets() if one.isVisible()}
    seen: list[QWidget] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                seen.append(watched)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    try:
        card = kind()
        qtbot.addWidget(card)
        experiment = with_moves({"training.class_weights": "by hand", "training.optimiser": "adam"})
        card.show_experiment(*((experiment, 300) if kind is HyperparametersCard else (experiment,)))
        assert all(card.controls[path] for path in card.controls)
        if kind is DataCard:
            card.plane.set_features(("long", "wide", "high"))
            card.plane.show_plane("wide", "high")
    finally:
        QApplication.instance().removeEventFilter(watch)
    assert [type(one).__name__ for one in seen if one not in before] == []


def in_view(card: HyperparametersCard, control: QWidget) -> bool:
    """Whether all of it is seen in the card."""
    view = card.area.viewport()
    return view.rect().contains(QRect(control.mapTo(view, QPoint(0, 0)), control.size()))


def test_a_label_leaves_out_what_its_heading_says(hyper, data):
    labels = [hyper[0].controls[path].caption.text() for path in ("network.bn_jolt", "network.bn_epsilon")]
    assert [*labels, data[0].controls["data.augment_jitter"].caption.text()] == ["Jolt", "ε", "Jitter σ"]


ELSEWHERE = {
    "data.source": "the pictures of the data sets choose it",
    "data.file": "the picture + CSV asks for it",
    "units": "the network's own picture adds and takes away units",
}
EVERY_KIND = [
    with_moves({"network.output": "hierarchical"}),
    Experiment(data=with_source(Data(file="penguins.csv"), FILE)),
]


@pytest.mark.parametrize("experiment", EVERY_KIND, ids=["drawn", "table"])
def test_every_knob_has_a_control(hyper, data, experiment):
    controls = {*hyper[0].controls, *data[0].controls}
    paths = {re.sub(r"layers\.\d+", "layers.*", path) for path, _, _ in every_knob(experiment)}
    assert {p for p in paths - controls if p not in ELSEWHERE and p.split(".")[-1] not in ELSEWHERE} == set()


@pytest.mark.parametrize("experiment", EVERY_KIND, ids=["drawn", "table"])
def test_tab_reaches_every_control_that_is_in_use(qtbot, experiment):
    for card in (HyperparametersCard(), DataCard()):
        shown_card(qtbot, card)
        card.more.setChecked(True)
        card.show_experiment(*((experiment, 300) if isinstance(card, HyperparametersCard) else (experiment,)))
        reached = reached_by_tab(card)
        visible = [one for one in card.controls.values() if one.isVisible() and one.isEnabled()]
        assert [c.path for c in visible if not any(c.isAncestorOf(part) for part in reached)] == []


@pytest.mark.parametrize(("name", "wanted"), [("he", False), ("normal", True), ("uniform", True)])
def test_the_initial_scale_is_shown_where_it_is_used(hyper, name, wanted):
    card, _ = hyper
    card.show_experiment(changed(Experiment(), "network.initialiser", name), 300)
    assert card.controls["network.initial_scale"].isVisible() == wanted


def test_the_batch_size_ends_at_the_training_set(hyper, qtbot):
    card, _ = hyper
    card.show_experiment(Experiment(), 100)
    qtbot.keyClick(card.controls["training.batch_size"].track, Qt.Key.Key_End)
    assert card.controls["training.batch_size"].entry.text() == "all"


def test_more_unfolds_the_seed(hyper, qtbot):
    card, said = hyper
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    qtbot.waitUntil(card.controls["seed"].isVisible)
    entry = card.controls["seed"].entry
    entry.setFocus()
    qtbot.keyClicks(entry, "42")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert said == [("seed", 42)]


@pytest.mark.parametrize("schedule", schedules)
def test_the_hyperparameters_fit_without_scrolling(hyper, schedule):
    card, _ = hyper
    card.show_experiment(with_moves({"network.initialiser": "normal", "training.schedule": schedule}), 300)
    card.setStyleSheet(stylesheet(LIGHT))
    QApplication.processEvents()
    assert card.area.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("high", [596, 632, 662])  # at 1366 × 768 and 1280 × 800 with a title bar, and without one
def test_the_hyperparameters_fit_the_usual_screens(hyper, qtbot, high):
    card, _ = hyper
    card.setStyleSheet(stylesheet(LIGHT))
    card.resize(card.width(), high)
    qtbot.waitUntil(lambda: card.area.verticalScrollBar().maximum() == 0, timeout=PATIENCE)
    assert in_view(card, card.more)


def test_the_ticks_are_there_again_where_there_is_room_for_them(hyper, qtbot):
    card, _ = hyper
    rate = card.controls["training.learning_rate"]
    card.resize(card.width(), 560)
    qtbot.waitUntil(lambda: not rate.has_ticks, timeout=PATIENCE)
    card.resize(card.width(), 700)
    qtbot.waitUntil(lambda: rate.has_ticks, timeout=PATIENCE)


@pytest.mark.parametrize("kind", [HyperparametersCard, DataCard])
def test_everything_that_can_be_worked_has_a_name(qtbot, kind):
    card, _ = shown_card(qtbot, kind())
    card.more.setChecked(True)
    assert [part for part in operable(card) if not part.accessibleName()] == []


def test_showing_another_data_set_says_nothing(data):
    card, said = data
    card.show_experiment(with_data(source="moons", noise=0.3, points=100, classes=2))
    assert said == []


def test_every_data_set_has_a_picture_to_press(data):
    card, _ = data
    assert list(card.thumbnails) == list(knob_at("data.source").choices)


def test_a_press_on_a_picture_says_its_data_set(data, qtbot):
    card, said = data
    qtbot.mouseClick(card.thumbnails["iris"], Qt.MouseButton.LeftButton)
    assert said == [("data.source", "iris")]


@pytest.mark.parametrize("source", ["wine", FILE])
def test_one_picture_is_chosen(data, source):
    card, _ = data
    card.show_experiment(with_data(source=source))
    assert [name for name, thumbnail in card.thumbnails.items() if thumbnail.isChecked()] == [source]


def test_csv_asks_for_a_file_and_leaves_the_choice_where_it_was(data, qtbot):
    card, said = data
    with qtbot.waitSignal(card.open_requested):
        qtbot.mouseClick(card.thumbnails[FILE], Qt.MouseButton.LeftButton)
    assert (said, card.thumbnails["spiral"].isChecked()) == ([], True)


@pytest.mark.parametrize("name", generators)
def test_a_generators_picture_is_points_within_the_tile(name):
    picture = picture_of(name)
    assert picture.x.shape[1] == len(picture.y) > 0
    assert picture.x.min() >= 0 and picture.x.max() <= 1


def test_the_pictures_appear_once_the_card_is_seen(data, qtbot):
    card, _ = data
    qtbot.waitUntil(lambda: all(thumbnail.has_picture for thumbnail in card.thumbnails.values()))


def test_noise_is_offered_for_drawn_points_only(data):
    card, _ = data
    before = card.controls["data.noise"].isVisible()
    card.show_experiment(with_data(source="wine"))
    assert (before, card.controls["data.noise"].isVisible()) == (True, False)


@pytest.mark.parametrize(("source", "wanted"), [("spiral", (True, False)), ("wine", (False, False))])
def test_points_turn_but_are_not_cut_and_tables_do_neither(data, source, wanted):
    card, _ = data
    card.more.setChecked(True)
    card.show_experiment(with_data(source=source))
    assert tuple(card.controls[f"data.augment_{way}"].isVisible() for way in ("rotate", "cut")) == wanted


def test_pictures_may_be_cut(data):
    card, _ = data
    card.more.setChecked(True)
    card.show_experiment(with_data(source="digits"))
    assert card.controls["data.augment_cut"].isVisible()


def test_a_press_on_an_input_adds_it_in_the_order_of_declaration(data, qtbot):
    card, said = data
    card.show_experiment(with_data(features=("x2", "sin x1")))
    said.clear()
    qtbot.mouseClick(card.features.tiles["x1^2"], Qt.MouseButton.LeftButton)
    assert said == [("data.features", ("x2", "x1^2", "sin x1"))]


def test_what_an_input_says_is_taken_by_the_experiment(data, qtbot):
    card, said = data
    qtbot.mouseClick(card.features.tiles["x1*x2"], Qt.MouseButton.LeftButton)
    assert changed(Experiment(), *said[0]).data.features == ("x1", "x2", "x1*x2")


def test_the_last_input_stays_on_and_says_why(data, qtbot):
    card, said = data
    card.show_experiment(with_data(features=("x1",)))
    qtbot.mouseClick(card.features.tiles["x1"], Qt.MouseButton.LeftButton)
    assert said == [("x₁ is the only input left; a network needs at least one.",)]
    assert card.features.tiles["x1"].isChecked()


def test_enter_switches_an_input(data, qtbot):
    card, said = data
    qtbot.keyClick(card.features.tiles["x1"], Qt.Key.Key_Return)
    assert said == [("data.features", ("x2",))]


def test_inputs_are_chosen_of_drawn_points_only(data):
    card, _ = data
    before = card.features.isVisible()
    card.show_experiment(with_data(source="wine"))
    assert (before, card.features.isVisible()) == (True, False)


def test_an_inputs_picture_is_blue_where_it_is_positive_and_orange_where_negative(data):
    card, _ = data
    tile = card.features.tiles["x1"]
    picture = tile.grab().toImage()
    left, right = (picture.pixelColor(tile.width() // 2 + way * 14, 20) for way in (-1, 1))
    assert left.red() > left.blue() and right.blue() > right.red()


def test_the_data_card_fits_without_scrolling_at_the_start(data):
    card, _ = data
    card.setStyleSheet(stylesheet(LIGHT))
    card.resize(card.width(), 445)
    QApplication.processEvents()
    assert (card.area.verticalScrollBar().maximum(), card.area.horizontalScrollBar().maximum()) == (0, 0)


def test_beside_twins_the_pictures_give_the_data_card_room_and_take_it_back(data):
    card, _ = data
    card.setStyleSheet(stylesheet(LIGHT))
    heights = []
    for height in (445, 418, 445):  # in a window of 1280 × 800 the bar of twins takes 27
        card.resize(card.width(), height)
        for _ in range(5):  # tiles, grids and the card are told one after the other
            QApplication.processEvents()
        assert card.area.verticalScrollBar().maximum() == 0
        heights.append(card.features.tiles["x1"].height())
    assert heights[0] == heights[2] > heights[1]


def test_how_to_read_a_file_is_asked_for_files_only(data):
    card, _ = data
    before = card.controls["data.missing"].isVisible()
    card.show_experiment(with_data(source=FILE, file="penguins.csv"))
    assert (before, card.controls["data.missing"].isVisible()) == (False, True)


def test_classes_that_a_generator_cannot_draw_cannot_be_pressed(data):
    card, _ = data
    card.show_experiment(with_data(source="moons"))
    allowed = [button.text() for button in card.controls["data.classes"].segments.buttons if button.isEnabled()]
    assert allowed == ["2"]


def test_a_table_says_how_large_it_is(data):
    card, _ = data
    card.show_experiment(with_data(source="wine"))
    card.show_examples(WINE)
    assert card.table.counts.text() == "178 rows · 3 features · 3 classes"


def test_of_long_notes_whole_sentences_are_shown_and_all_in_the_tooltip(data):
    card, _ = data
    card.show_experiment(with_data(source="wine"))
    card.show_examples(WINE)
    shown = card.table.note.text().replace("\n", " ")
    assert shown.endswith(".") and WINE.note.startswith(shown) and len(shown) < len(WINE.note)
    assert card.table.note.toolTip() == card.table.name.toolTip() == WINE.note


def table_with_plane(card: DataCard, qtbot) -> list[tuple[str, str]]:
    """Shows a table with its plane's choice, and gives the planes chosen from now on."""
    card.show_experiment(with_data(source="wine"))
    card.show_examples(WINE)
    planes: list[tuple[str, str]] = []
    card.plane_chosen.connect(lambda *names: planes.append(names))
    return planes


def test_two_features_may_span_the_plane(data, qtbot):
    card, _ = data
    planes = table_with_plane(card, qtbot)
    qtbot.mouseClick(card.plane.kind.buttons[1], Qt.MouseButton.LeftButton)
    assert planes == [("alcohol", "ash")]


def test_the_plane_goes_back_to_principal_components(data, qtbot):
    card, _ = data
    planes = table_with_plane(card, qtbot)
    qtbot.mouseClick(card.plane.kind.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.plane.kind.buttons[0], Qt.MouseButton.LeftButton)
    assert planes[-1] == ("", "")


def test_choosing_the_same_feature_twice_moves_the_other(data, qtbot):
    card, _ = data
    planes = table_with_plane(card, qtbot)
    qtbot.mouseClick(card.plane.kind.buttons[1], Qt.MouseButton.LeftButton)
    card.plane.across.setFocus()
    qtbot.keyClick(card.plane.across, Qt.Key.Key_Down)
    assert planes[-1] == ("ash", "hue")


def test_the_same_examples_again_keep_the_chosen_plane(data, qtbot):
    card, _ = data
    table_with_plane(card, qtbot)
    qtbot.mouseClick(card.plane.kind.buttons[1], Qt.MouseButton.LeftButton)
    card.show_examples(WINE)
    assert card.plane.kind.index() == 1


@pytest.mark.parametrize("kind", [HyperparametersCard, DataCard])
def test_a_card_is_dark_in_the_dark(qtbot, kind):
    card, _ = shown_card(qtbot, kind())
    card.setStyleSheet(stylesheet(DARK))
    card.set_theme(DARK)
    middle = card.grab().toImage().pixelColor(card.width() - 6, 60)
    assert middle.name() == DARK.card.name()


def test_groups_show_by_themselves_as_far_as_they_fit(hyper, qtbot):
    card, _ = hyper
    card.resize(card.width(), 1000)
    qtbot.waitUntil(card.controls["training.l1"].isVisible)
    assert not card.controls["seed"].isVisible()


def test_more_is_gone_where_everything_fits(hyper, qtbot):
    card, _ = hyper
    card.resize(card.width(), 1700)
    qtbot.waitUntil(lambda: card.controls["seed"].isVisible() and not card.more.isVisible())


def test_what_would_make_the_card_scroll_stays_folded(hyper, qtbot):
    card, _ = hyper
    card.resize(card.width(), 560)
    QApplication.processEvents()
    assert not card.controls["training.l1"].isVisible()


def test_more_folds_again_what_it_unfolded(hyper, qtbot):
    card, _ = hyper
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    qtbot.waitUntil(card.controls["seed"].isVisible)
    qtbot.mouseClick(card.more, Qt.MouseButton.LeftButton, pos=QPoint(6, 6))
    assert not card.controls["seed"].isVisible()


def test_a_tables_notes_are_whole_where_there_is_room(data, qtbot):
    card, _ = data
    card.resize(card.width(), 1000)
    card.show_experiment(with_data(source="wine"))
    card.show_examples(WINE)
    qtbot.waitUntil(lambda: card.table.note.text().replace("\n", " ") == WINE.note.strip())


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (0.0, "0.000"),
        (1.0986, "1.099"),
        (33.421, "33.42"),
        (1280.4, "1280"),
        (20082064.0, "2·10⁷"),
        (6.1e34, "6·10³⁴"),
        (math.inf, "–"),
    ],
)
def test_a_loss_of_any_size_takes_the_room_of_a_small_one(loss: float, said: str):
    assert loss_text(loss) == said and len(said) <= 6


def test_without_hidden_layers_nothing_is_said_to_be_mixed(qtbot):
    card = HyperparametersCard()
    qtbot.addWidget(card)
    card.show_experiment(Experiment(network=Network(layers=())), 315)
    said = [label.text() for label in card.findChildren(QLabel) if not label.isHidden()]
    assert not any("mixed" in words for words in said)
    assert sum("no hidden layer" in words for words in said) >= 2


@pytest.mark.parametrize("path", ["training.schedule", "network.initialiser", "network.output"])
def test_the_tooltip_of_a_choice_says_what_it_is(hyper, path):
    card, _ = hyper
    card.more.setChecked(True)
    QApplication.processEvents()
    control = card.controls[path]
    for value, button in zip(control.knob.choices, control.segments.buttons, strict=True):
        meaning = (control.knob.meanings or {})[value]
        assert escape(meaning) in control.about(button.mapTo(control, button.rect().center()))


def standardised(source: str) -> tuple[Experiment, Examples]:
    """An experiment whose inputs are standardised, and its examples as the card is shown them."""
    experiment = with_data(source=source, standardise=True)
    return experiment, probed(Trainer(experiment), "examples")


def test_a_tile_says_the_mean_and_deviation_that_its_input_is_standardised_with(data):
    card, _ = data
    experiment, found = standardised("moons")
    card.show_experiment(experiment)
    card.show_examples(found)
    mean, deviation = found.scaling[0]
    said = card.features.tiles["x1"].toolTip()
    assert f"μ\u00a0=\u00a0{mean:.4g}, σ\u00a0=\u00a0{deviation:.4g}".replace("-", "−") in said


def test_a_tile_says_no_mean_of_inputs_that_are_left_as_they_are(data):
    card, _ = data
    experiment, found = standardised("moons")
    card.show_experiment(experiment)
    card.show_examples(found)
    assert "μ" not in card.features.tiles["x1^2"].toolTip()  # is no input
    plain = with_data(source="moons")
    card.show_experiment(plain)
    card.show_examples(probed(Trainer(plain), "examples"))
    assert "μ" not in card.features.tiles["x1"].toolTip()


def test_a_table_says_the_mean_and_deviation_of_its_columns(data):
    card, _ = data
    experiment, found = standardised("iris")
    card.show_experiment(experiment)
    card.show_examples(found)
    mean, deviation = found.scaling[1]
    assert f"{found.feature_names[1]}: μ {mean:.4g}, σ {deviation:.4g}" in card.table.counts.toolTip()
    assert f"μ\u00a0=\u00a0{mean:.4g}" in card.columns.list.boxes[found.feature_names[1]].toolTip()
