"""The page of runs: what was trained is found on it, compared, noted, deleted, and put in force again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from faults import read_only
from hyperscope.engine.settings import Layer
from hyperscope.lab.experiment.experiment import changed
from hyperscope.lab.experiment.presets import presets
from hyperscope.lab.library.library import Library
from hyperscope.lab.library.recorder import Recorder
from hyperscope.lab.timeline.score import replay
from hyperscope.lab.timeline.timeline import Timeline
from hyperscope.lab.training.trainer import Trainer
from hyperscope.ui.paint import face
from hyperscope.ui.parts.presets import Presets
from hyperscope.ui.parts.runs import Runs
from hyperscope.ui.runs.page import NO_MATCH, NONE, READING, UNREAD, RunsPage
from hyperscope.ui.runs.rows import HEIGHT, in_words, title_lines, when
from hyperscope.ui.theme import DARK, LIGHT, scaled
from hyperscope.ui.window import Window
from lab.run_rows import row
from lab.sessions import START, moved, with_layers
from paints import Paints
from patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
RATE = "training.learning_rate"
TRAINED = (START, moved((RATE, 0.1)), moved(("seed", 8)), with_layers(START, Layer(4, "relu")))
STEPS = 80


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of four runs, each really trained; the second moves its learning rate half-way."""
    path = tmp_path_factory.mktemp("runs") / "runs.sqlite"
    for number, experiment in enumerate(TRAINED):
        timeline = Timeline(Trainer(experiment))
        recorder = Recorder(path, every=float("inf"), shortest=0.0)
        recorder.begin(timeline)
        timeline.steps(STEPS // 2)
        if number == 1:
            timeline.apply(changed(experiment, RATE, 0.3))
        timeline.steps(STEPS // 2)
        recorder.close()
    return path


@pytest.fixture
def path(trained: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copyfile(trained, tmp_path / "runs.sqlite"))


@pytest.fixture
def opened(standing_still) -> Callable[[Path | None], Window]:
    """Opens a window that stands still, on a library."""
    return lambda library: standing_still(library=library)


@pytest.fixture
def window(opened, path) -> Window:
    return opened(path)


def settled(qtbot, page: RunsPage) -> None:
    """Waits until all that was asked for has come and what that asked for too."""
    for _ in range(3):
        qtbot.waitUntil(lambda: page.idle and page.list.accessibleDescription() != READING, timeout=PATIENCE)
        QApplication.processEvents()


def page_of(window: Window, qtbot) -> RunsPage:
    qtbot.keyClick(window, Key.Key_L)
    page = window.part(Runs).page
    settled(qtbot, page)
    return page


@pytest.fixture
def over(window, qtbot) -> RunsPage:
    """The page over a window's lab, opened with a key."""
    return page_of(window, qtbot)


@pytest.fixture
def shown(qapp, qtbot) -> Iterator[Callable[[Path], RunsPage]]:
    """Opens the page of a library by itself, without a window and a worker."""
    grounds: list[tuple[QWidget, RunsPage]] = []

    def show_one(path: Path) -> RunsPage:
        ground = QWidget()
        page = RunsPage(ground, Library(path))
        grounds.append((ground, page))
        page.left.connect(page.hide)
        page.set_theme(LIGHT)
        ground.resize(1280, 750)
        page.setGeometry(ground.rect())
        ground.show()
        ground.activateWindow()
        qtbot.waitUntil(ground.isActiveWindow, timeout=PATIENCE)
        page.open()
        settled(qtbot, page)
        return page

    yield show_one
    for ground, page in grounds:
        page.close_library()
        ground.close()
        ground.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def page(shown, path) -> RunsPage:
    """The page of the four runs by itself."""
    return shown(path)


def press(qtbot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def click(qtbot, page: RunsPage, number: int, modifier=Qt.KeyboardModifier.NoModifier, x: int = 150) -> None:
    """Clicks on a row."""
    at = page.list.visualRect(page.model.index(number)).topLeft() + QPoint(x, HEIGHT // 2)
    qtbot.mouseClick(page.list.viewport(), LEFT, modifier, at)
    settled(qtbot, page)


# -- opening ----------------------------------------------------------------------------------------------------------


def test_l_opens_the_page_with_the_keyboard_on_the_list(page):
    assert page.isVisible() and page.list.hasFocus()


def test_l_closes_the_page_again(page, qtbot):
    press(qtbot, Key.Key_L)
    assert not page.isVisible()


def test_escape_leaves_everything_as_it_was(window, over, qtbot):
    before = window.session.experiment
    press(qtbot, Key.Key_Escape)
    assert not over.isVisible() and window.session.experiment == before and not window.session.playing


def test_the_button_in_the_top_bar_opens_the_page(window, qtbot):
    qtbot.mouseClick(window.tabs.runs, LEFT)
    assert window.part(Runs).page.isVisible()


def test_nothing_below_the_page_is_painted_while_it_trains_on(window, over, qtbot):
    window.session.play(True)
    painted = Paints([window.lab.page.network, window.lab.page.curves])
    step = window.session.status.step
    qtbot.waitUntil(lambda: window.session.status.step > step + 100, timeout=PATIENCE)
    assert painted.counts == [0, 0]


def test_every_run_is_listed_the_newest_first(page):
    assert [run.title for run in page.model.runs] == [
        "spiral · 4 ReLU · Adam α 0.01 · Points 90 · batch 16 · seed 7",
        "spiral · 8-6-5 tanh/ReLU/sigmoid · BN in 1, 2 · Adam α 0.01 · Points 90 · batch 16 · seed 8",
        "spiral · 8-6-5 tanh/ReLU/sigmoid · BN in 1, 2 · Adam α 0.3 · Points 90 · batch 16 · seed 7",
        "spiral · 8-6-5 tanh/ReLU/sigmoid · BN in 1, 2 · Adam α 0.01 · Points 90 · batch 16 · seed 7",
    ]


def test_the_newest_run_is_chosen_and_its_curves_are_shown(page):
    assert [run.id for run in page.picked()] == [page.model.runs[0].id] == [run.id for run in page.chosen.runs]
    (line,) = page.chosen.chart.lines
    assert int(line.curves.step[-1]) == STEPS and (line.train, line.dev) == ("train", "dev")


def test_a_row_is_said_in_words(page):
    run = page.model.runs[0]
    said = page.model.data(page.model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == in_words(run) and run.title in said and "dev loss" in said and "epochs" in said


def test_without_runs_the_page_says_what_to_do(shown, tmp_path):
    page = shown(tmp_path / "none.sqlite")
    assert page.list.accessibleDescription() == NONE and not page.chosen.isVisible()


def test_pictures_are_of_the_rows_in_sight_only(shown, tmp_path, path, qtbot):
    many = tmp_path / "many.sqlite"
    fill(many, Library(path).details(Library(path).runs()[0].id).thumbnail)
    page = shown(many)
    assert len(page.model.runs) == 1000
    page.grab()
    settled(qtbot, page)
    assert 5 < page.model.pictures < 30


def test_a_picture_is_read_once_however_often_its_row_is_painted(shown, tmp_path, path, qtbot):
    with closing(sqlite3.connect(path)) as db:
        (picture,) = db.execute("SELECT thumbnail FROM runs").fetchone()
    fill(tmp_path / "many.sqlite", picture)
    page = shown(tmp_path / "many.sqlite")
    asked: list[str] = []
    page.model.pictures_wanted.connect(asked.extend)
    page.list.scrollToBottom()
    for _ in range(3):
        page.list.viewport().repaint()
        QApplication.processEvents()
    settled(qtbot, page)
    assert asked
    assert len(asked) == len(set(asked))


def fill(path: Path, picture: bytes) -> None:
    """A library of a thousand runs, written in one go."""
    Library(path).store.edit([], "notes", "")
    with closing(sqlite3.connect(path)) as db, db:
        for number in range(1000):
            made = row(number, thumbnail=picture, curves=None, score=None)
            db.execute(f"INSERT INTO runs ({', '.join(made)}) VALUES ({', '.join('?' * len(made))})", [*made.values()])


def test_when_a_run_was_is_said_as_shortly_as_it_can_be():
    now = datetime(2026, 11, 20, 18, 0).timestamp()
    said = [
        when(datetime(*then).timestamp(), now)
        for then in ((2026, 11, 20, 9, 5), (2026, 3, 2, 9, 5), (2025, 3, 2, 9, 5))
    ]
    assert said == ["09:05", "2 Mar", "2 Mar 2025"]


# -- finding ----------------------------------------------------------------------------------------------------------


def test_the_filter_takes_words_from_title_data_set_and_notes(page, qtbot):
    page.library.note(page.model.runs[3].id, "the best one")
    page.refresh()
    settled(qtbot, page)
    press(qtbot, Key.Key_F)
    found = {}
    for words in ("relu points", "relu 0.3", "BEST", "spiral", "digits"):
        page.filter.clear()
        qtbot.keyClicks(page.filter, words)
        found[words] = len(page.model.runs)
    assert found == {"relu points": 4, "relu 0.3": 1, "BEST": 1, "spiral": 4, "digits": 0}
    assert page.list.accessibleDescription() == NO_MATCH


def test_starred_runs_only(page, qtbot):
    press(qtbot, Key.Key_S)
    settled(qtbot, page)
    page.starred.click()
    assert [run.star for run in page.model.runs] == [1]


def test_the_best_dev_loss_comes_first_if_that_is_the_order(page):
    page.order.choose("Best dev loss")
    losses = [run.best_dev_loss for run in page.model.runs]
    assert losses == sorted(losses)


# -- star, notes, delete ----------------------------------------------------------------------------------------------


def stars(path: Path) -> list[int]:
    return [run.star for run in Library(path).runs()]


def test_s_gives_a_star_and_takes_it(page, path, qtbot):
    seen = []
    for _ in range(2):
        press(qtbot, Key.Key_S)
        settled(qtbot, page)
        seen.append(stars(path))
    assert seen == [[1, 0, 0, 0], [0, 0, 0, 0]]


def test_a_click_on_the_star_gives_one_and_chooses_nothing_else(page, path, qtbot):
    click(qtbot, page, 2, x=15)
    assert stars(path) == [0, 0, 1, 0] and [run.id for run in page.picked()] == [page.model.runs[0].id]


def test_notes_are_kept_as_they_are_written(page, path, qtbot):
    page.chosen.notes.setFocus()
    qtbot.keyClicks(page.chosen.notes, "a small net, L2 next")
    qtbot.waitUntil(lambda: Library(path).runs()[0].notes == "a small net, L2 next", timeout=PATIENCE)


def test_notes_just_written_are_kept_when_another_run_is_chosen(page, path, qtbot):
    qtbot.keyClicks(page.chosen.notes, "left in a hurry")
    click(qtbot, page, 1)
    settled(qtbot, page)
    assert [run.notes for run in Library(path).runs()] == ["left in a hurry", "", "", ""]
    assert page.chosen.notes.toPlainText() == ""


def test_notes_just_written_are_kept_when_the_window_closes(window, over, path, qtbot):
    qtbot.keyClicks(over.chosen.notes, "closed at once")
    window.close()
    assert Library(path).runs()[0].notes == "closed at once"


def test_delete_takes_a_run_away_and_undo_brings_it_back(page, path, qtbot):
    first = page.model.runs[0].id
    press(qtbot, Key.Key_Delete)
    settled(qtbot, page)
    assert first not in {run.id for run in page.model.runs} and len(Library(path).runs()) == 3
    assert page.message.text() == "Deleted 1 run." and page.undo_button.isVisible()
    press(qtbot, Key.Key_Z, CTRL)
    settled(qtbot, page)
    assert page.model.runs[0].id == first and len(Library(path).runs()) == 4


def test_the_button_undoes_deleting_too(page, path, qtbot):
    qtbot.mouseClick(page.chosen.delete_button, LEFT)
    settled(qtbot, page)
    qtbot.mouseClick(page.undo_button, LEFT)
    settled(qtbot, page)
    assert len(Library(path).runs()) == 4 and not page.undo_button.isVisible()


# -- comparing --------------------------------------------------------------------------------------------------------


def test_two_chosen_runs_are_compared_with_the_settings_that_differ_first_and_bold(page, qtbot):
    click(qtbot, page, 2)
    click(qtbot, page, 3, CTRL)
    table = page.chosen.settings
    first = [table.item(0, column) for column in range(3)]
    assert [item.text() for item in first] == ["Learning rate", "0.3", "0.01"]
    assert first[0].font().bold() or first[0].font().weight() >= 600
    assert table.item(1, 0).font().weight() < 600
    assert table.horizontalHeaderItem(0).text() == "1 setting differs"


def test_compared_runs_have_a_letter_in_the_chart_and_in_the_list(page, qtbot):
    click(qtbot, page, 0)
    click(qtbot, page, 2, CTRL)
    runs = [page.model.runs[0].id, page.model.runs[2].id]
    assert [(line.train, line.dev) for line in page.chosen.chart.lines] == [("A", "A dev"), ("B", "B dev")]
    assert {one: letter for one, (letter, _) in page.list.row.letters.items()} == dict(zip(runs, "AB", strict=True))
    colours = [line.colour for line in page.chosen.chart.lines]
    assert [page.list.row.letters[one][1] for one in runs] == colours and colours[0] != colours[1]


def test_a_layer_that_one_run_lacks_is_shown_as_none(page, qtbot):
    click(qtbot, page, 0)
    click(qtbot, page, 1, CTRL)
    table = page.chosen.settings
    rows = {table.item(at, 0).text(): [table.item(at, n).text() for n in (1, 2)] for at in range(table.rowCount())}
    assert rows["Layer 2 units"] == ["–", "6"]


def test_shift_and_arrows_choose_several(page, qtbot):
    press(qtbot, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    settled(qtbot, page)
    assert len(page.chosen.runs) == 3 and not page.chosen.reopen_button.isVisible()


def test_the_chart_shows_accuracy_if_asked(page):
    before = page.chosen.chart.grab().toImage()
    page.chosen.measure.choose("Accuracy")
    assert page.chosen.chart.grab().toImage() != before


# -- reopening --------------------------------------------------------------------------------------------------------


def test_enter_reopens_a_run_at_its_end(window, over, path, qtbot):
    click(qtbot, over, 2)
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.status.step == STEPS and window.up_to_date, timeout=PATIENCE)
    details = Library(path).details(Library(path).runs()[2].id)
    assert not over.isVisible() and not window.session.playing
    assert window.session.experiment == details.experiment == moved((RATE, 0.3))
    assert window.session.status.dev_loss == replay(details.score).scores().dev.loss
    assert window.lab.page.hyperparameters.controls[RATE].value() == 0.3


def test_the_slider_chooses_the_moment_and_the_button_reopens_there(window, over, path, qtbot):
    click(qtbot, over, 2)
    slider = over.chosen.slider
    tick = 24
    qtbot.mouseClick(slider, LEFT, pos=QPoint(round(slider.x_at(tick)), slider.height() // 3))
    at = slider.value()
    assert abs(at - tick) <= 1
    assert over.chosen.where.text() == f"Reopens at step {at}, epoch {at / 4:.3g}."
    qtbot.mouseClick(over.chosen.reopen_button, LEFT)
    qtbot.waitUntil(lambda: window.session.status.step == at and window.up_to_date, timeout=PATIENCE)
    details = Library(path).details(Library(path).runs()[2].id)
    assert window.session.status.end == STEPS
    assert window.session.experiment == moved((RATE, 0.1))
    assert window.session.status.dev_loss == replay(details.score, at).scores().dev.loss


def test_a_reopened_run_trains_on_and_is_then_another_run(window, over, path, qtbot):
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.status.step == STEPS, timeout=PATIENCE)
    window.session.advance("epoch")
    qtbot.waitUntil(lambda: window.session.status.step > STEPS, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(Library(path).runs()) == 5, timeout=PATIENCE)
    assert Library(path).runs()[0].steps > STEPS


def test_a_run_is_shown_behind_the_current_one(window, over, qtbot):
    title = over.model.runs[0].title
    qtbot.mouseClick(over.chosen.behind_button, LEFT)
    assert not over.isVisible()
    assert title in [ghost.name for ghost in window.lab.page.curves.others.ghosts]


def test_a_preset_opened_over_the_page_is_what_is_seen_then(window, over, qtbot):
    window.part(Presets).take(presets()[2])
    assert not over.isVisible()


def test_undo_brings_back_the_settings_from_before_reopening(window, over, qtbot):
    before = window.session.experiment
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.status.step == STEPS, timeout=PATIENCE)
    qtbot.keyClick(window, Key.Key_Z, CTRL)
    assert window.session.experiment == before


def test_the_run_that_trains_is_on_the_page_and_moves_on(opened, tmp_path, qtbot):
    window = opened(tmp_path / "new.sqlite")
    window.session.play(True)
    page = page_of(window, qtbot)
    qtbot.waitUntil(lambda: len(page.model.runs) == 1, timeout=PATIENCE)
    steps = page.model.runs[0].steps
    qtbot.waitUntil(lambda: page.model.runs[0].steps > steps, timeout=PATIENCE)


# -- export and trouble -----------------------------------------------------------------------------------------------


def test_exporting_writes_the_chosen_runs_and_says_where(page, tmp_path, qtbot):
    click(qtbot, page, 0)
    click(qtbot, page, 1, CTRL)
    page.export(tmp_path / "out")
    settled(qtbot, page)
    names = sorted(path.name.split(".", 1)[1].split(".", 1)[-1] for path in (tmp_path / "out").iterdir())
    assert len(names) == 6 and page.message.text() == f"Exported 6 files to {tmp_path / 'out'}."


def test_a_library_that_cannot_be_read_is_said_on_the_page(shown, tmp_path):
    broken = tmp_path / "runs.sqlite"
    broken.write_bytes(b"these are no runs\n" * 500)
    page = shown(broken)
    assert "was damaged and is now runs.damaged-" in page.message.text()
    assert page.list.accessibleDescription() == NONE


def test_a_folder_that_may_not_be_entered_is_said_on_the_page(shown, tmp_path):
    (tmp_path / "kept").mkdir()
    with read_only(tmp_path / "kept", 0):
        page = shown(tmp_path / "kept" / "runs.sqlite")
    assert "Permission denied" in page.message.text() and page.list.accessibleDescription() == UNREAD


def test_a_fault_while_the_library_is_read_is_said_on_the_page(page, qtbot, monkeypatch):
    def fails(*_):
        raise KeyError("moments")

    monkeypatch.setattr(page.library, "runs", fails)
    with qtbot.capture_exceptions() as faults:
        page.refresh()
        settled(qtbot, page)
    assert [kind for kind, *_ in faults] == [KeyError] and page.idle
    assert page.message.text() == "This could not be done, by a fault of Hyperscope's: KeyError."


def test_a_folder_that_cannot_be_written_is_said_when_a_star_is_given(page, path, qtbot):
    (path.parent / "file").write_text("no folder")
    page.library.store.path = path.parent / "file" / "runs.sqlite"
    press(qtbot, Key.Key_S)
    settled(qtbot, page)
    assert "Runs cannot be kept in" in page.message.text()


# -- keys and looks ---------------------------------------------------------------------------------------------------


def test_no_key_of_the_lab_acts_unseen(window, over, qtbot):
    before = window.session.experiment
    for key in (Key.Key_Space, Key.Key_R, Key.Key_N, Key.Key_E, Key.Key_B, Key.Key_Right):
        press(qtbot, key)
    assert window.session.experiment == before and not window.session.playing and window.session.status.step == 0


def test_tab_goes_round_the_page_and_not_beneath_it(page, qtbot):
    seen = []
    while (now := QApplication.focusWidget()) not in seen:
        assert page.isAncestorOf(now)
        seen.append(now)
        press(qtbot, Key.Key_Tab)
    wanted = (page.filter, page.starred, page.list, page.chosen.slider, page.chosen.notes, page.close_button)
    assert set(wanted) <= set(seen) and QApplication.focusWidget() is seen[0]


def test_shift_tab_goes_the_other_way(page, qtbot):
    press(qtbot, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    order = next(word for word in page.order.findChildren(QAbstractButton) if word.isChecked())
    assert QApplication.focusWidget() is order


def test_everything_that_takes_the_keyboard_has_a_name_and_a_tooltip(page):
    lacking = [
        type(part).__name__
        for part in page.findChildren(QWidget)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and part.isVisible()
        and not (part.accessibleName() and (part.toolTip() or part.parentWidget() in (page.order, page.chosen.measure)))
    ]
    assert lacking == []


def test_until_the_library_is_read_the_page_says_so(window, qtbot):
    window.part(Runs).toggle()
    page = window.part(Runs).page
    assert (page.loaded, page.list.accessibleDescription()) == (False, READING)
    settled(qtbot, page)
    assert page.list.accessibleDescription() != READING


def test_a_long_title_takes_two_lines_broken_between_its_parts(qapp):
    metrics, title = QFontMetrics(face(13, 500, 1.5)), "spiral · 32-32 ReLU · Adam α 0.01 · Noise 0.25"
    whole = metrics.horizontalAdvance(title)
    assert title_lines(title, metrics, whole + 2) == [title.replace(" ", "\u00a0").replace("·\u00a0", "· ")]
    first, second = title_lines(title, metrics, round(0.7 * whole))
    assert first.endswith("·") and f"{first} {second}".replace("\u00a0", " ") == title


@pytest.mark.parametrize("width", [1000, 1280])
def test_the_split_stays_whatever_is_chosen(page, qtbot, width):
    page.resize(width, 700)
    splits = set()
    for rows in ([], [0], [0, 1, 2], [3]):
        page.choose([page.model.runs[row].id for row in rows])
        if rows == [3]:
            page.chosen.title.setText("spiral · 3 layers of 8 tanh with batch norm · " * 3)
        settled(qtbot, page)
        splits.add((page.chosen.x(), page.chosen.width(), page.list.width()))
    assert len(splits) == 1


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_page_fits_the_smallest_window_in_the_dark_too(window, over, qtbot, scale):
    window.set_theme(scaled(DARK, scale))
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: over.width() == window.minimumWidth(), timeout=PATIENCE)
    for part in (over.close_button, over.chosen.reopen_button, over.chosen.delete_button):
        at = part.mapTo(over, QPoint(0, 0))
        assert over.rect().contains(at) and over.rect().contains(at + QPoint(part.width() - 1, part.height() - 1))
    assert over.grab().toImage().pixelColor(2, 2) == DARK.window


@pytest.mark.parametrize(("name", "value"), [("created", 1e300), ("title", b"\xff"), ("dev_loss", "low")])
def test_a_row_that_is_no_run_is_said_and_the_others_are_shown(opened, path, qtbot, name, value):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"UPDATE runs SET {name} = ? WHERE number = 2", (value,))
    page = page_of(opened(path), qtbot)
    assert len(page.model.runs) == 3
    assert page.message.text().startswith("1 row of the library is no run and is left out")
