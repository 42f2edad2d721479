"""Controls that belong together: some under a small heading, or a few sliders side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from hyperscope.knob import Knob
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.form import KnobControl
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.words import title
from hyperscope.ui.style import pixels
from hyperscope.ui.theme import LIGHT, Theme

BESIDE = 12  # pixels between sliders on one line
ABOVE = 4  # pixels more than usual above a heading
BELOW = 3  # pixels between a heading and what it is for


def remainder(knob: Knob, said: Iterable[str]) -> str:
    """The knob's title without the words of `said`, which stand in the heading above it."""
    words = title(knob)
    for part in said:
        words = words.replace(part, "")
    # a Greek letter is a symbol and stays small
    return words[:1].upper() + words[1:] if words[:1].isascii() else words


class Group(QWidget):
    """A heading and the controls under it; words in `said` are left out of their labels."""

    def __init__(self, heading: str, said: Iterable[str] = ()) -> None:
        super().__init__()
        self._said = tuple(said)
        self.heading = Caption(heading)
        self.column = QVBoxLayout()
        self.setAccessibleName(heading)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, ABOVE, 0, 0)
        whole.setSpacing(BELOW)
        whole.addWidget(self.heading)
        whole.addLayout(self.column)
        self.set_theme(LIGHT)

    def add(self, control: KnobControl) -> None:
        """Puts `control` at the end."""
        if self._said:
            control.caption.setText(remainder(control.knob, self._said))
        self.column.addWidget(control)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type; its controls are their card's."""
        self.heading.set_theme(theme, 11, 600, quiet=True)

    def asked_by_heading(self, theme: Theme) -> int:
        """The pixels of height that the heading takes."""
        return ABOVE + BELOW + max(self.heading.sizeHint().height(), pixels(theme, 11))


class Row(QWidget):
    """Sliders side by side, each made when it is first shown; with `symbols` they bear their symbols where more than
    one is shown.

    With words to say `instead` it keeps its place where none is shown, so that what stands below stays where it is.
    """

    def __init__(
        self,
        paths: Iterable[str],
        make: Callable[[str], KnobSlider],
        *,
        symbols: bool,
        said: Iterable[str] = (),
        instead: str = "",
    ) -> None:
        super().__init__()
        self.paths = tuple(paths)
        self._make = make
        self._symbols = symbols
        self._said = tuple(said)
        self._controls: dict[str, KnobSlider] = {}
        self.instead = Caption(instead)
        self._line = line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(BESIDE)
        line.addWidget(self.instead, 1)
        self.instead.hide()

    def control(self, path: str) -> KnobSlider:
        """The slider at `path`, which is one of its own."""
        if path not in self._controls:
            made = self._make(path)
            if not self._symbols:
                made.caption.setText(remainder(made.knob, self._said))
            made.hide()
            before = self.paths[: self.paths.index(path)]
            self._line.insertWidget(sum(one in self._controls for one in before), made, 1)
            self._controls[path] = made
        return self._controls[path]

    def show_only(self, paths: Collection[str], *, keep: bool = True) -> None:
        """Shows those of the sliders that `paths` name, and itself if there are any or it is to keep its place."""
        shown = [self.control(path) for path in self.paths if path in paths]
        for control in self._controls.values():
            control.setVisible(control in shown)
            if self._symbols:
                control.set_short(len(shown) > 1)
        says = keep and bool(self.instead.text())
        self.instead.setVisible(says and not shown)
        self.setVisible(bool(shown) or says)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type; its controls are their card's."""
        self.instead.set_theme(theme, 11, quiet=True)

    def sizeHint(self) -> QSize:
        """As high as the highest of its sliders, seen or not."""
        made = [*self._controls.values()] or [self.control(self.paths[0])]
        return QSize(super().sizeHint().width(), max(one.sizeHint().height() for one in made))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())
