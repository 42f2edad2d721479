"""Error rates as counts: intervals against published figures, and the verdict on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.errors import Counted, Errors, verdict, wilson
from hyperscope.lab.generalise.standing import errors
from hyperscope.lab.probes.probe import Ask, Looked
from hyperscope.lab.training.trainer import Trainer

SMALL = Experiment(data=Data(points=100, noise=0.3), network=Network(layers=(Layer(4),)))


@pytest.mark.parametrize(
    ("wrong", "of", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, 857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(wrong, of, low, high):
    assert wilson(wrong, of) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_a_difference_is_the_published_one():
    """56 of 70 against 48 of 80: Newcombe 1998, Statistics in Medicine 17, 873, table II, method 10."""
    found = Errors(0.0, Counted("train", 48, 80), Counted("dev", 56, 70), Counted("test", 1, 2)).variance
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def made(best: float, train, dev, apart=None) -> Errors:
    return Errors(
        best,
        Counted("train", *train),
        Counted("dev", *dev),
        Counted("test", 5, 100),
        Counted("train-dev", *apart) if apart else None,
    )


CASES = {
    "high bias": (made(0.0, (150, 1000), (80, 500)), {"bias"}, set()),
    "high variance": (made(0.0, (10, 1000), (55, 500)), {"variance"}, set()),
    "both": (made(0.0, (150, 1000), (150, 500)), {"bias", "variance"}, set()),
    "neither": (made(0.0, (5, 1000), (5, 500)), set(), set()),
    "neither, as people err too": (made(0.14, (150, 1000), (80, 500)), set(), set()),
    "mismatch": (made(0.0, (10, 1000), (60, 500), (8, 500)), {"mismatch"}, set()),
    "variance and mismatch": (made(0.0, (10, 1000), (150, 500), (50, 500)), {"variance", "mismatch"}, set()),
    "learned by heart": (made(0.1, (0, 100), (32, 100)), {"variance"}, set()),
    "dev set too small for what is seen": (made(0.0, (6, 200), (1, 10)), set(), {"variance"}),
    "dev set too small to rule it out": (made(0.0, (0, 200), (0, 12)), set(), {"variance"}),
    "all sets too small": (made(0.0, (1, 10), (1, 6)), set(), {"bias", "variance"}),
}


@pytest.mark.parametrize("name", list(CASES))
def test_the_verdict_is_right_where_the_answer_is_known(name):
    found, high, unsure = CASES[name]
    judged = verdict(found)
    assert set(judged.high) == high and set(judged.unsure) == unsure
    for gap in high - {"mismatch"}:
        assert f"high {gap}" in judged.sentence
    assert ("mismatch: dev and test come from another place" in judged.sentence) == ("mismatch" in high)
    assert ("too few examples to tell" in judged.sentence) == bool(not high and unsure)
    assert ("neither" in judged.sentence) == bool(not high and not unsure)


def test_a_doubt_names_the_set_that_is_too_small():
    assert (
        "With 10 dev examples, 7\u00a0% of variance may be luck."
        in verdict(CASES["dev set too small for what is seen"][0]).sentence
    )
    assert "With 12 dev examples, variance of up to" in verdict(CASES["dev set too small to rule it out"][0]).sentence


def standing(experiment: Experiment) -> tuple[Trainer, Errors]:
    trainer = Trainer(experiment)
    trainer.steps(60)
    return trainer, Looked(trainer)(Ask(errors, None))


def test_the_probe_counts_wrong_answers_of_each_set():
    trainer, found = standing(SMALL)
    examples = trainer.examples
    for one, x, y in ((found.train, examples.x_train, examples.y_train), (found.dev, examples.x_dev, examples.y_dev)):
        logits = trainer.predictor.logits(trainer.folded(), x.astype(np.float32))
        assert (one.wrong, one.of) == (int((logits.argmax(axis=0) != y).sum()), len(y))
    assert found.apart is None


def test_train_dev_are_the_dev_examples_before_they_were_moved():
    from msgspec.structs import replace

    trainer, found = standing(replace(SMALL, data=replace(SMALL.data, shift_move=1.5, standardise=True)))
    home, there = trainer.examples.x_dev * trainer.examples.deviation[:, None], None
    del there
    at_home = Trainer(replace(SMALL, data=replace(SMALL.data, standardise=True)))
    at_home.learner.state.parameters[...] = trainer.learner.state.parameters
    assert found.apart.wrong == round((1 - at_home.scores().dev.accuracy) * found.apart.of)
    assert found.dev.wrong > found.apart.wrong and home.shape == trainer.examples.x_dev.shape


def test_a_best_error_set_by_hand_counts_where_it_is_more_than_the_estimate():
    from msgspec.structs import replace

    _, found = standing(replace(SMALL, data=Data(points=100, noise=0.0), best_error=0.2))
    assert found.best == 0.2 and not found.estimated
