"""The three questions by which a framework is chosen, a card each: ease, speed, openness. No scores."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from hyperscope.lab.frameworks.counting import Count
from hyperscope.lab.frameworks.facts import facts
from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.measured import OURS, Measured, duration
from hyperscope.ui.as_written import as_written
from hyperscope.ui.labs.frameworks.standing import NAMES, shade
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.common.sheet import Sheet
from hyperscope.ui.style import mixed

ROW = 58  # pixels at most
TWO_LINES = 22  # pixels of a row, at least, in which there is room for two
RIGHT = Qt.AlignmentFlag.AlignRight
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
UNMEASURED = "not run here yet: Side by side runs it"


class _Rows(Sheet):
    """A line for each of `names`, below a head; `row` draws one in its room."""

    names: tuple[str, ...] = NAMES
    first = 0.2  # the share of the name
    foot = ""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def head(self, painter: QPainter, room: QRectF) -> None:
        """Names the columns."""

    def row(self, painter: QPainter, name: str, room: QRectF) -> None:
        """Draws what is said of one."""

    def paint(self, painter: QPainter, room: QRectF) -> None:
        theme, scale = self.theme, self.theme.scale
        foot = self.px(22) if self.foot else 0.0
        row = min(self.px(ROW), (room.height() - foot) / (len(self.names) + 0.8))
        head = QRectF(room.left() + room.width() * self.first, room.top(), room.width() * (1 - self.first), 0.8 * row)
        self.head(painter, head)
        y = room.top() + 0.8 * row
        for name in self.names:
            painter.setPen(QPen(theme.hairline, 1))
            painter.drawLine(QPointF(room.left(), round(y) + 0.5), QPointF(room.right(), round(y) + 0.5))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade(theme, name) if name != OURS else theme.quiet)
            painter.drawEllipse(QPointF(room.left() + self.px(4), y + row / 2), self.px(3.5), self.px(3.5))
            said = frameworks[name].title if name != OURS else "Hyperscope"
            place = QRectF(room.left() + self.px(15), y, room.width() * self.first - self.px(17), row)
            write(painter, place, said, face(12, 500, scale), theme.text)
            self.row(painter, name, QRectF(head.left(), y, head.width(), row))
            y += row
        if self.foot:
            below = QRectF(room.left(), room.bottom() - foot + 4, room.width(), foot)
            write(painter, below, self.foot, face(11, 400, scale), theme.quiet)


class EaseCard(_Rows):
    """How easy: the lines of this session's file, those of the backward pass among them, and what one writes."""

    first = 0.24

    def __init__(self) -> None:
        super().__init__("How easy is it to write, to read again and to debug?")
        self.counts: Mapping[str, Count] = {}
        self.foot = "Lines of this session's file, without empty ones and comments."

    def show_counts(self, counts: Mapping[str, Count]) -> None:
        """Takes the lines of each framework's file."""
        self.counts = counts
        _, known = facts()
        said = [
            f"{frameworks[name].title}: {count.whole} lines, {count.of['backward']} of them backward, you write "
            f"{known[name].writes}"
            for name, count in counts.items()
        ]
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def head(self, painter: QPainter, room: QRectF) -> None:
        font, quiet = face(11, 400, self.theme.scale), self.theme.quiet
        lines, back, rest = self._columns(room)
        write(painter, lines, "lines", font, quiet, RIGHT)
        write(painter, back, "backward", font, quiet, RIGHT)
        write(painter, rest, "you write", font, quiet)

    def row(self, painter: QPainter, name: str, room: QRectF) -> None:
        theme, font = self.theme, face(12, 400, self.theme.scale)
        lines, back, rest = self._columns(room)
        if name in self.counts:
            write(painter, lines, f"{self.counts[name].whole}", font, theme.text, RIGHT)
            write(painter, back, f"{self.counts[name].of['backward']}", font, theme.text, RIGHT)
        write(painter, rest, facts()[1][name].writes, font, theme.quiet)

    def _columns(self, room: QRectF) -> tuple[QRectF, QRectF, QRectF]:
        wide = self.px(38), self.px(62)
        lines = QRectF(room.left(), room.top(), wide[0], room.height())
        back = QRectF(lines.right(), room.top(), wide[1], room.height())
        left = back.right() + self.px(12)
        return lines, back, QRectF(left, room.top(), room.right() - left, room.height())


class SpeedCard(_Rows):
    """How fast: a bar for a step, as Side by side measured it on this machine."""

    names = (OURS, *NAMES)
    first = 0.24

    def __init__(self) -> None:
        super().__init__("How fast does it run, at the size that you have?")
        self.measured: Mapping[str, Measured] = {}
        self.foot = "A step and, at the right, set-up before the first one; measured here by Side by side."

    def show_measured(self, measured: Mapping[str, Measured]) -> None:
        """Takes what was measured of each."""
        self.measured = measured
        said = [
            f"{frameworks[name].title if name != OURS else 'Hyperscope'}: a step {duration(one.step)}, set-up "
            f"{duration(one.setup)}, of {one.network}, on {one.day}"
            for name, one in measured.items()
        ]
        self.setAccessibleDescription("; ".join(said) or UNMEASURED)
        self.update()

    def head(self, painter: QPainter, room: QRectF) -> None:
        font, quiet = face(11, 400, self.theme.scale), self.theme.quiet
        write(painter, room, "a step", font, quiet)
        write(painter, room, "set-up", font, quiet, RIGHT)

    def row(self, painter: QPainter, name: str, room: QRectF) -> None:
        theme, scale = self.theme, self.theme.scale
        one = self.measured.get(name)
        if one is None:
            write(painter, room, UNMEASURED, face(12, 400, scale), theme.quiet)
            return
        longest = max(other.step for other in self.measured.values()) or 1.0
        figure, setup = self.px(58), self.px(58)
        wide = max(self.px(2), (room.width() - figure - setup) * one.step / longest)
        bar = QRectF(room.left(), room.center().y() - self.px(9), wide, self.px(10))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(theme, name) if name != OURS else mixed(theme.card, theme.quiet, 0.7))
        painter.drawRoundedRect(bar, 3, 3)
        beside = QRectF(bar.right() + self.px(6), bar.center().y() - self.px(9), figure, self.px(18))
        write(painter, beside, duration(one.step), face(12, 600, scale), theme.text)
        write(painter, room, duration(one.setup), face(12, 400, scale), theme.text, RIGHT)
        below = QRectF(room.left(), bar.bottom() + 1, room.width() - setup, room.bottom() - bar.bottom() - 1)
        if below.height() >= self.px(11):
            write(painter, below, f"{one.network} · {_day(one.day)}", face(10, 400, scale), theme.quiet)


class OpenCard(_Rows):
    """How open: licence and who decides, each with where that was read and when."""

    first = 0.14

    def __init__(self) -> None:
        super().__init__("Is it truly open, and governed so that it will stay so?")
        checked, known = facts()
        self.foot = f"Read on {_day(checked.isoformat())}, where small print or tooltip says; not measured, not judged."
        said = [
            f"{frameworks[name].title}: {known[name].licence} ({known[name].licence_source}), {known[name].governed} "
            f"({known[name].governed_source})"
            for name in NAMES
        ]
        self.setToolTip(as_written("\n".join(said)))
        self.setAccessibleDescription("; ".join([*said, self.foot]))

    def head(self, painter: QPainter, room: QRectF) -> None:
        font, quiet = face(11, 400, self.theme.scale), self.theme.quiet
        for column, words in zip(self._columns(room), ("licence", "who decides", "how it runs"), strict=True):
            write(painter, column, words, font, quiet)

    def row(self, painter: QPainter, name: str, room: QRectF) -> None:
        theme, one = self.theme, facts()[1][name]
        upper = QRectF(room.left(), room.top() + 2, room.width(), room.height() * 0.54)
        lower = QRectF(room.left(), upper.bottom() - 1, room.width(), room.height() * 0.4)
        font, small = face(12, 400, theme.scale), face(10, 400, theme.scale)
        roomy = room.height() >= TWO_LINES * theme.scale  # else the sources are in the tooltip alone
        said = ((one.licence, one.licence_source), (one.governed, one.governed_source), (one.runs, ""))
        for place, below, (words, source) in zip(self._columns(upper), self._columns(lower), said, strict=True):
            write(painter, place if source and roomy else place.united(below), words, font, theme.text)
            if roomy:
                write(painter, below, source, small, theme.quiet)

    def _columns(self, room: QRectF) -> tuple[QRectF, QRectF, QRectF]:
        shares = 0.24, 0.48, 0.28
        left, found = room.left(), []
        for share in shares:
            found.append(QRectF(left, room.top(), room.width() * share - self.px(10), room.height()))
            left += room.width() * share
        return found[0], found[1], found[2]


def _day(iso: str) -> str:
    """2026-11-22 as 22 Nov 2026; what is no day as it is."""
    parts = iso.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or not 1 <= int(parts[1]) <= 12:
        return iso
    return f"{int(parts[2])} {MONTHS[int(parts[1]) - 1]} {parts[0]}"
