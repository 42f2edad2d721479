"""What the doctor has to say, whole: the foremost finding with its figures, and buttons for its remedy.

It stands in the place of words, and takes no room of it while all is fine.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.parameters import MANY
from hyperscope.lab.doctor.checks import Finding, foremost
from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui import labs
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.lines import whole_lines, width_in
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, readable, write
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

HIGH = 22  # pixels of a button
STEP = 17  # of a line
TYPE = 12
INDENT = 21  # pixels, for the sign
PLAYING, PAUSED = 0.5, 3.0  # times a second; a diagnosis takes as long as hundreds of steps
LARGE = (
    0.1  # the same while a network of MANY parameters is trained, which a diagnosis halts for a good part of a second
)
CALM, CALM_PAUSED = 1.0, 0.2  # s without a move before it speaks: in a drag it would come and go, and all around it
VERMILION = 6  # of the theme's class colours, as of alarms
GAP = 4  # pixels between the buttons
APART = 10  # pixels between words and buttons


class DoctorNote(QWidget):
    """The foremost finding, `remedy_chosen` carrying its Remedy; of a network of more than MANY parameters it asks
    seldom while that is trained.
    """

    remedy_chosen = Signal(object)
    twin_wanted = Signal(object)  # a Remedy to be tried on a twin
    place_wanted = Signal(object)  # the LabView that shows what the finding is about

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._finding: Finding | None = None
        self._letter = ""
        self._playing, self._parameters = True, 0
        self._now: tuple[int, int] = (-1, -1)  # structure and step of the network shown
        self._diagnosed: tuple[int, int] | None = None  # the same of the last one diagnosed
        self._calm_since = float("-inf")  # on the clock that only goes forward
        self.button = Button("", "Remedy")
        self.button.setParent(self)
        self.button.clicked.connect(lambda: self._choose(self.remedy_chosen))
        self.twin_button = Button("Try in a twin", "Try the remedy in a twin")
        self.twin_button.setParent(self)
        self.twin_button.clicked.connect(lambda: self._choose(self.twin_wanted))
        self.place_button = Button("", "Where to see it")
        self.place_button.setParent(self)
        self.place_button.clicked.connect(self._visit)
        self._arrange()

    @property
    def rate(self) -> float:
        """Diagnoses per second at most."""
        if not self._calm:
            return 0.0
        if not self._playing:
            return PAUSED if self._diagnosed != self._now else 0.0
        return PLAYING if self._parameters <= MANY else LARGE

    @property
    def _calm(self) -> bool:
        """Whether nothing was moved for a while."""
        return time.monotonic() - self._calm_since >= (CALM if self._playing else CALM_PAUSED)

    @property
    def letter(self) -> str:
        """Which twin it speaks of, "" while there is one network."""
        return self._letter

    @property
    def finding(self) -> Finding | None:
        """What is shown, None while nothing is."""
        return self._finding

    def take_note(self, network: NetworkPicture, shown: Seen) -> None:
        """Takes note of how large the network is and whether it trains, which decide how often to ask."""
        arrays = (array for layer in network.layers for array in (layer.weights, layer.biases) if array is not None)
        self._parameters, self._playing = sum(array.size for array in arrays), shown.status.playing
        self._now = shown.structure, shown.status.step

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, wherever somebody looks."""
        return (Ask(findings, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the foremost of what was found, unless it was asked before a move; says nothing if that is all fine."""
        shown = sides[-1] if self._letter == "B" else sides[0]
        found = shown.records.of(findings)
        if found is not None and self._calm:
            self._finding = foremost(found)
            self._diagnosed = shown.structure, shown.status.step
            if not shown.status.playing and self._diagnosed >= self._now:
                self._now = self._diagnosed  # whether or not the network's picture has come so far
            self._arrange()

    def clear(self) -> None:
        """Says nothing until the next diagnosis: what was found may no longer hold."""
        self._finding = self._diagnosed = None
        self._calm_since = time.monotonic()
        self._arrange()

    def set_letter(self, which: str) -> None:
        """Says of which twin the findings are, "" while there is one network."""
        if which != self._letter:
            self._letter = which
            self.clear()  # what is shown is of the other

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.button.set_theme(theme)
        self.twin_button.set_theme(theme)
        self.place_button.set_theme(theme)
        self._arrange()

    def width_in(self, lines: int) -> int:
        """The pixels it needs in so many lines, 0 while it has nothing to say."""
        found = self.finding
        if found is None:
            return 0
        words = width_in(f"{self._named(found)} {found.sentence}", QFontMetrics(self._heavy), lines)
        return pixels(self._theme, INDENT) + words + self._beside

    def text(self) -> str:
        """What can be read."""
        return " ".join(self._lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    @property
    def _beside(self) -> int:
        """The pixels that the buttons take."""
        wide = [button.sizeHint().width() + pixels(self._theme, GAP) for button in self._buttons]
        return sum(wide) + pixels(self._theme, APART - GAP) if wide else 0

    @property
    def _buttons(self) -> list[Button]:
        """Those that what is found has a use for, from the left."""
        found = self._finding
        remedies = [self.button, self.twin_button] if found is not None and found.remedy is not None else []
        return [*remedies, self.place_button] if found is not None and found.place is not None else remedies

    def _place(self) -> None:
        """The buttons at the right end, by the first line."""
        end, high = self.width(), pixels(self._theme, HIGH)
        for button in reversed(self._buttons):
            wide = button.sizeHint().width()
            button.setGeometry(end - wide, round(self._top - (high - self._step) / 2), wide, high)
            end -= wide + pixels(self._theme, GAP)

    def _arrange(self) -> None:
        found = self.finding
        said = f"{self._named(found)}: {found.sentence}" if found is not None else ""
        self.setAccessibleName(f"Doctor: {said}" if said else "Doctor")
        self.setToolTip(f"<p>{said}</p><p><small>{found.source}</small></p>" if found is not None else "")
        remedy = found.remedy if found is not None else None
        for button in (self.button, self.twin_button, self.place_button):
            button.setVisible(button in self._buttons)
            button.setFixedHeight(pixels(self._theme, HIGH))
        if found is not None and found.place is not None and any(one.name == found.place.lab for one in labs.LABS):
            lab = labs.entry(found.place.lab)
            self.place_button.setText(f"Look in the {lab.title} lab")
            self.place_button.setAccessibleName(f"Look in the {lab.title} lab: {_begun(found.name)}")
            self.place_button.setToolTip(f"{lab.title}: {lab.title_of(found.place.view)}" if found.place.view else "")
        if remedy is not None:
            caption = _begun(remedy.caption)
            again = " and restart" if remedy.restart else ""
            self.twin_button.setToolTip(f"{caption} in a copy of the network, beside it as it is")
            self.button.setText(caption)
            self.button.setAccessibleName(f"Remedy: {remedy.caption}{again}")
            self.button.setToolTip(f"{caption}{again}")
        self.updateGeometry()
        self._place()
        self.update()

    def _named(self, found: Finding) -> str:
        return f"{self._letter}: {found.name}" if self._letter else _begun(found.name)

    def _choose(self, signal: SignalInstance) -> None:
        found = self._finding
        if found is not None and found.remedy is not None:
            self.clear()
            signal.emit(found.remedy)

    def _visit(self) -> None:
        if self._finding is not None and self._finding.place is not None:
            self.place_wanted.emit(self._finding.place)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        found = self.finding
        if found is None:
            return
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        act = found.severity == "act"
        painter.setBrush(readable(theme.class_colour(VERMILION), theme.window, 3.0) if act else theme.quiet)
        x, y = 9 * unit, self._top + self._step / 2
        if act:  # a form of its own as well as a colour
            corners = ((0.0, -6.5), (7.0, 5.5), (-7.0, 5.5))
            painter.drawPolygon(QPolygonF([QPointF(x + dx * unit, y + dy * unit) for dx, dy in corners]))
            painter.setPen(theme.window)
            sign = QRectF(x - 7 * unit, y - 5 * unit, 14 * unit, 11 * unit)
            painter.setFont(face(9, 700, unit))
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "!")
        else:
            painter.drawEllipse(QPointF(x, y), 3 * unit, 3 * unit)
        left, name = INDENT * unit, self._named(found)
        for number, words in enumerate(self._lines):
            line = QRectF(left, self._top + number * self._step, self.width() - left, self._step)
            if not number and words.startswith(name):
                line.setLeft(left + write(painter, line, name, self._heavy, theme.text) + 5 * unit)
                words = words[len(name) :].lstrip()
            write(painter, line, words, self._plain, theme.text)
        painter.end()

    @property
    def _lines(self) -> list[str]:
        """What can be read, all of it; measured in the heavier type, in which only the name is written."""
        found = self.finding
        if found is None:
            return []
        room = self.width() - self._beside - pixels(self._theme, INDENT)
        return whole_lines(f"{self._named(found)} {found.sentence}", QFontMetrics(self._heavy), room)

    @property
    def _step(self) -> int:
        return pixels(self._theme, STEP)

    @property
    def _top(self) -> float:
        return (self.height() - self._step * max(1, len(self._lines))) / 2

    @property
    def _heavy(self) -> QFont:
        return face(TYPE, 600, self._theme.scale)

    @property
    def _plain(self) -> QFont:
        return face(TYPE, 400, self._theme.scale)


def _begun(words: str) -> str:
    """`words` as a sentence begins, but for symbols: α stays α."""
    return words[:1].upper() + words[1:] if words[:1].isascii() else words
