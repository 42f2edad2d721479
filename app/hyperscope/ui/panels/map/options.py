"""What can be chosen of the map: its colours, lines and points, and the plane of a table; and the key to its marks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.popover import Popover
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.table_facts import PlaneChoice
from hyperscope.ui.controls.toggle import Chip, Toggle
from hyperscope.ui.guarded import guarded
from hyperscope.ui.paint import face, write
from hyperscope.ui.panels.map.points import mark, paint_point
from hyperscope.ui.panels.map.views import SAYS, VIEWS, contours_at, contours_say
from hyperscope.ui.style import breadth, pixels
from hyperscope.ui.theme import LIGHT, Theme

PARTS = ("Train", "Dev", "Test")
WIDTH = 268  # pixels
OF_A_LAYER = (
    "<p>What the warped plane's two axes are: the first two principal components of the layer's units, the directions "
    "in which they vary most, or two of its units as they are.</p>"
)
KEY = (
    (0, 0, "right: all in the true class's colour"),
    (0, 1, "wrong: outline true, fill predicted"),
)


class MapOptions(Popover):
    """Signals say what was chosen; `show_view` and the like only show."""

    view_chosen = Signal(str)
    changed = Signal()  # of lines or points
    plane_chosen = Signal(str, str)
    units_chosen = Signal(object)  # two of a layer, from 0, that are the axes of the warped plane; None: the usual ones

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._theme = LIGHT
        self._classes = 3
        self.setAccessibleName("Map options")
        self.view = Segments(tuple(VIEWS), "Map view")
        self.view.chosen.connect(lambda index: self.view_chosen.emit(tuple(VIEWS)[index]))
        self.says = Caption("")
        self.says.setWordWrap(True)
        self.borders = Toggle("Class boundaries", "Where the most probable class changes", on=True)
        self.contours = Toggle("Contours", contours_say("soft", 3))
        for toggle in (self.borders, self.contours):
            toggle.toggled.connect(lambda _: self.changed.emit())
        self.parts = [
            Chip(name, f"Show {name.lower()} examples", f"Shows or hides the {name.lower()} examples", _sign(number))
            for number, name in enumerate(PARTS)
        ]
        self.key = Key()
        self.plane = PlaneChoice()
        self.plane.chosen.connect(self.plane_chosen)
        self.plane.hide()
        self.axes = PlaneChoice("Axes of the warped plane", "unit", OF_A_LAYER)
        self.axes.chosen.connect(self._choose_units)
        self.axes.hide()
        self._warped: tuple[int, int] | None = None  # the layer whose axes can be chosen, and how many units it has
        self._headings = [Caption(words) for words in ("Colours", "Lines", "Points")]
        chips = QHBoxLayout()
        chips.setSpacing(4)
        for chip in self.parts:
            chips.addWidget(chip)
            chip.toggled.connect(lambda _: self.changed.emit())
        self._column = QVBoxLayout(self)
        for item in (
            self.axes,
            self._headings[0],
            self.view,
            self.says,
            self._headings[1],
            self.borders,
            self.contours,
        ):
            self._column.addWidget(item)
        self._column.addWidget(self._headings[2])
        self._column.addLayout(chips)
        self._column.addWidget(self.key)
        self._column.addWidget(self.plane)
        # the style sheet takes fonts back from what changes its parent
        self.opened.connect(lambda: self.set_theme(self._theme))
        self.show_view("soft")

    @property
    def shown_parts(self) -> tuple[bool, bool, bool]:
        """Whether train, dev and test examples are shown."""
        train, dev, test = (chip.isChecked() for chip in self.parts)
        return train, dev, test

    @property
    def shown_lines(self) -> tuple[bool, bool]:
        """Whether class boundaries and contours are shown."""
        return self.borders.lever.isChecked(), self.contours.lever.isChecked()

    def show_view(self, view: str) -> None:
        """Marks the view that is shown, and says what its colours are."""
        self.view.set_index(tuple(VIEWS).index(view))
        self.says.setText(SAYS[view])
        self.contours.caption.setText(contours_at(view, self._classes))
        self.contours.setToolTip(contours_say(view, self._classes))
        self.contours.lever.setAccessibleDescription(contours_say(view, self._classes))

    def show_data(self, classes: int, features: tuple[str, ...], table: bool) -> None:
        """Takes note of a data set: how many classes there are, and what planes."""
        self._classes = classes
        self.show_view(tuple(VIEWS)[self.view.index() or 0])
        self.plane.set_features(features)
        self.plane.setVisible(table and len(features) > 2)

    @property
    def has_axes(self) -> bool:
        """Whether the warped plane's axes can be chosen."""
        return self._warped is not None

    def show_layer(self, layer: int, units: int, chosen: tuple[int, int] | None, warped: bool) -> None:
        """Takes note of the layer that is seen, from 0, while its `warped` plane is; of two units there is no choice.

        `chosen` are its axes, shown where it is another layer: while one chooses, answers to the last choice come in.
        """
        seen = (layer, units) if warped and units > 2 else None
        if seen == self._warped:
            return
        self._warped = seen
        self.axes.setVisible(seen is not None)
        if seen is not None:
            self.axes.set_features(tuple(f"unit {unit + 1}" for unit in range(units)))
            self.axes.show_plane(*(f"unit {unit + 1}" for unit in chosen) if chosen is not None else ("", ""))

    def _choose_units(self, across: str, up: str) -> None:
        both = tuple(int(name.removeprefix("unit ")) - 1 for name in (across, up)) if across else None
        self.units_chosen.emit(both)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for heading in self._headings:
            heading.set_theme(theme, 11, 600, quiet=True)
        self.says.set_theme(theme, 11, quiet=True)
        for chip in self.parts:
            chip.set_theme(theme)
        for item in (self.view, self.borders, self.contours, self.key, self.plane, self.axes):
            item.set_theme(theme)
        edge = pixels(theme, 14)
        self._column.setContentsMargins(edge, edge - 2, edge, edge)
        self._column.setSpacing(pixels(theme, 7))
        self.setFixedWidth(breadth(theme, WIDTH))
        self.set_ground(theme)


class Key(QWidget):
    """What a point's outline and fill mean, shown on two points."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Key: " + "; ".join(words for _, _, words in KEY))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, pixels(self._theme, 18) * len(KEY))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = self.height() / len(KEY)
        for number, (true, predicted, words) in enumerate(KEY):
            line = QRectF(0, number * row, self.width(), row)
            at = QPointF(8 * theme.scale, line.center().y())
            paint_point(painter, at, 4.4 * theme.scale, true, predicted, 0, theme)
            line.setLeft(18 * theme.scale)
            write(painter, line, words, face(10, 400, theme.scale), theme.quiet)
        painter.end()


def _sign(part: int) -> partial[None]:
    return partial(_draw_sign, part)


def _draw_sign(part: int, painter: QPainter, x: float, y: float, radius: float) -> None:
    mark(painter, QPointF(x, y), radius, part)
