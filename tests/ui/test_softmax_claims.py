"""The exact claims about softmax, as the Softmax lab shows them: each figure read back from what is drawn."""

from __future__ import annotations

import math

import pytest

from hyperscope.lab.softmax.case import Case
from hyperscope.ui.labs.softmax.case_card import STARTS
from hyperscope.ui.labs.softmax.numbers import rows
from hyperscope.ui.labs.softmax.words import nats
from hyperscope.ui.labs.softmax.workbench import Workbench
from patience import PATIENCE

Z, POWER, SHARE, ERROR = 1, 2, 3, 6  # columns of the table


@pytest.fixture
def bench(standing_still, qtbot) -> Workbench:
    window = standing_still()
    window.show_lab("softmax", "workbench")
    made: Workbench = window.lab.page.workbench
    qtbot.waitUntil(lambda: made.bars.worked is not None, timeout=PATIENCE)
    return made


def drawn(bench: Workbench, qtbot, case: Case) -> list[tuple[str, ...]]:
    """The rows of the classes as they are drawn of a case, sums left out."""
    bench.moved.emit(case)
    qtbot.waitUntil(lambda: bench.bars.worked.case == case, timeout=PATIENCE)
    assert bench.numbers.worked is bench.bars.worked
    return rows(bench.numbers.worked)[:-1]


def column(table: list[tuple[str, ...]], which: int) -> list[str]:
    return [row[which] for row in table]


def test_e1_the_course_s_example_becomes_these_powers_and_shares(bench, qtbot) -> None:
    table = drawn(bench, qtbot, Case())
    assert column(table, POWER) == ["148.41", "7.39", "0.37", "20.09"]
    assert column(table, SHARE) == ["0.8420", "0.0419", "0.0021", "0.1140"]


def test_e2_adding_a_thousand_changes_nothing_though_float32_overflows(bench, qtbot) -> None:
    table = drawn(bench, qtbot, Case(shift=1000.0))
    assert column(table, SHARE) == ["0.8420", "0.0419", "0.0021", "0.1140"]
    assert column(table, 7) == ["NaN"] * 4


@pytest.mark.parametrize(
    ("temperature", "shares"),
    [
        (0.5, ["0.9796", "0.0024", "< 0.0001", "0.0179"]),
        (2.0, ["0.6095", "0.1360", "0.0303", "0.2242"]),
        (10.0, ["0.3217", "0.2383", "0.1766", "0.2634"]),
        (0.05, ["1", "< 0.0001", "< 0.0001", "< 0.0001"]),
    ],
)
def test_e3_temperature_sharpens_and_softens(bench, qtbot, temperature, shares) -> None:
    assert column(drawn(bench, qtbot, Case(temperature=temperature)), SHARE) == shares


def start(words: str) -> Case:
    """The case that a button starts from."""
    logits = next(logits for said, _, logits in STARTS if said == words)
    return Case(logits, min(1, len(logits) - 1))


def test_e4_the_loss_of_the_second_class_and_its_gradient(bench, qtbot) -> None:
    table = drawn(bench, qtbot, start("ŷ .3 .2 .1 .4"))
    assert column(table, SHARE) == ["0.3000", "0.2000", "0.1000", "0.4000"]
    assert column(table, ERROR) == ["+0.3000", "−0.8000", "+0.1000", "+0.4000"]
    assert nats(bench.loss.worked.loss) == "1.6094" and "1.6094 nats" in bench.sentence.text()


def test_e5_where_all_are_equal_each_costs_the_logarithm_of_their_number(bench, qtbot) -> None:
    drawn(bench, qtbot, start("all equal"))
    assert nats(bench.loss.worked.loss) == "1.3863" == f"{math.log(4):.4f}"


def test_e6_two_classes_are_the_sigmoid_of_their_difference(bench, qtbot) -> None:
    table = drawn(bench, qtbot, start("1.7, 0.4"))
    assert table[0][SHARE] == "0.7858" and f"{bench.two.worked.shares[0]:.6f}" == "0.785835"
