"""The dialog that opens a table of one's own: how the file will be read, and what the person decides about it.

It reads the file and hands over settings; it knows nothing of the session that will train on them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.knob import Value
from hyperscope.lab.examples.cells import listed
from hyperscope.lab.examples.examples import ExampleSet, load, reading
from hyperscope.lab.examples.file_text import NoText
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import knob_at
from hyperscope.ui import style
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.form import control_for
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.words import shown
from hyperscope.ui.open_table.parts import Choice, ClassChoice, Verdict
from hyperscope.ui.open_table.preview import SHOWN, FirstLook, FirstRows, PreviewTable, first_look
from hyperscope.ui.open_table.reader import Reader
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import EDGE, INSIDE, Theme

WIDE, HIGH = 720, 640  # pixels
NARROW, LOW = 520, 136  # pixels, where there is no table to show
LESS = 230  # pixels high, where there is none but another way of reading may help
READING = ("data.first_row", "data.encoding", "data.comment")
PATIENCE = 200  # ms until "Reading …" is said; what is faster would only flicker
MOST_NAMED = 6  # classes


class OpenTable(QDialog):
    """Shows the file that `data` names and how `data` reads it; `accepted_data` carries the `Data` decided on.

    It reads when it is first shown, never in the window's thread, and is used once.
    """

    accepted_data = Signal(object)

    def __init__(self, data: Data, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self._loaded: Data | None = None
        self._look: FirstLook | None = None
        self._theme = theme
        self._file = Path(data.file).name
        self._reader = Reader(self)
        self._reader.failed.connect(self._refuse)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(PATIENCE)
        self._slow.timeout.connect(lambda: self.verdict.say(f"Reading {self._file} …"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self.set_theme(theme)
        self.resize(pixels(theme, WIDE), pixels(theme, HIGH))

    def _build(self) -> None:
        self.setWindowTitle("Open a table")
        self.name, self.size_line = Caption(""), Caption("")
        self.name.setMinimumWidth(1)  # it is cut short rather than widen the dialog
        self.name.setToolTip(as_written(self._data.file))
        self.table = PreviewTable(FirstRows())
        self.label = ClassChoice()
        self.standardise = control_for("data.standardise", knob_at("data.standardise"))
        self.reading = {path: Segmented(path, knob_at(path)) for path in READING}
        self.missing = Choice("data.missing")
        self.words = Choice("data.words")
        self.verdict = Verdict()
        self.cancel_button = Button("Cancel", "Cancel", "Leave everything as it is · Esc")
        self.open_button = Button("Open", "Open", "Train on this table · Enter")
        self.open_button.setProperty("accent", True)
        self.open_button.setDefault(True)
        self.open_button.setEnabled(False)

        self._head = QHBoxLayout()
        self._head.addWidget(self.name)
        self._head.addWidget(self.size_line, 0, Qt.AlignmentFlag.AlignBottom)
        self._head.addStretch(1)
        self.table_card, self.reading_card, self.choices_card = QFrame(), QFrame(), QFrame()
        for card in (self.table_card, self.reading_card, self.choices_card):
            card.setProperty("card", True)
        around = QVBoxLayout(self.table_card)
        around.setContentsMargins(INSIDE - 8, 4, INSIDE - 8, 6)
        around.addWidget(self.table)
        self._ways = QHBoxLayout(self.reading_card)
        for way, share in zip(self.reading.values(), (2, 4, 4), strict=True):
            self._ways.addWidget(way, share)
        self._whole, self._values = QBoxLayout(QBoxLayout.Direction.TopToBottom), QVBoxLayout()
        self._choices = QHBoxLayout(self.choices_card)
        for side, parts in ((self._whole, (self.label, self.standardise)), (self._values, (self.missing, self.words))):
            for part in parts:
                side.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
            self._choices.addLayout(side, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.verdict, 1)
        for button in (self.cancel_button, self.open_button):
            self._foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self.table_card, 1)
        self._column.addWidget(self.reading_card)
        self._column.addWidget(self.choices_card)
        self._column.addLayout(self._foot)
        self._show_choices()

        self.label.chosen.connect(partial(self._decide, "data.label"))
        for control in (self.standardise, self.missing.control, self.words.control):
            control.moved.connect(self._decide)
        for way in self.reading.values():
            way.moved.connect(self._read_anew)
        self.table.switched.connect(self._switch)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button.clicked.connect(self.accept)

    # -- reading --------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._look is None and not event.spontaneous():
            self._ask_for_look(guess=True)

    def _ask_for_look(self, *, guess: bool) -> None:
        data = self._data
        self._loaded = None
        self.open_button.setEnabled(False)
        self._slow.start()
        look = partial(first_look, Path(data.file).expanduser(), reading(data), guess=guess)
        self._reader.ask(look, self._show_look)

    def _show_look(self, look: FirstLook) -> None:
        self._look = look
        names, guess = [column.name for column in look.table.columns], look.table.label
        data = msgspec.structs.replace(self._data, first_row=look.reading.first_row)
        kept = tuple(name for name in data.left_out if name in names)
        # what is seen and agreed to here is no guess any more, whatever the file becomes later
        label = data.label if data.label in names else guess or ""
        self._data = msgspec.structs.replace(data, label=label, left_out=kept)
        self.label.set_names(names, label, guess)
        self.table.rows.set_look(look, self._data)
        self._show_parts(True)
        self._show_choices()
        self._load()

    def _read_anew(self, path: str, value: Value) -> None:
        self._data = msgspec.structs.replace(self._data, **{path.removeprefix("data."): value})
        self._ask_for_look(guess=False)

    def _switch(self, name: str) -> None:
        off = self._data.left_out
        self._decide("data.left_out", tuple(n for n in off if n != name) if name in off else (*off, name))

    def _decide(self, path: str, value: Value | tuple[str, ...]) -> None:
        self._data = msgspec.structs.replace(self._data, **{path.removeprefix("data."): value})
        self.table.rows.set_choices(self._data)
        self._show_choices()
        self._load()

    def _load(self) -> None:
        data = self._data
        self._loaded = None
        self.open_button.setEnabled(False)
        self._slow.start()
        self._reader.ask(partial(load, data), partial(self._agree, data))

    def _agree(self, data: Data, examples: ExampleSet) -> None:
        self._slow.stop()
        self._loaded = data
        self.verdict.say(summary(examples), notes=" ".join(examples.notes))
        self.open_button.setEnabled(True)
        self._lead_to(self.open_button)

    def _refuse(self, problem: ValueError) -> None:
        self._slow.stop()
        sentence = str(problem)
        self.verdict.say(sentence + "." * (not sentence.endswith(".")), alarm=True)
        if self._look is None:
            curable = not isinstance(problem, NoText)
            self._show_parts(False, reading=curable)
            self._lead_to(self.cancel_button)
            self._column.activate()  # else the parts just hidden still claim their room
            wide, high = (WIDE, LESS) if curable else (NARROW, LOW)
            self.resize(pixels(self._theme, wide), pixels(self._theme, high))
        elif self.missing.isVisible() or self.words.isVisible():
            self._lead_to((self.missing if self.missing.isVisible() else self.words).pressed())
        else:
            self._lead_to(self.label.picker)

    def _show_parts(self, on: bool, *, reading: bool = True) -> None:
        """Shows all of the dialog, or where there is no table only what may help to read one."""
        if on == self.table_card.isVisibleTo(self) and reading == self.reading_card.isVisibleTo(self):
            return
        for part in (self.table_card, self.choices_card, self.open_button, self.size_line):
            part.setVisible(on)
        self.reading_card.setVisible(reading)
        self._column.setStretchFactor(self._foot, int(not on))
        (self.open_button if on else self.cancel_button).setDefault(True)
        if on:
            self.resize(pixels(self._theme, WIDE), pixels(self._theme, HIGH))

    def _lead_to(self, part: QWidget) -> None:
        """Puts the keyboard where the next decision is, unless the person has taken it somewhere."""
        if self.focusWidget() in (None, self.table):
            part.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what is shown --------------------------------------------------------------------------------------------

    def _show_choices(self) -> None:
        data, look = self._data, self._look
        self.standardise.set_value(data.standardise)
        for path, control in self.reading.items():
            control.set_value(getattr(data, path.removeprefix("data.")))
        self.missing.control.set_value(data.missing)
        self.words.control.set_value(data.words)
        texts = look.texts(data) if look else []
        self.missing.setVisible(bool(look and look.missing))
        self.words.setVisible(bool(texts))
        if look is None:
            return
        # with nothing on the right the left takes all the room, side by side
        way = QBoxLayout.Direction.TopToBottom if look.missing or texts else QBoxLayout.Direction.LeftToRight
        self._whole.setDirection(way)
        self._whole.setSpacing(pixels(self._theme, 14 if way == QBoxLayout.Direction.TopToBottom else 28))
        self._choices.setStretch(1, int(way == QBoxLayout.Direction.TopToBottom))
        table = look.table
        size = [f"{shown(table.rows)} rows × {shown(len(table.columns))} columns"]
        if len(table.columns) > SHOWN:
            size.append(f"the first {SHOWN} shown")
        size.append(f"{_counted(look.missing, 'value')} missing" if look.missing else "no value missing")
        self.size_line.setText(" · ".join(size))
        rows = int(look.gaps.rows(data.label, data.words, data.left_out).sum())
        gaps = look.gaps.columns(data.label, data.words, data.left_out)
        lost = f"{shown(len(gaps))} of {_counted(len(table.columns), 'column')}: {listed(gaps, 4)}" if gaps else "none"
        self.missing.explain(
            f"Drop rows leaves out {shown(rows)} of {shown(table.rows)} rows; drop columns leaves out {lost}. "
            "Mean, median and most frequent fill them from the training set."
        )
        if texts:
            made = sum(column.distinct for column in texts)
            names = listed([column.name for column in texts], 4)
            self.words.explain(f"Text in {names}; one-hot makes {_counted(made, 'column')} of 0 and 1 of it.")

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        style.dress(
            self,
            theme,
            f"QTableView, QHeaderView {{ background: {theme.card.name()}; border: none; outline: none; }}"
            "QAbstractScrollArea::corner { background: transparent; border: none; }",
        )
        self.setPalette(style.palette(theme))  # which a style sheet takes back
        self.name.set_theme(theme, 15, 600)
        self.size_line.set_theme(theme, 12, quiet=True)
        ways = self.reading.values()
        for part in (self.table, *ways, self.label, self.standardise, self.missing, self.words, self.verdict):
            part.set_theme(theme)
        for button in (self.cancel_button, self.open_button):
            button.set_theme(theme)
            button.setMinimumWidth(pixels(theme, 84))
        edge = pixels(theme, EDGE)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(pixels(theme, 8))
        self._head.setContentsMargins(pixels(theme, 4), 0, 0, 0)
        self._head.setSpacing(pixels(theme, 12))
        self._foot.setContentsMargins(pixels(theme, 4), pixels(theme, 4), 0, 0)
        self._foot.setSpacing(pixels(theme, 8))
        inside = pixels(theme, INSIDE)
        self._choices.setContentsMargins(inside, inside - 2, inside, inside)
        self._choices.setSpacing(pixels(theme, 28))
        self._ways.setContentsMargins(inside, inside - 4, inside, inside - 2)
        self._ways.setSpacing(pixels(theme, 20))
        self._values.setSpacing(pixels(theme, 10))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - pixels(self._theme, 2 * EDGE + 24) - self.size_line.sizeHint().width()
        self.name.setText(self.name.fontMetrics().elidedText(self._file, Qt.TextElideMode.ElideMiddle, room))

    # -- the end --------------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Hands over what was decided, if it can be read that way."""
        data = self._loaded
        if data is not None:
            super().accept()
            self.accepted_data.emit(data)

    def done(self, result: int) -> None:
        """Goes at once, whatever the file that it reads takes."""
        self._slow.stop()
        super().done(result)
        self._reader.close()


def summary(examples: ExampleSet) -> str:
    """What a table comes to: "120 examples, 4 features, 3 classes: setosa 40, versicolor 40, virginica 40."."""
    counts = [int((examples.y == number).sum()) for number in range(len(examples.class_names))]
    # a name in figures would run into its count
    names = [f"“{name}”" if name[-1:].isdigit() else name for name in examples.class_names]
    each = listed([f"{name} {shown(count)}" for name, count in zip(names, counts, strict=True)], MOST_NAMED)
    features = _counted(len(examples.feature_names), "feature")
    return f"{_counted(len(examples.y), 'example')}, {features}, {len(counts)} classes: {each}."


def _counted(count: int, what: str) -> str:
    return f"{shown(count)} {what}{'' if count == 1 else 's'}"
