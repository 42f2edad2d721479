"""The bar of twins below the transport: what differs, which of them the controls move, who leads, ten seeds, an end."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from hyperscope.engine.arrays import Array
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.lines import beginning, in_lines
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.cards.seed_dots import NONE, SeedDots
from hyperscope.ui.panels.common.twin_letters import SIZE, badge
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import EDGE, GRID, LIGHT, Theme

HEIGHT = 40  # pixels
SIDES = ("A", "B", "both")
ALIKE = "no difference yet"


class TwinBar(QWidget):
    """One row. `side_chosen` carries "A", "B" or "both"; `kept` the twin that goes on."""

    side_chosen = Signal(str)
    kept = Signal(str)
    seeds_wanted = Signal()
    seeds_unwanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._running = False
        self.setAccessibleName("Twins")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.differs = Differs()
        self.caption = Caption("Controls move")
        self.sides = Segments(SIDES, "Controls move")
        self.sides.setToolTip("Which of the twins the controls at the sides move · Shift+T")
        self.verdict = Verdict()
        self.dots = SeedDots()
        tip = "Trains both again with ten seeds each, from the start, with every change at the step where it was made"
        self.seeds_button = Button("Ten seeds", "Ten seeds", f"<p>{tip}</p>")
        self.keep_a = Button("Keep A", "Keep A", "<p>Goes on with A alone; undo brings B back</p>")
        self.keep_b = Button("Keep B", "Keep B", "<p>Goes on with B alone; undo brings A back</p>")
        self._row = QHBoxLayout(self)
        for part in (self.differs, self.caption, self.sides):
            self._row.addWidget(part)
        self._row.addWidget(self.verdict, 1)
        self._row.addWidget(self.dots)
        for button in (self.seeds_button, self.keep_a, self.keep_b):
            self._row.addWidget(button)
        self.sides.chosen.connect(lambda at: self.side_chosen.emit(SIDES[at]))
        self.keep_a.clicked.connect(lambda: self.kept.emit("A"))
        self.keep_b.clicked.connect(lambda: self.kept.emit("B"))
        self.seeds_button.clicked.connect(self._seeds_pressed)
        self.set_theme(LIGHT)

    def show_side(self, side: str) -> None:
        """Presses the button of "A", "B" or "both"; says nothing."""
        self.sides.set_index(SIDES.index(side))

    def show_progress(self, share: float | None) -> None:
        """How much of the ten seeds is done, 0 to 1; None while none are trained."""
        self._running = share is not None
        words = "Ten seeds" if share is None else f"Cancel · {100 * share:.0f} %"
        self.seeds_button.setText(words)
        self.seeds_button.setAccessibleName("Ten seeds" if share is None else "Cancel the ten seeds")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for part in (self.differs, self.sides, self.verdict, self.dots, self.seeds_button, self.keep_a, self.keep_b):
            part.set_theme(theme)
        self.caption.set_theme(theme, 12, quiet=True)
        widest = max(QFontMetricsF(face(12, 600, theme.scale)).horizontalAdvance(side) for side in SIDES)
        self.sides.setFixedWidth(round(len(SIDES) * (widest + 14 * theme.scale)))  # all parts are as wide as the widest
        metrics = self.seeds_button.fontMetrics()
        wide = max(metrics.horizontalAdvance(words) for words in ("Ten seeds", "Cancel · 100 %"))
        self.seeds_button.setFixedWidth(wide + pixels(theme, 24))
        self._row.setContentsMargins(EDGE + 8, 0, EDGE + 8, breadth(theme, 6))
        self._row.setSpacing(GRID)
        self.setFixedHeight(breadth(theme, HEIGHT))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leaves the verdict its room: what differs goes first, as the controls show it too, then the caption."""
        dots = () if self.dots.empty else (self.dots,)
        fixed = (self.sides, *dots, self.seeds_button, self.keep_a, self.keep_b)
        room = self.width() - 2 * (EDGE + 8) - sum(max(part.sizeHint().width(), part.minimumWidth()) for part in fixed)
        room -= 7 * GRID + self.verdict.least()
        for part in (self.differs, self.caption):
            wide = part.sizeHint().width()
            part.setVisible(wide <= room)
            room -= wide if wide <= room else 0

    def show_dots(self, a: Array = NONE, b: Array = NONE, *, loss: bool = True) -> None:
        """What ten seeds of A and B came to (K,), dev losses or accuracies; without any the dots go."""
        self.dots.show_values(a, b, loss=loss)
        self.dots.setVisible(not self.dots.empty)
        self._make_room()

    def show_difference(self, a: str, b: str) -> None:
        """What sets A and B apart, in words."""
        self.differs.say(a, b)
        self._make_room()

    def _seeds_pressed(self) -> None:
        (self.seeds_unwanted if self._running else self.seeds_wanted).emit()


class Differs(QWidget):
    """ "A Adam · B Momentum", cut short where it is long."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.words = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def say(self, a: str, b: str) -> None:
        """Shows what A and B are told apart by; twice "" where nothing differs."""
        if (a, b) == self.words:
            return
        self.words = (a, b)
        said = f"A: {a} · B: {b}" if a or b else f"A and B: {ALIKE}"
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _parts(self) -> list[tuple[str, str, float]]:
        """(letter, words, width of the words) of each."""
        metrics, most = QFontMetricsF(face(12, 600, self._theme.scale)), 120 * self._theme.scale
        words = self.words if any(self.words) else ("", ALIKE)
        shown = [metrics.elidedText(said, Qt.TextElideMode.ElideRight, most) for said in words]
        return [(which, said, metrics.horizontalAdvance(said)) for which, said in zip("AB", shown, strict=True)]

    def sizeHint(self) -> QSize:
        unit = self._theme.scale
        wide = sum((SIZE + (5 if said else 0) + 10) * unit + width for _, said, width in self._parts())
        return QSize(round(wide), pixels(self._theme, 22))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, unit, x = QPainter(self), self._theme.scale, 0.0
        for which, said, width in self._parts():
            badge(painter, QRectF(x, (self.height() - SIZE * unit) / 2, SIZE * unit, SIZE * unit), which, self._theme)
            x += (SIZE + (5 if said else 0)) * unit
            box = QRectF(x, 0, width + 2, self.height())
            write(painter, box, said, face(12, 600, unit), self._theme.text if any(self.words) else self._theme.quiet)
            x += width + 10 * unit
        painter.end()


class Verdict(QWidget):
    """Who leads, and below it what ten seeds said or why one of the twins stands."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.lead, self.more = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def say(self, lead: str, more: str) -> None:
        """Shows both sentences; the first alone may take both lines."""
        if (lead, more) == (self.lead, self.more):
            return
        self.lead, self.more = lead, more
        self.setAccessibleName(f"{lead} {more}".strip())
        self.setToolTip(f"<p>{lead}</p><p>{more}</p>" if more else lead)
        self.update()

    def least(self) -> int:
        """The width in pixels below which two lines say too little."""
        return pixels(self._theme, 300)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFont(face(12, 500, theme.scale))
        self.update()

    def _one_line(self, said: str) -> list[str]:
        """As many whole clauses as fit on a line, or what does of the first."""
        metrics = self.fontMetrics()
        begun = beginning(said, lambda text: metrics.horizontalAdvance(text) <= self.width())
        return in_lines(begun or said, metrics, self.width(), 1)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        metrics = self.fontMetrics()
        lines = in_lines(self.lead, metrics, self.width(), 2)
        if self.more:
            lines = [line for said in (self.lead, self.more) for line in self._one_line(said)]
        high = metrics.height()
        top = (self.height() - high * len(lines)) / 2
        painter.setFont(self.font())
        for number, line in enumerate(lines):
            painter.setPen(theme.quiet if self.more and number else theme.text)
            box = QRectF(0, top + number * high, self.width(), high)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line)
        painter.end()
