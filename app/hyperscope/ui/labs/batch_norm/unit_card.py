"""The card at the right: what can be moved of the unit that is looked at, what may be tried on it, and what follows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hyperscope.engine.settings import WHOLE_SET
from hyperscope.lab.experiment.experiment import Experiment, knob_at
from hyperscope.lab.probes.batch_statistics import lag
from hyperscope.lab.probes.microscope import Magnified
from hyperscope.ui.controls.buttons import Button
from hyperscope.ui.controls.card import Card
from hyperscope.ui.controls.control import Caption, paint_text
from hyperscope.ui.controls.segmented import Segmented, Segments
from hyperscope.ui.controls.slider import KnobSlider
from hyperscope.ui.controls.switch import Switch
from hyperscope.ui.labs.batch_norm.number_slider import NumberSlider
from hyperscope.ui.labs.batch_norm.words import figure
from hyperscope.ui.theme import LIGHT, Theme, font

WIDTH = 240
GAP = 9
ALONE = ("by itself", "in this batch", "running")
SCALES = (1.0, 5.0)
SAME = 1e-4  # of the deviation, within which z has come back
SELDOM = 5  # looks after which the notes are written anew while the network trains: laying them out takes 2 ms


class Note(QLabel):
    """Small quiet text over several lines; `rich` words may be heavy."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setMinimumWidth(40)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        self.ensurePolished()
        self.setFont(font(10, 400, theme.scale))
        paint_text(self, theme.quiet)


class Section(QWidget):
    """A small heading with what belongs under it."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = Caption(heading)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 5, 0, 0)
        self.column.addWidget(self.heading)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new type."""
        self.heading.set_theme(theme, 11, 600, quiet=True)
        self.column.setSpacing(round(6 * theme.scale))


def _fill(layout: QVBoxLayout, *parts: QWidget) -> None:
    for part in parts:
        layout.addWidget(part)


def _column(*parts: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(5)
    _fill(column, *parts)
    return made


def _row(*parts: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    for part in parts:
        row.addWidget(part, 1)
    return made


class UnitCard(Card):
    """`edited` carries "gamma" or "beta", the number, what it was, and a number for the drag; `undone` whether the
    whole layer's batch norm is to be undone; `tried` that something else is tried on z; `moved` and `refused` are a
    knob's.
    """

    moved = Signal(str, object)
    refused = Signal(str)
    edited = Signal(str, float, float, int)
    undone = Signal(bool)
    tried = Signal()

    def __init__(self) -> None:
        super().__init__("This unit", WIDTH, GAP)
        self.gamma = NumberSlider("Scale γ", "Multiplies ẑ. Training goes on from what you set.")
        self.beta = NumberSlider("Shift β", "Is added after γ. Training goes on from what you set.")
        self.epsilon = KnobSlider("network.bn_epsilon", knob_at("network.bn_epsilon"), ticks=False)
        self.momentum = KnobSlider("network.bn_momentum", knob_at("network.bn_momentum"), ticks=False)
        self.batch_size = KnobSlider("training.batch_size", knob_at("training.batch_size"), ticks=False)
        self.norm = Segmented("network.layers.0.batch_norm", knob_at("network.layers.0.batch_norm"))
        self.at_output = Switch("network.bn_output", knob_at("network.bn_output"))
        self.undo = Button(
            "Undo it", "Undo batch norm in this unit", "Sets γ = √(σ² + ε) and β = μ, so that z comes back."
        )
        self.undo_layer = Button(
            "Whole layer",
            "Undo batch norm in the whole layer",
            "The same for each unit of this layer, as one move.",
        )
        self.bias = NumberSlider("Bias b", "Only to see what comes of it: the network has no such bias.")
        self.scale = Segments([f"W × {scale:g}" for scale in SCALES], "Weights into this unit")
        self.alone = Segments(ALONE, "One example alone")
        self.of_undo, self.of_trial, self.of_momentum, self.of_alone = Note(), Note(), Note(), Note()
        self._shown: Magnified | None = None
        self._looks = 0
        self._controls = (self.epsilon, self.momentum, self.batch_size, self.norm, self.at_output)
        self._sections = (Section("Changes nothing"), Section("Statistics at test time"), Section("One example alone"))
        self.momentum.caption.setText("Momentum ρ of the averages")
        self.epsilon.set_short(True)
        self.batch_size.set_short(True)
        self.learned = _column(self.gamma, self.beta)
        trial, moving, alone = self._sections
        _fill(trial.column, _row(self.bias, self.scale), self.of_trial)
        _fill(moving.column, self.momentum, self.of_momentum)
        _fill(alone.column, self.alone, self.of_alone)
        own = (self.norm, self.at_output, self.learned, _row(self.epsilon, self.batch_size))
        _fill(self.column, *own, _row(self.undo, self.undo_layer), self.of_undo, *self._sections)
        for control in self._controls:
            control.moved.connect(self.moved)
            control.refused.connect(self.refused)
        for name, slider in (("gamma", self.gamma), ("beta", self.beta)):
            slider.moved.connect(lambda value, gesture, name=name: self._edit(name, value, gesture))
            slider.refused.connect(self.refused)
        self.bias.moved.connect(lambda value, gesture: self.tried.emit())
        self.bias.refused.connect(self.refused)
        self.scale.set_index(0)
        self.alone.set_index(2)
        self.scale.chosen.connect(lambda index: self.tried.emit())
        self.alone.chosen.connect(lambda index: self._tell_alone())
        self.undo.clicked.connect(lambda: self.undone.emit(False))
        self.undo_layer.clicked.connect(lambda: self.undone.emit(True))
        self._before = {"gamma": 1.0, "beta": 0.0}
        self.order_tabs()
        self.set_theme(LIGHT)

    @property
    def trial(self) -> tuple[float, float]:
        """The bias that is added, and what W is multiplied by."""
        return self.bias.value, SCALES[self.scale.index() or 0]

    def show_experiment(self, experiment: Experiment, layer: int, examples: int) -> None:
        """Shows the knobs of the layer's batch norm, `examples` being how many are trained on, 0 if not known yet."""
        network = experiment.network
        hidden = layer < len(network.layers)
        self.norm.setVisible(hidden)
        self.at_output.setVisible(not hidden)
        if hidden:
            self.norm.path = f"network.layers.{layer}.batch_norm"
            self.norm.set_value(network.layers[layer].batch_norm)
        self.at_output.set_value(network.bn_output)
        self.epsilon.set_value(network.bn_epsilon)
        self.momentum.set_value(network.bn_momentum)
        self.of_momentum.setText(
            f"95\u00a0% of a change is in after <b>{lag(network.bn_momentum)} mini-batches</b>. "
            "Test time goes by these averages."
        )
        if examples:
            self.batch_size.set_upper(min(examples, WHOLE_SET), "all")
        self.batch_size.set_value(experiment.training.batch_size)

    def show_unit(self, shown: Magnified, training: bool = False) -> None:
        """Shows the unit's numbers; of a network that is `training` the notes follow as fast as they can be read."""
        self._shown = shown
        on = shown.norm != "off"
        for part in (self.learned, self.undo, self.undo_layer):
            part.setEnabled(on)
        self._before = {"gamma": shown.gamma, "beta": shown.beta}
        self.gamma.set_value(shown.gamma)
        self.beta.set_value(shown.beta)
        self._looks = self._looks + 1 if training else 0
        if self._looks % SELDOM == 0:
            self._tell(shown)

    def _tell(self, shown: Magnified) -> None:
        on = shown.norm != "off"
        name = "z" if shown.norm != "after" else "a"
        root = (shown.batch_variance + shown.epsilon) ** 0.5
        back = abs(shown.gamma - root) + abs(shown.beta - shown.batch_mean) <= SAME * (root + abs(shown.batch_mean))
        said = f"γ = √(σ² + ε) = <b>{figure(root)}</b>, β = μ = <b>{figure(shown.batch_mean)}</b> give {name} back."
        if not on:
            said = "Without batch norm there is no γ and no β."
        elif back:
            said = f"<b>γẑ + β = {name}</b> for these examples: batch norm undoes itself."
        self.of_undo.setText(said)
        self._tell_trial(shown)
        self._tell_alone()

    def _tell_trial(self, shown: Magnified) -> None:
        bias, scale = self.trial
        back = shown.backward
        if shown.norm == "off" or back is None:
            said = "At test time μ and σ stand still, so b and the size of W do count."
            if shown.norm == "off":
                said = "With batch norm, ẑ would be the same whatever b and the size of W."
        elif shown.norm == "after":
            said = f"After the activation b does count: its gradient is <b>{figure(back.bias)}</b>."
        else:
            said = f"ẑ stays as it was. ∂J/∂b = <b>{figure(back.bias)}</b>: b would learn nothing."
            if scale != 1:
                said = f"ẑ stays as it was. ‖∂J/∂W‖ = <b>{figure(back.weights)}</b>, a fifth of what it was."
            elif not bias:
                said += f" ‖∂J/∂W‖ = <b>{figure(back.weights)}</b>."
        self.of_trial.setText(said)

    def _tell_alone(self) -> None:
        shown = self._shown
        if shown is None:
            self.of_alone.setText("")
            return
        alone, which = shown.alone, ALONE[self.alone.index() or 0]
        name = "â" if shown.norm == "after" else "ẑ"
        one = f"Example {alone.example}"
        if which == ALONE[0]:
            said = f"{one} as a mini-batch of one: it is its own mean, so {name} = <b>0</b>, whatever it is."
        elif which == ALONE[1]:
            said = f"{one} is not in this mini-batch."
            if alone.batch is not None:
                hat = figure(alone.batch)
                said = f"{one} among these {len(shown.true)}: {name} = <b>{hat}</b>. It depends on the others."
        elif alone.running is None:
            said = "Without batch norm there are no running averages."
        else:
            said = f"{one} by running averages: {name} = <b>{figure(alone.running)}</b>, whoever comes with it."
        self.of_alone.setText(said)

    def _edit(self, part: str, value: float, gesture: int) -> None:
        before, self._before[part] = self._before[part], value
        self.edited.emit(part, value, before, gesture)

    def set_theme(self, theme: Theme) -> None:
        """Takes on new colours and type."""
        super().set_theme(theme)
        parts = (self.gamma, self.beta, *self._controls, self.undo, self.undo_layer, self.bias, self.scale, self.alone)
        for part in (*parts, self.of_undo, self.of_trial, self.of_momentum, self.of_alone, *self._sections):
            part.set_theme(theme)
