"""Reliefs painted by tables and line by line: the same pictures as by the written formulas, and made once."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from hyperscope.engine.arrays import Array
from hyperscope.ui.labs.generalise.bowl_card import BowlCard
from hyperscope.ui.labs.generalise.relief import (
    BANDS,
    Relief,
    height_picture,
    oblique,
    paint_height,
    paint_path,
)
from hyperscope.ui.paint import packed, rgb
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import DARK, LIGHT, Theme

PIXELS = 150
AREA = QRectF(10, 10, PIXELS, PIXELS)


@pytest.fixture(scope="module")
def valley() -> Relief:
    """A narrow valley askew, with a place where the cost is unknown."""
    along = np.linspace(-1, 1, 24)
    u, v = np.meshgrid(along, along)
    cost = u**2 + 9 * (v - 0.3 * u) ** 2
    cost[-1, -1] = np.nan
    return Relief(cost, 1.0)


def pixels(image: QImage) -> Array:
    """(height, width, 4) bytes."""
    found = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return found.astype(int)


def on_card(paint) -> QImage:
    """What `paint` paints on an empty card."""
    made = QImage(PIXELS + 20, PIXELS + 20, QImage.Format.Format_RGB32)
    made.fill(LIGHT.card)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return made


def by_mixing(relief: Relief, theme: Theme) -> Array:
    """The picture with every pixel's colour mixed on its own, uint32."""
    side = len(relief.cost)
    at = np.linspace(0, side - 1, PIXELS)
    rows = np.array([np.interp(at, np.arange(side), row) for row in relief.level])
    level = np.array([np.interp(at, np.arange(side), column) for column in rows.T]).T
    band = np.floor(level * BANDS)
    share = np.clip(band / BANDS, 0, 1)[..., None]
    low, high = rgb(mixed(theme.card, theme.accent, 0.62)), rgb(mixed(theme.card, theme.quiet, 0.1))
    colours = low * (1 - share) + high * share
    edge = np.zeros(level.shape, bool)
    edge[:-1] |= band[:-1] != band[1:]
    edge[:, :-1] |= band[:, :-1] != band[:, 1:]
    colours[edge] = 0.55 * colours[edge] + 0.45 * rgb(mixed(theme.card, theme.accent, 0.9))
    return packed(colours)[::-1]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_picture_by_a_table_is_that_with_every_pixel_mixed(qapp, valley, theme):
    shown = valley.picture(theme, PIXELS)
    by_table = np.frombuffer(shown.constBits(), np.uint32).reshape(PIXELS, PIXELS)
    # but for a pixel where a band ends within rounding
    assert (by_table != by_mixing(valley, theme)).mean() < 1e-3


def test_the_level_is_worked_out_once(valley):
    assert valley.level is valley.level


def test_steps_painted_one_by_one_look_like_their_polyline(qapp):
    angle = np.arange(60)
    points = [QPointF(80 + (70 - a) * np.cos(2.5 * a), 80 + (70 - a) * np.sin(2.5 * a)) for a in angle]

    def polyline(painter: QPainter) -> None:
        pen = QPen(QColor("black"), 1.8)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(points)

    one = pixels(on_card(lambda painter: paint_path(painter, points, QColor("black"), LIGHT, dots=False)))
    other = pixels(on_card(polyline))
    assert (
        other.min() == 0 and np.abs(one - other).mean() < 2 and (np.abs(one - other).max(axis=-1) > 100).mean() < 0.01
    )


def test_the_height_kept_as_a_picture_is_the_one_painted(qapp, valley):
    picture, place = height_picture(valley, AREA, LIGHT, 1.0)
    kept = pixels(on_card(lambda painter: painter.drawImage(place, picture)))
    painted = pixels(on_card(lambda painter: paint_height(painter, valley, AREA, LIGHT)))
    assert (painted != 255).any() and np.abs(kept - painted).max() <= 4  # two roundings of what shines through
    highest = oblique(AREA, np.array([[-1.0, 1.0]]), np.array([1.05]))[0]
    assert QRectF(place).contains(highest)


def test_the_surface_is_pictured_anew_only_where_it_or_its_look_is_another(qtbot, valley):
    card = BowlCard("Inputs")
    qtbot.addWidget(card)
    card.resize(420, 300)
    card.set_theme(LIGHT)
    first = card._surface(valley)
    assert card._surface(valley) is first
    card.height_shown = True
    assert card._surface(valley) is not first
    seen = card._surface(valley)
    card.set_theme(DARK)
    assert card._surface(valley) is not seen
