"""The command line's exports and reports: from an experiment, a table, a session or a code, with no display."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import hyperscope
from hyperscope.cli import run
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, changed, read
from hyperscope.lab.timeline.score import Event, Score, from_code, replay
from hyperscope.lab.timeline.score import from_json as score_from_json
from hyperscope.lab.training.trainer import Trainer
from hyperscope.resources import asset

IRIS = str(asset("datasets/iris.csv"))
MOST = 90  # s; a busy machine takes seconds to start Python and Qt
SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4), Layer(3))), seed=5)
SESSION = Score(SMALL, (Event(4, changed(SMALL, "training.learning_rate", 0.05)),), 25)
CODE = SESSION.to_code()


@pytest.fixture
def looks(qapp):
    """Puts back how the application looked."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)


def written(tmp_path: Path, file: str, what: str, name: str, *words: str) -> Path:
    """The file that an export writes."""
    path = tmp_path / name
    assert run(["export", file, "--what", what, "--out", str(path), *words]) == 0
    return path


def same(arrays, trainer: Trainer) -> bool:
    return all(arrays[name].tobytes() == values.tobytes() for name, values in trainer.weights().items())


@pytest.fixture(params=["code", "session", "experiment", "table"])
def given(request, tmp_path) -> str:
    """Each of the things that can be named."""
    if request.param == "code":
        return CODE
    if request.param == "table":
        return IRIS
    value = SESSION if request.param == "session" else SMALL
    (tmp_path / "given.json").write_text(value.to_json(), encoding="utf-8")
    return str(tmp_path / "given.json")


def test_whatever_is_named_can_be_pictured(looks, tmp_path, given):
    with Image.open(written(tmp_path, given, "map", "a.png", "--epochs", "2", "--scale", "2")) as picture:
        assert picture.size == (840, 1020)


@pytest.mark.parametrize("what", ["network", "curves", "distributions"])
def test_a_view_is_written_as_vectors(looks, tmp_path, what):
    assert ElementTree.parse(written(tmp_path, CODE, what, "a.svg")).getroot().tag.endswith("svg")


def test_the_weights_are_those_of_the_sessions_end(looks, tmp_path):
    with np.load(written(tmp_path, CODE, "weights", "a.npz")) as arrays:
        assert same(arrays, replay(SESSION))


def test_training_goes_on_for_as_many_epochs_after_a_session(looks, tmp_path):
    trainer = replay(SESSION)
    end = trainer.position.epoch + 3
    while trainer.position.epoch < end:
        trainer.finish_epoch()
    with np.load(written(tmp_path, CODE, "weights", "a.npz", "--epochs", "3")) as arrays:
        assert same(arrays, trainer)


def test_the_numbers_are_those_of_the_sessions_curves(looks, tmp_path):
    text = written(tmp_path, CODE, "csv", "a.csv").read_text(encoding="utf-8")
    written_losses = [float(row[3]) for row in list(csv.reader(io.StringIO(text)))[1:]]
    assert np.allclose(written_losses, replay(SESSION).history.curves().train_loss, rtol=1e-8)


def test_a_session_is_taken_apart_and_put_together(looks, tmp_path):
    score = written(tmp_path, CODE, "score", "score.json")
    code = written(tmp_path, str(score), "code", "code.txt").read_text(encoding="utf-8")
    assert score_from_json(score.read_bytes()) == from_code(code) == SESSION
    assert read(written(tmp_path, code.strip(), "experiment", "a.json")) == SESSION.experiment


def test_a_film_of_a_view_shows_the_training(looks, tmp_path):
    with Image.open(written(tmp_path, IRIS, "map", "a.gif", "--epochs", "3")) as film:
        assert (film.n_frames, film.size) == (4, (420, 510))


def test_a_film_of_a_session_plays_it_back(looks, tmp_path):
    with Image.open(written(tmp_path, CODE, "curves", "a.gif", "--theme", "dark")) as film:
        assert film.n_frames == 26


def test_the_window_is_pictured(looks, tmp_path):
    with Image.open(written(tmp_path, CODE, "window", "a.png", "--theme", "dark")) as picture:
        assert picture.size == (1280, 800) and max(picture.convert("RGB").getpixel((640, 2))) < 80


def test_the_window_is_filmed(looks, tmp_path):
    with Image.open(written(tmp_path, IRIS, "window", "a.gif", "--epochs", "2")) as film:
        assert (film.n_frames, film.size) == (3, (1280, 800))


def test_a_report_holds_the_sessions_numbers(looks, tmp_path):
    path = tmp_path / "report.html"
    assert run(["report", CODE, "--out", str(path), "--title", "Mine"]) == 0
    page = path.read_text(encoding="utf-8")
    assert "<h1>Mine</h1>" in page and CODE in page
    assert f"{replay(SESSION).scores().dev.loss:.4f}" in page
    assert page.count("data:image/png;base64,") == 4 and page.count("data:image/svg+xml;base64,") == 4


def test_a_run_of_a_session_goes_to_its_end(tmp_path, capsys):
    assert run(["run", CODE, "--out", str(tmp_path / "out")]) == 0
    with np.load(tmp_path / "out" / "weights.npz") as arrays:
        assert same(arrays, replay(SESSION))
    assert f"step {replay(SESSION).step}:" in capsys.readouterr().out


def test_the_steps_of_a_run_are_counted_on_from_the_sessions(tmp_path):
    run(["run", CODE, "--epochs", "1", "--out", str(tmp_path)])
    with (tmp_path / "steps.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["step"] == str(replay(SESSION).step + 1)


def test_a_setting_is_changed_at_the_sessions_end(tmp_path):
    run(["run", CODE, "--epochs", "2", "--set", "training.batch_size=8", "--out", str(tmp_path)])
    trainer = replay(SESSION)
    trainer.apply(changed(SESSION.experiment, "training.batch_size", 8))
    end = trainer.position.epoch + 2
    while trainer.position.epoch < end:
        trainer.finish_epoch()
    with np.load(tmp_path / "weights.npz") as arrays:
        assert same(arrays, trainer)


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path, capsys):
    (tmp_path / "taken").touch()
    assert run(["export", CODE, "--what", "map", "--out", str(tmp_path / "taken" / "a.png")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("hyperscope: ") and "taken" in said and said.count("\n") == 1


def test_everything_is_drawn_without_a_display(tmp_path):
    source = str(Path(hyperscope.__file__).parents[1])
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    for what, name in (("map", "a.svg"), ("report", "a.html")):
        ended = subprocess.run(
            [sys.executable, "-m", "hyperscope", "export", CODE, "--what", what, "--out", name],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": source, "PYTHONUTF8": "1", "WAYLAND_DISPLAY": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=MOST,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (0, f"Written to {name}.\n"), ended.stderr
        assert (tmp_path / name).stat().st_size > 10_000
