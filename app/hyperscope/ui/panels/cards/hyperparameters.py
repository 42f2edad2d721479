"""The card of hyperparameters: every knob of training and network that is not a layer's own, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.schedules import schedules
from hyperscope.engine.settings import WHOLE_SET, Training
from hyperscope.knob import Knob, Value, knobs
from hyperscope.lab.experiment.experiment import WEIGHTS, Experiment, every_knob, knob_at
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.class_weights import ClassWeights
from hyperscope.ui.controls.control import MIXED, Caption
from hyperscope.ui.controls.entry import TypedControl
from hyperscope.ui.controls.form import Controls, KnobControl, control_for
from hyperscope.ui.controls.group import Group, Row
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.theme import Theme

C = TypeVar("C", bound=KnobControl)

WIDTH = 240  # pixels
GAP = 13
AMPLE = 590  # pixels of height from which on there is room for the legend
EVERY = "*"  # in place of a layer's number: all hidden layers
BATCH_SIZE = "training.batch_size"
BATCH_NORM = f"network.layers.{EVERY}.batch_norm"
OPTIMISER = "training.optimiser"
SCHEDULE = "training.schedule"
INITIALISER = "network.initialiser"
INITIAL_SCALE = "network.initial_scale"
TREE = "network.tree"
CLASS_WEIGHTS = "training.class_weights"
BIAS_CORRECTION = "bias_correction"
SHOWN = (
    "training.learning_rate",
    BATCH_SIZE,
    BATCH_NORM,
    OPTIMISER,
    SCHEDULE,
    f"network.layers.{EVERY}.activation",
    INITIALISER,
)
TICKED = ("training.learning_rate", BATCH_SIZE)
SIDE_BY_SIDE = ("training.l2", f"network.layers.{EVERY}.dropout")
OF_BATCH_NORM = ("network.bn_learned", "network.bn_jolt", "network.bn_epsilon", "network.bn_momentum")
# a heading, what it says of the labels under it, and their paths
GROUPS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Regularisation",
        (),
        (
            "training.l1",
            "training.clip_norm",
            "training.label_smoothing",
            CLASS_WEIGHTS,
            "training.patience",
        ),
    ),
    ("Optimiser", (), ("training.warmup", f"training.{BIAS_CORRECTION}")),
    ("Batch norm", ("BN ",), ("network.bn_output", *OF_BATCH_NORM)),
    ("Output", (), ("network.output", TREE, "network.temperature")),
    ("Run", (), ("training.drop_last", "training.precision", "seed", "best_error")),
)
SCALED = ("normal", "constant", "uniform")  # the initialisers that use the initial scale
TREED = "hierarchical"  # the output that uses a tree


def knob_for(path: str) -> Knob:
    """The knob at `path`, where `*` stands for any layer's number."""
    return knob_at(path.replace(EVERY, "0"))


def _constants(used: set[str]) -> tuple[str, ...]:
    """The paths of the fields of Training that are in `used`, as they are declared."""
    return tuple(f"training.{name}" for name in knobs(Training) if name in used)


OF_OPTIMISERS = _constants({name for entry in optimisers.values() for name in entry.uses} - {BIAS_CORRECTION})
OF_SCHEDULES = _constants({name for entry in schedules.values() for name in entry.uses})
IN_ROWS = {*OF_OPTIMISERS, *OF_SCHEDULES, *SIDE_BY_SIDE}
OF_GROUPS = {path for _, _, paths in GROUPS for path in paths}


def unused(experiment: Experiment) -> set[str]:
    """The paths of this card's knobs that change nothing as the others stand."""
    training, network = experiment.training, experiment.network
    used = {*optimisers[training.optimiser].uses, *schedules[training.schedule].uses}
    constants = (*OF_OPTIMISERS, f"training.{BIAS_CORRECTION}", *OF_SCHEDULES)
    idle = {path for path in constants if path.split(".")[-1] not in used}
    if network.initialiser not in SCALED:
        idle.add(INITIAL_SCALE)
    if network.output != TREED:
        idle.add(TREE)
    if not network.normalises:
        idle.update(OF_BATCH_NORM)
    return idle


NO_LAYERS = "no hidden layer"


class HyperparametersCard(Card):
    """Shows an experiment's hyperparameters and says what the user moves; knobs that would change nothing are hidden
    or rest, and no row moves when others come to be used.

    A path may hold `*` for a layer's number, as in "network.layers.*.batch_norm": the value is for every hidden layer.
    """

    moved = Signal(str, object)  # path, value
    refused = Signal(str)  # why what was typed is not allowed
    held = Signal(bool)  # a slider is dragged, or let go

    def __init__(self) -> None:
        super().__init__("Hyperparameters", WIDTH, GAP)
        self.controls = Controls()
        self.hidden: frozenset[str] = frozenset()  # paths that are not shown, whatever the experiment
        self._experiment, self._examples = Experiment(), 0
        self._classes: Sequence[str] = ()
        self._weights: ClassWeights | None = None
        self._rows: list[Row] = []
        self._idle: set[str] = set()
        self._moving = False  # something was moved here, and what comes of it is not shown yet
        for path in SHOWN:
            self.column.addWidget(control := self._control(path))
            if path == OPTIMISER:
                self._add_row(OF_OPTIMISERS, symbols=True, instead="No constants of its own")
            elif path == SCHEDULE:
                self._add_row(OF_SCHEDULES, symbols=False, said=("Decay ",), instead="α stays as it is set")
            elif path == INITIALISER and isinstance(control, Segmented):
                scale = self._wired(KnobSlider(INITIAL_SCALE, knob_for(INITIAL_SCALE), short=True, beside=True))
                control.put_beside(scale)
        self._add_row(SIDE_BY_SIDE, symbols=False)
        for heading, said, paths in GROUPS:
            self.controls.promise(paths, self.add_group(partial(self._group, heading, said, paths)))
        self.spared.connect(self._fit_ticks)
        self._legend = (Caption("acts at once", True, mark_first=True), Caption("rebuilds", False, mark_first=True))
        self._of_legend = QWidget()  # shown as one: Qt lays all of the window out for each thing that comes
        foot = QHBoxLayout(self._of_legend)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self._legend[0])
        foot.addStretch(1)
        foot.addWidget(self._legend[1])
        whole = QHBoxLayout()
        whole.addWidget(self._of_legend)
        self.set_foot(whole)
        self.show_experiment(Experiment(), 0)
        self.set_theme(self._theme)
        self.order_tabs()

    def knob(self, path: str) -> Knob:
        """What the control at `path` is of, made or not."""
        return knob_for(path)

    def show_experiment(self, experiment: Experiment, training_examples: int) -> None:
        """Shows the values of `experiment`; says nothing.

        `training_examples` is where the batch size's scale ends, 0 if it is not known yet.
        """
        self._experiment, self._examples = experiment, training_examples
        self._show_values(self.controls.made.values())
        if self._weights is not None:
            by_hand = self._by_hand
            self._weights.set_value(experiment.training.weights_by_class)
            if by_hand and self._weights.isHidden() and self._moving:
                self.bring_up([self._weights])
            self._weights.setVisible(by_hand)
        idle = unused(experiment)
        new = (self._idle - idle) & self.controls.keys() if self._moving else ()  # what the user's move has brought
        self._idle, self._moving = idle, False
        self.bring_up([self.controls[path] for path in new])
        for path, control in self.controls.made.items():
            if path in OF_GROUPS:
                self._let(control)
            elif path not in IN_ROWS:
                control.setVisible(path not in idle | self.hidden)
        for row in self._rows:
            row.show_only(self.controls.keys() - idle - self.hidden, keep=not self.hidden.issuperset(row.paths))

    def _show_values(self, controls: Iterable[KnobControl]) -> None:
        values = {path: value for path, _, value in every_knob(self._experiment)}
        for control in controls:
            if control.path == BATCH_SIZE and isinstance(control, KnobSlider) and self._examples:
                control.set_upper(min(self._examples, WHOLE_SET), "all")
            if EVERY in control.path:
                before, after = control.path.split(EVERY)
                _show_all(control, [v for p, v in values.items() if p.startswith(before) and p.endswith(after)])
            else:
                control.set_value(values[control.path])

    def _let(self, control: KnobControl) -> None:
        """What is in a group rests where it is while it changes nothing, so that what stands below keeps its place."""
        control.setVisible(control.path not in self.hidden)
        control.setEnabled(control.path not in self._idle)

    @property
    def weights(self) -> ClassWeights:
        """The weights of the classes, set by hand."""
        _ = self.controls[CLASS_WEIGHTS]  # has its group made, which they are in
        assert self._weights is not None
        return self._weights

    @property
    def _by_hand(self) -> bool:
        return self._experiment.training.class_weights == "by hand" and CLASS_WEIGHTS not in self.hidden

    def show_classes(self, names: Sequence[str]) -> None:
        """Takes note of the classes there are, which can have weights."""
        self._classes = names
        if self._weights is not None:
            self._weights.set_classes(names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # tooltips say the same, and the room is worth more to the controls
        self._of_legend.setVisible(self.height() >= AMPLE * self._theme.scale)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        if self._weights is not None:
            self._weights.set_theme(theme)
        for control in self.controls.made.values():
            self._dress(control)
        for row in self._rows:
            row.set_theme(theme)
        for item in self._legend:
            item.set_theme(theme, 11, quiet=True)

    def _dress(self, control: KnobControl) -> None:
        if isinstance(control, Segmented) and control.path != BATCH_NORM:
            control.expect(self.inner_width)  # else the rows below would be put twice
        control.set_theme(self._theme)

    def _add_row(self, paths: tuple[str, ...], *, symbols: bool, said: tuple[str, ...] = (), instead: str = "") -> None:
        """Puts sliders for the knobs at `paths` side by side at the end of the column."""
        row = Row(paths, self._beside, symbols=symbols, said=said, instead=instead)
        self._rows.append(row)
        self.column.addWidget(row)
        for path in paths:
            self.controls.promise([path], partial(row.control, path))

    def _beside(self, path: str) -> KnobSlider:
        slider = self._wired(KnobSlider(path, knob_for(path), ticks=False))
        self._show_values([slider])
        self._dress(slider)
        return slider

    def _group(self, heading: str, said: tuple[str, ...], paths: tuple[str, ...]) -> Group:
        group = Group(heading, said)
        for path in paths:
            group.add(control := self._control(path))
            if path == CLASS_WEIGHTS:
                group.column.addWidget(weights := self._made_weights())
                weights.setVisible(self._by_hand)
            elif path == TREE and isinstance(control, TypedControl):
                control.entry.setPlaceholderText("balanced")
            self._show_values([control])
            self._let(control)
            self._dress(control)
        return group

    def _made_weights(self) -> ClassWeights:
        self._weights = made = ClassWeights(WEIGHTS)
        made.moved.connect(self.moved)
        made.refused.connect(self.refused)
        made.set_classes(self._classes)
        made.set_value(self._experiment.training.weights_by_class)
        made.set_theme(self._theme)
        return made

    def _control(self, path: str) -> KnobControl:
        if path == BATCH_NORM:
            return self._wired(Segmented(path, knob_for(path), beside=True))
        return self._wired(control_for(path, knob_for(path)))

    def _fit_ticks(self, spared: int) -> None:
        """Leaves the ticks out where all can be seen without scrolling for it."""
        sliders = [one for path in TICKED if isinstance(one := self.controls[path], KnobSlider)]
        without = sum(slider.give for slider in sliders if not slider.has_ticks)
        for slider in sliders:
            slider.set_ticks(spared + self.give - without >= 0)

    def _note_move(self) -> None:
        self._moving = True

    def _wired(self, control: C) -> C:
        control.moved.connect(self._note_move)
        control.moved.connect(self.moved)
        control.refused.connect(self.refused)
        if isinstance(control, KnobSlider):
            control.held.connect(self.held)
        self.controls.add(control)
        return control


def _show_all(control: KnobControl, values: list[Value]) -> None:
    """Shows what all hidden layers have, or that they differ; without hidden layers the control rests."""
    control.setEnabled(bool(values))
    numbers = [value for value in values if isinstance(value, (int, float))]
    if len(set(values)) == 1:
        control.set_value(values[0])
    elif isinstance(control, KnobSlider) and numbers:
        control.set_mixed(numbers)
    elif isinstance(control, Segmented):
        control.set_value(None, MIXED if values else NO_LAYERS)
