"""The card of data: which examples there are, how noisy and how many, and for tables how they are read and seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout

from hyperscope.engine.datasets import generators
from hyperscope.knob import Knob
from hyperscope.lab.examples.drawn import Examples
from hyperscope.lab.examples.examples import IMAGES
from hyperscope.lab.examples.own_points import fit_classes
from hyperscope.lab.experiment.data import FILE, PAINTED, Data, on_plane
from hyperscope.lab.experiment.experiment import Experiment, knob_at
from hyperscope.lab.experiment.painted import MOST_CLASSES, read
from hyperscope.ui.as_written import as_written
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.column_choice import ColumnChoice
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.entry import TypedControl
from hyperscope.ui.controls.feature_tiles import FeatureTiles
from hyperscope.ui.controls.form import Controls, KnobControl, control_for
from hyperscope.ui.controls.group import Group, Row, remainder
from hyperscope.ui.controls.own_facts import OwnFacts
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.table_facts import PlaneChoice, TableFacts
from hyperscope.ui.controls.thumbnail import POINTS, Thumbnail, glyph, picture_of, picture_of_points
from hyperscope.ui.controls.tile import LEAST, SIDE
from hyperscope.ui.controls.words import tooltip
from hyperscope.ui.theme import LIGHT, Theme

WIDTH = 212  # pixels
GAP = 8
PER_ROW = 4
SOURCE = "data.source"
FEATURES = "data.features"
CLASSES = "data.classes"
SIDE_BY_SIDE = ("data.noise", "data.points")
DRAWN = (*SIDE_BY_SIDE, CLASSES)  # for generated examples only
PAINT_TIP = "Points of your own: paint, erase and drag them on the map (D)."
OWN = ("data.label", "data.missing", "data.words")  # for the user's own file only
READING = ("data.first_row", "data.encoding", "data.comment")  # for it too, and rarely changed
LEFT_OUT = "data.left_out"
STANDARDISE = "data.standardise"
# a heading, what it says of the labels under it, and their paths
GROUPS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Reading the file", (), READING),
    ("Labels", (), ("data.imbalance", "data.label_noise")),
    ("Split", (), ("data.dev_share", "data.test_share", "data.seed")),
    (
        "Dev and test moved",
        ("Dev and test ", " in dev and test"),
        ("data.shift_move", "data.shift_rotate", "data.shift_scale", "data.shift_balance"),
    ),
    (
        "Augmentation",
        ("Augment: ",),
        ("data.augment_jitter", "data.augment_rotate", "data.augment_scale", "data.augment_move", "data.augment_cut"),
    ),
)
SOON = 50  # ms after which the window has been painted once
OF_THE_PLANE = ("data.augment_rotate", "data.augment_scale", "data.augment_move")  # for points and pictures only
OF_PICTURES = ("data.augment_cut",)


class DataCard(Card):
    """Shows an experiment's data settings and says what the user moves; a file is chosen by whoever owns the card."""

    moved = Signal(str, object)  # path, value
    refused = Signal(str)  # why what was typed is not allowed
    open_requested = Signal()  # a CSV file
    paint_requested = Signal()
    save_requested = Signal()  # of the points, as CSV
    plane_chosen = Signal(str, str)  # two features, or "", "" for principal components

    def __init__(self) -> None:
        super().__init__("Data", WIDTH, GAP)
        self.controls = Controls()
        self._data = Data()
        self._source = ""
        self._side = SIDE
        self._painted: tuple[str, ...] = ()
        self.thumbnails = self._gallery()
        self.table = TableFacts(WIDTH)
        self.plane = PlaneChoice()
        self.plane.chosen.connect(self.plane_chosen)
        self.column.addWidget(self.table)
        self.spared.connect(self.table.take_room)
        self.spared.connect(self._fit_pictures)
        for path in OWN:
            self.column.addWidget(self._control(path))
        self._drawn = Row(SIDE_BY_SIDE, self._slider, symbols=False)
        self.column.addWidget(self._drawn)  # what is shown before it lies in anything is a window of its own
        self._drawn.show_only(SIDE_BY_SIDE)
        self.own = OwnFacts(WIDTH)
        self.own.save_requested.connect(self.save_requested)
        self.column.addWidget(self.own)
        self.column.addWidget(self._wired(Segmented(CLASSES, knob_at(CLASSES), beside=True)))
        self.inputs = Caption("Inputs")
        self.features = FeatureTiles(FEATURES)
        self.features.moved.connect(self.moved)
        self.features.refused.connect(self.refused)
        standardise = self._control(STANDARDISE)
        standardise.caption.setText(remainder(standardise.knob, (" inputs",)))
        head = QHBoxLayout()
        head.addWidget(self.inputs)
        head.addStretch(1)
        head.addWidget(standardise)
        self.column.addLayout(head)
        self.column.addWidget(self.features)
        self.columns = ColumnChoice(LEFT_OUT)
        self.columns.moved.connect(self.moved)
        self.columns.refused.connect(self.refused)
        self.column.addWidget(self.columns)
        self.column.addWidget(self.plane)
        for heading, said, paths in GROUPS:
            wanted = self._is_file if paths == READING else lambda: True
            self.controls.promise(paths, self.add_group(partial(self._group, heading, said, paths), wanted))
        label = self.controls["data.label"]
        if isinstance(label, TypedControl):
            label.entry.setPlaceholderText("guessed")
        self.show_experiment(Experiment())
        self.set_theme(LIGHT)
        self.order_tabs()

    def knob(self, path: str) -> Knob:
        """What the control at `path` is of, made or not."""
        return knob_at(path)

    def show_experiment(self, experiment: Experiment) -> None:
        """Shows the values of `experiment`; says nothing."""
        self._data = data = experiment.data
        self._source = data.source
        self.thumbnails[data.source].setChecked(True)
        self.thumbnails[FILE].setToolTip(
            as_written(data.file) if data.source == FILE else tooltip(knob_at("data.file"))
        )
        self._show_values(self.controls.made.values())
        self.features.set_value(data.features)
        classes = self.controls[CLASSES]
        if data.source in generators and isinstance(classes, Segmented):
            entry = generators[data.source]
            classes.set_allowed(range(entry.fewest, entry.most + 1))
            classes.set_value(entry.fit_classes(data.classes))
        drawn, painted = on_plane(data.source), data.source == PAINTED
        if painted and isinstance(classes, Segmented):
            classes.set_allowed(range(max(2, len(data.painted)), MOST_CLASSES + 1))
            classes.set_value(fit_classes(data))
        self._show_own(data)
        self._drawn.setVisible(drawn and not painted)
        self.controls[CLASSES].setVisible(drawn)
        self.features.setVisible(drawn)
        self.columns.set_value(data.left_out)
        for control in self.controls.made.values():
            self._let(control)
        self.table.setVisible(not drawn)
        self.table.set_name(Path(data.file).name if data.source == FILE else data.source)
        if drawn:
            self.plane.hide()
            self.columns.hide()

    def _is_file(self) -> bool:
        return self._data.source == FILE

    def _show_values(self, controls: Iterable[KnobControl]) -> None:
        for control in controls:
            control.set_value(getattr(self._data, control.path.removeprefix("data.")))

    def _let(self, control: KnobControl) -> None:
        """Shows a control if it is one for data of this kind."""
        images = self._data.source in IMAGES
        if control.path in OF_THE_PLANE:
            control.setVisible(on_plane(self._data.source) or images)
        elif control.path in OF_PICTURES:
            control.setVisible(images)
        elif control.path in (*OWN, *READING):
            control.setVisible(self._is_file())

    def _show_own(self, data: Data) -> None:
        """Says how many points are painted, and draws some of them as the thumbnail."""
        self.own.setVisible(data.source == PAINTED)
        if data.painted != self._painted:
            self._painted = data.painted
            points = read(data.painted)
            self.own.show_counts(points.counts[: fit_classes(data)].tolist())
            few = np.linspace(0, len(points) - 1, min(POINTS, len(points))).astype(int)
            shown = picture_of_points(points.x[:, few], points.y[few]) if len(points) > 1 else picture_of(PAINTED)
            self.thumbnails[PAINTED].set_picture(shown)

    def show_examples(self, examples: Examples) -> None:
        """Shows how large the table is, how it was read, and which planes it has."""
        drawn = on_plane(self._source)
        self.own.show_missing(examples.missing)
        self.table.set_examples(examples)
        self.features.show_scaling(examples.scaled if drawn else {})
        self.plane.set_features(examples.feature_names)
        self.columns.set_columns(examples.columns)
        self.columns.show_scaling(examples.scaled)
        self.columns.setVisible(len(examples.columns) > 1)
        self.plane.setVisible(not drawn and len(examples.feature_names) > 2)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        self.inputs.set_theme(theme, 11, 600, quiet=True)
        shown = (
            *self.thumbnails.values(),
            *self.controls.made.values(),
            self.features,
            self.columns,
            self.table,
            self.plane,
            self.own,
        )
        for item in shown:
            item.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # all of them take some 100 ms, which the first picture of the window is not to wait for, nor any frame
        QTimer.singleShot(SOON, self, self._paint_next)

    def _paint_next(self) -> None:
        """Gives one of the pictures that are lacking, and the others after it."""
        for name, thumbnail in self.thumbnails.items():
            if not thumbnail.has_picture:
                thumbnail.set_picture(glyph("+") if name == FILE else picture_of(name))
                QTimer.singleShot(0, self, self._paint_next)
                return

    def _fit_pictures(self, spared: int) -> None:
        """Makes the pictures smaller where that saves scrolling.

        All from what they ask for at their usual size, so that one answer cannot undo the last.
        """
        rows = math.ceil(len(self.thumbnails) / PER_ROW)
        if not self.features.isHidden():
            rows += self.features.rows
        lacking = rows * (SIDE - self._side) - spared - self.give
        side = max(LEAST, min(SIDE, SIDE - math.ceil(lacking / rows)))
        if side == self._side:
            return
        self._side = side
        for tile in (*self.thumbnails.values(), *self.features.tiles.values()):
            tile.set_side(side)
        self._gallery_grid.invalidate()  # else both keep what they asked for before until they are laid out
        self.banner.invalidate()
        self.features.updateGeometry()

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
            name_shown = "+ CSV" if own else "paint" if name == PAINTED else knob.caption(name)
            said = tooltip(knob_at("data.file")) if own else PAINT_TIP if name == PAINTED else tooltip(knob, name)
            thumbnail = Thumbnail(name, name_shown, said)
            group.addButton(thumbnail)
            if own:
                thumbnail.clicked.connect(self._open)
            elif name == PAINTED:
                thumbnail.clicked.connect(self._paint)
            else:
                thumbnail.clicked.connect(lambda _=False, chosen=name: self._choose(chosen))
            grid.addWidget(thumbnail, place // PER_ROW, place % PER_ROW)
            made[name] = thumbnail
        self.banner.addLayout(grid)
        self._gallery_grid = grid
        return made

    def _group(self, heading: str, said: tuple[str, ...], paths: tuple[str, ...]) -> Group:
        group = Group(heading, said)
        for path in paths:
            group.add(control := self._control(path))
            self._show_values([control])
            self._let(control)
            control.set_theme(self._theme)
        return group

    def _control(self, path: str) -> KnobControl:
        return self._wired(control_for(path, knob_at(path), ticks=False))

    def _slider(self, path: str) -> KnobSlider:
        control = KnobSlider(path, knob_at(path), ticks=False)
        self._wired(control)
        return control

    def _wired(self, control: KnobControl) -> KnobControl:
        control.moved.connect(self.moved)
        control.refused.connect(self.refused)
        self.controls.add(control)
        return control

    def _choose(self, source: str) -> None:
        if source != self._source:
            self._source = source
            self.moved.emit(SOURCE, source)

    def _open(self) -> None:
        # a press must not look like a choice before a file is chosen
        self.thumbnails[self._source].setChecked(True)
        self.open_requested.emit()

    def _paint(self) -> None:
        self.thumbnails[self._source].setChecked(True)
        self.paint_requested.emit()
