"""The cards of confidence: coverage, reliability, those sent to a person, confusion, and how sure it is far away."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from hyperscope.engine.arrays import Array
from hyperscope.engine.calibration import Reliability, Selective
from hyperscope.engine.metrics import Counts
from hyperscope.lab.softmax.confidence import FAR, Kept, Sureness
from hyperscope.ui.controls.control import draw_focus, keep_arrows
from hyperscope.ui.labs.softmax.rows import Rows, short
from hyperscope.ui.labs.softmax.words import share
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.chart import Axes, legend, polyline
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.panels.curves.lines import thinned
from hyperscope.ui.style import mixed

RIGHT, CENTRE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
PARTS = ("train", "dev", "test")
ROW = 21.0  # pixels


def percent(value: float) -> str:
    """A share of one in per cent, – where there is none."""
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"


class CoverageCurve(Sheet):
    """Accuracy of what is kept over the share that is, dev dashed and test solid, with where the threshold stands."""

    def __init__(self) -> None:
        super().__init__("Accuracy of the answers kept, by how many are kept")
        self.setMinimumSize(260, 130)
        self.curves: tuple[Selective, Selective] | None = None
        self.kept: tuple[Kept, Kept] | None = None

    def draw(self, curves: tuple[Selective, Selective], kept: tuple[Kept, Kept]) -> None:
        """Shows dev and test."""
        self.curves, self.kept = curves, kept
        self.setAccessibleDescription("; ".join(kept_words(kept)))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        if self.curves is None or self.kept is None:
            return
        theme = self.theme
        words = kept_words(self.kept)
        for line, said in enumerate(words):
            place = QRectF(room.left(), room.top() + line * self.px(18), room.width(), self.px(18))
            write(painter, place, said, face(12, 500, theme.scale), theme.text)
        area = room.adjusted(self.px(40), self.px(46), -self.px(8), -self.px(34))
        seen = [curve.accuracy[len(curve.accuracy) // 25 :] for curve in self.curves if curve.accuracy.size]
        low = min((float(one.min(initial=1.0)) for one in seen), default=0.0)
        low = max(0.0, math.floor(20 * low - 0.2) / 20)
        axes = Axes(area, (0.0, 1.0), (low, 1.0 + 0.02 * (1 - low)))
        steps = [low + (1 - low) * k / 4 for k in range(5)]
        up = [(at, f"{100 * at:.4g} %") for at in steps]
        axes.paint(painter, theme, [(0.0, "0"), (0.5, "50 %"), (1.0, "100 %")], up)
        painter.save()
        painter.setClipRect(area.adjusted(0, -4, 0, 4))
        for curve, kept, dashed in zip(self.curves, self.kept, (True, False), strict=True):
            if not curve.coverage.size:
                continue
            points = axes.points(*thinned(curve.coverage, curve.accuracy, int(area.width())))
            polyline(painter, points, theme.text, self.px(1.6), dashed=dashed)
            if kept.count:
                at = QPointF(float(axes.x(np.array(kept.coverage))), float(axes.y(np.array(max(low, kept.accuracy)))))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.accent)
                painter.drawEllipse(at, self.px(4.5), self.px(4.5))
        painter.restore()
        foot = QRectF(area.left(), room.bottom() - self.px(14), area.width(), self.px(14))
        write(painter, foot, "coverage: the share that is kept", face(10, 400, theme.scale), theme.quiet)
        key = [("dashes", "dev", theme.text), ("line", "test", theme.text)]
        legend(painter, room.right(), foot.center().y(), theme, key)


def kept_words(kept: tuple[Kept, Kept]) -> list[str]:
    """Of dev and test: how many are kept, and how many of these are right."""
    return [
        f"{name}: {percent(one.coverage)} kept, {percent(one.accuracy)} of them right"
        for name, one in zip(PARTS[1:], kept, strict=True)
    ]


class ReliabilityCard(Sheet):
    """How often it is right where it is so sure, bin by bin, before and after temperature."""

    def __init__(self) -> None:
        super().__init__("Is it right as often as it is sure?")
        self.setMinimumSize(260, 150)
        self.curve: Reliability | None = None
        self.lines: tuple[str, ...] = ()

    def draw(self, curve: Reliability, lines: tuple[str, ...], note: str) -> None:
        """Shows the bins of one part, and in words what temperature does."""
        self.curve, self.lines, self.note = curve, lines, note
        self.setAccessibleDescription("; ".join(lines))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        curve, theme = self.curve, self.theme
        if curve is None:
            return
        below = self.px(17) * len(self.lines) + self.px(4)
        high = self.px(13)  # of a count, which stands on its bar
        area = room.adjusted(self.px(36), high, -self.px(4), -below - self.px(20))
        axes = Axes(area, (0.0, 1.0), (0.0, 1.0))
        across, up = [(0.0, "0"), (0.5, "0.5"), (1.0, "sure 1")], [(0.0, "0"), (0.5, "50 %"), (1.0, "right")]
        axes.paint(painter, theme, across, up)
        most = max(1, int(curve.count.max(initial=1)))
        for k, count in enumerate(curve.count.tolist()):
            left, right = (float(axes.x(np.array(curve.edges[j]))) for j in (k, k + 1))
            if not count:
                continue
            top = float(axes.y(np.array(float(curve.accuracy[k]))))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.card, theme.accent, 0.25 + 0.5 * math.sqrt(count / most)))
            painter.drawRect(QRectF(left + 1, top, right - left - 2, area.bottom() - top))
            said = f"{count}"
            place = QRectF(left - 6, top - high, right - left + 12, high - 1)
            write(painter, place, said, face(9, 400, theme.scale), theme.quiet, CENTRE)
        ends = axes.points(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
        polyline(painter, ends, theme.text, self.px(1.2), dashed=True)
        for line, said in enumerate(self.lines):
            y = room.bottom() - self.px(17) * (len(self.lines) - line) + self.px(2)
            place = QRectF(room.left(), y, room.width(), self.px(16))
            write(painter, place, said, face(11, 400, theme.scale), theme.text)


class SentList(Rows):
    """The dev examples that go to a person, the least sure first; `chosen` carries the number of one."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("Sent to a person, of dev")
        self.setMinimumSize(240, 90)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.found: Sureness | None = None
        self.rows: list[tuple[str, ...]] = []
        self.all: list[int] = []
        self.example: int | None = None

    def draw(self, found: Sureness, numbers: Sequence[int], p: Array, example: int | None) -> None:
        """Shows examples by number, with the answers p (C, M) to all."""
        self.found, self.all, self.example = found, list(numbers), example
        self.note = f"{len(self.all)} of {int((found.part == 1).sum())}"
        self.rows = [("", "true", "says", "sure")]
        for one in self.all[:40]:
            said = int(p[:, one].argmax())
            true = int(found.y[one])
            mark = "right" if said == true else "wrong"
            self.rows.append(
                (short(found.names[true])[:12], mark, short(found.names[said])[:12], share(float(p[said, one]), 4))
            )
        self.setAccessibleDescription("; ".join(" ".join(row) for row in self.rows[1:6]))
        self.update()

    @property
    def shown(self) -> int:
        """How many there is room for."""
        return max(0, min(len(self.all), int(self.room.height() / self.px(ROW)) - 1))

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            return
        if not self.all:
            self.words(painter, room, "Every dev example is sure enough to be kept. Raise the threshold.", 12)
            return
        high = self.px(ROW)
        if self.example in self.all[: self.shown]:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.control)
            top = room.top() + (1 + self.all.index(self.example)) * high
            painter.drawRoundedRect(QRectF(room.left() - 4, top, room.width() + 8, high), 4, 4)
        rows = [("true", "", "says", "sure"), *self.rows[1 : self.shown + 1]]
        dots = [int(found.y[one]) for one in self.all[: self.shown]]
        table = QRectF(room.left(), room.top(), room.width(), len(rows) * high)
        self.table(painter, table, rows, (0.3, 0.18, 0.28, 0.24), dots, (3,))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(3, 3, -3, -3), 8, theme.accent)

    def event(self, event: QEvent) -> bool:
        keep_arrows(event)
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int((event.position().y() - self.room.top()) / self.px(ROW)) - 1
        if 0 <= row < self.shown:
            self.chosen.emit(self.all[row] if self.all[row] != self.example else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if way is None or not self.shown:
            super().keyPressEvent(event)
            return
        at = self.all.index(self.example) + way if self.example in self.all[: self.shown] else 0
        self.chosen.emit(self.all[max(0, min(at, self.shown - 1))])


class ConfusionCard(Sheet):
    """How often each true class was taken for which, of dev; and of each how many were found."""

    def __init__(self) -> None:
        super().__init__("Taken for, of dev", "rows true")
        self.setMinimumSize(170, 150)
        self.counts: Counts | None = None

    def draw(self, counts: Counts, names: Sequence[str]) -> None:
        """Shows counts (C, C)."""
        self.counts = counts
        rows = (f"{name}: {' '.join(str(n) for n in row)}" for name, row in zip(names, counts.tolist(), strict=True))
        self.setAccessibleDescription("; ".join(rows))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        counts, theme = self.counts, self.theme
        if counts is None:
            return
        count = len(counts)
        left = room.left() + self.px(14)
        cell = min((room.width() - self.px(66)) / count, (room.height() - self.px(16)) / count, self.px(46))
        most = max(1, int(counts.max(initial=1)))
        for i in range(count):
            for at in (
                QPointF(room.left() + self.px(4), room.top() + self.px(16) + (i + 0.5) * cell),
                QPointF(left + (i + 0.5) * cell, room.top() + self.px(6)),
            ):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.class_colour(i))
                painter.drawEllipse(at, self.px(3.5), self.px(3.5))
            for j in range(count):
                box = QRectF(left + j * cell, room.top() + self.px(16) + i * cell, cell - 2, cell - 2)
                strength = counts[i, j] / most
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(mixed(theme.control, theme.class_colour(i), 0.55 * strength))
                painter.drawRoundedRect(box, 2, 2)
                if cell >= self.px(15):
                    weight = 600 if i == j else 400
                    size = min(12.0, cell / theme.scale * 0.45)
                    write(painter, box, f"{counts[i, j]}", face(size, weight, theme.scale), theme.text, CENTRE)
            total = int(counts[i].sum())
            found = f"{100 * counts[i, i] / total:.0f} %" if total else "–"
            place = QRectF(left + count * cell + 2, room.top() + self.px(16) + i * cell, self.px(44), cell - 2)
            write(painter, place, found, face(11, 400, theme.scale), theme.quiet, RIGHT)


class FarCard(Sheet):
    """How sure it is on circles farther and farther from all data."""

    def __init__(self) -> None:
        super().__init__("How sure far from all data", "mean ŷ · least, on circles")
        self.setMinimumSize(200, 90)
        self.found: Sureness | None = None

    def draw(self, found: Sureness) -> None:
        """Shows a network's."""
        self.found = found
        self.setAccessibleDescription(
            "; ".join(f"{far:g} times as far: {share(float(p))}" for far, p in zip(FAR, found.far, strict=True))
        )
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            return
        wide = room.width() / len(FAR)
        guess = 1 / len(found.names)
        high = room.height() - self.px(48)
        for k, far in enumerate(FAR):
            box = QRectF(room.left() + k * wide, room.top(), wide, self.px(16))
            write(painter, box, share(float(found.far[k]), 3), face(11, 600, theme.scale), theme.text, CENTRE)
            for value, shade in ((found.far[k], 0.35), (found.least_far[k], 0.8)):
                tall = max(1.0, high * (float(value) - guess) / (1 - guess))
                bar = QRectF(box.left() + wide * 0.25, room.top() + self.px(18) + high - tall, wide * 0.5, tall)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(mixed(theme.card, theme.accent, shade))
                painter.drawRect(bar)
            place = QRectF(box.left(), room.top() + self.px(20) + high, wide, self.px(14))
            write(painter, place, f"{far:g}×", face(10, 400, theme.scale), theme.quiet, CENTRE)
        place = QRectF(room.left(), room.bottom() - self.px(13), room.width(), self.px(14))
        said = "times the plane's half width, from its middle; bars from 1/C to 1"
        write(painter, place, said, face(10, 400, theme.scale), theme.quiet)
