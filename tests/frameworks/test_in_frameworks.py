"""Code in PyTorch and JAX reproduces the run, by the real frameworks in an environment of their own.

PyTorch runs the whole conformance set. JAX compiles each program for a second or two, so that it runs what differs in
its template; HYPERSCOPE_CONFORMANCE=all has it run everything, in both precisions.
"""

from __future__ import annotations

import os

import pytest

from frameworks.conformance import CASES
from frameworks.environment import NotToBeHad, interpreter
from frameworks.reproduced import parted, wanted

IN_JAX = (
    *("optimiser", "adamw with decay", "activation leaky relu", "output hierarchical", "output Crammer-Singer"),
    *("batch norm on", "batch norm without", "batch norm with a", "dropout after", "l1", "clipping with l2"),
    *("classes by hand", "last batch dropped", "early", "augmented", "everything"),
    *("moved: rate", "moved: another activation", "moved: the output, adamw"),
)
IN_OPTAX = ("optimiser adagrad", "optimiser nesterov", "adam without", "everything", "moved: ε", "moved: Adam's β")


def some(beginnings: tuple[str, ...]) -> list[tuple[str, str]]:
    """Those experiments, or all where that is wished."""
    if os.environ.get("HYPERSCOPE_CONFORMANCE") == "all":
        return wanted()
    return [(name, "float64") for name in CASES if name.startswith(beginnings)]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_code_in_pytorch_and_jax_gives_the_losses_of_the_runs(tmp_path):
    # one test, since they share an environment, and one process for each, since they take seconds to load
    try:
        python = interpreter()
    except NotToBeHad as problem:
        pytest.skip(f"PyTorch and JAX cannot be installed here: {problem}")
    assert parted(python, "pytorch", some(tuple(CASES)), tmp_path) == {}
    assert parted(python, "jax", some(IN_JAX), tmp_path) == {}
    assert parted(python, "optax", some(IN_OPTAX), tmp_path) == {}
