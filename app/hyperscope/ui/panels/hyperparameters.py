"""The card of hyperparameters: every knob of training and network that the Playground offers, from the declarations."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.settings import WHOLE_SET
from hyperscope.knob import Knob
from hyperscope.lab.experiment import Experiment, every_knob, knob_at
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption
from hyperscope.ui.controls.form import KnobControl, control_for
from hyperscope.ui.controls.segmented import Segmented
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.theme import Theme

WIDTH = 240  # pixels
GAP = 13
EVERY = "*"  # in place of a layer's number: all hidden layers
BATCH_SIZE = "training.batch_size"
SHOWN = (
    "training.learning_rate",
    BATCH_SIZE,
    f"network.layers.{EVERY}.batch_norm",
    "training.optimiser",
    f"network.layers.{EVERY}.activation",
    "network.initialiser",
    "network.initial_scale",
)
FOLDED = ("network.bn_epsilon", "network.bn_momentum", "training.precision", "seed")
SCALED = ("normal", "constant")  # the initialisers that use the initial scale


def knob_for(path: str) -> Knob:
    """The knob at `path`, where `*` stands for any layer's number."""
    return knob_at(path.replace(EVERY, "0"))


class HyperparametersCard(Card):
    """Shows an experiment's hyperparameters and says what the user moves.

    A path may hold `*` for a layer's number, as in "network.layers.*.batch_norm": the value is for every hidden layer.
    """

    moved = Signal(str, object)  # path, value
    refused = Signal(str)  # why what was typed is not allowed

    def __init__(self) -> None:
        super().__init__("Hyperparameters", WIDTH, GAP)
        self._rows: dict[tuple[str, ...], tuple[QWidget, list[KnobControl]]] = {}
        self._uses: tuple[str, ...] = ()
        self._experiment: Experiment | None = None
        self.controls: dict[str, KnobControl] = {}
        for path in SHOWN:
            self.column.addWidget(self._control(path))
        self._place_of_constants = SHOWN.index("training.optimiser") + 1
        for path in FOLDED:
            self.folded.addWidget(self._control(path))
        self._legend = (Caption("acts at once", True, mark_first=True), Caption("rebuilds", False, mark_first=True))
        foot = QHBoxLayout()
        foot.addWidget(self._legend[0])
        foot.addStretch(1)
        foot.addWidget(self._legend[1])
        self.set_foot(foot)
        self.show_experiment(Experiment(), 0)
        self.set_theme(self._theme)

    def show_experiment(self, experiment: Experiment, training_examples: int) -> None:
        """Shows the values of `experiment`; says nothing.

        `training_examples` is where the batch size's scale ends, 0 if it is not known yet.
        """
        self._experiment = experiment
        self._show_constants(experiment.training.optimiser)
        batch_size = self.controls[BATCH_SIZE]
        if isinstance(batch_size, KnobSlider) and training_examples:
            batch_size.set_upper(min(training_examples, WHOLE_SET), "all")
        values = {path: value for path, _, value in every_knob(experiment)}
        for path, control in self._all_controls():
            if EVERY in path and isinstance(control, Segmented):
                before, after = path.split(EVERY)
                found = {v for p, v in values.items() if p.startswith(before) and p.endswith(after)}
                control.set_value(found.pop() if len(found) == 1 else None)
                control.setEnabled(bool(experiment.network.layers))
            else:
                control.set_value(values[path])
        self.controls["network.initial_scale"].setVisible(experiment.network.initialiser in SCALED)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        for _, control in self._all_controls(every=True):
            control.set_theme(theme)
        for item in self._legend:
            item.set_theme(theme, 11, quiet=True)

    def _control(self, path: str) -> KnobControl:
        control = self._wired(control_for(path, knob_for(path)))
        self.controls[path] = control
        return control

    def _wired(self, control: KnobControl) -> KnobControl:
        control.moved.connect(self.moved)
        control.refused.connect(self.refused)
        return control

    def _show_constants(self, optimiser: str) -> None:
        """Puts the constants that `optimiser` uses below it, side by side."""
        uses: tuple[str, ...] = getattr(optimisers[optimiser], "uses", ())
        if uses and uses not in self._rows:
            self._rows[uses] = self._row(uses)
            self.column.insertWidget(self._place_of_constants, self._rows[uses][0])
            self.order_tabs()
        for names, (row, _) in self._rows.items():
            row.setVisible(names == uses)
        self._uses = uses

    def _row(self, names: tuple[str, ...]) -> tuple[QWidget, list[KnobControl]]:
        row = QWidget()
        side_by_side = QHBoxLayout(row)
        side_by_side.setContentsMargins(0, 0, 0, 0)
        side_by_side.setSpacing(10)
        controls: list[KnobControl] = []
        for name in names:
            path = f"training.{name}"
            control = self._wired(KnobSlider(path, knob_for(path), short=len(names) > 1))
            control.set_theme(self._theme)
            side_by_side.addWidget(control, 1)
            controls.append(control)
        return row, controls

    def _all_controls(self, *, every: bool = False) -> list[tuple[str, KnobControl]]:
        """(path, control) of those that belong to the shown optimiser, or of `every` optimiser's."""
        rows = [controls for names, (_, controls) in self._rows.items() if every or names == self._uses]
        return [*self.controls.items(), *((control.path, control) for row in rows for control in row)]
