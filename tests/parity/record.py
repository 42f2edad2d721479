"""Trains the workloads in PyTorch and writes each step's loss to trajectories.npz, or compares with it live.

    python tests/parity/record.py           records
    python tests/parity/record.py --live    trains PyTorch and Hyperscope side by side and prints how far they part

It needs torch (the recording was made with 2.13.0 on a CPU) beside what Hyperscope needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "app")]

import torch  # noqa: E402
from in_pytorch import network, optimiser  # noqa: E402
from workloads import WORKLOADS, Workload  # noqa: E402

STEPS = 100


def trained(workload: Workload, steps: int = STEPS) -> np.ndarray:
    """The loss before each step in PyTorch, from the engine's initial weights and on the same batches."""
    learner = workload.learner()
    layout = learner.layout
    flat = learner.state.parameters
    weights = [layout.parameters[f"{name}.weights"].of(flat).copy() for name in layout.names]
    model = network(weights, workload.norm == "before")
    step = optimiser(workload.training.optimiser, model, workload.training.learning_rate)
    x, y = workload.examples()
    inputs = torch.from_numpy(np.ascontiguousarray(x.T, learner.dtype))
    classes = torch.from_numpy(y)
    losses = []
    for batch in workload.batches(steps):
        chosen = torch.from_numpy(batch)
        step.zero_grad()
        logits = model(inputs[chosen])
        torch.nn.functional.cross_entropy(logits, classes[chosen]).backward()
        step.step()
        # the loss itself in float64, lest its own rounding, up to 1e-7, be mistaken for a difference in training
        losses.append(float(torch.nn.functional.cross_entropy(logits.detach().double(), classes[chosen])))
    return np.array(losses)


def compare(steps: int) -> None:
    """Prints, for each workload, the greatest difference of losses and the step where it passes 1e-6."""
    for name, workload in WORKLOADS.items():
        apart = np.abs(workload.learner().steps(workload.batches(steps)) - trained(workload, steps))
        beyond = np.flatnonzero(apart > 1e-6)
        note = f", above 1e-6 from step {beyond[0]} on" if beyond.size else ""
        print(f"{name}: {steps} steps, greatest difference {apart.max():.2e} at step {apart.argmax()}{note}")


def main() -> None:
    """Records, or compares when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--live", action="store_true", help="compare with Hyperscope now instead of recording")
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.live:
        compare(given.steps)
    else:
        np.savez_compressed(HERE / "trajectories.npz", **{name: trained(w) for name, w in WORKLOADS.items()})


if __name__ == "__main__":
    main()
