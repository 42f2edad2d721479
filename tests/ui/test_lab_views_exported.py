"""A lab's view exported from the window and the command line: its picture, and the numbers that are drawn there."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from hyperscope.cli import run
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.sweeps.reuse import ReuseTask
from hyperscope.lab.timeline.score import Score
from hyperscope.lab.timeline.shown import Shown
from hyperscope.ui.labs import entry
from hyperscope.ui.labs.softmax import reusing
from hyperscope.ui.parts.export import Export
from patience import PATIENCE

SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4),)))
VIEWS = [f"softmax/{view}" for view, _ in entry("softmax").views] + ["batch-norm/microscope"]  # others train long


@pytest.fixture
def dialog(standing_still, qtbot, tmp_path):
    """The dialog over the workbench."""
    window = standing_still(SMALL)
    window.show_lab("softmax", "workbench")
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    window.part(Export).folder = tmp_path
    window.part(Export).open()
    return window.part(Export).dialog


@pytest.fixture
def looks(qapp):
    """Puts back how the application looked."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)


def save(qtbot, dialog, suffix: str) -> Path:
    """Chooses the format, saves, and waits for the file."""
    dialog.format.buttons[dialog.exporter.all_suffixes.index(suffix)].click()
    path = Path(dialog.path.text())
    dialog.save()
    qtbot.waitUntil(lambda: dialog.verdict.text() == f"Written to {path}.", timeout=PATIENCE)
    return path


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_view_that_is_shown_is_offered_first(dialog):
    assert dialog.name == "softmax/workbench" and dialog.exporter.all_suffixes == (".png", ".svg", ".csv")
    assert [name for name in dialog.list.rows if "/" in name] == ["softmax/workbench"]


def test_its_picture_is_as_large_as_it_is_shown(dialog, qtbot):
    page = dialog.parent().lab.page
    with Image.open(save(qtbot, dialog, ".png")) as picture:
        assert picture.size == (page.width() * 2, page.height() * 2)


def test_its_picture_can_be_copied(dialog, qtbot):
    dialog.copy_button.click()
    qtbot.waitUntil(lambda: dialog.verdict.text().startswith("Copied"), timeout=PATIENCE)
    assert QApplication.clipboard().image().width() == 2 * dialog.parent().lab.page.width()


def test_its_preview_shows_the_picture_and_of_numbers_the_first_lines(dialog, qtbot):
    qtbot.waitUntil(lambda: dialog.preview.image is not None, timeout=PATIENCE)
    dialog.format.buttons[2].click()
    qtbot.waitUntil(lambda: dialog.preview.lines[:1] != [], timeout=PATIENCE)
    assert dialog.preview.lines[0].startswith("class,z,T")


def test_the_numbers_of_the_workbench_are_those_of_the_worked_case(dialog, qtbot):
    rows = table(save(qtbot, dialog, ".csv"))
    assert [f"{float(row['share']):.4f}" for row in rows] == ["0.8420", "0.0419", "0.0021", "0.1140"]
    assert [f"{np.exp(float(row['(z + c) / T'])):.2f}" for row in rows] == ["148.41", "7.39", "0.37", "20.09"]


@pytest.fixture
def soon(monkeypatch):
    """Trains less for the view of many classes, until which no picture of it is taken."""
    monkeypatch.setattr(reusing, "ReuseTask", partial(ReuseTask, seeds=1, steps=30))


@pytest.mark.parametrize("what", VIEWS)
def test_the_command_line_pictures_every_view(looks, soon, tmp_path, what):
    out = tmp_path / "view.svg"
    words = ["export", Score(SMALL).to_code(), "--what", what, "--epochs", "1", "--out", str(out)]
    assert run(words) == 0
    assert ElementTree.parse(out).getroot().tag.endswith("svg")


def test_the_command_line_writes_the_mini_batch_whose_gradient_is_the_sum_of_its_columns(looks, tmp_path):
    out = tmp_path / "batch.csv"
    assert run(["export", Score(SMALL).to_code(), "--what", "softmax/batch", "--epochs", "2", "--out", str(out)]) == 0
    rows = table(out)
    columns = [row for row in rows if row["table"] == "mini-batch"]
    errors = np.array([[float(row[f"dL/dz {number}"]) for number in (1, 2, 3)] for row in columns])
    biases = [float(row["dJ/dW"]) for row in rows if row["input"] == "bias"]
    np.testing.assert_allclose(biases, errors.mean(axis=0), rtol=1e-12)


def test_the_command_line_shows_what_the_session_kept_of_the_lab(looks, tmp_path):
    kept = {"softmax": {"workbench": {"logits": [1.7, 0.4], "truth": 0, "temperature": 1.0, "shift": 0.0}}}
    session, out = tmp_path / "session.json", tmp_path / "case.csv"
    session.write_text(Score(SMALL, shown=Shown("softmax", {"softmax": "workbench"}, kept)).to_json())
    assert run(["export", str(session), "--what", "softmax/workbench", "--epochs", "0", "--out", str(out)]) == 0
    assert f"{float(table(out)[0]['share']):.6f}" == "0.785835"


def test_a_view_that_there_is_not_is_refused_with_those_that_there_are(looks, tmp_path, capsys):
    words = ["export", Score(SMALL).to_code(), "--what", "softmax/bench", "--out", str(tmp_path / "a.png")]
    assert run(words) == 2
    assert "view is 'softmax/bench'; it must be one of" in capsys.readouterr().err
