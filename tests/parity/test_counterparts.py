"""The engine against PyTorch, one ingredient at a time: losses, trained arrays and answers agree in float64.

PyTorch's side was recorded by record.py, so that these tests need no torch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hyperscope.engine.activations import activations
from hyperscope.engine.arrays import Array
from hyperscope.engine.initialisers import initialisers
from hyperscope.engine.optimisers import optimisers
from hyperscope.engine.outputs import outputs
from hyperscope.engine.schedules import rate_factors, schedules
from hyperscope.engine.settings import Training
from parity.cases import CASES, INPUTS, QUANTILES, SCALE, STEPS, UNITS, flat

RECORDED = Path(__file__).with_name("counterparts.npz")
EXACT = 1e-9  # in nats, and of every array
WITHOUT = {"smooth"}  # schedules for which PyTorch has nothing: its schedulers move at the end of an epoch

exact_cases = [name for name, case in CASES.items() if not case.clip_epsilon]


@pytest.fixture(scope="module")
def recorded() -> dict[str, Array]:
    """What PyTorch came to: by case, see `cases.flat`; by "case/rates", the learning rates that change."""
    with np.load(RECORDED) as file:
        return dict(file)


@pytest.mark.parametrize("name", exact_cases)
def test_fifty_steps_come_out_as_in_pytorch(name: str, recorded: dict[str, Array]) -> None:
    """Every loss, every trained weight and running average, and logits of the trained network in evaluation mode."""
    assert np.abs(flat(CASES[name].in_hyperscope()) - recorded[name]).max() < EXACT


@pytest.mark.parametrize("name", exact_cases)
def test_what_is_compared_has_learned_so_that_agreeing_means_something(name: str, recorded: dict[str, Array]) -> None:
    losses = recorded[name][:STEPS]
    assert losses[-9:].mean() < 0.99 * losses[:9].mean()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if np.ptp(case.factors())])
def test_the_learning_rate_of_every_step_is_pytorchs(name: str, recorded: dict[str, Array]) -> None:
    case = CASES[name]
    rates = case.settings.learning_rate * case.factors()
    assert np.abs(rates - recorded[f"{name}/rates"]).max() < 1e-15


def test_clip_grad_norm_adds_a_millionth_to_the_norm_which_makes_no_more_of_a_difference(
    recorded: dict[str, Array],
) -> None:
    """limit / (|g| + 1e-6) is shorter than limit / |g| by 1e-6 / |g|, about one part in a million here."""
    name = "clipping as clip_grad_norm_ has it"
    apart = np.abs(CASES[name].in_hyperscope()["losses"] - recorded[name][:STEPS])
    assert apart[0] < 1e-15 < EXACT < apart.max() < 1e-6


def test_a_cycle_is_pytorchs_triangle_begun_at_its_top(recorded: dict[str, Array]) -> None:
    factors = rate_factors("cyclic", np.arange(20.0), Training(decay_every=10))
    assert np.allclose(factors, recorded["cyclic/rates"][5:25], atol=1e-12)


def test_warm_up_is_pytorchs_linear_one_but_for_a_thousandth_of_an_epoch(recorded: dict[str, Array]) -> None:
    factors = rate_factors("constant", np.arange(20.0), Training(warmup=10))
    assert np.abs(factors - recorded["warm-up/rates"]).max() < 1e-3 / 10 + 1e-12


@pytest.mark.parametrize("name", initialisers)
def test_initial_weights_are_distributed_as_pytorchs(name: str, recorded: dict[str, Array]) -> None:
    """Quantiles of 24 000 draws each, whose standard error is below .02 of the spread out to the 2 % tails."""
    theirs = recorded[f"initialiser {name}"]
    drawn = initialisers[name](UNITS, INPUTS, SCALE, np.random.default_rng(1))
    assert np.abs(np.quantile(drawn, QUANTILES) - theirs).max() <= 0.06 * drawn.std() + 1e-15


@pytest.mark.parametrize(
    ("kind", "entries"),
    [("optimiser", optimisers), ("activation", activations), ("output", outputs), ("initialiser", initialisers)],
)
def test_every_registered_entry_is_compared(kind: str, entries: dict[str, object], recorded: dict[str, Array]) -> None:
    assert {f"{kind} {name}" for name in entries} <= set(recorded)


def test_every_schedule_that_pytorch_has_is_compared() -> None:
    compared = {case.settings.schedule for case in CASES.values()} | {"cyclic"}
    assert set(schedules) - WITHOUT <= compared


def test_every_case_is_recorded(recorded: dict[str, Array]) -> None:
    assert set(CASES) <= set(recorded)
