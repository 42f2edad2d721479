"""What can be chosen of the map: its colours, lines and points, and the plane of a table; and the key to its marks."""

from __future__ import annotations

from functools import cached_property, partial

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
    """Signals say what was chosen; `show_view` and the like only show.

    What it holds is made when it is first opened: a third of the widgets of a map, and in most windows it never is.
    """

    view_chosen = Signal(str)
    changed = Signal()  # of lines or points
    plane_chosen = Signal(str, str)
    units_chosen = Signal(object)  # two of a layer, from 0, that are the axes of the warped plane; None: the usual ones

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self._theme = LIGHT
        self._view = "soft"
        self._classes = 3
        self._features: tuple[str, ...] = ()  # to choose a plane by, none where there is no choice
        self._plane = ("", "")
        self._warped: tuple[int, int] | None = None  # the layer whose axes can be chosen, and how many units it has
        self._axes: tuple[int, int] | None = None
        self.setAccessibleName("Map options")
        # the style sheet takes fonts back from what changes its parent
        self.opened.connect(lambda: self.inside.set_theme(self._theme))

    @cached_property
    def inside(self) -> Inside:
        """What it holds."""
        made = Inside()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(made)
        made.show_view(self._view, self._classes)
        made.show_features(self._features)
        made.plane.show_plane(*self._plane)
        made.show_axes(self._warped[1] if self._warped is not None else None, self._axes)
        made.set_theme(self._theme)
        made.view.chosen.connect(lambda index: self.view_chosen.emit(tuple(VIEWS)[index]))
        made.changed.connect(self.changed)
        made.plane.chosen.connect(self.plane_chosen)
        made.axes.chosen.connect(self._choose_units)
        return made

    @property
    def _made(self) -> Inside | None:
        return self.__dict__.get("inside")

    def open_at(self) -> None:
        """Shows it under its button, with what it holds."""
        _ = self.inside
        super().open_at()

    @property
    def shown_parts(self) -> tuple[bool, bool, bool]:
        """Whether train, dev and test examples are shown."""
        train, dev, test = (chip.isChecked() for chip in self.inside.parts)
        return train, dev, test

    @property
    def shown_lines(self) -> tuple[bool, bool]:
        """Whether class boundaries and contours are shown."""
        return self.inside.borders.lever.isChecked(), self.inside.contours.lever.isChecked()

    def show_view(self, view: str) -> None:
        """Marks the view that is shown, and says what its colours are."""
        self._view = view
        if (made := self._made) is not None:
            made.show_view(view, self._classes)

    def show_data(self, classes: int, features: tuple[str, ...], table: bool) -> None:
        """Takes note of a data set: how many classes there are, and what planes."""
        features = features if table and len(features) > 2 else ()
        if features != self._features:
            self._features, self._plane = features, ("", "")
        self._classes = classes
        if (made := self._made) is not None:
            made.show_view(self._view, classes)
            made.show_features(features)

    def show_plane(self, across: str, up: str) -> None:
        """Shows which plane of a table is seen: two features, or "", "" for principal components."""
        self._plane = (across, up)
        if (made := self._made) is not None:
            made.plane.show_plane(across, up)

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
        self._warped, self._axes = seen, chosen
        if (made := self._made) is not None:
            made.show_axes(units if seen is not None else None, chosen)

    def _choose_units(self, across: str, up: str) -> None:
        first, second = (int(name.removeprefix("unit ") or 0) - 1 for name in (across, up))
        self._axes = (first, second) if across else None
        self.units_chosen.emit(self._axes)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        if (made := self._made) is not None:
            made.set_theme(theme)
        self.setFixedWidth(breadth(theme, WIDTH))
        self.set_ground(theme)


class Inside(QWidget):
    """What the options hold."""

    changed = Signal()  # of lines or points

    def __init__(self) -> None:
        super().__init__()
        self.view = Segments(tuple(VIEWS), "Map view")
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
        self.axes = PlaneChoice("Axes of the warped plane", "unit", OF_A_LAYER)
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

    def show_view(self, view: str, classes: int) -> None:
        """Marks the view that is shown, and says what its colours are."""
        self.view.set_index(tuple(VIEWS).index(view))
        self.says.setText(SAYS[view])
        self.contours.caption.setText(contours_at(view, classes))
        self.contours.setToolTip(contours_say(view, classes))
        self.contours.lever.setAccessibleDescription(contours_say(view, classes))

    def show_features(self, features: tuple[str, ...]) -> None:
        """Offers planes of these features, or none."""
        self.plane.setVisible(bool(features))
        if features:
            self.plane.set_features(features)

    def show_axes(self, units: int | None, chosen: tuple[int, int] | None) -> None:
        """Offers so many units as axes of the warped plane, or none; shows which are chosen."""
        self.axes.setVisible(units is not None)
        if units is not None:
            self.axes.set_features(tuple(f"unit {unit + 1}" for unit in range(units)))
            self.axes.show_plane(*(f"unit {unit + 1}" for unit in chosen) if chosen is not None else ("", ""))

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
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
