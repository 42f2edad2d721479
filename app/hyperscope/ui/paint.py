"""What several panels paint with: arrays turned to pictures in the theme's colours, cards, and flat text buttons.

It knows colours, numbers and Qt, and nothing of networks; planes have row 0 at the bottom, pictures at the top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QWidget

from hyperscope.ui import theme as themes
from hyperscope.ui.as_written import as_written
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed
from hyperscope.ui.theme import RADIUS, Theme

Array = NDArray[Any]
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


# Building a font asks the font database each time (0.3 ms), too long for a paint event.
face: Callable[..., QFont] = cache(themes.font)


def rgb(colour: QColor) -> Array:
    """(3,) red, green, blue from 0 to 255."""
    return np.array([colour.red(), colour.green(), colour.blue()], np.float32)


def packed(colours: Array) -> Array:
    """Opaque pixels, uint32 (...), of colours (..., 3) from 0 to 255."""
    whole = np.rint(colours).astype(np.uint32)
    return np.uint32(0xFF000000) | whole[..., 0] << np.uint32(16) | whole[..., 1] << np.uint32(8) | whole[..., 2]


def image(pixels: Array, kind: QImage.Format = QImage.Format.Format_RGB32) -> QImage:
    """The picture of pixels uint32 (height, width), top row first."""
    pixels = np.ascontiguousarray(pixels, np.uint32)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, kind).copy()  # the copy outlives the array


def luminance(colour: QColor) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.1)."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (rgb(colour) / 255).tolist()]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def _readable(colour: int, ground: int, ratio: float) -> QColor:
    wanted, behind = QColor.fromRgb(colour), QColor.fromRgb(ground)
    towards = QColor("black") if luminance(behind) > 0.18 else QColor("white")
    for share in np.arange(1.0, -0.01, -0.05):
        if contrast(tried := mixed(towards, wanted, float(share)), behind) >= ratio:
            return tried
    return towards


def readable(colour: QColor, ground: QColor, ratio: float = 4.5) -> QColor:
    """`colour`, deepened or lightened just until it can be read as text on `ground`."""
    return _readable(colour.rgb(), ground.rgb(), ratio)


def map_colours(theme: Theme, classes: int) -> Array:
    """(C, 3), read-only: the colour of the map where class k is certain."""
    colours = (theme.class_colour(k).rgb() for k in range(classes))
    return _mixed_in(theme.map_ground.rgb(), theme.map_strength, *colours)


@lru_cache(maxsize=32)
def _mixed_in(ground: int, strength: float, *colours: int) -> Array:
    """(C, 3): `strength` of each colour in a ground; each of a wall's small maps asks for it."""
    of = np.array([rgb(QColor.fromRgb(one)) for one in colours], np.float32).reshape(-1, 3)
    found: Array = strength * of + (1 - strength) * rgb(QColor.fromRgb(ground))
    found.setflags(write=False)
    return found


def soft_map(p: Array, theme: Theme) -> QImage:
    """Class probabilities (C, height, width) as their classes' colours, mixed in proportion."""
    classes, height, width = p.shape
    known = np.fmax(p.reshape(classes, -1), 0, dtype=np.float32)  # NaN is none of any class
    mix = known.T @ map_colours(theme, classes)
    return image(packed(np.minimum(mix, 255, out=mix)).reshape(height, width)[::-1])


def hard_map(p: Array, theme: Theme) -> QImage:
    """The most probable class of (C, height, width), each region in its class's colour."""
    return image(packed(map_colours(theme, len(p)))[p.argmax(0)][::-1])


def confidence_ramp(theme: Theme) -> Array:
    """(256,) pixels from a confidence of 1/C to 1: one neutral hue, since every other hue already means a class."""
    share = np.linspace(0, 0.6, 256, dtype=np.float32)[:, None]
    return packed(share * rgb(mixed(theme.text, theme.quiet, 0.5)) + (1 - share) * rgb(theme.map_ground))


def confidence_map(p: Array, theme: Theme) -> QImage:
    """The greatest probability of (C, height, width), from 1/C to 1, on `confidence_ramp`."""
    least = 1 / len(p)
    level = np.nan_to_num((p.max(0) - least) / max(1 - least, 1e-9))
    return image(confidence_ramp(theme)[np.rint(np.clip(level, 0, 1) * 255).astype(np.intp)][::-1])


@cache
def _ramp(low: int, middle: int, high: int) -> Array:
    stops = np.array([rgb(QColor.fromRgb(c)) for c in (low, middle, high)])
    at = np.arange(511)
    return packed(np.stack([np.interp(at, (0, 255, 510), stops[:, k]) for k in range(3)], -1))


def sign_ramp(theme: Theme) -> Array:
    """(511,) pixels from −max through 0 to +max."""
    return _ramp(theme.negative.rgb(), theme.zero.rgb(), theme.positive.rgb())


def sign_picture(values: Array, theme: Theme, top: float | None = None) -> QImage:
    """Signed values (height, width) on `sign_ramp`, scaled to ±`top`, or to their own greatest magnitude."""
    values = np.nan_to_num(np.asarray(values, np.float32), posinf=0, neginf=0)
    top = float(np.abs(values).max(initial=0)) if top is None else top
    whole = np.float32(top)  # by which is divided: 255 / top may be more than float32 holds
    with np.errstate(over="ignore"):
        level = 255 * np.clip(values / (whole if whole > 0 else np.float32(1)), -1, 1)
    return image(sign_ramp(theme)[np.rint(level).astype(np.intp) + 255][::-1])


def sign_pictures(values: Array, theme: Theme) -> list[QImage]:
    """`sign_picture` of each of (n, height, width): together they take a third of the time."""
    values = np.nan_to_num(np.asarray(values, np.float32), posinf=0, neginf=0)
    tops = np.abs(values).max((1, 2), initial=0, keepdims=True)
    level = 255 * np.clip(values / np.where(tops > 0, tops, np.float32(1)), -1, 1)
    return [image(one) for one in sign_ramp(theme)[np.rint(level).astype(np.intp) + 255][:, ::-1]]


def share_picture(p: Array, colour: QColor, ground: QColor) -> QImage:
    """Probabilities (height, width) from `ground` at 0 to `colour` at 1."""
    ramp = _ramp(ground.rgb(), mixed(colour, ground, 0.5).rgb(), colour.rgb())
    level = np.rint(np.clip(np.nan_to_num(p), 0, 1) * 510).astype(np.intp)
    return image(ramp[level][::-1])


def borders(p: Array) -> Array:
    """(k, 4) line pieces x0, y0, x1, y1 along which the most probable class of (C, height, width) changes.

    In columns and rows of the plane, (0, 0) being the middle of its first cell. Crossings are interpolated on the
    grid's lines where two neighbours differ; those of a cell are joined, through their mean if there are three or
    four (where regions meet).
    """
    top = p.argmax(0)
    height, width = top.shape
    points = np.full((4, height - 1, width - 1, 2), np.nan, np.float32)  # on the lower, upper, left, right side
    for upright in (False, True):
        before, after = (top[:-1], top[1:]) if upright else (top[:, :-1], top[:, 1:])
        row, column = np.nonzero(before != after)
        a, b = before[row, column], after[row, column]
        row2, column2 = (row + 1, column) if upright else (row, column + 1)
        lead, lag = p[a, row, column] - p[b, row, column], p[b, row2, column2] - p[a, row2, column2]
        share = np.where(lead + lag > 0, lead / np.maximum(lead + lag, 1e-12), 0.5)
        at = np.stack([column + (0 if upright else share), row + (share if upright else 0)], -1)
        ahead, behind = (row < height - 1, row > 0) if not upright else (column < width - 1, column > 0)
        first, second = (2, 3) if upright else (0, 1)
        points[first, row[ahead], column[ahead]] = at[ahead]
        back = (row[behind], column[behind] - 1) if upright else (row[behind] - 1, column[behind])
        points[second, back[0], back[1]] = at[behind]
    there = ~np.isnan(points[..., 0])
    count = there.sum(0)
    row, column = np.nonzero(count == 2)
    ends = points[:, row, column][np.argsort(~there[:, row, column], axis=0, kind="stable")[:2], np.arange(len(row))]
    pieces = [np.concatenate([ends[0], ends[1]], -1)]
    row, column = np.nonzero(count > 2)
    meeting, present = points[:, row, column], there[:, row, column]
    middle = np.nansum(meeting, 0) / np.maximum(count[row, column], 1)[:, None]
    pieces += [np.concatenate([meeting[k], middle], -1)[present[k]] for k in range(4)]
    return np.concatenate(pieces)


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Up to `most` round numbers from `low` to `high`, evenly spaced by 1, 2 or 5 times a power of ten."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return []
    ten = 10.0 ** math.floor(math.log10(span / most))
    step = next(s * ten for s in (1, 2, 5, 10, 20, 50) if span / (s * ten) <= most)
    return [k * step for k in range(math.ceil(low / step + 1e-9), math.floor(high / step - 1e-9) + 1)]


def number(value: float, digits: int = 1) -> str:
    """`value` with a true minus sign; − 0.0 has none."""
    said = f"{value:.{digits}f}"
    return said.lstrip("-") if float(said) == 0 else said.replace("-", "−")


def card(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A card's ground: rounded, without a border."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.card)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)


def write(
    painter: QPainter,
    rect: QRectF,
    words: str,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """Writes one line into `rect`, elided if it is too long; returns its width in pixels."""
    metrics = QFontMetricsF(font)
    if (width := metrics.horizontalAdvance(words)) > rect.width() + 0.5:
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        width = metrics.horizontalAdvance(words)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), words)
    return width


def fitting(choices: Sequence[str], font: QFont, room: float) -> str:
    """The first of `choices`, from the fullest to the shortest, that is no wider than `room` pixels, else the last."""
    metrics = QFontMetricsF(font)
    return next((words for words in choices if metrics.horizontalAdvance(words) <= room), choices[-1])


def sign_legend(painter: QPainter, room: QRectF, theme: Theme, says: tuple[str, ...]) -> None:
    """The ramp from − to + in the middle of `room`, and the first of what it `says` that fits beside it."""
    scale, font = theme.scale, face(10, 400, theme.scale)
    metrics = QFontMetricsF(font)
    bar, gap, sign = 48 * scale, 5 * scale, metrics.horizontalAdvance("+")
    ramp_alone = bar + 2 * sign + 2 * gap
    beside = room.width() - ramp_alone - 2 * gap
    said = next((words for words in says if metrics.horizontalAdvance(words) <= beside), "")
    whole = ramp_alone + (2 * gap + metrics.horizontalAdvance(said) if said else 0)
    line = room.translated((room.width() - whole) / 2, 0)
    line.setLeft(line.left() + write(painter, line, "−", font, theme.quiet) + gap)
    ramp = QRectF(line.left(), line.center().y() - 3 * scale, bar, 6 * scale)
    painter.drawImage(ramp, image(sign_ramp(theme)[None]))
    line.setLeft(ramp.right() + gap)
    line.setLeft(line.left() + write(painter, line, "+", font, theme.quiet) + 2 * gap)
    write(painter, line, said, font, theme.quiet)


class TextButton(QAbstractButton):
    """A word that can be pressed or chosen: no box, a ring when it has the keyboard."""

    def __init__(self, words: str, name: str, parent: QWidget, *, accent: bool = False) -> None:
        super().__init__(parent)
        self._accent = accent
        self._theme, self._font, self._bold = themes.LIGHT, QFont(), QFont()
        self.setText(words)
        self.setAccessibleName(name)
        self.setToolTip(as_written(name))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_accent(self, accent: bool) -> None:
        """Whether it is drawn as something that is chosen or can be moved."""
        if accent != self._accent:
            self._accent = accent
            self.update()

    def set_theme(self, theme: Theme, size: float) -> None:
        """Takes on colours, and type of `size` pixels."""
        self._theme = theme
        self._font, self._bold = face(size, 400, theme.scale), face(size, 600, theme.scale)
        self.update()

    def sizeHint(self) -> QSize:
        """The words with 3 pixels around, as wide when chosen as when not."""
        widest = QFontMetricsF(self._bold if self.isCheckable() else self._font)
        return QSize(math.ceil(widest.horizontalAdvance(self.text())) + 6, math.ceil(widest.height()) + 2)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        colour = theme.accent if self._accent else theme.quiet
        if self.isChecked() or (self.underMouse() and self.isEnabled()):
            colour = theme.text
        if not self.isEnabled():
            colour = mixed(theme.card, theme.quiet, 0.5)
        painter.setPen(colour)
        painter.setFont(self._bold if self.isChecked() else self._font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.accent, 1.5 * theme.scale))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()


@lru_cache(maxsize=128)
def _frame(side: float, ground: int, rim: int, width: float, ratio: float) -> QPixmap:
    full = side + 4
    stamp = QPixmap(round(full * ratio), round(full * ratio))
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(2, 2, side, side), QColor.fromRgb(ground))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawRoundedRect(QRectF(2, 2, side, side), 4, 4)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor.fromRgb(rim), width))
    inset = 2 + width / 2 - min(width - 1, 1)
    painter.drawRoundedRect(QRectF(inset, inset, full - 2 * inset, full - 2 * inset), 4, 4)
    painter.end()
    return stamp


def frame(side: float, ground: QColor, rim: QColor, width: float, ratio: float) -> QPixmap:
    """A stamp for a square picture of `side` pixels, laid 2 pixels up and left of it: round corners and a rim.

    Cheaper than clipping each picture to a path.
    """
    return _frame(side, ground.rgb(), rim.rgb(), width, ratio)


@lru_cache(maxsize=8)  # as large as the map, and another for each size of the window
def _corners(side: float, ground: int, ratio: float, radius: float) -> QPixmap:
    stamp = QPixmap(round(side * ratio), round(side * ratio))
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)  # an opaque fill would leave no alpha to cut the hole into
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, side, side), QColor.fromRgb(ground))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawRoundedRect(QRectF(0, 0, side, side), radius, radius)
    painter.end()
    return stamp


def corners(side: float, ground: QColor, ratio: float, radius: float = 4) -> QPixmap:
    """A stamp in the colour of `ground` that leaves a square picture of `side` pixels free, but for its corners."""
    return _corners(side, ground.rgb(), ratio, radius)
