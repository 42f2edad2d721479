"""One step in NumPy, and what of it a framework takes away: the lines of each of its tools, folded one after another
into the framework's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hyperscope.lab.frameworks.frameworks import frameworks
from hyperscope.lab.frameworks.script import Script
from hyperscope.lab.frameworks.written import Line

TOOLS = {"layers": "Layers and losses", "autograd": "Autograd", "optimiser": "Optimiser", "loop": "The loop"}
OF = {  # what of a step each takes, by mark; what is of none is of the loop
    "layers": ("forward", "loss", "running"),
    "autograd": ("backward",),
    "optimiser": ("update", "l1", "l2", "clip"),
}
TAKES = {
    "pytorch": ("layers", "autograd", "optimiser"),
    "keras": ("layers", "autograd", "optimiser"),
    "tensorflow": ("autograd",),
    "jax": ("autograd",),
    "optax": ("autograd", "optimiser"),
}
WORDS = {  # what a framework has, or leaves to whoever writes the code
    "pytorch": {
        "layers": "nn.Module and its layers, with their losses",
        "autograd": "loss.backward()",
        "optimiser": "torch.optim",
        "loop": "yours to write",
    },
    "keras": {
        "layers": "keras.layers and keras.losses",
        "autograd": "within train_on_batch",
        "optimiser": "keras.optimizers, within train_on_batch",
        "loop": "yours here; fit has one, with mini-batches of its own",
    },
    "tensorflow": {
        "layers": "functions of tf.nn; its layers are those of Keras",
        "autograd": "tf.GradientTape",
        "optimiser": "yours to write, or one of Keras",
        "loop": "yours to write; tf.function compiles the step",
    },
    "jax": {
        "layers": "functions, no layers: Flax and Equinox have those",
        "autograd": "jax.value_and_grad",
        "optimiser": "yours to write, or Optax",
        "loop": "yours to write; jax.jit compiles the step",
    },
    "optax": {
        "layers": "functions, no layers: Flax and Equinox have those",
        "autograd": "jax.value_and_grad",
        "optimiser": "optax.chain",
        "loop": "yours to write; jax.jit compiles the step",
    },
}
CALL = re.compile(
    r"= net\(|= loss_of\(|losses_of\(z|\.backward\(|zero_grad|value_and_grad|\.step\(|\.update\(g|apply_updates"
    r"|train_on_batch|GradientTape|tape\.gradient"
)
INDENT = " " * 8  # of a step, in the two loops around it
STARTS, ENDS = "for line in lines", "rows = "


@dataclass(frozen=True, slots=True)
class Folded:
    """A step with some of its lines folded: `lines` as they are shown, each with its tool, "" for one of the
    framework's own.
    """

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """The step in NumPy, line by line with its tool, and what `stands` for each tool in a framework; one line may
    stand for several.
    """

    lines: tuple[tuple[Line, str], ...]
    framework: str
    stands: Mapping[str, tuple[str, ...]]

    def count(self, tool: str) -> int:
        """How many lines of code a tool's part takes in NumPy."""
        return sum(line.counts for line, of in self.lines if of == tool)

    def left(self, tool: str) -> int:
        """How many of them are written in the framework, in the step itself."""
        return len(self.stands[tool]) if tool in TAKES[self.framework] else self.count(tool)

    @property
    def written(self) -> int:
        """How many lines are left to write in all; one that stands for several tools is one."""
        takes = TAKES[self.framework]
        theirs = {text for tool in takes for text in self.stands[tool]}
        return len(theirs) + sum(self.count(tool) for tool in TOOLS if tool not in takes)

    def folded(self, by: Mapping[str, int]) -> Folded:
        """The step with so many lines of each tool folded away, from its first; all folded, the framework's stand
        there.
        """
        found: list[tuple[str, str]] = []
        gone = dict.fromkeys(TOOLS, 0)
        whole = {tool: sum(of == tool for _, of in self.lines) for tool in TOOLS}
        for line, tool in self.lines:
            if gone[tool] >= by.get(tool, 0):
                found.append((line.text.removeprefix(INDENT), tool))
                continue
            gone[tool] += 1
            if gone[tool] == 1 and by[tool] >= whole[tool]:
                found += [(text, "") for text in self.stands[tool] if (text, "") not in found]
        return Folded(tuple(found))


def step_of(script: Script, framework: str) -> Step:
    """The step of an experiment beside a framework."""
    texts = frameworks["numpy"].code(script).lines
    first = next(at for at, line in enumerate(texts) if line.text.strip().startswith(STARTS))
    last = next(at for at, line in enumerate(texts) if line.text.startswith(ENDS))
    lines = tuple((line, tool_of(line)) for line in texts[first + 1 : last] if line.text.strip())
    theirs = frameworks[framework].code(script).lines
    stands = {
        tool: tuple(
            line.text.strip()
            for line in theirs
            if set(OF[tool]) & set(line.marks) and CALL.search(line.text) and not line.text.strip().startswith("def ")
        )
        for tool in OF
    }
    return Step(lines, framework, stands)


def tool_of(line: Line) -> str:
    """The tool that would take a line away."""
    for tool, marks in OF.items():
        if any(mark in line.marks for mark in marks):
            return tool
    return "loop"
