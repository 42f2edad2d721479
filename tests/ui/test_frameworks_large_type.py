"""The Frameworks lab's tables in the large type of a projector, which have little room: nothing is cut or overlaps."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtSvg import QSvgGenerator

from hyperscope.lab.frameworks.measured import Measured
from hyperscope.ui.labs.frameworks.choosing_cards import OpenCard
from hyperscope.ui.labs.frameworks.results_table import COLUMNS, ResultsTable
from hyperscope.ui.labs.frameworks.standing import NAMES, Runs, Standing
from hyperscope.ui.theme import LIGHT, scaled

LONG = Measured("numpy", "2026-11-22", "2-8-8-8-3", 60, "float32", 1.84e-7, 0.186, 0.622, 540e-6, 682_000_000, 79)


def words(widget) -> list[str]:
    """All that is written on it."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    widget.render(generator)
    return re.findall(r"<text[^>]*>([^<]*)</text>", bytes(buffer.data().data()).decode())


@pytest.mark.parametrize("scale", [1.0, 1.25])
def test_every_figure_of_a_narrow_table_is_whole(qtbot, scale):
    table = ResultsTable()
    qtbot.addWidget(table)
    table.set_theme(scaled(LIGHT, scale))
    table.resize(484, 360)
    table.show_runs(Runs(ours=LONG, frameworks={name: Standing(measured=LONG) for name in NAMES}), "numpy")
    written = words(table)
    assert {*COLUMNS, *(text(LONG) for text in COLUMNS.values())} <= {*written}
    assert not [one for one in written if "…" in one and any(figure in one for figure in "0123456789")]


@pytest.mark.parametrize(("high", "shown"), [(300, True), (200, False)])
def test_sources_for_which_there_is_no_line_are_in_the_tooltip(qtbot, high, shown):
    card = OpenCard()
    qtbot.addWidget(card)
    card.set_theme(scaled(LIGHT, 1.25))
    card.resize(970, high)
    source = "github.com/google-deepmind/optax"
    assert (source in words(card)) is shown and source in card.toolTip()
