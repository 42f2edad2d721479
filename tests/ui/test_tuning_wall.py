"""The Tuning lab's wall: networks in training, what is chosen in one picture and seen in all, and searched further."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import psutil
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.experiment.lab_view import LabView
from hyperscope.lab.tuning.search import Stand, Weighed
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.study import Study
from hyperscope.lab.tuning.training import Running
from hyperscope.lab.tuning.trials import Finished, Plan, url_of
from hyperscope.ui.labs.ready import Ready
from hyperscope.ui.labs.tuning.charts import courses
from hyperscope.ui.labs.tuning.exports import of_wall
from hyperscope.ui.labs.tuning.page import TuningPage
from hyperscope.ui.labs.tuning.search_card import CLUSTER, PROCESSES
from hyperscope.ui.labs.tuning.searching import Searching
from hyperscope.ui.labs.tuning.wall_view import WallView
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
SPACE = Space(
    (
        Range("training.learning_rate", 1e-4, 1.0, "log"),
        Range("training.l2", 1e-6, 1.0, "log"),
        Range("training.batch_size", 8, 64, "powers-of-two"),
    )
)
PLAN = Plan(SMALL, SPACE, "random", trials=16, epochs=4)


def trial(number: int, loss: float, state: str = "done") -> Finished:
    """One at its own place: the rate grows with the number, the loss is as given."""
    values = SPACE.drawn(((number + 0.5) / 16, (15.5 - number) / 16, 0.5))
    curve = np.array([[0, 1.2], [2, loss + 0.1], [4, loss]], np.float32)
    picture = np.full((3, 8, 8), 1 / 3, np.float32)
    return Finished(number, values, state, loss, 0.5, loss, 4.0, 16, curve=curve, map=picture)  # type: ignore[arg-type]


TRIALS = [trial(n, 0.1 + abs(n - 5) / 10) for n in range(14)] + [
    trial(14, 0.9, "pruned"),
    trial(15, math.inf, "diverged"),
]


@pytest.fixture
def view(qtbot) -> WallView:
    """A wall with sixteen trials, of which no. 5 is the best."""
    made = WallView()
    qtbot.addWidget(made)
    made.resize(1240, 680)
    made.show()
    made.results.begin(PLAN)
    made.results.take([*TRIALS, Stand(16, 16, 256, 1.0, ((0, SPACE),))])
    return made


def test_the_wall_is_sorted_from_the_best_to_those_that_failed(view) -> None:
    places = list(view.wall.places())
    assert places[0] == 5 and places[-2:] == [14, 15]
    view.wall.order.choose("as launched")
    assert list(view.wall.places()) == list(range(16))


def test_maps_lie_by_two_knobs(view) -> None:
    view.wall.order.choose("by two knobs")
    places = view.wall.places()
    assert places[0].center().x() < places[8].center().x() < places[15].center().x()
    assert places[0].center().y() < places[15].center().y()  # the first has the largest λ


def test_a_network_is_added_at_the_end_while_the_pointer_is_on_the_wall(view, monkeypatch) -> None:
    monkeypatch.setattr(view.wall, "underMouse", lambda: True)
    before = list(view.wall.places())
    better = Running((16,), np.array([1.0]), np.array([0.01]), np.array([0.9]), (np.zeros((0, 2)),), (),
                     (TRIALS[3].values,), (0,))  # fmt: skip
    view.results.take([better])
    assert list(view.wall.places()) == [*before, 16]


def test_charts_are_not_drawn_anew_for_each_step_of_the_wall(view) -> None:
    walls, charts = [], []
    view.results.moved.connect(lambda: walls.append(1))
    view.results.changed.connect(lambda: charts.append(1))
    training = Running((3,), np.array([1.0]), np.array([0.5]), np.array([0.9]), (np.zeros((0, 2)),))
    for _ in range(5):
        view.results.take([training])
    assert len(walls) == 5 and len(charts) <= 2
    view.results.take([TRIALS[2]])
    assert len(charts) >= 1


class Painted(QObject):
    """The parts of a widget that were painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.parts: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.parts.append(event.rect())
        return False


def test_of_a_wall_in_training_a_part_is_painted_at_a_time_and_all_of_it_in_the_end(view, qtbot) -> None:
    wall = view.wall
    rows = [one for one in TRIALS if one.number < 4]
    going = Running((20, 21), np.ones(2), np.full(2, 0.5), np.full(2, 0.9), (np.zeros((0, 2)),) * 2, (),
                    tuple(one.values for one in rows[:2]), (0, 0))  # fmt: skip
    view.results.take([going])
    qtbot.waitUntil(lambda: not wall._turns.waits, timeout=PATIENCE)
    painted = Painted(wall)
    view.results.take([going])
    qtbot.waitUntil(lambda: not wall._turns.waits, timeout=PATIENCE)
    assert all(part.height() < wall.height() / 2 for part in painted.parts)
    left = QRegion(wall.rect())
    for part in painted.parts:
        left -= part
    assert left.isEmpty()


def test_a_click_asks_for_the_network_that_is_there(view, qtbot) -> None:
    place = view.wall.places()[7].center().toPoint()
    with qtbot.waitSignal(view.wall.opened, timeout=PATIENCE) as asked:
        qtbot.mouseClick(view.wall, LEFT, pos=place)
    assert asked.args == [7]


def test_the_arrows_go_through_the_wall_and_enter_opens(view, qtbot) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(view.wall, key)
    second = list(view.wall.places())[1]
    assert view.results.over == second and "dev loss" in view.wall.accessibleDescription()
    with qtbot.waitSignal(view.wall.opened, timeout=PATIENCE) as asked:
        qtbot.keyClick(view.wall, Qt.Key.Key_Return)
    assert asked.args == [second]


def test_what_lies_in_a_box_is_chosen_everywhere_and_can_be_searched(view, qtbot) -> None:
    view.scatter.set_box((0.25, 0.0, 0.5, 1.0))
    assert view.results.chosen == {4, 5, 6, 7} and view.scatter.inside.isVisible()
    with qtbot.waitSignal(view.scatter.boxed, timeout=PATIENCE) as asked:
        view.scatter.inside.click()
    box = SPACE.boxed(asked.args[0])
    assert box.of("training.learning_rate").low == pytest.approx(0.001)
    assert view.results.chosen == frozenset()


def test_a_box_is_dragged_with_the_mouse(view, qtbot) -> None:
    area = view.scatter.area
    begin, end = area.bottomLeft().toPoint(), QPointF(area.center().x(), area.top()).toPoint()
    qtbot.mousePress(view.scatter, LEFT, pos=begin + QPoint(1, -1))
    qtbot.mouseMove(view.scatter, end)
    qtbot.mouseRelease(view.scatter, LEFT, pos=end)
    qtbot.waitUntil(lambda: view.results.chosen == frozenset(range(8)), timeout=PATIENCE)


def test_a_stretch_of_an_axis_chooses(view) -> None:
    lines = view.many.parallel
    rows = list(view.results.rows.values())
    for row, found in zip(rows, lines._all_positions(rows), strict=True):
        assert found == pytest.approx(lines.positions(row))
    view.many.grab()  # places the axes
    lines.press(QPointF(lines._x(3), lines._y(0.6)))
    lines.drag(QPointF(lines._x(3), lines._y(1.0)))
    lines.release()
    chosen = {row.loss for row in (view.results.rows[n] for n in view.results.chosen)}
    assert 5 in view.results.chosen and max(chosen) < 0.5


def test_every_face_is_drawn(view) -> None:
    view.results.take([Weighed(tuple((one.knob, 1 / 3) for one in SPACE.knobs))])
    pictures = set()
    for face in ("all knobs", "slices", "courses"):
        view.many.faces.choose(face)
        pictures.add(bytes(view.many.grab().toImage().constBits()))
    assert len(pictures) == 3
    points = bytes(view.scatter.grab().toImage().constBits())
    view.scatter.face.choose("field")
    assert bytes(view.scatter.grab().toImage().constBits()) != points
    assert "learning rate 33 %" in view.importance.accessibleDescription().lower()


def test_the_best_so_far_is_said_and_drawn(view) -> None:
    assert view.best.note == "0.1 at trial 5"


def test_its_numbers_are_a_table(view) -> None:
    page = TuningPage(Ready())
    page.wall = view
    (table,) = of_wall(page)
    assert len(table.rows) == 16 and table.heads[1] == "training.learning_rate"
    page.deleteLater()


# -- the space --------------------------------------------------------------------------------------------------------


def test_an_end_of_a_range_is_moved_by_keys_and_mouse(view, qtbot) -> None:
    row = view.card.rows[0]
    before = row.range.low
    qtbot.keyClick(row.ends, Qt.Key.Key_Right)
    assert view.card.plan.space.knobs[0].low > before
    qtbot.keyClick(row.ends, Qt.Key.Key_Space)
    qtbot.keyClick(row.ends, Qt.Key.Key_Left)
    assert view.card.plan.space.knobs[0].high < 10
    line = row.ends._line()
    qtbot.mouseClick(row.ends, LEFT, pos=QPoint(round(line.center().x()), round(line.top())))
    assert row.range.low < row.range.high


def test_a_scale_is_chosen_and_the_draws_show_it(view) -> None:
    row = view.card.rows[0]
    even = row.ends._bars.copy()
    row.scale.choose("linear")
    assert view.card.plan.space.knobs[0].scale == "linear"
    row.scale.choose("logarithmic")
    assert view.card.plan.space.knobs[0].scale == "log" and row.range.low > 0
    assert even.sum() == row.ends._bars.sum()


def test_a_knob_is_added_and_taken_out(view) -> None:
    labels = [view.card.more_knobs.itemText(k) for k in range(view.card.more_knobs.count())]
    view.card.more_knobs.activated.emit(labels.index("Momentum"))
    assert [one.knob for one in view.card.plan.space.knobs][-1] == "training.momentum"
    assert view.card.plan.space.knobs[-1].scale == "one-minus-log"
    view.card.rows[-1].away.click()
    assert "training.momentum" not in {one.knob for one in view.card.plan.space.knobs}


# -- a search in the window -------------------------------------------------------------------------------------------


@pytest.fixture
def searching(standing_still, qtbot) -> Searching:
    """A window that shows the wall while sixteen small networks train, until they have."""
    window = standing_still(SMALL)
    window.show_lab("tuning")
    page = window.lab.page
    page.wall.card.trials.set_value(8)
    page.wall.card.epochs.set_value(2)
    found: Searching = window.part(Searching)
    found.run()
    qtbot.waitUntil(lambda: not found.busy and len(page.wall.results.finished) == 8, timeout=PATIENCE)
    return found


def test_a_search_is_seen_saved_opened_and_gone_on_with_in_a_box(searching, qtbot, tmp_path) -> None:
    results, host = searching.view.results, searching.host
    best = results.best
    assert best is not None and "Best: Trial" in host.words.message.accessibleName()
    searching.keep()  # the tests' windows keep no runs
    assert "Runs are not kept in this window" in host.words.message.accessibleName()
    searching.save_to(tmp_path / "trials.csv")
    qtbot.waitUntil(lambda: "8 trials saved to trials.csv" in host.words.message.accessibleName(), timeout=PATIENCE)
    assert len((tmp_path / "trials.csv").read_text(encoding="utf-8").splitlines()) == 9
    searching.open_best()
    qtbot.waitUntil(lambda: host.shown_view[0] == "playground", timeout=PATIENCE)
    made = SPACE.made(SMALL, {k: v for k, v in best.values.items() if k in {one.knob for one in SPACE.knobs}})
    assert host.session.experiment.training.learning_rate == made.training.learning_rate
    qtbot.waitUntil(
        lambda: host.session.status.step == results.rows[best.number].epoch * _batches(made), timeout=PATIENCE
    )
    host.show_lab("tuning")
    searching.search_in({"training.learning_rate": (0.4, 0.6)})
    low = searching.view.card.plan.space.of("training.learning_rate").low
    assert low > 1e-4 and searching.busy


def test_a_trial_that_cannot_be_opened_is_said_and_the_search_stays(searching, qtbot) -> None:
    searching.open(99)
    words = searching.host.words.message
    qtbot.waitUntil(lambda: "there is no trial 99" in words.accessibleName(), timeout=PATIENCE)
    assert searching.host.shown_view[0] == "tuning" and not searching.job.over


def test_a_search_in_a_file_is_shown_as_it_is_and_gone_on_with(standing_still, tmp_path, qtbot) -> None:
    study = Study(url_of(tmp_path / "study.db"), msgspec.structs.replace(PLAN, trials=8, epochs=1))
    for one in TRIALS[:5]:
        study.keep(one)
    study.close()
    window = standing_still(SMALL)
    window.visit(LabView("tuning", "wall", {"study": str(tmp_path / "study.db")}))
    found: Searching = window.part(Searching)
    qtbot.waitUntil(lambda: found.view.results.goes_on and not found.busy, timeout=PATIENCE)
    assert len(found.view.results.rows) == 5 and found.view.card.plan.trials == 8
    assert found.view.card.pause.text() == "Go on"
    found.view.card.pause.click()
    qtbot.waitUntil(lambda: len(found.view.results.finished) == 8, timeout=PATIENCE)


def test_what_is_no_search_is_said_in_a_sentence(standing_still, tmp_path, qtbot) -> None:
    (tmp_path / "study.db").write_bytes(b"nothing of the kind" * 99)
    window = standing_still(SMALL)
    window.visit(LabView("tuning", "wall", {"study": str(tmp_path / "study.db")}))
    qtbot.waitUntil(lambda: "is not a study" in window.words.message.accessibleName(), timeout=PATIENCE)


def _batches(experiment: Experiment) -> int:
    from hyperscope.lab.training.trainer import Trainer

    return Trainer(experiment).batches_per_epoch


# -- the table --------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(view):
    """The table face of the results."""
    view.many.faces.choose("table")
    return view.many.table


def test_every_trial_is_a_row_and_any_column_sorts(table) -> None:
    assert table.isVisible() and table.shown() == list(range(16))
    table.order_by("dev loss")
    assert table.shown()[0] == 5 and table.shown()[-2:] == [14, 15]


def test_rows_are_chosen_in_all_pictures_and_those_chosen_there_are_chosen_rows(table, view) -> None:
    table.selectRow(3)
    assert view.results.chosen == {3}
    view.scatter.set_box((0.25, 0.0, 0.5, 1.0))
    assert sorted(index.row() for index in table.selectionModel().selectedRows()) == [4, 5, 6, 7]
    view.results.choose(())
    assert not table.selectionModel().hasSelection()


def test_a_trial_that_comes_is_a_row_more_and_those_chosen_stay(table, view) -> None:
    table.selectRow(2)
    more = replace(TRIALS[3], number=16)
    view.results.take([more])
    assert table.shown()[-1] == 16 and view.results.chosen == {2}


def test_a_table_that_is_not_seen_is_sorted_once_it_is(table, view) -> None:
    table.order_by("dev loss", ascending=False)
    view.many.faces.choose("slices")
    told: list[object] = []
    table.rows.dataChanged.connect(lambda *_: told.append(1))
    view.results.take([replace(TRIALS[3], number=16, loss=50.0)])
    view.results.choose([16])
    assert told == [] and 16 not in table.shown()
    view.many.faces.choose("table")
    sound = [number for number in table.shown() if number not in (14, 15)]
    assert sound[0] == 16 and table.selectionModel().hasSelection()


def test_enter_on_a_row_opens_its_network(table, view, qtbot) -> None:
    table.selectRow(4)
    with qtbot.waitSignal(view.many.opened, timeout=PATIENCE) as asked:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert asked.args == [4]


def test_several_processes_train_for_the_wall_and_end_with_the_window(standing_still, qtbot) -> None:
    window = standing_still(SMALL)
    window.show_lab("tuning", "panda-or-caviar")
    found: Searching = window.part(Searching)
    found.view.card.trains.setCurrentIndex(PROCESSES)
    found.begin(PLAN)
    assert found.job is not None
    search = psutil.Process(found.job.pid)
    qtbot.waitUntil(lambda: len(search.children()) >= 2, timeout=PATIENCE)
    workers = search.children()
    window.show_lab("tuning", "wall")
    qtbot.waitUntil(lambda: len(found.view.results.finished) == PLAN.trials, timeout=PATIENCE)
    window.close()
    qtbot.waitUntil(lambda: not any(one.is_running() for one in (search, *workers)), timeout=PATIENCE)


def test_a_cluster_that_is_not_named_is_asked_for_in_a_sentence(standing_still, qtbot) -> None:
    window = standing_still(SMALL)
    window.show_lab("tuning", "panda-or-caviar")
    found: Searching = window.part(Searching)
    card = found.view.card
    card.trains.setCurrentIndex(CLUSTER)
    assert card.address.isVisibleTo(card)
    found.run()
    assert found.job is None and "must be such as tcp://host:8786" in window.words.said
    card.address.setText(" tcp://127.0.0.1:9 ")
    assert card.scheduler == "tcp://127.0.0.1:9"


def test_courses_are_one_line_with_gaps_whose_ends_are_those_of_the_axis():
    one = np.array([(1, 0.1, 0.9), (2, 0.01, 0.9), (3, np.nan, 0.9)], np.float32)
    other = np.array([(1, 1e-6, 0.9), (4, np.inf, 0.9)], np.float32)
    x, y = courses([one, other], (-3.0, 1.0))
    np.testing.assert_allclose(x, [1, 2, 3, np.nan, 1, 4])
    np.testing.assert_allclose(y, [-1, -2, 1, np.nan, -3, 1], atol=1e-6)
    assert not len(courses([], (-3.0, 1.0))[0])
