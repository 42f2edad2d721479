"""What the window remembers from one start to the next: its place and size, the theme, and the last experiment."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QByteArray, QSettings

from hyperscope.lab.experiment.experiment import Experiment
from hyperscope.lab.places import LAST, SETTINGS, home, keep_private, make_private
from hyperscope.lab.writing import write_whole
from hyperscope.ui.theme import THEMES


class Remembered:
    """Settings in a file of Hyperscope's own folder. What cannot be read is as if it had never been written."""

    def __init__(self, *, forgetful: bool = False) -> None:
        """A `forgetful` one keeps nothing beyond its own life and finds nothing from before."""
        self.forgetful = forgetful
        if not forgetful:
            with contextlib.suppress(OSError):  # said when the experiment is kept
                make_private(home())
            keep_private(home() / SETTINGS, home() / LAST)
        self._settings = QSettings(str(home() / SETTINGS), QSettings.Format.IniFormat)

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size, as Qt saves them; empty at the first start."""
        kept = self._value("geometry")
        return kept if isinstance(kept, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._set_value("geometry", geometry)

    @property
    def theme(self) -> str:
        """light, dark, or "" to follow the system."""
        kept = str(self._value("theme") or "")
        return kept if kept in THEMES else ""

    @theme.setter
    def theme(self, name: str) -> None:
        self._set_value("theme", name)

    @property
    def scale(self) -> float:
        """How much larger than usual type and lines are."""
        try:
            return min(2.0, max(1.0, float(str(self._value("scale") or 1.0))))
        except ValueError:
            return 1.0

    @scale.setter
    def scale(self, scale: float) -> None:
        self._set_value("scale", scale)

    @property
    def lab(self) -> str:
        """The name of the lab that was shown last, "" if none was chosen yet."""
        return str(self._value("lab") or "")

    @lab.setter
    def lab(self, name: str) -> None:
        self._set_value("lab", name)

    def view(self, lab: str) -> str:
        """The view of a lab that was chosen last, "" if none was."""
        return str(self._value(f"view_{lab}") or "")

    def set_view(self, lab: str, name: str) -> None:
        """Keeps what `view` gives."""
        self._set_value(f"view_{lab}", name)

    @property
    def hidden(self) -> frozenset[str]:
        """The names of panels and controls that are not shown."""
        kept = str(self._value("hidden") or "")
        return frozenset(name for name in kept.split(" ") if name)

    def set_hidden(self, names: frozenset[str]) -> None:
        """Keeps what `hidden` gives."""
        self._set_value("hidden", " ".join(sorted(names)))

    @property
    def reduced_motion(self) -> bool:
        """Whether nothing is to move by itself."""
        return str(self._value("reduced_motion") or "").lower() == "true"

    @reduced_motion.setter
    def reduced_motion(self, reduced: bool) -> None:
        self._set_value("reduced_motion", reduced)

    @property
    def python(self) -> str:
        """The Python in which frameworks are run, "" for the program's own."""
        return str(self._value("python") or "")

    @python.setter
    def python(self, path: str) -> None:
        self._set_value("python", path)

    @property
    def measured(self) -> str:
        """What running code in frameworks took on this machine, as `lab.frameworks.measured` writes it."""
        return str(self._value("measured") or "")

    @measured.setter
    def measured(self, text: str) -> None:
        self._set_value("measured", text)

    def _value(self, name: str) -> object:
        return None if self.forgetful else self._settings.value(name)

    def _set_value(self, name: str, value: object) -> None:
        if not self.forgetful:
            self._settings.setValue(name, value)

    def save(self) -> None:
        """Writes the settings out now."""
        if not self.forgetful:
            self._settings.sync()
            keep_private(home() / SETTINGS)

    def keep(self, experiment: Experiment) -> None:
        """Keeps the experiment for the next start. Raises: OSError."""
        if not self.forgetful:
            write_whole(home() / LAST, experiment.to_json())
