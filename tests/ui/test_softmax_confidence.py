"""Confidence in the Softmax lab: what is shown are the figures of the drawn answers, and what is moved acts at once."""

from __future__ import annotations

import csv
import io
from collections import deque

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from hyperscope.engine.calibration import expected_calibration_error, reliability
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.export.tables import csv_of
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.softmax.confidence import BINS, tempered
from hyperscope.lab.sweeps.ensemble import Ensemble, EnsembleTask
from hyperscope.ui.labs.softmax.confidence import DEV, USUAL, ConfidenceView
from hyperscope.ui.labs.softmax.ensemble import verdict
from hyperscope.ui.labs.softmax.exports import of_confidence
from hyperscope.ui.labs.softmax.trusting import Trusting
from hyperscope.ui.window import Window
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
NOISY = Experiment(data=Data(source="blobs", points=150, classes=3, noise=0.6), network=Network(layers=(Layer(8),)))


@pytest.fixture
def opened(standing_still, qtbot, monkeypatch):
    """Shows the view of a network that has trained a little; its ensemble's job has tests of its own."""
    monkeypatch.setattr(Trusting, "run", lambda self: None)

    def show(experiment: Experiment = NOISY) -> tuple[Window, ConfidenceView]:
        window = standing_still(experiment)
        window.show_lab("softmax", "confidence")
        window.session.train_to(4)
        view: ConfidenceView = window.lab.page.confidence
        qtbot.waitUntil(
            lambda: window.session.status.epoch == 4 and not window.session.status.playing, timeout=PATIENCE
        )
        window.draw_all()
        qtbot.waitUntil(lambda: window.up_to_date and view.found is not None, timeout=PATIENCE)
        qtbot.waitUntil(lambda: not view.turns.waits, timeout=PATIENCE)  # what stands beside the map comes later
        return window, view

    return show


def test_the_threshold_sends_the_unsure_to_a_person_and_counts_the_rest(opened) -> None:
    _, view = opened()
    view.set_threshold(0.7)
    p, own = np.exp(view.found.logs), view.found.part == DEV
    sure = p.max(axis=0)
    assert sorted(view.sent) == np.flatnonzero(own & (sure < 0.7)).tolist() == sorted(view.list.all)
    kept = view.coverage.kept[0]
    assert kept.count == int((own & (sure >= 0.7)).sum())
    assert f"{100 * kept.coverage:.1f} % kept" in view.coverage.accessibleDescription()


def test_the_region_that_goes_to_a_person_is_that_of_the_map(opened) -> None:
    _, view = opened()
    view.set_threshold(0.7)
    view.map.grab()
    assert view.map.share == float((view.map.picture.map.p.max(axis=0) < 0.7).mean())


def test_reliability_is_of_the_bins_that_are_said_and_their_counts_are_drawn(opened) -> None:
    _, view = opened()
    p, y = np.exp(view.found.of_part(DEV)[0]), view.found.of_part(DEV)[1]
    curve = reliability(p, y, BINS)
    assert np.array_equal(view.reliability.curve.count, curve.count) and f"{BINS} bins" in view.reliability.note
    assert f"ECE {expected_calibration_error(curve):.4f} →" in view.reliability.lines[1]


def test_the_fitted_temperature_is_said_and_put_on_all_that_is_shown(opened, qtbot) -> None:
    _, view = opened()
    assert view.reliability.lines[0].startswith(f"T = {view.fitted:.3f}")
    qtbot.mouseClick(view.apply.buttons[1], LEFT)
    after = tempered(view.found.of_part(DEV)[0], view.fitted)
    assert np.array_equal(view.reliability.curve.count, reliability(after, view.found.of_part(DEV)[1], BINS).count)
    assert view.map.temperature == view.fitted


def test_an_example_that_was_sent_is_looked_at_by_a_press(opened, qtbot) -> None:
    window, view = opened()
    view.set_threshold(0.95)
    y = view.list.room.top() + 1.5 * 21
    qtbot.mouseClick(view.list, LEFT, pos=QPoint(40, round(y)))
    assert window.looked_at.focus.example == view.list.all[0] == view.map.example


def test_a_classs_weight_is_set_by_hand_and_is_one_move(opened, qtbot) -> None:
    window, view = opened()
    view.weights.sliders[1].moved.emit("training.weights_by_class.1", 4.0)
    training = window.session.experiment.training
    assert (training.class_weights, training.weights_by_class[1]) == ("by hand", 4.0)
    window.session.undo()
    qtbot.waitUntil(lambda: window.session.experiment.training.class_weights == "equal", timeout=PATIENCE)


def test_a_weight_set_for_both_twins_leaves_what_they_differ_in(opened, qtbot) -> None:
    window, view = opened()
    session = window.session
    window.do(lambda: session.start_twin(changed(session.experiment, "training.l2", 0.01)))
    window.do(lambda: session.set_side("both"))
    view.weights.sliders[1].moved.emit("training.weights_by_class.1", 4.0)
    assert [one.training.weights_by_class[1] for one in session.in_force[:2]] == [4.0, 4.0]
    assert [one.training.l2 for one in session.in_force[:2]] == [0.0, 0.01]


def test_the_confusion_is_of_dev_and_sums_to_it(opened) -> None:
    _, view = opened()
    assert int(view.confusion.counts.sum()) == int((view.found.part == DEV).sum())


def test_a_sessions_file_keeps_the_threshold(opened) -> None:
    window, view = opened()
    assert window.lab.kept() == {}
    view.set_threshold(0.6)
    assert window.lab.kept() == {"threshold": 0.6}
    window.lab.restore({"threshold": USUAL})
    assert view.threshold == USUAL
    with pytest.raises(ValueError, match=r"threshold is 3; it must lie in \[0, 1\]"):
        window.lab.restore({"threshold": 3})


def test_its_numbers_are_those_that_are_drawn(opened) -> None:
    window, view = opened()
    news = next(one for one in EnsembleTask(NOISY, 2, 1).run(deque()) if isinstance(one, Record))
    view.ensemble.show_ensemble(news.value, "")
    rows = list(csv.DictReader(io.StringIO(csv_of(of_confidence(window.lab.page)))))
    sent = [row for row in rows if row["sent to a person"] == "yes"]
    assert len(sent) == len(view.sent)
    bins = [int(row["count"]) for row in rows if row["table"] == "bins of dev"]
    assert bins == view.reliability.curve.count.tolist()
    assert {row["network"] for row in rows if row["table"] == "ensemble"} == {"1", "2", "mean"}


def ensemble(losses: list[float], mean: float) -> Ensemble:
    count = len(losses)
    both = np.array([losses, losses])
    maps = np.full((count, 3, 4, 4), 1 / 3)
    return Ensemble(1.0, maps, maps.mean(axis=0), both, both * 0 + 0.5, np.array([mean, mean]), np.array([0.5, 0.5]))


def test_whether_the_mean_beats_the_best_is_said_as_it_is() -> None:
    assert "the mean beats the best of them: 0.200 against 0.300" in verdict(ensemble([0.4, 0.3], 0.2))[0]
    assert "the mean beats 1 of 2, not the best: 0.350 against 0.300" in verdict(ensemble([0.4, 0.3], 0.35))[0]
