"""What the templates of Keras and TensorFlow are told besides the script: where their own optimisers differ, and which
numbers must be variables, since a compiled step keeps those it was compiled with.
"""

from __future__ import annotations

from dataclasses import dataclass

from hyperscope.lab.frameworks.numbers import Number
from hyperscope.lab.frameworks.script import Script

DIFFERS = {  # how an optimiser here differs from the one of Keras, which TensorFlow has too
    "momentum": "Momentum as v = β v + g, w = w - α v; {keras} has α in v, where a new α comes late",
    "nesterov": "Nesterov as v = β v + g, w = w - α (g + β v); {keras} has α in v, where a new α comes late",
    "adagrad": "AdaGrad from 0 with ε outside the root; {keras} begins at 0.1 and has ε inside",
    "rmsprop": "RMSProp with ε outside the root; {keras} has it inside",
    "adam": "Adam as published; {keras} compares ε with averages that are not corrected",
}
DIFFERS["adamw"] = DIFFERS["adam"].replace("Adam", "AdamW")
NEGLIGIBLE = 1e-7  # an ε that Adam in float32 is the same with, compared with one average or another
MOVED = "beta", "epsilon", "l2", "l1", "limit", "temperature"  # what a compiled step of Keras may have in it


@dataclass(frozen=True)
class OfKeras:
    """What Keras' template asks of a script."""

    script: Script

    @property
    def by_hand(self) -> bool:
        """Whether the optimiser is none of Keras': by its formula, or by what the session does with it."""
        c = self.script
        kind, moved = c.training.optimiser, (c.beta, c.epsilon, c.l2, c.limit)
        if c.remembers or c.l1 or self.pulled or any(one.moves for one in moved) or kind in ("adagrad", "rmsprop"):
            return True
        if kind in ("momentum", "nesterov"):
            return bool(c.scheduled or c.alpha.moves)
        return c.adam and (c.double or not c.training.bias_correction or c.epsilon.value > NEGLIGIBLE)

    @property
    def pulled(self) -> bool:
        """Whether L2 is added to the gradient; AdamW's is none of it."""
        return bool(self.script.l2) and not self.script.decoupled

    @property
    def decays(self) -> bool:
        """Whether weights may decay beside the gradient, by an argument that all optimisers of Keras have."""
        return self.script.decoupled and bool(self.script.l2 or not self.by_hand)

    @property
    def applies(self) -> bool:
        """Whether something is done to all gradients at once, or after the step."""
        return bool(self.pulled or self.script.l1 or self.script.limit.moves)

    @property
    def words(self) -> str:
        """What the optimiser by hand is, in a sentence."""
        return differs(self.script, "Keras") or "Gradient descent, with the penalties and limits of this session."

    @property
    def ready(self) -> str:
        """Keras' own optimiser, where that will do."""
        if self.script.adam:
            return "AdamW" if self.script.decoupled else "Adam"
        return "SGD"

    def exact(self, field: str) -> str:
        """A constant that is handed to an optimiser: Keras rounds a number of Python's own to float32."""
        if (number := self.named(field)).moves:
            return self.now(field)
        return f"np.float64({number})" if self.script.double else str(number)

    def named(self, field: str) -> Number:
        """A constant of the script."""
        number: Number = getattr(self.script, field)
        return number

    @property
    def variables(self) -> tuple[Number, ...]:
        """The moved constants that are compiled in."""
        return tuple(one for one in self.script.moved if one.name in MOVED)

    def now(self, field: str) -> str:
        """A constant within what is compiled: a variable if the session moves it."""
        number = self.named(field)
        return f"{number.name}_now" if number.moves else str(number)

    @property
    def ready_loss(self) -> bool:
        """Whether the loss is one that Keras has."""
        c = self.script
        return c.output == "softmax" and not c.smoothing and not c.cooled


@dataclass(frozen=True)
class OfTensorFlow:
    """What TensorFlow's template asks of a script."""

    script: Script

    @property
    def words(self) -> str:
        """How TensorFlow's own optimiser differs, "" where it does not."""
        return differs(self.script, "tf.keras.optimizers")

    @property
    def passed(self) -> str:
        """The numbers that a step is given anew, with commas between."""
        first = "first, second" if self.script.corrected else ""
        return (first + self.script.passed).removeprefix(", ")


def differs(script: Script, keras: str) -> str:
    """How the session's optimiser differs from that of Keras, in a sentence; "" where it does not."""
    kind = script.training.optimiser
    if script.adam and not script.training.bias_correction:
        return f"{script.optimiser_label} without bias correction, which {keras} always does."
    return DIFFERS[kind].format(keras=keras) + "." if kind in DIFFERS else ""
