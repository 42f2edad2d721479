"""The page of presets, those of one lab at a time: a card each, over all else, until one is chosen or the page is left.

It knows what presets say and look like, and nothing of sessions: whoever opens it puts the chosen one in force.
"""

from __future__ import annotations

from functools import partial
from itertools import chain

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from hyperscope.engine.datasets import generators
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.presets import Preset, presets
from hyperscope.lab.jobs.gallery import GalleryPicture
from hyperscope.ui import labs, paint
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.control import Caption, by_keyboard, draw_focus
from hyperscope.ui.controls.fade import Fade
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.controls.scrolled import Scrolled
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.sketch import paint_sketch
from hyperscope.ui.controls.stamp import Stamp
from hyperscope.ui.controls.thumbnail import Picture, paint_picture, picture_of
from hyperscope.ui.guarded import guarded
from hyperscope.ui.style import mixed, pixels, stand
from hyperscope.ui.theme import EDGE, GRID, INSIDE, LIGHT, RADIUS, Theme, font

COLUMNS = 3
WIDEST = 1320  # pixels of all columns at scale 1; lines of text longer than that are hard to read
CARD = 126  # pixels of height
ROOMY = 142  # pixels of height where a sentence takes all its lines
PICTURE = 88  # pixels along the side of a card's picture
POINTS = 110  # in a picture
LINES = 4  # of a card's sentence
TITLES = (13.5, 12.5, 11.5)  # pixels of a title's type; the largest in which it is whole


class StartPage(QWidget):
    """The presets of a lab, each as a card; `chosen` carries the Preset, `left` says that none was chosen.

    Arrows go from card to card, Tab as well, Enter and space choose, Escape leaves. `seen` carries the presets whose
    cards are in sight and train, () when the page goes; they show what `show_picture` brings.
    """

    chosen = Signal(object)
    left = Signal()
    seen = Signal(tuple)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self.title = Caption("Presets")
        self.hint = Caption("Each shows one thing. Choose one, and it starts to train.")
        self.close_button = Button("Close", "Close presets", "Back to the experiment · Esc")
        self.close_button.clicked.connect(self.left)
        by_lab = {lab.name: [PresetCard(one) for one in presets() if one.place.lab == lab.name] for lab in labs.LABS}
        self.groups = {name: of_lab for name, of_lab in by_lab.items() if of_lab}
        self._lab = next(iter(self.groups))
        self.labs = Segments(
            [f"{labs.entry(name).title}  {len(one)}" for name, one in self.groups.items()], "Presets of"
        )
        self.labs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.labs.set_index(0)
        self.labs.chosen.connect(lambda index: self.show_lab(list(self.groups)[index]))
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.labs)
        self._head.addWidget(self.hint, 1)
        self._head.addStretch()
        self._head.addWidget(self.close_button)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        body = QWidget()
        for card in chain(*self.groups.values()):
            card.setParent(body)
            card.clicked.connect(partial(self.chosen.emit, card.preset))
            card.stepped.connect(self._go)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(self._grid)
        rows.addStretch(1)
        self.area = Scrolled(body)
        self.fade = Fade(self.area, on_window=True)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._head)
        self._whole.addWidget(self.area, 1)
        self.setAccessibleName("Presets")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # what trains below it is not painted for nobody
        self.hide()
        self._lay_out()

    @property
    def cards(self) -> list[PresetCard]:
        """Those of the lab that is chosen."""
        return self.groups[self._lab]

    def open(self, lab: str) -> None:
        """Covers the lab of this name, the keyboard on its first card, or on the first of all if it has none."""
        self.show_lab(lab if lab in self.groups else next(iter(self.groups)))
        self.show()
        self.raise_()
        self.cards[0].setFocus(Qt.FocusReason.TabFocusReason)

    def show_lab(self, name: str) -> None:
        """Shows a lab's presets."""
        if name != self._lab:
            self._lab = name
            self.labs.set_index(list(self.groups).index(name))
            self._lay_out()
            self._place()
            if self.isVisible():
                self._tell_seen()

    def show_picture(self, picture: GalleryPicture) -> None:
        """Shows what one of the presets that were told of last has come to."""
        self._training[picture.number].show_picture(picture)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_seen()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.seen.emit(())

    def _tell_seen(self) -> None:
        self.seen.emit(tuple(card.preset for card in self._training))

    @property
    def _training(self) -> list[PresetCard]:
        """The cards whose networks train."""
        return [card for card in self.cards if card.preset.picture is None]

    @property
    def _stops(self) -> list[QWidget]:
        """Where the keyboard goes, in order."""
        return [*self.cards, self.close_button, self.labs.buttons[self.labs.index() or 0]]

    def _lay_out(self) -> None:
        """Puts the chosen lab's cards into the grid, and no others."""
        for name, cards in self.groups.items():
            for number, card in enumerate(cards):
                self._grid.removeWidget(card)
                if name == self._lab:
                    self._grid.addWidget(card, number // COLUMNS, number % COLUMNS)
                card.setVisible(name == self._lab)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        stand(self)
        self.title.set_theme(theme, 18, 600)
        self.hint.set_theme(theme, 12, quiet=True)
        self.close_button.set_theme(theme)
        self.labs.set_theme(theme)
        self.labs.setFixedWidth(self.labs.sizeHint().width() + pixels(theme, 14 * len(self.groups)))
        self.fade.set_theme(theme)
        for card in chain(*self.groups.values()):
            card.set_theme(theme)
        self._head.setSpacing(pixels(theme, 14))
        self._grid.setSpacing(GRID + 2)
        self._whole.setSpacing(pixels(theme, 12))
        self._place()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        side = max(EDGE + 8, (self.width() - pixels(self._theme, WIDEST)) // 2)
        top = pixels(self._theme, 16)
        self._whole.setContentsMargins(side, top, side, EDGE)
        taken = sum(part.sizeHint().width() for part in (self.title, self.hint, self.close_button)) + self.labs.width()
        self.hint.setVisible(taken + 4 * self._head.spacing() <= self.width() - 2 * side)
        bar = self.area.verticalScrollBar().sizeHint().width()
        width = (self.width() - 2 * side - bar - (COLUMNS - 1) * (GRID + 2)) // COLUMNS
        roomy = any(len(card.wrapped(width)) == LINES for card in self.cards)
        for card in self.cards:  # all of a height, so that rows stay rows
            card.set_height(ROOMY if roomy else CARD)

    # -- the keyboard stays on the page while it is open ---------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Goes round the cards and the button, and not to what lies beneath."""
        if not self.isVisible():  # Qt asks when the page is hidden, too: then the keyboard goes back to the lab
            return super().focusNextPrevChild(forward)
        self._go(1 if forward else -1, Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def _go(self, steps: int, reason: Qt.FocusReason = Qt.FocusReason.TabFocusReason) -> None:
        now = self.focusWidget()
        at = self._stops.index(now) if now in self._stops else -1
        stop = self._stops[(at + steps) % len(self._stops)]
        stop.setFocus(reason)
        if isinstance(stop, PresetCard):
            self.area.ensureWidgetVisible(stop)

    def event(self, event: QEvent) -> bool:
        """Keeps the keys it uses from the window's shortcuts: with no network in sight they would act unseen."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_P):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.window)
        painter.end()


_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: COLUMNS, Qt.Key.Key_Up: -COLUMNS}
_OWN = (*_STEPS, Qt.Key.Key_Escape, Qt.Key.Key_P, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PresetCard(QAbstractButton):
    """A preset's picture, its title, and below it what it shows; `stepped` says how many cards to go.

    The picture is the data set, and behind it what the preset's network makes of the plane, once that is known; or
    the preset's own, where nothing trains.
    """

    stepped = Signal(int)

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self.preset = preset
        self._theme = LIGHT
        self._high = CARD
        self._by_keyboard = False
        self._picture: Picture | None = None
        self.live: GalleryPicture | None = None
        self._stamp = Stamp()
        self.lines: list[str] = []  # of the sentence, as last painted
        self._forget()
        place = labs.entry(preset.place.lab)
        self._view = place.title_of(preset.place.view) if preset.place.view else ""
        self.setText(preset.title)
        self.setAccessibleName(f"{preset.title}, {self._view}" if self._view else preset.title)
        self.setAccessibleDescription(preset.shows)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFont(font(12, 400, theme.scale))  # whose metrics on this screen say where lines break
        self._forget()
        self.set_height(self._high)
        self.update()

    def _forget(self) -> None:
        """Measures its words anew when they are next painted: measuring takes longer than painting."""
        self._wrapped: tuple[tuple[int, float], list[str]] = ((-1, 1.0), [])
        self._title: tuple[float, QFont] = (-1.0, QFont())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._forget()
        super().changeEvent(event)

    def set_height(self, high: int) -> None:
        """Makes it `high` pixels at scale 1."""
        self._high = high
        self.setFixedHeight(pixels(self._theme, high))

    def wrapped(self, width: int) -> list[str]:
        """The lines of its sentence, on a card `width` pixels wide."""
        on = (width, self.devicePixelRatioF())
        if self._wrapped[0] != on:
            beside = (3 * INSIDE + PICTURE) * self._theme.scale
            self._wrapped = on, in_lines(self.preset.shows, self.fontMetrics(), int(width - beside), LINES)
        return self._wrapped[1]

    def _title_face(self, room: float) -> QFont:
        """The largest type in which the title fits into so many pixels."""
        if self._title[0] != room:
            faces = [font(size, 600, self._theme.scale) for size in TITLES]
            fitting = (one for one in faces if QFontMetricsF(one).horizontalAdvance(self.preset.title) <= room)
            self._title = room, next(fitting, faces[-1])
        return self._title[1]

    def show_picture(self, picture: GalleryPicture) -> None:
        """Shows what the preset's network makes of the plane now."""
        self.live = picture
        self._picture = Picture(np.stack([picture.x[0], 1 - picture.x[1]]), picture.y)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(self._theme, 240), pixels(self._theme, self._high))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, unit = self._theme, self._theme.scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        pointed = self.underMouse() or self.isDown()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(theme.card, theme.text, 0.05) if pointed else theme.card)
        painter.drawRoundedRect(whole, RADIUS, RADIUS)
        side = PICTURE * unit
        tile = QRectF(INSIDE * unit, (self.height() - side) / 2, side, side)
        self._stamp.paint(painter, tile, (theme, self.live), self._paint_picture)
        left = tile.right() + INSIDE * unit
        room = QRectF(left, 0, whole.right() - left - INSIDE * unit, whole.height())
        plain = self.font()
        self.lines = lines = self.wrapped(self.width())
        step, head, more = self.fontMetrics().height() + 1, 21 * unit, (self._high - CARD) / 2 * unit
        top = tile.top() + 2 * unit - more  # the same on every card, so that titles stand in rows
        painter.setBrush(Qt.BrushStyle.NoBrush)
        title = QRectF(room.left(), top - 2 * unit, room.width() + (INSIDE - 8) * unit, head)
        paint.write(painter, title, self.preset.title, self._title_face(title.width()), theme.text)
        for number, line in enumerate(lines):
            at = QRectF(room.left(), top + head + number * step, room.width(), step)
            paint.write(painter, at, line, plain, theme.text if pointed else theme.quiet)
        if said := " · ".join(part for part in (self._view, self.live.said if self.live else "") if part):
            at = QRectF(room.left(), tile.bottom() - step + 7 * unit + more, room.width(), step)
            paint.write(painter, at, said, font(11, 500, unit), theme.text if pointed else theme.quiet)
        if self.hasFocus() and self._by_keyboard:
            draw_focus(painter, whole.adjusted(1, 1, -1, -1), RADIUS, theme.accent)
        painter.end()

    def _paint_picture(self, painter: QPainter, tile: QRectF) -> None:
        theme, unit = self._theme, self._theme.scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.control)
        painter.drawRoundedRect(tile, 6, 6)
        if self.preset.picture is not None:
            paint_sketch(painter, tile, self.preset.picture, theme)
            return
        if self._picture is None:
            self._picture = picture(self.preset.experiment.data)
        if self.live is not None:
            outline = QPainterPath()
            outline.addRoundedRect(tile, 6, 6)
            painter.save()
            painter.setClipPath(outline)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(tile, paint.soft_map(self.live.p, theme))
            painter.restore()
        paint_picture(self._picture, painter, tile, theme, 3.2 * unit, 30, 0.8 * unit if self.live else 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in _STEPS:
            self.stepped.emit(_STEPS[Qt.Key(event.key())])  # ignored, it would end as a scroll of the area around
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = by_keyboard(event, self._by_keyboard)
        super().focusInEvent(event)


def picture(data: Data) -> Picture:
    """Some of the points that `data` really draws; of a table, the thumbnail of its name."""
    if data.source not in generators:
        return picture_of(data.source)
    examples = load(data)
    few = np.linspace(0, len(examples.y) - 1, min(POINTS, len(examples.y))).astype(int)
    x = examples.raw[:, few]
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    x = (x - low) / np.maximum(high - low, 1e-12)
    return Picture(np.stack([x[0], 1 - x[1]]), examples.y[few])
