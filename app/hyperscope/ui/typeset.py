"""Formulas that are shown as they stand, with sums over limits and tall brackets, at any size and in any colour.

They were typeset beforehand, see `packaging/formulas.py`; those put together from numbers are `ui.formula`'s.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from hyperscope.resources import asset

EM = 20  # units of a picture


def has(knob: str, choice: str) -> bool:
    """Whether there is a formula for a choice of a knob."""
    try:
        asset(_path(knob, choice))
    except FileNotFoundError:
        return False
    return True


def draw(painter: QPainter, room: QRectF, knob: str, choice: str, em: float, colour: QColor) -> QRectF:
    """Draws the formula in type of `em` pixels, smaller where `room` asks for it, at the left and in the middle.

    Returns where it is. Raises: FileNotFoundError if there is none.
    """
    picture = _picture(knob, choice, colour.name())
    size = picture.viewBoxF().size() * (em / EM)
    if size.width() > room.width() or size.height() > room.height():
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRectF(room.left(), room.center().y() - size.height() / 2, size.width(), size.height())
    picture.render(painter, place)
    return place


def tag(knob: str, choice: str, em: float, colour: QColor, ratio: float) -> str:
    """The formula as a picture in rich text, for a screen of `ratio` pixels per unit."""
    size = (_picture(knob, choice, colour.name()).viewBoxF().size() * (em / EM)).toSize()
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    draw(painter, QRectF(image.rect()), knob, choice, em * ratio, colour)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 80)  # type: ignore[call-overload]  # in half the time of full compression
    content = base64.b64encode(buffer.data().data()).decode()
    return f'<img width="{size.width()}" height="{size.height()}" src="data:image/png;base64,{content}">'


def _path(knob: str, choice: str) -> str:
    return f"formulas/{knob}/{choice.replace(' ', '_')}.svg"


@lru_cache(maxsize=64)
def _picture(knob: str, choice: str, colour: str) -> QSvgRenderer:
    content = asset(_path(knob, choice)).read_text(encoding="utf-8").replace("black", colour)
    return QSvgRenderer(content.encode())
