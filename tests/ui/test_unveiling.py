"""A page that comes into sight is painted over a few frames, each part of it once, and then all of it is there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import delete

from hyperscope.ui.pacing import Ticker, frames
from hyperscope.ui.parts.twin import TwinPart
from hyperscope.ui.unveiling import FRAMES, Unveiling
from paints import Paints
from patience import PATIENCE

RED, GREEN, BLUE = QColor("#c00000"), QColor("#00a000"), QColor("#0000c0")


class Card(QWidget):
    """One of a colour that it paints itself, inside its corners, with two things in it."""

    def __init__(self) -> None:
        super().__init__()
        self.colour = RED
        inside = QVBoxLayout(self)
        for _ in range(2):
            inside.addWidget(QWidget())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect().adjusted(2, 2, -2, -2), self.colour)
        painter.end()


@pytest.fixture
def page(qtbot) -> QWidget:
    """Six cards in two rows, on screen and painted."""
    page = QWidget()
    qtbot.addWidget(page)
    rows = QVBoxLayout(page)
    for _ in range(2):
        row = QHBoxLayout()
        rows.addLayout(row)
        for _ in range(3):
            row.addWidget(Card())
    page.resize(600, 400)
    page.show()
    qtbot.waitExposed(page)
    QApplication.processEvents()
    return page


def cards(page: QWidget) -> list[Card]:
    return [one for one in page.children() if isinstance(one, Card)]


def a_frame() -> None:
    """One of a window's, with all that is painted in it."""
    frames.drawn.emit()
    QApplication.processEvents()


@pytest.fixture
def unveiling(page) -> Unveiling:
    return Unveiling(page)


def test_each_part_is_painted_once_and_never_all_in_one_frame(page, unveiling):
    painted = Paints(cards(page))
    unveiling.begin(page)
    page.update()
    QApplication.processEvents()
    so_far = [sum(painted.counts)]
    while unveiling.waits:
        a_frame()
        so_far.append(sum(painted.counts))
    assert len(so_far) == FRAMES
    assert all(later > before for before, later in pairwise([0, *so_far]))
    once = painted.counts[0]
    assert once > 0
    assert painted.counts == [once] * 6


def on_screen(page: QWidget) -> list[str]:
    """The colour that stands in the middle of each card."""
    picture = page.screen().grabWindow(page.winId()).toImage()
    return [picture.pixelColor(one.mapTo(page, one.rect().center())).name() for one in cards(page)]


def test_what_is_still_to_come_shows_the_ground(page, unveiling):
    assert on_screen(page) == [RED.name()] * 6
    ground = page.palette().window().color().name()
    unveiling.begin(page)
    page.update()
    QApplication.processEvents()
    assert set(on_screen(page)) == {RED.name(), ground}
    while unveiling.waits:
        a_frame()
    assert on_screen(page) == [RED.name()] * 6


def test_a_page_is_changed_before_any_of_it_comes_into_sight(page, unveiling, monkeypatch):
    monkeypatch.setattr("hyperscope.ui.unveiling.SPENT", 0.0)
    unveiling.begin(page, green(page))
    page.update()
    QApplication.processEvents()
    ground = page.palette().window().color().name()
    seen = [on_screen(page)]
    while unveiling.waits:
        a_frame()
        seen.append(on_screen(page))
    assert seen[0] == [ground] * 6
    assert seen[-1] == [GREEN.name()] * 6
    assert {colour for colours in seen for colour in colours} == {ground, GREEN.name()}


def coloured(page: QWidget, colour: QColor) -> Iterator[None]:
    for one in cards(page):
        one.colour = colour
        one.update()
        yield


def green(page: QWidget) -> Iterator[None]:
    return coloured(page, GREEN)


def test_a_page_that_changes_looks_as_it_did_until_it_is_painted_anew(page, unveiling):
    unveiling.change(page, green(page))
    page.setPalette(QPalette(GREEN))  # which has all of it painted
    seen = [on_screen(page)]
    while unveiling.waits:
        a_frame()
        seen.append(on_screen(page))
    assert seen[0] == [RED.name()] * 6
    assert seen[-1] == [GREEN.name()] * 6
    assert len({tuple(one) for one in seen}) == FRAMES + 1
    assert {colour for colours in seen for colour in colours} == {RED.name(), GREEN.name()}
    assert not any(one.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent) for one in cards(page))


def test_what_waited_to_be_painted_is_before_the_page_changes(page, unveiling):
    last = cards(page)[5]
    last.colour = GREEN
    last.update()
    unveiling.change(page, green(page))
    last.colour = RED  # or it would be painted in the frame after, below what is kept
    QApplication.processEvents()
    assert on_screen(page) == [*[RED.name()] * 5, GREEN.name()]


def test_a_change_that_takes_long_is_made_over_several_frames(page, unveiling, monkeypatch):
    monkeypatch.setattr("hyperscope.ui.unveiling.SPENT", 0.0)
    unveiling.change(page, green(page))
    changed = []
    while unveiling.waits:
        changed.append(sum(one.colour == GREEN for one in cards(page)))
        a_frame()
    assert changed[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert len(changed) == 6 + FRAMES


def test_a_change_that_would_end_itself_goes_on(page, unveiling):
    def ending() -> Iterator[None]:
        for _ in green(page):
            unveiling.finish()  # as a window does that takes another size by it
            yield

    unveiling.change(page, ending())
    while unveiling.waits:
        a_frame()
    assert on_screen(page) == [GREEN.name()] * 6


def test_a_change_that_fails_leaves_nothing_veiled(page, unveiling):
    def failing() -> Iterator[None]:
        yield
        raise RuntimeError

    unveiling.change(page, failing())
    with pytest.raises(RuntimeError):
        unveiling.finish()
    while unveiling.waits:
        a_frame()
    assert all(one.updatesEnabled() for one in page.findChildren(QWidget))
    unveiling.begin(page)
    assert unveiling.waits


def test_what_is_laid_out_anew_keeps_its_pixels_until_it_is_and_is_painted_then(page, unveiling):
    painted = Paints(cards(page))
    unveiling.keep(page)
    list(green(page))
    page.resize(page.width() + 60, page.height())  # which lays it out
    QApplication.processEvents()
    a_frame()
    assert sum(painted.counts) == 0
    so_far = [0]
    while unveiling.waits:
        a_frame()
        so_far.append(sum(painted.counts))
    assert len(so_far) == FRAMES + 1
    assert all(later > before for before, later in pairwise(so_far))
    assert on_screen(page) == [GREEN.name()] * 6


def test_a_change_that_is_ended_early_is_made_and_shown(page, unveiling):
    unveiling.change(page, green(page))
    unveiling.finish()
    QApplication.processEvents()
    assert on_screen(page) == [GREEN.name()] * 6


def test_a_change_that_another_takes_the_place_of_is_not_made_any_further(page, unveiling, monkeypatch):
    monkeypatch.setattr("hyperscope.ui.unveiling.SPENT", 0.0)
    first = coloured(page, BLUE)
    unveiling.change(page, first)
    a_frame()
    unveiling.change(page, green(page))
    assert sum(one.colour == BLUE for one in cards(page)) == 1
    seen = [on_screen(page)]
    while unveiling.waits:
        a_frame()
        seen.append(on_screen(page))
    assert seen[0] == [RED.name()] * 6
    assert seen[-1] == [GREEN.name()] * 6
    assert {colour for colours in seen for colour in colours} == {RED.name(), GREEN.name()}
    assert not any(one.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent) for one in cards(page))


def test_a_change_of_what_is_partly_seen_begins_once_the_one_before_has_ended(page, unveiling):
    unveiling.change(page, coloured(page, BLUE))
    a_frame()
    assert set(on_screen(page)) == {RED.name(), BLUE.name()}
    unveiling.change(page, green(page))
    assert on_screen(page) == [BLUE.name()] * 6
    while unveiling.waits:
        a_frame()
    assert on_screen(page) == [GREEN.name()] * 6


def test_the_next_page_ends_what_is_left_of_the_one_before(page, unveiling, qtbot):
    unveiling.begin(page)
    other = QWidget()
    qtbot.addWidget(other)
    unveiling.begin(other)  # not on screen
    assert not unveiling.waits
    assert all(one.updatesEnabled() for one in page.findChildren(QWidget))


@pytest.mark.parametrize("why", ["hidden", "never seen", "a picture"])
def test_a_page_that_nobody_watches_is_there_at_once(page, unveiling, monkeypatch, why):
    page.hide()
    if why == "never seen":
        page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        page.show()
    elif why == "a picture":
        monkeypatch.setattr(frames, "whole", True)
        page.show()
    unveiling.begin(page, green(page))
    assert not unveiling.waits
    assert {one.colour.name() for one in cards(page)} == {GREEN.name()}
    assert all(one.updatesEnabled() for one in page.findChildren(QWidget))


def test_what_is_gone_meanwhile_is_not_missed(page, unveiling):
    unveiling.begin(page)
    for one in cards(page):
        delete(one)
    while unveiling.waits:
        a_frame()
    assert page.updatesEnabled()


def test_an_empty_page_and_one_of_a_single_thing_are_there_at_once(page, unveiling):
    for one in cards(page):
        delete(one)
    unveiling.begin(page)
    assert not unveiling.waits
    QWidget(page).show()
    unveiling.begin(page)
    while unveiling.waits:
        a_frame()
    assert all(one.updatesEnabled() for one in page.findChildren(QWidget))


def test_the_parts_come_from_the_left_to_the_right(page, unveiling):
    unveiling.begin(page)
    seen = [one.x() for one in cards(page) if one.updatesEnabled()]
    veiled = [one.x() for one in cards(page) if not one.updatesEnabled()]
    assert seen
    assert max(seen) <= min(veiled)


def test_a_window_unveils_a_lab_and_says_so_until_all_is_seen(open_window, qtbot):
    window = open_window()
    for lab in ("frameworks", "playground"):
        window.show_lab(lab)
        page = window.lab.page
        assert any(not one.updatesEnabled() for one in page.findChildren(QWidget)), lab
        assert not window.up_to_date
        qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
        assert all(one.updatesEnabled() for one in page.findChildren(QWidget)), lab


@pytest.mark.parametrize("way", ["by the key", "undone"])
def test_twins_come_and_go_over_a_few_frames(open_window, qtbot, way):
    window = open_window()
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    twin = window.part(TwinPart)
    for there in (True, False):
        window.do(twin.toggle if there or way == "by the key" else window.session.undo)
        assert twin.bar.isVisible() == there
        assert any(not one.updatesEnabled() for one in window.findChildren(QWidget))
        assert not window.up_to_date
        qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
        assert all(one.updatesEnabled() for one in window.findChildren(QWidget))


def test_going_from_lab_to_lab_leaves_nothing_veiled(open_window, qtbot):
    window = open_window()
    for lab in ("frameworks", "playground", "frameworks", "playground", "frameworks"):
        window.show_lab(lab)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert all(one.updatesEnabled() for one in window.findChildren(QWidget))


def test_the_window_s_own_frames_unveil(page, unveiling, qtbot):
    ticker = Ticker(lambda: None)
    unveiling.begin(page)
    ticker.start()
    qtbot.waitUntil(lambda: not unveiling.waits, timeout=PATIENCE)
    ticker.stop()
    assert page.childAt(QPoint(300, 100)) is not None
