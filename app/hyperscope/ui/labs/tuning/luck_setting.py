"""What A or B has, in Luck: the settings as they are, a usual change, any knob at any value, or a trial of the wall."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hyperscope.knob import Value
from hyperscope.lab.experiment.experiment import Experiment, changed, every_knob, turned
from hyperscope.lab.tuning.space import EPOCHS, knob_of, searchable
from hyperscope.ui.controls.form import KnobControl, control_for
from hyperscope.ui.controls.picker import Picker
from hyperscope.ui.theme import LIGHT, Theme

ANY = "one knob …"


def _times(path: str, factor: float) -> Callable[[Experiment], Experiment]:
    def made(experiment: Experiment) -> Experiment:
        value = experiment.training.learning_rate if path.endswith("rate") else experiment.training.batch_size
        new = value * factor
        return changed(experiment, path, round(new) if path.endswith("size") else min(10.0, float(f"{new:.3g}")))

    return made


def _other_norm(experiment: Experiment) -> Experiment:
    on = any(layer.batch_norm != "off" for layer in experiment.network.layers)
    return turned(experiment, "network.layers.*.batch_norm", "off" if on else "before")


CHANGES: dict[str, Callable[[Experiment], Experiment]] = {
    "learning rate α × 3": _times("training.learning_rate", 3),
    "learning rate α ÷ 3": _times("training.learning_rate", 1 / 3),
    "learning rate α × 1.2": _times("training.learning_rate", 1.2),
    "batch norm the other way": _other_norm,
    "mini-batch × 4": _times("training.batch_size", 4),
    "twice the units": lambda e: turned(e, "network.layers.*.units", min(512, 2 * e.network.layers[0].units)),
    "L2 λ 0.01": lambda e: changed(e, "training.l2", 0.01),
    "dropout 0.2": lambda e: turned(e, "network.layers.*.dropout", 0.2),
}


class Setting(QWidget):
    """What is chosen for `name`; `same` is what the choice is called that changes nothing."""

    refused = Signal(str)

    def __init__(self, name: str, same: str, first: str) -> None:
        super().__init__()
        self.name, self.same = name, same
        self.trials: dict[str, Experiment] = {}
        self.experiment = Experiment()
        self.pick, self.knob = Picker(), Picker()
        self.pick.setAccessibleName(f"What {name} has")
        self.knob.setAccessibleName(f"Which knob {name} has otherwise")
        self._paths: list[str] = []
        self.value: KnobControl | None = None
        self._theme = LIGHT
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self.pick)
        self._column.addWidget(self.knob)
        self._fill(first)
        self.pick.currentTextChanged.connect(lambda _: self._show())
        self.knob.activated.connect(self._show_value)
        self._show()

    def _fill(self, chosen: str) -> None:
        self.pick.blockSignals(True)
        self.pick.clear()
        self.pick.addItems([self.same, *CHANGES, ANY, *self.trials])
        self.pick.setCurrentIndex(max(0, self.pick.findText(chosen)))
        self.pick.blockSignals(False)

    def offer(self, experiment: Experiment, trials: Sequence[tuple[str, Experiment]]) -> None:
        """Offers these trials too, and the knobs that the experiment has."""
        known = self._paths
        self.experiment, self._paths = experiment, [path for path in searchable(experiment) if path != EPOCHS]
        if self._paths != known:
            self.knob.clear()
            self.knob.addItems([knob_of(path).label for path in self._paths])
        if dict(trials) != self.trials:
            self.trials = dict(trials)
            self._fill(self.pick.currentText())
        self._show()

    def _show(self) -> None:
        """The knob and its value, where that is what is chosen."""
        any_knob = self.pick.currentText() == ANY
        self.knob.setVisible(any_knob)
        if any_knob and self.value is None:
            self._show_value()
        if self.value is not None:
            self.value.setVisible(any_knob)

    def _show_value(self) -> None:
        if self.value is not None:
            self._column.removeWidget(self.value)
            self.value.setParent(None)
            self.value.deleteLater()
        if not self._paths:
            self.offer(self.experiment, tuple(self.trials.items()))
            return
        path = self._paths[max(0, self.knob.currentIndex())]
        self.value = control_for(path, knob_of(path), ticks=False)
        self.value.refused.connect(self.refused)
        self.value.set_value(_now(self.experiment, path))
        self.value.set_theme(self._theme)
        self._column.addWidget(self.value)
        self.value.setVisible(self.pick.currentText() == ANY)

    def made(self, experiment: Experiment) -> Experiment:
        """The experiment with what is chosen. Raises: ValueError naming what it cannot have."""
        name = self.pick.currentText()
        if name in self.trials:
            return self.trials[name]
        try:
            if name == ANY and self.value is not None and (value := self.value.value()) is not None:
                return turned(experiment, self.value.path, value)
            return CHANGES[name](experiment) if name in CHANGES else experiment
        except (ValueError, LookupError, IndexError) as problem:
            said = problem.args[0] if problem.args else problem
            raise ValueError(f"{self.name} cannot have {name}: {said}") from None

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self._theme = theme
        for picker in (self.pick, self.knob):
            picker.set_theme(theme)
        if self.value is not None:
            self.value.set_theme(theme)


def _now(experiment: Experiment, path: str) -> Value:
    """What the experiment has at a path; of a `*`, what its first layer has."""
    wanted = path.replace("*", "0")
    return next(value for at, _, value in every_knob(experiment) if at == wanted)
