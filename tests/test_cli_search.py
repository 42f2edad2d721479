"""`hyperscope search`: what it keeps, what it says, how it is interrupted and taken up again, what it refuses."""

from __future__ import annotations

import csv
import json
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from faults import full_disk
from hyperscope import cli
from hyperscope.commands.search import main
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.study import Study
from hyperscope.lab.tuning.trials import FILE, Finished, url_of
from test_interrupts import ended, running, until


@pytest.fixture
def small(tmp_path: Path) -> str:
    """An experiment that trains in no time."""
    file = tmp_path / "small.json"
    file.write_text(Experiment(data=Data(points=60), network=Network(layers=(Layer(3),))).to_json(), encoding="utf-8")
    return str(file)


@pytest.fixture
def space(tmp_path: Path) -> str:
    file = tmp_path / "space.json"
    file.write_text(Space((Range("training.learning_rate", 1e-3, 1.0, "log"),)).to_json(), encoding="utf-8")
    return str(file)


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "trials.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_search_leaves_a_study_and_a_table(
    small: str, space: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["search", space, "--experiment", small, "--trials", "5", "--epochs", "3", "--out", str(out)]
    assert cli.run([*words, "--notes", "A first look."]) == 0
    printed = capsys.readouterr().out
    assert "5 trials. Best: trial " in printed and "study.db and" in printed
    assert sorted(file.name for file in out.iterdir()) == ["study.db", "trials.csv"]
    assert len(rows(out)) == 5 and set(rows(out)[0]) >= {"training.learning_rate", "dev_loss", "state"}


def test_without_a_space_four_knobs_are_searched(small: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["search", "--experiment", small, "--trials", "2", "--epochs", "2", "--strategy", "random"]
    assert cli.run([*words, "--out", str(out)]) == 0
    knobs = {"training.learning_rate", "training.l2", "training.batch_size", "network.layers.*.units"}
    assert set(rows(out)[0]) >= knobs


@pytest.mark.skipif(sys.platform == "win32", reason="there a process is not sent Ctrl+C by another")
def test_an_interrupted_search_keeps_what_is_finished_and_goes_on(small: str, space: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["search", space, "--experiment", small, "--trials", "9000", "--epochs", "1", "--out", "out"]

    def some() -> bool:
        try:
            with sqlite3.connect(f"file:{out / 'study.db'}?mode=ro", uri=True) as file:
                (count,) = file.execute("select count(*) from trials").fetchone()
            file.close()
            return bool(count > 10)
        except sqlite3.Error:
            return False

    with running(tmp_path, *words, "--strategy", "random") as process:
        until(some, process)
        code, printed, said = ended(process, signal.SIGINT)
    assert code == 130 and "--resume goes on" in said and "Traceback" not in said and "Written to" in printed
    first = rows(out)
    assert 10 < len(first) < 9000
    with running(tmp_path, "search", "--resume", "--out", "out") as process:
        begun = len(first)
        until(lambda: process.poll() is not None or _count(out) > begun, process)
        code, _, _ = ended(process, signal.SIGINT)
    assert code == 130 and rows(out)[: len(first)] == first and len(rows(out)) > len(first)


def _count(out: Path) -> int:
    try:
        with sqlite3.connect(f"file:{out / 'study.db'}?mode=ro", uri=True) as file:
            (count,) = file.execute("select count(*) from trials").fetchone()
        file.close()
        return int(count)
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--trials", "0"], "trials is 0; it must be a whole number in [1, 10000]"),
        (["--strategy", "guess"], "strategy is 'guess'; it must be one of grid, random"),
        (["--epochs", "many"], "invalid int value"),
        (["none.json"], "none.json"),
        (["--storage", "nonsense"], "nonsense is no place for a study"),
        (["--resume"], "there is no search to go on with"),
        (["--resume", "--trials", "5"], "leave out trials"),
        (["--experiment", "none.json"], "none.json"),
    ],
)
def test_what_cannot_be_searched_is_said_in_a_sentence(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["search", *words, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1


def test_an_output_that_no_folder_can_be_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["search", "--out", "a" * 300]) == 2
    told = capsys.readouterr().err
    assert "File name too long" in told and told.count("\n") == 1


def test_a_bad_space_is_said_in_a_sentence_with_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps({"knobs": [{"knob": "training.l2", "low": 2, "high": 1}]}), encoding="utf-8")
    assert cli.run(["search", str(file), "--out", str(tmp_path / "out")]) == 2
    assert "low is 2" in capsys.readouterr().err


def test_a_folder_with_a_search_is_not_searched_over(
    small: str, space: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["search", space, "--experiment", small, "--trials", "1", "--epochs", "1", "--out", str(tmp_path / "out")]
    assert cli.run(words) == 0 and cli.run(words) == 2
    assert "--resume goes on with it" in capsys.readouterr().err


def test_a_folder_without_a_search_is_not_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([str(tmp_path)]) == 2
    assert "there is no search in this folder" in capsys.readouterr().err


def test_a_search_that_finds_no_room_to_begin_leaves_nothing_behind(small: str, space: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with full_disk(), pytest.raises(ValueError, match=r"study\.db could not be written"):
        main([space, "--experiment", small, "--trials", "4", "--epochs", "1", "--out", str(out)])
    assert not list(out.iterdir())


def test_what_was_kept_when_the_disk_filled_up_is_there_and_gone_on_with(
    small: str, space: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    with full_disk(150_000), pytest.raises(ValueError, match="every trial that was kept until then is there"):
        main([space, "--experiment", small, "--trials", "60", "--epochs", "1", "--out", str(out)])
    kept = len(trials_of(out))
    assert 0 < kept < 60
    assert main(["--resume", "--out", str(out)]) == 0
    assert len(trials_of(out)) == 60 and "60 trials" in capsys.readouterr().out


def trials_of(folder: Path) -> list[Finished]:
    """The trials that are kept there."""
    study = Study(url_of(folder / FILE))
    try:
        return study.trials()
    finally:
        study.close()
