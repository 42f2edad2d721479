"""Exports: files hold what was trained, to the last digit, and what cannot be written is refused in a sentence."""

from __future__ import annotations

import csv
import errno
import io
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from hyperscope.lab.experiment.experiment import from_json
from hyperscope.lab.export.exports import Choice, exporters, gathered, packed, suffix_of
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import Event, Score, from_code, replay
from hyperscope.lab.timeline.score import from_json as score_from_json
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.writing import refused, write
from lab.sessions import START, moved

SESSION = Score(START, (Event(9, moved(("training.learning_rate", 0.05))),), 60)
FILES = ("csv", "weights", "experiment", "score", "code")


@pytest.fixture(scope="module")
def timeline():
    return performed(SESSION)


def made(timeline, name: str) -> bytes:
    """The file of an exporter that needs no picture."""
    exporter = exporters[name]
    return exporter.prepare(gathered(timeline, exporter.needs(Focus())), Choice(exporter.suffixes[0]))()


def rows(timeline) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made(timeline, "csv").decode())))


def test_the_weights_are_the_trainers_bytes(timeline):
    with np.load(io.BytesIO(made(timeline, "weights"))) as file:
        weights = timeline.trainer.weights()
        assert set(file.files) == set(weights)
        assert all(file[name].tobytes() == values.tobytes() for name, values in weights.items())


def test_the_numbers_are_the_curves(timeline):
    curves = timeline.trainer.history.curves()
    written = np.array([[float(value or "nan") for value in row[:-1]] for row in rows(timeline)[1:]])
    columns = (
        curves.step,
        curves.epoch,
        curves.batch_loss,
        curves.train_loss,
        curves.dev_loss,
        curves.train_accuracy,
        curves.dev_accuracy,
    )
    assert np.allclose(written, np.stack(columns, axis=1), rtol=1e-8, atol=0, equal_nan=True)


def test_each_column_is_headed_by_its_unit(timeline):
    head = rows(timeline)[0]
    assert [word for name in head for word in ("nats", "share", "passes") if word in name] == [
        "passes", "nats", "nats", "nats", "share", "share",
    ]  # fmt: skip


def test_a_move_stands_in_the_first_row_after_it(timeline):
    written = rows(timeline)[1:]
    (row,) = [row for row in written if row[-1]]
    assert (int(row[0]), row[-1]) == (min(int(row[0]) for row in written if int(row[0]) >= 9), "α 0.05")


def test_the_experiment_is_the_one_in_force(timeline):
    assert from_json(made(timeline, "experiment")) == SESSION.experiment


def test_the_session_is_written_as_json_and_as_a_code(timeline):
    assert score_from_json(made(timeline, "score")) == SESSION
    assert from_code(made(timeline, "code").decode()) == SESSION


def test_after_going_back_the_experiment_is_the_one_in_force_there():
    back = performed(SESSION, 4)
    assert from_json(made(back, "experiment")) == back.trainer.experiment != SESSION.experiment
    assert score_from_json(made(back, "score")) == SESSION


def test_of_weights_from_elsewhere_there_is_no_session_to_export():
    elsewhere = gathered(Timeline(replay(SESSION)), ())
    assert [name for name in FILES if exporters[name].lacking(elsewhere)] == ["score", "code"]


@pytest.mark.parametrize("name", FILES)
def test_the_same_export_twice_gives_the_same_bytes(timeline, name):
    assert made(timeline, name) == made(timeline, name)


def test_arrays_are_packed_without_the_time_of_day():
    assert b"layer1.bias.npy" in packed({"layer1.bias": np.zeros(3)})


# -- where it goes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("picture.bmp", r"picture\.bmp: \.bmp is not one of \.png, \.svg"),
        ("picture", r"picture: the name has no ending; add one of \.png, \.svg"),
    ],
)
def test_an_ending_that_does_not_fit_is_refused(name, said):
    with pytest.raises(ValueError, match=said):
        suffix_of(Path(name), (".png", ".svg"))


def test_an_ending_may_be_in_capitals():
    assert suffix_of(Path("A.PNG"), (".png", ".svg")) == ".png"


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "deep" / "a.bin"
    write(path, b"first and longer")
    write(path, b"second")
    assert path.read_bytes() == b"second" and list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_what_is_written_may_be_read_by_whoever_may_read_new_files(tmp_path):
    (tmp_path / "usual").touch()
    write(tmp_path / "ours", b"")
    assert stat.S_IMODE(os.stat(tmp_path / "ours").st_mode) == stat.S_IMODE(os.stat(tmp_path / "usual").st_mode)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(ValueError, match=r"a\.png: .*taken is not a folder"):
        write(tmp_path / "taken" / "a.png", b"")


def test_a_folder_in_place_of_the_file_is_named_and_nothing_is_left(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(ValueError, match=r"a\.png: this is a folder"):
        write(tmp_path / "a.png", b"")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("a.png")] == ["a.png"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_said():
    with pytest.raises(OSError) as full, Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"x")
    assert full.value.errno == errno.ENOSPC
    assert str(refused(Path("a.png"), full.value)) == "a.png: there is no room left on the disk"
