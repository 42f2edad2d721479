"""A card of controls: a title, a column that scrolls only when it must, and groups of which some are folded away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.ui.controls.buttons import Disclosure
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.ground import Ground
from hyperscope.ui.controls.group import Group
from hyperscope.ui.controls.scrolled import Scrolled
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import INSIDE, Theme

OVERHANG = 6  # pixels
WIDEST = 16777215  # pixels: Qt's own greatest width
SCROLL = 8  # pixels, the width of the scroll bar, taken from the card's right margin
AROUND = 8  # pixels that are seen above and below what is scrolled to
LOOSE = 1.7  # times the usual gap at most, where a card has room to spare
LEAST = 36  # pixels of height, fewer than any group takes at scale 1
TIGHT = 0.15  # times the usual gap at least, where room is short


@dataclass
class _Slot:
    """The place of a group, and the group once it is made."""

    make: Callable[[], Group]
    wanted: Callable[[], bool]
    group: Group | None = None


class _Body(QWidget):
    """What scrolls; tells when its contents want another size."""

    asked = Signal()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.asked.emit()
        return done


class Card(Ground):
    """A card `width` pixels wide at scale 1, `gap` between its controls.

    `column` holds what is always seen; `banner`, above it, reaches OVERHANG pixels into the margins on either side.
    Of its groups below, as many are seen as there is room for, and the rest while `more` is checked, which stands
    between them. `spared` tells how many pixels are left without the groups, fewer than none if the column scrolls.
    """

    spared = Signal(int)
    grown = Signal()  # a group was made

    def __init__(self, title: str, width: int, gap: int) -> None:
        super().__init__()
        self._width, self._gap = width, gap
        self._slots: list[_Slot] = []
        self._fills = False
        self._fit = -1  # groups that are seen without unfolding
        self.give = 0  # pixels by which the gaps can shrink before the column scrolls
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.title = Caption(title)
        self.more = Disclosure("More")
        self.more.toggled.connect(self._unfold)
        self.more.toggled.connect(self._show_unfolded)

        self.banner = QVBoxLayout()
        self.column = QVBoxLayout()
        self._inner = QVBoxLayout()
        self._inner.addLayout(self.column)
        self._inner.addWidget(self.more)
        self._inner.addStretch(1)
        for layout in (self.column, self._inner):
            layout.setSpacing(gap)
        body = _Body()
        body.asked.connect(self._settle)
        whole_body = QVBoxLayout(body)
        whole_body.setContentsMargins(0, 0, 0, 0)
        whole_body.setSpacing(0)
        whole_body.addLayout(self.banner)
        whole_body.addLayout(self._inner, 1)
        self.area = Scrolled(body)
        self.fade = Fade(self.area)
        self._whole = QVBoxLayout(self)
        self._whole.setSpacing(0)
        self._whole.addWidget(self.title)
        self._whole.addWidget(self.area, 1)
        self.area.verticalScrollBar().rangeChanged.connect(self._make_room)

    def add_group(self, make: Callable[[], Group], wanted: Callable[[], bool] = lambda: True) -> Callable[[], None]:
        """Gives a group a place below all others. It is made when it is `wanted` and there may be room for it or it is
        unfolded, or by what is returned.
        """
        slot = _Slot(make, wanted)
        self._slots.append(slot)
        return lambda: self._have(slot)

    def _have(self, slot: _Slot) -> None:
        """Has the group of `slot`, in its place and dressed."""
        if slot.group is not None:
            return
        slot.group = group = slot.make()
        group.hide()
        group.set_theme(self._theme)
        group.column.setSpacing(self._inner.spacing())
        place = self._slots.index(slot)
        made = sum(one.group is not None for one in self._slots[:place])
        # the column comes first, and after the groups that fit "More"
        self._inner.insertWidget(1 + made + (self._fit <= place), group)
        self.order_tabs()
        self.grown.emit()

    @property
    def _groups(self) -> list[Group]:
        return [slot.group for slot in self._slots if slot.group is not None]

    def fill_width(self, fills: bool) -> None:
        """Takes whatever width there is, or the one it was made for."""
        self._fills = fills
        wide = breadth(self._theme, self._width)
        self.setMinimumWidth(wide)
        self.setMaximumWidth(WIDEST if fills else wide)
        across = QSizePolicy.Policy.Expanding if fills else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Expanding)

    def set_foot(self, foot: QLayout) -> None:
        """Puts `foot` below the column, where it stays when the column scrolls."""
        foot.setContentsMargins(OVERHANG, 10, INSIDE, 0)
        self._whole.addLayout(foot)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.fill_width(self._fills)
        self.title.set_theme(theme, 11, 600, quiet=True)
        self.more.set_theme(theme)
        self.fade.set_theme(theme)
        for group in self._groups:
            group.set_theme(theme)
        self._whole.setContentsMargins(INSIDE - OVERHANG, INSIDE - 2, 0, INSIDE - 2)
        self.title.setContentsMargins(OVERHANG, 0, 0, pixels(theme, 6))
        self._make_room()
        self._settle()

    @property
    def inner_width(self) -> int:
        """Pixels that a control has across."""
        return breadth(self._theme, self._width) - 2 * INSIDE

    def unfold_to(self, control: QWidget) -> None:
        """Makes sure that a control of this card is seen, unfolding and scrolling as needed."""
        if not control.isVisible() and self.more.isVisible():
            self.more.setChecked(True)
        self.area.ensureWidgetVisible(control)

    def bring_up(self, parts: Sequence[QWidget]) -> None:
        """Scrolls, once they have their places, so far that what has come is seen: all of it, or its beginning."""
        QTimer.singleShot(0, self, lambda: self._scroll_to([part for part in parts if part.isVisible()]))

    def _scroll_to(self, parts: Sequence[QWidget]) -> None:
        body, bar = self.area.widget(), self.area.verticalScrollBar()
        if not parts or body is None:
            return
        tops = [part.mapTo(body, QPoint(0, 0)).y() for part in parts]
        foot = max(top + part.height() for top, part in zip(tops, parts, strict=True)) + AROUND
        head, room = min(tops) - AROUND, self.area.viewport().height()
        bar.setValue(min(max(bar.value(), foot - room), head))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def order_tabs(self) -> None:
        """Lets Tab go down the card as it is read; to be called when all that can have the keyboard is in it."""
        fit = max(0, self._fit)
        before, after = self._slots[:fit], self._slots[fit:]
        made = [*(slot.group for slot in before), self.more, *(slot.group for slot in after)]
        parts: list[QLayout | QWidget] = [self.banner, self.column, *(one for one in made if one is not None)]
        stops = [stop for part in parts for stop in _stops(part)]
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle()

    def _settle(self) -> None:
        """Shows the groups that fit, and spreads the controls where there is more room still.

        All from what the contents ask for, whatever is seen of them now, so that one answer cannot undo the last.
        """
        if not self.isVisible():
            return  # it has no size yet that means anything
        gap = breadth(self._theme, self._gap)
        height, parts = _asked(self.column)
        more = self.more.sizeHint().height() + gap
        room = self.area.viewport().height() - self.banner.sizeHint().height() - height - gap * (parts - 1)
        tightest = round(gap * (1 - TIGHT))
        self.give = parts * tightest
        self.spared.emit(room - more)
        needs = self._needs(room, gap)
        fit = len(needs)
        while fit and sum(needs[:fit]) + (more if fit < len(self._slots) else 0) > room:
            fit -= 1
        self._show_groups(fit)
        seen = self._slots[: None if self.more.isChecked() else fit]
        room -= sum(needs[: len(seen)]) + (more if fit < len(self._slots) else 0)
        gaps = parts + sum(_asked(slot.group.column)[1] for slot in seen if slot.group is not None)
        each = room // max(1, gaps)
        spread = gap + max(-tightest, min(each, round(gap * (LOOSE - 1))))
        for layout in (self.column, self._inner, *(group.column for group in self._groups)):
            if layout.spacing() != spread:
                layout.setSpacing(spread)

    def _needs(self, room: int, gap: int) -> list[int]:
        """Pixels of height that each group takes; of those made so far, and of more while there may be room for them.

        With "More" unfolded all are made.
        """
        needs: list[int] = []
        for slot in self._slots:
            if slot.group is None:
                if not slot.wanted():
                    needs.append(0)
                    continue
                if not self.more.isChecked() and sum(needs) + pixels(self._theme, LEAST) > room:
                    break
                self._have(slot)
            assert slot.group is not None
            tall, count = _asked(slot.group.column)
            needs.append(tall + gap * count + slot.group.asked_by_heading(self._theme) if count else 0)
        return needs

    def _show_groups(self, fit: int) -> None:
        """Puts "More" below the first `fit` groups."""
        if fit != self._fit:
            had_keyboard = self.more.hasFocus()
            self._fit = fit
            self._inner.removeWidget(self.more)
            self._inner.insertWidget(1 + sum(slot.group is not None for slot in self._slots[:fit]), self.more)
            self.more.setVisible(fit < len(self._slots))
            if had_keyboard:
                self.more.setFocus()
            self.order_tabs()
        self._unfold()

    def _unfold(self) -> None:
        unfolded = self.more.isChecked()
        for place, slot in enumerate(self._slots):
            if unfolded and slot.wanted():
                self._have(slot)
            if slot.group is not None:
                slot.group.setVisible((place < self._fit or unfolded) and _asked(slot.group.column)[1] > 0)

    def _show_unfolded(self, on: bool) -> None:
        if on:
            rest = [slot.group for slot in self._slots[self._fit :]]
            self.bring_up((self.more, *(group for group in rest if group is not None)))

    def _make_room(self) -> None:
        right = INSIDE - SCROLL if self.area.verticalScrollBar().maximum() > 0 else INSIDE
        self._inner.setContentsMargins(OVERHANG, 0, right, 0)
        self.banner.setContentsMargins(0, 0, right - OVERHANG, 0)


def _stops(part: QLayout | QWidget) -> list[QWidget]:
    """What may have the keyboard in `part`, in the order in which it lies in layouts, and was made in widgets."""
    if isinstance(part, QLayout):
        items = (part.itemAt(at) for at in range(part.count()))
        inner = [item.widget() or item.layout() for item in items if item is not None]
        return [stop for one in inner if one is not None for stop in _stops(one)]
    found = [one for one in (part, *part.findChildren(QWidget)) if one.window() is part.window()]  # no pop-up lists
    return [one for one in found if one.focusPolicy() != Qt.FocusPolicy.NoFocus and one.focusProxy() is None]


def _asked(layout: QVBoxLayout) -> tuple[int, int]:
    """The pixels of height that the parts of `layout` ask for without the gaps between them, and how many they are.

    Asked of the parts themselves: a layout within another keeps an old answer until both have been laid out.
    """
    items = (layout.itemAt(at) for at in range(layout.count()))
    heights = [item.sizeHint().height() for item in items if item is not None and not item.isEmpty()]
    return sum(heights), len(heights)
