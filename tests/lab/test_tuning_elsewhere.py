"""A search whose networks are trained elsewhere: by processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.tuning.cluster import Cluster
from hyperscope.lab.tuning.packets import Hands, Trained, packed, train
from hyperscope.lab.tuning.processes import Processes
from hyperscope.lab.tuning.search import Search
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.trials import Finished, Plan, Trial
from patience import PATIENCE

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
SPACE = Space((Range("training.learning_rate", 1e-3, 1.0, "log"), Range("training.batch_size", 8, 16, "powers-of-two")))
LONG = 400  # epochs, so that a worker can be ended in the middle of them


def plan(strategy: str = "random", trials: int = 12) -> Plan:
    return Plan(SMALL, SPACE, strategy, trials, epochs=9)


def finished(task: Search) -> dict[int, Finished]:
    found = {}
    for news in (work := task.run(deque())):
        if isinstance(news, Record) and isinstance(news.value, Finished):
            found[news.value.number] = news.value
        if isinstance(news, Rest):
            break
    work.close()
    return found


def facts(found: dict[int, Finished]) -> dict[int, Any]:
    return {n: (one.values, one.state, pytest.approx(one.loss, rel=1e-3), one.step) for n, one in found.items()}


def portion(epochs: int = 4, count: int = 8) -> list[Trial]:
    values = [SPACE.drawn(((k + 0.5) / count, k % 2 * 0.6)) for k in range(count)]
    return [Trial(k, one, SPACE.made(SMALL, one), epochs) for k, one in enumerate(values)]


def until_trained(hands: Hands, count: int, meanwhile: Callable[[], None] = lambda: None) -> dict[int, Trained]:
    """What so many packets came to."""
    found: dict[int, Trained] = {}
    end = time.monotonic() + PATIENCE / 1000
    while len(found) < count:
        assert time.monotonic() < end, f"{len(found)} of {count} packets were trained"
        found |= {one.number: one for one in hands.take()}
        meanwhile()
        time.sleep(0.005)
    return found


def losses(found: dict[int, Trained]) -> dict[int, float]:
    return {one.number: one.loss for trained in found.values() for one in trained.trials}


def test_packets_depend_on_the_trials_alone_and_hold_those_that_are_alike() -> None:
    packets = packed(portion(), None, {}, ("", ""), 5)
    assert [packet.number for packet in packets] == [5, 6, 7, 8]
    assert sorted(trial.number for packet in packets for trial in packet.trials) == list(range(8))
    assert all(len({trial.experiment.training.batch_size for trial in packet.trials}) == 1 for packet in packets)


def test_what_was_trained_to_a_rung_goes_on_as_if_it_had_not_stopped() -> None:
    (first, *_) = packed(portion(), None, {}, ("", ""), 0)
    half = train(packed(first.trials, 2, {}, ("", ""), 0)[0])
    states = {one.number: state for one, state in zip(half.trials, half.checkpoints, strict=True)}
    chosen = [trial for trial in first.trials if trial.number in states]
    rest, whole = train(packed(chosen, None, states, ("", ""), 0)[0]), train(packed(chosen, None, {}, ("", ""), 0)[0])
    assert [one.loss for one in rest.trials] == [one.loss for one in whole.trials]


@pytest.mark.parametrize("strategy", ["random", "halving"])
def test_two_processes_come_to_the_same_trials_and_results(strategy: str) -> None:
    assert facts(finished(Search(plan(strategy), processes=2))) == facts(finished(Search(plan(strategy))))


def test_a_process_that_is_killed_in_the_middle_loses_no_trial() -> None:
    packets = packed(portion(LONG), None, {}, ("", ""), 0)
    hands = Processes(2)
    try:
        for packet in packets:
            hands.give(packet)
        lost = hands.workers[0].pid
        assert lost is not None
        found: dict[int, Trained] = {}
        while not found:
            found |= {one.number: one for one in hands.take()}
        os.kill(lost, signal.SIGKILL)
        found |= until_trained(hands, len(packets) - len(found))
        assert losses(found) == losses({packet.number: train(packet) for packet in packets})
    finally:
        hands.close()


def test_so_many_processes_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"processes is 0; it must be a whole number in \[1, 64\]"):
        Processes(0)


# -- a cluster --------------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two workers of a thread each, in processes of their own; one that is lost is replaced."""
    distributed = pytest.importorskip("distributed")
    if sys.platform == "win32":
        pytest.skip("its workers outlive the tests there")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50, protocol="tcp"
    ) as made:
        yield made


def test_a_cluster_of_two_workers_comes_to_the_same_trials_and_results(cluster: Any) -> None:
    elsewhere = finished(Search(plan("halving"), scheduler=cluster.scheduler_address))
    assert facts(elsewhere) == facts(finished(Search(plan("halving"))))


def test_a_worker_that_is_killed_in_the_middle_loses_no_trial(cluster: Any) -> None:
    packets = packed(portion(LONG), None, {}, ("", ""), 0)
    hands = Cluster(cluster.scheduler_address)
    try:
        for packet in packets:
            hands.give(packet)
        found: dict[int, Trained] = {}
        while not found:
            found |= {one.number: one for one in hands.take()}
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        found |= until_trained(hands, len(packets) - len(found))
        assert losses(found) == losses({packet.number: train(packet) for packet in packets})
    finally:
        hands.close()


def test_a_scheduler_that_does_not_answer_is_said_in_a_sentence() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ValueError, match=r"no scheduler answers at tcp://127.0.0.1:9 .*train on this machine"):
        Cluster("tcp://127.0.0.1:9", wait=0.5)
