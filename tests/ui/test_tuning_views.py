"""Darts, grid or random, and luck in the window: what is thrown, dragged and trained there, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.ui.labs.tuning.darts_view import DartsView
from hyperscope.ui.labs.tuning.duel_view import DuelView
from hyperscope.ui.labs.tuning.exports import of_darts, of_duel, of_luck, of_panda, of_transfer
from hyperscope.ui.labs.tuning.luck_setting import ANY
from hyperscope.ui.labs.tuning.luck_view import SAME, LuckView
from hyperscope.ui.labs.tuning.page import TuningPage
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))


def shown(made, qtbot):
    qtbot.addWidget(made)
    made.resize(1240, 680)
    made.show()
    return made


def test_darts_say_where_the_linear_ones_lie(qtbot) -> None:
    view: DartsView = shown(DartsView(), qtbot)
    assert "of the linear draws lie between 0.1 and 1" in view.said.text()
    before = view.found.linear
    view.again.click()
    assert not np.array_equal(view.found.linear, before)
    view.knob.buttons[2].click()
    assert view.found.board.scale == "one-minus-log" and "0.9 and 0.99" in view.said.text()
    assert "between 0.9 and 0.99" in view.on_suited.accessibleDescription()


def test_a_range_that_is_turned_round_is_read_the_right_way(qtbot) -> None:
    view: DartsView = shown(DartsView(), qtbot)
    view.low.set_value(1.0)
    view.high.set_value(0.001)
    assert (view.found.board.low, view.found.board.high) == (0.001, 1.0)


def test_the_optimum_is_dragged_and_put_on_the_grid(qtbot) -> None:
    view: DuelView = shown(DuelView(), qtbot)
    view.of_grid.grab()  # places the picture
    area = view.of_grid._area
    qtbot.mouseClick(view.of_grid, LEFT, pos=QPoint(round(area.left() + 0.8 * area.width()), round(area.center().y())))
    assert view.valley.at == pytest.approx(0.8, abs=0.02)
    view.hit.click()
    assert view.of_grid.duel.grid_losses.min() < 1e-9
    assert "Random finds the lower loss in" in view.count.accessibleDescription()


def test_grid_and_random_share_a_budget(qtbot) -> None:
    view: DuelView = shown(DuelView(), qtbot)
    view.side.moved.emit("side", 5)
    view.side.set_value(7)
    view._move()
    assert len(view.of_grid.duel.grid) == len(view.of_random.duel.random) == 49


def test_both_searches_and_their_count_are_tables(page) -> None:
    trials, wins = of_duel(page)
    assert len(trials.rows) == 50 and sum(row[1] for row in wins.rows) == pytest.approx(1)


def test_b_must_be_something_that_the_network_can_be(qtbot) -> None:
    view: LuckView = shown(LuckView(), qtbot)
    view.second.pick.setCurrentText("twice the units")
    with pytest.raises(ValueError, match="B cannot have twice the units"):
        view.experiments(Experiment(network=Network(layers=())))
    made = view.experiments(SMALL)
    assert {one.network.layers[0].units for one in made[20:]} == {8} and len({one.seed for one in made}) == 20
    view.second.pick.setCurrentText(SAME)
    assert len({one.seed for one in view.experiments(SMALL)}) == 40


def test_luck_compares_any_knob_at_any_value_and_trials_of_the_wall(qtbot) -> None:
    view: LuckView = shown(LuckView(), qtbot)
    found = changed(SMALL, "training.l2", 0.02)
    for setting in (view.first, view.second):
        setting.offer(SMALL, [("the wall's best", found)])
    view.first.pick.setCurrentText("the wall's best")
    view.second.pick.setCurrentText(ANY)
    labels = [view.second.knob.itemText(k) for k in range(view.second.knob.count())]
    view.second.knob.setCurrentIndex(labels.index("Momentum"))
    view.second.knob.activated.emit(labels.index("Momentum"))
    assert view.second.value.isVisible()
    view.second.value.set_value(0.75)
    made = view.experiments(SMALL)
    assert {one.training.l2 for one in made} == {0.02}
    assert {one.training.momentum for one in made[:20]} == {SMALL.training.momentum}
    assert {one.training.momentum for one in made[20:]} == {0.75}


def test_settings_of_other_data_are_not_compared(qtbot) -> None:
    view: LuckView = shown(LuckView(), qtbot)
    view.second.offer(SMALL, [("the wall's best", changed(SMALL, "data.points", 70))])
    view.second.pick.setCurrentText("the wall's best")
    with pytest.raises(ValueError, match="A and B are of different data"):
        view.experiments(SMALL)


@pytest.fixture
def page(standing_still) -> TuningPage:
    """The lab's page in a window with a small network."""
    window = standing_still(SMALL)
    window.show_lab("tuning", "grid-or-random")
    made = window.lab.page
    for view in (made.darts, made.luck):
        view.epochs.set_value(2)
    made.darts.count.set_value(10)
    made.luck.seeds.set_value(4)
    made.panda.epochs.set_value(100)
    made.panda.many.set_value(2)
    return made


def test_darts_are_trained_when_they_are_first_seen(page, qtbot) -> None:
    page.window().show_lab("tuning", "darts")
    sheet = page.darts.trained
    qtbot.waitUntil(lambda: len(sheet.losses) == 20 and page.darts.crowd.done, timeout=PATIENCE)
    assert "linear: best" in sheet.accessibleDescription()
    (table,) = of_darts(page)
    assert len(table.rows) == 10 and all(isinstance(row[3], float) for row in table.rows)
    page.darts.again.click()
    assert sheet.note.endswith("of earlier draws")


def test_luck_is_judged_when_both_are_trained(page, qtbot) -> None:
    page.window().show_lab("tuning", "luck")
    luck = page.luck
    qtbot.waitUntil(lambda: luck.crowd.done and len(luck.judged.course) > 1, timeout=PATIENCE)
    assert "Median dev loss" in luck.judged.accessibleDescription()
    assert len(next(iter(of_luck(page))).rows) == 8
    at = luck.clouds.place(5).toPoint()
    qtbot.mouseClick(luck.clouds, LEFT, pos=at)
    qtbot.waitUntil(lambda: page.window().shown_view[0] == "playground", timeout=PATIENCE)
    assert page.window().session.experiment.training.learning_rate == pytest.approx(0.03)


def test_a_purse_is_spent_by_the_rule_and_counted(page, qtbot) -> None:
    page.window().show_lab("tuning", "panda-or-caviar")
    view = page.panda
    qtbot.waitUntil(lambda: len(view.rounds) == 1, timeout=PATIENCE)
    one = view.rounds[0]
    assert one.ruled and (one.many, one.epochs) == (2, 100) and "wins" in view.purse.accessibleDescription()
    assert [table.name for table in of_panda(page)] == ["panda", "moves", "caviar", "caviar by day"]
    qtbot.mouseClick(view.caviar, LEFT, pos=view.caviar.places()[1].center().toPoint())
    qtbot.waitUntil(lambda: page.window().shown_view[0] == "playground", timeout=PATIENCE)
    drawn = view.found.values[1]["training.learning_rate"]
    assert page.window().session.experiment.training.learning_rate == pytest.approx(drawn)


def test_a_day_is_trained_with_what_was_moved_by_hand(page, qtbot) -> None:
    page.window().show_lab("tuning", "panda-or-caviar")
    view = page.panda
    view.who.buttons[0].click()
    qtbot.waitUntil(lambda: view.day.isEnabled(), timeout=PATIENCE)
    assert view.found.day == 0
    view.hand[0].moved.emit("training.learning_rate", 0.02)
    view.day.click()
    qtbot.waitUntil(lambda: view.found.day == 1 and view.day.isEnabled(), timeout=PATIENCE)
    assert view.found.moves == ((0.0, "α 0.02"),) and "α 0.02" in view.panda.accessibleDescription()
    view.to_best.click()
    qtbot.waitUntil(lambda: "back to the best day" in view.panda.accessibleDescription(), timeout=PATIENCE)


def test_the_best_settings_of_each_data_set_are_tried_on_all(page, qtbot) -> None:
    view = page.transfer
    view.draws.set_value(4)
    view.epochs.set_value(2)
    view.seeds.set_value(1)
    view.what.set_index(1)
    page.window().show_lab("tuning", "transfer")
    qtbot.waitUntil(lambda: view.found is not None and view.found.done and view.crowd.done, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "Of 20 transfers" in view.settings.accessibleDescription(), timeout=PATIENCE)
    assert [len(table.rows) for table in of_transfer(page)] == [5, 5]
    qtbot.mouseMove(view.matrix, view.matrix.cell(0, 1).center().toPoint())
    qtbot.keyClick(view.matrix, Qt.Key.Key_Right)
    assert "Settings of as they are" in view.matrix.accessibleDescription()
    qtbot.mouseClick(view.matrix, LEFT, pos=view.matrix.cell(0, 1).center().toPoint())
    qtbot.waitUntil(lambda: page.window().shown_view[0] == "playground", timeout=PATIENCE)
    assert page.window().session.experiment.data.noise == pytest.approx(SMALL.data.noise + 0.15)
