"""What lies in a folder of code, how it is run, and how near it comes."""

from __future__ import annotations

from hyperscope import __version__
from hyperscope.engine.arrays import Array
from hyperscope.lab.frameworks.frameworks import Framework
from hyperscope.lab.frameworks.script import Script

NEAR = {True: "1e-8", False: "1e-4"}  # of a loss over 200 steps, in float64 and float32


def readme(framework: Framework, script: Script, losses: Array, ended: str) -> str:
    """The file README.md. No text of a user's is in it."""
    steps = len(losses)
    files = [
        f"- `train.py`: the experiment in {framework.title}; `train.ipynb` is the same as a notebook.",
        "- `data.npz`: the training examples `x`, one a row, and their classes `y`"
        + (", and the dev set's, by which training stops early." if script.patience else "."),
        "- `start.npz`: the weights before the first step.",
        "- `batches.txt`: which examples each mini-batch holds, a line each; an empty line ends an epoch.",
    ]
    if script.remembers:
        files.append("- `memory.npz`: what the optimiser remembers of the steps before.")
    said = [
        f"# An experiment of Hyperscope in {framework.title}",
        f"    pip install {' '.join(framework.packages)}\n    python train.py",
        "It prints the loss of each mini-batch and writes them to `losses.csv`.",
        "\n".join(files),
    ]
    if steps:
        said.append(
            f"Hyperscope {__version__} computed {steps} steps, the first with a loss of {losses[0]:.6g} and the last "
            f"with {losses[-1]:.6g}. Over the first 200 steps this file's losses differ from those by less than "
            f"{NEAR[script.double]} as a rule; what is rounded differently grows from step to step, and where a ReLU "
            "changes sign, or training is about to diverge, the two part sooner."
        )
    if script.noisy:
        said.append(
            "What dropout leaves out, and any jolt after batch norm, is drawn by NumPy from seed and step, as "
            "Hyperscope does; a framework's own would be another draw."
        )
    if ended:
        said.append("The run ends where training stopped itself.")
    return "\n\n".join(said) + "\n"
