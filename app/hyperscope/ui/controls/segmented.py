"""Few-valued choices as a row of buttons, one of which is pressed; nothing hides in a menu."""

from __future__ import annotations

from collections.abc import Container, Sequence
from html import escape
from itertools import zip_longest

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QToolTip, QVBoxLayout, QWidget

from hyperscope.knob import Knob, Value
from hyperscope.ui.controls.control import MIXED, Caption, Control, draw_focus
from hyperscope.ui.controls.keyboard import KeepsArrows, Ringed, one_stop
from hyperscope.ui.controls.words import effect, shown, tooltip
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels
from hyperscope.ui.theme import LIGHT, Theme, font

ROW = 25  # pixels high
RIM = 2  # of ground around the pressed button
EM = 16  # pixels of a tooltip's formula


class Segment(Ringed, KeepsArrows, QToolButton):
    """One of the buttons; it draws itself, the ground under it is its parent's."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self._theme = LIGHT
        self.setText(caption)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.ensurePolished()  # else the style sheet, once this is shown, restores the font from before
        self.setFont(font(11, 500, theme.scale))
        self.update()

    def wide(self) -> int:
        """The least width of the caption with a little air."""
        return self.fontMetrics().horizontalAdvance(self.text()) + pixels(self._theme, 8)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pill = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked():
            edge = mixed(theme.control, theme.quiet, 0.6 if theme.dark else 0.55)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(theme.window if theme.dark else theme.card)
            painter.drawRoundedRect(pill, 5, 5)
        said = theme.text if self.isChecked() or self.underMouse() else theme.quiet
        painter.setPen(said if self.isEnabled() else mixed(theme.quiet, theme.control, 0.6))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus() and self.ringed:
            draw_focus(painter, pill.adjusted(0.5, 0.5, -0.5, -0.5), 5, theme.accent)
        painter.end()


class Segments(QWidget):
    """Exclusive buttons on a common ground, on as many rows as they need; `chosen` carries the index of one."""

    chosen = Signal(int)

    def __init__(self, captions: Sequence[str], name: str) -> None:
        super().__init__()
        self._theme = LIGHT
        self._group = QButtonGroup(self)
        self.buttons: list[Segment] = []
        for index, caption in enumerate(captions):
            button = Segment(caption)
            button.setParent(self)
            button.setAccessibleName(f"{name}: {caption}")
            self._group.addButton(button, index)
            self.buttons.append(button)
        self._group.idToggled.connect(self._toggled)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_index(None)
        self.set_theme(LIGHT)

    def set_index(self, index: int | None) -> None:
        """Presses the button at `index`, or none; says nothing."""
        if index == self.index() and index is not None:
            return
        self._group.blockSignals(True)
        if index is None:
            self._group.setExclusive(False)
            for button in self.buttons:
                button.setChecked(False)
                button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._group.setExclusive(True)
        else:
            self.buttons[index].setChecked(True)
        self._group.blockSignals(False)
        one_stop(self.buttons, index or 0)

    def set_caption(self, index: int, caption: str) -> None:
        """Renames the button at `index`."""
        button = self.buttons[index]
        if button.text() != caption:
            button.setText(caption)
            button.setAccessibleName(f"{self.accessibleName()}: {caption}")
            self._arrange()
            self.updateGeometry()

    def index(self) -> int | None:
        """Which button is pressed, or None."""
        at = self._group.checkedId()
        return at if at >= 0 else None

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for button in self.buttons:
            button.set_theme(theme)
        self._arrange()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sum(button.wide() for button in self.buttons) + 2 * RIM, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(max((button.wide() for button in self.buttons), default=0) + 2 * RIM, self.minimumHeight())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.control)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _toggled(self, index: int, on: bool) -> None:
        if on:
            one_stop(self.buttons, index)
            self.chosen.emit(index)

    def _arrange(self) -> None:
        room = self.width() - 2 * RIM
        wide = [button.wide() for button in self.buttons]
        rows = next((n for n in range(1, len(wide) + 1) if _fits(_parts(wide, n), room)), len(wide) or 1)
        high = pixels(self._theme, ROW) - 2 * RIM
        self.setFixedHeight(rows * high + 2 * RIM)
        at = 0
        for row, widths in enumerate(_laid_out(_parts(wide, rows), room)):
            left = float(RIM)
            for width in widths:
                right = left + width
                box = QRect(round(left), RIM + row * high, round(right) - round(left), high)
                self.buttons[at].setGeometry(box)
                left, at = right, at + 1


def _laid_out(parts: list[list[int]], room: int) -> list[list[float]]:
    """The widths of each row's buttons: in columns where that fits, else each row on its own."""
    columns = [max(column) for column in zip_longest(*parts, fillvalue=0)]
    if sum(columns) > room:
        return [_shared(part, room) for part in parts]
    return [_shared(columns, room)[: len(part)] for part in parts]


def _parts(wide: list[int], rows: int) -> list[list[int]]:
    """`wide` in order over `rows` rows, the first ones longer where it does not come out even."""
    per = -(-len(wide) // rows)
    return [wide[start : start + per] for start in range(0, len(wide), per)]


def _shared(wide: list[int], room: float) -> list[float]:
    """Widths that fill `room`: as equal as the widest captions leave them."""
    widths = [float(width) for width in wide]
    narrow = set(range(len(wide)))
    while narrow:
        level = (room - sum(widths[at] for at in range(len(wide)) if at not in narrow)) / len(narrow)
        wider = {at for at in narrow if wide[at] > level}
        if not wider:
            return [level if at in narrow else width for at, width in enumerate(widths)]
        narrow -= wider
    return widths


def _fits(parts: list[list[int]], room: int) -> bool:
    return all(sum(part) <= room for part in parts)


class Segmented(Control):
    """A choice, or a whole number with few values, under its label, or `beside` it where the captions are short.

    `None` means that what it stands for differs.
    """

    def __init__(self, path: str, knob: Knob, *, beside: bool = False) -> None:
        super().__init__(path, knob)
        self._values: list[Value] = list(knob.choices)
        if knob.kind == "whole":
            self._values = list(range(int(knob.low), int(knob.high) + 1))
        captions = [knob.caption(v) if isinstance(v, str) else shown(v) for v in self._values]
        self.caption = Caption.of(knob)
        self._mixed = Caption(MIXED)
        self.segments = Segments(captions, knob.label)
        self.segments.setAccessibleDescription(effect(knob))
        self._beside = beside
        self.caption.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)  # its mark stays
        self._row = row = QHBoxLayout()
        row.addWidget(self.caption, 1)
        row.addWidget(self._mixed)
        self._mixed.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        (row if beside else column).addWidget(self.segments, 2 if beside else 0)
        self.setToolTip(tooltip(knob))
        self.segments.chosen.connect(self._choose)
        self.set_theme(LIGHT)

    def expect(self, width: int) -> None:
        """Asks for the rows that the buttons take in so many pixels, before any layout has said how many there are."""
        self.segments.resize(width, self.segments.height())

    def put_beside(self, control: Control) -> None:
        """Puts a control that goes with some of the choices at the end of the label's line, which keeps its room."""
        kept = control.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        control.setSizePolicy(kept)
        self._row.addWidget(control, 2)

    def value(self) -> Value | None:
        """The value pressed, None if mixed."""
        index = self.segments.index()
        return None if index is None else self._values[index]

    def set_value(self, value: Value | None, instead: str = MIXED) -> None:
        """Presses the button of `value`; None presses none and says why `instead`."""
        if self._beside:  # a word more would leave the buttons too little for one row
            self.caption.show_words(f"{self.knob.symbol or self.knob.label} {instead}" if value is None else "")
        else:
            self._mixed.setText(instead)
            self._mixed.setVisible(value is None)
        self.segments.set_index(None if value is None else self._values.index(value))

    def set_allowed(self, values: Container[Value]) -> None:
        """Disables the buttons of all other values."""
        for value, button in zip(self._values, self.segments.buttons, strict=True):
            button.setEnabled(value in values)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.caption.set_theme(theme)
        self._mixed.set_theme(theme, 11, quiet=True)
        self.segments.set_theme(theme)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            said = self.about(event.pos())
            if said:
                QToolTip.showText(event.globalPos(), said, self)
                return True
        return super().event(event)

    def about(self, at: QPoint) -> str:
        """The tooltip with meaning and formula of the choice whose button is there, as rich text; "" if it has none."""
        from hyperscope.ui import typeset  # only now: the first picture does not wait for it

        knob, theme = self.path.rpartition(".")[2], self._theme
        for value, button in zip(map(str, self._values), self.segments.buttons, strict=True):
            if not button.rect().contains(button.mapFrom(self, at)):
                continue
            meaning = escape((self.knob.meanings or {}).get(value, ""))
            picture = ""
            if typeset.has(knob, value):
                picture = f"<p>{typeset.tag(knob, value, EM * theme.scale, theme.text, self.devicePixelRatioF())}</p>"
            if meaning or picture:
                return f"{self.toolTip()}<p><b>{escape(value[:1].upper() + value[1:])}</b>: {meaning}</p>{picture}"
        return ""

    def _choose(self, index: int) -> None:
        self.set_value(self._values[index])
        self.offer(self._values[index])
