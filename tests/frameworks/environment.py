"""The environments in which code is run in frameworks: each of its own, from a pinned list, made once a checkout.

TensorFlow has one for itself, so that where no wheel of it is to be had the others are tried all the same. As a program
it makes them all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
NAMES = "frameworks", "tensorflow"  # what pip is given, see `packaging`


class NotToBeHad(Exception):
    """The frameworks could not be installed; the last words of pip."""


def interpreter(name: str) -> str:
    """The Python that has what `packaging/<name>.txt` lists. Raises: NotToBeHad where pip does not reach it."""
    pinned = CHECKOUT / "packaging" / f"{name}.txt"
    place = CHECKOUT / f".venv-{name}-{sys.version_info.major}.{sys.version_info.minor}"
    stamp = place / "pinned.txt"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = pinned.read_text(encoding="utf-8")
    with _alone(place):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return str(python)
        if not python.exists():
            venv.create(place)
        # by our own pip, which need not be installed there; the list is whole, and of thousands of modules few are ever
        # compiled
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
        command += ["--no-compile", "--disable-pip-version-check", "--requirement", str(pinned)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise NotToBeHad((done.stderr.strip().splitlines() or ["pip said nothing"])[-1])
        stamp.write_text(wanted, encoding="utf-8")
    return str(python)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """While one test makes an environment, others that want it wait."""
    place.mkdir(exist_ok=True)
    with (place / "lock").open("wb") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    for each in NAMES:
        with suppress(NotToBeHad):
            interpreter(each)
