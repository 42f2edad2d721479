"""The timeline at the foot: where its handle stands, what can be read below it, and what mouse and keys ask for."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.timeline.branch_mark import BranchMark
from hyperscope.ui.theme import DARK, LIGHT, scaled
from hyperscope.ui.timeline import BRANCH_HINT, FULL, HINT, LANES, ZOOMED, Timeline

LEFT = Qt.MouseButton.LeftButton
CROWDED = Status(step=3000, tick=3000, end=3000, moves=tuple((100 * n, f"α 0.{n:03}") for n in range(30)))


@pytest.fixture
def strip(qtbot) -> Timeline:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1280, timeline.height())
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture
def asked(strip) -> list[int]:
    """The ticks that the user asked for."""
    ticks: list[int] = []
    strip.gone_to.connect(ticks.append)
    return ticks


class Paints(QObject):
    """Counts how often what it watches is painted."""

    seen = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen += event.type() == QEvent.Type.Paint
        return False


def at(strip: Timeline, tick: int) -> QPoint:
    return QPoint(round(strip.x_at(tick)), 11)


def words(strip: Timeline) -> list[str]:
    return [said for _, said in strip.captions()]


def press(strip: Timeline, tick: int) -> None:
    QTest.mouseClick(strip, LEFT, pos=at(strip, tick))


def test_the_handle_stands_at_the_present(strip):
    strip.show_status(Status(step=90, tick=100, end=300))
    assert (strip.value(), strip.maximum()) == (100, 300)


@pytest.mark.parametrize("end", [0, 1, 235, 236, 5000, 1_000_000])
def test_there_is_room_ahead_of_the_end(strip, end):
    strip.show_status(Status(tick=end, end=end))
    assert end <= FULL * strip.span
    assert strip.span == 256 or end > 0.5 * strip.span


def test_training_asks_for_nothing(strip, asked):
    for tick in range(0, 600, 100):
        strip.show_status(Status(tick=tick, end=tick))
    assert asked == []


def test_a_press_asks_for_the_tick_under_the_mouse(strip, asked):
    strip.show_status(Status(tick=200, end=200))
    press(strip, 50)
    assert asked == [pytest.approx(50, abs=1)]


def test_taking_the_handle_asks_to_stand_still(strip, asked):
    strip.show_status(Status(tick=200, end=200))
    press(strip, 200)
    assert asked == [200]


def test_a_held_handle_is_not_pulled_away(strip, qtbot):
    strip.show_status(Status(tick=200, end=200))
    qtbot.mousePress(strip, LEFT, pos=at(strip, 50))
    held = strip.value()
    strip.show_status(Status(tick=220, end=220))
    assert strip.value() == held
    qtbot.mouseRelease(strip, LEFT, pos=at(strip, 50))


def test_until_the_worker_is_there_the_handle_stands_where_it_is_going(strip):
    strip.show_status(Status(tick=200, end=200), going=40)
    assert strip.value() == 40


def test_a_drag_beyond_the_end_stays_at_the_end(strip, asked):
    strip.show_status(Status(tick=100, end=200))
    press(strip, 250)
    assert asked == [200]


@pytest.mark.parametrize(
    ("key", "tick"),
    [
        (Qt.Key.Key_Left, 99),
        (Qt.Key.Key_Right, 101),
        (Qt.Key.Key_PageUp, 110),
        (Qt.Key.Key_PageDown, 90),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 200),
    ],
)
def test_a_key_asks_for_a_tick(strip, asked, qtbot, key, tick):
    strip.show_status(Status(tick=100, end=200, batches=10))
    qtbot.keyClick(strip, key)
    assert asked == [tick]


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("tick", [0, 1500, 2990, 3000])
def test_captions_do_not_overlap(strip, scale, tick):
    strip.set_theme(scaled(LIGHT, scale))
    strip.show_status(Status(step=tick, tick=tick, end=3000, moves=CROWDED.moves))
    rooms = [room for room, _ in strip.captions()]
    assert len(rooms) > 5
    assert not any(one.intersects(other) for one, other in combinations(rooms, 2))
    assert all(strip.rect().contains(room.toAlignedRect()) for room in rooms)


def test_the_start_the_moves_and_what_to_do_are_said(strip):
    strip.show_status(Status(step=900, tick=900, end=900, moves=((400, "α 0.03"),)))
    assert set(words(strip)) == {"start", "α 0.03", HINT}


def test_after_going_back_the_step_is_said_at_the_handle(strip):
    strip.show_status(Status(step=450, tick=450, end=900))
    assert "step 450" in words(strip)


def test_the_step_at_the_handle_is_drawn_anew_once_it_is_known(strip, qtbot):
    strip.show_status(Status(step=290, tick=300, end=300))
    press(strip, 100)
    strip.show_status(Status(step=180, tick=100, end=300))  # where the handle was on its way
    QCoreApplication.processEvents()
    paints = Paints()
    strip.installEventFilter(paints)
    strip.show_status(Status(step=90, tick=100, end=300))
    qtbot.waitUntil(lambda: paints.seen > 0)
    assert "step 90" in words(strip)


def test_it_has_a_name_and_says_where_it_stands(strip):
    strip.show_status(Status(step=450, tick=450, end=900))
    assert (strip.accessibleName(), strip.accessibleDescription()) == ("Timeline", "step 450, gone back")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_what_has_passed_is_filled_with_the_accent(strip, theme):
    strip.set_theme(theme)
    strip.show_status(Status(step=100, tick=100, end=200))
    picture, ratio = strip.grab().toImage(), strip.devicePixelRatio()
    colours = [picture.pixelColor(round(strip.x_at(tick) * ratio), round(11 * ratio)).name() for tick in (50, 150, 240)]
    assert colours[0] == theme.accent.name()
    assert len(set(colours)) == 3


# -- branches -----------------------------------------------------------------------------------------------------

FORKED = Status(
    step=60, tick=120, end=120, branches=(BranchMark(1, "BN off", 40, 200), BranchMark(2, "α 0.01", 90, 150))
)


def on_branch(strip: Timeline, key: int) -> QPoint:
    """A place on a branch's line."""
    strand = next(one for one in strip._strands if one.key == key)
    return QPoint(round((strand.left + strand.tip) / 2 + 12), round(strip.y_of(strand.lane)))


def test_the_track_has_room_for_branches_that_went_further(strip):
    strip.show_status(Status(tick=10, end=10, branches=(BranchMark(1, "trained on", 5, 900),)))
    assert strip.span >= 900


def test_a_click_on_a_branch_chooses_it_and_goes_nowhere(strip, asked, qtbot):
    strip.show_status(FORKED)
    for key in (1, 2):
        with qtbot.waitSignal(strip.branch_chosen) as chosen:
            QTest.mouseClick(strip, LEFT, pos=on_branch(strip, key))
        assert chosen.args == [key]
    assert asked == []


def test_branches_make_the_strip_higher_and_its_track_stays(strip, qtbot):
    strip.show_status(Status(tick=120, end=120))
    before, middle = strip.height(), strip._middle()
    with qtbot.waitSignal(strip.height_changed):
        strip.show_status(FORKED)
    assert strip.height() > before
    assert strip._middle() == middle


def test_branches_beside_each_other_do_not_touch(strip):
    strip.show_status(FORKED)
    lanes = [one.lane for one in strip._strands]
    assert len(set(lanes)) == len(lanes) == 2


def test_many_branches_share_the_last_lane(strip):
    marks = tuple(BranchMark(n, f"Seed {n}", 20, 120) for n in range(8))
    strip.show_status(Status(tick=120, end=120, branches=marks))
    assert {one.lane for one in strip._strands} == set(range(LANES))


def test_a_branch_s_name_stays_on_the_strip(strip):
    strip.show_status(Status(tick=10, end=10, branches=(BranchMark(1, "a long name of a branch", 5, 255),)))
    (strand,) = strip._strands
    assert strand.right <= strip.width()
    assert strand.tip < strand.words


def test_gone_back_the_strip_says_how_to_branch(strip):
    strip.show_status(Status(tick=50, end=120))
    assert BRANCH_HINT in words(strip)


def test_a_branch_is_drawn_in_a_colour_of_its_own(strip):
    strip.show_status(FORKED)
    place = on_branch(strip, 1)
    colour = strip.grab().toImage().pixelColor(place)
    assert colour.red() > colour.blue() + 60


def test_branches_are_read_out(strip):
    strip.show_status(FORKED)
    assert strip.accessibleDescription() == "step 60, branch BN off, branch α 0.01"


# -- long trainings -------------------------------------------------------------------------------------------------

LONG = Status(step=10**6, tick=10**6, end=10**6, batches=10, moves=((1000, "α 0.03"), (900_000, "α 0.1")))


def wheel(strip: Timeline, tick: int, notches: int) -> None:
    """Turns the wheel over a tick."""
    at = QPointF(strip.x_at(tick), 11)
    none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    angle = QPoint(0, 120 * notches)
    event = QWheelEvent(at, strip.mapToGlobal(at), QPoint(), angle, Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(strip, event)


@pytest.mark.parametrize("tick", [3, 123_457, 999_999])
def test_any_tick_of_a_million_is_reached_by_wheel_and_press(strip, asked, tick):
    strip.show_status(LONG)
    wheel(strip, tick, 24)
    press(strip, tick)
    assert asked == [tick]


def test_the_wheel_goes_nowhere(strip, asked):
    strip.show_status(LONG)
    wheel(strip, 500_000, 5)
    wheel(strip, 500_000, -2)
    assert (asked, strip.value()) == ([], 10**6)


def test_words_bring_the_whole_track_back(strip, asked):
    strip.show_status(LONG)
    wheel(strip, 500_000, 5)
    room = next(room for room, said in strip.captions() if said == ZOOMED)
    QTest.mouseClick(strip, LEFT, pos=room.center().toPoint())
    assert (strip.shown_ticks, asked) == ((0, strip.span), [])


def test_a_spread_track_says_what_lies_on_it_alone(strip):
    strip.show_status(LONG)
    wheel(strip, 900_000, 5)
    assert ("α 0.1" in words(strip), "α 0.03" in words(strip)) == (True, False)


def test_a_spread_track_goes_with_the_training(strip):
    strip.show_status(LONG)
    wheel(strip, 10**6, 10)
    strip.show_status(Status(step=10**6 + 50_000, tick=10**6 + 50_000, end=10**6 + 50_000))
    begin, end = strip.shown_ticks
    assert begin < strip.value() < end


def test_drawn_over_its_end_a_spread_track_goes_on(strip, asked):
    strip.show_status(LONG)
    wheel(strip, 500_000, 20)
    _, end = strip.shown_ticks
    QTest.mousePress(strip, LEFT, pos=at(strip, 500_000))
    QTest.mouseMove(strip, QPoint(strip.width() - 1, 11))
    QTest.mouseRelease(strip, LEFT, pos=QPoint(strip.width() - 1, 11))
    assert asked[-1] > end
