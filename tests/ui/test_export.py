"""Exporting from the window: the dialog with its preview, files that are what they claim, films, and the clipboard."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog

from faults import no_more_files
from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment, turned
from hyperscope.lab.export.exports import Choice, exporters, gathered
from hyperscope.lab.export.sharing import experiment_code
from hyperscope.lab.probes.distributions import Mode, distributions
from hyperscope.lab.probes.focus import Focus
from hyperscope.lab.probes.probe import Ask
from hyperscope.lab.session.opening import opened_score
from hyperscope.lab.timeline.reopening import performed
from hyperscope.lab.timeline.score import Score, replay
from hyperscope.lab.twins.account import ELSEWHERE
from hyperscope.lab.worker.runner import Runner
from hyperscope.ui import frame as drawing
from hyperscope.ui.export import exporting, filming
from hyperscope.ui.export.film import camera
from hyperscope.ui.export.views import InWindow, painted, panel, views
from hyperscope.ui.labs import LABS
from hyperscope.ui.parts.export import Export
from hyperscope.ui.theme import DARK, LIGHT
from hyperscope.ui.window import Window
from patience import PATIENCE
from probed import asks, both

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
RATE = "training.learning_rate"
SMALL = Experiment(data=Data(points=90), network=Network(layers=(Layer(4, "tanh", "before"), Layer(3))))


@pytest.fixture(scope="module")
def material():
    """A network that has trained for a while, without a window."""
    timeline = performed(Score(SMALL, end=120))
    return gathered(
        timeline,
        asks("examples", "map", "disagreement", "warp", "network", "curves", "distributions", "findings", "results"),
    )


@pytest.fixture(scope="module")
def of_twins(material):
    """The same with a twin that was trained with another learning rate."""
    names = ("examples", "map", "disagreement", "warp", "network", "curves", "distributions")
    trainers = [performed(Score(turned(SMALL, RATE, rate), end=120)).trainer for rate in (0.01, 0.3)]
    return replace(material, sides=both(*trainers, *names))


@pytest.fixture
def window(standing_still, qtbot) -> Window:
    """A window that stands still after five epochs."""
    made = standing_still(SMALL)
    made.session.train_to(5)
    qtbot.waitUntil(lambda: made.up_to_date and made.session.status.epoch == 5, timeout=PATIENCE)
    return made


@pytest.fixture
def dialog(window, qtbot, tmp_path):
    """The dialog, opened, with the map's picture in it; files go to the test's folder."""
    window.part(Export).folder = tmp_path
    qtbot.keyClick(window, Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    made = window.part(Export).dialog
    qtbot.waitUntil(lambda: made.preview.image is not None, timeout=PATIENCE)
    return made


def said(dialog) -> str:
    return dialog.verdict.text()


def save(qtbot, dialog) -> Path:
    """Presses Save, or Film, and waits for the file."""
    path = Path(dialog.path.text())
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog) == f"Written to {path}.", timeout=PATIENCE)
    return path


def type_path(qtbot, dialog, path: Path) -> None:
    """Types a path over the one that is there."""
    dialog.path.setFocus()
    dialog.path.selectAll()
    qtbot.keyClicks(dialog.path, str(path))


def choose(qtbot, dialog, name: str, suffix: str = "") -> None:
    """Chooses what is exported, and its format."""
    qtbot.mouseClick(dialog.list.rows[name], LEFT)
    if suffix:
        at = exporters[name].all_suffixes.index(suffix)
        qtbot.mouseClick(dialog.format.buttons[at], LEFT)


def prepared(name: str, material, **choice) -> bytes:
    made = exporters[name].prepare(material, Choice(**choice))()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return made


# -- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 3.0])
@pytest.mark.parametrize("name", list(views))
def test_a_picture_has_its_size_times_the_scale(qapp, material, name, scale):
    image = QImage.fromData(prepared(name, material, suffix=".png", scale=scale))
    assert (image.width(), image.height()) == tuple(round(scale * side) for side in views[name].size)


@pytest.mark.parametrize("name", list(views))
def test_vectors_are_xml_whose_text_is_text(qapp, material, name):
    root = ElementTree.fromstring(prepared(name, material, suffix=".svg"))
    space = "{http://www.w3.org/2000/svg}"
    words = {
        "map": "Decision map",
        "network": "Layer 1",
        "curves": "Loss",
        "distributions": "Layer 2",
    }[name]
    texts = ["".join(text.itertext()).strip() for text in root.iter(f"{space}text")]
    assert root.tag == f"{space}svg" and words in texts
    assert root.get("viewBox") == "0 0 {} {}".format(*views[name].size)


def test_vectors_show_the_same_as_pixels(qapp, material):
    pixels = QImage.fromData(prepared("curves", material, suffix=".png")).convertToFormat(QImage.Format.Format_RGB32)
    drawn = pixels.copy()
    drawn.fill(LIGHT.window)
    painter = QPainter(drawn)
    QSvgRenderer(prepared("curves", material, suffix=".svg")).render(painter)
    painter.end()
    one, other = (
        np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width(), :3].astype(int)
        for image in (pixels, drawn)
    )
    assert np.abs(one - other).mean() < 6  # of 255; text and edges are smoothed in other ways


def test_a_dark_picture_is_dark_whatever_the_window_is(qapp, material):
    image = QImage.fromData(prepared("map", material, suffix=".png", theme="dark"))
    assert image.pixelColor(10, 200) == DARK.card


def test_a_finer_picture_shows_more(qapp, material):
    coarse, fine = (QImage.fromData(prepared("network", material, suffix=".png", scale=scale)) for scale in (1.0, 2.0))
    back = coarse.scaled(fine.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)

    def edges(image: QImage) -> float:
        grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
        values = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), -1)[:, : grey.width()].astype(int)
        return float(np.abs(np.diff(values, axis=1)).max())

    assert edges(fine) > edges(back)


def pixels(image: QImage) -> np.ndarray:
    """Its bytes (height, width, 4)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)


@pytest.mark.parametrize("name", ["map", "network", "curves", "distributions"])
def test_a_picture_of_twins_holds_both(qapp, material, of_twins, name):
    choice = Choice(".png")
    images = []
    for shown in (material, of_twins, replace(of_twins, sides=(of_twins.sides[0],) * 2)):
        with panel(name, shown, choice) as made:
            images.append(pixels(painted(made, LIGHT.window, 1.0)))
    alone, both, alike = images
    assert alone.shape == both.shape == alike.shape
    assert (alone != both).any(axis=2).mean() > 0.02
    assert (both != alike).any(axis=2).mean() > 0.005  # what is of B is drawn of B's own records


@pytest.mark.parametrize("twins", [False, True])
def test_a_picture_holds_nothing_to_press(qapp, material, of_twins, twins):
    with panel("network", of_twins if twins else material, Choice(".png")) as made:
        painted(made, LIGHT.window, 2.0)
        shown = [button.text() for button in made.findChildren(QAbstractButton) if button.isVisible()]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert shown and not [text for text in shown if text.startswith(("+", "−"))]


def test_a_picture_looks_as_the_window_has_it(window, material):
    window.lab.page.map.set_view("hard")
    window.lab.page.curves.view.choose("Accuracy")
    window.lab.page.curves.smooth.click()
    choice = InWindow(".png", window=window)
    with panel("map", material, choice) as made:
        assert made.view == "hard"
    with panel("curves", material, choice) as made:
        assert (made.view.value, made.smooth.isChecked()) == ("Accuracy", True)


def test_a_picture_has_the_face_of_the_map_that_the_window_shows(window, material, of_twins):
    window.lab.page.map.set_mode("warped")
    choice = InWindow(".png", window=window)
    for shown in (material, of_twins):
        with panel("map", shown, choice) as made:
            assert [picture.warp is not None for picture in made.warp.pictures] == [True] * len(shown.sides)


def test_a_picture_of_the_warped_plane_has_the_axes_that_were_chosen(window, qtbot):
    card = window.lab.page.map
    card.set_mode("warped")
    card.warp.layer_chosen.emit(0)
    card.units_chosen.emit((0, 2))
    timeline = performed(Score(SMALL, end=60))
    material = gathered(timeline, views["map"].needs(window.looked_at.focus))
    with panel("map", material, InWindow(".png", window=window)) as made:
        assert made.warp.says()[0].startswith("Units 1 and 3 of layer 1")


def test_a_picture_of_the_window_leaves_the_window_as_it_was(window):
    def seen() -> QImage:
        right = window.lab.page.map.mapTo(window, QPoint()).x()  # left of it something flows through the network
        return painted(window, window.theme.window, 1.0).copy(right, 0, window.width() - right, window.height())

    def large() -> QImage:
        choice = InWindow(".png", 2.0, window=window)
        return QImage.fromData(exporters["window"].prepare(None, choice)())

    large()  # points that were drawn one by one as they changed are drawn anew, in order
    before = seen()
    assert large().size() == window.size() * 2 and seen() == before


# -- the dialog -------------------------------------------------------------------------------------------------------


def test_the_button_in_the_top_bar_opens_the_dialog(window, qtbot):
    button = next(button for button in window.tabs.findChildren(type(window.tabs.save)) if button.text() == "Export")
    qtbot.mouseClick(button, LEFT)
    assert window.part(Export).dialog.isVisible()


def test_everything_that_can_be_exported_is_in_the_list(dialog):
    assert list(dialog.list.rows) and set(dialog.list.rows) == set(exporters)


def test_every_export_has_a_preview(dialog, qtbot):
    shown = dialog.preview
    for name, entry in exporters.items():
        choose(qtbot, dialog, name)
        there = (lambda: shown.image is not None) if entry.moving else (lambda: bool(shown.lines))
        qtbot.waitUntil(there, timeout=PATIENCE)


def test_every_file_is_written(dialog, qtbot, tmp_path):
    for name, entry in exporters.items():
        if not entry.moving:
            choose(qtbot, dialog, name)
            path = save(qtbot, dialog)
            assert path.parent == tmp_path and path.suffix == entry.suffixes[0] and path.stat().st_size > 20, name


def test_of_twins_what_is_written_is_of_the_one_that_the_controls_show(window, dialog, qtbot):
    session = window.session
    window.do(session.start_twin)
    window.move_knob("training.learning_rate", 0.3)
    session.advance("epoch")
    for side in ("B", "A"):
        window.do(lambda side=side: session.set_side(side))
        for name in ("experiment", "score", "weights"):
            choose(qtbot, dialog, name)
            qtbot.waitUntil(lambda side=side: f"This is {side}'s." in said(dialog), timeout=PATIENCE)
            path = save(qtbot, dialog)
            if name != "weights":
                assert opened_score(path).experiment == session.moved
    with np.load(path) as of_a:
        choose(qtbot, dialog, "weights")
        window.do(lambda: session.set_side("B"))
        qtbot.waitUntil(lambda: "This is B's." in said(dialog), timeout=PATIENCE)
        with np.load(save(qtbot, dialog)) as of_b:
            assert not np.array_equal(of_a["layer1.weights"], of_b["layer1.weights"])


def test_the_report_is_of_both_twins_whichever_the_controls_show(window, dialog, qtbot):
    window.do(window.session.start_twin)
    window.move_knob("training.learning_rate", 0.3)
    choose(qtbot, dialog, "report")
    page = save(qtbot, dialog).read_text(encoding="utf-8")
    assert experiment_code(window.session.experiment) in page and "This is" not in said(dialog)


def test_of_a_network_from_elsewhere_the_session_is_not_written(window, dialog, qtbot):
    window.session.take_up(replay(Score(SMALL, end=300)).checkpoint())
    choose(qtbot, dialog, "score")
    qtbot.waitUntil(lambda: not dialog.save_button.isEnabled(), timeout=PATIENCE)
    assert said(dialog) == ELSEWHERE
    qtbot.waitUntil(lambda: " ".join(dialog.preview.lines) == ELSEWHERE, timeout=PATIENCE)
    qtbot.keyClick(dialog.path, Key.Key_Return)
    assert not Path(dialog.path.text()).exists()
    choose(qtbot, dialog, "experiment")
    assert dialog.save_button.isEnabled() and said(dialog) == exporters["experiment"].help
    choose(qtbot, dialog, "score")
    assert not dialog.save_button.isEnabled() and said(dialog) == ELSEWHERE
    choose(qtbot, dialog, "map")
    assert dialog.save_button.isEnabled() and said(dialog) != ELSEWHERE
    choose(qtbot, dialog, "score")
    window.session.restart()
    qtbot.waitUntil(dialog.save_button.isEnabled, timeout=PATIENCE)
    assert said(dialog) == exporters["score"].help
    save(qtbot, dialog)


def test_a_picture_is_written_as_chosen(dialog, qtbot):
    qtbot.mouseClick(dialog.scale.buttons[2], LEFT)
    qtbot.mouseClick(dialog.colours.buttons[1], LEFT)
    with Image.open(save(qtbot, dialog)) as picture:
        assert picture.size == tuple(3 * side for side in views["map"].size)
        assert picture.convert("RGB").getpixel((30, 600)) == DARK.card.getRgb()[:3]


def test_the_size_is_said_before_it_is_written(dialog, qtbot):
    qtbot.mouseClick(dialog.scale.buttons[3], LEFT)
    assert "1680 × 2040 pixels" in said(dialog)


def test_the_format_follows_the_name_that_is_typed(dialog, qtbot, tmp_path):
    dialog.path.setText(f"{tmp_path}/")
    dialog.path.setFocus()
    qtbot.keyClicks(dialog.path, "mine.svg")
    assert dialog.suffix == ".svg" and not dialog.scale.isEnabled()


def test_enter_in_the_name_writes_the_file(dialog, qtbot, tmp_path):
    dialog.path.setText(str(tmp_path / "mine.png"))
    dialog.path.setFocus()
    qtbot.keyClick(dialog.path, Key.Key_Return)
    qtbot.waitUntil((tmp_path / "mine.png").exists, timeout=PATIENCE)


def test_another_name_is_proposed_where_a_file_has_the_first(window, dialog, qtbot, tmp_path):
    first = save(qtbot, dialog)
    before = first.read_bytes()
    qtbot.keyClick(dialog, Key.Key_Escape)
    window.part(Export).open()
    again = window.part(Export).dialog
    assert again.path.text() == str(tmp_path / "hyperscope-decision-map-2.png")
    second = save(qtbot, again)
    choose(qtbot, again, "map", ".svg")
    assert again.path.text() == str(tmp_path / "hyperscope-decision-map.svg")
    choose(qtbot, again, "map", ".png")
    assert again.path.text() == str(tmp_path / "hyperscope-decision-map-3.png")
    assert second != first and first.read_bytes() == before


def test_a_file_that_is_there_is_replaced_only_when_save_is_pressed_again(dialog, qtbot, tmp_path):
    mine, other = tmp_path / "mine.png", tmp_path / "other.png"
    for path in (mine, other):
        path.write_text("precious")
        type_path(qtbot, dialog, path)
        qtbot.mouseClick(dialog.save_button, LEFT)
        assert said(dialog) == f"{path.name} is there already; Save again replaces it." and dialog.verdict.alarm
    type_path(qtbot, dialog, mine)  # which was asked about before another
    qtbot.keyClick(dialog.path, Key.Key_Return)
    assert "is there already" in said(dialog) and mine.read_text() == "precious"
    save(qtbot, dialog)
    assert mine.read_bytes().startswith(b"\x89PNG") and other.read_text() == "precious"


def test_neither_a_double_click_nor_a_key_that_is_held_replaces_a_file(dialog, qtbot, tmp_path):
    path = tmp_path / "mine.png"
    path.write_bytes(b"precious")
    type_path(qtbot, dialog, path)
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.mouseDClick(dialog.save_button, LEFT)
    qtbot.mouseRelease(dialog.save_button, LEFT)
    for pressed in (dialog.path, dialog.save_button):
        held = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
        QCoreApplication.sendEvent(pressed, held)
    assert said(dialog) == "mine.png is there already; Save again replaces it."
    assert path.read_bytes() == b"precious"


def test_what_was_just_written_is_written_over_without_a_question(dialog, qtbot):
    path = save(qtbot, dialog)
    before = path.read_bytes()
    qtbot.mouseClick(dialog.scale.buttons[0], LEFT)
    assert save(qtbot, dialog) == path and path.read_bytes() != before


def test_what_was_agreed_to_where_files_are_chosen_is_not_asked_again(dialog, qtbot, tmp_path):
    path = tmp_path / "mine.png"
    path.write_text("old")
    qtbot.mouseClick(dialog.browse, LEFT)
    chooser = dialog.findChild(QFileDialog)
    chooser.fileSelected.emit(str(path))
    chooser.reject()
    assert save(qtbot, dialog) == path and path.read_bytes() != b"old"


def test_a_film_does_not_replace_a_file_unasked(dialog, qtbot, tmp_path):
    path = tmp_path / "mine.gif"
    path.write_text("precious")
    type_path(qtbot, dialog, path)
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert said(dialog) == "mine.gif is there already; Film again replaces it."


def test_a_home_that_nobody_has_is_a_folder_like_any_other(dialog, qtbot):
    type_path(qtbot, dialog, Path("~nobody-of-that-name/mine.txt"))
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert "mine.txt: .txt is not one of" in said(dialog)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("picture.bmp", "picture.bmp: .bmp is not one of .png, .svg, .gif, .mp4"), ("picture", "has no ending")],
)
def test_a_name_that_does_not_fit_is_refused(dialog, qtbot, tmp_path, name, sentence):
    dialog.path.setText(str(tmp_path / name))
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert sentence in said(dialog) and dialog.verdict.alarm and not (tmp_path / name).exists()


def test_a_folder_that_is_none_is_said(dialog, qtbot, tmp_path):
    (tmp_path / "taken").touch()
    dialog.path.setText(str(tmp_path / "taken" / "a.png"))
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: "taken is not a folder" in said(dialog), timeout=PATIENCE)
    assert dialog.verdict.alarm


def message(window: Window) -> str:
    return window.words.message.accessibleName()


@pytest.mark.parametrize("name", ["map", "report", "window", "score"])
def test_what_is_to_be_written_is_written_though_the_dialog_is_closed(window, dialog, qtbot, name):
    choose(qtbot, dialog, name)
    path = Path(dialog.path.text())
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert window.part(Export).dialog is None
    qtbot.waitUntil(lambda: message(window) == f"Written to {path}.", timeout=PATIENCE)
    assert path.stat().st_size > 20


@pytest.mark.parametrize("name", ["map", "report", "score"])
def test_what_is_to_be_written_is_written_though_the_window_closes(window, dialog, qtbot, name):
    choose(qtbot, dialog, name)
    path = Path(dialog.path.text())
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert not path.exists()
    window.close()
    assert path.stat().st_size > 20


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process")
def test_a_window_closes_though_what_is_to_be_written_cannot_be(open_window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "ENDING", 0.2)
    window = open_window(SMALL, link=Runner)
    os.kill(window.session.worker_pid, signal.SIGSTOP)
    window.part(Export).folder = tmp_path
    window.part(Export).open()
    qtbot.mouseClick(window.part(Export).dialog.save_button, LEFT)
    window.close()
    assert not window.isVisible() and not list(tmp_path.glob("*.png"))


def test_why_it_was_not_written_is_said_though_the_dialog_is_closed(window, dialog, qtbot, tmp_path):
    (tmp_path / "taken").touch()
    dialog.path.setText(str(tmp_path / "taken" / "a.png"))
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.mouseClick(dialog.close_button, LEFT)
    qtbot.waitUntil(lambda: "taken is not a folder" in message(window), timeout=PATIENCE)
    assert message(window).startswith("Alarm: ")


def test_what_is_asked_for_in_a_row_is_all_written_and_copied(window, dialog, qtbot, tmp_path):
    QApplication.clipboard().clear()
    paths = []
    for name in ("csv", "map", "experiment"):
        choose(qtbot, dialog, name)
        paths.append(Path(dialog.path.text()))
        qtbot.mouseClick(dialog.save_button, LEFT)
    choose(qtbot, dialog, "network")
    qtbot.mouseClick(dialog.copy_button, LEFT)
    qtbot.keyClick(dialog, Key.Key_Escape)
    qtbot.waitUntil(lambda: all(path.exists() for path in paths), timeout=PATIENCE)
    qtbot.waitUntil(lambda: not QApplication.clipboard().image().isNull(), timeout=PATIENCE)


def test_what_waits_while_a_film_is_made_is_written_after_it(window, dialog, qtbot):
    choose(qtbot, dialog, "report")
    report = Path(dialog.path.text())
    qtbot.mouseClick(dialog.save_button, LEFT)
    choose(qtbot, dialog, "curves", ".gif")
    qtbot.mouseClick(dialog.scale.buttons[0], LEFT)
    qtbot.mouseClick(dialog.filmed.buttons[1], LEFT)
    film = Path(dialog.path.text())
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(film.exists, timeout=PATIENCE)
    qtbot.waitUntil(report.exists, timeout=PATIENCE)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process")
@pytest.mark.parametrize("closed", [False, True])
def test_what_waits_for_a_training_process_that_is_gone_is_said_not_to_be_written(open_window, qtbot, tmp_path, closed):
    window = open_window(SMALL, link=Runner)
    os.kill(window.session.worker_pid, signal.SIGSTOP)
    window.part(Export).folder = tmp_path
    window.part(Export).open()
    dialog = window.part(Export).dialog
    qtbot.mouseClick(dialog.save_button, LEFT)
    if closed:
        qtbot.keyClick(dialog, Key.Key_Escape)
    with no_more_files():
        os.kill(window.session.worker_pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: window.session.worker_pid is None)
    sentence = "hyperscope-decision-map.png was not written: no training process is running."
    qtbot.waitUntil(lambda: (message(window) if closed else said(dialog)).endswith(sentence), timeout=PATIENCE)
    assert not list(tmp_path.glob("*.png"))


def test_a_picture_can_be_copied(dialog, qtbot):
    qtbot.mouseClick(dialog.copy_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog).startswith("Copied"), timeout=PATIENCE)
    assert QApplication.clipboard().image().size().toTuple() == tuple(2 * side for side in views["map"].size)


def test_the_preview_follows_the_training(window, dialog, qtbot):
    before = dialog.preview.image
    window.session.play(True)
    qtbot.waitUntil(lambda: dialog.preview.image not in (None, before), timeout=PATIENCE)


def test_everything_in_the_dialog_is_named_and_reached_by_tab(dialog, qtbot):
    seen: list = []
    while QApplication.focusWidget() not in seen:
        seen.append(QApplication.focusWidget())
        qtbot.keyClick(seen[-1], Key.Key_Tab)
    assert all(part.accessibleName() for part in seen)
    assert {dialog.path, dialog.browse, dialog.copy_button, dialog.close_button, dialog.save_button} <= set(seen)
    assert dialog.format.buttons[0] in seen


def test_the_dialog_takes_on_the_theme(window, dialog, qtbot):
    window.set_theme(DARK)
    qtbot.waitUntil(lambda: window.up_to_date, timeout=PATIENCE)
    assert dialog.grab().toImage().pixelColor(2, 2) == DARK.window


def test_the_dialog_opens_again_where_it_was_left(window, dialog, qtbot):
    choose(qtbot, dialog, "csv")
    qtbot.keyClick(dialog, Key.Key_Escape)
    window.part(Export).open()
    assert window.part(Export).dialog.name == "csv"


# -- films ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["map", "network", "curves", "distributions"])
def test_a_frame_of_twins_holds_both(qapp, of_twins, name):
    alike = replace(of_twins, sides=(of_twins.sides[0],) * 2)
    with camera(name, of_twins, Choice(".png")) as shoot:
        frame, other = shoot(of_twins), shoot(alike)
    assert frame.shape == other.shape and (frame != other).any(axis=2).mean() > 0.005


def test_a_film_shows_the_coming_epochs(window, dialog, qtbot):
    choose(qtbot, dialog, "curves", ".gif")
    qtbot.mouseClick(dialog.scale.buttons[0], LEFT)
    qtbot.mouseClick(dialog.filmed.buttons[1], LEFT)  # 10 epochs
    with Image.open(save(qtbot, dialog)) as read:
        assert (read.n_frames, read.size) == (11, views["curves"].size)
    assert window.session.status.epoch == 15


def test_a_film_of_the_session_ends_where_it_stood(window, dialog, qtbot):
    tick = window.session.status.tick
    choose(qtbot, dialog, "map", ".mp4")
    qtbot.mouseClick(dialog.filmed.buttons[0], LEFT)
    assert save(qtbot, dialog).stat().st_size > 1000
    qtbot.waitUntil(lambda: window.session.going is None and window.session.status.tick == tick, timeout=PATIENCE)


def test_the_window_can_be_filmed_however_little_of_it_is_drawn_at_a_time(window, dialog, qtbot, monkeypatch):
    monkeypatch.setattr(drawing, "ENOUGH", 0.0)
    choose(qtbot, dialog, "window", ".gif")
    qtbot.mouseClick(dialog.scale.buttons[0], LEFT)
    qtbot.mouseClick(dialog.filmed.buttons[1], LEFT)
    with Image.open(save(qtbot, dialog)) as read:
        assert (read.n_frames, read.size) == (11, window.size().toTuple())
        first = np.asarray(read.convert("RGB")).astype(int)
        read.seek(10)
        assert np.abs(np.asarray(read.convert("RGB")) - first).max() > 100


def test_a_film_can_be_left_off(window, dialog, qtbot, tmp_path):
    choose(qtbot, dialog, "map", ".mp4")
    qtbot.mouseClick(dialog.filmed.buttons[4], LEFT)  # 300 epochs
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog).startswith("Frame 2"), timeout=PATIENCE)
    qtbot.mouseClick(dialog.close_button, LEFT)
    assert said(dialog) == "No film was written." and dialog.isVisible()
    assert not list(tmp_path.glob("*.mp4"))


def test_a_film_can_be_left_off_while_the_disk_does_not_answer(window, dialog, qtbot, monkeypatch):
    packing, may_go, done = threading.Event(), threading.Event(), []

    class Hanging:
        def add(self, frame):
            packing.set()
            may_go.wait(20)
            done.append("packed")

        def discard(self):
            done.append("discarded")

    monkeypatch.setattr(filming, "film", lambda path: Hanging())
    choose(qtbot, dialog, "map", ".gif")
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(packing.is_set, timeout=PATIENCE)
    qtbot.mouseClick(dialog.close_button, LEFT)
    assert said(dialog) == "No film was written." and not done
    may_go.set()
    qtbot.waitUntil(lambda: done == ["packed", "discarded"], timeout=PATIENCE)


def test_escape_leaves_off_the_film_and_then_the_dialog(window, dialog, qtbot, tmp_path):
    choose(qtbot, dialog, "map", ".gif")
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog).startswith("Frame"), timeout=PATIENCE)
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert window.part(Export).dialog is None and not list(tmp_path.glob("*.gif"))


def test_closing_the_window_leaves_off_the_film(window, dialog, qtbot, tmp_path):
    choose(qtbot, dialog, "map", ".mp4")
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: said(dialog).startswith("Frame"), timeout=PATIENCE)
    window.close()
    assert not list(tmp_path.glob("*.mp4"))


# -- what is seen is what is exported ----------------------------------------------------------------------------------


def test_distributions_in_training_mode_are_exported_so(window, qtbot) -> None:
    shown = window.lab.page.distributions
    shown.mode.word("train").click()
    needs = exporters["distributions"].needs(Focus())
    seen = gathered(performed(Score(SMALL, end=120)), needs)
    with panel("distributions", seen, InWindow(".png", window=window)) as made:
        assert made.asks(Focus()) == shown.asks(Focus()) == (Ask(distributions, Mode(training=True)),)
        in_training = painted(made, LIGHT.window, 1.0)
        made.mode.word("evaluation").click()
        made.draw(seen.sides)
        assert painted(made, LIGHT.window, 1.0) != in_training
    assert all(ask in seen.records for ask in shown.asks(Focus()))


def test_the_pictures_of_labs_that_are_not_open_are_not_offered(window, dialog) -> None:
    own = {entry.exports for entry in LABS if entry.exports}
    of_labs = {name for name, view in views.items() if view.needs.__module__ in own}
    assert all(dialog.list.rows[name].isHidden() for name in of_labs)
    assert not dialog.list.rows["map"].isHidden()


def test_as_code_leads_to_the_lab_that_writes_it(window, dialog, qtbot):
    qtbot.mouseClick(dialog.code_button, LEFT)
    assert window.part(Export).dialog is None
    assert window.shown_view == ("frameworks", "code")
