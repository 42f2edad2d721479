"""What of a snapshot is drawn in which frame."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from hyperscope.ui import frame
from hyperscope.ui.window import Window
from patience import PATIENCE


class Log(QObject):
    """What was drawn and painted of a window's panels since, in its order."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.said: list[str] = []
        self._lab, self._shown = window.lab, window.lab.draw
        seen = [one for one in window.lab.panels if isinstance(one, QWidget) and one.isVisible()]
        self._names: dict[QObject, str] = {panel: type(panel).__name__ for panel in seen}
        for panel, name in list(self._names.items()):
            for part in (panel, *panel.findChildren(QWidget)):
                self._names.setdefault(part, name)
                part.installEventFilter(self)

    def draw(self, panel, sides) -> None:
        if panel in self._names:
            self.said.append(f"drew {self._names[panel]}")
        self._shown(panel, sides)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.said.append(f"painted {self._names[watched]}")
        return False


@pytest.fixture
def log(standing_still, qtbot) -> Log:
    """Of a network that gets another layer, in a window that has time for one panel a frame."""
    window = standing_still()
    qtbot.waitUntil(lambda: window.at_rest, timeout=PATIENCE)
    made = Log(window)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame, "ENOUGH", 0.0)
        object.__setattr__(window.lab, "draw", made.draw)
        window.do(window.session.add_layer)
        qtbot.waitUntil(lambda: "drew MapPanel" in made.said and window.up_to_date, timeout=PATIENCE)
    return made


def test_what_has_no_time_in_a_frame_is_drawn_once_the_rest_is_painted(log):
    for name in ("NetworkPanel", "MapPanel"):  # which look different then; curves and others may not
        since = log.said[log.said.index(f"drew {name}") + 1 :]
        drawn = next((number for number, said in enumerate(since) if said.startswith("drew")), len(since))
        assert f"painted {name}" in since[:drawn]
