"""Who may know whom: the training process must be able to load the lab without a window system."""

from __future__ import annotations

import subprocess
import sys

IMPORT_ALL = """
import importlib, pkgutil, sys
import hyperscope.lab
for module in pkgutil.walk_packages(hyperscope.lab.__path__, "hyperscope.lab."):
    importlib.import_module(module.name)
print(*sorted(name.partition(".")[0] for name in sys.modules))
"""


def test_the_lab_loads_no_qt() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {"hyperscope", "numpy"} <= loaded
    assert not loaded & {"PySide6", "PyQt6", "PyQt5", "shiboken6", "pyqtgraph"}
