"""Setting one number of the network: the card with its slider, its field, and the other numbers of the same unit."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QWidget

from hyperscope.lab.experiment.edits import Edit, shown
from hyperscope.lab.probes.network import NetworkPicture
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.entry import Entry
from hyperscope.ui.controls.slider import Track
from hyperscope.ui.controls.words import THIN
from hyperscope.ui.paint import TextButton
from hyperscope.ui.panels.network.numbers import STEPS, Number, Scale, current, numbers
from hyperscope.ui.panels.network.popover import Popover
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import Theme

WIDTH = 268  # pixels
PER_ROW = 8  # of the unit's numbers


class NumberEditor(Popover):
    """`edited` carries the Edit, what the number was before, and a word that is the same throughout one drag."""

    edited = Signal(object, float, str)
    refused = Signal(str)  # why what was typed is not allowed
    changed = Signal()  # which number is being set, if any

    def __init__(self, over: QWidget) -> None:
        super().__init__("Set a number", WIDTH, over)
        self._picture: NetworkPicture | None = None
        self._of: tuple[int, int] = (-1, -1)  # layer, unit
        self._number: Number | None = None
        self._first = self._value = 0.0
        self._scale = Scale(1.0)
        self._gesture = 0
        self._stale = False  # the next picture may be older than what was set last
        self._role = Caption("")
        self.track = Track()
        self.track.origin = 0.5
        self.track.setRange(0, 2 * STEPS)
        self.track.setSingleStep(2)
        self.track.setPageStep(20)
        self.track.valueChanged.connect(self._slide)
        self.track.sliderPressed.connect(self._begin)
        self.entry = Entry(self._enter)
        self.entry.setProperty("value", False)
        self.track.setToolTip("From minus to plus, finest about 0; training goes on from what you set")
        self.entry.setToolTip("Any finite number; Enter sets it")
        self.entry.done.connect(lambda: self.track.setFocus(Qt.FocusReason.OtherFocusReason))
        self.watch(self.entry)
        self.zero = TextButton("set to 0", "Set to 0", self, accent=True)
        self.back = TextButton("", "Back to what it was when this was opened", self, accent=True)
        self.zero.clicked.connect(lambda: self.set_value(0.0))
        self.back.clicked.connect(lambda: self.set_value(self._first))
        self._group = QButtonGroup(self)
        self._others: list[TextButton] = []
        self._offered: tuple[Number, ...] = ()
        row = QHBoxLayout()
        row.addWidget(self.track, 1)
        row.addWidget(self.entry)
        ways = QHBoxLayout()
        ways.addWidget(self.zero)
        ways.addWidget(self.back)
        ways.addStretch(1)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(PER_ROW, 1)
        self.column.addWidget(self._role)
        self.column.addLayout(row)
        self.column.addLayout(ways)
        self.column.addLayout(self._grid)
        for before, after in ((self.entry, self.track), (self.track, self.zero), (self.zero, self.back)):
            QWidget.setTabOrder(before, after)

    @property
    def place(self) -> Edit | None:
        """The number that is being set, None while nothing is."""
        return self._number.edit if self._number is not None and self.isVisible() else None

    @property
    def unit(self) -> tuple[int, int]:
        """Layer, counted from the inputs, and unit whose numbers are offered."""
        return self._of

    def open(self, picture: NetworkPicture, layer: int, unit: int, beside: QRectF, before: int | None = None) -> bool:
        """Offers the weight from unit `before`, or else the unit's own numbers first; whether there is any."""
        found = numbers(picture, layer, unit, before)
        index = (unit,) if before is None else (unit, before)
        wanted = [one for one in found if one.edit.index == index] or list(found[:1])
        if not wanted:
            return False
        self._picture, self._of = picture, (layer, unit)
        self._offer(found)
        self.lie(beside)
        self._take(wanted[0])
        self.entry.setFocus(Qt.FocusReason.OtherFocusReason)
        self.entry.selectAll()
        return True

    def take_note(self, picture: NetworkPicture) -> None:
        """Follows the number as it is trained; puts itself away when there is no such number any more."""
        if self._number is None or not self.isVisible():
            return
        value = current(picture, self._of[0], self._number.edit)
        if value is None or not math.isfinite(value):
            self.hide()
            return
        self._picture = picture
        if self._stale:
            self._stale = False
        elif not self.track.isSliderDown():
            self._show(value)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._role.set_theme(theme, 11, quiet=True)
        self.track.set_theme(theme)
        self.entry.set_theme(theme)
        self.entry.setFixedWidth(pixels(theme, 72))
        for button in (self.zero, self.back, *self._others):
            button.set_theme(theme, 11)
            button.setFixedSize(button.sizeHint())
        super().set_theme(theme)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.changed.emit()

    # -- which number ---------------------------------------------------------------------------------------------

    def _offer(self, found: tuple[Number, ...]) -> None:
        """One word for each number of the unit; buttons are kept and used again."""
        self._offered = found
        while len(self._others) < len(found):
            place = len(self._others)
            button = TextButton("", "", self)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, place=place: self._choose(place))
            QWidget.setTabOrder(self._others[-1] if self._others else self.back, button)
            self._group.addButton(button)
            self._others.append(button)
            self._grid.addWidget(button, place // PER_ROW, place % PER_ROW)
        for button in self._others[len(found) :]:
            button.hide()
        for button, number in zip(self._others, found, strict=False):
            button.setText(number.edit.symbol)
            button.setAccessibleName(f"{number.edit.title}, {number.role}")
            button.setToolTip(f"{number.edit.title}, {number.role}")
            button.set_theme(self._theme, 11)
            button.setFixedSize(button.sizeHint())
            button.show()

    def _choose(self, place: int) -> None:
        number = self._offered[place]
        assert self._picture is not None
        value = current(self._picture, self._of[0], number.edit)
        if value is not None and math.isfinite(value):
            self._take(Number(number.edit.at(value), number.role))

    def _take(self, number: Number) -> None:
        self._begin()
        self._number, self._first, self._stale = number, number.value, False
        self.title.setText(self.whose + number.edit.title)
        self._scale = Scale.of(max(abs(one.value) for one in (*self._offered, number)))
        self.track.set_ticks(self._scale.ticks())
        self.track.setAccessibleName(number.edit.title)
        self.entry.setAccessibleName(f"{number.edit.title}, typed")
        self.back.setText(f"back to {shown(number.value)}")
        self.back.setFixedSize(self.back.sizeHint())
        for button, one in zip(self._others, self._offered, strict=False):
            button.setChecked(one.edit.same_place(number.edit))
        self._show(number.value)
        self.changed.emit()

    # -- its value ------------------------------------------------------------------------------------------------

    def _show(self, value: float) -> None:
        self._value = value
        self.track.blockSignals(True)
        self.track.setValue(self._scale.step(value))
        self.track.blockSignals(False)
        self.track.update()
        self.track.setAccessibleDescription(shown(value))
        assert self._number is not None
        self._role.setText(f"{self._number.role}, now {shown(value)}")
        if not self.entry.hasFocus():  # what is being typed is not to be pulled away
            self.entry.set_texts(shown(value), f"{value:.6g}")

    def _begin(self) -> None:
        self._gesture += 1

    def _slide(self, step: int) -> None:
        self._offer_value(self._scale.value(step))

    def set_value(self, value: float) -> None:
        """Sets the number, as typing it does."""
        self._begin()
        self._offer_value(value)

    def _enter(self, words: str) -> bool:
        plain = words.replace("−", "-").replace(THIN, "").replace(" ", "")
        plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
        assert self._number is not None
        try:
            value = float(plain)
        except ValueError:
            self.refused.emit(f"{self._number.edit.letter} is {words.strip()!r}; it must be a finite number")
            return False
        self._begin()
        return self._offer_value(value)

    def _offer_value(self, value: float) -> bool:
        assert self._number is not None
        try:
            edit = self._number.edit.at(value)
        except ValueError as problem:
            self.refused.emit(str(problem))
            return False
        before, self._stale = self._value, True
        self._show(value)
        self.entry.set_texts(shown(value), f"{value:.6g}")
        self.edited.emit(edit, before, f"edit {self._gesture}")
        return True
