"""A table named on the command line: it opens by way of the same dialog as any other."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from hyperscope.ui.app import ask_to_open
from hyperscope.ui.open_table.dialog import OpenTable
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


def dialogs() -> list[OpenTable]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, OpenTable) and one.isVisible()]
