"""The card of data: which examples there are, how noisy and how many, and for tables how they are read and seen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.engine.datasets import generators
from hyperscope.lab.experiment import FILE, Experiment, every_knob, knob_at
from hyperscope.lab.snapshot import Examples
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.entry import TypedControl
from hyperscope.ui.controls.form import KnobControl, control_for
from hyperscope.ui.controls.lines import in_lines
from hyperscope.ui.controls.picker import Picker
from hyperscope.ui.controls.segmented import Segmented, Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.thumbnail import Thumbnail, glyph, picture_of
from hyperscope.ui.controls.words import shown, tooltip
from hyperscope.ui.style import breadth
from hyperscope.ui.theme import LIGHT, Theme, font

WIDTH = 212  # pixels
GAP = 8
PER_ROW = 4
SOURCE = "data.source"
DRAWN = ("data.noise", "data.points", "data.classes")  # for generated examples only
OWN = ("data.label", "data.missing", "data.words")  # for the user's own file only
ALWAYS = ("data.standardise",)
FOLDED = ("data.dev_share", "data.test_share", "data.seed")
NOTE_LINES = 3  # of a table's notes, until it is known how many there is room for


class DataCard(Card):
    """Shows an experiment's data settings and says what the user moves; a file is chosen by whoever owns the card."""

    moved = Signal(str, object)  # path, value
    refused = Signal(str)  # why what was typed is not allowed
    open_requested = Signal()  # a CSV file
    plane_chosen = Signal(str, str)  # two features, or "", "" for principal components

    def __init__(self) -> None:
        super().__init__("Data", WIDTH, GAP)
        self.controls: dict[str, KnobControl] = {}
        self._source = ""
        self.thumbnails = self._gallery()
        self.table = TableFacts()
        self.plane = PlaneChoice()
        self.plane.chosen.connect(self.plane_chosen)
        self.column.addWidget(self.table)
        self.spared.connect(self.table.take_room)
        for path in (*OWN, *DRAWN, *ALWAYS):
            self.column.addWidget(self._control(path))
        self.column.addWidget(self.plane)
        for path in FOLDED:
            self.folded.addWidget(self._control(path))
        label = self.controls["data.label"]
        if isinstance(label, TypedControl):
            label.entry.setPlaceholderText("guessed")
        self.show_experiment(Experiment())
        self.set_theme(LIGHT)
        self.order_tabs()

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows the values of `experiment`; says nothing."""
        data = experiment.data
        self._source = data.source
        self.thumbnails[data.source].setChecked(True)
        self.thumbnails[FILE].setToolTip(data.file if data.source == FILE else tooltip(knob_at("data.file")))
        for path, _, value in every_knob(experiment):
            if path in self.controls:
                self.controls[path].set_value(value)
        classes = self.controls["data.classes"]
        if data.source in generators and isinstance(classes, Segmented):
            entry = generators[data.source]
            classes.set_allowed(range(entry.fewest, entry.most + 1))
            classes.set_value(entry.fit_classes(data.classes))
        for path in DRAWN:
            self.controls[path].setVisible(data.source in generators)
        for path in OWN:
            self.controls[path].setVisible(data.source == FILE)
        self.table.setVisible(data.source not in generators)
        self.table.set_name(Path(data.file).name if data.source == FILE else data.source)
        if data.source in generators:
            self.plane.hide()

    def show_examples(self, examples: Examples) -> None:
        """Shows how large the table is, how it was read, and which planes it has."""
        drawn = self._source in generators
        self.table.set_examples(examples)
        self.plane.set_features(examples.feature_names)
        self.plane.setVisible(not drawn and len(examples.feature_names) > 2)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for item in (*self.thumbnails.values(), *self.controls.values(), self.table, self.plane):
            item.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # reading the tables takes some 30 ms, which the first picture of the window need not wait for
        QTimer.singleShot(0, self, self._paint_gallery)

    def _paint_gallery(self) -> None:
        for name, thumbnail in self.thumbnails.items():
            if not thumbnail.has_picture:
                thumbnail.set_picture(glyph("+") if name == FILE else picture_of(name))

    def _gallery(self) -> dict[str, Thumbnail]:
        knob = knob_at(SOURCE)
        group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 10)
        grid.setSpacing(0)
        grid.setVerticalSpacing(4)
        made: dict[str, Thumbnail] = {}
        for place, name in enumerate(knob.choices):
            own = name == FILE
            name_shown = "+ CSV" if own else knob.caption(name)
            said = tooltip(knob_at("data.file")) if own else tooltip(knob, name)
            thumbnail = Thumbnail(name, name_shown, said)
            group.addButton(thumbnail)
            if own:
                thumbnail.clicked.connect(self._open)
            else:
                thumbnail.clicked.connect(lambda _=False, chosen=name: self._choose(chosen))
            grid.addWidget(thumbnail, place // PER_ROW, place % PER_ROW)
            made[name] = thumbnail
        self.banner.addLayout(grid)
        return made

    def _control(self, path: str) -> KnobControl:
        knob = knob_at(path)
        control = KnobSlider(path, knob, ticks=False) if path == "data.points" else control_for(path, knob)
        control.moved.connect(self.moved)
        control.refused.connect(self.refused)
        self.controls[path] = control
        return control

    def _choose(self, source: str) -> None:
        if source != self._source:
            self._source = source
            self.moved.emit(SOURCE, source)

    def _open(self) -> None:
        # a press must not look like a choice before a file is chosen
        self.thumbnails[self._source].setChecked(True)
        self.open_requested.emit()


class TableFacts(QWidget):
    """A table's name, its size, and what there is to know of how it was read; all of it in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
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
        self.counts.setToolTip("Classes: " + ", ".join(examples.class_names))
        self._notes = examples.note
        self.note.setToolTip(examples.note)
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
        metrics = self.note.fontMetrics()
        lines = self.note.text().count("\n") + 1
        most = max(1, lines + spare // metrics.lineSpacing())
        if most != self._most and not self.isHidden():
            self._most = most
            self._elide()

    def _elide(self) -> None:
        """As many words of the notes as fit on the lines there are."""
        room = breadth(self._theme, WIDTH) - 36
        counts = in_lines(self._counts, self.counts.fontMetrics(), room, 2)
        self.counts.setText("\n".join(line.removesuffix(" ·").replace("\u00a0", " ") for line in counts))
        self.note.setText("\n".join(in_lines(self._notes, self.note.fontMetrics(), room, self._most)))
        self.note.setVisible(bool(self._notes))


class PlaneChoice(QWidget):
    """Which plane through the features is seen: principal components, or two features, chosen from lists."""

    chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._features: tuple[str, ...] = ()
        self._caption = Caption("Plane")
        self.kind = Segments(("components", "two features"), "Plane")
        self.kind.setToolTip(
            "<p>What the map's two axes are: the first two principal components, the directions in which the training "
            "set varies most, or two features, with all others at their mean.</p>"
        )
        self.across, self.up = Picker(), Picker()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for item in (self._caption, self.kind, self.across, self.up):
            column.addWidget(item)
        for picker, name in ((self.across, "Feature across"), (self.up, "Feature up")):
            picker.setAccessibleName(name)
            picker.setToolTip(name)
            picker.hide()
            picker.activated.connect(self._choose)
        self.kind.set_index(0)
        self.kind.chosen.connect(self._choose)

    def set_features(self, features: tuple[str, ...]) -> None:
        """The names to choose from; another table starts with its principal components again."""
        if features == self._features:
            return
        self._features = features
        for picker in (self.across, self.up):
            picker.clear()
            picker.addItems(list(features))
        self.up.setCurrentIndex(min(1, len(features) - 1))
        self.kind.set_index(0)
        self._unfold()

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._caption.set_theme(theme)
        self.kind.set_theme(theme)
        for picker in (self.across, self.up):
            picker.set_theme(theme)

    def _unfold(self) -> None:
        for picker in (self.across, self.up):
            picker.setVisible(self.kind.index() == 1)

    def _choose(self) -> None:
        self._unfold()
        if self.kind.index() == 0:
            self.chosen.emit("", "")
            return
        if self.across.currentIndex() == self.up.currentIndex():
            # a plane needs two different features; the other picker makes way
            other = self.up if self.sender() is self.across else self.across
            other.setCurrentIndex((other.currentIndex() + 1) % len(self._features))
        self.chosen.emit(self.across.currentText(), self.up.currentText())
