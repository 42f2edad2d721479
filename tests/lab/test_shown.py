"""How a session was looked at, in its file: it comes back, it changes no number, and files without it are as before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.timeline.score import Score, branch, from_code, from_json
from hyperscope.lab.timeline.shown import Shown

SCORE = Score(Experiment(), end=4)
SHOWN = Shown("tuning", {"tuning": "darts", "softmax": "plane"}, {"tuning": {"trials": 100, "space": ["a", "b"]}})


def test_what_is_shown_comes_back_from_file_and_code():
    score = replace(SCORE, shown=SHOWN)
    assert from_json(score.to_json()).shown == from_code(score.to_code()).shown == SHOWN


def test_a_file_that_says_nothing_of_it_is_as_it_was():
    assert '"shown"' not in SCORE.to_json() and from_json(SCORE.to_json()).shown is None


def test_a_branch_is_looked_at_as_its_session():
    assert branch(replace(SCORE, shown=SHOWN), 2).shown == SHOWN


@pytest.mark.parametrize(
    ("written", "said"),
    [('{"lab": 3}', "shown: Expected str"), ('{"views": {}}', "shown: Object missing"), ('{"lab": "a", "x": 1}', "x")],
)
def test_what_it_cannot_be_is_refused(written, said):
    with pytest.raises(ValueError, match=said):
        from_json(SCORE.to_json().rstrip("}\n") + f', "shown": {written}}}')
