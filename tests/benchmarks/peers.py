"""The environment of the peers: their packages in the user's cache folder, away from Hyperscope's own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

NUMPY = f"numpy=={np.__version__}"  # the engine's own, so that what all do in NumPy takes all equally long
LOOKER = ("psutil==7.2.2",)  # sees how large a process is, which Hyperscope's own environment need not


def folder() -> Path:
    """Where the environment is, or will be: one for each version of Python."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hyperscope-benchmarks"
    return cache / f"peers-py{sys.version_info.major}{sys.version_info.minor}"


def python() -> Path:
    """Its Python."""
    return folder() / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def installed(groups: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Installs what is not there yet, group by group, and returns the groups that are there; says what it does."""
    there = set()
    for group in groups:
        mark = folder() / "installed" / "+".join([NUMPY, *group])
        if not mark.exists():
            print(f"Installing {', '.join(group)} into {folder()}", file=sys.stderr, flush=True)
            if not python().exists():
                venv.create(folder(), with_pip=True, clear=True)
            if subprocess.run([python(), "-m", "pip", "install", "--quiet", NUMPY, *group]).returncode:
                print(f"{', '.join(group)} could not be installed and is left out", file=sys.stderr)
                continue
            mark.parent.mkdir(exist_ok=True)
            mark.touch()
        there.add(group)
    return there
