"""Which part of a run's time is shown: charts and rivers follow one `Stretch`, so that they show the same epochs.

By default a run is seen whole until it is long, and then its last part; a turn of the wheel, a drag or a key chooses
another part, which goes on with the training if it reaches to the present. It knows epochs, and nothing of what
draws them.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

LONG = 200.0  # epochs; of a longer run the last part is shown,
PART = 4  # as long as a quarter of it, at least LONG
LEAST = 0.25  # epochs that are shown at least, unless the run is shorter
STEP = 1.25  # times as many epochs, or as few, at a notch of the wheel
NOTCH = 120  # of QWheelEvent's angle, one click of a mouse's wheel

Epochs = tuple[float, float]


class Stretch(QObject):
    """From which epoch to which is shown. `changed` says that somebody has chosen another part."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen: Epochs | None = None
        self._width: float | None = None  # of a chosen part that ends at the present
        self.whole = False  # all that there is, other runs included

    @property
    def chosen(self) -> bool:
        """Whether somebody has chosen a part."""
        return self._chosen is not None or self._width is not None

    def of(self, first: float, last: float) -> Epochs:
        """What is shown of a run from epoch `first` to `last`."""
        if self.whole:
            return first, last
        if self._chosen is not None:
            left, right = self._chosen
            return max(first, min(left, last - LEAST)), min(right, last)
        wide = self._width if self._width is not None else max(LONG, (last - first) / PART)
        return max(first, last - wide), last

    def zoom(self, notches: float, at: float, run: Epochs) -> None:
        """Shows fewer epochs of the `run`, or more for negative `notches`, and keeps epoch `at` where it is."""
        left, right = self.of(*run)
        factor = STEP**-notches
        self._choose(at - (at - left) * factor, at + (right - at) * factor, run)

    def move(self, by: float, run: Epochs) -> None:
        """Shows what lies `by` epochs later in the `run`, or earlier."""
        left, right = self.of(*run)
        by = max(run[0] - left, min(by, run[1] - right))
        self._choose(left + by, right + by, run)

    def follow(self) -> None:
        """Shows again what is shown by default."""
        self._set(None, None, False)

    def show_all(self) -> None:
        """Shows all that there is."""
        self._set(None, None, True)

    def take_key(self, event: QKeyEvent, run: Epochs) -> bool:
        """Moves with the arrows to the side, zooms with those up and down; Home shows all, End follows.

        Returns whether it was such a key.
        """
        left, right = self.of(*run)
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right as key:
                self.move((right - left) / 5 * (1 if key == Qt.Key.Key_Right else -1), run)
            case Qt.Key.Key_Up | Qt.Key.Key_Down as key:
                # at the present, where training goes on, the present stays
                at = right if right >= run[1] else (left + right) / 2
                self.zoom(1 if key == Qt.Key.Key_Up else -1, at, run)
            case Qt.Key.Key_Home:
                self.show_all()
            case Qt.Key.Key_End:
                self.follow()
            case _:
                return False
        return True

    def _choose(self, left: float, right: float, run: Epochs) -> None:
        first, last = run
        wide = max(min(LEAST, last - first), right - left)
        if wide >= last - first:
            self._set(None, None, True)
            return
        left = max(first, min(left, last - wide))
        if left + wide >= last - 1e-9 * max(1.0, last):
            self._set(None, wide, False)
        else:
            self._set((left, left + wide), None, False)

    def _set(self, chosen: Epochs | None, width: float | None, whole: bool) -> None:
        if (chosen, width, whole) != (self._chosen, self._width, self.whole):
            self._chosen, self._width, self.whole = chosen, width, whole
            self.changed.emit()


KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
