"""What the card of data says of a table, how it was read, and through which plane it is seen."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from hyperscope.lab.examples.drawn import Examples
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.lines import beginning, in_lines
from hyperscope.ui.controls.picker import Picker
from hyperscope.ui.controls.segmented import Segments
from hyperscope.ui.controls.words import figure, shown
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import LIGHT, Theme, font

MARGINS = 36  # pixels of the card that its contents do not have
NOTE_LINES = 3  # of a table's notes, until it is known how many there is room for
MOST_SCALES = 12  # features whose μ and σ stand in the tooltip
OF_A_TABLE = (
    "<p>What the map's two axes are: the first two principal components, the directions in which the training "
    "set varies most, or two features, with all others at their mean.</p>"
)
MANY = 99  # lines, more than any notes have


class TableFacts(QWidget):
    """A table's name, its size, and what there is to know of how it was read; all of it in the tooltip.

    `width` is that of the card it is in, in pixels at scale 1.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self._theme = LIGHT
        self._notes = self._counts = ""
        self._most = NOTE_LINES
        self.name = Caption("")
        self.counts = Caption("")
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for item in (self.name, self.counts, self.note):
            column.addWidget(item)

    def set_name(self, name: str) -> None:
        """The table or file."""
        self.name.setText(name)
        self.setAccessibleName(f"About {name}")

    def set_examples(self, examples: Examples) -> None:
        """Its size and notes."""
        found = ((len(examples.y), "rows"), (len(examples.feature_names), "features"))
        words = [f"{shown(count)}\u00a0{what}" for count, what in found]
        self._counts = " · ".join([*words, f"{len(examples.class_names)}\u00a0classes"])
        said = ["Classes: " + ", ".join(examples.class_names), *_scales(examples)]
        self.counts.setToolTip(as_written("\n".join(said)))
        self._notes = examples.note
        for shown_part in (self.name, self.note):  # the notes have no room at times
            shown_part.setToolTip(as_written(examples.note))
        self.setAccessibleDescription(examples.note)
        self._elide()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self.name.set_theme(theme, 12, 600)
        self.counts.set_theme(theme, 11, quiet=True)
        self.note.setFont(font(11, 400, theme.scale))
        paint_text(self.note, theme.quiet)
        self._elide()

    def take_room(self, spare: int) -> None:
        """Shows more of the notes if the card has `spare` pixels left, or less if they are fewer than none."""
        lines = self.note.text().count("\n") + 1 if self.note.text() else 0
        most = max(1, lines + spare // self.note.fontMetrics().lineSpacing())
        if most != self._most and not self.isHidden():
            self._most = most
            self._elide()

    def _elide(self) -> None:
        """As many whole sentences of the notes as fit on the lines there are."""
        room, metrics = breadth(self._theme, self._width) - MARGINS, self.note.fontMetrics()
        counts = in_lines(self._counts, self.counts.fontMetrics(), room, 2)
        self.counts.setText("\n".join(line.removesuffix(" ·").replace("\u00a0", " ") for line in counts))
        said = beginning(self._notes.strip(), lambda text: len(in_lines(text, metrics, room, MANY)) <= self._most)
        self.note.setText("\n".join(in_lines(said, metrics, room, self._most)))
        self.note.setVisible(bool(said))


def _scales(examples: Examples) -> list[str]:
    """A line for each of the first features that are standardised, and how many there are more."""
    scaled = examples.scaled
    lines = [f"{name}: μ {figure(mean)}, σ {figure(deviation)}" for name, (mean, deviation) in scaled.items()]
    if not lines:
        return []
    more = len(lines) - MOST_SCALES
    rest = [f"and {shown(more)} more"] if more > 0 else []
    return ["Standardised with the training set's", *lines[:MOST_SCALES], *rest]


class PlaneChoice(QWidget):
    """Which plane is seen: principal components, or two things, chosen from lists; of a table, features.

    `caption` stands above it, and `tip` says what the choice is.
    """

    chosen = Signal(str, str)

    def __init__(self, caption: str = "Plane", thing: str = "feature", tip: str = OF_A_TABLE) -> None:
        super().__init__()
        self._features: tuple[str, ...] = ()
        self._thing = thing
        self._theme = LIGHT
        self._caption = Caption(caption)
        self.kind = Segments(("components", f"two {thing}s"), caption)
        self.kind.setToolTip(tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for item in (self._caption, self.kind):
            column.addWidget(item)
        self.kind.set_index(0)
        self.kind.chosen.connect(self._choose)

    @cached_property
    def _pickers(self) -> tuple[Picker, Picker]:
        """Made when two are first chosen, since a list is the dearest of all controls: across and up."""
        across, up = Picker(), Picker()
        for picker, way in ((across, "across"), (up, "up")):
            name = f"{self._thing.capitalize()} {way}"
            picker.setAccessibleName(name)
            picker.setToolTip(as_written(name))
            picker.addItems(list(self._features))
            picker.set_theme(self._theme)
            picker.activated.connect(self._choose)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(picker)
            picker.setVisible(self.kind.index() == 1)
        # where one reads them; what comes later would else have the keyboard last
        QWidget.setTabOrder(self.kind.buttons[-1], across)
        QWidget.setTabOrder(across, up)
        up.setCurrentIndex(min(1, len(self._features) - 1))
        return across, up

    @property
    def across(self) -> Picker:
        """The list of what lies across."""
        return self._pickers[0]

    @property
    def up(self) -> Picker:
        """The list of what goes up."""
        return self._pickers[1]

    @property
    def _made(self) -> tuple[Picker, ...]:
        made: tuple[Picker, ...] = self.__dict__.get("_pickers", ())
        return made

    def set_features(self, features: tuple[str, ...]) -> None:
        """The names to choose from; another table starts with its principal components again."""
        if features == self._features:
            return
        self._features = features
        for picker in self._made:
            picker.clear()
            picker.addItems(list(features))
            if picker is self.up:
                picker.setCurrentIndex(min(1, len(features) - 1))
        self.kind.set_index(0)
        self._unfold()

    def show_plane(self, across: str, up: str) -> None:
        """Shows which plane is seen; says nothing."""
        if across in self._features and up in self._features:
            for picker, name in ((self.across, across), (self.up, up)):
                picker.setCurrentIndex(self._features.index(name))
        self.kind.set_index(1 if across else 0)
        self._unfold()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        self._caption.set_theme(theme)
        self.kind.set_theme(theme)
        for picker in self._made:
            picker.set_theme(theme)

    def _unfold(self) -> None:
        two = self.kind.index() == 1
        for picker in self._pickers if two else self._made:
            picker.setVisible(two)

    def _choose(self) -> None:
        self._unfold()
        if self.kind.index() == 0:
            self.chosen.emit("", "")
            return
        if len(self._features) < 2:
            return  # nothing to choose from yet
        if self.across.currentIndex() == self.up.currentIndex():
            # a plane needs two different features; the other picker makes way
            other = self.up if self.sender() is self.across else self.across
            other.setCurrentIndex((other.currentIndex() + 1) % len(self._features))
        self.chosen.emit(self.across.currentText(), self.up.currentText())
