"""A unit's equation with its present numbers, typeset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hyperscope.lab.probes.network import LayerPicture, NetworkPicture
from hyperscope.ui.panels.network.formula import figure, formula, plain
from ui import hand_made


def small(caption: str, **numbers: float | None) -> NetworkPicture:
    """Two inputs, one hidden unit with w = (0.82, −1.31), two outputs."""
    given = {name: None if value is None else np.array([value]) for name, value in numbers.items()}
    return NetworkPicture(
        (
            LayerPicture("Inputs", None, None),
            LayerPicture("Layer 1", None, np.array([[0.82, -1.31]]), caption=caption, **given),
            LayerPicture("Softmax", None, np.array([[1.0], [-2.0]]), np.array([0.5, 0.0])),
        )
    )


def test_letters_are_in_italics_and_numbers_below_the_line() -> None:
    said = formula(small("tanh", biases=0.05), 1, 0)
    assert said == ("<i>a</i><sub>1</sub> = tanh(0.82 <i>x</i><sub>1</sub> − 1.31 <i>x</i><sub>2</sub> + 0.05)")


@pytest.mark.parametrize(
    ("caption", "said"),
    [
        ("BN · tanh", "a₁ = tanh(1.20 ẑ − 0.10), z = 0.82 x₁ − 1.31 x₂"),
        ("tanh · BN", "a₁ = 1.20 norm(tanh(z)) − 0.10, z = 0.82 x₁ − 1.31 x₂"),
        ("linear · BN", "a₁ = 1.20 ẑ − 0.10, z = 0.82 x₁ − 1.31 x₂"),
    ],
)
def test_batch_norm_stands_where_the_caption_says(caption: str, said: str) -> None:
    assert plain(formula(small(caption, gamma=1.2, beta=-0.1), 1, 0)) == said


def test_a_linear_unit_is_its_sum() -> None:
    assert plain(formula(small("linear"), 1, 0)) == "a₁ = 0.82 x₁ − 1.31 x₂"


def test_an_output_is_its_share_of_the_exponentials() -> None:
    assert plain(formula(small("tanh"), 2, 1)) == "p₂ = eᶻ₂ / Σ eᶻ, z₂ = −2.00 a₁"


def test_one_vs_all_divides_by_the_sum_of_sigmoids() -> None:
    shown = small("tanh")
    sigmoids = NetworkPicture((*shown.layers[:2], replace(shown.layers[2], name="Sigmoids")))
    assert plain(formula(sigmoids, 2, 0)) == "p₁ = sigmoid(z₁) / Σ sigmoid(z), z₁ = 1.00 a₁ + 0.50"


def test_an_input_is_named() -> None:
    assert plain(formula(small("tanh"), 0, 1)) == "x₂ is input 2, as the network receives it"


def test_of_many_terms_the_largest_stay_in_order_and_the_rest_are_counted() -> None:
    shown = hand_made.network((8, 8))
    weights = np.array([[0.1, -3.0, 0.2, 2.0, 0.0, 0.3, 0.1, -0.4]] * 8)
    layers = (*shown.layers[:2], replace(shown.layers[2], weights=weights, biases=None, gamma=None, caption="tanh"))
    said = plain(formula(NetworkPicture((*layers, shown.layers[3])), 2, 4, most=3))
    assert said == "a₅ = tanh(−3.00 a₂ + 2.00 a₄ − 0.40 a₈ + 5 smaller)"


def test_a_number_that_is_not_finite_does_not_stop_it() -> None:
    shown = small("tanh")
    broken = replace(shown.layers[1], weights=np.array([[np.nan, 1.0]]))
    assert "1.00 x₂" in plain(formula(NetworkPicture((shown.layers[0], broken, shown.layers[2])), 1, 0))


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.82, "0.82"), (-1.314, "1.31"), (12.6, "12.60"), (640.4, "640"), (0.0034, "0.003"), (0.0, "0.00")],
)
def test_figures_have_two_decimals_or_one_figure(value: float, said: str) -> None:
    assert figure(value) == said
