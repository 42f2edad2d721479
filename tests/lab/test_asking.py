"""Probes as they are asked: across processes, of whatever trains a network, with answers of their own types."""

from __future__ import annotations

import pickle
import pkgutil
from importlib import import_module
from types import FunctionType, GenericAlias, ModuleType
from typing import Any, Literal, TypeVar

import numpy as np
import pytest

import hyperscope.lab.probes
from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.probes.distributions import Mode, distributions
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.plane import InPlane
from hyperscope.lab.probes.probe import Ask, Askable, Comparison, Looked, Probe, Records, look
from hyperscope.lab.probes.subject import Subject
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.population import Population
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.twins.twin import begin
from hyperscope.lab.worker.in_process import InProcess
from hyperscope.lab.worker.runner import Runner
from lab.links import reply_to
from lab.own_probe import NO_PROBE, Norms, OfLayer, norms
from probed import ASKS, OF_ONE

SMALL = Experiment(
    data=Data(points=60),
    network=Network(layers=(Layer(4, "tanh", "before", dropout=0.2), Layer(3, "relu"))),
    training=Training(batch_size=16, precision="float64"),
)
STILL = (int, float, str, bytes, tuple, frozenset, type(None), type, FunctionType, ModuleType, Askable, Records)
TYPES = (TypeVar, GenericAlias, type(Ask[Any, Any]), type(annotations), type(Literal))


def of_trainer() -> Subject:
    trainer = Trainer(SMALL)
    trainer.steps(8)
    return trainer


def of_twin() -> Subject:
    pair = begin(Timeline(Trainer(SMALL)))
    pair.steps(8)
    return pair.b.trainer


def of_member() -> Subject:
    population = Population((changed(SMALL, "training.learning_rate", 0.1), SMALL))
    population.steps(8)
    return population.member(1)


# -- who is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [of_twin, of_member])
@pytest.mark.parametrize("name", OF_ONE)
def test_twins_and_members_are_looked_at_like_a_trainer(made: Any, name: str) -> None:
    assert type(Looked(made())(ASKS[name])) is type(Looked(of_trainer())(ASKS[name]))


@pytest.mark.parametrize("made", [of_twin, of_member])
def test_the_last_mini_batch_is_seen_with_its_own_dropout_whoever_trains(made: Any) -> None:
    ask = Ask(distributions, Mode(training=True))
    seen, alone = Looked(made())(ask).layers[0].a, Looked(of_trainer())(ask).layers[0].a
    assert seen.counts.tolist() == alone.counts.tolist()
    assert np.allclose(seen.edges, alone.edges)


# -- across processes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [InProcess, Runner])
def test_a_probe_of_one_s_own_is_asked_through_the_pipe_and_comes_back_typed(opened: Any) -> None:
    link, ask = opened(SMALL), Ask(norms, OfLayer(1))
    try:
        found = reply_to(link, (ask,)).snapshot.sides[0].records
    finally:
        link.close()
    assert list(found) == [ask]
    assert isinstance(found[ask], Norms)
    assert np.allclose(found[ask].norms, norms(Trainer(SMALL), OfLayer(1)).norms)


def test_a_question_is_small_on_its_way() -> None:
    assert all(len(pickle.dumps(ask)) < 300 for ask in ASKS.values())


def test_an_answer_is_found_again_by_its_question_after_the_way() -> None:
    ask = Ask(norms, OfLayer(0))
    (records,) = look((Looked(Trainer(SMALL)),), (ask,))
    found = pickle.loads(pickle.dumps(records))
    assert found[Ask(norms, OfLayer(0))].norms.tolist() == records[ask].norms.tolist()
    assert found.of(norms).step == 0 and Ask(norms, OfLayer(1)) not in found


def test_only_what_can_be_asked_is_taken_from_the_pipe() -> None:
    (make, (module, _)) = norms.__reduce__()
    assert make(module, "norms") is norms
    assert isinstance(NO_PROBE, int)
    with pytest.raises(LookupError, match="NO_PROBE is none of what can be asked for"):
        make(module, "NO_PROBE")


# -- looking ------------------------------------------------------------------------------------------------------


def test_what_two_ask_for_is_worked_out_once() -> None:
    looks = []
    counted = Probe(lambda subject, question: looks.append(question) or len(looks))
    twice = Comparison(lambda sides, question: [side(Ask(counted, question)) for side in sides])
    sides = (Looked(Trainer(SMALL)),)
    (found,) = look(sides, (Ask(counted, 7), Ask(twice, 7)))
    assert looks == [7] and found[Ask(twice, 7)] == [1]


def test_a_comparison_is_there_on_each_side() -> None:
    pair = begin(Timeline(Trainer(SMALL)))
    sides = look((Looked(pair.a.trainer), Looked(pair.b.trainer)), (ASKS["disagreement"], ASKS["findings"]))
    assert sides[0][ASKS["disagreement"]] is sides[1][ASKS["disagreement"]] is not None
    assert sides[0][ASKS["findings"]] is not sides[1][ASKS["findings"]]  # while each is diagnosed by itself


def test_records_that_were_not_asked_for_are_none() -> None:
    assert Records().get(ASKS["map"]) is None and Records().of(norms) is None


def test_a_focus_is_the_same_question_wherever_in_the_plane_one_points() -> None:
    assert Focus(point=(1.0, 2.0)).in_plane == Focus(example=3, layer=1, unit=2).in_plane == InPlane()


def test_no_probe_keeps_anything_in_its_module() -> None:
    for found in pkgutil.iter_modules(hyperscope.lab.probes.__path__, "hyperscope.lab.probes."):
        kept = {name: value for name, value in vars(import_module(found.name)).items() if not name.startswith("__")}
        own = {name for name, value in kept.items() if not isinstance(value, (*STILL, *TYPES))}
        # the engine's table, which is filled once, and which probe is declared where, which never changes
        assert own <= {"activations", "_declared"}, found.name
