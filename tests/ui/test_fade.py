"""What scrolls: it fades out where it goes on, and nowhere else."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.theme import DARK, LIGHT, Theme, scaled

SIDE = 120  # pixels


@pytest.fixture(params=[LIGHT, scaled(DARK, 1.5)], ids=["light", "large and dark"])
def theme(request) -> Theme:
    return request.param


@pytest.fixture
def area(qtbot, theme) -> QScrollArea:
    """Text-coloured ground three times as high as what shows it."""
    inside = QLabel()
    inside.setFixedSize(SIDE // 2, 3 * SIDE)
    inside.setStyleSheet(f"QLabel {{ background: {theme.text.name()}; }}")
    made = QScrollArea()
    made.setFrameShape(QScrollArea.Shape.NoFrame)
    made.setWidget(inside)
    made.resize(SIDE, SIDE)
    fade = Fade(made)
    fade.set_theme(theme)
    qtbot.addWidget(made)
    made.show()
    return made


def seen(area: QScrollArea) -> tuple[str, str, str]:
    """The colours at the upper edge, in the middle and at the lower edge."""
    QApplication.processEvents()
    picture = area.grab().toImage()
    return tuple(picture.pixelColor(20, y).name() for y in (1, SIDE // 2, SIDE - 2))  # type: ignore[return-value]


def test_there_is_more_below_at_first(area, theme):
    assert seen(area) == (theme.text.name(), theme.text.name(), theme.card.name())


def test_there_is_more_on_both_sides_half_way(area, theme):
    area.verticalScrollBar().setValue(SIDE)
    assert seen(area) == (theme.card.name(), theme.text.name(), theme.card.name())


def test_there_is_more_above_at_the_end(area, theme):
    area.verticalScrollBar().setValue(2 * SIDE)
    assert seen(area) == (theme.card.name(), theme.text.name(), theme.text.name())


def test_what_fits_does_not_fade(area, theme):
    area.resize(SIDE, 3 * SIDE)
    QApplication.processEvents()
    assert area.grab().toImage().pixelColor(20, 3 * SIDE - 2) == theme.text
