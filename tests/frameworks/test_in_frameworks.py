"""Code in PyTorch, JAX, TensorFlow and Keras reproduces the run, by the real frameworks in environments of their own.

PyTorch and JAX run the whole conformance set, PyTorch in float32 `COVERING`, which has every option of every knob. The
others compile each program for a second or two: they run `COVERING`, and of Optax what differs from JAX. All in all:

    HYPERSCOPE_CONFORMANCE=all python -m pytest tests/frameworks
"""

from __future__ import annotations

import os

import pytest

from frameworks.conformance import COVERING, IN_FLOAT32
from frameworks.environment import NotToBeHad, interpreter
from frameworks.reproduced import parted, wanted

LISTS = {  # what pip is given, see `packaging`
    "pytorch": "frameworks",
    "jax": "frameworks",
    "optax": "frameworks",
    "tensorflow": "tensorflow",
    "keras": "tensorflow",
}
IN_OPTAX = (
    *("optimiser nesterov", "optimiser adagrad", "optimiser rmsprop", "adam without bias correction"),
    *("adamw with decay", "clipping with l2", "everything"),
    *("moved: ε, L2 and the limit", "moved: Adam's β", "moved: the output, rmsprop"),
)


def cases(framework: str) -> list[tuple[str, str]]:
    """The experiments that a framework runs, each with its precision."""
    if os.environ.get("HYPERSCOPE_CONFORMANCE") == "all":
        return wanted()
    if framework in ("pytorch", "jax"):
        in_float32 = COVERING if framework == "pytorch" else IN_FLOAT32
        return [(name, precision) for name, precision in wanted() if precision == "float64" or name in in_float32]
    if framework == "optax":
        return [(name, "float64") for name in IN_OPTAX]
    return [(name, "float64") for name in COVERING] + [(name, "float32") for name in IN_FLOAT32]


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("framework", LISTS)  # a process for each, since they take seconds to load
def test_the_code_gives_the_losses_of_the_runs(framework, tmp_path):
    try:
        python = interpreter(LISTS[framework])
    except NotToBeHad as problem:
        pytest.skip(f"{framework} cannot be installed here: {problem}")
    assert parted(python, framework, cases(framework), tmp_path) == {}
