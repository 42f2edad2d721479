"""The map's head: which of its faces is shown, and the button that opens what can be chosen of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QWidget

from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import TextButton, face, write
from hyperscope.ui.theme import INSIDE, LIGHT, Theme

HEAD = 34  # pixels above the picture
MODES = {
    "map": ("Decision map", "Map", "What the network answers at each place of the plane"),
    "warped": ("Warped plane", "Warped", "The plane and the examples as a hidden layer puts them"),
    "samples": ("Samples", "Samples", "Pictures of dev and test set with what the network says of them"),
    "confusion": ("Confusion", "Confusion", "Which classes are taken for which"),
}
SHORT = {"confidence": "conf."}  # of what the options are at, where there is no room for the word
GAP = 6  # pixels between words, on both sides of which there are three
CLOSE = 2  # the same at least


class MapHead(QWidget):
    """A row of words; the chosen one reads as the card's title. `chosen` carries one of MODES."""

    chosen = Signal(str)
    options_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the map shows")
        self._theme, self._view, self._caption = LIGHT, "soft", ""
        self._samples, self._left = False, float(INSIDE)
        group = QButtonGroup(self)
        self.modes: dict[str, TextButton] = {}
        for mode, (words, _, says) in MODES.items():
            self.modes[mode] = button = TextButton(words, says, self)
            button.setAccessibleName(f"Show: {words}")
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _=False, chosen=mode: self.chosen.emit(chosen))
        self.modes["map"].setChecked(True)
        self.options = TextButton("soft ▾", "Map options", self)
        self.options.setToolTip("Colours, lines, points, key, the plane of a table or a layer · V for the next view")
        self.options.clicked.connect(self.options_wanted)

    def show_mode(self, mode: str, view: str, caption: str = "") -> None:
        """Marks the face that is shown; `view` names what its options are at, "" if it has none.

        A `caption` stands in place of all buttons.
        """
        self.modes[mode].setChecked(True)
        self._view, self._caption = view, caption
        self.arrange()
        self.update()

    @property
    def has_samples(self) -> bool:
        """Whether samples can be shown."""
        return self._samples

    def show_samples(self, there: bool) -> None:
        """Whether the examples are pictures, which alone have samples to show."""
        if there != self._samples:
            self._samples = there
            self.arrange()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for button in (*self.modes.values(), self.options):
            button.set_theme(theme, 11)
        self.arrange()
        self.update()

    def set_left(self, left: float) -> None:
        """Where the words begin, in pixels."""
        if left != self._left:
            self._left = left
            self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()

    def arrange(self) -> None:
        """Gives every button its place: long words where all fit, short ones else, and at last a mere ▾."""
        shown = [mode for mode in MODES if (mode != "samples" or self._samples) and not self._caption]
        scale = self._theme.scale
        middle = INSIDE - 2 + 7 * scale
        full, short = f"{self._view} ▾", f"{SHORT.get(self._view, self._view)} ▾"
        for brief, said, least in ((False, full, GAP), (True, full, CLOSE), (True, short, 0), (True, "▾", 0)):
            for mode, button in self.modes.items():
                button.setText(MODES[mode][brief])
            self.options.setText(said)
            self.options.resize(self.options.sizeHint())
            room = self.width() - INSIDE + 3 - self._left - self.options.width() - 8 * scale
            spare = room - sum(self.modes[mode].sizeHint().width() for mode in shown)
            if spare >= least * scale * len(shown):
                break
        gap = max(0.0, min(GAP * scale, spare / max(1, len(shown))))
        at = self._left - 3
        for mode, button in self.modes.items():
            button.setVisible(mode in shown)
            if mode in shown:
                button.resize(button.sizeHint())
                button.move(round(at), round(middle - button.height() / 2))
                at += button.width() + gap
        self.options.setVisible(bool(self._view) and not self._caption)
        self.options.move(self.width() - INSIDE + 3 - self.options.width(), round(middle - self.options.height() / 2))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._caption:
            scale = self._theme.scale
            line = QRectF(self._left, INSIDE - 2 - 3 * scale, self.width() - self._left - INSIDE, 20 * scale)
            with QPainter(self) as painter:
                write(painter, line, self._caption, face(11, 600, scale), self._theme.text)
