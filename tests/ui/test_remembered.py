"""What the window finds again at its next start, and that nothing it finds can stop it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray

from hyperscope.engine.settings import Training
from hyperscope.lab.experiment.data import FILE, Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.places import LAST
from hyperscope.lab.session.session import last_experiment
from hyperscope.ui.parts.files import SAVE_AFTER
from hyperscope.ui.parts.looks import Looks
from hyperscope.ui.remembered import Remembered
from hyperscope.ui.window import Window
from patience import PATIENCE

MINE = Experiment(training=Training(learning_rate=0.125), seed=3)


@pytest.fixture
def start(standing_still) -> Callable[[], Window]:
    """Opens the window as the program does, standing still."""
    return lambda: standing_still(
        last_experiment(), theme="", remembered=Remembered(), ready=lambda window: window.isVisible()
    )


def message(window: Window) -> str:
    return window.words.message.accessibleName()


# -- the record itself ------------------------------------------------------------------------------------------------


def test_at_the_first_start_nothing_is_remembered(home):
    fresh = Remembered()
    assert (fresh.theme, fresh.scale, fresh.geometry.isEmpty(), last_experiment()) == ("", 1.0, True, None)


@pytest.mark.parametrize(
    ("name", "value"), [("theme", "dark"), ("scale", 1.25), ("geometry", QByteArray(b"some place"))], ids=str
)
def test_what_is_saved_is_found_again(name, value):
    before = Remembered()
    setattr(before, name, value)
    before.save()
    assert getattr(Remembered(), name) == value


def test_everything_is_kept_in_the_programs_own_folder(home):
    before = Remembered()
    before.theme = "dark"
    before.save()
    before.keep(MINE)
    assert {path.name for path in home.iterdir() if path.is_file()} == {"window.ini", LAST}


def test_a_forgetful_one_writes_nothing_and_finds_nothing(home):
    kept = Remembered()
    kept.theme = "dark"
    kept.save()
    forgetful = Remembered(forgetful=True)
    forgetful.theme = "light"
    forgetful.save()
    forgetful.keep(MINE)
    assert (forgetful.theme, Remembered().theme, (home / LAST).exists()) == ("", "dark", False)


@pytest.mark.parametrize(("written", "read"), [("0.1", 1.0), ("99", 2.0), ("large", 1.0), ("nan", 1.0), ("inf", 2.0)])
def test_a_scale_out_of_range_is_brought_into_it(home, written, read):
    (home / "window.ini").write_text(f"[General]\nscale={written}\n", encoding="utf-8")
    assert Remembered().scale == read


def test_the_last_experiment_is_found_again():
    Remembered().keep(MINE)
    assert last_experiment() == MINE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b'{"version": 999}',
        b'{"seed": -1}',
        b'{"data": {"source": "spirals"}}',
        b"[" * 99999,
    ],
    ids=["empty", "cut short", "binary", "a list", "from the future", "out of range", "unknown name", "nested deep"],
)
def test_a_damaged_last_experiment_is_as_if_it_had_never_been_written(home, content):
    (home / LAST).write_bytes(content)
    assert last_experiment() is None


# -- the window -------------------------------------------------------------------------------------------------------


def test_the_window_comes_back_to_its_size(start, qtbot):
    first = start()
    first.resize(1000, 730)  # no wider, since windows come back no larger than the screen, which is small offscreen
    qtbot.waitUntil(lambda: first.size().toTuple() == (1000, 730), timeout=PATIENCE)
    first.close()
    assert start().size().toTuple() == (1000, 730)


def test_the_window_comes_back_in_its_theme(start):
    first = start()
    wanted = not first.theme.dark
    first.part(Looks).switch_theme()
    first.close()
    assert start().theme.dark is wanted


def test_the_window_comes_back_in_its_type_size(start):
    first = start()
    first.resize(1280, 800)
    first.part(Looks).enlarge(1.25)
    first.close()
    second = start()
    second.resize(1280, 800)  # windows come back no larger than the screen, which is small offscreen
    assert second.theme.scale == 1.25


def test_the_window_comes_back_with_its_experiment(start):
    first = start()
    first.move_knob("training.learning_rate", 0.5)
    first.close()
    second = start()
    control = second.lab.page.hyperparameters.controls["training.learning_rate"]
    assert (second.session.experiment.training.learning_rate, control.value()) == (0.5, 0.5)


def test_a_move_is_kept_soon_after_it_was_made(start, qtbot):
    window = start()
    window.move_knob("training.learning_rate", 0.5)
    qtbot.waitUntil(lambda: last_experiment() is not None, timeout=SAVE_AFTER + PATIENCE)
    assert last_experiment().training.learning_rate == 0.5


def test_a_damaged_last_experiment_starts_with_the_usual_one(home, start, qtbot):
    (home / LAST).write_text("{", encoding="utf-8")
    window = start()
    assert window.session.experiment == Experiment()
    qtbot.waitUntil(lambda: window.session.status.train_loss > 0, timeout=PATIENCE)


def test_a_last_experiment_whose_table_is_gone_is_said_and_the_usual_one_opens(home, start, qtbot):
    Remembered().keep(Experiment(data=Data(source=FILE, file="gone.csv")))
    window = start()
    qtbot.waitUntil(lambda: "gone.csv" in message(window), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.session.experiment == Experiment(), timeout=PATIENCE)


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff\xfe", b"[General]\ngeometry=@ByteArray(nonsense)\ntheme=purple\nscale=huge"]
)
def test_damaged_settings_do_not_stop_the_window(home, start, content):
    (home / "window.ini").write_bytes(content)
    assert start().isVisible()


def test_a_home_that_cannot_be_written_does_not_stop_the_window_from_closing(start, tmp_path: Path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "file" / "home"))
    window = start()
    window.close()
    assert not window.isVisible()


def test_a_home_that_cannot_be_read_is_as_if_it_were_empty(tmp_path: Path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HYPERSCOPE_HOME", str(tmp_path / "file" / "home"))
    assert (Remembered().theme, last_experiment()) == ("", None)


def test_reduced_motion_is_found_again_at_the_next_start(start):
    window = start()
    assert not window.remembered.reduced_motion
    next(action for action in window.all_actions if action.name == "Reduced motion").run()
    window.close()
    assert start().remembered.reduced_motion
