"""The transport row: what its buttons say, and that what it shows changes only when there is something new."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

from hyperscope.lab.probes.snapshot import Status
from hyperscope.lab.worker.tempo import MAX, USUAL, Tempo
from hyperscope.ui.theme import LIGHT
from hyperscope.ui.transport import Readout, Transport


@pytest.fixture
def row(qtbot):
    transport = Transport()
    qtbot.addWidget(transport)
    transport.resize(1280, transport.height())
    transport.show()
    qtbot.waitExposed(transport)
    return transport


@pytest.mark.parametrize("name", ["restart", "new_start", "batch", "epoch"])
def test_each_button_says_what_it_is_for(row, qtbot, name):
    button = {"restart": row.restart_button, "new_start": row.new_button}.get(name) or getattr(row, f"{name}_button")
    with qtbot.waitSignal(getattr(row, name)):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_play_says_play_and_then_pause(row, qtbot):
    said: list[bool] = []
    row.play_toggled.connect(said.append)
    for _ in range(2):
        qtbot.mouseClick(row.play_button, Qt.MouseButton.LeftButton)
    assert said == [True, False]


def test_a_status_that_plays_presses_play_and_says_nothing(row):
    said: list[bool] = []
    row.play_toggled.connect(said.append)
    row.show_status(Status(playing=True), 60)
    assert (row.play_button.isChecked(), said) == (True, [])


@pytest.mark.parametrize(("index", "tempo"), [(0, Tempo(1.0)), (2, USUAL), (3, MAX)])
def test_tempi_are_batches_or_epochs_a_second_and_max_remains(row, qtbot, index, tempo):
    if index == 3:
        row.show_tempo(USUAL)
    with qtbot.waitSignal(row.tempo_chosen) as said:
        qtbot.mouseClick(row.tempo.buttons[index], Qt.MouseButton.LeftButton)
    assert said.args == [tempo]


@pytest.mark.parametrize(("batches", "caption"), [(10, "5 epochs/s"), (2, "20 epochs/s"), (151, "1 epoch/s")])
def test_the_usual_tempo_says_what_it_is_for_this_experiment(row, batches, caption):
    row.show_status(Status(batches=batches), 60)
    assert row.tempo.buttons[2].text() == caption
    assert row.tempo.buttons[3].geometry().right() < row.tempo.width()


def test_a_status_is_shown_in_figures(row):
    row.show_status(Status(epoch=140, batch=3, batches=10, steps_per_second=14213.7), 59.8)
    figures = [readout.value().replace("\u2009", " ") for readout in (row.epochs, row.batches, row.steps, row.frames)]
    assert figures == ["140", "3 / 10", "14 200", "59"]


def test_figures_keep_their_places_as_they_grow(row):
    row.show_status(Status(epoch=1, batch=1, batches=10, steps_per_second=9, playing=True), 9)
    before = [readout.geometry() for readout in row.findChildren(Readout)]
    row.show_status(Status(epoch=99, batch=10, batches=10, steps_per_second=14200), 60)
    assert [readout.geometry() for readout in row.findChildren(Readout)] == before


def test_the_same_status_again_paints_nothing(row, qtbot):
    painted: list[str] = []

    class Counted(Readout):
        def paintEvent(self, event):
            painted.append(self.value())
            super().paintEvent(event)

    readout = Counted("Epoch", "99")
    qtbot.addWidget(readout)
    readout.set_theme(LIGHT)
    readout.set_value("7")
    readout.show()
    qtbot.waitUntil(lambda: painted != [])
    painted.clear()
    readout.set_value("7")
    readout.set_value("8")
    qtbot.waitUntil(lambda: painted != [])
    assert painted == ["8"]


def test_rates_do_not_flicker_while_it_plays(row):
    row.show_status(Status(steps_per_second=100, playing=True), 60)
    row.show_status(Status(steps_per_second=200, playing=True), 60)
    assert row.steps.value() == "100"


def test_every_button_has_a_name_and_a_tab_stop_is_a_button(row):
    unnamed = [button for button in row.findChildren(QAbstractButton) if not button.accessibleName()]
    assert unnamed == []


def test_restart_is_called_by_its_full_name(row):
    assert row.restart_button.accessibleName() == "Restart (same start)"
    assert "Restart (same start)" in row.restart_button.toolTip()


@pytest.mark.parametrize("key", ["space", "R", "N", "B", "E"])
def test_the_tooltips_name_the_keys(row, key):
    tips = " ".join(button.toolTip() for button in row._buttons)
    assert f"· {key}" in tips


def test_in_large_type_the_last_figures_make_room_for_the_buttons(row):
    row.resize(1000, row.height())
    row.set_theme(replace(LIGHT, scale=1.5))
    QApplication.processEvents()
    assert not row.frames.isVisible() and row.twin_button.geometry().right() < row.width()


def test_at_1280_pixels_every_figure_of_the_training_is_seen(row):
    assert all(readout.isVisible() for readout in (row.epochs, row.batches, row.steps))


def test_at_1600_pixels_every_figure_is_seen(row, qtbot):
    row.resize(1600, row.height())
    qtbot.waitUntil(lambda: all(readout.isVisible() for readout in row.findChildren(Readout)))
