"""The map of a network with a veil over the region whose answers go to a person."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPixmap

from hyperscope.engine.arrays import Indices
from hyperscope.lab.softmax.confidence import Sureness, tempered
from hyperscope.ui import paint
from hyperscope.ui.paint import face
from hyperscope.ui.panels.map.pin import paint_ring
from hyperscope.ui.panels.map.sheet import MapSheet

VEIL, STRIPE = 120, 205  # of 255, how opaque it is, and its stripes
EVERY = 4  # cells from stripe to stripe
TINY = 1e-30


class ConfidenceMap(MapSheet):
    """`chosen` carries the number of an example that is pressed, None where none is."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("Who answers: the network or a person", 0.7)
        self.setMinimumSize(260, 240)
        self.found: Sureness | None = None
        self.threshold = self.temperature = 1.0
        self.share = 0.0  # of the plane that is sent
        self.example: int | None = None
        self._sent: Indices = np.zeros(0, np.int64)
        self._veil: QImage | None = None
        self._under: QRectF | None = None

    def draw(self, found: Sureness, threshold: float, temperature: float, sent: Indices, example: int | None) -> None:
        """Veils what is less sure than the threshold, at a temperature, and rings the examples that are `sent`."""
        self.found, self.threshold, self.temperature = found, threshold, temperature
        self._sent, self.example = sent, example
        self._veil = None
        self.update()

    def _make_veil(self) -> QImage | None:
        assert self.picture.map is not None
        p = self.picture.map.p.astype(np.float64)
        sure = tempered(np.log(np.maximum(p, TINY)), self.temperature).max(axis=0)
        unsure = sure < self.threshold
        self.share = float(unsure.mean())
        rows, columns = np.indices(unsure.shape)
        stripe = (rows + columns) % EVERY == 0
        alpha = np.where(unsure, np.where(stripe, STRIPE, VEIL), 0).astype(np.uint32)
        r, g, b = paint.rgb(self.theme.card).astype(np.uint32)
        shade = (r * alpha // 255) << 16 | (g * alpha // 255) << 8 | (b * alpha // 255)
        return paint.image((alpha << 24 | shade)[::-1], QImage.Format.Format_ARGB32_Premultiplied)

    def paint(self, painter: QPainter, room: QRectF) -> None:
        picture, theme, found = self.picture, self.theme, self.found
        if picture.map is None or found is None:
            picture.paint_empty(painter)
            return
        picture.paint(painter, self.devicePixelRatioF())
        if self._veil is None:
            self._veil = self._make_veil()
        painter.save()
        painter.setClipRect(picture.box)
        assert self._veil is not None
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(picture.box, self._veil)
        self._ring(painter, found)
        if self.example is not None and self.example < found.at.shape[1]:
            paint_ring(painter, picture.pixel(*found.at[:, self.example].tolist()), theme, example=True)
        painter.restore()
        painter.setFont(face(11, 400, theme.scale))
        painter.setPen(theme.quiet)
        said = (
            f"Striped: {100 * self.share:.0f}\u00a0% of the plane, less sure than {self.threshold:.2f}, goes to a "
            "person. Ringed: dev examples that do."
        )
        self.setAccessibleDescription(said)
        painter.drawText(self.beside, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), said)

    def _ring(self, painter: QPainter, found: Sureness) -> None:
        """Rings those that are sent, each by the same pixels: thousands of circles take longer than a frame."""
        ratio, radius = self.devicePixelRatioF(), self.px(5)
        half = math.ceil(radius) + 1
        ring = QPixmap(round(2 * half * ratio), round(2 * half * ratio))
        ring.setDevicePixelRatio(ratio)
        ring.fill(Qt.GlobalColor.transparent)
        with QPainter(ring) as inside:
            inside.setRenderHint(QPainter.RenderHint.Antialiasing)
            inside.setPen(self.theme.text)
            inside.drawEllipse(QPointF(half, half), radius, radius)
        (left, right, bottom, top), box = self.picture.extent, self.picture.box
        x, y = found.at[:, self._sent]
        across = box.left() + (x - left) / (right - left) * box.width() - half
        up = box.top() + (top - y) / (top - bottom) * box.height() - half
        for at in (np.round(np.stack([across, up], 1) * ratio) / ratio).tolist():  # sharp on whole device pixels
            painter.drawPixmap(QPointF(*at), ring)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.picture.box.contains(event.position()):
            near = self.picture.example_near(event.position())
            self.chosen.emit(None if near == self.example else near)
