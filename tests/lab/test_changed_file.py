"""A table of one's own that is gone, or holds other rows, when what was trained on it is to be gone on with."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hyperscope.engine.settings import Layer, Network, Training
from hyperscope.lab.examples.examples import load
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed
from hyperscope.lab.generalise.standing import _at_home, errors
from hyperscope.lab.jobs.task import Record, Rest
from hyperscope.lab.library.library import Details, Library
from hyperscope.lab.library.packing import packed_checkpoint, unpacked_checkpoint
from hyperscope.lab.probes.probe import Ask, Looked
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline.past import PastReceiver, PastSender
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.checkpoint import Checkpoint
from hyperscope.lab.training.trainer import Trainer
from hyperscope.lab.tuning.search import Keep, Kept, Open, Opened, Search
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.trials import Finished, Plan
from hyperscope.lab.worker.commands import Restore, StartTwin
from hyperscope.lab.worker.controller import Controller
from lab.live import RATE, kill_worker, trained, until

Start = Callable[..., Session]


def write(path: Path, rows: int = 500, inputs: int = 2, classes: int = 2, seed: int = 1) -> None:
    draw = random.Random(seed)
    names = [f"x{n}" for n in range(inputs)]
    lines = [",".join((*names, "class"))]
    lines += [
        ",".join((*(f"{draw.gauss(row % classes, 1):.3f}" for _ in names), "abc"[row % classes])) for row in range(rows)
    ]
    path.write_text("\n".join(lines))


# what becomes of a file of 500 rows, 2 inputs and 2 classes, and what is said of it
CHANGES: dict[str, tuple[dict[str, int] | None, str]] = {
    "gone": (None, "own.csv"),
    "rows": ({"rows": 300}, "own.csv has changed: 300 rows where this was trained on 500 rows"),
    "inputs": ({"inputs": 3}, "own.csv has changed: 3 inputs where this was trained on 2 inputs"),
    "classes": ({"classes": 3}, "own.csv has changed: 3 classes where this was trained on 2 classes"),
    "values": ({"seed": 2}, "own.csv has changed: other values than this was trained on"),
}
every_change = pytest.mark.parametrize(("change", "sentence"), CHANGES.values(), ids=CHANGES)


def become(path: Path, change: dict[str, int] | None) -> None:
    path.unlink()
    if change is not None:
        write(path, **change)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "own.csv")
    return tmp_path / "own.csv"


@pytest.fixture
def own(path: Path) -> Experiment:
    data, network = Data(source="file", file=str(path)), Network((Layer(4),))
    return Experiment(data=data, network=network, training=Training(batch_size=16))


@pytest.fixture
def kept(own: Experiment) -> Checkpoint:
    """After an epoch and a half."""
    trainer = Trainer(own)
    trainer.steps(trainer.batches_per_epoch * 3 // 2)
    return trainer.checkpoint()


def test_a_checkpoint_tells_its_examples_apart_however_it_is_kept(path: Path, kept: Checkpoint) -> None:
    again = unpacked_checkpoint(packed_checkpoint(kept))
    assert again.fingerprint == kept.fingerprint is not None
    path.write_text(path.read_text() + "\n\n")  # nothing that is trained on
    Trainer(again.experiment).restore(again)


@every_change
def test_a_checkpoint_of_other_rows_is_refused_and_nothing_changes(
    path: Path, own: Experiment, kept: Checkpoint, change: dict[str, int] | None, sentence: str
) -> None:
    become(path, change)
    trainer = Trainer(Experiment())
    trainer.steps(3)
    before = trainer.parameters.copy()
    with pytest.raises(ValueError, match=sentence):
        trainer.restore(kept)
    assert trainer.experiment == Experiment() and trainer.step == 3
    assert (trainer.parameters == before).all()


@pytest.mark.parametrize("name", ["rows", "inputs", "classes"])
def test_an_older_checkpoint_opens_and_is_refused_where_it_does_not_fit(
    path: Path, kept: Checkpoint, name: str
) -> None:
    old = unpacked_checkpoint(packed_checkpoint(replace(kept, fingerprint=None)))
    assert old.fingerprint is None
    Trainer(old.experiment).restore(old)
    become(path, CHANGES[name][0])
    with pytest.raises(ValueError, match=r"own\.csv has changed: other rows, inputs or classes"):
        Trainer(old.experiment).restore(old)


def test_what_is_trained_on_goes_on_while_its_file_changes(path: Path, own: Experiment) -> None:
    line = Timeline(Trainer(own))
    line.steps(40)
    become(path, CHANGES["rows"][0])
    line.restore(10)
    line.steps(5)
    assert line.trainer.step == 15 and load(own.data).y.size == 300


def test_going_back_past_other_data_is_refused_and_all_stays(path: Path, own: Experiment) -> None:
    line = Timeline(Trainer(own))
    line.steps(40)
    line.apply(Experiment())
    line.steps(7)
    become(path, CHANGES["rows"][0])
    with pytest.raises(ValueError, match="300 rows where this was trained on 500"):
        line.restore(40, before=True)
    assert line.trainer.experiment == Experiment() and line.trainer.step == 7


@every_change
def test_a_new_worker_begins_anew_and_says_why(
    path: Path, own: Experiment, change: dict[str, int] | None, sentence: str
) -> None:
    line, pasts = Timeline(Trainer(own)), PastReceiver()
    line.steps(40)
    pasts.on_reply(PastSender().tell([line]), in_use=True)
    become(path, change)
    controller = Controller(own, line.trainer.checkpoint(), past=pasts.lost(1)[0])
    assert sentence in controller.said and controller.said.endswith("training begins anew")
    assert controller.alarm and controller.other and controller.trained.trainer.step == 0
    assert controller.trained.trainer.experiment == (own if change else Experiment())
    assert controller.keeps(time.monotonic())


def test_a_new_worker_goes_on_from_its_checkpoint_though_the_newest_data_is_gone(path: Path, own: Experiment) -> None:
    trainer = Trainer(Experiment())
    trainer.steps(20)
    path.unlink()
    controller = Controller(own, trainer.checkpoint())
    assert "own.csv" in controller.said and controller.trained.trainer.step == 20


@every_change
def test_a_twin_that_cannot_be_had_again_begins_as_a_copy(
    path: Path, own: Experiment, kept: Checkpoint, change: dict[str, int] | None, sentence: str
) -> None:
    become(path, change)
    controller = Controller(Experiment())
    controller.do(StartTwin(Experiment(), changed(Experiment(), RATE, 0.5), kept, recovered=True))
    assert controller.trained.twins is not None and controller.alarm and controller.said.startswith("B: ")
    assert sentence in controller.said
    assert controller.trained.twins.b.trainer.experiment == changed(Experiment(), RATE, 0.5)


def test_twins_begin_anew_together(path: Path, own: Experiment, kept: Checkpoint) -> None:
    b = Trainer(Experiment())
    b.steps(9)
    become(path, CHANGES["rows"][0])
    controller = Controller(own, kept)
    controller.do(StartTwin(own, Experiment(), b.checkpoint(), recovered=True))
    assert [line.trainer.step for line in controller.trained.lines] == [0, 0]
    assert controller.trained.lines[1].trainer.experiment == Experiment()


@every_change
def test_a_network_from_elsewhere_is_refused_and_the_present_one_goes_on(
    path: Path, kept: Checkpoint, change: dict[str, int] | None, sentence: str
) -> None:
    become(path, change)
    controller = Controller(Experiment())
    controller.trained.timeline.steps(4)
    controller.do(Restore(kept))
    assert sentence in controller.said and controller.alarm and controller.other
    assert controller.trained.trainer.step == 4


def test_a_session_outlives_its_worker_though_its_file_was_edited(start: Start, path: Path, own: Experiment) -> None:
    session = start(own, killable=True)
    end = trained(session, 3).status.step
    until(session, lambda _: session._recovery.checkpoint is not None and session._recovery.checkpoint.step == end)
    for change in ({"rows": 300}, None):
        become(path, change)
        kill_worker(session)
        until(session, lambda snapshot: "own.csv" in snapshot.said, "distributions")
        assert session.alarm and session.message.endswith("training begins anew")
        until(session, lambda _: session._recovery.checkpoint is not None and session._recovery.checkpoint.step == 0)
    session.apply(msgspec.structs.replace(own, data=Data(points=90)))
    trained(session, 1)
    assert session.experiment.data == Data(points=90)


@pytest.fixture
def run(start: Start, own: Experiment, tmp_path: Path) -> Details:
    """Three epochs, as the library has them."""
    library = tmp_path / "runs.sqlite"
    session = start(own, library=library)
    trained(session, 3)
    session.close()
    (found,) = Library(library).runs()
    return Library(library).details(found.id)


@pytest.mark.parametrize("back", [0, 1], ids=["end", "before"])
@every_change
def test_a_run_is_not_reopened_on_other_rows(
    start: Start, run: Details, path: Path, back: int, change: dict[str, int] | None, sentence: str
) -> None:
    become(path, change)
    session = start()
    before = trained(session, 1).status.step
    assert isinstance(run.score, Score)
    session.reopen(run, run.score.end - back)
    until(session, lambda snapshot: sentence in snapshot.said, "distributions")
    found = until(session, lambda _: session.going is None, "distributions")
    assert session.alarm and found.status.step == before and session.experiment.data.source != "file"


def test_a_run_on_a_changed_file_begins_again_from_its_start(start: Start, run: Details, path: Path) -> None:
    become(path, CHANGES["rows"][0])
    session = start()
    session.reopen(run, 0)
    until(session, lambda snapshot: snapshot.said.startswith("Reopened at step 0"), "distributions")


@pytest.mark.parametrize("change", [None, {"rows": 300}, {"inputs": 3}], ids=["gone", "rows", "inputs"])
def test_errors_are_counted_without_train_dev_where_that_cannot_be_had(
    path: Path, own: Experiment, change: dict[str, int] | None
) -> None:
    trainer = Trainer(changed(own, "data.shift_move", 1.0))
    found = Looked(trainer)(Ask(errors, None))
    assert found.apart is not None and found.apart.of == found.dev.of
    _at_home.cache_clear()
    become(path, change)
    found = Looked(trainer)(Ask(errors, None))
    assert found.apart is None and found.dev.of == trainer.examples.y_dev.size


SPACE = Space((Range("training.learning_rate", 1e-3, 1.0, "log"),))


@pytest.mark.parametrize("change", [None, {"rows": 300}], ids=["gone", "rows"])
def test_a_search_goes_on_where_a_trial_cannot_be_kept_or_opened(
    path: Path, own: Experiment, tmp_path: Path, change: dict[str, int] | None
) -> None:
    wishes: deque[object] = deque()
    found: list[Any] = []
    work = Search(Plan(own, SPACE, strategy="random", trials=3, epochs=2)).run(wishes)
    for news in work:
        if isinstance(news, Record):
            found.append(news.value)
        if isinstance(news, Rest):
            if any(isinstance(one, Opened) for one in found):
                break
            become(path, change)
            wishes.extend((Keep((1, 2), tmp_path / "runs.db"), Open(9)))
    work.close()
    assert sum(isinstance(one, Finished) for one in found) == 3
    (kept,) = (one for one in found if isinstance(one, Kept))
    (opened,) = (one for one in found if isinstance(one, Opened))
    assert kept.count == 0 and "own.csv" in kept.problem
    assert (opened.checkpoint, opened.problem) == (None, "there is no trial 9")
