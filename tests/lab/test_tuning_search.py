"""A search carried out: what it says while it goes, what its study keeps, and how it is taken up again."""

from __future__ import annotations

import math
import sqlite3
from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.library.library import Library
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.tuning.search import Keep, Kept, Open, Opened, Search, SearchIn, Stand
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.study import Study
from hyperscope.lab.tuning.training import Running
from hyperscope.lab.tuning.trials import Finished, Plan, url_of
from hyperscope.lab.tuning.written import as_csv
from lab.tasks import run_here

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
SPACE = Space((Range("training.learning_rate", 1e-3, 1.0, "log"), Range("training.batch_size", 8, 16, "powers-of-two")))
WILD = msgspec.structs.replace(
    SMALL, network=Network(layers=(Layer(8, "linear"),) * 3),
    training=msgspec.structs.replace(SMALL.training, optimiser="sgd"),
)  # fmt: skip


def plan(strategy: str = "random", trials: int = 6, epochs: int = 4, **more: Any) -> Plan:
    return Plan(
        **{"experiment": SMALL, "space": SPACE, "strategy": strategy, "trials": trials, "epochs": epochs, **more}
    )


def said(task: Search, *wishes: object) -> list[Any]:
    return [news.value for news in run_here(task, *wishes)[0] if isinstance(news, Record)]


def finished(task: Search) -> dict[int, Finished]:
    return {one.number: one for one in said(task) if isinstance(one, Finished)}


def facts(trials: dict[int, Finished]) -> dict[int, Any]:
    return {number: (one.values, one.state, one.loss, one.epoch) for number, one in trials.items()}


def broken_off(task: Search, after: int) -> dict[int, Finished]:
    """What was finished when a search was ended in the middle."""
    work, found = task.run(deque()), {}
    for news in work:
        if isinstance(news, Record) and isinstance(news.value, Finished):
            found[news.value.number] = news.value
        if len(found) >= after:
            break
    work.close()
    return found


def test_each_trial_is_trained_as_it_would_be_alone() -> None:
    precise = msgspec.structs.replace(SMALL, training=msgspec.structs.replace(SMALL.training, precision="float64"))
    for one in finished(Search(plan(experiment=precise))).values():
        alone = Trainer(SPACE.made(precise, one.values))
        while alone.position.epoch < 4:
            alone.finish_epoch()
        assert one.loss == pytest.approx(alone.scores().dev.loss, rel=1e-9)
        assert one.map.shape == (3, 24, 24) and one.curve[-1, 0] <= 4


def test_a_search_is_seen_before_its_first_trial_is_done() -> None:
    news = said(Search(plan()))
    first = next(at for at, one in enumerate(news) if isinstance(one, Finished))
    looks = [one for one in news[:first] if isinstance(one, Running)]
    assert looks and looks[0].numbers == tuple(range(6)) and len(looks[0].maps) == 6


def test_the_same_plan_gives_the_same_trials() -> None:
    assert facts(finished(Search(plan("zoom", 8)))) == facts(finished(Search(plan("zoom", 8))))


@pytest.mark.parametrize("strategy", ["halving", "evolve"])
def test_what_is_stopped_or_copied_on_the_way_is_trained_no_longer_than_it_should(strategy: str) -> None:
    found = finished(Search(plan(strategy, 15, 9 if strategy == "halving" else 10)))
    if strategy == "halving":
        assert {one.epoch for one in found.values() if one.state == "pruned"} <= {1.0, 3.0}
        assert {one.epoch for one in found.values() if one.state == "done"} == {9.0}
    else:
        assert [found[number].epoch for number in (0, 3, 6, 9, 12)] == [2, 4, 6, 8, 10]


def test_a_trial_that_diverges_is_told_of_with_the_reason() -> None:
    space = Space((Range("training.learning_rate", 0.001, 10.0, "log"),))
    found = finished(Search(plan(experiment=WILD, space=space, trials=12, epochs=10)))
    wild = [one for one in found.values() if one.state == "diverged"]
    assert wild and all(math.isinf(one.loss) and "no longer finite" in one.why for one in wild)
    assert len(found) == 12


def test_a_budget_of_steps_ends_a_search_early() -> None:
    news = said(Search(plan("tpe", 80, 4, steps=100)))
    stand = [one for one in news if isinstance(one, Stand)][-1]
    assert stand.steps >= 100 and stand.done < 80


def test_a_search_goes_on_in_a_box_when_it_is_told_to() -> None:
    box = SPACE.boxed({"training.learning_rate": (0.6, 0.7)})
    work = Search(plan("tpe", 24)).run(wishes := deque())
    found = []
    for news in work:
        if isinstance(news, Record) and isinstance(news.value, Finished):
            found.append(news.value)
            if len(found) == 1:
                wishes.append(SearchIn(box))
        if isinstance(news, Rest):
            break
    work.close()
    late = [one for one in found if one.box == 1]
    assert len(late) == 16 and all(0.06 < float(one.values["training.learning_rate"]) < 0.13 for one in late)


# -- studies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("strategy", "after"), [("tpe", 11), ("evolve", 4)])
def test_a_search_that_was_broken_off_is_taken_up_as_if_it_had_not_been(
    strategy: str, after: int, tmp_path: Path
) -> None:
    whole = plan(strategy, 15, 5)
    url = url_of(tmp_path / "study.db")
    before = broken_off(Search(whole, url), after)
    again = finished(Search(None, url))
    assert facts(again).items() >= facts(before).items()
    straight = finished(Search(whole))
    assert {n: one.values for n, one in again.items()} == {n: one.values for n, one in straight.items()}
    assert [again[n].loss for n in sorted(again)] == pytest.approx([straight[n].loss for n in sorted(again)], rel=1e-3)


def test_what_is_said_to_be_finished_is_in_the_study(tmp_path: Path) -> None:
    url = url_of(tmp_path / "study.db")
    found = broken_off(Search(plan(trials=5), url), 3)
    study = Study(url)
    try:
        kept = {one.number: one for one in study.trials()}
        assert study.plan == plan(trials=5)
    finally:
        study.close()
    assert facts(kept).items() >= facts(found).items()
    one = kept[min(found)]
    assert np.allclose(one.map, found[one.number].map, atol=1 / 255) and np.array_equal(
        one.curve, found[one.number].curve
    )


def test_a_study_is_one_that_optuna_reads(tmp_path: Path) -> None:
    import optuna

    url = url_of(tmp_path / "study.db")
    found = finished(Search(plan("halving", 9, 9), url))
    storage = optuna.storages.RDBStorage(url)
    trials = optuna.load_study(study_name="hyperscope", storage=storage).trials
    storage.engine.dispose()
    assert len(trials) == 9 and "log2 training.batch_size" in trials[0].params
    assert sorted(t.value for t in trials if t.value is not None) == sorted(
        one.loss for one in found.values() if one.state == "done"
    )


def test_notes_stay_with_a_study(tmp_path: Path) -> None:
    study = Study(url_of(tmp_path / "study.db"), plan())
    study.notes = "The rate matters most."
    assert study.notes == "The rate matters most."
    study.close()


def test_a_trial_is_opened_as_it_ended(tmp_path: Path) -> None:
    url = url_of(tmp_path / "study.db")
    found = finished(Search(plan(trials=3), url))
    opened = next(one for one in said(Search(None, url, closed=True), Open(2)) if isinstance(one, Opened))
    trainer = Trainer(opened.checkpoint.experiment)
    trainer.restore(opened.checkpoint)
    assert opened.again and trainer.step == found[2].step
    assert trainer.scores().dev.loss == pytest.approx(found[2].loss, rel=1e-3)


def test_trials_are_runs_of_the_library_when_that_is_wished_for(tmp_path: Path) -> None:
    library = tmp_path / "runs.db"
    wishes: deque[object] = deque()
    trials, kept = {}, None
    for news in (work := Search(plan()).run(wishes)):
        if isinstance(news, Record) and isinstance(news.value, Finished):
            trials[news.value.number] = news.value
        if isinstance(news, Record) and isinstance(news.value, Kept):
            kept = news.value
        if isinstance(news, Rest):
            if kept is not None:
                break
            wishes.append(Keep((4, 1), library, "Search: "))
    work.close()
    runs = {run.notes: run for run in Library(library).runs()}
    assert kept == Kept(2) and runs.keys() == {"Search: trial 4", "Search: trial 1"}
    run = runs["Search: trial 4"]
    assert run.dev_loss == pytest.approx(trials[4].loss) and run.steps == trials[4].step
    found = Library(library).details(run.id)
    assert found.experiment == SPACE.made(SMALL, trials[4].values) and found.checkpoint is not None


def test_a_search_is_written_as_csv_a_row_for_each_trial() -> None:
    rows = as_csv(plan(), list(finished(Search(plan())).values())).splitlines()
    assert rows[0].startswith("trial,training.learning_rate,training.batch_size,state,dev_loss")
    assert len(rows) == 7


def test_a_place_that_has_a_search_is_not_overwritten(tmp_path: Path) -> None:
    url = url_of(tmp_path / "study.db")
    said(Search(plan(trials=1), url))
    with pytest.raises(ValueError, match=r"study.db holds a search already"):
        said(Search(plan(trials=1), url))


def test_what_is_no_study_is_refused_in_words(tmp_path: Path) -> None:
    torn = tmp_path / "torn.db"
    torn.write_bytes(b"SQLite format 3\x00" + b"\x17" * 4000)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as file:
        file.execute("create table things (name text)")
    file.close()
    for path, words in ((torn, "is not a study, or is damaged"), (other, "holds no search of Hyperscope; it is empty")):
        with pytest.raises(ValueError, match=f"{path.name} {words}"):
            Study(url_of(path))
    for url, words in (
        ("nonsense", "is no place for a study"),
        ("none://x/y", "none://x/y"),
        (url_of(tmp_path / "no/where.db"), "cannot be opened"),
    ):
        with pytest.raises(ValueError, match=words):
            Study(url)


def test_a_study_that_another_program_is_writing_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyperscope.lab.tuning.study.WAIT", 0.05)
    url = url_of(tmp_path / "study.db")
    study = Study(url, plan())
    other = sqlite3.connect(tmp_path / "study.db", isolation_level=None)
    other.execute("begin exclusive")
    try:
        with pytest.raises(ValueError, match=r"study\.db is being written by another program"):
            study.keep(Finished(0, {"training.learning_rate": 0.1, "training.batch_size": 8}, "done", 1.0))
    finally:
        other.close()
        study.close()
