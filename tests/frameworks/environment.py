"""The environment in which code is run in frameworks: one of its own, from a pinned list, made once a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PINNED = CHECKOUT / "packaging" / "frameworks.txt"
PLACE = CHECKOUT / f".venv-frameworks-{sys.version_info.major}.{sys.version_info.minor}"
STAMP = PLACE / "pinned.txt"


class NotToBeHad(Exception):
    """The frameworks could not be installed; the last words of pip."""


def interpreter() -> str:
    """The Python that has the frameworks. Raises: NotToBeHad where pip does not reach them."""
    python = PLACE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = PINNED.read_text(encoding="utf-8")
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return str(python)
    if not python.exists():
        venv.create(PLACE, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([*command, str(PINNED)], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise NotToBeHad((done.stderr.strip().splitlines() or ["pip said nothing"])[-1])
    STAMP.write_text(wanted, encoding="utf-8")
    return str(python)
