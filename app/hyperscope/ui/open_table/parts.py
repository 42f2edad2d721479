"""What the dialog that opens a table is made of: the class column, choices with their effects, and the verdict."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.controls.picker import Picker
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.words import tooltip
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme, font

VERMILION = 6  # of the theme's class colours; alarms have a sign of their own as well
NOTE_LINES = 3


class ClassChoice(QWidget):
    """The class column, out of all there are; says when it is the one that was guessed. `chosen` carries its name."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        knob = knob_at("data.label")
        self._guess: str | None = None
        self.caption = Caption.of(knob)
        self.guessed = Caption("guessed")
        self.picker = Picker()
        self.picker.setAccessibleName(knob.label)
        self.picker.setPlaceholderText("choose a column")
        self.setToolTip(tooltip(knob))
        row = QHBoxLayout()
        row.addWidget(self.caption, 1)
        row.addWidget(self.guessed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.picker)
        self.guessed.hide()
        self.picker.textActivated.connect(self._choose)

    def set_names(self, names: list[str], chosen: str, guess: str | None) -> None:
        """The columns, which of them is the class ("": none yet), and which one was guessed, if any; says nothing."""
        self._guess = guess
        self.picker.clear()
        self.picker.addItems(names)
        self.picker.setCurrentIndex(names.index(chosen) if chosen in names else -1)
        self._say_guess()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.caption.set_theme(theme)
        self.guessed.set_theme(theme, 11, quiet=True)
        self.picker.set_theme(theme)

    def _choose(self, name: str) -> None:
        self._say_guess()
        self.chosen.emit(name)

    def _say_guess(self) -> None:
        guessed = self._guess is not None and self.picker.currentText() == self._guess
        self.guessed.setVisible(guessed)
        self.picker.setAccessibleDescription("guessed" if guessed else "")


class Choice(QWidget):
    """The buttons of the knob at `path`, and a line below on what each choice comes to."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.control = Segmented(path, knob_at(path))
        self.effect = QLabel()
        self.effect.setTextFormat(Qt.TextFormat.PlainText)
        self.effect.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.control)
        column.addWidget(self.effect)

    def pressed(self) -> QWidget:
        """The button of the value chosen."""
        return self.control.segments.buttons[self.control.segments.index() or 0]

    def explain(self, sentence: str) -> None:
        """What each choice comes to."""
        self.effect.setText(sentence)
        self.control.setAccessibleDescription(sentence)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.control.set_theme(theme)
        self.effect.setFont(font(11, 400, theme.scale))
        paint_text(self.effect, theme.quiet)


class Verdict(QWidget):
    """One sentence, with a sign if it is a problem, and quieter ones below."""

    def __init__(self) -> None:
        super().__init__()
        self.alarm = False
        self._all_notes = ""
        self._sign = _Sign()
        self._sentence, self._notes = QLabel(), QLabel()
        texts = QVBoxLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(2)
        for label in (self._sentence, self._notes):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            texts.addWidget(label)
        self._sentence.setWordWrap(True)
        texts.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(texts, 1)
        self._sign.hide()

    def text(self) -> str:
        """The sentence."""
        return self._sentence.text()

    def say(self, sentence: str, notes: str = "", alarm: bool = False) -> None:
        """Shows `sentence`, and `notes` below."""
        self.alarm = alarm
        self._sign.setVisible(alarm)
        self._sentence.setText(sentence)
        self._all_notes = notes
        self._notes.setVisible(bool(notes))
        self._fit()
        self.setAccessibleName(f"Problem: {sentence}" if alarm else sentence)
        self.setAccessibleDescription(notes)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._sign.set_theme(theme)
        self._sentence.setFont(font(12, 500, theme.scale))
        self._notes.setFont(font(11, 400, theme.scale))
        paint_text(self._sentence, theme.text)
        paint_text(self._notes, theme.quiet)
        self._row.setSpacing(pixels(theme, 8))
        self._fit()
        self.setMinimumHeight(pixels(theme, 68))  # so that a longer sentence does not move everything above it

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As many words of the notes as fit, and all of them in the tooltip."""
        lines = in_lines(self._all_notes, self._notes.fontMetrics(), self._notes.width(), NOTE_LINES)
        self._notes.setText("\n".join(lines))
        self._notes.setToolTip(as_written(self._all_notes))


class _Sign(QWidget):
    """A white ! on a disc."""

    def __init__(self) -> None:
        super().__init__()
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and size."""
        self._theme = theme
        self.setFixedSize(pixels(theme, 16), pixels(theme, 16))
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.class_colour(VERMILION))
        painter.drawEllipse(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setPen(theme.text if theme.dark else theme.on_accent)
        painter.setFont(font(11, 700, theme.scale))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "!")
        painter.end()
