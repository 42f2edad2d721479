"""What scrolls comes to rest, also where a row of buttons breaks into two just as the scroll bar comes."""

from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hyperscope.ui.controls.scrolled import MOST, Scrolled
from hyperscope.ui.controls.segmented import RIM, ROW, Segments

FILLED = 100  # pixels of height that stay as they are
TOO_MANY = 40  # sizes within one event, long before the stack is full


class Sizes(QObject):
    """Counts the sizes that the body of `area` is given, and ends what would have no end."""

    def __init__(self, area: Scrolled) -> None:
        super().__init__(area)
        self.area, self.count = area, 0
        area.widget().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Resize
        if self.count == TOO_MANY:
            self.area.setWidgetResizable(False)
        return False


@pytest.fixture
def segments() -> Segments:
    return Segments(("Before", "After", "Neither"), "Batch norm")


@pytest.fixture
def area(qtbot, segments: Segments) -> Scrolled:
    """Buttons in a layout within a layout, as in a card, and something below them."""
    body, filling = QWidget(), QWidget()
    filling.setFixedHeight(FILLED)
    column, whole = QVBoxLayout(), QVBoxLayout(body)
    column.addWidget(segments)
    column.addWidget(filling)
    for layout in (column, whole):
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
    whole.addLayout(column)
    whole.addStretch(1)
    made = Scrolled(body)
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


def at_rest(area: Scrolled, segments: Segments, wide: int) -> bool:
    """Whether the buttons have the rows that they need, the body the height, and the bar says how far it scrolls."""
    body, room = area.widget(), area.viewport().size()
    rows = 1 if body.width() >= wide else 2
    return (
        body.width() == room.width()
        and segments.height() == rows * (ROW - 2 * RIM) + 2 * RIM
        and body.height() == max(room.height(), FILLED + segments.height())
        and area.verticalScrollBar().maximum() == body.height() - room.height()
    )


def test_buttons_that_break_into_two_rows_as_the_bar_comes_end_on_one_or_the_other(area, segments, qtbot) -> None:
    sizes = Sizes(area)
    bar = area.verticalScrollBar().sizeHint().width()
    one_row, wide = segments.height(), segments.sizeHint().width()
    most = 0
    for more, higher in product(range(-1, bar + 2), (-1, 0, 5, 15, 30)):
        area.resize(wide + 4 * bar, FILLED)  # and at once, before this is laid out, as a larger type has it:
        sizes.count = 0
        area.resize(wide + more, FILLED + one_row + higher)
        assert area.widgetResizable(), f"no end came, {more} pixels wider and {higher} higher than one row"
        most = max(most, sizes.count)
        qtbot.waitUntil(lambda: at_rest(area, segments, wide))
    assert most > MOST  # else what is tested here did not come up
