"""The engine against PyTorch at the size people train: the same losses, step by step, for a hundred steps.

PyTorch's side was recorded by record.py, so that these tests need no torch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from parity.workloads import WORKLOADS

RECORDED = Path(__file__).with_name("trajectories.npz")
FLOAT32, FLOAT64 = 1e-6, 1e-9  # the greatest difference of a loss, in nats


def apart(name: str) -> np.ndarray:
    """How far each step's loss is from PyTorch's."""
    with np.load(RECORDED) as recorded:
        expected = recorded[name]
    difference: np.ndarray = np.abs(WORKLOADS[name].learner().steps(WORKLOADS[name].batches(len(expected))) - expected)
    return difference


def test_a_hundred_steps_are_recorded_for_every_workload() -> None:
    with np.load(RECORDED) as recorded:
        assert {name: recorded[name].shape for name in recorded} == {name: (100,) for name in WORKLOADS}


def test_the_recorded_networks_learn_so_that_agreeing_means_something() -> None:
    with np.load(RECORDED) as recorded:
        assert all(recorded[name][-10:].mean() < 0.95 * recorded[name][0] for name in WORKLOADS)


@pytest.mark.parametrize("name", ["W1a", "W1b", "W3"])
def test_every_loss_in_float32_is_pytorchs_to_a_millionth(name: str) -> None:
    assert apart(name).max() < FLOAT32


def test_every_loss_in_float64_is_pytorchs_to_a_billionth() -> None:
    assert apart("W2").max() < FLOAT64
