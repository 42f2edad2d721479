"""What the doctor has to say, on one line over the network's foot: the foremost finding and a button for its remedy.

It takes no room of its own: while all is fine, or the foot speaks of what is under the pointer, nothing is there.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from hyperscope.engine.parameters import MANY
from hyperscope.lab.doctor.checks import Finding, foremost
from hyperscope.lab.doctor.findings import findings
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.lab.probes.probe import AnyAsk, Ask
from hyperscope.lab.probes.snapshot import Seen
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.lines import beginning, in_lines
from hyperscope.ui.paint import face, readable, write
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

HEIGHT = 26  # pixels
PLAYING, PAUSED = 0.5, 3.0  # times a second; a diagnosis takes as long as hundreds of steps
VERMILION = 6  # of the theme's class colours, as of alarms
SHARE = 0.4  # of the width that the remedy's button has at most
WIDE = 480  # pixels from which on the second button says in words what it does
GAP = 4  # pixels between the buttons


class DoctorNote(QWidget):
    """The foremost finding, `remedy_chosen` carrying its Remedy; while a network of more than MANY parameters is
    trained it asks for nothing.
    """

    remedy_chosen = Signal(object)
    twin_wanted = Signal(object)  # a Remedy to be tried on a twin

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._theme = LIGHT
        self._finding: Finding | None = None
        self._yielding = False
        self._letter = ""
        self._playing, self._parameters = True, 0
        self._now: tuple[int, int] = (-1, -1)  # structure and step of the network shown
        self._diagnosed: tuple[int, int] | None = None  # the same of the last one diagnosed
        self.button = Button("", "Remedy")
        self.button.setParent(self)
        self.button.clicked.connect(lambda: self._choose(self.remedy_chosen))
        self.twin_button = Button("Try in a twin", "Try the remedy in a twin")
        self.twin_button.setParent(self)
        self.twin_button.clicked.connect(lambda: self._choose(self.twin_wanted))
        over.installEventFilter(self)
        self._arrange()

    @property
    def rate(self) -> float:
        """Diagnoses per second at most."""
        if not self._playing:
            return PAUSED if self._diagnosed != self._now else 0.0
        return PLAYING if self._parameters <= MANY else 0.0

    @property
    def finding(self) -> Finding | None:
        """What is shown, None while nothing is."""
        return None if self._yielding else self._finding

    def take_note(self, network: NetworkPicture, shown: Seen) -> None:
        """Takes note of how large the network is and whether it trains, which decide how often to ask."""
        arrays = (array for layer in network.layers for array in (layer.weights, layer.biases) if array is not None)
        self._parameters, self._playing = sum(array.size for array in arrays), shown.status.playing
        self._now = shown.structure, shown.status.step
        if self._playing and not self.rate and self._finding is not None:
            self.clear()  # it would stay, however old

    def asks(self, focus: Focus) -> tuple[AnyAsk, ...]:
        """What it draws, wherever somebody looks."""
        return (Ask(findings, None),)

    def draw(self, sides: tuple[Seen, ...]) -> None:
        """Shows the foremost of what was found; says nothing if that is all fine."""
        found = sides[0].records.of(findings)
        if found is not None:
            self._finding = foremost(found)
            self._diagnosed = sides[0].structure, sides[0].status.step
            self._arrange()

    def clear(self) -> None:
        """Says nothing until the next diagnosis: what was found may no longer hold."""
        self._finding = self._diagnosed = None
        self._arrange()

    def set_letter(self, which: str) -> None:
        """Says of which twin the findings are, "" while there is one network."""
        if which != self._letter:
            self._letter = which
            self._arrange()

    def yield_to_foot(self, needed: bool) -> None:
        """Makes way while the foot is needed."""
        self._yielding = needed
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.button.set_theme(theme)
        self.twin_button.set_theme(theme)
        self._place()
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _place(self) -> None:
        over = self.parentWidget()
        if over is not None:
            high = pixels(self._theme, HEIGHT)
            self.setGeometry(0, over.height() - high, over.width(), high)

    def _arrange(self) -> None:
        found = self.finding
        # where nothing is shown the network below has the pointer
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, found is None)
        said = f"{self._named(found)}: {found.sentence}" if found is not None else ""
        self.setAccessibleName(f"Doctor: {said}" if said else "Doctor")
        self.setToolTip(f"<p>{said}</p><p><small>{found.source}</small></p>" if found is not None else "")
        remedy = found.remedy if found is not None else None
        self.button.setVisible(remedy is not None)
        self.twin_button.setVisible(remedy is not None)
        if remedy is not None:
            again = " and restart" if remedy.restart else ""
            caption = _begun(remedy.caption)
            high = pixels(self._theme, HEIGHT - 4)
            self.twin_button.setText("Try in a twin" if self.width() >= pixels(self._theme, WIDE) else "Twin")
            self.twin_button.setToolTip(f"{caption} in a copy of the network, beside it as it is")
            self.twin_button.setFixedHeight(high)
            other = self.twin_button.sizeHint().width()
            self.twin_button.setGeometry(self.width() - other, 2, other, high)
            room = round(SHARE * self.width()) - pixels(self._theme, 20)
            words = self.button.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideRight, room)
            self.button.setText(words)
            self.button.setAccessibleName(f"Remedy: {remedy.caption}{again}")
            self.button.setToolTip(f"{caption}{again}")
            self.button.setFixedHeight(high)
            wide = self.button.sizeHint().width()
            self.button.setGeometry(self.width() - other - GAP - wide, 2, wide, high)
        self.update()

    def _named(self, found: Finding) -> str:
        return f"{self._letter}: {found.name}" if self._letter else _begun(found.name)

    def _choose(self, signal: SignalInstance) -> None:
        found = self._finding
        if found is not None and found.remedy is not None:
            self.clear()
            signal.emit(found.remedy)

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self.finding
        if found is None:
            return
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.window)
        painter.setPen(Qt.PenStyle.NoPen)
        act = found.severity == "act"
        painter.setBrush(readable(theme.class_colour(VERMILION), theme.window, 3.0) if act else theme.quiet)
        x, y = 9 * unit, self.height() / 2
        if act:  # a form of its own as well as a colour
            corners = ((0.0, -6.5), (7.0, 5.5), (-7.0, 5.5))
            painter.drawPolygon(QPolygonF([QPointF(x + dx * unit, y + dy * unit) for dx, dy in corners]))
            painter.setPen(theme.window)
            sign = QRectF(x - 7 * unit, y - 5 * unit, 14 * unit, 11 * unit)
            painter.setFont(face(9, 700, unit))
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "!")
        else:
            painter.drawEllipse(QPointF(x, y), 3 * unit, 3 * unit)
        end = self.button.x() - 8 * unit if found.remedy is not None else self.width()
        line = QRectF(21 * unit, 0, end - 21 * unit, self.height())
        line.setLeft(line.left() + write(painter, line, self._named(found), face(11, 600, unit), theme.text) + 7 * unit)
        self._write_sentence(painter, line, found.sentence)
        painter.end()

    def _write_sentence(self, painter: QPainter, room: QRectF, sentence: str) -> None:
        """As much of it as ends where a clause does: on one line, else on two of smaller type; nothing else."""
        unit, quiet = self._theme.scale, self._theme.quiet
        plain, small = face(11, 400, unit), face(10, 400, unit)
        one, two, wide = QFontMetricsF(plain), QFontMetrics(small), int(room.width())
        if said := beginning(sentence, lambda text: one.horizontalAdvance(text) <= wide):
            write(painter, room, said, plain, quiet)
            return
        said = beginning(sentence, lambda text: _lines(text, two, wide) <= 2)
        lines = in_lines(said, two, wide, 2)
        high = min(two.height(), room.height() / 2)
        room = QRectF(room.left(), room.center().y() - high * len(lines) / 2, wide, high)
        for number, words in enumerate(lines):
            write(painter, room.translated(0, number * high), words, small, quiet)


def _lines(text: str, metrics: QFontMetrics, room: int) -> int:
    """How many lines of `room` pixels it takes, as many as there are words where one is wider than that."""
    words = text.split()
    if any(metrics.horizontalAdvance(word) > room for word in words):
        return max(3, len(words))
    return len(in_lines(text, metrics, room, len(words)))


def _begun(words: str) -> str:
    """`words` as a sentence begins, but for symbols: α stays α."""
    return words[:1].upper() + words[1:] if words[:1].isascii() else words
