"""What stands beside the plane: W and b with their gradient, one example taken through, the dearest ones, and J."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from hyperscope.lab.softmax.regression import Regression, dearest, guessing
from hyperscope.lab.training.curves import Curves
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import draw_focus, keep_arrows
from hyperscope.ui.labs.softmax.rows import Rows, short
from hyperscope.ui.labs.softmax.words import share, signed
from hyperscope.ui.paint import face, number, write
from hyperscope.ui.panels.common.chart import Axes, polyline
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.theme import INSIDE, Theme

RIGHT, LEFT = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
ROW = 22.0  # pixels
NO_TABLE = (
    "A regression has an arrow w and a number b for each class here. Take one in a twin, by the button above; below, "
    "examples are taken through the network as it is."
)
FLOOR = 1e-4  # nats that a logarithmic axis of losses reaches at least


class Parameters(Rows):
    """W and b with dJ/dW and dJ/db beside each."""

    def __init__(self) -> None:
        super().__init__("W and b, each with its gradient d")
        self.setMinimumSize(280, 150)
        self.found: Regression | None = None
        self.once = Button("Update once", "Update once", "One mini-batch · B")
        self.keep = Button("Keep updating", "Keep updating", "Train on, or pause · Space")
        self.keep.setProperty("accent", True)
        self.zero = Button("All 0", "Set W and b to 0", "Every class gets 1/C, every example costs ln C")
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (self.once, self.keep, self.zero):
            row.addWidget(button)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(INSIDE, INSIDE, INSIDE, INSIDE - 4)
        whole.addStretch(1)
        whole.addLayout(row)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for button in (self.once, self.keep, self.zero):
            button.set_theme(theme)

    def draw(self, found: Regression) -> None:
        """Shows a network's."""
        self.found = found
        self.note = f"mean of {int(found.training.sum())} examples"
        self.zero.setVisible(not found.refused)
        self.setAccessibleDescription("; ".join(" ".join(row) for row in parameter_rows(found)))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found = self.found
        if found is None:
            return
        room = room.adjusted(0, 0, 0, -self.px(30))
        if found.refused:
            self.words(painter, room, NO_TABLE, 12)
            return
        shares = (0.13, 0.15, 0.145, 0.15, 0.145, 0.135, 0.145)
        self.table(painter, room, parameter_rows(found), shares, range(len(found.names)), (1, 3, 5))


def parameter_rows(found: Regression) -> list[tuple[str, ...]]:
    """Heads, and a row for each class: w₁, its gradient, w₂, its, b, its; nothing where they are no regression's."""
    if found.refused:
        return []
    dw, db = found.gradient
    return [
        ("", "w₁", "d", "w₂", "d", "b", "d"),
        *(
            (
                short(name),
                number(float(found.w[k, 0]), 2),
                signed(float(dw[k, 0]), 3),
                number(float(found.w[k, 1]), 2),
                signed(float(dw[k, 1]), 3),
                number(float(found.b[k]), 2),
                signed(float(db[k]), 3),
            )
            for k, name in enumerate(found.names)
        ),
    ]


class Through(Rows):
    """One example: its logits, ŷ as bars, and ŷ − y."""

    def __init__(self) -> None:
        super().__init__("One example, taken through", "z · ŷ · ŷ − y")
        self.setMinimumSize(280, 130)
        self.found: Regression | None = None
        self.example = 0

    def draw(self, found: Regression, example: int, dear: bool) -> None:
        """Shows an example; `dear` says that nobody chose it and it is the one that costs most."""
        self.found, self.example = found, example
        name = found.names[int(found.y[example])]
        self.title = f"The dearest example, true {name}" if dear else f"Example {example + 1}, true {name}"
        self.note = "z · ŷ · ŷ − y" if found.output == "softmax" else "z · ŷ"
        self.setAccessibleDescription("; ".join(" ".join(row) for row in through_rows(found, example)))
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            return
        rows = through_rows(found, self.example)
        high = min(self.px(ROW), (room.height() - self.px(20)) / max(1, len(rows)))
        size = min(12.0, high / theme.scale * 0.62)
        for at, (name, z, p, error) in enumerate(rows):
            y, own = room.top() + at * high, at == int(found.y[self.example])
            font = face(size, 600 if own else 400, theme.scale)
            self.dot(painter, QPointF(room.left() + self.px(4), y + high / 2), at)
            left = room.left() + self.px(14)
            write(painter, QRectF(left, y, self.px(58), high), name, font, theme.text)
            write(painter, QRectF(left + self.px(58), y, self.px(52), high), z, font, theme.text, RIGHT)
            start = left + self.px(122)
            most = room.right() - start - self.px(112)
            value = float(found.p[at, self.example])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.class_colour(at))
            bar = QRectF(start, y + high * 0.2, max(1.5, value * most), high * 0.6)
            painter.drawRoundedRect(bar, 2, 2)
            write(painter, QRectF(bar.right() + self.px(6), y, self.px(58), high), p, font, theme.text)
            write(painter, QRectF(room.right() - self.px(56), y, self.px(56), high), error, font, theme.quiet, RIGHT)
        foot = QRectF(room.left(), room.bottom() - self.px(18), room.width(), self.px(18))
        loss = float(found.losses[self.example])
        write(painter, foot, loss_words(found), face(12, 400, theme.scale), theme.quiet)
        unit = " nats" if found.output == "softmax" else ""
        write(painter, foot, f"{number(loss, 4)}{unit}", face(12, 600, theme.scale), theme.text, RIGHT)


def loss_words(found: Regression) -> str:
    """What the loss of an example is."""
    return "L = −ln ŷ of the true class" if found.output == "softmax" else f"its loss, as {found.output} has it"


def through_rows(found: Regression, example: int) -> list[tuple[str, str, str, str]]:
    """Of each class its name, z, ŷ and ŷ − y; the last only where softmax is the output."""
    several = found.z.shape[0] == len(found.names)
    plain = found.output == "softmax"
    rows = []
    for k, name in enumerate(found.names):
        p = float(found.p[k, example])
        z = number(float(found.z[k, example]), 2) if several else ""
        error = signed(p - (k == found.y[example]), 3) if plain else ""
        rows.append((name if len(name) < 9 else f"{name[:8]}…", z, share(p, 4), error))
    return rows


class Dearest(Rows):
    """The training examples by loss; `chosen` carries the number of one that is pressed."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("Dearest examples", "by loss · click marks it on the map")
        self.setMinimumSize(280, 110)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.found: Regression | None = None
        self.example: int | None = None

    def draw(self, found: Regression, example: int | None) -> None:
        """Shows those of a network, with the one that is looked at."""
        self.found, self.example = found, example
        self.setAccessibleDescription("; ".join(" ".join(row) for row in dear_rows(found, self.numbers[:5])[1:]))
        self.update()

    @property
    def numbers(self) -> list[int]:
        """Those that there is room for."""
        if self.found is None:
            return []
        count = max(1, int(self.room.height() / self.px(ROW)) - 1)
        found: list[int] = dearest(self.found, count).tolist()
        return found

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found = self.found
        if found is None:
            return
        numbers, high = self.numbers, self.px(ROW)
        if self.example in numbers:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.control)
            line = QRectF(
                room.left() - 4, room.top() + (1 + numbers.index(self.example)) * high, room.width() + 8, high
            )
            painter.drawRoundedRect(line, 4, 4)
        rows = dear_rows(found, numbers)
        table = QRectF(room.left(), room.top(), room.width(), len(rows) * high)
        dots = [int(found.y[one]) for one in numbers]
        self.table(painter, table, rows, (0.26, 0.17, 0.17, 0.22, 0.18), dots, (4,))
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()).adjusted(3, 3, -3, -3), 8, self.theme.accent)

    def event(self, event: object) -> bool:
        keep_arrows(event)  # type: ignore[arg-type]
        return super().event(event)  # type: ignore[arg-type]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int((event.position().y() - self.room.top()) / self.px(ROW)) - 1
        if 0 <= row < len(self.numbers):
            self.chosen.emit(self.numbers[row] if self.numbers[row] != self.example else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        way = ways.get(Qt.Key(event.key()))
        if way is None or not self.numbers:
            super().keyPressEvent(event)
            return
        at = self.numbers.index(self.example) + way if self.example in self.numbers else 0
        self.chosen.emit(self.numbers[max(0, min(at, len(self.numbers) - 1))])


def dear_rows(found: Regression, numbers: Sequence[int]) -> list[tuple[str, ...]]:
    """Heads, and of each example its class, place, answer and loss."""
    return [
        ("true", found.axes[0], found.axes[1], "answer", "loss"),
        *(
            (
                short(found.names[int(found.y[one])])[:10],
                number(float(found.at[0, one]), 2),
                number(float(found.at[1, one]), 2),
                f"{short(found.names[int(found.p[:, one].argmax())])[:8]} {number(float(found.p[:, one].max()), 2)}",
                number(float(found.losses[one]), 2),
            )
            for one in numbers
        ),
    ]


class CostCurve(Sheet):
    """J over the epochs, on a logarithmic axis, with ln C, which guessing costs."""

    def __init__(self) -> None:
        super().__init__("J, the mean of all losses", "= −ln likelihood / m")
        self.setMinimumSize(240, 120)
        self.found: Regression | None = None
        self.curves: Curves | None = None

    def draw(self, found: Regression, curves: Curves | None) -> None:
        """Shows how it came to where it is."""
        self.found = found
        self.curves = curves or self.curves
        self.setAccessibleDescription(f"J is {found.cost:.4f}; guessing costs ln C = {guessing(found):.4f}")
        self.update()

    def paint(self, painter: QPainter, room: QRectF) -> None:
        found, theme = self.found, self.theme
        if found is None:
            return
        now = QRectF(room.left(), room.top() - self.px(2), room.width(), self.px(24))
        said = f"J = {number(found.cost, 4)}" + (" nats" if found.output == "softmax" else "")
        write(painter, now, said, face(16, 600, theme.scale), theme.text)
        guess = guessing(found)
        curves = self.curves
        if curves is None or not curves.epoch.size:
            return
        values = np.log10(np.maximum(curves.train_loss, FLOOR))
        known = np.isfinite(values)
        low = min(float(values[known].min(initial=0.0)), math.log10(max(found.cost, FLOOR)), math.log10(guess)) - 0.1
        high = max(float(values[known].max(initial=0.0)), math.log10(guess)) + 0.12
        area = room.adjusted(self.px(34), self.px(30), -self.px(6), -self.px(18))
        end = max(1.0, float(curves.epoch[-1]))
        axes = Axes(area, (0.0, end), (low, high))
        steps = [v for v in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10) if low <= math.log10(v) <= high]
        ticks = [(math.log10(v), f"{v:g}") for v in steps[:: 2 if len(steps) > 5 else 1]]
        axes.paint(painter, theme, [(0.0, "0"), (end, f"{end:.0f} epochs")], ticks)
        line = [QPointF(area.left(), float(axes.y(np.array(math.log10(guess))))) for _ in range(2)]
        line[1].setX(area.right())
        polyline(painter, line, theme.quiet, self.px(1.2), dashed=True)
        words = f"ln {len(found.names)} = {guess:.4f}: guessing"
        place = QRectF(area.left(), line[0].y() - self.px(16), area.width(), self.px(15))
        write(painter, place, words, face(10, 400, theme.scale), theme.quiet, RIGHT)
        painter.save()
        painter.setClipRect(area)
        polyline(painter, axes.points(curves.epoch, values), theme.text, self.px(1.6))
        painter.restore()
