"""The wall's small pictures: painted when a network has moved, and looked at by turns."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from hyperscope.engine.settings import Layer, Network
from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.jobs.task import Record
from hyperscope.lab.tuning import search
from hyperscope.lab.tuning.search import Search
from hyperscope.lab.tuning.space import Range, Space
from hyperscope.lab.tuning.training import Running
from hyperscope.lab.tuning.trials import Plan
from hyperscope.ui.labs.tuning.results import RUNNING, Row
from hyperscope.ui.labs.tuning.tiles import Tiles, figures, rounded
from hyperscope.ui.theme import DARK, LIGHT

SMALL = Experiment(data=Data(points=60), network=Network(layers=(Layer(4),)))
SPACE = Space((Range("training.learning_rate", 1e-3, 1.0, "log"),))
ROW = Row(
    3, {}, RUNNING, 0.5, 0.9, 4.0,
    np.array([[0, 1.2], [4, 0.5]], np.float32), np.full((3, 8, 8), 1 / 3, np.float32),
)  # fmt: skip


@pytest.fixture
def canvas(qapp) -> QImage:
    made = QImage(80, 80, QImage.Format.Format_RGB32)
    made.fill(LIGHT.card)
    return made


def paint(tiles: Tiles, canvas: QImage, row: Row, theme=LIGHT, side: float = 40) -> None:
    painter = QPainter(canvas)
    tiles.paint(painter, row, QRectF(4, 4, side, side), rounded((-1.03, 0.31)), theme, False)
    painter.end()


def test_a_tile_is_painted_anew_only_when_its_network_has_moved(canvas) -> None:
    tiles, moved = Tiles(), replace(ROW, loss=0.4)

    def pixels(*how) -> int:
        paint(tiles, canvas, *how)
        return tiles.kept(3).cacheKey()

    assert pixels(ROW) == pixels(ROW)
    assert len({pixels(ROW), pixels(moved), pixels(moved, DARK), pixels(moved, DARK, 44)}) == 4


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (0.284, ("0.28", "0.3")),
        (14.64, ("14.64", "14.6", "15", "1e1")),
        (3e12, ("3000000000000.00", "3000000000000.0", "3000000000000", "3e12")),
        (0.0416, ("0.042", "0.04", "4e−2")),
        (0.0031, ("0.003", "3e−3")),
        (0.000371, ("0.0004", "4e−4")),
        (2e-6, ("2e−6",)),
        (float("nan"), ("∞",)),
    ],
)
def test_a_loss_is_said_in_as_many_figures_as_there_is_room_for(loss, said) -> None:
    assert figures(replace(ROW, loss=loss)) == said


def test_a_tile_from_memory_looks_as_one_that_is_painted(canvas) -> None:
    tiles = Tiles()
    paint(tiles, canvas, ROW)
    first = canvas.copy()
    paint(tiles, canvas, ROW)
    assert canvas == first
    assert len({canvas.pixel(x, 50) for x in range(4, 44)}) > 2  # its loss and course stand below the map


def test_of_networks_that_take_long_to_look_at_some_have_their_turn(monkeypatch) -> None:
    monkeypatch.setattr(search, "LOOK", 1e-9)  # s, so that any look takes long
    looks: list[tuple[int, ...]] = []
    for news in (work := Search(Plan(SMALL, SPACE, trials=24, epochs=200), every=0.0).run(deque())):
        if isinstance(news, Record) and isinstance(news.value, Running):
            looks.append(news.value.numbers)
        if len(looks) > search.MOST_TURNS:
            break
    work.close()
    assert looks[0] == tuple(range(24))
    assert [len(one) for one in looks[1:]] == [24 // search.MOST_TURNS] * search.MOST_TURNS
    assert set().union(*looks[1:]) == set(range(24))
