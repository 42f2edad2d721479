"""What a report of a fault needs to say, to be copied: versions, the machine, and the last fault.

It names no files, folders, computers or people: nothing is in it but what is listed here, and of a fault its kind and
the functions it came through.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

from hyperscope import __version__
from hyperscope.lab.machine import doctor, last_fault

PACKAGES = (
    "PySide6-Essentials",
    "pyqtgraph",
    "numpy",
    "msgspec",
    "Pillow",
    "Jinja2",
    "threadpoolctl",
    "imageio-ffmpeg",
)
VARIABLES = ("QT_QPA_PLATFORM", "QT_SCALE_FACTOR", "WAYLAND_DISPLAY", "DISPLAY", "HYPERSCOPE_HOME")


def text() -> str:
    """The report, some twenty lines."""
    checked = (doctor.qt(), doctor.libraries(), doctor.display(), doctor.font(), doctor.data_folder())
    lines = [
        f"Hyperscope {__version__}",
        f"Python {platform.python_version()} ({platform.python_implementation()}, {platform.machine()})",
        f"System {platform.system()} {platform.release()}",
        f"Machine {doctor.machine().found}",
        f"NumPy {doctor.numpy_and_blas().found}",
        *(f"{name} {_version(name)}" for name in PACKAGES),
        "Set: " + (", ".join(name for name in VARIABLES if os.environ.get(name)) or "none of Qt's or Hyperscope's own"),
        "Installed " + ("in an environment of its own" if sys.prefix != sys.base_prefix else "for all of Python"),
        *(f"{'ok ' if fact.ok else ' ! '} {fact.topic}" for fact in checked),
        "Last fault: " + (last_fault.last() or "none"),
    ]
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "is not installed"
