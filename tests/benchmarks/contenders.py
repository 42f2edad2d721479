"""The contenders of the engine's benchmark, one declaration each, and the process in which one waits for orders.

The tasks' numbers come from files, so that a contender needs nothing of Hyperscope and may live in an environment of
its own. Left out: TensorFlow Playground's and ConvNetJS's own loops, which are no packages to install here, and Numba.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.work import Run

TORCH, JAX, LEARN = ("torch==2.13.0",), ("jax==0.10.2", "jaxlib==0.10.2"), ("scikit-learn==1.9.1",)


@dataclass(frozen=True)
class Contender:
    """`label` is how tables call it, `module` holds it, `needs` is what pip installs for it beside NumPy.

    `kinds` of task map to the function of `module` that prepares them; its docstring's first line says what it does.
    """

    label: str
    module: str
    needs: tuple[str, ...]
    kinds: Mapping[str, str]


CONTENDERS = {
    "engine": Contender(
        "Hyperscope",
        "in_hyperscope",
        (),
        {
            "train": "train",
            "variant": "train",
            "crowd": "crowd",
            "grid": "grid",
            "change": "change",
            "apply": "apply",
        },
    ),
    "textbook": Contender("NumPy, textbook", "in_numpy", (), {"train": "train", "grid": "grid"}),
    "torch": Contender("PyTorch eager", "in_pytorch", TORCH, {"train": "train", "grid": "grid"}),
    "torch-fused": Contender("PyTorch, fused", "in_pytorch", TORCH, {"train": "train_fused", "change": "change"}),
    "torch-stacked": Contender("PyTorch, stacked bmm", "in_pytorch", TORCH, {"crowd": "crowd_stacked"}),
    "torch-by-formulas": Contender("PyTorch, bmm, formulas", "in_pytorch", TORCH, {"crowd": "crowd_by_formulas"}),
    "torch-vmap": Contender("PyTorch, vmap(grad)", "in_pytorch", TORCH, {"crowd": "crowd_vmap"}),
    "jax": Contender(
        "JAX jit, per step", "in_jax", JAX, {"train": "train", "crowd": "crowd", "grid": "grid", "change": "change"}
    ),
    "jax-scan": Contender("JAX jit, lax.scan", "in_jax", JAX, {"train": "train_scan", "crowd": "crowd_scan"}),
    "scikit-learn": Contender("scikit-learn, no BN", "in_scikit_learn", LEARN, {"train": "train"}),
    "c": Contender("C, gcc -O3", "in_c", (), {"grid": "grid"}),
}


def serve(name: str, folder: Path) -> None:
    """Reads lines "task count" and answers each with the seconds it took; prepares a task when it is first named."""
    contender = CONTENDERS[name]
    module = importlib.import_module(f"benchmarks.{contender.module}")
    prepared: dict[str, Run] = {}
    print("ready", flush=True)
    for line in sys.stdin:
        wanted, count = line.split()
        if wanted not in prepared:
            with np.load(folder / f"{wanted}.npz") as arrays:
                task = {key: arrays[key] for key in arrays}
            prepared[wanted] = getattr(module, contender.kinds[str(task["kind"])])(task)
        run = prepared[wanted]
        before = time.perf_counter()
        run(int(count))
        print(time.perf_counter() - before, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
