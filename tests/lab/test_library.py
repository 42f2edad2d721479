"""The run library over a session: runs come into it, and back out of it, to the last bit."""

from __future__ import annotations

import csv
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from faults import no_more_files
from hyperscope.lab.experiment.experiment import changed, from_json
from hyperscope.lab.export.exports import COLUMNS
from hyperscope.lab.library.library import KeptRun, Library
from hyperscope.lab.session.session import Session
from hyperscope.lab.timeline import score as scores
from hyperscope.lab.timeline.score import Score, replay
from hyperscope.lab.worker.tempo import MAX
from lab.live import RATE, kill_worker, until
from lab.run_rows import row
from lab.sessions import START
from probed import views

Start = Callable[..., Session]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


@pytest.fixture
def session(start: Start, path: Path) -> Session:
    """A session that trains and keeps its runs."""
    return start(START, playing=True, library=path)


def kept(path: Path, session: Session, fits: Callable[[list[KeptRun]], bool]) -> list[KeptRun]:
    """The runs, once they fit."""
    until(session, lambda _: fits(Library(path).runs()))
    return Library(path).runs()


def test_a_run_is_kept_while_it_trains(session: Session, path: Path) -> None:
    (run,) = kept(path, session, lambda runs: len(runs) == 1)
    assert run.epochs >= 1 and run.title.startswith("spiral")


def test_closing_keeps_the_run_to_its_last_step(session: Session, path: Path) -> None:
    until(session, lambda snapshot: snapshot.status.step > 100)
    kept(path, session, lambda runs: len(runs) == 1)
    session.play(False)
    until(session, lambda snapshot: not snapshot.status.playing)
    session.advance("batch")
    last = until(session, lambda snapshot: not snapshot.status.playing and session.going is None)
    last = until(session, lambda snapshot: snapshot.status.step > last.status.step - 1)
    session.close()
    (run,) = Library(path).runs()
    assert run.steps >= last.status.step


def test_a_restart_keeps_what_was_before(session: Session, path: Path) -> None:
    kept(path, session, lambda runs: len(runs) == 1)
    session.restart()
    runs = kept(path, session, lambda runs: len(runs) == 2)
    assert runs[0].created > runs[1].created


def test_an_experiment_that_is_started_with_is_no_part_of_the_run_before(session: Session, path: Path) -> None:
    (before,) = kept(path, session, lambda runs: len(runs) == 1)
    session.apply(changed(session.experiment, RATE, 0.3))
    session.restart()
    runs = kept(path, session, lambda runs: len(runs) == 2)
    title = {run.id: run.title for run in runs}
    assert title.pop(before.id) == before.title
    assert "α 0.3" in title.popitem()[1]


def test_a_worker_that_is_killed_costs_no_run_that_was_kept(start: Start, path: Path) -> None:
    session = start(START, playing=True, library=path, killable=True)
    kept(path, session, lambda runs: len(runs) == 1)
    kill_worker(session)
    until(session, lambda snapshot: snapshot.status.step > 0)
    assert Library(path).runs()
    Library(path).store.check()


def test_without_a_library_nothing_is_kept(start: Start, home: Path) -> None:
    session = start(START, playing=True)
    until(session, lambda snapshot: snapshot.status.epoch > 3)
    session.close()
    assert list(home.glob("*.sqlite*")) == []


@pytest.mark.parametrize("share", [1.0, 0.5], ids=["end", "middle"])
def test_a_run_reopens_in_another_session_to_the_last_bit(
    start: Start, session: Session, path: Path, share: float
) -> None:
    until(session, lambda snapshot: snapshot.status.step > 50)
    session.move(RATE, 0.3)
    until(session, lambda snapshot: snapshot.status.step > 400)
    session.close()
    (run,) = Library(path).runs()
    details = Library(path).details(run.id)
    assert details.score is not None
    tick = int(share * details.score.end)
    other = start(START, library=path)
    other.reopen(details, None if share == 1 else tick)
    found = until(other, lambda snapshot: snapshot.status.tick == tick, "curves", "map")
    found = until(other, lambda _: True, "curves", "map")
    there = replay(details.score, tick)
    assert found.status.step == there.step
    assert found.status.end == details.score.end
    assert found.status.dev_loss == there.scores().dev.loss
    assert views(found)["curves"].dev_loss.tobytes() == there.history.curves().dev_loss.tobytes()
    assert other.experiment == there.experiment
    assert other.undo() and other.experiment == START


def test_reopening_tells_how_far_it_has_come_and_can_be_broken_off(start: Start, session: Session, path: Path) -> None:
    session.set_tempo(MAX)
    until(session, lambda snapshot: snapshot.status.step > 1500)
    session.close()
    details = Library(path).details(Library(path).runs()[0].id)
    other = start(START)
    assert details.score is not None
    other.reopen(details, details.score.end - 1)
    until(other, lambda _: other.message.startswith("Reopening: "))
    other.restart()
    until(other, lambda snapshot: snapshot.status.step == 0 and "Restarted" in other.message)


def test_reopening_a_run_from_an_earlier_moment_speaks_of_the_run(session: Session, path: Path) -> None:
    (run,) = kept(path, session, lambda runs: len(runs) == 1)
    session.go_to(5)
    until(session, lambda snapshot: snapshot.status.tick == 5)
    session.reopen(Library(path).details(run.id))
    last = until(session, lambda snapshot: snapshot.status.step > 5 and bool(snapshot.said))
    assert last.said.startswith("Reopened") and "branch" not in last.said


def test_a_library_that_cannot_be_written_is_said_once_and_the_session_trains_on(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, and no folder")
    session = start(START, playing=True, library=tmp_path / "file" / "runs.sqlite")
    until(session, lambda _: "Runs cannot be kept in" in session.message and session.alarm)
    session.message = ""
    step = session.status.step
    session.restart()
    until(session, lambda snapshot: snapshot.status.step > step + 50 or snapshot.status.epoch > 50)
    assert "Runs cannot be kept" not in session.message


# -- what a person does -----------------------------------------------------------------------------------------------


@pytest.fixture
def library(path: Path) -> Library:
    """Three runs."""
    made = Library(path)
    for number in (1, 2, 3):
        made.store.keep(row(number, experiment=START.to_json()))
    return made


def test_a_star_is_given_and_taken(library: Library) -> None:
    library.star(["run-1", "run-2"], True)
    library.star(["run-2"], False)
    assert {run.id: run.star for run in library.runs()} == {"run-1": 1, "run-2": 0, "run-3": 0}


def test_notes_are_kept(library: Library) -> None:
    library.note("run-2", "α too large; see week 3")
    assert {run.id: run.notes for run in library.runs()}["run-2"] == "α too large; see week 3"


def test_deleting_can_be_undone(library: Library) -> None:
    library.delete(["run-1", "run-3"])
    assert [run.id for run in library.runs()] == ["run-2"]
    library.undelete(["run-1", "run-3"])
    assert len(library.runs()) == 3


def test_tidying_keeps_what_was_deleted_today(library: Library) -> None:
    library.delete(["run-1"])
    library.tidy()
    library.undelete(["run-1"])
    assert len(library.runs()) == 3


def test_a_run_that_is_gone_is_said(library: Library) -> None:
    with pytest.raises(ValueError, match="no longer in the library"):
        library.details("run-9")


def test_of_a_run_that_is_half_readable_the_readable_half_is_shown(library: Library) -> None:
    details = library.details("run-1")
    assert (details.experiment, details.score, details.curves, details.checkpoint) == (START, None, None, None)


def test_a_run_whose_experiment_cannot_be_read_is_said(library: Library) -> None:
    library.store.keep(row(4, experiment='{"version": 99}'))
    with pytest.raises(ValueError, match="This run cannot be read: version is 99"):
        library.details("run-4")


def test_exporting_writes_experiment_score_and_curves(session: Session, path: Path, tmp_path: Path) -> None:
    until(session, lambda snapshot: snapshot.status.step > 100)
    session.move(RATE, 0.3)
    until(session, lambda snapshot: snapshot.status.step > 200)
    session.close()
    (run,) = Library(path).runs()
    written = Library(path).export([run.id], tmp_path / "out")
    experiment, score, curves = written
    assert from_json(experiment.read_bytes()) == changed(START, RATE, 0.3)
    assert scores.from_json(score.read_bytes()).end == run.ticks
    rows = list(csv.DictReader(curves.read_text(encoding="utf-8").splitlines()))
    details = Library(path).details(run.id)
    assert details.curves is not None
    assert [float(line[COLUMNS["dev_loss"]]) for line in rows] == pytest.approx(details.curves.dev_loss, rel=1e-8)
    assert json.loads(score.read_text())["version"] == 1


def test_many_runs_are_exported_with_few_files_open(library: Library, tmp_path: Path) -> None:
    for number in range(100, 200):
        library.store.keep(
            row(number, experiment=START.to_json(), score=zlib.compress(Score(START).to_json().encode()))
        )
    with no_more_files(but=16):
        written = library.export([f"run-{number}" for number in range(100, 200)], tmp_path / "out")
    assert len(set(written)) == 200 and all(file.stat().st_size for file in written)


def test_exporting_to_no_folder_is_said(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, and no folder")
    with pytest.raises(ValueError, match="file"):
        library.export(["run-1"], tmp_path / "file")
