"""Every probe answers of any network, however little there is to look at: no example at all, one, or one class."""

from __future__ import annotations

import warnings

import msgspec
import numpy as np
import pytest

from hyperscope.engine.outputs import outputs
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.examples.own_points import emptied
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.generalise.copies import copies
from hyperscope.lab.generalise.restrained import restrained
from hyperscope.lab.generalise.standing import errors
from hyperscope.lab.generalise.stopping import stopping
from hyperscope.lab.generalise.thinned import thinned
from hyperscope.lab.generalise.two_inputs import two_inputs
from hyperscope.lab.generalise.two_weights import TwoWeights, two_weights
from hyperscope.lab.probes.batch_statistics import OfUnit, batch_statistics
from hyperscope.lab.probes.microscope import Unit, microscope
from hyperscope.lab.probes.probe import AnyAsk, Ask, Looked, Probe
from hyperscope.lab.softmax.confidence import sureness
from hyperscope.lab.softmax.hierarchy import in_tree
from hyperscope.lab.softmax.mini_batch import mini_batch
from hyperscope.lab.softmax.regression import regression
from hyperscope.lab.training.trainer import Trainer
from probed import ASKS

USUAL = ("", "")
MORE: tuple[AnyAsk, ...] = (
    *(Ask(probe, USUAL) for probe in (copies, mini_batch, sureness, regression)),
    *(Ask(probe, None) for probe in (errors, restrained, stopping, thinned, two_inputs, in_tree)),
    Ask(two_weights, TwoWeights()),
    Ask(batch_statistics, OfUnit()),
    Ask(microscope, Unit()),
    Ask(microscope, Unit(training=True, example=0)),
)
EVERY = (*(ask for ask in ASKS.values() if isinstance(ask.probe, Probe)), *MORE)
POINTS = {
    "no point": (),
    "one point": ("1,0.5",),
    "one class": ("", "1,0.5 -1,0.2 0.3,-0.7 0.1,0.1"),
}
NETWORKS = {
    "none hidden": Network(layers=()),
    "small": Network(layers=(Layer(3), Layer(2))),
    "wide": Network(layers=(Layer(40), Layer(40))),
    "wide, BN before": Network(layers=(Layer(40, batch_norm="before"), Layer(3)), bn_output=True),
    "wide, BN after and dropout": Network(layers=(Layer(40, batch_norm="after", dropout=0.5),)),
    **{output: Network(layers=(Layer(20),), output=output) for output in outputs},
}


def painted(points: tuple[str, ...]) -> Data:
    return msgspec.structs.replace(emptied(Data()), painted=points, classes=3)


@pytest.mark.parametrize("points", POINTS.values(), ids=POINTS.keys())
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
def test_every_probe_answers(network, points):
    experiment = Experiment(data=painted(points), network=network, training=Training(batch_size=8))
    trainer = Trainer(experiment)
    failed = []
    for steps in (0, 5):
        trainer.steps(steps)
        for ask in EVERY:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    Looked(trainer)(ask)
            except Exception as problem:
                failed.append((steps, ask.probe.name, repr(problem)))
    assert not failed


def test_the_schedule_has_a_rate_where_there_is_nothing_to_train_on():
    trainer = Trainer(Experiment(data=painted(()), training=Training(schedule="cosine")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(trainer.rate_factors([1, 1])).all()
