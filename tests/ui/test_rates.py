"""The learning-rate finder in the window: its curve, its sentence, and the rate that is taken from it."""

from __future__ import annotations

import numpy as np

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.jobs.rate_search import RateSearch, told
from hyperscope.lab.training.range_test import RangeTest
from hyperscope.lab.training.rate_finder import find_rate
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.parts.rates import Rates
from lab.tasks import result_of
from patience import PATIENCE

SMALL = Experiment(data=Data(source="blobs", points=120))


def test_the_search_is_the_range_test_of_the_network_at_its_start():
    found, alone = result_of(RateSearch(SMALL)), find_rate(Trainer(SMALL))
    assert np.array_equal(found.losses, alone.losses)
    assert found.suggested == alone.suggested


def test_what_it_found_is_told_with_its_numbers():
    rates = np.geomspace(1e-5, 10, 5)
    found = RangeTest(rates, np.ones(5), np.ones(5), 0.0312, 2.34)
    assert told(found) == (
        "The loss falls fastest near α 0.03; from α 2.3 on training breaks down. "
        "Begin with that rate or one somewhat lower."
    )


def test_a_run_that_learned_nothing_suggests_nothing():
    found = RangeTest(np.geomspace(1e-5, 10, 5), np.ones(5), np.ones(5), None, None)
    assert told(found) == "No rate from 1e-05 to 1e+01 lowered the loss in so few steps."


def test_the_rate_that_is_found_is_taken_by_a_press_and_keeps_the_network(standing_still, qtbot):
    window = standing_still(changed(SMALL, "training.learning_rate", 1e-6))
    rates = window.part(Rates)
    rates.open()
    dialog = rates.dialog
    qtbot.waitUntil(dialog.use_button.isEnabled, timeout=PATIENCE)
    found = dialog.found.suggested
    assert dialog.use_button.text() == f"Use α {found:g}"
    dialog.use_button.click()
    assert window.session.experiment.training.learning_rate == found
    assert rates.dialog is None


def test_closing_while_it_searches_ends_the_search(standing_still, qtbot):
    window = standing_still(SMALL)
    rates = window.part(Rates)
    rates.open()
    dialog = rates.dialog
    job = dialog.job
    dialog.reject()
    assert job.over and rates.dialog is None
