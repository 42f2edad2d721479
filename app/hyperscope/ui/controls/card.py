"""A card of controls: a title, a column that scrolls only when it must, and a part that is folded away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.ui.controls.buttons import Disclosure
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

OVERHANG = 6  # pixels
SCROLL = 8  # pixels, the width of the scroll bar, taken from the card's right margin


class Card(QFrame):
    """A card `width` pixels wide at scale 1, `gap` between its controls.

    `column` holds what is always seen, `folded` what "More" unfolds; `banner`, above both, reaches OVERHANG pixels
    into the margins on either side.
    """

    def __init__(self, title: str, width: int, gap: int) -> None:
        super().__init__()
        self._width, self._gap = width, gap
        self._theme = LIGHT
        self.setProperty("card", True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.title = Caption(title)
        self.more = Disclosure("More")
        self.fold = QWidget()
        self.folded = QVBoxLayout(self.fold)
        self.folded.setContentsMargins(0, 0, 0, 0)
        self.fold.hide()
        self.more.toggled.connect(self.fold.setVisible)

        self.banner = QVBoxLayout()
        self.column = QVBoxLayout()
        self._inner = QVBoxLayout()
        self._inner.addLayout(self.column)
        self._inner.addWidget(self.more)
        self._inner.addWidget(self.fold)
        self._inner.addStretch(1)
        body = QWidget()
        whole_body = QVBoxLayout(body)
        whole_body.setContentsMargins(0, 0, 0, 0)
        whole_body.setSpacing(0)
        whole_body.addLayout(self.banner)
        whole_body.addLayout(self._inner, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(body)
        for ground in (self.area.viewport(), body):
            ground.setAutoFillBackground(False)
        self._whole = QVBoxLayout(self)
        self._whole.setSpacing(0)
        self._whole.addWidget(self.title)
        self._whole.addWidget(self.area, 1)
        self.area.verticalScrollBar().rangeChanged.connect(self._make_room)

    def set_foot(self, foot: QLayout) -> None:
        """Puts `foot` below the column, where it stays when the column scrolls."""
        foot.setContentsMargins(OVERHANG, 6, INSIDE, 0)
        self._whole.addLayout(foot)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.setFixedWidth(pixels(theme, self._width))
        self.title.set_theme(theme, 11, 600, quiet=True)
        self.more.set_theme(theme)
        gap = pixels(theme, self._gap)
        for layout in (self.column, self.folded, self._inner):
            layout.setSpacing(gap)
        self._whole.setContentsMargins(INSIDE - OVERHANG, INSIDE - 2, 0, INSIDE - 2)
        self.title.setContentsMargins(OVERHANG, 0, 0, pixels(theme, 6))
        self._make_room()

    def _make_room(self) -> None:
        right = INSIDE - SCROLL if self.area.verticalScrollBar().maximum() > 0 else INSIDE
        self._inner.setContentsMargins(OVERHANG, 0, right, 0)
        self.banner.setContentsMargins(0, 0, right - OVERHANG, 0)
