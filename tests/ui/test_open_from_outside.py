"""A table named on the command line: it opens by way of the same dialog as any other."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from hyperscope.lab.experiment.data import Data
from hyperscope.lab.experiment.experiment import changed
from hyperscope.ui.app import ask_to_open
from hyperscope.ui.open_table.dialog import OpenTable
from hyperscope.ui.parts.files import Files
from patience import PATIENCE


def test_a_table_named_at_the_start_is_asked_about_before_anything_trains_on_it(standing_still, qtbot, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("u,v,class\n" + "1,2,a\n3,4,b\n" * 20)
    window = standing_still()
    before = window.session.experiment
    ask_to_open(window, path)
    qtbot.waitUntil(lambda: bool(dialogs()) and dialogs()[0].open_button.isEnabled(), timeout=PATIENCE)
    assert window.session.experiment == before
    dialogs()[0].accept()
    qtbot.waitUntil(lambda: window.session.experiment.data.file == str(path), timeout=PATIENCE)


def test_a_table_opened_for_both_twins_leaves_what_they_differ_in(standing_still):
    window = standing_still()
    session = window.session
    window.do(lambda: session.start_twin(changed(session.experiment, "training.l2", 0.01)))
    window.do(lambda: session.set_side("both"))
    window.part(Files)._take_table(Data(source="moons"))
    a, b, _ = session.in_force
    assert (a.training.l2, b.training.l2) == (0.0, 0.01)
    assert a.data.source == b.data.source == "moons"


def dialogs() -> list[OpenTable]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, OpenTable) and one.isVisible()]
