"""What a line of code stands for: its part of the network, the operations of a step, and a sentence.

It is read from the line's marks; slow motion's operations find their lines by the same marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hyperscope.engine.slow_motion import Operation
from hyperscope.lab.frameworks.script import Op, Script
from hyperscope.lab.frameworks.written import Line

NAMES = {
    "relu": "max(0, @)",
    "tanh": "\\tanh(@)",
    "sigmoid": "\\frac{1}{1 + e^{−@}}",
    "leaky relu": "max(@, 0.01 @)",
    "elu": "max(@, 0) + e^{min(@, 0)} − 1",
    "gelu": "\\frac{@}{2} (1 + \\tanh(c (@ + k {@}^{3})))",
    "softplus": "\\log(1 + e^{@})",
}
UPDATES = {
    "sgd": ("W ← W − α dW",),
    "momentum": ("v ← β v + dW", "W ← W − α v"),
    "nesterov": ("v ← β v + dW", "W ← W − α (dW + β v)"),
    "adagrad": ("s ← s + dW^{2}", "W ← W − α \\frac{dW}{\\sqrt{s} + ε}"),
    "rmsprop": ("s ← β_{2} s + (1 − β_{2}) dW^{2}", "W ← W − α \\frac{dW}{\\sqrt{s} + ε}"),
    "adam": (
        "v ← β_{1} v + (1 − β_{1}) dW",
        "s ← β_{2} s + (1 − β_{2}) dW^{2}",
        "W ← W − α \\frac{\\hat{v}}{\\sqrt{\\hat{s}} + ε}",
    ),
}
UPDATES["adamw"] = (*UPDATES["adam"], "W ← W − α λ W")
LOSSES = {
    "softmax": ("\\hat{Y} = \\frac{e^{Z}}{Σ_c e^{z_c}}", "J = −\\frac{1}{m} Σ_i Σ_c y_c \\log \\hat{y}_c"),
    "squared error": ("\\hat{Y} = \\frac{e^{Z}}{Σ_c e^{z_c}}", "J = \\frac{1}{2m} Σ_i Σ_c (\\hat{y}_c − y_c)^{2}"),
    "one-vs-all": ("\\hat{Y} = \\frac{1}{1 + e^{−Z}}", "J = \\frac{1}{m} Σ_i Σ_c \\log(1 + e^{z_c}) − y_c z_c"),
    "hierarchical": ("J = \\frac{1}{m} Σ_i Σ_q \\log(1 + e^{z_q}) − y_q z_q",),
    "hinge": ("J = \\frac{1}{m} Σ_i Σ_c max(0, 1 − t_c z_c)",),
    "Weston-Watkins": ("J = \\frac{1}{m} Σ_i Σ_c max(0, 1 + z_c − z_y)",),
    "Crammer-Singer": ("J = \\frac{1}{m} Σ_i max(0, 1 + max z_c − z_y)",),
}
BACKWARD = (
    "dZ^{[l]} = dA^{[l]} ∘ g′(Z^{[l]})",
    "dW^{[l]} = dZ^{[l]} {A^{[l−1]}}^{T}",
    "dA^{[l−1]} = {W^{[l]}}^{T} dZ^{[l]}",
)
SENTENCES = {  # by mark, the more particular ones first
    "move": ("A move of the session", "What was moved while it trained, at the same step."),
    "rate": ("The learning rate", "What the schedule makes of α at this step."),
    "l2": ("L2", "Every weight is pulled towards 0 in proportion to it; biases, γ and β are not."),
    "l1": ("L1", "After the step every weight goes α λ₁ towards 0, and stays there once it reaches it."),
    "clip": ("The gradient limit", "A gradient that is longer than the limit is shortened to it."),
    "running": ("Running averages", "What batch norm uses at test time, in the place of the mini-batch's μ and σ²."),
    "noise": ("Random numbers", "Drawn by seed and step alone, so that they are the same here and there."),
    "stop": ("Early stopping", "After so many epochs without a lower dev loss the best network is kept."),
    "norm": ("Batch norm", "Each unit over the mini-batch: mean 0, variance 1, then γ and β."),
    "data": ("The data", "The training examples, scaled as the network sees them."),
    "batch": ("The mini-batches", "Which examples each step sees, in the order of the run."),
    "start": ("The start", "The same first weights, so that the runs can be compared digit by digit."),
    "loop": ("The loop", "An epoch goes once through all examples, one mini-batch a step."),
    "net": ("The network", "Its layers in order."),
    "result": ("The losses", "What is printed, and written to losses.csv."),
}
PLACES = {"Running averages": "running", "L2": "l2", "clipping": "clip", "L1": "l1"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a line stands for: a `title`, the `layers` that light up (the output's is the last, 1 the first), the
    `formulas` of its operations, a `sentence`; `back` says that it is of the backward pass.
    """

    title: str = ""
    layers: frozenset[int] = frozenset()
    formulas: tuple[str, ...] = ()
    sentence: str = ""
    back: bool = False


def told(script: Script, line: Line) -> Told:
    """What a line stands for; nothing of a line without marks."""
    marks = set(line.marks)
    every = frozenset(range(1, len(script.layers) + 1))
    layer = next((int(mark[5:]) for mark in line.marks if mark.startswith("layer")), 0)
    if layer:
        return _of_layer(script, layer, marks)
    if {"forward", "backward", "update"} <= marks:
        said = "Forward, loss, backward and update in one call: the backward pass is in there, and needs no line."
        return Told("One whole step", every, BACKWARD, said, back=True)
    if "backward" in marks:
        said = "Every gradient by the chain rule, from the loss back to the first layer."
        return Told("The backward pass", every, BACKWARD, said, back=True)
    if "loss" in marks:
        return Told("The loss", frozenset({len(every)}), LOSSES[script.output], "How wrong the mini-batch is, in nats.")
    if "forward" in marks:
        return Told("The forward pass", every, (), "From the inputs to the scores of the classes.")
    for mark, (title, sentence) in SENTENCES.items():
        if mark in marks:
            layers = every if mark in ("l1", "l2", "clip", "start", "net", "running", "norm") else frozenset()
            return Told(title, layers, (), sentence)
    if "update" in marks:
        return Told(
            f"The update by {script.optimiser_label}",
            every,
            UPDATES[script.training.optimiser],
            "Every weight, bias, γ and β goes a step against its gradient.",
        )
    return Told()


def _of_layer(script: Script, layer: int, marks: set[str]) -> Told:
    back = "backward" in marks
    ops = [op for op in script.layers[layer - 1] if op.kind in marks] or list(script.layers[layer - 1])
    if "running" in marks:
        formulas = ["μ_{run} ← ρ μ_{run} + (1 − ρ) μ"]
    else:
        formulas = [formula for op in ops for formula in (_backward(op) if back else _forward(op))]
    name = "the output layer" if layer == len(script.layers) else f"layer {layer}"
    sentence = (
        "How the loss changes with it." if back else f"{script.named(ops[0])[:1].upper()}{script.named(ops[0])[1:]}."
    )
    return Told(f"{name}{', backward' if back else ''}", frozenset({layer}), tuple(formulas), sentence, back)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _symbol(name: str) -> str:
    """A signal of code in formulas: z2 as Z^{[2]}, a0 as X."""
    letter, layer = name[0], name[1:]
    if name == "a0":
        return "X"
    head = {"z": "Z", "y": "\\tilde{Z}", "a": "A", "j": "J", "o": "A"}[letter]
    return f"{head}^{{[{layer}]}}"


def _forward(op: Op) -> tuple[str, ...]:
    before, after, at = _symbol(op.before), _symbol(op.after), f"^{{[{op.layer}]}}"
    match op.kind:
        case "dense":
            return (f"{after} = W{at} {before}" + (f" + b{at}" if op.bias else ""),)
        case "norm":
            hat = f"\\hat{{Z}}{at}"
            return (f"{hat} = \\frac{{{before} − μ}}{{\\sqrt{{σ^{{2}} + ε}}}}", f"{after} = γ {hat} + β")
        case "activation":
            return (f"{after} = {NAMES[op.name].replace('@', before)}",)
        case "dropout":
            return (f"{after} ← {before} ∘ D{at}",)
    return (f"{after} = s {before} + r",)


def _backward(op: Op) -> tuple[str, ...]:
    before, after, at = _symbol(op.before), _symbol(op.after), f"^{{[{op.layer}]}}"
    match op.kind:
        case "dense":
            found = [f"dW{at} = d{after} {{{before}}}^{{T}}"]
            found += [f"db{at} = Σ_i d{after.lower()}"] if op.bias else []
            return (*found, *((f"d{before} = {{W{at}}}^{{T}} d{after}",) if op.layer > 1 else ()))
        case "norm":
            hat = f"\\hat{{Z}}{at}"
            return (f"dγ = Σ_i d{after} {hat}", f"dβ = Σ_i d{after}")
        case "activation":
            return (f"d{before} = d{after} ∘ g′({before})",)
        case "dropout":
            return (f"d{before} ← d{after} ∘ D{at}",)
    return (f"d{before} = s d{after}",)


def lines_of(lines: Sequence[Line], operation: Operation) -> tuple[int, ...]:
    """The numbers, from 0, of the lines that an operation of slow motion is in."""
    layer = f"layer{operation.layer}"
    phase = PLACES.get(operation.place, operation.phase)
    of_phase = [number for number, line in enumerate(lines) if phase in line.marks and line.counts]
    exact = [number for number in of_phase if layer in lines[number].marks]
    general = [number for number in of_phase if not any(mark.startswith("layer") for mark in lines[number].marks)]
    return tuple(exact if operation.layer and exact else general or of_phase)


def lines_of_layer(lines: Sequence[Line], layer: int) -> tuple[int, ...]:
    """The numbers, from 0, of the lines that are of a layer."""
    return tuple(number for number, line in enumerate(lines) if f"layer{layer}" in line.marks)
